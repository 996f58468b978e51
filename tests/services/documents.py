"""Small EPCIS documents for the tests: packs, cases and pallets of one product."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
SITE = "urn:epc:id:sgln:030001.111111.0"
CASE = "urn:epc:id:sscc:030001.00000000001"
LOT = "LOT-7"


def pack(serial: str | int) -> str:
    return f"urn:epc:id:sgtin:030001.0012345.{serial}"


def event(number: int, **members: Any) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        "eventTime": f"2026-03-03T{number // 60 % 24:02d}:{number % 60:02d}:00.000+01:00",
        "eventTimeZoneOffset": "+01:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "readPoint": {"id": SITE},
        "bizLocation": {"id": SITE},
        **members,
    }


def commissioning(number: int, epcs: Sequence[str], lot: str = LOT) -> dict[str, Any]:
    ilmd = {"cbvmda:lotNumber": lot, "cbvmda:itemExpirationDate": "2028-12-31"}
    return event(number, epcList=list(epcs), ilmd=ilmd)


def packing(number: int, parent: str, children: Sequence[str]) -> dict[str, Any]:
    return event(
        number,
        type="AggregationEvent",
        bizStep="packing",
        disposition="in_progress",
        parentID=parent,
        childEPCs=list(children),
    )


def dispensing(number: int, epc: str) -> dict[str, Any]:
    return event(
        number, action="DELETE", bizStep="dispensing", disposition="dispensed", epcList=[epc]
    )


def document(*events: dict[str, Any], vocabularies: Sequence[dict[str, Any]] = ()) -> bytes:
    body: dict[str, Any] = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-04T00:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    if vocabularies:
        body["epcisHeader"] = {"epcisMasterData": {"vocabularyList": list(vocabularies)}}
    return json.dumps(body).encode()


PRODUCT = {
    "type": "urn:epcglobal:epcis:vtype:EPCClass",
    "vocabularyElementList": [
        {
            "id": "urn:epc:idpat:sgtin:030001.0012345.*",
            "attributes": [
                {"id": "urn:epcglobal:cbv:mda#regulatedProductName", "attribute": "Epcistra"},
            ],
        }
    ],
}
