"""Recording: events into the store, all or nothing, as often as you like.

An event is told by who owns it and its identity (the event id, else the event hash). Recording it a
second time changes nothing; another content under the same identity is a conflict and is not
recorded. Whatever costs time (JSON, hashes, compression) is done before anything is locked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import psycopg

from packtrail import epcis
from packtrail.base.errors import Unavailable
from packtrail.store import bodies, factrows, instances, named, postings
from packtrail.store.facts import facts_of
from packtrail.store.identity import PROBES, event_key
from packtrail.store.roles import mentions
from packtrail.store.rows import event_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.epcis.events import Event
    from packtrail.store.facts import Facts
    from packtrail.store.postings import Mentions

_SQL = named.statements("capture")
_CHUNK = 10_000
_TRIES = 4
_EVENT_HASH_SCHEME = "ni:///"
_RACES = (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventConflict:
    """An event that is recorded already, with another content."""

    index: int
    """Place among the events handed in, from 0."""
    identity: str
    recorded_at: datetime | None
    """When the other was recorded; None when it is in the same document."""
    capture_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What recording did."""

    stored: int
    """Events that are new."""
    repeated: int
    """Events that were recorded before, exactly the same."""
    conflicts: tuple[EventConflict, ...]
    """Events that were not recorded."""
    identities: tuple[str, ...]
    """The event id of each event handed in; the event hash where it had none."""


@dataclass(slots=True)
class _Draft:
    """One event on its way into the store."""

    index: int
    event: Event
    text: bytes
    content_hash: bytes
    key: int
    facts: Facts | None

    @property
    def identity(self) -> str:
        return self.event.event_id or ""

    @property
    def is_error_declaration(self) -> bool:
        return self.event.error_declaration is not None


@dataclass(slots=True)
class _Sorted:
    """Drafts, told apart by what is recorded already."""

    new: dict[int, _Draft] = field(default_factory=dict)
    """By key, in document order."""
    repeated: int = 0
    conflicts: list[EventConflict] = field(default_factory=list)


def record(
    conn: Connection,
    events: Sequence[Event],
    *,
    owner_id: int,
    audience_id: int,
    capture_id: str,
    record_time: datetime,
    namespaces: Mapping[str, str] | None = None,
) -> Recorded:
    """Record the events of one document.

    Args:
        conn: A connection in a transaction; it commits, we do not.
        events: In document order.
        owner_id: Organisation that owns them.
        audience_id: Who may see them.
        capture_id: The capture job.
        record_time: When they are recorded, aware.
        namespaces: Prefix -> namespace as the document declared them, for the bodies.

    Raises:
        Unavailable: Other captures kept recording the same events meanwhile; do it again.
    """
    drafts = [_draft(i, event, owner_id, namespaces or {}) for i, event in enumerate(events)]
    common = (owner_id, audience_id, record_time, UUID(capture_id))
    for _ in range(_TRIES):
        try:
            with conn.transaction():
                found = _sort(conn, drafts)
                new = list(found.new.values())
                _store(conn, new, common)
                factrows.write(conn, [(one.key, one.facts) for one in new], audience_id)
                named_by = [one.event for one in new if one.facts]
                factrows.learn_prefixes(conn, named_by, namespaces or {})
        except _RACES:
            continue
        return Recorded(
            stored=len(found.new),
            repeated=found.repeated,
            conflicts=tuple(found.conflicts),
            identities=tuple(draft.identity for draft in drafts),
        )
    raise Unavailable("Other captures are recording the same events: hand the document in again.")


def newest_record_time(conn: Connection) -> datetime | None:
    """Return when the last event was recorded; None when there is none."""
    row = conn.execute(_SQL["newest_record_time"]).fetchone()
    return row[0] if row else None


def _draft(index: int, event: Event, owner_id: int, namespaces: Mapping[str, str]) -> _Draft:
    if event.event_id is None:
        event = msgspec.structs.replace(event, event_id=epcis.event_hash(event))
    text = bodies.write(event, namespaces)
    key = event_key(
        owner_id, event.event_id or "", is_error_declaration=event.error_declaration is not None
    )
    return _Draft(index, event, text, bodies.content_hash(text), key, facts_of(event))


def _sort(conn: Connection, drafts: Iterable[_Draft]) -> _Sorted:
    """Tell new events from repeated and contradicting ones."""
    found = _Sorted()
    pending = list(drafts)
    for _ in range(PROBES):
        pending = _sort_at(conn, pending, found)
        if not pending:
            return found
        for draft in pending:
            draft.key += 1
    raise Unavailable(f"Too many events share the key of {pending[0].identity}.")


