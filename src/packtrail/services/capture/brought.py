"""What a capture brought: who sent to whom, which products and lots, and where to look next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail import epcis
from packtrail.access import Permission, require
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.capture.capture import capture_row
from packtrail.services.goods import describing
from packtrail.store import brought as rows
from packtrail.store import captures, originals
from packtrail.store.identity import event_key, probes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.goods.describing import Product
    from packtrail.store.brought import Kind

SHOWN_MAX = 24
_OBJECTS_SHOWN = 8
_READ_AGAIN_BYTES_MAX = 8_000_000
_REPEATED_MAX = 5_000
_OBJECT_LISTS = ("epcList", "outputEPCList", "childEPCs", "inputEPCList")
_CLASS_LISTS = ("quantityList", "outputQuantityList", "childQuantityList", "inputQuantityList")
_SIDES = {"s": "sources", "d": "destinations"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Who sent to whom, as one or more events say it: (kind, identifier) each."""

    sources: tuple[tuple[str, str], ...]
    destinations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotBrought:
    """A lot that the document records."""

    lot: str
    expires: str | None
    """As recorded: `YYYY-MM-DD`, or `YYYY-MM-00`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeItem:
    """A trade item that is named, with its product where master data tells it."""

    gtin: str
    product: Product | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a document brought, as far as the asker may see it; each list has a first few."""

    kinds: tuple[Kind, ...]
    """By type, action and business step, in order of time."""
    transfers: tuple[Transfer, ...]
    documents: tuple[tuple[str, str], ...]
    """Business transactions: (type, identifier)."""
    lots: tuple[LotBrought, ...]
    trade_items: tuple[TradeItem, ...]
    containers: tuple[str, ...]
    """Identifiers, the outermost first."""
    packs: tuple[str, ...]
    """Identifiers of other objects."""
    places: Mapping[str, str]
    """Party or place -> name, from master data."""
    earlier: tuple[tuple[str, int], ...]
    """Captures that recorded repeated events first, with how many of them."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.kinds


def brought(app: Application, actor: Actor, capture_id: str) -> Brought:
    """Return what a capture brought.

    Raises:
        NotFound: No such capture, or none the actor's organisation may see.
        NotPermitted: The actor may not read captures, or events.
    """
    require(actor, Permission.EVENT_READ)
    row = capture_row(app, actor, capture_id)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        keys = _keys(conn, row) if row.repeated_count else []
        found = rows.brought(conn, row.capture_id, keys, audience_ids=audience_ids, limit=SHOWN_MAX)
        return _told(conn, found, audience_ids)


def _keys(conn: Connection, row: captures.CaptureRow) -> list[int]:
    """Return where the events of a document that were recorded before may be stored."""
    if row.size_bytes > _READ_AGAIN_BYTES_MAX:
        return []
    document = epcis.read(originals.read(conn, row.capture_id)).document
    return [
        probe
        for event in (document.events if document else ())[:_REPEATED_MAX]
        for probe in probes(
            event_key(
                row.owner_id,
                event.event_id or epcis.event_hash(event),
                is_error_declaration=event.error_declaration is not None,
            )
        )
    ]


def _told(conn: Connection, found: rows.BroughtRows, audience_ids: Sequence[int]) -> Brought:
    transfers = tuple(dict.fromkeys(_transfers(found.links)))
    named = list(dict.fromkeys(uri for body in found.samples for uri in _objects(body)))
    parties = {uri for each in transfers for _, uri in (*each.sources, *each.destinations)}
    return Brought(
        kinds=found.kinds,
        transfers=transfers,
        documents=tuple(dict.fromkeys(_parts(found.links, "t")))[:SHOWN_MAX],
        lots=tuple(LotBrought(lot=lot, expires=expires) for lot, expires in found.lots),
        trade_items=_trade_items(conn, found.samples, audience_ids),
        containers=found.containers[:_OBJECTS_SHOWN],
        packs=tuple(_packs(named, set(found.containers)))[:_OBJECTS_SHOWN],
        places=describing.places_of(conn, parties, audience_ids),
        earlier=found.captures,
    )


def _transfers(links: Iterable[Sequence[str]]) -> Iterator[Transfer]:
    for some in links:
        sides = {name: tuple(_parts([some], mark)) for mark, name in _SIDES.items()}
        if any(sides.values()):
            yield Transfer(**sides)


def _parts(links: Iterable[Sequence[str]], mark: str) -> Iterator[tuple[str, str]]:
    """Yield the type and identifier of the links of one sort."""
    for link in (link for some in links for link in some):
        sort, _, rest = link.partition(":")
        kind, _, identifier = rest.partition("|")
        if sort == mark:
            yield kind, identifier


def _objects(body: Mapping[str, Any]) -> Iterator[str]:
    for name in _OBJECT_LISTS:
        yield from body.get(name) or ()


def _packs(named: Iterable[str], containers: set[str]) -> Iterator[str]:
    """Yield packs first, then what else is no container."""
    kinds = {uri: describing.kind_of(describing.key_of(uri)) for uri in list(named)[:500]}
    yield from (uri for uri, kind in kinds.items() if kind == "pack")
    yield from (uri for uri, kind in kinds.items() if kind != "pack" and uri not in containers)


def _trade_items(
    conn: Connection, samples: Iterable[Mapping[str, Any]], audience_ids: Sequence[int]
) -> tuple[TradeItem, ...]:
    gtins: dict[str, None] = {}
    for body in samples:
        classes = [each.get("epcClass", "") for name in _CLASS_LISTS for each in body.get(name, ())]
        for uri in (*list(_objects(body))[:50], *classes):
            gtin = describing.gtin_of(describing.key_of(uri))
            if gtin is not None:
                gtins.setdefault(gtin)
    wanted = list(gtins)[:SHOWN_MAX]
    products = describing.products_of(conn, wanted, audience_ids)
    return tuple(TradeItem(gtin=gtin, product=products.get(gtin)) for gtin in wanted)
