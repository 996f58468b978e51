"""Reports in the database: each with its steps, files and reasons, which are only added to.

A report is changed under its step number: whoever saw an older one changes nothing. Sending and
asking are claimed by one worker for a while, like deliveries.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import zstandard
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("reports")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """What a report starts with."""

    report_id: UUID
    organisation_id: int
    number: int
    receiver: str
    form: str
    happening: str
    subject_kind: str
    subject_key: str
    gtin: str
    lot: str
    title: str
    facts: Mapping[str, str]
    state: str
    happened_at: datetime | None
    due_at: datetime | None
    due_words: str
    duty: str
    at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A row of `report`."""

    report_id: UUID
    organisation_id: int
    number: int
    receiver: str
    form: str
    happening: str
    subject_kind: str
    subject_key: str
    gtin: str
    lot: str
    title: str
    facts: dict[str, str]
    state: str
    step_no: int
    version_no: int
    happened_at: datetime | None
    due_at: datetime | None
    due_words: str
    duty: str
    score: int | None
    reference: str
    created_at: datetime
    changed_at: datetime
    next_at: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a step makes of a report."""

    state: str
    version_no: int
    score: int | None
    reference: str
    next_at: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A row of `report_step`."""

    step_no: int
    step: str
    state: str
    version_no: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    reason: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file to keep."""

    version_no: int
    role: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A row of `report_file`, without its content."""

    file_no: int
    version_no: int
    role: str
    name: str
    media_type: str
    size: int
    sha256: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """A row of `report_reason`."""

    reason_no: int
    version_no: int
    code: str
    text: str
    place: str
    class_key: str | None
    item_key: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A report that covers an event, or was rejected for an object."""

    report_id: UUID
    number: int
    receiver: str
    form: str
    title: str
    state: str
    code: str = ""
    text: str = ""
    place: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which reports to list; None asks nothing."""

    states: tuple[str, ...] = ()
    receiver: str | None = None
    form: str | None = None
    gtin: str | None = None
    lot: str | None = None
    late_at: datetime | None = None
    """Only those whose time is past then."""
    below: int | None = None
    """Only numbers below: the page after."""
    limit: int = 50


# --- reports --------------------------------------------------------------------------------------


def next_number(conn: Connection, organisation_id: int) -> int:
    """Return the next number of an organisation; others wait for it until the commit."""
    row = conn.execute(_SQL["next_number"], [organisation_id]).fetchone()
    return int(row[0]) if row else 1


def insert(conn: Connection, new: NewReport) -> None:
    """Add a report."""
    values = {**asdict(new), "facts": Jsonb(dict(new.facts))}
    conn.execute(_SQL["insert"], values)


def by_id(
    conn: Connection, organisation_id: int, report_id: UUID, *, for_update: bool = False
) -> ReportRow | None:
    """Return a report of an organisation."""
    lock = " for update" if for_update else ""
    return _one(
        conn, f"where organisation_id = %s and report_id = %s{lock}", [organisation_id, report_id]
    )


def by_number(conn: Connection, organisation_id: int, number: int) -> ReportRow | None:
    """Return a report of an organisation by its number."""
    return _one(conn, "where organisation_id = %s and number = %s", [organisation_id, number])


def of_any(conn: Connection, report_id: UUID) -> ReportRow | None:
    """Return a report of whatever organisation: for the chores."""
    return _one(conn, "where report_id = %s", [report_id])


def open_for_subject(
    conn: Connection,
    organisation_id: int,
    *,
    receiver: str,
    form: str,
    subject_key: str,
    states: Sequence[str],
) -> ReportRow | None:
    """Return the newest report of a subject that is in one of some states."""
    values = {
        "organisation_id": organisation_id,
        "receiver": receiver,
        "form": form,
        "subject_key": subject_key,
        "states": list(states),
    }
    return _one(conn, _SQL["open_for_subject"], values)


def _one(
    conn: Connection, condition: str, values: Mapping[str, Any] | Sequence[Any]
) -> ReportRow | None:
    with conn.cursor(row_factory=class_row(ReportRow)) as cursor:
        return cursor.execute(f"{_SQL['columns']} {condition}", values).fetchone()


def listed(conn: Connection, organisation_id: int, wanted: Wanted) -> list[ReportRow]:
    """Return reports, the newest first."""
    tests = {
        "state = any(%(states)s)": list(wanted.states) or None,
        "receiver = %(receiver)s": wanted.receiver,
        "form = %(form)s": wanted.form,
        "gtin = %(gtin)s": wanted.gtin,
        "lot = %(lot)s": wanted.lot,
        "due_at < %(late_at)s": wanted.late_at,
        "number < %(below)s": wanted.below,
    }
    asked = [text for text, value in tests.items() if value is not None]
    where = " and ".join(["organisation_id = %(organisation_id)s", *asked])
    values = {**asdict(wanted), "states": list(wanted.states), "organisation_id": organisation_id}
    statement = f"{_SQL['columns']} where {where} order by number desc limit %(limit)s"
    with conn.cursor(row_factory=class_row(ReportRow)) as cursor:
        return cursor.execute(statement, values).fetchall()


