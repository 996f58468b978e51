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

from packtrail.store.embedded import EmbeddedServer

GTIN = "03000101234509"


@pytest.fixture(scope="module")
def packtrail() -> Iterator[Packtrail]:
    with tempfile.TemporaryDirectory(prefix="packtrail-cli-") as name:
        Path(name).chmod(0o711)  # Started as root, the database's user must get through.
        command = Packtrail(Path(name) / "data")
        command.environment.pop("PACKTRAIL_MASTER_KEY", None)
        with EmbeddedServer(Path(name) / "data"):  # The commands join it: each starts at once.
            assert command("organisations", "add", "acme").returncode == 0
            assert command("serials", "pool", "add", "packs", GTIN).returncode == 0
            yield command


def test_a_policy_is_told_without_a_database() -> None:
    command = [sys.executable, "-m", "packtrail", "serials", "policy", "--length", "20", "--json"]

    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ})

    told = json.loads(done.stdout)
    assert told["space"] == 30**20
    assert told["issued_max"] == 2**56


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--length", "3"], 1), (["--guess-limit", "often"], 2), (["--guess-limit", "1/0"], 2)],
)
def test_a_policy_that_cannot_be_used_is_told(arguments: list[str], code: int) -> None:
    command = [sys.executable, "-m", "packtrail", "serials", "policy", *arguments]

    assert subprocess.run(command, capture_output=True, check=False).returncode == code


def test_numbers_are_taken_found_given_back_and_proven(
    packtrail: Packtrail, tmp_path: Path
) -> None:
    first = packtrail("serials", "allocate", "packs", "50", "--request", "PO-1", "--to", "line 4")
    out = tmp_path / "numbers.txt"
    told = packtrail.json(
        "serials", "allocate", "packs", "50", "--request", "PO-1", "--to", "line 4", "--out", out
    )
    serials = first.stdout.decode().split()

    assert len(set(serials)) == 50
    assert out.read_text().split() == serials
    assert out.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["numbers.txt"]
    assert told["is_repeated"]
    assert "serials" not in told

    found = packtrail("serials", "look-up", f"(01){GTIN}(21){serials[7]}")
    assert b"from pool acme/packs, to line 4, request PO-1" in found.stdout
    assert packtrail("serials", "look-up", "0" * 12, "--pool", "packs").returncode == 1

    back = "\n".join(serials[:5]).encode()
    returned = packtrail("serials", "return", "packs", "-", "--request", "B-1", stdin=back)
    assert returned.stdout == b"5 returned, request B-1\n"
    again = packtrail("serials", "return", "packs", "-", "--request", "B-2", stdin=back)
    assert (again.returncode, b"SER-009" in again.stderr) == (1, True)

    assert [each["kind"] for each in packtrail.json("serials", "ledger", "packs")] == [
        "allocated",
        "returned",
    ]
    (proof,) = packtrail.json("serials", "proof", "packs")
    assert (proof["issued"], proof["proven"], proof["returned"]) == (50, 50, 5)
    told = packtrail("serials", "proof", "packs").stdout.decode()
    assert f"Pool acme/packs for {GTIN}: no number was issued twice" in told
    assert f"50/{30**12}, below 1/10000" in told


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
