"""Stock: how many objects there are of what, where, and what they count as.

One pass over the index answers for everything at once; of the present its outcome is kept, and
brought up to date with what is new.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.notices import OPEN, RULES, NoticeKind, in_force
from packtrail.lifecycle.states import STATES
from packtrail.lifecycle.sweep import NOTHING, STATUSES
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.goods import describing, places
from packtrail.store import captures, oddities
from packtrail.store import notices as notice_rows
from packtrail.store import organisations as organisation_rows
from packtrail.store import stock as rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.lifecycle.notices import Notice
    from packtrail.services.application import Application
    from packtrail.store import direct
    from packtrail.store.stock import Class, Stock

_TALLIED_MAX: Final = 4_000_000
"""Groups that there may be, for which a tally each is kept; more are sorted."""
_CODE_MAX: Final = 1 << 62
"""What a number of 64 bits can say of a group."""
_EPOCH: Final = date(1970, 1, 1)
_NUMBER: Final = {status: number for number, status in enumerate(STATUSES)}
_CAN_BE_OVERRIDDEN: Final = np.array(
    [STATES[status].is_saleable or status in OPEN for status in STATUSES]
)
_IS_GONE: Final = np.array(
    [
        status
        in {
            *(Status.DISPENSED, Status.DESTROYED, Status.TRANSFORMED, Status.EXPORTED),
            *(Status.FREE_SAMPLE, Status.STOLEN, Status.LOST, Status.DECOMMISSIONED),
        }
        for status in STATUSES
    ]
)
"""By status: there is nothing there to be counted."""


class Dimension(StrEnum):
    """What objects can be counted by."""

    PRODUCT = "product"
    LOT = "lot"
    STATUS = "status"
    PLACE = "place"
    EXPIRY = "expiry"
    PARENT = "parent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which objects are meant, and at what moment."""

    gtin: str | None = None
    lot: str | None = None
    place: str | None = None
    """GLN, SGLN or Digital Link."""
    status: Status | None = None
    is_here: bool = False
    """Only what lies at its place: neither gone nor under way."""
    as_of: datetime | None = None
    as_known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """How many objects have something in common; None where it was not asked, or nothing says."""

    gtin: str | None = None
    lot: str | None = None
    status: Status | None = None
    """What they count as, their lot, product and expiry having had their say."""
    place: str | None = None
    expires_on: date | None = None
    parent: str | None = None
    """What holds them directly."""
    count: int
    inferred: int
    """Of these: known only through what holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Packs, counted."""

    rows: tuple[CountRow, ...]
    """The most first."""
    row_count: int
    """How many rows there are; there may be fewer here."""
    total: int
    places: Mapping[str, str]
    """Place -> name, from master data."""
    products: Mapping[str, str]
    """GTIN -> name, from master data."""
    as_of: datetime | None
    as_known_at: datetime | None


@dataclass(frozen=True, slots=True)
class Picture:
    """The stock at a moment, with what each object counts as."""

    stock: Stock
    status: NDArray[np.int8]
    """What each object counts as."""

    @property
    def is_gone(self) -> NDArray[np.bool_]:
        """Mark what is nowhere any more, or nowhere that anybody knows."""
        return _IS_GONE[self.status]

    @property
    def is_here(self) -> NDArray[np.bool_]:
        """Mark what lies at its place: neither gone nor under way."""
        return ~self.is_gone & ~self.stock.sweep.is_moving


def count(
    app: Application,
    actor: Actor,
    asked: Asked,
    *,
    by: Sequence[Dimension],
    limit: int | None = None,
) -> Counts:
    """Count packs by product, lot, status, place, expiry or what holds them, or several of these.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        asked: Which packs, and when.
        by: What to count by, one or more.
        limit: Most rows to return; None: all.

    Raises:
        RefusedError: GTIN or place cannot be read.
        NotPermitted: The actor may not read events.
    """
    moments = asked.as_of, asked.as_known_at
    with seen(app, actor, *moments) as (conn, audience_ids, picture):
        chosen = picture.stock.is_pack() & mask(picture, asked)
        groups = _groups(picture, chosen, by)
        counted = _rows(conn, picture.stock, groups, limit)
        return Counts(
            rows=counted,
            row_count=len(groups.counts),
            total=int(chosen.sum()),
            places=describing.places_of(conn, _told(r.place for r in counted), audience_ids),
            products=product_names(conn, _told(r.gtin for r in counted), audience_ids),
            as_of=asked.as_of,
            as_known_at=asked.as_known_at,
        )


