"""Taking a report whose turn it is: deciding it, recording its events, and what it leaves behind.

What is possible of it is recorded; what is not is named. What a report that is late may make
possible waits, and is tried again with each report that touches the same objects. Where a line
counts its reports and all of them came in order, nothing is late: then nothing waits.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from packtrail.access import Action
from packtrail.base.errors import RefusedError
from packtrail.production import codes
from packtrail.production.decisions import Job
from packtrail.production.happenings import Kind, plain, read_happening
from packtrail.production.names import keys_of
from packtrail.production.orders import ON_LINE, Signal, State
from packtrail.production.rounds import Turn, decide_all
from packtrail.services import auditing
from packtrail.services.accounts import organisations
from packtrail.services.capture import recording
from packtrail.services.lines import floors
from packtrail.services.lines.floor import place_of
from packtrail.services.orders.order_steps import Why, move
from packtrail.store import floor as floor_rows
from packtrail.store import line_reports as rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.epcis.events import Event
    from packtrail.production.decisions import Decision
    from packtrail.production.floor import Floor
    from packtrail.production.happenings import Happening
    from packtrail.services.application import Application
    from packtrail.store.orders import OrderRow

FINDINGS_MAX = 500
"""Most findings that are kept of one report."""
_PARKED = codes.PARKED.code
_MAKES = frozenset({Kind.COMMISSION, Kind.ENCODE, Kind.PACK})
"""Happenings that show that a line runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report that is kept, and whose turn it is."""

    report_no: int
    report_id: str
    happenings: tuple[Happening, ...]
    sequence: int | None
    """Its place in the line's own count, where it is the next; None: it is out of that order."""


@dataclass(slots=True)
class _Taking:
    """What a report comes to, while it is taken."""

    told: Told
    at: datetime
    """Now."""
    turns: list[Turn] = field(default_factory=list)
    """What the report tells, in its own order."""
    woken: list[tuple[rows.ParkedRow, Turn]] = field(default_factory=list)
    """What waited before."""
    decisions: list[Decision] = field(default_factory=list)
    """What was decided, in the order in which it was."""

    @property
    def events(self) -> list[Event]:
        """What is to be recorded."""
        return [event for each in self.decisions for event in each.events]

    @property
    def done(self) -> dict[str, int]:
        """What was done, in all."""
        total: Counter[str] = Counter()
        for decision in self.decisions:
            total.update(decision.done or {})
        return dict(total)

    @property
    def findings(self) -> list[Finding]:
        """What is to be said of the report, and of what waited and does not wait any more."""
        found = [
            _at(finding, place, len(self.turns))
            for place, turn in enumerate(self.turns)
            for finding in _said(turn)
        ]
        return found + [f for _, turn in self.woken for f in _said(turn) if f.code != _PARKED]


def take_turn(
    app: Application, conn: Connection, actor: Actor, order: OrderRow, told: Told
) -> None:
    """Take a report whose turn it is, in a transaction that has locked its order and its site."""
    taking = _Taking(told, app.clock())
    _decide(app, conn, order, taking)
    order = _follow(conn, actor, order, taking)
    _keep(app, conn, actor, order, taking)


def read_told(told: Sequence[Mapping[str, Any]]) -> tuple[Happening, ...]:
    """Read happenings as they are kept.

    Raises:
        RefusedError: They cannot be read any more.
    """
    found = []
    for each in told:
        happening, findings = read_happening(each, "")
        if happening is None:
            raise RefusedError(*findings)
        found.append(happening)
    return tuple(found)


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


def _decide(app: Application, conn: Connection, order: OrderRow, taking: _Taking) -> None:
    """Decide what happened, and what waited for it."""
    told, job = taking.told, replace(job_of(conn, order, taking.at), may_wait=True)
    taking.turns = [Turn(each) for each in told.happenings]
    floor = _floor(app, conn, order, told.happenings)
    parked = rows.parked(conn, order.order_id)
    waited = read_told([row.happening for row in parked])
    asleep = [(row, Turn(each)) for row, each in zip(parked, waited, strict=True)]
    taking.woken = _touched(asleep, job, floor)
    turns = [*(turn for _, turn in taking.woken), *taking.turns]
    if taking.woken:
        floor = _floor(app, conn, order, [turn.happening for turn in turns])
    is_in_order = told.sequence is not None and not order.unnumbered
    taking.decisions = decide_all(turns, job, floor, is_complete=is_in_order)


def _floor(
    app: Application, conn: Connection, order: OrderRow, happenings: Sequence[Happening]
) -> Floor:
    audience_ids = organisations.common_audiences(conn, {order.owner_id, order.operator_id})
    return floors.load(
        app, conn, happenings, owner_id=order.owner_id, audience_ids=audience_ids, own=order
    )


