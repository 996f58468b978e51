"""Material: what a report can tell, as values that forms name by path.

    report   number, file_no, made_at, when, offset, happening, reason
    sender, receiver, origin, goal          parties and places, with their facts
    fact     facts of the report, the receiver and the form
    paper    number, day, order             of the shipment
    items, batches, units, tops, holders, acts, packings      lists
    item, batch, unit, top, holder, act ...                   a member of one

`unit.item.strength` goes from value to value; what is no field is looked up among the facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any

from packtrail.epcis.events import Event

ItemKey = tuple[str, str]
"""What the store knows an object by: (class key, item key)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A party or place."""

    identifier: str = ""
    gln: str = ""
    name: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketEntry:
    """What is said of a trade item in one market."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    wholesalers: tuple[Place, ...] = ()
    """Those the holder has designated."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Item:
    """A trade item, from master data and facts."""

    gtin: str
    name: str = ""
    version: str = ""
    """Of its product data, as the receiver has acknowledged it last."""
    facts: Mapping[str, str] = field(default_factory=dict)
    markets: tuple[MarketEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unit:
    """One serialised pack."""

    key: ItemKey
    identifier: str
    """EPC URI where the company prefix is known, else Digital Link."""
    item: Item
    serial: str
    lot: str = ""
    expires: date | None = None
    made: date | None = None
    code: str = ""
    """As it is scanned, with what others added to it: key and signature."""

    @property
    def gtin(self) -> str:
        """Its GTIN, 14 digits."""
        return self.item.gtin

    @property
    def sgtin(self) -> str:
        """GTIN and serial number without anything between them."""
        return f"{self.item.gtin}{self.serial}"

    @property
    def element_string(self) -> str:
        """(01) and (21) as they are scanned, without brackets."""
        return f"01{self.item.gtin}21{self.serial}"

    @property
    def is_pack(self) -> bool:
        """True: it is no container."""
        return True

    @property
    def is_logistic(self) -> bool:
        """False: it bears no SSCC."""
        return False


@dataclass(frozen=True, slots=True)
class Link:
    """One thing directly in a container."""

    parent: Holder
    part: Unit | Holder

    @property
    def code(self) -> str:
        """The part as it is scanned: the element string of a pack, the SSCC of a container."""
        return self.part.element_string if isinstance(self.part, Unit) else self.part.sscc


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holder:
    """A container: a case, a pallet."""

    key: ItemKey
    identifier: str
    sscc: str = ""
    """18 digits; empty where it bears a GTIN with a serial number."""
    gtin: str = ""
    serial: str = ""
    parts: tuple[Unit | Holder, ...] = ()
    when: datetime | None = None
    """When it was packed, where one event tells."""

    @property
    def is_pack(self) -> bool:
        """False: it is a container."""
        return False

    @property
    def is_logistic(self) -> bool:
        """Whether it bears an SSCC."""
        return bool(self.sscc)

    @property
    def holders(self) -> tuple[Holder, ...]:
        """Containers directly in it."""
        return tuple(each for each in self.parts if isinstance(each, Holder))

    @property
    def packs(self) -> tuple[Unit, ...]:
        """Packs directly in it."""
        return tuple(each for each in self.parts if isinstance(each, Unit))

    @property
    def units(self) -> tuple[Unit, ...]:
        """All packs in it, at every level."""
        return tuple(unit for unit in units_in(self.parts))

    @property
    def batches(self) -> tuple[Batch, ...]:
        """The packs directly in it, by lot."""
        return batches_of(self.packs)

    @property
    def contents(self) -> tuple[Batch, ...]:
        """All packs in it, by lot."""
        return batches_of(self.units)

    @property
    def links(self) -> tuple[Link, ...]:
        """What is directly in it, each with it."""
        return tuple(Link(self, each) for each in self.parts)

    @property
    def has_packs_only(self) -> bool:
        """Whether nothing but packs is directly in it."""
        return not self.holders

    @property
    def item(self) -> Item | None:
        """The trade item in it; of several the first."""
        return next((unit.item for unit in units_in(self.parts)), None)

    @property
    def sgtin(self) -> str:
        """GTIN and serial number, where it bears them."""
        return f"{self.gtin}{self.serial}"

    @property
    def level(self) -> str:
        """`case`, or `pallet` where it holds containers."""
        return "pallet" if self.holders else "case"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Packs of one lot."""

    item: Item
    lot: str
    expires: date | None = None
    made: date | None = None
    units: tuple[Unit, ...] = ()

    @property
    def gtin(self) -> str:
        """GTIN of the trade item."""
        return self.item.gtin

    @property
    def count(self) -> str:
        """How many packs."""
        return str(len(self.units))


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One object in one event, as a row of a table."""

    number: str
    step: str
    """Business step: `commissioning`, `packing`."""
    when: datetime
    offset: str
    read_point: Place
    location: Place
    epc: str
    parent: str = ""
    unit: Unit | None = None
    """The pack, where it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The business documents of a shipment."""

    number: str = ""
    """Of the despatch advice; else of the purchase order, the invoice, the return."""
    day: date | None = None
    order: str = ""
    """Number of the purchase order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The report itself."""

    number: str
    """Unique for the sender; the same when the same report is sent again."""
    made_at: datetime
    when: datetime
    """When what is told happened; of several events the last."""
    offset: str = "+00:00"
    happening: str = ""
    reason: str = ""
    file_no: str = "1"

    @property
    def day(self) -> date:
        """The local day on which it happened."""
        return self.when.date()

    @property
    def made_on(self) -> date:
        """The day on which it is made."""
        return self.made_at.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything a report can tell."""

    report: About
    sender: Place
    receiver: Place
    origin: Place = Place()
    """Where goods leave or are."""
    goal: Place = Place()
    """Where they shall arrive."""
    fact: Mapping[str, str] = field(default_factory=dict)
    paper: Paper = Paper()
    items: tuple[Item, ...] = ()
    batches: tuple[Batch, ...] = ()
    units: tuple[Unit, ...] = ()
    tops: tuple[Unit | Holder, ...] = ()
    """What is shipped, received or handled as a whole, outermost first."""
    packings: tuple[Holder, ...] = ()
    """Containers that were packed or unpacked, each with what was put in or taken out."""
    acts: tuple[Act, ...] = ()
    events: tuple[Event, ...] = ()
    history: tuple[Event, ...] = ()
    """Events that made and packed what is shipped, reduced to it."""
    known_items: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """First 13 digits of a GTIN, of every packing level -> facts."""
    known_places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """GLN -> facts, the name among them."""

    @property
    def handled(self) -> tuple[Unit | Holder, ...]:
        """What is handled as a whole, for those who know containers by SSCC only.

        Cases that bear a GTIN are opened: what is in them stands in their place.
        """
        return tuple(_opened(self.tops))

    @property
    def holders(self) -> tuple[Holder, ...]:
        """All containers of what is handled, the outer ones first."""
        return tuple(holders_in(self.tops))

    @property
    def boxes(self) -> tuple[Holder, ...]:
        """Containers that are handled as a whole."""
        return tuple(each for each in self.handled if isinstance(each, Holder))

    @property
    def loose(self) -> tuple[Batch, ...]:
        """Packs that are handled outside of any container, by lot."""
        return batches_of(tuple(each for each in self.handled if isinstance(each, Unit)))

    @property
    def contents(self) -> tuple[Batch, ...]:
        """All packs that are handled, by lot."""
        return batches_of(tuple(units_in(self.tops)))

    @property
    def links(self) -> tuple[Link, ...]:
        """What was packed, each with its container."""
        return tuple(link for packing in self.packings for link in packing.links)

    @property
    def item(self) -> Item | None:
        """The only trade item, where there is one."""
        return self.items[0] if len(self.items) == 1 else None

    @property
    def batch(self) -> Batch | None:
        """The only lot, where there is one."""
        return self.batches[0] if len(self.batches) == 1 else None

    @property
    def packing(self) -> Holder | None:
        """The only packing, where there is one."""
        return self.packings[0] if len(self.packings) == 1 else None

    @property
    def packings_of_packs(self) -> tuple[Holder, ...]:
        """Packings of nothing but packs."""
        return tuple(each for each in self.packings if each.has_packs_only)

    @property
    def packings_of_units(self) -> tuple[Holder, ...]:
        """Packings of containers."""
        return tuple(each for each in self.packings if not each.has_packs_only)


