"""Recording: all or nothing, as often as you like, by several at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import msgspec
import pytest
from tests.store.making import (
    AUDIENCE,
    START,
    commissioning,
    declared_wrong,
    objects_of,
    pack_uri,
    packing,
    record,
    seen,
    sscc,
    stored,
)

from packtrail import epcis, gs1
from packtrail.store import objects
from packtrail.store.database import Database


def stored_events(conn):
    return conn.execute("select count(*) from event_key").fetchone()[0]


def test_events_are_stored_with_the_columns_that_queries_need(fresh_database: Database):
    event = commissioning(0, [pack_uri(1), pack_uri(2)])
    with fresh_database.transaction() as conn:
        done = record(conn, [event])

        row = conn.execute(
            "select type, action, biz_step, disposition, read_point, lot, expires, "
            "object_count, is_error_declaration from segment"
        ).fetchone()
    assert (done.stored, done.repeated, done.conflicts) == (1, 0, ())
    assert row == (
        "ObjectEvent",
        "ADD",
        "commissioning",
        "active",
        "urn:epc:id:sgln:0300010.00001.0",
        "L1",
        "2028-01-31",
        2,
        False,
    )


def test_the_body_is_the_event_itself(fresh_database: Database):
    event = commissioning(0, [pack_uri(1)], extensions={"{https://example.com/x}note": "hello"})
    with fresh_database.transaction() as conn:
        record(conn, [event], namespaces={"ex": "https://example.com/x"})

        (body,) = stored(conn)
    assert epcis.read_event_json(body) == event


def test_serials_commissioned_together_are_neighbours_in_document_order(fresh_database: Database):
    uris = [pack_uri(serial) for serial in (7, 3, 9, 1)]
    with fresh_database.transaction() as conn:
        record(conn, [commissioning(0, uris)])

        serials = objects_of(conn)
        postings = conn.execute("select lo, hi, members from posting").fetchall()
    assert serials == ["7", "3", "9", "1"]
    assert postings == [(0, 3, None)]


def test_recording_again_changes_nothing(fresh_database: Database):
    events = [commissioning(0, [pack_uri(1)]), packing(1, sscc(1), [pack_uri(1)])]
    with fresh_database.transaction() as conn:
        record(conn, events)
    with fresh_database.transaction() as conn:
        again = record(conn, events)

        assert (again.stored, again.repeated, again.conflicts) == (0, 2, ())
        assert stored_events(conn) == 2


def test_an_event_without_id_is_told_by_its_hash(fresh_database: Database):
    event = msgspec.structs.replace(commissioning(0, [pack_uri(1)]), event_id=None)
    with fresh_database.transaction() as conn:
        first = record(conn, [event])
        again = record(conn, [event])

        (body,) = stored(conn)
    assert body["eventID"] == epcis.event_hash(event)
    assert (first.stored, again.stored, again.repeated) == (1, 0, 1)


def test_the_same_event_in_another_notation_is_the_same_event(fresh_database: Database):
    event = commissioning(0, [pack_uri(1)])
    link = gs1.parse(pack_uri(1)).digital_link()
    with fresh_database.transaction() as conn:
        record(conn, [event])
        again = record(conn, [msgspec.structs.replace(event, epcs=(link,))])

    assert (again.repeated, again.conflicts) == (1, ())


def test_another_content_under_the_same_identity_is_a_conflict(fresh_database: Database):
    event = commissioning(0, [pack_uri(1)])
    other = msgspec.structs.replace(event, epcs=(pack_uri(2),))
    with fresh_database.transaction() as conn:
        record(conn, [event], hour=5)
        done = record(conn, [seen(1, [pack_uri(3)], "shipping"), other])

        assert stored_events(conn) == 2
    (conflict,) = done.conflicts
    assert (conflict.index, conflict.identity) == (1, event.event_id)
    assert conflict.recorded_at == START + timedelta(hours=5)
    assert done.stored == 1


def test_what_a_repository_added_makes_no_other_event_of_one_named_by_its_hash(
    fresh_database: Database,
):
    event = commissioning(0, [pack_uri(1)])
    named = msgspec.structs.replace(event, event_id=epcis.event_hash(event))
    added = msgspec.structs.replace(named, extensions={"{https://example.com/x}seen": "here"})
    with fresh_database.transaction() as conn:
        done = record(conn, [named, added])

    assert (done.stored, done.repeated, done.conflicts) == (1, 1, ())


def test_an_added_field_is_a_conflict_where_the_event_id_vouches_for_nothing(
    fresh_database: Database,
):
    event = commissioning(0, [pack_uri(1)])
    added = msgspec.structs.replace(event, extensions={"{https://example.com/x}seen": "here"})
    with fresh_database.transaction() as conn:
        done = record(conn, [event, added])

    assert [one.index for one in done.conflicts] == [1]


def test_a_contradiction_within_one_document_is_a_conflict(fresh_database: Database):
    event = commissioning(0, [pack_uri(1)])
    other = msgspec.structs.replace(event, epcs=(pack_uri(2),))
    with fresh_database.transaction() as conn:
        done = record(conn, [event, event, other])

    assert (done.stored, done.repeated) == (1, 1)
    assert [(one.index, one.recorded_at) for one in done.conflicts] == [(2, None)]


def test_the_same_identity_of_two_owners_is_two_events(fresh_database: Database):
    event = commissioning(0, [pack_uri(1)])
    with fresh_database.transaction() as conn:
        record(conn, [event])
        done = record(conn, [event], owner_id=2, audience_id=2)

    assert done.stored == 1


def test_an_error_declaration_is_recorded_beside_the_event_it_declares_wrong(
    fresh_database: Database,
):
    event = commissioning(0, [pack_uri(1)])
    with fresh_database.transaction() as conn:
        record(conn, [event])
        done = record(conn, [declared_wrong(event)])

    assert (done.stored, done.conflicts) == (1, ())


def test_a_class_learns_the_length_of_its_company_prefix_when_a_notation_tells(
    fresh_database: Database,
):
    link = gs1.parse(pack_uri(1)).digital_link()
    lengths = []
    with fresh_database.transaction() as conn:
        for uri in (link, pack_uri(2)):
            record(conn, [commissioning(0, [uri])])
            row = conn.execute("select prefix_length from class").fetchone()
            lengths.append(row[0])
        (instance,) = objects.find(conn, gs1.identify([link])).values()

        assert objects.names(conn, [instance])[instance].identifier == pack_uri(1)
    assert lengths == [None, 7]


def test_what_a_failed_transaction_recorded_is_gone(fresh_database: Database):
    def record_and_fail() -> None:
        with fresh_database.transaction() as conn:
            record(conn, [commissioning(0, [pack_uri(1)])])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_and_fail()

    with fresh_database.reading() as conn:
        assert stored_events(conn) == 0
        assert conn.execute("select count(*) from name_block").fetchone() == (0,)


def test_captures_of_the_same_new_serials_at_once_agree(fresh_database: Database):
    uris = [pack_uri(serial) for serial in range(500)]
    barrier = threading.Barrier(4)
    faults: list[BaseException] = []

    def run(number: int) -> None:
        mixed = uris[number::4] + uris
        try:
            barrier.wait(timeout=10)
            for hour in range(5):
                with fresh_database.transaction() as conn:
                    record(conn, [seen(hour, mixed, "inspecting"), packing(0, sscc(hour), mixed)])
        except BaseException as fault:  # noqa: BLE001 - told below
            faults.append(fault)

    threads = [threading.Thread(target=run, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_database.reading() as conn:
        rows = conn.execute(
            "select class_key, sum(cardinality(keys)), next_seq from name_block "
            "join class using (class_id) group by class_key, next_seq order by class_key"
        ).fetchall()
        found = objects.find(conn, gs1.identify(uris))
    assert faults == []
    assert [count for _, count, _ in rows] == [500, 5]
    # A capture that waited for another, and then found its objects numbered, leaves numbers unused.
    assert all(count <= next_seq for _, count, next_seq in rows)
    seqs = {seq for _, seq in found.values()}
    assert len(seqs) == 500
    assert max(seqs) < rows[0][2]


def test_captures_of_the_same_events_at_once_store_them_once(fresh_database: Database):
    events = [seen(hour, [pack_uri(hour)], "inspecting") for hour in range(200)]
    barrier = threading.Barrier(3)
    stored: list[int] = []

    def run(number: int) -> None:
        barrier.wait(timeout=10)
        with fresh_database.transaction() as conn:
            stored.append(record(conn, events[number * 50 :] + events[: number * 50]).stored)

    threads = [threading.Thread(target=run, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_database.reading() as conn:
        assert stored_events(conn) == 200
    assert sorted(stored) == [0, 0, 200]


def test_an_event_may_name_more_than_one_block_and_class(fresh_database: Database):
    uris = [pack_uri(serial) for serial in range(5000)]
    with fresh_database.transaction() as conn:
        record(conn, [commissioning(0, [*uris, sscc(1), "https://example.com/thing/1"])])

        postings = conn.execute("select block, lo, hi from posting order by block").fetchall()
        touches = conn.execute("select count(*) from touch").fetchone()
        seen_by = objects.sightings(conn, [(1, 4999)], [AUDIENCE])
        far_apart = [(1, seq) for seq in (0, 200, 4095, 4096, 4999)]
        of_five = objects.sightings(conn, far_apart, [AUDIENCE])
    assert postings == [(0, 0, 4095), (1, 0, 903)]
    assert sorted(one for one, _, _ in of_five) == far_apart  # Each once, though in three spans.
    assert touches == (2,)
    assert len(seen_by) == 1
