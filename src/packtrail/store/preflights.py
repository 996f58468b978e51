"""Checks of outgoing files in the database; they are only added to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.store import named

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from psycopg import Connection

_SQL = named.statements("preflights")
_JSON = frozenset({"findings", "fixes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightRow:
    """A row of `preflight`."""

    preflight_id: UUID
    organisation_id: int
    at: datetime
    actor_name: str
    market: str
    form: str
    receiver: str
    report_id: UUID | None
    version_no: int
    file_name: str
    size: int
    sha256: bytes
    lines: int
    bad_lines: int
    score: int
    rules: str
    findings: list[dict[str, Any]]
    fixes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """Checks of one period, market and receiver together."""

    since: date
    market: str
    receiver: str
    count: int
    lines: int
    bad_lines: int
    score: int
    lowest: int


def insert(conn: Connection, row: PreflightRow) -> None:
    """Add a check."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    conn.execute(
        _SQL["insert"],
        {name: Jsonb(value) if name in _JSON else value for name, value in values.items()},
    )


def newest(
    conn: Connection,
    organisation_id: int,
    *,
    receiver: str | None = None,
    market: str | None = None,
    before: datetime | None = None,
    limit: int = 50,
) -> list[PreflightRow]:
    """Return the newest checks first."""
    values = {
        "organisation_id": organisation_id,
        "receiver": receiver,
        "market": market,
        "before": before,
        "limit": limit,
    }
    with conn.cursor(row_factory=class_row(PreflightRow)) as cursor:
        return cursor.execute(f"{_SQL['columns']} {_SQL['newest']}", values).fetchall()


def of_report(conn: Connection, report_id: UUID, version_no: int) -> list[PreflightRow]:
    """Return the checks of one version of a report's files."""
    with conn.cursor(row_factory=class_row(PreflightRow)) as cursor:
        statement = f"{_SQL['columns']} {_SQL['of_report']}"
        return cursor.execute(statement, [report_id, version_no]).fetchall()


def scores(conn: Connection, organisation_id: int, *, since: datetime, unit: str) -> list[ScoreRow]:
    """Return checks added up by period, market and receiver.

    Args:
        conn: A connection.
        organisation_id: Whose checks.
        since: The first moment.
        unit: `day`, `week` or `month`.
    """
    values = {"organisation_id": organisation_id, "since": since, "unit": unit}
    return [ScoreRow(*row) for row in conn.execute(_SQL["scores"], values)]
