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
_CLASSES = "lgtin/%"
_CLASSES_MAX = 200


def classes_of(conn: Connection, lot: str) -> list[str]:
    """Return the class keys of the trade items of which a lot has this number, as far as known.

    Being in the dictionary is no news for anybody: it says nothing of who may see what.
    """
    classes = [row[1] for row in conn.execute(_SQL["classes_like"], [_CLASSES])]
    found = objects.find(conn, [(class_key, lot) for class_key in classes])
    return sorted(class_key for class_key, _ in found)[:_CLASSES_MAX]


def count(conn: Connection, audience_ids: Sequence[int]) -> int:
    """Return how many lots the events that may be seen record or name."""
    audiences = list(audience_ids)
    recorded = {row[0] for row in conn.execute(_SQL["recorded_lots"], [audiences])}
    classes = [row[0] for row in conn.execute(_SQL["classes_like"], [_CLASSES])]
    return len(recorded | _named_as_class(conn, audiences, classes))


def of_product(
    conn: Connection, gtin: str, audience_ids: Sequence[int], *, limit: int
) -> list[str]:
    """Return lots of a trade item, as far as may be seen: the latest, then those without serials.

    Args:
        conn: A connection.
        gtin: 14 digits.
        audience_ids: What the asker may see.
        limit: Most lots to return.
    """
    audiences = list(audience_ids)
    classes = objects.class_ids(conn, [f"sgtin/{gtin}", f"itip/{gtin}"])
    asked = {"classes": classes, "audience_ids": audiences, "limit": limit}
    recorded = [row[0] for row in conn.execute(_SQL["lots_of_product"], asked)]
    named_only = _named_as_class(conn, audiences, objects.class_ids(conn, [f"lgtin/{gtin}"]))
    return list(dict.fromkeys((*recorded, *sorted(named_only))))[:limit]


def names_product(conn: Connection, gtin: str, audience_ids: Sequence[int]) -> bool:
    """Tell whether any event that may be seen names the trade item, a serial or a lot of it."""
    kinds = ("sgtin", "itip", "lgtin", "gtin")
    classes = objects.class_ids(conn, [f"{kind}/{gtin}" for kind in kinds])
    asked = {"classes": classes, "audience_ids": list(audience_ids)}
    row = conn.execute(_SQL["names_product"], asked).fetchone()
    return bool(row and row[0])


def _named_as_class(conn: Connection, audiences: list[int], classes: list[int]) -> set[str]:
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
