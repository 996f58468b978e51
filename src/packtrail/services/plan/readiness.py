"""Readiness of a programme: what its rules need against what Packtrail holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, cast

from packtrail.access import Permission
from packtrail.planning.book import KINDS
from packtrail.planning.needs import needs_in_force
from packtrail.planning.probes import Evidence
from packtrail.planning.readiness import (
    Item,
    Needed,
    Score,
    by_market,
    needed,
    readiness,
    score,
)
from packtrail.planning.standing import verdict
from packtrail.production.orders import State as OrderState
from packtrail.rendering import plan_words
from packtrail.rendering.tables import Column, Kind, Table
from packtrail.reporting.life import State as ReportState
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.goods import describing
from packtrail.services.lines import floor
from packtrail.services.markets import in_force
from packtrail.services.plan.scheduling import planned
from packtrail.services.supply import pools
from packtrail.services.technology import lines as lines_of
from packtrail.store import plan_evidence as rows

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.compliance.catalogue import Catalogue
    from packtrail.planning.book import Book
    from packtrail.planning.scope import Need
    from packtrail.planning.standing import Verdict
    from packtrail.planning.technology.abilities import LineAbilities
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened
    from packtrail.services.plan.scheduling import Planned

FRESH_SECONDS = 300
"""So long evidence that was gathered is used again."""
MESSAGE_DAYS = 180
"""A partner that sent nothing for so long is not counted as connected."""
_DONE = (OrderState.COMPLETED.value,)
_TAKEN = (ReportState.ACKNOWLEDGED.value,)
_REFUSED = (ReportState.REJECTED.value, ReportState.PARTLY.value)


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """How ready a programme is, from evidence."""

    opened: Opened
    verdict: Verdict
    """Whether the dates to come will be made, as everywhere."""
    items: tuple[Item, ...]
    total: Score
    by_market: Mapping[tuple[str, str], Score]
    """(market, probe) -> score."""
    laws: Mapping[str, MarketLaw]
    """Market in scope -> since when its rules hold, and what is to come."""
    seen_at: datetime
    """When the evidence was gathered."""
    left_out: tuple[str, ...]
    """What the asker may not see, and so was not looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketLaw:
    """Which rules of a market count."""

    is_known: bool
    """Whether a rule pack is about it."""
    since: date | None
    """First day of the oldest rule that holds and makes work necessary; None: none does."""
    next_on: date | None
    """The next date of the scope; None: none is to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """Something that a subject needs, as plain values."""

    probe: str
    title: str
    subject: str
    code: str
    name: str
    markets: tuple[str, ...]
    state: str
    done: int
    total: int
    told: str
    due_on: date | None
    """The last day without it; null: rules hold already, and nobody has set the first sale."""
    since: date | None
    """The first day of the rules that ask for it and hold already; null: all are to come."""
    coming_on: date | None
    """The last day without it for the first date that is to come; null: no such date needs it."""
    planned_on: date | None
    overdue_days: int
    """Days since the last day without it, under rules in force."""
    foreseen_days: int
    """Days by which its work is planned too late for a date to come that will not be made."""
    late_days: int
    """The larger of the two."""
    is_only_said: bool


@dataclass(frozen=True, slots=True)
class _Gathered:
    evidence: Evidence
    at: datetime
    left_out: tuple[str, ...]


def of_programme(
    app: Application, actor: Actor, programme: str, *, on: date | None = None
) -> Readiness:
    """Return how ready a programme is.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts as seen.
        programme: Code of the programme.
        on: The day for which dates and plan count; default: today.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    now = planned(app, actor, programme, on=on)
    law = in_force(app, actor)
    gathered = _gathered(app, actor, now.opened, law)
    holding = _holding(app, actor, law, frozenset(now.opened.book.markets), now.schedule.today)
    name = f"readiness/{now.opened.row.programme_id}"
    mark = (now.opened.mark, now.schedule.today, gathered.at, gathered.left_out, law)
    known = cast("Readiness | None", app.remembered.get(name, mark))
    if known is None:
        wanted = _wanted(app, now, gathered, holding)
        known = _seen(now, gathered, wanted, holding, law.markets)
        app.remembered.put(name, mark, known)
    return known


