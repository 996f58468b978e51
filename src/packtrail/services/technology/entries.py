"""The inventory of systems and equipment as a book of entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission
from packtrail.planning.technology import codes
from packtrail.planning.technology.inventory_checks import check_entries, named_by
from packtrail.services.books.entries import BookCodes, EntryBook
from packtrail.services.technology import books

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.planning.technology.inventory import Entry, Inventory
    from packtrail.services.application import Application


def judge(
    app: Application, conn: Connection, actor: Actor, after: Inventory, puts: Sequence[Entry]
) -> Sequence[Finding]:
    """Return what is wrong with entries of an inventory."""
    return check_entries(after, puts, books.around(conn, actor, app.clock().date()))


TECHNOLOGY: Final = EntryBook(
    title="inventory",
    shelf=books.SHELF,
    codes=BookCodes(
        no_entry=codes.NO_ENTRY,
        still_named=codes.STILL_NAMED,
        changed_meanwhile=codes.CHANGED_MEANWHILE,
        reason_needed=codes.REASON_NEEDED,
        too_many=codes.TOO_MANY,
        nothing_to_import=codes.NOTHING_TO_IMPORT,
        stands_twice=codes.CODE_TWICE,
    ),
    may_read=Permission.TECHNOLOGY_READ,
    may_change=Permission.TECHNOLOGY_UPDATE,
    action=Action.TECHNOLOGY_CHANGED,
    named_by=named_by,
    judge=judge,
)