def _sort_at(conn: Connection, drafts: list[_Draft], found: _Sorted) -> list[_Draft]:
    """Sort drafts at their present keys; return those whose key a stranger has."""
    stored = _stored(conn, [draft.key for draft in drafts])
    strangers = []
    for draft in drafts:
        other = stored.get(draft.key)
        twin = found.new.get(draft.key)
        if other is not None:
            if other[0] != draft.identity:
                strangers.append(draft)
            else:
                _compare(conn, draft, other, found)
        elif twin is None:
            found.new[draft.key] = draft
        elif twin.identity != draft.identity:
            strangers.append(draft)
        elif twin.content_hash == draft.content_hash or _same(twin.event, draft.event):
            found.repeated += 1
        else:
            found.conflicts.append(_conflict(draft, None, None))
    return strangers


def _stored(conn: Connection, keys: list[int]) -> dict[int, tuple[str, bytes, Any, Any]]:
    stored = {}
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        for key, *rest in conn.execute(_SQL["stored_events"], [chunk], prepare=True):
            stored[key] = tuple(rest)
    return stored


def _compare(
    conn: Connection, draft: _Draft, other: tuple[str, bytes, Any, Any], found: _Sorted
) -> None:
    _, content_hash, recorded_at, capture_id = other
    if content_hash == draft.content_hash or _same(_read(conn, draft.key), draft.event):
        found.repeated += 1
    else:
        found.conflicts.append(_conflict(draft, recorded_at, str(capture_id)))


def _read(conn: Connection, key: int) -> Event:
    row = conn.execute(_SQL["body"], [key]).fetchone()
    assert row is not None  # noqa: S101 - events are never deleted
    return epcis.read_event_json(bodies.read(row[0]))


def _same(one: Event, other: Event) -> bool:
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


def _conflict(draft: _Draft, recorded_at: datetime | None, capture_id: str | None) -> EventConflict:
    return EventConflict(
        index=draft.index,
        identity=draft.identity,
        recorded_at=recorded_at,
        capture_id=capture_id,
    )


def _store(conn: Connection, drafts: list[_Draft], common: tuple[Any, ...]) -> None:
    if not drafts:
        return
    packed = [bodies.compress(draft.text) for draft in drafts]
    named_by = [(i, *one) for i, draft in enumerate(drafts) for one in mentions(draft.event)]
    uris = list(chain.from_iterable(uris for _, _, uris in named_by))
    resolved = instances.resolve(conn, uris)
    found = postings.gather([(event, role, len(uris)) for event, role, uris in named_by], resolved)
    _copy_events(conn, drafts, packed, found, common)
    _copy_postings(conn, drafts, found, common[1])


def _copy_events(
    conn: Connection,
    drafts: list[_Draft],
    packed: list[bytes],
    found: Mentions,
    common: tuple[Any, ...],
) -> None:
    """Copy the event rows in the order of their keys: captures that meet wait, without a ring."""
    with conn.cursor() as cursor, cursor.copy(_SQL["copy_events"]) as copy:
        copy.set_types(_EVENT_TYPES)
        for i in sorted(range(len(drafts)), key=lambda i: drafts[i].key):
            draft = drafts[i]
            parent = found.parents.get(i, (None, None))
            copy.write_row(
                (
                    draft.key,
                    *common,
                    draft.index,
                    *parent,
                    draft.content_hash,
                    packed[i],
                    factrows.terms(draft.facts),
                    *event_row(draft.event),
                )
            )


def _copy_postings(
    conn: Connection, drafts: list[_Draft], found: Mentions, audience_id: int
) -> None:
    keys = [(draft.key, draft.event.event_time) for draft in drafts]
    with conn.cursor() as cursor:
        with cursor.copy(_SQL["copy_postings"]) as copy:
            copy.set_types(_POSTING_TYPES)
            for event, class_id, block, role, lo, hi, members in found.postings:
                copy.write_row((class_id, block, *keys[event], audience_id, role, lo, hi, members))
        with cursor.copy(_SQL["copy_touches"]) as copy:
            copy.set_types(_TOUCH_TYPES)
            for event, class_id, seq, role in found.touches:
                copy.write_row((class_id, seq, *keys[event], audience_id, role))


_EVENT_TYPES = (
    *("int8", "int4", "int4", "timestamptz", "uuid", "int4", "int4", "int4", "bytea", "bytea"),
    *("int8[]", "timestamptz", "text", "bool", "bool", "text", "text", "text", "text", "text"),
    *("text", "text", "int4", "int4", "text", "text", "text[]"),
)
_POSTING_TYPES = ("int4", "int4", "int8", "timestamptz", "int4", "int2", "int2", "int2", "bytea")
_TOUCH_TYPES = ("int4", "int4", "int8", "timestamptz", "int4", "int2")
