"""`packtrail bench plan`: a large programme scheduled, levelled and tried out; its pages opened."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_table
from packtrail.launch.bench import (
    Figure,
    Report,
    _application,
    _connection,
    _machine,
    _row,
    _server,
    _temporary_data,
    _timed,
    _versions,
    bench,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.access import Actor
    from packtrail.planning.scope import Scope
    from packtrail.planning.work import Plan

__all__ = ["bench", "bench_plan"]

CODE, ORGANISATION = "large", "bench"
LINES, SITES, PRODUCTS, MARKETS = 400, 24, 600, 12
TURNS = 15
PAGES = {
    "overview": "", "work, 80 rows": "/work", "work of a market": "/work?market=M03&state=all",
    "one package": "/package/M03-LIVE", "dates": "/dates", "people and lines": "/load",
    "readiness": "/readiness", "inputs": "/inputs", "news": "/news",
    "capacity": "/capacity", "capacity, a figure": "/capacity/figures/stored_5",
    "capacity, forecast": "/capacity/forecast", "capacity, lines": "/capacity/lines",
    "capacity, live": "/capacity/live", "business case": "/capacity/business",
    "scope": "/scope", "what if": "/what-if?change=date:M03=2028-06-01",
}  # fmt: skip
"""Name -> path below the programme; those of capacity are beside it."""


@bench.command("plan")
def bench_plan(
    packages: Annotated[
        int, typer.Option("--packages", min=100, help="Work packages of the programme.")
    ] = 2_000,
    json: options.Json = False,
) -> None:
    """Plan a programme of 24 sites, 400 lines, 600 products and 12 markets, and open its pages.

    A database and a server of their own are made in a temporary directory and removed afterwards.
    The limits beside the figures are those that a person notices: a page within 300 ms, another
    schedule within 2 s.
    """
    with _temporary_data() as data:
        with _application(data) as application:
            actor, cookie = _prepared(application, packages)
            figures = [*_scheduled(application, actor)]
        with _server(data) as (url, _):
            figures += _opened(url, cookie)
    report = Report(_machine(), _versions(), tuple(figures))
    if json:
        write_json(report)
        return
    write_table("", ("Figure", "Value", "Unit", "Beside"), map(_row, figures))
    talk.print(f"{report.machine}; " + ", ".join(f"{k} {v}" for k, v in report.versions.items()))


def large_scope(today: date) -> Scope:
    """Return the scope of a company with 24 sites, 400 lines, 600 products and 12 markets."""
    from packtrail.planning.scope import Capability, Line, Market, Need, Product, Scope, Site

    serial = frozenset({Capability.SERIALS, Capability.TAMPER_EVIDENCE, Capability.AGGREGATION})
    markets = [f"M{number:02d}" for number in range(MARKETS)]
    needs = [
        Need(
            code=code, market=code, title=f"Market {code}",
            due_on=today + timedelta(days=360 + 40 * at),
            capabilities=serial | {Capability.REPORTING},
        )
        for at, code in enumerate(markets)
    ]  # fmt: skip
    return Scope(
        markets=[Market(code=code, name=f"Market {code}") for code in markets],
        needs=needs,
        products=[
            Product(
                code=f"P{number:03d}", name=f"Product {number}", line=f"L{number % LINES:03d}",
                markets=(markets[number % MARKETS],), packs_a_year=100_000,
            )
            for number in range(PRODUCTS)
        ],
        sites=[
            Site(code=f"S{number:02d}", name=f"Site {number}", country="DE")
            for number in range(SITES)
        ],
        lines=[
            Line(
                code=f"L{number:03d}", name=f"Line {number}", site=f"S{number % SITES:02d}",
                capabilities=serial if number % 4 else frozenset(),
            )
            for number in range(LINES)
        ],
    )  # fmt: skip


def _prepared(application: Any, packages: int) -> tuple[Actor, str]:
    """Make the programme; return who acts, and the cookie of a session."""
    from packtrail.access import Actor
    from packtrail.planning.book import Terms
    from packtrail.services.accounts import accounts, organisations
    from packtrail.services.capacity import forecasts as capacity_forecasts
    from packtrail.services.plan import books, programmes, proposing
    from packtrail.services.plan.writing import Put, Remove, write

    organisations.create_organisation(
        application, Actor.system("bench"), ORGANISATION, name="Bench"
    )
    actor = organisations.system_actor(application, "bench")
    programmes.create_programme(
        application, actor, CODE, name="Large", terms=Terms(template="large")
    )
    scope = large_scope(application.clock().date())
    entries = (*scope.markets, *scope.needs, *scope.products, *scope.sites, *scope.lines)
    many = [
        replace(each, capacity=each.capacity * SITES / 2)
        for each in books.opened(application, actor, CODE).book.resources.values()
    ]
    write(application, actor, CODE, [Put(each) for each in (*entries, *many)])
    proposing.accept(application, actor, CODE)
    known = books.opened(application, actor, CODE).book.packages
    extra = [code for code in known if not code.endswith("-LIVE")][: max(0, len(known) - packages)]
    write(application, actor, CODE, [Remove("package", code) for code in extra])
    capacity_forecasts.import_forecast(application, actor, _forecast(), "forecast.csv")
    accounts.create_user(application, actor, "bench", role="administrator")
    link = accounts.create_sign_in_link(application, actor, "bench")
    signed_in = accounts.sign_in_by_link(application, link)
    return actor, f"{accounts.SESSION_COOKIE}={signed_in.token}"


def _forecast() -> bytes:
    """Return a year's forecast of every product in every market, as a file."""
    return b"product,market,month,packs\n" + b"".join(
        b"P%03d,M%02d,2027-%02d-01,9000\n" % (product, market, month)
        for product in range(PRODUCTS)
        for market in range(MARKETS)
        for month in range(1, 13)
    )


