"""Rows of `class`, remembered: each look-up asks for them, and they seldom change.

Number and salt of a class stay what they are, and so does the length of its company prefix once it
is known. How many objects are known by name and what pools have given only grows: whoever does not
find something asks again for the row as it is now. What is remembered ends with the connection, so
that a database that was restored or replaced is read anew. A row that was read in a transaction
which failed later does no harm: it leads to no object, because the number of a class is not given
twice, and then it is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from packtrail.store import direct, named
from packtrail.store.direct import DirectConnection, Kind, Statement
from packtrail.store.names import has_own_prefix_length
from packtrail.store.pool_blocks import sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

    from packtrail.store.keyring import Source

_SQL = named.statements("objects")
_ROWS: Final = _SQL["class_rows"]
_BY_KEY: Final = Statement(f"{_ROWS} where c.class_key = %(class_key)s", class_key=Kind.TEXT)
_BY_ID: Final = Statement(f"{_ROWS} where c.class_id = %(class_id)s", class_id=Kind.INTEGER)
_BY_KEYS: Final = f"{_ROWS} where c.class_key = any(%s)"
_BY_IDS: Final = f"{_ROWS} where c.class_id = any(%s)"
_ONE_BY_ONE: Final = 4
"""Classes that are asked for each by itself."""
_REMEMBERED_MAX: Final = 20_000
"""Classes by connection; beyond, all are forgotten."""


class ClassRow(NamedTuple):
    """A class of objects."""

    class_id: int
    class_key: str
    prefix_length: int | None
    """Of the company prefix of all its objects, where it is known."""
    salt: int
    """Secret start of the hashes of its serials."""
    names: int
    """Objects of it that are known by name, at least."""
    sources: tuple[Source, ...]
    """The generations of our pools that made serials of it, as far as they came."""


def remembered(conn: Connection, class_keys: Iterable[str]) -> dict[str, ClassRow]:
    """Return what is remembered of classes, by key."""
    known = _memory(conn)
    return {key: known[key] for key in class_keys if key in known}


def _memory(conn: Connection) -> dict[str | int, ClassRow]:
    """Return what a connection remembers, by class key and by number."""
    return conn.classes if isinstance(conn, DirectConnection) else {}


def remember(conn: Connection, row: ClassRow) -> None:
    """Remember a class as it was just read, unless it is not complete."""
    if row.prefix_length is None and not has_own_prefix_length(row.class_key):
        return
    known = _memory(conn)
    if len(known) > _REMEMBERED_MAX:
        known.clear()
    known[row.class_key] = known[row.class_id] = row


def by_key(
    conn: Connection, class_keys: Iterable[str], *, is_fresh: bool = False
) -> dict[str, ClassRow]:
    """Return the classes that are known, by key.

    Args:
        conn: A connection.
        class_keys: Which.
        is_fresh: Whether to read them, whatever is remembered.
    """
    wanted = list(class_keys)
    found = {} if is_fresh else remembered(conn, wanted)
    missing = [key for key in wanted if key not in found]
    if not missing:
        return found
    return found | {row.class_key: row for row in _read(conn, missing, _BY_KEY, _BY_KEYS)}


def of_id(conn: Connection, class_id: int) -> ClassRow:
    """Return the class of a number, which there is."""
    known = _memory(conn).get(class_id)
    return by_id(conn, [class_id])[class_id] if known is None else known


def by_id(
    conn: Connection, class_ids: Iterable[int], *, is_fresh: bool = False
) -> dict[int, ClassRow]:
    """Return classes by number.

    Args:
        conn: A connection.
        class_ids: Which.
        is_fresh: Whether to read them, whatever is remembered.
    """
    known = {} if is_fresh else _memory(conn)
    wanted = list(class_ids)
    found = {number: known[number] for number in wanted if number in known}
    missing = [number for number in wanted if number not in found]
    if not missing:
        return found
    return found | {row.class_id: row for row in _read(conn, missing, _BY_ID, _BY_IDS)}


def _read(
    conn: Connection, wanted: Sequence[str | int], each: Statement, many: str
) -> list[ClassRow]:
    """Read classes, and remember those that are complete."""
    if len(wanted) > _ONE_BY_ONE:
        rows = conn.execute(many, [wanted], prepare=True).fetchall()
    else:
        rows = [row for one in wanted for row in direct.rows(conn, each, one)]
    found = [
        ClassRow(class_id, class_key, length, salt, names, sources_of(told))
        for class_id, class_key, length, salt, names, told in rows
    ]
    for row in found:
        remember(conn, row)
    return found
