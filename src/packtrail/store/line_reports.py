"""What lines reported and what was done by hand, as it was said; what waits; printed numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import zstandard
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.production.decisions import Mark, Refusal

_SQL = named.statements("line_reports")
_LEVEL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A report as it came."""

    order_id: str
    request_id: str
    source: str
    sequence_no: int | None
    sha256: bytes
    content: bytes
    received_at: datetime
    first_at: datetime | None
    last_at: datetime | None
    actor_kind: str
    actor_id: str
    actor_name: str
    happenings: int
    held: list[dict[str, Any]]
    """What it tells, until it is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a report came to, and the counts of its order after it."""

    order_id: str
    report_no: int
    capture_id: str | None
    parked: int
    refused: int
    done: Mapping[str, int]
    findings: list[dict[str, str]]
    counts: Mapping[str, int]
    line_counts: Mapping[str, int]
    in_sequence: int
    unnumbered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """A report that is held: one before it is missing."""

    report_no: int
    request_id: str
    sequence_no: int
    held: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A row of `line_report`, without its content."""

    report_no: int
    request_id: str
    source: str
    sequence_no: int | None
    sha256: str
    received_at: datetime
    first_at: datetime | None
    last_at: datetime | None
    actor_name: str
    capture_id: str | None
    happenings: int
    is_held: bool
    parked: int
    refused: int
    done: dict[str, int]
    findings: list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRow:
    """A happening that waits."""

    report_no: int
    place: int
    happening: dict[str, Any]
    why: str
    at: datetime
    parked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """A row of `number_mark`."""

    level: str
    number: str
    kind: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRework:
    """Something done by hand."""

    rework_id: str
    owner_id: int
    audience_id: int
    site_id: int
    request_id: str
    happening: Mapping[str, Any]
    capture_id: str
    at: datetime
    done_at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    findings: list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReworkRow:
    """A row of `rework`, with the codes of owner and site."""

    rework_id: str
    owner: str
    site: str
    request_id: str
    happening: dict[str, Any]
    capture_id: str
    at: datetime
    done_at: datetime
    actor_name: str
    findings: list[dict[str, str]]


# --- reports --------------------------------------------------------------------------------------


def insert(conn: Connection, new: NewReport) -> int:
    """Add a report to an order that is locked; return its number."""
    values = {
        **asdict(new),
        "content": zstandard.ZstdCompressor(level=_LEVEL).compress(new.content),
        "held": Jsonb(new.held),
    }
    row = conn.execute(_SQL["insert_report"], values).fetchone()
    return int(row[0]) if row else 0


def hold(
    conn: Connection, order_id: str, report_no: int, findings: Sequence[Mapping[str, str]]
) -> None:
    """Leave a report until the one before it comes."""
    values = {"order_id": order_id, "report_no": report_no, "findings": Jsonb(list(findings))}
    conn.execute(_SQL["hold_report"], values)


def end(conn: Connection, taken: Taken) -> None:
    """Write down what a report came to."""
    jsons = {
        "done": Jsonb(dict(taken.done)),
        "findings": Jsonb(taken.findings),
        "counts": Jsonb(dict(taken.counts)),
        "line_counts": Jsonb(dict(taken.line_counts)),
    }
    conn.execute(_SQL["end_report"], {**asdict(taken), **jsons})


def held(conn: Connection, order_id: str, sequence: int | None = None) -> HeldRow | None:
    """Return the report that is held at a place of the line's count; None: the first one."""
    with conn.cursor(row_factory=class_row(HeldRow)) as cursor:
        values = {"order_id": order_id, "sequence": sequence}
        return cursor.execute(_SQL["held"], values).fetchone()


def count_held(conn: Connection, order_id: str) -> int:
    """Return how many reports are held."""
    row = conn.execute(_SQL["count_held"], [order_id]).fetchone()
    return int(row[0]) if row else 0


def go_on(conn: Connection, order_id: str, in_sequence: int) -> None:
    """Go on after a place of the line's count, whatever of it is missing."""
    conn.execute(_SQL["go_on"], {"order_id": order_id, "in_sequence": in_sequence})


