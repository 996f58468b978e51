"""`packtrail bench plan`: a large programme scheduled, levelled and tried out; its pages opened."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
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
    _serving,
    _temporary_data,
    _timed,
    _versions,
    bench,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from packtrail.access import Actor
    from packtrail.planning.scope import Scope
    from packtrail.planning.work import Plan

__all__ = ["bench", "bench_plan"]

CODE, ORGANISATION = "large", "bench"
LINES, SITES, PRODUCTS = 400, 24, 600
MARKETS = ("US", "DE", "FR", "IT", "ES", "BR", "TR", "KR", "EG", "IN", "ZA", "SA")
MOVED = "ES"
"""Market whose date is moved."""
TURNS, CHANGES = 100, 5
"""How often a page is opened, and how often as the first after a change."""
PAGES = {
    "overview: verdict, heat map, burn-up": "", "Gantt, 80 rows": "/work",
    "Gantt of a market": f"/work?market={MOVED}&state=all",
    "one package": f"/package/{MOVED}-LIVE", "timeline of dates": "/dates",
    "people and lines": "/load", "readiness": "/readiness",
    "readiness of products": "/readiness?by=product&state=all", "risks and decisions": "/register",
    "inputs": "/inputs", "training": "/training", "news": "/news", "scope": "/scope",
    "files and baselines": "/files", "what if": f"/what-if?change=date:{MOVED}=2028-06-01",
    "steering report, PDF": "/files/steering.pdf", "board numbers, XLSX": "/files/board.xlsx",
    "plan, XLSX": "/files/plan.xlsx", "plan, Microsoft Project": "/files/plan.xml",
    "plan, iCalendar": "/files/plan.ics",
    "radar": "/technology", "radar, XLSX": "/technology/radar.xlsx",
    "inventory": "/technology/inventory", "inventory, found": "/technology/inventory?find=l07",
    "a system": "/technology/entry/system/l007-printer", "lines": "/technology/lines",
    "fit of a market": "/technology/fit?market=DE", "fit, what if": "/technology/fit?market=CN",
    "upgrades": f"/technology/upgrades?programme={CODE}",
    "history of the inventory": "/technology/history",
    "inventory, XLSX": "/technology/files/inventory.xlsx",
    "capacity": "/capacity", "capacity, a figure": "/capacity/figures/stored_5",
    "capacity, forecast": "/capacity/forecast", "capacity, lines": "/capacity/lines",
    "capacity, live": "/capacity/live", "business case": "/capacity/business",
}  # fmt: skip
"""Name -> path below the programme; those of technology and capacity are beside it."""
_BESIDE = ("/capacity", "/technology")


@bench.command("plan")
def bench_plan(
    packages: Annotated[
        int, typer.Option("--packages", min=100, help="Work packages of the programme.")
    ] = 2_000,
    json: options.Json = False,
) -> None:
    """Plan a programme of 24 sites, 400 lines, 600 products and 12 markets, and open its pages.

    Portfolio, floor and inventory hold what its scope names. Every page and file is opened again
    and again, and as the first after a legal date has moved, those of technology as the first
    after the inventory has changed. A database and a server of their own are made in a temporary
    directory and removed afterwards. The limits beside the figures are
    those that a person notices: a page within 300 ms, another schedule within 2 s.
    """
    with _temporary_data() as data:
        with _application(data) as application:
            actor, cookie, key = _prepared(application, packages)
            figures = [*_scheduled(application, actor)]
        with _serving(data) as (process, url, _):
            figures += _opened(_Visitor(process, url, cookie, key))
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
    needs = [
        Need(
            code=code, market=code, title=f"Market {code}",
            due_on=today + timedelta(days=360 + 40 * at),
            capabilities=serial | {Capability.REPORTING},
        )
        for at, code in enumerate(MARKETS)
    ]  # fmt: skip
    return Scope(
        markets=[Market(code=code, name=f"Market {code}") for code in MARKETS],
        needs=needs,
        products=[
            Product(
                code=f"p{number:03d}", name=f"Product {number}", line=f"l{number % LINES:03d}",
                markets=(MARKETS[number % len(MARKETS)],), packs_a_year=100_000,
                gtin=f"{9_520_000_000_000 + number:014d}",
            )
            for number in range(PRODUCTS)
        ],
        sites=[
            Site(code=f"s{number:02d}", name=f"Site {number}", country="DE")
            for number in range(SITES)
        ],
        lines=[
            Line(
                code=f"l{number:03d}", name=f"Line {number}", site=f"s{number % SITES:02d}",
                capabilities=frozenset({Capability.SERIALS, Capability.TAMPER_EVIDENCE})
                if number % 3 else frozenset(),
            )
            for number in range(LINES)
        ],
    )  # fmt: skip


def _prepared(application: Any, packages: int) -> tuple[Actor, str, str]:
    """Write the company and its programme; return an actor, a session's cookie and a key."""
    from packtrail.access import Actor, Permission
    from packtrail.planning.book import Terms
    from packtrail.services.accounts import accounts, keys, organisations
    from packtrail.services.capacity import forecasts as capacity_forecasts
    from packtrail.services.plan import baselines, books, programmes, proposing
    from packtrail.services.plan.writing import Put, Remove, write

    organisations.create_organisation(
        application, Actor.system("bench"), ORGANISATION, name="Bench"
    )
    actor = organisations.system_actor(application, "bench", organisation=ORGANISATION)
    scope = large_scope(application.clock().date())
    _describe(application, actor, scope)
    programmes.create_programme(
        application, actor, CODE, name="Large", terms=Terms(template="large")
    )
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
    baselines.fix_baseline(application, actor, CODE, name="Agreed")
    capacity_forecasts.import_forecast(application, actor, _forecast(), "forecast.csv")
    accounts.create_user(application, actor, "bench", role="administrator")
    link = accounts.create_sign_in_link(application, actor, "bench")
    signed_in = accounts.sign_in_by_link(application, link)
    scopes = [
        Permission.PLAN_READ, Permission.PLAN_UPDATE, Permission.TECHNOLOGY_READ,
        Permission.TECHNOLOGY_UPDATE,
    ]  # fmt: skip
    key = keys.create_api_key(application, actor, "bench", scopes=scopes).secret
    return actor, f"{accounts.SESSION_COOKIE}={signed_in.token}", key


