"""Columns of whole numbers, as small as they get: a constant, a series, or packed octets.

Most columns of a segment are one number over and over, or count upwards. What is neither is kept
as unsigned numbers of the least width above the smallest one, or as the steps between them, and
compressed where that helps.

    >>> pack(np.array([7, 7, 7])), pack(np.array([5, 6, 7]))
    (7, (5, 1))
    >>> unpack(pack(np.array([3, 900, 4])), 3).tolist()
    [3, 900, 4]
"""

from __future__ import annotations

import struct
from typing import Final, TypeAlias

import numpy as np
import zstandard
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]
Column: TypeAlias = int | tuple[int, int] | bytes
"""One number for all; first number and step; or octets: how they are packed, then the numbers."""

_HEAD: Final = struct.Struct("<Bq")
_STEPS, _ZSTD, _WIDTHS = 0x10, 0x20, (1, 2, 4, 8)
_ZSTD_MIN: Final = 96
"""Octets below which compression gains nothing."""


def pack(numbers: Numbers) -> Column:
    """Return numbers as a column."""
    if len(numbers) == 0:
        return 0
    first = int(numbers[0])
    if len(numbers) == 1:
        return first
    steps = np.diff(numbers)
    if not steps.any():
        return first
    step = int(steps[0])
    if (steps == step).all():
        return first, step
    return min(_packed(numbers, 0), _packed(steps, _STEPS, first), key=len)


def unpack(column: Column, count: int) -> Numbers:
    """Return the numbers of a column.

    Args:
        column: What `pack` made.
        count: How many numbers there are.
    """
    if isinstance(column, int):
        return np.full(count, column, dtype=np.int64)
    if not isinstance(column, bytes):
        first, step = column
        return first + step * np.arange(count, dtype=np.int64)
    how, least = _HEAD.unpack_from(column)
    data = column[_HEAD.size :]
    if how & _ZSTD:
        data = zstandard.ZstdDecompressor().decompress(data)
    width = how & 0x0F
    if how & _STEPS:
        (first,) = struct.unpack_from("<q", data)
        steps = np.frombuffer(data, dtype=f"<u{width}", offset=8).astype(np.int64) + least
        return np.concatenate(([first], steps)).cumsum()
    numbers: Numbers = np.frombuffer(data, dtype=f"<u{width}").astype(np.int64) + least
    return numbers


def _packed(numbers: Numbers, kind: int, first: int | None = None) -> bytes:
    # Sums and differences may run over the edge of 64 bits; they come back the same way.
    least, most = int(numbers.min()), int(numbers.max())
    width = next(w for w in _WIDTHS if most - least < 1 << 8 * w)
    data = (numbers - least).astype(f"<u{width}").tobytes()
    if first is not None:
        data = struct.pack("<q", first) + data
    how = kind | width
    if len(data) >= _ZSTD_MIN:
        smaller = zstandard.ZstdCompressor(level=1).compress(data)
        if len(smaller) < len(data):
            how, data = how | _ZSTD, smaller
    return _HEAD.pack(how, least) + data
