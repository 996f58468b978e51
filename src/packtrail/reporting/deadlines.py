"""Deadlines: by when a report must be there, from the duty that asks for it.

Working days are those of the country of the market, where it is known. What must be done before
something that has no moment, such as the release of a lot, has no deadline here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.compliance.radar import period_due
from packtrail.compliance.spans import monday_to_friday
from packtrail.compliance.words import Happening

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.compliance.entries import Duty
    from packtrail.compliance.profiles import ReportDuty
    from packtrail.compliance.spans import IsWorked
    from packtrail.reporting.forms import Form

AT_ONCE_GRACE: Final = timedelta(days=1)
"""How long `at once` is not shown as late. No law says it; it keeps true alarms apart."""
_LAST_DAY: Final = 31
_WITHOUT_MOMENT: Final = frozenset({Happening.PACK_DATA, Happening.PRODUCT_DATA})


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a report must be there."""

    at: datetime | None
    """None: no moment can be told."""
    words: str
    """As the duty says it: `within 24 hours`, `at once`."""
    duty: str = ""
    """`pack/duty`, empty where no duty is known."""

    def is_missed(self, now: datetime) -> bool:
        """Whether it is past."""
        return is_missed(self.at, self.words, now)


def is_missed(at: datetime | None, words: str, now: datetime) -> bool:
    """Whether a moment is past; what was to be done at once has a day of grace."""
    if at is None:
        return False
    return now > (at if words.startswith("within") else at + AT_ONCE_GRACE)


def deadline_of(
    duties: Iterable[ReportDuty],
    form: Form,
    happening: Happening,
    happened_at: datetime,
    *,
    is_worked: IsWorked = monday_to_friday,
) -> Deadline:
    """Return the earliest deadline that the duties of a market set for a form.

    Args:
        duties: What the law of the market asks on that day, of the parts that the sender plays.
        form: The form.
        happening: What happened.
        happened_at: When, with the offset of the place.
        is_worked: Tells whether a day is a working day in the market.
    """
    asked = [
        _deadline(each, happening, happened_at, is_worked)
        for each in duties
        if _asks(each.duty, happening) and each.duty.format in {form.format, ""}
    ]
    if not asked:
        return Deadline(None, "")
    return min(asked, key=lambda each: (each.at is None, each.at or happened_at))


def _asks(duty: Duty, happening: Happening) -> bool:
    """Whether a duty asks to tell of something; one that comes round may name no events."""
    return happening in duty.events or (duty.every is not None and not duty.events)


def _deadline(
    asked: ReportDuty, happening: Happening, happened_at: datetime, is_worked: IsWorked
) -> Deadline:
    duty = asked.duty
    name = f"{asked.identity.pack_id}/{duty.name}"
    if duty.before:
        moment = None if happening in _WITHOUT_MOMENT else happened_at
        return Deadline(moment, "before it happens", name)
    if duty.at_once:
        return Deadline(happened_at, "at once", name)
    if duty.within is not None:
        return Deadline(_within(duty, happened_at, is_worked), f"within {duty.within}", name)
    end = period_due(duty, happened_at.date())
    if end is not None:
        by = "" if duty.due_day == _LAST_DAY else f", by day {duty.due_day}"
        is_monthly = duty.months in {None, 1}
        month = "following month" if is_monthly else f"month after every {duty.rhythm}"
        return Deadline(_end_of(end, happened_at), f"within the {month}{by}", name)
    return Deadline(None, "no time is set", name)


def _within(duty: Duty, happened_at: datetime, is_worked: IsWorked) -> datetime:
    span = duty.within
    if span is None:
        return happened_at
    if span.unit == "hour":
        return happened_at + timedelta(hours=span.count)
    return _end_of(span.after(happened_at.date(), is_worked=is_worked), happened_at)


def _end_of(day: date, like: datetime) -> datetime:
    """Return the end of a day where it happened."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=like.tzinfo)
