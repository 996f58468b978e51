"""Every statement speaks of tables, columns and functions that are there.

The server reads each one without running it. Parts of statements, which are put together in code,
cannot be read alone; what they belong to is run by the tests of its module.
"""

from __future__ import annotations

import re

import pytest
from psycopg import Connection
from psycopg.pq import DiagnosticField
from tests.store.test_citus import TEXTS

from packtrail.store import named
from packtrail.store.database import Database

MISSING = {b"42P01": "table", b"42703": "column", b"42883": "function", b"42704": "type"}
SYNTAX_ERROR = b"42601"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sbt]|%[sbt]")


def numbered(statement: str) -> bytes:
    """Return a statement with its placeholders numbered, as the server wants them."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found[1] or f"no {len(numbers)}"
        return f"${numbers.setdefault(name, len(numbers) + 1)}"

    return PLACEHOLDER.sub(number, statement).replace("%%", "%").encode()


def outcome(conn: Connection, statement: str) -> bytes:
    """Return the code of the error that reading a statement gives; none for none."""
    result = conn.pgconn.prepare(b"", numbered(statement))
    return result.error_field(DiagnosticField.SQLSTATE) or b""


OF_CITUS = {"distribution"}
"""Files whose statements ask Citus itself; tests/store/test_citus.py runs them."""


@pytest.mark.parametrize("file", sorted({path.stem for path in TEXTS} - OF_CITUS))
def test_a_statement_speaks_of_what_is_there(database: Database, file: str) -> None:
    statements = named.statements(file)
    with database.reading() as conn:
        for text in statements.values():
            if text.startswith("create temporary table"):
                conn.execute(text.removesuffix("on commit drop").encode())
        found = {name: outcome(conn, text) for name, text in statements.items()}
        conn.execute("discard temp")

    assert {name: MISSING[code] for name, code in found.items() if code in MISSING} == {}


def test_most_statements_can_be_read_alone(database: Database) -> None:
    with database.reading() as conn:
        codes = [
            outcome(conn, text) for path in TEXTS for text in named.statements(path.stem).values()
        ]

    assert len(codes) > 200
    assert sum(code == SYNTAX_ERROR for code in codes) < len(codes) / 5


def test_a_table_that_is_gone_is_noticed(database: Database) -> None:
    with database.reading() as conn:
        assert MISSING[outcome(conn, "select event_id from event where event_id = %s")] == "table"
        assert MISSING[outcome(conn, "select gone from capture")] == "column"
        assert outcome(conn, "select 1 from capture where capture_id = %(one)s") == b""
