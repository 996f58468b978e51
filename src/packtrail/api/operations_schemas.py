"""What the routes of operations answer with."""

from __future__ import annotations

from datetime import datetime

from packtrail.api.schemas import FindingOut, Out


class ConditionOut(Out):
    """The database server and the schema in it."""

    server_version: str
    has_fsync: bool
    has_synchronous_commit: bool
    size_bytes: int
    migration: str


class TableSizeOut(Out):
    """A table with its indexes and partitions."""

    name: str
    size_bytes: int


class RoomOut(Out):
    """The disk of the embedded database."""

    total_bytes: int
    free_bytes: int
    least_bytes: int


class DrillOut(Out):
    """A backup that was restored where nobody uses it, and compared."""

    at: datetime
    path: str
    manifest_sha256: str
    seconds: float
    objects: int
    documents: int
    unread: int
    is_passed: bool
    errors: list[str]
    by: str


class BackupOut(Out):
    """A backup that was made."""

    at: datetime
    seconds: float | None
    kind: str
    size_bytes: int
    manifest_sha256: str
    path: str
    by: str
    is_removed: bool
    is_good: bool
    drill: DrillOut | None


class RestoredOut(Out):
    """When this database was last brought back from a backup."""

    at: datetime
    path: str
    made_at: datetime
    errors: int


class BackupGapOut(Out):
    """Something that no backup holds."""

    what: str
    remedy: str


class BackupStepOut(Out):
    """Something to do, with its command."""

    why: str
    command: str
    is_due: bool


class BackupsOut(Out):
    """All that is known of backups and drills."""

    at: datetime
    last: BackupOut | None
    is_recent: bool
    proof: DrillOut | None
    is_proven: bool
    restored: RestoredOut | None
    captures_since: int | None
    is_own_database: bool
    backups: list[BackupOut]
    drills: list[DrillOut]
    gaps: list[BackupGapOut]
    steps: list[BackupStepOut]
    findings: list[FindingOut]


class ChoreOut(Out):
    """How a chore of the server fares."""

    name: str
    next_at: datetime
    finished_at: datetime | None
    failures: int
    last_error: str | None


class OperationsOut(Out):
    """How the installation fares, and what to look at."""

    at: datetime
    condition: ConditionOut
    tables: list[TableSizeOut]
    room: RoomOut | None
    last_backup: BackupOut | None
    last_drill: DrillOut | None
    last_restored_at: datetime | None
    unfinished_captures: int
    chores: list[ChoreOut]
    findings: list[FindingOut]
