"""Calendars: dated things as iCalendar files (RFC 5545) that any calendar program subscribes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that is due on a day."""

    uid: str
    """The same for the same thing for ever, so that a calendar moves it instead of adding one."""
    title: str
    on: date
    until: date | None = None
    """The day after its last; None where it is one day."""
    description: str = ""
    url: str = ""
    """Its first word: of several addresses, or of one with a remark, a calendar shows the first."""
    categories: tuple[str, ...] = ()
    is_certain: bool = True
    """False shows it as tentative."""
    remind_days: tuple[int, ...] = ()
    """Days before at which the calendar reminds."""


def write_ics(name: str, entries: Iterable[Entry], *, made_at: datetime) -> bytes:
    """Write a calendar; the same entries give the same bytes.

    Args:
        name: Its title.
        entries: What is due.
        made_at: When it is made, aware.
    """
    import icalendar  # noqa: PLC0415 - only those who ask for a calendar load it

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Packtrail//Packtrail//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for entry in entries:
        event = icalendar.Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", made_at.astimezone(UTC))
        event.add("dtstart", entry.on)
        event.add("dtend", entry.until or entry.on + timedelta(days=1))
        event.add("summary", entry.title)
        event.add("status", "CONFIRMED" if entry.is_certain else "TENTATIVE")
        event.add("transp", "TRANSPARENT")
        address = next(iter(entry.url.split()), "")
        for key, value in (("description", entry.description), ("url", address)):
            if value:
                event.add(key, value)
        if entry.categories:
            event.add("categories", list(entry.categories))
        for days in entry.remind_days:
            alarm = icalendar.Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", entry.title)
            alarm.add("trigger", timedelta(days=-days))
            event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
