"""Gathering: from the store to what a report is made of.

Everything is read through the functions of the store, as of the moment of the events and no more
than the organisation may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from packtrail import epcis, gs1
from packtrail.base.errors import RefusedError
from packtrail.epcis.events import Event, ObjectEvent
from packtrail.hierarchy.containment import DEPTH_MAX
from packtrail.reporting import codes
from packtrail.reporting.assembling import Birth, Known, Sources, gln_of, objects_of
from packtrail.reporting.histories import COMMISSIONING
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.goods import describing
from packtrail.services.reports import facts, selling
from packtrail.services.reports.selling import Selling
from packtrail.store import contents as content_rows
from packtrail.store import events as event_rows
from packtrail.store import vocabulary
from packtrail.store.filters import EpcMatch, EventFilter
from packtrail.store.places import spelled

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.reporting.material import ItemKey
    from packtrail.services.application import Application

_PAGE: Final = 500
_CHUNK: Final = 2_000
"""Objects that are asked for at once."""
INSIDE_MAX: Final = 100_000
"""Objects directly in one container."""
_MADE: Final = ("productionDate", "manufacturingDate", "dateOfManufacture")
"""Names of the day of manufacture in instance/lot master data."""


@dataclass(slots=True)
class Gatherer:
    """Reads what one organisation may see.

    Attributes:
        conn: A connection.
        organisation_id: Whose facts count.
        audience_ids: What may be seen.
        now: The present.
        selling: What the portfolio says.
    """

    conn: Connection
    organisation_id: int
    audience_ids: Sequence[int]
    now: datetime
    selling: Selling
    _inside: dict[ItemKey, tuple[str, ...]] = field(default_factory=dict)
    _names: dict[ItemKey, str] = field(default_factory=dict)

    @classmethod
    def of(cls, app: Application, conn: Connection, actor: Actor) -> Gatherer:
        """Return one that reads what the actor's organisation may see."""
        return cls(
            conn,
            actor.organisation_id,
            visible_to(conn, actor),
            app.clock(),
            selling.read(app, conn, actor),
        )

    # --- events -----------------------------------------------------------------------------------

    def events_by_id(self, identities: Sequence[str]) -> tuple[Event, ...]:
        """Return events by identity, in order; those that were declared wrong are left out."""
        found: list[event_rows.StoredEvent] = []
        for start in range(0, len(identities), _PAGE):
            some = tuple(identities[start : start + _PAGE])
            found += self.stored(EventFilter(event_ids=some, order_direction="ASC"))
        return standing(found)

    def stored(self, wanted: EventFilter) -> Iterator[event_rows.StoredEvent]:
        """Yield all events that match."""
        after = None
        while True:
            page = event_rows.query(
                self.conn,
                wanted,
                audience_ids=self.audience_ids,
                page_size=_PAGE,
                now=self.now,
                after=after,
            )
            yield from page.events
            after = page.next
            if after is None:
                return

    # --- everything a report is made of -----------------------------------------------------------

    def sources(
        self, events: tuple[Event, ...], *, parties: Iterable[str], has_history: bool
    ) -> Sources:
        """Return what is known of the objects and places that some events name.

        Args:
            events: What the report tells of.
            parties: GLNs of sender and receiver.
            has_history: Whether commissioning and packing of everything are wanted too.
        """
        self._see(objects_of(events))
        at = max((each.event_time for each in events), default=self.now)
        keys = self._open(list(dict.fromkeys(gs1.identify(list(objects_of(events))))), at)
        births = _births(events)
        history: tuple[Event, ...] = ()
        unborn = [key for key in keys if key not in births and _is_item(key)]
        if has_history:
            history = self._naming(keys)
            births |= _births(history)
        elif unborn:
            births |= _births(self._naming(unborn, biz_steps=(COMMISSIONING,)))
        return Sources(
            events=events,
            births=births,
            inside=self._inside,
            names=self._names,
            items=self.items({key[0].removeprefix("sgtin/")[:14] for key in keys if _is_item(key)}),
            places=self.places((*events, *history), parties),
            history=history,
        )

    def items_of(self, events: tuple[Event, ...]) -> set[str]:
        """Return the GTINs of packs that events name, or that are in what they name."""
        self._see(objects_of(events))
        at = max((each.event_time for each in events), default=self.now)
        keys = self._open(list(dict.fromkeys(gs1.identify(list(objects_of(events))))), at)
        return {key[0].removeprefix("sgtin/")[:14] for key in keys if _is_item(key)}

    def lots_of(self, events: tuple[Event, ...]) -> set[tuple[str, str]]:
        """Return (GTIN, lot) of the packs that events name, or that are in what they name."""
        found = self.sources(events, parties=(), has_history=False)
        return {
            (key[0].removeprefix("sgtin/")[:14], birth.lot)
            for key, birth in found.births.items()
            if birth.lot and key[0].startswith("sgtin/0")
        }

    def _naming(
        self, keys: Sequence[ItemKey], *, biz_steps: tuple[str, ...] = ()
    ) -> tuple[Event, ...]:
        """Return the events that name some objects, each once, without those declared wrong."""
        found: dict[str, event_rows.StoredEvent] = {}
        for start in range(0, len(keys), _CHUNK):
            matches = tuple(EpcMatch(*key) for key in keys[start : start + _CHUNK])
            wanted = EventFilter(match_any_epc=matches, biz_steps=biz_steps)
            found |= {
                f"{each.identity} {bool(each.body.get('errorDeclaration'))}": each
                for each in self.stored(wanted)
            }
        return standing(found.values())

    # --- objects ----------------------------------------------------------------------------------

    def _see(self, identifiers: Iterable[str]) -> None:
        """Note the EPC URIs of objects."""
        texts = [text for text in identifiers if text.startswith("urn:epc:id:")]
        self._names |= dict(zip(gs1.identify(texts), texts, strict=True))

    def _open(self, keys: list[ItemKey], at: datetime) -> list[ItemKey]:
        """Return objects and everything that was in them at a moment."""
        found = dict.fromkeys(keys)
        level = [key for key in keys if _may_hold(key)]
        for _ in range(DEPTH_MAX):
            below: list[ItemKey] = []
            for key in level:
                below += self._contents(key, at)
            level = [key for key in below if key not in found and _may_hold(key)]
            found |= dict.fromkeys(below)
            if not level:
                break
        return list(found)

    def _contents(self, key: ItemKey, at: datetime) -> list[ItemKey]:
        inside = content_rows.contents(
            self.conn, *key, audience_ids=self.audience_ids, limit=INSIDE_MAX, as_of=at
        )
        self._inside[key] = tuple(each.identifier for each in inside.items)
        self._see(self._inside[key])
        return [(each.class_key, each.item_key) for each in inside.items]

    # --- master data and facts --------------------------------------------------------------------

    def items(self, gtins: Iterable[str]) -> dict[str, Known]:
        """Return what master data and facts say of trade items."""
        wanted = sorted(set(gtins))
        products = describing.products_of(self.conn, wanted, self.audience_ids)
        told = facts.told_of(self.conn, self.organisation_id, "item", wanted)
        found = {}
        for gtin in wanted:
            product = products.get(gtin)
            said = told.get(gtin, {})
            name = said.get("name") or (product.name if product else None) or ""
            master = product.attributes if product else {}
            sold = self.selling.facts(gtin, self.now.date())
            found[gtin] = Known(name=name, facts={**sold, **master, **said})
        return found

    def places(self, events: Iterable[Event], parties: Iterable[str]) -> dict[str, Known]:
        """Return what master data and facts say of the places that events name, by GLN."""
        identifiers = dict.fromkeys(_places_in(events))
        spelling_of = {text: one for one in identifiers for text in spelled([one])}
        rows = vocabulary.find(self.conn, list(spelling_of), self.audience_ids)
        found: dict[str, dict[str, str]] = {gln: {} for one in identifiers if (gln := gln_of(one))}
        for row in rows.values():
            gln = gln_of(spelling_of[row.id])
            if gln:
                found[gln] |= describing.place(row).attributes
        wanted = sorted({*found, *(gln for gln in parties if gln)})
        told = facts.told_of(self.conn, self.organisation_id, "place", wanted)
        merged = {gln: {**found.get(gln, {}), **told.get(gln, {})} for gln in wanted}
        return {gln: Known(name=said.get("name", ""), facts=said) for gln, said in merged.items()}


