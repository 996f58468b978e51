"""`packtrail markets` as a person types it; none of it needs a database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.compliance.packs import FILES
from typer.testing import CliRunner, Result

from packtrail.__main__ import application
from packtrail.cli.output import FINDINGS, FINE, USAGE, guarded

PACK = "label:\n  class: prescription\n  level: unit\n  carries: [01, 21, 17, 10]\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(), ["markets", *arguments])


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    """Write a subject to a file and return its name."""

    def write(text: str) -> str:
        path = tmp_path / "subject.yaml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def code_of(*arguments: str) -> int:
    app = application()
    return guarded(
        lambda: app(["markets", *arguments], standalone_mode=False), as_json=lambda: False
    )


def test_every_market_is_listed_with_its_phase_and_what_comes_next() -> None:
    rows = json.loads(run("list", "--on", "2026-11-22", "--json").stdout)
    by_market = {row["market"]: row for row in rows}

    assert len(rows) == 94
    assert by_market["IT"]["phase"] == "transition"
    assert by_market["IT"]["next_on"] == "2026-12-31"
    assert by_market["US"]["next_on"] == "2026-11-27"
    assert (by_market["DE"]["name"], by_market["DE"]["pack_id"]) == ("Germany", "eu_fmd")


def test_only_the_markets_of_a_phase_are_listed() -> None:
    rows = json.loads(run("list", "--phase", "upcoming", "--json").stdout)

    assert {row["market"] for row in rows} == {"UA", "NG", "ZA", "MY"}


def test_a_market_is_shown_with_sources_and_open_questions() -> None:
    page = json.loads(run("show", "CN", "--on", "2026-11-22", "--json").stdout)

    assert page["open_questions"] == [
        "exact NMPA category roll-out list and deadlines for all drugs"
    ]
    assert {"CN-TRC-001", "CN-TRC-005"} <= {rule["code"] for rule in page["rules"]}
    assert all(source["url"].startswith("http") for source in page["sources"])


def test_a_market_is_told_for_people_too() -> None:
    told = run("show", "MA").stdout

    assert "Morocco: Nothing found" in told
    assert "unknown, low" in told


def test_a_rule_is_explained_with_clause_and_source() -> None:
    told = run("explain", "EU-FMD-004").stdout

    assert "less than 1 in 10,000" in told
    assert "Delegated Regulation (EU) 2016/161, Article 4" in told
    assert "SUKL" in told


def test_a_rule_there_is_not_is_a_finding() -> None:
    assert code_of("explain", "EU-FMD-999") == FINDINGS


def test_a_label_is_checked_on_a_day(file: Callable[[str], str]) -> None:
    asked = ("check", "--market", "DE", "--on", "2026-11-22", "--subject", file(PACK), "--json")
    done = run(*asked)
    answer = json.loads(done.stdout)

    assert done.exit_code == FINE
    assert answer["pack"]["pack_id"] == "eu_fmd"
    assert {each["code"]: each["outcome"] for each in answer["results"]}["EU-FMD-001"] == "passed"


def test_a_label_that_breaks_a_rule_ends_with_one(file: Callable[[str], str]) -> None:
    bad = file(PACK.replace("21, ", ""))
    done = run("check", "--market", "DE", "--on", "2026-11-22", "--subject", bad)

    assert done.exit_code == FINDINGS
    assert "The code lacks (21) serial number." in done.stdout
    assert "Article 4" in done.stdout


def test_a_disputed_rule_does_not_end_with_one(file: Callable[[str], str]) -> None:
    local = file("label: {class: prescription, origin: domestic, level: unit, carries: [01]}")
    done = run("check", "--market", "EG", "--on", "2026-11-22", "--subject", local)

    assert done.exit_code == FINE
    assert "sources disagree" in done.stdout


def test_a_subject_may_come_through_a_pipe() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "packtrail", "markets", "check", "--market", "DE", "--subject", "-"],
        input='{"label": {"class": "prescription", "level": "unit", "carries": ["01"]}}',
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == FINDINGS
    assert "EU-FMD-001" in done.stdout


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("label: {carries: [01], colour: red}", "line 1, column 24"),
        ("shipment: {aggregated: [crate]}", "line 1, column 25"),
        ("nothing: 1", "subject.yaml"),
        ("label: [", "line 2"),
    ],
)
def test_a_subject_with_a_mistake_is_told_with_its_place(
    content: str, place: str, file: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of("check", "--market", "DE", "--subject", file(content)) == FINDINGS
    assert place in capsys.readouterr().err


def test_a_market_there_is_not_is_a_finding() -> None:
    assert code_of("show", "QQ") == FINDINGS


def test_two_days_are_compared_in_words() -> None:
    told = run("diff", "IT", "--from", "2026-11-22", "--to", "2027-03-01").stdout

    assert "The exemption no longer holds: Batches released with the bollino alone" in told
    assert "From 2027-02-09: The pack bears the security label of IPZS" in told


def test_two_versions_are_compared_in_words(tmp_path: Path) -> None:
    packs, other = tmp_path / "packs", tmp_path / "other"
    for folder in (packs / "xx_demo", other):
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    calendar = other / "calendar" / "calendar.yaml"
    calendar.write_text(calendar.read_text("utf-8").replace("2026-12-31", "2027-06-30"), "utf-8")

    told = run("diff", "XX", "--packs", str(packs), "--against", str(other)).stdout

    assert "day is now 2027-06-30, was 2026-12-31" in told


def test_a_comparison_needs_something_to_compare_with() -> None:
    assert code_of("diff", "IT") == USAGE


def test_a_day_that_is_none_is_told() -> None:
    assert code_of("list", "--on", "22/11/2026") == USAGE


def test_a_pack_is_linted(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")

    assert "2 rules, 4 cases, 4 parameters: fit for use" in run("lint", str(tmp_path)).stdout
    (tmp_path / "cases" / "cases.yaml").unlink()
    done = run("lint", str(tmp_path), "--json")
    assert done.exit_code == FINDINGS
    assert {each["code"] for each in json.loads(done.stdout)["findings"]} == {"LAW-009"}


def test_all_cases_run() -> None:
    done = run("test")

    assert done.exit_code == FINE
    assert "of 66 packs are as expected" in done.stdout


def test_the_cases_of_one_market_run() -> None:
    assert json.loads(run("test", "US", "IT", "--json").stdout)["packs"] == 2
