"""Findings of the store: STO-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

BAD_TEXT = FindingCode(
    "STO-001",
    Severity.ERROR,
    "The database cannot hold the value",
    remedy="Leave out the character NUL (U+0000), and numbers beyond every bound.",
)
TEXT_TOO_LONG = FindingCode(
    "STO-002",
    Severity.ERROR,
    "A text is too long to be looked up",
    remedy="Shorten it. What events are found by has 2,600 bytes at most: types, steps, places, "
    "lots, expiry dates, business transactions, classes, namespaces.",
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
DISK_NEARLY_FULL = FindingCode(
    "STO-060",
    Severity.ERROR,
    "The disk of the database is nearly full, so documents are refused",
    remedy="Free space, or move the data directory to a larger disk.",
)
DISK_FILLING = FindingCode(
    "STO-061",
    Severity.WARNING,
    "The disk of the database will soon be full",
    remedy="Free space, or move the data directory to a larger disk.",
)
NO_BACKUP_YET = FindingCode(
    "STO-062",
    Severity.WARNING,
    "There is no recent backup",
    remedy="Let `packtrail backup DIR` run every night, on another disk.",
)
NOT_PROVEN = FindingCode(
    "STO-093",
    Severity.WARNING,
    "No backup of late is proven to come back",
    remedy="Let `packtrail restore --check DIR` run after the backup, at least once a month.",
)
DRILL_FAILED = FindingCode(
    "STO-094",
    Severity.ERROR,
    "A backup does not come back",
    remedy="Make another at once, prove it with `packtrail restore --check DIR`, then ask why.",
)
DRILL_NOT_NOTED = FindingCode(
    "STO-095",
    Severity.NOTE,
    "The drill is noted nowhere",
    remedy="Keep what it said; drills are noted in the database that made the backup.",
)
CLOCK_BEHIND = FindingCode(
    "STO-063",
    Severity.WARNING,
    "The clock of this server is behind what was recorded last",
    remedy="Set the clock by a time server; until it has caught up, record times stand still.",
)
NOT_DURABLE = FindingCode(
    "STO-064",
    Severity.ERROR,
    "The database may lose what was acknowledged when it crashes",
    remedy="Turn fsync and synchronous_commit on in the settings of the server.",
)
CHORE_FAILS = FindingCode(
    "STO-065",
    Severity.WARNING,
    "A chore of the server fails",
    remedy="Look at the log of the server; the chore is tried again by itself.",
)
LEFT_UNFINISHED = FindingCode(
    "STO-066",
    Severity.NOTE,
    "Captures are acknowledged and not finished yet",
    remedy="A server that runs finishes them by itself: start one with `packtrail up`.",
)
NO_ARCHIVE = FindingCode(
    "STO-070",
    Severity.ERROR,
    "The folder holds no archive that can be read",
    remedy="Bring the folder of the archive back, from another copy of it, and try again.",
)
ARCHIVE_DAMAGED = FindingCode(
    "STO-071",
    Severity.ERROR,
    "A file of the archive is missing or differs from its manifest",
    remedy="Bring another copy of the archive back before anything of it is asked for.",
)
ARCHIVE_DISAGREES = FindingCode(
    "STO-072",
    Severity.ERROR,
    "The archive does not hold what it should",
    remedy="While the month is still in the database, export it again; else use another copy.",
)
MONTH_UNKNOWN = FindingCode(
    "STO-073",
    Severity.ERROR,
    "Nothing was recorded in this month",
    remedy="List the months with `packtrail archive list`.",
)
NOT_SPREAD = FindingCode(
    "STO-090",
    Severity.WARNING,
    "A table of a cluster lies on the coordinator alone",
    remedy="Run `packtrail distribute`.",
)
MONTH_NOT_OVER = FindingCode(
    "STO-074",
    Severity.ERROR,
    "The month cannot be closed yet",
    remedy="Wait until it is over and every capture of it is finished.",
)
MONTH_NOT_READY = FindingCode(
    "STO-075",
    Severity.ERROR,
    "The month is not in the state that this needs",
    remedy="The order is close, export, verify, drop; `packtrail archive list` shows where it is.",
)
UNDER_HOLD = FindingCode(
    "STO-076",
    Severity.ERROR,
    "The month is under a legal hold",
    remedy="Nothing of it is dropped until every hold that reaches it is released.",
)
HOLD_UNCLEAR = FindingCode(
    "STO-077",
    Severity.ERROR,
    "It is not clear what the hold is over",
    remedy="Name a month, lot, product, shipment or pack that is recorded, with reason and owner.",
)
HOLD_OF_SECOND_PERSON = FindingCode(
    "STO-078",
    Severity.ERROR,
    "A hold is released by somebody other than who placed it",
    remedy="Let a second person release it: in the console, or through REST.",
)
HOLD_UNKNOWN = FindingCode(
    "STO-079",
    Severity.ERROR,
    "There is no such hold in force",
    remedy="List the holds with `packtrail archive holds`.",
)
PLACE_UNREADABLE = FindingCode(
    "STO-080",
    Severity.ERROR,
    "Where a place lies cannot be read",
    remedy="Give a CSV with the columns place, latitude and longitude, each place once.",
)
POLICY_UNCLEAR = FindingCode(
    "STO-081",
    Severity.ERROR,
    "It is not clear what the retention policy asks for",
    remedy="Give times such as 24 months or 7 years, a scope that is known, and what says so.",
)
POLICY_BELOW_LAW = FindingCode(
    "STO-082",
    Severity.ERROR,
    "The retention policy is shorter than a rule pack states",
    remedy="Keep at least as long as the law, or narrow the policy to a market or product.",
)
POLICY_UNKNOWN = FindingCode(
    "STO-083",
    Severity.ERROR,
    "There is no such retention policy",
    remedy="List the policies with `packtrail archive policies`.",
)
KEPT_LIVE = FindingCode(
    "STO-084",
    Severity.ERROR,
    "A retention policy keeps the month in the database",
    remedy="Wait until that day, or let the company set another policy.",
)
STILL_KEPT = FindingCode(
    "STO-085",
    Severity.ERROR,
    "The records of the month must still be kept",
    remedy="Nothing of it is destroyed before that day has passed.",
)
NOT_TO_BE_DESTROYED = FindingCode(
    "STO-086",
    Severity.ERROR,
    "No retention policy lets the month be destroyed",
    remedy="Every company with records in it sets a policy that lets them be destroyed at its end.",
)
DESTRUCTION_NOT_APPROVED = FindingCode(
    "STO-087",
    Severity.ERROR,
    "The destruction is not ordered and approved by everyone whose records these are",
    remedy="One person of each company orders it, a second one approves.",
)
DESTRUCTION_OF_SECOND_PERSON = FindingCode(
    "STO-088",
    Severity.ERROR,
    "A destruction is approved by somebody other than who ordered it",
    remedy="Let a second person approve it, in the console or through REST.",
)
DESTRUCTION_UNKNOWN = FindingCode(
    "STO-089",
    Severity.ERROR,
    "There is no such open order to destroy a month",
    remedy="List the orders with `packtrail archive destructions`.",
)
DESTROYED = FindingCode(
    "STO-091",
    Severity.ERROR,
    "What was asked for was destroyed after its time of retention",
    remedy="The audit trail tells who ordered and approved that; older backups may still have it.",
)
HOLDS_DOCUMENTS_FROM_BEFORE = FindingCode(
    "STO-092",
    Severity.ERROR,
    "Documents of an earlier month are still read from this one",
    remedy="Drop the month before first: its archive holds these documents whole.",
)
