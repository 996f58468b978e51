"""Turns: which of the events of one moment counts first, by what they do.

>>> turn_of("ObjectEvent", "ADD", "commissioning", None) < turn_of(
...     "ObjectEvent", "OBSERVE", "shipping", "in_transit"
... )
True
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TURNS: Final[tuple[tuple[str, ...], ...]] = (
    ("ObjectEvent ADD", "ADD", "commissioning"),
    ("AggregationEvent DELETE", "AssociationEvent DELETE"),
    ("TransformationEvent",),
    ("AggregationEvent ADD", "AssociationEvent ADD"),
    ("",),
    ("shipping", "departing", "transporting", "consigning", "in_transit"),
    ("void_shipping",),
    ("arriving", "unloading", "receiving", "returning", "returned"),
    ("accepting", "stocking", "storing"),
    ("stolen", "lost"),
    ("sampling", "sampled", "free_sample", "partially_dispensed"),
    ("dispensing", "retail_selling", "dispensed", "retail_sold"),
    ("exporting", "exported", "checked_out", "locked"),
    ("decommissioning", "killing", "DELETE"),
    ("reactivating",),
    ("destroying", "destroyed", "disposed"),
)
"""What counts first at one moment, where several events name one object: row by row.

The order of a life: what comes into being, is packed, leaves, arrives, ends, and what undoes an
end. Unpacking stands before packing, so that repacking can be told with one time.

A row lists event types with an action, business steps, dispositions and actions: the first of these
that an event has, in this order, and that a row lists, decides. Whatever no row lists, the empty
word stands for.
"""
BEFORE_OPENING: Final = ("commissioning", "", "void_shipping", "receiving", "accepting")
"""A word of each row that counts, for what is taken out of a container, before it is taken out.

At one moment a container is opened after it has arrived, and after what was found out about it.
What is done with it later, so that it is stolen, supplied or destroyed, no longer bears on what was
in it.
"""
DEPARTS: Final = "shipping"
"""A word of the row whose events count before an opening only where the container arrives too."""
ENDS_A_WAY: Final = ("void_shipping", "receiving", "accepting")
"""A word of each row by which it arrives."""
_TURN_OF: Final[Mapping[str, int]] = {
    word: number for number, words in enumerate(TURNS) for word in words
}
BEGINS: Final = _TURN_OF["commissioning"]
PACKS: Final = _TURN_OF["AggregationEvent ADD"]
LEAVES: Final = _TURN_OF[DEPARTS]
OPENS_AFTER: Final = frozenset(_TURN_OF[word] for word in (*BEFORE_OPENING, DEPARTS))
"""Turns of what may befall, through a container, what is taken out of it at the same moment."""
ARRIVES: Final = frozenset(_TURN_OF[word] for word in ENDS_A_WAY)
"""Turns of what ends the way of a container."""


@lru_cache(maxsize=65536)
def turn_of(
    event_type: str, action: str | None, biz_step: str | None, disposition: str | None
) -> int:
    """Return when an event counts among those of its moment: the place of its row in `TURNS`."""
    does = f"{event_type} {action}" if action else event_type
    said = (does, word_of(biz_step), word_of(disposition), action)
    return next((_TURN_OF[word] for word in said if word and word in _TURN_OF), _TURN_OF[""])


def word_of(term: str | None) -> str:
    """Return the bare word at the end of a term: `exported` of `https://example.com/Disp-exported`."""
    if not term:
        return ""
    for mark in ":/#":
        term = term.rpartition(mark)[2]
    head, dash, tail = term.partition("-")
    return tail if dash and head in {"Disp", "BizStep"} else term
