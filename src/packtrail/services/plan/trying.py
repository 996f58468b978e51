"""What if: trying changes on a programme, and adopting them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from packtrail.base.errors import LimitExceeded
from packtrail.planning import changes as changing
from packtrail.planning import codes
from packtrail.planning.comparison import Comparison, compare, snapshot
from packtrail.planning.proposals import stops_calendar
from packtrail.planning.scope import Line
from packtrail.services.plan.scheduling import plan_of, planned, schedule_of
from packtrail.services.plan.writing import Put, Remove, Written, as_read, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from packtrail.access import Actor
    from packtrail.planning.calendars import CalendarRule
    from packtrail.planning.changes import Change
    from packtrail.planning.schedules import Schedule
    from packtrail.planning.work import Plan
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A programme as it is, and as it would be."""

    opened: Opened
    changes: tuple[Change, ...]
    before: Schedule
    after: Schedule
    comparison: Comparison


def try_out(
    app: Application,
    actor: Actor,
    programme: str,
    texts: Sequence[str],
    *,
    on: date | None = None,
) -> Trial:
    """Return what some changes would do to a programme; nothing of it changes.

    What was tried last of a programme is remembered until that programme has changed: who adopts it
    has looked at it before.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        texts: Changes as they are written, such as `date:IT=2027-05-01`.
        on: The day; default: today.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: `PLN-002` or `PLN-004`, a change cannot be read or applied.
        LimitExceeded: `PLN-018`, there are too many.
    """
    if len(texts) > changing.CHANGES_MAX:
        message = f"There are {len(texts)} changes; at most {changing.CHANGES_MAX} are tried."
        raise LimitExceeded(codes.TOO_MANY.found(message))
    now = planned(app, actor, programme, on=on)
    day = now.schedule.today
    name, mark = f"trial/{now.opened.row.programme_id}", (now.opened.mark, day, tuple(texts))
    known = cast("Trial | None", app.remembered.get(name, mark))
    if known is not None:
        return known
    changes = tuple(changing.parse(text) for text in texts)
    if not changes:
        after = now.schedule
    else:
        changed = changing.apply(plan_of(now.opened, day), changes)
        after = schedule_of(now.opened.terms, changed, day)
    made = Trial(
        opened=now.opened,
        changes=changes,
        before=now.schedule,
        after=after,
        comparison=compare(snapshot(now.schedule), snapshot(after)),
    )
    app.remembered.put(name, mark, made)
    return made


def adopt(
    app: Application, actor: Actor, programme: str, texts: Sequence[str], *, reason: str
) -> Written:
    """Make changes that were tried part of the programme.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: A change cannot be read or applied.
        Conflict: `PLN-016`, somebody else changed an entry after it was tried.
        NotPermitted: The actor may not change programmes.
    """
    trial = try_out(app, actor, programme, texts)
    told = "; ".join(each.told for each in trial.changes)
    return write(
        app,
        actor,
        programme,
        entries_of(trial),
        reason=f"{reason.strip()} ({told})" if reason.strip() else told,
    )


def entries_of(trial: Trial) -> list[Put | Remove]:
    """Return the changes of entries that make what was tried part of a programme."""
    made = (*_entries(trial.before.plan, trial.after.plan), *_stops(trial))
    return [as_read(trial.opened, each) for each in made]


def _stops(trial: Trial) -> Iterator[Put]:
    """Yield the lines that get another stop, or the calendars of stops that people wrote down."""
    book = trial.opened.book
    changed: dict[str, Line | CalendarRule] = {}
    for change in trial.changes:
        if change.kind != "stop":
            continue
        code, stop = stops_calendar(change.subject), changing.stop_of(change)
        known = changed.get(code) or book.calendars.get(code) or book.lines[change.subject]
        if isinstance(known, Line):
            changed[code] = replace(known, stops=(*known.stops, stop))
        else:
            changed[code] = replace(known, windows=(*known.windows, stop))
    yield from map(Put, changed.values())


def _entries(before: Plan, after: Plan) -> Iterator[Put | Remove]:
    left = {each.code for each in after.deadlines}
    yield from (Remove("deadline", each.code) for each in before.deadlines if each.code not in left)
    yield from (
        Remove("package", each.code) for each in before.packages if each.code not in after.by_code
    )
    for old, new in (
        (before.packages, after.packages),
        (before.deadlines, after.deadlines),
        (before.resources, after.resources),
    ):
        known = {each.code: each for each in old}
        yield from (Put(each) for each in new if known.get(each.code) != each)
