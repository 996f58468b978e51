"""Warming up: what the first requests would have to wait for is done before there are any.

A connection to the database costs as much as some twenty requests, and so does the first of each
statement on it: the server reads its catalogue, and plans. A server that has just started would
pay for all of this while its first requests queue.

What is loaded by then stays loaded: Python is told to look for garbage among what comes after it,
and to go through everything seldom. Otherwise one such look stops all requests for 100 ms.
"""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from packtrail.access import Actor
from packtrail.services.verification.verifying import Ask, Circumstances, Verifier
from packtrail.store import accounts as account_rows
from packtrail.store import lots
from packtrail.store import vrs as vrs_rows
from packtrail.store.database import taken_back

if TYPE_CHECKING:
    from packtrail.services.application import Application

_NOBODY: Final = Actor.system("warming up")
_PACK: Final = Ask(gtin="09506000134352", serial="0", lot="0", way="vrs")
"""A pack that nobody can see."""
_CIRCUMSTANCES: Final = Circumstances(follows_places=False, names_products=False)
_WAIT_SECONDS: Final = 30
_GARBAGE_THRESHOLDS: Final = (10_000, 50, 100)
"""Objects made until Python looks among the youngest; looks until it goes through older ones."""


def warm_up(app: Application) -> None:
    """Open every connection to the database, and ask over each what requests ask most.

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
