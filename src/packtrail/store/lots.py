"""Lots: those that events record of serial numbers, and those they name as a class (LGTIN).

A lot without serial numbers is known only by the class of a quantity; in the dictionary the lot
number is then the serial of the trade item's `lgtin/` class.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packtrail.store import named, objects
from packtrail.store.blocks import BLOCK_BITS, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

_SQL = named.statements("lots")
_CLASSES_MAX = 200


def classes_of(conn: Connection, lot: str) -> list[str]:
    """Return the class keys of the trade items of which a lot has this number, as far as known.

    Being in the dictionary is no news for anybody: it says nothing of who may see what.
    """
    return [row[0] for row in conn.execute(_SQL["classes_of_lot"], [lot, _CLASSES_MAX])]


def count(conn: Connection, audience_ids: Sequence[int]) -> int:
    """Return how many lots the events that may be seen record or name."""
    audiences = list(audience_ids)
    recorded = {row[0] for row in conn.execute(_SQL["recorded_lots"], [audiences])}
    return len(recorded | _named_as_class(conn, audiences))


def _named_as_class(conn: Connection, audiences: list[int]) -> set[str]:
    classes = [row[0] for row in conn.execute(_SQL["lot_classes"])]
    seen: defaultdict[int, set[int]] = defaultdict(set)
    for class_id, seq in conn.execute(_SQL["lots_touched"], [classes, audiences]):
        seen[class_id].add(seq)
    with conn.cursor(binary=True) as cursor:
        for class_id, block, lo, hi, members in cursor.execute(
            _SQL["lots_posted"], [classes, audiences]
        ):
            seen[class_id].update((decode(lo, hi, members) + (block << BLOCK_BITS)).tolist())
    instances = [(class_id, seq) for class_id, seqs in seen.items() for seq in seqs]
    return {name.item_key for name in objects.names(conn, instances).values()}
