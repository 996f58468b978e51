"""Inference in the database: rules about closed cases, and the samples that were drawn."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from psycopg.rows import args_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from psycopg import Connection

_SQL = named.statements("inference")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A row of `inference_rule`."""

    rule_no: int
    partner: str | None
    gtin: str | None
    place: str | None
    trust: str | None
    cases: int | None
    share_max: Decimal
    confidence: Decimal
    effective_at: datetime
    recorded_at: datetime
    reason: str
    actor_name: str


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A row of `inference_draw`."""

    draw_no: int
    document: str
    rule_no: int
    seed: str
    population: list[str]
    drawn: list[str]
    drawn_at: datetime
    actor_name: str


def rules(conn: Connection, organisation_id: int) -> list[RuleRow]:
    """Return every rule of an organisation, the newest first."""
    with conn.cursor(row_factory=args_row(RuleRow)) as cursor:
        return cursor.execute(_SQL["rules"], [organisation_id]).fetchall()


def add_rule(conn: Connection, organisation_id: int, row: RuleRow) -> int:
    """Add a rule; return its number."""
    return _numbered(conn, "add_rule", {**asdict(row), "organisation_id": organisation_id})


def draws(conn: Connection, organisation_id: int, cases: Sequence[str]) -> list[DrawRow]:
    """Return the samples that an organisation drew among some cases, in order."""
    with conn.cursor(row_factory=args_row(DrawRow)) as cursor:
        return cursor.execute(_SQL["draws"], [organisation_id, list(cases)]).fetchall()


def add_draw(conn: Connection, organisation_id: int, row: DrawRow) -> int:
    """Keep a sample; return its number."""
    return _numbered(conn, "add_draw", {**asdict(row), "organisation_id": organisation_id})


def lock(conn: Connection, organisation_id: int) -> None:
    """Let nobody else draw for an organisation until the transaction ends."""
    conn.execute(_SQL["lock"], [organisation_id])


def _numbered(conn: Connection, name: str, values: Mapping[str, object]) -> int:
    row = conn.execute(_SQL[name], values).fetchone()
    if row is None:
        raise RuntimeError(f"the database gave no number to {name}")
    return int(row[0])
