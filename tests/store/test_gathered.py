"""Transactions whose statements go together: what the driver does one by one, in one go."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.rows import scalar_row

from packtrail.base.errors import Unavailable
from packtrail.store import gathered
from packtrail.store.database import Database
from packtrail.store.parameters import bigints


@pytest.fixture
def database(fresh_database: Database) -> Database:
    with fresh_database.reading() as conn:
        conn.execute("create table thing (number integer primary key, name text, octets bytea)")
    return fresh_database


def things(database: Database) -> list[tuple[int, str | None]]:
    with database.reading() as conn:
        return conn.execute("select number, name from thing order by 1").fetchall()


def test_answers_are_those_of_the_driver(database: Database) -> None:
    asked = [
        ("select %s::text, %s::integer, 7 %% 4", ["a%", None]),
        ("select unnest(%s::bigint[])", [bigints([3, 4, 5])]),
        ("select %s::text[], %s::jsonb, %b::bytea", [["x", "y"], '{"a": 1}', b"\x00%s"]),
        ("select %(few)s::integer[], %(much)s + 1, %(few)s::text[]", {"few": "{3}", "much": 4}),
        ("select 1 where false", []),
    ]
    with database.reading() as conn:
        expected = [
            conn.cursor(binary=is_binary).execute(text, values).fetchall()
            for text, values in asked
            for is_binary in (False, True)
        ]
    for _ in range(2):  # Prepared by the first, used by the second.
        with database.gathered() as conn:
            answers = [
                conn.cursor(binary=is_binary).execute(text, values, prepare=not is_binary)
                for text, values in asked
                for is_binary in (False, True)
            ]
            assert [answer.fetchall() for answer in reversed(answers)] == expected[::-1]


def test_rows_are_read_one_by_one_once_and_as_the_caller_wants(database: Database) -> None:
    with database.gathered() as conn:
        several = conn.execute("select generate_series(1, 3)")
        with conn.cursor(row_factory=scalar_row) as cursor:
            assert cursor.execute("select 5").fetchone() == 5
        assert (several.fetchone(), list(several), several.fetchone()) == ((1,), [(2,), (3,)], None)


def test_nothing_is_sent_before_an_answer_is_wanted(database: Database) -> None:
    with database.gathered() as conn:
        conn.cursor().executemany("insert into thing values (%s, %s)", [(1, "a"), (2, None)])
        assert conn.gathering._open  # type: ignore[attr-defined]
        assert conn.gathering._waiting  # type: ignore[attr-defined]
        assert conn.execute("select count(*) from thing").fetchone() == (2,)
        assert not conn.gathering._waiting  # type: ignore[attr-defined]
    assert things(database) == [(1, "a"), (2, None)]


def test_what_is_to_be_begun_is_sent_without_an_answer(database: Database) -> None:
    with database.gathered() as conn:
        conn.execute("insert into thing values (1, 'a')", prepare=True)
        gathered.send_now(conn)
        assert not conn.gathering._waiting  # type: ignore[attr-defined]
        assert conn.execute("select count(*) from thing").fetchone() == (1,)
    with database.transaction(is_pipelined=True) as conn:
        gathered.send_now(conn)
    assert things(database) == [(1, "a")]


@pytest.mark.parametrize("is_asked", [True, False], ids=["when_asked", "at_the_commit"])
def test_a_statement_that_fails_undoes_all_and_leaves_the_connection_fit(
    database: Database, is_asked: bool
) -> None:
    def do() -> None:
        with database.gathered() as conn:
            for number in (1, 2, 1, 3):
                conn.execute("insert into thing values (%s)", [number], prepare=True)
            asked = conn.execute("select count(*) from thing", prepare=True)
            if is_asked:
                asked.fetchone()

    for _ in range(2):
        with pytest.raises(psycopg.errors.UniqueViolation):
            do()
        assert things(database) == []
    with database.reading() as conn:
        # It is the same connection, and nothing of what failed is left on it.
        assert (conn.info.pipeline_status, conn.info.transaction_status) == (0, 0)
    with database.gathered() as conn:
        conn.execute("insert into thing values (%s)", [4], prepare=True)
        assert conn.execute("select count(*) from thing", prepare=True).fetchone() == (1,)
    with database.transaction(is_pipelined=True) as conn:
        conn.execute("insert into thing values (%s)", [5], prepare=True)
    assert [number for number, _ in things(database)] == [4, 5]


def test_a_fault_of_the_caller_undoes_all(database: Database) -> None:
    def do() -> None:
        with database.gathered() as conn:
            conn.execute("insert into thing values (1)")
            conn.execute("select 1").fetchone()
            conn.execute("insert into thing values (2)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        do()
    assert things(database) == []
    with database.gathered() as conn:
        conn.execute("insert into thing values (2)")
    assert things(database) == [(2, None)]


def test_much_goes_both_ways_at_once(database: Database) -> None:
    octets = [bytes([number]) * (1 << 20) for number in range(16)]
    with database.gathered() as conn:
        conn.cursor().executemany(
            "insert into thing (number, octets) values (%s, %s)", list(enumerate(octets))
        )
        answers = [
            conn.execute("select octets from thing where number = %s", [n], binary=True)
            for n in range(16)
        ]
        assert [answer.fetchone()[0] for answer in answers] == octets
    assert len(things(database)) == 16


def test_a_connection_that_is_lost_is_told_and_replaced(database: Database) -> None:
    def do() -> None:
        with database.gathered() as conn:
            conn.execute("insert into thing values (1)")
            conn.execute("select pg_terminate_backend(pg_backend_pid())").fetchone()

    with pytest.raises(Unavailable):
        do()
    assert things(database) == []
    with database.gathered() as conn:
        conn.execute("insert into thing values (1)")
    assert things(database) == [(1, None)]
