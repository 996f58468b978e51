"""Reports of lines: taken in once, in the order in which the line counts them.

Whatever the door (REST, a file, OPC UA), a report comes here. It is kept as it was sent, and taken
in one transaction with its events. Where the line counts its reports, one that overtook another is
held until that one is there.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.production import codes
from packtrail.production.happenings import plain
from packtrail.production.orders import TAKES_REPORTS, State
from packtrail.services.capture.capturing import finding_of
from packtrail.services.lines.taking import Told, read_told, take_turn
from packtrail.services.orders.orders import order_row, own_row
from packtrail.store import floor as floor_rows
from packtrail.store import line_reports as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.production.reports import Report
    from packtrail.services.application import Application
    from packtrail.store.orders import OrderRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A report as it was sent."""

    content: bytes
    source: str
    """The door: `rest`, `folder`, `opcua`, `console`, `direct`."""
    request_id: str
    """Name of the report, unique for its order: sent again, it changes nothing."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of what was sent."""
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a report."""

    order_id: str
    order: str
    report_no: int
    report_id: str
    source: str
    sequence: int | None
    received_at: datetime
    first_at: datetime | None
    """When the first of it happened."""
    last_at: datetime | None
    actor_name: str
    happenings: int
    is_held: bool
    """Whether it waits as a whole: the line counts its reports, and one before it is missing."""
    parked: int
    """Happenings, or parts of them, that wait for a report that is late."""
    refused: int
    """Numbers that were refused."""
    done: Mapping[str, int]
    """What was done: `commission:pack`, ..."""
    findings: tuple[Finding, ...]
    capture_id: str | None
    """The capture that holds its events."""
    is_repeated: bool = False
    """Whether it was taken before."""


def take(app: Application, actor: Actor, code: str, report: Report, sent: Sent) -> Receipt:
    """Take in a report of the line of a work order.

    Args:
        app: The application.
        actor: Who reports.
        code: The work order: its id, its code, or `owner/code`.
        report: The report, read.
        sent: The report, as it was sent.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        RefusedError: `LIN-020`, the report cannot be read; every defect is told.
        Conflict: `LIN-021`, the report id was used with another content; `LIN-016` or `LIN-017`,
            the order takes no reports; `LIN-015`, the line has another order.
        NotPermitted: The actor may not report.
    """
    require(actor, Permission.REPORT_CREATE)
    if report.findings:
        raise RefusedError(*report.findings)
    if not 1 <= len(sent.request_id) <= 200:
        message = "A report needs a name of 1 to 200 characters."
        raise RefusedError(codes.BAD_REPORT.found(message, at="report_id"))
    with app.database.transaction() as conn:
        order = order_row(conn, actor, code, is_locked=True)
        earlier = rows.of_request(conn, order.order_id, sent.request_id)
        if earlier is not None:
            return _repeated(order, earlier, sent)
        _require_open(order)
        floor_rows.lock_site(conn, order.site_id)
        told = _kept(app, conn, actor, order, report, sent)
        is_next = report.sequence == order.in_sequence + 1
        if report.sequence is None or report.sequence <= order.in_sequence:
            take_turn(app, conn, actor, order, told)
        elif is_next:
            take_turn(app, conn, actor, order, replace(told, sequence=report.sequence))
            take_held(app, conn, actor, order)
        else:
            message = (
                f"The line counts it as its report {report.sequence:,}; "
                f"report {order.in_sequence + 1:,} is missing."
            )
            rows.hold(conn, order.order_id, told.report_no, [asdict(codes.HELD.found(message))])
        return _receipt_of(conn, actor, order, sent.request_id)


def take_held(app: Application, conn: Connection, actor: Actor, order: OrderRow) -> None:
    """Take the reports that were held and whose turn has come, in a transaction of their order."""
    while True:
        order = own_row(conn, actor, order.order_id)
        row = rows.held(conn, order.order_id, order.in_sequence + 1)
        if row is None:
            return
        told = Told(
            report_no=row.report_no,
            report_id=row.request_id,
            happenings=read_told(row.held),
            sequence=row.sequence_no,
        )
        take_turn(app, conn, actor, order, told)


def reports(
    app: Application, actor: Actor, code: str, *, limit: int = 50, before: int | None = None
) -> tuple[Receipt, ...]:
    """Return the reports of an order, the newest first.

    Raises:
        NotFound: `LIN-010`.
    """
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
        found = rows.newest(conn, order.order_id, limit=max(1, min(limit, 500)), before=before)
    return tuple(_receipt(order, each) for each in found)


def original(app: Application, actor: Actor, code: str, report_no: int) -> bytes:
    """Return a report as it was sent.

    Raises:
        NotFound: `LIN-010`, no such order or report.
    """
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
        content = rows.content(conn, order.order_id, report_no)
    if content is None:
        message = f"The order {order.code} has no report {report_no}."
        raise NotFound(codes.NO_ORDER.found(message, at="report"))
    return content


def named(app: Application, actor: Actor, code: str, report_id: str) -> bytes | None:
    """Return a report by its name, as it was sent; None: there is none.

    Raises:
        NotFound: `LIN-010`, no such order.
    """
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
        kept = rows.of_request(conn, order.order_id, report_id)
        return rows.content(conn, order.order_id, kept.report_no) if kept else None


def _require_open(order: OrderRow) -> None:
    state = State(order.state)
    if state not in TAKES_REPORTS:
        message = f"The order {order.code} is {state}."
        raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="order"))
    if not order.is_released:
        message = f"The order {order.code} was not released to the line {order.line}."
        raise Conflict(codes.NOT_RELEASED.found(message, at="order"))


def _kept(
    app: Application, conn: Connection, actor: Actor, order: OrderRow, report: Report, sent: Sent
) -> Told:
    """Keep a report as it was sent."""
    times = [each.at for each in report.happenings]
    new = rows.NewReport(
        order_id=order.order_id, request_id=sent.request_id, source=sent.source,
        sequence_no=report.sequence, sha256=sent.digest, content=sent.content,
        received_at=app.clock(), first_at=min(times, default=None),
        last_at=max(times, default=None), actor_kind=actor.kind.value, actor_id=actor.id,
        actor_name=actor.name, happenings=len(report.happenings),
        held=[plain(each) for each in report.happenings],
    )  # fmt: skip
    report_no = rows.insert(conn, new)
    return Told(
        report_no=report_no,
        report_id=sent.request_id,
        happenings=report.happenings,
        sequence=None,
    )


def _receipt_of(conn: Connection, actor: Actor, order: OrderRow, request_id: str) -> Receipt:
    kept = rows.of_request(conn, order.order_id, request_id)
    if kept is None:
        raise LookupError(request_id)
    return _receipt(own_row(conn, actor, order.order_id), kept)


def _repeated(order: OrderRow, row: rows.ReportRow, sent: Sent) -> Receipt:
    if row.sha256 != sent.digest.hex():
        message = f"The report {row.request_id!r} came before with another content."
        raise Conflict(codes.REPORT_DIFFERS.found(message, at="report_id"))
    return _receipt(order, row, is_repeated=True)


def _receipt(order: OrderRow, row: rows.ReportRow, *, is_repeated: bool = False) -> Receipt:
    return Receipt(
        order_id=order.order_id,
        order=order.code,
        report_no=row.report_no,
        report_id=row.request_id,
        source=row.source,
        sequence=row.sequence_no,
        received_at=row.received_at,
        first_at=row.first_at,
        last_at=row.last_at,
        actor_name=row.actor_name,
        happenings=row.happenings,
        is_held=row.is_held,
        parked=row.parked,
        refused=row.refused,
        done=row.done,
        findings=tuple(finding_of(each) for each in row.findings),
        capture_id=row.capture_id,
        is_repeated=is_repeated,
    )
