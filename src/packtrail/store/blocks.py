"""Postings: which of 4,096 neighbouring objects an event names, as small as it gets.

An unbroken run is told by its first and last lane alone. Anything else has a list of lanes (first
octet 0, then little-endian 16-bit numbers) or, when that is smaller, a bitmap (first octet 1, then
a bit for every lane from `lo` to `hi`, low bit first).

    >>> members = encode(np.array([3, 4, 9], dtype=np.int64))
    >>> decode(3, 9, members).tolist()
    [3, 4, 9]
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK_BITS = 12
BLOCK_SIZE = 1 << BLOCK_BITS
LANE_MASK = BLOCK_SIZE - 1
_LIST, _BITMAP = b"\x00", b"\x01"

Lanes = NDArray[np.int64]
"""Ascending numbers of objects within a block, 0 to 4,095."""


def encode(lanes: Lanes) -> bytes | None:
    """Return the members between the first and the last of two or more ascending lanes."""
    lo, hi = int(lanes[0]), int(lanes[-1])
    if hi - lo + 1 == len(lanes):
        return None
    if 2 * len(lanes) <= (hi - lo + 8) // 8:
        return _LIST + lanes.astype("<u2").tobytes()
    bits = np.zeros(hi - lo + 1, dtype=np.uint8)
    bits[lanes - lo] = 1
    return _BITMAP + np.packbits(bits, bitorder="little").tobytes()


def decode(lo: int, hi: int, members: bytes | None) -> Lanes:
    """Return the ascending lanes of a posting."""
    if members is None:
        return np.arange(lo, hi + 1, dtype=np.int64)
    if members[:1] == _LIST:
        return np.frombuffer(members, dtype="<u2", offset=1).astype(np.int64)
    packed = np.frombuffer(members, dtype=np.uint8, offset=1)
    return np.flatnonzero(np.unpackbits(packed, bitorder="little")) + lo


def contains(lane: int, lo: int, hi: int, members: bytes | None) -> bool:
    """Tell whether a posting names a lane."""
    if not lo <= lane <= hi:
        return False
    if members is None:
        return True
    if members[:1] == _LIST:
        return lane in np.frombuffer(members, dtype="<u2", offset=1)
    return bool(members[1 + (lane - lo >> 3)] >> (lane - lo & 7) & 1)
