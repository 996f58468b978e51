"""Which segments there were at a moment: enough to tell later which have come since.

Those of the last hours are known one by one, the older ones by how many they are and what their
numbers add up to. A segment that is recorded under a number of long ago, or a month that is
dropped, changes that, and then nothing is known any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.store import named

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.store.integers import Numbers

_SQL = named.statements("census")
_RECENT: Final = 2 * 3_600_000 << 21
"""Two hours of numbers of segments, see `packtrail.store.ids`."""
_HALF: Final = 32
_LOW: Final = (1 << _HALF) - 1


@dataclass(frozen=True, slots=True)
class Recorded:
    """The segments there are."""

    low: int = 0
    """Those from this number on are known one by one."""
    older: tuple[int, int] = (0, 0)
    """How many the others are, and the sum of their numbers."""
    newer: Numbers | None = None
    """Ascending."""

    def since(self, conn: Connection) -> tuple[Recorded, Numbers] | None:
        """Return what there is now, and the numbers of the segments that have come.

        Args:
            conn: A connection in a transaction, so that its reads see one state of the store.

        Returns:
            None where it cannot be told what has come, or something is gone.
        """
        row = conn.execute(_SQL["older_segments"], {"low": self.low}).fetchone()
        if row is None or (int(row[0]), int(row[1])) != self.older:
            return None
        found = conn.execute(_SQL["newer_segments"], {"low": self.low}, binary=True).fetchall()
        now = np.array([each for (each,) in found], dtype=np.int64)
        before = now[:0] if self.newer is None else self.newer
        if not np.isin(before, now, assume_unique=True).all():
            return None
        return self._now(now), np.setdiff1d(now, before, assume_unique=True)

    def _now(self, newer: Numbers) -> Recorded:
        """Know those that are not recent any more together."""
        low = max(self.low, int(newer[-1]) - _RECENT) if len(newer) else self.low
        cut = int(np.searchsorted(newer, low))
        gone = newer[:cut]
        # Their sum does not fit into 64 bits.
        total = (int((gone >> _HALF).sum()) << _HALF) + int((gone & _LOW).sum())
        return Recorded(low, (self.older[0] + cut, self.older[1] + total), newer[cut:])
