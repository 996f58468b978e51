"""The census: the status of every object that may be seen, by class.

Reads the index once and sweeps the events over it in order. The time it takes grows with the number
of events; keep the answer for as long as nothing new is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from packtrail.epcis.canonical import same_form
from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.fold import expires_on
from packtrail.lifecycle.rules import effect_of, goal_of, is_leaving, is_origin
from packtrail.lifecycle.sweep import NOTHING, STATUSES, Saying, Sweep
from packtrail.store import happenings, named, openings
from packtrail.store.happenings import Event, Index, Opening, Packings
from packtrail.store.layout import Layout
from packtrail.store.roles import CHILD, PARENT, ROLES
from packtrail.store.rows import DESTINATION, read_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.lifecycle.journey import Status
    from packtrail.store.happenings import Happening
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
    """What one pass over the index made of every object."""

    sweep: Sweep
    layout: Layout
    """The numbers of the objects."""
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
    found = survey(conn, audience_ids=audience_ids, as_of=as_of, as_known_at=as_known_at)
    return counted(conn, found.sweep, found.layout)


def survey(
    conn: Connection,
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Survey:
    """Go over every event as `census` does, and return what it makes of each object."""
    scope: dict[str, Any] = {"as_of": as_of, "as_known_at": as_known_at}
    found = happenings.visible(conn, audience_ids=audience_ids, **scope)
    wrong = happenings.wrong_among(conn, found, happenings.declared(conn, as_known_at=as_known_at))
    index = Index(Layout.exact(conn))
    places, lots = Texts(), Texts()
    sweep = Sweep(index.total)
    go_over(happenings.in_order(found, index, wrong, as_of=as_of), index, sweep, places, lots)
    return Survey(sweep, index.layout, places.all(), lots.all())


def go_over(
    events: Iterable[Happening],
    index: Index,
    sweep: Sweep,
    places: Texts,
    lots: Texts,
) -> None:
    """Let events have their effect.

    Args:
        events: In the order in which they count.
        index: What they name.
        sweep: What objects are before, and then are.
        places: Numbers of places, which grow.
        lots: Numbers of lots, which grow.
    """
    made = Pass(index, sweep, places, lots)
    for event in events:
        if isinstance(event, Event):
            made.take(event)
        elif isinstance(event, Packings):
            made.take_packings(event)
        elif isinstance(event, Opening):
            openings.go_through(made, event)
        else:
            made.take_likes(event)
    sweep.forget()


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
class Pass:
    """One pass over the events, under way."""

    index: Index
    sweep: Sweep
    places: Texts
    lots: Texts
    premises: Texts = field(default_factory=Texts)
    """Numbers of places in one notation; compared within a pass only."""
    sayings: dict[tuple[int, Role], Saying] = field(default_factory=dict)
    """What the events of a segment say in a role."""

    def take(self, event: Event) -> None:
        """Let one event have its effect."""
        for role, objects in self.index.named.get(event.event_id, ()):
            self.sweep.is_seen[objects] = True
            part = ROLES[role]
            if is_origin(event.type, part, event.action, event.biz_step):
                self.sweep.make(objects, event.occasion)
            self.sweep.observe(
                objects, self.saying(event, part), reaches_inside=part is not Role.PARENT
            )
        if event.type == "AggregationEvent" and event.parent is not None:
            self._repack(event, self.index.number(event.parent))

    def take_likes(self, likes: Likes) -> None:
        """Let like events have their effect, all at once: their objects differ and hold nothing."""
        self.sweep.is_seen[likes.objects] = True
        event = likes.event
        if is_origin(event.type, Role.EPC, event.action, event.biz_step):
            self.sweep.make(likes.objects, likes.occasions)
        said = self.saying(event, Role.EPC)._replace(at=likes.at)
        self.sweep.observe(likes.objects, said, reaches_inside=False)

    def take_packings(self, packings: Packings) -> None:
        """Let packing events have their effect, at once unless one bears on another's objects."""
        sweep, kind = self.sweep, packings.kind
        parents, children, sizes = packings.parents, packings.children, packings.sizes
        if sweep.holds_any(children, np.concatenate((parents, children))):
            for event in packings.one_by_one(self.index):
                self.take(event)
            return
        sweep.is_seen[parents] = sweep.is_seen[children] = True
        said = self.saying(kind, Role.PARENT)._replace(at=packings.at)
        sweep.observe(parents, said, reaches_inside=False)
        said = self.saying(kind, Role.CHILD)._replace(at=np.repeat(packings.at, sizes))
        sweep.observe(children, said, reaches_inside=True)
        if kind.action == "ADD":
            sweep.is_container[parents] = True
            sweep.pack_each(children, parents, sizes)
        else:
            sweep.unpack_each(children, parents, sizes)

    def _repack(self, event: Event, parent: int) -> None:
        """Move what an aggregation event packs or unpacks."""
        if event.empties:
            inside = self.sweep.inside(np.array([parent]))
            self.sweep.observe(inside, self.saying(event, Role.CHILD), reaches_inside=True)
            self.sweep.empty(parent)
        for role, objects in self.index.named.get(event.event_id, ()):
            if role == PARENT and event.action == "ADD":
                self.sweep.is_container[objects] = True
            elif role == CHILD and event.action == "ADD":
                self.sweep.pack(objects, parent)
            elif role == CHILD and event.action == "DELETE":
                self.sweep.unpack(objects, parent)

    def saying(self, event: Event, part: Role) -> Saying:
        """Return what an event says of the objects of a role."""
        said = self.sayings.get((event.like, part))
        if said is None:
            said = self.sayings[event.like, part] = self._said(event, part)
        return said._replace(at=event.at)

    def _said(self, event: Event, part: Role) -> Saying:
        """Return what an event, and those that are like it, say of the objects of a role."""
        makes = part in {Role.EPC, Role.OUTPUT}
        day = expires_on(event.expires) if makes else None
        place = event.biz_location or event.read_point
        return Saying(
            effect=effect_of(event.type, part, event.action, event.biz_step, event.disposition),
            at=event.at,
            place=self.places.number(place),
            premises=self.premises.number(same_form(place)),
            lot=self.lots.number(event.lot or None) if makes else NOTHING,
            expires=max(0, (day - _EPOCH).days) if day else NOTHING,
            leaves=is_leaving(
                event.biz_step, event.disposition, has_location=event.biz_location is not None
            ),
            goal=self.places.number(_goal(event)),
        )


def _goal(event: Event) -> str | None:
    told = [read_link(text) for text in event.links or ()]
    return goal_of((of or "", which) for kind, of, which in told if kind == DESTINATION)


def counted(conn: Connection, sweep: Sweep, layout: Layout) -> tuple[CensusRow, ...]:
    """Count what a pass made of every object, by class and status."""
    sizes = len(STATUSES)
    rows = []
    for class_id, class_key, prefix_length, size in conn.execute(_SQL["classes"]):
        if class_id not in layout.bases:
            continue
        here = slice(layout.bases[class_id], layout.bases[class_id] + size)
        for holds in (False, True):
            chosen = sweep.is_seen[here] & (sweep.is_container[here] == holds)
            counts = np.bincount(sweep.status[here][chosen], minlength=sizes).tolist()
            for status, count in zip(STATUSES, counts, strict=True):
                if count:
                    row = CensusRow(
                        class_key=class_key,
                        prefix_length=prefix_length,
                        is_container=holds,
                        status=status,
                        count=count,
                    )
                    rows.append(row)
    return tuple(rows)