def units_in(parts: tuple[Unit | Holder, ...]) -> Iterator[Unit]:
    """Yield all packs, at every level, in order."""
    for each in parts:
        if isinstance(each, Unit):
            yield each
        else:
            yield from units_in(each.parts)


def holders_in(parts: tuple[Unit | Holder, ...]) -> Iterator[Holder]:
    """Yield all containers, the outer ones first."""
    for each in parts:
        if isinstance(each, Holder):
            yield each
            yield from holders_in(each.parts)


def _opened(parts: tuple[Unit | Holder, ...]) -> Iterator[Unit | Holder]:
    for each in parts:
        if isinstance(each, Holder) and not each.sscc:
            yield from _opened(each.parts)
        else:
            yield each


def batches_of(units: tuple[Unit, ...]) -> tuple[Batch, ...]:
    """Return packs by trade item and lot, in order of first appearance."""
    sorted_in: dict[tuple[str, str], list[Unit]] = {}
    for unit in units:
        sorted_in.setdefault((unit.gtin, unit.lot), []).append(unit)
    return tuple(
        Batch(
            item=some[0].item,
            lot=lot,
            expires=some[0].expires,
            made=some[0].made,
            units=tuple(some),
        )
        for (_, lot), some in sorted_in.items()
    )


def look_up(value: Any, name: str) -> Any:
    """Return a field or property of a value, a fact of it, or None where it has neither."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return value.get(name)
    if name in names_of(type(value)):
        return getattr(value, name)
    return getattr(value, "facts", {}).get(name)


def names_of(kind: type[Any]) -> frozenset[str]:
    """Return what paths may name of a value of ours."""
    if kind not in _NAMES:
        own = {each.name for each in fields(kind)} if is_dataclass(kind) else set()
        told = {name for name, value in vars(kind).items() if isinstance(value, property)}
        _NAMES[kind] = frozenset(own | told)
    return _NAMES[kind]


_NAMES: dict[type[Any], frozenset[str]] = {}


def scope_of(material: Material) -> dict[str, Any]:
    """Return what paths of a form may begin with."""
    return {name: getattr(material, name) for name in names_of(Material)}


def part_of(material: Material, **lists: tuple[Any, ...]) -> Material:
    """Return a material with some of its lists shortened: one file of several."""
    changes: dict[str, Any] = dict(lists)
    return replace(material, **changes)
