"""Facts in the database: written with each event, and made afresh for events stored before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail import epcis
from packtrail.epcis.context import STANDARD_PREFIXES, namespace_of
from packtrail.store import bodies, named
from packtrail.store.facts import facts_of, namespaces_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

    from packtrail.epcis.events import Event
    from packtrail.store.facts import Facts

_SQL = named.statements("factrows")
_CHUNK = 2_000
_PREFIX_MAX = 64
"""Characters of a prefix that queries may use."""


def terms(facts: Facts | None) -> list[int] | None:
    """Return what the event's own row keeps of its facts."""
    return sorted(facts.terms) or None if facts else None


def write(conn: Connection, facts: Iterable[tuple[int, Facts | None]], audience_id: int) -> None:
    """Copy the values of events, each with its key.

    Args:
        conn: A connection in a transaction.
        facts: Key of an event, and its facts.
        audience_id: Who may see them.
    """
    rows = [
        (value.name, key, audience_id, value.number, value.text)
        for key, one in facts
        if one
        for value in one.values
    ]
    if rows:
        _copy(conn, rows)


def _copy(conn: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    with conn.cursor() as cursor, cursor.copy(_SQL["copy_values"]) as copy:
        copy.set_types(["int8", "int8", "int4", "numeric", "text"])
        for row in rows:
            copy.write_row(row)


def learn_prefixes(
    conn: Connection, events: Iterable[Event], namespaces: Mapping[str, str]
) -> None:
    """Remember under which prefixes the extension fields of events were written.

    Args:
        conn: A connection in a transaction.
        events: Events that have facts.
        namespaces: Prefix -> namespace as their document declared them.
    """
    candidates = {
        prefix: namespace_of(namespace)
        for prefix, namespace in namespaces.items()
        if 0 < len(prefix) <= _PREFIX_MAX and prefix not in STANDARD_PREFIXES
    }
    if not candidates:
        return
    used = {namespace for event in events for namespace in namespaces_of(event)}
    told = {(prefix, name) for prefix, name in candidates.items() if name in used}
    known = set(conn.execute(_SQL["known_prefixes"], [[prefix for prefix, _ in told]]).fetchall())
    for pair in sorted(told - known):
        conn.execute(_SQL["insert_prefix"], pair)


def backfill(conn: Connection) -> None:
    """Make the facts of every event that is stored: what migration 0003 leaves to code."""
    last = -1
    while rows := conn.execute(_SQL["next_bodies"], [last, _CHUNK]).fetchall():
        last = rows[-1][0]
        values: list[tuple[Any, ...]] = []
        for key, audience_id, body in rows:
            text = bodies.read(body)
            event = epcis.read_event_json(text)
            facts = facts_of(event)
            if facts is None:
                continue
            conn.execute(_SQL["set_facts"], [terms(facts), key])
            values += ((v.name, key, audience_id, v.number, v.text) for v in facts.values)
            learn_prefixes(conn, [event], _prefixes(text))
        _copy(conn, values)


def _prefixes(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the prefixes that a stored body declares."""
    context = body.get("@context", ())
    return {
        prefix: namespace
        for part in (context if isinstance(context, list) else [context])
        if isinstance(part, dict)
        for prefix, namespace in part.items()
        if isinstance(namespace, str)
    }