def _wanted(
    app: Application, now: Planned, gathered: _Gathered, holding: tuple[Need, ...]
) -> tuple[Needed, ...]:
    """Return what is needed and what was seen of it, which a change of the plan leaves as it is."""
    opened, day = now.opened, now.schedule.today
    besides = tuple(opened.book.of_kind(each) for each in KINDS if each not in _OF_PLAN)
    name = f"needed/{opened.row.programme_id}"
    mark = (opened.terms, opened.held_mark, besides, day, gathered.at, gathered.left_out, holding)
    known = cast("tuple[Needed, ...] | None", app.remembered.get(name, mark))
    if known is None:
        evidence = gathered.evidence
        known = needed(opened.book, opened.terms, evidence, day, in_force=holding)
        app.remembered.put(name, mark, known)
    return known


_OF_PLAN = frozenset({"package", "link", "deadline", "calendar", "resource", "meeting"})
"""Kinds of entries that change nothing of what is needed and seen."""


def _seen(
    now: Planned,
    gathered: _Gathered,
    wanted: tuple[Needed, ...],
    holding: tuple[Need, ...],
    known: Container[str],
) -> Readiness:
    book, day = now.opened.book, now.schedule.today
    items = readiness(wanted, now.schedule)
    return Readiness(
        opened=now.opened,
        verdict=verdict(now.schedule),
        items=items,
        total=score(items),
        by_market=by_market(items),
        laws={
            code: MarketLaw(
                is_known=code in known,
                since=_since(holding, code),
                next_on=_next(book.needs.values(), code, day),
            )
            for code in book.markets
        },
        seen_at=gathered.at,
        left_out=gathered.left_out,
    )


def _holding(
    app: Application, actor: Actor, law: Catalogue, markets: frozenset[str], day: date
) -> tuple[Need, ...]:
    """Return what the rules of some markets ask for that hold on a day."""
    name, mark = f"needs in force/{actor.organisation_id}", (law, markets, day)
    known = cast("tuple[Need, ...] | None", app.remembered.get(name, mark))
    if known is None:
        known = needs_in_force(law, markets, on=day)
        app.remembered.put(name, mark, known)
    return known


def _since(holding: Iterable[Need], market: str) -> date | None:
    days = (each.due_on for each in holding if each.market == market)
    first = min(days, default=None)
    return first + timedelta(days=1) if first else None


def _next(needs: Iterable[Need], market: str, day: date) -> date | None:
    coming = (e.due_on for e in needs if e.market == market and e.is_in and e.due_on >= day)
    return min(coming, default=None)


