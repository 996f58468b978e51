"""Readiness, from evidence: what rules need, what was seen done, what is missing, how late it is.

What people report of their work is one thing, what Packtrail holds another. An item is ready only
when it was seen: master data, a pool with numbers, packs commissioned, a batch that a line ended,
messages of a partner, reports that an authority took, people who passed. Where the plan says done
and nothing was seen, the item says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.planning.probes import BY_KEY, PROBES, Evidence, Look, Probe, Sight, Subject
from packtrail.planning.scope import LINE_CAPABILITIES, PartnerKind, concerns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.planning.book import Book, Terms
    from packtrail.planning.schedules import Schedule, Slot
    from packtrail.planning.scope import Need, Product, Scope
    from packtrail.planning.work import WorkKind

_LINE_CAN: Final = "line_can"


class ReadyState(StrEnum):
    """How something that is needed stands."""

    READY = "ready"
    PARTLY = "partly"
    MISSING = "missing"
    UNSEEN = "unseen"
    """Nothing that Packtrail holds could show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that a subject needs."""

    probe: Probe
    code: str
    """Of the subject."""
    name: str
    markets: tuple[str, ...]
    """Whose rules need it."""
    state: ReadyState
    sight: Sight
    due_on: date | None
    """The last day without it; None: rules hold already, and nobody has set the first sale."""
    since: date | None
    """The first day of the rules that ask for it and hold already; None: all are to come."""
    planned_on: date | None
    """When the last work that brings it ends by the plan; None: no work in the plan does."""
    late_days: int
    """Days after its date: today's, or those that the plan foresees."""
    is_only_said: bool
    """Whether the plan says that all its work is done, and it was not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many of the items of a market or kind are ready."""

    ready: int
    total: int
    late: int
    only_said: int
    unseen: int


def readiness(
    book: Book,
    terms: Terms,
    schedule: Schedule,
    evidence: Evidence,
    *,
    in_force: Iterable[Need] = (),
) -> tuple[Item, ...]:
    """Return everything that the rules in scope need, and whether it was seen.

    Args:
        book: The programme.
        terms: What holds for it.
        schedule: Its schedule, which says when missing things are planned.
        evidence: What Packtrail holds.
        in_force: What rules of its markets ask for that hold already, besides its own needs.

    Returns:
        What is late first, then by the day it is due.
    """
    asked = _asked(book.scope(terms), tuple(in_force), schedule.today)
    needed = {
        (code, market): frozenset().union(*(each.need.capabilities for each in asks))
        for (probe, code, market), asks in asked.items()
        if probe == _LINE_CAN
    }
    look = Look(book, evidence, schedule.today, needed)
    work = _work(schedule)
    items = [
        _item(look, BY_KEY[probe], code, asks, work, schedule)
        for (probe, code, _), asks in _joined(look, asked).items()
    ]
    items.sort(
        key=lambda each: (-each.late_days, each.due_on or date.max, each.probe.key, each.code)
    )
    return tuple(items)


def score(items: Iterable[Item]) -> Score:
    """Return how many of some items are ready."""
    listed = tuple(items)
    return Score(
        ready=sum(each.state is ReadyState.READY for each in listed),
        total=len(listed),
        late=sum(each.late_days > 0 and each.state is not ReadyState.READY for each in listed),
        only_said=sum(each.is_only_said for each in listed),
        unseen=sum(each.state is ReadyState.UNSEEN for each in listed),
    )


def by_market(items: Iterable[Item]) -> Mapping[tuple[str, str], Score]:
    """Return the scores by market and probe; an item counts for each market that needs it."""
    groups: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
    for each in items:
        for market in each.markets:
            groups[market, each.probe.key].append(each)
    return {key: score(members) for key, members in groups.items()}


# --- what is asked of whom ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ask:
    """A need asks something of a subject."""

    need: Need
    due_on: date | None
    """The last day without it; None: before a first sale that nobody has set yet."""


def _asked(
    scope: Scope, in_force: tuple[Need, ...], today: date
) -> dict[tuple[str, str, str], list[_Ask]]:
    """Return (probe, subject, market) -> the needs that ask for it."""
    asked: defaultdict[tuple[str, str, str], list[_Ask]] = defaultdict(list)
    sold = _by_market(scope)
    for need in (*scope.needs, *in_force):
        products = [each for each in sold[need.market] if concerns(need, each)]
        if not need.is_in or (need.due_on < today and not products):
            continue  # A rule that holds already and is about nothing in scope asks for nothing.
        for subject, days in _subjects(scope, need, products, today).items():
            for probe in PROBES:
                if probe.subject is subject and _is_asked(probe, need):
                    for code, due_on in days.items():
                        asked[probe.key, code, need.market].append(_Ask(need, due_on))
    return asked


