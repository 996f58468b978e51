"""The book of an organisation in the database: its entries, and every change of them.

Portfolio and inventory of technology are such books: three tables of one form each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg.rows import class_row, dict_row

from packtrail.store import named
from packtrail.store.book_rows import (
    ChangeRow,
    EntryRow,
    NewChange,
    columns,
    left_and_gone,
    sides,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

_WRITTEN_FOR = "portfolio"


class OrganisationBook:
    """The tables of one book: `name`, `name_entry` and `name_change`."""

    def __init__(self, name: str) -> None:
        """Know the statements of a book.

        Args:
            name: Of its tables; a word of the code, never of a caller.
        """
        self._sql = {
            statement: text.replace(_WRITTEN_FOR, name)
            for statement, text in named.statements("organisation_books").items()
        }

    def locked(self, conn: Connection, organisation_id: int) -> int:
        """Return the version of a book; nobody else changes it until the transaction ends."""
        conn.execute(self._sql["begin"], [organisation_id])
        row = conn.execute(self._sql["lock"], [organisation_id]).fetchone()
        return int(row[0]) if row else 0

    def version(self, conn: Connection, organisation_id: int) -> int:
        """Return the version of a book; 0 where nothing was ever written."""
        row = conn.execute(self._sql["version"], [organisation_id]).fetchone()
        return int(row[0]) if row else 0

    def organisations(self, conn: Connection) -> list[tuple[int, str]]:
        """Return number and code of every organisation that has a book."""
        return conn.execute(self._sql["organisations"]).fetchall()

    def entries(self, conn: Connection, organisation_id: int) -> list[EntryRow]:
        """Return all entries of a book, by kind and code."""
        with conn.cursor(row_factory=class_row(EntryRow)) as cursor:
            return cursor.execute(self._sql["entries"], [organisation_id]).fetchall()

    def entries_since(
        self, conn: Connection, organisation_id: int, version: int
    ) -> tuple[list[EntryRow], list[tuple[str, str]]]:
        """Return the entries changed after a version, and kind and code of those taken out."""
        bound = {"organisation_id": organisation_id, "version": version}
        with conn.cursor(row_factory=dict_row) as cursor:
            return left_and_gone(cursor.execute(self._sql["entries_since"], bound).fetchall())

    def write(
        self,
        conn: Connection,
        organisation_id: int,
        changes: Sequence[NewChange],
        *,
        version: int,
        at: datetime,
        actor: tuple[str, str, str],
        reason: str,
    ) -> None:
        """Write changes: the entries as they are then, and what changed.

        Args:
            conn: A connection in a transaction that holds the lock on the book.
            organisation_id: Whose book it is.
            changes: Each entry once.
            version: The version they make.
            at: When.
            actor: Kind, id and name of who makes them.
            reason: Why.
        """
        kind, id_, name = actor
        shared = {
            "organisation_id": organisation_id,
            "version": version,
            "at": at,
            "actor_kind": kind,
            "actor_id": id_,
            "actor_name": name,
            "reason": reason,
        }
        puts = [each for each in changes if each.after is not None]
        gone = [each for each in changes if each.after is None]
        conn.execute(self._sql["bump"], [organisation_id])
        conn.execute(self._sql["remove"], shared | columns(gone))
        bodies = [each.after for each in puts]
        conn.execute(self._sql["put"], shared | columns(puts) | {"bodies": bodies})
        conn.execute(self._sql["add_changes"], shared | columns(changes) | sides(changes))

    def changes(
        self,
        conn: Connection,
        organisation_id: int,
        *,
        limit: int,
        before: tuple[int, int] | None = None,
        kind: str | None = None,
        code: str | None = None,
    ) -> list[ChangeRow]:
        """Return changes, the newest first.

        Args:
            conn: The connection.
            organisation_id: Whose book it is.
            limit: How many at most.
            before: Version and number of the change after which to go on.
            kind: Only of entries of this kind.
            code: Only of the entry with this code.
        """
        values = {
            "organisation_id": organisation_id,
            "limit": limit,
            "before_version": before[0] if before else None,
            "before_no": before[1] if before else None,
            "kind": kind,
            "code": code,
        }
        with conn.cursor(row_factory=class_row(ChangeRow)) as cursor:
            return cursor.execute(self._sql["changes"], values).fetchall()


PORTFOLIO: Final = OrganisationBook("portfolio")
TECHNOLOGY: Final = OrganisationBook("technology")
