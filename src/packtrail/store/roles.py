"""Roles as small numbers: the part an object, or a class of objects, plays in an event.

A quantity of a class is recorded as if the class were an object, in a role of its own: ten more
than the role its objects would have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.epcis.events import (
    AggregationEvent,
    AssociationEvent,
    ObjectEvent,
    TransactionEvent,
    TransformationEvent,
)
from packtrail.hierarchy.containment import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.epcis.events import Event

CODES: Final[Mapping[Role, int]] = {
    Role.EPC: 1,
    Role.PARENT: 2,
    Role.CHILD: 3,
    Role.INPUT: 4,
    Role.OUTPUT: 5,
}
EPC, PARENT, CHILD, INPUT, OUTPUT = CODES.values()
CLASS_OFFSET: Final = 10
EPC_CLASS, CHILD_CLASS, INPUT_CLASS, OUTPUT_CLASS = 11, 13, 14, 15
ROLES: Final[Mapping[int, Role]] = {code: role for role, code in CODES.items()}

_PARENT_AND_CHILDREN = (
    ("parent_id", PARENT),
    ("child_epcs", CHILD),
    ("child_quantities", CHILD_CLASS),
)
FIELDS: Final[Mapping[type[Event], tuple[tuple[str, int], ...]]] = {
    ObjectEvent: (("epcs", EPC), ("quantities", EPC_CLASS)),
    AggregationEvent: _PARENT_AND_CHILDREN,
    AssociationEvent: _PARENT_AND_CHILDREN,
    TransactionEvent: (("parent_id", PARENT), ("epcs", EPC), ("quantities", EPC_CLASS)),
    TransformationEvent: (
        ("input_epcs", INPUT),
        ("input_quantities", INPUT_CLASS),
        ("output_epcs", OUTPUT),
        ("output_quantities", OUTPUT_CLASS),
    ),
}
"""Event type -> its fields that name objects or classes, and the roles these play in it."""


def mentions(event: Event) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield what an event names: a role and the URIs that play it, in document order."""
    for name, role in FIELDS.get(type(event), ()):
        value = getattr(event, name)
        if not value:
            continue
        if role == PARENT:
            yield role, (value,)
        elif role > CLASS_OFFSET:
            yield role, tuple(quantity.epc_class for quantity in value)
        else:
            yield role, value
