"""Facts in the database: what the events of a segment give, for queries that no column answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.epcis.context import STANDARD_PREFIXES, namespace_of
from packtrail.store import named
from packtrail.store.facts import namespaces_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

    from packtrail.epcis.events import Event
    from packtrail.store.facts import Facts

_SQL = named.statements("factrows")
_PREFIX_MAX = 64
"""Characters of a prefix that queries may use."""


def terms(facts: Facts | None) -> list[int] | None:
    """Return what the row of a segment keeps of its facts."""
    return sorted(facts.terms) or None if facts else None


def write(conn: Connection, segment_id: int, facts: Facts | None, audience_id: int) -> None:
    """Insert the values of a segment's events.

    Args:
        conn: A connection in a transaction.
        segment_id: The segment.
        facts: What each of its events gives.
        audience_id: Who may see them.
    """
    if facts and facts.values:
        with conn.cursor() as cursor:
            cursor.executemany(
                _SQL["insert_value"],
                [
                    (value.name, segment_id, audience_id, value.number, value.text)
                    for value in facts.values
                ],
            )


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
