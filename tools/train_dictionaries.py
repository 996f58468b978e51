"""Train the dictionaries that compress what is stored: templates, columns, documents.

Writes `src/packtrail/store/dictionaries/NN.zdict`. A dictionary that has been released is never
changed, since what was stored with it needs it to be read: give the sort another number instead.

    .venv/bin/python tools/train_dictionaries.py
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

from packtrail import epcis
from packtrail.epcis.bulk import read_in_bulk
from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    BizTransaction,
    Destination,
    EpcisDocument,
    ErrorDeclaration,
    Event,
    ObjectEvent,
    Place,
    QuantityElement,
    SensorElement,
    Source,
    TransactionEvent,
    TransformationEvent,
)
from packtrail.simulation import simulate
from packtrail.store import bodies, packing, segmentrows, weaving
from packtrail.store.drafts import draft_of_outline
from packtrail.store.instances import Resolved
from packtrail.store.packing import Sort

DICTIONARIES = Path(__file__).resolve().parents[1] / "src/packtrail/store/dictionaries"
SIZES = {Sort.TEMPLATE: 12 * 1024, Sort.COLUMNS: 8 * 1024, Sort.TEXT: 32 * 1024}
SAMPLES = 6_000
SEED = 8440
STEPS = (
    *(("commissioning", "active"), ("commissioning", "active"), ("packing", "in_progress")),
    *(("shipping", "in_transit"), ("shipping", "in_transit"), ("receiving", "in_progress")),
    *(("receiving", "active"), ("accepting", "active"), ("arriving", "in_progress")),
    *(("departing", "in_transit"), ("transporting", "in_transit"), ("loading", "in_progress")),
    *(("unloading", "in_progress"), ("unpacking", "in_progress"), ("storing", "active")),
    *(("stocking", "sellable_accessible"), ("storing", "sellable_not_accessible")),
    *(("dispensing", "dispensed"), ("dispensing", "dispensed"), ("retail_selling", "retail_sold")),
    *(("dispensing", "partially_dispensed"), ("inspecting", "conformant"), ("holding", "recalled")),
    *(("inspecting", "non_conformant"), ("inspecting", "damaged"), ("sampling", "inactive")),
    *(("decommissioning", "inactive"), ("destroying", "destroyed"), ("receiving", "returned")),
    *(("holding", "non_sellable_other"), ("holding", "expired"), ("picking", "in_progress")),
    *(("repackaging", "active"), ("void_shipping", "in_progress"), ("other", "stolen")),
    *(("staging_outbound", "container_closed"), ("cycle_counting", "available")),
)


class Maker:
    """Makes events such as partners send."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def digits(self, count: int) -> str:
        """Some digits."""
        return "".join(self.rng.choices("0123456789", k=count))

    def company(self) -> str:
        """A company prefix."""
        return self.digits(self.rng.choice([6, 7, 7, 8, 9, 10]))

    def pack(self) -> str:
        """A pack, sometimes as a Digital Link."""
        company = self.company()
        serial = self.digits(self.rng.choice([10, 12, 13, 14]))
        if self.rng.random() < 0.2:
            return f"https://id.gs1.org/01/{self.digits(14)}/21/{serial}"
        return f"urn:epc:id:sgtin:{company}.{self.digits(13 - len(company))}.{serial}"

    def container(self) -> str:
        """A case or pallet."""
        company = self.company()
        return f"urn:epc:id:sscc:{company}.{self.digits(17 - len(company))}"

    def place(self) -> str:
        """A location."""
        company = self.company()
        return f"urn:epc:id:sgln:{company}.{self.digits(12 - len(company))}.0"

    def party(self) -> str:
        """A party."""
        company = self.company()
        return f"urn:epc:id:pgln:{company}.{self.digits(12 - len(company))}"

    def header(self, step: tuple[str, str]) -> dict[str, Any]:
        """What every event has."""
        rng = self.rng
        number = uuid.UUID(int=rng.getrandbits(128), version=4)
        is_hash = rng.random() < 0.3
        time = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(10**8))
        return {
            "event_time": time,
            "event_time_zone_offset": rng.choice(["+00:00", "+01:00", "+02:00", "-05:00"]),
            "event_id": f"ni:///sha-256;{rng.getrandbits(256):064x}?ver=CBV2.0"
            if is_hash
            else f"urn:uuid:{number}",
            "biz_step": step[0],
            "disposition": step[1],
            "read_point": Place(id=self.place()),
            "biz_location": Place(id=self.place()) if rng.random() < 0.7 else None,
        }

    def transfer(self) -> dict[str, Any]:
        """What a shipping or receiving has besides."""
        types = self.rng.sample(["po", "desadv", "inv", "recadv", "rma", "prodorder"], 2)
        return {
            "biz_transactions": tuple(
                BizTransaction(
                    type=of_type,
                    biz_transaction=f"urn:epcglobal:cbv:bt:{self.digits(13)}:{self.digits(8)}",
                )
                for of_type in types
            ),
            "sources": (
                Source(type="owning_party", source=self.party()),
                Source(type="possessing_party", source=self.party()),
                Source(type="location", source=self.place()),
            ),
            "destinations": (
                Destination(type="owning_party", destination=self.party()),
                Destination(type="possessing_party", destination=self.party()),
                Destination(type="location", destination=self.place()),
            ),
        }

    def event(self) -> Event:
        """One event."""
        rng = self.rng
        step = rng.choice(STEPS)
        head = self.header(step)
        if step[0] in {"packing", "unpacking", "loading"}:
            children = tuple(self.pack() for _ in range(rng.randint(1, 4)))
            action = "DELETE" if step[0] == "unpacking" else "ADD"
            return AggregationEvent(
                **head, action=action, parent_id=self.container(), child_epcs=children
            )
        if step[0] == "repackaging":
            return self.transformation(head)
        thing = self.container() if step[1] == "in_transit" and rng.random() < 0.7 else self.pack()
        if step[0] == "commissioning":
            lot = {LOT_NUMBER: self.lot(), ITEM_EXPIRATION_DATE: self.expiry()}
            return ObjectEvent(**head, action="ADD", epcs=(thing,), ilmd=lot)
        return self.observation(head, thing, step)

    def observation(self, head: dict[str, Any], thing: str, step: tuple[str, str]) -> Event:
        """An event that observes."""
        rng = self.rng
        more = self.transfer() if step[0] in {"shipping", "receiving"} else {}
        if rng.random() < 0.03:
            declared = ErrorDeclaration(
                declaration_time=head["event_time"], reason="incorrect_data"
            )
            more["error_declaration"] = declared
        if rng.random() < 0.05:
            more["sensor_elements"] = (self.temperature(),)
        if more and rng.random() < 0.1:
            return TransactionEvent(**head, **more, action="ADD", epcs=(thing,))
        action = "DELETE" if step[0] in {"decommissioning", "destroying"} else "OBSERVE"
        return ObjectEvent(**head, **more, action=action, epcs=(thing,))

    def transformation(self, head: dict[str, Any]) -> Event:
        """A repackaging."""
        lot = {LOT_NUMBER: self.lot(), ITEM_EXPIRATION_DATE: self.expiry()}
        bulk = f"urn:epc:class:lgtin:{self.digits(7)}.{self.digits(6)}.{self.lot()}"
        quantity = QuantityElement(epc_class=bulk, quantity=Decimal(self.digits(3)), uom="KGM")
        return TransformationEvent(
            **head,
            input_epcs=(self.pack(),),
            input_quantities=(quantity,),
            output_epcs=(self.pack(),),
            ilmd=lot,
        )

    def temperature(self) -> SensorElement:
        """A measured temperature."""
        return SensorElement(
            metadata={"time": "2026-01-01T00:00:00.000Z"},
            reports=({"type": "Temperature", "value": Decimal("5.1"), "uom": "CEL"},),
        )

    def lot(self) -> str:
        """A lot."""
        return "".join(self.rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=7))

    def expiry(self) -> str:
        """An expiry date."""
        return f"{self.rng.randint(2025, 2032)}-{self.rng.randint(1, 12):02}-{self.digits(1)}1"


