"""The fold over many objects at once: events swept in order over arrays of statuses.

Gives each object the status that `packtrail.lifecycle.fold.fold` gives it, for everything in the
store in one go. Objects are numbered from 0; what is inside a container is kept as arrays, so that
a pallet's shipping reaches its packs level by level without recursion.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from packtrail.hierarchy.containment import DEPTH_MAX
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.rules import EFFECTS, Outcome, after, inherited
from packtrail.lifecycle.states import REACTIVATE
from packtrail.lifecycle.undo import EU_UNDO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.lifecycle.states import Effect
    from packtrail.lifecycle.undo import UndoRule

STATUSES: Final = tuple(Status)
_NUMBER: Final = {effect: number for number, effect in enumerate(EFFECTS)}
_TABLE: Final = np.array(
    [[_NUMBER[after(status, effect)[0]] for effect in EFFECTS] for status in STATUSES],
    dtype=np.int8,
)
"""[status, effect] -> status."""
_IMPOSSIBLE, _KEEPS, _CHANGES = range(3)
_OUTCOMES: Final = np.array(
    [
        [(*Outcome,)[::-1].index(after(status, effect)[1]) for effect in EFFECTS]
        for status in STATUSES
    ],
    dtype=np.int8,
)
"""[status, effect] -> what the effect does."""
NOTHING: Final = -1
DAY_US: Final = 86_400_000_000

_BEFORE: Final = {
    "status": _NUMBER[Status.UNKNOWN],
    "since": 0,
    "place": NOTHING,
    "is_moving": False,
    "goal": NOTHING,
    "left_at": 0,
    "lot": NOTHING,
    "expires": NOTHING,
    "is_direct": True,
    "parent": NOTHING,
    "was_moved": False,
    "was_elsewhere": False,
    "was_impossible": False,
    "is_seen": False,
    "is_container": False,
    "origin": 0,
    "is_made_again": False,
    "_ended_at": NOTHING,
    "_holds": False,
}
"""Array of a sweep -> what it says of an object of which nothing was told."""

Objects = NDArray[np.int64]
"""Numbers of objects."""


def distinct(objects: Objects) -> Objects:
    """Return objects ascending, each once: most lists of them are so already."""
    if len(objects) < 2 or bool((objects[1:] > objects[:-1]).all()):
        return objects
    ordered = np.sort(objects)
    is_new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    return ordered[is_new]


class Saying(NamedTuple):
    """What an event says of its objects, its texts as numbers; `NOTHING` where it says none."""

    effect: Effect | None
    at: int | Objects
    """Event time in microseconds since 1970, UTC; by object, where like events are told at once."""
    place: int = NOTHING
    premises: int = NOTHING
    """The place once more: the same number in whichever notation it is written."""
    lot: int = NOTHING
    expires: int = NOTHING
    """Last day of use, in days since 1970; 0 for all before."""
    leaves: bool | None = None
    """Whether its objects are under way then; None: it says neither."""
    goal: int = NOTHING
    """Where they are sent."""


class Sweep:
    """What objects are, where they are and what holds them, event after event.

    Args:
        count: How many objects there are.
        undo: When a decommissioning may be undone.
    """

    def __init__(self, count: int, *, undo: UndoRule = EU_UNDO) -> None:
        self.status: NDArray[np.int8] = np.full(count, _NUMBER[Status.UNKNOWN], dtype=np.int8)
        """Place in `STATUSES`, by object."""
        self.since: NDArray[np.int64] = np.zeros(count, dtype=np.int64)
        """Since when it has its status, in microseconds since 1970; 0 where nothing says so."""
        self.place: NDArray[np.int32] = np.full(count, NOTHING, dtype=np.int32)
        """Where it is, or was last."""
        self.is_moving: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """It has left that place, and nothing says that it arrived."""
        self.goal: NDArray[np.int32] = np.full(count, NOTHING, dtype=np.int32)
        """Where it is sent while it is moving."""
        self.left_at: NDArray[np.int64] = np.zeros(count, dtype=np.int64)
        """When it left, in microseconds since 1970, while it is moving."""
        self.lot: NDArray[np.int32] = np.full(count, NOTHING, dtype=np.int32)
        self.expires: NDArray[np.int32] = np.full(count, NOTHING, dtype=np.int32)
        self.is_direct: NDArray[np.bool_] = np.ones(count, dtype=bool)
        """Whether what was last told of it named it itself, not what holds it."""
        self.parent: Objects = np.full(count, NOTHING, dtype=np.int64)
        """What holds the object, -1 for nothing."""
        self.was_moved: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """Packed while something else held it, by object (`TRC-101`)."""
        self.was_elsewhere: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """Unpacked from what did not hold it (`TRC-102`)."""
        self.was_impossible: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """Named itself by an event that its status does not allow (`TRC-20n`)."""
        self.is_seen: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """Whether an event that counts names it."""
        self.is_container: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """Whether it has ever held something."""
        self.origin: NDArray[np.int64] = np.zeros(count, dtype=np.int64)
        """The last occasion on which it came into being; 0 where nothing says so."""
        self.is_made_again: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """It came into being on two occasions."""
        self._undo = undo
        self._ended_at: NDArray[np.int32] = np.full(count, NOTHING, dtype=np.int32)
        """The premises of the event that gave it its status."""
        self._holds: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        """Whether something was ever packed into it."""
        self._packed: defaultdict[int, list[Objects]] = defaultdict(list)

    def observe(self, objects: Objects, said: Saying, *, reaches_inside: bool) -> None:
        """Let an event have its effect on objects, and on what is inside them."""
        counts = self._take(objects, said)
        self._label(objects[counts], said)
        self.is_direct[objects[counts]] = True
        self.was_impossible[objects[~counts]] = True
        if not reaches_inside:
            return
        said, named = said._replace(effect=inherited(said.effect)), objects
        for _ in range(DEPTH_MAX):
            inner = self.inside(objects)
            if len(named) > 1 and len(inner):  # What it names itself was told already.
                inner = np.setdiff1d(inner, named, assume_unique=True)
            if not len(inner):
                return
            if not isinstance(said.at, int):
                said = said._replace(at=_handed_down(said.at, objects, self.parent[inner]))
            objects = inner
            self.is_direct[objects[self._take(objects, said)]] = False

    def hand_down(self, objects: Objects, said: Saying) -> None:
        """Let what befalls a container have its effect on some of what is inside."""
        self.is_direct[objects[self._take(objects, said)]] = False

    def make(self, objects: Objects, occasion: int | Objects) -> None:
        """Note on which occasion objects came into being."""
        before = self.origin[objects]
        self.is_made_again[objects] |= (before != 0) & (before != occasion)
        self.origin[objects] = occasion

    def pack(self, objects: Objects, parent: int) -> None:
        """Put objects into a parent, wherever they were."""
        before = self.parent[objects]
        self.was_moved[objects] |= (before >= 0) & (before != parent)
        self.parent[objects] = parent
        self._holds[parent] = True
        self._packed[parent].append(objects)

    def pack_each(self, objects: Objects, parents: Objects, sizes: Objects) -> None:
        """Put objects into several parents, wherever they were.

        Args:
            objects: Each once, those of a parent together.
            parents: The parents.
            sizes: How many objects each gets.
        """
        into, before = np.repeat(parents, sizes), self.parent[objects]
        self.was_moved[objects] |= (before >= 0) & (before != into)
        self.parent[objects] = into
        self._holds[parents[sizes > 0]] = True
        for parent, some in zip(
            parents.tolist(), np.split(objects, np.cumsum(sizes)[:-1]), strict=True
        ):
            self._packed[parent].append(some)

    def unpack_each(self, objects: Objects, parents: Objects, sizes: Objects) -> None:
        """Take objects out of several parents, as `unpack` does."""
        is_elsewhere = self.parent[objects] != np.repeat(parents, sizes)
        self.was_elsewhere[objects] |= is_elsewhere
        self.parent[objects[~is_elsewhere]] = NOTHING

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

    def holds_any(self, containers: Objects, objects: Objects) -> bool:
        """Tell whether any of some objects is inside any of some containers, at whatever depth."""
        for _ in range(DEPTH_MAX):
            containers = self.inside(containers)
            if not len(containers):
                return False
            if np.isin(containers, objects).any():
                return True
        return True

    def inside(self, containers: Objects) -> Objects:
        """Return what is directly inside any of some containers."""
        packed = self._packed
        containers = containers[self._holds[containers]]
        found = [
            objects[self.parent[objects] == container]
            for container in containers.tolist()
            for objects in packed.get(container, ())
        ]
        return distinct(np.concatenate(found)) if found else containers[:0]

    def reset(self, objects: Objects) -> None:
        """Let objects be as if nothing had been told of them."""
        for name, value in _BEFORE.items():
            getattr(self, name)[objects] = value

    def copied(self) -> Sweep:
        """Return the same once more, which can go on by itself."""
        made = Sweep(0, undo=self._undo)
        for name in _BEFORE:
            setattr(made, name, getattr(self, name).copy())
        return made

    def moved(self, count: int, spans: Iterable[tuple[slice, int]]) -> Sweep:
        """Return the same with other numbers for the objects.

        Args:
            count: How many numbers there are then.
            spans: Objects whose numbers follow each other, and the new number of the first.
        """
        made = Sweep(count, undo=self._undo)
        number = np.arange(len(self.parent))
        for span, first in spans:
            new = slice(first, first + span.stop - span.start)
            number[span] = np.arange(new.start, new.stop)
            for name in _BEFORE:
                getattr(made, name)[new] = getattr(self, name)[span]
        is_held = made.parent != NOTHING
        made.parent[is_held] = number[made.parent[is_held]]
        return made

    def forget(self) -> None:
        """Let go of what only further events would need."""
        self._packed.clear()

    def _release(self, objects: Objects, parent: int) -> None:
        self.parent[objects[self.parent[objects] == parent]] = -1

    def _take(self, objects: Objects, said: Saying) -> NDArray[np.bool_]:
        """Let a saying have its effect; return for which of the objects it counts."""
        if said.effect is None:
            counts = np.ones(len(objects), dtype=bool)
        else:
            number, before = _NUMBER[said.effect], self.status[objects]
            outcomes = _OUTCOMES[before, number]
            if said.effect == REACTIVATE:
                outcomes = self._judged(objects, outcomes, said)
            counts, becomes = outcomes != _IMPOSSIBLE, outcomes == _CHANGES
            self.status[objects[becomes]] = _TABLE[before[becomes], number]
            is_first = self.since[objects] == 0
            new = objects[becomes | (counts & is_first)]
            self.since[new] = _of(said.at, becomes | (counts & is_first))
            self._ended_at[new] = said.premises
        if said.place != NOTHING:
            self.place[objects[counts]] = said.place
        if said.leaves is not None:
            self.is_moving[objects[counts]] = said.leaves
            self.goal[objects[counts]] = said.goal if said.leaves else NOTHING
            self.left_at[objects[counts]] = _of(said.at, counts) if said.leaves else 0
        return counts

    def _judged(
        self, objects: Objects, outcomes: NDArray[np.int8], said: Saying
    ) -> NDArray[np.int8]:
        """Refuse the undoes that the rule forbids, as `packtrail.lifecycle.undo.refusals` does."""
        since, ended_at = self.since[objects], self._ended_at[objects]
        is_late = said.at - since > self._undo.within // timedelta(microseconds=1)
        is_elsewhere = (ended_at == NOTHING) | (ended_at != said.premises)
        expires = self.expires[objects]
        is_expired = (expires != NOTHING) & (expires < said.at // DAY_US)
        is_wrong = is_late | is_expired | (is_elsewhere & self._undo.needs_same_premises)
        is_undo = (outcomes == _CHANGES) & (since != 0)
        return np.where(is_undo & is_wrong, np.int8(_IMPOSSIBLE), outcomes)

    def _label(self, objects: Objects, said: Saying) -> None:
        """Note lot and expiry, as the first event tells them."""
        for values, value in ((self.lot, said.lot), (self.expires, said.expires)):
            if value != NOTHING:
                values[objects[values[objects] == NOTHING]] = value


def _handed_down(at: Objects, holders: Objects, parents: Objects) -> Objects:
    """Return the times of what is inside: those of what holds it.

    Args:
        at: Time by holder.
        holders: The holders.
        parents: By object inside: which of them holds it.
    """
    order = np.argsort(holders)
    return at[order[np.searchsorted(holders, parents, sorter=order)]]


def _of(at: int | Objects, which: NDArray[np.bool_]) -> int | Objects:
    """Return the times of some of the objects."""
    return at if isinstance(at, int) else at[which]
