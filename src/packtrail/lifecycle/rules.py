"""What an event makes of an object: the table of states, asked by the words of an event.

A disposition that names a condition decides first, then the business step, then a disposition that
is compatible with many conditions, then the action.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from packtrail.epcis.turns import word_of
from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.states import (
    COMMISSION,
    REACTIVATE,
    STATES,
    UNPACK,
    VOID_SHIPPING,
    Effect,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_SPECIAL_STEPS: Final[Mapping[str, Effect]] = {
    "commissioning": COMMISSION,
    "reactivating": REACTIVATE,
    "void_shipping": VOID_SHIPPING,
}
DISPOSITIONS: Final[Mapping[str, Effect]] = {
    word: row.status for row in STATES.values() for word in row.dispositions
}
STEPS: Final[Mapping[str, Effect]] = {
    **{word: row.status for row in STATES.values() for word in row.steps},
    **_SPECIAL_STEPS,
}
HINTS: Final[Mapping[str, Effect]] = {
    word: row.status for row in STATES.values() for word in row.hints
}
ENDS: Final = frozenset(row.status for row in STATES.values() if row.is_end)
EFFECTS: Final[tuple[Effect, ...]] = (*Status, COMMISSION, UNPACK, VOID_SHIPPING, REACTIVATE)
"""Every effect there is."""
_NOT_INHERITED: Final[frozenset[Effect]] = frozenset(
    {COMMISSION, UNPACK, REACTIVATE, *(r.status for r in STATES.values() if not r.reaches_inside)}
)
"""What happens to a container alone, not to what is inside."""
_OF_CHILDREN: Final[Mapping[str, Effect]] = {"ADD": Status.PACKED, "DELETE": UNPACK}


class Outcome(Enum):
    """What an effect does to a status."""

    CHANGES = "changes"
    KEEPS = "keeps"
    IMPOSSIBLE = "impossible"


@lru_cache(maxsize=65536)
def effect_of(
    event_type: str,
    role: Role,
    action: str | None,
    biz_step: str | None,
    disposition: str | None,
) -> Effect | None:
    """Return what an event makes of an object, or None when it says nothing of its status.

    Args:
        event_type: `ObjectEvent`, `AggregationEvent`, ...
        role: The part the object plays.
        action: ADD, OBSERVE, DELETE, or None where the event type has none.
        biz_step: Bare word of the CBV, or a URI that ends in one.
        disposition: The same.
    """
    if role is Role.INPUT:
        return Status.TRANSFORMED
    if role is Role.OUTPUT:
        return COMMISSION
    step, condition = word_of(biz_step), word_of(disposition)
    found = DISPOSITIONS.get(condition) or STEPS.get(step)
    hint, done = HINTS.get(condition), _of_action(event_type, role, action)
    # That something is fit for sale says less than that it was made, packed or taken out of use.
    return found or (done or hint if hint is Status.ACTIVE else hint or done)


@lru_cache(maxsize=65536)
def is_origin(event_type: str, role: Role, action: str | None, biz_step: str | None) -> bool:
    """Tell whether an event is the beginning of an object's life."""
    if role is Role.EPC and event_type == "ObjectEvent":
        return action == "ADD" or word_of(biz_step) == "commissioning"
    return role is Role.OUTPUT


_DEPARTS: Final = frozenset({"shipping", "departing", "transporting", "consigning"})
_ARRIVES: Final = frozenset(
    {"receiving", "arriving", "accepting", "void_shipping", "stocking", "storing", "unloading"}
)


@lru_cache(maxsize=65536)
def is_leaving(biz_step: str | None, disposition: str | None, *, has_location: bool) -> bool | None:
    """Tell whether an event has its objects under way, or arrived; None: it says neither.

    What is sent back or called back is under way like anything else, whatever its status.

    Args:
        biz_step: Bare word of the CBV, or a URI that ends in one.
        disposition: The same.
        has_location: Whether the event names a business location, where its objects are then.
    """
    step = word_of(biz_step)
    if step in _ARRIVES:
        return False
    if step in _DEPARTS or word_of(disposition) == "in_transit":
        return True
    return False if has_location else None


def goal_of(destinations: Iterable[tuple[str, str]]) -> str | None:
    """Return the place or party that objects are sent to, the most exact one that is told."""
    told = dict(destinations)
    return told.get("location") or told.get("possessing_party") or told.get("owning_party")


def inherited(effect: Effect | None) -> Effect | None:
    """Return what an effect on a container is for what is inside: itself, or None."""
    return None if effect in _NOT_INHERITED else effect


@lru_cache(maxsize=4096)
def after(status: Status, effect: Effect) -> tuple[Status, Outcome]:
    """Return the status after an effect, and what the effect did.

    Whether a `REACTIVATE` that may change something keeps the rule of undoing, this does not know.
    """
    special = _SPECIAL.get(effect)
    if special is not None:
        return special(status)
    becomes = Status(effect)
    if becomes is status:
        return status, Outcome.IMPOSSIBLE if status in ENDS else Outcome.KEEPS
    row = STATES[status]
    if row.leads_to is None or effect in row.leads_to:
        return becomes, Outcome.CHANGES
    return status, Outcome.KEEPS if effect in row.carries else Outcome.IMPOSSIBLE


def _commissioned(status: Status) -> tuple[Status, Outcome]:
    if status in {Status.UNKNOWN, Status.DECOMMISSIONED}:
        return Status.COMMISSIONED, Outcome.CHANGES
    # One that comes late in the record, or a second time, moves nothing.
    return status, Outcome.IMPOSSIBLE if status in ENDS else Outcome.KEEPS


def _unpacked(status: Status) -> tuple[Status, Outcome]:
    return _ended(status, Status.PACKED)


def _voided(status: Status) -> tuple[Status, Outcome]:
    return _ended(status, Status.IN_TRANSIT)


def _ended(status: Status, ends: Status) -> tuple[Status, Outcome]:
    """Return what comes of an effect that ends one status and bears on no other."""
    is_so = status is ends
    return (Status.ACTIVE, Outcome.CHANGES) if is_so else (status, Outcome.KEEPS)


def _reactivated(status: Status) -> tuple[Status, Outcome]:
    if STATES[status].can_be_undone or status is Status.UNKNOWN:
        return Status.REACTIVATED, Outcome.CHANGES
    # Of a pack that is active already, an undo changes nothing and alarms nobody.
    return status, Outcome.KEEPS if STATES[status].is_saleable else Outcome.IMPOSSIBLE


_SPECIAL: Final[Mapping[Effect, Callable[[Status], tuple[Status, Outcome]]]] = {
    COMMISSION: _commissioned,
    UNPACK: _unpacked,
    VOID_SHIPPING: _voided,
    REACTIVATE: _reactivated,
}


def _of_action(event_type: str, role: Role, action: str | None) -> Effect | None:
    if event_type == "TransactionEvent":
        return None  # What it adds to, or takes from, is a business transaction.
    if role is Role.EPC and action == "DELETE":
        return Status.DECOMMISSIONED
    if role in {Role.EPC, Role.PARENT} and action == "ADD":
        return COMMISSION
    if role is Role.CHILD and event_type == "AggregationEvent":
        return _OF_CHILDREN.get(action or "")
    return None
