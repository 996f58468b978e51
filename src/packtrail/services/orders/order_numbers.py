"""The numbers of work orders: where they come from, what they are, and what became of them.

A number is never kept: the ledger of its pool tells from which allocation it is, and so from which
order and level. Pools are used in the name of the owner, whoever's line it is.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.base.errors import NotFound
from packtrail.production.floor import Origin
from packtrail.production.levels import Level
from packtrail.serials.codes import NO_POOL
from packtrail.services.supply.allocating import allocate, allocation
from packtrail.services.supply.origins import origins_in
from packtrail.services.supply.pools import SGTIN, SSCC
from packtrail.services.supply.settling import return_serials
from packtrail.store import line_reports as report_rows
from packtrail.store import orders as order_rows
from packtrail.store import organisations as organisation_rows
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.production.levels import ItemKey, Tier
    from packtrail.production.orders import Terms
    from packtrail.services.application import Application
    from packtrail.services.supply import origins as supply
    from packtrail.services.supply.allocating import Delivery
    from packtrail.store.orders import NumbersRow, OrderRow

_FOR_OWNER = frozenset(
    {Permission.POOL_READ, Permission.ALLOCATION_CREATE, Permission.ALLOCATION_RETURN}
)


def for_owner(actor: Actor, order: OrderRow) -> Actor:
    """Return the same person or program, acting for the owner of an order, with its numbers."""
    return replace(
        actor,
        organisation_id=order.owner_id,
        organisation_code=order.owner,
        permissions=_FOR_OWNER,
    )


def pool_of(conn: Connection, actor: Actor, owner_id: int, tier: Tier) -> str:
    """Return the pool that a tier takes its numbers from: `owner/code`.

    Args:
        conn: A connection.
        actor: Who takes them: of the pools of the owner only those they may use count.
        owner_id: Whose goods they are.
        tier: The level.

    Raises:
        NotFound: `SER-005`, there is none, or none that the actor may use.
    """
    visible = set(organisation_rows.audiences_of(conn, actor.organisation_id))
    kind = SGTIN if tier.gtin else SSCC
    owned = {row.pool_id: row for row in rows.of_owner(conn, owner_id, kind)}
    usable = [row for row in rows.of_kind(conn, sorted(visible), kind) if row.pool_id in owned]
    name = (tier.pool or "").rpartition("/")[2]
    found = [
        row
        for row in usable
        if row.class_key == f"{kind}/{tier.number_of}" and name in {"", row.code}
    ]
    if not found:
        what = f"{tier.level}s of {tier.number_of}"
        message = f"There is no pool for the numbers of {what} that you may use."
        raise NotFound(NO_POOL.found(message, at=tier.level))
    chosen = next((row for row in found if row.closed_at is None), found[0])
    return f"{chosen.owner}/{chosen.code}"


def draw(
    app: Application, actor: Actor, order: OrderRow, tier: Tier, count: int, *, draw_no: int
) -> NumbersRow:
    """Take numbers for an order; the same draw again gives the same numbers.

    Args:
        app: The application.
        actor: Who takes them.
        order: The order.
        tier: The level they are for.
        count: How many, 1 or more; a pool that has fewer gives those.
        draw_no: Which draw of the level it is, from 1.

    Raises:
        NotFound: `SER-005`, there is no pool that the actor may use.
        Conflict: `SER-004`, the pool has none left.
    """
    with app.database.reading() as conn:
        earlier = [
            each
            for each in order_rows.numbers(conn, order.order_id)
            if (each.level, each.draw_no) == (tier.level.value, draw_no)
        ]
        pool = earlier[0].pool if earlier else pool_of(conn, actor, order.owner_id, tier)
        asked = earlier[0].asked if earlier else count
    delivery = _allocate(app, actor, order, pool, asked, _request(order, tier.level, draw_no))
    row = order_rows.NumbersRow(
        order_id=order.order_id,
        level=tier.level.value,
        draw_no=draw_no,
        pool=pool,
        request_id=delivery.entry.request_id,
        asked=delivery.entry.asked,
        count=delivery.entry.count,
        at=delivery.entry.at,
    )
    with app.database.transaction() as conn:
        order_rows.insert_numbers(conn, row)
    return row


def deliveries(
    app: Application, actor: Actor, order: OrderRow, level: Level
) -> Iterator[tuple[NumbersRow, Delivery]]:
    """Yield the allocations of a level of an order, with their numbers."""
    with app.database.reading() as conn:
        drawn = order_rows.numbers(conn, order.order_id)
    for row in drawn:
        if row.level == level:
            yield row, allocation(app, for_owner(actor, order), row.pool, row.request_id).delivery


def withdrawn_places(
    app: Application, actor: Actor, order: OrderRow, level: Level
) -> dict[int, frozenset[int]]:
    """Return the places of numbers that are out no more, by draw: given back, void or expired.

    Draws of which all are out are left out, and cost nothing.
    """
    with app.database.reading() as conn:
        drawn = [each for each in order_rows.numbers(conn, order.order_id) if each.level == level]
    found: dict[int, frozenset[int]] = {}
    for row in drawn:
        given = allocation(app, for_owner(actor, order), row.pool, row.request_id)
        if given.returned + given.voided + given.expired:
            numbers = given.delivery.serials()
            with app.database.reading() as conn:
                gone = settled_of(app, conn, order, row.pool, numbers)
            found[row.draw_no] = frozenset(at for at, each in enumerate(numbers) if each in gone)
    return found


def give_back(
    app: Application,
    actor: Actor,
    order: OrderRow,
    level: Level,
    numbers: Sequence[str],
    *,
    request_id: str,
    reason: str,
    is_void: bool,
) -> int:
    """Give numbers of an order back to their pools, or make them void; return how many.

    Raises:
        Conflict: `SER-009`, one was given back before.
        RefusedError: `SER-008`, one was never given out.
    """
    wanted = set(numbers)
    count = 0
    for row, delivery in deliveries(app, actor, order, level):
        part = [each for each in delivery.serials() if each in wanted]
        if part:
            return_serials(
                app, for_owner(actor, order), row.pool, part,
                request_id=f"{request_id}/{row.draw_no}", party=order.operator, reason=reason,
                void=is_void,
            )  # fmt: skip
            count += len(part)
    return count


def settled_of(
    app: Application, conn: Connection, order: OrderRow, pool: str, numbers: Sequence[str]
) -> dict[str, str]:
    """Return the numbers that are out no more: `returned`, `void` or `expired`."""
    row = pool_row(conn, order.owner_id, pool)
    if row is None or not _has_withdrawn(row):
        return {}
    told = zip(numbers, origins_in(conn, app, row, numbers), strict=True)
    return {number: kind for number, found in told if (kind := _withdrawn(found))}


def ledgers_of(conn: Connection, order: OrderRow) -> tuple[int, ...]:
    """Return a mark that changes when a pool of the order gives or takes anything."""
    drawn = {each.pool for each in order_rows.numbers(conn, order.order_id)}
    found = (pool_row(conn, order.owner_id, pool) for pool in sorted(drawn))
    return tuple(row.entries for row in found if row is not None)


def pool_row(conn: Connection, owner_id: int, pool: str) -> rows.PoolRow | None:
    """Return a pool of an owner, named as `owner/code`."""
    name = pool.rpartition("/")[2]
    for kind in (SGTIN, SSCC):
        for row in rows.of_owner(conn, owner_id, kind):
            if row.code == name:
                return row
    return None


def origins(
    app: Application,
    conn: Connection,
    keys: Iterable[ItemKey],
    *,
    owner_id: int,
    own: OrderRow | None = None,
) -> dict[ItemKey, Origin]:
    """Return the work orders that numbers were issued to, those issued to none left out.

    Args:
        app: The application.
        conn: A connection.
        keys: Objects whose numbers they are.
        owner_id: Whose pools are asked.
        own: An order that is known already; others are looked up.
    """
    found: dict[ItemKey, Origin] = {}
    known = {own.order_id: own} if own else {}
    terms: dict[str, Terms] = {}
    for row, own_keys in _pools_for(conn, owner_id, keys).values():
        drawn = _drawn(app, conn, row, own_keys)
        missing = {numbers.order_id for numbers, _ in drawn.values()} - known.keys()
        known |= order_rows.by_ids(conn, sorted(missing)) if missing else {}
        for key, (numbers, settled) in drawn.items():
            order = known[numbers.order_id]
            making = terms.setdefault(order.order_id, order.making())
            found[key] = Origin(
                order_id=order.order_id, order_code=order.code, level=Level(numbers.level),
                lot=making.lot, terms=making, settled=settled,
            )  # fmt: skip
    return _marked(conn, found)


def _marked(conn: Connection, found: dict[ItemKey, Origin]) -> dict[ItemKey, Origin]:
    """Add what lines said of printed numbers."""
    by_order: defaultdict[str, dict[tuple[str, str], ItemKey]] = defaultdict(dict)
    for key, origin in found.items():
        by_order[origin.order_id][origin.level.value, key[1]] = key
    for order_id, places in by_order.items():
        for mark in report_rows.marks(conn, order_id, [number for _, number in places]):
            place = places.get((mark.level, mark.number))
            if place is not None and mark.kind != "ended":
                found[place] = found[place].marked(mark.kind, mark.at)
    return found


def _pools_for(
    conn: Connection, owner_id: int, keys: Iterable[ItemKey]
) -> dict[int, tuple[rows.PoolRow, list[ItemKey]]]:
    """Return the pools of an owner that numbers can be from."""
    by_class: defaultdict[str, list[ItemKey]] = defaultdict(list)
    for key in keys:
        by_class[key[0]].append(key)
    chosen: dict[int, tuple[rows.PoolRow, list[ItemKey]]] = {}
    for class_key, some in by_class.items():
        kind = class_key.partition("/")[0]
        for row in rows.of_owner(conn, owner_id, kind) if kind in {SGTIN, SSCC} else ():
            start = row.class_key.partition("/")[2]
            if kind == SSCC:
                own = [key for key in some if key[1].startswith(start)]
            else:
                own = some if row.class_key == class_key else []
            if own:
                chosen[row.pool_id] = row, own
    return chosen


def _drawn(
    app: Application, conn: Connection, row: rows.PoolRow, keys: Sequence[ItemKey]
) -> dict[ItemKey, tuple[NumbersRow, str | None]]:
    """Return the draws of work orders that numbers are from, and whether they were withdrawn."""
    told = zip(keys, origins_in(conn, app, row, [number for _, number in keys]), strict=True)
    given = {key: origin for key, origin in told if origin is not None}
    requests = sorted({origin.request_id for origin in given.values()})
    known = order_rows.numbers_of_requests(conn, f"{row.owner}/{row.code}", requests)
    return {
        key: (known[origin.request_id], _withdrawn(origin))
        for key, origin in given.items()
        if origin.request_id in known
    }


def _has_withdrawn(row: rows.PoolRow) -> bool:
    return row.returned + row.voided + row.expired > 0


def _withdrawn(origin: supply.Origin | None) -> str | None:
    """Return what took a number out of use; to be used is what it was given for."""
    return origin.settled if origin is not None and origin.settled != "used" else None


def _allocate(
    app: Application, actor: Actor, order: OrderRow, pool: str, count: int, request_id: str
) -> Delivery:
    return allocate(
        app, for_owner(actor, order), pool, count, request_id=request_id, party=order.operator,
        purpose=f"order {order.code}",
    )  # fmt: skip


def _request(order: OrderRow, level: Level, draw_no: int) -> str:
    return f"order/{order.order_id}/{level}/{draw_no}"
