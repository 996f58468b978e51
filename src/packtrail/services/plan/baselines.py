"""Baselines: schedules as they were agreed, and how far a programme has drifted since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

import msgspec

from packtrail.access import Action, Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.planning import codes
from packtrail.planning.comparison import Comparison, Snapshot, compare, snapshot
from packtrail.services import auditing
from packtrail.services.plan import books
from packtrail.services.plan.scheduling import planned
from packtrail.store import plans as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

NAME_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A schedule that was agreed."""

    number: int
    name: str
    version: int
    """Of the programme."""
    at: datetime
    created_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a programme differs from a baseline."""

    baseline: Baseline
    comparison: Comparison

    @property
    def finishes(self) -> Mapping[date, float]:
        """Day -> person days that the baseline had finished on it."""
        found: defaultdict[date, float] = defaultdict(float)
        for mark in self.comparison.before.packages.values():
            found[mark.finish_on] += mark.effort_days
        return found


def fix_baseline(
    app: Application, actor: Actor, programme: str, *, name: str, reason: str = ""
) -> Baseline:
    """Keep the schedule as it is today as the next baseline.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: `PLN-004`, the name cannot be used; or the plan cannot be scheduled.
        NotPermitted: The actor may not fix baselines.
    """
    require(actor, Permission.PLAN_CREATE)
    if not name.strip() or len(name) > NAME_LENGTH_MAX:
        message = f"The name has {len(name.strip())} letters; expected 1 to {NAME_LENGTH_MAX}."
        raise RefusedError(codes.BAD_VALUE.found(message, at="name"))
    now = planned(app, actor, programme)
    body = msgspec.json.encode(snapshot(now.schedule)).decode()
    at = app.clock()
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, programme, is_locked=True)
        number = rows.insert_baseline(
            conn,
            row.programme_id,
            name=name.strip(),
            version=now.opened.version,
            body=body,
            at=at,
            created_by=actor.name,
            reason=reason.strip(),
        )
        detail = {"number": number, "name": name.strip(), "version": now.opened.version}
        auditing.write(conn, actor, Action.BASELINE_CREATED, programme, at=at, detail=detail)
    return Baseline(
        number=number,
        name=name.strip(),
        version=now.opened.version,
        at=at,
        created_by=actor.name,
        reason=reason.strip(),
    )


def baselines(app: Application, actor: Actor, programme: str) -> tuple[Baseline, ...]:
    """Return the baselines of a programme, the oldest first.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    require(actor, Permission.PLAN_READ)
    with app.database.reading() as conn:
        row = books.visible(conn, actor, programme)
        return tuple(map(_seen, rows.baselines(conn, row.programme_id)))


def drift(
    app: Application,
    actor: Actor,
    programme: str,
    *,
    number: int | None = None,
    on: date | None = None,
) -> Drift | None:
    """Return how a programme differs from a baseline; None when it has none.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        number: Of the baseline; default: the last.
        on: The day; default: today.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or baseline.
    """
    now = planned(app, actor, programme, on=on)
    with app.database.reading() as conn:
        known = [_seen(each) for each in rows.baselines(conn, now.opened.row.programme_id)]
        if not known and number is None:
            return None
        wanted = next(
            (each for each in reversed(known) if number is None or each.number == number), None
        )
        if wanted is None:
            message = f"There is no baseline {number}."
            raise NotFound(codes.NO_ENTRY.found(message, at="baseline"))
        before = _agreed(app, conn, now.opened.row.programme_id, wanted.number)
    name = f"drift/{now.opened.row.programme_id}"
    mark = (wanted.number, now.opened.mark, now.schedule.today)
    comparison = cast("Comparison | None", app.remembered.get(name, mark))
    if comparison is None:
        comparison = compare(before, snapshot(now.schedule))
        app.remembered.put(name, mark, comparison)
    return Drift(baseline=wanted, comparison=comparison)


def _agreed(app: Application, conn: Connection, programme_id: int, number: int) -> Snapshot:
    """Return what was agreed as a baseline; it never changes, so that it is read once."""
    name = f"baseline/{programme_id}"
    known = cast("Snapshot | None", app.remembered.get(name, number))
    if known is None:
        known = msgspec.json.decode(rows.baseline(conn, programme_id, number) or "", type=Snapshot)
        app.remembered.put(name, number, known)
    return known


def _seen(row: rows.BaselineRow) -> Baseline:
    return Baseline(
        number=row.baseline_no,
        name=row.name,
        version=row.version,
        at=row.at,
        created_by=row.created_by,
        reason=row.reason,
    )
