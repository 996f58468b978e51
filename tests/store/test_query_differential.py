"""Random events and random parameters: the store finds what a look at every event finds."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.store.making import AUDIENCE, START, pack_uri, record, sscc

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.epcis.events import (
    AggregationEvent,
    ErrorDeclaration,
    Event,
    ObjectEvent,
    PersistentDisposition,
    Place,
    QuantityElement,
    SensorElement,
    TransformationEvent,
)
from packtrail.services.queries import parameters
from packtrail.store import events as rows
from packtrail.store.database import Database

NS = "https://ns.example.com/x/"
MDA = "urn:epcglobal:cbv:mda:"
EPCS = [*(pack_uri(n) for n in range(3)), sscc(1), sscc(2), "urn:epc:id:sgtin:03000100.12345.1"]
PLACES = ["urn:epc:id:sgln:0300010.00001.0", "urn:epc:id:sgln:0300010.00001.7", "urn:place:1"]
TEXTS = [
    *("1", "01", "1.0", "1.00", "2.5", "-3", "1e1", "10", "0", "red", "Red", "", "true"),
    *("2026-03-03T10:00:00Z", "2026-03-03T11:00:00+01:00", "2026-03-03", "2026-03-04"),
    *("2026-03-03T00:00:00Z", "2026-03-03T10:00:00", "1 000", "é"),
]
NUMBERS = [Decimal(n) for n in ("-40", "0", "1", "2.5", "25", "77", "298.15", "1000", "2500")]
UNITS: dict[str, tuple[str, Callable[[Fraction], Fraction]]] = {
    "CEL": ("heat", lambda v: v + Fraction("273.15")),
    "KEL": ("heat", lambda v: v),
    "FAH": ("heat", lambda v: (v - 32) * 5 / 9 + Fraction("273.15")),
    "KGM": ("mass", lambda v: v * 1000),
    "GRM": ("mass", lambda v: v),
    "XQ": ("unknown", lambda v: v),
}
OPERATORS = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}
TIMES = [f"2026-03-03T{hour:02d}:00:00Z" for hour in range(8, 13)]
SCOPES = ["", "ILMD_", "ERROR_DECLARATION_", "SENSORELEMENT_", "SENSORREPORT_", "readPoint_"]

name = st.sampled_from([f"{{{NS}}}a", f"{{{NS}}}b"])
number = st.sampled_from(NUMBERS)
scalar = st.one_of(st.sampled_from(TEXTS), st.booleans(), number)
nested = st.recursive(
    scalar,
    lambda inner: st.one_of(
        st.dictionaries(name, inner, max_size=2),
        st.lists(inner, min_size=2, max_size=3).map(tuple),
    ),
    max_leaves=4,
)
extensions = st.dictionaries(name, nested, max_size=2)
ilmd = st.builds(
    lambda own, mda: own | mda,
    extensions,
    st.fixed_dictionaries(
        {},
        optional={
            f"{{{MDA}}}lotNumber": st.sampled_from(["1", "01", "L", ("1", "L")]),
            f"{{{MDA}}}itemExpirationDate": st.sampled_from(
                ["2026-03-03", "2026-03-04", "2026-03-03T10:00:00Z", "260303"]
            ),
        },
    ),
)
quantity = st.builds(
    QuantityElement,
    epc_class=st.sampled_from(["urn:epc:class:lgtin:0300010.012345.L", "urn:x:class"]),
    quantity=st.none() | number,
    uom=st.none() | st.sampled_from(list(UNITS)),
)
report = st.builds(
    lambda members, own: members | own,
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["Temperature", "Mass"]),
            "value": number,
            "sDev": number,
            "percRank": number,
            "uom": st.sampled_from(list(UNITS)),
            "time": st.sampled_from(TIMES),
            "deviceID": st.sampled_from(["urn:d:1", "urn:d:2"]),
            "booleanValue": st.booleans(),
            "hexBinaryValue": st.sampled_from(["f0", "F0", "0F"]),
        },
    ),
    extensions,
)
sensor = st.builds(
    SensorElement,
    metadata=st.fixed_dictionaries({}, optional={"time": st.sampled_from(TIMES)}),
    reports=st.lists(report, min_size=1, max_size=2).map(tuple),
    extensions=extensions,
)
common = {
    "event_time": st.sampled_from(TIMES).map(datetime.fromisoformat),
    "event_time_zone_offset": st.just("+00:00"),
    "biz_step": st.sampled_from([None, "shipping", "packing"]),
    "disposition": st.sampled_from([None, "damaged"]),
    "read_point": st.none() | st.builds(Place, id=st.sampled_from(PLACES), extensions=extensions),
    "persistent_disposition": st.none()
    | st.builds(
        PersistentDisposition, set=st.sampled_from([(), ("damaged",), ("damaged", "lost")])
    ),
    "error_declaration": st.none()
    | st.builds(
        ErrorDeclaration,
        declaration_time=st.sampled_from(TIMES).map(datetime.fromisoformat),
        reason=st.sampled_from([None, "did_not_occur", "incorrect_data"]),
        extensions=extensions,
    ),
    "sensor_elements": st.lists(sensor, max_size=1).map(tuple),
    "extensions": extensions,
}
epcs = st.lists(st.sampled_from(EPCS), unique=True, max_size=3).map(tuple)
quantities = st.lists(quantity, max_size=2).map(tuple)
action = st.sampled_from(["ADD", "OBSERVE", "DELETE"])
one_event = st.one_of(
    st.builds(ObjectEvent, action=action, epcs=epcs, quantities=quantities, ilmd=ilmd, **common),
    st.builds(
        AggregationEvent,
        action=action,
        parent_id=st.sampled_from([*EPCS, "urn:p:1"]),
        child_epcs=epcs,
        **common,
    ),
    st.builds(
        TransformationEvent,
        input_epcs=epcs,
        output_epcs=epcs,
        output_quantities=quantities,
        transformation_id=st.sampled_from([None, "urn:t:1"]),
        ilmd=ilmd,
        **common,
    ),
)


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def pairs(
    names: st.SearchStrategy[str], values: st.SearchStrategy[str]
) -> st.SearchStrategy[tuple[str, str]]:
    return st.tuples(names, values)


anything = st.sampled_from([text for text in TEXTS if text])
comparable = st.sampled_from(
    [
        text
        for text in TEXTS
        if re.fullmatch(r"-?(0|[1-9]\d?)(\.\d+|e1)?|\d+-\d+-\d+(T.*(Z|\+.*))?", text)
    ]
)
numeral = number.map(str)
between = st.sampled_from(["GE_", "LT_"])
compared = st.sampled_from([f"{each}_" for each in OPERATORS])
field = joined(
    st.sampled_from(["", "INNER_"]), st.sampled_from(SCOPES), st.sampled_from(["x:a", "x:b"])
)
mda = st.sampled_from(["ILMD_cbvmda:lotNumber", "ILMD_cbvmda:itemExpirationDate"])
patterns = st.sampled_from(
    [
        *("urn:epc:idpat:sgtin:0300010.012345.*", "urn:epc:idpat:sgtin:0300010.*.*"),
        *("urn:epc:idpat:sgtin:*.*.*", "urn:epc:idpat:sgtin:03000100.*.*"),
        *("urn:epc:idpat:sscc:0300010.*", "urn:epc:idpat:sscc:030001.*", "urn:epc:idpat:sscc:*.*"),
    ]
)
parameter = st.one_of(
    pairs(joined(st.just("EQ_"), field | mda), anything),
    pairs(joined(st.just("EXISTS_"), field | mda), st.just("true")),
    pairs(joined(st.sampled_from(["GT_", "GE_", "LT_", "LE_"]), field | mda), comparable),
    pairs(
        joined(
            compared,
            st.sampled_from(["value_", "sDev_", "quantity_"]),
            st.sampled_from(list(UNITS)),
        ),
        numeral,
    ),
    pairs(joined(compared, st.sampled_from(["quantity", "percRank"])), numeral),
    pairs(
        joined(between, st.sampled_from(["time", "errorDeclarationTime", "eventTime"])),
        st.sampled_from(TIMES),
    ),
    pairs(
        st.sampled_from(["MATCH_epc", "MATCH_anyEPC", "MATCH_parentID", "MATCH_outputEPC"]),
        st.sampled_from(EPCS) | patterns,
    ),
    st.sampled_from(
        [
            *(("EQ_type", "gs1:Temperature"), ("EQ_deviceID", "urn:d:1|urn:d:3")),
            *(("EQ_booleanValue", "true"), ("EQ_hexBinaryValue", "F0")),
            *(("EQ_bizStep", "urn:epcglobal:cbv:bizstep:shipping"), ("EQ_action", "ADD|DELETE")),
            *(("EQ_readPoint", PLACES[0]), ("EQ_disposition", "damaged")),
            *(("EQ_persistentDisposition_set", "lost"), ("EQ_transformationID", "urn:t:1")),
            *(("EXISTS_errorDeclaration", ""), ("EQ_errorReason", "did_not_occur")),
            *(("EXISTS_sensorElementList", ""), ("eventType", "ObjectEvent|AggregationEvent")),
        ]
    ),
)


# The naive reading of the standard: look at every event.


def classified(value: Any) -> tuple[str, Any]:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?(e\d+)?", text):
        return "number", Decimal(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return "time", datetime.fromisoformat(text).replace(tzinfo=UTC)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)", text):
        return "time", datetime.fromisoformat(text)
    return "text", text


def flat(value: Any) -> Iterator[Any]:
    """The values of a field itself, nested fields aside."""
    if isinstance(value, tuple):
        for part in value:
            yield from flat(part)
    elif not isinstance(value, Mapping):
        yield value


def inside(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, tuple):
        for part in value:
            yield from inside(part)
    elif isinstance(value, Mapping):
        for inner, deeper in value.items():
            yield inner, deeper
            yield from inside(deeper)


def groups(one: Event, scope: str) -> list[Mapping[str, Any]]:
    match scope:
        case "":
            return [one.extensions]
        case "ILMD_":
            return [getattr(one, "ilmd", {})]
        case "ERROR_DECLARATION_":
            return [one.error_declaration.extensions] if one.error_declaration else []
        case "SENSORELEMENT_":
            return [element.extensions for element in one.sensor_elements]
        case "SENSORREPORT_":
            return reports(one)
        case _:
            return [one.read_point.extensions] if one.read_point else []


def reports(one: Event) -> list[Mapping[str, Any]]:
    return [each for element in one.sensor_elements for each in element.reports]


def extension(one: Event, op: str, place: tuple[bool, str], key: str, values: list[str]) -> bool:
    is_inner, scope = place
    fields = [pair for group in groups(one, scope) for pair in group.items()]
    if is_inner:
        fields = [pair for _, value in fields for pair in inside(value)]
    found = [value for name, value in fields if name == key]
    if op == "EXISTS":
        return bool(found)
    read = classified if "lotNumber" not in key else lambda value: ("text", str(value))
    return any(
        kind == asked_kind and OPERATORS[op](value, asked)
        for kind, value in (read(each) for part in found for each in flat(part))
        for asked_kind, asked in map(read, values)
        if op == "EQ" or kind != "text"
    )


def measured(one: Event, op: str, member: str, uom: str, values: list[str]) -> bool:
    told = [(r.get(member), r.get("uom")) for r in reports(one)]
    if member == "quantity":
        told = [(q.quantity, q.uom) for q in quantities_of(one)]
    kind, convert = UNITS[uom]
    zero = convert(Fraction(0)) if member == "sDev" else 0
    return any(
        OPERATORS[op](
            UNITS[unit][1](Fraction(value))
            - (UNITS[unit][1](Fraction(0)) if member == "sDev" else 0),
            convert(Fraction(asked)) - zero,
        )
        for value, unit in told
        if value is not None and unit and UNITS[unit][0] == kind
        for asked in values
    )


def quantities_of(one: Event) -> list[QuantityElement]:
    names = ("quantities", "output_quantities")
    return [each for name in names for each in getattr(one, name, ())]


def plain(one: Event, name: str, values: list[str]) -> bool:  # noqa: C901, PLR0911, PLR0912
    op, _, what = name.partition("_")
    words = [value.rpartition(":")[2] for value in values]
    found: list[Any]
    match what:
        case "quantity":
            found = [q.quantity for q in quantities_of(one) if q.quantity is not None]
            return any(OPERATORS[op](each, Decimal(v)) for each in found for v in values)
        case "percRank":
            found = [r["percRank"] for r in reports(one) if "percRank" in r]
            return any(OPERATORS[op](each, Decimal(v)) for each in found for v in values)
        case "time":
            sources = [*reports(one), *(element.metadata for element in one.sensor_elements)]
            found = [datetime.fromisoformat(each["time"]) for each in sources if "time" in each]
        case "errorDeclarationTime":
            found = [one.error_declaration.declaration_time] if one.error_declaration else []
        case "eventTime":
            found = [one.event_time]
        case "type":
            return any(r.get("type") in words for r in reports(one))
        case "deviceID":
            return any(r.get("deviceID") in values for r in reports(one))
        case "booleanValue":
            return any(r.get("booleanValue") is True for r in reports(one))
        case "hexBinaryValue":
            return any(r.get("hexBinaryValue", "").upper() in values for r in reports(one))
        case "bizStep":
            return one.biz_step in words
        case "disposition":
            return one.disposition in words
        case "action":
            return getattr(one, "action", None) in values
        case "readPoint":
            return one.read_point is not None and one.read_point.id in values
        case "persistentDisposition_set":
            return bool(one.persistent_disposition) and bool(
                {*words}.intersection(one.persistent_disposition.set)
            )
        case "transformationID":
            return getattr(one, "transformation_id", None) in values
        case "errorDeclaration":
            return one.error_declaration is not None
        case "errorReason":
            return bool(one.error_declaration) and one.error_declaration.reason in words
        case "sensorElementList":
            return bool(one.sensor_elements)
        case _:
            return type(one).__name__ in values
    moments = [datetime.fromisoformat(value) for value in values]
    return any(OPERATORS[op](each, moment) for each in found for moment in moments)


ROLES = {
    "MATCH_epc": ("epcs", "child_epcs"),
    "MATCH_parentID": ("parent_id",),
    "MATCH_outputEPC": ("output_epcs",),
    "MATCH_anyEPC": ("epcs", "child_epcs", "parent_id", "input_epcs", "output_epcs"),
}


def named(one: Event, name: str, value: str) -> bool:
    found: list[str] = []
    for member in ROLES[name]:
        told = getattr(one, member, None) or ()
        found += [told] if isinstance(told, str) else told
    if not value.startswith("urn:epc:idpat:"):
        return value in found
    pattern = gs1.parse_pattern(value)
    return any(pattern.matches(each) for each in found if each.startswith("urn:epc:id:"))


def naive(one: Event, name: str, value: str) -> bool:
    values = value.split("|")
    if name in ROLES:
        return named(one, name, value)
    if match := re.fullmatch(r"(..)_(value|sDev|quantity)_(\w+)", name):
        return measured(one, match[1], match[2], match[3], values)
    if match := re.fullmatch(r"([A-Z]+)_(INNER_)?(\w+_)?(x|cbvmda):(\w+)", name):
        key = f"{{{NS if match[4] == 'x' else MDA}}}{match[5]}"
        return extension(one, match[1], (match[2] is not None, match[3] or ""), key, values)
    return plain(one, name, values)


@pytest.fixture(scope="module")
def asked(database: Database) -> Database:
    with database.transaction() as conn:
        conn.execute("insert into organisation (code, name, created_at) values ('A', 'A', now())")
        conn.execute("insert into audience (members) values ('{1}')")
        conn.execute("insert into audience_member values (1, 1)")
    return database


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    events=st.lists(one_event, min_size=1, max_size=5),
    queries=st.lists(
        st.lists(parameter, min_size=1, max_size=2).map(dict), min_size=4, max_size=12
    ),
)
def test_the_store_finds_what_a_look_at_every_event_finds(
    asked: Database, events: list[Event], queries: list[dict[str, str]]
) -> None:
    told = [
        msgspec.structs.replace(each, event_id=f"urn:e:{number}")
        for number, each in enumerate(events)
    ]
    with asked.reading() as conn, conn.transaction(force_rollback=True):
        record(conn, told, hour=0, namespaces={"x": NS})
        for params in queries:
            wanted = parameters.parse(params, events_max=100)
            page = rows.query(
                conn,
                wanted,
                audience_ids=[AUDIENCE],
                page_size=100,
                now=START + timedelta(days=1),
            )
            expected = {
                each.event_id
                for each in told
                if all(naive(each, name, value) for name, value in params.items())
            }
            event(f"{len(params)} parameters, {'some' if expected else 'none'} found")

            assert {each.identity for each in page.events} == expected, params


@given(name=st.text(max_size=40), value=st.text(max_size=40))
@settings(max_examples=100)
def test_whatever_is_asked_is_read_or_refused(name: str, value: str) -> None:
    found: list[str] = []
    for form in ("rest", "soap"):
        for prefix in (
            "",
            "EQ_",
            "GE_x:",
            "MATCH_epc",
            "GT_value_",
            "EQ_ATTR_bizStep_",
            "HASATTR_",
        ):
            try:
                parameters.parse({f"{prefix}{name}": value}, events_max=10, form=form)
            except RefusedError as refused:
                found += [each.code for each in refused.findings]
    assert set(found) <= {"QRY-001", "QRY-003", "QRY-008"}
