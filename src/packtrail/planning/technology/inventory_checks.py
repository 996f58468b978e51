"""Checks of the inventory: names lead somewhere, nothing needs itself, every figure can be."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from packtrail.planning.technology import codes
from packtrail.planning.technology.inventory import (
    Entry,
    Kind,
    Measured,
    Measurement,
    Option,
    Support,
    System,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date
    from fractions import Fraction

    from packtrail.base.findings import Finding
    from packtrail.planning.technology.abilities import Built
    from packtrail.planning.technology.inventory import Inventory

CODE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
TEXT_LENGTH_MAX: Final = 500
SPEED_MAX: Final = 100_000
COST_MAX: Final = 1_000_000_000
_TOLD_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Around:
    """What entries may name."""

    sites: frozenset[str]
    lines: Mapping[str, str]
    """Line -> its site."""
    speeds: Mapping[str, Built]
    """Line -> how fast it was built."""
    today: date


@dataclass(frozen=True, slots=True)
class _Look:
    inventory: Inventory
    around: Around


def check_entries(
    inventory: Inventory, entries: Iterable[Entry], around: Around
) -> tuple[Finding, ...]:
    """Return every defect of some entries of an inventory.

    Args:
        inventory: The inventory with these entries in it.
        entries: Those to look at.
        around: What they may name.
    """
    look, looked = _Look(inventory, around), tuple(entries)
    found = [finding for each in looked for finding in _of_one(each, look)]
    systems = {each.code for each in looked if isinstance(each, System)}
    found += _circles(inventory.systems, systems)
    return tuple(found)


def named_by(inventory: Inventory, kind: Kind, code: str) -> tuple[str, ...]:
    """Return the systems that name one which is to be taken out."""
    if kind is not Kind.SYSTEM:
        return ()
    return tuple(each.code for each in inventory.systems.values() if code in each.needs)


def _of_one(entry: Entry, look: _Look) -> Iterator[Finding]:
    at = f"{entry.KIND}/{entry.code}"[:160]
    if not CODE.fullmatch(entry.code):
        message = (
            f"The code is {entry.code[:80]!r}; expected up to 64 small letters, digits, dots, "
            "hyphens and underscores."
        )
        yield codes.BAD_VALUE.found(message, at=f"{at}/code")
    for name in _TEXTS[entry.KIND]:
        if len(getattr(entry, name)) > TEXT_LENGTH_MAX:
            length = len(getattr(entry, name))
            message = f"The {name} has {length} letters; at most {TEXT_LENGTH_MAX}."
            yield codes.BAD_VALUE.found(message, at=f"{at}/{name}")
    yield from _CHECKS[entry.KIND](entry, look, at)


def _system(system: System, look: _Look, at: str) -> Iterator[Finding]:
    yield from _lines(system.lines, look, f"{at}/lines")
    if system.site and system.site not in look.around.sites:
        yield _unknown("site", system.site, look.around.sites, f"{at}/site")
    for line in system.lines:
        stands = look.around.lines.get(line)
        if system.site and stands and stands != system.site:
            message = f"The line {line!r} stands at {stands!r}, the system at {system.site!r}."
            yield codes.BAD_VALUE.found(message, at=f"{at}/lines")
    for need in system.needs:
        if need not in look.inventory.systems:
            yield _unknown("system", need, look.inventory.systems, f"{at}/needs")
    yield from _between(system.read_rate, 0, 100, "read rate", f"{at}/read_rate")
    yield from _between(system.packs_per_minute, 1, SPEED_MAX, "speed", f"{at}/packs_per_minute")
    yield from _between(system.upgrade_cost_eur, 0, COST_MAX, "cost", f"{at}/upgrade_cost_eur")
    for line in system.lines:
        built = look.around.speeds.get(line)
        own = system.packs_per_minute
        if built and own is not None and own < built.packs_per_minute:
            message = (
                f"{system.name} does {float(own):g} packs a minute, the line "
                f"{line!r} {built.packs_per_minute}."
            )
            yield codes.SLOWER_THAN_LINE.found(message, at=f"{at}/packs_per_minute")
    yield from _past(system.validated_on, look, f"{at}/validated_on")
    yield from _past(system.installed_on, look, f"{at}/installed_on")
    if system.supported_until and not system.support_source.strip():
        message = f"Support until {system.supported_until} has no source."
        yield codes.BAD_VALUE.found(message, at=f"{at}/support_source")


def _support(support: Support, look: _Look, at: str) -> Iterator[Finding]:
    yield from _filled(support.product, "product", f"{at}/product")
    yield from _filled(support.source, "source", f"{at}/source")
    yield from _past(support.seen_on, look, f"{at}/seen_on")
    if support.ends_on and support.paid_until and support.paid_until < support.ends_on:
        message = f"Paid support ends on {support.paid_until}, before {support.ends_on}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/paid_until")


_RANGES: Final[Mapping[Measured, tuple[int, int]]] = {
    Measured.PACKS_PER_MINUTE: (1, SPEED_MAX),
    Measured.READ_RATE: (0, 100),
    Measured.PRINT_GRADE: (0, 4),
}


def _measurement(measured: Measurement, look: _Look, at: str) -> Iterator[Finding]:
    yield from _lines((measured.line,), look, f"{at}/line")
    yield from _filled(measured.source, "source", f"{at}/source")
    yield from _past(measured.measured_on, look, f"{at}/measured_on")
    if measured.what is Measured.CAPABILITY:
        if measured.capability is None:
            message = "A measurement of a capability says which."
            yield codes.BAD_VALUE.found(message, at=f"{at}/capability")
        return
    if measured.value is None:
        message = f"A measurement of {measured.what.value} has a value."
        yield codes.BAD_VALUE.found(message, at=f"{at}/value")
    low, high = _RANGES[measured.what]
    yield from _between(measured.value, low, high, measured.what.value, f"{at}/value")


def _option(option: Option, look: _Look, at: str) -> Iterator[Finding]:
    yield from _lines(option.lines, look, f"{at}/lines")
    yield from _filled(option.title, "title", f"{at}/title")
    for name in ("cost_eur", "effort_days", "lead_days", "stop_days"):
        yield from _between(getattr(option, name), 0, COST_MAX, name, f"{at}/{name}")


def _lines(named: Iterable[str], look: _Look, at: str) -> Iterator[Finding]:
    for line in named:
        if line not in look.around.lines:
            yield _unknown("line", line, look.around.lines, at)


def _unknown(what: str, name: str, known: Iterable[str], at: str) -> Finding:
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return codes.UNKNOWN_NAME.found(f"There is no {what} {name[:80]!r}{hint}", at=at)


def _between(
    value: Fraction | int | None, low: int, high: int, what: str, at: str
) -> Iterator[Finding]:
    if value is not None and not low <= value <= high:
        message = f"The {what} is {float(value):g}; expected {low:,} to {high:,}."
        yield codes.BAD_VALUE.found(message, at=at)


def _filled(text: str, what: str, at: str) -> Iterator[Finding]:
    if not text.strip():
        yield codes.BAD_VALUE.found(f"The {what} is empty.", at=at)


def _past(day: date | None, look: _Look, at: str) -> Iterator[Finding]:
    if day is not None and day > look.around.today:
        message = f"{day} has not come yet; today is {look.around.today}."
        yield codes.BAD_VALUE.found(message, at=at)


def _circles(systems: Mapping[str, System], looked: set[str]) -> Iterator[Finding]:
    """Yield the circles of needs that go through some systems, each once."""
    told: set[frozenset[str]] = set()
    for start in sorted(looked):
        path = _way_back(systems, start)
        if path and frozenset(path) not in told:
            told.add(frozenset(path))
            shown = " needs ".join((*path[:_TOLD_MAX], start))
            yield codes.CIRCLE.found(f"{shown}.", at=f"system/{start}/needs")


def _way_back(systems: Mapping[str, System], start: str) -> tuple[str, ...]:
    """Return the systems from one on through its needs back to itself; none where none does."""
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        code = waiting.pop()
        for need in systems[code].needs if code in systems else ():
            if need == start:
                path = [code]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return tuple(reversed(path))
            if need not in came_from:
                came_from[need] = code
                waiting.append(need)
    return ()


_TEXTS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.SYSTEM: ("note", "name", "vendor", "product", "version", "serial_number", "owner", "zone",
                  "support_source", "successor"),
    Kind.SUPPORT: ("note", "product", "source"),
    Kind.MEASUREMENT: ("note", "source"),
    Kind.OPTION: ("note", "title", "closes", "source"),
}  # fmt: skip
_CHECKS: Final[Mapping[Kind, Callable[[Any, _Look, str], Iterator[Finding]]]] = {
    Kind.SYSTEM: _system,
    Kind.SUPPORT: _support,
    Kind.MEASUREMENT: _measurement,
    Kind.OPTION: _option,
}