def standing(found: Iterable[event_rows.StoredEvent]) -> tuple[Event, ...]:
    """Return the events that still hold, in the order in which they happened."""
    kept = list(found)
    wrong = {each.identity for each in kept if each.body.get("errorDeclaration")}
    events = [read_body(each.body) for each in kept if each.identity not in wrong]
    return tuple(sorted(events, key=lambda each: each.event_time))


def read_body(body: Mapping[str, Any]) -> Event:
    """Return a stored event as a value."""
    return epcis.read_event_json(body)


def _births(events: Iterable[Event]) -> dict[ItemKey, Birth]:
    """Return what commissionings say of the packs that they name."""
    found: dict[ItemKey, Birth] = {}
    for event in events:
        ilmd = getattr(event, "ilmd", None)
        if not ilmd:
            continue
        epcs = event.epcs if isinstance(event, ObjectEvent) else getattr(event, "output_epcs", ())
        birth = Birth(
            lot=_text(ilmd, epcis.LOT_NUMBER),
            expires=_text(ilmd, epcis.ITEM_EXPIRATION_DATE),
            made=next(
                (
                    value
                    for name, value in ilmd.items()
                    if name.rpartition("}")[2] in _MADE and isinstance(value, str)
                ),
                "",
            ),
        )
        found |= dict.fromkeys(gs1.identify(epcs), birth)
    return found


def _text(ilmd: Mapping[str, Any], name: str) -> str:
    value = ilmd.get(name)
    return value if isinstance(value, str) else ""


def _is_item(key: ItemKey) -> bool:
    return key[0].startswith("sgtin/")


def _may_hold(key: ItemKey) -> bool:
    """Whether something may be in an object: not in a pack that is sold."""
    return not key[0].startswith("sgtin/0")


def _places_in(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        for place in (event.read_point, event.biz_location):
            if place is not None:
                yield place.id
        yield from (each.source for each in event.sources)
        yield from (each.destination for each in event.destinations)


def gtin14(text: str) -> str:
    """Return a GTIN with its leading zeros.

    Raises:
        RefusedError: It is none.
    """
    key = gs1.parse(text)
    if key.type not in {gs1.KeyType.GTIN, gs1.KeyType.SGTIN}:
        message = f"{text[:80]!r} is no GTIN."
        raise RefusedError(codes.BAD_VALUE.found(message, at="gtin"))
    return key.primary[:14]
