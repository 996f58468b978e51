"""The parts of an explanation: parties, deliveries, products, hierarchy and timeline of a document.

Counts are of serial numbers; products and places carry the names that the document's own master
data gives them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from packtrail.base.amounts import plural
from packtrail.base.findings import Severity
from packtrail.epcis import events
from packtrail.epcis.profiles.subject import attributes_of, gln_of, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from packtrail.epcis.events import EpcisDocument
    from packtrail.epcis.ledger import Entry, Identity, Ledger, Shipment
    from packtrail.epcis.profiles.subject import Subject

CHILDREN_MAX = 24
"""Children of a container that a hierarchy names; the rest is counted."""
ROOTS_MAX = 24
NODES_MAX = 2_000
MOMENTS_MAX = 500


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing told in words."""

    kind: str
    """What it is about, for whoever draws it: `delivery`, `gaps`, `packed_twice`, ..."""
    text: str
    severity: Severity | None = None
    """How much it weighs, where it says that something is amiss."""
    at: str = ""
    """Place in the document."""


@dataclass(frozen=True, slots=True)
class Who:
    """A party or place, by name where the document gives one."""

    identifier: str
    name: str = ""
    gln: str = ""
    town: str = ""

    @property
    def label(self) -> str:
        """Return what to call it."""
        return self.name or (f"GLN {self.gln}" if self.gln else self.identifier)


