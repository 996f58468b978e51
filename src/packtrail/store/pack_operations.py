"""Operations on packs in the database: written once, found by their id, by pack and by time."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from psycopg.rows import args_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

_SQL = named.statements("pack_operations")
_STRIPES: Final = 256


@dataclass(frozen=True, slots=True)
class OperationRow:
    """A row of `pack_operation`, its columns in their order."""

    organisation_id: int
    operation_id: UUID
    operation: str
    is_undo: bool
    at: datetime
    recorded_at: datetime
    actor_name: str
    class_key: str
    item_key: str
    outcome: str
    is_alarm: bool
    code: str | None
    message: str | None
    verification_id: UUID
    event_id: str | None
    is_lot_known: bool = True
    """Of a wrong lot: whether some pack of the product has it."""


def hold(conn: Connection, keys: Iterable[tuple[str, str]]) -> None:
    """Let nobody else decide about these packs until this transaction ends."""
    stripes = {zlib.crc32("/".join(key).encode()) % _STRIPES for key in keys}
    conn.execute(_SQL["hold"], [sorted(stripes)])


def insert(conn: Connection, rows: Iterable[OperationRow]) -> None:
    """Add rows."""
    columns = [each.name for each in fields(OperationRow)]
    with conn.cursor() as cursor:
        cursor.executemany(
            _SQL["insert"], [[getattr(row, name) for name in columns] for row in rows]
        )


def known(
    conn: Connection, organisation_id: int, operation_ids: Sequence[UUID]
) -> dict[UUID, OperationRow]:
    """Return the operations of an organisation that were told before."""
    with conn.cursor(row_factory=args_row(OperationRow)) as cursor:
        found = cursor.execute(_SQL["known"], [organisation_id, list(operation_ids)]).fetchall()
    return {row.operation_id: row for row in found}


def newest(
    conn: Connection,
    organisation_id: int,
    *,
    class_key: str | None,
    item_key: str | None,
    only_alarms: bool,
    limit: int,
) -> list[OperationRow]:
    """Return operations of an organisation, the newest first."""
    asked = {
        "organisation": organisation_id,
        "class_key": class_key,
        "item_key": item_key,
        "alarms": only_alarms,
        "limit": limit,
    }
    with conn.cursor(row_factory=args_row(OperationRow)) as cursor:
        return cursor.execute(_SQL["newest"], asked).fetchall()
