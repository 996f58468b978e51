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
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import zstandard
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Numbers: TypeAlias = NDArray[np.int64]
Column: TypeAlias = int | tuple[int, int] | bytes
"""One number for all; first number and step; or octets: how they are packed, then the numbers."""

_HEAD: Final = struct.Struct("<Bq")
_FIRST: Final = struct.Struct("<q")
_WIDTH, _STEPS, _ZSTD, _WIDTHS = 0x0F, 0x10, 0x20, (1, 2, 4, 8)
_OCTETS: Final = {width: np.dtype(f"<u{width}") for width in _WIDTHS}
_LETTERS: Final[dict[int, Literal["B", "H", "I", "Q"]]] = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""Width -> the same for a view of memory, which takes octets in the order of this machine."""
_ZSTD_MIN: Final = 96
"""Octets below which compression gains nothing."""
_WORTH: Final = 0.9
"""Octets that compression has to get along with: each read has to undo it."""
_EDGE, _AROUND = 1 << 63, 1 << 64
"""Series do not run over the edge of 64 bits: one number of them is told without arrays."""
_SHORT: Final = 512 if sys.byteorder == "little" else 0
"""Octets of numbers that are added up sooner without an array."""
_FEW: Final = 3
"""Numbers of a column that are looked up one by one, before all of them are unpacked."""


class _Codecs(threading.local):
    """A decompressor is not shared between threads."""

    def __init__(self) -> None:
        self.decompressor = zstandard.ZstdDecompressor()


_codecs: Final = _Codecs()


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
    if (steps == step).all() and abs(first + step * len(steps)) < _EDGE:
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
        start, step = column
        return start + step * np.arange(count, dtype=np.int64)
    first, least, octets = _opened(column)
    numbers: Numbers = octets.astype(np.int64) + least
    return numbers if first is None else np.concatenate(([first], numbers)).cumsum()


def at(column: Column, place: int) -> int:
    """Return one number of a column: sooner than unpacking all of them."""
    if isinstance(column, int):
        return column
    if isinstance(column, tuple):
        return column[0] + column[1] * place
    how, least, data = _unfolded(column)
    width = how & _WIDTH
    found: int
    if how & _STEPS:
        (first,) = _FIRST.unpack_from(data)
        found = first + _sum(data[_FIRST.size : _FIRST.size + place * width], width) + place * least
    else:
        found = int.from_bytes(data[place * width : (place + 1) * width], "little") + least
    # Over the edge and back: `_packed`.
    return (found + _EDGE) % _AROUND - _EDGE


def _sum(octets: bytes, width: int) -> int:
    """Return the sum of unsigned numbers of so many octets each."""
    if len(octets) <= _SHORT:
        return sum(memoryview(octets).cast(_LETTERS[width]))
    return int(np.add.reduce(np.frombuffer(octets, dtype=_OCTETS[width]), dtype=np.uint64))


def in_series(column: tuple[int, int], count: int, number: int) -> tuple[int, ...]:
    """Return where a number is in a column of so many numbers that are a series."""
    place, rest = divmod(number - column[0], column[1])
    return () if rest or not 0 <= place < count else (place,)


def _unfolded(column: bytes) -> tuple[int, int, bytes]:
    """Return how a column is packed, the least of its numbers, and what is above it."""
    how, least = _HEAD.unpack_from(column)
    data = column[_HEAD.size :]
    return how, least, _codecs.decompressor.decompress(data) if how & _ZSTD else data


def _opened(column: bytes) -> tuple[int | None, int, NDArray[np.unsignedinteger[Any]]]:
    """Return the first number where the rest are steps, the least, and what is above it."""
    how, least, data = _unfolded(column)
    octets = _OCTETS[how & _WIDTH]
    if how & _STEPS:
        (first,) = _FIRST.unpack_from(data)
        return first, least, np.frombuffer(data, dtype=octets, offset=_FIRST.size)
    return None, least, np.frombuffer(data, dtype=octets)


class Lane:
    """The numbers of a column, unpacked when more than a formula is needed to tell them.

    Args:
        column: What `pack` made.
        count: How many numbers there are.
    """

    __slots__ = ("_asked", "_column", "_count", "_unpacked")

    def __init__(self, column: Column, count: int) -> None:
        self._column = column
        self._count = count
        self._unpacked: Numbers | None = None
        self._asked = 0

    def __len__(self) -> int:
        return self._count

    @property
    def numbers(self) -> Numbers:
        """All of them."""
        if self._unpacked is None:
            self._unpacked = unpack(self._column, self._count)
        return self._unpacked

    def at(self, place: int) -> int:
        """Return one of them."""
        if self._unpacked is None and (self._asked < _FEW or not isinstance(self._column, bytes)):
            self._asked += 1
            return at(self._column, place)
        return int(self.numbers[place])

    def places_of(self, number: int) -> Sequence[int]:
        """Return where a number is, ascending."""
        column = self._column
        if isinstance(column, int):
            return range(self._count) if column == number else ()
        if isinstance(column, tuple):
            return in_series(column, self._count, number)
        numbers: NDArray[Any] | None = self._unpacked
        if numbers is None:
            first, least, octets = _opened(column)
            if first is None:
                numbers, number = octets, (number - least) % _AROUND
            else:
                numbers = self.numbers
        found: list[int] = (numbers == number).nonzero()[0].tolist()
        return found


class Spans:
    """Where the things of each of several owners begin and end, from how many each has.

    Args:
        counts: What `pack` made of how many, by owner.
        owners: How many owners there are.
    """

    __slots__ = ("_constant", "_counts", "_owners", "_starts")

    def __init__(self, counts: Column, owners: int) -> None:
        self._counts = counts
        self._owners = owners
        self._constant = counts if isinstance(counts, int) else None
        self._starts: Numbers | None = None

    @property
    def starts(self) -> Numbers:
        """Where those of each begin; one more than there are owners."""
        if self._starts is None:
            counts = unpack(self._counts, self._owners)
            self._starts = np.concatenate(([0], counts.cumsum()))
        return self._starts

    def of(self, owner: int) -> slice:
        """Return which things are those of an owner."""
        each = self._constant
        if each is not None:
            return slice(each * owner, each * owner + each)
        return slice(int(self.starts[owner]), int(self.starts[owner + 1]))

    def owner(self, thing: int) -> int:
        """Return whose a thing is."""
        if self._constant:
            return thing // self._constant
        return int(np.searchsorted(self.starts, thing, side="right")) - 1


def _packed(numbers: Numbers, kind: int, first: int | None = None) -> bytes:
    # Sums and differences may run over the edge of 64 bits; they come back the same way.
    least, most = int(numbers.min()), int(numbers.max())
    width = next(w for w in _WIDTHS if most - least < 1 << 8 * w)
    data = (numbers - least).astype(f"<u{width}").tobytes()
    if first is not None:
        data = _FIRST.pack(first) + data
    how = kind | width
    if len(data) >= _ZSTD_MIN:
        smaller = zstandard.ZstdCompressor(level=1).compress(data)
        if len(smaller) < _WORTH * len(data):
            how, data = how | _ZSTD, smaller
    return _HEAD.pack(how, least) + data
