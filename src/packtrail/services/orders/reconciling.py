"""Closing a work order: the account of its numbers, what is done about it, and the sign-off.

The account is made anew from the pools, the events and the reports, each time. What is signed is
kept as it was signed; an order that is closed shows what was signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.production import codes
from packtrail.production.levels import LEVELS, Level
from packtrail.production.orders import Command, State
from packtrail.production.reconciliation import (
    Outcome,
    Reconciliation,
    Reported,
    outcome_of,
    reconcile,
)
from packtrail.services import auditing
from packtrail.services.accounts import signing
from packtrail.services.accounts.signing import Signature, Statement, Subject
from packtrail.services.orders import order_fates, order_numbers
from packtrail.services.orders.known_numbers import known_numbers
from packtrail.services.orders.order_steps import Why, is_repeated, move, note_step
from packtrail.services.orders.orders import WorkOrder, order_row, own_row, seen
from packtrail.store import captures
from packtrail.store import line_reports as report_rows
from packtrail.store import orders as rows

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

KIND: Final = "work_order"
_CHUNK: Final = 5_000
_EXAMPLES_MAX: Final = 1_000
_OVER: Final = frozenset({State.COMPLETED, State.ABORTED, State.CLOSED})
_MUST_BE_SETTLED: Final = frozenset(
    {codes.UNACCOUNTED.code, codes.USED_THOUGH_GIVEN_BACK.code, codes.WAITING.code}
)
"""Findings that no signature explains away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account of an order, and who signed it."""

    order: WorkOrder
    sums: Reconciliation
    digest: str
    """Of order and account: what a signature stands for."""
    signatures: tuple[Signature, ...]
    is_final: bool
    """Whether the order is closed: this is what was signed."""

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What keeps the order from being closed, whatever anybody signs."""
        return tuple(each for each in self.sums.findings if each.code in _MUST_BE_SETTLED)

    @property
    def is_signed(self) -> bool:
        """Whether somebody approved what is there now; what does not add up, with a comment."""
        return any(
            each.is_current
            and each.meaning in {"reconciled", "approved"}
            and (self.sums.adds_up or each.comment)
            for each in self.signatures
        )


def account(app: Application, actor: Actor, code: str) -> Account:
    """Return the account of a work order.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
    """
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
    return _account(app, actor, order)


def settle(
    app: Application,
    actor: Actor,
    code: str,
    level: str,
    *,
    is_void: bool,
    reason: str,
    request_id: str,
    numbers: Sequence[str] | None = None,
) -> int:
    """Give back numbers that are unaccounted for, or make them void; return how many.

    Args:
        app: The application.
        actor: Who does it.
        code: The work order, when it is over.
        level: Of the numbers.
        is_void: Whether they were spoilt, rather than left over.
        reason: Why.
        request_id: Chosen by whoever asks: the same id again changes nothing.
        numbers: Which ones; None: all that are unaccounted for.

    Raises:
        NotFound: `LIN-010`, no such order.
        RefusedError: `LIN-037`, there is no reason; `LIN-022`, a number is not unaccounted for.
        Conflict: `LIN-017`, the order is not over, or is closed.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.ORDER_CREATE)
    if not reason.strip():
        raise RefusedError(codes.NO_REASON.found("It needs a reason.", at="reason"))
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
        if is_repeated(conn, order, f"settle:{level}", request_id):
            return 0
    if order.state not in {State.COMPLETED, State.ABORTED}:
        message = f"The order {order.code} is {order.state}: numbers are settled when it is over."
        raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="state"))
    open_numbers = _unaccounted(app, actor, order, level)
    wanted = open_numbers if numbers is None else list(dict.fromkeys(numbers))
    strange = sorted(set(wanted) - set(open_numbers))
    if strange:
        message = f"{len(strange):,} are not unaccounted for: {', '.join(strange[:5])}."
        raise RefusedError(codes.NOT_ISSUED.found(message, at="numbers"))
    count = 0
    if wanted:
        count = order_numbers.give_back(
            app, actor, order, Level(level), wanted, is_void=is_void, reason=reason,
            request_id=f"order/{order.order_id}/settle/{request_id}",
        )  # fmt: skip
    with app.database.transaction() as conn:
        order = order_row(conn, actor, order.order_id, is_locked=True)
        if not is_repeated(conn, order, f"settle:{level}", request_id):
            detail = {"count": count, "void": is_void}
            why = Why(at=app.clock(), reason=reason, request_id=request_id, detail=detail)
            note_step(conn, actor, order, f"settle:{level}", why, before=order.state)
    return count


def sign(app: Application, actor: Actor, code: str, statement: Statement) -> Account:
    """Sign the account of a work order that is over.

    Raises:
        NotFound: `LIN-010`, no such order.
        Conflict: `LIN-017`, the order still runs.
        RefusedError, NotPermitted, LimitExceeded: As `services.accounts.signing.check` says.
    """
    require(actor, Permission.ORDER_SIGN)
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
    found = _account(app, actor, order)
    if State(order.state) not in _OVER:
        message = f"The order {order.code} is {order.state}: it is signed when it is over."
        raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="state"))
    subject = Subject(
        kind=KIND, id=order.order_id, digest=found.digest, audience_id=order.audience_id
    )
    signing.check(app, actor, subject, statement)
    at = app.clock()
    with app.database.transaction() as conn:
        order = order_row(conn, actor, order.order_id, is_locked=True)
        signing.add(conn, actor, subject, statement, at=at)
        report_rows.keep_account(
            conn, order.order_id, found.digest, msgspec.to_builtins(found.sums), at
        )
        detail = {"meaning": statement.meaning, "digest": found.digest}
        for organisation_id in sorted({order.owner_id, order.operator_id}):
            auditing.write(
                conn, actor, Action.ORDER_SIGNED, order.code, at=at,
                organisation_id=organisation_id, detail=detail,
            )  # fmt: skip
    return _account(app, actor, order)


def close(app: Application, actor: Actor, code: str, *, request_id: str | None = None) -> WorkOrder:
    """Close a work order: the command Clear. Its account is signed, and nothing is open.

    The pools are told which numbers were used and which were spoilt.

    Raises:
        NotFound: `LIN-010`, no such order.
        Conflict: `LIN-013`, it is not over; `LIN-050` or `LIN-056`, numbers are open; `LIN-058`, it
            is not signed as it is now.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.ORDER_CREATE)
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
        if is_repeated(conn, order, Command.CLEAR, request_id):
            return seen(order)
    found = _account(app, actor, order)
    if State(order.state) in _OVER - {State.CLOSED}:
        if found.blocking:
            raise Conflict(*found.blocking)
        if not found.is_signed:
            message = f"Nobody has approved the reconciliation of {order.code} as it is now."
            raise Conflict(codes.NOT_SIGNED.found(message, at="signature"))
    fates = order_fates.fates(app, actor, order)
    with app.database.transaction() as conn:
        order = order_row(conn, actor, order.order_id, is_locked=True)
        if order.reports != found.order.reports:
            message = f"Reports of {order.code} came meanwhile."
            raise Conflict(codes.NOT_SIGNED.found(message, at="signature"))
        why = Why(at=app.clock(), request_id=request_id, detail={"digest": found.digest})
        move(conn, actor, order, Command.CLEAR, why)
        order_fates.tell_pools(conn, app, actor, order, fates)
        return seen(own_row(conn, actor, order.order_id))


