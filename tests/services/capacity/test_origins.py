"""Every figure of a capacity report and of a business case is traced to where it is from.

A figure that is put in says what it is (measurement, fact, assumption or forecast) and its source.
A figure that is worked out rests on such figures alone, and its formula holds no number of its own
but those that turn one unit into another.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook
from tests.services.capacity.bench import SIZE, report
from tests.services.capacity.test_business import cells_of
from tests.services.conftest import World

from packtrail.planning.book import Terms
from packtrail.planning.capacity.estimating import Basis, Figure, names_in
from packtrail.planning.capacity.model import YEARS
from packtrail.planning.capacity.scenarios import Assumption, Scenario
from packtrail.planning.work import Deadline, WorkKind, WorkPackage
from packtrail.services.capacity import business, calibrating, files, forecasts, runs, scenarios
from packtrail.services.plan import programmes
from packtrail.services.plan.writing import Put, write

FORECAST = "product,market,month,packs\n" + "".join(
    f"P{market},{market},2027-{month:02d}-01,{packs}\n"
    for month in range(1, 13)
    for market, packs in (("IT", 260_000), ("EG", 26_000))
)
UNITS = {
    "0": "nothing", "1": "one, as in 1 + growth", "8": "bits of a byte", "12": "months",
    "24": "hours of a day", "52": "weeks of a year", "60": "minutes or seconds",
    "260": "weekdays of a year", "365": "days of a year", "1000": "GB of a TB",
    "3600": "seconds of an hour", "1e6": "a million", "1e9": "bytes of a GB",
    "0.01": "keeps a division from having no people",
}  # fmt: skip
"""Numbers that say nothing of the world; years are counted up to `YEARS`."""
NUMBER = re.compile(r"(?<![A-Za-z_0-9.])\d+(?:\.\d+)?(?:e\d+)?")
PUT_IN = {Basis.MEASUREMENT, Basis.FACT, Basis.ASSUMPTION, Basis.FORECAST}
SOURCE_LETTERS_MIN = 8
"""Fewer letters name nothing."""


def untraced(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield what is wrong with where figures are from."""
    told = {each.key: each for each in figures}
    if len(told) < len(figures):
        yield "a key is there twice"
    for each in figures:
        if each.basis is not Basis.FORMULA:
            if each.basis not in PUT_IN or len(each.source.strip()) < SOURCE_LETTERS_MIN:
                yield f"{each.key} has no origin: {each.basis}, {each.source!r}"
            if each.rests_on:
                yield f"{each.key} is put in, and rests on {each.rests_on}"
            continue
        allowed = {*UNITS, *(str(year) for year in range(YEARS + 1))}
        for number in set(NUMBER.findall(each.source)) - allowed:
            yield f"{each.key} holds {number}, which nothing says: {each.source}"
        roots = set(_roots(each, told, ()))
        if not roots or roots != set(each.rests_on):
            yield f"{each.key} says that it rests on {each.rests_on}, and does on {roots}"


def _roots(figure: Figure, told: dict[str, Figure], above: tuple[str, ...]) -> Iterator[str]:
    assert figure.key not in above, f"{figure.key} rests on itself"
    if figure.basis is not Basis.FORMULA:
        yield figure.key
        return
    for name in names_in(figure.source):
        yield from _roots(told[name], told, (*above, figure.key))


@pytest.fixture
def planned(world: World) -> World:
    """A forecast, a scenario, a benchmark, and a programme whose Italian date is missed."""
    app, maker = world.app, world.maker
    forecasts.import_forecast(app, maker, FORECAST.encode(), "f.csv")
    margin = Assumption(
        key="margin", low=2, likely=3, high=4, basis=Basis.FACT, source="price list of 2027",
        noted_on=date(2026, 11, 28), noted_by="J. Park",
    )  # fmt: skip
    for code, assumed in (("sales", (margin,)), ("plain", ())):
        told = Scenario(code=code, name=code, assumptions=assumed)
        scenarios.put_scenario(app, maker, told)
    calibrating.take_bench(app, maker, report(world.clock(), SIZE), "size.json")
    programmes.create_programme(app, maker, "eu", name="EU", terms=Terms(template="small"))
    today = world.clock().date()
    entries = (
        WorkPackage(code="LINE", title="Line", kind=WorkKind.EQUIPMENT, duration_days=60,
                    effort_days=30, role="supplier", cost_eur=250_000, market="IT"),
        Deadline(code="IT", title="Italy", package="LINE", due_on=today + timedelta(days=28),
                 market="IT"),
    )  # fmt: skip
    write(app, maker, "eu", [Put(each) for each in entries])
    return world


def test_every_figure_of_every_scenario_has_an_origin(planned: World) -> None:
    found = runs.results(planned.app, planned.maker)

    assert [each.scenario for each in found.columns] == ["sales", "plain"]
    for column in found.columns:
        assert len(column.figures) > 70
        assert list(untraced(column.figures)) == []


def test_every_basis_is_among_the_origins(planned: World) -> None:
    figures = runs.opened(planned.app, planned.maker, scenario="sales").column.figures

    assert {each.basis for each in figures} == {*PUT_IN, Basis.FORMULA}


def test_every_figure_of_the_business_case_has_an_origin(planned: World) -> None:
    told = business.business_case(planned.app, planned.maker)

    assert told.delays
    assert list(untraced(told.figures)) == []
    keys = {each.key for each in told.figures}
    assert {key for part in told.parts for key in part.keys} <= keys
    for each in told.staffing:
        assert {each.needed.key, each.load.key, each.cost.key} <= keys
        facts = (told.estimate[f"days_{each.code}"], told.estimate[f"people_{each.code}"])
        assert tuple(fact.likely for fact in facts) == (each.days_left, each.people)


def test_a_run_that_was_kept_has_its_origins_still(planned: World) -> None:
    kept = runs.keep_run(planned.app, planned.maker, name="Budget")

    for column in runs.run(planned.app, planned.maker, kept.number).results.columns:
        assert list(untraced(column.figures)) == []


def test_every_cell_of_a_spreadsheet_is_a_formula_or_says_where_it_is_from(
    planned: World,
) -> None:
    app, maker = planned.app, planned.maker
    books = (
        files.sheets(maker, runs.results(app, maker)),
        business.workbook(maker, business.business_case(app, maker)),
    )
    for book in books:
        cells = cells_of(book)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
        for row, (*_, basis, source) in enumerate(sheet.to_python()[1:], 2):
            likely = cells[f"C{row}"]
            assert isinstance(likely, str) is (basis == Basis.FORMULA.value), source
            assert len(str(source)) >= SOURCE_LETTERS_MIN or basis == Basis.FORMULA.value
            if isinstance(likely, str):
                bare = re.sub(r"\$C\$\d+", "", likely)
                allowed = {*UNITS, *(str(year) for year in range(YEARS + 1))}
                assert set(NUMBER.findall(bare)) <= allowed, likely


def test_figures_without_an_origin_are_found(planned: World) -> None:
    figures = runs.opened(planned.app, planned.maker).column.figures
    by_key = {each.key: each for each in figures}
    wrong = [
        replace(by_key["margin"], source=" "),
        replace(by_key["packs"], source="packs_year * 1.07"),
        replace(by_key["serials"], rests_on=("waste",)),
        replace(by_key["lines"], basis=Basis.FORMULA, source="6", rests_on=()),
    ]
    some = {**by_key, **{each.key: each for each in wrong}}
    told = {each.split()[0] for each in untraced(tuple(some.values()))}

    assert {"margin", "packs", "serials", "lines"} <= told
