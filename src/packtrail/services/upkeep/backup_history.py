"""What the audit trail of the installation tells of its backups, drills and restores.

A backup is known by the SHA-256 of its manifest: a drill counts for the backup whose manifest it
read, wherever the copy lies by now. Folders are never looked into: they may be on another machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from packtrail.access import Action
from packtrail.base.amounts import plural
from packtrail.store import audit as rows
from packtrail.store import codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.store.audit import AuditRow

BACKUP_AGE_MAX: Final = timedelta(days=2)
PROOF_AGE_MAX: Final = timedelta(days=31)
_LISTED_MAX: Final = 100
"""As many backups, drills and restores are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A backup that was restored where nobody uses it, and held against what was noted of it."""

    at: datetime
    path: str
    """The backup."""
    manifest_sha256: str
    seconds: float
    """How long it took."""
    objects: int
    """Objects whose history was compared."""
    documents: int
    """Originals whose content was compared."""
    unread: int
    """Objects and originals that could not be read without the master key."""
    errors: tuple[str, ...]
    """What was wrong; nothing where the backup comes back."""
    by: str

    @property
    def is_passed(self) -> bool:
        """Whether the backup came back."""
        return not self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was made of this installation."""

    at: datetime
    """When it was finished."""
    began_at: datetime
    """Of backups from before that was noted: when it was finished."""
    kind: str
    """`base` or `portable`, see `store.backup.manifest.Kind`."""
    size_bytes: int
    manifest_sha256: str
    path: str
    by: str
    is_removed: bool
    """Whether a later `packtrail backup --keep` has taken it away."""
    drill: Drill | None
    """The last of it."""

    @property
    def seconds(self) -> float | None:
        """How long it took; None where nobody noted it."""
        return (self.at - self.began_at).total_seconds() or None

    @property
    def is_good(self) -> bool:
        """Whether it is there as far as anybody knows, and no drill says that it is of no use."""
        return not self.is_removed and (self.drill is None or self.drill.is_passed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The last time that this database was brought back from a backup."""

    at: datetime
    path: str
    made_at: datetime
    """When the backup was made."""
    errors: int
    """Findings of the comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Backups and drills, the newest first."""

    backups: tuple[Backup, ...]
    drills: tuple[Drill, ...]
    restored: Restored | None

    @property
    def last(self) -> Backup | None:
        """The last backup that is good for anything."""
        return next((each for each in self.backups if each.is_good), None)

    @property
    def proof(self) -> Drill | None:
        """The last drill in which a backup came back."""
        return next((each for each in self.drills if each.is_passed), None)

    @property
    def failed(self) -> Drill | None:
        """The last drill, where its backup did not come back."""
        newest = next(iter(self.drills), None)
        return newest if newest and not newest.is_passed else None

    def is_recent(self, now: datetime) -> bool:
        """Tell whether the last backup is young enough."""
        return self.last is not None and now - self.last.at <= BACKUP_AGE_MAX

    def is_proven(self, now: datetime) -> bool:
        """Tell whether a drill of late has shown that a backup comes back, and none since not."""
        proof = self.proof
        return self.failed is None and proof is not None and now - proof.at <= PROOF_AGE_MAX


def read(conn: Connection) -> History:
    """Return what is known of backups, drills and restores."""
    made = _audited(conn, Action.BACKUP_CREATED)
    drills = tuple(map(_drill, _audited(conn, Action.BACKUP_CHECKED)))
    of: dict[str, Drill] = {}
    for each in drills:
        of.setdefault(each.manifest_sha256, each)
    removed = {path for row in made for path in row.detail.get("removed", ())}
    return History(
        backups=tuple(_backup(row, removed, of) for row in made),
        drills=drills,
        restored=next(map(_restored, _audited(conn, Action.BACKUP_RESTORED)), None),
    )


def is_known(conn: Connection, manifest_sha256: str) -> bool:
    """Tell whether this installation made a backup, or was restored from it."""
    known = (
        *_audited(conn, Action.BACKUP_CREATED),
        *_audited(conn, Action.BACKUP_RESTORED),
    )
    return any(row.detail.get("manifest_sha256") == manifest_sha256 for row in known)


def remarks(history: History, now: datetime) -> Iterator[Finding]:
    """Yield what to look at: `STO-062`, `STO-093`, `STO-094`."""
    last, proof, failed = history.last, history.proof, history.failed
    if not history.backups:
        yield codes.NO_BACKUP_YET.found("No backup was ever made by `packtrail backup`.")
        return
    if last is None:
        yield codes.NO_BACKUP_YET.found("No backup is left that is known to be of use.")
    elif now - last.at > BACKUP_AGE_MAX:
        age = plural((now - last.at).days, "day")
        yield codes.NO_BACKUP_YET.found(f"The last backup is {age} old.")
    if failed is not None:
        text = f"{failed.path} did not come back: {failed.errors[0]}"
        yield codes.DRILL_FAILED.found(text)
    elif proof is None:
        yield codes.NOT_PROVEN.found("No drill of a backup is noted here.")
    elif now - proof.at > PROOF_AGE_MAX:
        age = plural((now - proof.at).days, "day")
        yield codes.NOT_PROVEN.found(f"The last drill was {age} ago.")


def _audited(conn: Connection, action: Action) -> Sequence[AuditRow]:
    return rows.of_installation(conn, [action.value], limit=_LISTED_MAX)


def _backup(row: AuditRow, removed: set[str], drills: dict[str, Drill]) -> Backup:
    detail = row.detail
    return Backup(
        at=row.at,
        began_at=datetime.fromisoformat(detail.get("began_at", row.at.isoformat())),
        kind=detail["kind"],
        size_bytes=detail["bytes"],
        manifest_sha256=detail["manifest_sha256"],
        path=row.subject,
        by=row.actor_name,
        is_removed=row.subject in removed,
        drill=drills.get(detail["manifest_sha256"]),
    )


def _drill(row: AuditRow) -> Drill:
    detail: Any = row.detail
    return Drill(
        at=row.at,
        path=row.subject,
        manifest_sha256=detail["manifest_sha256"],
        seconds=detail["seconds"],
        objects=detail["objects"],
        documents=detail["documents"],
        unread=detail["unread"],
        errors=tuple(detail["errors"]),
        by=row.actor_name,
    )


def _restored(row: AuditRow) -> Restored:
    return Restored(
        at=row.at,
        path=row.subject,
        made_at=datetime.fromisoformat(row.detail["made_at"]),
        errors=row.detail["findings"],
    )
