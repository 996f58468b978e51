"""Traffic: how many requests this process answers, of which kind, and how long they take.

Counted in memory without looking at what is asked; a chore takes the counts over from time to time.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from dataclasses import dataclass, field

_STEPS_A_DOUBLING = 8
_SHORTEST_MS = 0.1


@dataclass(slots=True)
class Counts:
    """Requests of one kind."""

    count: int = 0
    steps: Counter[int] = field(default_factory=Counter)
    """Duration, as a step of a ninth each -> how many."""

    def within(self, share: float) -> float:
        """Return within how many milliseconds a share of them was answered, to a tenth or so."""
        left = share * self.count
        for step in sorted(self.steps):
            left -= self.steps[step]
            if left <= 0:
                return _SHORTEST_MS * math.exp2((step + 1) / _STEPS_A_DOUBLING)
        return 0.0


class Traffic:
    """What this process answered since it was last asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[str, Counts] = {}

    def note(self, kind: str, seconds: float) -> None:
        """Count one request."""
        doublings = max(seconds * 1000, _SHORTEST_MS) / _SHORTEST_MS
        step = int(_STEPS_A_DOUBLING * math.log2(doublings))
        with self._lock:
            counts = self._kinds.setdefault(kind, Counts())
            counts.count += 1
            counts.steps[step] += 1

    def take(self) -> dict[str, Counts]:
        """Return the counts by kind, and begin anew."""
        with self._lock:
            taken, self._kinds = self._kinds, {}
        return taken
