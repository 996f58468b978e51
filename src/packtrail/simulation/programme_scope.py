"""What only the programme of the demo company knows of its scope: stops of lines, and campaigns.

Products, markets, lines, sites and partners are those of its portfolio and floor.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.planning.calendars import Window
from packtrail.planning.scope import Campaign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.planning.book import Book
    from packtrail.planning.scope import Line, Site

_PARTS: Final = {"wilson": "NC", "ulm": "BW"}
"""Site -> the part of its country whose holidays it keeps besides."""
_STOPS: Final = {
    "wilson": ((2026, 7, 6, 17), (2026, 12, 21, 31), (2027, 4, 5, 16), (2027, 7, 5, 16),
               (2027, 12, 20, 31), (2028, 4, 3, 14), (2028, 7, 3, 14), (2028, 12, 18, 29),
               (2029, 4, 2, 13)),
    "cork": ((2026, 10, 19, 30), (2027, 3, 29, 31), (2027, 5, 10, 21), (2027, 8, 2, 13),
             (2027, 10, 18, 29), (2028, 4, 10, 21), (2028, 7, 31, 31), (2028, 10, 16, 27),
             (2029, 4, 9, 20)),
}  # fmt: skip
"""Site -> planned stops of its lines: year, month, first and last day."""
_CAMPAIGNS: Final = {
    ("w2", "IT"): (2, 0), ("c1", "IT"): (2, 1), ("c3", "IT"): (1, 0), ("ulm-5", "IT"): (2, 0),
    ("c2", "EG"): (2, 0), ("c1", "IN"): (2, 1), ("w1", "IN"): (3, 1), ("c2", "IN"): (3, 2),
    ("w3", "ZA"): (3, 0), ("c1", "ZA"): (3, 1), ("c2", "ZA"): (2, 1), ("c3", "ZA"): (2, 1),
}  # fmt: skip
"""(line, market) -> a campaign every so many months, from which on."""


def known_besides(book: Book) -> Iterator[Site | Line]:
    """Yield sites and lines of a scope with what the programme knows of them besides."""
    for site, part in _PARTS.items():
        yield replace(book.sites[site], subdivision=part)
    for line in book.lines.values():
        if line.site in _STOPS:
            yield replace(line, stops=tuple(_stops(line.site)))


def campaigns(first: date, last: date) -> Iterator[Campaign]:
    """Yield the campaigns between two days: a fortnight each."""
    for (line, market), (every, offset) in _CAMPAIGNS.items():
        month = first.replace(day=1)
        while month <= last:
            if (month.year * 12 + month.month) % every == offset % every:
                begin = month + timedelta(days=(7 - month.weekday()) % 7)
                window = Window(begin, begin + timedelta(days=11), f"{market} on {line}")
                yield Campaign(line=line, market=market, window=window)
            month = (month + timedelta(days=32)).replace(day=1)


def _stops(site: str) -> Iterator[Window]:
    for year, month, first, last in _STOPS[site]:
        yield Window(date(year, month, first), date(year, month, last), "Planned stop")
