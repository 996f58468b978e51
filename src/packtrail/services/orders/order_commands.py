"""Commands to work orders, and what lines say of them.

Every command may carry a request id: the same id again changes nothing, so that a command whose
answer was lost is simply given again.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.production import codes
from packtrail.production.levels import LEVELS, Level
from packtrail.production.orders import Command, Signal, State, Terms, after, check_terms
from packtrail.services.accounts import organisations
from packtrail.services.lines.floor import line_row, packaging_row
from packtrail.services.orders import order_numbers
from packtrail.services.orders.order_steps import Why, is_repeated, move, note_step
from packtrail.services.orders.orders import WorkOrder, order_row, own_row, seen
from packtrail.services.plan.gate import Held, require_trained
from packtrail.store import orders as rows
from packtrail.store.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.production.levels import Tier
    from packtrail.services.application import Application
    from packtrail.store.floor import LineRow, PackagingRow

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlan:
    """A work order, as somebody plans it."""

    code: str
    """Number of the order, unique for the owner."""
    line: str
    """The line that packs it: `code`, or `operator/code`."""
    trade_item: str
    """What it packs: `code`, or `owner/code`."""
    lot: str
    expires: str
    """`YYYY-MM-DD`; day 00 is the end of the month."""
    quantity: int
    """Good packs that are wanted."""
    spare_percent: int = 5
    """Numbers issued beyond that, for rejects and samples."""
    levels: Sequence[str] = ()
    """Levels to serialise; default: all that trade item and line have in common."""
    market: str | None = None
    """Default: that of the trade item."""
    mixed_lots_from: str | None = None
    """From this level up a container may hold several lots."""
    manufactured_on: str | None = None
    labels: Mapping[Level, str] = field(default_factory=dict)
    """Label template by level; default: those of the trade item."""


def create(
    app: Application,
    actor: Actor,
    plan: OrderPlan,
    *,
    is_started: bool = False,
    request_id: str | None = None,
) -> WorkOrder:
    """Make a work order, the command Store or StoreAndStart, and give it its numbers.

    It is ready when every number is there; else it waits, and says for what.

    Args:
        app: The application.
        actor: The owner, or who packs for it.
        plan: What it is to be.
        is_started: Whether it is released at once.
        request_id: Chosen by whoever asks: the same id again changes nothing.

    Raises:
        NotFound: `LIN-002`, no such line; `LIN-005`, no such trade item.
        RefusedError: `LIN-012`, it cannot be so; `LIN-008`, the line cannot do it.
        Conflict: `LIN-011`, the owner has an order of this code.
        NotPermitted: The actor may not, or there is no agreement between owner and operator.
    """
    require(actor, Permission.ORDER_CREATE)
    require_trained(app, actor, Held.ORDERS)
    trigger = Command.STORE_AND_START if is_started else Command.STORE
    at = app.clock()
    with app.database.transaction() as conn:
        line = line_row(conn, actor, plan.line)
        packaging = packaging_row(conn, actor, plan.trade_item)
        repeated = _repeated(conn, actor, packaging.owner, plan.code, request_id)
    if repeated is not None:
        return prepare(app, actor, repeated.order_id)
    with app.database.transaction() as conn:
        terms = _terms(plan, line, packaging)
        _check(plan, terms, line, at)
        audience_id = organisations.audience_of_work(
            conn, actor, packaging.owner_id, line.organisation_id
        )
        state = after(None, trigger)
        new = rows.NewOrder(
            order_id=str(new_id(at)), owner_id=packaging.owner_id, operator_id=line.organisation_id,
            audience_id=audience_id, line_id=line.line_id, code=plan.code, terms=terms,
            state=state or State.WAITING, is_released=is_started, created_at=at,
            created_by=actor.name,
        )  # fmt: skip
        if not rows.insert(conn, new):
            message = f"{packaging.owner} has a work order {plan.code!r} already."
            raise Conflict(codes.ORDER_EXISTS.found(message, at="code"))
        row = own_row(conn, actor, new.order_id)
        why = Why(at=at, request_id=request_id, detail=_told(line, terms))
        note_step(conn, actor, row, trigger, why, before=None)
    return prepare(app, actor, row.order_id)


def update(
    app: Application,
    actor: Actor,
    order: str,
    plan: OrderPlan,
    *,
    reason: str = "",
    request_id: str | None = None,
) -> WorkOrder:
    """Replace what a work order is to be, as long as it was not started: the command Update.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        RefusedError: `LIN-012` or `LIN-008`, it cannot be so.
        Conflict: `LIN-013`, its state does not allow it; `LIN-018`, the request id was used.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.ORDER_CREATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = order_row(conn, actor, order, is_locked=True)
        if is_repeated(conn, row, Command.UPDATE, request_id):
            return seen(row)
        line = line_row(conn, actor, plan.line)
        packaging = packaging_row(conn, actor, plan.trade_item)
        terms = _terms(plan, line, packaging)
        same = (row.code, row.owner_id, row.operator_id)
        if (plan.code, packaging.owner_id, line.organisation_id) != same:
            message = "Its code, its owner and who packs it stay; make another order for others."
            raise RefusedError(codes.BAD_ORDER.found(message, at="code"))
        _check(plan, terms, line, at)
        changed = replace(row, line_id=line.line_id, revision=row.revision + 1, findings=[])
        why = Why(at=at, reason=reason, request_id=request_id, detail=_told(line, terms))
        move(conn, actor, changed, Command.UPDATE, why, terms=terms)
    return prepare(app, actor, row.order_id)


