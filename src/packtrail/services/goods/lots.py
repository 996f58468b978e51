"""Lots and products: what is known of one production run, and of one product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import NO_LOT
from packtrail.services.goods import describing, notices, stock
from packtrail.services.goods.describing import Place, Product
from packtrail.store import events as rows
from packtrail.store import lots as lot_rows
from packtrail.store import vocabulary
from packtrail.store.filters import EpcMatch, EventFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.lifecycle.notices import Notice
    from packtrail.services.application import Application
    from packtrail.services.goods.stock import Counts

_EVENTS_MAX = 1000
"""Most events of a lot that are looked at."""
_EVENTS_SHOWN = 50
_OBJECTS_SHOWN = 20
_OBJECT_LISTS = ("epcList", "outputEPCList")
_QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


@dataclass(frozen=True, slots=True, kw_only=True)
class LotEvent:
    """One event that names the lot."""

    event_id: str
    event_type: str
    event_time: datetime
    event_time_zone_offset: str
    biz_step: str | None
    place: str | None
    object_count: int
    """Objects of the lot that it names, as serial numbers or as a counted quantity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotView:
    """One lot of one or more trade items."""

    lot: str
    gtins: tuple[str, ...]
    """GTINs of which events record or name this lot, 14 digits each."""
    products: tuple[Product, ...]
    expires: str | None
    """As recorded: `YYYY-MM-DD`, or `YYYY-MM-00`."""
    object_count: int
    """Serialised objects commissioned with this lot."""
    events: tuple[LotEvent, ...]
    """Newest first; the first few of `event_count`."""
    event_count: int
    identifiers: tuple[str, ...]
    """A few of the objects."""
    as_of: datetime | None = None
    as_known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotState:
    """What has become of the packs of a lot, and what is said of it."""

    counts: Counts
    """Its packs, by product, by what they count as, and by place."""
    notices: tuple[Notice, ...]
    """Those in force for the lot or its products, the gravest first."""


