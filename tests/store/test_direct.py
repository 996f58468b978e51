"""Statements sent without the driver's cursor say the same as with it."""

from __future__ import annotations

from datetime import timedelta, timezone

import psycopg
import pytest
from tests.store.making import START, commissioning, journey, pack_uri, packing, record, seen, sscc

from packtrail import gs1
from packtrail.store import class_rows, direct
from packtrail.store.database import Database
from packtrail.store.direct import Kind, Statement

SUM = Statement(
    "select %(one)s::bigint + array_length(%(some)s::integer[], 1), %(text)s, '100%%', %(one)s",
    one=Kind.BIGINT,
    some=Kind.INTEGERS,
    text=Kind.TEXT,
)
KINDS = Statement(
    "select %(a)s, %(b)s, %(c)s, %(d)s::text[], %(e)s::bigint[], %(f)s::integer[]",
    a=Kind.SMALLINT, b=Kind.BYTES, c=Kind.MOMENT, d=Kind.TEXTS, e=Kind.BIGINTS, f=Kind.INTEGERS,
)  # fmt: skip
ROW = (9, "lot / 7 é", "100%", 7)


def asked(conn):
    return direct.rows(conn, SUM, 7, [1, -2], "lot / 7 é")


def test_the_answer_is_that_of_a_cursor(database: Database):
    with database.reading() as conn:
        assert asked(conn) == [ROW]
        assert asked(conn) == [ROW]  # Prepared now.
        with conn.pipeline():
            assert asked(conn) == [ROW]
        assert direct.rows(conn, Statement("select 1 where false")) == []


def test_values_of_every_kind_come_back_as_they_were(database: Database):
    values = [
        (-3, b"\x00\xff", START, ["a", 'é, "', ""], [1 << 62, -1], [7]),
        (0, b"", START.astimezone(timezone(timedelta(hours=-5))), [], [], []),
    ]
    with database.reading() as conn:
        direct_rows = [direct.rows(conn, KINDS, *each) for each in values]
        with conn.pipeline():
            by_cursor = [direct.rows(conn, KINDS, *each) for each in values]

    assert direct_rows == by_cursor == [[each] for each in values]


def test_statements_that_go_together_are_answered_each(database: Database):
    both = [
        (SUM, (7, [1, -2], "lot / 7 é")),
        (Statement("select 1 where false"), ()),
        (SUM, (0, [], "")),
    ]
    large = Statement("select repeat(%(text)s, 300000)", text=Kind.TEXT)
    with database.reading() as conn:
        for _ in range(2):  # Prepared the second time.
            assert direct.together(conn, both) == [[ROW], [], [(None, "", "100%", 0)]]
        with conn.pipeline():
            assert direct.together(conn, both[:1]) == [[ROW]]
            assert direct.together(conn, both) == [[ROW], [], [(None, "", "100%", 0)]]
        # More than what fits on the way: neither side waits for the other for ever.
        found = direct.together(conn, [(large, ("0123456789",))] * 3)
        assert direct.together(conn, []) == []

    assert [len(rows[0][0]) for rows in found] == [3_000_000] * 3


def test_an_error_among_statements_that_go_together_is_the_first_one(database: Database):
    halved = Statement("select 1 / %(by)s", by=Kind.INTEGER)
    with database.reading() as conn:
        with pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"):
            direct.together(conn, [(halved, (1,)), (halved, (0,)), (SUM, (7, [1, -2], ""))])
        assert direct.together(conn, [(halved, (1,)), (halved, (-1,))]) == [[(1,)], [(-1,)]]
        with conn.transaction(force_rollback=True):
            with pytest.raises(psycopg.errors.DivisionByZero):
                direct.together(conn, [(halved, (0,)), (halved, (1,))])
            with pytest.raises(psycopg.errors.InFailedSqlTransaction):
                direct.together(conn, [(halved, (1,)), (halved, (1,))])
        assert asked(conn) == [ROW]


def test_a_statement_takes_part_in_the_transaction(database: Database):
    make = Statement("create temporary table gone (a integer)")
    with database.reading() as conn:
        with conn.transaction(force_rollback=True):
            direct.rows(conn, make)
        found = direct.rows(conn, Statement("select to_regclass('gone')::text is null"))

    assert found == [(True,)]


def test_an_error_is_the_error_of_the_driver_and_ends_the_transaction(database: Database):
    halved = Statement("select 1 / %(by)s", by=Kind.INTEGER)
    with database.reading() as conn:
        with pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"):
            direct.rows(conn, halved, 0)
        assert direct.rows(conn, halved, 1) == [(1,)]
        with conn.transaction(force_rollback=True):
            with pytest.raises(psycopg.errors.DivisionByZero):
                direct.rows(conn, halved, 0)
            with pytest.raises(psycopg.errors.InFailedSqlTransaction):
                direct.rows(conn, halved, 1)


