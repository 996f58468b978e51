"""What is known of each number that an order was given: its object, its mark, its settlement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Actor, Permission, require
from packtrail.lifecycle.fold import fold
from packtrail.production.floor import SPOILT
from packtrail.production.levels import Level
from packtrail.production.reconciliation import Number
from packtrail.services.accounts import organisations
from packtrail.services.orders import order_numbers
from packtrail.services.orders.orders import order_row
from packtrail.store import journeys
from packtrail.store import line_reports as report_rows
from packtrail.store import orders as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from psycopg import Connection

    from packtrail.hierarchy.containment import Held
    from packtrail.lifecycle.journey import Status
    from packtrail.production.levels import Tier
    from packtrail.services.application import Application

_CHUNK: Final = 5_000


def numbers(app: Application, actor: Actor, code: str, level: Level) -> Iterator[Number]:
    """Yield every number of a level that an order was given, with what is known of it.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
    """
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        order = order_row(conn, actor, code)
    return known_numbers(app, actor, order, level)


# --- for the services beside this one -------------------------------------------------------------


def known_numbers(
    app: Application, actor: Actor, order: rows.OrderRow, level: Level
) -> Iterator[Number]:
    """Yield every number of a level that the order was given, with what is known of it."""
    with app.database.reading() as conn:
        told = [each for each in report_rows.marks(conn, order.order_id) if each.level == level]
    spoilt_last = sorted(told, key=lambda each: each.kind in SPOILT)
    marks = {each.number: each.kind for each in spoilt_last if each.kind != "ended"}
    reasons = {each.number: each.reason for each in told}
    tiers = {tier.number_of: tier for tier in order.making().tiers if tier.level is level}
    for row, delivery in order_numbers.deliveries(app, actor, order, level):
        numbers = delivery.serials()
        for start in range(0, len(numbers), _CHUNK):
            chunk = numbers[start : start + _CHUNK]
            with app.database.reading() as conn:
                lives = _lives(conn, order, next(iter(tiers.values()), None), chunk)
                settled = order_numbers.settled_of(app, conn, order, row.pool, chunk)
            for number in chunk:
                status, holder = lives.get(number, (None, None))
                yield Number(
                    number=number,
                    status=status,
                    is_packed=holder is not None,
                    holder=holder,
                    mark=marks.get(number),
                    reason=reasons.get(number, ""),
                    settled=settled.get(number),
                )


def _lives(
    conn: Connection, order: rows.OrderRow, tier: Tier | None, numbers: Sequence[str]
) -> Mapping[str, tuple[Status, str | None]]:
    """Return status and holder of those numbers that an object carries."""
    if tier is None:
        return {}
    both = {order.owner_id, order.operator_id}
    found = journeys.read_many(
        conn,
        [tier.item_of(number) for number in numbers],
        audience_ids=organisations.common_audiences(conn, both),
    )
    return {
        key[1]: (fold(journey.steps).status, _holder(journey.holders))
        for key, journey in found.items()
    }


def _holder(holders: Sequence[Held]) -> str | None:
    return holders[0].parent if holders else None
