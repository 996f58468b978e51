"""Events that are recorded already: repeated, or contradicting what was recorded.

Of an event that is recorded already, those may be told who could not see it so far: a partner that
hands in, with an agreement, what the owner had handed in alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from packtrail import epcis
from packtrail.base.errors import Unavailable
from packtrail.store import named, objects, organisations, segments
from packtrail.store.identity import PROBES
from packtrail.store.mentions import str_of
from packtrail.store.parameters import bigints

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.epcis.events import Event
    from packtrail.store.drafts import Draft
    from packtrail.store.ids import SegmentNumbers
    from packtrail.store.objects import Instance, Name
    from packtrail.store.segmentrows import Piece, Recording
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
class _One:
    """One event of a draft."""

    piece: int
    place: int
    index: int
    identity: str
    key: int


class KnownEvents:
    """Tells which events of a draft are new.

    Args:
        conn: A connection in a transaction.
        draft: The events.
        recording: Who records them.
        pieces: What would become a segment each, if all events were new.
    """

    def __init__(
        self, conn: Connection, draft: Draft, recording: Recording, pieces: Sequence[Piece]
    ) -> None:
        self.repeated = 0
        """Events that were recorded before, exactly the same."""
        self._conn = conn
        self._draft = draft
        self._recording = recording
        self._pieces = pieces
        self._known: set[tuple[int, int]] = set()
        """(piece, place) of every event that is not new."""
        self._again: list[tuple[_One, int]] = []
        """Repeated events, and the audience of the first record."""
        self._conflicts: list[EventConflict] = []
        self._names: dict[Instance, Name] = {}

    @property
    def conflicts(self) -> tuple[EventConflict, ...]:
        """Events that contradict what is recorded, in document order."""
        return tuple(sorted(self._conflicts, key=lambda one: one.index))

    @property
    def left_out(self) -> tuple[int, ...]:
        """Places in the document of the events that are not new."""
        return tuple(sorted(int(self._pieces[i].group.indexes[place]) for i, place in self._known))

    def compare(self, claimed: set[int]) -> None:
        """Look at every event whose key was not there to claim.

        Args:
            claimed: Keys that nobody had, each now that of the first event which has it.
        """
        holders: dict[int, _One] = {}
        pending = []
        for one in self._events():
            if one.key in claimed and one.key not in holders:
                holders[one.key] = one
            else:
                pending.append(one)
        for _ in range(PROBES):
            pending = self._compare_at(pending, holders)
            if not pending:
                return
            self._claim_next(pending, holders)
            pending = [one for one in pending if holders.get(one.key) is not one]
        if pending:
            raise Unavailable(f"Too many events share the key of {pending[0].identity}.")

    def new(self) -> list[Piece]:
        """Return the pieces with those of their events that are new."""
        if not self._known:
            return list(self._pieces)
        found = []
        for number, piece in enumerate(self._pieces):
            places = [p for p in range(len(piece.keys)) if (number, p) not in self._known]
            if places:
                found.append(piece.only(np.array(places)))
        return found

    def retold(self, numbers: SegmentNumbers) -> Iterator[Piece]:
        """Yield repeated events as pieces for those who could not see them so far."""
        for audience_id, some in self._newcomers().items():
            by_piece: defaultdict[int, list[int]] = defaultdict(list)
            for one in some:
                by_piece[one.piece].append(one.place)
            for number, places in by_piece.items():
                piece = self._pieces[number].only(np.array(sorted(places)))
                segment_id = numbers.take(1)
                bound = [
                    audience_id,
                    bigints(piece.keys),
                    bigints(np.full(len(places), segment_id)),
                ]
                self._conn.execute(_SQL["insert_retold"], bound)
                yield replace(piece, segment_id=segment_id, audience_id=audience_id)

    def _events(self) -> list[_One]:
        found = []
        for number, piece in enumerate(self._pieces):
            texts = map(str_of, piece.group.identities.tolist())
            indexes = piece.group.indexes.tolist()
            found += [
                _One(number, place, index, identity, key)
                for place, (index, identity, key) in enumerate(
                    zip(indexes, texts, piece.keys.tolist(), strict=True)
                )
            ]
        return sorted(found, key=lambda one: one.index)

    def _compare_at(self, pending: list[_One], holders: dict[int, _One]) -> list[_One]:
        """Compare events with those at their keys; return those whose key a stranger has."""
        stored = self._stored([one.key for one in pending if one.key not in holders])
        strangers = []
        for one in pending:
            twin = holders.get(one.key)
            if twin is not None:
                is_other = twin.identity != one.identity
                if not is_other:
                    self._compare_twin(one, twin)
            else:
                is_other = not self._compare_stored(one, stored[one.key])
            if is_other:
                strangers.append(one)
            else:
                self._known.add((one.piece, one.place))
        return strangers

    def _claim_next(self, strangers: list[_One], holders: dict[int, _One]) -> None:
        """Claim the neighbouring key for events whose own one a stranger has."""
        for one in strangers:
            one.key += 1
            self._pieces[one.piece].keys[one.place] = one.key
        ordered = sorted(strangers, key=lambda one: (one.key, one.index))
        keys = [one.key for one in ordered]
        ids = [self._pieces[one.piece].segment_id for one in ordered]
        rows = self._conn.execute(_SQL["insert_keys"], [bigints(keys), bigints(ids)]).fetchall()
        claimed = {row[0] for row in rows}
        for one in ordered:
            if one.key in claimed:
                holders.setdefault(one.key, one)

    def _stored(self, keys: list[int]) -> dict[int, Segment]:
        rows = self._conn.execute(_SQL["segments_of_keys"], [bigints(keys)]).fetchall()
        found = segments.read(self._conn, {one for _, one in rows}, audience_ids=None)
        wanted = {
            one
            for segment in found.values()
            for one in segment.instances(range(segment.event_count))
        }
        self._names |= objects.names(self._conn, wanted - self._names.keys())
        return {key: found[segment_id] for key, segment_id in rows}

    def _compare_twin(self, one: _One, twin: _One) -> None:
        """Compare an event with one of the same document that has its identity."""
        if self._body(twin) == self._body(one) or same(self._event(twin), self._event(one)):
            self.repeated += 1
        else:
            self._note_conflict(one, None)

    def _compare_stored(self, one: _One, segment: Segment) -> bool:
        """Compare an event with the one at its key; return False when that is a stranger."""
        place = segment.columns.place_of(one.identity)
        is_declaration = self._pieces[one.piece].group.is_error_declaration
        if place is None or segment.is_error_declaration != is_declaration:
            return False
        body = segment.body(place, self._names)
        if body == self._body(one) or same(epcis.read_event_json(body), self._event(one)):
            self.repeated += 1
            self._again.append((one, segment.audience_id))
        else:
            self._note_conflict(one, segment)
        return True

    def _note_conflict(self, one: _One, segment: Segment | None) -> None:
        self._conflicts.append(
            EventConflict(
                index=one.index,
                identity=one.identity,
                recorded_at=segment.record_time if segment else None,
                capture_id=segment.capture_id if segment else None,
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
        for key, audience in self._conn.execute(_SQL["audiences_of_retold"], [keys]).fetchall():
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

    def _body(self, one: _One) -> dict[str, Any]:
        return self._draft.body(self._pieces[one.piece].group, one.place)

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
