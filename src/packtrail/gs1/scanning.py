r"""Cutting the text of an element string into pieces of application identifier and value.

Two notations are told apart by the first character. Without brackets, the first two digits tell
how long the application identifier (AI) is; values of predefined length are counted off, others
run to the next separator. Separators may be pasted as control character 29, `^]`, `␝` or `{GS}`:
none of these can be part of a value. With brackets, `\(` stands for a bracket of the value. The
number in a retail barcode is a GTIN, AI (01); a composite component follows it after `|`.

Clause:
    GS1 General Specifications, sections 5.10 and 7.8; ISO/IEC 15424 and 15434.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.gs1 import codes
from packtrail.gs1.application_identifiers import (
    AI_LENGTH_BY_PREFIX,
    SELF_DELIMITING_PREFIXES,
    TABLE,
)
from packtrail.gs1.symbologies import ELEMENT_CARRIERS, NUMBER_CARRIERS
from packtrail.gs1.values import span

if TYPE_CHECKING:
    from packtrail.base.findings import Finding

_SEPARATOR = re.compile(r"\x1d|\^\]|␝|\{GS\}|\{FNC1\}")
_ENVELOPE_START = "[)>\x1e05\x1d"
_ENVELOPE_END = "\x1e\x04"
_BRACKETED_AI = re.compile(r"\(([0-9]{2,4})\)[ \t]*")
_BRACKETED_VALUE = re.compile(r"(?:[^\\(]|\\.|\\$)*")
_ESCAPED = re.compile(r"\\([()\\])")
_COMPOSITE = re.compile(r"\|\]e[012]")
_ADD_ON_LENGTHS = {"]E3": (2, 5)}


@dataclass(frozen=True, slots=True)
class Piece:
    """An application identifier with its value, not checked yet."""

    ai: str
    value: str
    start: int
    end: int
    escapes: tuple[int, ...] = ()
    """Where in the value a bracket stands that the text has an escape for."""
    zeros: int = 0
    """Leading zeros of the value that the text does not have."""

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters of the value stand in the text."""
        first = self.start + start + sum(place < start for place in self.escapes) - self.zeros
        last = self.start + end + sum(place < end for place in self.escapes) - self.zeros
        first = max(first, self.start)
        return first, max(last, first + 1)


Problems = list[tuple[int, "Finding"]]


def split(text: str, *, unknown: bool) -> tuple[list[Piece], Problems]:
    """Cut a text into pieces; return them and what stood between them that fits nowhere.

    Args:
        text: With brackets or without.
        unknown: Accept application identifiers that are not in the table.
    """
    start, end = _frame(text)
    problems: Problems = []
    if re.match(r"\][A-Za-z][0-9a-zA-Z]", text):
        start = 3
        if text[:3] in NUMBER_CARRIERS:
            return _split_retail(text, end, problems, unknown=unknown), problems
        if text[:3] not in ELEMENT_CARRIERS:
            message = f"The symbology identifier {text[:3]!r} does not announce GS1 data."
            problems.append((0, codes.SYMBOLOGY.found(message, at=span(0, 3))))
    cut = _split_bracketed if text[start : start + 1] == "(" else _split_scanned
    return cut(text, start, end, problems, unknown=unknown), problems


def _split_retail(text: str, end: int, problems: Problems, *, unknown: bool) -> list[Piece]:
    """Cut a scan of a retail or ITF-14 symbol: the number, and a composite component after it."""
    mark = _COMPOSITE.search(text, 3, end)
    number = text[3 : mark.start() if mark else end]
    name, length = NUMBER_CARRIERS[text[:3]]
    if len(number) - length in _ADD_ON_LENGTHS.get(text[:3], ()):
        number = number[:length]
    pieces = [Piece("01", number.zfill(14), 3, 3 + len(number), zeros=14 - len(number))]
    if len(number) != length:
        message = f"The {name} {number!r} has {len(number)} characters; {length} are expected."
        problems.append((3, codes.LENGTH.found(message, at=span(3, max(3 + len(number), 4)))))
        pieces = []
    if mark:
        more = _split_scanned(text, mark.end(), end, problems, unknown=unknown)
        if not text[mark.end() : end].strip("\x1d"):
            message = "The composite component is empty."
            problems.append((mark.end(), codes.EMPTY.found(message, at=span(*mark.span()))))
        pieces += more
    return pieces


def _frame(text: str) -> tuple[int, int]:
    """Return where the data starts and ends, without blanks around it or an envelope."""
    if text.startswith(_ENVELOPE_START):
        return len(_ENVELOPE_START), len(text.removesuffix(_ENVELOPE_END))
    return len(text) - len(text.lstrip(" \t\r\n")), len(text.rstrip(" \t\r\n"))


def _unknown_ai(ai: str, start: int, end: int) -> tuple[int, Finding]:
    message = (
        f"There is no application identifier ({ai})."
        if ai.isascii() and ai.isdigit()
        else f"An application identifier is expected, not {ai!r}."
    )
    return start, codes.UNKNOWN_AI.found(message, at=span(start, max(end, start + 1)))


def _split_scanned(
    text: str, start: int, end: int, problems: Problems, *, unknown: bool
) -> list[Piece]:
    pieces: list[Piece] = []
    at = start
    while at < end:
        separator = _SEPARATOR.match(text, at, end)
        if separator:
            at = separator.end()
            continue
        separator = _SEPARATOR.search(text, at, end)
        stop = separator.start() if separator else end
        length = AI_LENGTH_BY_PREFIX.get(text[at : at + 2], 0)
        ai = text[at : at + length]
        if not length or len(ai) < length or (ai not in TABLE and not (unknown and ai.isdigit())):
            shown = text[at : min(at + (length or 2), stop)]
            problems.append(_unknown_ai(shown, at, at + len(shown)))
            at = stop
            continue
        row = TABLE.get(ai)
        first = at + length
        if row and ai[:2] in SELF_DELIMITING_PREFIXES:
            stop = min(stop, first + row.length_max)
        pieces.append(Piece(ai, text[first:stop], first, max(stop, first)))
        at = max(stop, first)
    return pieces


def _split_bracketed(
    text: str, start: int, end: int, problems: Problems, *, unknown: bool
) -> list[Piece]:
    pieces: list[Piece] = []
    at = start
    while at < end:
        head = _BRACKETED_AI.match(text, at, end)
        value = _BRACKETED_VALUE.match(text, head.end() if head else at + 1, end)
        stop = value.end() if value else end
        if not head:
            problems.append(
                (
                    at,
                    codes.BRACKETS.found(
                        f"A bracket must frame an application identifier, not {text[at:stop]!r}.",
                        at=span(at, max(stop, at + 1)),
                    ),
                )
            )
        elif not _is_ai(head[1], unknown=unknown):
            problems.append(_unknown_ai(head[1], at + 1, at + 1 + len(head[1])))
        else:
            pieces.append(_piece(head[1], text, head.end(), stop))
        at = stop
    return pieces


def _is_ai(ai: str, *, unknown: bool) -> bool:
    return ai in TABLE or (unknown and AI_LENGTH_BY_PREFIX.get(ai[:2], len(ai)) == len(ai))


def _piece(ai: str, text: str, start: int, stop: int) -> Piece:
    raw = text[start:stop].rstrip(" \t")
    escapes = []
    for count, match in enumerate(_ESCAPED.finditer(raw)):
        escapes.append(match.start() - count)
    return Piece(ai, _ESCAPED.sub(r"\1", raw), start, start + len(raw), tuple(escapes))
