"""The layout of a pass: which numbers the objects of each class have, with room for more of them.

The objects of a class have numbers that follow each other. Those that a class will have later find
room behind them, so that what is kept of objects stays where it is while classes grow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection

_SQL = named.statements("census")
_ROOM_MIN: Final = 4_096
_ROOM_SHARE: Final = 8
"""A class has room for an eighth more, and all of them together as much for new classes."""


@dataclass(slots=True)
class Layout:
    """Numbers of objects, from 0."""

    total: int
    """How many numbers there are; not every one is somebody's."""
    bases: dict[int, int] = field(default_factory=dict)
    """Class -> number of its object 0."""
    rooms: dict[int, int] = field(default_factory=dict)
    """Class -> how many numbers it has."""

    @classmethod
    def exact(cls, conn: Connection) -> Layout:
        """Return a layout without room for more."""
        made = cls(0)
        for class_id, size in _sizes(conn).items():
            made.bases[class_id], made.rooms[class_id] = made.total, size
            made.total += size
        return made

    @classmethod
    def roomy(cls, conn: Connection) -> Layout:
        """Return a layout in which classes can grow."""
        made = cls(0)
        for class_id, size in _sizes(conn).items():
            made.bases[class_id], made.rooms[class_id] = made.total, _room(size)
            made.total += _room(size)
        made.total = _room(made.total)
        return made

    def grown(self, conn: Connection) -> Layout | None:
        """Return the layout with the classes of today; None where some have outgrown their room."""
        made = Layout(self.total, dict(self.bases), dict(self.rooms))
        end = max((self.bases[one] + self.rooms[one] for one in self.bases), default=0)
        for class_id, size in _sizes(conn).items():
            if class_id not in made.bases:
                made.bases[class_id], made.rooms[class_id] = end, _room(size)
                end += _room(size)
            if size > made.rooms[class_id]:
                return None
        return made if end <= self.total else None

    def spans(self, new: Layout) -> Iterator[tuple[slice, int]]:
        """Yield the numbers that classes have here, and where they begin in a new layout."""
        for class_id, first in self.bases.items():
            room = min(self.rooms[class_id], new.rooms[class_id])
            yield slice(first, first + room), new.bases[class_id]


def _room(size: int) -> int:
    return size + max(_ROOM_MIN, size // _ROOM_SHARE)


def _sizes(conn: Connection) -> Mapping[int, int]:
    return dict(conn.execute(_SQL["class_sizes"]).fetchall())
