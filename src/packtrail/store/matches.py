"""Events by the objects and classes they name: the MATCH parameters of a query."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.store import named, objects
from packtrail.store.roles import (
    CHILD,
    CHILD_CLASS,
    CODES,
    EPC,
    EPC_CLASS,
    INPUT,
    INPUT_CLASS,
    OUTPUT,
    OUTPUT_CLASS,
    PARENT,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.store.conditions import Test
    from packtrail.store.filters import EpcMatch
    from packtrail.store.objects import Instance
    from packtrail.store.segments import Segment

_SQL = named.statements("objects")

ANY_CLASS: Final = (EPC_CLASS, CHILD_CLASS, INPUT_CLASS, OUTPUT_CLASS)
MEMBERS: Final[Mapping[str, tuple[int, ...]]] = {
    "match_epc": (EPC, CHILD),
    "match_parent_id": (PARENT,),
    "match_any_epc": tuple(CODES.values()),
    "named_epcs": tuple(CODES.values()),
    "match_input_epc": (INPUT,),
    "match_output_epc": (OUTPUT,),
    "match_epc_class": (EPC_CLASS, CHILD_CLASS),
    "match_input_epc_class": (INPUT_CLASS,),
    "match_output_epc_class": (OUTPUT_CLASS,),
    "match_any_epc_class": ANY_CLASS,
}
"""Member of the filter -> roles in which the object may be named."""


def condition(
    conn: Connection,
    name: str,
    matches: Iterable[EpcMatch],
    roles: tuple[int, ...],
    audience_ids: list[int],
) -> tuple[str, dict[str, Any], Test]:
    """Return the condition that one of some objects, or anything of some classes, is named.

    Args:
        conn: A connection.
        name: Begins the names of the bound values.
        matches: Objects, classes and patterns; one of them is enough.
        roles: In which it may be named.
        audience_ids: What the asker may see.
    """
    matches = list(matches)
    instances = _instances(conn, matches)
    seen = objects.sightings(conn, instances, audience_ids)
    bound: dict[str, Any] = {name: list({one for _, one, role in seen if role in roles})}
    # Nothing to look for is said so, or the planner would look through all segments for it.
    text = f"e.segment_id = any(%({name})s)" if bound[name] else "false"
    classes = _classes(conn, matches)
    if classes:
        bound |= {f"{name}_roles": list(roles), f"{name}_classes": classes}
        subquery = objects.touching_class(
            f"%({name}_roles)s", f"%({name}_classes)s", "%(audience_ids)s"
        )
        text = f"e.segment_id in ({subquery})"
        if bound[name]:
            text = f"({text} or e.segment_id = any(%({name})s))"
    return text, bound, _test(instances, classes, roles)


def _test(instances: Iterable[Instance], classes: list[int], roles: tuple[int, ...]) -> Test:
    """Return what tells which events of a segment name one of the objects or classes."""
    by_class: defaultdict[int, list[int]] = defaultdict(list)
    for class_id, seq in instances:
        by_class[class_id].append(seq)

    def test(segment: Segment) -> NDArray[np.bool_]:
        found = np.zeros(segment.event_count, dtype=bool)
        for role in roles:
            for class_id, seqs, events in segment.named(role):
                if class_id in classes:
                    found[events] = True
                elif class_id in by_class:
                    found[events[np.isin(seqs, by_class[class_id])]] = True
        return found

    return test


def _instances(conn: Connection, matches: list[EpcMatch]) -> set[Instance]:
    """Return the single objects that are meant, as far as the dictionary knows them."""
    exact = [
        (m.class_key, m.item_key) for m in matches if m.item_key is not None and not m.is_pattern
    ]
    found = set(objects.find(conn, exact).values())
    for match in matches:
        if match.is_pattern and match.item_key is not None:
            asked = (match.class_key, match.item_key, match.prefix_length)
            found |= objects.instances_like(conn, *asked)
    return found


def _classes(conn: Connection, matches: list[EpcMatch]) -> list[int]:
    """Return the classes of which everything is meant."""
    whole = [m.class_key for m in matches if m.item_key is None and not m.is_pattern]
    found = set(objects.class_ids(conn, whole)) if whole else set()
    for match in matches:
        if match.is_pattern and match.item_key is None:
            asked = {"classes": match.class_key, "length": match.prefix_length}
            found.update(row[0] for row in conn.execute(_SQL["class_ids_like"], asked))
    return sorted(found)
