"""Reports from the command line: from a captured shipment to the answer of a fake authority."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.services.documents import document, event
from tests.unit.reporting import sample
from typer.testing import CliRunner

from packtrail.__main__ import application
from packtrail.base.errors import PacktrailError
from packtrail.cli.output import EXIT_CODES
from packtrail.simulation.authority import AuthorityServer

GTIN = "00300010123455"
APPLICATION = application()


@dataclass(frozen=True)
class Done:
    """How a command went."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Packtrail:
    """The command line in this process, on the database of these tests."""

    environment: Mapping[str, str]

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Done:
        words = [str(each) for each in arguments]
        made = CliRunner().invoke(APPLICATION, words, input=stdin, env=self.environment)
        fault = made.exception
        if fault is not None and not isinstance(fault, PacktrailError | SystemExit):
            raise fault
        code = made.exit_code
        if isinstance(fault, PacktrailError):
            code = next(number for kind, number in EXIT_CODES if isinstance(fault, kind))
        return Done(code, made.stdout, made.stderr)

    def json(self, *arguments: str | Path) -> Any:
        done = self(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def authority() -> Iterator[AuthorityServer]:
    with AuthorityServer() as server:
        yield server


@pytest.fixture(scope="module")
def packtrail(authority: AuthorityServer, database_url: str) -> Packtrail:
    command = Packtrail(
        {
            "PACKTRAIL_DATABASE_URL": database_url,
            "PACKTRAIL_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        }
    )
    assert command("organisations", "add", "acme").returncode == 0
    done = command(
        "reports", "receiver", "eptts", "--title", "EPTTS", "--market", "EG",
        "--role", "manufacturer", "--channel", "http", "--takes-all",
        "--address", f"{authority.address}/portal/reports",
        "--answer-address", f"{authority.address}/portal/reports/{{reference}}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    here = {"id": sample.PLACES[sample.MAKER]}
    ilmd = {
        "cbvmda:lotNumber": "A1",
        "cbvmda:itemExpirationDate": "2028-12-31",
        "cbvmda:productionDate": "2026-03-01",
    }
    born = event(
        1, epcList=[sample.pack(n) for n in range(3)], ilmd=ilmd, readPoint=here,
        bizLocation=here,
    )  # fmt: skip
    assert command("capture", "-", stdin=document(born)).returncode == 0
    assert "1 reports have become due" in command("reports", "work").stdout
    return command


def _one(packtrail: Packtrail) -> dict[str, Any]:
    found = packtrail.json("reports", "list", "--receiver", "eptts", "--limit", "1")
    (one,) = found
    return dict(one)


def test_a_report_goes_from_due_to_acknowledged(packtrail: Packtrail, tmp_path: Path) -> None:
    number = str(_one(packtrail)["number"])
    built = packtrail("reports", "build", number)
    assert built.returncode == 0, built.stderr
    assert "is checked, score 100" in built.stdout
    assert "is approved" in packtrail("reports", "approve", number).stdout
    assert "is sent" in packtrail("reports", "send", number).stdout
    assert "is acknowledged" in packtrail("reports", "send", number).stdout

    shown = packtrail("reports", "show", number).stdout
    assert "acknowledged" in shown
    assert "SHA-256" in shown
    out = tmp_path / "sent.csv"
    assert packtrail("reports", "file", number, "1", "--out", out).returncode == 0
    assert b"SER0000000000" in out.read_bytes()
    dossier = tmp_path / "dossier.pdf"
    assert packtrail("reports", "dossier", number, "--out", dossier).returncode == 0
    assert dossier.read_bytes().startswith(b"%PDF")
    assert packtrail("reports", "paper", number).returncode == 1, "it ships nothing"
    assert packtrail("reports", "answer", number, "maybe").returncode == 1
    assert packtrail("reports", "drop", number, "--reason", "x").returncode == 1
    assert packtrail("reports", "show", "999").returncode == 1

    bad = tmp_path / "bad.csv"
    bad.write_bytes(out.read_bytes().replace(b"2028-12-31", b"31.12.2028"))
    fixed = tmp_path / "fixed.csv"
    checked = packtrail("reports", "preflight", bad, "--for", "eptts:eg_csv", "--fixed", fixed)
    assert checked.returncode == 1
    assert "score 0" in checked.stdout
    assert "becomes '2028-12-31'" in checked.stderr
    assert fixed.read_bytes() == out.read_bytes()
    again = packtrail("reports", "preflight", fixed, "--for", "eg_csv", "--no-score", "--json")
    assert (again.returncode, json.loads(again.stdout)["check"]["score"]) == (0, 100)
    scores = packtrail.json("reports", "scores", "--unit", "day")
    told = {each["receiver"]: (each["count"], each["lowest"]) for each in scores}
    assert told["eptts"] == (2, 0)


def test_a_report_that_nobody_found_due_is_asked_for_and_dropped(packtrail: Packtrail) -> None:
    made = packtrail(
        "reports", "receiver", "hub", "--market", "EU", "--role", "marketing_authorisation_holder",
        "--fact", "hub_id=H-1",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    asked = packtrail.json("reports", "create", "hub", "eu_product_data", "--gtin", GTIN)
    number = str(asked["number"])
    built = packtrail("reports", "build", number)
    assert built.returncode == 1
    assert "Common name (INN) (eu_common_name, of the trade item) is not known" in built.stderr
    told = packtrail("reports", "facts", "item", GTIN, "--set", "eu_common_name=epcistrum")
    assert "epcistrum" in told.stdout
    again = packtrail("reports", "build", number)
    assert "eu_common_name" not in again.stderr
    assert packtrail("reports", "drop", number).returncode == 2, "why?"
    assert "is dropped" in packtrail("reports", "drop", number, "--reason", "Not ours.").stdout
    assert "is due" in packtrail("reports", "reopen", number, "--reason", "It is.").stdout
    assert packtrail("reports", "facts", "thing").returncode == 2
    assert packtrail("reports", "receiver", "hub", "--kind", "friend").returncode == 2


def test_receivers_and_forms_are_listed_and_a_form_shows_its_fields(packtrail: Packtrail) -> None:
    listed = packtrail("reports", "receivers").stdout
    assert "eptts" in listed
    assert "eg_csv" in listed
    forms = packtrail.json("reports", "forms", "--market", "ru")
    assert {each["market"] for each in forms} == {"RU"}
    assert "sscc_detail" in packtrail("reports", "forms", "ru_415").stdout
    assert packtrail("reports", "forms", "ru_999").returncode == 1
    assert "mdlp_cost" in packtrail("reports", "facts", "item", "--names").stdout
