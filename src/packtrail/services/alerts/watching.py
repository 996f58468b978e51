"""Watching: the chore that lays scans side by side as they come in, and raises alerts.

It goes on from marks: verifications in the order of recording, and events in theirs. What is new
names packs and actors; these are looked at whole, as far as rules ask, and what the rules say is
matched with the alerts there are. So it can be cut off anywhere and done again: the same evidence
never makes a second alert. What an honest explanation may still come for is looked at again later,
and undecided alerts are held against the record again and again, so that corrections reach them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from packtrail.access import Actor
from packtrail.base.errors import Unavailable
from packtrail.services.alerts import examining, mapping
from packtrail.services.alerts.examining import Examiner
from packtrail.services.alerts.handling import handled, pages, wanted
from packtrail.services.alerts.opening import is_opening
from packtrail.services.alerts.policies import in_force
from packtrail.store import alerts as rows
from packtrail.store import subscriptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.store.alerts import MarkRow
    from packtrail.store.events import StoredEvent
    from packtrail.store.verifications import VerificationRow

VERIFICATIONS_AT_ONCE: Final = 1_000
PENDING_AT_ONCE: Final = 500
CHECKED_AT_ONCE: Final = 100
CHECK_AFTER: Final = timedelta(minutes=30)
"""How often an undecided alert is held against the record again."""
LOOK_BACK: Final = timedelta(days=365)
"""How far back the first look at an old server goes."""
SETTLED: Final = timedelta(seconds=10)
"""Verifications recorded later than so long ago may still have others before them."""
_NOTHING: Final = UUID(int=0)
_PROBLEM_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a run did."""

    scans: int = 0
    raised: int = 0
    grown: int = 0
    withdrawn: int = 0

    def __add__(self, other: Watched) -> Watched:
        return Watched(
            scans=self.scans + other.scans,
            raised=self.raised + other.raised,
            grown=self.grown + other.grown,
            withdrawn=self.withdrawn + other.withdrawn,
        )


def watch_all(app: Application) -> None:
    """Look at what is new for every organisation; one that cannot be looked at stops no other.

    Raises:
        Exception: The first fault there was, when all others are done.
    """
    with app.database.reading() as conn:
        every = rows.organisations(conn)
    faults: list[Exception] = []
    for organisation_id, code in every:
        actor = Actor.system("detection", organisation_id=organisation_id, organisation_code=code)
        problem = None
        try:
            watch(app, actor)
        except Unavailable:
            raise
        except Exception as fault:  # noqa: BLE001 - it is written down, and raised at the end
            problem = f"{type(fault).__name__}: {fault}"[:_PROBLEM_MAX]
            faults.append(fault)
        with app.database.transaction() as conn:
            rows.put_problem(conn, organisation_id, problem)
    if faults:
        raise faults[0]


def watch(app: Application, actor: Actor) -> Watched:
    """Look at what is new for one organisation, until nothing is left; return what was done."""
    done = Watched()
    for step in (_verifications, _events, _pending, _undecided):
        while True:
            made, is_end = step(app, actor)
            done += made
            if is_end:
                break
    return done


def _verifications(app: Application, actor: Actor) -> tuple[Watched, bool]:
    """Look at the next verifications."""
    now = app.clock()
    with app.database.transaction() as conn:
        mark = _mark(conn, actor, now)
        new = rows.new_verifications(
            conn, actor.organisation_id, mark, before=now - SETTLED, limit=VERIFICATIONS_AT_ONCE
        )
        if not new:
            rows.move_mark(conn, actor.organisation_id, replace(mark, ran_at=now), scans=0)
            return Watched(), True
        made = _look_at(app, conn, actor, new, now)
        last = new[-1]
        moved = replace(
            mark, verified_at=last.recorded_at, verified_id=last.verification_id, ran_at=now
        )
        rows.move_mark(conn, actor.organisation_id, moved, scans=len(new))
        return made + Watched(scans=len(new)), len(new) < VERIFICATIONS_AT_ONCE


