"""The radar: what goes out of support when, and which lines, products and markets that endangers.

A system endangers the lines that it names, and those of every system that needs it, however far up.
Each part of a system that somebody keeps up (the product itself, an operating system, a database)
is an item with a date of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.planning.technology import codes
from packtrail.planning.technology.inventory import Confidence, Criticality
from packtrail.planning.technology.support import Found, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from packtrail.base.findings import Finding
    from packtrail.planning.technology.inventory import Inventory, Notes, System
    from packtrail.planning.technology.support import SupportList

SOON_DAYS: Final = 365
AHEAD_DAYS: Final = 3 * 365
_ORDER: Final = {Criticality.HIGH: 0, Criticality.MEDIUM: 1, Criticality.LOW: 2}


class Standing(StrEnum):
    """How something stands to the end of its support."""

    OUT = "out"
    """It is out of support."""
    SOON = "soon"
    """Within a year."""
    AHEAD = "ahead"
    """Within three years."""
    FAR = "far"
    """Later, or no end is announced."""
    UNKNOWN = "unknown"
    """Nobody has written it down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What lines pack: a product for a market."""

    product: str
    market: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """What stands still without a system."""

    lines: tuple[str, ...]
    products: tuple[str, ...]
    markets: tuple[str, ...]
    through: tuple[str, ...]
    """Systems that need it, through which it is in the way of lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One part of a system, and until when it is kept up."""

    system: System
    component: str
    """As the inventory says it."""
    row: Row | None
    """What decides; None: nobody knows."""
    candidates: tuple[str, ...]
    """Releases that it may be, where it is not said which."""
    ends_on: date | None
    """Last day of support that this system has."""
    days: int | None
    """From today until then; negative: since."""
    standing: Standing
    danger: Danger

    @property
    def confidence(self) -> Confidence | None:
        """How sure the date is."""
        return self.row.confidence if self.row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The same release on several systems."""

    title: str
    row: Row | None
    ends_on: date | None
    standing: Standing
    items: tuple[Item, ...]
    lines: tuple[str, ...]
    products: tuple[str, ...]
    markets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """All that goes out of support, the most urgent first."""

    today: date
    items: tuple[Item, ...]
    groups: tuple[Group, ...]
    counts: Mapping[Standing, int]
    findings: tuple[Finding, ...]

    def before(self, day: date) -> tuple[Item, ...]:
        """Return what is or will be out of support on a day."""
        return tuple(each for each in self.items if each.ends_on and each.ends_on < day)


def radar(
    inventory: Inventory,
    support: SupportList,
    trades: Iterable[Trade],
    today: date,
    *,
    notes: Notes | None = None,
) -> Radar:
    """Return what goes out of support when, and what that endangers.

    Args:
        inventory: The systems; only those in use count.
        support: Until when products are kept up, own rows included.
        trades: What is packed on which line for which market today.
        today: The day.
        notes: When entries of the inventory were last written, and by whom.
    """
    dangers = _dangers(inventory.systems, trades)
    found: dict[str, Found] = {}
    items: list[Item] = []
    for system in inventory.systems.values():
        if not system.is_in_use:
            continue
        for at, component in enumerate(system.components):
            if component not in found:
                found[component] = support.find(component)
            is_itself = at == 0 and bool(system.product)
            is_written = is_itself and system.supported_until
            known = _written(system, notes or {}) if is_written else found[component]
            items.append(_item(system, component, known, dangers(system.code), today))
    items.sort(key=_urgency)
    counts = dict.fromkeys(Standing, 0)
    for each in items:
        counts[each.standing] += 1
    return Radar(
        today=today,
        items=tuple(items),
        groups=_groups(items),
        counts=counts,
        findings=tuple(_doubts(items)),
    )


def standing_of(ends_on: date | None, today: date, *, is_known: bool) -> Standing:
    """Return how a last day of support stands to today."""
    if not is_known:
        return Standing.UNKNOWN
    if ends_on is None:
        return Standing.FAR
    days = (ends_on - today).days
    steps = ((0, Standing.OUT), (SOON_DAYS, Standing.SOON), (AHEAD_DAYS, Standing.AHEAD))
    return next((standing for most, standing in steps if days < most), Standing.FAR)


