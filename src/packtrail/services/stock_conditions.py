"""What objects of a stock count as: their lot, product and expiry have their say.

`packtrail.lifecycle.notices.condition` for every object at once.
"""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.notices import OPEN, RULES, NoticeKind, in_force
from packtrail.lifecycle.states import STATES
from packtrail.lifecycle.sweep import NOTHING, STATUSES
from packtrail.store import notices as notice_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.notices import Notice
    from packtrail.store.stock import Class, Stock

EPOCH: Final = date(1970, 1, 1)
NUMBER: Final = {status: number for number, status in enumerate(STATUSES)}
"""Status -> its place in `STATUSES`."""
_CAN_BE_OVERRIDDEN: Final = np.array(
    [STATES[status].is_saleable or status in OPEN for status in STATUSES]
)


def counted_as(
    conn: Connection,
    stock: Stock,
    audience_ids: Sequence[int],
    now: datetime,
    as_known_at: datetime | None,
) -> NDArray[np.int8]:
    """Return what each object counts as: `packtrail.lifecycle.notices.condition` for all."""
    products = {gtin: each for each in stock.classes if (gtin := gtin_of(each)) is not None}
    recorded = notice_rows.of_products(conn, products, audience_ids)
    told = notice_rows.of_lots_in_events(
        conn, _lots(stock, products), audience_ids, as_of=now, as_known_at=as_known_at
    )
    every = [*(each for some in recorded.values() for each in some), *told]
    there = in_force(every, as_of=now, as_known_at=as_known_at)
    expires = stock.sweep.expires
    if any(notice.kind is NoticeKind.EXPIRY_EXTENDED for notice in there):
        expires = expires.copy()
    for notice in there:
        if notice.kind is NoticeKind.EXPIRY_EXTENDED and notice.expires_on is not None:
            numbers = _of(conn, stock, products, notice)
            days = (notice.expires_on - EPOCH).days
            expires[numbers] = np.maximum(expires[numbers], days)
    status = stock.sweep.status.copy()
    can_change = _CAN_BE_OVERRIDDEN[status]
    today = (now.astimezone(UTC).date() - EPOCH).days
    status[can_change & (expires != NOTHING) & (expires < today)] = NUMBER[Status.EXPIRED]
    for notice in reversed(there):  # The gravest has the last word.
        becomes = RULES[notice.kind].status
        if becomes is not None:
            numbers = _of(conn, stock, products, notice)
            status[numbers[can_change[numbers]]] = NUMBER[becomes]
    return status


def _lots(stock: Stock, products: Mapping[str, Class]) -> list[tuple[str, str]]:
    """Return the lots of which there are serial numbers: (GTIN, lot) pairs."""
    found = []
    for gtin, each in products.items():
        tally = np.bincount(stock.sweep.lot[each.span] + 1)[1:]  # Of `NOTHING` first.
        found += [(gtin, stock.lots[at]) for at in np.flatnonzero(tally).tolist()]
    return found


def _of(
    conn: Connection, stock: Stock, products: Mapping[str, Class], notice: Notice
) -> NDArray[np.int64]:
    """Return the objects a notice bears on."""
    each = products[notice.gtin]
    if notice.serial is not None:
        found = stock.find(conn, [(each.class_key, notice.serial)])
        numbers = np.array(list(found.values()), dtype=np.int64)
    else:
        numbers = np.arange(each.first, each.first + each.size)
    if notice.lot is None:
        return numbers
    return numbers[np.isin(stock.sweep.lot[numbers], numbers_of(stock.lots, {notice.lot}))]


def gtin_of(each: Class) -> str | None:
    """Return the GTIN of a class of serials."""
    kind, _, rest = each.class_key.partition("/")
    return rest[:14] if kind in {"sgtin", "itip"} else None


def numbers_of(texts: Sequence[str], wanted: Iterable[str]) -> list[int]:
    """Return the numbers of those of some texts that there are."""
    number = {text: at for at, text in enumerate(texts)}
    return [number[text] for text in wanted if text in number]