def signal(
    app: Application,
    actor: Actor,
    code: str,
    told: str,
    *,
    reason: str = "",
    request_id: str | None = None,
) -> WorkOrder:
    """Take in what a line says of an order: loaded, started, held, suspended, completed, aborted.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        RefusedError: `LIN-020`, there is no such signal.
        Conflict: `LIN-013`, its state does not allow it; `LIN-015`, the line is busy; `LIN-016`, it
            was not released.
        NotPermitted: The actor may not report.
    """
    require(actor, Permission.REPORT_CREATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = order_row(conn, actor, code, is_locked=True)
        wanted = _signal(told)
        if not is_repeated(conn, row, wanted, request_id):
            move(conn, actor, row, wanted, Why(at=at, reason=reason, request_id=request_id))
        return seen(own_row(conn, actor, row.order_id))


def command(
    app: Application,
    actor: Actor,
    code: str,
    told: str,
    *,
    reason: str = "",
    request_id: str | None = None,
) -> WorkOrder:
    """Give a command that needs nothing else: Start, Stop or Cancel.

    Start releases the order to its line, and prepares it when it still waits. Cancel gives back
    every number that it was given.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        RefusedError: `LIN-012`, there is no such command; `LIN-037`, Stop and Cancel need a reason.
        Conflict: `LIN-013`, its state does not allow it; `LIN-018`, the request id was used.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.ORDER_CREATE)
    require_trained(app, actor, Held.ORDERS)
    at = app.clock()
    wanted = _command(told, reason)
    with app.database.transaction() as conn:
        row = order_row(conn, actor, code, is_locked=True)
        if not is_repeated(conn, row, wanted, request_id):
            move(conn, actor, row, wanted, Why(at=at, reason=reason, request_id=request_id))
        done = seen(own_row(conn, actor, row.order_id))
    if wanted is Command.START and done.state is State.WAITING:
        return prepare(app, actor, done.order_id)
    if wanted is Command.CANCEL:
        _give_everything_back(app, actor, done, reason)
    return done


def prepare(app: Application, actor: Actor, code: str) -> WorkOrder:
    """Give a waiting order its numbers; with all of them it is ready, else it says what it lacks.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.ORDER_CREATE)
    with app.database.reading() as conn:
        row = order_row(conn, actor, code)
        drawn = rows.numbers(conn, row.order_id)
    if row.state != State.WAITING:
        return seen(row)
    terms = row.making()
    findings = [
        finding
        for tier in terms.tiers
        for finding in _supply(app, actor, row, tier, terms.to_issue()[tier.level], drawn)
    ]
    with app.database.transaction() as conn:
        row = order_row(conn, actor, row.order_id, is_locked=True)
        if row.state == State.WAITING:
            row = replace(row, findings=[asdict(each) for each in findings])
            if findings:
                rows.update(conn, row)
            else:
                move(conn, actor, row, Signal.PREPARED, Why(at=app.clock()))
        return seen(own_row(conn, actor, row.order_id))


