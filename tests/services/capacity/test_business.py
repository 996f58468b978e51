"""The business case: what it rests on, and a spreadsheet that anybody can work out anew."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook
from tests.services.conftest import World

from packtrail.base.errors import NotFound
from packtrail.planning.book import Terms
from packtrail.planning.scope import Line, Product, Site
from packtrail.planning.work import Deadline, WorkKind, WorkPackage
from packtrail.services.capacity import business, forecasts
from packtrail.services.capacity.business import BusinessCase
from packtrail.services.plan import programmes
from packtrail.services.plan.writing import Put, write

FORECAST = "product,market,month,packs\n" + "".join(
    f"P{market},{market},2027-{month:02d}-01,{packs}\n"
    for month in range(1, 13)
    for market, packs in (("IT", 260_000), ("EG", 26_000))
)
_CELL = re.compile(r"\$([A-Z]+)\$(\d+)")
_NAMES = {"main": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture
def case(world: World) -> BusinessCase:
    """A programme whose Italian date is missed, and a forecast for two markets."""
    app, maker = world.app, world.maker
    forecasts.import_forecast(app, maker, FORECAST.encode(), "f.csv")
    programmes.create_programme(app, maker, "eu", name="EU", terms=Terms(template="small"))
    today = world.clock().date()
    entries = (
        WorkPackage(code="LINE", title="Line", kind=WorkKind.EQUIPMENT, duration_days=60,
                    effort_days=30, role="supplier", cost_eur=250_000, market="IT"),
        WorkPackage(code="SPEC", title="Specification", duration_days=20, effort_days=40,
                    role="it", done_percent=50, started_on=today - timedelta(days=20)),
        WorkPackage(code="DONE", title="Bought", duration_days=1, cost_eur=9_000, role="it",
                    effort_days=5, done_percent=100, started_on=today - timedelta(days=9),
                    finished_on=today - timedelta(days=9)),
        Deadline(code="IT", title="Italy", package="LINE", due_on=today + timedelta(days=28),
                 market="IT"),
    )  # fmt: skip
    write(app, maker, "eu", [Put(each) for each in entries])
    return business.business_case(app, maker)


def test_work_purchases_and_late_dates_come_from_the_programme(case: BusinessCase) -> None:
    told = case.estimate

    assert (case.programme, case.scenario) == ("EU", "As the model has it")
    assert told["days_it"].likely == 20
    assert told["days_supplier"].likely == 30
    assert (told["bought"].likely, told["spent"].likely) == (250_000, 9_000)
    assert told["work_cost"].likely == 20 * 600 + 30 * 1_100
    assert told["outlay"].likely == pytest.approx(45_000 + 250_000)
    assert told["days_it"].source.startswith("programme eu, version ")
    (delay,) = case.delays
    assert told["late_1"].likely == delay.late_days
    assert told["held_1"].likely == pytest.approx(260_000 * 12 / 260 * delay.late_days)
    assert told["delay_total"].likely == pytest.approx(told["held_1"].likely * 5 / 1.1)


def test_a_late_date_holds_back_the_packs_of_the_products_it_is_about(world: World) -> None:
    app, maker = world.app, world.maker
    forecast = "product,market,month,packs\n" + "".join(
        f"{product},IT,2027-{month:02d}-01,{packs}\n"
        for month in range(1, 13)
        for product, packs in (("OTC", 1_000), ("RX", 9_000), ("NEW", 300))
    )
    forecasts.import_forecast(app, maker, forecast.encode(), "f.csv")
    programmes.create_programme(app, maker, "eu", name="EU", terms=Terms(template="small"))
    due_on = world.clock().date() + timedelta(days=28)
    entries = (
        Product(code="OTC", name="Ointment", markets=("IT",)),
        Product(code="RX", name="Tablets", markets=("IT",)),
        WorkPackage(code="LINE", title="Line", duration_days=60, market="IT", products=("OTC",)),
        Deadline(code="IT", title="Italy, over the counter", package="LINE", due_on=due_on,
                 market="IT"),
    )  # fmt: skip
    write(app, maker, "eu", [Put(each) for each in entries])

    told = business.business_case(app, maker).estimate

    # Of what the programme does not know nothing says that it can ship.
    assert told["packs_late_1"].likely == 12 * (1_000 + 300)
    assert told["held_1"].likely == pytest.approx(15_600 / 260 * told["late_1"].likely)
    assert told["week_it"].likely == pytest.approx(12 * 10_300 / 52 * 5 / 1.1)


def test_what_is_needed_of_it_is_held_against_its_people(case: BusinessCase) -> None:
    told = case.estimate
    needed = 20 / 215 + told["people"].likely * 0.35

    assert told["it_needed"].likely == pytest.approx(needed)
    assert told["it_load"].likely == pytest.approx(needed / 0.8)
    assert {each.code for each in case.staffing} >= {"it", "quality", "supplier"}


def test_every_figure_rests_on_inputs_that_say_why_they_are_believed(case: BusinessCase) -> None:
    told = {each.key: each for each in case.figures}
    formulas = [each for each in case.figures if each.rests_on]

    assert len(formulas) > 70
    for figure in formulas:
        for key in figure.rests_on:
            assert told[key].basis.value != "formula"
            assert told[key].source.strip()


def cells_of(book: bytes) -> dict[str, str | float]:
    """Return the cells of the first sheet: formulas as text, numbers as they are stored."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        root = ET.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    found: dict[str, str | float] = {}
    for cell in root.iterfind(".//main:c", _NAMES):
        formula, value = cell.find("main:f", _NAMES), cell.find("main:v", _NAMES)
        if formula is not None and formula.text:
            found[cell.attrib["r"]] = formula.text
        elif value is not None and value.text and cell.get("t") != "s":
            found[cell.attrib["r"]] = float(value.text)
    return found