# --- the account ----------------------------------------------------------------------------------


def _account(app: Application, actor: Actor, order: rows.OrderRow) -> Account:
    told = seen(order)
    kept = _kept(app, order) if order.state == State.CLOSED else None
    if kept is not None:
        digest, sums = kept
    else:
        sums = _remembered(app, actor, order)
        digest = _digest(told, sums)
    with app.database.reading() as conn:
        signed = signing.signatures(conn, actor, KIND, order.order_id, digest=digest)
    return Account(
        order=told, sums=sums, digest=digest, signatures=signed, is_final=kept is not None
    )


def _kept(app: Application, order: rows.OrderRow) -> tuple[str, Reconciliation] | None:
    """Return the account that an order was closed with."""
    with app.database.reading() as conn:
        clear = [each for each in rows.steps(conn, order.order_id) if each.trigger == Command.CLEAR]
        digest = str(clear[-1].detail.get("digest", "")) if clear else ""
        stored = report_rows.kept_account(conn, order.order_id, digest)
    return None if stored is None else (digest, msgspec.convert(stored, Reconciliation))


def _remembered(app: Application, actor: Actor, order: rows.OrderRow) -> Reconciliation:
    """Return the account of an order, made anew only when something is recorded since."""
    with app.database.reading() as conn:
        mark = (
            captures.latest_change(conn),
            order.reports,
            order.steps,
            order_numbers.ledgers_of(conn, order),
        )
    name = f"account {order.order_id}"
    known = app.remembered.get(name, mark)
    if isinstance(known, Reconciliation):
        return known
    made = _made(app, actor, order)
    app.remembered.put(name, mark, made)
    return made


def _made(app: Application, actor: Actor, order: rows.OrderRow) -> Reconciliation:
    terms = order.making()
    planned = terms.planned()
    with app.database.reading() as conn:
        drawn = {Level(each.level) for each in rows.numbers(conn, order.order_id)}
    levels = [level for level in LEVELS if level in planned or level in drawn]
    numbers = [
        (
            level,
            tier.number_of if (tier := terms.tier(level)) else "",
            planned.get(level, 0),
            list(known_numbers(app, actor, order, level)),
        )
        for level in levels
    ]
    with app.database.reading() as conn:
        return reconcile(numbers, _reported(conn, order))


def _reported(conn: Connection, order: rows.OrderRow) -> Reported:
    def refused(*found: str) -> tuple[str, ...]:
        return tuple(report_rows.refused_numbers(conn, order.order_id, found, limit=_EXAMPLES_MAX))

    held = report_rows.count_held(conn, order.order_id)
    missing = report_rows.missing_sequence(conn, order.order_id, limit=_EXAMPLES_MAX)
    return Reported(
        reports=order.reports,
        unknown=refused(codes.NOT_ISSUED.code),
        doubles=refused(codes.COMMISSIONED_BEFORE.code),
        waiting=report_rows.count_parked(conn, order.order_id) + held,
        missing=tuple(missing),
        line_counts=dict(order.line_counts),
    )


def _unaccounted(app: Application, actor: Actor, order: rows.OrderRow, level: str) -> list[str]:
    if level not in LEVELS:
        return []
    return [
        each.number
        for each in known_numbers(app, actor, order, Level(level))
        if outcome_of(each.status, mark=each.mark, settled=each.settled) is Outcome.UNACCOUNTED
    ]


def _digest(order: WorkOrder, sums: Reconciliation) -> str:
    """Return the digest of what is signed: what was to be made, and what became of it."""
    told: dict[str, Any] = {
        "order": order.order_id,
        "code": order.code,
        "owner": order.owner,
        "operator": order.operator,
        "terms": msgspec.to_builtins(order.terms),
        "account": sums.digest,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