def items_view(
    app: Application, actor: Actor, programme: str, *, market: str = "", on: date | None = None
) -> tuple[ItemView, ...]:
    """Return what the rules in scope need and whether it was seen, as plain values.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        market: Only what the rules of this market need.
        on: The day; default: today.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    found = of_programme(app, actor, programme, on=on).items
    return tuple(_view(each) for each in found if not market or market in each.markets)


def table(items: tuple[Item, ...]) -> Table:
    """Return readiness as a table of a workbook."""
    columns = (
        Column("Subject"), Column("Code"), Column("Name"), Column("What is needed"),
        Column("Markets"), Column("State"), Column("Seen"), Column("In force since", Kind.DAY),
        Column("Due", Kind.DAY), Column("Due for a date to come", Kind.DAY),
        Column("Planned", Kind.DAY), Column("Late, days", Kind.NUMBER),
        Column("Plan says done, not seen"),
    )  # fmt: skip
    return Table(
        "Readiness",
        columns,
        [
            (
                each.probe.subject.value.capitalize(), each.code, each.name, each.probe.title,
                ", ".join(each.markets), plan_words.READY[each.state].text, each.sight.told,
                each.since, each.due_on, each.coming_on, each.planned_on, each.late_days,
                "yes" if each.is_only_said else "",
            )
            for each in items
        ],
    )  # fmt: skip


def _view(each: Item) -> ItemView:
    return ItemView(
        probe=each.probe.key,
        title=each.probe.title,
        subject=each.probe.subject.value,
        code=each.code,
        name=each.name,
        markets=each.markets,
        state=each.state.value,
        done=each.sight.done,
        total=each.sight.total,
        told=each.sight.told,
        due_on=each.due_on,
        since=each.since,
        coming_on=each.coming_on,
        planned_on=each.planned_on,
        overdue_days=each.overdue_days,
        foreseen_days=each.foreseen_days,
        late_days=each.late_days,
        is_only_said=each.is_only_said,
    )


def _gathered(app: Application, actor: Actor, opened: Opened, law: Catalogue) -> _Gathered:
    now = app.clock()
    may = tuple(sorted(_may(actor)))
    # Of the programme, what is looked for hangs on its products only.
    mark = (opened.book.products, may, int(now.timestamp()) // FRESH_SECONDS)
    name = f"evidence/{opened.row.programme_id}"
    known = cast("_Gathered | None", app.remembered.get(name, mark))
    if known is not None:
        return known
    evidence = _gather(app, actor, opened.book, now, law)
    left_out = tuple(title for permission, title in _LOOKS.items() if permission not in may)
    made = _Gathered(evidence, now, left_out)
    app.remembered.put(name, mark, made)
    return made


_LOOKS = {
    Permission.EVENT_READ: "events and master data",
    Permission.POOL_READ: "pools of serial numbers",
    Permission.LINE_READ: "work orders and trade items",
    Permission.CAPTURE_READ: "messages",
    Permission.REPORTING_READ: "reports",
    Permission.TECHNOLOGY_READ: "equipment and measurements of lines",
}
"""What is needed to see a kind of evidence."""


def _may(actor: Actor) -> list[Permission]:
    return [each for each in _LOOKS if actor.may(each)]


def _gather(app: Application, actor: Actor, book: Book, now: datetime, law: Catalogue) -> Evidence:
    """Gather what there is; each look needs the permission that its page needs."""
    gtins = sorted({gtin for each in book.products.values() for gtin in each.gtins})
    described, lefts = _items_and_pools(app, actor, gtins)
    commissioned: dict[str, date] = {}
    batches: dict[str, int] = {}
    accepted: dict[str, date] = {}
    answers: list[rows.ReportsRow] = []
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        if actor.may(Permission.EVENT_READ):
            described |= describing.products_of(conn, gtins, audience_ids).keys()
            keys = [f"sgtin/{each}" for each in gtins]
            first = rows.first_commissionings(conn, keys, audience_ids)
            commissioned = {key.partition("/")[2]: at.date() for key, at in first.items()}
        if actor.may(Permission.LINE_READ):
            batches = rows.batches(conn, audience_ids, _DONE)
        if actor.may(Permission.CAPTURE_READ):
            since = now - timedelta(days=MESSAGE_DAYS)
            accepted = {
                code: at.date() for code, at in rows.messages(conn, audience_ids, since).items()
            }
        if actor.may(Permission.REPORTING_READ):
            answers = rows.reports(conn, actor.organisation_id, _TAKEN, _REFUSED)
    lines = lines_of.known_lines(app, actor) if actor.may(Permission.TECHNOLOGY_READ) else {}
    acknowledged, refused = _answers(answers, accepted, law)
    return Evidence(
        described=frozenset(described),
        pools=lefts,
        commissioned=commissioned,
        batches=batches,
        accepted=accepted,
        acknowledged=acknowledged,
        refused=refused,
        # A scope names lines by their own code; of two that share one, ours counts.
        lines={name.rpartition("/")[2]: each for name, each in sorted(lines.items(), key=_ours)},
    )


def _ours(named: tuple[str, LineAbilities]) -> bool:
    return "/" not in named[0]


def _items_and_pools(
    app: Application, actor: Actor, gtins: list[str]
) -> tuple[set[str], dict[str, int]]:
    wanted = set(gtins)
    described: set[str] = set()
    lefts: dict[str, int] = {}
    if actor.may(Permission.LINE_READ):
        described = {each.gtin for each in floor.trade_items(app, actor)} & wanted
    if actor.may(Permission.POOL_READ):
        for pool in pools.pools(app, actor):
            if pool.kind == pools.SGTIN and pool.number_of in wanted:
                lefts[pool.number_of] = lefts.get(pool.number_of, 0) + pool.left
    return described, lefts


def _answers(
    answers: list[rows.ReportsRow], accepted: dict[str, date], law: Catalogue
) -> tuple[dict[str, date], dict[str, int]]:
    """Return what markets took and refused; a partner that took a report is connected too.

    What the receiver of a union takes, it takes for its members.
    """
    taken: dict[str, date] = {}
    refused: dict[str, int] = {}
    for row in answers:
        markets = _reached(law, row.market or "")
        if row.taken_at is not None:
            day = row.taken_at.date()
            taken |= {market: max(day, taken.get(market, day)) for market in markets}
            accepted[row.receiver] = max(day, accepted.get(row.receiver, day))
        refused |= {market: refused.get(market, 0) + row.refused for market in markets}
    return taken, refused


def _reached(law: Catalogue, market: str) -> tuple[str, ...]:
    """Return a market and, where it is a union with rules of its own, those that they hold in."""
    pack = law.markets.get(market, "")
    if pack and law.packs[pack].heading.market == market:
        return law.reached_by(pack)
    return (market,)
