"""Transaction papers: what a file of events tells a buyer, in the words DSCSA uses.

Read from the very bytes that leave, so that the paper says what the file says: the transaction
information (FDCA 581(26)) and the transaction statement (581(27)).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from packtrail import epcis, gs1
from packtrail.epcis.events import AggregationEvent, Event, ObjectEvent
from packtrail.reporting.assembling import gln_of
from packtrail.reporting.histories import COMMISSIONING
from packtrail.reporting.transactions import GS1_US, LOCATION_ATTRIBUTES

if TYPE_CHECKING:
    from packtrail.epcis.events import EpcisDocument
    from packtrail.reporting.material import ItemKey

_STATEMENT: Final = f"{GS1_US}dscsaTransactionStatement"
_NOTICE: Final = f"{GS1_US}legalNotice"
_AFFIRMS: Final = f"{GS1_US}affirmTransactionStatement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A party or place as it is printed."""

    gln: str = ""
    lines: tuple[str, ...] = ()
    """Name first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ware:
    """Packs of one lot of a product."""

    gtin: str
    lot: str
    expires: str
    """`YYYY-MM-DD`; day 00 is the end of the month."""
    facts: Mapping[str, str]
    """Attribute of master data -> value: `strengthDescription`."""
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A container and how much is directly in it."""

    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What one file tells of one change of ownership."""

    seller: Address
    buyer: Address
    ships_from: Address
    ships_to: Address
    shipped_at: datetime
    offset: str
    papers: tuple[tuple[str, str], ...]
    """(Kind of document, its number): purchase order, despatch advice."""
    wares: tuple[Ware, ...]
    shipped: tuple[str, ...]
    """What was handed over: pallets, cases or packs, as they are printed."""
    containers: tuple[Packed, ...]
    statement: str
    is_affirmed: bool

    @property
    def pack_count(self) -> int:
        """Packs of all lots."""
        return sum(len(ware.serials) for ware in self.wares)


def transaction_of(document: EpcisDocument) -> Transaction | None:
    """Return what a document tells, None where it ships nothing."""
    shipping = next(_shippings(reversed(document.events)), None)
    if shipping is None:
        return None
    places, items = _known(document)
    givers = {each.type: each.source for each in shipping.sources}
    takers = {each.type: each.destination for each in shipping.destinations}
    statement: Any = document.extensions.get(_STATEMENT, {})
    return Transaction(
        seller=_address(givers.get("owning_party", ""), places),
        buyer=_address(takers.get("owning_party", ""), places),
        ships_from=_address(givers.get("location", ""), places),
        ships_to=_address(takers.get("location", ""), places),
        shipped_at=shipping.event_time,
        offset=shipping.event_time_zone_offset,
        papers=tuple(
            (each.type or "", each.biz_transaction.rpartition(":")[2])
            for each in shipping.biz_transactions
        ),
        wares=tuple(_wares(document.events, items)),
        shipped=tuple(map(_label, shipping.epcs)),
        containers=tuple(_containers(document.events)),
        statement=str(statement.get(_NOTICE, "")) if isinstance(statement, Mapping) else "",
        is_affirmed=isinstance(statement, Mapping) and str(statement.get(_AFFIRMS)) == "true",
    )


def _shippings(events: Iterable[Event]) -> Iterator[ObjectEvent]:
    for event in events:
        if isinstance(event, ObjectEvent) and event.biz_step == "shipping":
            yield event


def _known(
    document: EpcisDocument,
) -> tuple[dict[str, Mapping[str, str]], dict[str, Mapping[str, str]]]:
    """Return the master data of places by identifier, and of trade items by GTIN."""
    places: dict[str, Mapping[str, str]] = {}
    items: dict[str, Mapping[str, str]] = {}
    for vocabulary in document.vocabularies:
        for element in vocabulary.elements:
            facts = {name.rpartition("#")[2]: str(v) for name, v in element.attributes.items()}
            class_key = gs1.identify([element.id])[0][0]
            if class_key.startswith("gtin/"):
                items[class_key.removeprefix("gtin/")] = facts
            else:
                places[element.id] = facts
    return places, items


def _address(identifier: str, places: Mapping[str, Mapping[str, str]]) -> Address:
    facts = places.get(identifier, {})
    name, street, more, city, state, postcode, country = (
        facts.get(each, "") for each in LOCATION_ATTRIBUTES
    )
    town = " ".join(filter(None, (f"{city}," if city and state else city, state, postcode)))
    lines = tuple(filter(None, (name, street, more, town, country)))
    return Address(gln=gln_of(identifier) if identifier else "", lines=lines or (identifier,))


def _wares(events: tuple[Event, ...], items: Mapping[str, Mapping[str, str]]) -> Iterator[Ware]:
    """Yield the packs that were made, by product and lot."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for event in events:
        if isinstance(event, ObjectEvent) and event.biz_step == COMMISSIONING:
            lot = str(event.ilmd.get(epcis.LOT_NUMBER, ""))
            expires = str(event.ilmd.get(epcis.ITEM_EXPIRATION_DATE, ""))
            for class_key, serial in gs1.identify(event.epcs):
                if class_key.startswith("sgtin/0"):
                    gtin = class_key.removeprefix("sgtin/")
                    found.setdefault((gtin, lot, expires), []).append(serial)
    for (gtin, lot, expires), serials in found.items():
        yield Ware(
            gtin=gtin,
            lot=lot,
            expires=expires,
            facts=items.get(gtin, {}),
            serials=tuple(sorted(serials)),
        )


def _containers(events: tuple[Event, ...]) -> Iterator[Packed]:
    counts: dict[ItemKey, tuple[str, int]] = {}
    for event in events:
        if isinstance(event, AggregationEvent) and event.action == "ADD" and event.parent_id:
            key = gs1.identify([event.parent_id])[0]
            label, count = counts.get(key, (_label(event.parent_id), 0))
            counts[key] = (label, count + len(event.child_epcs))
    yield from (Packed(label=label, count=count) for label, count in counts.values())


def _label(identifier: str) -> str:
    key, _ = gs1.check_epc_uri(identifier)
    return key.hri() if key is not None else identifier
