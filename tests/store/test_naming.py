"""What names an object, asked for by its name at once: the same as number first, segments then."""

from __future__ import annotations

import random

import pytest
from tests.store.making import commissioning, journey, pack_uri, packing, record, seen, sscc

from packtrail import gs1
from packtrail.store import direct, naming, objects
from packtrail.store.database import Database
from packtrail.store.name_blocks import BLOCK_MAX

PACKS = [pack_uri(number) for number in range(3 * BLOCK_MAX)]
AUDIENCES = [1]


@pytest.fixture
def conn(fresh_database: Database):
    with fresh_database.transaction() as conn:
        yield conn


def by_name(conn, uri):
    """Return instance, name and numbers of the segments that really name an object."""
    found = naming.by_names(conn, gs1.identify([uri]), AUDIENCES)
    return [
        (one.instance, one.name, naming_ones(one.segments, one.instance)) for one in found.values()
    ]


def step_by_step(conn, uri):
    """Return the same, from two questions."""
    found = objects.look_up(conn, gs1.identify([uri])).values()
    return [
        (one, name, naming_ones(naming.read(direct.rows(conn, *asked(one))), one))
        for one, name in found
    ]


def asked(instance):
    statement, values = naming.ask(instance, audience_ids=AUDIENCES)
    return statement, *values


def naming_ones(segments, instance):
    return sorted(one.segment_id for one in segments if one.places_of_one(*instance))


def test_every_shape_of_a_posting_is_found_by_name(conn):
    draw = random.Random(5)
    record(conn, [commissioning(0, PACKS)])  # an unbroken run
    record(conn, [seen(1, sorted(draw.sample(PACKS, 9)), "inspecting")])  # a list
    record(conn, [seen(2, sorted(draw.sample(PACKS, 300)), "shipping")])  # a bitmap
    record(conn, [seen(3, [PACKS[7]], "holding")])  # a touch
    record(conn, [packing(4, sscc(1), PACKS[:50])])

    chosen = [*draw.sample(PACKS, 60), PACKS[7], PACKS[0], PACKS[-1], sscc(1)]
    assert [by_name(conn, one) for one in chosen] == [step_by_step(conn, one) for one in chosen]
    assert len(by_name(conn, PACKS[7])[0][2]) >= 3


def test_several_are_found_in_one_go_and_what_is_not_there_is_left_out(conn):
    record(conn, [commissioning(0, PACKS[:3])])

    keys = gs1.identify([PACKS[0], PACKS[2], PACKS[9], "urn:epc:id:sgtin:0300010.099999.1"])
    assert list(naming.by_names(conn, keys, AUDIENCES)) == keys[:2]


def test_what_may_not_be_seen_is_not_found(conn):
    record(conn, [commissioning(0, PACKS[:3])], owner_id=2, audience_id=2)

    assert by_name(conn, PACKS[0]) == []


def test_a_serial_whose_key_is_that_of_another_is_found_all_the_same(conn):
    record(conn, [commissioning(0, PACKS[:3])])
    record(conn, [commissioning(1, PACKS[3:5])])
    conn.execute("update name_block set keys = array_fill(keys[2], array[cardinality(keys)])")

    assert by_name(conn, PACKS[1]) == []  # At the first place with its key lies another serial.
    found = journey(conn, PACKS[1])
    assert found is not None
    assert (found.identifier, len(found.steps)) == (PACKS[1], 1)


def test_of_two_blocks_with_one_key_the_one_that_holds_the_serial_counts(conn):
    record(conn, [commissioning(0, PACKS[:1])])
    record(conn, [commissioning(1, PACKS[1:2]), seen(2, PACKS[1:2], "holding")])
    keys = conn.execute("select keys from name_block where seq_from = 1").fetchone()
    conn.execute("update name_block set keys = %s", keys)

    ((instance, _, segments),) = by_name(conn, PACKS[1])
    assert (instance[1], len(segments)) == (1, 2)
    assert by_name(conn, PACKS[1]) == step_by_step(conn, PACKS[1])