def samples() -> dict[Sort, list[bytes]]:
    """Make things of every sort: of a simulated year, of other companies, and of line systems."""
    found: dict[Sort, list[bytes]] = {sort: [] for sort in Sort}

    def collect(octets: bytes, sort: Sort) -> bytes:
        found[sort].append(octets)
        return octets

    whole, packing.compress = packing.compress, collect
    try:
        maker = Maker(random.Random(SEED))
        for _ in range(SAMPLES):
            event = maker.event()
            collect(bodies.template(event, {}), Sort.TEMPLATE)
        for content in contents(maker):
            record(content, maker.rng)
    finally:
        packing.compress = whole
    return found


def contents(maker: Maker) -> Iterator[bytes]:
    """Yield documents."""
    for document in simulate(4_000, SEED).documents():
        yield document.content
    for number in range(SAMPLES // 4):
        events = tuple(maker.event() for _ in range(maker.rng.choice([1, 1, 2, 5])))
        document = EpcisDocument(
            schema_version="2.0", creation_date=events[0].event_time, events=events
        )
        is_xml = number % 2
        yield epcis.write_xml(document, version="1.2") if is_xml else epcis.write_json(document)


def record(content: bytes, rng: random.Random) -> None:
    """Make what would be stored of a document."""
    reading = read_in_bulk(content)
    if reading.outline is None or reading.document is None:
        return
    weaving.weave(reading.outline)
    draft = draft_of_outline(reading.outline, reading.events, reading.document.namespaces)
    count = len(draft.named.items)
    seqs = rng.randrange(10**6) + np.arange(count)
    if rng.random() < 0.5:
        seqs = np.array([rng.randrange(10**6) for _ in range(count)], dtype=np.int64)
    class_ids = np.array([rng.randrange(1, 2_000) for _ in draft.named.classes], dtype=np.int64)
    for group in draft.groups:
        segmentrows.columns_of(draft, group, Resolved(class_ids, seqs, ()))


def main() -> None:
    """Train the dictionary of each sort and say what it saves."""
    for sort, every in samples().items():
        path = DICTIONARIES / f"{sort:02}.zdict"
        if path.exists():
            raise SystemExit(f"{path} exists: a dictionary in use is never changed.")
        random.Random(SEED).shuffle(every)
        cut = len(every) * 3 // 4
        trained = zstandard.train_dictionary(SIZES[sort], every[:cut], dict_id=int(sort), level=9)
        path.write_bytes(trained.as_bytes())
        sizes = {"plain": sum(map(len, every[cut:]))}
        for name, given in (("without", None), ("with", trained)):
            packer = zstandard.ZstdCompressor(level=9, dict_data=given)
            sizes[name] = sum(len(packer.compress(text)) for text in every[cut:])
        told = ", ".join(f"{name} {size / (len(every) - cut):.0f}" for name, size in sizes.items())
        print(f"{sort.name.lower()}: octets each: {told}")


if __name__ == "__main__":
    main()
