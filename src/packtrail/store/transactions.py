"""Business transactions: purchase orders, despatch advices, invoices that events name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.store import named
from packtrail.store.rows import read_link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

_SQL = named.statements("transactions")
_EVENTS_LOOKED_AT = 5_000
_LINKS_MAX = 2_000

Transaction = tuple[str | None, str]
"""(type, identifier)"""


def recent(conn: Connection, audience_ids: Sequence[int]) -> list[Transaction]:
    """Return business transactions that the newest events name, in no order."""
    wanted = {
        "events": _EVENTS_LOOKED_AT,
        "audience_ids": list(audience_ids),
        "limit": _LINKS_MAX,
    }
    return [read_link(link)[1:] for (link,) in conn.execute(_SQL["recent"], wanted)]


def known(
    conn: Connection, links: Sequence[str], audience_ids: Sequence[int]
) -> list[tuple[Transaction, int]]:
    """Return which of some links events name, and how many events each, the most first."""
    wanted = {"links": list(links), "audience_ids": list(audience_ids)}
    return [(read_link(link)[1:], count) for link, count in conn.execute(_SQL["known"], wanted)]
