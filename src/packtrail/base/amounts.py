"""Numbers as people read them: one way for pages, pictures, papers, findings and the command line.

    >>> figure(17_300_000.4), figure(0.05691), figure(2.35e-5), figure(1.436e17)
    ('17,300,000', '0.0569', '0.0000235', '144 quadrillion')
    >>> amount(0.0531, "GB"), amount(268.4, "GB"), amount(0.0005, "a second")
    ('53.1 MB', '268 GB', '43.2 a day')

What stands side by side has one unit, chosen once for all of it:

    >>> scale = Scale.of("GB a year", (0.00043, 0.0268))
    >>> scale.unit, scale.figure(0.00043), scale.figure(0.0268)
    ('MB a year', '0.43', '26.8')

Of what is bought or hired whole nobody reads the third place:

    >>> amount(0.000111, "processes"), amount(0.0214, "people")
    ('less than 0.01 processes', '0.0214 people')
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES: Final = (
    (10**24, "septillion"), (10**21, "sextillion"), (10**18, "quintillion"),
    (10**15, "quadrillion"), (10**12, "trillion"), (10**9, "billion"), (10**6, "million"),
)  # fmt: skip
_NEXT: Final = 0.9995
"""Of a name: from here on it is said, since a thousand of the name below would be."""
_DIGITS: Final = 3
"""That mean something in a figure below a thousand."""
_WHOLE_FROM: Final = 1000
"""From here on nobody reads what comes after the point."""
_NAMED_FROM: Final = 10**12
"""From here on nobody counts digits."""
_WHOLE: Final = frozenset({"processes", "people", "lines", "containers", "cases", "pallets"})
"""Units of what is there whole or not at all."""
_LEAST_OF_WHOLE: Final = 0.01
_LADDERS: Final = (
    (("TB", 1e-3), ("GB", 1.0), ("MB", 1e3), ("kB", 1e6), ("bytes", 1e9)),
    (("Gbit/s", 1e-3), ("Mbit/s", 1.0), ("kbit/s", 1e3), ("bit/s", 1e6)),
    (("a second", 1.0), ("a minute", 60.0), ("an hour", 3_600.0), ("a day", 86_400.0)),
    (("hours", 1.0), ("minutes", 60.0), ("seconds", 3_600.0)),
)
"""Units of one thing, from the largest on, and how many of each the one with 1 is."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The unit in which values that belong together are told."""

    unit: str
    factor: float = 1.0
    """What a value is times this is told."""
    least: float = 0.0
    """What is smaller, and not 0, is only told to be smaller."""

    @classmethod
    def of(cls, unit: str, values: Iterable[float]) -> Scale:
        """Return the largest unit in which the largest value is 1 or more.

        Args:
            unit: The unit of the values, such as `GB`, `GB a year` or `a second`; a share is told
                in percent, and what has no larger or smaller units stays as it is.
            values: All that will be told.
        """
        if unit == "share":
            return cls("%", 100.0)
        top = max((abs(value) for value in values), default=0.0)
        for ladder in _LADDERS:
            name = next(name for name, factor in ladder if factor == 1)
            if top and (unit == name or unit.startswith(f"{name} ")):
                told, factor = next((step for step in ladder if top * step[1] >= 1), ladder[-1])
                return cls(told + unit.removeprefix(name), factor)
        return cls(unit, least=_LEAST_OF_WHOLE if unit in _WHOLE else 0.0)

    def figure(self, value: float) -> str:
        """Return a value in this unit, without saying it."""
        told = value * self.factor
        return f"less than {self.least:g}" if 0 < told < self.least else figure(told)

    def span(self, low: float, high: float, between: str = " to ") -> str:
        """Return both ends of a range in this unit; empty where they are told alike."""
        ends = self.figure(low), self.figure(high)
        return "" if ends[0] == ends[1] else between.join(ends)

    def amount(self, value: float) -> str:
        """Return a value with this unit."""
        return f"{self.figure(value)} {self.unit}".rstrip()


def number(count: int) -> str:
    """Return a count with its thousands apart."""
    return f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `1 event`, `2 events`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def amount(value: float, unit: str) -> str:
    """Return a value that stands alone, with the unit that suits it."""
    return Scale.of(unit, (value,)).amount(value)


def figure(value: float) -> str:
    """Return a figure with as many digits as mean something to a reader, never as a power of ten.

    Three digits count below a thousand, from there on the whole number; from a trillion on its
    name is said.
    """
    size = abs(value)
    if size >= _NAMED_FROM:
        return ("-" if value < 0 else "") + rounded(int(size))
    if not size:
        return "0"
    if size >= _WHOLE_FROM:
        return f"{value:,.0f}"
    places = _DIGITS - 1 - math.floor(math.log10(size))
    told = f"{value:.{places}f}" if places > 0 else f"{value:.0f}"
    return f"{float(told):,.0f}" if float(told) == int(float(told)) else told.rstrip("0")


def rounded(count: int) -> str:
    """Return a count as people say it: `53.1 trillion`; below a million exactly.

    >>> rounded(53_144_100_000_000), rounded(999_999), rounded(2_000_000)
    ('53.1 trillion', '999,999', '2 million')
    """
    if count >= 10**27:
        return f"10^{len(str(count)) - 1}"
    for size, name in _NAMES if count >= _NAMES[-1][0] else ():
        if count >= size * _NEXT:
            return f"{_three_digits(count / size)} {name}"
    return number(count)


def _three_digits(value: float) -> str:
    told = f"{value:.1f}" if value < 100 else f"{value:.0f}"
    return told.removesuffix(".0")
