"""Goods that every form can tell of: packs of two lots in cases, on a pallet, with all facts."""

from __future__ import annotations

from datetime import UTC, datetime

from packtrail import gs1
from packtrail.epcis import (
    AggregationEvent,
    BizTransaction,
    Destination,
    Event,
    ObjectEvent,
    Place,
    Source,
)
from packtrail.gs1 import check_digit
from packtrail.reporting.assembling import Birth, Heading, Known, Sources, assemble
from packtrail.reporting.forms import Form
from packtrail.reporting.material import ItemKey, Material
from packtrail.reporting.words import About

GTIN = "04600000000015"
MAKER, WAREHOUSE, BUYER = "4600000000008", "4600000000015", "4600000100005"
PLACES = {
    MAKER: "urn:epc:id:sgln:460000000.000.0",
    WAREHOUSE: "urn:epc:id:sgln:460000000.001.0",
    BUYER: "urn:epc:id:sgln:460000010.000.0",
}
LOTS = ("A1", "B2")
GUID = "0f0d7b8e-4d5e-4a52-9d9c-0b1e6d1d5a10"
COMMISSIONED = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PACKED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHIPPED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
MADE_AT = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)


def pack(number: int) -> str:
    """Return the EPC URI of a pack: the first four are of lot A1, the next four of B2."""
    return f"urn:epc:id:sgtin:460000000.0001.SER{number:010d}"


def case(number: int) -> str:
    return f"urn:epc:id:sscc:460000000.0{number:07d}"


PALLET = case(99)


def key_of_pack(number: int) -> ItemKey:
    return f"sgtin/{GTIN}", f"SER{number:010d}"


def sscc(number: int) -> str:
    digits = f"0460000000{number:07d}"
    return digits + check_digit(digits)


def commissioning(lot: str, numbers: range) -> ObjectEvent:
    return ObjectEvent(
        event_time=COMMISSIONED,
        event_time_zone_offset="+03:00",
        action="ADD",
        biz_step="commissioning",
        disposition="active",
        read_point=Place(id=PLACES[MAKER]),
        biz_location=Place(id=PLACES[MAKER]),
        epcs=tuple(map(pack, numbers)),
        ilmd={
            "{urn:epcglobal:cbv:mda:}lotNumber": lot,
            "{urn:epcglobal:cbv:mda:}itemExpirationDate": "2028-02-29",
        },
    )


def packing(parent: str, children: tuple[str, ...]) -> AggregationEvent:
    return AggregationEvent(
        event_time=PACKED,
        event_time_zone_offset="+03:00",
        action="ADD",
        biz_step="packing",
        disposition="in_progress",
        read_point=Place(id=PLACES[MAKER]),
        biz_location=Place(id=PLACES[MAKER]),
        parent_id=parent,
        child_epcs=children,
    )


def shipping(*epcs: str) -> ObjectEvent:
    return ObjectEvent(
        event_time=SHIPPED,
        event_time_zone_offset="+03:00",
        action="OBSERVE",
        biz_step="shipping",
        disposition="in_transit",
        read_point=Place(id=PLACES[WAREHOUSE]),
        epcs=epcs,
        biz_transactions=(
            BizTransaction(biz_transaction=f"urn:epcglobal:cbv:bt:{BUYER}:PO-7", type="po"),
            BizTransaction(biz_transaction=f"urn:epcglobal:cbv:bt:{MAKER}:LS-9", type="desadv"),
        ),
        sources=(
            Source(type="owning_party", source=PLACES[MAKER]),
            Source(type="location", source=PLACES[WAREHOUSE]),
        ),
        destinations=(
            Destination(type="owning_party", destination=PLACES[BUYER]),
            Destination(type="location", destination=PLACES[BUYER]),
        ),
    )


CASES = (
    packing(case(1), tuple(map(pack, range(4)))),
    packing(case(2), tuple(map(pack, range(4, 8)))),
)
ON_PALLET = packing(PALLET, (case(1), case(2)))
MAKING = (commissioning("A1", range(4)), commissioning("B2", range(4, 9)))
SHIPMENT = shipping(PALLET, pack(8))

