"""Writes down what happens at one place, in the manner of the organisation that records it.

Makers name packs by EPC URI; a pharmacy, which only sees the barcode and cannot know the length of
a company prefix, names them by Digital Link. Some partners give their events identifiers, others
leave them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    BizTransaction,
    Destination,
    ObjectEvent,
    Place,
    Source,
)
from packtrail.simulation.numbering import event_id
from packtrail.simulation.timetable import offset_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from random import Random

    from packtrail.simulation.goods import Container, Fake, Lot, Unit
    from packtrail.simulation.organisations import Location

CBV_MASTER_DATA = "urn:epcglobal:cbv:mda"
PAPER = "urn:epcglobal:cbv:bt"
GS1_US = "http://epcis.gs1us.org/hc/ns"
DROP_SHIPMENT = {f"{{{GS1_US}}}dropShipment": "false"}

by_urn: Callable[[Unit | Fake], str] = attrgetter("urn")
by_link: Callable[[Unit | Fake], str] = attrgetter("link")


def ilmd_of(lot: Lot) -> dict[str, str]:
    """Return lot and expiry as a commissioning event carries them."""
    return {
        LOT_NUMBER: lot.number,
        ITEM_EXPIRATION_DATE: lot.expires_on.isoformat(),
    }


@dataclass(frozen=True, slots=True)
class Transfer:
    """The business side of a shipment: who sends what to whom, under which papers."""

    sender: Location
    """Where it leaves."""
    receiver: Location
    """Where it shall arrive."""
    papers: tuple[tuple[str, str], ...]
    """(type, number) of purchase order and despatch advice, or of the return authorisation."""
    party: str = "owning_party"
    """`possessing_party` when the goods only change hands, as between packer and maker."""

    def fields(self) -> dict[str, Any]:
        """Return it as fields of an event."""
        seller, buyer = self.sender.organisation, self.receiver.organisation
        issuers = {"po": buyer.gln, "rma": buyer.gln}
        return {
            "biz_transactions": tuple(
                BizTransaction(
                    type=type_,
                    biz_transaction=f"{PAPER}:{issuers.get(type_, seller.gln)}:{number}",
                )
                for type_, number in self.papers
            ),
            "sources": (
                Source(type=self.party, source=seller.sgln),
                Source(type="location", source=self.sender.sgln),
            ),
            "destinations": (
                Destination(type=self.party, destination=buyer.sgln),
                Destination(type="location", destination=self.receiver.sgln),
            ),
        }


class Scribe:
    """Writes the events of one place.

    Args:
        location: Where everything it writes happens.
        rng: Source of event identifiers.
        name: How things are named: `by_urn` or `by_link`.
        has_event_ids: `never` or `always`.
    """

    def __init__(
        self,
        location: Location,
        rng: Random,
        *,
        name: Callable[[Unit | Fake], str] = by_urn,
        event_ids: str = "never",
    ) -> None:
        self.location = location
        self.name = name
        self._rng = rng
        self._event_ids = event_ids
        self._place = Place(id=location.sgln)

    def at(self, location: Location) -> Scribe:
        """Return a scribe that tells, in the same manner, what happened elsewhere."""
        return Scribe(location, self._rng, name=self.name, event_ids=self._event_ids)

    def observe(
        self, when: datetime, what: tuple[str, str], units: Iterable[Unit | Fake], **fields: Any
    ) -> ObjectEvent:
        """Write that units were seen in a business step and disposition."""
        return self.note(when, what, map(self.name, units), **fields)

    def end(self, when: datetime, what: tuple[str, str], units: Iterable[Unit]) -> ObjectEvent:
        """Write that units are no more: decommissioned or destroyed."""
        return self.note(when, what, map(self.name, units), action="DELETE")

    def commission(
        self, when: datetime, units: Iterable[Unit], *, lot: Lot | None = None
    ) -> ObjectEvent:
        """Write that units got their numbers; lot and expiry go with trade items."""
        what = ("commissioning", "active")
        ilmd = ilmd_of(lot) if lot else {}
        return self.note(when, what, map(self.name, units), action="ADD", ilmd=ilmd)

    def pack(self, when: datetime, parent: Container, children: Iterable[Unit]) -> AggregationEvent:
        """Write that children went into a parent."""
        return self._aggregate(when, parent, children, action="ADD", biz_step="packing")

    def unpack(
        self, when: datetime, parent: Container, children: Iterable[Unit]
    ) -> AggregationEvent:
        """Write that children came out of a parent."""
        return self._aggregate(when, parent, children, action="DELETE", biz_step="unpacking")

    def ship(
        self,
        when: datetime,
        units: Iterable[Unit],
        transfer: Transfer,
        *,
        disposition: str = "in_transit",
        **fields: Any,
    ) -> ObjectEvent:
        """Write that units left; a shipping event has a read point but no business location."""
        what = ("shipping", disposition)
        return self.observe(when, what, units, biz_location=None, **transfer.fields(), **fields)

    def note(
        self, when: datetime, what: tuple[str, str], epcs: Iterable[str], **fields: Any
    ) -> ObjectEvent:
        """Write an object event about identifiers."""
        biz_step, disposition = what
        all_fields: dict[str, Any] = {
            "action": "OBSERVE",
            "read_point": self._place,
            "biz_location": self._place,
            **fields,
        }
        return ObjectEvent(
            event_time=when,
            event_time_zone_offset=offset_text(when),
            event_id=self._event_id(),
            biz_step=biz_step,
            disposition=disposition,
            epcs=tuple(epcs),
            **all_fields,
        )

    def _aggregate(
        self,
        when: datetime,
        parent: Container,
        children: Iterable[Unit],
        *,
        action: str,
        biz_step: str,
    ) -> AggregationEvent:
        return AggregationEvent(
            event_time=when,
            event_time_zone_offset=offset_text(when),
            event_id=self._event_id(),
            action=action,
            biz_step=biz_step,
            disposition="in_progress",
            parent_id=self.name(parent),
            child_epcs=tuple(map(self.name, children)),
            read_point=self._place,
            biz_location=self._place,
        )

    def _event_id(self) -> str | None:
        return event_id(self._rng) if self._event_ids == "always" else None
