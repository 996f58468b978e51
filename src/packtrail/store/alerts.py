"""Alerts in the database: what detection raised, what it rests on, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from psycopg.rows import args_row
from psycopg.types.json import Jsonb

from packtrail.detection.lessons import Decided
from packtrail.detection.matching import Held
from packtrail.store import named
from packtrail.store.verifications import VerificationRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from psycopg import Connection

_SQL = named.statements("alerts")


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A row of `detection_mark`: up to where everything was looked at."""

    verified_at: datetime
    verified_id: UUID
    events_until: datetime
    ran_at: datetime | None
    scans: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A pack or an actor to look at again."""

    kind: str
    subject_a: str
    subject_b: str
    scanned_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A row of `detection_policy`."""

    policy_no: int
    effective_at: datetime
    recorded_at: datetime
    parameters: Mapping[str, Any]
    reason: str
    actor_name: str


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert, with the case it belongs to."""

    alert_id: int
    code: str
    subject: str
    round: int
    score: float
    message: str
    arithmetic: list[str]
    raised_at: datetime
    first_at: datetime
    last_at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None
    case_id: int | None
    case_code: str | None
    case_state: str | None
    evidence_count: int


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A row of `alert_evidence`."""

    alert_id: int
    evidence_id: str
    kind: str
    class_key: str
    item_key: str
    at: datetime
    recorded_at: datetime
    place: str
    market: str
    actor: str
    detail: Mapping[str, Any]
    added_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which alerts; None asks nothing."""

    alert_ids: Sequence[int] | None = None
    case_id: int | None = None
    code: str | None = None
    only_open: bool = False
    """In no case yet, and not withdrawn."""
    class_key: str | None = None
    item_key: str | None = None
    before: int | None = None


def organisations(conn: Connection) -> list[tuple[int, str]]:
    """Return every organisation: number and code."""
    return [(row[0], row[1]) for row in conn.execute(_SQL["organisations"])]


def mark(conn: Connection, organisation_id: int) -> MarkRow | None:
    """Return how far detection has come."""
    with conn.cursor(row_factory=args_row(MarkRow)) as cursor:
        return cursor.execute(_SQL["mark"], [organisation_id]).fetchone()


def locked_mark(
    conn: Connection, organisation_id: int, *, start: datetime, nothing: UUID
) -> MarkRow:
    """Return how far detection has come, and let nobody else go on until this ends."""
    conn.execute(_SQL["begin_mark"], [organisation_id, start, nothing, start])
    with conn.cursor(row_factory=args_row(MarkRow)) as cursor:
        row = cursor.execute(_SQL["lock_mark"], [organisation_id]).fetchone()
    if row is None:
        raise RuntimeError(f"detection of organisation {organisation_id} has no mark")
    return row


def move_mark(conn: Connection, organisation_id: int, moved: MarkRow, *, scans: int) -> None:
    """Write how far detection has come, and how many scans more it has seen."""
    conn.execute(
        _SQL["move_mark"],
        {
            "organisation_id": organisation_id,
            "verified_at": moved.verified_at,
            "verified_id": moved.verified_id,
            "events_until": moved.events_until,
            "ran_at": moved.ran_at,
            "scans": scans,
        },
    )


def put_problem(conn: Connection, organisation_id: int, problem: str | None) -> None:
    """Write why detection could not go on; None: it could."""
    conn.execute(_SQL["put_problem"], {"organisation_id": organisation_id, "problem": problem})


def put_pending(
    conn: Connection, organisation_id: int, rows: Iterable[tuple[PendingRow, datetime]]
) -> None:
    """Have packs and actors looked at again at a moment."""
    values = [
        (organisation_id, row.kind, row.subject_a, row.subject_b, row.scanned_at, due_at)
        for row, due_at in rows
    ]
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["put_pending"], values)


def take_pending(
    conn: Connection, organisation_id: int, *, now: datetime, limit: int
) -> list[PendingRow]:
    """Take what is due."""
    asked = {"organisation_id": organisation_id, "now": now, "limit": limit}
    with conn.cursor(row_factory=args_row(PendingRow)) as cursor:
        return cursor.execute(_SQL["take_pending"], asked).fetchall()


def policies(conn: Connection, organisation_id: int) -> list[PolicyRow]:
    """Return what the rules were set to, the newest first."""
    with conn.cursor(row_factory=args_row(PolicyRow)) as cursor:
        return cursor.execute(_SQL["policies"], [organisation_id]).fetchall()


def add_policy(conn: Connection, organisation_id: int, row: PolicyRow) -> int:
    """Add what the rules are set to; return its number."""
    values = [organisation_id, row.effective_at, row.recorded_at, Jsonb(dict(row.parameters))]
    found = conn.execute(_SQL["add_policy"], [*values, row.reason, row.actor_name]).fetchone()
    if found is None:
        raise RuntimeError("the database gave no number to a policy")
    return int(found[0])


def new_verifications(
    conn: Connection, organisation_id: int, after: MarkRow, *, before: datetime, limit: int
) -> list[VerificationRow]:
    """Return verifications recorded after a mark, in the order of recording."""
    return _verifications(
        conn, "new_verifications", organisation_id=organisation_id, after_at=after.verified_at,
        after_id=after.verified_id, before=before, limit=limit,
    )  # fmt: skip


def verifications_of_packs(
    conn: Connection, organisation_id: int, packs: Iterable[tuple[str, str]], *, each: int
) -> list[VerificationRow]:
    """Return the newest verifications of some packs, so many of each at most."""
    wanted = set(packs)
    found = _verifications(
        conn, "verifications_of_packs", organisation_id=organisation_id, each=each,
        class_keys=sorted({one for one, _ in wanted}), item_keys=sorted({one for _, one in wanted}),
    )  # fmt: skip
    return [row for row in found if (row.class_key, row.item_key) in wanted]


def verifications_of_lot(
    conn: Connection,
    organisation_id: int,
    class_key: str,
    *,
    lots: Sequence[str],
    reasons: Sequence[str],
    since: datetime,
    limit: int,
) -> list[VerificationRow]:
    """Return verifications of packs asked about with a lot, or answered with some reasons."""
    return _verifications(
        conn, "verifications_of_lot", organisation_id=organisation_id, class_key=class_key,
        lots=list(lots), reasons=list(reasons), since=since, limit=limit,
    )  # fmt: skip


def verifications_of_actor(
    conn: Connection,
    organisation_id: int,
    actor_id: str,
    *,
    since: datetime,
    until: datetime,
    limit: int,
) -> list[VerificationRow]:
    """Return what an actor asked in some time."""
    return _verifications(
        conn, "verifications_of_actor", organisation_id=organisation_id, actor_id=actor_id,
        since=since, until=until, limit=limit,
    )  # fmt: skip


def clocks(
    conn: Connection, organisation_id: int, places: Sequence[str], *, since: datetime, least: int
) -> dict[str, timedelta]:
    """Return how far the clocks of places are behind, by so many verifications or more."""
    asked = {
        "organisation_id": organisation_id,
        "places": list(places),
        "since": since,
        "least": least,
    }
    return dict(conn.execute(_SQL["clocks"], asked).fetchall())


def _verifications(conn: Connection, name: str, **asked: Any) -> list[VerificationRow]:
    with conn.cursor(row_factory=args_row(VerificationRow)) as cursor:
        return cursor.execute(_SQL[name], asked).fetchall()


def held(
    conn: Connection, organisation_id: int, *, subjects: Iterable[str], evidence: Iterable[str]
) -> list[Held]:
    """Return the alerts about some subjects, and those that rest on some evidence."""
    asked = {
        "organisation_id": organisation_id,
        "subjects": sorted(set(subjects)),
        "evidence": sorted(set(evidence)),
    }
    return [
        Held(
            alert_id=row[0],
            code=row[1],
            subject=row[2],
            is_settled=row[3],
            evidence=frozenset(row[4]),
            withdrawn=frozenset(row[5]),
        )
        for row in conn.execute(_SQL["held"], asked)
    ]


def add(conn: Connection, values: Mapping[str, Any]) -> int:
    """Add an alert; return its number."""
    row = conn.execute(_SQL["add_alert"], values).fetchone()
    if row is None:
        raise RuntimeError("the database gave no number to an alert")
    return int(row[0])


def grow(conn: Connection, values: Mapping[str, Any]) -> None:
    """Write that an alert says more."""
    conn.execute(_SQL["grow_alert"], values)


def add_evidence(conn: Connection, rows: Iterable[EvidenceRow]) -> None:
    """Add evidence to alerts; what had been withdrawn counts again."""
    names = [each.name for each in fields(EvidenceRow)][:-2]
    values = [
        {name: getattr(row, name) for name in names} | {"detail": Jsonb(dict(row.detail))}
        for row in rows
    ]
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["add_evidence"], values)


def withdraw(conn: Connection, alert_id: int, evidence: Mapping[str, str], *, at: datetime) -> None:
    """Write that evidence fell away, and why: evidence -> reason."""
    for reason in sorted(set(evidence.values())):
        gone = sorted(each for each, why in evidence.items() if why == reason)
        asked = {"alert_id": alert_id, "evidence": gone, "reason": reason, "at": at}
        conn.execute(_SQL["withdraw_evidence"], asked)
    conn.execute(_SQL["settle_alert"], {"alert_id": alert_id, "at": at})


def checked(conn: Connection, alert_ids: Sequence[int], *, at: datetime) -> None:
    """Write that alerts were held against the record again."""
    conn.execute(_SQL["checked"], {"alert_ids": list(alert_ids), "at": at})


def to_check(conn: Connection, organisation_id: int, *, before: datetime, limit: int) -> list[int]:
    """Return undecided alerts that were not held against the record since a moment."""
    asked = {"organisation_id": organisation_id, "before": before, "limit": limit}
    return [row[0] for row in conn.execute(_SQL["to_check"], asked)]


def evidence(conn: Connection, alert_ids: Sequence[int]) -> list[EvidenceRow]:
    """Return what alerts rest on, in the order of time."""
    with conn.cursor(row_factory=args_row(EvidenceRow)) as cursor:
        return cursor.execute(_SQL["evidence"], [list(alert_ids)]).fetchall()


def alerts(conn: Connection, organisation_id: int, wanted: Wanted, *, limit: int) -> list[AlertRow]:
    """Return alerts, the newest first."""
    asked = {each.name: getattr(wanted, each.name) for each in fields(Wanted)}
    asked |= {"organisation_id": organisation_id, "limit": limit}
    if wanted.alert_ids is not None:
        asked["alert_ids"] = list(wanted.alert_ids)
    with conn.cursor(row_factory=args_row(AlertRow)) as cursor:
        return cursor.execute(_SQL["alerts"], asked).fetchall()


def related(
    conn: Connection, organisation_id: int, alert_ids: Sequence[int], *, limit: int
) -> list[int]:
    """Return open alerts that share a pack, an actor or a place with some, the nearest first."""
    asked = {"organisation_id": organisation_id, "alert_ids": list(alert_ids), "limit": limit}
    return [row[0] for row in conn.execute(_SQL["related"], asked)]


def decided(conn: Connection, organisation_id: int) -> list[Decided]:
    """Return what became of alerts, by signal and cause."""
    return [Decided(*row) for row in conn.execute(_SQL["decided"], [organisation_id])]


def counts(conn: Connection, organisation_id: int) -> list[tuple[str, int, int, int]]:
    """Return for each signal how many alerts there are, are in no case, and are withdrawn."""
    return [(r[0], r[1], r[2], r[3]) for r in conn.execute(_SQL["counts"], [organisation_id])]


def put_in_case(conn: Connection, alert_ids: Sequence[int], case_id: int, *, at: datetime) -> None:
    """Add alerts to a case."""
    conn.execute(_SQL["put_in_case"], {"alert_ids": list(alert_ids), "case_id": case_id, "at": at})
