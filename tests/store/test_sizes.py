"""Sizes: on a cluster tables lie on the workers, and count from there."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from psycopg import Connection
from tests.store.making import START, commissioning, pack_uri, record

from packtrail.store import distribution, health, meters, months, organisations, sizes
from packtrail.store.archive import rows
from packtrail.store.database import Database

MARCH = months.first_day(START)


@pytest.fixture(scope="module")
def filled(database: Database) -> Database:
    """A store with 3,000 packs of random serials, commissioned in March."""
    with database.transaction() as conn:
        organisations.insert(conn, "owner", name="owner", gln=None, at=START)
        months.ensure(conn, START)
        draw = Random(7)
        epcs = [pack_uri(f"{draw.getrandbits(80):020X}") for _ in range(3_000)]
        record(conn, [commissioning(0, epcs)], hour=0)
    return database


@pytest.fixture
def conn(filled: Database) -> Iterator[Connection]:
    with filled.reading() as conn:
        yield conn


def test_tables_count_with_their_partitions_wherever_they_lie(conn: Connection) -> None:
    found = {each.name: each.size_bytes for each in health.table_sizes(conn)}

    assert "segment_2026_03" not in found
    assert found["name_block"] > 30_000  # Ten octets of chance each.
    assert all(found[table] > 0 for table in distribution.COLUMNS)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_a_month_counts_its_partitions_wherever_they_lie(conn: Connection) -> None:
    found = {each.name: each.size_bytes for each in sizes.tables(conn)}
    march = found["segment_2026_03"] + found["original_2026_03"]

    assert march > 0
    assert rows.size(conn, MARCH) == march
    assert meters.months(conn) == [("2026_03", march)]


def test_the_database_counts_on_every_node(conn: Connection) -> None:
    here = conn.execute("select pg_database_size(current_database())").fetchone()[0]
    size = health.condition(conn).size_bytes

    assert size >= sum(each.size_bytes for each in sizes.tables(conn))
    assert size > here if distribution.is_cluster(conn) else size == pytest.approx(here, rel=0.1)
