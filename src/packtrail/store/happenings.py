"""Happenings: every event that counts and the objects it names, read from the index once.

What a census or a search for oddities sweeps over. A fact that several events tell of an object is
told by the first of them only, as in `packtrail.lifecycle.fold.in_order`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from packtrail.store import named
from packtrail.store.blocks import BLOCK_BITS, decode
from packtrail.store.roles import EPC, OUTPUT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.sweep import Objects

_SQL = named.statements("census")


class Event(NamedTuple):
    """What a sweep needs of one event; the columns of `events` in their order."""

    event_id: int
    type: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    parent_class_id: int | None
    parent_seq: int | None
    empties: bool
    identity: str
    is_withdrawn: bool
    fact: int
    """Hash of what the event says of its objects: time, kind, words, places, parent."""
    occasion: int
    """Hash of time, place, lot and expiry: commissionings on one occasion are one."""
    at: int
    """Event time in microseconds since 1970, UTC."""
    read_point: str | None
    biz_location: str | None
    links: list[str] | None
    """Transactions, sources and destinations, see `packtrail.store.rows.link`."""
    lot: str | None
    expires: str | None


@dataclass(slots=True)
class Index:
    """What events name, as numbers of objects."""

    bases: dict[int, int]
    """Class -> number of its object 0."""
    total: int
    named: defaultdict[int, list[tuple[int, Objects]]]
    """Event -> (role code, objects)."""


def read(
    conn: Connection,
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> tuple[list[Event], Index]:
    """Return the events that have an effect, in the order in which they count, and their objects.

    Args:
        conn: A connection in a transaction, so that its reads see one state of the store.
        audience_ids: Only events these may see.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    scope: dict[str, object] = {
        "audience_ids": list(audience_ids),
        "as_of": as_of,
        "as_known_at": as_known_at,
    }
    events, index = _events(conn, scope), _index(conn, scope)
    return _told_once(events, index), index


def first_mentions(mentions: Sequence[Objects]) -> list[NDArray[np.bool_]]:
    """Mark the objects that no mention before names.

    Args:
        mentions: Objects without repetition, in the order in which they count.
    """
    is_first = np.zeros(sum(map(len, mentions)), dtype=bool)
    is_first[np.unique(np.concatenate(mentions), return_index=True)[1]] = True
    return np.split(is_first, np.cumsum([len(one) for one in mentions])[:-1])


def _events(conn: Connection, scope: dict[str, object]) -> list[Event]:
    with conn.cursor(binary=True) as cursor:
        rows = [Event(*row) for row in cursor.execute(_SQL["events"], scope)]
    first: dict[str, Event] = {}
    for row in rows:
        first.setdefault(row.identity, row)
    return [row for row in first.values() if not row.is_withdrawn]


def _index(conn: Connection, scope: dict[str, object]) -> Index:
    bases: dict[int, int] = {}
    total = 0
    for class_id, size in conn.execute(_SQL["class_sizes"]):
        bases[class_id] = total
        total += size
    named_by: defaultdict[int, list[tuple[int, Objects]]] = defaultdict(list)
    with conn.cursor(binary=True) as cursor:
        for class_id, block, event_id, role, lo, hi, members in cursor.execute(
            _SQL["postings"], scope
        ):
            lanes = decode(lo, hi, members) + (bases[class_id] + (block << BLOCK_BITS))
            named_by[event_id].append((role, lanes))
        for class_id, seq, event_id, role in cursor.execute(_SQL["touches"], scope):
            named_by[event_id].append((role, np.array([bases[class_id] + seq])))
    return Index(bases, total, named_by)


def _told_once(events: list[Event], index: Index) -> list[Event]:
    """Take from the index, and from what empties, whatever an event before has told."""
    counts = Counter(event.fact for event in events)
    emptied: set[int] = set()
    told: defaultdict[tuple[int, ...], list[tuple[int, int]]] = defaultdict(list)
    for number, event in enumerate(events):
        if counts[event.fact] == 1:
            continue
        if event.empties and event.fact in emptied:
            events[number] = event._replace(empties=False)
        if event.empties:
            emptied.add(event.fact)
        for place, (role, _) in enumerate(index.named.get(event.event_id, ())):
            # Lot and expiry are said of what comes into being, not of the rest.
            more = (event.occasion,) if role in {EPC, OUTPUT} else ()
            told[event.fact, role, *more].append((event.event_id, place))
    for mentions in told.values():
        if len(mentions) > 1:
            _keep_first(index, mentions)
    return events


def _keep_first(index: Index, mentions: list[tuple[int, int]]) -> None:
    objects = [index.named[event_id][place][1] for event_id, place in mentions]
    for (event_id, place), is_first in zip(mentions, first_mentions(objects), strict=True):
        role, lanes = index.named[event_id][place]
        index.named[event_id][place] = role, lanes[is_first]
