"""Portable backups: every table as PostgreSQL's COPY text, for any server Packtrail runs on.

All tables are read in one snapshot. They go into a database whose schema was brought to exactly the
migration they come from, in one transaction; later migrations run afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import zstandard
from psycopg import sql

from packtrail.base.errors import RefusedError, Unavailable
from packtrail.store import migrations, months, named
from packtrail.store.backup.manifest import TableCopy
from packtrail.store.codes import BACKUP_DAMAGED, NOT_EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from psycopg import Connection

    from packtrail.store.backup.manifest import Manifest
    from packtrail.store.migrations import Migration

TABLES = "tables"
_SQL = named.statements("backup")
_MONTHS = "month"
_LEVEL = 3
_CHUNK = 1 << 20


def copy(
    conn: Connection, into: Path, *, on_progress: Callable[[int, int], None] | None = None
) -> tuple[TableCopy, ...]:
    """Copy every table.

    Args:
        conn: A connection in a transaction that sees one snapshot.
        into: The backup, an existing directory.
        on_progress: Called with the tables copied and the tables there are.
    """
    (into / TABLES).mkdir()
    found = _tables(conn)
    made = []
    for done, (name, columns, numbered) in enumerate(found, start=1):
        made.append(_copy_out(conn, into, name, columns, numbered))
        if on_progress is not None:
            on_progress(done, len(found))
    return tuple(made)


def lay(conn: Connection, backup: Path, manifest: Manifest) -> None:
    """Put the tables of a backup into an empty database.

    Args:
        conn: A connection in autocommit mode.
        backup: The backup.
        manifest: Its manifest; its files have been compared.

    Raises:
        RefusedError: `STO-053`, the database has tables already; `STO-052`, a table cannot be read.
    """
    require_empty(conn)
    migrations.run(conn, _known_then(manifest))
    with conn.transaction():
        for table in reversed(manifest.tables):
            _empty(conn, table.name)
        # Months first: what is recorded in one goes into its partitions.
        for table in sorted(manifest.tables, key=lambda each: each.name != _MONTHS):
            _copy_in(conn, backup, table)
            if table.name == _MONTHS:
                months.make_all(conn)
            for column, number in table.sequences.items():
                conn.execute(_SQL["set_number"], [_quoted(table.name), column, number])
        months.seal_all(conn)
    # Until the planner knows how many there are, it reads all blocks of a class for one pack.
    conn.execute(sql.SQL("analyze {}").format(_list([each.name for each in manifest.tables])))


def require_empty(conn: Connection) -> None:
    """Refuse a database that has tables in it.

    Raises:
        RefusedError: `STO-053`.
    """
    found = conn.execute(_SQL["any_table"]).fetchone()
    if found is not None:
        raise RefusedError(
            NOT_EMPTY.found(f"The database has the table {found[0]}.", at="database")
        )


def _known_then(manifest: Manifest) -> Sequence[Migration]:
    return [each for each in migrations.available() if each.name <= manifest.migration]


def _tables(conn: Connection) -> list[tuple[str, list[str], list[str]]]:
    """Return name, columns and columns that number themselves, referred tables first."""
    rows = {row[0]: row[1:] for row in conn.execute(_SQL["tables"]).fetchall()}
    ordered: list[tuple[str, list[str], list[str]]] = []
    placed: set[str] = set()
    while len(ordered) < len(rows):
        ready = [
            name
            for name, (_, _, refers) in rows.items()
            if name not in placed and placed.issuperset(refers)
        ]
        assert ready, "foreign keys form a ring"  # noqa: S101 - a test holds the schema to it
        ordered += [(name, rows[name][0], rows[name][1]) for name in ready]
        placed.update(ready)
    return ordered


def _copy_out(
    conn: Connection, into: Path, name: str, columns: list[str], numbered: list[str]
) -> TableCopy:
    statement = sql.SQL("copy (select {} from {}) to stdout").format(_list(columns), _name(name))
    file = f"{TABLES}/{name}.copy.zst"
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    try:
        with (
            (into / file).open("xb") as target,
            compressor.stream_writer(target) as packed,
            conn.cursor() as cursor,
        ):
            with cursor.copy(statement) as rows:
                for part in rows:
                    packed.write(part)
            count = cursor.rowcount
    except OSError as error:
        raise Unavailable(f"{into / file} cannot be written: {error.strerror}.") from error
    return TableCopy(
        name=name,
        columns=tuple(columns),
        rows=count,
        file=file,
        sequences={column: _last_number(conn, name, column) for column in numbered},
    )


def _last_number(conn: Connection, table: str, column: str) -> int:
    row = conn.execute(_SQL["last_number"], [_quoted(table), column]).fetchone()
    return int(row[0] or 0) if row else 0


def _empty(conn: Connection, name: str) -> None:
    """Take out what migrations put into a table; the backup has it."""
    if conn.execute(sql.SQL("select 1 from {} limit 1").format(_name(name))).fetchone():
        conn.execute(sql.SQL("delete from {}").format(_name(name)))


def _copy_in(conn: Connection, backup: Path, table: TableCopy) -> None:
    statement = sql.SQL("copy {} ({}) from stdin").format(_name(table.name), _list(table.columns))
    try:
        with (
            (backup / table.file).open("rb") as source,
            zstandard.ZstdDecompressor().stream_reader(source) as unpacked,
            conn.cursor() as cursor,
        ):
            with cursor.copy(statement) as rows:
                while part := unpacked.read(_CHUNK):
                    rows.write(part)
            count = cursor.rowcount
    except (psycopg.DataError, psycopg.errors.UndefinedTable, zstandard.ZstdError) as error:
        raise RefusedError(
            BACKUP_DAMAGED.found(f"{table.file} cannot be read: {error}.", at=table.file)
        ) from error
    if count != table.rows:
        raise RefusedError(
            BACKUP_DAMAGED.found(
                f"{table.file} has {count:,} rows, the manifest {table.rows:,}.", at=table.file
            )
        )


def _list(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(_name, columns))


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
