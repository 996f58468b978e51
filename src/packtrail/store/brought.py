"""What a document brought, told from the columns of its events and a few of their bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.store import bodies, named, objects

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("brought")


@dataclass(frozen=True, slots=True)
class Kind:
    """Events of one type, action and business step."""

    type: str
    action: str | None
    biz_step: str | None
    count: int
    object_count: int
    """Objects named, each as often as it is named."""
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtRows:
    """What is told of the events of one document."""

    kinds: tuple[Kind, ...]
    lots: tuple[tuple[str, str | None], ...]
    """Lot, expiry as recorded."""
    links: tuple[tuple[str, ...], ...]
    """Distinct sets of `t:type|id`, `s:type|id` and `d:type|id`."""
    captures: tuple[tuple[str, int], ...]
    """Earlier captures that recorded the events first, with how many."""
    containers: tuple[str, ...]
    """Identifiers of what something was packed into, the outermost first."""
    samples: tuple[dict[str, Any], ...]
    """Bodies, one of each kind and lot."""


def brought(
    conn: Connection,
    capture_id: str,
    keys: Sequence[int],
    *,
    audience_ids: Sequence[int],
    limit: int,
) -> BroughtRows:
    """Return what a document brought.

    Args:
        conn: A connection.
        capture_id: The capture that recorded the events.
        keys: Storage keys of events that it repeats and others recorded.
        audience_ids: Only events these may see.
        limit: Most lots, containers, samples and so on.
    """
    wanted = {
        "capture_id": capture_id,
        "keys": list(keys),
        "audience_ids": list(audience_ids),
        "limit": limit,
    }

    def rows(name: str) -> list[tuple[Any, ...]]:
        return conn.execute(_SQL[name], wanted).fetchall()

    parents = [(class_id, seq) for class_id, seq in rows("parents")]
    names = objects.names(conn, parents)
    return BroughtRows(
        kinds=tuple(Kind(*row) for row in rows("kinds")),
        lots=tuple((lot, expires) for lot, expires in rows("lots")),
        links=tuple(tuple(links) for links, _ in rows("links")),
        captures=tuple((capture, count) for capture, count in rows("captures")) if keys else (),
        containers=tuple(names[one].identifier for one in parents if one in names),
        samples=tuple(bodies.read(bytes(body)) for (body,) in rows("samples")),
    )
