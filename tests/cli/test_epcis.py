"""EPCIS files at the command line: validated, converted, hashed, explained; no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from packtrail import epcis
from packtrail.cli.app import build
from packtrail.cli.output import guarded

from ..unit.epcis.profiles.making import CASE, MESSAGE, PACK

NOW = "2026-04-02T00:00:00Z"


@pytest.fixture(scope="module")
def packtrail() -> Callable[..., Result]:
    app = build({})
    runner = CliRunner()
    return lambda *arguments, stdin=None: runner.invoke(app, list(map(str, arguments)), input=stdin)


@pytest.fixture
def message(tmp_path: Path) -> Path:
    path = tmp_path / "message.xml"
    path.write_text(MESSAGE, encoding="utf-8")
    return path


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Return the message with an element of a vendor and a case that nobody commissioned."""
    path = tmp_path / "odd.xml"
    text = MESSAGE.replace("<readPoint>", "<vendor/><readPoint>", 1)
    text = text.replace(f"<parentID>{CASE}9", f"<parentID>{CASE}8")
    path.write_text(text, encoding="utf-8")
    return path


def test_a_right_message_is_valid(packtrail: Callable[..., Result], message: Path) -> None:
    done = packtrail("validate", message, "--profile", "dscsa-r1.3", "--on", NOW)

    assert done.exit_code == 0
    assert done.stdout.endswith("message.xml: valid under dscsa-r1.3, 6 events\n")


def test_what_is_wrong_is_told_with_code_place_and_remedy(
    packtrail: Callable[..., Result], odd: Path
) -> None:
    done = packtrail("validate", odd, "-p", "dscsa-r1.3", "--on", NOW)

    assert done.exit_code == 1
    assert "EPC-102 at /epcis:EPCISDocument/EPCISBody/EventList/ObjectEvent[1]" in done.stderr
    assert f"{CASE}8 is packed here, and no event commissions it." in done.stderr
    assert "Add the commissioning event, or correct the serial number." in done.stderr
    assert "invalid (" in done.stdout


def test_findings_come_as_json(packtrail: Callable[..., Result], odd: Path) -> None:
    done = packtrail("validate", odd, "--json", "--on", NOW)

    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert [one["code"] for one in answer["findings"]] == ["EPC-102"]
    assert answer["findings"][0]["severity"] == "error"


def test_the_clock_is_asked_where_no_date_is_given(
    packtrail: Callable[..., Result], message: Path
) -> None:
    message.write_text(MESSAGE.replace("2026-04-01", "2996-04-01"), encoding="utf-8")
    done = packtrail("validate", message)

    assert "EPC-406" in done.stderr


def test_a_document_is_converted_there_and_back(
    packtrail: Callable[..., Result], message: Path, tmp_path: Path
) -> None:
    as_json, back = tmp_path / "message.json", tmp_path / "back.xml"

    assert packtrail("convert", message, "--to", "json", "-o", as_json).exit_code == 0
    assert packtrail("convert", as_json, "--to", "xml-1.2", "-o", back).exit_code == 0
    one, other = epcis.read(message.read_bytes()), epcis.read(back.read_bytes())
    assert one.document
    assert other.document
    assert one.document.events == other.document.events


def test_what_the_target_cannot_hold_is_told_on_stderr(
    packtrail: Callable[..., Result], message: Path
) -> None:
    done = packtrail("convert", message, "--to", "json")

    assert done.exit_code == 0
    assert "EPC-601 at header: JSON has no place for the authority 'GS1'" in done.stderr
    assert json.loads(done.stdout)["type"] == "EPCISDocument"


def test_a_file_with_errors_is_converted_only_on_demand(
    packtrail: Callable[..., Result], odd: Path
) -> None:
    refused = packtrail("convert", odd, "--to", "xml-2.0")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Nothing was converted." in refused.stderr

    taken = packtrail("convert", odd, "--to", "xml-2.0", "--tolerant")
    assert taken.exit_code == 1
    document = epcis.read(taken.stdout_bytes).document
    assert document
    assert len(document.events) == 6


def test_the_hash_is_that_of_the_library(packtrail: Callable[..., Result], message: Path) -> None:
    document = epcis.read(MESSAGE.encode()).document
    assert document
    done = packtrail("event-hash", message, "--algorithm", "sha3-256", "--version", "2.1")

    assert done.exit_code == 0
    assert done.stdout.split() == [
        epcis.event_hash(event, algorithm="sha3-256", version="2.1") for event in document.events
    ]
    assert done.stdout.startswith("ni:///sha3-256;")
    assert "?ver=CBV2.1\n" in done.stdout


