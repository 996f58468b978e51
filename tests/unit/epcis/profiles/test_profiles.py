"""A right message breaks no rule; break one thing, and exactly that is found."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packtrail import epcis
from packtrail.base.errors import UsageError
from packtrail.base.findings import FindingCode, has_errors
from packtrail.epcis.profiles import NAMES, codes, profile

from .making import (
    BUYER,
    CASE,
    LOT,
    MAKER,
    MAKER_DC,
    MESSAGE,
    PACK,
    PALLET,
    R12,
    read,
)

NOW = datetime(2026, 4, 2, tzinfo=UTC)
GOLDEN = (
    "openepcis-test-resources/1.2/EPCIS/XML/Capture/Documents/GS1_US_Pharma_Example_2_2_1_1.xml"
)
OFFSET = "<eventTimeZoneOffset>-05:00</eventTimeZoneOffset>"


def event(number: int) -> str:
    """Return the text of an event of the message, counted from 1."""
    return MESSAGE.partition("<EventList>\n")[2].splitlines(keepends=True)[number - 1]


def changed(number: int, old: str, new: str) -> tuple[str, str]:
    """Return an event and the same with a part of it changed: what to replace, by what."""
    whole = event(number)
    assert old in whole
    return whole, whole.replace(old, new, 1)


def repeated(number: int, time: str, *parts: tuple[str, str]) -> tuple[str, str]:
    """Return a replacement that adds an event again, at another time and with parts changed."""
    whole = event(number)
    again = whole.replace(whole[whole.index("<eventTime>") + 11 :][:20], time)
    for old, new in parts:
        assert old in again
        again = again.replace(old, new)
    return event(6), again + event(6)


BROKEN: list[tuple[tuple[str, str], set[str]]] = [
    ((f"{PACK}2</epc></epcList>", f"{PACK}2</epc><epc>{PACK}+</epc></epcList>"), set()),
    (changed(1, MAKER, "urn:epc:id:sgln:4012345.1.0"), {"EPC-301", "EPC-401", "EPC-512"}),
    (("bizstep:packing", "bizstep:paking"), {"EPC-303", "EPC-402"}),
    (changed(1, f"{PACK}1", "urn:epc:idpat:sgtin:4012345.011111.*"), {"EPC-403", "EPC-526"}),
    (
        changed(
            2,
            "<ilmd>",
            f"<quantityList><quantityElement><epcClass>{CASE}9</epcClass></quantityElement>"
            "</quantityList><ilmd>",
        ),
        {"EPC-404"},
    ),
    (
        (
            OFFSET,
            f"{OFFSET}<baseExtension><eventID>urn:uuid:1</eventID></baseExtension>",
        ),
        {"EPC-405"},
    ),
    (changed(6, "2026-04-01T07", "2026-04-03T07"), {"EPC-406", "EPC-407"}),
    (changed(6, "2026-04-01T07:48", "2026-04-01T09:48"), {"EPC-407"}),
    (repeated(1, "2026-04-01T07:00:00Z"), {"EPC-408"}),
    (
        repeated(
            3, "2026-04-01T07:00:00Z", (f"<parentID>{CASE}9", f"<parentID>{PALLET}")
        ),
        {"EPC-409"},
    ),
    (
        repeated(
            1,
            "2026-03-27T06:47:00Z",
            (">ADD<", ">DELETE<"),
            (LOT, ""),
            ("bizstep:commissioning", "bizstep:decommissioning"),
            ("disp:active", "disp:inactive"),
            (f"<epc>{PACK}1</epc>", ""),
        ),
        {"EPC-410", "EPC-529"},
    ),
    (changed(4, f"<id>{MAKER_DC}</id></readPoint>", f"<id>{PALLET}</id></readPoint>"),
     {"EPC-411", "EPC-512"}),
    (("<sbdh:TypeVersion>1.0", "<sbdh:TypeVersion>2.0"), {"EPC-501"}),
    (("<sbdh:InstanceIdentifier>1<", "<sbdh:InstanceIdentifier><"), {"EPC-502"}),
    ((f'Authority="GS1">{BUYER}', f'Authority="GLN">{BUYER}'), {"EPC-503"}),
    ((f'Authority="GS1">{BUYER}', 'Authority="GS1">4098765000010'), {"EPC-503"}),
    (('schemaVersion="1.2"', 'schemaVersion="1.1"'), {"EPC-504"}),
    (("GS1 US DSCSA R1.3", "GS1 US DSCSA R1.4"), {"EPC-505"}),
    (
        (
            "<gs1ushc:dropShipment>",
            "<gs1ushc:directPurchase>true</gs1ushc:directPurchase><gs1ushc:dropShipment>",
        ),
        {"EPC-506"},
    ),
    (("affirmTransactionStatement>true", "affirmTransactionStatement>false"), {"EPC-507"}),
    (("581(27)", "582"), {"EPC-508"}),
    (("urn:epc:idpat:sgtin:4012345.111111.*", "urn:epc:idpat:sgtin:4012345.211111.*"),
     {"EPC-509"}),
    (("mda#regulatedProductName", "mda#otherName"), {"EPC-510"}),
    (("US_FDA_NDC", "FDA_NDC_11"), {"EPC-511"}),
    ((f'<VocabularyElement id="{MAKER_DC}"', '<VocabularyElement id="urn:x:1"'), {"EPC-512"}),
    (("mda#city", "mda#town"), {"EPC-513"}),
    (changed(1, "disp:active", "disp:in_progress"), {"EPC-514"}),
    (changed(1, f"<bizLocation><id>{MAKER}</id></bizLocation>", ""), {"EPC-514"}),
    (changed(1, "<cbvmda:itemExpirationDate>2028-03-27</cbvmda:itemExpirationDate>", ""),
     {"EPC-515"}),
    (changed(1, "2028-03-27</cbvmda", "27.03.2028</cbvmda"), {"EPC-515"}),
    (changed(1, "2028-03-27</cbvmda", "2028-02-30</cbvmda"), {"EPC-515"}),
    (changed(1, "2028-03-27</cbvmda", "2028-03-27Z</cbvmda"), set()),
    (changed(4, "</ObjectEvent>", f"{LOT}</ObjectEvent>"), {"EPC-516"}),
    (changed(3, "disp:in_progress", "disp:active"), {"EPC-517"}),
    ((event(6), ""), {"EPC-518"}),
    (changed(6, "disp:in_transit", "disp:in_progress"), {"EPC-519"}),
    (
        changed(6, "</readPoint>", f"</readPoint><bizLocation><id>{MAKER}</id></bizLocation>"),
        {"EPC-519"},
    ),
    (("cbv:btt:desadv", "cbv:btt:inv"), {"EPC-520"}),
    (("urn:epcglobal:cbv:bt:4098765000018:PO1", "urn:example:PO1"), {"EPC-521"}),
    ((f'<source type="urn:epcglobal:cbv:sdt:location">{MAKER_DC}</source>', ""), {"EPC-522"}),
    (changed(6, f"owning_party\">{MAKER}", f"owning_party\">{MAKER_DC}"), {"EPC-523"}),
    (changed(6, f"owning_party\">{BUYER}", f"owning_party\">{MAKER}"), {"EPC-524"}),
    ((event(4), ""), {"EPC-525", "EPC-526"}),
    (changed(3, f"{PACK}2", f"{PACK}3"), {"EPC-526"}),
    ((event(5), ""), {"EPC-527"}),
    (changed(6, f"<epc>{PALLET}</epc>", f"<epc>{PALLET}</epc><epc>{CASE}9</epc>"), {"EPC-528"}),
    ((event(1) + event(2), event(2) + event(1)), {"EPC-529"}),
    (("<gs1ushc:dropShipment>false</gs1ushc:dropShipment>", ""), {"EPC-530"}),
]  # fmt: skip


def test_the_right_message_breaks_no_rule() -> None:
    assert epcis.validate(read(MESSAGE), "dscsa-r1.3", on=NOW) == ()


def test_the_right_message_of_release_1_2_breaks_no_rule() -> None:
    assert epcis.validate(read(R12), "dscsa-r1.2", on=NOW) == ()


@pytest.mark.parametrize(("replacement", "expected"), BROKEN)
def test_one_thing_broken_gives_exactly_that_finding(
    replacement: tuple[str, str], expected: set[str]
) -> None:
    old, new = replacement
    count = 2 if "EPC-405" in expected else 1
    assert old in MESSAGE
    found = epcis.validate(read(MESSAGE.replace(old, new, count)), "dscsa-r1.3", on=NOW)

    assert {one.code for one in found} == expected
    assert all(one.at and one.message.endswith(".") for one in found)


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ({"epcList": ["https://id.gs1.org/01/04012345111118"]}, "EPC-403"),
        ({"epcList": ["https://example.com/01/04012345111118/10/L1"]}, "EPC-403"),
        ({"epcList": ["https://id.gs1.org/01/04012345111118/21/1", "https://example.com/a"]}, ""),
        (
            {"quantityList": [{"epcClass": "https://id.gs1.org/01/04012345111118/21/1"}]},
            "EPC-404",
        ),
        ({"quantityList": [{"epcClass": "https://id.gs1.org/00/340123453111111115"}]}, "EPC-404"),
        (
            {
                "quantityList": [
                    {"epcClass": "https://id.gs1.org/8003/04012345000221"},
                    {"epcClass": "https://example.com/class/a"},
                ]
            },
            "",
        ),
        ({"readPoint": {"id": "https://id.gs1.org/417/4012345000016"}}, "EPC-411"),
        ({"bizLocation": {"id": "https://id.gs1.org/00/340123453111111115"}}, "EPC-411"),
        ({"readPoint": {"id": "https://id.gs1.org/414/4012345000016/254/2"}}, ""),
        ({"readPoint": {"id": "https://id.gs1.org/8004/4012345TRUCK"}}, ""),
        ({"readPoint": {"id": "geo:52.5,13.4"}}, ""),
        ({"readPoint": {"id": "https://example.com/gate/4"}}, ""),
    ],
)
def test_a_digital_link_is_held_to_what_it_names(listed: dict[str, object], code: str) -> None:
    event = {
        "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
        "type": "ObjectEvent",
        "eventTime": "2026-04-01T07:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "epcList": ["https://id.gs1.org/01/04012345111118/21/1"],
        **listed,
    }
    found = epcis.validate(epcis.read(json.dumps(event).encode()), "gs1", on=NOW)

    assert [one.code for one in found] == ([code] if code else [])


def test_every_rule_of_every_profile_is_broken_by_some_case() -> None:
    broken = set().union(*(expected for _, expected in BROKEN))
    declared = {code.code for code in vars(codes).values() if isinstance(code, FindingCode)}
    used = {rule.code.code for name in NAMES for rule in profile(name).rules}

    assert declared == used
    assert used <= broken


def test_markers_of_the_two_releases_are_not_mixed() -> None:
    found = {one.code for one in epcis.validate(read(MESSAGE), "dscsa-r1.2", on=NOW)}

    assert found == {"EPC-503", "EPC-505"}
    found = {one.code for one in epcis.validate(read(R12), "dscsa-r1.3", on=NOW)}
    assert found == {"EPC-503", "EPC-505", "EPC-511"}


def test_a_message_tells_in_whole_sentences() -> None:
    text = MESSAGE.replace(*changed(3, f"{PACK}2", f"{PACK}3"))
    (finding,) = epcis.validate(read(text), "dscsa-r1.3", on=NOW)

    assert finding.message == (
        "urn:epc:id:sgtin:4012345.011111.3 is packed here, and no event commissions it."
    )
    assert "/EventList/AggregationEvent[1] (line " in finding.at
    assert finding.remedy


def test_without_a_date_nothing_is_in_the_future() -> None:
    text = MESSAGE.replace("2026-04-01", "2996-04-01")

    assert epcis.validate(read(text), "dscsa-r1.3") == ()


def test_a_state_is_asked_for_in_the_united_states_alone() -> None:
    text = MESSAGE.replace("mda#state", "mda#region")
    abroad = text.replace(">US<", ">DE<")

    assert {one.code for one in epcis.validate(read(text), "dscsa-r1.3")} == {"EPC-513"}
    assert epcis.validate(read(abroad), "dscsa-r1.3") == ()


def test_a_document_alone_is_validated_too() -> None:
    document = read(MESSAGE.replace(event(6), "")).document
    assert document is not None
    found = epcis.validate(document, "dscsa-r1.3", on=NOW)

    assert [one.code for one in found] == ["EPC-518"]


def test_the_findings_of_reading_come_first() -> None:
    reading = read(MESSAGE.replace("<EventList>", "<EventList><vendor/>"))
    found = epcis.validate(reading, "dscsa-r1.3", on=NOW)

    assert found == reading.findings
    assert [one.code for one in found] == ["EPC-102"]


def test_what_cannot_be_read_has_the_findings_of_reading_alone() -> None:
    reading = read("<x/>")

    assert epcis.validate(reading, "gs1") == reading.findings


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"no profile 'x'; there are gs1, dscsa-r1\.2, dscsa-r1\.3"
    ):
        epcis.validate(read(MESSAGE), "x")


def test_a_withdrawn_event_breaks_no_rule() -> None:
    wrong = event(1).replace(
        "</eventTimeZoneOffset>",
        "</eventTimeZoneOffset><baseExtension><eventID>urn:uuid:1</eventID>{}</baseExtension>",
    )
    declared = (
        "<errorDeclaration><declarationTime>2026-03-28T00:00:00Z</declarationTime>"
        "</errorDeclaration>"
    )
    text = MESSAGE.replace(
        event(1), event(1) + wrong.replace("{}", "") + wrong.replace("{}", declared)
    )

    assert epcis.validate(read(text), "dscsa-r1.3", on=NOW) == ()


def test_the_published_golden_file_breaks_no_rule(conformance: Path) -> None:
    reading = epcis.read((conformance / GOLDEN).read_bytes())
    found = epcis.validate(reading, "dscsa-r1.3", on=NOW)

    assert found == ()


def test_the_valid_documents_of_gs1_have_no_error_under_its_profile(conformance: Path) -> None:
    failing = {}
    for path in sorted((conformance / "gs1-epcis/json").rglob("*.jsonld")):
        found = epcis.validate(epcis.read(path.read_bytes()), "gs1", on=NOW)
        if has_errors(found):
            failing[path.name] = sorted({one.code for one in found})

    assert failing == {}
