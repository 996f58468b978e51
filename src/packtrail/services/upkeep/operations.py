"""Operations: how the store fares, and what the operator should look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.base.amounts import plural
from packtrail.serials.codes import BAD_MASTER_KEY
from packtrail.services.capacity.attention import alarms
from packtrail.services.upkeep import backup_history, room
from packtrail.services.upkeep.room import Room
from packtrail.store import capture as capture_rows
from packtrail.store import chores as chore_rows
from packtrail.store import codes, distribution, health
from packtrail.store.chores import ChoreRow
from packtrail.store.health import Condition, TableSize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.upkeep.backup_history import Backup, Drill

_FREE_SHARE_MIN = 0.1
_CLOCK_BEHIND_MAX = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """How the installation fares."""

    at: datetime
    condition: Condition
    tables: tuple[TableSize, ...]
    """The largest first."""
    room: Room | None
    """The disk of the embedded database; None for a database of one's own."""
    last_backup: Backup | None
    """The last that is good for anything, as far as anybody knows."""
    last_drill: Drill | None
    """The last in which a backup came back."""
    last_restored_at: datetime | None
    """When this database was restored from a backup; None when it never was."""
    unfinished_captures: int
    chores: tuple[ChoreRow, ...]
    findings: tuple[Finding, ...]
    """What to look at, the gravest first."""


def operations(app: Application, actor: Actor) -> Operations:
    """Return how the installation fares.

    Raises:
        NotPermitted: The actor may not see it.
        Unavailable: The database does not answer.
    """
    require(actor, Permission.STORE_READ)
    now = app.clock()
    with app.database.reading() as conn:
        condition = health.condition(conn)
        history = backup_history.read(conn)
        unfinished = health.unfinished_captures(conn)
        chores = tuple(chore_rows.every(conn))
        newest = capture_rows.newest_record_time(conn)
        tables = tuple(health.table_sizes(conn))
        closed = tuple(app.database.keyring.closed(conn))
        missing = distribution.missing(conn)
    disk = room.room(app.settings)
    findings = (
        *(BAD_MASTER_KEY.found(message) for message in closed),
        *_of_condition(condition),
        *_of_cluster(missing),
        *_of_room(disk),
        *_of_clock(now, newest),
        *(backup_history.remarks(history, now) if newest else ()),
        *_of_chores(chores),
        *_of_unfinished(unfinished),
        *alarms(app, actor),
    )
    return Operations(
        at=now,
        condition=condition,
        tables=tables,
        room=disk,
        last_backup=history.last,
        last_drill=history.proof,
        last_restored_at=history.restored.at if history.restored else None,
        unfinished_captures=unfinished,
        chores=chores,
        findings=tuple(sorted(findings, key=lambda each: _ORDER[each.severity.value])),
    )


_ORDER = {"error": 0, "warning": 1, "note": 2}


def _of_condition(condition: Condition) -> Iterator[Finding]:
    if not (condition.has_fsync and condition.has_synchronous_commit):
        yield codes.NOT_DURABLE.found("fsync or synchronous_commit is off.")


def _of_cluster(missing: Sequence[str]) -> Iterator[Finding]:
    if missing:
        yield codes.NOT_SPREAD.found(f"Not spread over the workers: {', '.join(missing)}.")


def _of_room(disk: Room | None) -> Iterator[Finding]:
    if disk is None:
        return
    left = f"{disk.free_bytes / 1e9:,.1f} GB of {disk.total_bytes / 1e9:,.1f} GB are free."
    if not disk.is_enough:
        yield codes.DISK_NEARLY_FULL.found(left)
    elif disk.free_bytes < disk.total_bytes * _FREE_SHARE_MIN:
        yield codes.DISK_FILLING.found(left)


def _of_clock(now: datetime, newest: datetime | None) -> Iterator[Finding]:
    if newest is not None and newest - now > _CLOCK_BEHIND_MAX:
        yield codes.CLOCK_BEHIND.found(f"It is {newest - now} behind.")


def _of_chores(chores: Sequence[ChoreRow]) -> Iterator[Finding]:
    for each in chores:
        if each.failures:
            yield codes.CHORE_FAILS.found(
                f"{each.name!r} failed {plural(each.failures, 'time')} in a row: {each.last_error}"
            )


def _of_unfinished(count: int) -> Iterator[Finding]:
    if count:
        left = plural(count, "capture is", "captures are")
        yield codes.LEFT_UNFINISHED.found(f"{left} not finished.")