@dataclass(frozen=True, slots=True)
class Count:
    """How many objects of one kind."""

    kind: str
    """`logistic unit`, `case`, `pack` or `object`."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One shipping event: who sends what to whom."""

    at: datetime
    seller: Who | None
    buyer: Who | None
    ship_from: Who | None
    ship_to: Who | None
    levels: tuple[tuple[Count, ...], ...]
    """What is shipped, level by level from the outside."""
    amounts: str
    """What is shipped by lot or product without serial numbers, in words."""
    papers: tuple[tuple[str, str], ...]
    """(type, number) of the business transactions."""
    place: str
    """Where in the document the event stands."""

    @property
    def totals(self) -> tuple[Count, ...]:
        """Return how many objects of each kind are shipped."""
        found: dict[str, int] = defaultdict(int)
        for level in self.levels:
            for one in level:
                found[one.kind] += one.count
        return tuple(Count(kind, count) for kind, count in found.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A lot of a product."""

    lot: str
    expires: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A trade item the document commissions."""

    gtin: str
    name: str
    kind: str
    count: int
    lots: tuple[Lot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A container or pack, with what is in it."""

    identifier: str
    kind: str
    name: str
    """Name of the product, if it is one and has one."""
    inside: tuple[Count, ...]
    """Everything in it, at any depth."""
    children: tuple[Node, ...]
    more: int
    """Children that are not named here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Events of one kind at one place that follow one another."""

    begins: datetime
    ends: datetime
    step: str
    where: Who | None
    event_count: int
    text: str
    place: str
    """Where in the document the first of them stands."""


class Names:
    """What the document's master data calls its products and places."""

    __slots__ = ("_master_data", "ledger")

    def __init__(self, subject: Subject) -> None:
        self._master_data = subject.master_data
        self.ledger = subject.ledger

    def _attributes(self, key: str) -> Mapping[str, object]:
        element = self._master_data.get(key)
        return attributes_of(element) if element else {}

    def who(self, identifier: str) -> Who:
        """Return a party or place with its name."""
        found = self._attributes(key_of(identifier))
        town = ", ".join(
            str(found[one]) for one in ("city", "state", "countryCode") if one in found
        )
        return Who(identifier, str(found.get("name", "")), gln_of(identifier) or "", town)

    def product(self, gtin: str) -> str:
        """Return the name of a product; '' where the document has none."""
        found = self._attributes(f"gtin/{gtin}")
        names = (
            "regulatedProductName",
            "descriptionShort",
            "functionalName",
            "tradeItemDescription",
        )
        name = next((str(found[one]) for one in names if found.get(one)), "")
        strength = found.get("strengthDescription")
        return f"{name} {strength}" if name and strength else name

    def kind(self, one: Identity) -> str:
        """Return what an object is: its key tells, and whether something is in it."""
        family, _, number = one[0].partition("/")
        if family == "sscc":
            return "logistic unit"
        if family != "sgtin":
            return "object"
        is_container = bool(self.ledger.children.get(one)) or number[:1] not in ("0", "")
        return "case" if is_container else "pack"

    def counts(self, objects: Iterable[Identity]) -> tuple[Count, ...]:
        """Return how many objects there are of each kind."""
        found: dict[str, int] = defaultdict(int)
        for one in objects:
            found[self.kind(one)] += 1
        return tuple(Count(kind, count) for kind, count in found.items())


# --- deliveries -----------------------------------------------------------------------------------


def deliveries(book: Ledger, names: Names) -> tuple[Delivery, ...]:
    """Return the shipments of a document."""
    return tuple(_delivery(one, names) for one in book.shipments)


def _delivery(shipment: Shipment, names: Names) -> Delivery:
    event = shipment.entry.event
    sources = {one.type: names.who(one.source) for one in event.sources}
    destinations = {one.type: names.who(one.destination) for one in event.destinations}
    return Delivery(
        at=event.event_time,
        seller=sources.get("owning_party") or sources.get("possessing_party"),
        buyer=destinations.get("owning_party") or destinations.get("possessing_party"),
        ship_from=sources.get("location")
        or (names.who(event.read_point.id) if event.read_point else None),
        ship_to=destinations.get("location"),
        levels=tuple(names.counts(level) for level in shipment.levels),
        amounts=_amounts(_quantities(event)),
        papers=tuple(
            (one.type or "document", one.biz_transaction.rpartition(":")[2])
            for one in event.biz_transactions
        ),
        place=shipment.entry.place,
    )


def counted(counts: Sequence[Count]) -> str:
    """Return counts in words."""
    return " and ".join(plural(one.count, one.kind) for one in counts) or "nothing"


# --- products -------------------------------------------------------------------------------------


def products(book: Ledger, names: Names) -> tuple[Product, ...]:
    """Return the trade items that the document commissions, with their lots."""
    counts: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    example: dict[str, Identity] = {}
    for one, entry in book.born.items():
        family, _, gtin = one[0].partition("/")
        if family == "sgtin":
            example.setdefault(gtin, one)
            counts[gtin][_lot_of(entry.event)] += 1
    return tuple(
        Product(
            gtin=gtin,
            name=names.product(gtin),
            kind=names.kind(example[gtin]),
            count=sum(lots.values()),
            lots=tuple(Lot(lot=key[0], expires=key[1], count=n) for key, n in lots.items()),
        )
        for gtin, lots in counts.items()
    )


def _lot_of(event: events.Event) -> tuple[str, str]:
    ilmd = getattr(event, "ilmd", {})

    def text(name: str) -> str:
        return str(ilmd.get(name) or ilmd.get(name.rpartition("}")[2]) or "")

    return text(events.LOT_NUMBER), text(events.ITEM_EXPIRATION_DATE)


# --- hierarchy ------------------------------------------------------------------------------------


def hierarchy(book: Ledger, names: Names) -> tuple[tuple[Node, ...], int]:
    """Return the outermost containers with what is in them, and how many more there are.

    What is packed in nothing is left out; at most `NODES_MAX` objects are named in all.
    """
    roots = [one for one, held in book.children.items() if held and one not in book.parent]
    budget = [NODES_MAX]
    nodes = tuple(_node(one, names, budget, 0) for one in roots[:ROOTS_MAX])
    return nodes, len(roots) - len(nodes)


def _node(one: Identity, names: Names, budget: list[int], depth: int) -> Node:
    book = names.ledger
    held = list(book.children.get(one, ()))
    budget[0] -= 1
    named = held[:CHILDREN_MAX] if budget[0] > 0 and depth < 8 else []
    family, _, number = one[0].partition("/")
    return Node(
        identifier=book.names[one],
        kind=names.kind(one),
        name=names.product(number) if family == "sgtin" else "",
        inside=names.counts(inner for level in book.below([one])[1:] for inner in level),
        children=tuple(_node(child, names, budget, depth + 1) for child in named),
        more=len(held) - len(named),
    )


# --- timeline -------------------------------------------------------------------------------------


def timeline(book: Ledger, names: Names) -> tuple[Moment, ...]:
    """Return the events in order of time, those of one kind at one place taken together."""
    grouped = groupby(book.entries, key=lambda entry: (_step(entry.event), _where(entry.event)))
    moments = []
    for (step, where), entries in grouped:
        moments.append(_moment(step, where, list(entries), names))
        if len(moments) == MOMENTS_MAX:
            break
    return tuple(moments)


def _step(event: events.Event) -> str:
    return event.biz_step or (
        event.type if isinstance(event, events.ExtensionEvent) else type(event).__name__
    )


def _in_words(step: str) -> str:
    """Return a business step, or a type of event, as words: the last part of a URI."""
    last = re.split(r"[/#:}]", step)[-1] or step
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last)
    return re.sub(r"[_\-]+", " ", parted).strip().capitalize()


def _where(event: events.Event) -> str | None:
    place = event.biz_location or event.read_point
    return place.id if place else None


def _moment(step: str, where: str | None, entries: list[Entry], names: Names) -> Moment:
    who = names.who(where) if where else None
    text = f"{_in_words(step)}: {_what(entries)}"
    return Moment(
        begins=entries[0].event.event_time,
        ends=entries[-1].event.event_time,
        step=step,
        where=who,
        event_count=len(entries),
        text=f"{text} at {who.label}." if who else f"{text}.",
        place=entries[0].place,
    )


def _what(entries: list[Entry]) -> str:
    told = [entry.event for entry in entries]
    count = sum(map(_object_count, told))
    amounts = _amounts([one for event in told for one in _quantities(event)])
    parents = {parent for event in told if (parent := getattr(event, "parent_id", None))}
    objects = plural(count, "serial number") if count or not (amounts or parents) else ""
    things = " and ".join(filter(None, (objects, amounts)))
    containers = plural(len(parents), "container") if parents else ""
    return " in ".join(filter(None, (things, containers)))


def _object_count(event: events.Event) -> int:
    lists = ("epcs", "child_epcs", "input_epcs", "output_epcs")
    return sum(len(getattr(event, name, ())) for name in lists)


def _quantities(event: events.Event) -> list[events.QuantityElement]:
    lists = ("quantities", "child_quantities", "input_quantities", "output_quantities")
    return [one for name in lists for one in getattr(event, name, ())]


def _amounts(quantities: Sequence[events.QuantityElement]) -> str:
    """Return quantities in words: how much in all, unit by unit, and of how many classes."""
    if not quantities:
        return ""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in quantities:
        if one.quantity is not None:
            sums[one.uom or ""] += one.quantity
    parts = [
        f"{amount.normalize():,f} {unit or ('item' if amount == 1 else 'items')}"
        for unit, amount in sums.items()
    ]
    classes = plural(
        len({one.epc_class for one in quantities}), "lot or product", "lots or products"
    )
    return f"{', '.join(parts)} of {classes}" if parts else classes


# --- summary --------------------------------------------------------------------------------------


def summary(
    document: EpcisDocument,
    book: Ledger,
    sent: Sequence[Delivery],
    made: Sequence[Product],
) -> tuple[Sentence, ...]:
    """Return the story in a few sentences."""
    return tuple(_summary(document, book, sent, made))


def _summary(
    document: EpcisDocument, book: Ledger, sent: Sequence[Delivery], made: Sequence[Product]
) -> Iterator[Sentence]:
    for one in sent[:10]:
        yield Sentence("delivery", _delivery_text(one), at=one.place)
    if len(sent) > 10:
        yield Sentence("delivery", f"There are {len(sent) - 10} more shipments.")
    for product in made[:10]:
        yield Sentence("product", _product_text(product))
    if len(made) > 10:
        yield Sentence("product", f"There are {len(made) - 10} more products.")
    events_text = plural(len(document.events), "event")
    if book.entries:
        first, last = book.entries[0].event.event_time, book.entries[-1].event.event_time
        when = (
            f"from {first.date()} to {last.date()}"
            if first.date() != last.date()
            else (f"of {first.date()}")
        )
        elements = sum(len(one.elements) for one in document.vocabularies)
        data = f" and {plural(elements, 'entry', 'entries')} of master data" if elements else ""
        text = f"The file is EPCIS {document.schema_version} and holds {events_text} {when}{data}."
    else:
        text = f"The file is EPCIS {document.schema_version} and holds {events_text}."
    yield Sentence("file", text)
    if book.withdrawn:
        is_one = len(book.withdrawn) == 1
        text = f"{len(book.withdrawn):,} of the events {'does' if is_one else 'do'} not count: "
        text += f"an error declaration takes {'it' if is_one else 'them'} back."
        yield Sentence("withdrawn", text)


def _delivery_text(one: Delivery) -> str:
    seller = one.seller.label if one.seller else "An unnamed party"
    buyer = one.buyer.label if one.buyer else "an unnamed party"
    serialised = " holding ".join(counted(level) for level in one.levels if level)
    load = " and ".join(filter(None, (serialised, one.amounts))) or "nothing"
    papers = ", ".join(f"{kind} {number}" for kind, number in one.papers)
    via = f" to {one.ship_to.label}" if one.ship_to and one.ship_to != one.buyer else ""
    start = f" from {one.ship_from.label}" if one.ship_from else ""
    text = f"{seller} ships {load} to {buyer} on {one.at.date()}"
    route = f", {start.strip()}{via}" if start or via else ""
    return f"{text}{route}{f' ({papers})' if papers else ''}."


def _product_text(one: Product) -> str:
    name = f"{one.name}, GTIN {one.gtin}" if one.name else f"GTIN {one.gtin}"
    lots = [lot for lot in one.lots if lot.lot]
    if not lots:
        told = "no lot is told"
    elif len(lots) <= 3:
        told = ", ".join(
            f"lot {lot.lot}" + (f" expiring {lot.expires}" if lot.expires else "") for lot in lots
        )
    else:
        told = plural(len(lots), "lot")
    return f"{plural(one.count, one.kind)} of {name}, {told}."
