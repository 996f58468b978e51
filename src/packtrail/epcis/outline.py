"""The outline of a document: its text cut into events, and events into what like ones share.

Line systems send thousands of events that differ in their time, their id and the objects they name;
everything around these is the same text over and over. An outline finds that out from the text
alone. One event of each **pattern** then has to be read and checked; of the others it is enough
that times, ids and identifiers are plain, which is looked at for all of them at once.

What an outline cannot see through, such as comments between events, escaped characters in an
identifier or a list that holds something else, makes the event **irregular**, or the document: it
is read in the ordinary way.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.epcis import outline_json, outline_xml
from packtrail.epcis.outline_cut import IDENTITY, TIME, Cut, Hole, Span
from packtrail.epcis.outline_values import (
    Items,
    Numbers,
    Texts,
    are_identities,
    items_of,
    offset_of,
    read_times,
    repeated,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

_UNIFORM_MIN: Final = 16
"""So many events of one length are compared as a table of octets."""
_UNIFORM_ENTRIES_MAX: Final = 8
_TRIES: Final = 4
"""Patterns tried on the events of one length before each is looked at by itself."""
_CUTTERS: Final[dict[bytes, ModuleType]] = {b"<": outline_xml, b"{": outline_json}


@dataclass(frozen=True, slots=True)
class Pattern:
    """What like events share: their text, with holes."""

    pieces: tuple[bytes, ...]
    """The text before, between and after the holes."""
    holes: tuple[Hole, ...]

    @property
    def offset(self) -> int | None:
        """Offset of the time, in microseconds; None where there is none that is plain."""
        for hole, after in zip(self.holes, self.pieces[1:], strict=True):
            if hole.name == TIME:
                return offset_of(after[:6])
        return None


@dataclass(frozen=True, slots=True)
class Listed:
    """What the events of a group name in one of their fields."""

    name: str
    """`epcs`, `child_epcs`, `input_epcs`, `output_epcs` or `parent_id`."""
    counts: Numbers
    """How many identifiers, by event."""
    items: Items


@dataclass(frozen=True, slots=True)
class Group:
    """Events of one pattern, in document order."""

    pattern: Pattern
    spans: tuple[Span, ...]
    """Where the holes of the first event are."""
    indexes: Numbers
    """Place in the document, by event."""
    times: Numbers
    """Microseconds since 1970, by event."""
    identities: Texts | None
    """Event id, by event; None where they have none."""
    lists: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A document, taken apart."""

    cut: Cut
    groups: tuple[Group, ...]
    irregular: tuple[int, ...]
    """Events that no pattern describes, by place."""

    @property
    def examples(self) -> tuple[int, ...]:
        """The first event of each group, and the irregular ones, by place."""
        return tuple(sorted([*(int(one.indexes[0]) for one in self.groups), *self.irregular]))

    @property
    def short(self) -> bytes:
        """The document with its examples only, in whose lists one identifier of a kind is left."""
        groups = {int(one.indexes[0]): one for one in self.groups}
        texts = [
            _shortened(self.cut.texts[place], groups[place])
            if place in groups
            else self.cut.texts[place]
            for place in self.examples
        ]
        gap = self.cut.gaps[0] if self.cut.gaps else b""
        return self.cut.head + gap.join(texts) + self.cut.tail

    @property
    def kinds(self) -> frozenset[bytes]:
        """One identifier of each kind that the groups list."""
        return frozenset(
            listed.items.text(int(place))
            for group in self.groups
            for listed in group.lists
            for place in np.unique(listed.items.head_of, return_index=True)[1]
        )


def outline(content: bytes) -> Outline | None:
    """Return the outline of a document, or None where it has none.

    Args:
        content: The document, in UTF-8.
    """
    cutter = _CUTTERS.get(content[:64].lstrip()[:1])
    cut = cutter.cut(content) if cutter else None
    if cutter is None or cut is None:
        return None
    if len(cut.texts) == 1:
        return _of_one(cut, cutter.spans(cut.texts[0]))
    outlining = _Outlining(cut.texts, cutter.spans)
    outlining.compare_alike()
    outlining.look_at_each()
    groups, irregular = outlining.result()
    return Outline(cut, groups, irregular)


