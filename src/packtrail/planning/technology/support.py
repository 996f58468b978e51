"""Until when vendors keep products up: dated data with sources, and how a text finds its row.

>>> found = packaged().find("Microsoft Windows 10 IoT Enterprise LTSC 2021")
>>> found.row.release, found.row.ends_on.isoformat()
('IoT Enterprise LTSC 2021', '2032-01-13')
>>> packaged().find("Windows 10").candidates[:2]
('22H2', '21H1')
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from packtrail.planning.technology.inventory import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.planning.technology.inventory import Notes, Support

_WORD: Final = re.compile(r"\.?[a-z0-9]+(?:[.][a-z0-9]+)*")
_CANDIDATES_MAX: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Until when one release of a product is kept up."""

    product: str
    release: str
    vendor: str
    words: frozenset[str]
    """All that a text must say for it."""
    ends_on: date | None
    """Last day with fixes for everybody; None: no end is announced."""
    paid_until: date | None = None
    source: str
    seen_on: date | None
    confidence: Confidence
    checked_with: str = ""
    """Another list that says the same."""
    through: str = ""
    """The list in which the date was read, where it is not the source itself."""
    is_own: bool = False
    """Whether somebody of the company entered it."""

    @property
    def title(self) -> str:
        """Product and release."""
        return f"{self.product} {self.release}".strip()


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a product that an inventory names."""

    row: Row | None
    candidates: tuple[str, ...] = ()
    """Releases of the product, where the text does not say which."""


@dataclass(frozen=True, slots=True)
class SupportList:
    """Rows of support, looked up by what an inventory says."""

    rows: tuple[Row, ...]
    names: tuple[tuple[frozenset[str], str], ...]
    """Words that name a product, and the product."""

    def with_own(self, own: Iterable[Support], notes: Notes | None = None) -> SupportList:
        """Return the list with rows that a company entered itself; they win.

        Args:
            own: The rows.
            notes: When they were written: of a row that does not say when it was seen, that day.
        """
        made = tuple(_own(each, notes or {}) for each in own)
        names = tuple((each.words, each.product) for each in made)
        return SupportList((*made, *self.rows), (*names, *self.names))

    def find(self, text: str) -> Found:
        """Return the row of a product as an inventory names it.

        Of several rows that fit, one that the company entered wins, then the closest.
        """
        said = _words(text)
        fitting = [each for each in self.rows if _fits(each.words, said)]
        if fitting:
            fitting.sort(key=_weight, reverse=True)
            best = fitting[0]
            rivals = [
                each
                for each in fitting
                if _weight(each) == _weight(best) and each.title != best.title
            ]
            if not rivals:
                return Found(best)
            return Found(None, tuple(each.title for each in (best, *rivals))[:_CANDIDATES_MAX])
        named = {product for words, product in self.names if words and words <= said}
        releases = [each for each in self.rows if each.product in named]
        releases.sort(key=lambda each: each.ends_on or date.max, reverse=True)
        told = dict.fromkeys(each.release for each in releases)
        return Found(None, tuple(told)[:_CANDIDATES_MAX])


@cache
def packaged() -> SupportList:
    """Return the rows that come with Packtrail."""
    content = resources.files(__package__).joinpath("support.toml").read_text(encoding="utf-8")
    told = tomllib.loads(content)
    rows: list[Row] = []
    names: list[tuple[frozenset[str], str]] = []
    for product in told["product"]:
        for name in product["names"]:
            names.append((_words(name), product["name"]))
            rows += (_row(told, product, name, each) for each in product["releases"])
    return SupportList(tuple(rows), tuple(names))


def _row(told: dict[str, Any], product: dict[str, Any], name: str, each: dict[str, Any]) -> Row:
    words = each.get("words", [each["release"].lower()])
    return Row(
        product=product["name"],
        release=each["release"],
        vendor=product["vendor"],
        words=_words(name) | frozenset(words),
        ends_on=each.get("ends_on"),
        paid_until=each.get("paid_until"),
        source=product["source"],
        seen_on=told["seen_on"],
        confidence=Confidence(each.get("confidence", "M")),
        checked_with=each.get("checked_with", ""),
        through=told["through"],
    )


def _own(support: Support, notes: Notes) -> Row:
    noted = notes.get((support.KIND, support.code))
    return Row(
        product=support.product,
        release="",
        vendor="",
        words=_words(support.product),
        ends_on=support.ends_on,
        paid_until=support.paid_until,
        source=support.source,
        seen_on=support.seen_on or (noted.on if noted else None),
        confidence=support.confidence,
        is_own=True,
    )


def _weight(row: Row) -> tuple[bool, int, int]:
    """Return how closely a row that fits does: `4.6.2` is closer than `4.6`."""
    return row.is_own, len(row.words), sum(map(len, row.words))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _fits(words: frozenset[str], said: frozenset[str]) -> bool:
    """Tell whether a text says all words; `12.7` says `12` too."""
    return bool(words) and all(
        word in said or any(each.startswith(f"{word}.") for each in said) for word in words
    )