def _joined(
    look: Look, asked: Mapping[tuple[str, str, str], list[_Ask]]
) -> Mapping[tuple[str, str, object], list[_Ask]]:
    """Return what several markets ask of a subject as one, where the same is looked for.

    Of a product they may sell different packs, and of a line they may need different things: a
    market is not behind for what another one lacks.
    """
    joined: defaultdict[tuple[str, str, object], list[_Ask]] = defaultdict(list)
    for (key, code, market), asks in asked.items():
        looked_for: object = None
        if BY_KEY[key].subject is Subject.PRODUCT:
            looked_for = look.book.products[code].gtins_for((market,))
        elif key == _LINE_CAN:
            looked_for = look.lines_needing[code, market] & LINE_CAPABILITIES
        joined[key, code, looked_for] += asks
    return joined


def _by_market(scope: Scope) -> Mapping[str, list[Product]]:
    """Return market -> the products in scope that are for it, by code."""
    found: defaultdict[str, list[Product]] = defaultdict(list)
    for product in sorted(scope.products, key=lambda each: each.code):
        for market in product.markets:
            found[market].append(product)
    return found


def _is_asked(probe: Probe, need: Need) -> bool:
    return not probe.needs or bool(probe.needs & need.capabilities)


def _subjects(
    scope: Scope, need: Need, products: Sequence[Product], today: date
) -> Mapping[Subject, Mapping[str, date | None]]:
    """Return whom a need asks something of, each with the last day without it."""
    sites = {each.code: each.site for each in scope.lines}
    days: dict[Subject, dict[str, date | None]] = {each: {} for each in Subject}
    of_need = None if products else need.due_on
    for product in products:
        due_on = product.due_on(need, today)
        days[Subject.PRODUCT][product.code] = due_on
        of_need = _first(of_need, due_on)
        if site := sites.get(product.line):
            for subject, code in ((Subject.LINE, product.line), (Subject.SITE, site)):
                days[subject][code] = _first(days[subject].get(code), due_on)
    days[Subject.MARKET][need.market] = of_need
    for partner in scope.partners:
        if partner.kind is PartnerKind.CMO and partner.site in days[Subject.SITE]:
            days[Subject.PARTNER][partner.code] = days[Subject.SITE][partner.site]
        elif need.market in partner.markets:
            days[Subject.PARTNER][partner.code] = of_need
    return days


def _first(one: date | None, other: date | None) -> date | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _work(schedule: Schedule) -> Mapping[tuple[str, str, WorkKind], list[str]]:
    """Return (tag, value, kind of work) -> codes of the packages."""
    found: defaultdict[tuple[str, str, WorkKind], list[str]] = defaultdict(list)
    for package in schedule.plan.packages:
        for tag in ("market", "site", "line", "partner"):
            if value := getattr(package, tag):
                found[tag, value, package.kind].append(package.code)
        for product in package.products:
            found["product", product, package.kind].append(package.code)
    return found


def _item(
    look: Look,
    probe: Probe,
    code: str,
    asks: list[_Ask],
    work: Mapping[tuple[str, str, WorkKind], list[str]],
    schedule: Schedule,
) -> Item:
    markets = tuple(dict.fromkeys(each.need.market for each in asks))
    packages = schedule.plan.by_code
    brings = [
        each
        for kind in probe.work
        for each in work.get((probe.subject.value, code, kind), ())
        if not packages[each].market or packages[each].market in markets
    ]
    slots = [schedule.slots[each] for each in brings]
    sight = probe.see(look, code, markets)
    state = _state(sight)
    is_done = bool(brings) and all(packages[each].is_done for each in brings)
    first = min(each.need.due_on for each in asks)
    return Item(
        probe=probe,
        code=code,
        name=_name(look.book, probe.subject, code),
        markets=markets,
        state=state,
        sight=sight,
        due_on=min((each.due_on for each in asks if each.due_on), default=None),
        since=first + timedelta(days=1) if first < schedule.today else None,
        planned_on=max((each.finish_on for each in slots), default=None),
        late_days=_late(state, asks, slots, schedule.today),
        is_only_said=is_done and state in {ReadyState.MISSING, ReadyState.PARTLY},
    )


def _late(state: ReadyState, asks: list[_Ask], slots: list[Slot], today: date) -> int:
    """Return by how many days something is late, or will be by the plan.

    What nothing could show is late by the plan only: that its day has passed proves nothing.
    """
    if state is ReadyState.READY:
        return 0
    foreseen = (
        (each.finish_on - each.late_finish_on).days
        for each in slots
        if each.late_finish_on is not None
    )
    passed = (
        (today - each.due_on).days
        for each in asks
        if each.due_on is not None and state is not ReadyState.UNSEEN
    )
    return max(0, *foreseen, *passed, 0)


def _state(sight: Sight) -> ReadyState:
    if not sight.total:
        return ReadyState.UNSEEN
    if sight.done >= sight.total:
        return ReadyState.READY
    return ReadyState.PARTLY if sight.done else ReadyState.MISSING


def _name(book: Book, subject: Subject, code: str) -> str:
    kinds = {Subject.PARTNER: book.partners, Subject.SITE: book.sites, Subject.LINE: book.lines,
             Subject.PRODUCT: book.products, Subject.MARKET: book.markets}  # fmt: skip
    known = kinds[subject].get(code)
    return str(getattr(known, "name", "") or code)