def worked_out(cells: dict[str, str | float]) -> dict[str, float]:
    """Work every formula out anew, as a spreadsheet would: by its text, from the cells alone."""
    known: dict[str, float] = {}

    def value(name: str) -> float:
        if name not in known:
            content = cells[name]
            if isinstance(content, float):
                known[name] = content
            else:
                text = _CELL.sub(lambda found: f"value('{found[1]}{found[2]}')", content)
                known[name] = eval(
                    text.replace("^", "**"), {"value": value, "MIN": min, "MAX": max}
                )
        return known[name]

    return {name: value(name) for name in cells if name.startswith("C")}


def test_the_spreadsheet_gives_our_values_when_its_formulas_are_worked_out_anew(
    world: World, case: BusinessCase
) -> None:
    cells = cells_of(business.workbook(world.maker, case))
    found = worked_out(cells)
    formulas = [name for name, content in cells.items() if isinstance(content, str)]

    assert len(formulas) == sum(1 for each in case.figures if each.rests_on)
    for row, figure in enumerate(case.figures, 2):
        assert found[f"C{row}"] == pytest.approx(figure.likely, rel=1e-12), figure.key


def test_an_input_that_is_changed_in_the_spreadsheet_moves_what_rests_on_it(
    world: World, case: BusinessCase
) -> None:
    cells = cells_of(business.workbook(world.maker, case))
    rows = {each.key: f"C{row}" for row, each in enumerate(case.figures, 2)}
    before = worked_out(cells)
    after = worked_out(cells | {rows["margin"]: 50.0})

    assert after[rows["delay_total"]] == pytest.approx(10 * before[rows["delay_total"]])
    assert after[rows["outlay"]] == before[rows["outlay"]]


def without_results(book: bytes) -> bytes:
    """Return a spreadsheet without the values that are stored beside its formulas."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as parts, zipfile.ZipFile(made, "w") as bare:
        for name in parts.namelist():
            content = parts.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
            bare.writestr(name, content)
    return made.getvalue()


def test_libreoffice_works_out_the_same(world: World, case: BusinessCase, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed, so only our own evaluator worked it out")
    book = tmp_path / "case.xlsx"
    book.write_bytes(without_results(business.workbook(world.maker, case)))
    command = [office, "--headless", "--convert-to", "ods", "--outdir", tmp_path, book]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    rows = CalamineWorkbook.from_path(tmp_path / "case.ods").get_sheet_by_index(0).to_python()

    for row, figure in zip(rows[1:], case.figures, strict=False):
        assert row[2] == pytest.approx(figure.likely, rel=1e-9), figure.key


def test_it_is_written_on_paper(world: World, case: BusinessCase) -> None:
    pytest.importorskip("typst", reason="the extra `reports` is not installed")

    assert business.report(world.maker, case).startswith(b"%PDF-")


def test_without_a_programme_the_model_says_what_is_invested(world: World) -> None:
    forecasts.import_forecast(world.app, world.maker, FORECAST.encode(), "f.csv")
    told = business.business_case(world.app, world.maker)

    assert (told.programme, told.staffing, told.delays) == ("", (), ())
    assert told.estimate["outlay"].likely == told.estimate["investment"].likely
    assert told.estimate["delay_total"].likely == 0


def test_a_scenario_and_a_programme_of_other_lines_are_not_put_together_unsaid(
    world: World, case: BusinessCase
) -> None:
    assert case.caution == ""  # The programme names no lines.

    home = Site(code="home", name="Home", country="IT")
    lines = [Line(code=code, name=code, site="home") for code in ("L1", "L2")]
    write(world.app, world.maker, "eu", [Put(each) for each in (home, *lines)])
    other = business.business_case(world.app, world.maker)
    assumed = other.estimate["lines"].likely

    assert assumed != 2
    assert other.caution.startswith(f"The scenario is about {assumed:g} lines, the programme about")
    book = CalamineWorkbook.from_filelike(io.BytesIO(business.workbook(world.maker, other)))
    about = dict(book.get_sheet_by_name("About this file").to_python())
    assert about["Mind"] == other.caution


def test_what_is_not_there_is_told(world: World, case: BusinessCase) -> None:
    for asked in ({"programme": "none"}, {"scenario": "none"}):
        with pytest.raises(NotFound):
            business.business_case(world.app, world.maker, **asked)
    with pytest.raises(NotFound):
        business.business_case(world.app, world.wholesaler)
