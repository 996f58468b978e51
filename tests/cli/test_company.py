"""`packtrail portfolio`, `obligations` and `markets` of a company, typed in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import icalendar
import pytest
from tests.services.companies import make_company
from typer.testing import CliRunner, Result

from packtrail.__main__ import application
from packtrail.cli.output import FINDINGS, FINE, USAGE, guarded
from packtrail.store.database import Database

KEY = "us_dscsa/small_dispenser_exemption_ends"


class Typed:
    """The command line on the database of this module, for the maker."""

    def __init__(self, url: str, organisation: str) -> None:
        self.environment = {
            "PACKTRAIL_DATABASE_URL": url,
            "PACKTRAIL_ORGANISATION": organisation,
            "PACKTRAIL_DATA": "/nonexistent",
        }

    def __call__(self, *arguments: str | Path) -> Result:
        runner = CliRunner(env=self.environment)
        return runner.invoke(application(), [*map(str, arguments)])

    def json(self, *arguments: str | Path) -> Any:
        done = self(*arguments, "--json")
        assert done.exit_code == FINE, done.output
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def typed(database: Database) -> Typed:
    world = make_company(database)
    return Typed(database.url, world.maker.organisation_code)


@pytest.fixture
def code_of(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command as the program does, and return its exit code."""
    for name, value in typed.environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str | Path) -> int:
        app = application()
        return guarded(
            lambda: app([*map(str, arguments)], standalone_mode=False), as_json=lambda: False
        )

    return run


def test_the_radar_is_listed_for_people_and_programs(typed: Typed) -> None:
    told = typed("obligations", "list", "--on", "2026-11-22").stdout
    seen = typed.json("obligations", "list", "--on", "2026-11-22")

    assert "End of small-dispenser exemption" in told
    (first, *_) = seen["ahead"]
    assert (first["key"], first["on"], first["days_left"]) == (KEY, "2026-11-27", 5)
    of_line = typed.json("obligations", "list", "--on", "2026-11-22", "--line", "w1")
    assert {market for each in of_line["ahead"] for market in each["markets"]} == {"US"}


def test_an_obligation_is_said_done_with_evidence(typed: Typed, code_of: Any) -> None:
    assert code_of("obligations", "say", KEY, "--state", "done") == FINDINGS

    done = typed("obligations", "say", KEY, "--state", "done", "--evidence", "WO-17",
                 "--owner", "Trade")  # fmt: skip

    assert done.exit_code == FINE, done.output
    page = typed.json("obligations", "show", KEY)
    assert page["obligation"]["state"] == "done"
    assert page["notes"][0]["evidence"] == "WO-17"


def test_procedures_and_reminders_are_listed(typed: Typed) -> None:
    found = {each["key"] for each in typed.json("obligations", "procedures")}

    assert "us_dscsa/illegitimate_product" in found
    assert typed("obligations", "reminders").exit_code == FINE


def test_a_calendar_is_written_and_an_address_made_and_ended(typed: Typed, tmp_path: Path) -> None:
    path = tmp_path / "due.ics"

    assert typed("obligations", "calendar", path).exit_code == FINE
    made = typed.json("obligations", "add-feed", "Wall", "--market", "US")
    feeds = typed.json("obligations", "feeds")

    assert icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert [each["name"] for each in feeds] == ["Wall"]
    assert made["token"] not in json.dumps(feeds)
    assert typed("obligations", "revoke-feed", feeds[0]["feed_id"]).exit_code == FINE


def test_entries_are_listed_shown_written_and_taken_out(
    typed: Typed, code_of: Any, tmp_path: Path
) -> None:
    rows = typed.json("portfolio", "list", "product")
    assert [each["key"] for each in rows] == ["tarvoxil"]
    elm = tmp_path / "elm.yaml"
    elm.write_text("code: elm\nname: Elm\nmarkets: [US]\nroles: [dispenser]\n")

    trial = typed("portfolio", "put", "partner", elm, "--dry-run")
    assert trial.exit_code == FINE, trial.output
    assert len(typed.json("portfolio", "list", "partner")) == 1
    assert typed("portfolio", "put", "partner", elm).exit_code == FINE
    assert typed.json("portfolio", "show", "partner", "elm")["body"]["name"] == "Elm"
    assert typed("portfolio", "remove", "partner", "elm", "--reason", "Closed").exit_code == FINE
    assert code_of("portfolio", "show", "partner", "elm") == FINDINGS
    history = typed("portfolio", "history").stdout
    assert "Closed" in history
    assert code_of("portfolio", "list", "pill") == USAGE


def test_a_portfolio_is_exported_and_looked_at_before_it_is_imported(
    typed: Typed, tmp_path: Path
) -> None:
    book, empty = tmp_path / "book.xlsx", tmp_path / "empty.xlsx"

    assert typed("portfolio", "template", empty).exit_code == FINE
    assert typed("portfolio", "export", book).exit_code == FINE
    looked = typed.json("portfolio", "import", book, "--dry-run")

    assert empty.read_bytes().startswith(b"PK")
    assert looked["is_trial"]
    assert (looked["outcome"]["added"], looked["outcome"]["changed"]) == (0, 0)


def test_a_bad_row_is_told_with_its_place(code_of: Any, capsys: Any, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("code,name,class,made_in\ndolex,Dolex,magic,US\n")

    assert code_of("portfolio", "import", path, "--as", "products") == FINDINGS
    told = capsys.readouterr().err
    assert "magic" in told
    assert "row 2" in told


def test_a_product_is_checked_in_every_market(typed: Typed) -> None:
    told = typed("markets", "check", "--product", "tarvoxil", "--on", "2026-11-22").stdout

    assert "United States" in told
    assert "Germany" in told


def test_a_product_that_breaks_a_rule_ends_with_one(typed: Typed) -> None:
    asked = ("markets", "check", "--product", "tarvoxil", "--market", "US", "--on")

    assert typed(*asked, "2026-11-28").exit_code == FINDINGS


def test_the_time_machine_names_rule_product_and_line(typed: Typed) -> None:
    seen = typed.json("markets", "machine", "--from", "2026-11-22", "--on", "2026-11-28")

    assert [(each["code"], each["products"], each["lines"]) for each in seen["new"]] == [
        ("US-DSCSA-012", ["tarvoxil"], ["w1"])
    ]
    told = typed("markets", "machine", "--from", "2026-11-22", "--on", "2026-11-28").stdout
    assert "US-DSCSA-012" in told


def test_readiness_is_told_and_written(typed: Typed, tmp_path: Path) -> None:
    book, report = tmp_path / "r.xlsx", tmp_path / "r.pdf"

    rows = typed.json("markets", "readiness", "--xlsx", book, "--pdf", report)

    assert {each["market"] for each in rows} == {"US", "DE"}
    assert book.read_bytes().startswith(b"PK")
    assert report.read_bytes().startswith(b"%PDF-")


def test_nothing_waits_where_the_accepted_rules_are_installed(typed: Typed, code_of: Any) -> None:
    assert typed.json("markets", "updates") == []
    assert typed.json("markets", "accepted")
    assert code_of("markets", "accept", "us_dscsa", "--reason", " ") == FINDINGS
