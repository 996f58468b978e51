"""The numbers for the board, and readiness over the real services."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook
from tests.services.plan.test_programmes import LARGE, full_scope, put

from packtrail.base.errors import Conflict, RefusedError
from packtrail.planning.calendars import DayOff, Window
from packtrail.services.capacity import business, forecasts
from packtrail.services.plan import (
    books,
    holidays,
    overview,
    programmes,
    progress,
    proposing,
    readiness,
    reports,
    trying,
)
from packtrail.services.plan import files as plan_files
from packtrail.services.plan.scheduling import planned
from packtrail.services.plan.writing import Written, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.services.conftest import World

    from packtrail.access import Actor
    from packtrail.services.application import Application


@pytest.fixture
def maker(world: World) -> Actor:
    world.clock.now = world.clock.now.replace(year=2026, month=11, day=30, hour=9)
    programmes.create_programme(world.app, world.maker, "eu", name="EU programme", terms=LARGE)
    full_scope(world, world.maker)
    proposing.accept(world.app, world.maker, "eu")
    return world.maker


def test_what_is_a_number_or_a_day_is_one_in_the_workbook_for_the_board(
    world: World, maker: Actor
) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(reports.board_numbers(world.app, maker, "eu")))
    rows = book.get_sheet_by_name("Summary").to_python(skip_empty_area=False)
    told = {str(row[0]): row[1] for row in rows[1:]}

    assert isinstance(told["Verdict"], str)
    assert told["Work packages"] == len(books.opened(world.app, maker, "eu").book.packages)
    assert told["Work packages done"] == 0
    assert isinstance(told["Last day of work"], date)


def test_the_board_and_the_business_case_tell_the_same_money(world: World, maker: Actor) -> None:
    known = books.opened(world.app, maker, "eu").book.packages
    begun = world.clock().date() - timedelta(days=30)
    half = replace(known["URS"], started_on=begun, done_percent=50)
    bought = next(each for each in known.values() if each.cost_eur)
    done = replace(bought, started_on=begun, finished_on=begun, done_percent=100)
    put(world, maker, half, done)
    forecasts.import_forecast(
        world.app, maker, b"product,market,month,packs\nP,IT,2027-01-01,9000\n", "f.csv"
    )

    book = CalamineWorkbook.from_filelike(io.BytesIO(reports.board_numbers(world.app, maker, "eu")))
    head, *rows = book.get_sheet_by_name("Money").to_python(skip_empty_area=False)
    total = dict(zip(head, rows[-1], strict=True))
    told = business.business_case(world.app, maker, programme="eu").estimate

    assert total["Title"] == "Total"
    assert total["Left, EUR"] == pytest.approx(told["outlay"].likely)
    assert total["Bought, EUR"] == told["bought"].likely + told["spent"].likely
    assert told["spent"].likely == bought.cost_eur


def test_finished_work_costs_nothing_more_whatever_percent_was_left_at_it(
    world: World, maker: Actor
) -> None:
    known = books.opened(world.app, maker, "eu").book.packages
    paid = [each for each in known.values() if each.effort_days and each.role]
    begun = world.clock().date() - timedelta(days=30)
    finished = replace(paid[0], started_on=begun, finished_on=begun, done_percent=40)
    nearly = replace(paid[1], started_on=begun, done_percent=100, cost_eur=5_000)
    put(world, maker, finished, nearly)
    forecasts.import_forecast(
        world.app, maker, b"product,market,month,packs\nP,IT,2027-01-01,9000\n", "f.csv"
    )

    board = reports.board_numbers(world.app, maker, "eu")
    book = CalamineWorkbook.from_filelike(io.BytesIO(board))
    head, *rows = book.get_sheet_by_name("Money").to_python(skip_empty_area=False)
    told = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    case = business.business_case(world.app, maker, programme="eu").estimate

    assert told[finished.code]["Left, EUR"] == 0
    assert told[finished.code]["Done, %"] == 100
    assert told[""]["Left, EUR"] == pytest.approx(case["outlay"].likely)
    left = {
        row[0]: formula for row, formula in zip(rows, _formulas(board, "Money", "I"), strict=True)
    }
    assert re.fullmatch(r"G\d+\*\(1-J\d+/100\)", left[finished.code])
    assert left[nearly.code].startswith("F"), "what is bought is left until it is finished"


def _formulas(content: bytes, sheet: str, column: str) -> list[str]:
    """Return the formulas of a column, without that of its title."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
        text = archive.read(f"xl/worksheets/sheet{names.index(sheet) + 1}.xml").decode()
    return re.findall(rf'<c r="{column}\d+"[^>]*><f>([^<]+)</f>', text)


