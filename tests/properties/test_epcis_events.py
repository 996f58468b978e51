"""Any event survives every notation, and its hash says what it says and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packtrail import epcis
from packtrail.base.findings import has_errors
from packtrail.epcis import canonical, cbv, scalars

NAMESPACES = {"ext": "https://ns.example.org/ext/", "other": "urn:example:other:"}
NAMES = st.sampled_from(
    [
        "{https://ns.example.org/ext/}alpha",
        "{https://ns.example.org/ext/}beta",
        "{urn:example:other:}gamma",
        "{https://undeclared.example.org#}delta",
        epcis.LOT_NUMBER,
        epcis.ITEM_EXPIRATION_DATE,
    ]
)
TEXTS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=12
).filter(lambda text: text == text.strip())
DIGITS = st.text("0123456789", min_size=1, max_size=12)
EPCS = st.one_of(
    DIGITS.map("urn:epc:id:sgtin:4012345.011111.{}".format),
    DIGITS.map(lambda text: f"urn:epc:id:sscc:4012345.3{text[:9]:0>9}"),
    DIGITS.map("https://example.org/01/04012345111118/21/{}".format),
    DIGITS.map("urn:uuid:00000000-0000-4000-8000-{:0>12}".format),
)
CLASSES = st.one_of(
    st.just("urn:epc:idpat:sgtin:4012345.011111.*"),
    DIGITS.map("urn:epc:class:lgtin:4012345.012345.{}".format),
)
OFFSETS = st.sampled_from(["+00:00", "+02:00", "-05:00", "+05:30", "-14:00", "+14:00"])
TIMES = st.builds(
    lambda moment, minutes: moment.replace(tzinfo=timezone(timedelta(minutes=minutes))),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001 - the zone comes next
    st.sampled_from([0, 120, -300, 330, 840]),
)
NUMBERS = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=6)


def fields(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(NAMES, values, max_size=3)


LEAVES = TEXTS | NUMBERS | st.booleans()
VALUES = st.recursive(
    LEAVES,
    lambda inner: fields(inner).filter(bool) | st.lists(inner, min_size=2, max_size=3).map(tuple),
    max_leaves=4,
)
EXTENSIONS = fields(VALUES)
STEPS = st.sampled_from(sorted(cbv.TERMS[cbv.Kind.BIZ_STEP])) | st.just("https://example.org/step")
DISPOSITIONS = st.sampled_from(sorted(cbv.TERMS[cbv.Kind.DISPOSITION]))
PARTIES = st.sampled_from(["owning_party", "possessing_party", "location"])
PLACES = st.builds(
    epcis.Place,
    id=DIGITS.map(lambda text: f"urn:epc:id:sgln:4012345.00001.{text}"),
    extensions=EXTENSIONS,
)
QUANTITIES = st.lists(
    st.builds(
        epcis.QuantityElement,
        epc_class=CLASSES,
        quantity=NUMBERS,
        uom=st.sampled_from([None, "KGM", "LTR"]),
    ),
    max_size=3,
).map(tuple)
SENSORS = st.lists(
    st.builds(
        epcis.SensorElement,
        metadata=st.just({"time": "2026-01-01T00:00:00Z", "deviceID": "urn:epc:id:giai:4000001.1"}),
        reports=st.lists(
            st.fixed_dictionaries(
                {"type": st.just("Temperature"), "value": NUMBERS, "uom": st.just("CEL")}
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        extensions=EXTENSIONS,
    ),
    max_size=2,
).map(tuple)
COMMON = {
    "event_time": TIMES,
    "event_time_zone_offset": OFFSETS,
    "event_id": st.none() | DIGITS.map("urn:uuid:00000000-0000-4000-8000-{:0>12}".format),
    "certification_info": st.lists(DIGITS.map("urn:cert:{}".format), max_size=1).map(tuple),
    "error_declaration": st.none()
    | st.builds(
        epcis.ErrorDeclaration,
        declaration_time=TIMES,
        reason=st.none() | st.just("incorrect_data"),
        corrective_event_ids=st.lists(DIGITS.map("urn:id:{}".format), max_size=2).map(tuple),
        extensions=EXTENSIONS,
    ),
    "biz_step": st.none() | STEPS,
    "disposition": st.none() | DISPOSITIONS,
    "persistent_disposition": st.none()
    | st.builds(
        epcis.PersistentDisposition, set=st.lists(DISPOSITIONS, min_size=1, unique=True).map(tuple)
    ),
    "read_point": st.none() | PLACES,
    "biz_location": st.none() | PLACES,
    "biz_transactions": st.lists(
        st.builds(
            epcis.BizTransaction,
            type=st.sampled_from([None, "po", "desadv"]),
            biz_transaction=DIGITS.map("urn:epcglobal:cbv:bt:4012345000009:{}".format),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    "sources": st.lists(st.builds(epcis.Source, type=PARTIES, source=EPCS), max_size=2).map(tuple),
    "destinations": st.lists(
        st.builds(epcis.Destination, type=PARTIES, destination=EPCS), max_size=2
    ).map(tuple),
    "sensor_elements": SENSORS,
    "extensions": EXTENSIONS,
}
LISTS = st.lists(EPCS, min_size=1, max_size=4, unique=True).map(tuple)
ACTIONS = st.sampled_from(["ADD", "OBSERVE", "DELETE"])
CHILDREN = {
    **COMMON,
    "action": ACTIONS,
    "parent_id": EPCS,
    "child_epcs": LISTS,
    "child_quantities": QUANTITIES,
}
EVENTS: st.SearchStrategy[Any] = st.one_of(
    st.builds(epcis.ObjectEvent, **COMMON, action=st.just("ADD"), epcs=LISTS, quantities=QUANTITIES,
              ilmd=EXTENSIONS),
    st.builds(epcis.AggregationEvent, **CHILDREN),
    st.builds(epcis.AssociationEvent, **CHILDREN),
    st.builds(epcis.TransactionEvent, **COMMON, action=ACTIONS, epcs=LISTS, quantities=QUANTITIES),
    st.builds(epcis.TransformationEvent, **COMMON, input_epcs=LISTS, output_epcs=LISTS,
              ilmd=EXTENSIONS, transformation_id=st.none() | st.just("urn:transformation:1")),
)  # fmt: skip


def as_text(value: Any) -> Any:
    """Return extension values as XML has them: everything is text."""
    if isinstance(value, dict):
        return {name: as_text(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return flat(tuple(as_text(one) for one in value))
    if isinstance(value, bool):
        return str(value).lower()
    return scalars.number_text(value) if isinstance(value, Decimal) else value


def flat(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a tuple without tuples in it: XML knows repeated fields, and no lists of lists."""
    found: list[Any] = []
    for one in values:
        found.extend(one if isinstance(one, tuple) else (one,))
    return tuple(found)


