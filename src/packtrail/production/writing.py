"""Writing the events of production: one short function for each thing that is told.

Clause:
    EPCIS 2.0, 7.4; CBV 2.0, 7.1 and 7.2; DIGESTS C7: commissioning before packing before shipping,
    one aggregation event for each parent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    BizTransaction,
    ObjectEvent,
    Place,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from packtrail.production.decisions import Job
    from packtrail.production.orders import Terms

COMMISSIONED: Final = ("ADD", "commissioning", "active")
SAMPLED: Final = ("OBSERVE", "sampling", "non_sellable_other")
DESTROYED: Final = ("DELETE", "destroying", "destroyed")
DECOMMISSIONED: Final = ("DELETE", "decommissioning", "inactive")
"""(action, business step, disposition)"""


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
