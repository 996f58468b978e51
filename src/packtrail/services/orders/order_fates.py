"""What became of the numbers of a work order, told to their pools when it is closed.

A number that some object carries was used, whatever became of the object; one whose label was
spoilt is void. Those that somebody settled before stay as they were settled.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from packtrail.lifecycle.journey import Status
from packtrail.production.floor import SPOILT
from packtrail.services.orders import order_numbers
from packtrail.services.orders.known_numbers import known_numbers
from packtrail.services.supply.origins import origins_in
from packtrail.services.supply.settling import Settling, settle_in

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.production.reconciliation import Number
    from packtrail.services.application import Application
    from packtrail.store.orders import OrderRow

Fates: TypeAlias = dict[str, dict[str, str]]
"""Pool, as `owner/code` -> number -> `used` or `void`."""


def fates(app: Application, actor: Actor, order: OrderRow) -> Fates:
    """Return what became of the numbers of an order, as far as objects and labels tell."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for level in dict.fromkeys(tier.level for tier in order.making().tiers):
        known = {each.number: each for each in known_numbers(app, actor, order, level)}
        for row, delivery in order_numbers.deliveries(app, actor, order, level):
            told = ((number, _fate(known[number])) for number in delivery.serials())
            found[row.pool] |= {number: fate for number, fate in told if fate}
    return found


def tell_pools(
    conn: Connection, app: Application, actor: Actor, order: OrderRow, found: Fates
) -> None:
    """Settle the numbers of an order that nobody has settled, in a transaction of the caller."""
    for pool in sorted(found):
        row = order_numbers.pool_row(conn, order.owner_id, pool)
        if row is None:
            continue
        origins = origins_in(conn, app, row, list(found[pool]))
        told: dict[str, list[str]] = {"used": [], "void": []}
        for (number, fate), origin in zip(found[pool].items(), origins, strict=True):
            if origin is not None and origin.settled is None:
                told[fate].append(number)
        if any(told.values()):
            what = Settling(
                request_id=f"order/{order.order_id}/closed", used=told["used"], void=told["void"],
                party=order.operator, reason=f"order {order.code} closed",
            )  # fmt: skip
            settle_in(conn, app, order_numbers.for_owner(actor, order), pool, what)


def _fate(number: Number) -> str:
    if number.status not in {None, Status.UNKNOWN}:
        return "used"
    return "void" if number.mark in SPOILT else ""
