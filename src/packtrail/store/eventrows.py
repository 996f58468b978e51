"""Event rows as a journey needs them: without bodies, and with what has been declared wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import args_row

from packtrail.store import named
from packtrail.store.identity import event_key, probes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

    from packtrail.hierarchy.containment import Moment
    from packtrail.store.objects import Instance

_SQL = named.statements("eventrows")
_CHUNK = 20_000


@dataclass(slots=True)
class EventRow:
    """What a journey needs of one event; the columns of `by_key` in their order."""

    event_id: int
    owner_id: int
    event_time: datetime
    record_time: datetime
    capture_id: UUID
    ordinal: int
    epc_count: int
    output_count: int
    parent_class_id: int | None
    parent_seq: int | None
    is_error_declaration: bool
    empties: bool
    identity: str
    time_zone_offset: str
    type: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    lot: str | None
    expires: str | None
    links: list[str] | None

    @property
    def parent(self) -> Instance | None:
        """The parent, where the event names one."""
        if self.parent_class_id is None or self.parent_seq is None:
            return None
        return self.parent_class_id, self.parent_seq

    @property
    def fact(self) -> tuple[object, ...]:
        """What the event says of whatever it packs or unpacks, whatever else it lists."""
        return (
            *(self.event_time, self.type, self.action, self.biz_step, self.disposition),
            *(self.read_point, self.biz_location, self.parent),
        )


def by_keys(
    conn: Connection,
    keys: Iterable[int],
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> dict[int, EventRow]:
    """Return event rows by key.

    Args:
        conn: A connection.
        keys: Storage keys that the asker may see.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    wanted = list(keys)
    found = {}
    with conn.cursor(binary=True, row_factory=args_row(EventRow)) as cursor:
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            for row in cursor.execute(_SQL["by_key"], [chunk], prepare=True):
                if (as_of is None or row.event_time <= as_of) and (
                    as_known_at is None or row.record_time <= as_known_at
                ):
                    found[row.event_id] = row
    return found


def withdrawn(
    conn: Connection, rows: Iterable[EventRow], *, as_known_at: datetime | None = None
) -> set[int]:
    """Return the keys of the events that their owner has declared wrong.

    An error declaration is itself among them: it has no effect either.
    """
    declarations: dict[tuple[int, str], list[int]] = {}
    keys: list[int] = []
    for row in rows:
        declarations.setdefault((row.owner_id, row.identity), []).append(row.event_id)
        keys += probes(event_key(row.owner_id, row.identity, is_error_declaration=True))
    found: set[int] = set()
    for start in range(0, len(keys), _CHUNK):
        chunk = [keys[start : start + _CHUNK], as_known_at, as_known_at]
        for owner_id, identity in conn.execute(_SQL["declarations"], chunk, prepare=True):
            found.update(declarations.get((owner_id, identity), ()))
    return found


def effective(
    conn: Connection,
    keys: Sequence[int],
    *,
    as_of: datetime | None,
    as_known_at: datetime | None,
) -> dict[int, EventRow]:
    """Return the rows of those events that have an effect.

    Of an event that several owners recorded the first record counts, and whether that one was
    declared wrong.
    """
    rows = by_keys(conn, keys, as_of=as_of, as_known_at=as_known_at)
    wrong = withdrawn(conn, rows.values(), as_known_at=as_known_at)
    first: dict[str, EventRow] = {}
    for row in sorted(rows.values(), key=moment):
        if not row.is_error_declaration:
            first.setdefault(row.identity, row)
    return {row.event_id: row for row in first.values() if row.event_id not in wrong}


def moment(row: EventRow) -> Moment:
    """Return the place of an event in the order of everything."""
    return row.event_time, row.record_time, row.ordinal, row.identity
