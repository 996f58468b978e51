"""Undoing a decommissioning: when a pack may become active again.

    >>> from datetime import timedelta
    >>> EU_UNDO.within == timedelta(days=10)
    True

Clause:
    Delegated Regulation (EU) 2016/161, Article 13: the same person or entity, at the same premises,
    within ten days, of a pack that is neither expired, recalled, withdrawn, stolen nor meant for
    destruction, and was not supplied to the public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.epcis.canonical import same_form
from packtrail.lifecycle import codes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from packtrail.base.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRule:
    """How long and where a decommissioning may be undone."""

    within: timedelta
    """Counted in hours from the decommissioning, not in calendar days."""
    needs_same_premises: bool = True


EU_UNDO: Final = UndoRule(within=timedelta(hours=240))


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and where something was done to a pack."""

    at: datetime
    place: str | None


def refusals(
    rule: UndoRule, ended: Occasion, undone: Occasion, *, expires_on: date | None, event_id: str
) -> Iterator[Finding]:
    """Yield what forbids an undo: `TRC-204` too late, `TRC-205` elsewhere, `TRC-206` expired.

    Args:
        rule: The rule of the market.
        ended: The decommissioning.
        undone: The undo.
        expires_on: Last day of use of the pack, where it is known.
        event_id: The event that undoes, for the finding.
    """
    late = undone.at - ended.at
    if late > rule.within:
        yield codes.UNDONE_LATE.found(
            f"It was reactivated {_hours(late)} hours after {_moment(ended.at)}, when it was"
            f" decommissioned; {_hours(rule.within)} hours are allowed.",
            at=event_id,
        )
    is_elsewhere = ended.place is None or same_form(ended.place) != same_form(undone.place)
    if rule.needs_same_premises and is_elsewhere:
        yield codes.UNDONE_ELSEWHERE.found(
            f"It was reactivated at {undone.place or 'an unknown place'}, but decommissioned at"
            f" {ended.place or 'an unknown place'}.",
            at=event_id,
        )
    if expires_on is not None and expires_on < undone.at.date():
        yield codes.UNDONE_EXPIRED.found(
            f"It was reactivated on {undone.at.date()}, after its expiry on {expires_on}.",
            at=event_id,
        )


def _hours(span: timedelta) -> int:
    return -(-int(span.total_seconds()) // 3600)


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
