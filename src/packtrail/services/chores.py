"""Chores: what a serving Packtrail does by itself from time to time.

A chore is a use case without a person. Of several servers on one database one does it; a chore that
fails is written down with its reason and done again at its next time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from packtrail.base.errors import Unavailable
from packtrail.store import chores as rows

if TYPE_CHECKING:
    from packtrail.services.application import Application

_LOG = logging.getLogger(__name__)
_CLAIM = timedelta(minutes=30)
"""After this a chore counts as abandoned, and another server takes it."""
_ERROR_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done again and again."""

    name: str
    """What it does, as the list of chores shows it."""
    every_seconds: float
    """From the end of one run to the beginning of the next."""
    run: Callable[[Application], object]
    """Safe to be cut off anywhere and done again."""


def announce(app: Application, chores: Sequence[Chore]) -> None:
    """Make chores known to the database; those it does not know are due at once."""
    with app.database.transaction() as conn:
        rows.add(conn, [chore.name for chore in chores], at=app.clock())


def take_over(app: Application, claim: UUID) -> None:
    """Give back what somebody was at who claimed under the same name and is no more."""
    with app.database.transaction() as conn:
        rows.release(conn, claim)


def run_next(app: Application, chores: Sequence[Chore], claim: UUID | None = None) -> bool:
    """Do the chore that is due longest; return False when none is.

    Args:
        app: The application.
        chores: What may be done.
        claim: Names who does it; default: a name of its own.

    Raises:
        Unavailable: The database did not answer; the chore is done again later.
    """
    known = {chore.name: chore for chore in chores}
    now = app.clock()
    with app.database.transaction() as conn:
        taken = rows.claim_due(
            conn, list(known), claim=claim or uuid4(), now=now, until=now + _CLAIM
        )
    if taken is None:
        return False
    chore = known[taken.name]
    error = _run(app, chore)
    now = app.clock()
    next_at = now + timedelta(seconds=chore.every_seconds)
    with app.database.transaction() as conn:
        rows.finish(conn, taken, now=now, next_at=next_at, error=error)
    return True


def every(app: Application) -> Sequence[rows.ChoreRow]:
    """Return how all chores fare, by name."""
    with app.database.reading() as conn:
        return rows.every(conn)


def _run(app: Application, chore: Chore) -> str | None:
    """Do a chore; return why it could not be done."""
    try:
        chore.run(app)
    except Unavailable:
        raise
    except Exception as fault:  # noqa: BLE001 - one chore must not stop the others
        _LOG.exception("the chore %r failed", chore.name)
        return f"{type(fault).__name__}: {fault}"[:_ERROR_LENGTH_MAX]
    return None
