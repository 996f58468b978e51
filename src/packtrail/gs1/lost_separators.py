"""Putting lost separators back: every way a text can be cut into right elements.

Clause:
    GS1 General Specifications, sections 4.14 and 7.8.6.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from packtrail.gs1.application_identifiers import AI_LENGTH_BY_PREFIX, TABLE
from packtrail.gs1.element_strings import check_element_string
from packtrail.gs1.values import lint
from packtrail.gs1.writing import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_STEPS_MAX: Final = 2_000
"""Elements tried for one text, so that no text takes long."""
_READINGS_MAX: Final = 16
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9]")

Reading = tuple[str, tuple[int, ...]]
"""The text with separators put in, and where in the old text they were missing."""


def readings_with_separators(text: str, *, expecting: Collection[str] = ()) -> Iterator[Reading]:
    """Yield every reading of a text without brackets that needs at least one more separator.

    Args:
        text: As scanned.
        expecting: Application identifiers a reading must have, all and no others; empty = any
            that may go together.
    """
    match = _SYMBOLOGY.match(text)
    search = _Search(text, frozenset(expecting))
    count = 0
    for places in search.cuts(match.end() if match else 0, (), frozenset()):
        if not places:
            continue
        candidate = _inserted(text, places)
        elements, _ = check_element_string(candidate, associations=not expecting)
        if elements is not None and elements.key is not None:
            yield candidate, places
            count += 1
            if count >= _READINGS_MAX:
                return


def _inserted(text: str, places: tuple[int, ...]) -> str:
    starts = (0, *places)
    return SEPARATOR.join(
        text[start:end] for start, end in zip(starts, (*places, len(text)), strict=True)
    )


class _Search:
    """Tries all cuts from left to right, within a number of steps."""

    def __init__(self, text: str, allowed: frozenset[str]) -> None:
        self._text = text
        self._allowed = allowed
        self._steps = 0

    def cuts(
        self, at: int, places: tuple[int, ...], seen: frozenset[str]
    ) -> Iterator[tuple[int, ...]]:
        """Yield where separators are missing, for each way to cut the text from here on."""
        text = self._text
        while text[at : at + 1] == SEPARATOR:
            at += 1
        if at >= len(text):
            if seen and (not self._allowed or seen == self._allowed):
                yield places
            return
        ai = self._ai_at(at)
        if ai is None or ai in seen:
            return
        first = at + len(ai)
        for end, is_missing in self._ends(ai, first):
            self._steps += 1
            if self._steps > _STEPS_MAX:
                return
            if not lint(ai, text[first:end]):
                yield from self.cuts(end, (*places, end) if is_missing else places, seen | {ai})

    def _ai_at(self, at: int) -> str | None:
        length = AI_LENGTH_BY_PREFIX.get(self._text[at : at + 2], 0)
        ai = self._text[at : at + length]
        if ai not in TABLE or (self._allowed and ai not in self._allowed):
            return None
        return ai

    def _ends(self, ai: str, first: int) -> Iterator[tuple[int, bool]]:
        """Yield where the value of an AI may end, and whether a separator is missing there."""
        row = TABLE[ai]
        stop = self._text.find(SEPARATOR, first)
        stop = len(self._text) if stop < 0 else stop
        if row.is_self_delimiting:
            yield min(first + row.length_max, stop), False
            return
        for end in range(first + row.length_min, min(first + row.length_max, stop) + 1):
            if end == stop or self._ai_at(end) is not None:
                yield end, end != stop
