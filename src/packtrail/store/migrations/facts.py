"""What the migration to facts leaves to code: the facts of every event that is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail import epcis
from packtrail.store import bodies, factrows
from packtrail.store.facts import facts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

_CHUNK = 2_000
_NEXT = (
    "select event_id, audience_id, body from event where event_id > %s order by event_id limit %s"
)
_SET = "update event set facts = %s where event_id = %s"
_COPY = """
    copy event_value (name, event_id, audience_id, number, text) from stdin (format binary)
"""


def backfill(conn: Connection) -> None:
    """Make the facts of every event that is stored."""
    last = -1
    while rows := conn.execute(_NEXT, [last, _CHUNK]).fetchall():
        last = rows[-1][0]
        values: list[tuple[Any, ...]] = []
        for key, audience_id, body in rows:
            text = bodies.read(body)
            event = epcis.read_event_json(text)
            facts = facts_of(event)
            if facts is None:
                continue
            conn.execute(_SET, [factrows.terms(facts), key])
            values += ((v.name, key, audience_id, v.number, v.text) for v in facts.values)
            factrows.learn_prefixes(conn, [event], prefixes(text))
        with conn.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.set_types(["int8", "int8", "int4", "numeric", "text"])
            for row in values:
                copy.write_row(row)


def prefixes(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the prefixes that a stored body declares."""
    context = body.get("@context", ())
    return {
        prefix: namespace
        for part in (context if isinstance(context, list) else [context])
        if isinstance(part, dict)
        for prefix, namespace in part.items()
        if isinstance(namespace, str)
    }
