"""Reminding: a chore tells by mail of time limits of cases that are near or over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Actor, Permission
from packtrail.detection.cases import State
from packtrail.rendering import times
from packtrail.services.alerts import cases
from packtrail.services.mail import outbox, preferences
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.store import organisations as organisation_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from packtrail.detection.clocks import Clock
    from packtrail.services.alerts.cases import CaseLine
    from packtrail.services.application import Application

NEAR: Final = timedelta(hours=24)
"""So long before a time limit ends people are told."""
_NEAR_SHARE: Final = 4
"""Of short limits they are told when a quarter of the time is left."""
_OPEN: Final = tuple(state.value for state in State if state is not State.CLOSED)


def tell_clocks(app: Application) -> int:
    """Record mails of time limits that are near or over; a chore. Return how many are new."""
    if not outbox.is_on(app.settings):
        return 0
    with app.database.reading() as conn:
        organisations = organisation_rows.every(conn)
    return sum(_tell_of(app, each.organisation_id) for each in organisations)


def _tell_of(app: Application, organisation_id: int) -> int:
    now = app.clock()
    with app.database.reading() as conn:
        people = preferences.who_may(conn, organisation_id, Permission.CASE_UPDATE)
    if not people:
        return 0
    actor = Actor.system("clock", organisation_id=organisation_id)
    letters = [
        _letter(case, clock, now, person)
        for case in cases.listed(app, actor, states=_OPEN)
        for clock in _pressing(case, now)
        for person in people
    ]
    with app.database.transaction() as conn:
        return sum(outbox.post(app, conn, organisation_id, each, at=now) for each in letters)


def _pressing(case: CaseLine, now: datetime) -> Iterator[Clock]:
    for clock in case.clocks:
        near = min(NEAR, (clock.due_at - clock.started_at) / _NEAR_SHARE)
        if clock.done_at is None and clock.left(now) <= near:
            yield clock


def _letter(case: CaseLine, clock: Clock, now: datetime, person: preferences.Preference) -> Letter:
    is_late = clock.is_late(now)
    word = "is over" if is_late else "runs out"
    recipients = f" To: {', '.join(clock.recipients)}." if clock.recipients else ""
    return Letter(
        kind=Kind.CLOCK,
        cause=f"clock/{case.code}/{clock.duty}/{clock.due_at.isoformat()}/{word}",
        to=person.address,
        name=person.display_name,
        subject=f"Case {case.code}: a time limit {word}",
        text=(
            f"{clock.what}, {clock.within}: {'was' if is_late else 'is'} due on "
            f"{times.moment(clock.due_at)}.{recipients}\n\n"
            f"Case {case.code}; {case.owner or 'nobody'} sees to it."
        ),
        path=f"/alerts/cases/{case.code}",
    )
