"""Cutting XML: documents into events, events into text and holes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from packtrail.epcis.outline_cut import IDENTITY, PARENT, Cut, Hole, Span, time_span

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPEN, _CLOSE = b"<EventList>", b"</EventList>"
_END: Final = re.compile(
    rb"</(ObjectEvent|AggregationEvent|TransactionEvent|TransformationEvent|AssociationEvent)>"
)
_LISTS: Final[Mapping[bytes, str]] = {
    b"epcList": "epcs",
    b"childEPCs": "child_epcs",
    b"inputEPCList": "input_epcs",
    b"outputEPCList": "output_epcs",
}
_ENTRY, _ENTRY_END = b"<epc>", b"</epc>"
_PLAIN: Final = re.compile(rb"[^\x00-\x20<>&\x7f-\xff]+")
_PROLOG: Final = re.compile(rb"\s*(?:<\?xml\s[^>]{0,200}?>)?")
_DECLARED: Final = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._\-]+)[\"']")
_CODECS: Final = (b"utf-8", b"us-ascii", b"ascii")


def cut(content: bytes) -> Cut | None:
    """Return a document's events, or None where they are not simply one after the other."""
    prolog = _PROLOG.match(content)
    declared = _DECLARED.search(content, 0, prolog.end() if prolog else 0)
    if declared is not None and declared[1].lower() not in _CODECS:
        return None
    opening, closing = content.find(_OPEN), content.rfind(_CLOSE)
    if opening < 0 or closing < opening:
        return None
    at = opening + len(_OPEN)
    # Of comments, instructions and character data one octet is rare, and found much sooner.
    if _has(content, b"!", b"<!", at, closing) or _has(content, b"?", b"<?", at, closing):
        return None
    texts, gaps = [], []
    for end in _END.finditer(content, at, closing):
        text = content[at : end.end()]
        event = text.lstrip()
        if not event.startswith(b"<%b>" % end[1]):
            return None
        texts.append(event)
        gaps.append(text[: len(text) - len(event)])
        at = end.end()
    if not texts or content[at:closing].strip():
        return None
    return Cut(
        content[: opening + len(_OPEN)] + gaps[0], tuple(texts), tuple(gaps[1:]), content[at:]
    )


def _has(content: bytes, sign: bytes, odd: bytes, start: int, end: int) -> bool:
    return content.find(sign, start, end) >= 0 and content.find(odd, start, end) >= 0


def spans(text: bytes) -> list[Span] | None:
    """Return the holes of an event in order, or None where it has none that are plain."""
    first, last = text.find(_ENTRY), text.rfind(_ENTRY_END)
    if first < 0:
        return _ordered(_spans(text))
    gap = _separator(text, first + len(_ENTRY), last)
    if gap is None:
        return None
    # What is outside the list is short, and looked through many times.
    before, after = text[: first + len(_ENTRY)], text[last:]
    outside = _spans(before + after)
    if outside is None:
        return None
    moved = last - len(before)
    found = []
    for span in outside:
        shift = moved if span.start > len(before) else 0
        end = last if span.hole.separator is not None else span.end + shift
        hole = span.hole if span.hole.separator is None else Hole(span.hole.name, gap)
        found.append(Span(hole, span.start + shift, end))
    return _ordered(found)


def _spans(text: bytes) -> list[Span] | None:
    """Return the holes of an event in whose list one empty entry is left."""
    at = _content(text, b"eventTime")
    time = time_span(text, at[0]) if at else None
    if time is None:
        return None
    found = [time]
    for name, tag in ((IDENTITY, b"eventID"), (PARENT, b"parentID")):
        if text.find(b"<" + tag) >= 0:
            at = _content(text, tag)
            if at is None or not _PLAIN.fullmatch(text, *at):
                return None
            found.append(Span(Hole(name), *at))
    entry = text.find(_ENTRY)
    for tag, name in _LISTS.items():
        at = _content(text, tag) if text.find(b"<" + tag) >= 0 else None
        if at is not None and at[0] <= entry < at[1]:
            inner = entry + len(_ENTRY)
            if text[at[0] : entry].strip() or text[inner + len(_ENTRY_END) : at[1]].strip():
                return None
            found.append(Span(Hole(name, b""), inner, inner))
    return found


def _ordered(found: list[Span] | None) -> list[Span] | None:
    return None if found is None else sorted(found, key=lambda one: one.start)


def _content(text: bytes, tag: bytes) -> tuple[int, int] | None:
    """Return where the content of an element begins and ends, None unless there is just one."""
    opening = b"<" + tag + b">"
    start = text.find(opening)
    end = text.find(b"</" + tag + b">", start)
    if start < 0 or end < 0 or text.find(opening, start + 1) >= 0:
        return None
    return start + len(opening), end


def _separator(text: bytes, start: int, end: int) -> bytes | None:
    """Return what stands between the entries of a list, None where there is anything else."""
    gap = text.find(b"<", start, end)
    if gap < 0:
        return b""
    following = text.find(_ENTRY, gap, end)
    separator = text[gap : following + len(_ENTRY)]
    is_plain = (
        following >= 0
        and separator.startswith(_ENTRY_END)
        and not separator[len(_ENTRY_END) : -len(_ENTRY)].strip()
        and text.count(b"<", start, end) == 2 * text.count(separator, start, end)
    )
    return separator if is_plain else None
