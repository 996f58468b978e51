"""Readiness, from evidence: what rules need, what was seen done, what is missing, how late it is.

What people report of their work is one thing, what Packtrail holds another. An item is ready only
when it was seen: master data, a pool with numbers, packs commissioned, a batch that a line ended,
messages of a partner, reports that an authority took, people who passed. Where the plan says done
and nothing was seen, the item says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.planning.foreseen import Foreseen
from packtrail.planning.probes import BY_KEY, PROBES, Evidence, Look, Probe, Sight, Subject, Wanted
from packtrail.planning.scope import LINE_CAPABILITIES, Capability, PartnerKind, concerns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packtrail.planning.book import Book, Terms
    from packtrail.planning.schedules import Schedule
    from packtrail.planning.scope import Need, Product, Scope

_LINE_CAN: Final = "line_can"


class ReadyState(StrEnum):
    """How something that is needed stands."""

    READY = "ready"
    PARTLY = "partly"
    MISSING = "missing"
    UNSEEN = "unseen"
    """Nothing that Packtrail holds could show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """Something that a subject needs, and whether it was seen; the plan has no say in it."""

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
    coming_on: date | None
    """The last day without it for the first date that is to come; None: no such date needs it."""
    needs: tuple[str, ...]
    """Codes of the needs that are to come and ask for it."""
    overdue_days: int
    """Days since the last day without it, under rules in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Needed):
    """Something that a subject needs, and what the plan foresees of it."""

    planned_on: date | None
    """When the work that brings it ends by the plan; None: no work in the plan does."""
    foreseen_days: int
    """Days by which its work is planned too late for a date to come that will not be made."""
    is_only_said: bool
    """Whether the plan says that all its work is done, and it was not seen."""

    @property
    def late_days(self) -> int:
        """Days after its date: today's, or those that the plan foresees."""
        return max(self.overdue_days, self.foreseen_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many of the items of a market or kind are ready."""

    ready: int
    total: int
    late: int
    only_said: int
    unseen: int


def needed(
    book: Book,
    terms: Terms,
    evidence: Evidence,
    today: date,
    *,
    in_force: Iterable[Need] = (),
) -> tuple[Needed, ...]:
    """Return everything that the rules in scope need, and whether it was seen.

    Args:
        book: The programme.
        terms: What holds for it.
        evidence: What Packtrail holds.
        today: The day.
        in_force: What rules of its markets ask for that hold already, besides its own needs.
    """
    asked = _asked(book.scope(terms), tuple(in_force), today)
    look = Look(book, evidence, today)
    return tuple(
        _needed(look, BY_KEY[probe], code, what, asks)
        for (probe, code, what), asks in _joined(look, asked).items()
    )


def readiness(wanted: Iterable[Needed], schedule: Schedule) -> tuple[Item, ...]:
    """Return what is needed with what a schedule foresees of it.

    Args:
        wanted: What is needed, of the day of the schedule.
        schedule: It says when missing things are planned.

    Returns:
        What is late first, then by the day it is due.
    """
    foreseen = Foreseen.of(schedule)
    items = [_item(each, foreseen) for each in wanted]
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
        late=sum(each.late_days > 0 for each in listed),
        only_said=sum(each.is_only_said for each in listed),
        unseen=sum(each.state is ReadyState.UNSEEN for each in listed),
    )


def score_to_come(items: Iterable[Item]) -> Score:
    """Return how ready all is that dates to come need; late is what their work is too late for."""
    own = [each for each in items if each.coming_on is not None]
    return replace(score(own), late=sum(each.foreseen_days > 0 for each in own))


def score_in_force(items: Iterable[Item]) -> Score:
    """Return how ready all is that rules in force need; late is what its last day has passed of."""
    own = [each for each in items if each.since is not None]
    return replace(score(own), late=sum(each.overdue_days > 0 for each in own))


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


_What = tuple[str, ...] | frozenset[Capability] | None
"""What is looked for of a subject: packs, what a line can do, or what there is one of only."""


def _joined(
    look: Look, asked: Mapping[tuple[str, str, str], list[_Ask]]
) -> Mapping[tuple[str, str, _What], list[_Ask]]:
    """Return what several markets ask of a subject as one, where the same is looked for.

    Of a product they may sell different packs, and of a line they may need different things: a
    market is not behind for what another one lacks.
    """
    joined: defaultdict[tuple[str, str, _What], list[_Ask]] = defaultdict(list)
    for (key, code, market), asks in asked.items():
        if key == _LINE_CAN:
            for able, own in _of_line(asks, look.today):
                joined[key, code, able] += own
            continue
        is_of_packs = BY_KEY[key].subject is Subject.PRODUCT
        packs = look.book.products[code].gtins_for((market,)) if is_of_packs else None
        joined[key, code, packs] += asks
    return joined


def _of_line(asks: list[_Ask], today: date) -> Iterator[tuple[frozenset[Capability], list[_Ask]]]:
    """Yield what a line must be able to do: today, and what each date to come asks besides.

    What a line needs later is not late today: it is a thing of its own.
    """
    before: frozenset[Capability] = frozenset()
    wanting = [(_line_capabilities(each), each) for each in asks]
    for day in sorted({max(each.need.due_on, today - timedelta(days=1)) for each in asks}):
        able = frozenset().union(*(able for able, each in wanting if each.need.due_on <= day))
        if besides := able - before:
            yield besides, [each for able, each in wanting if able & besides]
        before |= able


def _line_capabilities(ask: _Ask) -> frozenset[Capability]:
    return ask.need.capabilities & LINE_CAPABILITIES


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


def _needed(look: Look, probe: Probe, code: str, what: _What, asks: list[_Ask]) -> Needed:
    markets = tuple(dict.fromkeys(each.need.market for each in asks))
    of_line = what if isinstance(what, frozenset) else frozenset()
    sight = probe.see(look, Wanted(code, markets, of_line))
    state = _state(sight)
    coming = [each for each in asks if each.need.due_on >= look.today]
    first = min(each.need.due_on for each in asks)
    return Needed(
        probe=probe,
        code=code,
        name=_name(look.book, probe.subject, code),
        markets=markets,
        state=state,
        sight=sight,
        due_on=min((each.due_on for each in asks if each.due_on), default=None),
        since=first + timedelta(days=1) if first < look.today else None,
        coming_on=min((each.due_on or each.need.due_on for each in coming), default=None),
        needs=tuple(each.need.code for each in coming),
        overdue_days=_overdue(state, asks, look.today),
    )


def _item(each: Needed, foreseen: Foreseen) -> Item:
    brought = foreseen.brought(each.probe, each.code, each.markets, each.needs)
    return Item(
        probe=each.probe,
        code=each.code,
        name=each.name,
        markets=each.markets,
        state=each.state,
        sight=each.sight,
        due_on=each.due_on,
        since=each.since,
        coming_on=each.coming_on,
        needs=each.needs,
        overdue_days=each.overdue_days,
        planned_on=brought.planned_on,
        foreseen_days=0 if each.state is ReadyState.READY else brought.late_days,
        is_only_said=brought.is_done and each.state in {ReadyState.MISSING, ReadyState.PARTLY},
    )


def _overdue(state: ReadyState, asks: list[_Ask], today: date) -> int:
    """Return how many days ago the last day without something was.

    That the day of what nothing could show has passed proves nothing.
    """
    if state in {ReadyState.READY, ReadyState.UNSEEN}:
        return 0
    return max(0, *((today - each.due_on).days for each in asks if each.due_on is not None), 0)


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
