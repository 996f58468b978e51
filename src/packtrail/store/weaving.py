"""Weaving: a document as the text that its events share, filled from the segments.

Times, ids and identifiers stand in the segments already; of the document's own text only what is
around them is left to keep, once for all events that are alike. Unweaving puts them back in place,
octet for octet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec
import numpy as np

from packtrail.epcis.outline import Pattern
from packtrail.epcis.outline_cut import IDENTITY, PARENT, TIME, Hole
from packtrail.epcis.outline_values import write_times
from packtrail.store import packing
from packtrail.store.integers import Column, pack, unpack
from packtrail.store.mentions import text_of
from packtrail.store.packing import Sort
from packtrail.store.roles import CHILD, EPC, INPUT, OUTPUT
from packtrail.store.roles import PARENT as PARENT_ROLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from packtrail.epcis.outline import Outline
    from packtrail.store.integers import Numbers
    from packtrail.store.objects import Instance, Name
    from packtrail.store.segments import Segment

_VERSION: Final = 1
_ROLES: Final[Mapping[str, int]] = {
    "epcs": EPC,
    "child_epcs": CHILD,
    "input_epcs": INPUT,
    "output_epcs": OUTPUT,
    PARENT: PARENT_ROLE,
}

_Hole: TypeAlias = tuple[str, bytes | None, int]


class _Woven(msgspec.Struct, array_like=True, frozen=True):
    """A part of a document as it is stored."""

    version: int
    head: bytes
    tail: bytes
    gaps: tuple[bytes, ...]
    """The texts that stand between two events, each once."""
    gap_of: Column
    """Place in `gaps`, by event but the last."""
    patterns: tuple[tuple[tuple[bytes, ...], tuple[_Hole, ...]], ...]
    """(pieces, holes)"""
    pattern_of: Column
    """Place in `patterns`, by event; -1 where the text is kept as it is."""
    count: int
    literals: tuple[bytes, ...]
    """The texts that are kept as they are, in order."""
    first: int = 0
    """Events of the document before this part."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Woven)


def weave(outline: Outline, left_out: Collection[int] = (), *, first: int = 0) -> bytes:
    """Return a document, or a part of one, without what its segments hold.

    Args:
        outline: The document, or the part.
        left_out: Events by place in it that were not recorded with it, so that no segment holds
            them.
        first: Events of the document before this part.
    """
    cut = outline.cut
    pattern_of = np.full(len(cut.texts), -1, dtype=np.int64)
    for number, group in enumerate(outline.groups):
        pattern_of[group.indexes] = number
    if left_out:
        pattern_of[list(left_out)] = -1
    gaps = {gap: number for number, gap in enumerate(dict.fromkeys(cut.gaps))}
    gap_of = np.fromiter(map(gaps.__getitem__, cut.gaps), dtype=np.int64, count=len(cut.gaps))
    woven = _Woven(
        version=_VERSION,
        head=cut.head,
        tail=cut.tail,
        gaps=tuple(gaps),
        gap_of=pack(gap_of),
        patterns=tuple(map(_packed, (group.pattern for group in outline.groups))),
        pattern_of=pack(pattern_of),
        count=len(cut.texts),
        literals=tuple(cut.texts[place] for place in np.flatnonzero(pattern_of < 0).tolist()),
        first=first,
    )
    return packing.compress(_encoder.encode(woven), Sort.TEXT)


def unweave(woven: bytes, segments: Iterable[Segment], names: Mapping[Instance, Name]) -> bytes:
    """Undo `weave`.

    Args:
        woven: What `weave` made.
        segments: The segments that the document's events were recorded as.
        names: Of everything that they name.
    """
    found = _decoder.decode(packing.decompress(woven))
    pattern_of = unpack(found.pattern_of, found.count)
    texts: list[bytes] = [b""] * found.count
    literals = iter(found.literals)
    for place in np.flatnonzero(pattern_of < 0).tolist():
        texts[place] = next(literals)
    patterns = [_unpacked(*pattern) for pattern in found.patterns]
    for segment in segments:
        ordinals = segment.columns.ordinals - found.first
        for number in np.unique(pattern_of[ordinals]).tolist():
            if number >= 0:
                events = np.flatnonzero(pattern_of[ordinals] == number)
                filled = _fill(patterns[number], segment, events, names)
                for place, text in zip(ordinals[events].tolist(), filled, strict=True):
                    texts[place] = text
    gap_of = unpack(found.gap_of, max(0, found.count - 1)).tolist()
    gaps = [*(found.gaps[one] for one in gap_of), b""]
    between = (part for pair in zip(texts, gaps, strict=True) for part in pair)
    return b"".join([found.head, *between, found.tail])


def _fill(
    pattern: Pattern, segment: Segment, events: Numbers, names: Mapping[Instance, Name]
) -> Iterable[bytes]:
    """Return the texts of some events of a segment."""
    columns = [_column(hole, pattern, segment, events, names) for hole in pattern.holes]
    first, *others = pattern.pieces
    for filled in zip(*columns, strict=True):
        pairs = zip(filled, others, strict=True)
        yield b"".join([first, *(part for pair in pairs for part in pair)])


def _column(
    hole: Hole,
    pattern: Pattern,
    segment: Segment,
    events: Numbers,
    names: Mapping[Instance, Name],
) -> list[bytes]:
    """Return what fills a hole, event by event."""
    if hole.name == TIME:
        times = write_times(segment.columns.times[events], pattern.offset or 0, hole.digits)
        filled: list[bytes] = times.tolist()
        return filled
    if hole.name == IDENTITY:
        return [segment.identity(event).encode() for event in events.tolist()]
    role = _ROLES[hole.name]
    (stream,) = (one for one in segment.columns.mentions if one.role == role)
    forms, separator = segment.columns.forms, hole.separator or b""
    texts = []
    for event in events.tolist():
        part = stream.of(event)
        pairs = zip(stream.form_of[part].tolist(), stream.seqs[part].tolist(), strict=True)
        listed = (text_of(forms[i][1], names[forms[i][0], seq].item_key) for i, seq in pairs)
        texts.append(separator.join(text.encode() for text in listed))
    return texts


def _packed(pattern: Pattern) -> tuple[tuple[bytes, ...], tuple[_Hole, ...]]:
    return pattern.pieces, tuple((one.name, one.separator, one.digits) for one in pattern.holes)


def _unpacked(pieces: tuple[bytes, ...], holes: tuple[_Hole, ...]) -> Pattern:
    return Pattern(pieces, tuple(Hole(*hole) for hole in holes))
