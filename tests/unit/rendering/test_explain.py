from __future__ import annotations

from lxml import etree

from packtrail import epcis
from packtrail.rendering import explain

CASE = "urn:epc:id:sscc:952012.00000000001"
PACKS = [f"urn:epc:id:sgtin:952012.0000001.{number}" for number in range(3)]


def told(*events: dict[str, object]) -> epcis.Explanation:
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T10:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    return epcis.explain(epcis.read(epcis.encode_json(document), strict=False))


def event(**members: object) -> dict[str, object]:
    common = {"eventTime": "2026-03-01T10:00:00Z", "eventTimeZoneOffset": "+00:00"}
    return {**common, "action": "ADD", **members}


def test_a_packed_case_is_a_row_with_a_square_for_each_pack() -> None:
    packing = event(type="AggregationEvent", parentID=CASE, childEPCs=PACKS, bizStep="packing")
    picture = explain.draw(told(packing), label=lambda identifier: f"<{identifier[-3:]}>")

    etree.fromstring(picture)
    assert picture.count('class="x-pack"') == 3
    assert "&lt;001&gt;" in picture
    assert "3 packs" in picture


def test_who_sends_to_whom_is_drawn_and_what_is_not_said_is_said_to_be_missing() -> None:
    shipping = event(
        type="ObjectEvent",
        action="OBSERVE",
        bizStep="shipping",
        epcList=[CASE],
        sourceList=[{"type": "owning_party", "source": "urn:epc:id:pgln:952012.000000"}],
    )
    picture = explain.draw(told(shipping), label=str)

    etree.fromstring(picture)
    assert "GLN 9520120000007" in picture
    assert "The file does not say" in picture


def test_a_document_without_transfers_and_packing_has_no_picture() -> None:
    assert explain.draw(told(), label=str) == ""
