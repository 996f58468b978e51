"""The portfolio as a book of entries: what an organisation sells where, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission
from packtrail.compliance import codes
from packtrail.compliance.assembling import Seen
from packtrail.compliance.book_checks import around, check_entries, named_by
from packtrail.services.books.entries import BookCodes, EntryBook
from packtrail.services.markets import accepting, in_force_for
from packtrail.services.portfolio import books

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.compliance.book import Book, Entry
    from packtrail.services.application import Application


def judge(
    app: Application,
    conn: Connection,
    actor: Actor,
    after: Book,
    puts: Sequence[Entry],
    *,
    planned: Seen | None = None,
) -> Sequence[Finding]:
    """Return what is wrong with entries of a portfolio.

    Args:
        app: The application.
        conn: The connection.
        actor: Whose portfolio it is.
        after: The book with them.
        puts: The entries.
        planned: Sites, lines and trade items that will be there by then.
    """
    seen = books.seen_by(conn, actor).with_(planned or Seen())
    return check_entries(after, puts, around(seen, in_force_for(app, conn, actor.organisation_id)))


PORTFOLIO: Final = EntryBook(
    title="portfolio",
    shelf=books.SHELF,
    codes=BookCodes(
        no_entry=codes.NO_ENTRY,
        still_named=codes.STILL_NAMED,
        changed_meanwhile=codes.CHANGED_MEANWHILE,
        reason_needed=codes.REASON_NEEDED,
        too_many=codes.TOO_MANY_ENTRIES,
        nothing_to_import=codes.NOTHING_TO_IMPORT,
        stands_twice=codes.NAME_TWICE,
    ),
    may_read=Permission.PORTFOLIO_READ,
    may_change=Permission.PORTFOLIO_UPDATE,
    action=Action.PORTFOLIO_CHANGED,
    named_by=named_by,
    judge=judge,
    begin=lambda app, conn, actor, at: accepting.begin(app, conn, actor, at=at),
)
"""Its first entries accept the rules of their markets."""
