"""Where a document is cut into parts, while its events are found one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Undivided(Exception):
    """A document cannot be cut into parts; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of a document is held in memory."""

    part_bytes: int = 8_000_000
    """A part ends with the event that reaches this size."""
    part_events: int = 50_000
    """Most events of a part."""
    event_bytes: int = 64_000_000
    """Size of a single event at most."""
    outside_bytes: int = 8_000_000
    """What may stand before the list of events, and after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Neighbouring events of a document."""

    number: int
    """From 0."""
    start: int
    """Where the first event begins."""
    stop: int
    """Where the next part begins, or the text after the last event."""
    first: int
    """Events of the document before."""
    count: int
    """Events of the part."""
    lines: int
    """Line feeds of the document before; of XML only."""
    counts: Mapping[str, int]
    """How many elements of a name stand in the list before; of XML only."""


@dataclass(slots=True)
class Cuts:
    """The parts of a document, while they are found."""

    bounds: Bounds
    events: int = 0
    """Found so far."""
    counts: dict[str, int] = field(default_factory=dict)
    """Of elements by name, of XML."""
    _last: int = 0
    _starts: list[tuple[int, int, int, dict[str, int]]] = field(default_factory=list)
    """(start, events before, lines before, counts before)"""

    def event(self, start: int, name: str, lines: int) -> None:
        """Take an event that begins here."""
        if self._is_full(start):
            self._starts.append((start, self.events, lines, dict(self.counts)))
        self.require_room(start)
        self.counts[name] = self.counts.get(name, 0) + 1
        self.events += 1
        self._last = start

    def many(self, starts: NDArray[np.int64]) -> None:
        """Take events that begin at these places, ascending."""
        if not len(starts):
            return
        sizes = np.diff(starts, prepend=self._last if self.events else starts[0])
        if int(sizes.max()) > self.bounds.event_bytes:
            self._last = int(starts[int(sizes.argmax())] - sizes.max())
            self.require_room(int(starts[int(sizes.argmax())]))
        at = 0
        while at < len(starts):
            if not self._starts:
                nearest = at
            else:
                begun, before = self._starts[-1][:2]
                by_size = int(np.searchsorted(starts, begun + self.bounds.part_bytes))
                by_count = before + self.bounds.part_events - self.events
                nearest = max(at, min(by_size, by_count))
            if nearest >= len(starts):
                break
            self._starts.append((int(starts[nearest]), self.events + nearest, 0, {}))
            at = nearest + 1
        self.events += len(starts)
        self._last = int(starts[-1])

    def require_room(self, reached: int) -> None:
        """See that the event that is being read, or what is before the first, is not too large.

        Raises:
            Undivided: It is.
        """
        most = self.bounds.event_bytes if self.events else self.bounds.outside_bytes
        if reached - self._last > most + self.bounds.part_bytes:
            what = f"event {self.events}" if self.events else "what stands before its events"
            raise Undivided(f"{what} has more than {most} bytes")

    def parts(self, stop: int) -> tuple[Part, ...]:
        """Return the parts, given where the list ends."""
        ends = [*(start for start, *_ in self._starts[1:]), stop]
        after = [*(before for _, before, *_ in self._starts[1:]), self.events]
        return tuple(
            Part(
                number=number, start=start, stop=ends[number], first=before,
                count=after[number] - before, lines=lines, counts=counts,
            )
            for number, (start, before, lines, counts) in enumerate(self._starts)
        )  # fmt: skip

    def _is_full(self, start: int) -> bool:
        if not self._starts:
            return True
        begun, before = self._starts[-1][:2]
        return (
            start - begun >= self.bounds.part_bytes
            or self.events - before >= self.bounds.part_events
        )