def _touched(
    asleep: Sequence[tuple[rows.ParkedRow, Turn]], job: Job, floor: Floor
) -> list[tuple[rows.ParkedRow, Turn]]:
    """Return what waits for objects on a floor, or with something that does."""
    known = {*floor.items, *floor.origins}
    named = [set(keys_of(turn.happening, job.terms)[0].values()) for _, turn in asleep]
    chosen: set[int] = set()
    while True:
        more = {n for n, keys in enumerate(named) if n not in chosen and keys & known}
        if not more:
            return [each for n, each in enumerate(asleep) if n in chosen]
        chosen |= more
        known = known.union(*(named[n] for n in more))


def _said(turn: Turn) -> list[Finding]:
    """Return what was said of a happening; that it waits, only when it still does."""
    said = [f for each in turn.decisions for f in each.findings if f.code != _PARKED]
    if turn.rest is not None and turn.last is not None:
        said += [each for each in turn.last.findings if each.code == _PARKED]
    return said


def _at(finding: Finding, place: int, count: int) -> Finding:
    where = f"/happenings/{place}" if count > 1 else ""
    return replace(finding, at=f"{where}/{finding.at}" if finding.at else where)


def _follow(conn: Connection, actor: Actor, order: OrderRow, taking: _Taking) -> OrderRow:
    """Let the order go where the report says that it is."""
    at = taking.at
    state = State(order.state)
    is_made = any(
        turn.happening.kind in _MAKES and any(each.events or each.marks for each in turn.decisions)
        for turn in taking.turns
    )
    if is_made and state in {State.READY, State.LOADED}:
        order = move(conn, actor, order, Signal.STARTED, Why(at=at))
    for told in taking.told.happenings:
        if told.state is not None and not _says_nothing_new(told.state, State(order.state)):
            order = move(
                conn, actor, order, told.state, Why(at=at, reason=told.note or told.reason)
            )
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


def _keep(
    app: Application, conn: Connection, actor: Actor, order: OrderRow, taking: _Taking
) -> None:
    """Record the events and everything else that the report came to."""
    told, at, events, capture_id = taking.told, taking.at, taking.events, None
    if events:
        capture_id = recording.record(
            conn, actor, events, name=f"{order.code}-{told.report_no}.jsonld",
            owner_id=order.owner_id, audience_id=order.audience_id, clock=app.clock,
        )  # fmt: skip
    done, counted = taking.done, dict(order.line_counts)
    for name, count in (pair for each in told.happenings for pair in each.counts.items()):
        # They count since the order began: a report that is late says no more than a later one.
        counted[name] = max(count, counted.get(name, 0))
    is_next = told.sequence is not None
    rows.end(
        conn,
        rows.Taken(
            order_id=order.order_id,
            report_no=told.report_no,
            capture_id=capture_id,
            parked=sum(turn.rest is not None for turn in taking.turns),
            refused=sum(len(each.refused) for each in taking.decisions),
            done=done,
            findings=[asdict(each) for each in taking.findings[:FINDINGS_MAX]],
            counts=dict(Counter(order.counts) + Counter(done)),
            line_counts=counted,
            in_sequence=order.in_sequence + is_next,
            unnumbered=order.unnumbered + (not is_next),
        ),
    )
    _keep_parts(conn, order, taking)
    detail = {"report": told.report_id, "done": done}
    for organisation_id in sorted({order.owner_id, order.operator_id}):
        auditing.write(
            conn, actor, Action.REPORT_RECORDED, order.code, at=at,
            organisation_id=organisation_id, detail=detail,
        )  # fmt: skip


def _keep_parts(conn: Connection, order: OrderRow, taking: _Taking) -> None:
    """Keep what was refused, what waits, and what became of printed numbers."""
    report_no, at = taking.told.report_no, taking.at
    refused = [each for decision in taking.decisions for each in decision.refused]
    rows.insert_refusals(conn, order.order_id, report_no, refused, at)
    for mark in (mark for decision in taking.decisions for mark in decision.marks):
        rows.insert_mark(conn, report_no, mark)
    for place, turn in enumerate(taking.turns):
        if turn.rest is not None:
            why = "; ".join(each.message for each in _said(turn) if each.code == _PARKED)
            rows.park(
                conn, order.order_id, report_no, place, plain(turn.rest), why=why,
                at=turn.rest.at, parked_at=at,
            )  # fmt: skip
    for row, turn in taking.woken:
        if turn.decisions:
            rows.end_waiting(
                conn, order.order_id, row, ended_at=None if turn.rest else at,
                rest=plain(turn.rest) if turn.rest else None,
            )  # fmt: skip
