"""Serials of some blocks of the dictionary with their numbers, to be found by their hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from packtrail.store import name_blocks
from packtrail.store.mentions import Hashes, Texts, hashes

if TYPE_CHECKING:
    from collections.abc import Collection

    from packtrail.store.integers import Numbers

Packed: TypeAlias = tuple[int, bytes]
"""A block: its first number, and its serials as they are stored."""
_HALF: Final = np.uint64(32)
_PLACE: Final = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Run:
    """The serials of blocks that follow each other."""

    order: NDArray[np.uint64]
    """By serial 32 bits of its hash, then its place among the serials; ascending."""
    serials: Texts
    """In the order of their numbers."""
    places: Numbers
    """Where stretches of neighbouring numbers begin among the serials."""
    seqs: Numbers
    """By stretch: its first number."""

    @classmethod
    def of(cls, blocks: Collection[Packed], salt: int) -> Run:
        """Return the serials of blocks.

        Args:
            blocks: At least one.
            salt: Start of the hashes of the class's serials.
        """
        unpacked = [name_blocks.unpack(packed) for _, packed in blocks]
        serials = np.concatenate(unpacked)
        sizes = np.array([len(each) for each in unpacked], dtype=np.int64)
        places = sizes.cumsum() - sizes
        seqs = np.array([seq_from for seq_from, _ in blocks], dtype=np.int64)
        begins = np.ones(len(seqs), dtype=bool)
        begins[1:] = seqs[1:] != seqs[:-1] + sizes[:-1]
        found = hashes(serials, np.full(len(serials), salt, dtype=np.uint64))
        order = found >> _HALF << _HALF | np.arange(len(serials), dtype=np.uint64)
        return cls(np.sort(order), serials, places[begins], seqs[begins])

    @property
    def size(self) -> int:
        """Octets."""
        parts = (self.order, self.serials, self.places, self.seqs)
        return sum(part.nbytes for part in parts)

    def numbers(self, wanted: Hashes, items: Texts) -> Numbers:
        """Return the number of each serial, -1 where it is not among these."""
        found = np.full(len(items), -1, dtype=np.int64)
        short = wanted >> _HALF
        left, at = np.arange(len(items)), np.searchsorted(self.order, short << _HALF)
        while len(left):
            is_inside = at < len(self.order)
            left, at = left[is_inside], at[is_inside]
            met = self.order[at]
            is_same = (met >> _HALF) == short[left]
            left, at = left[is_same], at[is_same]
            places = (met[is_same] & _PLACE).astype(np.int64)
            is_it = self.serials[places] == items[left]
            found[left[is_it]] = self._seqs(places[is_it])
            # What has the same hash and is another serial: the next one may be it.
            left, at = left[~is_it], at[~is_it] + 1
        return found

    def _seqs(self, places: Numbers) -> Numbers:
        stretch = np.searchsorted(self.places, places, side="right") - 1
        return self.seqs[stretch] + places - self.places[stretch]

    def joined(self, other: Run) -> Run:
        """Return a run with those of another, which come after these, as well."""
        count = len(self.serials)
        order = np.concatenate([self.order, other.order + np.uint64(count)])
        return Run(
            np.sort(order),
            np.concatenate([self.serials, other.serials]),
            np.concatenate([self.places, other.places + count]),
            np.concatenate([self.seqs, other.seqs]),
        )
