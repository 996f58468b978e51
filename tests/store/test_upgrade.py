"""A database of an earlier Packtrail is brought up to date without loss."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests import cluster
from tests.postgres import CITUS_URL, _create, _drop
from tests.store import earlier
from tests.store.making import (
    AUDIENCE,
    commissioning,
    declared_wrong,
    header,
    journey,
    pack_uri,
    packing,
    record,
    seen,
    sscc,
    stored,
)

from packtrail import epcis, gs1
from packtrail.epcis.events import (
    ObjectEvent,
    PersistentDisposition,
    QuantityElement,
    SensorElement,
    TransformationEvent,
)
from packtrail.store import (
    brought,
    census,
    contents,
    distribution,
    migrations,
    objects,
    originals,
)
from packtrail.store.database import Database
from packtrail.store.factrows import terms
from packtrail.store.facts import facts_of

NS = "https://ns.example.com/x/"
PLAIN = commissioning(0, [pack_uri(1), pack_uri(2)])
EVENTS = [
    PLAIN,
    declared_wrong(PLAIN),
    commissioning(1, [pack_uri(3)], ilmd={f"{{{NS}}}mass": "7.50", f"{{{NS}}}site": ("A", "B")}),
    seen(2, [pack_uri(3)], "shipping", extensions={f"{{{NS}}}leg": {f"{{{NS}}}no": "4"}}),
    seen(3, [pack_uri(3)], "storing", persistent_disposition=PersistentDisposition(set=("x:y",))),
    TransformationEvent(
        **header(4), input_epcs=(pack_uri(3),), output_epcs=(pack_uri(4),), transformation_id="x:t"
    ),
    ObjectEvent(
        **header(5),
        action="OBSERVE",
        quantities=(QuantityElement(epc_class="x:c", quantity=Decimal("2.5"), uom="KGM"),),
        sensor_elements=(
            SensorElement(
                metadata={"time": "2026-03-03T10:00:00Z", "deviceID": "x:d"},
                reports=({"type": "Temperature", "value": Decimal("4.5"), "uom": "CEL"},),
            ),
        ),
    ),
]
PACKS = [pack_uri(serial) for serial in range(1000, 1300)]
LIFE = [
    *(commissioning(hour / 100, [pack]) for hour, pack in enumerate(PACKS)),
    *(packing(5 + n, sscc(n), PACKS[n * 100 : n * 100 + 100]) for n in range(3)),
    packing(9, sscc(9), [sscc(n) for n in range(3)]),
    seen(10, [sscc(9)], "shipping"),
    packing(11, sscc(9), [], action="DELETE"),
    seen(12, [gs1.parse(PACKS[7]).digital_link()], "dispensing", event_id=None),
]
NAMESPACES = {"x": NS, "unused": "urn:nothing:"}


@pytest.fixture
def earlier_url(server_url: str) -> Iterator[str]:
    """An empty database for migrations to be run in."""
    name = f"packtrail_earlier_{uuid.uuid4().hex[:12]}"
    _create(server_url, name)
    yield make_conninfo(server_url, dbname=name)
    _drop(server_url, name)


def upto(name: str) -> list[migrations.Migration]:
    known = migrations.available()
    return [one for one in known if one.name[:4] <= name]


def test_events_stored_before_facts_get_theirs_from_their_bodies(earlier_url: str) -> None:
    with psycopg.connect(earlier_url, autocommit=True) as conn:
        migrations.run(conn, upto("0002"))
        earlier.write(conn, EVENTS, b"", namespaces=NAMESPACES)

        assert migrations.run(conn, upto("0003")) == ("0003_facts.sql",)
        found = conn.execute("select facts from event order by ordinal").fetchall()
        values = conn.execute("select name, number, text from event_value").fetchall()
        known = conn.execute("select * from namespace_prefix").fetchall()
    expected = [facts_of(event) for event in EVENTS]
    assert [row[0] for row in found] == [terms(facts) for facts in expected]
    told = {(v.name, v.number, v.text) for facts in expected if facts for v in facts.values}
    assert set(values) == told
    assert len(values) == 9
    assert known == [("x", NS)]


def everything(conn: psycopg.Connection[Any]) -> dict[str, Any]:
    """What can be asked of a database that holds EVENTS and LIFE."""
    uris = [pack_uri(1), pack_uri(3), pack_uri(4), PACKS[7], PACKS[299], sscc(1), sscc(9)]
    told = {uri: journey(conn, uri) for uri in uris}
    items = {
        uri: contents.contents(conn, *gs1.identify([uri])[0], audience_ids=[AUDIENCE])
        for uri in (sscc(1), sscc(9))
    }
    bodies = sorted(stored(conn), key=lambda body: (body["eventTime"], body["eventID"]))
    return {
        "journeys": {
            uri: [(s.event_id, s.role, s.via, s.is_withdrawn, s.ordinal) for s in one.steps]
            for uri, one in told.items()
            if one is not None
        },
        "identifiers": {uri: one and one.identifier for uri, one in told.items()},
        "contents": items,
        "census": census.census(conn, audience_ids=[AUDIENCE]),
        "bodies": [(len(body), body) for body in bodies],
        "facts": conn.execute("select facts from segment where facts is not null").fetchall(),
    }


def kept(conn: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """Every row of the tables that are not about events."""
    tables = [
        *("organisation", "audience", "audience_member", "account", "audit"),
        *("vocabulary_element", "notice", "verification"),
    ]
    found = {}
    for table in tables:
        if conn.execute("select to_regclass(%s)", [table]).fetchone() != (None,):
            ordered = f"select to_jsonb(t) from {table} t order by to_jsonb(t)::text"
            found[table] = conn.execute(ordered).fetchall()  # type: ignore[arg-type]
    return found


def assert_kept(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> None:
    """Assert that every row is there with every column it had; there may be more columns."""
    for table, rows in before.items():
        assert len(after[table]) == len(rows)
        for (was,), (now,) in zip(rows, after[table], strict=True):
            assert {column: now[column] for column in was} == was


NAMES = [one.name for one in migrations.available()]
LAST_WITH_ROWS = NAMES[NAMES.index(next(name for name in NAMES if "segments" in name)) - 1]


@pytest.mark.parametrize("schema", ["0002", LAST_WITH_ROWS[:4]])
def test_events_stored_as_rows_become_segments(
    fresh_database: Database, earlier_url: str, schema: str
) -> None:
    documents = {b"<first/>": EVENTS, b"<second/>" * 1000: LIFE}
    with fresh_database.transaction() as conn:
        for events in documents.values():
            record(conn, events, namespaces=NAMESPACES)
        expected = everything(conn)
    with psycopg.connect(earlier_url, autocommit=True) as conn:
        migrations.run(conn, upto(schema))
        captures = {
            earlier.write(conn, events, content, namespaces=NAMESPACES): content
            for content, events in documents.items()
        }
        earlier.write_others(conn)
        keys = {row[0] for row in conn.execute("select event_id from event")}
        serials = conn.execute(
            "select class_id, seq, serial, prefix_length from instance"
        ).fetchall()
        others = kept(conn)

        migrations.run(conn)

        found = everything(conn)
        assert {name: found[name] for name in expected if name != "facts"} == {
            name: expected[name] for name in expected if name != "facts"
        }
        assert sorted(found["facts"]) == sorted(expected["facts"])
        assert_kept(others, kept(conn))
        assert {row[0] for row in conn.execute("select event_id from event_key")} == keys
        names = objects.names(conn, [(class_id, seq) for class_id, seq, _, _ in serials])
        assert {(*key, name.item_key) for key, name in names.items()} == {
            row[:3] for row in serials
        }
        for capture_id, content in captures.items():
            assert originals.read(conn, capture_id) == content
            told = brought.brought(conn, capture_id, [], audience_ids=[AUDIENCE], limit=10)
            assert sum(kind.count for kind in told.kinds) == len(documents[content])


def test_what_was_recorded_before_the_upgrade_is_known_after_it(earlier_url: str) -> None:
    with psycopg.connect(earlier_url, autocommit=True) as conn:
        migrations.run(conn, upto("0006"))
        earlier.write(conn, LIFE, b"<life/>")
        migrations.run(conn)
        with conn.transaction():
            again = record(conn, [*LIFE, commissioning(0, [pack_uri(7)])])
        size = conn.execute("select next_seq from class where class_key like 'sgtin/%'").fetchone()

    assert (again.stored, again.repeated, again.conflicts) == (1, len(LIFE), ())
    assert size == (len(PACKS) + 1,)


@pytest.mark.skipif(not CITUS_URL, reason="no Citus cluster")
def test_a_database_that_is_spread_is_upgraded(server_url: str) -> None:
    """From the first schema that has every table that is spread."""
    name = f"packtrail_earlier_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster.empty(server_url, name), autocommit=True) as conn:
        migrations.run(conn, upto("0027"))
        with conn.transaction():
            distribution.distribute(conn)
        with conn.transaction():
            record(conn, LIFE)
        before = everything(conn)

        migrations.run(conn)

        assert everything(conn) == before
        assert distribution.missing(conn) == ()
    cluster.drop(server_url, name)


def test_an_event_without_further_fields_has_no_facts(fresh_database: Database) -> None:
    with fresh_database.transaction() as conn:
        record(conn, [PLAIN, seen(1, [pack_uri(1)], "shipping")])

        rows = conn.execute("select facts from segment").fetchall()
        values = conn.execute("select * from segment_value").fetchall()
    assert {facts for (facts,) in rows} == {None}
    assert values == []


def test_a_body_is_the_event_whatever_it_holds(fresh_database: Database) -> None:
    with fresh_database.transaction() as conn:
        record(conn, EVENTS, namespaces=NAMESPACES)
        found = {(body["eventID"], "errorDeclaration" in body): body for body in stored(conn)}

    for event in EVENTS:
        body = found[event.event_id, event.error_declaration is not None]
        assert body == epcis.decode_json(
            epcis.encode_json(epcis.event_json_standalone(event, NAMESPACES))
        )
        assert epcis.read_event_json(body) == event


def test_pools_of_before_several_a_trade_item_keep_their_ledger(server_url: str) -> None:
    name = f"packtrail_earlier_{uuid.uuid4().hex[:12]}"
    _create(server_url, name)
    before = [each for each in migrations.available() if each.name < "0007"]
    with psycopg.connect(make_conninfo(server_url, dbname=name), autocommit=True) as conn:
        migrations.run(conn, before)
        conn.execute(EARLIER_LEDGER)
        migrations.run(conn)

        assert conn.execute(
            "select p.code, c.class_key, c.owner_id, p.source from serial_pool p"
            " join serial_class c using (serial_class_id)"
        ).fetchall() == [("packs", "sgtin/03000101234509", 1, "made")]
        assert conn.execute(
            "select allocation_no, entry_no, ranges::text, count from serial_settled order by 1, 2"
        ).fetchall() == [
            (1, 3, "{[2,5),[7,10)}", 6),
            (2, 3, "{[10,12)}", 2),
            (2, 4, "{[15,16)}", 1),
        ]
        assert conn.execute(
            "select entry_no, organisation_id from serial_entry order by entry_no"
        ).fetchall() == [(1, 1), (2, 2), (3, 2), (4, 1)]
    _drop(server_url, name)


EARLIER_LEDGER = """
    insert into organisation (code, name, created_at)
    values ('maker', 'Maker', now()), ('packer', 'Packer', now());
    insert into audience (members) values ('{1,2}');
    insert into api_key values ('ptk_abc', 'x', 2, 'line', '{}', now(), 'me', now());
    insert into account (organisation_id, name, display_name, role, created_at)
    values (2, 'ines', 'Ines', 'operator', now());
    insert into serial_pool (owner_id, audience_id, code, kind, class_key, policy, low_water,
                             created_at, created_by, entries, issued, returned, voided)
    values (1, 1, 'packs', 'sgtin', 'sgtin/03000101234509', '{}', 0, now(), 'me', 4, 20, 8, 1);
    insert into serial_entry (pool_id, entry_no, kind, generation, ranges, asked, count, request_id,
                              party, purpose, at, actor_kind, actor_id, actor_name)
    values (1, 1, 'allocated', 1, '{[0,10)}', 10, 10, 'a', '', '', now(), 'system', 'system:x',
            'x'),
           (1, 2, 'allocated', 1, '{[10,20)}', 10, 10, 'b', '', '', now(), 'api_key',
            'key:ptk_abc', 'line'),
           (1, 3, 'returned', 1, '{[2,5),[7,12)}', 8, 8, 'c', '', '', now(), 'user', 'user:1', 'I'),
           (1, 4, 'void', 1, '{[15,16)}', 1, 1, 'd', '', '', now(), 'system', 'system:x', 'x');
"""
"""Two allocations, and numbers of both given back together."""