def in_xml(value: Any) -> Any:
    """Return an event as it is after XML: extension values are text."""
    if isinstance(value, msgspec.Struct):
        changed = {
            name: as_text(one) if name in ("extensions", "ilmd") else in_xml(one)
            for name in value.__struct_fields__
            if (one := getattr(value, name)) is not None
        }
        return msgspec.structs.replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(map(in_xml, value))
    return value


@settings(max_examples=20, deadline=None)
@given(EVENTS)
def test_a_stored_event_is_the_event(event: Any) -> None:
    stored = epcis.decode_json(epcis.encode_json(epcis.event_json_standalone(event, NAMESPACES)))

    assert epcis.read_event_json(stored) == event


@settings(max_examples=20, deadline=None)
@given(st.lists(EVENTS, max_size=3).map(tuple))
def test_a_json_document_gives_its_events_back(events: Any) -> None:
    document = epcis.EpcisDocument(schema_version="2.0", events=events, namespaces=NAMESPACES)
    reading = epcis.read(epcis.write_json(document))

    assert not has_errors(reading.findings)
    assert reading.document is not None
    assert reading.document.events == events


@pytest.mark.parametrize("version", ["1.2", "2.0"])
@settings(max_examples=20, deadline=None)
@given(events=st.lists(EVENTS, max_size=2).map(tuple))
def test_an_xml_document_gives_its_events_back(events: Any, version: Any) -> None:
    document = epcis.EpcisDocument(schema_version="2.0", events=events, namespaces=NAMESPACES)
    reading = epcis.read(epcis.write_xml(document, version=version))

    assert not has_errors(reading.findings)
    assert reading.document is not None
    assert reading.document.events == in_xml(events)


@settings(max_examples=20, deadline=None)
@given(EVENTS, st.randoms(use_true_random=False))
def test_order_time_zone_id_and_error_declaration_do_not_change_the_hash(
    event: Any, chance: Any
) -> None:
    changed: dict[str, Any] = {
        "event_id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "error_declaration": epcis.ErrorDeclaration(declaration_time=datetime.now(UTC)),
        "event_time": event.event_time.astimezone(timezone(timedelta(hours=3))),
    }
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, tuple):
            changed[name] = tuple(chance.sample(value, len(value)))
    extensions = list(event.extensions.items())
    changed["extensions"] = dict(chance.sample(extensions, len(extensions)))
    other = msgspec.structs.replace(event, **changed)

    assert epcis.event_hash(other) == epcis.event_hash(event)


@settings(max_examples=20, deadline=None)
@given(EVENTS)
def test_digital_links_and_urns_give_the_same_hash(event: Any) -> None:
    def link(value: Any) -> Any:
        if isinstance(value, str) and value.startswith("urn:epc:id"):
            return canonical.canonical(value)
        if isinstance(value, tuple):
            return tuple(map(link, value))
        return value

    changed = {
        name: link(getattr(event, name))
        for name in event.__struct_fields__
        if isinstance(getattr(event, name), tuple | str) and name != "event_id"
    }

    assert epcis.event_hash(msgspec.structs.replace(event, **changed)) == epcis.event_hash(event)


@settings(max_examples=20, deadline=None)
@given(EVENTS)
def test_changing_any_business_field_changes_the_hash(event: Any) -> None:
    kept = {"event_id", "error_declaration", "ilmd", "extensions", "persistent_disposition"}
    before = epcis.event_hash(event)
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if name in kept or value is None or value == ():
            continue
        other = msgspec.structs.replace(event, **{name: changed_value(name, value)})

        assert epcis.event_hash(other) != before, name


def changed_value(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value + timedelta(milliseconds=1)
    if name == "action":
        return "DELETE" if value == "ADD" else "ADD"
    if isinstance(value, tuple):
        return value[1:]
    if isinstance(value, epcis.Place):
        return epcis.Place(id="urn:epc:id:sgln:4012345.99999.0", extensions=value.extensions)
    return f"{value}x"


@settings(max_examples=20, deadline=None)
@given(EVENTS)
def test_an_event_has_one_hash_in_every_notation(event: Any) -> None:
    event = in_xml(event)
    document = epcis.EpcisDocument(schema_version="2.0", events=(event,), namespaces=NAMESPACES)
    written = (
        epcis.write_json(document),
        epcis.write_xml(document, version="1.2"),
        epcis.write_xml(document, version="2.0"),
    )
    readings = [epcis.read(content).document for content in written]

    assert {epcis.event_hash(one.events[0]) for one in readings if one} == {epcis.event_hash(event)}