def test_the_reference_order_and_the_text_hashed_can_be_shown(
    packtrail: Callable[..., Result], message: Path
) -> None:
    standard = packtrail("event-hash", message, "--pre-hash", "--json")
    reference = packtrail("event-hash", message, "--pre-hash", "--json", "--reference-compat")
    ours, theirs = (json.loads(done.stdout)["events"][-1] for done in (standard, reference))

    assert ours["hash"] != theirs["hash"]
    assert sorted(ours["pre_hash"]) == sorted(theirs["pre_hash"])
    assert ours["at"].startswith("/epcis:EPCISDocument/EPCISBody/EventList/ObjectEvent[4]")


def test_fields_that_do_not_count_can_be_named(packtrail: Callable[..., Result]) -> None:
    drop = "<gs1ushc:dropShipment>false</gs1ushc:dropShipment>"
    bare = packtrail("event-hash", "-", stdin=MESSAGE.replace(drop, ""))

    whole = packtrail("event-hash", "-", stdin=MESSAGE)
    less = packtrail("event-hash", "-", "--ignore", "gs1ushc:dropShipment", stdin=MESSAGE)

    assert less.stdout == bare.stdout != whole.stdout


def test_a_file_is_explained_from_standard_input(packtrail: Callable[..., Result]) -> None:
    done = packtrail("explain", "-", stdin=MESSAGE)

    assert done.exit_code == 0
    assert done.stdout.splitlines()[:3] == [
        (
            "Example Pharma ships 1 logistic unit holding 1 case holding 2 packs to Example "
            "Wholesale on 2026-04-01, from Example Pharma DC to Example Wholesale DC (po PO1, "
            "desadv D1)."
        ),
        "2 packs of Examplin 100mg, GTIN 04012345111118, lot A123 expiring 2028-03-27.",
        "1 case of Examplin 100mg, GTIN 14012345111115, lot A123 expiring 2028-03-27.",
    ]
    assert "    case urn:epc:id:sgtin:4012345.111111.9 Examplin 100mg: 2 packs" in done.stdout


def test_an_odd_file_is_explained_all_the_same(packtrail: Callable[..., Result], odd: Path) -> None:
    done = packtrail("explain", odd, "--json")
    answer = json.loads(done.stdout)

    assert done.exit_code == 0
    assert answer["event_count"] == 6
    assert {one["kind"] for one in answer["gaps"]} == {"not_commissioned"}
    assert answer["findings"][0]["code"] == "EPC-102"
    assert f"{PACK}1" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["validate", "nowhere.xml"], "Cannot read nowhere.xml: No such file or directory."),
        (["validate", "-", "-p", "x"], "There is no profile 'x'; there are gs1, dscsa-r1.2, "),
        (["convert", "-", "--to", "pdf"], "--to is 'pdf': expected is one of json, xml-1.2, "),
        (["event-hash", "-", "--version", "3"], "--version is '3': expected is 2.0 or 2.1."),
        (["event-hash", "-", "--algorithm", "md5"], "The hash algorithm 'md5' is none of "),
        (["convert", "-", "--to", "json", "-o", "no/where/x"], "Cannot write no/where/x: "),
    ],
)
def test_a_wrong_use_is_told(
    packtrail: Callable[..., Result],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    done = packtrail(*arguments, stdin=MESSAGE)

    def again() -> None:
        raise done.exception  # type: ignore[misc]

    assert guarded(again, as_json=lambda: False) == 2
    assert said in capsys.readouterr().err


def test_no_web_framework_and_no_driver_is_loaded(message: Path) -> None:
    script = (
        "import sys\nfrom packtrail.cli.app import build\nfrom typer.testing import CliRunner\n"
        "app = build({})\n"
        f"for command in ('validate', 'explain', 'event-hash'):\n"
        f"    assert CliRunner().invoke(app, [command, {str(message)!r}]).exit_code == 0\n"
        "print(sorted({'fastapi', 'psycopg', 'starlette'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NO_COLOR": "1"},
    )

    assert done.stdout == "[]\n"


def test_the_commands_are_of_the_command_line() -> None:
    names = set(get_command(build({})).commands)  # type: ignore[attr-defined]

    assert {"validate", "convert", "event-hash", "explain"} <= names