def of_duty(conn: Connection, organisation_id: int, duty: str, gtin: str) -> list[ReportRow]:
    """Return the reports that a duty asked for, of one trade item; without one, all of them."""
    where = """where organisation_id = %(organisation_id)s and duty = %(duty)s
        and (%(gtin)s = '' or gtin = %(gtin)s) order by number"""
    values = {"organisation_id": organisation_id, "duty": duty, "gtin": gtin}
    with conn.cursor(row_factory=class_row(ReportRow)) as cursor:
        return cursor.execute(f"{_SQL['columns']} {where}", values).fetchall()


def counts(
    conn: Connection, organisation_id: int, *, now: datetime, open_states: Sequence[str]
) -> list[tuple[str, str, int, int]]:
    """Return (receiver, state, how many, how many of them are late)."""
    values = {"organisation_id": organisation_id, "now": now, "open": list(open_states)}
    return [tuple(row) for row in conn.execute(_SQL["counts"], values)]


def change(conn: Connection, row: ReportRow, step_no: int, new: Change, *, at: datetime) -> bool:
    """Change a report that is still as it was seen; return False when it is not."""
    values = {**asdict(new), "report_id": row.report_id, "before": row.step_no}
    return conn.execute(_SQL["change"], {**values, "step_no": step_no, "at": at}).rowcount == 1


def set_facts(conn: Connection, report_id: UUID, facts: Mapping[str, str]) -> None:
    """Replace the facts of a report."""
    conn.execute(_SQL["set_facts"], {"facts": Jsonb(dict(facts)), "report_id": report_id})


def set_happened(
    conn: Connection,
    report_id: UUID,
    *,
    happened_at: datetime,
    due_at: datetime | None,
    at: datetime,
) -> None:
    """Note that more happened to the subject of a report."""
    values = {"report_id": report_id, "happened_at": happened_at, "due_at": due_at, "at": at}
    conn.execute(_SQL["set_happened"], values)


def postpone(conn: Connection, row: ReportRow, *, next_at: datetime) -> None:
    """Let a chore come back later to a report with which nothing has happened."""
    values = {"report_id": row.report_id, "before": row.step_no, "next_at": next_at}
    conn.execute(_SQL["postpone"], values)


def claim_due(conn: Connection, *, now: datetime, until: datetime) -> UUID | None:
    """Claim the report that a chore has to go on with for longest."""
    values = {"claim": uuid4(), "now": now, "until": until}
    row = conn.execute(_SQL["claim"], values).fetchone()
    return row[0] if row else None


def claim(conn: Connection, row: ReportRow, *, now: datetime, until: datetime) -> bool:
    """Claim a report that is still as it was seen; return False when somebody else has it."""
    values = {"claim": uuid4(), "now": now, "until": until}
    values |= {"report_id": row.report_id, "before": row.step_no}
    return conn.execute(_SQL["claim_one"], values).rowcount == 1


# --- steps, covers --------------------------------------------------------------------------------


def insert_step(conn: Connection, report_id: UUID, row: StepRow) -> None:
    """Add a step."""
    values = {**asdict(row), "report_id": report_id, "detail": Jsonb(row.detail)}
    conn.execute(_SQL["insert_step"], values)


def steps(conn: Connection, report_id: UUID) -> list[StepRow]:
    """Return the steps of a report in order."""
    with conn.cursor(row_factory=class_row(StepRow)) as cursor:
        return cursor.execute(_SQL["steps"], [report_id]).fetchall()


def cover(conn: Connection, row: NewReport | ReportRow, events: Iterable[tuple[str, str]]) -> None:
    """Note which events a report tells of; those of another report stay there.

    Args:
        conn: A connection.
        row: The report.
        events: (Event, what is told of it: a lot, a capture, the event itself) each.
    """
    values = (row.organisation_id, row.receiver, row.form)
    with conn.cursor() as cursor:
        cursor.executemany(
            _SQL["cover"], [(*values, *each, row.report_id) for each in dict.fromkeys(events)]
        )


def covered_of(conn: Connection, report_id: UUID) -> list[str]:
    """Return the events of a report."""
    return [row[0] for row in conn.execute(_SQL["covered_of"], [report_id])]


