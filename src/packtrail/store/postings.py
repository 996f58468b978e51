"""From mentions to rows: which event names which objects, block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packtrail.store.blocks import BLOCK_BITS, LANE_MASK, encode
from packtrail.store.roles import PARENT

if TYPE_CHECKING:
    from packtrail.store.instances import Resolved

Posting = tuple[int, int, int, int, int, int, bytes | None]
"""(event, class_id, block, role, lo, hi, members)"""
Touch = tuple[int, int, int, int]
"""(event, class_id, seq, role)"""


@dataclass(frozen=True, slots=True)
class Mentions:
    """The rows of one document; `event` counts its new events from 0."""

    parents: dict[int, tuple[int, int]]
    """Event -> (class_id, seq) of its parent."""
    postings: list[Posting]
    touches: list[Touch]


def gather(segments: Sequence[tuple[int, int, int]], resolved: Resolved) -> Mentions:
    """Return the rows for the mentions of a document.

    Args:
        segments: (event, role, how many mentions), in the order of the mentions.
        resolved: The numbers of the objects mentioned.
    """
    table = np.array(segments, dtype=np.int64).reshape(-1, 3)
    event = np.repeat(table[:, 0], table[:, 2])
    role = np.repeat(table[:, 1], table[:, 2])
    class_id, seq = resolved.class_ids, resolved.seqs
    of_parent = np.flatnonzero(role == PARENT)
    parents = dict(
        zip(
            event[of_parent].tolist(),
            zip(class_id[of_parent].tolist(), seq[of_parent].tolist(), strict=True),
            strict=True,
        )
    )
    columns = _distinct(np.stack([event, role, class_id, seq]))
    starts, sizes = _groups(columns)
    return Mentions(
        parents, list(_postings(columns, starts, sizes)), _touches(columns, starts, sizes)
    )


def _distinct(columns: np.ndarray) -> np.ndarray:
    """Return the mentions in order of event, role, class and seq, each once."""
    columns = columns[:, np.lexsort(columns[::-1])]
    if columns.shape[1] == 0:
        return columns
    is_new = np.ones(columns.shape[1], dtype=bool)
    is_new[1:] = (columns[:, 1:] != columns[:, :-1]).any(axis=0)
    return columns[:, is_new]


def _groups(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the mentions of one event, role and block start, and how many they are."""
    block = columns.copy()
    block[3] >>= BLOCK_BITS
    total = columns.shape[1]
    is_first = np.ones(total, dtype=bool)
    is_first[1:] = (block[:, 1:] != block[:, :-1]).any(axis=0)
    starts = np.flatnonzero(is_first)
    return starts, np.diff(np.append(starts, total))


def _touches(columns: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> list[Touch]:
    event, role, class_id, seq = columns[:, starts[sizes == 1]].tolist()
    return list(zip(event, class_id, seq, role, strict=True))


def _postings(columns: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> Iterator[Posting]:
    several = sizes > 1
    for start, size in zip(starts[several].tolist(), sizes[several].tolist(), strict=True):
        event, role, class_id, seq = columns[:, start].tolist()
        lanes = columns[3, start : start + size] & LANE_MASK
        yield (
            event,
            class_id,
            seq >> BLOCK_BITS,
            role,
            int(lanes[0]),
            int(lanes[-1]),
            encode(lanes),
        )