def _item(system: System, component: str, known: Found, danger: Danger, today: date) -> Item:
    row = known.row
    ends_on = row.ends_on if row else None
    if row and ends_on and row.paid_until and system.has_paid_support:
        ends_on = max(ends_on, row.paid_until)
    return Item(
        system=system,
        component=component,
        row=row,
        candidates=known.candidates,
        ends_on=ends_on,
        days=(ends_on - today).days if ends_on else None,
        standing=standing_of(ends_on, today, is_known=row is not None),
        danger=danger,
    )


def _written(system: System, notes: Notes) -> Found:
    """Return the row that a system carries itself."""
    noted = notes.get((system.KIND, system.code))
    row = Row(
        product=system.title,
        release="",
        vendor=system.vendor,
        words=frozenset(),
        ends_on=system.supported_until,
        source=system.support_source,
        seen_on=noted.on if noted else None,
        confidence=Confidence.MEDIUM,
        is_own=True,
    )
    return Found(row)


def _urgency(each: Item) -> tuple[bool, date, int, int, str]:
    return (
        each.ends_on is None,
        each.ends_on or date.max,
        _ORDER[each.system.criticality],
        -len(each.danger.markets),
        each.system.code,
    )


def _dangers(systems: Mapping[str, System], trades: Iterable[Trade]) -> Callable[[str], Danger]:
    """Return what tells which lines stand still without a system, and what is packed there."""
    needed_by: defaultdict[str, list[str]] = defaultdict(list)
    for each in systems.values():
        if each.is_in_use:
            for need in each.needs:
                needed_by[need].append(each.code)
    packed: defaultdict[str, list[Trade]] = defaultdict(list)
    for trade in trades:
        packed[trade.line].append(trade)
    known: dict[str, Danger] = {}

    def danger(code: str) -> Danger:
        if code not in known:
            above = _above(code, needed_by)
            lines = {line for each in (code, *above) for line in systems[each].lines}
            sold = [trade for line in lines for trade in packed[line]]
            known[code] = Danger(
                lines=tuple(sorted(lines)),
                products=tuple(sorted({each.product for each in sold})),
                markets=tuple(sorted({each.market for each in sold})),
                through=above,
            )
        return known[code]

    return danger


def _above(code: str, needed_by: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return the systems that need one, directly or through others, nearest first."""
    seen: dict[str, None] = {}
    waiting = list(needed_by.get(code, ()))
    while waiting:
        each = waiting.pop(0)
        if each != code and each not in seen:
            seen[each] = None
            waiting += needed_by.get(each, ())
    return tuple(seen)


def _groups(items: list[Item]) -> tuple[Group, ...]:
    """Return items of the same release and date together, in the order of the items."""
    by_release: defaultdict[tuple[str, date | None], list[Item]] = defaultdict(list)
    for each in items:
        title = each.row.title if each.row else each.component
        by_release[title, each.ends_on].append(each)
    return tuple(
        Group(
            title=title,
            row=members[0].row,
            ends_on=ends_on,
            standing=members[0].standing,
            items=tuple(members),
            lines=_all(each.danger.lines for each in members),
            products=_all(each.danger.products for each in members),
            markets=_all(each.danger.markets for each in members),
        )
        for (title, ends_on), members in by_release.items()
    )


def _all(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({each for part in parts for each in part}))


def _doubts(items: Iterable[Item]) -> Iterable[Finding]:
    """Yield each product of which the end is not known, once, with how many systems have it."""
    unknown: defaultdict[str, list[Item]] = defaultdict(list)
    for each in items:
        if each.row is None:
            unknown[each.component].append(each)
    for component, members in unknown.items():
        first, count = members[0], len(members)
        where = f"{first.system.code} and {count - 1} more" if count > 1 else first.system.code
        at = f"system/{first.system.code}"
        if first.candidates:
            told = ", ".join(first.candidates[:6])
            message = f"{component!r} on {where} does not say which release it is: {told}."
            yield codes.WHICH_RELEASE.found(message, at=at)
        else:
            message = f"Until when {component!r} on {where} is kept up is not written down."
            yield codes.NO_SUPPORT_DATE.found(message, at=at)


def horizon(today: date, months: int) -> date:
    """Return the day some months ahead, counted as 30.44 days each."""
    return today + timedelta(days=round(months * 30.44))
