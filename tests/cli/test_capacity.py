"""`packtrail capacity` as people use it: files in, figures and a spreadsheet out."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

FORECAST = "product,market,month,packs\n" + "".join(
    f"04012345111118,DE,2027-{month:02d}-01,1000000\n" for month in range(1, 13)
)
SCENARIO = '[lines]\nvalue = 8\nbasis = "fact"\nsource = "list of lines"\n'


def packtrail(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "packtrail", "capacity", "estimate", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1", "PYTHONUTF8": "1"},
        check=False,
    )


@pytest.fixture
def forecast(tmp_path: Path) -> Path:
    return written(tmp_path / "forecast.csv", FORECAST)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_scenarios_stand_side_by_side_and_in_a_spreadsheet(tmp_path: Path, forecast: Path) -> None:
    first = written(tmp_path / "eight.toml", SCENARIO)
    second = written(tmp_path / "twenty.toml", SCENARIO.replace("8", "20"))
    book = tmp_path / "book.xlsx"
    done = packtrail(forecast, "--scenario", first, "--scenario", second, "--to", book, "--json")
    told = json.loads(done.stdout)["scenarios"]
    lines = {
        name: next(each["likely"] for each in figures if each["key"] == "investment")
        for name, figures in told.items()
    }

    assert (done.returncode, done.stderr) == (0, "")
    assert lines == pytest.approx({"eight": 8e6 / 1.1, "twenty": 20e6 / 1.1})
    with zipfile.ZipFile(io.BytesIO(book.read_bytes())) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>$C2*$C$6</f>".replace("$C2", "$C$2") in sheet
    assert "MIN(1,MAX(0,10-$C$" in sheet


def test_every_figure_of_the_table_has_its_basis(forecast: Path) -> None:
    done = packtrail(forecast)
    rows = done.stdout.splitlines()[1:]
    bases = ("forecast", "assumption", "fact", "measurement", "formula")

    assert done.returncode == 0
    assert len(rows) > 50
    assert all(row.rstrip().endswith(bases) for row in rows)


def test_a_report_on_paper_is_written(tmp_path: Path, forecast: Path) -> None:
    pytest.importorskip("typst", reason="the extra `reports` is not installed")
    paper = tmp_path / "capacity.pdf"

    assert packtrail(forecast, "--to", paper).returncode == 0
    assert paper.read_bytes().startswith(b"%PDF-")


def test_a_file_of_another_kind_is_a_wrong_call(tmp_path: Path, forecast: Path) -> None:
    done = packtrail(forecast, "--to", tmp_path / "capacity.doc")

    assert done.returncode == 2
    assert "expected one of .xlsx, .pdf" in done.stderr


def test_lines_that_are_too_few_are_warned_of(tmp_path: Path) -> None:
    many = written(tmp_path / "many.csv", FORECAST.replace("1000000", "90000000"))
    done = packtrail(many)

    assert done.returncode == 0
    assert "PLN-026" in done.stderr


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ("[lines", "is no TOML"),
        ("lines = 8", "Expected a table with value or range, basis and source."),
        (SCENARIO.replace("fact", "hope"), "'hope' is no basis"),
        (SCENARIO.replace("list of lines", " "), "is no source"),
        (SCENARIO.replace("value = 8", "range = [9, 8, 7]"), "9, 8, 7 is no range"),
        (SCENARIO.replace("value = 8", "value = nan"), "is no range"),
        (SCENARIO.replace("[lines]", "[lnes]"), "'lnes' is no input"),
    ],
)
def test_a_scenario_that_cannot_be_used_is_refused(
    tmp_path: Path, forecast: Path, scenario: str, told: str
) -> None:
    done = packtrail(forecast, "--scenario", written(tmp_path / "s.toml", scenario))

    assert done.returncode == 1
    assert told in done.stderr


def test_a_forecast_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path) -> None:
    bad = written(tmp_path / "bad.csv", FORECAST.replace("2027-02-01", "soon"))
    done = packtrail(bad)

    assert done.returncode == 1
    assert "at C3" in done.stderr


def test_two_scenarios_of_one_name_are_a_wrong_call(tmp_path: Path, forecast: Path) -> None:
    path = written(tmp_path / "s.toml", SCENARIO)

    assert packtrail(forecast, "--scenario", path, "--scenario", path).returncode == 2
