"""Arrays of numbers as parameters of statements, written by NumPy rather than one by one."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from psycopg.adapt import Dumper
from psycopg.postgres import adapters
from psycopg.pq import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from packtrail.store.integers import Numbers

_FEW: Final = 24
"""Numbers that are written one by one sooner than as a column."""
_LETTERS: Final = {2: "h", 4: "i", 8: "q"}


class _Array:
    """Numbers on their way into an array of the database."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: Numbers | Sequence[int]) -> None:
        self.numbers: NDArray[np.int64] = np.asarray(numbers, dtype=np.int64)


class _Smallints(_Array):
    element = (21, 2)


class _Integers(_Array):
    element = (23, 4)


class _Bigints(_Array):
    element = (20, 8)


def smallints(numbers: Numbers | Sequence[int]) -> object:
    """Return numbers as a parameter of type `smallint[]`."""
    return _Smallints(numbers)


def integers(numbers: Numbers | Sequence[int]) -> object:
    """Return numbers as a parameter of type `integer[]`."""
    return _Integers(numbers)


def bigints(numbers: Numbers | Sequence[int]) -> object:
    """Return numbers as a parameter of type `bigint[]`."""
    return _Bigints(numbers)


def array(numbers: Sequence[int], kind: int, width: int) -> bytes:
    """Return an array as the protocol has it: a head, then length and value of each number.

    Args:
        numbers: A few.
        kind: Their type, as the catalogue numbers it.
        width: Octets of each.
    """
    count = len(numbers)
    if not count:
        return struct.pack(">iii", 0, 0, kind)
    each = [width] * (2 * count)
    each[1::2] = numbers
    return _form(count, width).pack(1, 0, kind, count, 1, *each)


@lru_cache(maxsize=256)
def _form(count: int, width: int) -> struct.Struct:
    return struct.Struct(f">iiiii{f'i{_LETTERS[width]}' * count}")


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        """Return an array as `array` does, many numbers at a time."""
        kind, width = obj.element
        count = len(obj.numbers)
        if count <= _FEW:
            return array(obj.numbers.tolist(), kind, width)
        head = np.array((1, 0, kind, count, 1), dtype=">i4")
        values = np.empty(count, dtype=[("length", ">i4"), ("value", f">i{width}")])
        values["length"], values["value"] = width, obj.numbers
        return head.tobytes() + values.tobytes()


class _SmallintsDumper(_ArrayDumper):
    oid = 1005


class _IntegersDumper(_ArrayDumper):
    oid = 1007


class _BigintsDumper(_ArrayDumper):
    oid = 1016


for _kind, _dumper in (
    (_Smallints, _SmallintsDumper),
    (_Integers, _IntegersDumper),
    (_Bigints, _BigintsDumper),
):
    adapters.register_dumper(_kind, _dumper)
