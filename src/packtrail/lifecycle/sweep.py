"""The fold over many objects at once: events swept in order over arrays of statuses.

Gives each object the status that `packtrail.lifecycle.fold.fold` gives it, for everything in the
store in one go. Objects are numbered from 0; what is inside a container is kept as arrays, so that
a pallet's shipping reaches its packs level by level without recursion.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from packtrail.hierarchy.containment import DEPTH_MAX
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.rules import COMMISSION, after, inherited

if TYPE_CHECKING:
    from packtrail.lifecycle.rules import Effect

STATUSES: Final = tuple(Status)
_EFFECTS: Final[tuple[Effect, ...]] = (*STATUSES, COMMISSION)
_NUMBER: Final = {effect: number for number, effect in enumerate(_EFFECTS)}
_TABLE: Final = np.array(
    [[_NUMBER[after(status, effect)[0]] for effect in _EFFECTS] for status in STATUSES],
    dtype=np.int8,
)
"""[status, effect] -> status."""

Objects = NDArray[np.int64]
"""Numbers of objects."""


class Sweep:
    """The statuses of objects and what holds them, event after event.

    Args:
        count: How many objects there are.
    """

    def __init__(self, count: int) -> None:
        self.status: NDArray[np.int8] = np.full(count, _NUMBER[Status.UNKNOWN], dtype=np.int8)
        """Place in `STATUSES`, by object."""
        self.parent: Objects = np.full(count, -1, dtype=np.int64)
        """What holds the object, -1 for nothing."""
        self.was_moved: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """Packed while something else held it, by object (`TRC-101`)."""
        self.was_elsewhere: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """Unpacked from what did not hold it (`TRC-102`)."""
        self._packed: defaultdict[int, list[Objects]] = defaultdict(list)

    def affect(self, objects: Objects, effect: Effect | None, *, reaches_inside: bool) -> None:
        """Let an event have its effect on objects, and on what is inside them."""
        if effect is None:
            return
        self._become(objects, effect)
        if reaches_inside and inherited(effect) is not None:
            for _ in range(DEPTH_MAX):
                objects = self.inside(objects)
                if not len(objects):
                    return
                self._become(objects, effect)

    def pack(self, objects: Objects, parent: int) -> None:
        """Put objects into a parent, wherever they were."""
        before = self.parent[objects]
        self.was_moved[objects] |= (before >= 0) & (before != parent)
        self.parent[objects] = parent
        self._packed[parent].append(objects)

    def unpack(self, objects: Objects, parent: int) -> None:
        """Take objects out of a parent; those that are not in it stay where they are."""
        self.was_elsewhere[objects] |= self.parent[objects] != parent
        self._release(objects, parent)

    def empty(self, parent: int) -> None:
        """Take everything out of a parent."""
        for objects in self._packed.pop(parent, ()):
            self._release(objects, parent)

    def endless(self) -> Objects:
        """Return the objects inside more containers than are followed, or inside a circle."""
        inner = np.flatnonzero(self.parent >= 0)
        outer = self.parent[inner]
        for _ in range(DEPTH_MAX):
            is_held = self.parent[outer] >= 0
            inner, outer = inner[is_held], self.parent[outer[is_held]]
        return inner

    def inside(self, containers: Objects) -> Objects:
        """Return what is directly inside any of some containers."""
        packed = self._packed
        if not packed:
            return containers[:0]
        found = [
            objects[self.parent[objects] == container]
            for container in containers.tolist()
            for objects in packed.get(container, ())
        ]
        return np.unique(np.concatenate(found)) if found else containers[:0]

    def _release(self, objects: Objects, parent: int) -> None:
        self.parent[objects[self.parent[objects] == parent]] = -1

    def _become(self, objects: Objects, effect: Effect) -> None:
        self.status[objects] = _TABLE[self.status[objects], _NUMBER[effect]]
