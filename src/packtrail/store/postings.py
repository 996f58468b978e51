"""From mentions to rows: which segment names which objects, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.store.blocks import BLOCK_BITS, LANE_MASK, encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packtrail.store.integers import Numbers

_SEQ_BITS: Final = 31
_FEW: Final = 24
"""Mentions that are looked at one by one sooner than as columns."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Two or more neighbouring objects that a segment names in one role."""

    segment: int
    class_id: int
    block: int
    role: int
    lo: int
    hi: int
    members: bytes | None


@dataclass(frozen=True, slots=True)
class Index:
    """The rows of some segments, which are counted from 0."""

    postings: tuple[Posting, ...]
    touches: Numbers
    """(4, touches): segment, class_id, seq, role."""


def gather(segments: Numbers, roles: Numbers, class_ids: Numbers, seqs: Numbers) -> Index:
    """Return the rows for the mentions of some segments, four columns of one length.

    Args:
        segments: Which segment names something, counted from 0.
        roles: In which role.
        class_ids: Class of the object.
        seqs: Number of the object in its class.
    """
    if len(segments) <= _FEW:
        every = (segments.tolist(), class_ids.tolist(), roles.tolist(), seqs.tolist())
        return _gather_few(sorted(set(zip(*every, strict=True))))
    spots, place = _spots(segments, roles, class_ids)
    # One number for each mention sorts many times faster than four columns of them.
    mentions = np.unique(place << _SEQ_BITS | seqs)
    columns = np.empty((4, len(mentions)), dtype=np.int64)
    columns[[0, 1, 3]] = spots[:, mentions >> _SEQ_BITS]
    columns[2] = mentions & ((1 << _SEQ_BITS) - 1)
    starts, sizes = _groups(mentions >> BLOCK_BITS)
    return Index(tuple(_postings(columns, starts, sizes)), columns[:, starts[sizes == 1]])


def _gather_few(mentions: Sequence[tuple[int, int, int, int]]) -> Index:
    """Return the rows for mentions in order, one by one: (segment, class, role, seq)."""
    found, touches = [], []
    for spot, group in groupby(mentions, lambda one: (*one[:3], one[3] >> BLOCK_BITS)):
        segment, class_id, role, block = spot
        seqs = [seq for *_, seq in group]
        if len(seqs) == 1:
            touches.append((segment, class_id, seqs[0], role))
            continue
        lanes = np.array(seqs, dtype=np.int64) & LANE_MASK
        lo, hi = int(lanes[0]), int(lanes[-1])
        found.append(Posting(segment, class_id, block, role, lo, hi, encode(lanes)))
    return Index(tuple(found), np.array(touches, dtype=np.int64).reshape(-1, 4).T)


def _spots(segments: Numbers, roles: Numbers, class_ids: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct (segment, class, role), and which of them each mention has."""
    parts = [np.unique(column, return_inverse=True) for column in (segments, class_ids, roles)]
    (segment, _), (class_id, _), (role, _) = parts
    sizes = (len(segment), len(class_id), len(role))
    if not len(segments):
        return np.empty((3, 0), dtype=np.int64), segments
    joined = np.ravel_multi_index([places for _, places in parts], sizes)
    distinct, place = np.unique(joined, return_inverse=True)
    at = np.unravel_index(distinct, sizes)
    return np.stack([segment[at[0]], class_id[at[1]], role[at[2]]]), place


def _groups(blocks: Numbers) -> tuple[Numbers, Numbers]:
    """Return where the mentions of one block start, and how many they are."""
    is_first = np.ones(len(blocks), dtype=bool)
    is_first[1:] = blocks[1:] != blocks[:-1]
    starts = np.flatnonzero(is_first)
    return starts, np.diff(np.append(starts, len(blocks)))


def _postings(columns: Numbers, starts: Numbers, sizes: Numbers) -> Iterator[Posting]:
    several = sizes > 1
    for start, size in zip(starts[several].tolist(), sizes[several].tolist(), strict=True):
        segment, class_id, seq, role = columns[:, start].tolist()
        lanes = columns[2, start : start + size] & LANE_MASK
        yield Posting(
            segment=segment,
            class_id=class_id,
            block=seq >> BLOCK_BITS,
            role=role,
            lo=int(lanes[0]),
            hi=int(lanes[-1]),
            members=encode(lanes),
        )
