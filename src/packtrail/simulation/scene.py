"""What everybody in the simulated chain shares: chance, time, the post, and the ground truth."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from packtrail.simulation.agenda import Agenda
from packtrail.simulation.numbering import Numbering
from packtrail.simulation.post import Post
from packtrail.simulation.truth import Truth

if TYPE_CHECKING:
    from packtrail.simulation.goods import Pack

RECENT_MAX = 60


@dataclass(slots=True)
class Scene:
    """The shared parts of one run."""

    rng: Random
    agenda: Agenda
    numbering: Numbering
    truth: Truth
    post: Post
    recently_dispensed: deque[Pack] = field(default_factory=lambda: deque(maxlen=RECENT_MAX))
    """Empty boxes in the rubbish, where a counterfeiter finds genuine numbers."""
    _occasions: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, seed: int) -> Scene:
        """Set up an empty scene; everything that happens in it follows from the seed."""
        rng, agenda, numbering, truth = Random(seed), Agenda(), Numbering(), Truth()  # noqa: S311 - a simulation, not a secret
        return cls(rng, agenda, numbering, truth, Post(agenda, rng, numbering, truth))

    def happens(self, what: str, share: float, *, first: int) -> bool:
        """Tell whether something rare happens on this occasion.

        Args:
            what: Name of the incident, whose occasions are counted.
            share: How often it happens by chance, 0 to 1.
            first: The occasion, from 1 on, on which it happens in any case, so that a small
                world has it too.
        """
        self._occasions[what] += 1
        return self.rng.random() < share or self._occasions[what] == first

    def part(self, count: int, share: float) -> int:
        """Return a share of a count as a whole number, the rest decided by chance."""
        return min(count, self.about(count * share))

    def about(self, amount: float) -> int:
        """Return an amount as a whole number, up or down as chance decides."""
        return int(amount + self.rng.random())
