"""What the database holds that proves readiness: first packs, batches, messages, reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packtrail.store import named, segments
from packtrail.store.drafts import moment
from packtrail.store.roles import EPC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from psycopg import Connection

_SQL = named.statements("plan_evidence")
_COMMISSIONING = "commissioning"


@dataclass(frozen=True, slots=True)
class ReportsRow:
    """How a receiver answered."""

    receiver: str
    market: str | None
    taken_at: datetime | None
    """Of the last report it took."""
    refused: int


def first_commissionings(
    conn: Connection, class_keys: Sequence[str], audience_ids: Sequence[int]
) -> dict[str, datetime]:
    """Return when the first packs of some classes were commissioned: class key -> moment.

    Args:
        conn: A connection.
        class_keys: Such as `sgtin/00396417210309`.
        audience_ids: What the asker may see.
    """
    bound = {"keys": list(class_keys), "role": EPC, "audience_ids": list(audience_ids)}
    early = conn.execute(_SQL["first_segments"], bound).fetchall()
    read = segments.read(conn, {row[2] for row in early}, audience_ids=audience_ids)
    found: dict[str, datetime] = {}
    for class_key, class_id, segment_id in early:
        segment = read[segment_id]
        if segment.biz_step != _COMMISSIONING or segment.is_error_declaration:
            continue
        for of_class, _, places in segment.named(EPC):
            if of_class == class_id:
                at = moment(int(segment.columns.times[places].min()))
                found[class_key] = min(at, found.get(class_key, at))
    return found


def batches(conn: Connection, audience_ids: Sequence[int], states: Sequence[str]) -> dict[str, int]:
    """Return how many work orders in some states each line has: code of the line -> count."""
    bound = {"audience_ids": list(audience_ids), "states": list(states)}
    return dict(conn.execute(_SQL["batches"], bound).fetchall())


@dataclass(frozen=True, slots=True)
class Made:
    """What the work orders of a line came to."""

    counts: dict[str, int] = field(default_factory=dict)
    """Sum of each kind and level, such as `commission:pack`."""
    last_on: date | None = None
    """When the last of them ended, in UTC."""


def made(
    conn: Connection, audience_ids: Sequence[int], states: Sequence[str]
) -> dict[tuple[str, str], Made]:
    """Return what the work orders in some states came to: (operator, line) -> all of them."""
    bound = {"audience_ids": list(audience_ids), "states": list(states)}
    found: dict[tuple[str, str], Made] = {}
    for operator, line, last_on, name, count in conn.execute(_SQL["made"], bound).fetchall():
        known = found.get((operator, line), Made())
        last = max(filter(None, (known.last_on, last_on)), default=None)
        found[operator, line] = Made({**known.counts, name: count}, last)
    return found


def messages(conn: Connection, audience_ids: Sequence[int], since: datetime) -> dict[str, datetime]:
    """Return when the last good message of each organisation was taken: code -> moment."""
    bound = {"audience_ids": list(audience_ids), "since": since}
    return dict(conn.execute(_SQL["messages"], bound).fetchall())


def reports(
    conn: Connection, organisation_id: int, taken: Sequence[str], refused: Sequence[str]
) -> list[ReportsRow]:
    """Return how the receivers of an organisation answered its reports.

    Args:
        conn: A connection.
        organisation_id: Whose reports.
        taken: States of reports that were taken.
        refused: States of those that were not.
    """
    bound = {"organisation_id": organisation_id, "taken": list(taken), "refused": list(refused)}
    return [ReportsRow(*row) for row in conn.execute(_SQL["reports"], bound).fetchall()]


def operators(conn: Connection, organisation_id: int) -> list[int]:
    """Return the organisations whose lines pack for one: itself, and its packers."""
    bound = {"organisation_id": organisation_id}
    return [int(row[0]) for row in conn.execute(_SQL["operators"], bound).fetchall()]


def held_mark(conn: Connection, organisation_id: int) -> tuple[object, ...]:
    """Return what differs when portfolio, sites, lines or trade items of an organisation change."""
    row = conn.execute(_SQL["held_mark"], {"organisation_id": organisation_id}).fetchone()
    return tuple(row or ())
