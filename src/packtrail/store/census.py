"""The census: the status of every object that may be seen, by class.

Reads the index once and sweeps the events over it in order. The time it takes grows with the number
of events; keep the answer for as long as nothing new is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.fold import expires_on
from packtrail.lifecycle.rules import effect_of, goal_of, is_leaving
from packtrail.lifecycle.sweep import NOTHING, STATUSES, Saying, Sweep
from packtrail.store import happenings, named
from packtrail.store.happenings import Event
from packtrail.store.roles import CHILD, PARENT, ROLES
from packtrail.store.rows import DESTINATION, read_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.journey import Status
    from packtrail.store.happenings import Index
    from packtrail.store.likes import Likes

_SQL = named.statements("census")
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CensusRow:
    """How many objects of a class have a status."""

    class_key: str
    prefix_length: int | None
    is_container: bool
    """Whether the objects have ever held something."""
    status: Status
    count: int


@dataclass(frozen=True, slots=True)
class Survey:
    """One pass over the index: what it counted, and what it went over."""

    rows: tuple[CensusRow, ...]
    events: Sequence[Event | Likes]
    """In the order in which they count."""
    index: Index
    sweep: Sweep
    is_seen: NDArray[np.bool_]
    """Whether an event that counts names the object."""
    is_container: NDArray[np.bool_]
    """Whether it has ever held something."""
    places: tuple[str, ...]
    """Place or read point, by the number that the sweep has for it."""
    lots: tuple[str, ...]


def census(
    conn: Connection,
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> tuple[CensusRow, ...]:
    """Count every object by class and status.

    Args:
        conn: A connection in a transaction, so that its reads see one state of the store.
        audience_ids: Only events these may see.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    return survey(conn, audience_ids=audience_ids, as_of=as_of, as_known_at=as_known_at).rows


def survey(
    conn: Connection,
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Survey:
    """Count every object as `census` does, and keep what was gone over."""
    events, index = happenings.read(
        conn, audience_ids=audience_ids, as_of=as_of, as_known_at=as_known_at
    )
    made = _Pass(
        index,
        Sweep(index.total),
        np.zeros(index.total, dtype=bool),
        np.zeros(index.total, dtype=bool),
    )
    for event in events:
        if isinstance(event, Event):
            made.take(event)
        else:
            made.take_likes(event)
    rows = tuple(_count(conn, index, made.sweep, made.is_seen, made.is_container))
    return Survey(
        *(rows, events, index, made.sweep, made.is_seen, made.is_container),
        places=made.places.all(),
        lots=made.lots.all(),
    )


class Texts:
    """Texts as numbers, in order of first appearance."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str | None) -> int:
        """Return the number of a text; `NOTHING` for none."""
        return NOTHING if text is None else self.numbers.setdefault(text, len(self.numbers))

    def all(self) -> tuple[str, ...]:
        """Return the texts by number."""
        return tuple(self.numbers)


@dataclass(slots=True)
class _Pass:
    """One pass over the events, under way."""

    index: Index
    sweep: Sweep
    is_seen: NDArray[np.bool_]
    is_container: NDArray[np.bool_]
    places: Texts = field(default_factory=Texts)
    lots: Texts = field(default_factory=Texts)

    def take(self, event: Event) -> None:
        """Let one event have its effect."""
        for role, objects in self.index.named.get(event.event_id, ()):
            self.is_seen[objects] = True
            part = ROLES[role]
            self.sweep.observe(
                objects, self._saying(event, part), reaches_inside=part is not Role.PARENT
            )
        if event.type == "AggregationEvent" and event.parent_class_id is not None:
            self._repack(event)

    def take_likes(self, likes: Likes) -> None:
        """Let like events have their effect, all at once: their objects differ and hold nothing."""
        self.is_seen[likes.objects] = True
        said = self._saying(likes.event, Role.EPC)._replace(at=likes.at)
        self.sweep.observe(likes.objects, said, reaches_inside=False)

    def _repack(self, event: Event) -> None:
        """Move what an aggregation event packs or unpacks."""
        parent = self.index.bases[event.parent_class_id or 0] + (event.parent_seq or 0)
        if event.empties:
            inside = self.sweep.inside(np.array([parent]))
            self.sweep.observe(inside, self._saying(event, Role.CHILD), reaches_inside=True)
            self.sweep.empty(parent)
        for role, objects in self.index.named.get(event.event_id, ()):
            if role == PARENT and event.action == "ADD":
                self.is_container[objects] = True
            elif role == CHILD and event.action == "ADD":
                self.sweep.pack(objects, parent)
            elif role == CHILD and event.action == "DELETE":
                self.sweep.unpack(objects, parent)

    def _saying(self, event: Event, part: Role) -> Saying:
        makes = part in {Role.EPC, Role.OUTPUT}
        day = expires_on(event.expires) if makes else None
        return Saying(
            effect=effect_of(event.type, part, event.action, event.biz_step, event.disposition),
            at=event.at,
            place=self.places.number(event.biz_location or event.read_point),
            lot=self.lots.number(event.lot) if makes else NOTHING,
            expires=(day - _EPOCH).days if day else NOTHING,
            leaves=is_leaving(
                event.biz_step, event.disposition, has_location=event.biz_location is not None
            ),
            goal=self.places.number(_goal(event)),
        )


def _goal(event: Event) -> str | None:
    told = [read_link(text) for text in event.links or ()]
    return goal_of((of or "", which) for kind, of, which in told if kind == DESTINATION)


def _count(
    conn: Connection,
    index: Index,
    sweep: Sweep,
    is_seen: NDArray[np.bool_],
    is_container: NDArray[np.bool_],
) -> Iterable[CensusRow]:
    sizes = len(STATUSES)
    for class_id, class_key, prefix_length, size in conn.execute(_SQL["classes"]):
        if class_id not in index.bases:
            continue
        here = slice(index.bases[class_id], index.bases[class_id] + size)
        for holds in (False, True):
            chosen = is_seen[here] & (is_container[here] == holds)
            counts = np.bincount(sweep.status[here][chosen], minlength=sizes).tolist()
            for status, count in zip(STATUSES, counts, strict=True):
                if count:
                    yield CensusRow(
                        class_key=class_key,
                        prefix_length=prefix_length,
                        is_container=holds,
                        status=status,
                        count=count,
                    )
