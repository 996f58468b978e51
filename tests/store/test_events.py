"""Event queries: every member of the filter, ordering, and pages that stay put."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.store.making import (
    AUDIENCE,
    START,
    commissioning,
    declared_wrong,
    header,
    pack_uri,
    packing,
    record,
    seen,
    sscc,
)

from packtrail import gs1
from packtrail.epcis.events import (
    AssociationEvent,
    BizTransaction,
    Destination,
    ExtensionEvent,
    Place,
    QuantityElement,
    Source,
    TransformationEvent,
)
from packtrail.store import events
from packtrail.store.database import Database
from packtrail.store.filters import EpcMatch, EventFilter

NOW = START + timedelta(days=365)
LGTIN = "urn:epc:class:lgtin:0300010.012345.L1"
PRODUCT = "urn:epc:idpat:sgtin:0300010.012345.*"
PO, DESADV = "urn:epcglobal:cbv:bt:0300010000017:PO1", "urn:epcglobal:cbv:bt:0300010000017:D1"

COMMISSIONED = commissioning(0, [pack_uri(1), pack_uri(2)], event_id="urn:e:commissioned")
PACKED = packing(1, sscc(1), [pack_uri(1), pack_uri(2)], event_id="urn:e:packed")
SHIPPED = seen(
    2,
    [sscc(1)],
    "shipping",
    "in_transit",
    event_id="urn:e:shipped",
    biz_transactions=(
        BizTransaction(type="po", biz_transaction=PO),
        BizTransaction(biz_transaction=DESADV),
    ),
    sources=(Source(type="owning_party", source="urn:epc:id:pgln:0300010.00001"),),
    destinations=(Destination(type="owning_party", destination="urn:epc:id:pgln:0300020.00001"),),
)
RECEIVED = seen(
    3,
    [sscc(1)],
    "receiving",
    event_id="urn:e:received",
    read_point=Place(id="urn:epc:id:sgln:0300020.00001.0"),
    biz_location=Place(id="urn:epc:id:sgln:0300020.00002.0"),
)
BULK = seen(
    4, [], "inspecting", event_id="urn:e:bulk", quantities=(QuantityElement(epc_class=LGTIN),)
)
TURNED = TransformationEvent(
    **header(5, event_id="urn:e:turned"),
    input_epcs=(pack_uri(2),),
    output_epcs=("urn:epc:id:sgtin:0300010.099999.1",),
    input_quantities=(QuantityElement(epc_class=PRODUCT),),
    output_quantities=(QuantityElement(epc_class="urn:epc:class:lgtin:0300010.099999.L9"),),
)
FIXED = AssociationEvent(
    **header(6, event_id="urn:e:fixed"),
    action="ADD",
    parent_id=sscc(1),
    child_epcs=("urn:epc:id:giai:0300010.LOGGER1",),
)
VENDOR = ExtensionEvent(
    **header(7, event_id="urn:e:vendor"),
    type="{https://example.com/x}Fumigation",
    extensions={"{https://example.com/x}gas": "none"},
)
WRONG = declared_wrong(RECEIVED)
EVENTS = [COMMISSIONED, PACKED, SHIPPED, RECEIVED, BULK, TURNED, FIXED, VENDOR]


def match(uri: str) -> EpcMatch:
    return EpcMatch(*gs1.identify([uri])[0])


@pytest.fixture(scope="module")
def world(database: Database) -> Database:
    with database.transaction() as conn:
        conn.execute("insert into organisation (code, name, created_at) values ('A', 'A', now())")
        conn.execute("insert into audience (members) values ('{1}'), ('{2}')")
        conn.execute("insert into audience_member values (1, 1)")
        record(conn, EVENTS, hour=100)
        record(conn, [WRONG], hour=200)
        record(conn, [seen(8, [pack_uri(1)], "storing")], owner_id=2, audience_id=2)
    return database


def ask(database: Database, **asked) -> list[str]:
    with database.reading() as conn:
        page = events.query(
            conn,
            EventFilter(order_direction="ASC", **asked),
            audience_ids=[AUDIENCE],
            page_size=100,
            now=NOW,
        )
    return [event.identity.removeprefix("urn:e:") for event in page.events]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"event_types": ("AggregationEvent", "TransformationEvent")}, ["packed", "turned"]),
        ({"event_types": ("{https://example.com/x}Fumigation",)}, ["vendor"]),
        ({"event_time_from": START + timedelta(hours=6)}, ["fixed", "vendor"]),
        ({"event_time_before": START + timedelta(hours=1)}, ["commissioned"]),
        ({"record_time_from": START + timedelta(hours=200)}, ["received"]),
        ({"record_time_before": START + timedelta(hours=100)}, []),
        ({"actions": ("ADD",)}, ["commissioned", "packed", "fixed"]),
        ({"biz_steps": ("shipping", "inspecting")}, ["shipped", "bulk"]),
        ({"dispositions": ("active",)}, ["commissioned"]),
        ({"read_points": ("urn:epc:id:sgln:0300020.00001.0",)}, ["received", "received"]),
        ({"biz_locations": ("urn:epc:id:sgln:0300020.00002.0",)}, ["received", "received"]),
        ({"event_ids": ("urn:e:bulk", "urn:e:nothing")}, ["bulk"]),
        ({"event_ids": ("urn:e:received",)}, ["received", "received"]),
        ({"biz_transactions": {"po": (PO, "urn:other")}}, ["shipped"]),
        ({"biz_transactions": {"desadv": (DESADV,)}}, []),
        ({"sources": {"owning_party": ("urn:epc:id:pgln:0300010.00001",)}}, ["shipped"]),
        ({"destinations": {"owning_party": ("urn:epc:id:pgln:0300010.00001",)}}, []),
        ({"match_epc": (match(pack_uri(1)),)}, ["commissioned", "packed"]),
        ({"match_epc": (match(sscc(1)),)}, ["shipped", "received", "received"]),
        ({"match_epc": (match(pack_uri(404)),)}, []),
        ({"match_parent_id": (match(sscc(1)),)}, ["packed", "fixed"]),
        (
            {"match_any_epc": (match(sscc(1)),)},
            ["packed", "shipped", "received", "received", "fixed"],
        ),
        ({"match_any_epc": (match(pack_uri(2)),)}, ["commissioned", "packed", "turned"]),
        ({"match_input_epc": (match(pack_uri(2)),)}, ["turned"]),
        ({"match_output_epc": (match("urn:epc:id:sgtin:0300010.099999.1"),)}, ["turned"]),
        ({"match_epc_class": (match(LGTIN),)}, ["bulk"]),
        ({"match_input_epc_class": (match(PRODUCT),)}, ["turned"]),
        (
            {"match_output_epc_class": (match("urn:epc:class:lgtin:0300010.099999.L9"),)},
            ["turned"],
        ),
        ({"match_any_epc_class": (match(LGTIN), match(PRODUCT))}, ["bulk", "turned"]),
        ({"match_epc": (EpcMatch(match(pack_uri(1)).class_key),)}, ["commissioned", "packed"]),
        (
            {"match_any_epc": (EpcMatch(match(pack_uri(1)).class_key), match(sscc(1)))},
            ["commissioned", "packed", "shipped", "received", "received", "turned", "fixed"],
        ),
        ({"exists_error_declaration": True}, ["received"]),
        ({"lots": ("L1",)}, ["commissioned"]),
        ({"biz_steps": ("shipping",), "match_epc": (match(pack_uri(1)),)}, []),
        ({"event_count_limit": 2}, ["commissioned", "packed"]),
    ],
)
def test_each_parameter_finds_its_events(world, asked, found):
    assert sorted(ask(world, **asked)) == sorted(found)


def test_events_are_ordered_as_asked(world):
    assert ask(world)[:3] == ["commissioned", "packed", "shipped"]
    with world.reading() as conn:
        page = events.query(
            conn,
            EventFilter(order_by="recordTime"),
            audience_ids=[AUDIENCE],
            page_size=1,
            now=NOW,
        )
    assert page.events[0].record_time == START + timedelta(hours=200)


def test_what_others_recorded_is_not_found(world):
    assert "storing" not in str(ask(world))
    with world.reading() as conn:
        assert events.count(conn, [AUDIENCE]) == 9
        assert events.count(conn, [1, 2]) == 10


def test_a_body_is_the_whole_event_with_its_context(world):
    with world.reading() as conn:
        page = events.query(
            conn,
            EventFilter(event_ids=("urn:e:shipped",)),
            audience_ids=[AUDIENCE],
            page_size=1,
            now=NOW,
        )
    body = page.events[0].body
    assert body["eventID"] == "urn:e:shipped"
    assert body["bizTransactionList"][0] == {"type": "po", "bizTransaction": PO}
    assert "@context" in body


def test_more_than_the_maximum_is_told_without_counting_further(world):
    asked = {"audience_ids": [AUDIENCE], "now": NOW}
    with world.reading() as conn:
        assert events.exceeds(conn, EventFilter(), 8, **asked)
        assert not events.exceeds(conn, EventFilter(), 9, **asked)


@pytest.mark.parametrize("order_by", ["eventTime", "recordTime"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("limit", [None, 10, 12])
def test_pages_together_are_the_answer_whatever_arrives_meanwhile(
    fresh_database: Database, order_by, direction, limit
):
    wanted = EventFilter(order_by=order_by, order_direction=direction, event_count_limit=limit)
    everything = []
    with fresh_database.transaction() as conn:
        for number in range(23):  # many at the same time, so that the key decides
            event = seen(number // 4, [pack_uri(number)], "storing")
            record(conn, [event], hour=number // 5)
            everything.append(event.event_id)
    found: list[str] = []
    after = None
    for turn in range(100):
        now = START + timedelta(hours=10 + turn)
        with fresh_database.transaction() as conn:
            page = events.query(
                conn, wanted, audience_ids=[AUDIENCE], page_size=5, now=now, after=after
            )
            found += [event.identity for event in page.events]
            for hour in (0, 3, 9):
                record(conn, [seen(hour, [pack_uri(turn)], "storing")], hour=11 + turn)
        after = page.next
        if after is None:
            break

    assert len(found) == len(set(found)) == (limit or 23)
    assert set(found) <= set(everything)
    assert all(len(page.events) <= 5 for page in [page])
