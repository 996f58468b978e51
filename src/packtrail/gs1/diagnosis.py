r"""Why a scan cannot be read, and what it may have been.

Scanners often act as keyboards, and much gets lost between the symbol and the program. `diagnose`
tries the usual causes one after another, singly before together, and names those under which the
text is right down to its check digits. It repairs nothing: where exactly one reading is possible
it is offered as a suggestion, which a person accepts or not.

    >>> found = diagnose("+d2010300010123450921YA1|10L5")
    >>> found.suggestion
    ']d2010300010123450921ZA1\x1d10L5'
    >>> [finding.code for finding in found.causes]
    ['GS1-060', 'GS1-063']
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from packtrail.gs1 import codes
from packtrail.gs1.element_strings import check_element_string, examine_element_string
from packtrail.gs1.keyboards import LAYOUTS, REPLACEMENTS
from packtrail.gs1.lost_separators import readings_with_separators
from packtrail.gs1.notations import check_any
from packtrail.gs1.symbologies import ELEMENT_CARRIERS
from packtrail.gs1.values import span
from packtrail.gs1.writing import SEPARATOR, bracketed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from packtrail.base.findings import Finding, FindingCode

_LENGTH_MAX: Final = 512
"""Longest text that is looked into, in characters; the largest symbols of packs hold fewer."""
_READINGS_SHOWN: Final = 3
_TWICE_MIN: Final = 18
"""Longest text that stands twice by chance: a GTIN with its identifier, and two letters."""

_IN_VALUES: Final = frozenset({"<GS>", "&#29;"})
"""Written-out separators that consist of characters a value may have."""

_PLAIN = re.compile(r"\](?:d1|C0|Q1|J0)")

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known about a text from a scanner."""

    text: str
    is_readable: bool
    """The text is right as it is; causes then say what is odd about it nevertheless."""
    causes: tuple[Finding, ...]
    """What probably happened, with the place in the text."""
    suggestion: str | None
    """What the text probably was, where exactly one reading is possible."""
    findings: tuple[Finding, ...]
    """What is wrong with the text as it stands."""


class _Candidate(NamedTuple):
    text: str
    causes: tuple[Finding, ...]


def diagnose(text: str, *, expecting: Collection[str] = ()) -> Diagnosis:
    """Say why a text from a scanner cannot be read; never raises.

    Args:
        text: What arrived, unchanged.
        expecting: Application identifiers that the symbol must have, all and no others; those of
            a medicine pack, for instance. It makes many a reading unique that is not otherwise.
    """
    pairs, findings = _read(text)
    if pairs is not None:
        causes = (
            *_unneeded_separators(text),
            *_written_out(text),
            *_suspected_separators(text, pairs, expecting),
        )
        return Diagnosis(text, is_readable=True, causes=causes, suggestion=None, findings=())
    candidates = _candidates(text, expecting) if len(text) <= _LENGTH_MAX else []
    readings: dict[Pairs, _Candidate] = {}
    for candidate in candidates:
        found, _ = _read(candidate.text)
        if found is not None:
            readings.setdefault(found, candidate)
    if not readings:
        return Diagnosis(text, is_readable=False, causes=(), suggestion=None, findings=findings)
    if len(readings) > 1:
        causes = _several(text, readings)
        return Diagnosis(text, is_readable=False, causes=causes, suggestion=None, findings=findings)
    (only,) = readings.values()
    return Diagnosis(
        text, is_readable=False, causes=only.causes, suggestion=only.text, findings=findings
    )


def _read(text: str) -> tuple[Pairs | None, tuple[Finding, ...]]:
    """Return the elements of a text that is right and has a key, else what is wrong."""
    key, findings = check_any(text)
    if key is None:
        return None, findings
    elements, _ = check_element_string(text)
    return (elements.pairs if elements and elements.key else key.elements()), ()


def _candidates(text: str, expecting: Collection[str]) -> list[_Candidate]:
    """Return texts it may have been, with the fewest causes that lead to a right one."""
    start = _Candidate(text, ())
    once = list(_halved(start))
    plain = [*once, *(x for base in (start, *once) for x in _without_plain_identifier(base))]
    layouts = [each for first in (start, *plain) for each in _layouts(first)]
    layouts += [each for first in layouts for each in _without_plain_identifier(first)]
    replaced = _replaced(start)
    stages: tuple[Iterable[_Candidate], ...] = (
        plain,
        replaced,
        layouts,
        (each for base in (*plain, *layouts) for each in _replaced(base)),
        (each for base in (start, *plain) for each in _lost(base, expecting)),
        (each for base in (*layouts, *replaced) for each in _lost(base, expecting)),
    )
    for stage in stages:
        right = [each for each in stage if _fits(each, expecting)]
        if right:
            return right
    return []


def _fits(candidate: _Candidate, expecting: Collection[str]) -> bool:
    pairs, _ = _read(candidate.text)
    return pairs is not None and (not expecting or {ai for ai, _ in pairs} == set(expecting))


