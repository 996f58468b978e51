"""Backups at a glance: how far back one is, how surely, what is in none, and what to do next."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.services.upkeep import backup_history
from packtrail.services.upkeep.master_key import FILE_NAME
from packtrail.store import health, serials
from packtrail.store.archive import rows as month_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.upkeep.backup_history import Backup, Drill, History, Restored
    from packtrail.settings import Settings

SINCE_MAX = 10_000
"""More captures than that since the last backup are not counted: it is too many anyway."""
_KEPT = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that no backup holds, though a restored installation needs it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to do, with the command that does it."""

    why: str
    command: str
    is_due: bool
    """Whether it should be done now; else it is there to be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupView:
    """All that is known of backups."""

    at: datetime
    last: Backup | None
    """The last that is good for anything, as far as anybody knows."""
    proof: Drill | None
    """The last drill in which a backup came back."""
    restored: Restored | None
    captures_since: int | None
    """Captures since the last backup began, which it may lack: up to `SINCE_MAX`; None without one.
    """
    is_own_database: bool
    """Whether PostgreSQL may have backups of its own, of which nothing is seen from here."""
    is_recent: bool
    """Whether the last backup is young enough."""
    is_proven: bool
    """Whether a drill of late has shown that a backup comes back, and none since that not."""
    backups: tuple[Backup, ...]
    """The newest first, with those that were taken away."""
    drills: tuple[Drill, ...]
    gaps: tuple[Gap, ...]
    steps: tuple[Step, ...]
    """What is due first."""
    findings: tuple[Finding, ...]


def backups(app: Application, actor: Actor) -> BackupView:
    """Return what is known of backups and drills, and what to do next.

    Raises:
        NotPermitted: The actor may not see it.
        Unavailable: The database does not answer.
    """
    require(actor, Permission.STORE_READ)
    now = app.clock()
    with app.database.reading() as conn:
        history = backup_history.read(conn)
        has_keys = serials.has_keys(conn)
        out = tuple(
            f"{row.first_day:%Y-%m}"
            for row in month_rows.every(conn)
            if row.dropped_at is not None and row.destroyed_at is None
        )
        last = history.last
        since = health.captures_since(conn, last.began_at, most=SINCE_MAX) if last else None
    return BackupView(
        at=now,
        last=last,
        proof=history.proof,
        restored=history.restored,
        captures_since=since,
        is_own_database=bool(app.settings.database_url),
        is_recent=history.is_recent(now),
        is_proven=history.is_proven(now),
        backups=history.backups,
        drills=history.drills,
        gaps=tuple(_gaps(app.settings, out, has_keys=has_keys)),
        steps=tuple(sorted(_steps(history, now, app.settings), key=lambda each: not each.is_due)),
        findings=tuple(backup_history.remarks(history, now)),
    )


def _steps(history: History, now: datetime, settings: Settings) -> Iterator[Step]:
    """Yield the commands of the three things one does with backups, as they are typed here."""
    newest = next(iter(history.backups), None)
    folder = shlex.quote(str(Path(newest.path).parent)) if newest else "DIR"
    path = shlex.quote(history.last.path) if history.last else folder
    here, is_recent = _place(settings), history.is_recent(now)
    every_night = "Every night, into a folder on another disk"
    yield Step(
        why=every_night if is_recent else f"Now, and then e{every_night[1:]}",
        command=f"packtrail backup {folder} --keep {_KEPT} {here}",
        is_due=not is_recent,
    )
    yield Step(
        why="Prove that it comes back: restored where nobody uses it, compared, thrown away",
        command=f"packtrail restore --check {path} {here}",
        is_due=not history.is_proven(now),
    )
    into, place = (
        ("an empty database", "--db URL")
        if settings.database_url
        else ("a new data directory", "--data NEW_DIR")
    )
    yield Step(
        why=f"On a bad day: bring it back into {into}",
        command=f"packtrail restore {path} {place}",
        is_due=False,
    )


def _place(settings: Settings) -> str:
    """Return the option that names this installation; the address of a database is a secret."""
    if settings.database_url:
        return '--db "$PACKTRAIL_DATABASE_URL"'
    return f"--data {shlex.quote(str(settings.data_dir))}"


def _gaps(settings: Settings, out: tuple[str, ...], *, has_keys: bool) -> Iterator[Gap]:
    if has_keys:
        is_file = not settings.master_key and not settings.database_url
        where = str(settings.data_dir / FILE_NAME) if is_file else "PACKTRAIL_MASTER_KEY"
        yield Gap(
            what="The master key, without which packs of random pools cannot be read",
            remedy=f"Keep a copy of {where} apart from the backups.",
        )
    if out:
        months = f"{len(out)} archived months" if len(out) > 1 else "the archived month"
        yield Gap(
            what=f"Documents and event bodies of {months}: {_range(out)}",
            remedy=f"Copy the folder {settings.archives} as well; its files never change.",
        )
    yield Gap(
        what="Settings in the environment, reverse proxy, certificates and unit files",
        remedy="Keep them where you keep the configuration of your machines.",
    )


def _range(months: tuple[str, ...]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