def state(
    app: Application,
    actor: Actor,
    gtin: str | None,
    lot: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> LotState:
    """Return what has become of the packs of a lot, and what is said of it.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        gtin: 14 digits, when the lot of one trade item is meant; None: of any.
        lot: The lot number, exactly.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    asked = stock.Asked(gtin=gtin, lot=lot, as_of=as_of, as_known_at=as_known_at)
    by = (stock.Dimension.PRODUCT, stock.Dimension.STATUS, stock.Dimension.PLACE)
    counts = stock.count(app, actor, asked, by=by)
    gtins = {row.gtin for row in counts.rows if row.gtin} | ({gtin} if gtin else set())
    with app.database.reading() as conn:
        there = notices.holding(
            conn,
            [(each, lot, None) for each in sorted(gtins)],
            visible_to(conn, actor),
            as_of=as_of or app.clock(),
            as_known_at=as_known_at,
        )
    every = dict.fromkeys(notice for some in there.values() for notice in some)
    return LotState(counts=counts, notices=tuple(every))


def lot(
    app: Application,
    actor: Actor,
    gtin: str | None,
    lot: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> LotView:
    """Return what is known of a lot: the events that record or name it, and their objects.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        gtin: 14 digits, when the lot of one trade item is meant; None: of any.
        lot: The lot number, exactly.
        as_of: Only events that had happened by then.
        as_known_at: Only events that had been recorded by then.

    Raises:
        NotFound: `TRC-004`, no event the actor may see names this lot.
    """
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        found = [
            event
            for event in _events(app, conn, lot, audience_ids)
            if (as_of is None or event.event.event_time <= as_of)
            and (as_known_at is None or event.event.record_time <= as_known_at)
            and (gtin is None or gtin in event.gtins)
        ]
        if not found:
            of = f" of {gtin}" if gtin else ""
            raise NotFound(NO_LOT.found(f"No event names the lot {lot[:80]!r}{of}.", at="lot"))
        gtins = sorted({each for event in found for each in event.gtins})
        if gtin is not None:
            gtins = [gtin]
        products = describing.products_of(conn, gtins, audience_ids)
    objects = [uri for event in found for uri in event.objects(gtin)]
    return LotView(
        lot=lot,
        gtins=tuple(gtins),
        products=tuple(products[each] for each in gtins if each in products),
        expires=next((each for event in found if (each := _expiry(event.body))), None),
        object_count=len(set(objects)),
        events=tuple(_lot_event(event) for event in found[:_EVENTS_SHOWN]),
        event_count=len(found),
        identifiers=tuple(objects[:_OBJECTS_SHOWN]),
        as_of=as_of,
        as_known_at=as_known_at,
    )


def products(app: Application, actor: Actor, *, limit: int = 200) -> tuple[Product, ...]:
    """Return the products that master data names, by identifier."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        found = vocabulary.of_type(conn, describing.PRODUCTS, audience_ids, limit=limit)
    return tuple(describing.product(row) for row in found)


def product(app: Application, actor: Actor, gtin: str) -> Product | None:
    """Return what master data says about a trade item, or None when it says nothing."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        return describing.products_of(conn, [gtin], visible_to(conn, actor)).get(gtin)


def product_names(app: Application, actor: Actor, gtins: Iterable[str]) -> dict[str, str]:
    """Return the names that master data gives trade items, by GTIN."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        known = describing.products_of(conn, sorted(set(gtins)), visible_to(conn, actor))
    return {gtin: product.name for gtin, product in known.items() if product.name}


def places(app: Application, actor: Actor, *, limit: int = 200) -> tuple[Place, ...]:
    """Return the locations and parties that master data names, by identifier."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        found = {
            row.id: describing.place(row)
            for kind in (*describing.PARTIES, describing.LOCATIONS)
            for row in vocabulary.of_type(conn, kind, audience_ids, limit=limit)
        }
    return tuple(found[each] for each in sorted(found)[:limit])


def place(app: Application, actor: Actor, key: gs1.Key) -> Place | None:
    """Return what master data says about a location or party, or None when it says nothing."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        return describing.place_of(conn, key, visible_to(conn, actor))


def with_name(
    app: Application, actor: Actor, part: str, *, limit: int
) -> tuple[list[Product], list[Place]]:
    """Return the first few products and places with such a part in their name."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        return (
            describing.products_named(conn, part, audience_ids, limit=limit),
            describing.places_named(conn, part, audience_ids, limit=limit),
        )


def place_names(app: Application, actor: Actor, ids: Iterable[str]) -> Mapping[str, str]:
    """Return the names of some places and parties, as far as master data tells them."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        return describing.places_of(conn, ids, visible_to(conn, actor))


@dataclass(frozen=True, slots=True)
class _Told:
    """An event that names the lot."""

    event: rows.StoredEvent
    records: bool
    """Its instance/lot master data says that whatever it makes is of the lot."""
    amounts: Mapping[str, int]
    """GTIN -> how many of the lot it names as a mere quantity; 0 where that is not counted."""

    @property
    def body(self) -> Mapping[str, Any]:
        return self.event.body

    @property
    def gtins(self) -> set[str]:
        return {*self.amounts, *(_gtins(self.body) if self.records else ())}

    def objects(self, gtin: str | None) -> list[str]:
        """Return the objects of the lot that it names, of one trade item or of any."""
        return _objects(self.body, gtin) if self.records else []


def _events(
    app: Application, conn: Connection, lot: str, audience_ids: Sequence[int]
) -> list[_Told]:
    """Return the events that record the lot or name its class, the newest first."""

    def ask(wanted: EventFilter) -> Sequence[rows.StoredEvent]:
        return rows.query(
            conn, wanted, audience_ids=audience_ids, page_size=_EVENTS_MAX, now=app.clock()
        ).events

    recording = {event.ref: event for event in ask(EventFilter(lots=(lot,)))}
    classes = tuple(EpcMatch(class_key, lot) for class_key in lot_rows.classes_of(conn, lot))
    naming = ask(EventFilter(match_any_epc_class=classes)) if classes else ()
    every = recording | {event.ref: event for event in naming}
    told = [
        _Told(event, key in recording, _amounts(event.body, lot)) for key, event in every.items()
    ]
    return sorted(told, key=lambda one: (one.event.event_time, one.event.ref), reverse=True)


def _amounts(body: Mapping[str, Any], lot: str) -> dict[str, int]:
    """Return how many of a lot an event names by its class, by GTIN."""
    found: dict[str, int] = {}
    quantities = [each for name in _QUANTITY_LISTS for each in body.get(name, ())]
    pairs = gs1.identify([each["epcClass"] for each in quantities])
    for quantity, (class_key, item_key) in zip(quantities, pairs, strict=True):
        if class_key.startswith("lgtin/") and item_key == lot:
            gtin = class_key.removeprefix("lgtin/")
            counted = 0 if "uom" in quantity else int(quantity.get("quantity", 0))
            found[gtin] = found.get(gtin, 0) + counted
    return found


def _objects(body: Mapping[str, Any], gtin: str | None) -> list[str]:
    """Return the objects an event makes or names, of one trade item or of any."""
    named = [uri for name in _OBJECT_LISTS for uri in body.get(name, ())]
    if gtin is None:
        return named
    wanted = {f"sgtin/{gtin}", f"itip/{gtin}"}
    pairs = zip(named, gs1.identify(named), strict=True)
    return [uri for uri, (class_key, _) in pairs if class_key in wanted]


def _gtins(body: Mapping[str, Any]) -> set[str]:
    classes = {class_key for class_key, _ in gs1.identify(_objects(body, None))}
    named = {each for each in classes if each.startswith(("sgtin/", "itip/"))}
    return {each.partition("/")[2][:14] for each in named} | set(_quantity_gtins(body))


def _quantity_gtins(body: Mapping[str, Any]) -> Iterator[str]:
    for name in ("quantityList", "outputQuantityList"):
        for quantity in body.get(name, ()):
            gtin = describing.gtin_of(describing.key_of(quantity["epcClass"]))
            if gtin:
                yield gtin


def _expiry(body: Mapping[str, Any]) -> str | None:
    ilmd = body.get("ilmd", {})
    found = (value for name, value in ilmd.items() if name.endswith("itemExpirationDate"))
    return next((value for value in found if isinstance(value, str)), None)


def _lot_event(told: _Told) -> LotEvent:
    event, body = told.event, told.body
    place = body.get("bizLocation") or body.get("readPoint") or {}
    return LotEvent(
        event_id=event.identity,
        event_type=body["type"],
        event_time=event.event_time,
        event_time_zone_offset=body["eventTimeZoneOffset"],
        biz_step=body.get("bizStep"),
        place=place.get("id"),
        object_count=len(told.objects(None)) + sum(told.amounts.values()),
    )