def of_request(conn: Connection, order_id: str, request_id: str) -> ReportRow | None:
    """Return the report that came with a request id."""
    found = _reports(conn, order_id, "and request_id = %(request_id)s", request_id=request_id)
    return next(iter(found), None)


def newest(
    conn: Connection, order_id: str, *, limit: int, before: int | None = None
) -> list[ReportRow]:
    """Return reports of an order, the newest first."""
    where = """
        and (%(before)s::bigint is null or report_no < %(before)s)
        order by report_no desc limit %(limit)s
    """
    return _reports(conn, order_id, where, before=before, limit=limit)


def content(conn: Connection, order_id: str, report_no: int) -> bytes | None:
    """Return a report as it was sent."""
    row = conn.execute(_SQL["content"], [order_id, report_no], binary=True).fetchone()
    return zstandard.ZstdDecompressor().decompress(bytes(row[0])) if row else None


def missing_sequence(conn: Connection, order_id: str, *, limit: int) -> list[int]:
    """Return the places in the line's own count of its reports that none has."""
    rows = conn.execute(_SQL["missing_sequence"], {"id": order_id, "limit": limit})
    return [int(row[0]) for row in rows]


def pace(conn: Connection, order_id: str, since: datetime) -> list[tuple[datetime, str, int]]:
    """Return what was done in each minute: (minute, what, how many)."""
    rows = conn.execute(_SQL["pace"], {"order_id": order_id, "since": since})
    return [(minute, kind, int(count)) for minute, kind, count in rows]


def insert_refusals(
    conn: Connection, order_id: str, report_no: int, refused: Sequence[Refusal], at: datetime
) -> None:
    """Write down numbers that were refused."""
    if refused:
        values = {
            "order_id": order_id,
            "report_no": report_no,
            "numbers": [each.number for each in refused],
            "codes": [each.code for each in refused],
            "at": at,
        }
        conn.execute(_SQL["insert_refusals"], values)


def refused_numbers(
    conn: Connection, order_id: str, codes: Sequence[str], *, limit: int
) -> list[str]:
    """Return the numbers that were refused for one of some reasons."""
    rows = conn.execute(_SQL["refusals"], [order_id, list(codes), limit])
    return [row[0] for row in rows]


# --- what waits -----------------------------------------------------------------------------------


def park(
    conn: Connection,
    order_id: str,
    report_no: int,
    place: int,
    happening: Mapping[str, Any],
    *,
    why: str,
    at: datetime,
    parked_at: datetime,
) -> None:
    """Let a happening of a report wait."""
    values = {
        "order_id": order_id,
        "report_no": report_no,
        "place": place,
        "happening": Jsonb(dict(happening)),
        "why": why,
        "at": at,
        "parked_at": parked_at,
    }
    conn.execute(_SQL["insert_parked"], values)


def parked(conn: Connection, order_id: str) -> list[ParkedRow]:
    """Return what waits, in the order in which it happened."""
    with conn.cursor(row_factory=class_row(ParkedRow)) as cursor:
        return cursor.execute(_SQL["parked"], [order_id]).fetchall()


def count_parked(conn: Connection, order_id: str) -> int:
    """Return how many happenings wait."""
    row = conn.execute(_SQL["count_parked"], [order_id]).fetchone()
    return int(row[0]) if row else 0


def dismiss(
    conn: Connection,
    order_id: str,
    report_no: int,
    place: int,
    *,
    at: datetime,
    by: str,
    reason: str,
) -> bool:
    """Let a happening wait no longer; False when it does not wait."""
    values = {
        "order_id": order_id,
        "report_no": report_no,
        "place": place,
        "at": at,
        "by": by,
        "reason": reason,
    }
    return conn.execute(_SQL["dismiss"], values).rowcount > 0


