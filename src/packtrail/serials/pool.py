"""Pools: what was given out so far, and what comes next without ever meeting it.

A pool goes through positions 0, 1, 2 ... of a numbering, so its ledger is ranges, not lists, and a
text is turned back into its position to tell whether, and in which range, it was given out.

A new key begins a new **generation** over the whole space. Its permutation meets texts that earlier
generations gave out; those are found by turning each text back under the earlier keys, and left
out. So no text is ever given twice, the whole space stays in use, and the share that a guess has is
all that was given out, over the space.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.serials.numberings import strings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.serials.numberings import Numbering
    from packtrail.serials.texts import Texts

CHUNK: Final = 16_384
"""So many texts at a time stay in the cache of a processor."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One key of a pool, and how far it came."""

    numbering: Numbering
    reached: int
    """Positions below it are spent: given out, or left out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the ledger a text was given out."""

    generation: int
    """1 is the first."""
    position: int


@dataclass(frozen=True, slots=True)
class Pool:
    """The generations of a pool, the oldest first; the last is the one in use."""

    generations: tuple[Generation, ...]

    def end_of(self, count: int) -> int:
        """Return where a range ends that starts where the pool is and gives so many texts."""
        lo = self.generations[-1].reached
        if len(self.generations) == 1:
            return lo + count
        while count:
            hi = lo + min(count, CHUNK)
            count -= len(self._fresh(len(self.generations), lo, hi))
            lo = hi
        return lo

    def texts(self, generation: int, lo: int, hi: int) -> Iterator[Texts]:
        """Yield the texts that a range of a generation gives, chunk by chunk."""
        for start in range(lo, hi, CHUNK):
            yield self._fresh(generation, start, min(start + CHUNK, hi))

    def strings(self, generation: int, lo: int, hi: int) -> list[str]:
        """Return the texts that a range of a generation gives."""
        return [text for texts in self.texts(generation, lo, hi) for text in strings_of(texts)]

    def find(self, text: str) -> Place | None:
        """Return where a text was given out, or None when it was not."""
        for number, generation in enumerate(self.generations, start=1):
            position = generation.numbering.position(text)
            if position is not None and position < generation.reached:
                return Place(number, position)
        return None

    def find_all(self, texts: Texts) -> list[Place | None]:
        """Return where each of many texts was given out."""
        found: list[Place | None] = [None] * len(texts)
        for number, generation in enumerate(self.generations, start=1):
            positions = generation.numbering.positions(texts)
            for at in np.flatnonzero(positions < np.uint64(generation.reached)):
                if found[at] is None:
                    found[at] = Place(number, int(positions[at]))
        return found

    def proven(self, generation: int, lo: int, hi: int) -> int:
        """Return how many texts of a range turn back to the very position that gave them.

        Two positions that give the same text cannot both get it turned back to themselves: when all
        do, no text was given twice.
        """
        numbering, proven = self.generations[generation - 1].numbering, 0
        for start in range(lo, hi, CHUNK):
            end = min(start + CHUNK, hi)
            back = numbering.positions(numbering.texts(start, end))
            proven += int((back == np.arange(start, end, dtype=np.uint64)).sum())
        return proven

    def _fresh(self, generation: int, lo: int, hi: int) -> Texts:
        texts = self.generations[generation - 1].numbering.texts(lo, hi)
        for earlier in self.generations[: generation - 1]:
            given = earlier.numbering.positions(texts) < np.uint64(earlier.reached)
            texts = texts[~given]
        return texts
