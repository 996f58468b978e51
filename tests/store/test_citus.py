"""The schema and the statements stay within what Citus runs unchanged.

ARCHITECTURE, "One SQL for embedded, server and Citus"; checked without Citus.
"""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from packtrail.base.errors import UsageError
from packtrail.store import distribution
from packtrail.store.database import Database
from packtrail.store.distribution import COLUMNS

WITHOUT_KEY = {"segment_value", "posting", "touch"}
"""Tables whose rows nothing but their transaction keeps from being there twice."""

BANNED = {
    "recursive query": r"\bwith\s+recursive\b",
    "lateral join": r"\blateral\b",
    "merge": r"\bmerge\s+into\b",
    "rollup or cube": r"\b(rollup|cube|grouping\s+sets)\b",
    "left join unnest": r"\bleft\s+join\s+unnest\b",
    "advisory lock": r"\bpg_(try_)?advisory(?!_xact_lock_shared)",  # See decision 0026.
    "notify": r"\b(pg_notify|notify|listen)\b",
    "query for no column": r"\bselect\s+from\b",
    "foreign key": r"\bforeign\s+key\b",
}
STORE = Path(str(resources.files("packtrail.store")))
TEXTS = sorted(STORE.glob("sql/*.sql"))


def bare(text: str) -> str:
    """SQL without its comments."""
    return re.sub(r"--[^\n]*|'[^']*'", "", text).lower()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", BANNED)
def test_a_statement_uses_nothing_that_citus_lacks(path: Path, name: str):
    assert not re.search(BANNED[name], bare(path.read_text()))


@pytest.mark.parametrize("table", COLUMNS)
def test_every_unique_key_holds_the_distribution_column(database: Database, table: str):
    with database.reading() as conn:
        keys = conn.execute(
            """
            select i.indexrelid::regclass::text,
                   array(select a.attname::text from pg_attribute a
                          where a.attrelid = i.indrelid and a.attnum = any(i.indkey))
              from pg_index i where i.indrelid = %s::regclass and i.indisunique
            """,
            [table],
        ).fetchall()

    assert keys or table in WITHOUT_KEY
    assert [name for name, columns in keys if COLUMNS[table] not in columns] == []


def test_distributed_tables_have_no_triggers_and_no_foreign_keys(database: Database):
    with database.reading() as conn:
        tables = list(COLUMNS)
        triggers = conn.execute(
            # Those that Citus adds itself to tables it has spread are its own affair.
            "select tgname from pg_trigger where tgrelid = any(%s::regclass[])"
            " and not tgisinternal and tgname not like 'truncate_trigger_%%'",
            [tables],
        ).fetchall()
        keys = conn.execute(
            "select conname from pg_constraint where contype = 'f' "
            "and (conrelid = any(%(t)s::regclass[]) or confrelid = any(%(t)s::regclass[]))",
            {"t": tables},
        ).fetchall()

    assert (triggers, keys) == ([], [])


def test_nothing_is_to_be_spread_on_one_server(database: Database) -> None:
    with database.reading() as conn:
        if distribution.is_cluster(conn):
            assert distribution.missing(conn) == ()
            assert distribution.workers(conn) > 0
            return
        assert (distribution.missing(conn), distribution.workers(conn)) == ((), 0)
    with pytest.raises(UsageError, match="no coordinator of a Citus cluster"):
        database.distribute()
