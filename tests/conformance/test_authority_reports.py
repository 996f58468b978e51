"""Reports against what authorities and GS1 publish: schemas and golden files, read in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from tests.unit.reporting import sample

from packtrail import epcis, gs1
from packtrail.epcis import AggregationEvent, EpcisDocument, ObjectEvent
from packtrail.reporting import catalogue
from packtrail.reporting.assembling import Birth, Heading, Known, Sources, assemble, gln_of
from packtrail.reporting.building import build, check_file
from packtrail.reporting.composing import Composition
from packtrail.reporting.forms import Form
from packtrail.reporting.material import ItemKey, Material

RUSSIAN = catalogue.forms_of("RU")
ON = datetime(2026, 11, 28, tzinfo=UTC)
GOLDEN = (
    "openepcis-test-resources/1.2/EPCIS/XML/Capture/Documents/GS1_US_Pharma_Example_2_2_1_1.xml"
)


# --- Russia ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema(conformance: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(conformance / "mdlp-russia" / "xsd" / "documents.xsd"))


@pytest.mark.parametrize("form", RUSSIAN, ids=lambda form: form.id)
def test_documents_of_mdlp_are_valid(form: Form, schema: etree.XMLSchema) -> None:
    for made in build(form, sample.material_for(form)).files:
        schema.assertValid(etree.fromstring(made.content))


@pytest.mark.parametrize("form", RUSSIAN, ids=lambda form: form.id)
def test_what_the_schemas_refuse_pre_flight_refuses(form: Form, schema: etree.XMLSchema) -> None:
    """Each element is left out in turn: whatever the operator would refuse must be seen before."""
    content = build(form, sample.material_for(form)).files[0].content
    count = len(list(etree.fromstring(content).iter()))
    for number in range(1, min(count, 40)):
        root = etree.fromstring(content)
        element = list(root.iter())[number]
        above = element.getparent()
        assert above is not None
        above.remove(element)
        if not schema.validate(root):
            checked = check_file(form, etree.tostring(root), on=ON)
            assert checked.score < 100, f"{element.tag} is missing: {schema.error_log}"


# --- United States --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def golden(conformance: Path) -> EpcisDocument:
    document = epcis.read((conformance / GOLDEN).read_bytes()).document
    assert document is not None
    return document


def _sources(document: EpcisDocument) -> Sources:
    """Return what a store would know that had captured the document."""
    births: dict[ItemKey, Birth] = {}
    inside: dict[ItemKey, tuple[str, ...]] = {}
    for event in document.events:
        if isinstance(event, AggregationEvent) and event.parent_id:
            inside[gs1.identify([event.parent_id])[0]] = event.child_epcs
        if isinstance(event, ObjectEvent) and event.biz_step == "commissioning":
            birth = Birth(
                lot=event.ilmd.get(epcis.LOT_NUMBER, ""),
                expires=event.ilmd.get(epcis.ITEM_EXPIRATION_DATE, ""),
            )
            births |= dict.fromkeys(gs1.identify(event.epcs), birth)
    items, places = _known(document)
    return Sources(
        events=document.events[-1:],
        births=births,
        inside=inside,
        items=items,
        places=places,
        history=document.events,
    )


def _known(document: EpcisDocument) -> tuple[Mapping[str, Known], Mapping[str, Known]]:
    items, places = {}, {}
    for vocabulary in document.vocabularies:
        for element in vocabulary.elements:
            facts = {name.rpartition("#")[2]: text for name, text in element.attributes.items()}
            class_key = gs1.identify([element.id])[0][0]
            if class_key.startswith("gtin/"):
                gtin = class_key.removeprefix("gtin/")
                items[gtin] = Known(name=facts["regulatedProductName"], facts=facts)
            else:
                places[gln_of(element.id)] = Known(name=facts["name"], facts=facts)
    return items, places


def _shipment(golden: EpcisDocument, form_id: str, **facts: str) -> tuple[Material, Composition]:
    form = catalogue.form(form_id)
    heading = Heading(
        number=golden.instance_identifier or "",
        made_at=datetime(2023, 4, 1, 8, 45, 16, tzinfo=UTC),
        happening="transaction",
        sender="0300011111116",
        facts=facts,
    )
    material = assemble(form, heading, _sources(golden))
    return material, build(form, material)


def test_the_golden_shipment_comes_out_again(golden: EpcisDocument) -> None:
    _, composed = _shipment(golden, "us_ti_r13")
    assert composed.findings == ()
    (made,) = composed.files
    again = epcis.read(made.content).document
    assert again is not None
    assert list(map(epcis.event_hash, again.events)) == list(map(epcis.event_hash, golden.events))
    for name in ("sender", "receiver", "instance_identifier", "business_header", "vocabularies"):
        assert getattr(again, name) == getattr(golden, name), name
    assert again.extensions == golden.extensions
    checked = check_file(catalogue.form("us_ti_r13"), made.content, on=ON)
    assert checked.findings == ()
    assert (checked.lines, checked.score) == (8, 100)


def test_release_1_2_names_no_release_and_says_sgln(golden: EpcisDocument) -> None:
    (made,) = _shipment(golden, "us_ti_r12", direct_purchase="entirely_direct")[1].files
    assert b"guidelineVersion" not in made.content
    assert b'Authority="SGLN"' in made.content
    assert b"<gs1ushc:directPurchase>true</gs1ushc:directPurchase>" in made.content
    assert check_file(catalogue.form("us_ti_r12"), made.content, on=ON).findings == ()
    other = check_file(catalogue.form("us_ti_r13"), made.content, on=ON)
    assert {"EPC-503", "EPC-505", "EPC-506"} <= {each.code for each in other.findings}


def test_release_1_3_states_how_a_wholesaler_bought(golden: EpcisDocument) -> None:
    facts = {"direct_purchase": "entirely_direct", "direct_purchase_statement": "Bought directly."}
    (made,) = _shipment(golden, "us_ti_r13", **facts)[1].files
    event = epcis.read(made.content).document.events[-1]  # type: ignore[union-attr]  # it is whole
    stated = event.extensions["{http://epcis.gs1us.org/hc/ns}directPurchase"]
    assert stated["{http://epcis.gs1us.org/hc/ns}directPurchaseStatement"] == "Bought directly."
    assert stated["{http://epcis.gs1us.org/hc/ns}epc"] == "urn:epc:id:sscc:030001.41234567890"
    assert check_file(catalogue.form("us_ti_r13"), made.content, on=ON).findings == ()


def test_only_what_is_shipped_is_told(golden: EpcisDocument) -> None:
    """Of twelve packs that were made in one event, four are shipped."""
    case = golden.events[2]
    assert isinstance(case, AggregationEvent)
    shipped = epcis.read_event_json(
        epcis.event_json_standalone(golden.events[-1], golden.namespaces)
        | {"epcList": [case.parent_id]}
    )
    sources = _sources(golden)
    heading = Heading(number="2", made_at=ON, happening="transaction", sender="0300011111116")
    form = catalogue.form("us_ti_r13")
    material = assemble(
        form,
        heading,
        Sources(
            events=(shipped,),
            births=sources.births,
            inside=sources.inside,
            items=sources.items,
            places=sources.places,
            history=sources.history,
        ),
    )
    (made,) = build(form, material).files
    again = epcis.read(made.content).document
    assert again is not None
    first = again.events[0]
    assert isinstance(first, ObjectEvent)
    assert [len(first.epcs), len(again.events)] == [4, 4]
    assert check_file(form, made.content, on=ON).score == 100


def test_goods_without_a_history_are_named(golden: EpcisDocument) -> None:
    form = catalogue.form("us_ti_r13")
    sources = _sources(golden)
    short = Sources(
        events=sources.events,
        births=sources.births,
        inside=sources.inside,
        items=sources.items,
        places=sources.places,
        history=golden.events[1:],
    )
    heading = Heading(number="2", made_at=ON, happening="transaction", sender="0300011111116")
    (finding,) = build(form, assemble(form, heading, short)).findings
    assert finding.code == "REP-006"
    assert "urn:epc:id:sgtin:030001.0012345.11" in finding.message
    assert "and 9 more" in finding.message


def _with(text: str, other: str) -> Callable[[str], str]:
    return lambda content: content.replace(text, other)


def _without(text: str) -> Callable[[str], str]:
    return _with(text, "")


BROKEN: Mapping[str, tuple[Callable[[str], str], str]] = {
    "no drop shipment": (_without("<gs1ushc:dropShipment>false</gs1ushc:dropShipment>"), "EPC-530"),
    "no release": (
        _without("<gs1ushc:guidelineVersion>GS1 US DSCSA R1.3</gs1ushc:guidelineVersion>"),
        "EPC-505",
    ),
    "statement not affirmed": (
        lambda text: text.replace(
            "<gs1ushc:affirmTransactionStatement>true",
            "<gs1ushc:affirmTransactionStatement>false",
        ),
        "EPC-507",
    ),
    "no lot": (_without("<cbvmda:lotNumber>A123</cbvmda:lotNumber>"), "EPC-515"),
    "another owner": (
        lambda text: text.replace(
            '<source type="urn:epcglobal:cbv:sdt:owning_party">urn:epc:id:sgln:030001.111111.0',
            '<source type="urn:epcglobal:cbv:sdt:owning_party">urn:epc:id:sgln:030001.111121.0',
        ),
        "EPC-523",
    ),
    "a case is shipped that is on the pallet": (
        lambda text: text.replace(
            "<epc>urn:epc:id:sscc:030001.41234567890</epc></epcList><action>OBSERVE",
            "<epc>urn:epc:id:sgtin:030001.1012345.110</epc></epcList><action>OBSERVE",
        ),
        "EPC-528",
    ),
    "another version": (_with('schemaVersion="1.2"', 'schemaVersion="1.1"'), "PRE-008"),
    "an impossible time": (_with("2023-03-27T06:50", "2023-13-27T06:50"), "EPC-105"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_one_thing_wrong_in_the_golden_shipment_is_seen(name: str, golden: EpcisDocument) -> None:
    spoil, code = BROKEN[name]
    (made,) = _shipment(golden, "us_ti_r13")[1].files
    whole = made.content.decode()
    spoilt = spoil(whole)
    assert spoilt != whole
    checked = check_file(catalogue.form("us_ti_r13"), spoilt.encode(), on=ON)
    assert code in {finding.code for finding in checked.findings}
    assert checked.score < 100


# --- Egypt ----------------------------------------------------------------------------------------


def test_the_healthcare_extension_of_egypt_stays_whole(conformance: Path) -> None:
    content = (conformance / "gs1-egypt-healthcare" / "1_GS1_Eg_EPCIS_Document.json").read_bytes()
    document = epcis.read(content).document
    assert document is not None
    form = catalogue.form("eg_epcis")
    heading = Heading(number="1", made_at=ON, happening="commission", sender="")
    material = assemble(form, heading, Sources(events=document.events))
    (made,) = build(form, material).files
    again = epcis.read(made.content).document
    assert again is not None
    assert list(map(epcis.event_hash, again.events)) == list(map(epcis.event_hash, document.events))
    assert b'"gs1egypthc:dosageQuantityList"' in made.content
    assert check_file(form, made.content, on=ON).score == 100
