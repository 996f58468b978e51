"""What is wrong with a scanned text: the bad characters marked, why, and what can still be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.application_identifiers import TABLE
from packtrail.gs1.codes import NOT_RECOGNISED
from packtrail.gs1.subjects import about

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packtrail.base.findings import Finding

_SPAN = re.compile(r"characters? (\d+)(?:-(\d+))?$")
_CONTROL = {number: chr(0x2400 + number) for number in range(32)} | {0x7F: "\u2421"}
LENGTH_MAX = 512


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text, wholly right or wholly wrong."""

    text: str
    """With control characters as the signs for them."""
    is_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One element of the text, as far as it can be told."""

    ai: str
    title: str
    value: str
    is_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Defects:
    """What is wrong with one text."""

    pieces: tuple[Piece, ...]
    findings: tuple[Finding, ...]
    """Causes first: what probably happened explains what is wrong."""
    parts: tuple[Part, ...]
    suggestion: str | None
    """What it probably was, in full."""
    suggestion_shown: str


def defects_of(text: str) -> Defects | None:
    """Return what is wrong with a text; None when it is right, or was never meant as GS1 data."""
    if _is_known(text):
        return None
    told = gs1.diagnose(text[:LENGTH_MAX])
    own = tuple(each for each in told.findings if each.code != NOT_RECOGNISED.code)
    if told.is_readable or not (own or told.causes):
        return None
    wrong = set(_places(own))
    suggestion = told.suggestion
    return Defects(
        pieces=tuple(_pieces(text, wrong or set(_places(told.causes)))),
        findings=(*told.causes, *own),
        parts=tuple(_parts(text, wrong)) if wrong else (),
        suggestion=suggestion,
        suggestion_shown=_shown(suggestion or ""),
    )


def _is_known(text: str) -> bool:
    try:
        about(text)
    except RefusedError:
        return False
    return True


def _places(findings: Iterable[Finding]) -> Iterator[int]:
    """Yield the places, counted from 0, that findings name."""
    for finding in findings:
        found = _SPAN.match(finding.at)
        if found:
            first = int(found[1]) - 1
            yield from range(first, int(found[2] or found[1]))


def _pieces(text: str, wrong: set[int]) -> Iterator[Piece]:
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (end in wrong) != (start in wrong):
            yield Piece(_shown(text[start:end]), start in wrong)
            start = end


def _parts(text: str, wrong: set[int]) -> Iterator[Part]:
    elements, _ = gs1.examine_element_string(text)
    for element in elements.elements:
        known = TABLE.get(element.ai)
        yield Part(
            ai=element.ai,
            title=known.title if known else "Unknown",
            value=_shown(element.value),
            is_wrong=not wrong.isdisjoint(range(*element.span)),
        )


def _shown(text: str) -> str:
    return text.translate(_CONTROL)
