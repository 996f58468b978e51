"""Retention policies: how long a company keeps its records, as it decided on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from packtrail.compliance.countries import name_of
from packtrail.store import months, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from psycopg import Connection

_SQL = named.statements("retention")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A retention policy."""

    policy_id: int
    organisation_id: int
    scope: str
    """`all`, `market` or `product`."""
    subject: str
    """A market, a GTIN; of all nothing."""
    live_for: str | None
    """How long bodies stay in the database after the end of the month, such as `24 months`."""
    live_end: str
    """Then taking them out is `propose`d, or done: `drop`."""
    keep_for: str
    """How long records are kept at all, such as `7 years`."""
    counts_from: str
    """`record`: the end of the month; `expiry`: the latest expiry recorded until then."""
    at_end: str
    """Then they are kept on (`keep`), or may be destroyed (`destroy`)."""
    source: str
    """What says so."""
    valid_from: date
    made_at: datetime
    made_by: str
    ended_on: date | None
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None

    @property
    def over(self) -> str:
        """What it is over, in words."""
        if self.scope == "market":
            return f"{name_of(self.subject)} ({self.subject})"
        return "everything" if self.scope == "all" else f"{self.scope} {self.subject}"


def insert(conn: Connection, organisation_id: int, about: Mapping[str, object]) -> int:
    """Write a policy; return its number.

    Args:
        conn: A connection in a transaction.
        organisation_id: Whose.
        about: Its columns by name, with who made it and when.
    """
    row = conn.execute(_SQL["insert"], {**about, "organisation_id": organisation_id}).fetchone()
    return int(row[0]) if row else 0


def of_organisation(conn: Connection, organisation_id: int) -> list[Policy]:
    """Return all policies of an organisation by scope, the newest first."""
    return _read(conn, "of_organisation", organisation_id)


def locked(conn: Connection, policy_id: int, organisation_id: int) -> Policy | None:
    """Return a policy that nobody else changes until the transaction ends."""
    return next(iter(_read(conn, "one", policy_id, organisation_id)), None)


def on_day(conn: Connection, organisation_ids: Iterable[int], day: date) -> list[Policy]:
    """Return the policies that hold on a day: of each scope the one that took over last."""
    newest: dict[tuple[int, str, str], Policy] = {}
    for each in _read(conn, "on_day", sorted(organisation_ids), day, day):
        newest.setdefault((each.organisation_id, each.scope, each.subject), each)
    return list(newest.values())


def end(conn: Connection, policy_id: int, *, on: date, at: datetime, by: str, reason: str) -> None:
    """Write from which day on a policy does not hold any more."""
    bound = {"policy_id": policy_id, "on": on, "at": at, "by": by, "reason": reason}
    conn.execute(_SQL["end"], bound)


def owners(conn: Connection, day: date) -> tuple[int, ...]:
    """Return the organisations whose records a month holds."""
    bounds = months.bounds(day)
    (low, high), (first, last) = bounds["segment"], bounds["original"]
    bound = {"low": low, "high": high, "first": first, "last": last}
    return tuple(sorted(owner for (owner,) in conn.execute(_SQL["owners"], bound)))


def _read(conn: Connection, which: str, *bound: object) -> list[Policy]:
    with conn.cursor(row_factory=class_row(Policy)) as cursor:
        return cursor.execute(f"{_SQL['every']} {_SQL[which]}".encode(), bound).fetchall()