def _supply(
    app: Application,
    actor: Actor,
    order: rows.OrderRow,
    tier: Tier,
    wanted: int,
    drawn: Sequence[rows.NumbersRow],
) -> list[Finding]:
    """Give a level of an order the numbers that it lacks; return what is not there."""
    own = [each for each in drawn if each.level == tier.level]
    try:
        with app.database.reading() as conn:
            pool = order_numbers.pool_of(conn, actor, order.owner_id, tier)
        have = sum(each.count for each in own if each.pool == pool)
        if have < wanted:
            draw_no = len(own) + 1
            row = order_numbers.draw(app, actor, order, tier, wanted - have, draw_no=draw_no)
            have += row.count
    except RefusedError as refused:
        return [
            codes.NOT_PREPARED.found(each.message, at=tier.level, remedy=each.remedy)
            for each in refused.findings
        ]
    if have < wanted:
        message = f"The pool {pool} gave {have:,} of {wanted:,} numbers for {tier.level}s."
        return [codes.NOT_PREPARED.found(message, at=tier.level)]
    return []


def numbers(app: Application, actor: Actor, code: str, level: str) -> Iterator[bytes]:
    """Yield the numbers of a level of a released order as lines; the same whenever asked for.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        RefusedError: `LIN-012`, the order has no such level.
        Conflict: `LIN-016`, the order was not released.
        NotPermitted: The actor may not take numbers.
    """
    require(actor, Permission.REPORT_CREATE)
    with app.database.reading() as conn:
        row = order_row(conn, actor, code)
    tier = _tier(row, level)
    if not row.is_released:
        message = f"The order {row.code} was not released to the line {row.line}."
        raise Conflict(codes.NOT_RELEASED.found(message, at="order"))
    return (
        lines
        for _, delivery in order_numbers.deliveries(app, actor, row, tier.level)
        for lines in delivery.lines()
    )