def _of_one(cut: Cut, spans: Sequence[Span] | None) -> Outline:
    """Return the outline of a document of one event: what the many share is not looked for."""
    (text,) = cut.texts
    pattern = _pattern(text, spans) if spans else None
    if spans is None or pattern is None:
        return Outline(cut, (), (0,))
    values = {span.hole.name: text[span.start : span.end] for span in spans}
    times, plain = read_times(np.array([values[TIME]], dtype=np.bytes_), pattern.offset or 0)
    is_plain = bool(plain[0])
    identities = None
    if IDENTITY in values:
        identities = np.array([values[IDENTITY]], dtype=np.bytes_)
        is_plain = is_plain and bool(are_identities(identities)[0])
    lists = []
    for hole in pattern.holes:
        if hole.name not in {TIME, IDENTITY}:
            listed = values[hole.name]
            split = listed.split(hole.separator) if hole.separator else [listed]
            entries = np.array(split, dtype=np.bytes_)
            items, are_plain = items_of(entries)
            is_plain = is_plain and bool(are_plain.all())
            is_plain = is_plain and not len(repeated(items, np.zeros(len(entries), dtype=np.int64)))
            lists.append(Listed(hole.name, np.array([len(entries)]), items))
    if not is_plain:
        return Outline(cut, (), (0,))
    group = Group(pattern, tuple(spans), np.array([0]), times, identities, tuple(lists))
    return Outline(cut, (group,), ())


def _shortened(text: bytes, group: Group) -> bytes:
    """Return the text of a group's first event with one identifier of a kind in each list."""
    lists = {listed.name: listed for listed in group.lists}
    parts, at = [], 0
    for span in group.spans:
        if span.hole.separator is None:
            continue
        kinds = first_texts(lists[span.hole.name], is_short=True)
        parts += [text[at : span.start], span.hole.separator.join(kinds)]
        at = span.end
    return b"".join([*parts, text[at:]])


def first_texts(listed: Listed, *, is_short: bool) -> list[bytes]:
    """Return what the first event of a group lists.

    Args:
        listed: What the events of the group list.
        is_short: One identifier of each kind only.
    """
    items = listed.items.only(slice(0, int(listed.counts[0])))
    if not is_short:
        return [items.text(place) for place in range(len(items.head_of))]
    kinds = np.sort(np.unique(items.head_of, return_index=True)[1])
    return [items.text(place) for place in kinds.tolist()]


@dataclass(slots=True)
class _Rows:
    """Events of one pattern while they are found."""

    indexes: list[Numbers] = field(default_factory=list)
    columns: defaultdict[str, list[Texts]] = field(default_factory=lambda: defaultdict(list))
    """What fills each hole; of lists one entry after the other."""
    counts: defaultdict[str, list[Numbers]] = field(default_factory=lambda: defaultdict(list))
    """How many entries each list has."""


class _Outlining:
    """Finds out which events are alike."""

    def __init__(self, texts: Sequence[bytes], spans: Callable[[bytes], list[Span] | None]) -> None:
        self._texts = texts
        self._spans = spans
        self._rows: dict[Pattern, _Rows] = {}
        self._irregular: list[int] = []
        self._left = np.arange(len(texts))

    def compare_alike(self) -> None:
        """Find like events among those of one length, where there are many."""
        lengths = np.array([len(text) for text in self._texts])
        sizes, counts = np.unique(lengths, return_counts=True)
        left = [np.flatnonzero(~np.isin(lengths, sizes[counts >= _UNIFORM_MIN]))]
        for size in sizes[counts >= _UNIFORM_MIN].tolist():
            places = np.flatnonzero(lengths == size)
            for _ in range(_TRIES):
                if len(places) >= _UNIFORM_MIN:
                    places = self._compare(places)
            left.append(places)
        self._left = np.sort(np.concatenate(left))

    def look_at_each(self) -> None:
        """Find the pattern of each event that is left."""
        values: defaultdict[Pattern, list[tuple[int, list[bytes]]]] = defaultdict(list)
        for place in self._left.tolist():
            text = self._texts[place]
            spans = self._spans(text)
            pattern = _pattern(text, spans) if spans else None
            if spans is None or pattern is None:
                self._irregular.append(place)
                continue
            values[pattern].append((place, [text[one.start : one.end] for one in spans]))
        for pattern, events in values.items():
            rows = self._rows.setdefault(pattern, _Rows())
            rows.indexes.append(np.array([place for place, _ in events]))
            for number, hole in enumerate(pattern.holes):
                _add_column(rows, hole, [filled[number] for _, filled in events])

    def result(self) -> tuple[tuple[Group, ...], tuple[int, ...]]:
        """Return the groups, and the events that are in none of them."""
        groups = []
        for pattern, rows in self._rows.items():
            group, odd = _group(pattern, rows, self._texts, self._spans)
            self._irregular += odd
            if group is not None:
                groups.append(group)
        return tuple(groups), tuple(sorted(self._irregular))

    def _compare(self, places: Numbers) -> Numbers:
        """Find the events that are like the first of some of one length; return the others."""
        text = self._texts[int(places[0])]
        spans = self._spans(text)
        pattern = _pattern(text, spans) if spans else None
        entries = [_entries(text, span) for span in spans or ()]
        if spans is None or pattern is None or sum(map(len, entries)) > _UNIFORM_ENTRIES_MAX:
            return places
        whole = b"".join([self._texts[place] for place in places.tolist()])
        octets = np.frombuffer(whole, dtype=np.uint8).reshape(len(places), len(text))
        is_alike = np.ones(len(places), dtype=bool)
        at = 0
        for start, end in (*(one for some in entries for one in some), (len(text), 0)):
            is_alike &= (octets[:, at:start] == octets[0, at:start]).all(axis=1)
            at = end
        rows = self._rows.setdefault(pattern, _Rows())
        rows.indexes.append(places[is_alike])
        for span, some in zip(spans, entries, strict=True):
            columns = [texts_of(octets[is_alike, start:end]) for start, end in some]
            count = int(is_alike.sum())
            rows.columns[span.hole.name].append(np.stack(columns, axis=1).reshape(-1))
            rows.counts[span.hole.name].append(np.full(count, len(some)))
        return places[~is_alike]


