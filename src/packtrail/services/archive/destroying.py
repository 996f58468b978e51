"""Destroying: a month whose time is over, ordered by one person, approved by a second, done by IT.

A month can hold records of several companies: each orders and approves for its own. What is
destroyed are the archive and everything the database holds of the month's events and documents.
What stays: that there was such a month, with the manifest of its archive; the captures as jobs with
their hashes; orders, holds and the audit trail; and the dictionary of serial numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING, Any, Final

from packtrail.access import Action, Permission, require
from packtrail.base.days import written
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.services import auditing
from packtrail.services.archive import folders, holding, months, standing
from packtrail.store import codes, organisations
from packtrail.store import destructions as orders
from packtrail.store import months as partitions
from packtrail.store.archive import moving, rows
from packtrail.store.destructions import Order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.archive.retention import Kept
    from packtrail.services.archive.standing import Standing
    from packtrail.store.archive.rows import MonthRow

__all__ = ["Order", "Preview", "approve", "destroy", "every", "order", "preview", "withdraw"]

_READY: Final = {"verified", "dropped"}
_REASON_LENGTH_MAX: Final = 500
DOCUMENTS_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What destroying a month would destroy, and what stands against it."""

    month: str
    state: str
    segments: int
    events: int
    documents: int
    """Up to `DOCUMENTS_MAX` until the month is exported: then they are counted to the last."""
    database_bytes: int
    archive_bytes: int
    manifest_sha256: str
    organisations: tuple[str, ...]
    """Codes of the companies whose records it holds, as far as the actor may know them.

    Each orders and approves.
    """
    others: int
    """How many more companies have records in it."""
    kept_until: date | None
    because: tuple[str, ...]
    """What keeps it, the longest first."""
    orders: tuple[Order, ...]
    """Those that stand, of the actor's organisation; to the installation, of all."""
    findings: tuple[Finding, ...]
    """What stands against ordering it; nothing where it may be ordered."""
    unapproved: tuple[str, ...]
    """Companies that have not ordered and approved it yet, as far as the actor may know them."""
    others_unapproved: int
    """How many more have not."""

    @property
    def records_of(self) -> str:
        """Whose records it holds, in words."""
        return standing.named(self.organisations, self.others)

    @property
    def waits_for(self) -> str:
        """Who has not ordered and approved it yet, in words; empty where everybody has."""
        is_waiting = self.unapproved or self.others_unapproved
        return standing.named(self.unapproved, self.others_unapproved) if is_waiting else ""


def preview(app: Application, actor: Actor, month: str) -> Preview:
    """Tell what destroying a month would destroy; nothing is changed.

    Raises:
        NotPermitted: The actor may not see the archive.
        NotFound: `STO-073`, nothing was recorded in it.
    """
    require(actor, Permission.ARCHIVE_READ)
    day = months.read_month(month)
    with app.database.reading() as conn:
        row, now = months.found(conn, day), app.clock()
        return _preview(conn, row, months.whole(app, conn, day, now), actor, now)


def every(app: Application, actor: Actor) -> tuple[Order, ...]:
    """Return the orders of the actor's organisation, the newest first.

    Raises:
        NotPermitted: The actor may not see them.
    """
    require(actor, Permission.ARCHIVE_READ)
    with app.database.reading() as conn:
        return tuple(orders.of_organisation(conn, actor.organisation_id))


def order(app: Application, actor: Actor, month: str, *, reason: str) -> Order:
    """Order that a month be destroyed; somebody else approves it.

    Raises:
        NotPermitted: The actor may not order it.
        NotFound: `STO-073`, nothing was recorded in it.
        Conflict: Its time is not over, it is held, no policy lets it be destroyed, the company has
            no records in it, or has ordered it already.
        RefusedError: `STO-081`, no reason is given.
    """
    require(actor, Permission.RETENTION_UPDATE)
    day, told, now = months.read_month(month), _reason(reason), app.clock()
    with app.database.transaction() as conn:
        seen = _free(app, conn, months.locked(conn, day), actor)
        _require_part(actor, seen)
        foreseen = _foreseen(seen, seen.because)
        order_id = orders.insert(
            conn,
            actor.organisation_id,
            day,
            reason=told,
            foreseen=foreseen,
            at=now,
            by=actor.name,
            by_id=actor.id,
        )
        detail = {"month": month, "reason": told, **foreseen}
        subject = str(order_id)
        auditing.write(conn, actor, Action.DESTRUCTION_ORDERED, subject, at=now, detail=detail)
        return _one(conn, actor, order_id)