def end_waiting(
    conn: Connection,
    order_id: str,
    row: ParkedRow,
    *,
    ended_at: datetime | None,
    rest: Mapping[str, Any] | None = None,
) -> None:
    """End the waiting of a happening, or let only the rest of it wait."""
    values = {
        "order_id": order_id,
        "report_no": row.report_no,
        "place": row.place,
        "ended_at": ended_at,
        "happening": Jsonb(dict(rest)) if rest is not None else None,
    }
    conn.execute(_SQL["replace_parked"], values)


# --- printed numbers ------------------------------------------------------------------------------


def insert_mark(conn: Connection, report_no: int, mark: Mark) -> None:
    """Write down what became of numbers of an order; a second time changes nothing."""
    if mark.kind == "encoded":
        values = {
            "order_id": mark.order_id,
            "report_no": report_no,
            "level": mark.level.value,
            "numbers": list(mark.numbers),
        }
        conn.execute(_SQL["insert_printed"], values)
        return
    values = {
        **{name: getattr(mark, name) for name in ("order_id", "kind", "reason", "note", "at")},
        "level": mark.level.value,
        "numbers": list(mark.numbers),
    }
    conn.execute(_SQL["insert_marks"], values)


def marks(conn: Connection, order_id: str, numbers: Sequence[str] | None = None) -> list[MarkRow]:
    """Return the marks of an order's numbers: of all, or of some."""
    more = "" if numbers is None else " and number = any(%(numbers)s)"
    with conn.cursor(row_factory=class_row(MarkRow)) as cursor:
        values = {"order_id": order_id, "numbers": list(numbers or ())}
        return cursor.execute(_SQL["marks"] + more, values).fetchall()


def printed(conn: Connection, order_id: str) -> dict[str, set[str]]:
    """Return the numbers that the line said it printed, by level."""
    found: dict[str, set[str]] = {}
    for level, numbers in conn.execute(_SQL["printed"], [order_id]):
        found.setdefault(level, set()).update(numbers)
    return found


# --- accounts -------------------------------------------------------------------------------------


def keep_account(
    conn: Connection, order_id: str, digest: str, account: Mapping[str, Any], at: datetime
) -> None:
    """Keep an account as it is signed; a second time changes nothing."""
    conn.execute(_SQL["keep_account"], [order_id, digest, Jsonb(dict(account)), at])


def kept_account(conn: Connection, order_id: str, digest: str) -> dict[str, Any] | None:
    """Return an account as it was signed."""
    row = conn.execute(_SQL["kept_account"], [order_id, digest]).fetchone()
    return dict(row[0]) if row else None


# --- rework ---------------------------------------------------------------------------------------


def insert_rework(conn: Connection, new: NewRework) -> None:
    """Add something that was done by hand."""
    values = {
        **asdict(new),
        "happening": Jsonb(dict(new.happening)),
        "findings": Jsonb(new.findings),
    }
    conn.execute(_SQL["insert_rework"], values)


def rework_of_request(conn: Connection, site_id: int, request_id: str) -> ReworkRow | None:
    """Return what was done with a request id at a site."""
    where = "where r.site_id = %s and r.request_id = %s"
    return next(iter(_rework(conn, where, [site_id, request_id])), None)


def newest_rework(conn: Connection, audience_ids: Sequence[int], *, limit: int) -> list[ReworkRow]:
    """Return what was done by hand and may be seen, the newest first."""
    where = "where r.audience_id = any(%s) order by r.done_at desc limit %s"
    return _rework(conn, where, [list(audience_ids), limit])


def _reports(conn: Connection, order_id: str, more: str, **values: Any) -> list[ReportRow]:
    with conn.cursor(row_factory=class_row(ReportRow)) as cursor:
        text = f"{_SQL['reports']} {more}"
        return cursor.execute(text, {"order_id": order_id, **values}).fetchall()


def _rework(conn: Connection, where: str, values: list[Any]) -> list[ReworkRow]:
    with conn.cursor(row_factory=class_row(ReworkRow)) as cursor:
        return cursor.execute(f"{_SQL['rework']} {where}", values).fetchall()
