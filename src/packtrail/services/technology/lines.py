"""What lines can do, and how they fit what the rules of a market ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, cast

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.compliance.countries import name_of
from packtrail.planning.technology import codes
from packtrail.planning.technology.abilities import Batches, LineAbilities, abilities
from packtrail.planning.technology.fit import LineFit, State, Want, fit, wants_of
from packtrail.planning.technology.inventory import Measured
from packtrail.production.orders import State as OrderState
from packtrail.services.accounts import organisations
from packtrail.services.markets import in_force_for
from packtrail.services.portfolio import books as portfolio_books
from packtrail.services.technology import books
from packtrail.services.technology.reporting import reports_fit
from packtrail.store import plan_evidence

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.planning.technology.fit import Way
    from packtrail.planning.technology.inventory_checks import Around
    from packtrail.planning.technology.reporting import ReportAnswer
    from packtrail.services.application import Application

_DONE = (OrderState.COMPLETED.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRate:
    """How fast a line is, and what says so."""

    packs_per_minute: float
    basis: str
    """`measured`, `equipment` or `said` (as the line was built)."""
    source: str

    @property
    def told(self) -> str:
        """Basis and source, as a figure shows them."""
        return f"{self.basis}: {self.source}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """How a line stands to something a rule asks."""

    topic: str
    wanted: str
    rule: str
    clause: str
    scope: str
    state: str
    told: str
    basis: str
    on: date | None
    """When what says so was measured or written down; None: nothing says it."""
    confidence: str
    """`H`, `M` or `L`; nothing where nothing says it."""
    ways: tuple[WayView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WayView:
    """A way to close a gap."""

    title: str
    cost_eur: int
    effort_days: float
    lead_days: int
    stop_days: int
    source: str
    on: date | None
    """When that was written down."""
    confidence: str
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFitView:
    """How a line stands to all that the rules of a market ask."""

    line: str
    packs_for_it: bool
    """Whether it packs something for the market today."""
    is_fit: bool
    met: int
    lacking: int
    unknown: int
    cost_eur: int
    lead_days: int
    answers: tuple[AnswerView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """How the company stands to something that a market wants reported."""

    wanted: str
    rule: str
    clause: str
    state: str
    told: str
    ways: tuple[WayView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFit:
    """How lines and connections stand to what the rules of a market ask on a day."""

    market: str
    name: str
    on: date
    is_sold: bool
    """Whether something is sold there already; otherwise this is a what-if."""
    wanted: int
    lines: tuple[LineFitView, ...]
    reports: tuple[ReportView, ...] = ()
    """What is to be reported, for whoever may see reports."""
    markets: tuple[str, ...] = field(default=())
    """All markets that one can ask about."""


def known_lines(app: Application, actor: Actor) -> Mapping[str, LineAbilities]:
    """Return what is known of each line, a packer's as `operator/code`.

    Batches count for whoever may see lines.
    """
    require(actor, Permission.TECHNOLOGY_READ)
    with app.database.reading() as conn:
        around = books.around(conn, actor, app.clock().date())
        return _known(app, conn, actor, around)


def line_rates(app: Application, actor: Actor) -> Mapping[str, LineRate]:
    """Return how fast each line is: measured, by its slowest equipment, or as it was built."""
    return _rates(known_lines(app, actor))


def rates_of(app: Application, conn: Connection, actor: Actor) -> Mapping[str, LineRate]:
    """Return how fast each line is, to services that have asked whether the actor may see it."""
    around = books.around(conn, actor, app.clock().date())
    return _rates(_known(app, conn, actor, around))


def believed(app: Application, conn: Connection, actor: Actor) -> Mapping[str, LineAbilities]:
    """Return what the organisation of an actor believes of its lines, whoever of it asks.

    Plans rest on it: they are the same for everybody who may see them.
    """
    around = books.around(conn, actor, app.clock().date())
    return _known(app, conn, actor, around, is_for_plan=True)


def _rates(known: Mapping[str, LineAbilities]) -> Mapping[str, LineRate]:
    return {
        line: LineRate(packs_per_minute=rate.value, basis=rate.basis.value, source=rate.source)
        for line, each in known.items()
        if (rate := each.figures.get(Measured.PACKS_PER_MINUTE)) is not None
    }


def market_fit(
    app: Application,
    actor: Actor,
    market: str,
    *,
    on: date | None = None,
    lines: Collection[str] = (),
    packs_per_minute: float = 0,
) -> MarketFit:
    """Return how lines stand to what the rules of a market ask, sold there or not.

    Args:
        app: The application.
        actor: Who asks.
        market: ISO 3166 code.
        on: The day whose rules count; default: today.
        lines: Only these; default: those that pack for it, or all where none does.
        packs_per_minute: A speed that the volume asks for besides.

    Raises:
        NotFound: `TEC-002`, no rule pack is about the market, or there is no such line.
    """
    require(actor, Permission.TECHNOLOGY_READ)
    today = app.clock().date()
    day = on or today
    with app.database.reading() as conn:
        around = books.around(conn, actor, today)
        known = _known(app, conn, actor, around)
        law = in_force_for(app, conn, actor.organisation_id)
        opened = books.opened(app, conn, actor.organisation_id)
        options, notes = opened.book.options.values(), books.notes_of(opened)
        packing = _packing(app, conn, actor, market)
        if market not in law.markets:
            message = f"No rule pack is about the market {market[:20]!r}."
            raise NotFound(codes.UNKNOWN_NAME.found(message, at="market"))
        reports = reports_fit(app, conn, actor, law, market, day)
    for line in lines:
        if line not in known:
            message = f"There is no line {line[:80]!r}."
            raise NotFound(codes.UNKNOWN_NAME.found(message, at="line"))
    wants = wants_of(law.pack_of(market), day, packs_per_minute=packs_per_minute)
    looked = lines or [each for each in known if each in packing] or list(known)
    found = [fit(known[line], wants, options, notes=notes) for line in looked]
    found.sort(key=lambda each: (len(each.of(State.LACKING)), each.cost_eur, each.line))
    return MarketFit(
        market=market,
        name=name_of(market),
        on=day,
        is_sold=bool(packing),
        wanted=len(wants),
        lines=tuple(_view(each, is_packing=each.line in packing) for each in found),
        reports=tuple(map(_report_view, reports)),
        markets=tuple(sorted(law.markets)),
    )


def markets(app: Application, actor: Actor) -> tuple[str, ...]:
    """Return the markets that one can ask about."""
    require(actor, Permission.TECHNOLOGY_READ)
    with app.database.reading() as conn:
        return tuple(sorted(in_force_for(app, conn, actor.organisation_id).markets))


def _known(
    app: Application, conn: Connection, actor: Actor, around: Around, *, is_for_plan: bool = False
) -> Mapping[str, LineAbilities]:
    own = actor.organisation_code
    batches = {}
    if is_for_plan or actor.may(Permission.LINE_READ):
        audiences = organisations.visible_to(conn, actor)
        batches = {
            line if operator == own else f"{operator}/{line}": Batches(made.counts, made.last_on)
            for (operator, line), made in plan_evidence.made(conn, audiences, _DONE).items()
        }
    opened = books.opened(app, conn, actor.organisation_id)
    name = f"lines {actor.organisation_id}"
    mark = (opened.version, batches, around.speeds, around.lines)
    known = cast("Mapping[str, LineAbilities] | None", app.remembered.get(name, mark))
    if known is None:
        found = abilities(
            opened.book, made=batches, built=around.speeds, notes=books.notes_of(opened)
        )
        bare = {line: LineAbilities(line=line, can={}) for line in around.lines}
        known = {line: found.get(line, each) for line, each in sorted(bare.items())}
        app.remembered.put(name, mark, known)
    return known


def _packing(app: Application, conn: Connection, actor: Actor, market: str) -> frozenset[str]:
    """Return the lines that pack for a market, as far as the actor may see that."""
    if not actor.may(Permission.PORTFOLIO_READ):
        return frozenset()
    book = portfolio_books.opened(app, conn, actor.organisation_id).book
    return frozenset(each.line for each in book.placements.values() if each.market == market)


def _view(found: LineFit, *, is_packing: bool) -> LineFitView:
    return LineFitView(
        line=found.line,
        packs_for_it=is_packing,
        is_fit=found.is_fit,
        met=len(found.of(State.MET)),
        lacking=len(found.of(State.LACKING)),
        unknown=len(found.of(State.UNKNOWN)),
        cost_eur=found.cost_eur,
        lead_days=found.lead_days,
        answers=tuple(
            AnswerView(
                topic=each.want.topic.value,
                wanted=_wanted(each.want),
                rule=each.want.rule,
                clause=each.want.clause,
                scope=each.want.scope,
                state=each.state.value,
                told=each.told,
                basis=each.basis.value if each.basis else "",
                on=each.on,
                confidence=each.basis.confidence.value if each.basis else "",
                ways=tuple(map(_way_view, each.ways)),
            )
            for each in found.answers
        ),
    )


def _report_view(each: ReportAnswer) -> ReportView:
    return ReportView(
        wanted=each.want.told,
        rule=each.want.rule,
        clause=each.want.clause,
        state=each.state.value,
        told=each.told,
        ways=tuple(map(_way_view, each.ways)),
    )


def _way_view(way: Way) -> WayView:
    return WayView(
        title=way.title, cost_eur=way.cost_eur, effort_days=way.effort_days,
        lead_days=way.lead_days, stop_days=way.stop_days, source=way.source, on=way.on,
        confidence=way.confidence.value, is_own=way.is_own,
    )  # fmt: skip


def _wanted(want: Want) -> str:
    return f"{want.told} (for {want.scope})" if want.scope else want.told