def approve(app: Application, actor: Actor, order_id: int) -> Order:
    """Approve what somebody else has ordered; everything is looked at again.

    Raises:
        NotPermitted: The actor may not approve it.
        NotFound: `STO-089`, there is no such open order.
        Conflict: `STO-088`, the actor has ordered it; or it may not be destroyed any more.
    """
    require(actor, Permission.RETENTION_UPDATE)
    now = app.clock()
    with app.database.transaction() as conn:
        found = _one(conn, actor, order_id)
        if found.ordered_by_id == actor.id:
            text = f"Order {order_id} was given by {found.ordered_by}, who now would approve it."
            raise Conflict(codes.DESTRUCTION_OF_SECOND_PERSON.found(text))
        if found.approved_at is not None:
            text = f"Order {order_id} was approved by {found.approved_by} already."
            raise Conflict(codes.DESTRUCTION_UNKNOWN.found(text))
        _free(app, conn, months.locked(conn, found.first_day), actor)
        orders.approve(conn, order_id, at=now, by=actor.name, by_id=actor.id)
        detail = {"month": found.month, "ordered_by": found.ordered_by}
        subject = str(order_id)
        auditing.write(conn, actor, Action.DESTRUCTION_APPROVED, subject, at=now, detail=detail)
        return _one(conn, actor, order_id)


def withdraw(app: Application, actor: Actor, order_id: int, *, reason: str) -> None:
    """Take an order back that is not carried out yet, approved or not.

    Raises:
        NotPermitted: The actor may not.
        NotFound: `STO-089`, there is no such open order.
        RefusedError: `STO-081`, no reason is given.
    """
    require(actor, Permission.RETENTION_UPDATE)
    told, now = _reason(reason), app.clock()
    with app.database.transaction() as conn:
        found = _one(conn, actor, order_id)
        orders.withdraw(conn, order_id, at=now, by=actor.name, reason=told)
        detail = {"month": found.month, "reason": told}
        subject = str(order_id)
        auditing.write(conn, actor, Action.DESTRUCTION_WITHDRAWN, subject, at=now, detail=detail)


def destroy(app: Application, actor: Actor, month: str) -> Preview:
    """Carry out what every company with records in a month has ordered and approved.

    The database comes first, in one transaction, then the folder of the archive. Cut off in
    between, doing it again removes the folder.

    Returns:
        What was destroyed.

    Raises:
        NotFound: `STO-073`, nothing was recorded in it.
        Conflict: It may not be destroyed, or `STO-087`, an order or an approval is missing.
        Unavailable: The folder cannot be removed; the database holds nothing of it any more.
    """
    require(actor, Permission.ARCHIVE_UPDATE)
    day, now = months.read_month(month), app.clock()
    root = folders.root_of(app)
    with folders.alone_in(root):
        with app.database.transaction() as conn:
            row = months.locked(conn, day)
            holding.keep_still(conn)
            whole = months.whole(app, conn, day, now)
            seen = _preview(conn, row, whole, actor, now)
            if row.destroyed_at is None:
                _require_free(seen)
                _require_approved(seen)
                _erase(conn, actor, seen, whole, now)
        folders.take_away(root / month)
    return seen


def _erase(conn: Connection, actor: Actor, seen: Preview, whole: Standing, now: datetime) -> None:
    """Destroy a month; the trail of each company says of it what that company may see."""
    day = months.read_month(seen.month)
    gone = moving.erase(conn, day)
    rows.set_destroyed(conn, day, at=now)
    orders.set_done(conn, day, at=now)
    owners = organisations.by_ids(conn, (each.organisation_id for each in whole.orders))
    code_of = {row.organisation_id: row.code for row in owners}
    for each in whole.orders:
        kept = whole.kept.seen_by(code_of[each.organisation_id])
        auditing.write(
            conn,
            actor,
            Action.MONTH_DESTROYED,
            seen.month,
            at=now,
            organisation_id=each.organisation_id,
            detail={
                **_foreseen(seen, _because(kept)),
                "approved_by": each.approved_by,
                "rows": gone,
            },
        )


