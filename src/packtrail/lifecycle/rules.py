"""What an event makes of an object: tables from the words of the CBV to a status.

A disposition that names a condition decides first, then the business step, then a disposition that
is compatible with many conditions, then the action. What ended a life, or puts it under suspicion,
is only left in the ways listed.

Clause:
    CBV 2.0, 7.1 (business steps) and 7.2 (dispositions).
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.journey import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMISSION: Final = "commission"
"""The effect of coming into being: makes active what was not seen or was decommissioned."""

Effect = Status | str
"""What an event says an object becomes, or `COMMISSION`."""

_S = Status

TELLING_DISPOSITIONS: Final[Mapping[str, Effect]] = {
    "damaged": _S.DAMAGED,
    "destroyed": _S.DESTROYED,
    "disposed": _S.DESTROYED,
    "dispensed": _S.DISPENSED,
    "retail_sold": _S.DISPENSED,
    "partially_dispensed": _S.PARTIALLY_DISPENSED,
    "recalled": _S.RECALLED,
    "returned": _S.RETURNED,
    "stolen": _S.STOLEN,
    "lost": _S.LOST,
    "exported": _S.EXPORTED,
    "in_transit": _S.IN_TRANSIT,
}
BIZ_STEPS: Final[Mapping[str, Effect]] = {
    "commissioning": COMMISSION,
    "decommissioning": _S.DECOMMISSIONED,
    "killing": _S.DECOMMISSIONED,
    "destroying": _S.DESTROYED,
    "dispensing": _S.DISPENSED,
    "retail_selling": _S.DISPENSED,
    "sampling": _S.SAMPLED,
    "holding": _S.ON_HOLD,
    "shipping": _S.IN_TRANSIT,
    "departing": _S.IN_TRANSIT,
    "transporting": _S.IN_TRANSIT,
    "consigning": _S.IN_TRANSIT,
    "void_shipping": _S.ACTIVE,
    "receiving": _S.ACTIVE,
    "arriving": _S.ACTIVE,
    "accepting": _S.ACTIVE,
    "stocking": _S.ACTIVE,
    "exporting": _S.EXPORTED,
}
COMPATIBLE_DISPOSITIONS: Final[Mapping[str, Effect]] = {
    "active": _S.ACTIVE,
    "available": _S.ACTIVE,
    "conformant": _S.ACTIVE,
    "sellable_accessible": _S.ACTIVE,
    "sellable_not_accessible": _S.ACTIVE,
    "inactive": _S.DECOMMISSIONED,
    "expired": _S.ON_HOLD,
    "needs_replacement": _S.ON_HOLD,
    "no_pedigree_match": _S.ON_HOLD,
    "non_conformant": _S.ON_HOLD,
    "non_sellable_other": _S.ON_HOLD,
    "unavailable": _S.ON_HOLD,
}

ENDS: Final = frozenset({_S.DISPENSED, _S.DESTROYED, _S.TRANSFORMED})
"""Reached a second time, somebody has a copy."""

LEAVES: Final[Mapping[Status, frozenset[Effect]]] = {
    _S.DESTROYED: frozenset(),
    _S.TRANSFORMED: frozenset(),
    _S.DISPENSED: frozenset({_S.RETURNED, _S.DESTROYED}),
    _S.PARTIALLY_DISPENSED: frozenset(
        {_S.DISPENSED, _S.RETURNED, _S.DAMAGED, _S.RECALLED, _S.ON_HOLD, _S.DESTROYED}
    ),
    _S.DECOMMISSIONED: frozenset({COMMISSION, _S.DESTROYED}),
    _S.SAMPLED: frozenset({_S.RETURNED, _S.DESTROYED}),
    _S.EXPORTED: frozenset({_S.RETURNED, _S.DESTROYED}),
    _S.STOLEN: frozenset({_S.RETURNED, _S.ON_HOLD, _S.DESTROYED}),
    _S.LOST: frozenset({_S.RETURNED, _S.ON_HOLD, _S.DESTROYED, _S.STOLEN, _S.DAMAGED, _S.ACTIVE}),
    _S.DAMAGED: frozenset({_S.RETURNED, _S.ON_HOLD, _S.DESTROYED, _S.DECOMMISSIONED, _S.STOLEN}),
    _S.RECALLED: frozenset(
        {_S.RETURNED, _S.DESTROYED, _S.DECOMMISSIONED, _S.STOLEN, _S.LOST, _S.DAMAGED}
    ),
}
"""How a status may be left; one that is not listed may be left in any way."""

_MOVES: Final[frozenset[Effect]] = frozenset({_S.IN_TRANSIT, _S.ACTIVE})
CARRIED: Final[Mapping[Status, frozenset[Effect]]] = {
    _S.PARTIALLY_DISPENSED: _MOVES,
    _S.SAMPLED: _MOVES,
    _S.EXPORTED: _MOVES,
    _S.DAMAGED: _MOVES,
    _S.RECALLED: _MOVES | {_S.ON_HOLD},
}
"""What happens to such an object without changing what it is: it is moved, as it must be."""

_NOT_INHERITED: Final[frozenset[Effect]] = frozenset(
    {COMMISSION, _S.DECOMMISSIONED, _S.SAMPLED, _S.TRANSFORMED, _S.PARTIALLY_DISPENSED}
)
"""What happens to a container alone, not to what is inside."""


class Outcome(Enum):
    """What an effect does to a status."""

    CHANGES = "changes"
    KEEPS = "keeps"
    IMPOSSIBLE = "impossible"


@lru_cache(maxsize=65536)
def effect_of(
    role: Role, action: str | None, biz_step: str | None, disposition: str | None
) -> Effect | None:
    """Return what an event says an object becomes, or None when it says nothing of it.

    Args:
        role: The part the object plays.
        action: ADD, OBSERVE, DELETE, or None where the event type has none.
        biz_step: Bare word of the CBV, or a URI that ends in one.
        disposition: The same.
    """
    if role is Role.INPUT:
        return Status.TRANSFORMED
    if role is Role.OUTPUT:
        return COMMISSION
    step, condition = _word(biz_step), _word(disposition)
    found = (
        TELLING_DISPOSITIONS.get(condition)
        or BIZ_STEPS.get(step)
        or COMPATIBLE_DISPOSITIONS.get(condition)
    )
    return found or _of_action(role, action)


def inherited(effect: Effect | None) -> Effect | None:
    """Return what an effect on a container is for what is inside: itself, or None."""
    return None if effect in _NOT_INHERITED else effect


def after(status: Status, effect: Effect) -> tuple[Status, Outcome]:
    """Return the status after an effect, and what the effect did."""
    if effect == COMMISSION:
        is_new = status in {Status.UNKNOWN, Status.DECOMMISSIONED}
        return (Status.ACTIVE, Outcome.CHANGES) if is_new else _unmoved(status)
    becomes = Status(effect)
    if becomes is status:
        return status, Outcome.IMPOSSIBLE if status in ENDS else Outcome.KEEPS
    allowed = LEAVES.get(status)
    if allowed is None or effect in allowed:
        return becomes, Outcome.CHANGES
    if effect in CARRIED.get(status, ()):
        return status, Outcome.KEEPS
    return status, Outcome.IMPOSSIBLE


def _unmoved(status: Status) -> tuple[Status, Outcome]:
    """A commissioning that comes late in the record, or a second time, moves nothing."""
    return status, Outcome.IMPOSSIBLE if status in ENDS else Outcome.KEEPS


def _of_action(role: Role, action: str | None) -> Effect | None:
    if role is Role.EPC and action == "DELETE":
        return Status.DECOMMISSIONED
    if role in {Role.EPC, Role.PARENT} and action == "ADD":
        return COMMISSION
    return None


def _word(term: str | None) -> str:
    """Return the bare word at the end of a term: `exported` of `https://example.com/Disp-exported`."""
    if not term:
        return ""
    for mark in ":/#":
        term = term.rpartition(mark)[2]
    head, dash, tail = term.partition("-")
    return tail if dash and head in {"Disp", "BizStep"} else term
