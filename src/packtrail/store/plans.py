"""Programmes in the database: their entries, every change of them, and baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row, dict_row

from packtrail.store import named
from packtrail.store.book_rows import ChangeRow, EntryRow, NewChange, columns, left_and_gone, sides

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("plans")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeRow:
    """A programme."""

    programme_id: int
    organisation_id: int
    code: str
    name: str
    terms: str
    """JSON."""
    version: int
    created_at: datetime
    created_by: str
    archived_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """What was changed at once."""

    version: int
    at: datetime
    actor_name: str
    reason: str
    kinds: list[str]
    """Of each change, such as `package changed`."""
    codes: list[str]
    """Of the first few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRow:
    """A baseline without its schedule."""

    baseline_no: int
    name: str
    version: int
    at: datetime
    created_by: str
    reason: str


def insert(conn: Connection, **values: Any) -> int | None:
    """Add a programme; None when the organisation has one of this code."""
    row = conn.execute(_SQL["insert"], values).fetchone()
    return row[0] if row else None


def of_organisation(conn: Connection, organisation_id: int) -> list[ProgrammeRow]:
    """Return the programmes of an organisation, those in use first, by code."""
    where = "organisation_id = %s order by archived_at is not null, code"
    return _programmes(conn, where, [organisation_id])


def by_code(
    conn: Connection, organisation_id: int, code: str, *, is_locked: bool = False
) -> ProgrammeRow | None:
    """Return a programme of an organisation.

    Args:
        conn: The connection.
        organisation_id: Whose.
        code: Its code.
        is_locked: Whether its entries are about to be changed.
    """
    lock = " for update" if is_locked else ""
    found = _programmes(conn, f"organisation_id = %s and code = %s{lock}", [organisation_id, code])
    return found[0] if found else None


def by_id(conn: Connection, programme_id: int) -> ProgrammeRow | None:
    """Return a programme, whosever it is."""
    return next(iter(_programmes(conn, "programme_id = %s", [programme_id])), None)


def in_use(conn: Connection) -> list[ProgrammeRow]:
    """Return the programmes of everybody that are not archived."""
    return _programmes(conn, "archived_at is null order by programme_id", [])


def bump(conn: Connection, programme_id: int) -> int:
    """Count a change; return the new version."""
    row = conn.execute(_SQL["bump"], [programme_id]).fetchone()
    return int(row[0]) if row else 0


def update(
    conn: Connection, programme_id: int, *, name: str, terms: str, archived_at: datetime | None
) -> None:
    """Change what a programme is called and what holds for it."""
    values = {
        "programme_id": programme_id,
        "name": name,
        "terms": terms,
        "archived_at": archived_at,
    }
    conn.execute(_SQL["update"], values)


def entries(conn: Connection, programme_id: int) -> list[EntryRow]:
    """Return all entries of a programme, by kind and code."""
    with conn.cursor(row_factory=class_row(EntryRow)) as cursor:
        return cursor.execute(_SQL["entries"], [programme_id]).fetchall()


def entries_since(
    conn: Connection, programme_id: int, version: int
) -> tuple[list[EntryRow], list[tuple[str, str]]]:
    """Return the entries changed after a version, and kind and code of those taken out."""
    bound = {"programme_id": programme_id, "version": version}
    with conn.cursor(row_factory=dict_row) as cursor:
        return left_and_gone(cursor.execute(_SQL["entries_since"], bound).fetchall())


def write(
    conn: Connection,
    programme_id: int,
    changes: Sequence[NewChange],
    *,
    version: int,
    at: datetime,
    actor: tuple[str, str, str],
    reason: str,
) -> None:
    """Write changes: the entries as they are then, and what changed.

    Args:
        conn: A connection in a transaction that holds the lock on the programme.
        programme_id: The programme.
        changes: Each entry once.
        version: The version they make.
        at: When.
        actor: Kind, id and name of who makes them.
        reason: Why.
    """
    puts = [each for each in changes if each.after is not None]
    gone = [each for each in changes if each.after is None]
    kind, id_, name = actor
    shared = {"programme_id": programme_id, "at": at, "by": name}
    if gone:
        conn.execute(_SQL["remove"], shared | columns(gone))
    if puts:
        bodies = [each.after for each in puts]
        conn.execute(_SQL["put"], shared | columns(puts) | {"bodies": bodies})
    conn.execute(
        _SQL["add_changes"],
        shared
        | columns(changes)
        | sides(changes)
        | {
            "version": version,
            "actor_kind": kind,
            "actor_id": id_,
            "actor_name": name,
            "reason": reason,
        },
    )


def changes(
    conn: Connection,
    programme_id: int,
    *,
    limit: int,
    before: tuple[int, int] | None = None,
    kind: str | None = None,
    code: str | None = None,
    since: datetime | None = None,
) -> list[ChangeRow]:
    """Return changes, the newest first.

    Args:
        conn: The connection.
        programme_id: The programme.
        limit: How many at most.
        before: Version and number of the change after which to go on.
        kind: Only of entries of this kind.
        code: Only of the entry with this code.
        since: Only those made later.
    """
    wanted = {
        "(version, change_no) < (%(version)s, %(change_no)s)": before is not None,
        "kind = %(kind)s": kind is not None,
        "code = %(code)s": code is not None,
        "at > %(since)s": since is not None,
    }
    where = "".join(f" and {text}" for text, is_wanted in wanted.items() if is_wanted)
    values = {
        "programme_id": programme_id,
        "version": before[0] if before else None,
        "change_no": before[1] if before else None,
        "kind": kind,
        "code": code,
        "since": since,
        "limit": limit,
    }
    order = " order by version desc, change_no desc limit %(limit)s"
    with conn.cursor(row_factory=class_row(ChangeRow)) as cursor:
        return cursor.execute(f"{_SQL['changes']}{where}{order}", values).fetchall()


def versions(conn: Connection, programme_id: int, *, limit: int) -> list[VersionRow]:
    """Return the latest versions, the newest first, with what changed in each."""
    with conn.cursor(row_factory=class_row(VersionRow)) as cursor:
        return cursor.execute(_SQL["versions"], [programme_id, limit]).fetchall()


def insert_baseline(
    conn: Connection,
    programme_id: int,
    *,
    name: str,
    version: int,
    body: str,
    at: datetime,
    created_by: str,
    reason: str,
) -> int:
    """Keep a baseline; return its number."""
    values = {
        "programme_id": programme_id,
        "name": name,
        "version": version,
        "body": body,
        "at": at,
        "created_by": created_by,
        "reason": reason,
    }
    row = conn.execute(_SQL["insert_baseline"], values).fetchone()
    return int(row[0]) if row else 0


def baselines(conn: Connection, programme_id: int) -> list[BaselineRow]:
    """Return the baselines of a programme, the oldest first."""
    with conn.cursor(row_factory=class_row(BaselineRow)) as cursor:
        return cursor.execute(_SQL["baselines"], [programme_id]).fetchall()


def baseline(conn: Connection, programme_id: int, baseline_no: int) -> str | None:
    """Return the schedule of a baseline as JSON; None when there is no such baseline."""
    row = conn.execute(_SQL["baseline"], [programme_id, baseline_no]).fetchone()
    return str(row[0]) if row else None


def _programmes(conn: Connection, where: str, values: list[Any]) -> list[ProgrammeRow]:
    with conn.cursor(row_factory=class_row(ProgrammeRow)) as cursor:
        return cursor.execute(f"{_SQL['programmes']} where {where}", values).fetchall()
