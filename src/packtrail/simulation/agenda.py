"""What happens next: the actions of the simulated year, in order of time.

Actions at the same moment happen in the order in which they were planned, so a run depends on
nothing but its seed.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from packtrail.simulation.timetable import CLOSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime


class Agenda:
    """Actions waiting for their moment."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._planned = 0

    def at(self, moment: datetime, action: Callable[[datetime], None]) -> None:
        """Plan an action, which gets its moment as argument; after the closing it never happens."""
        if moment < CLOSING:
            self._planned += 1
            heappush(self._waiting, (moment, self._planned, action))

    def run(self) -> Iterator[datetime]:
        """Do one action after the other, and yield its moment after each."""
        while self._waiting:
            moment, _, action = heappop(self._waiting)
            action(moment)
            yield moment
