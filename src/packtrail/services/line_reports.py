"""Reports of lines: taken in once, decided happening by happening, recorded in one transaction.

Whatever the door (REST, a file, OPC UA), a report comes here. It is kept as it was sent. What is
possible of it is recorded; what is not is named, and shows in the reconciliation; what only waits
for a report that is late is tried again with each that comes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.production import codes
from packtrail.production.decisions import Decision, Job
from packtrail.production.happenings import Kind, plain, read_happening
from packtrail.production.orders import ON_LINE, TAKES_REPORTS, Signal, State
from packtrail.production.verbs import decide
from packtrail.services import auditing, floors, organisations, recording
from packtrail.services.capturing import finding_of
from packtrail.services.floor import place_of
from packtrail.services.order_steps import Why, move
from packtrail.services.orders import order_row, own_row
from packtrail.store import floor as floor_rows
from packtrail.store import line_reports as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.epcis.events import Event
    from packtrail.production.happenings import Happening
    from packtrail.production.reports import Report
    from packtrail.services.application import Application
    from packtrail.store.orders import OrderRow

FINDINGS_MAX = 500
"""Most findings that are kept of one report."""
_MAKES = frozenset({Kind.COMMISSION, Kind.ENCODE, Kind.PACK})
"""Happenings that show that a line runs."""


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


@dataclass(slots=True)
class _Taking:
    """What a report comes to, while it is taken."""

    report: Report
    sent: Sent
    at: datetime
    """Now."""
    events: list[Event] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    decisions: list[tuple[int, Decision]] = field(default_factory=list)
    """Place in the report, and what was decided."""
    woken: list[tuple[rows.ParkedRow, Decision]] = field(default_factory=list)
    """What waited before, and is decided now."""

    @property
    def done(self) -> dict[str, int]:
        """What was done, in all."""
        total: Counter[str] = Counter()
        for decision in self.all():
            total.update(decision.done or {})
        return dict(total)

    def all(self) -> list[Decision]:
        """Return every decision."""
        return [*(each for _, each in self.decisions), *(each for _, each in self.woken)]

    def take(self, decision: Decision) -> None:
        """Take what a decision has recorded."""
        self.events += decision.events


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
        taking = _Taking(report, sent, app.clock())
        _decide(app, conn, order, taking)
        order = _follow(conn, actor, order, taking)
        return _keep(conn, actor, order, taking)


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


def job_of(conn: Connection, order: OrderRow, now: datetime) -> Job:
    """Return an order as the verbs need it."""
    (line,) = floor_rows.lines_by_id(conn, [order.line_id])
    return Job(
        reference=reference_of(order, line),
        order_id=order.order_id,
        order_code=order.code,
        terms=order.making(),
        place=place_of(line),
        now=now,
    )


def reference_of(order: OrderRow, line: floor_rows.LineRow) -> str:
    """Return the URI by which events name a work order.

    Clause:
        CBV 2.0, 8.5.2: the GLN of who issued the number, and the number.
    """
    if line.site_gln:
        return f"urn:epcglobal:cbv:bt:{line.site_gln}:{order.code}"
    return f"urn:uuid:{order.order_id}"


def _require_open(order: OrderRow) -> None:
    state = State(order.state)
    if state not in TAKES_REPORTS:
        message = f"The order {order.code} is {state}."
        raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="order"))
    if not order.is_released:
        message = f"The order {order.code} was not released to the line {order.line}."
        raise Conflict(codes.NOT_RELEASED.found(message, at="order"))


def _decide(app: Application, conn: Connection, order: OrderRow, taking: _Taking) -> None:
    """Decide what happened, then what waited for it, until nothing more wakes."""
    report = taking.report
    waiting = rows.parked(conn, order.order_id)
    asleep = [(row, _read(row)) for row in waiting]
    floor = floors.load(
        app,
        conn,
        (*report.happenings, *(happening for _, happening in asleep)),
        owner_id=order.owner_id,
        audience_ids=organisations.common_audiences(conn, {order.owner_id, order.operator_id}),
        own=order,
    )
    job = job_of(conn, order, taking.at)
    # What happened first is decided first; what a line says of one moment, in its own order.
    ordered = sorted(enumerate(report.happenings), key=lambda pair: (pair[1].at, pair[0]))
    for place, happening in ordered:
        decision = decide(happening, job, floor)
        taking.take(decision)
        taking.findings += (_at(each, place, report) for each in decision.findings)
        taking.decisions.append((place, decision))
    while any(decision.events for decision in taking.all()) and asleep:
        still = []
        for row, happening in asleep:
            decision = decide(happening, job, floor)
            if decision.parked == happening:
                still.append((row, happening))
                continue
            taking.take(decision)
            taking.findings += (each for each in decision.findings if each.code != "LIN-043")
            taking.woken.append((row, decision))
        if len(still) == len(asleep):
            break
        asleep = still


def _read(row: rows.ParkedRow) -> Happening:
    happening, findings = read_happening(row.happening, "")
    if happening is None:
        raise RefusedError(*findings)
    return happening


def _at(finding: Finding, place: int, report: Report) -> Finding:
    where = f"/happenings/{place}" if len(report.happenings) > 1 else ""
    return replace(finding, at=f"{where}/{finding.at}" if finding.at else where)


def _follow(conn: Connection, actor: Actor, order: OrderRow, taking: _Taking) -> OrderRow:
    """Let the order go where the report says that it is."""
    report, at = taking.report, taking.at
    state = State(order.state)
    is_made = any(
        happening.kind in _MAKES and (decision.events or decision.marks)
        for (place, decision) in taking.decisions
        for happening in (report.happenings[place],)
    )
    if is_made and state in {State.READY, State.LOADED}:
        order = move(conn, actor, order, Signal.STARTED, Why(at=at))
    for place, decision in sorted(taking.decisions, key=lambda pair: pair[0]):
        signal, now = decision.signal, State(order.state)
        if signal is None or _says_nothing_new(signal, now):
            continue
        reason = report.happenings[place].note or report.happenings[place].reason
        order = move(conn, actor, order, signal, Why(at=at, reason=reason))
    return order


def _says_nothing_new(signal: Signal, now: State) -> bool:
    """Tell whether a line says again where it is, or is late in saying so."""
    is_over = now not in {*ON_LINE, State.READY}
    same = {
        Signal.STARTED: State.RUNNING,
        Signal.LOADED: State.LOADED,
        Signal.HELD: State.HELD,
        Signal.SUSPENDED: State.SUSPENDED,
    }
    return is_over or same.get(signal) is now


def _keep(conn: Connection, actor: Actor, order: OrderRow, taking: _Taking) -> Receipt:
    """Record the events and everything else that the report came to."""
    report, sent, at, capture_id = taking.report, taking.sent, taking.at, None
    if taking.events:
        capture_id = recording.record(
            conn, actor, taking.events, name=f"{order.code}-{order.reports + 1}.jsonld",
            owner_id=order.owner_id, audience_id=order.audience_id, at=at,
        )  # fmt: skip
    done, decisions = taking.done, taking.all()
    times = [each.at for each in report.happenings]
    counted = dict(order.line_counts)
    for name, count in (pair for each in decisions for pair in (each.counts or {}).items()):
        # They count since the order began: a report that is late says no more than a later one.
        counted[name] = max(count, counted.get(name, 0))
    new = rows.NewReport(
        order_id=order.order_id, request_id=sent.request_id, source=sent.source,
        sequence_no=report.sequence, sha256=sent.digest, content=sent.content, received_at=at,
        first_at=min(times, default=None), last_at=max(times, default=None),
        actor_kind=actor.kind.value, actor_id=actor.id, actor_name=actor.name,
        capture_id=capture_id, happenings=len(report.happenings),
        parked=sum(each.parked is not None for _, each in taking.decisions),
        refused=sum(len(each.refused) for each in decisions), done=done,
        findings=[asdict(each) for each in taking.findings[:FINDINGS_MAX]],
        counts=dict(Counter(order.counts) + Counter(done)),
        line_counts=counted,
    )  # fmt: skip
    report_no = rows.insert(conn, new)
    _keep_parts(conn, order, report_no, taking, at)
    detail = {"report": sent.request_id, "source": sent.source, "done": done}
    for organisation_id in sorted({order.owner_id, order.operator_id}):
        auditing.write(
            conn, actor, Action.REPORT_RECORDED, order.code, at=at,
            organisation_id=organisation_id, detail=detail,
        )  # fmt: skip
    kept = rows.of_request(conn, order.order_id, sent.request_id)
    if kept is None:
        raise LookupError(sent.request_id)
    return _receipt(own_row(conn, actor, order.order_id), kept)


def _keep_parts(
    conn: Connection, order: OrderRow, report_no: int, taking: _Taking, at: datetime
) -> None:
    """Keep what was refused, what waits, and what became of printed numbers."""
    refused = [each for decision in taking.all() for each in decision.refused]
    rows.insert_refusals(conn, order.order_id, report_no, refused, at)
    for decision in taking.all():
        for mark in decision.marks:
            rows.insert_mark(conn, report_no, mark)
    for place, decision in taking.decisions:
        if decision.parked is not None:
            rows.park(
                conn, order.order_id, report_no, place, plain(decision.parked),
                at=decision.parked.at, parked_at=at,
            )  # fmt: skip
    for row, decision in taking.woken:
        rest = decision.parked
        rows.end_waiting(
            conn, order.order_id, row, ended_at=None if rest else at,
            rest=plain(rest) if rest else None,
        )  # fmt: skip


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
        parked=row.parked,
        refused=row.refused,
        done=row.done,
        findings=tuple(finding_of(each) for each in row.findings),
        capture_id=row.capture_id,
        is_repeated=is_repeated,
    )
