r"""Reading a scan: which pack it means, and what the scanner did to it.

A damaged text may mean the pack as it stands or as it probably was; which of the two exists, the
record decides. So a reading has candidates, the likeliest first.

    >>> found = read("010030001012345521A1|17280131|10L1", today=date(2026, 1, 1))
    >>> [(each.question.serial, each.question.lot) for each in found.candidates]
    [('A1', 'L1')]
    >>> found.candidates[0].is_repaired
    True
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.gs1.lost_separators import readings_with_separators
from packtrail.verification import codes
from packtrail.verification.question import Question, last_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.base.findings import Finding

PACK: Final = frozenset({"01", "21", "17", "10"})
"""What a medicine pack's code has: GTIN, serial number, expiry, lot."""
_EXPECTED: Final = (PACK, *(PACK | {f"71{n}"} for n in range(7)))
"""The same with a national number."""
TEXT_LENGTH_MAX: Final = 4000
_URI: Final = re.compile(r"[ \t]*(?:\][A-Za-z][0-9])?((?:urn|https?|HTTPS?):.*)", re.DOTALL)
"""A Digital Link or EPC URI, with or without the symbology identifier of the code it was in."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One pack a scan can mean."""

    question: Question
    causes: tuple[Finding, ...] = ()
    """What the scanner must have done for it to be this one: `GS1-06n`."""

    @property
    def is_repaired(self) -> bool:
        """Whether the text had to be changed."""
        return bool(self.causes)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a scan can mean."""

    text: str
    candidates: tuple[Candidate, ...]
    """The likeliest first; empty when it is no pack."""
    findings: tuple[Finding, ...]
    """What is wrong with the text as it stands."""

    @property
    def may_be_cut_off(self) -> bool:
        """Whether it is a scan with neither lot nor expiry, which every code of a pack has."""
        is_scan = not {"(", ":"} & {*self.text}
        return is_scan and any(
            each.question.lot is None and each.question.expires is None for each in self.candidates
        )


def read(text: str, *, today: date) -> Reading:
    """Read the code of a pack; never raises.

    Args:
        text: As scanned, unchanged; or a Digital Link, EPC URI or bracketed text.
        today: Decides the century of two-digit years.
    """
    bare = text.strip(" \r\n")
    if len(bare) > TEXT_LENGTH_MAX or not bare:
        return Reading(text, (), (codes.UNREADABLE.found("There is nothing to read."),))
    found = tuple(_candidates(bare, today))
    if len(found) > 1:
        found = tuple({each.question: each for each in reversed(found)}.values())[::-1]
    return Reading(text, found, () if found else tuple(_why_not(bare)))


def _candidates(text: str, today: date) -> Iterator[Candidate]:
    linked = _of_link(text, today)
    if linked is not None:
        yield Candidate(linked)
        return
    pack = gs1.read_pack(text)
    if pack.can_submit and pack.is_valid and pack.lot and pack.expires:
        yield from _of_pack(pack, today, ())
        return
    yield from _repaired(text, today)
    if pack.can_submit and pack.is_valid:
        yield from _of_pack(pack, today, ())


def _repaired(text: str, today: date) -> Iterator[Candidate]:
    """Yield what a damaged text probably was."""
    for expected in _EXPECTED:
        diagnosis = gs1.diagnose(text, expecting=expected)
        if diagnosis.suggestion is not None:
            yield from _of_pack(gs1.read_pack(diagnosis.suggestion), today, diagnosis.causes)
            return
        if diagnosis.is_readable and diagnosis.causes:
            readings = list(readings_with_separators(text, expecting=expected))
            if len(readings) == 1:
                yield from _of_pack(gs1.read_pack(readings[0][0]), today, diagnosis.causes)
                return
    diagnosis = gs1.diagnose(text)
    if diagnosis.suggestion is not None:
        yield from _of_pack(gs1.read_pack(diagnosis.suggestion), today, diagnosis.causes)


def _of_pack(pack: gs1.Pack, today: date, causes: tuple[Finding, ...]) -> Iterator[Candidate]:
    if not pack.can_submit:
        return
    try:
        question = Question.of(
            gtin=pack.product_code,
            serial=pack.serial,
            lot=pack.lot,
            expires=pack.expires,
            today=today,
        )
    except RefusedError:
        return
    yield Candidate(question, causes)


def _of_link(text: str, today: date) -> Question | None:
    """Return what a Digital Link or EPC URI asks about, with lot and expiry where it tells them."""
    written = _URI.fullmatch(text)
    if written is None:
        return None
    link = written[1]
    try:
        key = gs1.parse(link)
        told = {} if link.startswith("urn:") else dict(gs1.read_digital_link(link).elements)
    except RefusedError:
        return None
    if key.type is not gs1.KeyType.SGTIN or key.serial is None:
        return None
    expires = told.get("17")
    return Question(
        gtin=key.primary,
        serial=key.serial,
        lot=told.get("10"),
        expires=expires,
        expires_on=last_day(expires, today=today) if expires else None,
    )


def _why_not(text: str) -> Iterator[Finding]:
    pack = gs1.read_pack(text)
    if _is_key(text) or (pack.product_code and not has_errors(pack.findings)):
        yield codes.NOT_COMPLETE.found("The code has no serial number of a pack.")
        return
    yield codes.UNREADABLE.found(f"{text[:60]!r} is not the code of a pack.")
    yield from pack.findings


def _is_key(text: str) -> bool:
    try:
        gs1.parse(text)
    except RefusedError:
        return False
    return True
