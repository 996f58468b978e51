"""Verifications in the database: written once, read by pack, product, actor, place and time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

_SQL = named.statements("verifications")


@dataclass(frozen=True, slots=True)
class VerificationRow:
    """A row of `verification`, its columns in their order."""

    class_key: str
    verification_id: UUID
    item_key: str
    at: datetime
    recorded_at: datetime
    organisation_id: int
    actor_kind: str
    actor_id: str
    actor_name: str
    way: str
    purpose: str
    place: str | None
    station: str | None
    market: str | None
    lot: str | None
    expires: str | None
    scanned: str | None
    verdict: str
    reasons: list[str]
    rule_pack: str
    detail: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which verifications; None asks nothing."""

    class_key: str | None = None
    item_key: str | None = None
    actor_id: str | None = None
    places: Sequence[str] | None = None
    verdicts: Sequence[str] | None = None
    since: datetime | None = None
    """Asked at this moment or later."""
    until: datetime | None = None
    """Asked before this moment."""
    before: tuple[datetime, UUID] | None = None
    """Those that come after this one in the answer, which is the newest first."""


def insert(conn: Connection, rows: Iterable[VerificationRow]) -> None:
    """Add rows."""
    values = []
    for row in rows:
        *columns, detail = (getattr(row, each.name) for each in fields(row))
        values.append([*columns, None if detail is None else Jsonb(dict(detail))])
    if len(values) == 1:  # By far the most often, and without a pipeline of its own.
        conn.execute(_SQL["insert"], values[0], prepare=True)
        return
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["insert"], values)


def newest(
    conn: Connection, organisation_ids: Sequence[int], wanted: Wanted, *, limit: int
) -> list[VerificationRow]:
    """Return verifications that organisations asked for, the newest first."""
    texts, bound = _conditions(wanted)
    statement = (
        f"{_SQL['select']} where organisation_id = any(%(organisations)s){texts}"
        " order by at desc, verification_id desc limit %(limit)s"
    )
    asked = {**bound, "organisations": list(organisation_ids), "limit": limit}
    with conn.cursor(row_factory=args_row(VerificationRow)) as cursor:
        return cursor.execute(statement, asked).fetchall()


def by_id(conn: Connection, verification_id: UUID, organisation_id: int) -> VerificationRow | None:
    """Return one verification of an organisation."""
    with conn.cursor(row_factory=args_row(VerificationRow)) as cursor:
        return cursor.execute(_SQL["by_id"], [verification_id, organisation_id]).fetchone()


_TESTS = {
    "class_key": " and class_key = %(class_key)s",
    "item_key": " and item_key = %(item_key)s",
    "actor_id": " and actor_id = %(actor_id)s",
    "places": " and place = any(%(places)s)",
    "verdicts": " and verdict = any(%(verdicts)s)",
    "since": " and at >= %(since)s",
    "until": " and at < %(until)s",
}


def _conditions(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    given = {name: getattr(wanted, name) for name in _TESTS}
    bound = {name: value for name, value in given.items() if value is not None}
    texts = "".join(_TESTS[name] for name in bound)
    if wanted.before is not None:
        texts += " and (at, verification_id) < (%(before_at)s, %(before_id)s)"
        bound["before_at"], bound["before_id"] = wanted.before
    return texts, {
        name: list(value) if name in {"places", "verdicts"} else value
        for name, value in bound.items()
    }
