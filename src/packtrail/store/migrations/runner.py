"""Runs the migrations a database has not had yet, one transaction each, under a lock."""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from packtrail.base.errors import UsageError
from packtrail.store.migrations import facts, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from psycopg import Connection

_LOCK = 0x7061636B
"""Advisory lock number: "pack"."""
_TABLE = """
    create table if not exists schema_migration (
        name       text primary key,
        sha256     text not null,
        applied_at timestamptz not null default now()
    )
"""

_PIECE = re.compile(
    r"""
      --[^\n]*                                # a comment,
    | '[^']*' | "[^"]*"                       # a text, a name,
    | (?P<quote>\$\w*\$) .*? (?P=quote)       # the body of a function,
    | (?P<end>;)
    """,
    re.DOTALL | re.VERBOSE,
)

_CODE: Mapping[str, Callable[[Connection], None]] = {
    "facts.sql": facts.backfill,
    "segments.sql": segments.rewrite,
}
"""Migration without its number -> what it needs beyond SQL: run after it, in its transaction."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file."""

    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Digest of the file, by which a later change is noticed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def statements(self) -> Iterator[str]:
        """Yield its statements, each with the comments before it.

        Citus tells its workers of a change of a table in the words it was asked in: of one
        statement.
        """
        begin = 0
        for piece in _PIECE.finditer(self.sql):
            if piece["end"]:
                yield self.sql[begin : piece.end()]
                begin = piece.end()
        if self.sql[begin:].strip():
            yield self.sql[begin:]


def available() -> tuple[Migration, ...]:
    """Return the migrations this Packtrail knows, in order."""
    folder = resources.files(__package__)
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    return tuple(Migration(entry.name, entry.read_text(encoding="utf-8")) for entry in files)


def run(conn: Connection, known: Sequence[Migration] | None = None) -> tuple[str, ...]:
    """Run what is missing.

    Args:
        conn: A connection outside any transaction, in autocommit mode.
        known: The migrations; default: those that come with this Packtrail.

    Returns:
        The names of the migrations that ran now.

    Raises:
        UsageError: The database is newer than the code, or a migration it ran was changed since.
    """
    known = available() if known is None else known
    with _locked(conn):
        conn.execute(_TABLE)
        rows = conn.execute("select name, sha256 from schema_migration").fetchall()
        applied = {str(name): str(sha256) for name, sha256 in rows}
        _require_same_history(applied, known)
        missing = [migration for migration in known if migration.name not in applied]
        for migration in missing:
            _apply(conn, migration)
    return tuple(migration.name for migration in missing)


@contextlib.contextmanager
def _locked(conn: Connection) -> Iterator[None]:
    conn.execute("select pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        conn.execute("select pg_advisory_unlock(%s)", [_LOCK])


def _require_same_history(applied: dict[str, str], known: Sequence[Migration]) -> None:
    digests = {migration.name: migration.sha256 for migration in known}
    newer = sorted(applied.keys() - digests.keys())
    if newer:
        raise UsageError(
            f"The database has migrations this Packtrail does not know ({', '.join(newer)}): it "
            "was used by a newer Packtrail. Install that one, or choose another database."
        )
    changed = sorted(name for name in applied if applied[name] != digests[name])
    if changed:
        raise UsageError(
            f"The migration {changed[0]} is not the one this database ran: a released migration "
            "is never edited. Put the file back, or choose another database."
        )


def _apply(conn: Connection, migration: Migration) -> None:
    with conn.transaction():
        for statement in migration.statements():
            conn.execute(statement)
        more = _CODE.get(migration.name.partition("_")[2])
        if more is not None:
            more(conn)
        conn.execute(
            "insert into schema_migration (name, sha256) values (%s, %s)",
            [migration.name, migration.sha256],
        )
