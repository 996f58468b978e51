"""Pools: what was given out so far, and what comes next without ever meeting it.

A pool goes through positions 0, 1, 2 ... of a numbering, so its ledger is ranges, not lists, and a
text is turned back into its position to tell whether, and in which range, it was given out.

A new key begins a new **generation** over the whole space. Its permutation meets texts that earlier
generations gave out; those are found by turning each text back under the earlier keys, and left
out. So no text is ever given twice, the whole space stays in use, and the share that a guess has is
all that was given out, over the space. What pools that were closed gave of the same space is left
out in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from packtrail.serials.numberings import strings_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packtrail.serials.numberings import Numbering
    from packtrail.serials.texts import Texts

CHUNK: Final = 16_384
"""So many texts at a time stay in the cache of a processor."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where in the ledger each of many texts was given out."""

    generations: NDArray[np.int64]
    """1 is the first; 0: it was never given out."""
    positions: NDArray[np.int64]

    @classmethod
    def nowhere(cls, count: int) -> Self:
        """Return the places of texts that were never given out."""
        return cls(np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64))

    def __getitem__(self, at: int) -> tuple[int, int] | None:
        """Return generation and position of one text, or None where it was never given out."""
        if not self.generations[at]:
            return None
        return int(self.generations[at]), int(self.positions[at])


class Source(Protocol):
    """Where the texts of a ledger come from, by generation and position."""

    @property
    def reached(self) -> int:
        """Positions below it, of the generation in use, are spent."""

    def end_of(self, lo: int, count: int) -> int:
        """Return where a range of the generation in use ends that gives so many texts."""

    def texts(self, generation: int, lo: int, hi: int) -> Iterator[Texts]:
        """Yield the texts that a range of a generation gives, chunk by chunk."""

    def find_all(self, texts: Sequence[str]) -> Places:
        """Return where each of many texts was given out."""

    def runs(self, generation: int, lo: int, hi: int) -> list[tuple[int, int]]:
        """Return the runs of positions in a range that give a text."""

    def proven(self, generation: int, lo: int, hi: int) -> int:
        """Return how many texts of a range turn back to the very position that gave them.

        Two positions that give the same text cannot both get it turned back to themselves: when all
        do, no text was given twice.
        """


@dataclass(frozen=True, slots=True)
class Generation:
    """One key of a pool, and how far it came."""

    numbering: Numbering
    reached: int
    """Positions below it are spent: given out, or left out."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The generations of a pool, the oldest first; the last is the one in use."""

    generations: tuple[Generation, ...]
    closed: tuple[Generation, ...] = ()
    """Those of closed pools that gave texts of the same space."""

    @property
    def reached(self) -> int:
        """Positions below it, of the generation in use, are spent."""
        return self.generations[-1].reached

    def end_of(self, lo: int, count: int) -> int:
        """Return where a range of the generation in use ends that gives so many texts."""
        number = len(self.generations)
        if not self._before(number):
            return lo + count
        while count:
            hi = lo + min(count, CHUNK)
            count -= int(self._fresh(number, self._made(number, lo, hi)).sum())
            lo = hi
        return lo

    def texts(self, generation: int, lo: int, hi: int) -> Iterator[Texts]:
        """Yield the texts that a range of a generation gives, chunk by chunk."""
        for start, end in chunks(lo, hi):
            made = self._made(generation, start, end)
            yield made[self._fresh(generation, made)] if self._before(generation) else made

    def find_all(self, texts: Sequence[str]) -> Places:
        """Return where each of many texts was given out."""
        length, found = self.generations[0].numbering.length, Places.nowhere(len(texts))
        at = np.array(
            [at for at, text in enumerate(texts) if len(text) == length and text.isascii()],
            dtype=np.int64,
        )
        for start, end in chunks(0, len(at)):
            here = at[start:end]
            self._find(texts_of([texts[each] for each in here], length), here, found)
        return found

    def runs(self, generation: int, lo: int, hi: int) -> list[tuple[int, int]]:
        """Return the runs of positions in a range that give a text."""
        if not self._before(generation):
            return [(lo, hi)] if lo < hi else []
        found: list[tuple[int, int]] = []
        for start, end in chunks(lo, hi):
            given = np.flatnonzero(self._fresh(generation, self._made(generation, start, end)))
            found += runs_of(start + given)
        return joined(found)

    def proven(self, generation: int, lo: int, hi: int) -> int:
        """Return how many texts of a range turn back to the very position that gave them."""
        numbering, proven = self.generations[generation - 1].numbering, 0
        for start, end in chunks(lo, hi):
            back = numbering.positions(numbering.texts(start, end))
            proven += int((back == np.arange(start, end, dtype=np.uint64)).sum())
        return proven

    def _before(self, generation: int) -> tuple[Generation, ...]:
        """Return what goes before a generation: it leaves out what these gave."""
        return (*self.closed, *self.generations[: generation - 1])

    def _made(self, generation: int, lo: int, hi: int) -> Texts:
        return self.generations[generation - 1].numbering.texts(lo, hi)

    def _fresh(self, generation: int, texts: Texts) -> NDArray[np.bool_]:
        """Tell which texts nothing before a generation gave."""
        fresh = np.ones(len(texts), dtype=np.bool_)
        for earlier in self._before(generation):
            fresh &= earlier.numbering.positions(texts) >= np.uint64(earlier.reached)
        return fresh

    def _find(self, rows: Texts, at: NDArray[np.int64], found: Places) -> None:
        for number, generation in enumerate(self.generations, start=1):
            positions = generation.numbering.positions(rows)
            given = positions < np.uint64(generation.reached)
            given &= self._fresh(number, rows)
            found.generations[at[given]] = number
            found.positions[at[given]] = positions[given].astype(np.int64)


def find(source: Source, text: str) -> tuple[int, int] | None:
    """Return generation and position of a text, or None when it was never given out."""
    return source.find_all([text])[0]


def strings(source: Source, generation: int, lo: int, hi: int) -> list[str]:
    """Return the texts that a range of a generation gives."""
    return [text for texts in source.texts(generation, lo, hi) for text in strings_of(texts)]


def chunks(lo: int, hi: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a range that are handled at once."""
    for start in range(lo, hi, CHUNK):
        yield start, min(start + CHUNK, hi)


def runs_of(positions: NDArray[np.integer[Any]]) -> list[tuple[int, int]]:
    """Return the runs of ascending positions."""
    if not len(positions):
        return []
    cuts = np.flatnonzero(np.diff(positions) != 1)
    starts = positions[np.concatenate(([0], cuts + 1))]
    ends = positions[np.concatenate((cuts, [len(positions) - 1]))] + 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def joined(runs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ascending runs, those that touch as one."""
    found: list[tuple[int, int]] = []
    for lo, hi in runs:
        if found and found[-1][1] == lo:
            found[-1] = found[-1][0], hi
        else:
            found.append((lo, hi))
    return found
