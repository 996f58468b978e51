"""`packtrail lines` and `packtrail orders`: a batch from its plan to its sign-off, typed in."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_commands import Packtrail

from packtrail.store.embedded import EmbeddedServer

GTIN = "03000101234509"
PASSWORD = "correct horse battery"
NOW = datetime.now(UTC) - timedelta(hours=2)


@pytest.fixture(scope="module")
def packtrail() -> Iterator[Packtrail]:
    with tempfile.TemporaryDirectory(prefix="packtrail-cli-") as name:
        Path(name).chmod(0o711)  # Started as root, the database's user must get through.
        command = Packtrail(Path(name) / "data")
        command.environment.pop("PACKTRAIL_MASTER_KEY", None)
        command.environment["PACKTRAIL_NEW_PASSWORD"] = PASSWORD
        command.environment["PACKTRAIL_PASSWORD"] = PASSWORD
        with EmbeddedServer(Path(name) / "data"):  # The commands join it: each starts at once.
            _set_up(command)
            yield command


def _set_up(command: Packtrail) -> None:
    """Open everything that a batch needs."""
    for typed in (
            ("organisations", "add", "acme"),
            ("users", "add", "quinn", "--role", "quality"),
            ("serials", "pool", "add", "packs", GTIN),
            ("serials", "pool", "add-sscc", "cases", "0614141"),
            ("lines", "add-site", "ulm", "--name", "Plant Ulm", "--gln", "0614141000005"),
            ("lines", "add", "line-1", "--site", "ulm", "--name", "Line 1", "--level", "pack",
             "--level", "case"),
            ("lines", "add-trade-item", "epcistra", "--name", "Epcistra", "--market", "DE",
             "--pack", GTIN, "--case", "3:sscc", "--prefix", "300010", "--sscc-prefix", "0614141"),
        ):  # fmt: skip
        done = command(*typed)
        assert done.returncode == 0, done.stderr.decode()


def told(kind: str, minutes: float, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "at": (NOW + timedelta(minutes=minutes)).isoformat(), **more}


def test_a_prefix_that_is_not_that_of_the_gtin_is_refused(packtrail: Packtrail) -> None:
    done = packtrail(
        "lines", "add-trade-item", "x", "--name", "X", "--market", "DE", "--pack", "00614141123452",
        "--case", "many", "--prefix", "0614141",
    )  # fmt: skip

    assert done.returncode == 2
    assert b"--case is 'many'" in done.stderr


def test_a_batch_is_run_from_the_command_line(packtrail: Packtrail, tmp_path: Path) -> None:
    made = packtrail.json(
        "orders", "create", "WO-1", "--line", "line-1", "--trade-item", "epcistra", "--lot", "L1",
        "--expires", "2035-12-31", "--quantity", "3", "--spare", "100", "--start",
    )  # fmt: skip
    assert (made["state"], made["is_released"]) == ("Ready", True)
    packs = packtrail("orders", "numbers", "WO-1", "pack").stdout.decode().split()
    (case, _) = packtrail("orders", "numbers", "WO-1", "case").stdout.decode().split()
    assert len(packs) == 6

    file = tmp_path / "report.json"
    happenings = [
        told("commission", 0, numbers=packs[:4]),
        told("pack", 1, numbers=packs[:3], parent=case),
        told("reject", 2, numbers=packs[4:5], reason="unreadable"),
    ]
    file.write_text(json.dumps({"happenings": happenings}))
    first = packtrail("orders", "report", "WO-1", str(file))
    again = packtrail.json("orders", "report", "WO-1", str(file))
    assert first.stdout.decode() == (
        "report 1 of WO-1: commission:case 1, commission:pack 4, pack:pack 3, reject:pack 1\n"
    )
    assert again["is_repeated"]

    scanned = f"(01){GTIN}(21){packs[3]}"
    dry = packtrail("lines", "rework", "sample", scanned, "--reason", "retention", "--dry-run")
    done = packtrail("lines", "rework", "sample", scanned, "--reason", "retention")
    twice = packtrail("lines", "rework", "sample", scanned, "--reason", "retention", "--dry-run")
    assert (dry.returncode, done.returncode, twice.returncode) == (0, 0, 1)
    assert b"commissioned -> sampled" in dry.stdout
    assert packtrail.json("lines", "reworked")[0]["happening"]["kind"] == "sample"

    stop = packtrail("orders", "command", "WO-1", "Stop", "--reason", "done")
    assert stop.returncode == 0, stop.stderr
    pdf, xlsx = tmp_path / "r.pdf", tmp_path / "r.xlsx"
    open_ = packtrail("orders", "reconcile", "WO-1", "--pdf", str(pdf), "--xlsx", str(xlsx))
    assert open_.returncode == 1
    assert b"LIN-050" in open_.stderr
    assert (pdf.read_bytes()[:4], xlsx.read_bytes()[:2]) == (b"%PDF", b"PK")
    for level in ("pack", "case"):
        settled = packtrail("orders", "settle", "WO-1", level, "returned", "--reason", "left over")
        assert settled.stdout == b"1 numbers returned\n"
    refused = packtrail("orders", "command", "WO-1", "Clear")
    assert (refused.returncode, b"LIN-058" in refused.stderr) == (1, True)
    signed = packtrail("orders", "sign", "WO-1", "--as", "quinn")
    assert signed.returncode == 0, signed.stderr
    closed = packtrail.json("orders", "command", "WO-1", "Clear")
    assert closed["state"] == "Closed"
    shown = packtrail.json("orders", "show", "WO-1")
    assert [each["trigger"] for each in shown["history"]][-3:] == [
        "settle:pack", "settle:case", "Clear",
    ]  # fmt: skip


def test_what_is_refused_of_a_report_is_told_and_shows_in_the_exit_code(
    packtrail: Packtrail, tmp_path: Path
) -> None:
    typed = ("--line", "line-1", "--trade-item", "epcistra", "--lot", "L2", "--expires",
             "2035-12-00", "--quantity", "3", "--start")  # fmt: skip
    assert packtrail("orders", "create", "WO-2", *typed).returncode == 0
    file = tmp_path / "report.csv"
    file.write_text(f"kind,at,number\ncommission,{NOW.isoformat()},NOBODYS\n")

    done = packtrail("orders", "report", "WO-2", str(file))

    assert done.returncode == 1
    assert b"LIN-022" in done.stderr
    listed = packtrail("orders", "list", "--state", "Ready").stdout.decode()
    assert "WO-2" in listed
    assert "WO-1" not in listed


def test_what_waits_is_listed_dismissed_and_gone_on_without(
    packtrail: Packtrail, tmp_path: Path
) -> None:
    typed = ("--line", "line-1", "--trade-item", "epcistra", "--lot", "L3", "--expires",
             "2035-12-00", "--quantity", "3", "--start")  # fmt: skip
    assert packtrail("orders", "create", "WO-3", *typed).returncode == 0
    packs = packtrail("orders", "numbers", "WO-3", "pack").stdout.decode().split()
    file, counted = tmp_path / "report.json", tmp_path / "counted.json"
    sampled = told("sample", 0, numbers=packs[:1], reason="retention")
    file.write_text(json.dumps({"happenings": [sampled]}))
    counted.write_text(json.dumps({"happenings": [sampled], "sequence": 2}))

    assert b"1 wait" in packtrail("orders", "report", "WO-3", str(file)).stderr
    assert b"held" in packtrail("orders", "report", "WO-3", str(counted)).stderr
    listed = packtrail("orders", "waiting", "WO-3").stdout.decode()
    assert "1.0" in listed
    assert "1 reports are held: report 1 is missing" in listed
    assert packtrail("orders", "go-on", "WO-3", "--reason", "lost").returncode == 0
    dismissed = packtrail("orders", "dismiss", "WO-3", "1.0", "--reason", "a test")
    assert dismissed.stdout == b"1.0 of WO-3 waits no longer\n"
    strange = packtrail("orders", "dismiss", "WO-3", "one", "--reason", "a test")
    assert strange.returncode == 2
    room = packtrail.json("orders", "waiting", "WO-3")
    assert (room["held"], [each["report_no"] for each in room["happenings"]]) == (0, [2])
