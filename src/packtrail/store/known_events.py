"""What of a draft is recorded already: told apart event by event, where some of it is.

Of an event that is recorded already, those may be told who could not see it so far: a partner that
hands in, with an agreement, what the owner had handed in alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from packtrail import epcis
from packtrail.base.errors import Unavailable
from packtrail.store import named, objects, organisations, segments
from packtrail.store.identity import PROBES
from packtrail.store.mentions import str_of
from packtrail.store.parameters import bigints
from packtrail.store.segmentrows import Keyed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from psycopg import Connection

    from packtrail.epcis.events import Event
    from packtrail.store.drafts import Draft
    from packtrail.store.objects import Instance, Name
    from packtrail.store.segmentrows import Recording
    from packtrail.store.segments import Segment

_SQL = named.statements("capture")
_EVENT_HASH_SCHEME = "ni:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventConflict:
    """An event that is recorded already, with another content."""

    index: int
    """Place among the events handed in, from 0."""
    identity: str
    recorded_at: datetime | None
    """When the other was recorded; None when it is in the same document."""
    capture_id: str | None


@dataclass(slots=True)
class Sorted:
    """The events of a draft, told apart."""

    new: list[Keyed] = field(default_factory=list)
    retold: list[tuple[Keyed, int]] = field(default_factory=list)
    """Events that are recorded, and the audience that could not see them."""
    repeated: int = 0
    conflicts: list[EventConflict] = field(default_factory=list)


@dataclass(slots=True)
class _One:
    """One event of the draft."""

    group: int
    place: int
    index: int
    identity: str
    key: int


def sort(conn: Connection, draft: Draft, recording: Recording) -> Sorted:
    """Tell new events from repeated and contradicting ones."""
    return _Sorting(conn, draft, recording).run()


class _Sorting:
    """One pass over a draft."""

    def __init__(self, conn: Connection, draft: Draft, recording: Recording) -> None:
        self._conn = conn
        self._draft = draft
        self._recording = recording
        self._new: dict[int, _One] = {}
        self._again: list[tuple[_One, int]] = []
        """Repeated events, and the audience of the first record."""
        self._names: dict[Instance, Name] = {}
        self._sorted = Sorted()

    def run(self) -> Sorted:
        """Sort all events."""
        pending = self._events()
        for _ in range(PROBES):
            pending = self._sort_at(pending)
            if not pending:
                break
            for one in pending:
                one.key += 1
        else:
            raise Unavailable(f"Too many events share the key of {pending[0].identity}.")
        found = self._sorted
        found.new = self._keyed(self._new.values())
        for audience_id, some in self._newcomers().items():
            found.retold += [(keyed, audience_id) for keyed in self._keyed(some)]
        found.conflicts.sort(key=lambda one: one.index)
        return found

    def _events(self) -> list[_One]:
        found = []
        for number, group in enumerate(self._draft.groups):
            keys = group.keys(self._recording.owner_id).tolist()
            texts = map(str_of, group.identities.tolist())
            found += [
                _One(number, place, index, identity, key)
                for place, (index, identity, key) in enumerate(
                    zip(group.indexes.tolist(), texts, keys, strict=True)
                )
            ]
        return sorted(found, key=lambda one: one.index)

    def _sort_at(self, pending: list[_One]) -> list[_One]:
        """Sort events at their present keys; return those whose key a stranger has."""
        stored = self._stored([one.key for one in pending])
        strangers = []
        for one in pending:
            segment = stored.get(one.key)
            twin = self._new.get(one.key)
            if segment is not None:
                if not self._compare(one, segment):
                    strangers.append(one)
            elif twin is None:
                self._new[one.key] = one
            elif twin.identity != one.identity:
                strangers.append(one)
            elif self._body(twin) == self._body(one) or same(self._event(twin), self._event(one)):
                self._sorted.repeated += 1
            else:
                self._note_conflict(one, None)
        return strangers

    def _stored(self, keys: list[int]) -> dict[int, Segment]:
        rows = self._conn.execute(_SQL["segments_of_keys"], [bigints(keys)]).fetchall()
        ids = {segment_id for _, segment_id in rows}
        found = segments.read(self._conn, ids, audience_ids=None)
        self._names = objects.names(
            self._conn,
            {
                one
                for segment in found.values()
                for one in segment.instances(range(segment.event_count))
            },
        )
        return {key: found[segment_id] for key, segment_id in rows}

    def _compare(self, one: _One, segment: Segment) -> bool:
        """Compare an event with the one at its key; return False when that is a stranger."""
        place = segment.columns.place_of(one.identity)
        group = self._draft.groups[one.group]
        if place is None or segment.is_error_declaration != group.is_error_declaration:
            return False
        body = segment.body(place, self._names)
        if body == self._body(one) or same(epcis.read_event_json(body), self._event(one)):
            self._sorted.repeated += 1
            self._again.append((one, segment.audience_id))
        else:
            self._note_conflict(one, segment)
        return True

    def _note_conflict(self, one: _One, segment: Segment | None) -> None:
        self._sorted.conflicts.append(
            EventConflict(
                index=one.index,
                identity=one.identity,
                recorded_at=segment.record_time if segment else None,
                capture_id=str(segment.capture_id) if segment else None,
            )
        )

    def _newcomers(self) -> dict[int, list[_One]]:
        """Return the repeated events by the audience that could not see them so far."""
        audience_id = self._recording.audience_id
        others = [(one, first) for one, first in self._again if first != audience_id]
        if not others:
            return {}
        keys = bigints([one.key for one, _ in others])
        told: defaultdict[int, set[int]] = defaultdict(set)
        for key, audience in self._conn.execute(_SQL["audiences_of_retold"], [keys]):
            told[key].add(audience)
        known = {first for _, first in others}.union(*told.values())
        members = organisations.members(self._conn, {audience_id} | known)
        found: defaultdict[frozenset[int], list[_One]] = defaultdict(list)
        for one, first in others:
            knows = frozenset().union(*(members[a] for a in {first, *told[one.key]}))
            if missing := members[audience_id] - knows:
                found[missing].append(one)
        return {
            organisations.audience_id(self._conn, missing): some for missing, some in found.items()
        }

    def _keyed(self, some: Iterable[_One]) -> list[Keyed]:
        """Return events as groups, in the order of the draft."""
        by_group: defaultdict[int, list[_One]] = defaultdict(list)
        for one in some:
            by_group[one.group].append(one)
        found = []
        for number, ones in sorted(by_group.items()):
            ones.sort(key=lambda one: one.place)
            places = np.array([one.place for one in ones], dtype=np.int64)
            keys = np.array([one.key for one in ones], dtype=np.int64)
            found.append(Keyed(self._draft.groups[number].only(places), keys))
        return found

    def _body(self, one: _One) -> dict[str, Any]:
        return self._draft.body(self._draft.groups[one.group], one.place)

    def _event(self, one: _One) -> Event:
        return epcis.read_event_json(self._body(one))


def same(one: Event, other: Event) -> bool:
    """Tell whether two events of one identity say the same, however each is spelled.

    Repositories add fields of their own to events that pass through them. Where the event id is an
    event hash it vouches for the rest, so such additions alone make no other event.
    """
    if one.error_declaration != other.error_declaration:
        return False
    if epcis.event_hash(one) == epcis.event_hash(other):
        return True
    is_hash = (one.event_id or "").startswith(_EVENT_HASH_SCHEME)
    return is_hash and epcis.event_hash(_bare(one)) == epcis.event_hash(_bare(other))


def _bare(event: Event) -> Event:
    return msgspec.structs.replace(event, extensions={})