def _describe(application: Any, actor: Actor, scope: Scope) -> None:
    """Write floor, portfolio and inventory of a company, as its scope names them."""
    from packtrail.compliance.book import Kind as Portfolio
    from packtrail.planning.technology.inventory import Kind as Technology
    from packtrail.services.books.entries import Put
    from packtrail.services.lines import floor
    from packtrail.services.portfolio.entries import PORTFOLIO
    from packtrail.services.technology.entries import TECHNOLOGY

    for site in scope.sites:
        floor.create_site(application, actor, site.code, name=site.name, country=site.country)
    for line in scope.lines:
        floor.create_line(
            application, actor, floor.NewLine(code=line.code, site=line.site, name=line.name,
                                              levels=("pack",)),
        )  # fmt: skip
    sold = [(each, market) for each in scope.products for market in each.markets]
    portfolio = [
        *((Portfolio.PRODUCT, {"code": each.code, "name": each.name, "class": "prescription"})
          for each in scope.products),
        *((Portfolio.LICENCE, {"product": each.code, "market": market}) for each, market in sold),
        *((Portfolio.PLACEMENT, {"product": each.code, "market": market, "line": each.line})
          for each, market in sold),
    ]  # fmt: skip
    PORTFOLIO.change(application, actor, [Put(PORTFOLIO.read(*each)) for each in portfolio])
    puts = [Put(TECHNOLOGY.read(Technology(kind), each)) for kind, each in _inventory(scope)]
    TECHNOLOGY.change(application, actor, puts)


