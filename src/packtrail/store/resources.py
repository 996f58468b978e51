"""The values that events have been seen with: types, steps, places, objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from packtrail.store import dictionary, named, objects
from packtrail.store.roles import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from packtrail.store.objects import Instance

_SQL = named.statements("resources")
Column = Literal["type", "biz_step", "biz_location", "read_point", "disposition"]
CHUNK: Final = 1000
CHUNKS_MAX: Final = 20
"""Most chunks of the dictionary that one page looks through for objects that may be seen."""


def values(
    conn: Connection, column: Column, audience_ids: Sequence[int], *, after: str, limit: int
) -> list[str]:
    """Return the values of a column of the events that may be seen, in order.

    Args:
        conn: A connection.
        column: The column of `event`.
        audience_ids: What the asker may see.
        after: Only values that come after this one.
        limit: Most values to return.
    """
    statement = _SQL["distinct_values"].replace(":column", column)
    bound = {"audience_ids": list(audience_ids), "after": after, "limit": limit}
    return [row[0] for row in conn.execute(statement, bound)]


def seen_objects(
    conn: Connection, audience_ids: Sequence[int], *, after: Instance, limit: int
) -> tuple[list[str], Instance | None]:
    """Return the identifiers of objects that an event which may be seen names.

    Args:
        conn: A connection.
        audience_ids: What the asker may see.
        after: Where to go on from; (0, -1) for the beginning.
        limit: Most objects to return.

    Returns:
        The identifiers, which can be fewer than `limit`, and where to go on; None at the end.
    """
    seen: list[Instance] = []
    for _ in range(CHUNKS_MAX):
        chunk = dictionary.objects_after(conn, after, CHUNK)
        visible = {
            instance
            for instance, _, role in objects.sightings(conn, chunk, audience_ids)
            if role in ROLES
        }
        seen.extend(each for each in chunk if each in visible)
        if len(seen) >= limit:
            return _names(conn, seen[:limit]), seen[limit - 1]
        if len(chunk) < CHUNK:
            return _names(conn, seen), None
        after = chunk[-1]
    return _names(conn, seen), after


def _names(conn: Connection, instances: list[Instance]) -> list[str]:
    names = objects.names(conn, instances)
    return [names[each].identifier for each in instances]