@contextlib.contextmanager
def seen(
    app: Application, actor: Actor, as_of: datetime | None, as_known_at: datetime | None
) -> Iterator[tuple[Connection, Sequence[int], Picture]]:
    """Lend a connection that sees one state of the store, the audiences, and the stock at a moment.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.

    Raises:
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
    if as_of is None and as_known_at is None:
        with app.stock.lent(app.database, audience_ids) as (conn, kept):
            stock = rows.of(conn, kept.survey())
            yield conn, audience_ids, _picture(app, conn, stock, audience_ids, None, None)
        return
    with app.database.transaction() as conn:
        oddities.see_one_state(conn)
        stock = rows.take(conn, audience_ids=audience_ids, as_of=as_of, as_known_at=as_known_at)
        yield conn, audience_ids, _picture(app, conn, stock, audience_ids, as_of, as_known_at)


def _picture(
    app: Application,
    conn: Connection,
    stock: Stock,
    audience_ids: Sequence[int],
    as_of: datetime | None,
    as_known_at: datetime | None,
) -> Picture:
    now = as_of or app.clock()
    return Picture(stock, _counted_as(conn, stock, audience_ids, now, as_known_at))


def keep_ready(app: Application) -> None:
    """Bring what is kept of the stock up to date, so that nobody who asks has to wait for it.

    Where nothing was asked for yet, that is for the organisation whose events were recorded last.
    """
    if app.stock.freshen(app.database):
        return
    with app.database.reading() as conn:
        owner_id = captures.last_owner(conn)
        audience_ids = organisation_rows.audiences_of(conn, owner_id) if owner_id else []
    if audience_ids:
        with app.stock.lent(app.database, audience_ids):
            pass


def mask(picture: Picture, asked: Asked) -> NDArray[np.bool_]:
    """Mark the objects that are meant.

    Raises:
        RefusedError: GTIN or place cannot be read.
    """
    stock = picture.stock
    chosen = np.ones(stock.total, dtype=bool)
    if asked.gtin is not None:
        chosen &= stock.of_gtins([gs1.parse(asked.gtin).primary[:14]])
    if asked.lot is not None:
        chosen &= np.isin(stock.sweep.lot, _numbers(stock.lots, {asked.lot}))
    if asked.place is not None:
        chosen &= at_place(stock, stock.sweep.place, asked.place)
    if asked.status is not None:
        chosen &= picture.status == _NUMBER[asked.status]
    return chosen & picture.is_here if asked.is_here else chosen


def at_place(stock: Stock, where: NDArray[np.int32], place: str) -> NDArray[np.bool_]:
    """Mark the objects that are at a place, or on their way there.

    Args:
        stock: The stock.
        where: `sweep.place` or `sweep.goal`.
        place: In any notation; without an extension all places with that GLN are meant.

    Raises:
        RefusedError: `TRC-008`, it is no place.
    """
    return np.isin(where, _numbers(stock.places, places_like(stock, places.place_key(place))))


def places_like(stock: Stock, key: tuple[str, str | None]) -> list[str]:
    """Return what events call a place, of a whole GLN each of its parts."""
    return sorted(text for text in stock.places if places.is_place(text, key))


def grouped(
    conn: Connection, picture: Picture, chosen: NDArray[np.bool_], by: Sequence[Dimension]
) -> tuple[CountRow, ...]:
    """Count the objects that are marked, the most first."""
    return _rows(conn, picture.stock, _groups(picture, chosen, by), None)


@dataclass(frozen=True, slots=True)
class _Groups:
    """Objects that have something in common, counted."""

    columns: Mapping[Dimension, NDArray[np.int64]]
    """By group: the number of what they have in common."""
    counts: NDArray[np.int64]
    inferred: NDArray[np.int64]


def _groups(picture: Picture, chosen: NDArray[np.bool_], by: Sequence[Dimension]) -> _Groups:
    """Count the objects that are marked: one number says everything that they are counted by."""
    numbers = np.flatnonzero(chosen)
    codes, size = np.zeros(len(numbers), dtype=np.int64), 1
    steps: list[tuple[Dimension, int, NDArray[np.int64] | None]] = []
    for each in dict.fromkeys(by):
        column = _column(picture, each, numbers)
        width, ranked = int(column.max(initial=NOTHING)) + 2, None
        if size * width > _CODE_MAX:
            # Of all that there may be, only so many are there as objects.
            ranked, codes = np.unique(codes, return_inverse=True)
            size = len(ranked)
        steps.append((each, width, ranked))
        codes *= width
        codes += column
        codes += 1
        size *= width
    values = np.arange(size) if size <= _TALLIED_MAX else np.unique(codes)
    if size > _TALLIED_MAX:
        codes, size = np.searchsorted(values, codes), len(values)
    counts = np.bincount(codes, minlength=size)
    indirect = ~picture.stock.sweep.is_direct[numbers]
    inferred = np.bincount(codes[indirect], minlength=size)
    found = np.flatnonzero(counts)
    rest, columns = values[found], {}
    for each, width, ranked in reversed(steps):
        rest, place = np.divmod(rest, width)
        columns[each] = place - 1
        if ranked is not None:
            rest = ranked[rest]
    return _Groups(columns, counts[found], inferred[found])


def _rows(
    conn: Connection, stock: Stock, groups: _Groups, limit: int | None
) -> tuple[CountRow, ...]:
    """Return groups in words, the most first."""
    most = np.argsort(-groups.counts, kind="stable")[:limit]
    texts = {
        each: _texts(conn, stock, each, column[most]) for each, column in groups.columns.items()
    }
    found = [
        CountRow(
            count=int(groups.counts[at]),
            inferred=int(groups.inferred[at]),
            **{_FIELDS[each]: some[place] for each, some in texts.items()},  # type: ignore[arg-type]
        )
        for place, at in enumerate(most.tolist())
    ]
    return tuple(sorted(found, key=lambda row: (-row.count, _order(row))))


def product_names(
    conn: Connection, gtins: Iterable[str], audience_ids: Sequence[int]
) -> dict[str, str]:
    """Return the names of products, as far as master data tells them."""
    found = describing.products_of(conn, sorted(set(gtins)), audience_ids)
    return {gtin: product.name for gtin, product in found.items() if product.name}


def ask_product_names(gtins: Iterable[str], audience_ids: Sequence[int]) -> direct.Asked:
    """Return what `product_names` asks."""
    return describing.ask_products(sorted(set(gtins)), audience_ids)


_FIELDS: Final = {
    Dimension.PRODUCT: "gtin",
    Dimension.LOT: "lot",
    Dimension.STATUS: "status",
    Dimension.PLACE: "place",
    Dimension.EXPIRY: "expires_on",
    Dimension.PARENT: "parent",
}


def _column(picture: Picture, dimension: Dimension, numbers: NDArray[np.int64]) -> NDArray[Any]:
    """Return by object, ascending, the number of what it is counted by."""
    sweep = picture.stock.sweep
    match dimension:
        case Dimension.PRODUCT:
            return picture.stock.class_of(numbers)
        case Dimension.LOT:
            return sweep.lot[numbers]
        case Dimension.STATUS:
            return picture.status[numbers]
        case Dimension.PLACE:
            return places.one_a_place(picture.stock.places)[sweep.place[numbers]]
        case Dimension.EXPIRY:
            return sweep.expires[numbers]
        case Dimension.PARENT:
            return sweep.parent[numbers]


def _texts(
    conn: Connection, stock: Stock, dimension: Dimension, numbers: NDArray[np.int64]
) -> list[str | date | Status | None]:
    if dimension is Dimension.PARENT:
        is_held = numbers != NOTHING
        names = iter(stock.names(conn, numbers[is_held]))
        return [next(names).identifier if held else None for held in is_held.tolist()]
    return [_text(stock, dimension, number) for number in numbers.tolist()]


def _text(stock: Stock, dimension: Dimension, number: int) -> str | date | Status | None:
    if dimension is Dimension.PRODUCT:
        return _gtin(stock.classes[number])
    if dimension is Dimension.STATUS:
        return STATUSES[number]
    if number == NOTHING:
        return None
    if dimension is Dimension.EXPIRY:
        return date.fromordinal(_EPOCH.toordinal() + number)
    return stock.lots[number] if dimension is Dimension.LOT else stock.places[number]


def _gtin(each: Class) -> str | None:
    kind, _, rest = each.class_key.partition("/")
    return rest[:14] if kind in {"sgtin", "itip"} else None


def _order(row: CountRow) -> tuple[str, ...]:
    parts = (row.gtin, row.lot, row.status, row.place, row.expires_on, row.parent)
    return tuple(str(part or "") for part in parts)


def _told(values: Iterable[str | None]) -> set[str]:
    return {value for value in values if value is not None}


def _numbers(texts: Sequence[str], wanted: Iterable[str]) -> list[int]:
    number = {text: at for at, text in enumerate(texts)}
    return [number[text] for text in wanted if text in number]


def _counted_as(
    conn: Connection,
    stock: Stock,
    audience_ids: Sequence[int],
    now: datetime,
    as_known_at: datetime | None,
) -> NDArray[np.int8]:
    """Return what each object counts as: `packtrail.lifecycle.notices.condition` for all."""
    products = {gtin: each for each in stock.classes if (gtin := _gtin(each)) is not None}
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
            days = (notice.expires_on - _EPOCH).days
            expires[numbers] = np.maximum(expires[numbers], days)
    status = stock.sweep.status.copy()
    can_change = _CAN_BE_OVERRIDDEN[status]
    today = (now.astimezone(UTC).date() - _EPOCH).days
    status[can_change & (expires != NOTHING) & (expires < today)] = _NUMBER[Status.EXPIRED]
    for notice in reversed(there):  # The gravest has the last word.
        becomes = RULES[notice.kind].status
        if becomes is not None:
            numbers = _of(conn, stock, products, notice)
            status[numbers[can_change[numbers]]] = _NUMBER[becomes]
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
    return numbers[np.isin(stock.sweep.lot[numbers], _numbers(stock.lots, {notice.lot}))]