def _pattern(text: bytes, spans: Sequence[Span]) -> Pattern | None:
    """Return the pattern of an event, None where its time cannot be told."""
    starts = [0, *(span.end for span in spans)]
    ends = [*(span.start for span in spans), len(text)]
    pieces = tuple(text[start:end] for start, end in zip(starts, ends, strict=True))
    pattern = Pattern(pieces, tuple(span.hole for span in spans))
    return None if pattern.offset is None else pattern


def _entries(text: bytes, span: Span) -> list[tuple[int, int]]:
    """Return where the entries of a list stand; of another hole where it stands itself."""
    separator = span.hole.separator
    if not separator:
        return [(span.start, span.end)]
    found, at = [], span.start
    for entry in text[span.start : span.end].split(separator):
        found.append((at, at + len(entry)))
        at += len(entry) + len(separator)
    return found


def _add_column(rows: _Rows, hole: Hole, values: list[bytes]) -> None:
    if hole.separator:
        lists = [value.split(hole.separator) for value in values]
        rows.counts[hole.name].append(np.array([len(some) for some in lists]))
        values = [entry for some in lists for entry in some]
    else:
        rows.counts[hole.name].append(np.ones(len(values), dtype=np.int64))
    rows.columns[hole.name].append(np.array(values, dtype=np.bytes_))


def _group(
    pattern: Pattern,
    rows: _Rows,
    texts: Sequence[bytes],
    spans: Callable[[bytes], list[Span] | None],
) -> tuple[Group | None, list[int]]:
    """Return the events of a pattern whose values are plain, and the places of the others."""
    indexes = np.concatenate(rows.indexes)
    times, plain = read_times(np.concatenate(rows.columns[TIME]), pattern.offset or 0)
    identities = None
    if IDENTITY in rows.columns:
        identities = np.concatenate(rows.columns[IDENTITY])
        plain &= are_identities(identities)
    lists = []
    for hole in pattern.holes:
        if hole.name not in {TIME, IDENTITY}:
            counts = np.concatenate(rows.counts[hole.name])
            items, are_plain = items_of(np.concatenate(rows.columns[hole.name]))
            event = np.repeat(np.arange(len(indexes)), counts)
            plain[event[~are_plain]] = False
            if (counts > 1).any():
                plain[repeated(items, event)] = False
            lists.append(Listed(hole.name, counts, items))
    odd = indexes[~plain].tolist()
    if not plain.any():
        return None, odd
    order = np.argsort(indexes, kind="stable")
    order = order[plain[order]]
    first = int(indexes[order[0]])
    return Group(
        pattern=pattern,
        spans=tuple(spans(texts[first]) or ()),
        indexes=indexes[order],
        times=times[order],
        identities=None if identities is None else identities[order],
        lists=tuple(_chosen(listed, order) for listed in lists),
    ), odd


def _chosen(listed: Listed, order: Numbers) -> Listed:
    """Return what some events list, in their order."""
    counts = listed.counts[order]
    starts = np.concatenate(([0], listed.counts.cumsum()))[order]
    ends = counts.cumsum()
    places = np.repeat(starts - (ends - counts), counts) + np.arange(int(counts.sum()))
    return Listed(listed.name, counts, listed.items.only(places))
