"""Cutting JSON: documents into events, events into text and holes."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec

from packtrail.epcis.outline_cut import IDENTITY, PARENT, Cut, Hole, Span, time_span

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Body(msgspec.Struct):
    events: list[msgspec.Raw] = msgspec.field(name="eventList")


class _Document(msgspec.Struct):
    body: _Body = msgspec.field(name="epcisBody")


_decoder = msgspec.json.Decoder(_Document)
_KEY: Final = re.compile(rb'"eventList"\s*:\s*\[\s*')
_GAP: Final = re.compile(rb"\s*,\s*")
_TIME: Final = re.compile(rb'"eventTime"\s*:\s*"')
_TEXTS: Final[Mapping[str, re.Pattern[bytes]]] = {
    IDENTITY: re.compile(rb'"eventID"\s*:\s*"([^\x00-\x20"\\\x7f-\xff]+)"'),
    PARENT: re.compile(rb'"parentID"\s*:\s*"([^\x00-\x20"\\\x7f-\xff]+)"'),
}
_LISTS: Final[Mapping[bytes, str]] = {
    b"epcList": "epcs",
    b"childEPCs": "child_epcs",
    b"inputEPCList": "input_epcs",
    b"outputEPCList": "output_epcs",
}
_LIST: Final = re.compile(rb'"(epcList|childEPCs|inputEPCList|outputEPCList)"\s*:\s*\[\s*"')
_MANY: Final = 8
_OBJECT: Final = ord("{")
_TIME_KEY: Final = b'"eventTime"'
_KEYS: Final = {IDENTITY: b'"eventID"', PARENT: b'"parentID"'}
_SEPARATOR: Final = re.compile(rb'"\s*,\s*"')


def cut(content: bytes) -> Cut | None:
    """Return a document's events, or None where they are not simply one after the other."""
    key = _KEY.search(content)
    if key is None:
        return None
    try:
        events = _decoder.decode(content).body.events
    except (msgspec.DecodeError, RecursionError):
        return None
    texts = tuple(map(bytes, events))
    at = key.end()
    alike = _alike(content, at, texts)
    if alike is not None:
        return alike
    gaps: list[bytes] = []
    for text in texts:
        if at != key.end():
            gap = _GAP.match(content, at)
            if gap is None:
                return None
            gaps.append(gap[0])
            at = gap.end()
        if not content.startswith(text, at) or text[:1] != b"{":
            return None
        at += len(text)
    return Cut(content[: key.end()], texts, tuple(gaps), content[at:]) if texts else None


def _alike(content: bytes, at: int, texts: tuple[bytes, ...]) -> Cut | None:
    """Return the events where the same stands between any two: that is compared at once."""
    if len(texts) < _MANY:
        return None
    gap = _GAP.match(content, at + len(texts[0]))
    between = b"" if gap is None else gap[0]
    listed = between.join(texts)
    if (
        not between
        or not content.startswith(listed, at)
        or set(map(itemgetter(0), texts)) != {_OBJECT}
    ):
        return None
    end = at + len(listed)
    return Cut(content[:at], texts, (between,) * (len(texts) - 1), content[end:])


def spans(text: bytes) -> list[Span] | None:
    """Return the holes of an event in order, or None where it has none that are plain."""
    found: list[Span | None] = []
    at, outside = 0, []
    # What is outside the lists is short, and looked through many times.
    while match := _LIST.search(text, at):
        span = _entries(text, _LISTS[match[1]], match.end())
        found.append(span)
        outside.append((at, match.end()))
        at = span.end if span else match.end()
    outside.append((at, len(text)))
    found.append(_time(text, outside))
    for name in (IDENTITY, PARENT):
        key = _KEYS[name]
        count = sum(text.count(key, *part) for part in outside)
        if count:
            match = next(filter(None, (_TEXTS[name].search(text, *one) for one in outside)), None)
            found.append(Span(Hole(name), *match.span(1)) if match and count == 1 else None)
    names = [span.hole.name for span in found if span is not None]
    if None in found or len(set(names)) < len(names):
        return None
    return sorted((one for one in found if one is not None), key=lambda one: one.start)


def _time(text: bytes, outside: list[tuple[int, int]]) -> Span | None:
    if sum(text.count(_TIME_KEY, *part) for part in outside) != 1:
        return None
    match = next(filter(None, (_TIME.search(text, *part) for part in outside)), None)
    return time_span(text, match.end()) if match else None


def _entries(text: bytes, name: str, start: int) -> Span | None:
    """Return the span of the texts of a list, None where it holds anything else."""
    stop = text.find(b"]", start)
    end = text.rfind(b'"', start, stop)
    if end < 0 or text[end + 1 : stop].strip() or text.find(b"\\", start, end) >= 0:
        return None
    gap = text.find(b'"', start, end)
    if gap < 0:
        return Span(Hole(name, b""), start, end)
    match = _SEPARATOR.match(text, gap)
    if match is None or text.count(b'"', start, end) != 2 * text.count(match[0], start, end):
        return None
    return Span(Hole(name, match[0]), start, end)
