"""Readiness, from evidence: what rules need, what was seen done, what is missing, how late it is.

What people report of their work is one thing, what Packtrail holds another. An item is ready only
when it was seen: master data, a pool with numbers, packs commissioned, a batch that a line ended,
messages of a partner, reports that an authority took, people who passed. Where the plan says done
and nothing was seen, the item says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.planning.requirements import Proof, trace
from packtrail.planning.scope import LINE_CAPABILITIES, Capability, PartnerKind, concerns
from packtrail.planning.technology.abilities import Basis, LineAbilities, capabilities
from packtrail.planning.training import competences, is_needed
from packtrail.planning.work import WorkKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.planning.book import Book, Terms
    from packtrail.planning.schedules import Schedule, Slot
    from packtrail.planning.scope import Need, Product, Scope

C, K = Capability, WorkKind


class Subject(StrEnum):
    """What can be ready."""

    MARKET = "market"
    PRODUCT = "product"
    SITE = "site"
    LINE = "line"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What Packtrail holds, as far as it proves readiness. All of one moment."""

    described: frozenset[str] = frozenset()
    """GTINs of which there is master data."""
    pools: Mapping[str, int] = field(default_factory=dict)
    """GTIN -> numbers that its pool has left."""
    commissioned: Mapping[str, date] = field(default_factory=dict)
    """GTIN -> day on which its first packs were commissioned."""
    batches: Mapping[str, int] = field(default_factory=dict)
    """Code of a line -> work orders that it completed."""
    accepted: Mapping[str, date] = field(default_factory=dict)
    """Code of an organisation or receiver -> day on which its last good message was taken."""
    acknowledged: Mapping[str, date] = field(default_factory=dict)
    """Market -> day on which a receiver there took a report last."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Market -> reports that were rejected and not yet made good."""
    lines: Mapping[str, LineAbilities] = field(default_factory=dict)
    """Code of a line -> what measurements, batches and equipment show that it can do."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of something that is needed."""

    done: int
    total: int
    """0: nothing here could show it."""
    told: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Something that is needed, and how it is seen."""

    key: str
    title: str
    subject: Subject
    needs: frozenset[Capability]
    """Only where a rule makes one of these necessary; none: always."""
    work: frozenset[WorkKind]
    """The kinds of work that bring it."""
    see: Callable[[_Look, str, tuple[str, ...]], Sight]
    """From all there is, the code of the subject, and the markets whose rules need it."""


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


@dataclass(frozen=True, slots=True)
class _Look:
    """All that probes look at."""

    book: Book
    evidence: Evidence
    today: date
    lines_needing: Mapping[str, frozenset[Capability]]
    """Line -> what the rules of its products need of it."""


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
    needed: dict[str, frozenset[Capability]] = {}
    for (probe_key, code), asks in asked.items():
        if probe_key == "line_can":
            needed[code] = frozenset().union(*(each.need.capabilities for each in asks))
    look = _Look(book, evidence, schedule.today, needed)
    work = _work(schedule)
    items = [
        _item(look, _BY_KEY[probe], code, asks, work, schedule)
        for (probe, code), asks in asked.items()
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
) -> dict[tuple[str, str], list[_Ask]]:
    """Return (probe, subject) -> the needs that ask for it."""
    asked: defaultdict[tuple[str, str], list[_Ask]] = defaultdict(list)
    sold = _by_market(scope)
    for need in (*scope.needs, *in_force):
        products = [each for each in sold[need.market] if concerns(need, each)]
        if not need.is_in or (need.due_on < today and not products):
            continue  # A rule that holds already and is about nothing in scope asks for nothing.
        for subject, days in _subjects(scope, need, products, today).items():
            for probe in PROBES:
                if probe.subject is subject and _is_asked(probe, need):
                    for code, due_on in days.items():
                        asked[probe.key, code].append(_Ask(need, due_on))
    return asked


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
    look: _Look,
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


# --- how it is seen -------------------------------------------------------------------------------


_NO_GTIN: Final = Sight(0, 0, "The scope names no GTIN of it")


def _master_data(look: _Look, code: str, markets: tuple[str, ...]) -> Sight:
    gtins = look.book.products[code].gtins_for(markets)
    lacking = [each for each in gtins if each not in look.evidence.described]
    return _of_all(gtins, lacking, f"GTIN {', '.join(gtins)} described", "unknown")


def _pool(look: _Look, code: str, markets: tuple[str, ...]) -> Sight:
    gtins = look.book.products[code].gtins_for(markets)
    lacking = [each for each in gtins if not look.evidence.pools.get(each)]
    left = min((look.evidence.pools.get(each, 0) for each in gtins), default=0)
    return _of_all(gtins, lacking, f"{left:,} serial numbers left", "without serial numbers")


def _packs(look: _Look, code: str, markets: tuple[str, ...]) -> Sight:
    gtins = look.book.products[code].gtins_for(markets)
    lacking = [each for each in gtins if each not in look.evidence.commissioned]
    days = [look.evidence.commissioned[each] for each in gtins if each not in lacking]
    first = min(days, default=look.today)
    return _of_all(gtins, lacking, f"First packs on {first.isoformat()}", "without packs")


def _of_all(gtins: tuple[str, ...], lacking: list[str], told: str, without: str) -> Sight:
    """Return how many of the trade items of a product have something, naming those that do not."""
    if not gtins:
        return _NO_GTIN
    if lacking:
        more = f" and {len(lacking) - 3} more" if lacking[3:] else ""
        told = f"GTIN {', '.join(lacking[:3])}{more} {without}"
    return Sight(len(gtins) - len(lacking), len(gtins), told)


def _line_can(look: _Look, code: str, _: tuple[str, ...]) -> Sight:
    wanted = look.lines_needing.get(code, frozenset()) & LINE_CAPABILITIES
    if not wanted:
        return Sight(1, 1, "Nothing is needed of the line")
    able = capabilities(look.evidence.lines.get(code), look.book.lines[code].capabilities)
    lacks = sorted(each for each in wanted if not able[each].can)
    if lacks:
        told = "; ".join(
            f"Lacks {each.replace('_', ' ')} ({able[each].basis}: {able[each].told})"
            for each in lacks
        )
    else:
        bases = Counter(able[each].basis for each in wanted)
        shown = ", ".join(f"{bases[each]} {_BASES[each]}" for each in Basis if bases[each])
        told = f"Can do what is needed: {shown}"
    return Sight(len(wanted) - len(lacks), len(wanted), told)


_BASES: Final = {
    Basis.MEASURED: "measured", Basis.EQUIPMENT: "by its equipment", Basis.SAID: "only said",
}  # fmt: skip


def _batch(look: _Look, code: str, _: tuple[str, ...]) -> Sight:
    count = look.evidence.batches.get(code, 0)
    return Sight(int(count > 0), 1, f"{count:,} batches completed" if count else "No batch yet")


def _trained(look: _Look, code: str, _: tuple[str, ...]) -> Sight:
    book = look.book
    people = {key: each for key, each in book.people.items() if each.site == code}
    required = {key: each for key, each in book.courses.items() if each.is_required}
    if not people or not required:
        return Sight(0, 0, "Nobody of the site is entered" if required else "No course is required")
    stands = [
        each
        for each in competences(people, required, book.sessions.values(), look.today)
        if is_needed(each.course, each.person)
    ]
    valid = sum(each.is_valid for each in stands)
    return Sight(valid, len(stands), f"{valid} of {len(stands)} competences are valid")


def _messages(look: _Look, code: str, _: tuple[str, ...]) -> Sight:
    partner = look.book.partners[code]
    last = look.evidence.accepted.get(partner.organisation or code)
    told = f"Last message taken on {last.isoformat()}" if last else "No message was taken yet"
    return Sight(int(last is not None), 1, told)


def _reports(look: _Look, code: str, _: tuple[str, ...]) -> Sight:
    last, refused = look.evidence.acknowledged.get(code), look.evidence.refused.get(code, 0)
    told = f"Last report taken on {last.isoformat()}" if last else "No report was acknowledged"
    if refused:
        told += f"; {refused} rejected"
    return Sight(int(last is not None) + int(not refused and last is not None), 2, told)


def _proven(look: _Look, code: str, _: tuple[str, ...]) -> Sight:
    traced = [each for each in trace(look.book) if each.requirement.market in {code, ""}]
    if not traced:
        return Sight(0, 0, "No requirement is entered")
    proven = sum(each.proof is Proof.PROVEN for each in traced)
    return Sight(proven, len(traced), f"{proven} of {len(traced)} requirements are proven")


_CODES: Final = frozenset({C.SERIALS, C.ISSUED_CODES})
PROBES: Final[tuple[Probe, ...]] = (
    Probe("master_data", "Master data", Subject.PRODUCT, frozenset(),
          frozenset({K.MASTER_DATA}), _master_data),
    Probe("pool", "Serial numbers", Subject.PRODUCT, _CODES, frozenset({K.NUMBERS}), _pool),
    Probe("packs", "First packs", Subject.PRODUCT, _CODES, frozenset({K.PILOT}), _packs),
    Probe("line_can", "Line can do it", Subject.LINE, LINE_CAPABILITIES,
          frozenset({K.EQUIPMENT}), _line_can),
    Probe("batch", "First batch", Subject.LINE, _CODES, frozenset({K.PILOT}), _batch),
    Probe("trained", "People trained", Subject.SITE, frozenset(),
          frozenset({K.TRAINING}), _trained),
    Probe("messages", "Partner messages", Subject.PARTNER,
          frozenset({C.PARTNER_DATA, C.REPORTING, C.SERIALS, C.AGGREGATION}),
          frozenset({K.CONNECTION}), _messages),
    Probe("reports", "Reports taken", Subject.MARKET, frozenset({C.REPORTING}),
          frozenset({K.REPORTING}), _reports),
    Probe("proven", "Requirements proven", Subject.MARKET, frozenset(),
          frozenset({K.VALIDATION}), _proven),
)  # fmt: skip
_BY_KEY: Final[Mapping[str, Probe]] = {each.key: each for each in PROBES}
