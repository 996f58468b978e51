"""The journey of one serialised object, as values: what happened to it, and what that makes it.

A `Step` is one event seen from one object; its `role` says which part the object played, and `via`
through what it was touched when something that held it was meant. A `Standing` is where the journey
has led: status, place, holder, and the step that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from packtrail.hierarchy.containment import STAYS, Role
from packtrail.lifecycle import sentences


class Status(StrEnum):
    """What an object is, in one word a warehouse would use; `states` tells how each is reached."""

    UNKNOWN = "unknown"
    """Seen, but its commissioning is not recorded here."""
    COMMISSIONED = "commissioned"
    PACKED = "packed"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    ACTIVE = "active"
    REACTIVATED = "reactivated"
    """Decommissioned, and lawfully taken back."""
    ON_HOLD = "on_hold"
    LOCKED = "locked"
    RECALLED = "recalled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RETURNED = "returned"
    SAMPLED = "sampled"
    FREE_SAMPLE = "free_sample"
    EXPORTED = "exported"
    CHECKED_OUT = "checked_out"
    DISPENSED = "dispensed"
    PARTIALLY_DISPENSED = "partially_dispensed"
    STOLEN = "stolen"
    LOST = "lost"
    DAMAGED = "damaged"
    DESTROYED = "destroyed"
    DECOMMISSIONED = "decommissioned"
    TRANSFORMED = "transformed"
    """Used up as the input of a transformation."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event of a journey.

    Without slots, so that thousands a second are made and copied in one go: see `of`.
    """

    event_id: str
    event_type: str
    event_time: datetime
    event_time_zone_offset: str
    record_time: datetime
    role: Role
    action: str | None = None
    biz_step: str | None = None
    disposition: str | None = None
    read_point: str | None = None
    biz_location: str | None = None
    parent: str | None = None
    """For packing and unpacking: the holder, as an EPC URI or Digital Link."""
    via: tuple[str, ...] = ()
    """The holders through which the object was touched, innermost first; empty: itself."""
    biz_transactions: tuple[tuple[str | None, str], ...] = ()
    """(type, identifier) pairs."""
    sources: tuple[tuple[str, str], ...] = ()
    destinations: tuple[tuple[str, str], ...] = ()
    lot: str | None = None
    expires: str | None = None
    """Expiry as recorded: `YYYY-MM-DD`, or `YYYY-MM-00` for the end of that month."""
    is_withdrawn: bool = False
    """An error declaration says that this event was wrong; it has no effect."""
    object_count: int = 0
    """How many objects the event names in the same role.

    0 when the event unpacks everything there is, without naming it.
    """
    capture_id: str | None = None
    """The capture that brought it."""
    ordinal: int = 0
    """Place in its document: of records at one time, the lower is the first."""
    is_with_holder: bool = False
    """The event names, beside the object itself, something that held it."""
    stage: int = field(default=STAYS, compare=False)
    """Of its moment, see `packtrail.hierarchy.containment.Moment`."""
    is_late: bool = field(default=False, compare=False)
    """It was touched through something that it, or its holder, was put into at that moment."""
    told_again_by: tuple[str, ...] = ()
    """Other events that tell the same of the object, and add nothing to it."""

    @classmethod
    def of(cls, *values: Mapping[str, Any]) -> Step:
        """Return a step from the values of all its fields; a later mapping goes before."""
        made = object.__new__(cls)
        for some in values:
            made.__dict__.update(some)
        return made

    def through(self, via: tuple[str, ...]) -> Step:
        """Return the step as seen from something that these holders held."""
        return Step.of(self.__dict__, {"via": via})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the journey so far makes of an object: a fold over its steps, never stored."""

    status: Status
    because: Step | None = None
    """The step that says so."""
    disposition: str | None = None
    location: str | None = None
    """Where it is now, as far as the events say: business location, else read point."""
    is_moving: bool = False
    """It has left that place, and nothing says that it arrived."""
    goal: str | None = None
    """Where it is sent while it is moving: location, else party."""
    parent: str | None = None
    """What holds it now."""
    lot: str | None = None
    expires: str | None = None
    expires_on: date | None = None
    """Last day of use: day 00 is the end of the month."""
    since: datetime | None = None
    has_origin: bool = False
    """An event that counts says how the object came into being."""

    @property
    def why(self) -> str:
        """One sentence: which event says so, when and where."""
        return sentences.why(self.status, self.because)