@pytest.mark.parametrize("kind", [psycopg.Connection, direct.DirectConnection])
def test_a_connection_that_begins_transactions_by_itself_begins_one(database: Database, kind):
    with kind.connect(database.url) as conn:
        assert asked(conn) == [ROW]
        assert conn.info.transaction_status is psycopg.pq.TransactionStatus.INTRANS


def test_what_the_driver_lets_go_of_after_a_rollback_is_prepared_again(database: Database):
    with database.reading() as conn:
        conn.execute("select 1", prepare=True)
        with conn.transaction(force_rollback=True):
            asked(conn)
        with conn.transaction():
            asked(conn)
            conn.execute("select 1", prepare=True)
            assert asked(conn) == [ROW]


def test_a_lost_connection_is_told_as_one(database: Database):
    with direct.DirectConnection.connect(database.url, autocommit=True) as conn:
        asked(conn)
        with database.reading() as other:
            other.execute("select pg_terminate_backend(%s::integer)", [conn.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            asked(conn)


def test_a_connection_lost_between_statements_that_go_together_is_told_as_one(database: Database):
    end = Statement("select pg_terminate_backend(pg_backend_pid())")
    with direct.DirectConnection.connect(database.url, autocommit=True) as conn:
        with pytest.raises(psycopg.OperationalError):
            direct.together(conn, [(SUM, (7, [1], "")), (end, ()), (SUM, (7, [1], ""))])
        with pytest.raises(psycopg.OperationalError):
            asked(conn)


def test_a_class_of_a_transaction_that_failed_is_not_believed(fresh_database: Database):
    with fresh_database.reading() as conn:
        with conn.transaction(force_rollback=True):
            record(conn, [commissioning(0, [pack_uri(1)]), packing(1, sscc(1), [pack_uri(1)])])
            assert journey(conn, pack_uri(1)) is not None
        with conn.transaction():
            record(conn, [commissioning(0, [pack_uri(1)])])
        found = journey(conn, pack_uri(1))

    assert found is not None
    assert len(found.steps) == 1


def test_the_length_of_a_prefix_that_is_learned_later_is_told(fresh_database: Database):
    link = gs1.parse(pack_uri(1)).digital_link()
    with fresh_database.transaction() as conn:
        record(conn, [commissioning(0, [link])])
        before = journey(conn, link)
        record(conn, [commissioning(1, [pack_uri(2)])])
        after = journey(conn, link)

    assert before is not None
    assert after is not None
    assert (before.prefix_length, after.prefix_length) == (None, 7)


def test_many_classes_are_read_at_once_and_few_one_by_one(fresh_database: Database):
    with fresh_database.transaction() as conn:
        packs = [f"urn:epc:id:sgtin:0300010.01234{n}.1" for n in range(9)]
        record(conn, [commissioning(0, packs)])
        keys = [row[0] for row in conn.execute("select class_key from class order by 1")]
        many = class_rows.by_key(conn, keys, is_fresh=True)
        few = {key: class_rows.by_key(conn, [key], is_fresh=True)[key] for key in keys}
        again = class_rows.by_id(conn, [row.class_id for row in many.values()])
        unknown = class_rows.by_key(conn, ["sgtin/nothing"])

    assert many == few
    assert {row.class_key: row for row in again.values()} == many
    assert len(many) == 9
    assert unknown == {}


def test_a_list_of_members_is_searched_and_its_columns_decide(fresh_database: Database):
    # Lane 0x0302 is among the octets of 0x0201 and 0x0403 in their list, though no member of it.
    packs = [pack_uri(n) for n in range(0x0500)]
    # The octets of 0x0100 are those that say "a list" and begin the first lane.
    some = [packs[n] for n in (0x0201, 0x0403)]
    others = [packs[n] for n in (0x0001, 0x0100, 0x0400)]
    with fresh_database.transaction() as conn:
        record(conn, [commissioning(0, packs)])
        record(conn, [packing(1, sscc(1), some), seen(2, others, "storing")])
        steps = {
            n: len(told.steps)
            for n in (0x0201, 0x0403, 0x0302, 0x0001, 0x0100, 0x0400, 0x0002)
            if (told := journey(conn, packs[n])) is not None
        }

    assert steps == {
        0x0201: 2,
        0x0403: 2,
        0x0302: 1,
        0x0001: 2,
        0x0100: 2,
        0x0400: 2,
        0x0002: 1,
    }


COUNTED = Statement("select nextval('counted'), %(one)s", one=Kind.INTEGER)


@pytest.fixture
def counting(database: Database):
    """A connection over which every answer says how many there were before."""
    with database.reading() as conn:
        conn.execute("create temporary sequence counted minvalue 0")
        yield conn
        conn.execute("drop sequence counted")


def test_what_goes_along_is_sent_with_the_first_question_and_answered_when_it_is_asked(counting):
    with direct.Along(counting, lambda: [(COUNTED, (7,)), (COUNTED, (8,))]):
        assert direct.together(counting, []) == []
        assert direct.rows(counting, COUNTED, 1) == [(0, 1)]
        assert direct.rows(counting, COUNTED, 2) == [(3, 2)]
        both = [(COUNTED, (3,)), (COUNTED, (8,)), (COUNTED, (4,))]
        assert direct.together(counting, both) == [[(4, 3)], [(2, 8)], [(5, 4)]]
        assert direct.rows(counting, COUNTED, 7) == [(1, 7)]


def test_what_went_along_is_answered_once_and_only_meanwhile(counting):
    with direct.Along(counting, lambda: [(COUNTED, (7,)), (COUNTED, (8,))]):
        assert direct.rows(counting, COUNTED, 8) == [(0, 8)]
        assert direct.rows(counting, COUNTED, 8) == [(2, 8)]
    assert direct.rows(counting, COUNTED, 7) == [(3, 7)]


def test_nothing_goes_along_where_nothing_is_asked(counting):
    with direct.Along(counting, lambda: [(COUNTED, (7,))]):
        pass

    assert direct.rows(counting, COUNTED, 1) == [(0, 1)]


def test_what_goes_along_in_a_pipeline_is_asked_when_it_is_wanted(counting):
    with direct.Along(counting, lambda: [(COUNTED, (7,))]), counting.pipeline():
        assert direct.rows(counting, COUNTED, 1) == [(0, 1)]
        assert direct.rows(counting, COUNTED, 7) == [(1, 7)]


def test_an_error_of_what_goes_along_is_told_to_who_asks_for_it(counting):
    halved = Statement("select 1 / %(by)s", by=Kind.INTEGER)
    with direct.Along(counting, lambda: [(COUNTED, (7,)), (halved, (0,))]):
        assert direct.rows(counting, COUNTED, 1) == [(0, 1)]
        assert direct.rows(counting, COUNTED, 2) == [(2, 2)]
        assert direct.rows(counting, COUNTED, 7) == [(1, 7)]
        with pytest.raises(psycopg.errors.DivisionByZero):
            direct.rows(counting, halved, 0)
        assert direct.rows(counting, COUNTED, 3) == [(3, 3)]


def test_nobody_waits_for_what_goes_along(counting):
    with direct.Along(counting, lambda: [(COUNTED, (7,))]):
        assert direct.rows(counting, COUNTED, 1) == [(0, 1)]
        assert len(counting.underway) == 1
        with direct.Underway(counting, [(COUNTED, (2,))]) as behind:
            assert len(counting.underway) == 2
        assert behind.rows() == [[(2, 2)]]
        assert not counting.underway
        assert direct.rows(counting, COUNTED, 7) == [(1, 7)]


def test_what_went_along_is_waited_for_at_the_end_and_before_the_driver_asks(counting):
    with direct.Along(counting, lambda: [(COUNTED, (7,))]):
        assert direct.rows(counting, COUNTED, 1) == [(0, 1)]
        assert counting.underway
        assert counting.execute("select nextval('counted')").fetchone() == (2,)
        assert not counting.underway
    with (
        pytest.raises(psycopg.errors.DivisionByZero),
        direct.Along(counting, lambda: [(COUNTED, (8,))]),
    ):
        direct.rows(counting, Statement("select 1 / %(by)s", by=Kind.INTEGER), 0)
    assert not counting.underway
    assert counting.execute("select nextval('counted')").fetchone() == (4,)


def test_where_nothing_can_be_sent_along_nothing_stays_under_way(counting):
    def ask():
        raise KeyError

    with pytest.raises(KeyError), direct.Along(counting, ask):
        direct.rows(counting, COUNTED, 1)
    assert not counting.underway
    assert counting.execute("select nextval('counted')").fetchone() == (1,)


def test_what_is_under_way_was_sent_before_what_is_asked_meanwhile(counting):
    with direct.Underway(counting, [(COUNTED, (7,)), (COUNTED, (8,))]) as answers:
        assert direct.rows(counting, COUNTED, 1) == [(2, 1)]
        assert counting.execute("select nextval('counted')").fetchone() == (3,)
        with direct.Underway(counting, [(COUNTED, (9,))]) as other:
            assert answers.rows() == answers.rows() == [[(0, 7)], [(1, 8)]]
            assert other.rows() == [[(4, 9)]]
    assert answers.rows() == [[(0, 7)], [(1, 8)]]
    assert direct.rows(counting, COUNTED, 1) == [(5, 1)]


@pytest.mark.parametrize("count", [1, 2])
def test_nothing_is_under_way_after_what_was_raised_meanwhile(counting, count: int):
    with pytest.raises(KeyError), direct.Underway(counting, [(COUNTED, (7,))] * count):
        raise KeyError
    with counting.cursor() as cursor:
        assert cursor.execute("select nextval('counted')").fetchone() == (count,)


def test_an_error_of_what_is_under_way_is_told_to_who_asked_it(counting):
    halved = Statement("select 1 / %(by)s", by=Kind.INTEGER)
    with direct.Underway(counting, [(halved, (0,)), (COUNTED, (7,))]) as answers:
        assert direct.rows(counting, COUNTED, 1) == [(0, 1)]
        with pytest.raises(psycopg.errors.DivisionByZero):
            answers.rows()
    with direct.Underway(counting, [(halved, (0,))]):
        pass  # Nobody asked what came of it.
    assert direct.rows(counting, COUNTED, 1) == [(1, 1)]


def test_some_is_sent_behind_what_is_under_way(counting):
    with (
        direct.Underway(counting, [(COUNTED, (1,))] * 2) as first,
        direct.Underway(counting, [(COUNTED, (2,))]) as second,
        direct.Underway(counting, [(Statement("select nextval('counted')"), ())]) as third,
    ):
        # What is not prepared yet, or was not sent in a pipeline, lets nothing behind it.
        assert counting.underway == [third]
        with direct.Underway(counting, [(COUNTED, (4,))]) as fourth:
            assert counting.underway == [fourth]
            assert fourth.rows() == [[(4, 4)]]
        assert third.rows() == [[(3,)]]
    assert (first.rows(), second.rows()) == ([[(0, 1)], [(1, 1)]], [[(2, 2)]])


def test_what_goes_along_with_something_under_way_is_answered(counting):
    with direct.Along(counting, lambda: [(COUNTED, (7,))]):
        with direct.Underway(counting, [(COUNTED, (1,))]) as first:
            assert len(counting.underway) == 2
        with direct.Underway(counting, [(COUNTED, (2,))]) as second:
            assert direct.rows(counting, COUNTED, 7) == [(1, 7)]
            assert counting.underway == [second]
        assert (first.rows(), second.rows()) == ([[(0, 1)]], [[(2, 2)]])


def test_what_may_not_be_sent_now_is_answered_at_once(counting):
    with counting.pipeline(), direct.Underway(counting, [(COUNTED, (3,))] * 2) as third:
        assert not counting.underway
        assert third.rows() == [[(0, 3)], [(1, 3)]]
    with direct.Underway(counting, []) as nothing:
        assert nothing.rows() == []


def test_a_connection_whose_answers_were_not_all_taken_is_closed(database: Database, monkeypatch):
    with direct.DirectConnection.connect(database.url, autocommit=True) as conn:
        with pytest.raises(KeyboardInterrupt), direct.Underway(conn, [(SUM, (7, [1], ""))] * 2):
            monkeypatch.setattr(direct, "arrived", interrupted)
        assert conn.closed


def interrupted(_: object) -> None:
    raise KeyboardInterrupt


def test_what_went_along_on_a_lost_connection_is_told_as_lost(database: Database):
    end = Statement("select pg_terminate_backend(pg_backend_pid())")
    with direct.DirectConnection.connect(database.url, autocommit=True) as conn:
        with direct.Along(conn, lambda: [(end, ()), (SUM, (7, [1], ""))]):
            assert direct.rows(conn, Statement("select 1")) == [(1,)]
            with pytest.raises(psycopg.OperationalError):
                direct.rows(conn, SUM, 7, [1], "")
        with pytest.raises(psycopg.OperationalError):
            asked(conn)


def test_a_connection_lost_while_something_is_under_way_is_told_as_one(database: Database):
    end = Statement("select pg_terminate_backend(pg_backend_pid())")
    with direct.DirectConnection.connect(database.url, autocommit=True) as conn:
        with (
            pytest.raises(psycopg.OperationalError),
            direct.Underway(conn, [(end, ()), (SUM, (7, [1], ""))]) as answers,
        ):
            answers.rows()
        with pytest.raises(psycopg.OperationalError):
            asked(conn)