def _preview(
    conn: Connection, row: MonthRow, whole: Standing, actor: Actor, now: datetime
) -> Preview:
    day, noted = row.first_day, row.manifest or {}
    seen = standing.seen_by(whole, actor)
    segments, events = rows.counts(conn, day)
    files = noted.get("files", {}).values()
    return Preview(
        month=f"{day:%Y-%m}",
        state=months.state_of(row),
        segments=segments,
        events=events,
        documents=noted.get("documents") or rows.documents(conn, day, most=DOCUMENTS_MAX),
        database_bytes=rows.size(conn, day),
        archive_bytes=sum(each["size_bytes"] for each in files),
        manifest_sha256=row.manifest_sha256.hex() if row.manifest_sha256 else "",
        organisations=seen.kept.organisations,
        others=seen.kept.others.companies,
        kept_until=seen.kept.until,
        because=_because(seen.kept),
        orders=seen.orders,
        findings=tuple(_against(conn, row, seen, now.astimezone(UTC).date())),
        unapproved=seen.unapproved,
        others_unapproved=seen.others_unapproved,
    )


def _because(kept: Kept) -> tuple[str, ...]:
    others = kept.others.until
    return (
        *((f"{written(others)}: records of other companies",) if others else ()),
        *(
            f"{written(each.until)}: {each.term}, {each.sayer} for {each.organisation}"
            for each in kept.retention
        ),
    )


def _against(conn: Connection, row: MonthRow, seen: Standing, today: date) -> Iterator[Finding]:
    """Yield what stands against destroying a month, in words for whom it is shown to."""
    day, state = row.first_day, months.state_of(row)
    if state not in _READY:
        text = f"{day:%B %Y} is {state}; to destroy it must be verified or dropped."
        yield codes.MONTH_NOT_READY.found(text)
    elif seen.kept.until is None:
        yield codes.STILL_KEPT.found(f"Nothing says until when {day:%Y-%m} is kept.")
    yield from standing.keeping(seen, day, today)
    yield from standing.holds_over(seen, day)
    if rows.documents_from_before(conn, day) and not _is_out(conn, partitions.month_before(day)):
        before = partitions.month_before(day)
        text = f"Documents that came in {before:%B %Y} have events in {day:%B %Y}."
        yield codes.HOLDS_DOCUMENTS_FROM_BEFORE.found(text)


def _is_out(conn: Connection, day: date) -> bool:
    """Tell whether a month is dropped or destroyed, or never was."""
    return all(
        row.dropped_at is not None or row.destroyed_at is not None
        for row in rows.every(conn)
        if row.first_day == day
    )


def _free(app: Application, conn: Connection, row: MonthRow, actor: Actor) -> Preview:
    """Return the preview of a month against whose destruction nothing stands."""
    now = app.clock()
    seen = _preview(conn, row, months.whole(app, conn, row.first_day, now), actor, now)
    _require_free(seen)
    return seen


def _require_free(seen: Preview) -> None:
    if seen.findings:
        raise Conflict(*seen.findings)


def _require_part(actor: Actor, seen: Preview) -> None:
    if actor.organisation_code not in seen.organisations:
        text = f"{seen.month} holds no records of yours."
        raise Conflict(codes.MONTH_NOT_READY.found(text))
    if any(each.organisation_id == actor.organisation_id for each in seen.orders):
        raise Conflict(codes.MONTH_NOT_READY.found(f"{seen.month} is ordered to be destroyed."))


def _require_approved(seen: Preview) -> None:
    """Refuse what not every company has approved; only the installation, which sees all, asks."""
    findings = [
        codes.DESTRUCTION_NOT_APPROVED.found(f"{code} has not ordered and approved {seen.month}.")
        for code in seen.unapproved
    ]
    if seen.others_unapproved:
        text = f"{seen.others_unapproved} more have not ordered and approved {seen.month}."
        findings.append(codes.DESTRUCTION_NOT_APPROVED.found(text))
    if findings:
        raise Conflict(*findings)


def _foreseen(seen: Preview, because: tuple[str, ...]) -> dict[str, Any]:
    names = ("segments", "events", "documents", "manifest_sha256", "archive_bytes")
    found: dict[str, Any] = {name: getattr(seen, name) for name in names}
    return {**found, "kept_until": str(seen.kept_until or ""), "because": list(because[:1])}


def _one(conn: Connection, actor: Actor, order_id: int) -> Order:
    found = orders.locked(conn, order_id, actor.organisation_id)
    if found is None:
        text = f"There is no open order {order_id} to destroy a month."
        raise NotFound(codes.DESTRUCTION_UNKNOWN.found(text))
    return found


def _reason(text: str) -> str:
    told = text.strip()
    if not 0 < len(told) <= _REASON_LENGTH_MAX:
        found = f"The reason has {len(told)} characters; expected 1 to {_REASON_LENGTH_MAX}."
        raise RefusedError(codes.POLICY_UNCLEAR.found(found, at="reason"))
    return told
