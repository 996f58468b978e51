"""Progress: how far the captures are that run, wherever they run.

A server process writes it on a board in its memory. Several processes share a board: a small file
that each of them has mapped, with places of its own, so that any of them can tell how far a capture
is that another one runs.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from pathlib import Path

PHASES: Final = ("waiting", "reading", "recording", "done")
_PLACE: Final = struct.Struct("<16sBd")
"""A capture, its phase and the share that is done."""
_PLACES: Final = 64
"""Of each process: captures run one by one, further ones wait without a place."""
_EMPTY: Final = bytes(_PLACE.size)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running capture is."""

    phase: str
    """`waiting`, `reading`, `recording` or `done`."""
    fraction: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one of several processes writes on a board."""

    path: Path
    """The file they share; the first makes it."""
    number: int
    """Which of the processes it is, from 0."""
    count: int
    """How many there are."""


class ProgressBoard:
    """Where running captures of this process write how far they are."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str, Progress] = {}

    def seat(self, number: int) -> Seat | None:  # noqa: ARG002
        """Return where another process writes on the same board; None: it cannot."""
        return None

    def put(self, capture_id: str, phase: str, fraction: float) -> None:
        """Write how far a capture is."""
        with self._lock:
            self._lines[capture_id] = Progress(phase, fraction)

    def get(self, capture_id: str) -> Progress | None:
        """Return how far a capture is, or None when nobody who writes here runs it."""
        with self._lock:
            return self._lines.get(capture_id)

    def clear(self, capture_id: str) -> None:
        """Forget a capture that has ended."""
        with self._lock:
            self._lines.pop(capture_id, None)


class SharedBoard(ProgressBoard):
    """A board of several processes.

    Args:
        seat: Where this process writes; what one left that had it before is wiped off.
    """

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self._seat = seat
        size = seat.count * _PLACES * _PLACE.size
        file = os.open(seat.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(file, size)
            self._map = mmap.mmap(file, size)
        finally:
            os.close(file)
        start = seat.number * _PLACES * _PLACE.size
        self._own = range(start, start + _PLACES * _PLACE.size, _PLACE.size)
        self._place_of: dict[str, int] = {}
        for place in self._own:
            self._write(place, _EMPTY)

    def seat(self, number: int) -> Seat:
        """Return where another process writes on the same board."""
        return replace(self._seat, number=number)

    def put(self, capture_id: str, phase: str, fraction: float) -> None:
        """Write how far a capture is, where the other processes see it."""
        super().put(capture_id, phase, fraction)
        with self._lock:
            place = self._place_of.get(capture_id)
            if place is None:
                place = next(iter(set(self._own) - set(self._place_of.values())), None)
            if place is not None:
                self._place_of[capture_id] = place
                said = UUID(capture_id).bytes, PHASES.index(phase), fraction
                self._write(place, _PLACE.pack(*said))

    def get(self, capture_id: str) -> Progress | None:
        """Return how far a capture is, or None when none of the processes runs it."""
        known = super().get(capture_id)
        if known is not None:
            return known
        with suppress(ValueError):
            wanted = UUID(capture_id).bytes
            for one, phase, fraction in _PLACE.iter_unpack(self._map[:]):
                if one == wanted:
                    return Progress(PHASES[phase], fraction)
        return None

    def clear(self, capture_id: str) -> None:
        """Forget a capture that has ended."""
        super().clear(capture_id)
        with self._lock:
            place = self._place_of.pop(capture_id, None)
            if place is not None:
                self._write(place, _EMPTY)

    def _write(self, place: int, octets: bytes) -> None:
        self._map[place : place + _PLACE.size] = octets
