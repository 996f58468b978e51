"""Every date, ability, figure and way says its source, its day and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.services.companies import make_company
from tests.services.conftest import World

from packtrail.planning.technology.inventory import Kind
from packtrail.planning.technology.support import packaged
from packtrail.services.books.entries import Put
from packtrail.services.technology import lines, radar
from packtrail.services.technology.entries import TECHNOLOGY
from packtrail.store.database import Database

ENTRIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("system", {"code": "db", "name": "Database", "role": "database",
                "software": ["SQL Server 2016", "Acme Store 3"]}),
    ("system", {"code": "w1-pc", "name": "Line PC", "role": "line_pc", "lines": ["w1"],
                "needs": ["db"], "software": ["Windows 10 Enterprise LTSC 2021"]}),
    ("system", {"code": "w1-prn", "name": "Printer", "role": "printer", "lines": ["w1"],
                "vendor": "Acme", "product": "Jet", "supported_until": "2027-06-30",
                "support_source": "Contract 12", "symbologies": ["datamatrix"],
                "packs_per_minute": "150"}),
    ("system", {"code": "w1-cam", "name": "Camera", "role": "camera", "lines": ["w1"],
                "symbologies": ["datamatrix"], "read_rate": "99.7"}),
    ("support", {"code": "store", "product": "Acme Store 3", "ends_on": "2028-01-31",
                 "source": "Letter of Acme"}),
    ("measurement", {"code": "m1", "line": "w1", "what": "print_grade", "value": "3.2",
                     "measured_on": "2026-02-01", "source": "Report 7"}),
    ("option", {"code": "o1", "title": "Hand station", "closes": "aggregation",
                "cost_eur": 20000}),
)  # fmt: skip


@pytest.fixture
def company(database: Database) -> World:
    world = make_company(database)
    puts = [Put(TECHNOLOGY.read(Kind(kind), values)) for kind, values in ENTRIES]
    TECHNOLOGY.change(world.app, world.maker, puts)
    return world


Said = tuple[str, str, date | None, str]
"""What it is, source, day, confidence."""


def said(world: World) -> Iterator[Said]:
    app, maker = world.app, world.maker
    for each in radar.items_view(app, maker):
        if each.ends_on:
            yield f"support of {each.component}", each.source, each.seen_on, each.confidence
    for known in lines.known_lines(app, maker).values():
        for name, each in (*known.can.items(), *known.figures.items()):
            yield f"{known.line} {name}", each.told, each.on, each.confidence
    for market in lines.markets(app, maker):
        for found in lines.market_fit(app, maker, market, packs_per_minute=200).lines:
            for answer in found.answers:
                if answer.state != "unknown":
                    what = f"{market} {found.line} {answer.wanted}"
                    yield what, answer.told, answer.on, answer.confidence
                for way in answer.ways:
                    yield f"{market} {way.title}", way.source, way.on, way.confidence


def test_everything_that_is_told_says_its_source_its_day_and_how_sure_it_is(company: World) -> None:
    found = list(said(company))

    bare = [each for each in found if not (each[1] and each[2] and each[3] in {"H", "M", "L"})]
    assert bare == []
    assert len(found) > 100


def test_what_a_company_wrote_without_a_day_or_source_has_those_of_its_entry(
    company: World,
) -> None:
    today = company.app.clock().date()
    found = {each.component: each for each in radar.items_view(company.app, company.maker)}

    written, own = found["Acme Jet"], found["Acme Store 3"]
    assert (written.seen_on, written.source) == (today, "Contract 12")
    assert (own.seen_on, own.source, own.confidence) == (today, "Letter of Acme", "M")


def test_how_sure_a_figure_is_follows_from_what_it_rests_on(company: World) -> None:
    line = lines.known_lines(company.app, company.maker)["w1"]

    figures = {name.value: (each.confidence.value, each.on) for name, each in line.figures.items()}
    today = company.app.clock().date()
    assert figures["print_grade"] == ("H", date(2026, 2, 1))
    assert figures["read_rate"] == ("M", today)


def test_every_date_that_comes_along_has_its_list_and_day() -> None:
    rows = packaged().rows

    assert [each.title for each in rows if not (each.source and each.seen_on)] == []
