"""`packtrail serials` on a real embedded database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.test_commands import Packtrail

from packtrail.bootstrap import open_application
from packtrail.settings import Settings

GTIN = "03000101234509"
OTHER_GTIN = "05012345678900"


@pytest.fixture(scope="module")
def packtrail() -> Iterator[Packtrail]:
    with tempfile.TemporaryDirectory(prefix="packtrail-cli-") as name:
        Path(name).chmod(0o711)  # Started as root, the database's user must get through.
        command = Packtrail(Path(name) / "data")
        command.environment.pop("PACKTRAIL_MASTER_KEY", None)
        with open_application(Settings.of({}, data_dir=Path(name) / "data")):  # Commands join it.
            assert command("organisations", "add", "acme").returncode == 0
            assert command("serials", "pool", "add", "packs", GTIN).returncode == 0
            yield command


def test_a_policy_is_told_without_a_database() -> None:
    command = [sys.executable, "-m", "packtrail", "serials", "policy", "--length", "20", "--json"]

    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ})

    told = json.loads(done.stdout)
    assert told["space"] == 30**20
    assert told["issued_max"] == 2**56


def test_the_policy_of_a_market_is_told_with_its_sources() -> None:
    command = [sys.executable, "-m", "packtrail", "serials", "policy", "--market", "DE", "--json"]

    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ})

    told = json.loads(done.stdout)
    assert (told["length"], told["order"], told["guess_limit"]) == (12, "random", "1/10000")
    asked = {each["what"]: each for each in told["asked"]}
    assert (asked["length_max"]["value"], asked["length_max"]["status"]) == ("20", "known")
    assert asked["guess_probability_max"]["source"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--market", "XX"], 1),
        (["--length", "3"], 1),
        (["--guess-limit", "often"], 2),
        (["--guess-limit", "1/0"], 2),
    ],
)
def test_a_policy_that_cannot_be_used_is_told(arguments: list[str], code: int) -> None:
    command = [sys.executable, "-m", "packtrail", "serials", "policy", *arguments]

    assert subprocess.run(command, capture_output=True, check=False).returncode == code


def test_numbers_are_taken_found_given_back_and_proven(
    packtrail: Packtrail, tmp_path: Path
) -> None:
    assert packtrail("serials", "pool", "add", "own", OTHER_GTIN).returncode == 0
    first = packtrail("serials", "allocate", "own", "50", "--request", "PO-1", "--to", "line 4")
    out = tmp_path / "numbers.txt"
    told = packtrail.json(
        "serials", "allocate", "own", "50", "--request", "PO-1", "--to", "line 4", "--out", out
    )
    serials = first.stdout.decode().split()

    assert len(set(serials)) == 50
    assert out.read_text().split() == serials
    assert out.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["numbers.txt"]
    assert told["is_repeated"]
    assert "serials" not in told

    found = packtrail("serials", "look-up", f"(01){OTHER_GTIN}(21){serials[7]}")
    assert b"from pool acme/own, to line 4, request PO-1" in found.stdout
    assert packtrail("serials", "look-up", "0" * 12, "--pool", "own").returncode == 1

    back = "\n".join(serials[:5]).encode()
    returned = packtrail("serials", "return", "own", "-", "--request", "B-1", stdin=back)
    assert returned.stdout == b"5 returned, request B-1\n"
    again = packtrail("serials", "return", "own", "-", "--request", "B-2", stdin=back)
    assert (again.returncode, b"SER-009" in again.stderr) == (1, True)

    for text, kind in (("PO-1", "allocated"), ("B-1", "returned")):
        page = packtrail.json("serials", "ledger", "own", "--text", text)
        assert [each["kind"] for each in page["entries"]] == [kind]
    (proof,) = packtrail.json("serials", "proof", "own")
    assert (proof["issued"], proof["proven"], proof["returned"]) == (50, 50, 5)
    told = packtrail("serials", "proof", "own").stdout.decode()
    assert f"Pool acme/own for {OTHER_GTIN}: no number was issued twice" in told
    assert f"50/{30**12}, below 1/10000" in told

    table, report = tmp_path / "numbers.csv", tmp_path / "proof.pdf"
    same = ("serials", "allocate", "own", "50", "--request", "PO-1", "--to", "line 4")
    assert packtrail(*same, "--out", table).returncode == 0
    assert table.read_text().splitlines()[:2] == ["gtin,serial", f"{OTHER_GTIN},{serials[0]}"]
    assert packtrail("serials", "proof", "own", "--out", report).returncode == 0
    assert report.read_bytes().startswith(b"%PDF")


def test_a_file_that_is_no_text_is_no_list_of_numbers(packtrail: Packtrail) -> None:
    done = packtrail("serials", "return", "packs", "-", stdin=b"\xff\xfe\x00numbers")

    assert done.returncode == 1
    assert b"SER-008" in done.stderr


def test_ssccs_are_printed_one_a_line(packtrail: Packtrail) -> None:
    packtrail("serials", "pool", "add-sscc", "pallets", "0614141", "--extension", "1")

    done = packtrail("serials", "allocate", "pallets", "2")

    assert done.stdout == b"106141410000000002\n106141410000000019\n"
    assert b"2 of 2, request " in done.stderr
    listed = {each["code"]: each["issued"] for each in packtrail.json("serials", "pool", "list")}
    assert listed["pallets"] == 2


def test_a_new_key_is_counted(packtrail: Packtrail) -> None:
    packtrail("serials", "pool", "add", "other", "00614141123452", "--low-water", "9")

    done = packtrail("serials", "pool", "new-key", "other")

    assert done.stdout == b"pool other uses its key 2\n"


def test_nothing_is_written_where_the_file_cannot_be(packtrail: Packtrail, tmp_path: Path) -> None:
    packtrail("serials", "pool", "add-sscc", "lost", "0950400")
    arguments = ("serials", "allocate", "lost", "1", "--request", "lost")
    failed = packtrail(*arguments, "--out", tmp_path / "no" / "file")
    done = packtrail(*arguments)

    assert failed.returncode == 2
    assert b"cannot be written" in failed.stderr
    assert b"as before" in done.stderr


def test_a_line_takes_numbers_offline_from_a_sealed_block(
    packtrail: Packtrail, tmp_path: Path
) -> None:
    key, block, used = tmp_path / "station.key", tmp_path / "b.ptblock", tmp_path / "used.txt"
    offline = [sys.executable, "-m", "packtrail", "serials", "block"]
    away = {**os.environ, "PACKTRAIL_DATA": "/nonexistent", "PACKTRAIL_DATABASE_URL": ""}

    def at_line(*arguments: str) -> str:
        command = [*offline, *arguments, "--key", str(key)]
        return subprocess.run(command, env=away, capture_output=True, text=True, check=True).stdout

    public = at_line("new-key", "line 4").strip()
    station = packtrail.json("serials", "station", "add", "line 4", public)
    at_line("trust", station["signer_key"])
    sealed = packtrail.json(
        "serials", "block", "seal", "packs", "10", "--station", "line 4", "--request", "B-9",
        "--expires", "2999-01-01T00:00:00Z", "--out", str(block),
    )  # fmt: skip
    numbers = at_line("open", str(block), "--count", "4", "--request", "o1").split()
    again = json.loads(at_line("open", str(block), "--count", "4", "--request", "o1", "--json"))
    used.write_text("\n".join(numbers))
    done = packtrail.json("serials", "block", "settle", sealed["block_id"], "--used", str(used))

    assert (again["serials"], again["is_repeated"], again["left"]) == (numbers, True, 6)
    assert (len(numbers), done["used"], done["returned"]) == (4, 4, 6)
    (told,) = packtrail.json("serials", "block", "list")
    assert (told["station"], told["outstanding"]) == ("line 4", 0)


def test_numbers_of_an_authority_are_ordered_and_imported(
    packtrail: Packtrail, tmp_path: Path
) -> None:
    gtin, file = "04600000000008", tmp_path / "codes.txt"
    file.write_text(f"01{gtin}21RU00000000001\x1d91EE06\x1d92signature\n")
    packtrail.json("serials", "pool", "add-imported", "codes", gtin, "--market", "RU")
    packtrail.json("serials", "order", "add", "codes", "1")

    done = packtrail.json("serials", "import", "codes", str(file))
    shown = packtrail.json("serials", "secrets", "RU00000000001", "--pool", "codes")
    bad = packtrail("serials", "import", "codes", str(file), "--request", "other")

    assert (done["entry"]["count"], shown["92"]) == (1, "signature")
    assert (bad.returncode, b"row 1" in bad.stderr) == (1, True)
    (order,) = packtrail.json("serials", "order", "list")
    assert order["closed_at"] is not None


def test_pools_that_draw_are_filled_changed_and_closed(packtrail: Packtrail) -> None:
    made = packtrail.json("serials", "pool", "add-drawn", "line", "packs", "--low-water", "5")
    filled = packtrail.json("serials", "pool", "top-up", "line", "20")
    taken = packtrail.json("serials", "allocate", "line", "8", "--request", "A-1")
    settled = packtrail.json("serials", "settle", "line", "--allocation", "A-1", "--rest", "void")
    changed = packtrail.json("serials", "pool", "change", "line", "--unused-for-days", "30")
    closed = packtrail.json("serials", "pool", "close", "line")

    assert (made["source"], filled["count"], taken["count"], settled["voided"]) \
        == ("drawn", 20, 8, 8)  # fmt: skip
    assert (changed["low_water"], changed["unused_for_days"]) == (5, 30)
    assert closed["closed_at"] is not None
    wrong = packtrail("serials", "settle", "line", "--allocation", "A-1", "--rest", "lost")
    assert (wrong.returncode, b"expected returned or void" in wrong.stderr) == (1, True)


def test_the_master_key_is_replaced_from_the_command_line(packtrail: Packtrail) -> None:
    before = packtrail.json("serials", "allocate", "packs", "3", "--request", "K-1")["serials"]

    replaced = packtrail.json("serials", "master-key", "replace")

    assert replaced["keys"] >= 1
    after = packtrail.json("serials", "allocate", "packs", "3", "--request", "K-1")["serials"]
    assert after == before