def _scheduled(application: Any, actor: Actor) -> Iterator[Figure]:
    from packtrail.planning import levelling, scheduling
    from packtrail.services.plan import books, trying
    from packtrail.services.plan.scheduling import plan_of

    today = application.clock().date()
    opened = books.opened(application, actor, CODE)
    plan = plan_of(opened, today)
    yield Figure("work packages", len(plan.packages), "", f"{len(plan.links)} links")
    kinds = (("scheduled", scheduling.schedule), ("scheduled and levelled", levelling.level))
    for name, work in kinds:
        seconds = [_timed(work, plan, today) for _ in range(3)]
        yield Figure(f"{name} anew", min(seconds), "s", "limit 2 s")
    for name, changed in (("", plan), (" with half the people", _halved(plan))):
        yield from _goodness(name, changed, today)
    change = f"date:M03={today + timedelta(days=700)}"
    tried = _timed(trying.try_out, application, actor, CODE, [change])
    yield Figure("a date that moves: before, after and difference", tried, "s")


def _halved(plan: Plan) -> Plan:
    """Return a plan with half the people."""
    return replace(
        plan, resources=tuple(replace(e, capacity=e.capacity / 2) for e in plan.resources)
    )


def _goodness(name: str, plan: Plan, today: date) -> Iterator[Figure]:
    """Tell how late a levelled plan is, and how late it is at least in any order of work."""
    from packtrail.planning import bounds, levelling

    levelled = levelling.level(plan, today)
    late = [max(0, (e.finish_on - e.deadline.due_on).days) for e in levelled.outlooks]
    found = bounds.bounds(levelled)
    yield Figure(
        f"latest date{name}", max(late, default=0), "days late",
        f"{found.least_late_days} at least in any order; {found.winnable_days} days to win at most",
    )  # fmt: skip


def _opened(url: str, cookie: str) -> Iterator[Figure]:
    connection = _connection(url)

    def get(path: str) -> None:
        whole = path if path.startswith("/capacity") else f"/plan/{CODE}{path}"
        connection.request("GET", whole, headers={"Cookie": cookie})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            message = f"{path} was answered with {answer.status}: {body[:200]!r}"
            raise typer.BadParameter(message)

    first = _timed(get, "")
    yield Figure("page: overview, first after a change", 1000 * first, "ms", "schedules anew")
    for name, path in PAGES.items():
        get(path)  # The first opening works out the schedule, and fills what is kept of it.
        seconds = [_timed(get, path) for _ in range(TURNS)]
        beside = "two schedules a time" if "what-if" in path else "limit 300 ms"
        yield Figure(f"page: {name}, median", 1000 * statistics.median(seconds), "ms", beside)
