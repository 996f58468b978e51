"""Documents for the benchmarks: the life of packs, written as fast as texts can be put together.

Makers send EPCIS 1.2 XML: a document commissions packs in one list or with an event for each, packs
a hundred to a case and fifty cases to a pallet. Pharmacies send EPCIS 2.0 JSON-LD and name packs by
Digital Link, with an event for each pack or a list of what they dispensed that day.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Final

PACKS_PER_CASE: Final = 100
CASES_PER_PALLET: Final = 50
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PREFIX: Final = "0300010"
_PLANT: Final = f"urn:epc:id:sgln:{_PREFIX}.00001.0"
_DEPOT: Final = "urn:epc:id:sgln:0300020.00009.0"
_PHARMACY: Final = "https://id.gs1.org/414/0300030000002"
_SAMPLED_EACH: Final = 500
_START: Final = datetime(2026, 3, 2, 6, tzinfo=UTC)


_AT_ONCE: Final = 10_000
LARGE: Final = {
    "XML, 10,000 packs an event": ("_commissioned", 10_000),
    "XML, an event a pack": ("_commissioned", 1),
    "JSON-LD, 10,000 packs an event": ("_dispensed", 10_000),
    "JSON-LD, an event a pack": ("_dispensed", 1),
}
"""Style of a large document -> (what makes its events, packs of each)"""


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack: the number of its product, and its serial."""

    product: int
    serial: str

    @classmethod
    def of(cls, urn: str) -> Pack:
        """Return the pack of an EPC URI that a factory made."""
        _, product, serial = urn.split(".", 2)
        return cls(int(product), serial)

    @property
    def urn(self) -> str:
        """Its EPC URI."""
        return f"urn:epc:id:sgtin:{_PREFIX}.{self.product:06d}.{self.serial}"

    @property
    def link(self) -> str:
        """Its Digital Link."""
        return f"https://id.gs1.org/01/{_gtin(self.product)}/21/{self.serial}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A document as it is sent."""

    content: bytes
    media_type: str
    packs: int
    """Packs that it tells something of."""