def test_the_board_reads_words_and_no_codes(world: World, maker: Actor) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(reports.board_numbers(world.app, maker, "eu")))
    cells = {
        str(cell)
        for sheet in ("Dates", "Markets", "Load", "Readiness")
        for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        for cell in row
    }

    assert {"Italy", "Go live", "Master data", "Missing", "Product"} <= cells
    assert cells.isdisjoint({"go_live", "master_data", "missing", "product", "on_track", "at_risk"})


@pytest.mark.parametrize(
    "make", [plan_files.export_table, plan_files.export_msproject, reports.board_numbers]
)
def test_a_file_is_made_once_for_a_version_and_for_whoever_asks(
    make: Callable[[Application, Actor, str], bytes], world: World, maker: Actor
) -> None:
    first = make(world.app, maker, "eu")
    world.clock.now += timedelta(seconds=1)

    assert make(world.app, maker, "eu") is first
    other = make(world.app, replace(maker, name="somebody else"), "eu")
    assert other != first, "it names who had it made"

    deadline = books.opened(world.app, maker, "eu").book.deadlines["IT"]
    before = make(world.app, maker, "eu")
    put(world, maker, replace(deadline, due_on=deadline.due_on + timedelta(days=30)))
    changed = make(world.app, maker, "eu")
    assert changed != before
    world.clock.now += timedelta(days=1)
    assert make(world.app, maker, "eu") != changed, "another day counts from another day"


def test_overview_and_readiness_tell_the_same_of_the_dates(world: World, maker: Actor) -> None:
    deadline = books.opened(world.app, maker, "eu").book.deadlines["IT"]
    for due_on in (deadline.due_on, date(2026, 12, 15)):
        put(world, maker, replace(deadline, due_on=due_on))
        seen = readiness.of_programme(world.app, maker, "eu")

        assert seen.verdict == overview.glance(world.app, maker, "eu").verdict
        late = {each.deadline.code for each in seen.verdict.broken}
        assert all(late & {*each.needs} for each in seen.items if each.foreseen_days)
    assert late == {"IT"}


def test_readiness_is_worked_out_once_for_a_plan_and_anew_after_a_change(
    world: World, maker: Actor
) -> None:
    first = readiness.of_programme(world.app, maker, "eu")
    assert readiness.of_programme(world.app, maker, "eu") is first

    deadline = books.opened(world.app, maker, "eu").book.deadlines["IT"]
    put(world, maker, replace(deadline, due_on=deadline.due_on - timedelta(days=400)))
    assert readiness.of_programme(world.app, maker, "eu") is not first


def test_looking_at_a_file_tells_what_it_changes_and_what_that_does(
    world: World, maker: Actor
) -> None:
    file = b"Code,Title,Duration days\nURS,User requirements,400\nQ9,Night shift,4\n"
    reading = plan_files.read_file(world.app, maker, "eu", file, "plan.csv")

    told = {each.code: (each.kind, each.title, each.told) for each in reading.told}
    assert told["Q9"] == ("package", "Night shift", "new")
    assert re.search(r"duration days \d+ → 400", told["URS"][2])
    assert reading.effect.startswith("It loses ")
    bad = plan_files.read_file(world.app, maker, "eu", file + b"Q9,Again,4\n", "plan.csv")
    assert (bad.is_good, bad.told, bad.effect) == (False, (), "")


def test_looking_at_a_file_tells_of_a_circle_before_it_is_taken_in(
    world: World, maker: Actor
) -> None:
    file = b"Code,Title,Duration days,After\nQ1,One,5,Q2\nQ2,Two,5,Q1\n"
    version = books.opened(world.app, maker, "eu").version
    reading = plan_files.read_file(world.app, maker, "eu", file, "plan.csv")

    assert not reading.is_good
    assert [each.code for each in reading.findings] == ["PLN-001"]
    assert "Q1" in reading.findings[0].message
    with pytest.raises(RefusedError):
        plan_files.take_in(world.app, maker, "eu", file, "plan.csv")
    assert books.opened(world.app, maker, "eu").version == version


def test_a_workbook_makes_an_empty_programme_what_the_other_is(world: World, maker: Actor) -> None:
    content = plan_files.export_table(world.app, maker, "eu")
    programmes.create_programme(world.app, maker, "again", name="Again", terms=LARGE)
    reading, _ = plan_files.take_in(world.app, maker, "again", content, "plan.xlsx")
    first, again = (planned(world.app, maker, code) for code in ("eu", "again"))

    assert reading.findings == ()
    for table in (plan_files.work_table, plan_files.calendars_table):
        assert table(again).rows == table(first).rows
    assert (
        plan_files.dates_table(again.schedule).rows == plan_files.dates_table(first.schedule).rows
    )
    assert plan_files.read_file(world.app, maker, "again", content, "plan.xlsx").changes == ()
    assert plan_files.read_file(world.app, maker, "eu", content, "plan.xlsx").changes == ()