def draw_more(
    app: Application,
    actor: Actor,
    code: str,
    level: str,
    count: int,
    *,
    request_id: str,
    is_handed: bool = False,
) -> list[str]:
    """Give an order more numbers while it runs; the same request id gives the same ones.

    Args:
        app: The application.
        actor: Who draws them.
        code: The work order.
        level: Of the numbers.
        count: How many.
        request_id: Chosen by whoever asks.
        is_handed: The line draws them itself, so that they are not handed to it once more.

    Raises:
        NotFound: `LIN-010`, no such order; `SER-005`, no pool that the actor may use.
        RefusedError: `LIN-012`, the order has no such level, or the count cannot be.
        Conflict: `LIN-017`, the order is over; `SER-004`, the pool has none left; `LIN-018`.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.REPORT_CREATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = order_row(conn, actor, code, is_locked=True)
        tier = _tier(row, level)
        if not 1 <= count <= app.settings.serials_request_max:
            message = f"{count:,} numbers; expected 1 to {app.settings.serials_request_max:,}."
            raise RefusedError(codes.BAD_ORDER.found(message, at="count"))
        name = f"numbers:{tier.level}:{count}"
        draw_no = _draw_of(conn, row, request_id, name)
        if draw_no is None:
            if row.state in {State.WAITING, State.ABORTED, State.CLOSED, State.COMPLETED}:
                message = f"The order {row.code} is {row.state}: it takes no more numbers."
                raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="state"))
            draw_no = _next_draw(conn, row, tier.level)
            detail = {"draw_no": draw_no, **({"is_handed": True} if is_handed else {})}
            why = Why(at=at, request_id=request_id, detail=detail)
            note_step(conn, actor, row, name, why, before=row.state)
    order_numbers.draw(app, actor, row, tier, count, draw_no=draw_no)
    return [
        number
        for drawn, delivery in order_numbers.deliveries(app, actor, row, tier.level)
        if drawn.draw_no == draw_no
        for number in delivery.serials()
    ]


def _tier(row: rows.OrderRow, level: str) -> Tier:
    tier = next((each for each in row.making().tiers if each.level == level), None)
    if tier is None:
        message = f"The order {row.code} has no level {level[:40]!r}."
        raise RefusedError(codes.BAD_ORDER.found(message, at="level"))
    return tier


def _draw_of(conn: Connection, row: rows.OrderRow, request_id: str, name: str) -> int | None:
    if not is_repeated(conn, row, name, request_id):
        return None
    step = rows.step_of_request(conn, row.order_id, request_id)
    return int(step.detail["draw_no"]) if step else None


def _next_draw(conn: Connection, row: rows.OrderRow, level: Level) -> int:
    """Return the number of the next draw; one that is only promised by a step counts, too."""
    drawn = [each.draw_no for each in rows.numbers(conn, row.order_id) if each.level == level]
    promised = [
        int(each.detail["draw_no"])
        for each in rows.steps(conn, row.order_id)
        if each.trigger.startswith(f"numbers:{level}:")
    ]
    return max((0, *drawn, *promised)) + 1


def _give_everything_back(app: Application, actor: Actor, order: WorkOrder, reason: str) -> None:
    """Give back the numbers of an order that was never started; again, it changes nothing."""
    with app.database.reading() as conn:
        row = order_row(conn, actor, order.order_id)
        drawn = rows.numbers(conn, row.order_id)
    for level in dict.fromkeys(Level(each.level) for each in drawn):
        for _, delivery in order_numbers.deliveries(app, actor, row, level):
            order_numbers.give_back(
                app, actor, row, level, delivery.serials(),
                request_id=f"order/{row.order_id}/cancel/{level}/{delivery.entry.entry_no}",
                reason=reason, is_void=False,
            )  # fmt: skip


def _command(told: str, reason: str) -> Command:
    lawful = (Command.START, Command.STOP, Command.CANCEL)
    if told not in lawful:
        message = f"{told[:40]!r} is no such command: expected one of {', '.join(lawful)}."
        raise RefusedError(codes.BAD_ORDER.found(message, at="command"))
    if told != Command.START and not reason.strip():
        raise RefusedError(codes.NO_REASON.found(f"To {told} needs a reason.", at="reason"))
    return Command(told)


def _told(line: LineRow, terms: Terms) -> dict[str, Any]:
    return {"line": line.code, "lot": terms.lot, "quantity": terms.quantity}


def _repeated(
    conn: Connection, actor: Actor, owner: str, code: str, request_id: str | None
) -> rows.OrderRow | None:
    """Return the order that a request made before."""
    if request_id is None:
        return None
    visible = organisations.visible_to(conn, actor)
    found = [each for each in rows.by_code(conn, code, visible) if each.owner == owner]
    made = [each for each in found if rows.step_of_request(conn, each.order_id, request_id)]
    return made[0] if made else None


def _terms(plan: OrderPlan, line: LineRow, packaging: PackagingRow) -> Terms:
    wanted = {*(plan.levels or line.levels)}
    tiers = tuple(tier for tier in packaging.levels() if tier.level in wanted)
    known = {Level(level): name for level, name in packaging.labels.items()}
    return Terms(
        product=packaging.name,
        market=plan.market or packaging.market,
        lot=plan.lot,
        expires=plan.expires,
        tiers=tiers,
        quantity=plan.quantity,
        spare_percent=plan.spare_percent,
        mixed_lots_from=_level(plan.mixed_lots_from),
        manufactured_on=plan.manufactured_on,
        national_number=packaging.national_number,
        labels={**known, **plan.labels},
    )


def _check(plan: OrderPlan, terms: Terms, line: LineRow, at: datetime) -> None:
    findings = list(check_terms(terms, today=at.date()))
    if not _CODE.fullmatch(plan.code):
        message = f"{plan.code[:80]!r} is no order number of letters, digits, dots and hyphens."
        findings.append(codes.BAD_ORDER.found(message, at="code"))
    beyond = [level for level in plan.levels if level not in line.levels]
    if beyond:
        message = f"The line {line.code} does not serialise {', '.join(beyond)}s."
        findings.append(codes.LINE_CANNOT.found(message, at="levels"))
    if line.retired_at is not None:
        message = f"The line {line.code} is retired."
        findings.append(codes.LINE_CANNOT.found(message, at="line"))
    if findings:
        raise RefusedError(*findings)


def _level(text: str | None) -> Level | None:
    if not text:
        return None
    if text not in LEVELS:
        message = f"{text[:40]!r} is no level: expected one of {', '.join(LEVELS)}."
        raise RefusedError(codes.BAD_ORDER.found(message, at="mixed_lots_from"))
    return Level(text)


def _signal(told: str) -> Signal:
    lawful = [each for each in Signal if each is not Signal.PREPARED]
    if told not in lawful:
        message = f"{told[:40]!r} is no signal: expected one of {', '.join(lawful)}."
        raise RefusedError(codes.BAD_REPORT.found(message, at="signal"))
    return Signal(told)