def covered_by(conn: Connection, organisation_id: int, event: str) -> list[Mention]:
    """Return the reports that tell of an event."""
    with conn.cursor(row_factory=class_row(Mention)) as cursor:
        return cursor.execute(_SQL["covered_by"], [organisation_id, event]).fetchall()


def is_covered(
    conn: Connection, organisation_id: int, receiver: str, form: str, event: str, subject_key: str
) -> bool:
    """Tell whether a report of a form tells a receiver of an event."""
    values = [organisation_id, receiver, form, event, subject_key]
    return conn.execute(_SQL["is_covered"], values).fetchone() is not None


# --- files and reasons ----------------------------------------------------------------------------


def insert_file(conn: Connection, report_id: UUID, new: NewFile, *, at: datetime) -> int:
    """Keep a file with its hash; return its number."""
    values = {
        "report_id": report_id,
        "version_no": new.version_no,
        "role": new.role,
        "name": new.name,
        "media_type": new.media_type,
        "size": len(new.content),
        "sha256": hashlib.sha256(new.content).digest(),
        "content": zstandard.compress(new.content),
        "at": at,
    }
    row = conn.execute(_SQL["insert_file"], values).fetchone()
    return int(row[0]) if row else 0


def files(conn: Connection, report_id: UUID) -> list[FileRow]:
    """Return the files of a report in order, without their content."""
    with conn.cursor(row_factory=class_row(FileRow)) as cursor:
        return cursor.execute(_SQL["files"], [report_id]).fetchall()


def file(conn: Connection, report_id: UUID, file_no: int) -> tuple[FileRow, bytes] | None:
    """Return a file with its content."""
    row = conn.execute(_SQL["file"], [report_id, file_no]).fetchone()
    if row is None:
        return None
    *told, content = row
    names = ("file_no", "version_no", "role", "name", "media_type", "size", "sha256", "at")
    found = FileRow(**dict(zip(names, told, strict=True)))
    return found, zstandard.decompress(content, max_output_size=found.size or 1)


def insert_reason(conn: Connection, report: ReportRow, row: ReasonRow, *, at: datetime) -> None:
    """Keep a reason of a receiver; its number is given here."""
    values = {**asdict(row), "report_id": report.report_id}
    values |= {"organisation_id": report.organisation_id, "at": at}
    conn.execute(_SQL["insert_reason"], values)


def reasons(conn: Connection, report_id: UUID, *, limit: int = 1000) -> list[ReasonRow]:
    """Return the reasons that a receiver gave."""
    with conn.cursor(row_factory=class_row(ReasonRow)) as cursor:
        return cursor.execute(_SQL["reasons"], [report_id, limit]).fetchall()


def reasons_of_object(
    conn: Connection, organisation_id: int, class_key: str, item_key: str
) -> list[Mention]:
    """Return why receivers did not take an object, the newest first."""
    values = [organisation_id, class_key, item_key]
    with conn.cursor(row_factory=class_row(Mention)) as cursor:
        return cursor.execute(_SQL["reasons_of_object"], values).fetchall()


# --- product versions, watermarks -----------------------------------------------------------------


def lot_versions(
    conn: Connection, organisation_id: int, receiver: str, gtins: Sequence[str]
) -> dict[tuple[str, str], str]:
    """Return the product versions that lots were reported under: (GTIN, lot) -> version."""
    values = {"organisation_id": organisation_id, "receiver": receiver, "gtins": list(gtins)}
    return {(row[0], row[1]): row[2] for row in conn.execute(_SQL["lot_versions"], values)}


def fix_lot_version(conn: Connection, report: ReportRow, gtin: str, lot: str, version: str) -> None:
    """Tie a lot to a product version, once and for all."""
    values = (report.organisation_id, report.receiver, gtin, lot, version, report.report_id)
    conn.execute(_SQL["fix_lot_version"], values)


def product_versions(
    conn: Connection, organisation_id: int, receiver: str, gtins: Sequence[str]
) -> dict[str, str]:
    """Return the last product version that a receiver has acknowledged, by GTIN."""
    values = {"organisation_id": organisation_id, "receiver": receiver, "gtins": list(gtins)}
    return {row[0]: row[1] for row in conn.execute(_SQL["product_versions"], values) if row[1]}


def watermark(conn: Connection, organisation_id: int, receiver: str) -> datetime | None:
    """Return until when events were looked at for a receiver."""
    row = conn.execute(_SQL["watermark"], [organisation_id, receiver]).fetchone()
    return row[0] if row else None


def set_watermark(conn: Connection, organisation_id: int, receiver: str, until: datetime) -> None:
    """Note until when events were looked at."""
    conn.execute(_SQL["set_watermark"], [organisation_id, receiver, until])
