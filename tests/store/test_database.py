"""Connections, transactions, migrations, and what the tables refuse."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.proxy import CommitCutter

from packtrail.base.errors import LimitExceeded, Unavailable, UsageError
from packtrail.base.findings import FindingCode, Severity
from packtrail.store import migrations
from packtrail.store.database import Database
from packtrail.store.migrations import Migration


def test_a_url_that_cannot_be_read_is_refused_without_repeating_it():
    with pytest.raises(UsageError) as refused:
        Database("mysql://me:secret@host/x")
    assert "secret" not in str(refused.value)


def test_a_server_that_does_not_answer_is_unavailable_and_no_password_is_told(tmp_path):
    url = make_conninfo(host=str(tmp_path), dbname="packs", user="me", password="secret")
    with pytest.raises(Unavailable, match="The database packs at") as fault:
        Database(url).open()
    assert "secret" not in str(fault.value)


def test_a_session_is_the_same_whatever_the_server_is_used_to(fresh_database: Database):
    used_to = {
        "datestyle": "German,DMY",
        "intervalstyle": "iso_8601",
        "timezone": "Pacific/Kiritimati",
        "default_transaction_isolation": "serializable",
    }
    options = " ".join(f"-c {name}={value}" for name, value in used_to.items())
    url = make_conninfo(fresh_database.url, options=options)
    moment = datetime(2026, 12, 31, 12, tzinfo=UTC)

    with Database(url) as elsewhere, elsewhere.transaction() as conn:
        asked = "select %s::timestamptz, interval '1 day 2 hours', %s::timestamptz::date"
        found = conn.execute(asked, [moment, moment]).fetchone()
        isolation = conn.execute("show transaction_isolation").fetchone()

    assert found == (moment, timedelta(days=1, hours=2), moment.date())
    assert found[0].utcoffset() == timedelta()
    assert isolation == ("read committed",)


def test_a_transaction_commits_or_rolls_back_as_a_whole(fresh_database: Database):
    def insert_and_fail() -> None:
        with fresh_database.transaction() as conn:
            conn.execute("insert into audience (members) values ('{1}')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        insert_and_fail()
    with fresh_database.transaction() as conn:
        conn.execute("insert into audience (members) values ('{2}')")

    with fresh_database.reading() as conn:
        assert conn.execute("select members from audience").fetchall() == [([2],)]


def test_a_connection_that_dies_is_unavailable_and_the_next_one_works(fresh_database: Database):
    def die() -> None:
        with fresh_database.transaction() as conn:
            conn.execute("select pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable):
        die()
    with fresh_database.reading() as conn:
        assert conn.execute("select 1").fetchone() == (1,)


def test_connections_that_the_server_ended_while_they_were_idle_fail_nobody(
    fresh_database: Database,
):
    fresh_database.fill()
    with fresh_database.reading() as conn:
        mine = conn.info.backend_pid
        ended = conn.execute(
            "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity"
            " where datname = current_database() and pid <> %s",
            [mine],
        ).fetchone()
    with psycopg.connect(fresh_database.url) as other:
        other.execute("select pg_terminate_backend(%s::int, 10000)", [mine])

    assert ended[0] >= 9
    with contextlib.ExitStack() as stack:
        lent = [stack.enter_context(fresh_database.reading()) for _ in range(10)]
        assert [conn.execute("select 1").fetchone() for conn in lent] == [(1,)] * 10


def test_a_server_that_is_away_for_long_is_looked_for_all_the_time(fresh_database: Database):
    with CommitCutter(fresh_database.url) as way:
        database = Database(make_conninfo(fresh_database.url, **way.address), connections_max=1)
        database.open()
        database.fill()
    folder = Path(way.address["host"])
    folder.mkdir()

    def ask() -> None:
        with contextlib.suppress(Unavailable), database.reading() as conn:
            conn.execute("select 1")

    with socket.socket(socket.AF_UNIX) as nobody:
        nobody.bind(str(folder / ".s.PGSQL.5432"))
        nobody.listen()
        nobody.settimeout(15)  # Seconds between two of the tries of a pool that waits ever longer.
        asking = threading.Thread(target=ask)
        asking.start()
        for _ in range(8):
            nobody.accept()[0].close()
        asking.join()
    database.close()
    shutil.rmtree(folder)


def test_what_the_server_tells_an_idle_connection_does_not_end_it(fresh_database: Database):
    fresh_database.fill()  # One that is still on its way would be lent next.
    with fresh_database.reading() as conn:
        conn.execute("listen news")
    with psycopg.connect(fresh_database.url, autocommit=True) as other:
        other.execute("notify news")

    for _ in range(2):
        with fresh_database.reading() as again:
            assert again is conn
            assert again.execute("select 1").fetchone() == (1,)


def test_the_connection_that_came_back_last_is_lent_first(fresh_database: Database):
    fresh_database.fill()
    with fresh_database.reading() as one:
        with fresh_database.reading() as other:
            assert other is not one
        with fresh_database.reading() as again:
            assert again is other

    for _ in range(3):
        with fresh_database.reading() as last:
            assert last is one


def test_a_statement_that_takes_too_long_is_ended(fresh_database: Database):
    slow = FindingCode("QRY-999", Severity.ERROR, "slow", remedy="none").found("Too slow.")

    def read_for(seconds: int, pause: float) -> object:
        with fresh_database.reading_for(seconds, slow) as conn:
            return conn.execute("select pg_sleep(%s), 7", [pause]).fetchone()[1]

    with pytest.raises(LimitExceeded, match="Too slow"):
        read_for(1, 30)
    assert read_for(2, 1.1) == 7
    for _ in range(10):
        with fresh_database.reading() as conn:
            assert conn.execute("show statement_timeout").fetchone() == ("0",)


def test_migrations_run_once_in_order_and_are_recorded(fresh_database: Database):
    assert fresh_database.migrate() == ()
    with fresh_database.reading() as conn:
        rows = conn.execute("select name, sha256 from schema_migration order by name").fetchall()
    assert rows == [(one.name, one.sha256) for one in migrations.available()]
    assert [one.name[:5] for one in migrations.available()][:1] == ["0001_"]


def test_migrations_that_start_at_the_same_time_wait_for_each_other(fresh_database: Database):
    known = [*migrations.available(), Migration("9999_later.sql", "create table later ()")]
    ran: list[tuple[str, ...]] = []

    def run() -> None:
        with fresh_database.reading() as conn:
            ran.append(migrations.run(conn, known))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ran) == [(), (), (), ("9999_later.sql",)]


def test_a_migration_that_was_changed_is_refused(fresh_database: Database):
    first, *rest = migrations.available()
    changed = [Migration(first.name, first.sql + "\n-- edited"), *rest]
    with (
        fresh_database.reading() as conn,
        pytest.raises(UsageError, match=r"The migration 0001_core\.sql is not the one"),
    ):
        migrations.run(conn, changed)


def test_a_database_newer_than_the_code_is_refused(fresh_database: Database):
    with (
        fresh_database.reading() as conn,
        pytest.raises(UsageError, match="was used by a newer Packtrail"),
    ):
        migrations.run(conn, migrations.available()[:1])


def test_a_migration_goes_to_the_database_statement_by_statement(fresh_database: Database):
    several = "create table one (); create table told as select current_query() as text;"
    known = [*migrations.available(), Migration("9999_several.sql", several)]
    with fresh_database.reading() as conn:
        migrations.run(conn, known)

        assert conn.execute("select text from told").fetchall() == [
            (" create table told as select current_query() as text;",)
        ]


def test_a_migration_that_fails_leaves_nothing_behind(fresh_database: Database):
    broken = Migration("9999_broken.sql", "create table half (); select nonsense")
    with fresh_database.reading() as conn:
        with pytest.raises(psycopg.errors.UndefinedColumn):
            migrations.run(conn, [*migrations.available(), broken])

        assert conn.execute("select to_regclass('half')").fetchone() == (None,)
    assert fresh_database.migrate() == ()


@pytest.mark.parametrize(
    "change", ["update audit set actor_name = 'me'", "delete from audit", "truncate audit"]
)
def test_the_audit_trail_is_append_only(fresh_database: Database, change):
    with fresh_database.reading() as conn:
        conn.execute(
            "insert into audit (at, organisation_id, actor_kind, actor_id, actor_name, action, "
            "subject, detail) values (now(), 1, 'user', '1', 'Ann', 'a:b:c', 'x', '{}')"
        )
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            conn.execute(change)
