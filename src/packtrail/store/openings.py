"""Openings: a moment at which something is taken out of its container, told stage by stage.

The same stages as in `packtrail.hierarchy.containment`, for many objects at once: what befalls
containers reaches those that are about to be taken out; they are taken out; some pass through
another container; and then everything counts in its order, for each object where it stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from packtrail.epcis import turns
from packtrail.hierarchy.containment import DEPTH_MAX, Role
from packtrail.lifecycle import rules
from packtrail.lifecycle.sweep import NOTHING, distinct
from packtrail.store.happenings import Event
from packtrail.store.roles import CHILD, PARENT, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packtrail.lifecycle.sweep import Objects, Saying
    from packtrail.store.census import Pass
    from packtrail.store.happenings import Opening
    from packtrail.store.objects import Instance


class _Move(NamedTuple):
    """An event that packs or unpacks."""

    event: Event
    parent: int
    children: Objects
    """What it names."""
    leaving: Objects
    """What it takes out of the parent that was in it before."""


def go_through(made: Pass, opening: Opening) -> None:
    """Let the happenings of one such moment have their effect.

    Args:
        made: The pass over all events, which has come to this moment.
        opening: What happens at it.
    """
    told = _Told(made, opening)
    told.take_out()
    told.pass_through()
    for part in opening.parts:
        if not isinstance(part, Event):
            made.take_likes(part)
        elif part.event_id in told.rest:
            rest = [(CHILD, told.rest[part.event_id])] if len(told.rest[part.event_id]) else []
            named = [each for each in made.index.named[part.event_id] if each[0] != CHILD]
            made.index.named[part.event_id] = named + rest
            made.take(part._replace(empties=False))
        else:
            made.take(part)


class _Told:
    """What one moment tells, and what objects were before it."""

    def __init__(self, made: Pass, opening: Opening) -> None:
        self._made = made
        self._sweep = made.sweep
        events = [part for part in opening.parts if isinstance(part, Event)]
        self._befalls = [e for e in events if not _moves(e) and e.turn in turns.OPENS_AFTER]
        moves = [self._move(e, e.parent) for e in events if _moves(e) and e.parent is not None]
        self._outs = [move for move in moves if move.event.action == "DELETE"]
        self._ins = [move for move in moves if move.event.action == "ADD"]
        self._passing = list(self._passes())
        """Packing events, and what of theirs is unpacked again and was elsewhere before."""
        self.rest = {move.event.event_id: self._rest(move) for move in moves}
        """Number of a packing event -> what it names that it has not moved at a stage before."""
        self._taken = distinct(_all(move.leaving for move in self._outs))
        self._moved = self._goes_elsewhere()
        self._leaving = self._for_good(distinct(np.concatenate((self._taken, self._moved))))
        """What leaves the container that it was in before."""

    def take_out(self) -> None:
        """Let what was in a container, and is taken out of it, be reached and taken out."""
        sweep = self._sweep
        self._befall(self._leaving, after=turns.BEGINS)
        sweep.was_moved[self._moved] = True
        sweep.parent[self._taken] = sweep.parent[self._moved] = NOTHING
        done = self._taken[:0]
        for move in sorted(self._outs, key=lambda move: move.event.empties):
            # What an event takes out by name, one that empties does not find there.
            is_there = ~np.isin(move.leaving, done) | (not move.event.empties)
            self._observe(move.event, move.leaving[is_there])
            done = np.union1d(done, move.leaving)

    def pass_through(self) -> None:
        """Let objects go into, and out of, what they only pass through at this moment."""
        for each in self._rounds():
            sweep = self._sweep
            for move, objects in each:
                self._observe(move.event, objects)
            for move, objects in each:
                sweep.pack(objects, move.parent)
            passing = distinct(_all(objects for _, objects in each))
            self._befall(passing, after=turns.PACKS)
            sweep.parent[passing] = NOTHING
            parents = dict.fromkeys(move.parent for move, _ in each)
            for out in self._outs:
                if out.parent in parents:
                    here = _all(objects for move, objects in each if move.parent == out.parent)
                    self._observe(out.event, np.intersect1d(here, out.children))

    def _move(self, event: Event, parent_named: Instance) -> _Move:
        index, sweep = self._made.index, self._sweep
        parent = index.number(parent_named)
        named = [some for role, some in index.named.get(event.event_id, ()) if role == CHILD]
        children = distinct(_all(named))
        if event.action == "ADD":
            return _Move(event, parent, children, children[:0])
        if event.empties:
            return _Move(event, parent, children, sweep.inside(np.array([parent])))
        return _Move(event, parent, children, children[sweep.parent[children] == parent])

    def _passes(self) -> Iterator[tuple[_Move, Objects]]:
        """Yield what is packed by each event, was not there before and is unpacked, too."""
        for move in self._ins:
            out = _all(
                np.setdiff1d(each.children, each.leaving)
                for each in self._outs
                if each.parent == move.parent
            )
            objects = np.intersect1d(move.children, out)
            if len(objects):
                yield move, objects

    def _rest(self, move: _Move) -> Objects:
        """Return what an event names and has not moved at a stage before."""
        passed = [objects for each, objects in self._passing if each.parent == move.parent]
        rest: Objects = np.setdiff1d(move.children, _all([move.leaving, *passed]))
        return rest

    def _goes_elsewhere(self) -> Objects:
        """Return what is packed into something else without being unpacked."""
        before = self._sweep.parent
        packed = _all(move.children[(before[move.children] != move.parent)] for move in self._ins)
        packed = distinct(packed[before[packed] != NOTHING])
        moved: Objects = np.setdiff1d(packed, self._taken, assume_unique=True)
        return moved

    def _for_good(self, objects: Objects) -> Objects:
        """Leave out what is in the end in the container that it was in before."""
        before = self._sweep.parent[objects]
        after = np.full(len(objects), NOTHING, dtype=np.int64)
        for move in self._ins:
            after[np.isin(objects, self.rest[move.event.event_id])] = move.parent
        gone: Objects = objects[after != before]
        return gone

    def _rounds(self) -> Iterator[list[tuple[_Move, Objects]]]:
        """Yield, for the first container that objects pass through, the second, ...: the events."""
        waiting = self._passing
        while waiting:
            objects = _all(some for _, some in waiting)
            event = np.repeat(np.arange(len(waiting)), [len(some) for _, some in waiting])
            order = np.argsort(objects, kind="stable")
            is_first = np.ones(len(order), dtype=bool)
            is_first[1:] = objects[order[1:]] != objects[order[:-1]]
            names, first = objects[order[is_first]], event[order[is_first]]
            parent = np.array([move.parent for move, _ in waiting])[first]
            now, later = [], []
            for move, some in waiting:
                is_now = parent[np.searchsorted(names, some)] == move.parent
                now.append((move, some[is_now]))
                later.append((move, some[~is_now]))
            yield [each for each in now if len(each[1])]
            waiting = [each for each in later if len(each[1])]

    def _befall(self, leaving: Objects, *, after: int) -> None:
        """Let what befalls containers reach objects that are about to leave them.

        Args:
            leaving: The objects.
            after: Only what has a later turn.
        """
        reached = [
            (event, said, objects)
            for event in self._befalls
            if event.turn > after
            for said, objects in self._reached(event, leaving)
        ]
        arrived = distinct(
            _all(objects for event, _, objects in reached if event.turn in turns.ARRIVES)
        )
        for event, said, objects in reached:
            is_idle = event.turn == turns.LEAVES
            self._sweep.hand_down(np.intersect1d(objects, arrived) if is_idle else objects, said)

    def _reached(self, event: Event, leaving: Objects) -> Iterator[tuple[Saying, Objects]]:
        """Yield what an event says of objects that leave a container which it names."""
        sweep = self._sweep
        named = [
            (role, some)
            for role, some in self._made.index.named.get(event.event_id, ())
            if role != PARENT
        ]
        direct = distinct(_all(some for _, some in named))
        for role, some in named:
            said = self._made.saying(event, ROLES[role])
            said = said._replace(effect=rules.inherited(said.effect))
            outer, gone = some, some[:0]
            for _ in range(DEPTH_MAX):
                inner = np.setdiff1d(sweep.inside(outer), direct, assume_unique=True)
                if not len(inner):
                    break
                gone = inner[np.isin(inner, leaving) | np.isin(sweep.parent[inner], gone)]
                if len(gone):
                    yield said, gone
                outer = inner

    def _observe(self, event: Event, objects: Objects) -> None:
        self._sweep.is_seen[objects] = True
        said = self._made.saying(event, Role.CHILD)
        self._sweep.observe(objects, said, reaches_inside=True)


def _moves(event: Event) -> bool:
    return event.type == "AggregationEvent" and event.action in {"ADD", "DELETE"}


def _all(some: Iterable[Objects]) -> Objects:
    return np.concatenate([np.empty(0, dtype=np.int64), *some])
