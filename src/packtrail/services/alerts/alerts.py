"""Alerts as people see them: what was raised, what it rests on, and how right the rules were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.base.findings import FindingCode
from packtrail.detection import codes
from packtrail.detection.lessons import Lesson
from packtrail.detection.lessons import lessons as learned
from packtrail.detection.triage import Category, proposed
from packtrail.services.alerts import mapping
from packtrail.services.alerts.policies import in_force
from packtrail.store import alerts as rows
from packtrail.verification.question import product_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

MEANINGS: dict[str, FindingCode] = {
    each.code: each for each in vars(codes).values() if isinstance(each, FindingCode)
}
"""Code -> what the signal means and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A scan, or an event of the record, that an alert rests on."""

    evidence_id: str
    kind: str
    """`verification`, `event`: the pack was scanned; `record`: what had happened to it before."""
    gtin: str
    serial: str
    at: datetime
    recorded_at: datetime
    place: str
    market: str
    actor: str
    purpose: str
    lot: str
    expires: str
    withdrawn_at: datetime | None
    withdrawn_reason: str | None

    @property
    def event_id(self) -> str:
        """The event it is, where it is one."""
        return "" if self.kind == "verification" else mapping.event_of(self.evidence_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A signal that was raised, as it is now."""

    alert_id: str
    code: str
    title: str
    remedy: str
    subject: str
    score: float
    message: str
    arithmetic: tuple[str, ...]
    proposed: Category
    raised_at: datetime
    first_at: datetime
    last_at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None
    """Nothing that it rested on is left."""
    case: str | None
    case_state: str | None
    evidence: tuple[Evidence, ...]

    @property
    def packs(self) -> tuple[tuple[str, str], ...]:
        """Product and serial number of its packs, each once."""
        return tuple(dict.fromkeys((each.gtin, each.serial) for each in self.evidence))

    @property
    def places(self) -> tuple[str, ...]:
        """Where its packs were scanned."""
        seen = (each.place for each in self.evidence if each.kind != "record" and each.place)
        return tuple(dict.fromkeys(seen))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How detection stands."""

    ran_at: datetime | None
    scans: int
    """Looked at so far."""
    problem: str | None
    """Why the last look was cut off; None: it was not."""
    by_code: tuple[tuple[str, int, int, int], ...]
    """Signal, alerts ever, in no case, withdrawn."""


def listed(
    app: Application,
    actor: Actor,
    *,
    code: str | None = None,
    only_open: bool = False,
    gtin: str | None = None,
    serial: str | None = None,
    before: str | None = None,
    limit: int = 100,
) -> tuple[Alert, ...]:
    """Return alerts of the actor's organisation, the newest first.

    Args:
        app: The application.
        actor: Who asks.
        code: Only of one signal.
        only_open: Only those in no case, not withdrawn.
        gtin: With a serial number: only those about one pack.
        serial: The pack.
        before: Only those raised before the alert of this number.
        limit: Most to return.

    Raises:
        RefusedError: The GTIN cannot be read.
        NotFound: `SIG-050`, `before` is no alert.
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    wanted = rows.Wanted(
        code=code,
        only_open=only_open,
        class_key=f"sgtin/{product_of(gtin)}" if gtin and serial else None,
        item_key=serial if gtin else None,
        before=number_of(before) if before else None,
    )
    with app.database.reading() as conn:
        return read(conn, actor, wanted, limit=limit)


def alert(app: Application, actor: Actor, alert_id: str) -> Alert:
    """Return one alert.

    Raises:
        NotFound: `SIG-050`, there is none.
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        return one(conn, actor, alert_id)


def related(app: Application, actor: Actor, alert_ids: Sequence[str]) -> tuple[Alert, ...]:
    """Return open alerts that share packs, users or places with some, the nearest first.

    Raises:
        NotFound: `SIG-050`, one is no alert.
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    numbers = [number_of(each) for each in alert_ids]
    with app.database.reading() as conn:
        near = rows.related(conn, actor.organisation_id, numbers, limit=20) if numbers else []
        found = read(conn, actor, rows.Wanted(alert_ids=near), limit=20) if near else ()
    return tuple(sorted(found, key=lambda each: near.index(int(each.alert_id))))


def overview(app: Application, actor: Actor) -> Overview:
    """Return how far detection is and what it raised.

    Raises:
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        mark = rows.mark(conn, actor.organisation_id)
        counts = rows.counts(conn, actor.organisation_id)
    return Overview(
        ran_at=mark.ran_at if mark else None,
        scans=mark.scans if mark else 0,
        problem=mark.problem if mark else None,
        by_code=tuple(counts),
    )


def lessons(app: Application, actor: Actor) -> tuple[Lesson, ...]:
    """Return how right each rule was by real outcomes, and what could be set otherwise.

    Raises:
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        now = in_force(conn, actor, at=app.clock())
        return learned(rows.decided(conn, actor.organisation_id), now)


def number_of(alert_id: str) -> int:
    """Return the number of an alert.

    Raises:
        NotFound: `SIG-050`, it is none.
    """
    if alert_id.isascii() and alert_id.isdigit() and len(alert_id) < 19:
        return int(alert_id)
    raise NotFound(codes.NO_ALERT.found(f"There is no alert {alert_id[:40]!r}.", at="alert"))


def one(conn: Connection, actor: Actor, alert_id: str) -> Alert:
    """Return one alert of the actor's organisation.

    Raises:
        NotFound: `SIG-050`, there is none.
    """
    found = read(conn, actor, rows.Wanted(alert_ids=[number_of(alert_id)]), limit=1)
    if not found:
        raise NotFound(codes.NO_ALERT.found(f"There is no alert {alert_id!r}.", at="alert"))
    return found[0]


def read(conn: Connection, actor: Actor, wanted: rows.Wanted, *, limit: int) -> tuple[Alert, ...]:
    """Return alerts of the actor's organisation with their evidence."""
    found = rows.alerts(conn, actor.organisation_id, wanted, limit=limit)
    evidence: dict[int, list[Evidence]] = {row.alert_id: [] for row in found}
    for row in rows.evidence(conn, list(evidence)):
        evidence[row.alert_id].append(_evidence(row))
    return tuple(_alert(row, evidence[row.alert_id]) for row in found)


def _alert(row: rows.AlertRow, evidence: Sequence[Evidence]) -> Alert:
    meaning = MEANINGS[row.code]
    return Alert(
        alert_id=str(row.alert_id),
        code=row.code,
        title=meaning.title,
        remedy=meaning.remedy,
        subject=row.subject,
        score=row.score,
        message=row.message,
        arithmetic=tuple(row.arithmetic),
        proposed=proposed(row.code),
        raised_at=row.raised_at,
        first_at=row.first_at,
        last_at=row.last_at,
        changed_at=row.changed_at,
        withdrawn_at=row.withdrawn_at,
        case=row.case_code,
        case_state=row.case_state,
        evidence=tuple(evidence),
    )


def _evidence(row: rows.EvidenceRow) -> Evidence:
    detail = row.detail
    return Evidence(
        evidence_id=row.evidence_id,
        kind=row.kind,
        gtin=row.class_key.partition("/")[2],
        serial=row.item_key,
        at=row.at,
        recorded_at=row.recorded_at,
        place=row.place,
        market=row.market,
        actor=row.actor,
        purpose=str(detail.get("purpose") or detail.get("fate") or ""),
        lot=str(detail.get("lot") or ""),
        expires=str(detail.get("expires") or ""),
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
    )
