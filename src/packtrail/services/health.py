"""Health: the condition of the database, for the operator of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.store import health as rows
from packtrail.store.health import Condition

if TYPE_CHECKING:
    from packtrail.services.application import Application

__all__ = ["Condition", "bare_copy_seconds", "condition"]


def condition(app: Application) -> Condition:
    """Return the condition of the database.

    Raises:
        Unavailable: It does not answer.
    """
    with app.database.reading() as conn:
        return rows.condition(conn)


def bare_copy_seconds(app: Application, serials: int) -> float:
    """Return how long this database takes for a bare COPY of that many serials: the limit."""
    with app.database.reading() as conn:
        return rows.bare_copy_seconds(conn, serials)
