"""Cases in the database: how they are now, everything that was done, and the packs they hold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor

_SQL = named.statements("cases")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as it is now."""

    case_id: int
    code: str
    title: str
    state: str
    category: str | None
    outcome: str | None
    cause: str | None
    owner: str
    market: str | None
    opened_at: datetime
    opened_by: str
    confirmed_at: datetime | None
    high_risk_at: datetime | None
    closed_at: datetime | None
    merged_into: str | None
    revision: int
    alert_count: int
    held_count: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """Something that was done or said in a case."""

    entry_no: int
    at: datetime
    kind: str
    text: str
    detail: Mapping[str, Any]
    actor_name: str


@dataclass(frozen=True, slots=True)
class PackRow:
    """A pack that a case holds, or held."""

    gtin: str
    serial: str
    notice_id: str
    held_at: datetime
    released_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases; None asks nothing."""

    code: str | None = None
    states: Sequence[str] | None = None
    owner: str | None = None
    before: int | None = None
    with_merged: bool = False


def next_number(conn: Connection, organisation_id: int) -> int:
    """Return the number of the next case, and let nobody else take it."""
    conn.execute(_SQL["lock_organisation"], [organisation_id])
    row = conn.execute(_SQL["next_number"], [organisation_id]).fetchone()
    return int(row[0]) if row else 1


def insert(conn: Connection, values: Mapping[str, Any]) -> int:
    """Open a case; return its number in the database."""
    row = conn.execute(_SQL["open"], values).fetchone()
    if row is None:
        raise RuntimeError("the database gave no number to a case")
    return int(row[0])


def cases(conn: Connection, organisation_id: int, wanted: Wanted, *, limit: int) -> list[CaseRow]:
    """Return cases, the newest first."""
    asked = {each.name: getattr(wanted, each.name) for each in fields(Wanted)}
    asked |= {"organisation_id": organisation_id, "limit": limit}
    if wanted.states is not None:
        asked["states"] = list(wanted.states)
    with conn.cursor(row_factory=args_row(CaseRow)) as cursor:
        return cursor.execute(_SQL["cases"], asked).fetchall()


def by_code(conn: Connection, organisation_id: int, code: str) -> CaseRow | None:
    """Return one case."""
    wanted = Wanted(code=code, with_merged=True)
    return next(iter(cases(conn, organisation_id, wanted, limit=1)), None)


def locked(conn: Connection, organisation_id: int, code: str) -> CaseRow | None:
    """Return one case, and let nobody else change it until this ends."""
    conn.execute(_SQL["lock"], [organisation_id, code])
    return by_code(conn, organisation_id, code)


def change(conn: Connection, case_id: int, values: Mapping[str, Any]) -> None:
    """Write what a case is now."""
    conn.execute(_SQL["change"], {"case_id": case_id, **values})


def add_entry(
    conn: Connection,
    case_id: int,
    actor: Actor,
    kind: str,
    text: str,
    *,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write down something that was done or said."""
    conn.execute(
        _SQL["add_entry"],
        {
            "case_id": case_id,
            "at": at,
            "kind": kind,
            "text": text,
            "detail": Jsonb(dict(detail or {})),
            "actor_kind": actor.kind.value,
            "actor_id": actor.id,
            "actor_name": actor.name,
        },
    )


def entries(conn: Connection, case_id: int) -> list[EntryRow]:
    """Return what was done and said, in its order."""
    with conn.cursor(row_factory=args_row(EntryRow)) as cursor:
        return cursor.execute(_SQL["entries"], [case_id]).fetchall()


def hold(
    conn: Connection, case_id: int, pack: tuple[str, str], notice_id: str, *, at: datetime
) -> None:
    """Write that a case holds a pack."""
    conn.execute(_SQL["hold"], [case_id, *pack, notice_id, at])


def release(conn: Connection, case_id: int, pack: tuple[str, str], *, at: datetime) -> None:
    """Write that a case no longer holds a pack."""
    asked = {"case_id": case_id, "gtin": pack[0], "serial": pack[1], "at": at}
    conn.execute(_SQL["release"], asked)


def packs(conn: Connection, case_id: int) -> list[PackRow]:
    """Return the packs that a case holds, or held."""
    with conn.cursor(row_factory=args_row(PackRow)) as cursor:
        return cursor.execute(_SQL["packs"], [case_id]).fetchall()


def merge(conn: Connection, case_id: int, into: int) -> None:
    """Move alerts and packs of a case to another one."""
    conn.execute(_SQL["move_alerts"], [into, case_id])
    conn.execute(_SQL["move_packs"], [into, case_id])


def holding(conn: Connection, organisation_id: int, pack: tuple[str, str]) -> list[tuple[str, str]]:
    """Return code and state of the cases that hold a pack."""
    found = conn.execute(_SQL["holding_case"], [*pack, organisation_id])
    return [(row[0], row[1]) for row in found]