class Factory:
    """Makes packs and tells of their life.

    Args:
        seed: The same seed makes the same packs.
        products: How many products there are; they take turns, lot by lot.
        serials: Gives so many serials of a GTIN; None: they are drawn from the seed.
    """

    def __init__(
        self,
        seed: int,
        products: int = 1,
        *,
        serials: Callable[[str, int], Sequence[str]] | None = None,
    ) -> None:
        self._serials = serials
        self.sample: list[Pack] = []
        """Some of the packs that it made."""
        self._random = random.Random(seed)  # noqa: S311 - a benchmark, no secret
        self._now = _START
        self._products = products
        self._lots = 0
        self._containers = 0

    def packs(self, count: int) -> list[Pack]:
        """Return new packs of the next product."""
        product = 12_345 + self._lots % self._products
        self._lots += 1
        if self._serials:
            serials = self._serials(_gtin(product), count)
        else:
            draw = self._random.choices
            serials = ["".join(draw(_ALPHABET, k=12)) for _ in range(count)]
        made = [Pack(product, serial) for serial in serials]
        self.sample += made[::_SAMPLED_EACH]
        return made

    def containers(self, count: int) -> list[str]:
        """Return the EPC URIs of new containers."""
        first = self._containers
        self._containers += count
        return [
            f"urn:epc:id:sscc:{_PREFIX}.{number:010d}" for number in range(first, first + count)
        ]

    def commissioning(self, packs: Sequence[Pack]) -> Sent:
        """Return a document that commissions packs in one list."""
        return _xml([self._commissioned(packs)], len(packs))

    def commissioning_each(self, packs: Sequence[Pack]) -> Sent:
        """Return a document that commissions each pack with an event of its own."""
        return _xml([self._commissioned([pack]) for pack in packs], len(packs))

    def packing(self, packs: Sequence[Pack], cases: Sequence[str]) -> Sent:
        """Return a document that packs a hundred packs into each case."""
        events = [
            self._aggregated("ADD", case, [p.urn for p in packs[i : i + PACKS_PER_CASE]])
            for case, i in zip(cases, range(0, len(packs), PACKS_PER_CASE), strict=True)
        ]
        return _xml(events, len(packs))

    def palletising(self, cases: Sequence[str], pallets: Sequence[str]) -> Sent:
        """Return a document that packs fifty cases onto each pallet."""
        events = [
            self._aggregated("ADD", pallet, cases[i : i + CASES_PER_PALLET])
            for pallet, i in zip(pallets, range(0, len(cases), CASES_PER_PALLET), strict=True)
        ]
        return _xml(events, len(cases) * PACKS_PER_CASE)

    def shipping(self, pallets: Sequence[str]) -> Sent:
        """Return a document that ships pallets."""
        return self._moved(pallets, "shipping", "in_transit", _PLANT)

    def receiving(self, pallets: Sequence[str]) -> Sent:
        """Return a document that receives pallets."""
        return self._moved(pallets, "receiving", "in_progress", _DEPOT)

    def unpacking(self, containers: Sequence[str], inside: Sequence[Sequence[str]]) -> Sent:
        """Return a document that unpacks containers, naming all that comes out."""
        events = [
            self._aggregated("DELETE", container, some)
            for container, some in zip(containers, inside, strict=True)
        ]
        return _xml(events, sum(map(len, inside)))

    def dispensing(self, packs: Sequence[Pack]) -> Sent:
        """Return a document that dispenses packs in one list."""
        return _json([self._dispensed(packs)], len(packs))

    def dispensing_each(self, packs: Sequence[Pack]) -> Sent:
        """Return a document that dispenses each pack with an event of its own."""
        return _json([self._dispensed([pack]) for pack in packs], len(packs))

    def write_large(self, file: IO[bytes], style: str, size: int) -> int:
        """Write a document of at least so many bytes; return how many packs it tells of.

        Args:
            file: Where to.
            style: A key of `LARGE`.
            size: Bytes.
        """
        make, packs_each = LARGE[style]
        frame, gap = (_XML_DOCUMENT, "\n") if "XML" in style else (_JSON_DOCUMENT, ",\n")
        frame = frame.replace("{events}", "%s").replace("%%", "%")
        head, _, tail = frame.partition("%s")
        file.write(head.encode())
        written = packs = 0
        while written < size:
            made = self.packs(_AT_ONCE)
            some = [made[at : at + packs_each] for at in range(0, _AT_ONCE, packs_each)]
            text = (gap if packs else "") + gap.join(getattr(self, make)(one) for one in some)
            written += file.write(text.encode())
            packs += len(made)
        file.write(tail.encode())
        return packs

    def _commissioned(self, packs: Sequence[Pack]) -> str:
        lot = f"L{self._lots:06d}"
        return _XML_COMMISSION.format(
            when=self._when(),
            id=self._id(),
            epcs=_listed(p.urn for p in packs),
            plant=_PLANT,
            lot=lot,
        )

    def _aggregated(self, action: str, parent: str, children: Iterable[str]) -> str:
        step = "packing" if action == "ADD" else "unpacking"
        return _XML_AGGREGATION.format(
            when=self._when(),
            id=self._id(),
            parent=parent,
            epcs=_listed(children),
            action=action,
            step=step,
            plant=_PLANT if action == "ADD" else _DEPOT,
        )

    def _moved(self, pallets: Sequence[str], step: str, disposition: str, place: str) -> Sent:
        event = _XML_MOVE.format(
            when=self._when(),
            id=self._id(),
            epcs=_listed(pallets),
            step=step,
            disposition=disposition,
            place=place,
            number=self._random.randrange(10**8),
        )
        return _xml([event], len(pallets) * CASES_PER_PALLET * PACKS_PER_CASE)

    def _dispensed(self, packs: Sequence[Pack]) -> str:
        epcs = ", ".join(f'"{pack.link}"' for pack in packs)
        return _JSON_DISPENSE % (self._when(), self._id(), epcs, _PHARMACY)

    def _when(self) -> str:
        self._now += timedelta(milliseconds=self._random.randrange(200, 1500))
        return self._now.isoformat(timespec="milliseconds")[:23]

    def _id(self) -> str:
        return f"urn:uuid:{uuid.UUID(int=self._random.getrandbits(128), version=4)}"


