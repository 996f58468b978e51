"""`packtrail gs1` as people use it: no database, no server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACK = "(01)03400935955838(17)301200(10)AB-7(21)11"
HEAVY = ("fastapi", "starlette", "uvicorn", "psycopg", "jinja2", "numpy", "zxingcpp")


def packtrail(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "packtrail", "gs1", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1", "PYTHONUTF8": "1"},
        check=False,
    )


def test_a_pack_is_taken_apart() -> None:
    done = packtrail("parse", PACK)

    assert done.returncode == 0
    for words in (
        "USE BY or EXPIRY",
        "licensed by: GS1 France",
        "/21/11?17=301200",
        "(sgtin, element string)",
    ):
        assert words in done.stdout


def test_parsing_as_json_tells_every_element() -> None:
    done = packtrail("parse", PACK, "urn:epc:id:sscc:0614141.1234567890", "--json")
    pack, pallet = json.loads(done.stdout)

    assert pack["elements"][1] == ["17", "301200", "USE BY or EXPIRY"]
    assert pallet["epc_uri"] == "urn:epc:id:sscc:0614141.1234567890"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("]E402345673|]e099A", "(gtin, EAN-8, trade item)"),
        ("04252614", "(gtin, UPC-E)"),
        ("]Q1Hello", "(QR Code, text)"),
        ("12345670", "it can also be: UPC-E (01)00123456000070"),
        ("0002-1433-80", "national number: NDC 0002-1433-80 (US)\n"),
        (
            "00300021433802",
            "NDC 0002-1433-80 (US) or NDC 00021-433-80 (US) or NDC 00021-4338-0 (US)",
        ),
        ("(01)04150123456782(21)1", "national number: PZN 12345678 (DE)"),
        ("[)>\x1e06\x1d9N111234567842\x1d1TL1\x1dD301231\x1dSA1\x1e\x04", "111234567842  PPN"),
    ],
)
def test_any_symbol_is_taken_apart(text: str, words: str) -> None:
    done = packtrail("parse", text)

    assert done.returncode == 0
    assert words in done.stdout


def test_a_plain_symbol_is_no_pack() -> None:
    assert packtrail("parse", "--pack", "]Q1Hello").returncode == 1


def test_a_register_tells_prefixes_and_what_nobody_licensed(tmp_path: Path) -> None:
    register = tmp_path / "prefixes.txt"
    register.write_text("3400935\n")
    done = packtrail("convert", PACK, "--to", "urn", "--register", register)
    stranger = packtrail("parse", "(01)00614141123452", "--register", register)

    assert done.stdout == "urn:epc:id:sgtin:3400935.095583.11\n"
    assert "GS1-043" in stranger.stderr
    assert stranger.returncode == 0
    assert packtrail("parse", PACK, "--register", tmp_path / "none").returncode == 2


def test_a_scan_is_written_for_its_symbol() -> None:
    done = packtrail("convert", PACK, "--to", "scan", "--encoding", "Data Matrix")
    refused = packtrail("convert", PACK, "--to", "scan", "--encoding", "Foo")

    assert done.stdout == "]d20103400935955838" + "17301200" + "10AB-7\x1d" + "2111\n"
    assert refused.returncode == 2
    assert "known are EAN-13" in refused.stderr


def test_a_bad_scan_is_explained_and_ends_with_1() -> None:
    done = packtrail("parse", "+d20103400935955838" + "21YA|10L5")

    assert done.returncode == 1
    assert "it can only have been: ]d2010340093595583821ZA{GS}10L5" in done.stdout
    assert "German keyboard layout" in done.stderr
    assert "GS1-063" in done.stderr


def test_expecting_a_pack_finds_a_lost_separator() -> None:
    done = packtrail("parse", "--pack", "010340093595583821ABCDEFGHIJK1730123110LOT1", "--json")

    assert json.loads(done.stdout)[0]["suggestion"] == (
        "010340093595583821ABCDEFGHIJK\x1d1730123110LOT1"
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("urn", "urn:epc:id:sgtin:3400935.095583.11"),
        ("link", "https://id.gs1.org/01/03400935955838/10/AB-7/21/11?17=301200"),
        ("element", PACK),
        ("scan", "0103400935955838" + "17301200" + "10AB-7\x1d" + "2111"),
        ("hri", "(01) 03400935955838 (17) 301200 (10) AB-7 (21) 11"),
        ("tag", "urn:epc:tag:sgtin-96:3.3400935.095583.11"),
        ("hex", "3074CF939C5D57C00000000B"),
    ],
)
def test_a_scan_is_converted_to_every_notation(form: str, expected: str) -> None:
    done = packtrail("convert", PACK, "--to", form, "--prefix-length", "7", "--filter", "3")

    assert done.stderr == ""
    assert done.stdout == f"{expected}\n"


def test_a_list_is_converted_line_by_line() -> None:
    lines = [
        "urn:epc:id:sgtin:3400935.095583.1",
        "nonsense",
        "https://a/01/03400935955838/21/2?17=301231",
    ]
    done = packtrail("convert", "-", "--to", "element", stdin="\n".join([*lines, "", ""]))

    assert done.returncode == 1
    assert done.stdout.split("\n") == [
        "(01)03400935955838(21)1",
        "",
        "(01)03400935955838(21)2(17)301231",
        "",
    ]
    assert "'nonsense'" in done.stderr


def test_a_tag_uri_is_converted_back() -> None:
    done = packtrail("convert", "urn:epc:tag:sgtin-96:3.0614141.812345.6789", "--to", "urn")

    assert done.stdout == "urn:epc:id:sgtin:0614141.812345.6789\n"


def test_a_conversion_that_is_not_defined_says_so() -> None:
    done = packtrail("convert", PACK, "--to", "urn", "--json")
    (row,) = json.loads(done.stdout)

    assert done.returncode == 1
    assert row["findings"][0]["code"] == "GS1-005"


@pytest.mark.parametrize("kind", ["datamatrix", "gs1-128", "qr", "qr-link", "datamatrix-link"])
def test_a_symbol_is_drawn_and_read(tmp_path: Path, kind: str) -> None:
    image = tmp_path / "symbol.png"
    drawn = packtrail("symbol", PACK, "-o", image, "--kind", kind, "--scale", "3")
    read = packtrail("read", image)
    told = json.loads(packtrail("read", image, "--json").stdout)

    assert drawn.returncode == 0, drawn.stderr
    assert "03400935955838" in read.stdout
    assert told[0]["image"] == str(image)


def test_a_symbol_with_its_text_is_drawn_as_svg(tmp_path: Path) -> None:
    done = packtrail("symbol", PACK, "-o", tmp_path / "symbol.svg", "--text")

    assert done.returncode == 0
    assert "(21) 11" in (tmp_path / "symbol.svg").read_text("utf-8")


def test_check_digits_are_put_behind_numbers() -> None:
    done = packtrail("check-digit", "-", "0340093595583", stdin="00614141123456789\n")

    assert done.stdout == "006141411234567890\n03400935955838\n"
    assert (
        json.loads(packtrail("check-digit", "9638507", "--json").stdout)[0]["result"] == "96385074"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["symbol", "(01)1", "-o", "x.svg"], 1, "GS1-007"),
        (["symbol", PACK, "-o", "x.gif"], 2, ".svg"),
        (["symbol", PACK, "-o", "x.png", "--text"], 2, "without --text"),
        (["symbol", PACK, "-o", "no/such/folder/x.png"], 2, "cannot be written"),
        (["read", "no-such.png"], 2, "no-such.png"),
        (["check-digit", "12a"], 2, "12a"),
        (["check-digit", ""], 2, "no number"),
        (["convert", PACK, "--to", "nothing"], 2, "nothing"),
    ],
)
def test_a_mistake_is_told_with_its_exit_code(arguments: list[str], code: int, words: str) -> None:
    done = packtrail(*arguments)

    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_line_without_end_is_refused() -> None:
    done = packtrail("parse", "-", stdin="1" * 5000)

    assert done.returncode == 2
    assert "4096" in done.stderr


def test_speed_is_measured_beside_other_libraries() -> None:
    command = [sys.executable, "-m", "packtrail", "bench", "gs1", "--count", "1000", "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    figures = {figure["name"]: figure for figure in report["figures"]}

    assert all(figure["value"] > 0 for figure in figures.values())
    assert "biip" in figures["Digital Link, parsed"]["beside"]
    assert report["versions"]["biip"] != "not installed"


def test_nothing_heavy_is_loaded_to_parse() -> None:
    script = (
        "import sys; from packtrail.__main__ import application\n"
        "from typer.testing import CliRunner\n"
        f"done = CliRunner().invoke(application(), ['gs1', 'parse', {PACK!r}])\n"
        f"print(done.exit_code, *(m for m in {HEAVY!r} if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["0"]
