"""Drills: prove that a backup comes back, and note in the database that made it what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import PacktrailError, RefusedError
from packtrail.base.findings import Severity
from packtrail.services import auditing
from packtrail.services.upkeep import backup_history, restoring
from packtrail.store import codes
from packtrail.store.backup import manifest
from packtrail.store.embedded import path_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from pathlib import Path
    from typing import Any

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.upkeep.restoring import Comparison
    from packtrail.settings import Settings

_ERRORS_MAX: Final = 20
"""So many of what is wrong with a backup are noted."""


def drill(
    settings: Settings,
    actor: Actor,
    backup: Path,
    *,
    opened: Callable[[], AbstractContextManager[Application]],
    clock: Callable[[], datetime],
    scratch: Path | None = None,
) -> Comparison:
    """Bring a backup back where nobody uses it, throw it away again, and note that it was done.

    It is noted in the audit trail of the installation that made the backup. Where that is not at
    hand, on a machine for drills say, the drill is as good, and `STO-095` tells that nobody will
    find it there.

    Args:
        settings: Of the installation that made the backup.
        actor: Who asks.
        backup: The backup, or a folder of backups: the newest of them.
        opened: Opens the application of the settings.
        clock: The time now.
        scratch: Where there is room for it; default: the folder for temporary files.

    Raises:
        NotPermitted: Only the installation itself may.
        RefusedError: `STO-050` to `STO-054`, it cannot be restored; a damaged one is noted.
        Unavailable: Disk or database failed.
    """
    require(actor, Permission.BACKUP_RESTORE)
    path, began_at = manifest.newest(backup.expanduser().absolute()), clock()
    counts: dict[str, int] = dict.fromkeys(("objects", "documents", "unread"), 0)
    try:
        found = restoring.check(settings, actor, path, scratch=scratch)
    except RefusedError as refused:
        # That it is damaged is what a drill is there to find; no room for it says nothing of it.
        if any(each.code == codes.BACKUP_DAMAGED.code for each in refused.findings):
            detail = _detail(path, clock() - began_at, refused.findings, counts)
            _note(settings, actor, opened, path, clock(), detail)
        raise
    counts = {name: getattr(found, name) for name in counts}
    detail = _detail(path, clock() - began_at, found.findings, counts)
    missed = _note(settings, actor, opened, path, clock(), detail)
    told = (codes.DRILL_NOT_NOTED.found(missed),) if missed else ()
    return replace(found, findings=(*found.findings, *told))


def _detail(
    path: Path, took: timedelta, findings: Sequence[Finding], counts: dict[str, int]
) -> dict[str, Any]:
    errors = [each.message for each in findings if each.severity is Severity.ERROR]
    return {
        "manifest_sha256": manifest.digest(path / manifest.MANIFEST) or "",
        "seconds": round(took.total_seconds(), 1),
        "errors": errors[:_ERRORS_MAX],
        **counts,
    }


def _note(
    settings: Settings,
    actor: Actor,
    opened: Callable[[], AbstractContextManager[Application]],
    path: Path,
    at: datetime,
    detail: dict[str, Any],
) -> str:
    """Write a drill into the audit trail; return why it could not be, or nothing."""
    if not settings.database_url and not path_in(settings.data_dir).is_dir():
        return f"There is no database in {settings.data_dir}."
    try:
        with opened() as app, app.database.transaction() as conn:
            if not backup_history.is_known(conn, detail["manifest_sha256"]):
                return f"The database of this installation has not made {path}."
            auditing.write(conn, actor, Action.BACKUP_CHECKED, str(path), at=at, detail=detail)
    except PacktrailError as fault:
        # The drill is done and true, whatever becomes of the note.
        return str(fault)
    return ""
