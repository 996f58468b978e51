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
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.services import auditing
from packtrail.services.archive import folders, months
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
    from packtrail.store.archive.rows import MonthRow

__all__ = ["Order", "Preview", "approve", "destroy", "every", "order", "preview", "withdraw"]

_READY: Final = {"verified", "dropped"}
_REASON_LENGTH_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What destroying a month would destroy, and what stands against it."""

    month: str
    state: str
    segments: int
    events: int
    documents: int
    database_bytes: int
    archive_bytes: int
    manifest_sha256: str
    organisations: tuple[str, ...]
    """Codes of the companies whose records it holds: each orders and approves."""
    kept_until: date | None
    because: tuple[str, ...]
    """What keeps it, the longest first."""
    orders: tuple[Order, ...]
    """Those that stand."""
    findings: tuple[Finding, ...]
    """What stands against ordering it; nothing where it may be ordered."""
    unapproved: tuple[str, ...]
    """Companies that have not ordered and approved it yet."""


def preview(app: Application, actor: Actor, month: str) -> Preview:
    """Tell what destroying a month would destroy; nothing is changed.

    Raises:
        NotPermitted: The actor may not see the archive.
        NotFound: `STO-073`, nothing was recorded in it.
    """
    require(actor, Permission.ARCHIVE_READ)
    day = months.read_month(month)
    with app.database.reading() as conn:
        return _preview(app, conn, months.found(conn, day))


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
        seen = _require_free(app, conn, months.locked(conn, day))
        _require_part(conn, actor, seen)
        foreseen = _foreseen(seen)
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
        _require_free(app, conn, months.locked(conn, found.first_day))
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
            if row.destroyed_at is None:
                seen = _require_free(app, conn, row)
                _require_approved(seen)
                _erase(conn, actor, seen, day, now)
            else:
                seen = _preview(app, conn, row)
        folders.take_away(root / month)
    return seen


def _erase(conn: Connection, actor: Actor, seen: Preview, day: date, now: datetime) -> None:
    gone = moving.erase(conn, day)
    rows.set_destroyed(conn, day, at=now)
    orders.set_done(conn, day, at=now)
    for each in seen.orders:
        detail = {**_foreseen(seen), "approved_by": each.approved_by, "rows": gone}
        auditing.write(
            conn,
            actor,
            Action.MONTH_DESTROYED,
            seen.month,
            at=now,
            organisation_id=each.organisation_id,
            detail=detail,
        )


def _preview(app: Application, conn: Connection, row: MonthRow) -> Preview:
    day, noted = row.first_day, row.manifest or {}
    now = app.clock()
    kept = months.kept(app, conn, day, now)
    segments, events = rows.counts(conn, day)
    standing = tuple(orders.of_month(conn, day))
    approved = {each.organisation_id for each in standing if each.approved_at}
    codes_of = {each.code for each in organisations.by_ids(conn, approved)}
    files = noted.get("files", {}).values()
    return Preview(
        month=f"{day:%Y-%m}",
        state=months.state_of(row),
        segments=segments,
        events=events,
        documents=noted.get("documents", 0),
        database_bytes=rows.size(conn, day),
        archive_bytes=sum(each["size_bytes"] for each in files),
        manifest_sha256=row.manifest_sha256.hex() if row.manifest_sha256 else "",
        organisations=kept.organisations,
        kept_until=kept.until,
        because=tuple(
            f"{each.until}: {each.span} after {each.counts_from}, "
            f"{each.pack_id or f'policy {each.policy_id}'} for {each.organisation}"
            for each in kept.retention
        ),
        orders=standing,
        findings=tuple(_against(conn, row, kept, now.astimezone(UTC).date())),
        unapproved=tuple(code for code in kept.organisations if code not in codes_of),
    )


def _against(conn: Connection, row: MonthRow, kept: Kept, today: date) -> Iterator[Finding]:
    """Yield what stands against destroying a month."""
    day, state = row.first_day, months.state_of(row)
    if state not in _READY:
        text = f"{day:%B %Y} is {state}; to destroy it must be verified or dropped."
        yield codes.MONTH_NOT_READY.found(text)
    bound: dict[tuple[str, str], list[str]] = {}
    for said in kept.retention:
        if today <= said.until:
            what = said.pack_id or f"policy {said.policy_id}"
            text = f"{day:%Y-%m} is kept until {said.until}: {what}"
            why = f"{said.span} after {said.counts_from} ({said.source})"
            bound.setdefault((text, why), []).append(said.organisation)
    for (text, why), companies in bound.items():
        yield codes.STILL_KEPT.found(f"{text} for {', '.join(companies)}, {why}.")
    if not kept.retention and state in _READY:
        yield codes.STILL_KEPT.found(f"Nothing says until when {day:%Y-%m} is kept.")
    if kept.keepers:
        whose = ", ".join(kept.keepers)
        text = f"The policies of {whose} do not let records of {day:%Y-%m} be destroyed."
        yield codes.NOT_TO_BE_DESTROYED.found(text)
    yield from months.holds_over(conn, day)
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


def _require_free(app: Application, conn: Connection, row: MonthRow) -> Preview:
    seen = _preview(app, conn, row)
    if seen.findings:
        raise Conflict(*seen.findings)
    return seen


def _require_part(conn: Connection, actor: Actor, seen: Preview) -> None:
    own = {each.code for each in organisations.by_ids(conn, [actor.organisation_id])}
    if not own & set(seen.organisations):
        text = f"{seen.month} holds no records of yours."
        raise Conflict(codes.MONTH_NOT_READY.found(text))
    if any(each.organisation_id == actor.organisation_id for each in seen.orders):
        raise Conflict(codes.MONTH_NOT_READY.found(f"{seen.month} is ordered to be destroyed."))


def _require_approved(seen: Preview) -> None:
    findings = [
        codes.DESTRUCTION_NOT_APPROVED.found(f"{code} has not ordered and approved {seen.month}.")
        for code in seen.unapproved
    ]
    if findings:
        raise Conflict(*findings)


def _foreseen(seen: Preview) -> dict[str, Any]:
    names = ("segments", "events", "documents", "manifest_sha256", "archive_bytes")
    found: dict[str, Any] = {name: getattr(seen, name) for name in names}
    return {**found, "kept_until": str(seen.kept_until or ""), "because": list(seen.because[:1])}


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
