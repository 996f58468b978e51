"""Every query parameter, on captured events: what it finds and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from packtrail.base.errors import RefusedError
from packtrail.services.capture import capture
from packtrail.services.queries import query
from packtrail.store.database import Database

from .conftest import World, make_world
from .documents import CASE, CONTEXT, SITE, commissioning, document, event, pack, packing

NS = "https://ns.example.com/x/"
OTHER = "urn:epc:id:sgln:030001.222222.0"
SHELF = "urn:epc:id:sgln:030001.111111.7"
ROOM, CORNER = "https://example.com/room", "https://example.com/room/corner"
LGTIN = "urn:epc:class:lgtin:030001.0012345.L1"
PRODUCT = "urn:epc:idpat:sgtin:030001.0012345.*"
ALIEN = "urn:epc:id:sgtin:0300012.012345.1"
PO, SELLER, BUYER = "urn:x:po:1", "urn:epc:id:pgln:030001.333333", "urn:epc:id:pgln:030001.444444"


def _wrong(number: int) -> dict[str, Any]:
    declaration = {
        "declarationTime": "2026-03-05T12:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:00000000-0000-4000-8000-000000000099"],
        "x:clerk": "Ann",
        "x:form": {"x:page": 7},
    }
    return event(number, epcList=[pack(9)], errorDeclaration=declaration)


def _sensed(number: int, report: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    element = {"sensorMetadata": metadata, "sensorReport": [report], "x:grade": "A"}
    return event(number, epcList=[pack(9)], action="OBSERVE", sensorElementList=[element])


TEMPERATURE = {"type": "Temperature", "value": 25.0, "uom": "CEL", "x:probe": {"x:depth": 3}}
EVENTS = {
    "made": commissioning(0, [pack(1), pack(2)]),
    "packed": packing(1, CASE, [pack(1), pack(2)]),
    "shipped": event(
        2,
        action="OBSERVE",
        bizStep="shipping",
        disposition="in_transit",
        epcList=[CASE],
        readPoint={"id": SHELF, "x:gate": "7", "x:camera": {"x:lens": "wide"}},
        bizTransactionList=[{"type": "po", "bizTransaction": PO}],
        sourceList=[{"type": "owning_party", "source": SELLER}],
        destinationList=[{"type": "possessing_party", "destination": BUYER}],
    ),
    "seen": event(
        3,
        action="DELETE",
        bizStep="https://example.com/steps/weighing",
        disposition="damaged",
        epcList=[ALIEN],
        readPoint={"id": ROOM},
        bizLocation={"id": CORNER, "x:aisle": "12"},
        persistentDisposition={"set": ["recalled"], "unset": ["completeness_verified"]},
    ),
    "bulk": event(
        4,
        action="OBSERVE",
        readPoint={"id": OTHER},
        bizLocation={"id": OTHER},
        quantityList=[
            {"epcClass": LGTIN, "quantity": 2.5, "uom": "KGM"},
            {"epcClass": PRODUCT, "quantity": 40},
        ],
    ),
    "turned": {
        name: value
        for name, value in event(
            5,
            type="TransformationEvent",
            inputEPCList=[pack(2)],
            inputQuantityList=[{"epcClass": PRODUCT}],
            outputEPCList=[ALIEN],
            outputQuantityList=[{"epcClass": LGTIN}],
            transformationID="urn:x:turn:1",
            ilmd={"x:mass": 7.5, "x:parts": {"x:code": "007"}, "cbvmda:lotNumber": "T1"},
        ).items()
        if name != "action"
    },
    "warm": _sensed(
        6,
        {
            **TEMPERATURE,
            "minValue": 24,
            "maxValue": 26.5,
            "meanValue": 25.1,
            "sDev": 9,
            "percRank": 95,
            "percValue": 26,
        },
        time="2026-03-03T07:00:00Z",
        startTime="2026-03-03T06:00:00Z",
        endTime="2026-03-03T06:30:00Z",
        deviceID="urn:x:device:1",
        dataProcessingMethod="https://example.com/method",
        bizRules="https://example.com/rules",
        **{"x:firmware": "2.0"},
    ),
    "told": _sensed(
        7,
        {
            "type": "https://example.com/Taste",
            "stringValue": "sweet",
            "booleanValue": False,
            "hexBinaryValue": "f0F0",
            "uriValue": "urn:x:uri:1",
            "microorganism": "https://example.com/coli",
            "chemicalSubstance": "https://example.com/salt",
            "time": "2026-03-03T09:00:00+01:00",
        },
    ),
    "wrong": _wrong(8),
    "extended": event(
        9,
        epcList=[pack(8)],
        **{
            "x:batch": "007",
            "x:temp": 20.5,
            "x:until": "2026-06-01T12:00:00+02:00",
            "x:day": "2026-07-01",
            "x:colours": ["red", "green"],
            "x:box": {"x:inside": 3, "x:deeper": {"x:deepest": "gold"}},
        },
    ),
}
LOCATIONS = {
    "type": "urn:epcglobal:epcis:vtype:Location",
    "vocabularyElementList": [
        {"id": ROOM, "children": [CORNER]},
        {"id": CORNER, "attributes": [{"id": "urn:epcglobal:cbv:mda#floor", "attribute": "3"}]},
        {"id": SHELF, "attributes": [{"id": "cbvmda:site", "attribute": "0300011111116"}]},
        {"id": OTHER, "attributes": [{"id": "https://example.com/a#size", "attribute": "big"}]},
    ],
}
CLASSES = {
    "type": "urn:epcglobal:epcis:vtype:EPCClass",
    "vocabularyElementList": [
        {"id": LGTIN, "attributes": [{"id": "urn:x:attr:form", "attribute": "tablet"}]}
    ],
}
STEPS = {
    "type": "urn:epcglobal:epcis:vtype:BusinessStep",
    "vocabularyElementList": [
        {
            "id": "urn:epcglobal:cbv:bizstep:shipping",
            "attributes": [{"id": "urn:x:attr:name", "attribute": "Versand"}],
        }
    ],
}


@pytest.fixture(scope="module")
def world(database: Database) -> Iterator[World]:
    made = make_world(database)
    content = document(*EVENTS.values(), vocabularies=[LOCATIONS, CLASSES, STEPS])
    content = content.replace(f'"{CONTEXT}"'.encode(), f'"{CONTEXT}", {{"x": "{NS}"}}'.encode(), 1)
    job = capture.submit(made.app, made.maker, content, media_type="application/json")
    assert job.success, job.findings
    yield made
    made.app.workers.shutdown(wait=True)


NAMES = {each["eventID"]: name for name, each in EVENTS.items()}


def ask(world: World, text: str, **options: Any) -> list[str]:
    params = dict(part.split("=", 1) for part in text.split("&") if part)
    page = query.events(
        world.app, world.maker, {"orderDirection": "ASC"} | params | {"perPage": "99"}, **options
    )
    return [NAMES[each["eventID"]] for each in page.events]


MOVED = ["made", "packed", "wrong", "extended", "turned", "warm", "told"]
CASES = {
    # The event itself
    "eventType=AggregationEvent|TransformationEvent": "packed turned",
    "eventType=QuantityEvent|https://example.com/types/Weighing": "",
    "EQ_eventID=urn:uuid:00000000-0000-4000-8000-000000000002": "shipped",
    "EQ_eventID=urn:uuid:00000000-0000-4000-8000-000000000098": "",
    "EQ_transformationID=urn:x:turn:1": "turned",
    "EQ_transformationID=urn:x:turn:2": "",
    "EQ_action=DELETE": "seen",
    "GE_eventTime=2026-03-03T00:08:00+01:00": "wrong extended",
    "LT_eventTime=2026-03-02T23:02:00Z": "made packed",
    # Business context
    "EQ_bizStep=shipping": "shipped",
    "EQ_bizStep=urn:epcglobal:cbv:bizstep:shipping": "shipped",
    "EQ_bizStep=https://ref.gs1.org/cbv/BizStep-shipping|packing": "packed shipped",
    "EQ_bizStep=cbv:BizStep-shipping": "shipped",
    "EQ_bizStep=https://example.com/steps/weighing": "seen",
    "EQ_disposition=urn:epcglobal:cbv:disp:in_transit": "shipped",
    "EQ_persistentDisposition_set=recalled": "seen",
    "EQ_persistentDisposition_set=urn:epcglobal:cbv:disp:recalled": "seen",
    "EQ_persistentDisposition_set=completeness_verified": "",
    "EQ_persistentDisposition_unset=completeness_verified": "seen",
    f"EQ_bizTransaction_po={PO}": "shipped",
    f"EQ_bizTransaction_urn:epcglobal:cbv:btt:po=urn:x:po:2|{PO}": "shipped",
    f"EQ_bizTransaction_inv={PO}": "",
    f"EQ_source_owning_party={SELLER}": "shipped",
    f"EQ_source_possessing_party={SELLER}": "",
    f"EQ_destination_cbv:SDT-possessing_party={BUYER}": "shipped",
    # Places
    f"EQ_readPoint={OTHER}": "bulk",
    "EQ_readPoint=https://id.gs1.org/414/0300012222224": "bulk",
    f"EQ_bizLocation={CORNER}": "seen",
    f"EQ_bizLocation={ROOM}": "",
    f"WD_bizLocation={ROOM}": "seen",
    f"WD_bizLocation={CORNER}": "seen",
    f"WD_readPoint={CORNER}": "",
    f"WD_readPoint={ROOM}": "seen",
    f"EQ_readPoint={SHELF}": "shipped",
    f"WD_readPoint={SITE}&EQ_action=OBSERVE": "shipped warm told",
    f"WD_readPoint={SHELF}": "shipped",
    # What
    f"MATCH_epc={pack(1)}": "made packed",
    "MATCH_epc=https://id.gs1.org/01/00300010123455/21/1": "made packed",
    "MATCH_epc=https://shop.example.com/01/00300010123455/21/1": "made packed",
    "MATCH_epc=urn:epc:idpat:sgtin:030001.0012345.1": "made packed",
    f"MATCH_epc={pack(404)}": "",
    "MATCH_epc=urn:epc:idpat:sgtin:030001.0012345.*": "made packed warm told wrong extended",
    "MATCH_epc=urn:epc:idpat:sgtin:030001.*.*": "made packed warm told wrong extended",
    "MATCH_epc=urn:epc:idpat:sgtin:0300012.*.*": "seen",
    "MATCH_epc=urn:epc:idpat:sgtin:0300010.*.*": "",
    "MATCH_anyEPC=urn:epc:idpat:sgtin:*.*.*&EQ_bizStep=packing": "packed",
    "MATCH_epc=urn:epc:idpat:sscc:030001.*": "shipped",
    "MATCH_epc=urn:epc:idpat:sscc:0300011.*": "",
    "MATCH_parentID=urn:epc:idpat:sscc:030001.*": "packed",
    "MATCH_parentID=urn:epc:idpat:sscc:*.*": "packed",
    "MATCH_epc=urn:epc:idpat:giai:030001.*": "",
    f"MATCH_parentID={CASE}": "packed",
    f"MATCH_anyEPC={CASE}": "packed shipped",
    f"MATCH_inputEPC={pack(2)}": "turned",
    f"MATCH_inputEPC={pack(1)}": "",
    f"MATCH_outputEPC={ALIEN}": "turned",
    f"MATCH_epcClass={LGTIN}": "bulk",
    f"MATCH_epcClass={PRODUCT}": "bulk",
    "MATCH_epcClass=urn:epc:idpat:sgtin:030001.*.*": "bulk",
    "MATCH_epcClass=urn:epc:idpat:sgtin:0300012.*.*": "",
    "MATCH_inputEPCClass=urn:epc:idpat:sgtin:*.*.*": "turned",
    f"MATCH_inputEPCClass={LGTIN}": "",
    f"MATCH_outputEPCClass={LGTIN}": "turned",
    f"MATCH_anyEPCClass={LGTIN}": "bulk turned",
    # Quantities
    "EQ_quantity=40": "bulk",
    "EQ_quantity=2.50|7": "bulk",
    "GT_quantity=40": "",
    "GE_quantity=40": "bulk",
    "LT_quantity=2.5": "",
    "LE_quantity=2.5": "bulk",
    "EQ_quantity_GRM=2500": "bulk",
    "GT_quantity_LBR=5": "bulk",
    "GT_quantity_LBR=6": "",
    "EQ_quantity_MTR=2.5": "",
    # Errors
    "EXISTS_errorDeclaration=true": "wrong",
    "EXISTS_errorDeclaration=": "wrong",
    "EXISTS_errorDeclaration=false&EQ_action=DELETE": "seen",
    "GE_errorDeclarationTime=2026-03-05T12:00:00Z": "wrong",
    "GE_errorDeclaration_Time=2026-03-05T12:00:01Z": "",
    "LT_errorDeclarationTime=2026-03-05T12:00:00Z": "",
    "LT_errorDeclaration_Time=2026-03-05T13:00:01+01:00": "wrong",
    "EQ_errorReason=urn:epcglobal:cbv:er:incorrect_data": "wrong",
    "EQ_errorReason=did_not_occur": "",
    "EQ_correctiveEventID=urn:uuid:00000000-0000-4000-8000-000000000099": "wrong",
    # Sensors
    "EXISTS_sensorElementList=true": "warm told",
    "EQ_type=Temperature": "warm",
    "EQ_type=gs1:Temperature": "warm",
    "EQ_type=https://example.com/Taste|Mass": "told",
    "EQ_deviceID=urn:x:device:1": "warm",
    "EQ_deviceID=urn:x:device:2": "",
    "EQ_dataProcessingMethod=https://example.com/method": "warm",
    "EQ_bizRules=https://example.com/rules": "warm",
    "EQ_microorganism=https://example.com/coli": "told",
    "EQ_chemicalSubstance=https://example.com/salt": "told",
    "EQ_stringValue=sweet": "told",
    "EQ_stringValue=Sweet": "",
    "EQ_booleanValue=false": "told",
    "EQ_booleanValue=true": "",
    "EQ_hexBinaryValue=F0f0": "told",
    "EQ_uriValue=urn:x:uri:1": "told",
    "GE_time=2026-03-03T07:00:00Z": "warm told",
    "GE_time=2026-03-03T08:00:00Z": "told",
    "LT_time=2026-03-03T07:00:00Z": "",
    "GE_startTime=2026-03-03T06:00:00Z": "warm",
    "LT_startTime=2026-03-03T06:00:00Z": "",
    "LT_endTime=2026-03-03T06:30:01Z": "warm",
    "GE_percRank=95": "warm",
    "GT_percRank=95": "",
    "EQ_value_CEL=25": "warm",
    "EQ_value_KEL=298.15": "warm",
    "EQ_value_FAH=77": "warm",
    "EQ_value_KGM=25": "",
    "GT_value_KEL=298.15": "",
    "GE_value_KEL=298.15": "warm",
    "LT_value_FAH=78": "warm",
    "LE_minValue_CEL=24": "warm",
    "LT_minValue_CEL=24": "",
    "GT_maxValue_KEL=299.6": "warm",
    "EQ_meanValue_CEL=25.1": "warm",
    "EQ_sDev_KEL=9": "warm",
    "GE_percValue_CEL=26": "warm",
    "GE_value_XXX=1": "",
    # Extensions
    "EQ_x:batch=007": "extended",
    "EQ_x:batch=7": "",
    "EQ_x:temp=20.50": "extended",
    "GT_x:temp=20.5": "",
    "GE_x:temp=20.5": "extended",
    "LT_x:temp=100": "extended",
    "LE_x:temp=20.4": "",
    "EQ_x:until=2026-06-01T10:00:00Z": "extended",
    "GE_x:until=2026-06-01T10:00:00Z": "extended",
    "GT_x:until=2026-06-01T12:00:00+02:00": "",
    "GT_x:until=5": "",
    "LT_x:day=2026-07-02": "extended",
    "GT_x:day=2026-07-01": "",
    "EQ_x:colours=green": "extended",
    "EQ_x:colours=blue|red": "extended",
    f"EQ_{NS}#colours=red": "extended",
    f"EQ_{NS}colours=red": "extended",
    "EXISTS_x:box=": "extended",
    "EXISTS_x:box=true&EQ_action=OBSERVE": "",
    "EXISTS_x:inside=": "",
    "EXISTS_INNER_x:inside=": "extended",
    "EQ_INNER_x:deepest=gold": "extended",
    "EQ_INNER_x:colours=red": "",
    "GT_INNER_x:inside=2": "extended",
    "EQ_ILMD_x:mass=7.5": "turned",
    "LT_ILMD_x:mass=7.5": "",
    "EXISTS_ILMD_x:parts=": "turned",
    "EQ_INNER_ILMD_x:code=007": "turned",
    "EQ_ILMD_x:code=007": "",
    "EQ_ILMD_cbvmda:lotNumber=LOT-7": "made",
    "EQ_ILMD_urn:epcglobal:cbv:mda#lotNumber=T1|LOT-7": "made turned",
    "EXISTS_ILMD_cbvmda:lotNumber=": "made turned",
    "EQ_ILMD_cbvmda:itemExpirationDate=2028-12-31": "made",
    "GE_ILMD_cbvmda:itemExpirationDate=2028-12-31": "made",
    "GT_ILMD_cbvmda:itemExpirationDate=2028-12-31": "",
    "GT_ILMD_cbvmda:itemExpirationDate=2028-12-30T12:00:00Z": "made",
    "LE_ILMD_cbvmda:itemExpirationDate=2028-12-30T12:00:00Z": "",
    "LT_ILMD_cbvmda:itemExpirationDate=2028-12-31T00:00:01Z": "made",
    "EQ_ERROR_DECLARATION_x:clerk=Ann": "wrong",
    "EQ_x:clerk=Ann": "",
    "GE_INNER_ERROR_DECLARATION_x:page=7": "wrong",
    "EQ_SENSORELEMENT_x:grade=A": "warm told",
    "EQ_SENSORMETADATA_x:firmware=2.0": "warm",
    "EXISTS_SENSORREPORT_x:probe=": "warm",
    "GT_INNER_SENSORREPORT_x:depth=2": "warm",
    "EQ_readPoint_x:gate=7": "shipped",
    "EQ_INNER_readPoint_x:lens=wide": "shipped",
    "EQ_bizLocation_x:aisle=12": "seen",
    "EQ_bizLocation_x:gate=7": "",
    "EQ_unknown:field=1": "",
    # Master data
    "HASATTR_bizLocation=cbvmda:floor": "seen",
    "HASATTR_readPoint=cbvmda:floor": "",
    "HASATTR_readPoint=urn:epcglobal:cbv:mda#site": "shipped",
    "EQ_ATTR_readPoint_urn:epcglobal:cbv:mda:site=0300011111116": "shipped",
    "HASATTR_bizLocation=urn:epcglobal:cbv:mda:floor|https://example.com/a#size": "seen bulk",
    "EQ_ATTR_bizLocation_urn:epcglobal:cbv:mda#floor=3": "seen",
    "EQATTR_bizLocation_cbvmda:floor=3|4": "seen",
    "EQ_ATTR_bizLocation_cbvmda:floor=4": "",
    "EQ_ATTR_epcClass_urn:x:attr:form=tablet": "bulk turned",
    "EQ_ATTR_bizStep_urn:x:attr:name=Versand": "shipped",
    # Several
    "EQ_value_CEL=25&EQ_deviceID=urn:x:device:1&EQ_type=Temperature": "warm",
    "EQ_value_CEL=25&EQ_stringValue=sweet": "",
}


@pytest.mark.parametrize("text", CASES)
def test_a_parameter_finds_its_events_and_no_others(world: World, text: str) -> None:
    assert ask(world, text) == CASES[text].split()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("orderBy=eventTime&orderDirection=DESC", "extended"),
        ("orderBy=eventTime&orderDirection=ASC", "made"),
        ("orderBy=x:temp", "extended"),
        ("orderBy=recordTime&eventCountLimit=1&EQ_bizStep=shipping", "shipped"),
    ],
)
def test_the_answer_is_ordered_as_asked(world: World, text: str, first: str) -> None:
    assert ask(world, text)[0] == first


def test_a_prefix_the_query_declares_is_taken_from_there(world: World) -> None:
    assert ask(world, "EQ_mine:batch=007", namespaces={"mine": NS}) == ["extended"]
    assert ask(world, "EQ_x:batch=007", namespaces={"x": "https://elsewhere.example.com/"}) == []
    assert ask(world, "EQ_bizStep=s:weighing", namespaces={"s": "https://example.com/steps/"}) == [
        "seen"
    ]


def test_soap_names_an_extension_by_namespace_and_separates_nothing(world: World) -> None:
    bare = NS.rstrip("/")

    assert ask(world, f"EQ_{bare}#batch=007", form="soap") == ["extended"]
    assert ask(world, f"EQ_{bare}#colours=red|green", form="soap") == []
    with pytest.raises(RefusedError, match="There is no query parameter 'EQ_x:batch'"):
        ask(world, "EQ_x:batch=007", form="soap")


@pytest.mark.parametrize(
    "text",
    [
        "EQ_abcd=X",
        "NE_action=ADD",
        "EQ_value_CELSIUS=1",
        "WD_action=ADD",
        "EXISTS_epcList=",
        "EQ_ILMD_lot=1",
        "GE_x:=1",
        "HASATTR_nothing=1",
        "EQ_ATTR_bizLocation=1",
        "EQ_percRank_CEL=1",
        "LE_time=2026-03-03T07:00:00Z",
        "EQ_x\0:y=1",
    ],
)
def test_an_unknown_parameter_is_refused(world: World, text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        ask(world, text)

    assert [each.code for each in refused.value.findings] == ["QRY-001"]


@pytest.mark.parametrize(
    "text",
    [
        "GT_quantity=many",
        "GT_quantity=1e999",
        "GT_value_CEL=NaN",
        "EQ_booleanValue=",
        "EXISTS_x:y=perhaps",
        "GT_x:temp=warm",
        "orderBy=bizStep",
        "MATCH_epc=urn:epc:idpat:sgtin:030001.*.7",
        "MATCH_epc=urn:epc:idpat:nothing:030001.*",
        "GE_startTime=yesterday",
        "EQ_deviceID=",
        "EQ_stringValue=a\0b",
        "eventType=objectEvent",
        "MATCH_epc=urn:epc:id:gid:1.2",
        "MATCH_epc=urn:epc:idpat:gid:1.*",
        "MATCH_epc=urn:epc:idpat:gid:*.1.*",
    ],
)
def test_a_value_that_cannot_be_used_is_refused(world: World, text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        ask(world, text)

    assert [each.code for each in refused.value.findings] == ["QRY-003"]


def test_a_parameter_that_takes_one_value_takes_no_more(world: World) -> None:
    with pytest.raises(RefusedError, match="GT_value_CEL takes one value, not 2"):
        ask(world, "GT_value_CEL=1|2")


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["x:temp", "x:batch", "x:day", "x:nothing", "recordTime"])
def test_pages_ordered_by_a_field_together_are_the_answer(
    world: World, field: str, direction: str
) -> None:
    params = {"orderBy": field, "orderDirection": direction, "perPage": "3"}
    page = query.events(world.app, world.maker, params)
    found = list(page.events)
    while page.next_token:
        page = query.events(world.app, world.maker, {"perPage": "3"}, page_token=page.next_token)
        found += page.events

    assert sorted(NAMES[each["eventID"]] for each in found) == sorted(EVENTS)