def _inventory(scope: Scope) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what stands at each line and site, what was measured there, and ways to close gaps."""
    for at, line in enumerate(scope.lines):
        for step, role in enumerate(_EQUIPMENT):
            yield "system", {
                "code": f"{line.code}-{role}", "name": f"{role} of {line.name}", "role": role,
                "lines": [line.code], "site": line.site, "needs": [f"{line.site}-server"],
                "software": [_SOFTWARE[(at + step) % len(_SOFTWARE)]],
                "symbologies": ["datamatrix"], "packs_per_minute": f"{120 + at % 200}",
            }  # fmt: skip
        yield "measurement", {
            "code": f"{line.code}-grade", "line": line.code, "what": "print_grade",
            "value": "3.1", "measured_on": "2026-01-31", "source": f"Report {at}",
        }  # fmt: skip
    for site in scope.sites:
        yield "system", {
            "code": f"{site.code}-server", "name": f"Server of {site.name}", "site": site.code,
            "role": "site_server", "software": ["Windows Server 2016", "SQL Server 2016"],
        }  # fmt: skip
    for number, closes in enumerate(("aggregation", "tamper_evidence", "serials", "speed") * 5):
        yield "option", {
            "code": f"o{number}", "title": f"Way {number}", "closes": closes,
            "cost_eur": 10_000 * (number + 1),
        }  # fmt: skip


_EQUIPMENT = (
    "printer", "camera", "line_pc", "controller", "checkweigher", "labeller", "scanner", "network",
)  # fmt: skip
_SOFTWARE = (
    "Windows 10 Enterprise LTSC 2019", "Windows 11 IoT Enterprise LTSC 2024",
    "Windows Server 2016", "PostgreSQL 15.8",
)  # fmt: skip


def _forecast() -> bytes:
    """Return a year's forecast of every product in every market, as a file."""
    return b"product,market,month,packs\n" + b"".join(
        b"p%03d,%s,2027-%02d-01,9000\n" % (product, market.encode(), month)
        for product in range(PRODUCTS)
        for market in MARKETS
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
    change = f"date:{MOVED}={today + timedelta(days=700)}"
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


class _Visitor:
    """Opens pages of a server and changes the plan, and counts the server's CPU time."""

    def __init__(self, process: Popen[str], url: str, cookie: str, key: str) -> None:
        self._connection = _connection(url)
        self._process = process
        self._cookie, self._key = cookie, key

    def get(self, path: str) -> float:
        """Open a page; return how many milliseconds it took."""
        whole = path if path.startswith(_BESIDE) else f"/plan/{CODE}{path}"
        began = time.perf_counter()
        self._ask("GET", whole, {"Cookie": self._cookie})
        return 1000 * (time.perf_counter() - began)

    def change(self, path: str) -> None:
        """Change something that a page is about: a legal date, or a system."""
        if path.startswith("/technology"):
            self._change_a_system()
        else:
            self._move_a_date()

    def _change_a_system(self) -> None:
        """Give a system another owner."""
        path = "/api/v1/technology/systems"
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        found = msgspec.json.decode(self._ask("GET", f"{path}/l000-printer", headers))["body"]
        owner = {"owner": f"{found.get('owner', '')}x"[-40:]}
        self._ask("PUT", f"{path}?reason=bench", headers, msgspec.json.encode(found | owner))

    def _move_a_date(self) -> None:
        """Move a legal date by a day."""
        path = f"/api/v1/plans/{CODE}/deadlines/{MOVED}"
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        entry = msgspec.json.decode(self._ask("GET", path, headers))["entry"]
        moved = date.fromisoformat(entry["due_on"]) + timedelta(days=1)
        self._ask("PUT", path, headers, msgspec.json.encode(entry | {"due_on": moved}))

    def cpu(self) -> float:
        """Return the milliseconds of CPU time that the server has taken."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return 1000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
        self._connection.request(method, path, body=body or None, headers=headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            message = f"{path} was answered with {answer.status}: {content[:200]!r}"
            raise typer.BadParameter(message)
        return content


def _opened(visitor: _Visitor) -> Iterator[Figure]:
    for name, path in PAGES.items():
        firsts, spent = [], 0.0
        for _ in range(CHANGES):
            visitor.change(path)
            before = visitor.cpu()
            firsts.append(visitor.get(path))
            spent += visitor.cpu() - before
        beside = f"{spent / CHANGES:.0f} ms of CPU; at most {max(firsts):.0f} ms"
        yield Figure(f"{name}: first after a change", statistics.median(firsts), "ms", beside)
        before = visitor.cpu()
        again = [visitor.get(path) for _ in range(TURNS)]
        spent = (visitor.cpu() - before) / TURNS
        cuts = statistics.quantiles(again, n=100)
        beside = f"{spent:.1f} ms of CPU; {_LIMITS.get(name, 'limit 300 ms')}"
        yield Figure(f"{name}: p50", statistics.median(again), "ms", beside)
        yield Figure(f"{name}: p99", cuts[98], "ms")


_LIMITS = {"what if": "schedules the first time"}