_FACTS_OF_PLACES = {
    MAKER: {"mdlp_id": "00000000000101", "mdlp_guid": GUID, "hub_id": "H1"},
    WAREHOUSE: {"mdlp_id": "00000000000102", "mdlp_guid": GUID},
    BUYER: {"mdlp_id": "00000000000103", "mdlp_guid": GUID},
}
_ADDRESS = {
    "streetAddressOne": "Street 1",
    "city": "Town",
    "state": "CA",
    "postalCode": "10001",
    "countryCode": "US",
}
_ITEM = {
    "regulatedProductName": "Epcistra",
    "additionalTradeItemIdentification": "0001-0123-45",
    "manufacturerOfTradeItemPartyName": "Maker",
    "dosageFormType": "tablet",
    "strengthDescription": "100 mg",
    "netContentDescription": "50 tablets",
    "mdlp_cost": "110.00",
    "mdlp_vat": "10.00",
    "eu_common_name": "epcistrum",
    "eu_pack_type": "blister",
    "eu_pack_size": "50",
    "DE.national_code": "01234567",
    "DE.mah_name": "Holder",
    "DE.mah_street": "Road 2",
    "DE.mah_city": "Bonn",
    "DE.mah_country": "DE",
    "DE.wholesalers": BUYER,
}
_FACTS = {
    "device_id": "0000000000000001",
    "owner_id": GUID,
    "release_date": "2026-03-03",
    "release_confirmation": "C-1",
    "custom_receiver_id": GUID,
    "custom_shipper_id": GUID,
    "shipper_id": GUID,
    "withdrawal_reason": "6",
    "withdrawal_type": "19",
    "fias": GUID,
    "inn": "7700000000",
    "kpp": "770000000",
    "act_number": "ACT-1",
    "act_date": "2026-03-03",
    "contract_number": "CT-1",
    "contract_date": "2026-03-01",
    "operation_id": "OP-1",
    "recalled_action": "313",
    "reason": "a reason",
    "version": "3",
    "determined_on": "2026-03-03",
    "classification": "stolen",
    "contact_name": "A. Person",
    "contact_phone": "1",
    "contact_email": "a@example.org",
    "country": "DE",
    "deactivation_reason": "10",
}


def events_for(form: Form) -> tuple[Event, ...]:
    """Return the events that a form of this kind would tell of."""
    if form.about is About.EVENTS and set(form.happenings) <= {"pack", "unpack"}:
        return (*CASES, ON_PALLET)
    return _EVENTS[form.about]


def _born(*epcs: str) -> ObjectEvent:
    return ObjectEvent(
        event_time=COMMISSIONED,
        event_time_zone_offset="+03:00",
        action="ADD",
        biz_step="commissioning",
        disposition="active",
        read_point=Place(id=PLACES[MAKER]),
        biz_location=Place(id=PLACES[MAKER]),
        epcs=epcs,
    )


_EVENTS: dict[About, tuple[Event, ...]] = {
    About.SHIPMENT: (SHIPMENT,),
    About.LOT: MAKING,
    About.OBJECTS: (commissioning("A1", range(4)),),
    About.ITEM: (),
    About.EVENTS: (*MAKING, _born(case(1), case(2)), *CASES),
}


def sources(*events: Event) -> Sources:
    """Return all that is known of the goods, for some events."""
    sscc_key = _keys()
    births = {
        key_of_pack(n): Birth(lot="A1" if n < 4 else "B2", expires="2028-02-29", made="2026-03-01")
        for n in range(9)
    }
    return Sources(
        events=events,
        births=births,
        inside={
            sscc_key[case(1)]: tuple(map(pack, range(4))),
            sscc_key[case(2)]: tuple(map(pack, range(4, 8))),
            sscc_key[PALLET]: (case(1), case(2)),
        },
        codes={
            key_of_pack(n): f"01{GTIN}21SER{n:010d}\x1d91ABCD\x1d92" + "x" * 44 for n in range(9)
        },
        items={GTIN: Known(name="Epcistra", facts=_ITEM)},
        versions={GTIN: "3"},
        places={
            gln: Known(name=f"Place {gln}", facts={**_ADDRESS, **facts})
            for gln, facts in _FACTS_OF_PLACES.items()
        },
        history=(*MAKING, _born(case(1), case(2), PALLET), *CASES, ON_PALLET),
    )


def _keys() -> dict[str, ItemKey]:
    names = [case(1), case(2), PALLET]
    return dict(zip(names, gs1.identify(names), strict=True))


def material_for(form: Form) -> Material:
    """Return material that a form can be filled with."""
    events = events_for(form)
    heading = Heading(
        number="1001",
        made_at=MADE_AT,
        happening=str(form.happenings[0]),
        sender=MAKER,
        receiver=BUYER,
        facts=_FACTS,
        subject_gtin=GTIN if form.about is About.ITEM else "",
        reason="a reason",
    )
    return assemble(form, heading, sources(*events))
