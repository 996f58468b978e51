"""Drawn pools: they make no numbers, but give on what they drew from another pool.

What was drawn lies end to end: positions 0, 1, 2 ... of a drawn pool are ranges of its parent, in
the order in which they came. So it needs no key, and cannot give what another was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packtrail.serials.policy import LEDGER_MAX
from packtrail.serials.pool import CHUNK, Places, chunks, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packtrail.serials.pool import Source
    from packtrail.serials.texts import Texts


@dataclass(frozen=True, slots=True)
class Segment:
    """A range of the parent, and where it lies in the drawn pool."""

    lo: int
    hi: int
    generation: int
    """Of the parent."""
    start: int
    """Position in the parent that lies at `lo`."""

    def part(self, lo: int, hi: int) -> Segment:
        """Return the part of it between two positions."""
        lo, hi = max(lo, self.lo), min(hi, self.hi)
        return Segment(lo, hi, self.generation, self.start + lo - self.lo)

    @property
    def end(self) -> int:
        """Position in the parent that lies at `hi`."""
        return self.start + self.hi - self.lo


@dataclass(frozen=True, slots=True)
class DrawnPool:
    """What was drawn from a parent, and how far it was given on."""

    parent: Source
    segments: tuple[Segment, ...]
    """In the order in which they came; those that a question is about, or all."""
    reached: int
    """Positions below it are given on."""

    def end_of(self, lo: int, count: int) -> int:
        """Return where a range ends that gives so many texts, or where the stock does."""
        for segment in self.segments:
            while count and segment.lo <= lo < segment.hi:
                part = segment.part(lo, lo + min(count, CHUNK))
                given = self.parent.runs(part.generation, part.start, part.end)
                count -= sum(end - start for start, end in given)
                lo = part.hi
        return lo

    def texts(self, generation: int, lo: int, hi: int) -> Iterator[Texts]:  # noqa: ARG002
        """Yield the texts that a range gives, chunk by chunk; there is one generation."""
        for part in self.parts(lo, hi):
            yield from self.parent.texts(part.generation, part.start, part.end)

    def find_all(self, texts: Sequence[str]) -> Places:
        """Return where each of many texts was given out."""
        known, found = self.parent.find_all(texts), Places.nowhere(len(texts))
        if not self.segments:
            return found
        table = np.array(
            sorted((s.generation, s.start, s.lo, s.hi) for s in self.segments), dtype=np.int64
        )
        generations, starts, los, his = table.T
        keys = known.generations * LEDGER_MAX + known.positions
        at = np.searchsorted(generations * LEDGER_MAX + starts, keys, side="right") - 1
        own = known.positions - starts[at] + los[at]
        is_here = (at >= 0) & (known.generations == generations[at])
        is_here &= own < np.minimum(his[at], self.reached)
        found.generations[is_here] = 1
        found.positions[is_here] = own[is_here]
        return found

    def runs(self, generation: int, lo: int, hi: int) -> list[tuple[int, int]]:  # noqa: ARG002
        """Return the runs of positions in a range that give a text."""
        return joined(
            (part.lo + start - part.start, part.lo + end - part.start)
            for part in self.parts(lo, hi)
            for start, end in self.parent.runs(part.generation, part.start, part.end)
        )

    def proven(self, generation: int, lo: int, hi: int) -> int:  # noqa: ARG002
        """Return how many texts of a range turn back to the very position that gave them."""
        return sum(
            self.parent.proven(part.generation, part.start, part.end) for part in self.parts(lo, hi)
        )

    def parts(self, lo: int, hi: int) -> Iterator[Segment]:
        """Yield the ranges of the parent that lie between two positions, part by part."""
        for segment in self.segments:
            part = segment.part(lo, hi)
            for start, end in chunks(part.lo, part.hi):
                yield segment.part(start, end)
