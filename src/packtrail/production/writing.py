"""Writing the events of production: one short function for each thing that is told.

Clause:
    EPCIS 2.0, 7.4; CBV 2.0, 7.1 and 7.2; DIGESTS C7: commissioning before packing before shipping,
    one aggregation event for each parent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from msgspec import structs

from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    BizTransaction,
    ErrorDeclaration,
    ObjectEvent,
    Place,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from packtrail.epcis.events import Event
    from packtrail.lifecycle.journey import Step
    from packtrail.production.decisions import Job
    from packtrail.production.orders import Terms

COMMISSIONED: Final = ("ADD", "commissioning", "active")
SAMPLED: Final = ("OBSERVE", "sampling", "non_sellable_other")
DESTROYED: Final = ("DELETE", "destroying", "destroyed")
DECOMMISSIONED: Final = ("DELETE", "decommissioning", "inactive")
"""(action, business step, disposition)"""
ENDING: Final = frozenset({SAMPLED[1], DESTROYED[1], DECOMMISSIONED[1]})
"""The business steps that take a pack out of its case."""


_IDS: Final = UUID("6f1b9a52-5c0e-5d0b-9a27-4c3f2f6d8e10")


def seen(
    job: Job,
    at: datetime,
    what: tuple[str, str, str],
    uris: Sequence[str],
    *,
    terms: Terms | None = None,
) -> ObjectEvent:
    """Tell what became of objects.

    Args:
        job: Where and for what.
        at: When.
        what: Action, business step and disposition.
        uris: The objects.
        terms: Lot and expiry to tell with them: of trade items that come into being.
    """
    action, biz_step, disposition = what
    return ObjectEvent(
        **_header(job, at),
        action=action,
        biz_step=biz_step,
        disposition=disposition,
        epcs=tuple(uris),
        ilmd=ilmd_of(terms) if terms else {},
    )


def born(job: Job, at: datetime, uri: str, *, terms: Terms | None, was: Step | None) -> list[Event]:
    """Tell that a container came into being with the first that went in.

    Args:
        job: Where and for what.
        at: When.
        uri: The container.
        terms: Lot and expiry, of a trade item.
        was: What was told of it before, when something went in earlier than was known: it is
            declared an error.

    Clause:
        EPCIS 2.0, 7.4.1.3: an error declaration repeats the event, and names what corrects it.
    """
    event_id = birth_id(uri, at)
    new = structs.replace(seen(job, at, COMMISSIONED, [uri], terms=terms), event_id=event_id)
    if was is None:
        return [new]
    said = seen(job, was.event_time.astimezone(at.tzinfo), COMMISSIONED, [uri], terms=terms)
    error = ErrorDeclaration(
        declaration_time=job.now, reason="incorrect_data", corrective_event_ids=(event_id,)
    )
    return [structs.replace(said, event_id=was.event_id, error_declaration=error), new]


def birth_id(uri: str, at: datetime) -> str:
    """Return the id of the event by which a container comes into being with its first child."""
    return f"urn:uuid:{uuid5(_IDS, f'{uri} {at.astimezone(UTC).isoformat()}')}"


@dataclass(frozen=True, slots=True)
class Leaving:
    """An object that ends, and so comes out of what held it."""

    parent: str
    child: str
    at: datetime
    turn: int = 0
    """How often it was told and taken back before."""

    @property
    def event_id(self) -> str:
        """The id of the event that tells it."""
        at = self.at.astimezone(UTC).isoformat()
        return f"urn:uuid:{uuid5(_IDS, f'{self.parent} {self.child} {at} {self.turn}')}"

    def next_of(self, steps: Iterable[Step]) -> Leaving:
        """Return it as it is told next: with an id that was not taken back."""
        known, found = {step.event_id for step in steps if step.is_withdrawn}, self
        while found.event_id in known:
            found = replace(found, turn=found.turn + 1)
        return found

    def told_by(self, steps: Iterable[Step]) -> list[Leaving]:
        """Return it as it is told by a step, if it is."""
        steps = list(steps)
        turn = self.next_of(steps)
        told = {step.event_id for step in steps if not step.is_withdrawn}
        return [turn] if turn.event_id in told else []


def left(job: Job, leaving: Leaving) -> AggregationEvent:
    """Tell that an object that ended came out of what held it."""
    event = unpacked(job, leaving.at, leaving.parent, [leaving.child])
    return structs.replace(event, event_id=leaving.event_id)


def did_not_leave(job: Job, leaving: Leaving) -> AggregationEvent:
    """Declare that what `left` told is wrong: the object had been taken out before."""
    error = ErrorDeclaration(declaration_time=job.now, reason="did_not_occur")
    return structs.replace(left(job, leaving), error_declaration=error)


def packed(job: Job, at: datetime, parent: str, children: Sequence[str]) -> AggregationEvent:
    """Tell that children went into a parent."""
    return _aggregation(job, at, parent, children, ("ADD", "packing"))


def unpacked(job: Job, at: datetime, parent: str, children: Sequence[str]) -> AggregationEvent:
    """Tell that children came out of a parent; no children are all of them."""
    return _aggregation(job, at, parent, children, ("DELETE", "unpacking"))


def ilmd_of(terms: Terms) -> dict[str, str]:
    """Return lot and expiry as a commissioning event tells them: day 00 as the end of the month."""
    last = terms.last_day
    expiry = {ITEM_EXPIRATION_DATE: last.isoformat()} if last else {}
    return {LOT_NUMBER: terms.lot, **expiry}


def offset_text(at: datetime) -> str:
    """Return the offset of a time as events write it: `+01:00`."""
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def _aggregation(
    job: Job, at: datetime, parent: str, children: Sequence[str], what: tuple[str, str]
) -> AggregationEvent:
    action, biz_step = what
    return AggregationEvent(
        **_header(job, at),
        action=action,
        biz_step=biz_step,
        disposition="in_progress",
        parent_id=parent,
        child_epcs=tuple(children),
    )


def _header(job: Job, at: datetime) -> dict[str, Any]:
    place = Place(id=job.place) if job.place else None
    order = job.reference
    return {
        "event_time": at,
        "event_time_zone_offset": offset_text(at),
        "read_point": place,
        "biz_location": place,
        "biz_transactions": (
            (BizTransaction(type="prodorder", biz_transaction=order),) if order else ()
        ),
    }
