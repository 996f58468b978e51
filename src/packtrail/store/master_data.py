"""Master data of several vocabularies at once, for the master-data query of EPCIS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.rows import class_row

from packtrail.store import named
from packtrail.store.vocabulary import VocabularyRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

_SQL = named.statements("master_data")


def latest(
    conn: Connection, types: Sequence[str], audience_ids: Sequence[int], *, limit: int
) -> list[VocabularyRow]:
    """Return the last word on every identifier, by vocabulary and identifier.

    Args:
        conn: A connection.
        types: Vocabularies; none means all.
        audience_ids: What the asker may see.
        limit: Most elements to return.
    """
    bound = {"types": list(types) or None, "audience_ids": list(audience_ids), "limit": limit}
    with conn.cursor(row_factory=class_row(VocabularyRow)) as cursor:
        return cursor.execute(_SQL["latest"], bound).fetchall()
