"""Warming up: what the first requests would have to wait for is done before there are any.

A connection to the database costs as much as some twenty requests, and so does the first of each
statement on it: the server reads its catalogue, and plans. A server that has just started would
pay for all of this while its first requests queue. Inventories, portfolios and programmes
are read, too: the first page about some thousand entries would take a quarter of a second longer.

What is loaded by then stays loaded: Python is told to look for garbage among what comes after it,
and to go through everything seldom. Otherwise one such look stops all requests for 100 ms.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from packtrail.access import Actor
from packtrail.services.plan import books as plan_books
from packtrail.services.portfolio import books as portfolio_books
from packtrail.services.technology import books as technology_books
from packtrail.services.verification.verifying import Ask, Circumstances, Verifier
from packtrail.store import accounts as account_rows
from packtrail.store import lots
from packtrail.store import plans as plan_rows
from packtrail.store import vrs as vrs_rows
from packtrail.store.database import taken_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection

    from packtrail.services.application import Application

_LOG: Final = logging.getLogger(__name__)
_NOBODY: Final = Actor.system("warming up")
_PACK: Final = Ask(gtin="09506000134352", serial="0", lot="0", way="vrs")
"""A pack that nobody can see."""
_CIRCUMSTANCES: Final = Circumstances(follows_places=False, names_products=False)
_WAIT_SECONDS: Final = 30
_SHELVES: Final = (technology_books.SHELF, portfolio_books.SHELF)
BOOKS_SECONDS: Final = 5
"""For so long books are read; those that are left are read when somebody opens them."""
_GARBAGE_THRESHOLDS: Final = (10_000, 50, 100)
"""Objects made until Python looks among the youngest; looks until it goes through older ones."""


def warm_up(app: Application) -> None:
    """Open every connection to the database, ask over each what requests ask most; read the books.

    Nothing is recorded.

    Raises:
        Unavailable: The database does not answer.
    """
    app.database.fill()
    count = app.settings.database_connections_max
    everybody = threading.Barrier(count, timeout=_WAIT_SECONDS)
    with ThreadPoolExecutor(count) as pool:
        for asked in [pool.submit(_ask, app, everybody) for _ in range(count)]:
            asked.result()
    _read_books(app)


def look_for_garbage_seldom() -> None:
    """Keep what this process has loaded out of what Python looks through for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)


def _ask(app: Application, everybody: threading.Barrier) -> None:
    with app.database.transaction() as conn, taken_back(conn):
        everybody.wait()  # Or one connection would be lent to all of them in turn.
        account_rows.key_by_secret(conn, b"", at=app.clock())
        vrs_rows.responder(conn, _NOBODY.organisation_id)
        lots.names_product(conn, _PACK.gtin, [])
        Verifier(app, conn, _NOBODY, _CIRCUMSTANCES).answers([_PACK])


def _read_books(app: Application) -> None:
    """Read inventories, portfolios and programmes of everybody, as far as there is time."""
    until = time.monotonic() + BOOKS_SECONDS
    with app.database.reading() as conn:
        for read in _books(app, conn):
            if time.monotonic() >= until:
                return
            try:
                read()
            except (RuntimeError, msgspec.MsgspecError):
                # The server starts all the same; whoever opens that book is told, too.
                _LOG.exception("a book cannot be read while the server warms up")


def _books(app: Application, conn: Connection) -> Iterator[Callable[[], object]]:
    for shelf in _SHELVES:
        for organisation_id, _ in shelf.rows.organisations(conn):
            yield partial(shelf.opened, app, conn, organisation_id)
    for row in plan_rows.in_use(conn):
        yield partial(plan_books.read, app, conn, row)
