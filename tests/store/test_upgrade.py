"""A database of an earlier Packtrail is brought up to date without loss."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.postgres import _create, _drop
from tests.store.making import commissioning, declared_wrong, header, pack_uri, record, seen

from packtrail.epcis.events import (
    ObjectEvent,
    PersistentDisposition,
    QuantityElement,
    SensorElement,
    TransformationEvent,
)
from packtrail.store import migrations
from packtrail.store.database import Database

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


@pytest.fixture
def earlier_url(server_url: str) -> Iterator[str]:
    """A database as the release before facts made it: empty, with the first two migrations."""
    name = f"packtrail_earlier_{uuid.uuid4().hex[:12]}"
    _create(server_url, name)
    url = make_conninfo(server_url, dbname=name)
    with psycopg.connect(url, autocommit=True) as conn:
        migrations.run(conn, migrations.available()[:2])
    yield url
    _drop(server_url, name)


def facts(conn: psycopg.Connection[Any]) -> list[list[Any]]:
    """Everything that migration 0003 added, row by row."""
    return [
        conn.execute(statement).fetchall()
        for statement in (
            "select event_id, facts from event order by event_id",
            "select * from event_value order by name, event_id, number, text",
            "select * from namespace_prefix order by prefix",
        )
    ]


def test_events_stored_before_facts_get_theirs_from_their_bodies(
    fresh_database: Database, earlier_url: str
) -> None:
    with fresh_database.transaction() as conn:
        record(conn, EVENTS, namespaces={"x": NS, "unused": "urn:nothing:"})
        expected = facts(conn)
    with psycopg.connect(earlier_url, autocommit=True) as earlier:
        columns = ", ".join(
            row[0]
            for row in earlier.execute(
                "select attname from pg_attribute"
                " where attrelid = 'event'::regclass and attnum > 0 and not attisdropped"
            )
        )
        with (
            fresh_database.reading() as conn,
            conn.cursor() as reader,
            earlier.cursor() as writer,
            reader.copy(f"copy event ({columns}) to stdout (format binary)") as old,
            writer.copy(f"copy event ({columns}) from stdin (format binary)") as new,
        ):
            for block in old:
                new.write(block)
        before = earlier.execute(f"select {columns} from event order by event_id").fetchall()

        assert migrations.run(earlier, migrations.available()[:3]) == ("0003_facts.sql",)
        assert facts(earlier) == expected
        after = earlier.execute(f"select {columns} from event order by event_id").fetchall()
        assert after == before
    assert [len(rows) for rows in expected] == [len(EVENTS), 9, 1]
    assert sum(facts is None for _, facts in expected[0]) == 2


def test_an_event_without_further_fields_has_no_facts(fresh_database: Database) -> None:
    with fresh_database.transaction() as conn:
        record(conn, [PLAIN, seen(1, [pack_uri(1)], "shipping")])

        assert {facts for _, facts in facts(conn)[0]} == {None}
        assert facts(conn)[1:] == [[], []]


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