def _look_at(
    app: Application, conn: Connection, actor: Actor, new: list[VerificationRow], now: datetime
) -> Watched:
    examiner = Examiner(app, conn, actor, in_force(conn, actor, at=now), now)
    items = {(row.class_key, row.item_key) for row in new if row.class_key.startswith("sgtin/")}
    examiner.packs(items)
    strange = [row for row in new if examining.is_strange(row)]
    examiner.actors({(row.actor_id, mapping.actor_of(row)): row.at for row in strange})
    return _told(examiner)


def _events(app: Application, actor: Actor) -> tuple[Watched, bool]:
    """Look at the packs of the next events, all of one time; a page at a time."""
    now = app.clock()
    done = Watched()
    with app.database.transaction() as conn:
        mark = _mark(conn, actor, now)
        until = subscriptions.settled_until(conn)
        examiner = Examiner(app, conn, actor, in_force(conn, actor, at=now), now)
        for events in _new_events(conn, examiner, mark.events_until, until, now):
            _look_at_events(examiner, events)
        done = _told(examiner)
        moved = replace(mark, events_until=max(until, mark.events_until), ran_at=now)
        rows.move_mark(conn, actor.organisation_id, moved, scans=0)
    return done, True


def _look_at_events(examiner: Examiner, events: Sequence[StoredEvent]) -> None:
    found = [*handled(events)]
    without_origin = examiner.packs({each.item for each in found})
    examiner.actors(examiner.strange_places(found, without_origin))
    examiner.openings([each for each in events if is_opening(each)])


def _new_events(
    conn: Connection, examiner: Examiner, since: datetime, until: datetime, now: datetime
) -> Iterator[Sequence[StoredEvent]]:
    """Yield new events that packs were handled in, and those declared wrong, a page at a time."""
    right = wanted()
    wrong = (replace(each, biz_steps=(), exists_error_declaration=True) for each in right)
    for each in (*right, *wrong):
        asked = replace(
            each, record_time_from=since, record_time_before=until, order_by="recordTime",
            order_direction="ASC",
        )  # fmt: skip
        yield from pages(conn, asked, examiner.record.audience_ids, now=now)


def _pending(app: Application, actor: Actor) -> tuple[Watched, bool]:
    """Look again at what an honest explanation was waited for."""
    now = app.clock()
    with app.database.transaction() as conn:
        _mark(conn, actor, now)
        due = rows.take_pending(conn, actor.organisation_id, now=now, limit=PENDING_AT_ONCE)
        if not due:
            return Watched(), True
        examiner = Examiner(app, conn, actor, in_force(conn, actor, at=now), now)
        examiner.packs({(row.subject_a, row.subject_b) for row in due if row.kind == "pack"})
        examiner.actors(
            {(row.subject_a, row.subject_b): row.scanned_at for row in due if row.kind == "actor"}
        )
        return _told(examiner), len(due) < PENDING_AT_ONCE


def _undecided(app: Application, actor: Actor) -> tuple[Watched, bool]:
    """Hold undecided alerts against the record again: corrections may have come."""
    now = app.clock()
    with app.database.transaction() as conn:
        _mark(conn, actor, now)
        due = rows.to_check(
            conn, actor.organisation_id, before=now - CHECK_AFTER, limit=CHECKED_AT_ONCE
        )
        if not due:
            return Watched(), True
        examiner = Examiner(app, conn, actor, in_force(conn, actor, at=now), now)
        examiner.again(due)
        rows.checked(conn, due, at=now)
        return _told(examiner), len(due) < CHECKED_AT_ONCE


def _mark(conn: Connection, actor: Actor, now: datetime) -> MarkRow:
    return rows.locked_mark(conn, actor.organisation_id, start=now - LOOK_BACK, nothing=_NOTHING)


def _told(examiner: Examiner) -> Watched:
    return Watched(raised=examiner.raised, grown=examiner.grown, withdrawn=examiner.withdrawn)