def _halved(base: _Candidate) -> Iterator[_Candidate]:
    """Yield the half of a text that says everything twice."""
    half = len(base.text) // 2
    once, again = base.text[:half], base.text[half:].removeprefix(SEPARATOR)
    if half > _TWICE_MIN and once.rstrip(SEPARATOR) == again.rstrip(SEPARATOR):
        cause = codes.SCANNED_TWICE.found(
            f"{again[:12]!r} and all after it stood in the text before.",
            at=span(len(base.text) - len(again), len(base.text)),
        )
        yield _Candidate(once, (*base.causes, cause))


def _without_plain_identifier(base: _Candidate) -> Iterator[_Candidate]:
    match = _PLAIN.match(base.text)
    if match:
        cause = codes.PLAIN_SYMBOL.found(
            f"The symbology identifier {match[0]!r} says that the symbol is no GS1 symbol, but its"
            " data is GS1 data.",
            at=span(0, 3),
        )
        yield _Candidate(base.text[3:], (*base.causes, cause))


def _layouts(base: _Candidate) -> Iterator[_Candidate]:
    for layout in LAYOUTS:
        changed = base.text.translate(layout.table)
        if changed != base.text:
            places = [i for i, c in enumerate(base.text) if ord(c) in layout.table]
            code = codes.SCAN_CAPS_LOCK if layout.is_lock else codes.SCAN_LAYOUT
            cause = code.found(layout.said, at=span(places[0], places[-1] + 1))
            yield _Candidate(changed, (*base.causes, cause))


def _replaced(base: _Candidate) -> list[_Candidate]:
    found = []
    # The bracket of a symbology identifier is no separator.
    head = 3 if base.text[:3] in ELEMENT_CARRIERS else 0
    for text, reason in REPLACEMENTS:
        place = base.text.find(text, head)
        if place < 0:
            continue
        changed = base.text[:head] + base.text[head:].replace(text, SEPARATOR)
        cause = codes.SEPARATOR_REPLACED.found(
            f"{text!r} stands where a separator must be: {reason}.",
            at=span(place, place + len(text)),
        )
        found.append(_Candidate(changed, (*base.causes, cause)))
    return found


def _lost(base: _Candidate, expecting: Collection[str]) -> Iterator[_Candidate]:
    for text, places in readings_with_separators(base.text, expecting=expecting):
        causes = tuple(_lost_finding(codes.SEPARATOR_LOST, base.text, place) for place in places)
        yield _Candidate(text, (*base.causes, *causes))


def _lost_finding(code: FindingCode, text: str, place: int) -> Finding:
    return code.found(
        f"There must be a separator before {text[place : place + 12]!r}; the scanner lost it.",
        at=span(place, place + 1),
    )


def _several(text: str, readings: dict[Pairs, _Candidate]) -> tuple[Finding, ...]:
    """Say that several readings are possible, under the first cause they have."""
    shown = " or ".join(bracketed(pairs) for pairs in list(readings)[:_READINGS_SHOWN])
    more = len(readings) - _READINGS_SHOWN
    rest = f" or {more} more" if more > 0 else ""
    first = next(iter(readings.values())).causes[-1]
    code = next(code for code in _CAUSES if code.code == first.code)
    message = f"The text can be {shown}{rest}: {code.title[0].lower()}{code.title[1:]}"
    return (code.found(message, at=span(0, max(len(text), 1))),)


_CAUSES: Final = (
    codes.SCAN_LAYOUT,
    codes.SCAN_CAPS_LOCK,
    codes.SEPARATOR_LOST,
    codes.SEPARATOR_REPLACED,
    codes.PLAIN_SYMBOL,
    codes.SCANNED_TWICE,
)


def _unneeded_separators(text: str) -> Iterator[Finding]:
    """Tell each separator behind a value of predefined length."""
    if SEPARATOR not in text:
        return
    elements, _ = examine_element_string(text)
    for element in elements.elements:
        _, end = element.span
        if element.is_self_delimiting and text[end : end + 1] == SEPARATOR:
            yield codes.SEPARATOR_UNNEEDED.found(
                f"A separator follows the value {element.value!r} of ({element.ai}).",
                at=span(end, end + 1),
            )


def _written_out(text: str) -> Iterator[Finding]:
    """Tell what looks like a separator and is allowed in a value."""
    for written, reason in REPLACEMENTS:
        place = text.find(written) if written in _IN_VALUES else -1
        if place >= 0:
            yield codes.SEPARATOR_REPLACED.found(
                f"{written!r} is taken for a part of the value; it may be {reason}.",
                at=span(place, place + len(written)),
            )


def _suspected_separators(
    text: str, pairs: Pairs, expecting: Collection[str]
) -> tuple[Finding, ...]:
    """Tell what looks like elements inside a value, where the symbol should have them."""
    if not expecting or {ai for ai, _ in pairs} == set(expecting) or len(text) > _LENGTH_MAX:
        return ()
    found = list(readings_with_separators(text, expecting=expecting))
    return tuple(
        _lost_finding(codes.SEPARATOR_LOST, text, place)
        for _, places in found[:1]
        for place in places
        if len(found) == 1
    )
