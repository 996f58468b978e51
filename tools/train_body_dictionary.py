"""Train the dictionary that compresses the bodies of small events.

Writes `src/packtrail/store/dictionaries/NN.zdict`. A dictionary that has been released is never
changed, since stored bodies need it to be read: train the next number instead.

    .venv/bin/python tools/train_body_dictionary.py 1
"""

from __future__ import annotations

import random
import sys
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import zstandard

from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    BizTransaction,
    Destination,
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
from packtrail.store import bodies

DICTIONARIES = Path(__file__).resolve().parents[1] / "src/packtrail/store/dictionaries"
SIZE = 12 * 1024
SAMPLES = 12_000
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


def main(number: int) -> None:
    """Train dictionary `number` and say what it saves."""
    path = DICTIONARIES / f"{number:02}.zdict"
    if path.exists():
        raise SystemExit(f"{path} exists: a dictionary in use is never changed.")
    maker = Maker(random.Random(SEED))
    texts = [bodies.write(maker.event(), {}) for _ in range(SAMPLES)]
    trained = zstandard.train_dictionary(SIZE, texts[: SAMPLES * 3 // 4], dict_id=number, level=3)
    path.write_bytes(trained.as_bytes())
    tests = texts[SAMPLES * 3 // 4 :]
    for name, given in (("without", None), ("with", trained)):
        packer = zstandard.ZstdCompressor(level=3, dict_data=given)
        packed = sum(len(packer.compress(text)) for text in tests)
        print(f"{name} dictionary: {packed / len(tests):.0f} octets an event")
    print(f"plain: {sum(map(len, tests)) / len(tests):.0f} octets an event")


if __name__ == "__main__":
    main(int(sys.argv[1]))
