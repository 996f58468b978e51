"""The programme at a glance: will it make its dates, and what is there to do this week."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.planning.registers import Entry, EntryKind
from packtrail.planning.standing import (
    BurnPoint,
    Cell,
    Due,
    Verdict,
    burn_up,
    due,
    heat_map,
    verdict,
)
from packtrail.services.plan import baselines
from packtrail.services.plan.scheduling import planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from packtrail.access import Actor
    from packtrail.planning.book import Book
    from packtrail.planning.schedules import Schedule
    from packtrail.services.application import Application
    from packtrail.services.plan.baselines import Drift
    from packtrail.services.plan.books import Opened

RISK_SCORE_HIGH = 12
DAYS_AHEAD = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDay:
    """A meeting of the coming weeks."""

    on: date
    name: str
    minutes: int
    agenda: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Glance:
    """A programme at a glance."""

    opened: Opened
    schedule: Schedule
    verdict: Verdict
    due: tuple[Due, ...]
    decisions: tuple[Entry, ...]
    """Decisions that are wanted, the most urgent first."""
    risks: tuple[Entry, ...]
    """Open risks of a high score, the highest first."""
    meetings: tuple[MeetingDay, ...]
    heat: Mapping[tuple[str, str], Cell]
    """(market, kind of work) -> how it stands."""
    burn: tuple[BurnPoint, ...]
    drift: Drift | None


def glance(app: Application, actor: Actor, programme: str, *, on: date | None = None) -> Glance:
    """Return a programme at a glance.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        on: The day; default: today.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    now = planned(app, actor, programme, on=on)
    drift = baselines.drift(app, actor, programme, on=on)
    book = now.opened.book
    return Glance(
        opened=now.opened,
        schedule=now.schedule,
        verdict=verdict(now.schedule),
        due=due(now.schedule, DAYS_AHEAD),
        decisions=_decisions(book),
        risks=_risks(book),
        meetings=tuple(meeting_days(book, now.schedule.today, weeks=2)),
        heat=heat_map(now.schedule, "market", "kind"),
        burn=burn_up(now.schedule, drift.finishes if drift else None),
        drift=drift,
    )


def verdicts(app: Application, actor: Actor, programmes: Iterable[str]) -> dict[str, Verdict]:
    """Return whether programmes make their dates, by code; those left out cannot be scheduled.

    Args:
        app: The application.
        actor: Who asks.
        programmes: Their codes.
    """
    found = {}
    for code in programmes:
        with suppress(RefusedError):
            found[code] = verdict(planned(app, actor, code).schedule)
    return found


def meeting_days(book: Book, today: date, *, weeks: int) -> Iterator[MeetingDay]:
    """Yield the meetings of the coming weeks, by day.

    A meeting of every so many weeks keeps to weeks counted from a fixed Monday, so that it stays
    on its days whoever asks and whenever.
    """
    monday = today - timedelta(days=today.weekday())
    found = []
    for week in range(weeks + 1):
        start = monday + timedelta(weeks=week)
        for meeting in book.meetings.values():
            on = start + timedelta(days=meeting.weekday)
            if on >= today and (start.toordinal() // 7) % meeting.every_weeks == 0:
                found.append(
                    MeetingDay(
                        on=on, name=meeting.name, minutes=meeting.minutes, agenda=meeting.agenda
                    )
                )
    yield from sorted(found, key=lambda each: (each.on, each.name))


def _decisions(book: Book) -> tuple[Entry, ...]:
    wanted = [
        each for each in book.register.values() if each.kind is EntryKind.DECISION and each.is_open
    ]
    return tuple(sorted(wanted, key=lambda each: (each.due_on is None, each.due_on, each.code)))


def _risks(book: Book) -> tuple[Entry, ...]:
    high = [
        each
        for each in book.register.values()
        if each.kind is EntryKind.RISK and each.is_open and each.score >= RISK_SCORE_HIGH
    ]
    return tuple(sorted(high, key=lambda each: (-each.score, each.code)))
