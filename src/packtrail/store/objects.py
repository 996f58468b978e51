"""Objects by name, and the events that name them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packtrail.store import named
from packtrail.store.blocks import BLOCK_BITS, LANE_MASK, decode
from packtrail.store.names import identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

_SQL = named.statements("objects")

Instance = tuple[int, int]
"""(class_id, seq)"""
Sighting = tuple[Instance, int, int]
"""(instance, event key, role code)"""


@dataclass(frozen=True, slots=True)
class Name:
    """What the dictionary knows of one object."""

    class_key: str
    item_key: str
    prefix_length: int | None

    @property
    def identifier(self) -> str:
        """EPC URI where the company prefix is known, else Digital Link, else the URI recorded."""
        return identifier(self.class_key, self.item_key, self.prefix_length)


def find(conn: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Instance]:
    """Return the objects that are in the dictionary, by (class key, item key).

    Being in the dictionary is no news for anybody: it says nothing of who may see what.
    """
    return {key: instance for key, (instance, _) in look_up(conn, keys).items()}


def look_up(
    conn: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Instance, Name]]:
    """Return the objects that are in the dictionary, and what it knows of them."""
    by_class: defaultdict[str, list[str]] = defaultdict(list)
    for class_key, item_key in keys:
        by_class[class_key].append(item_key)
    found = {}
    for class_key, item_keys in by_class.items():
        rows = conn.execute(_SQL["by_serial"], [class_key, item_keys], prepare=True)
        for class_id, seq, serial, length in rows:
            found[class_key, serial] = (class_id, seq), Name(class_key, serial, length)
    return found


def class_ids(conn: Connection, class_keys: Sequence[str]) -> list[int]:
    """Return the numbers of the classes that are known."""
    return [row[1] for row in conn.execute(_SQL["class_ids"], [list(class_keys)])]


def sightings(
    conn: Connection, instances: Iterable[Instance], audience_ids: Sequence[int]
) -> list[Sighting]:
    """Return every event that names one of the instances, with the role.

    Args:
        conn: A connection.
        instances: Any number; asked for class by class.
        audience_ids: Only events these may see.
    """
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for class_id, seq in instances:
        by_class[class_id].append(seq)
    found: list[Sighting] = []
    for class_id, seqs in by_class.items():
        found += _of_class(conn, class_id, seqs, audience_ids)
    return found


def _of_class(
    conn: Connection, class_id: int, seqs: list[int], audience_ids: Sequence[int]
) -> Iterable[Sighting]:
    lanes: defaultdict[int, list[int]] = defaultdict(list)
    for seq in seqs:
        lanes[seq >> BLOCK_BITS].append(seq & LANE_MASK)
    parameters = {
        "class_id": class_id,
        "seqs": seqs,
        "blocks": list(lanes),
        "audience_ids": list(audience_ids),
        "highest": max(max(one) for one in lanes.values()),
        "lowest": min(min(one) for one in lanes.values()),
    }
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(_SQL["sightings"], parameters, prepare=True)
        for place, event_id, role, lo, hi, members in rows:
            if lo is None:
                yield (class_id, place), event_id, role
                continue
            for lane in _named(lanes[place], lo, hi, members):
                yield (class_id, place << BLOCK_BITS | lane), event_id, role


def names(conn: Connection, instances: Iterable[Instance]) -> dict[Instance, Name]:
    """Return what the dictionary knows of instances."""
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for class_id, seq in instances:
        by_class[class_id].append(seq)
    found = {}
    for class_id, seqs in by_class.items():
        for seq, *parts in conn.execute(_SQL["names"], [class_id, seqs], prepare=True):
            found[class_id, seq] = Name(*parts)
    return found


def _named(lanes: list[int], lo: int, hi: int, members: bytes | None) -> list[int]:
    """Return those of the lanes that a posting names."""
    inside = [lane for lane in lanes if lo <= lane <= hi]
    if members is None or not inside:
        return inside
    wanted = np.array(inside, dtype=np.int64)
    found: list[int] = wanted[np.isin(wanted, decode(lo, hi, members))].tolist()
    return found


def touching_class(roles: str, classes: str, audiences: str) -> str:
    """Return a subquery for the keys of the events that name anything of some classes.

    Args:
        roles: Placeholder of the role codes.
        classes: Placeholder of the class numbers.
        audiences: Placeholder of the audiences.
    """
    text = _SQL["events_of_class"]
    return text.replace(":roles", roles).replace(":classes", classes).replace(":aud", audiences)