def test_an_export_changes_no_calendar_whose_reasons_are_written_otherwise(
    world: World, maker: Actor
) -> None:
    rule = holidays.rules_of(books.opened(world.app, maker, "eu").book)["leuven"]
    stocktaking = DayOff(date(2027, 1, 4), "Inventory;  all halls")
    put(world, maker, replace(rule, days_off=(stocktaking,), weekdays=(0, 1, 2, 4)))
    content = plan_files.export_table(world.app, maker, "eu")

    assert plan_files.read_file(world.app, maker, "eu", content, "plan.xlsx").changes == ()


def test_a_stop_is_adopted_where_the_calendar_of_stops_came_with_a_workbook(
    world: World, maker: Actor
) -> None:
    line = books.opened(world.app, maker, "eu").book.lines["L1"]
    work = books.opened(world.app, maker, "eu").book.packages["L1-INSTALL"]
    stopped = replace(line, stops=(Window(date(2027, 7, 5), date(2027, 7, 23)),))
    put(world, maker, stopped, replace(work, calendar="stops:L1"))
    content = plan_files.export_table(world.app, maker, "eu")
    programmes.create_programme(world.app, maker, "again", name="Again", terms=LARGE)
    plan_files.take_in(world.app, maker, "again", content, "plan.xlsx")
    before = holidays.rules_of(books.opened(world.app, maker, "again").book)["stops:L1"]
    stop = "stop:L1=2028-01-03/2028-01-07"
    trial = trying.try_out(world.app, maker, "again", [stop])
    trying.adopt(world.app, maker, "again", [stop], reason="")

    after = holidays.rules_of(books.opened(world.app, maker, "again").book)["stops:L1"]
    assert {*after.windows} - {*before.windows} == {
        Window(date(2028, 1, 3), date(2028, 1, 7), "Stop")
    }
    assert planned(world.app, maker, "again").schedule.slots == trial.after.slots


def test_what_somebody_changes_after_it_was_tried_is_not_overwritten(
    world: World, maker: Actor
) -> None:
    trial = trying.try_out(world.app, maker, "eu", ["longer:URS=5"])
    known = books.opened(world.app, maker, "eu").book.packages["URS"]
    put(world, maker, replace(known, owner="Ada"))

    with pytest.raises(Conflict):
        write(world.app, maker, "eu", trying.entries_of(trial))


def test_what_somebody_changes_while_progress_is_reported_is_not_overwritten(
    world: World, maker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = books.opened(world.app, maker, "eu").book.packages["URS"]

    def after_another(*args: Any, **more: Any) -> Written:
        put(world, maker, replace(known, owner="Ada"))
        return write(*args, **more)

    monkeypatch.setattr(progress, "write", after_another)
    begun = progress.Progress(started_on=world.clock().date(), done_percent=10)
    with pytest.raises(Conflict):
        progress.report_progress(world.app, maker, "eu", "URS", begun)
    assert books.opened(world.app, maker, "eu").book.packages["URS"].owner == "Ada"


def test_an_offer_does_not_overwrite_what_somebody_changes_meanwhile(
    world: World, maker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = books.opened(world.app, maker, "eu").book
    known = next(each for each in book.packages.values() if each.is_proposed and each.products)
    put(world, maker, replace(known, title="As it was before"))
    assert known.code in {each.code for each in proposing.offer(world.app, maker, "eu").changed}

    def after_another(*args: Any, **more: Any) -> Written:
        put(world, maker, replace(known, title="As it was before", owner="Ada"))
        return write(*args, **more)

    monkeypatch.setattr(proposing, "write", after_another)
    with pytest.raises(Conflict):
        proposing.accept(world.app, maker, "eu")
    assert books.opened(world.app, maker, "eu").book.packages[known.code].owner == "Ada"


def test_what_somebody_changes_after_a_file_was_read_is_not_overwritten(
    world: World, maker: Actor
) -> None:
    file = b"Code,Title,Duration days\nURS,User requirements,400\n"
    reading = plan_files.read_file(world.app, maker, "eu", file, "plan.csv")
    known = books.opened(world.app, maker, "eu").book.packages["URS"]
    put(world, maker, replace(known, owner="Ada"))

    with pytest.raises(Conflict) as refused:
        write(world.app, maker, "eu", reading.changes)
    assert [each.code for each in refused.value.findings] == ["PLN-016"]
    assert books.opened(world.app, maker, "eu").book.packages["URS"].owner == "Ada"


def test_a_calendar_is_changed_by_the_columns_that_a_file_has(world: World, maker: Actor) -> None:
    content = b'Calendar,Weekdays\nleuven,"Mon, Tue"\n'
    before = holidays.rules_of(books.opened(world.app, maker, "eu").book)["leuven"]
    plan_files.take_in(world.app, maker, "eu", content, "calendars.csv")

    changed = holidays.rules_of(books.opened(world.app, maker, "eu").book)["leuven"]
    assert changed == replace(before, weekdays=(0, 1))
