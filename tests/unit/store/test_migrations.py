"""Migrations go to the database statement by statement."""

from __future__ import annotations

import pytest

from packtrail.store import migrations
from packtrail.store.migrations import Migration


def statements(sql: str) -> list[str]:
    return list(Migration("0001_x.sql", sql).statements())


def test_a_statement_ends_at_its_semicolon_and_holds_the_comments_before_it() -> None:
    assert statements("-- One.\nselect 1;\n\n-- Two; not three.\nselect 2;\n") == [
        "-- One.\nselect 1;",
        "\n\n-- Two; not three.\nselect 2;",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "comment on table x is 'It''s; said.';",
        'alter table "a;b" add c int;',
        "create function f() as $$ begin; -- it's\n return '$'; end $$;",
        "create function f() as $body$ select $$;$$; $body$;",
        "select 1 -- and no more; it's enough\n;",
        "select 1 - -1;",
    ],
)
def test_a_semicolon_within_a_statement_does_not_end_it(statement: str) -> None:
    assert statements(f"{statement}{statement}") == [statement, statement]


def test_the_last_statement_needs_no_semicolon() -> None:
    assert statements("select 1;\nselect 2\n") == ["select 1;", "\nselect 2\n"]


@pytest.mark.parametrize("migration", migrations.available(), ids=lambda one: one.name)
def test_nothing_of_a_migration_is_lost(migration: Migration) -> None:
    parts = list(migration.statements())

    assert "".join(parts).rstrip() == migration.sql.rstrip()
    assert all(part.rstrip().endswith(";") for part in parts)
