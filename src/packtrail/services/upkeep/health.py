"""Health: the condition of the database, for the operator of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.store import health as rows
from packtrail.store import objects
from packtrail.store.health import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from packtrail.services.application import Application

__all__ = [
    "Condition",
    "bare_copy_of_events_seconds",
    "bare_copy_seconds",
    "bare_look_up_seconds",
    "bare_message",
    "condition",
    "make_room_for_bare_messages",
    "sizes",
    "some_objects",
]


def condition(app: Application) -> Condition:
    """Return the condition of the database.

    Raises:
        Unavailable: It does not answer.
    """
    with app.database.reading() as conn:
        return rows.condition(conn)


def sizes(app: Application) -> dict[str, int]:
    """Return the octets of every table with its indexes; "" is all there is."""
    with app.database.reading() as conn:
        found = {table.name: table.size_bytes for table in rows.table_sizes(conn)}
        return found | {"": rows.condition(conn).size_bytes}


def bare_copy_seconds(app: Application, serials: Sequence[str]) -> float:
    """Return how long this database takes for a bare COPY of serials: a limit to measure beside."""
    with app.database.reading() as conn:
        return rows.bare_copy_seconds(conn, serials)


def bare_copy_of_events_seconds(app: Application, events: Sequence[tuple[str, str, str]]) -> float:
    """Return how long this database takes for a bare COPY of events: id, what is named, when."""
    with app.database.reading() as conn:
        return rows.bare_copy_of_events_seconds(conn, events)


def make_room_for_bare_messages(app: Application) -> None:
    """Make the table for `bare_message`."""
    with app.database.reading() as conn:
        rows.make_room_for_bare_messages(conn)


def bare_message(app: Application, event_id: str, content: bytes) -> None:
    """Keep a message durably in a bare table: a limit to measure beside.

    Args:
        app: The application.
        event_id: What the message is told by; its table is unique by it.
        content: All of it.
    """
    with app.database.reading() as conn:
        rows.bare_message(conn, event_id, content)


def bare_look_up_seconds(app: Application, serials: Sequence[str]) -> list[float]:
    """Return how long this database takes to look up each of some serials in a bare table."""
    with app.database.reading() as conn:
        return rows.bare_look_up_seconds(conn, serials)


def object_count(app: Application, kind: str) -> int:
    """Return how many objects of a kind were ever given a number.

    Args:
        app: The application.
        kind: How their class keys begin, such as `sgtin/`.
    """
    with app.database.reading() as conn:
        return sum(objects.numbers(conn, kind).values())


def some_objects(app: Application, kind: str, count: int, draw: Random) -> list[str]:
    """Return identifiers of up to so many objects, drawn from all of a kind.

    Args:
        app: The application.
        kind: How their class keys begin, such as `sgtin/`.
        count: How many.
        draw: Draws them.
    """
    with app.database.reading() as conn:
        return [name.identifier for name in objects.some(conn, kind, count, draw)]
