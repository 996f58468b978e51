"""Findings of the store: STO-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

BAD_TEXT = FindingCode(
    "STO-001",
    Severity.ERROR,
    "The database cannot hold the value",
    remedy="Leave out the character NUL (U+0000), and numbers beyond every bound.",
)
NO_ROOM = FindingCode(
    "STO-050",
    Severity.ERROR,
    "There is not enough room for the backup",
    remedy="Free space there, or choose a folder on another disk.",
)
NO_BACKUP = FindingCode(
    "STO-051",
    Severity.ERROR,
    "The folder holds no backup that can be read",
    remedy="Name a backup, or the folder in which `packtrail backup` put it.",
)
BACKUP_DAMAGED = FindingCode(
    "STO-052",
    Severity.ERROR,
    "A file of the backup is missing or differs from its manifest",
    remedy="Do not use this backup: take another copy of it, or an older one.",
)
NOT_EMPTY = FindingCode(
    "STO-053",
    Severity.ERROR,
    "There is a database already where the backup would go",
    remedy="Restore into a new data directory, or an empty database.",
)
OTHER_VERSION = FindingCode(
    "STO-054",
    Severity.ERROR,
    "The backup needs another version of Packtrail or PostgreSQL",
    remedy="Restore it with the version that made it, and make a portable backup there.",
)
NO_MASTER_KEY = FindingCode(
    "STO-055",
    Severity.WARNING,
    "The master key of this backup is not here",
    remedy="Put master.key into the data directory, or set PACKTRAIL_MASTER_KEY.",
)
FOLD_DIFFERS = FindingCode(
    "STO-056",
    Severity.ERROR,
    "The restored store tells another history of an object",
    remedy="Do not use this backup; look at the log of the server and at the disk.",
)
COUNT_DIFFERS = FindingCode(
    "STO-057",
    Severity.ERROR,
    "The restored store has another number of rows",
    remedy="Do not use this backup; look at the log of the server and at the disk.",
)
ORIGINAL_DIFFERS = FindingCode(
    "STO-058",
    Severity.ERROR,
    "An original document is not the one that was handed in",
    remedy="Do not use this backup; look at the log of the server and at the disk.",
)
