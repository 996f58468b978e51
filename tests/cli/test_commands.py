"""The command line on a real embedded database, as a newcomer would use it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PHARMA = (
    "openepcis-test-resources/1.2/EPCIS/XML/Capture/Documents/GS1_US_Pharma_Example_2_2_1_1.xml"
)
INVALID = (
    "openepcis-test-resources/2.0/EPCIS/JSON/Capture/Invalid/ObjectEvent_with_invalid_action.json"
)
PACK = "urn:epc:id:sgtin:030001.0012345.11"


class Packtrail:
    """The command, run in a process of its own on one data directory."""

    def __init__(self, data: Path) -> None:
        self.environment = {**os.environ, "PACKTRAIL_DATA": str(data), "NO_COLOR": "1"}
        self.environment.pop("PACKTRAIL_DATABASE_URL", None)

    def __call__(
        self, *arguments: str | Path, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "packtrail", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env=self.environment,
            check=False,
        )

    def json(self, *arguments: str | Path) -> object:
        done = self(*arguments, "--json")
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def packtrail() -> Iterator[Packtrail]:
    with tempfile.TemporaryDirectory(prefix="packtrail-cli-") as name:
        Path(name).chmod(0o711)  # Started as root, the database's user must get through.
        command = Packtrail(Path(name) / "data")
        assert command("organisations", "add", "acme", "--name", "Acme Pharma").returncode == 0
        yield command


def test_a_partners_file_is_captured_and_a_pack_of_it_traced(
    packtrail: Packtrail, conformance: Path
) -> None:
    captured = packtrail("capture", conformance / PHARMA)
    traced = packtrail("trace", PACK)

    assert captured.returncode == 0, captured.stderr.decode()
    assert b": captured, " in captured.stdout
    text = traced.stdout.decode()
    assert text.startswith("(01) 00300010123455 (21) 11  pack  Epcistra")
    assert "In transit: shipped on 1 Apr 2023 02:48 -05:00 from GS1 Pharma DC" in text
    assert "Lot A123, expires 27 Mar 2025" in text
    assert [text.count(word) for word in ("Commissioned", "Packed", "Shipped")] == [1, 2, 1]
    for paper in ("XYZPO189", "DEL100", "GS1 Drug Distributor Warehouse"):
        assert paper in text


def test_a_trace_as_json_names_holders_and_documents(
    packtrail: Packtrail, conformance: Path
) -> None:
    packtrail("capture", conformance / PHARMA)

    found = packtrail.json("trace", PACK)

    assert isinstance(found, dict)
    shipping = next(step for step in found["steps"] if step["biz_step"] == "shipping")
    assert len(found["holders"]) == 2
    assert len(shipping["via"]) == 2
    assert {type_ for type_, _ in shipping["biz_transactions"]} == {"po", "desadv"}
    assert found["standing"]["status"] == "in_transit"


def test_capturing_again_stores_nothing_twice(packtrail: Packtrail, conformance: Path) -> None:
    packtrail("capture", conformance / PHARMA)

    again = packtrail.json("capture", conformance / PHARMA)

    assert isinstance(again, list)
    assert (again[0]["stored_count"], again[0]["repeated_count"]) == (0, 8)


def test_standard_input_is_captured(packtrail: Packtrail, conformance: Path) -> None:
    done = packtrail("capture", "-", stdin=(conformance / PHARMA).read_bytes())

    assert done.returncode == 0
    assert done.stdout.startswith(b"-: captured")


def test_a_refused_document_says_where_and_ends_with_1(
    packtrail: Packtrail, conformance: Path
) -> None:
    done = packtrail("capture", conformance / INVALID)

    assert done.returncode == 1
    assert b"refused" in done.stdout
    assert b"/epcisBody/eventList/0/action" in done.stderr
    assert b"'CREATE'" in done.stderr


def test_events_are_queried_by_parameters(packtrail: Packtrail, conformance: Path) -> None:
    packtrail("capture", conformance / PHARMA)

    events = packtrail.json("query", "EQ_bizStep=shipping")
    lines = packtrail("query", "EQ_bizStep=packing|commissioning", "perPage=2", "--lines")

    assert isinstance(events, list)
    assert [event["bizStep"] for event in events] == ["shipping"]
    assert len(lines.stdout.splitlines()) == 7
    assert all(json.loads(line)["type"] for line in lines.stdout.splitlines())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["query", "EQ_bizstep=shipping"], 1, "EQ_bizstep"),
        (["query", "shipping"], 2, "NAME=VALUE"),
        (["trace", PACK, "--as-of", "yesterday"], 2, "2026-03-03T14:02:00Z"),
        (["trace", "urn:epc:id:sgtin:030001.0012345.no-such"], 1, "no-such"),
        (["capture", "no-such-file.xml"], 2, "no-such-file.xml"),
        (["doctor", "--db", "postgresql://127.0.0.1:1/none"], 3, "does not answer"),
        (["capture"], 2, "FILE"),
    ],
)
def test_a_mistake_is_told_with_its_exit_code(
    packtrail: Packtrail, arguments: list[str], code: int, words: str
) -> None:
    done = packtrail(*arguments)

    assert done.returncode == code, done.stderr.decode()
    assert words in done.stderr.decode() + done.stdout.decode()
    assert "Traceback" not in done.stderr.decode()


def test_the_doctor_finds_a_healthy_installation(packtrail: Packtrail, conformance: Path) -> None:
    packtrail("capture", conformance / PHARMA)
    checks = packtrail.json("doctor")

    assert isinstance(checks, list)
    assert all(check["is_fine"] for check in checks)
    assert {"database", "durability", "schema"} <= {check["name"] for check in checks}
    # It works without a backup, and says that there should be one.
    assert [check["name"] for check in checks if check["is_warning"]] == ["STO-062"]
    assert re.search(r"^look +STO-062", packtrail("doctor").stdout.decode(), re.MULTILINE)


def test_a_key_is_shown_once_and_can_be_revoked(packtrail: Packtrail) -> None:
    made = packtrail("keys", "create", "line 3", "--scope", "capture", "--scope", "read")
    secret = made.stdout.decode().strip()
    listed = packtrail("keys", "list")

    assert secret.startswith("ptk_")
    assert secret not in listed.stdout.decode()
    keys = packtrail.json("keys", "list")
    assert isinstance(keys, list)
    assert packtrail("keys", "revoke", keys[0]["key_id"]).returncode == 0


def test_simulate_writes_the_same_bytes_for_the_same_seed(
    packtrail: Packtrail, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        assert packtrail("simulate", "--packs", "60", "--out", tmp_path / name).returncode == 0

    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}
        for name in ("one", "two")
    )
    assert first == second
    assert "manifest.json" in first
