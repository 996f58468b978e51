"""What events say of an object, in the words of the events themselves."""

from __future__ import annotations

from datetime import timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from packtrail.hierarchy.containment import Role

if TYPE_CHECKING:
    from packtrail.lifecycle.journey import Status, Step

_TO_THE_MINUTE: Final = len("2026-03-02 08:32")


def why(status: Status, because: Step | None) -> str:
    """Return which event says so, when and where.

    Args:
        status: What the object is.
        because: The step that made it that.
    """
    if because is None:
        return "No event says what it is, and its commissioning is not recorded here."
    holder = f", as part of {because.via[-1]}" if because.via else ""
    place = because.biz_location or because.read_point
    where = f" at {place}" if place else ""
    name, when = words(status).capitalize(), local_time(because)
    return f"{name}, because an event of {when}{where} {saying(because)}{holder}."


def saying(step: Step) -> str:
    """Return what an event says, in its own words."""
    if step.role is Role.INPUT:
        return "uses it up in a transformation"
    if step.role is Role.OUTPUT:
        return "makes it in a transformation"
    said = [
        f"{name} {value}"
        for name, value in (("step", step.biz_step), ("disposition", step.disposition))
        if value
    ]
    return "says " + " and ".join(said) if said else f"has the action {step.action}"


def words(status: Status) -> str:
    """Return a status as it is written in a sentence."""
    return status.value.replace("_", " ")


def local_time(step: Step) -> str:
    """Return the event time in the offset it was written with."""
    offset = step.event_time_zone_offset
    local = step.event_time.astimezone(_zone(offset))
    return f"{local.isoformat(' ', 'minutes')[:_TO_THE_MINUTE]} {offset}"


@lru_cache(maxsize=256)
def _zone(offset: str) -> timezone:
    sign = -1 if offset.startswith("-") else 1
    hours, _, minutes = offset.lstrip("+-").partition(":")
    return timezone(sign * timedelta(hours=int(hours or 0), minutes=int(minutes or 0)))
