"""Assembling: from events, and what is known of the objects they name, to the material of a report.

What is known is handed in (`Sources`): lots and dates of packs, what containers hold, master data.
Objects are compared by identity, so that a URN and a Digital Link of one pack are one pack.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from packtrail import gs1
from packtrail.epcis.events import (
    AggregationEvent,
    Event,
    ObjectEvent,
    TransformationEvent,
)
from packtrail.hierarchy.containment import DEPTH_MAX
from packtrail.reporting.histories import history_of
from packtrail.reporting.material import (
    About,
    Act,
    Batch,
    Holder,
    Item,
    ItemKey,
    MarketEntry,
    Material,
    Paper,
    Place,
    Unit,
    batches_of,
    holders_in,
    units_in,
)

if TYPE_CHECKING:
    from packtrail.reporting.forms import Form

_PAPERS: Final = ("desadv", "inv", "po", "rma", "recadv", "bol")
"""Business documents by which a shipment is named, the best first."""
_NUMBER: Final = re.compile(r"[^:/#]*$")
MARKET_FACT: Final = re.compile(r"([A-Z]{2})\.(.+)")
"""Facts of one market: `DE.national_code`."""
_LOT_CLASS: Final = "lgtin/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """What the commissioning of a pack says of it."""

    lot: str = ""
    expires: str = ""
    """`YYYY-MM-DD`; day 00 is the end of the month."""
    made: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What master data and facts say of one thing."""

    name: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a report is made of."""

    events: tuple[Event, ...]
    """Those it tells of, in order."""
    births: Mapping[ItemKey, Birth] = field(default_factory=dict)
    inside: Mapping[ItemKey, tuple[str, ...]] = field(default_factory=dict)
    """Container -> identifiers of what was directly in it when the last event happened."""
    names: Mapping[ItemKey, str] = field(default_factory=dict)
    """Object -> its EPC URI, where the company prefix is known."""
    codes: Mapping[ItemKey, str] = field(default_factory=dict)
    """Pack -> its code with what the operator added to it."""
    items: Mapping[str, Known] = field(default_factory=dict)
    """By GTIN."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """GTIN -> version of its product data at the receiver."""
    places: Mapping[str, Known] = field(default_factory=dict)
    """By GLN."""
    history: tuple[Event, ...] = ()
    """Events that name what is shipped, or what is in it; more than are needed do no harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the report itself is."""

    number: str
    made_at: datetime
    happening: str
    sender: str
    """GLN of the organisation."""
    receiver: str = ""
    """GLN of a partner; empty for an authority without one."""
    facts: Mapping[str, str] = field(default_factory=dict)
    subject_gtin: str = ""
    subject_lot: str = ""
    reason: str = ""


def assemble(form: Form, heading: Heading, sources: Sources) -> Material:
    """Return the material of a report."""
    return _Assembly(form, heading, sources).material()


class _Assembly:
    def __init__(self, form: Form, heading: Heading, sources: Sources) -> None:
        self._form, self._heading, self._sources = form, heading, sources
        self._items: dict[str, Item] = {}
        self._nodes: dict[ItemKey, Unit | Holder] = {}

    def material(self) -> Material:
        sources, heading = self._sources, self._heading
        tops = tuple(dict.fromkeys(self._tops()))
        packings = tuple(self._packings())
        units = self._units(tops, packings)
        batches = batches_of(units) or tuple(self._named_lots())
        source, goal = self._ways()
        last = max(sources.events, key=lambda each: each.event_time, default=None)
        return Material(
            report=_about(heading, last),
            sender=self.place(heading.sender),
            receiver=self.place(heading.receiver or source.get("to_party", "")),
            origin=self.place(source.get("from", "")),
            goal=self.place(goal),
            fact={**self._form.defaults, **heading.facts},
            paper=_paper(sources.events),
            items=self._all_items(batches),
            batches=batches,
            units=units,
            tops=tops,
            packings=packings,
            acts=tuple(self._acts()),
            events=sources.events,
            history=history_of(tops, sources.history).events if sources.history else (),
            known_items=self._known_items(tops),
            known_places={
                gln: {**known.facts, "name": known.name} for gln, known in sources.places.items()
            },
        )

    def _known_items(self, tops: tuple[Unit | Holder, ...]) -> dict[str, Mapping[str, str]]:
        """Return facts by the number of the item; a case without any has those of its contents."""
        found = {gtin[:13]: _facts(known) for gtin, known in self._sources.items.items()}
        for holder in holders_in(tops):
            inside = holder.item
            if holder.gtin and inside and not found.get(holder.gtin[:13]):
                found[holder.gtin[:13]] = found.get(inside.gtin[:13], {})
        return found

    # --- objects ----------------------------------------------------------------------------------

    def _tops(self) -> Iterator[Unit | Holder]:
        for event in self._sources.events:
            if isinstance(event, ObjectEvent):
                yield from self._several(event.epcs)
            elif isinstance(event, TransformationEvent):
                yield from self._several(event.output_epcs)

    def _several(self, identifiers: Iterable[str]) -> Iterator[Unit | Holder]:
        texts = list(identifiers)
        for text, key in zip(texts, gs1.identify(texts), strict=True):
            yield self.node(key, text)

    def node(self, key: ItemKey, text: str, depth: int = 0) -> Unit | Holder:
        """Return the pack or container of an identity, with all that is in it."""
        if key not in self._nodes:
            self._nodes[key] = self._made(key, text, depth)
        return self._nodes[key]

    def _made(self, key: ItemKey, text: str, depth: int) -> Unit | Holder:
        class_key, serial = key
        name = self._sources.names.get(key, text)
        gtin = class_key.removeprefix("sgtin/")[:14] if class_key.startswith("sgtin/") else ""
        inside = self._sources.inside.get(key, ())
        if gtin.startswith("0") and not inside:
            return self._unit(key, name, gtin)
        parts: tuple[Unit | Holder, ...] = ()
        if depth < DEPTH_MAX:
            keys = gs1.identify(inside)
            parts = tuple(
                self.node(child, each, depth + 1) for child, each in zip(keys, inside, strict=True)
            )
        sscc = serial if class_key.startswith("sscc/") else ""
        return Holder(
            key=key,
            identifier=name,
            sscc=sscc,
            gtin=gtin,
            serial="" if sscc else serial,
            parts=parts,
        )

    def _unit(self, key: ItemKey, name: str, gtin: str) -> Unit:
        birth = self._sources.births.get(key, Birth())
        return Unit(
            key=key,
            identifier=name,
            item=self.item(gtin),
            serial=key[1],
            lot=birth.lot,
            expires=day_of(birth.expires),
            made=day_of(birth.made),
            code=self._sources.codes.get(key, ""),
        )

    def _packings(self) -> Iterator[Holder]:
        for event in self._sources.events:
            if isinstance(event, AggregationEvent) and event.parent_id:
                parts = tuple(self._several(event.child_epcs))
                (key,) = gs1.identify([event.parent_id])
                class_key, serial = key
                is_sscc = class_key.startswith("sscc/")
                gtin = "" if is_sscc else class_key.removeprefix("sgtin/")[:14]
                yield Holder(
                    key=key,
                    identifier=self._sources.names.get(key, event.parent_id),
                    sscc=serial if is_sscc else "",
                    gtin=gtin,
                    serial="" if is_sscc else serial,
                    parts=parts,
                    when=local_time(event),
                )

    def _units(
        self, tops: tuple[Unit | Holder, ...], packings: tuple[Holder, ...]
    ) -> tuple[Unit, ...]:
        """Return the packs that the report is about, each once."""
        heading = self._heading
        found = dict.fromkeys(units_in(tops) if tops else units_in(tuple(packings)))
        return tuple(
            unit
            for unit in found
            if (not heading.subject_gtin or unit.gtin == heading.subject_gtin)
            and (not heading.subject_lot or unit.lot == heading.subject_lot)
        )

    def _named_lots(self) -> Iterator[Batch]:
        """Yield lots that events name as a class, without packs: a recall does."""
        heading = self._heading
        named = {
            key: None
            for event in self._sources.events
            if isinstance(event, ObjectEvent)
            for key in gs1.identify([each.epc_class for each in event.quantities])
            if key[0].startswith(_LOT_CLASS)
        }
        if not named and heading.subject_lot:
            named = {(f"{_LOT_CLASS}{heading.subject_gtin}", heading.subject_lot): None}
        for class_key, lot in named:
            yield Batch(
                item=self.item(class_key.removeprefix(_LOT_CLASS)),
                lot=lot,
                expires=day_of(heading.facts.get("expires", "")),
            )

    # --- trade items, places, papers --------------------------------------------------------------

    def item(self, gtin: str) -> Item:
        """Return a trade item with all that is known of it."""
        if gtin not in self._items:
            known = self._sources.items.get(gtin, Known())
            self._items[gtin] = Item(
                gtin=gtin,
                name=known.name,
                version=self._sources.versions.get(gtin, ""),
                facts=known.facts,
                markets=tuple(self._markets(known.facts)),
            )
        return self._items[gtin]

    def _markets(self, facts: Mapping[str, str]) -> Iterator[MarketEntry]:
        """Yield what facts such as `DE.national_code` say of markets, by code."""
        told: dict[str, dict[str, str]] = {}
        for name, value in facts.items():
            if match := MARKET_FACT.fullmatch(name):
                told.setdefault(match[1], {})[match[2]] = value
        for code in sorted(told):
            glns = re.findall(r"\d{13}", told[code].get("wholesalers", ""))
            yield MarketEntry(
                code=code, facts=told[code], wholesalers=tuple(self.place(gln) for gln in glns)
            )

    def _all_items(self, batches: tuple[Batch, ...]) -> tuple[Item, ...]:
        found = {batch.gtin: batch.item for batch in batches}
        if not found and self._heading.subject_gtin:
            found = {self._heading.subject_gtin: self.item(self._heading.subject_gtin)}
        return tuple(found.values())

    def place(self, identifier: str) -> Place:
        """Return a place or party by GLN or identifier, with all that is known of it."""
        gln = gln_of(identifier)
        known = self._sources.places.get(gln or identifier, Known())
        return Place(identifier=identifier, gln=gln, name=known.name, facts=known.facts)

    def _ways(self) -> tuple[dict[str, str], str]:
        """Return where goods come from and go to, as the last event that says it does."""
        found: dict[str, str] = {}
        goal = ""
        for event in self._sources.events:
            here = event.biz_location or event.read_point
            if here:
                found["from"] = here.id
            for each in event.sources:
                if each.type == "location":
                    found["from"] = each.source
            for party in event.destinations:
                if party.type == "location":
                    goal = party.destination
                elif party.type == "owning_party":
                    found["to_party"] = party.destination
        return found, goal

    def _acts(self) -> Iterator[Act]:
        number = 0
        for event in sorted(self._sources.events, key=lambda each: each.event_time):
            for epc, parent in _objects(event):
                number += 1
                yield self._act(number, event, epc, parent)

    def _act(self, number: int, event: Event, epc: str, parent: str) -> Act:
        (node,) = self._several([epc])
        over = self._sources.names.get(gs1.identify([parent])[0], parent) if parent else ""
        place = event.read_point or event.biz_location
        location = event.biz_location or event.read_point
        return Act(
            number=str(number),
            step=event.biz_step or "",
            when=local_time(event),
            offset=event.event_time_zone_offset,
            read_point=self.place(place.id if place else ""),
            location=self.place(location.id if location else ""),
            epc=node.identifier,
            parent=over,
            unit=node if isinstance(node, Unit) else None,
        )


def day_of(text: str) -> date | None:
    """Return a day as records tell it; day 00 is the last of the month.

    >>> day_of("2028-02-00")
    datetime.date(2028, 2, 29)
    """
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(T.*)?", text)
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None


def local_time(event: Event) -> datetime:
    """Return the time of an event with the offset that its place had."""
    sign = -1 if event.event_time_zone_offset.startswith("-") else 1
    hours, minutes = event.event_time_zone_offset[1:].split(":")
    offset = timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))
    return event.event_time.astimezone(offset)


def gln_of(identifier: str) -> str:
    """Return the GLN of a place or party, empty where its identifier tells none."""
    if re.fullmatch(r"\d{13}", identifier):
        return identifier
    ((class_key, item_key),) = gs1.identify([identifier])
    kind, _, number = class_key.partition("/")
    if kind == "sgln":
        return number
    return item_key if kind == "pgln" else ""


def objects_of(events: Iterable[Event]) -> Iterator[str]:
    """Yield the identifiers of all objects that events name, parents among them."""
    for event in events:
        for epc, parent in _objects(event):
            yield epc
            if parent:
                yield parent


def _objects(event: Event) -> Iterator[tuple[str, str]]:
    """Yield (object, parent) for each object of an event."""
    if isinstance(event, ObjectEvent):
        yield from ((epc, "") for epc in event.epcs)
    elif isinstance(event, AggregationEvent):
        yield from ((epc, event.parent_id or "") for epc in event.child_epcs)
    elif isinstance(event, TransformationEvent):
        yield from ((epc, "") for epc in event.output_epcs)


def _facts(known: Known) -> Mapping[str, str]:
    return {"regulatedProductName": known.name, **known.facts}


def _about(heading: Heading, last: Event | None) -> About:
    return About(
        number=heading.number,
        made_at=heading.made_at,
        when=local_time(last) if last else heading.made_at,
        offset=last.event_time_zone_offset if last else "+00:00",
        happening=heading.happening,
        reason=heading.reason,
    )


def _paper(events: Iterable[Event]) -> Paper:
    told: dict[str, str] = {}
    day: date | None = None
    for event in events:
        for each in event.biz_transactions:
            match = _NUMBER.search(each.biz_transaction)
            told.setdefault(each.type or "", match.group() if match else each.biz_transaction)
            day = day or local_time(event).date()
    number = next((told[each] for each in _PAPERS if each in told), "")
    return Paper(number=number, day=day, order=told.get("po", ""))
