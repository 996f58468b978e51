"""`packtrail capacity` over a database: forecasts, scenarios, results, runs, calibration."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.services.capacity.bench import SIZE, report
from typer.testing import CliRunner

from packtrail.__main__ import application
from packtrail.base.errors import RefusedError, UsageError

APP = application()
FORECAST = "product,market,month,packs\n" + "".join(
    f"P,DE,2027-{month:02d}-01,100000\n" for month in range(1, 13)
)


def run(db: str, *words: str, data: str | bytes = "") -> Any:
    return CliRunner().invoke(APP, ["capacity", *words, "--db", db], input=data)


def answer(db: str, *words: str, data: str | bytes = "") -> Any:
    done = run(db, *words, "--json", data=data)
    assert done.exit_code == 0, done.output + str(done.exception)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def db(database_url: str) -> str:
    made = CliRunner().invoke(
        APP, ["organisations", "add", "maker", "--name", "Maker", "--db", database_url]
    )
    assert made.exit_code == 0
    imported = answer(database_url, "forecast", "import", "-", "--name", "Plan", data=FORECAST)
    assert imported["packs_year"] == 1_200_000
    return database_url


def test_from_a_forecast_to_files(db: str, tmp_path: Path) -> None:
    book, table = tmp_path / "book.xlsx", tmp_path / "forecast.csv"
    answer(db, "scenario", "put", "nine", "--name", "Nine lines", "--in-force", "--reason", "try")
    told = answer(
        db, "scenario", "assume", "nine", "lines", "9", "--basis", "fact", "--source", "list"
    )
    seen = answer(db, "show", "--scenario", "nine", "--to", str(book))
    kept = answer(db, "run", "keep", "--name", "Budget")

    assert told["scenario"]["assumptions"][0]["likely"] == 9
    figures = {each["key"]: each["likely"] for each in seen["columns"][0]["figures"]}
    assert figures["investment"] == pytest.approx(9e6 / 1.1)
    assert book.read_bytes()[:2] == b"PK"
    assert answer(db, "run", "show", str(kept["number"]))["columns"][0]["scenario"] == "nine"
    assert answer(db, "forecast", "show", "--to", str(table))["forecast"]["name"] == "Plan"
    assert table.read_text().splitlines()[1] == "P,DE,2027-01-01,100000.0"
    assert answer(db, "scenario", "forget", "nine", "lines")["revision"] == 3
    assert [each["code"] for each in answer(db, "scenario", "history", "nine")] == ["nine"] * 3


def test_tables_are_told_to_people(db: str) -> None:
    for words, told in (
        (("forecast", "list"), "Plan"),
        (("forecast", "show"), "January 2027"),
        (("show",), "Serial numbers to issue"),
        (("business",), "Cost a pack over 5 years"),
        (("outlook",), "Until it is used up"),
        (("calibration",), "Low"),
        (("run", "list"), "Kept"),
        (("scenario", "list"), "Code"),
    ):
        done = run(db, *words)
        assert (done.exit_code, told in done.stdout) == (0, True), done.output


def test_a_benchmark_calibrates_and_another_machines_does_not(db: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "size.json", tmp_path / "other.json"
    good.write_bytes(report(datetime.now(UTC), SIZE))
    bad.write_bytes(report(datetime.now(UTC), SIZE, machine="another"))

    assert answer(db, "calibrate", str(good))[0]["sets"][0] == "bytes_stored"
    refused = run(db, "calibrate", str(bad))
    assert isinstance(refused.exception, RefusedError)
    assert refused.exception.findings[0].code == "CPA-011"


def test_a_sample_is_noted_and_the_business_case_is_written(db: str, tmp_path: Path) -> None:
    book = tmp_path / "case.xlsx"
    assert run(db, "sample").exit_code == 0
    names = {each["name"] for each in answer(db, "outlook")["meters"]}
    seen = answer(db, "business", "--to", str(book))

    assert {"database", "cpu_load"} <= names
    assert "case_pack" in {each["key"] for each in seen["figures"]}
    assert book.read_bytes()[:2] == b"PK"


def test_a_wrong_call_says_what_is_expected(db: str, tmp_path: Path) -> None:
    for words in (
        ("show", "--to", str(tmp_path / "x.doc")),
        ("forecast", "show", "--to", str(tmp_path / "x.pdf")),
        ("business", "--to", str(tmp_path / "x.doc")),
        ("scenario", "assume", "nine", "lines", "9", "--basis", "hope"),
    ):
        assert isinstance(run(db, *words).exception, UsageError)