def _gtin(product: int) -> str:
    body = f"{product:06d}"[0] + _PREFIX + f"{product:06d}"[1:]
    weights = (3, 1) * 7
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=False))
    return f"{body}{-total % 10}"


def _listed(epcs: Iterable[str]) -> str:
    return "".join(f"\n          <epc>{epc}</epc>" for epc in epcs)


def _xml(events: Sequence[str], packs: int) -> Sent:
    text = _XML_DOCUMENT.format(events="\n".join(events))
    return Sent(text.encode(), "application/xml", packs)


def _json(events: Sequence[str], packs: int) -> Sent:
    return Sent((_JSON_DOCUMENT % ",\n".join(events)).encode(), "application/ld+json", packs)


_XML_DOCUMENT: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" xmlns:cbvmda="urn:epcglobal:cbv:mda"
    schemaVersion="1.2" creationDate="2026-03-03T06:00:00Z">
  <EPCISBody>
    <EventList>
{events}
    </EventList>
  </EPCISBody>
</epcis:EPCISDocument>
"""
_XML_COMMISSION: Final = """\
      <ObjectEvent>
        <eventTime>{when}Z</eventTime>
        <eventTimeZoneOffset>+01:00</eventTimeZoneOffset>
        <baseExtension><eventID>{id}</eventID></baseExtension>
        <epcList>{epcs}
        </epcList>
        <action>ADD</action>
        <bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
        <disposition>urn:epcglobal:cbv:disp:active</disposition>
        <readPoint><id>{plant}</id></readPoint>
        <bizLocation><id>{plant}</id></bizLocation>
        <extension><ilmd><cbvmda:lotNumber>{lot}</cbvmda:lotNumber>
          <cbvmda:itemExpirationDate>2028-02-29</cbvmda:itemExpirationDate></ilmd></extension>
      </ObjectEvent>"""
_XML_AGGREGATION: Final = """\
      <AggregationEvent>
        <eventTime>{when}Z</eventTime>
        <eventTimeZoneOffset>+01:00</eventTimeZoneOffset>
        <baseExtension><eventID>{id}</eventID></baseExtension>
        <parentID>{parent}</parentID>
        <childEPCs>{epcs}
        </childEPCs>
        <action>{action}</action>
        <bizStep>urn:epcglobal:cbv:bizstep:{step}</bizStep>
        <disposition>urn:epcglobal:cbv:disp:in_progress</disposition>
        <readPoint><id>{plant}</id></readPoint>
        <bizLocation><id>{plant}</id></bizLocation>
      </AggregationEvent>"""
_XML_MOVE: Final = """\
      <ObjectEvent>
        <eventTime>{when}Z</eventTime>
        <eventTimeZoneOffset>+01:00</eventTimeZoneOffset>
        <baseExtension><eventID>{id}</eventID></baseExtension>
        <epcList>{epcs}
        </epcList>
        <action>OBSERVE</action>
        <bizStep>urn:epcglobal:cbv:bizstep:{step}</bizStep>
        <disposition>urn:epcglobal:cbv:disp:{disposition}</disposition>
        <readPoint><id>{place}</id></readPoint>
        <bizTransactionList>
          <bizTransaction type="urn:epcglobal:cbv:btt:desadv"
            >urn:epcglobal:cbv:bt:0300010000008:{number}</bizTransaction>
        </bizTransactionList>
      </ObjectEvent>"""
_JSON_DOCUMENT: Final = """\
{"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
 "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-06-03T06:00:00Z",
 "epcisBody": {"eventList": [
%s
 ]}}
"""
_JSON_DISPENSE: Final = """\
  {"type": "ObjectEvent", "eventTime": "%sZ", "eventTimeZoneOffset": "+02:00",
   "eventID": "%s", "epcList": [%s],
   "action": "OBSERVE", "bizStep": "dispensing", "disposition": "dispensed",
   "readPoint": {"id": "%s"}}"""
