"""Clocks: until when somebody must be told of a case, from the duties of the market's rule pack.

A duty of a rule pack says what sets it off and how long there is time. Working days end with the
last hour of their last day (UTC), and are those of the country of the market; hours run from the
moment itself, on every day.

Clause:
    FD&C Act, section 582: FDA and trading partners within 24 hours of the determination; EMVO: root
    cause of an alert within two working days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.compliance.spans import monday_to_friday
from packtrail.compliance.words import Happening

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packtrail.compliance.entries import Duty
    from packtrail.compliance.spans import IsWorked

SET_OFF_BY: Final[Mapping[str, str]] = {
    Happening.ALERT.value: "opened",
    Happening.ILLEGITIMATE_PRODUCT.value: "confirmed",
    Happening.HIGH_RISK.value: "high_risk",
}
"""What sets a duty off -> which moment of a case that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time limit that runs, or ran."""

    duty: str
    """Rule pack and name of the duty: `us_dscsa/illegitimate_product`."""
    what: str
    recipients: tuple[str, ...]
    within: str
    left_out: tuple[date, ...]
    """Weekdays that the time limit leaves out, as holidays."""
    started_at: datetime
    due_at: datetime
    done_at: datetime | None
    rules: tuple[str, ...]
    confidence: str
    note: str
    form: str
    """A word of the reports: `form_fda_3911`; empty: none."""

    def is_late(self, now: datetime) -> bool:
        """Tell whether it was not done in time."""
        return (self.done_at or now) > self.due_at

    def left(self, now: datetime) -> timedelta:
        """Return the time left; negative: so much too late."""
        return self.due_at - now


def running(
    duties: Iterable[Duty],
    moments: Mapping[str, datetime | None],
    done: Mapping[str, datetime],
    *,
    is_worked: IsWorked = monday_to_friday,
) -> Iterator[Clock]:
    """Yield the clocks of a case, the nearest first.

    Args:
        duties: Of the rule pack of its market.
        moments: When it was opened, confirmed, found to be of high risk; None: it was not.
        done: Duty -> when a person last said that it is done. What was done before its clock began
            was done for an earlier decision: a case that was taken up again and decided anew has to
            be told anew.
        is_worked: Tells whether a day is a working day in the market.
    """
    found = []
    for duty in duties:
        started = [
            at for event in duty.events if (at := moments.get(SET_OFF_BY.get(event.value, "")))
        ]
        if not started or duty.within is None:
            continue
        if not duty.is_asked(started[0].astimezone(UTC).date()):
            continue
        key = f"{duty.pack_id}/{duty.name}"
        told_at = done.get(key)
        done_at = told_at if told_at and told_at >= started[0] else None
        found.append(_clock(key, duty, started[0], done_at, is_worked))
    yield from sorted(found, key=lambda each: (each.done_at is not None, each.due_at, each.duty))


def _clock(
    key: str, duty: Duty, started_at: datetime, done_at: datetime | None, is_worked: IsWorked
) -> Clock:
    span = duty.within
    if span is None:
        raise ValueError(f"the duty {key} has no time limit")
    left_out: tuple[date, ...] = ()
    if span.unit == "hour":
        due_at = started_at + timedelta(hours=span.count)
    else:
        began_on = started_at.astimezone(UTC).date()
        day = span.after(began_on, is_worked=is_worked)
        if span.unit == "working day":
            between = (began_on + timedelta(days=n) for n in range(1, (day - began_on).days))
            left_out = tuple(x for x in between if monday_to_friday(x) and not is_worked(x))
        due_at = datetime.combine(day, time(23, 59, 59), tzinfo=UTC)
    return Clock(
        duty=key,
        what=duty.what,
        recipients=duty.recipients,
        within=str(span),
        left_out=left_out,
        started_at=started_at,
        due_at=due_at,
        done_at=done_at,
        rules=duty.rules,
        confidence=duty.confidence.value,
        note=duty.note,
        form=duty.format,
    )
