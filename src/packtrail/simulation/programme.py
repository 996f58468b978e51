"""The programme of the demo company, from its beginning in March to the day it is loaded.

It is made as people make one: the scope is chosen from the portfolio and the lines, the law is
followed, the work is proposed and accepted, a baseline agreed. Then work goes on, mostly as
planned, some of it late, as in life.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from packtrail.planning.book import Scenario, Terms
from packtrail.planning.grid import Grid
from packtrail.planning.registers import Entry, EntryKind
from packtrail.planning.work import Resource, WorkKind
from packtrail.services.plan import baselines, books, drawing, law, programmes, proposing
from packtrail.services.plan.scheduling import planned
from packtrail.services.plan.writing import Put, write
from packtrail.simulation import programme_people, programme_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.access import Actor
    from packtrail.planning.book import Book
    from packtrail.planning.schedules import Schedule
    from packtrail.planning.work import WorkPackage
    from packtrail.services.application import Application

CODE, NAME = "serialisation", "Serialisation 2026 to 2029"
BEGINS = date(2026, 3, 2)
LEAD = timedelta(days=60)
"""What was due sooner after the beginning was another programme's."""
LAW_UNTIL = date(2029, 12, 31)
"""Dates after it are known and not answered yet."""
SEED = 28
_LATE: Final = {"c2-AGG": 4}
"""Package -> days that it took longer, in the story: the stop in October was too short for it."""


def load(app: Application, actor: Actor) -> bool:
    """Make the programme; return False where the organisation has it already.

    Args:
        app: The application; its clock says to which day work has gone on.
        actor: Who acts for the demo company.
    """
    if CODE in {each.code for each in programmes.programmes(app, actor)}:
        return False
    today = app.clock().date()
    begun = _at(app, min(BEGINS, today))
    terms = Terms(template="large", starts_on=BEGINS, is_running=True)
    programmes.create_programme(begun, actor, CODE, name=NAME, terms=terms)
    drawing.draw(begun, actor, CODE)
    besides = _besides(books.opened(begun, actor, CODE).book)
    write(begun, actor, CODE, [Put(each) for each in besides], reason="Scope agreed")
    law.follow_law(begun, actor, CODE)
    _answer_until(begun, actor)
    proposing.accept(begun, actor, CODE)
    baselines.fix_baseline(
        begun, actor, CODE, name="Steering committee, March", reason="Agreed at the kick-off"
    )
    if today > BEGINS:
        law.follow_law(app, actor, CODE)
        _answer_until(app, actor)
        done = list(progress(planned(begun, actor, CODE).schedule, today))
        write(app, actor, CODE, [Put(each) for each in done], reason="Progress as reported")
    write(app, actor, CODE, [Put(each) for each in _register(today)], reason="Register")
    said = [Put(each) for each in programme_people.entries(today)]
    write(app, actor, CODE, said, reason="People and inputs")
    programme_people.answer_mails(app, actor)
    return True


def progress(schedule: Schedule, today: date) -> Iterator[WorkPackage]:
    """Yield the packages that have begun by a day, as far as they have come.

    Args:
        schedule: The schedule of the first day.
        today: The day.
    """
    chance = Random(SEED)  # noqa: S311 - a simulation, not a secret
    grid = Grid.of(schedule.plan, schedule.today)
    finished: dict[str, date] = {}
    waits: dict[str, list[str]] = {}
    for link in schedule.plan.links:
        waits.setdefault(link.successor, []).append(link.predecessor)
    for code, slot in schedule.slots.items():  # In an order in which predecessors come first.
        package = schedule.plan.by_code[code]
        before = waits.get(code, [])
        drawn = chance.random()
        if any(each not in finished for each in before):
            continue
        free = max((finished[each].toordinal() + 1 for each in before), default=slot.start)
        begin = max(slot.start, free)
        if not package.is_milestone:
            begin = grid.worked(code, begin, package.duration_days)
        days = package.duration_days
        slips = 0.0 if package.kind is WorkKind.PILOT else max(0.0, drawn - 0.8)
        late = _LATE.get(code, round(days * slips))
        until = grid.ended(code, begin, days + late if days else 0)
        start, finish = date.fromordinal(min(begin, until - 1)), date.fromordinal(until - 1)
        if start > today:
            continue
        if finish < today:
            finished[code] = finish
            yield replace(package, started_on=start, finished_on=finish, done_percent=100)
        elif not package.is_milestone:
            share = (today - start).days / max(1, (finish - start).days)
            percent = max(5, min(95, 5 * round(20 * share)))
            yield replace(package, started_on=start, done_percent=percent)


def _at(app: Application, day: date) -> Application:
    """Return the application on the morning of a day."""
    moment = datetime.combine(day, time(9), tzinfo=UTC)
    return replace(app, clock=lambda: moment)


def _besides(book: Book) -> list[object]:
    return [
        *programme_scope.known_besides(book),
        *programme_scope.campaigns(BEGINS, LAW_UNTIL + timedelta(days=400)),
        *_roles(book),
    ]  # fmt: skip


def _roles(book: Book) -> Iterator[Resource]:
    """Yield the roles with who leads them; of validation there are fewer than usual."""
    for code, role in book.resources.items():
        capacity = 3.0 if code == "validation" else role.capacity
        yield replace(role, capacity=capacity, lead=programme_people.LEADS[code])


def _answer_until(app: Application, actor: Actor) -> None:
    """Leave needs unanswered that are further away than the programme reaches."""
    needs = books.opened(app, actor, CODE).book.needs.values()
    later = [
        replace(each, is_in=False)
        for each in needs
        if each.is_in and (each.due_on > LAW_UNTIL or each.due_on < BEGINS + LEAD)
    ]
    if later:
        write(app, actor, CODE, [Put(each) for each in later], reason="After 2029: another phase")


def _register(today: date) -> list[object]:
    soon, later = today + timedelta(days=9), today + timedelta(days=40)
    stop = today + timedelta(days=7 - today.weekday())
    return [
        Entry(
            code="G1", kind=EntryKind.GOAL, state="open", owner="M. Okafor",
            title="No pack is held back at a border for want of its code", due_on=LAW_UNTIL,
            facts={"measure": "Shipments held", "target": "0 a year", "current": "2 in 2026"},
        ),
        Entry(
            code="G2", kind=EntryKind.GOAL, state="open", owner="M. Okafor",
            title="Every market live before its date with half of its buffer left",
            facts={"measure": "Dates made with buffer", "target": "7 of 7"},
        ),
        Entry(
            code="R1", kind=EntryKind.RISK, state="open", owner="S. Byrne", market="EG",
            title="The case station of Cork line 2 waits for the stop at the end of March",
            due_on=soon, packages=("c2-AGG",),
            facts={"probability": "4", "impact": "4", "sign": "No earlier stop agreed this week",
                   "response": "Stop the line now; hand-held case station from Marlin meanwhile "
                               "(offer Q-26-1180)"},
        ),
        Entry(
            code="R2", kind=EntryKind.RISK, state="open", owner="L. Ferri", market="IT",
            title="The printer cannot apply the national label at line speed", due_on=later,
            packages=("IT-c1-FORMAT",),
            facts={"probability": "3", "impact": "4", "sign": "Rejects above 2 % in the test",
                   "response": "A second applicator is on loan until March"},
        ),
        Entry(
            code="R3", kind=EntryKind.RISK, state="open", owner="A. Rao", market="IN",
            title="Sources disagree on the date for vaccines", due_on=later,
            facts={"probability": "3", "impact": "2",
                   "response": "Plan for the earlier date; the affiliate asks the authority"},
        ),
        Entry(
            code="D1", kind=EntryKind.DECISION, state="wanted", owner="M. Okafor", due_on=soon,
            title="Stop Cork line 2 now for its case station, instead of waiting for March?",
            market="EG", packages=("c2-AGG",),
            facts={"options": "Stop for eight days now and pack ahead; or ship no consumer health "
                              "to Egypt until summer"},
        ),
        Entry(
            code="D2", kind=EntryKind.DECISION, state="taken", owner="M. Okafor",
            title="Build numbers in-house instead of renting them",
            facts={"choice": "Own pools, keyed per product", "decided_by": "Steering committee",
                   "reason": "Half the cost, and one place that can prove no number went out twice",
                   "options": "Own pools; service of a vendor"},
        ),
        Entry(
            code="F1", kind=EntryKind.DOCUMENT, state="approved", owner="J. Park",
            title="User requirements, serialisation",
            facts={"version": "2.1", "place": "Document system, URS-0042", "approver": "Quality"},
        ),
        Entry(
            code="F2", kind=EntryKind.DOCUMENT, state="in review", owner="L. Ferri", due_on=later,
            title="Procedure: packs with the Italian label", market="IT",
            facts={"version": "0.9", "place": "Document system, SOP-0311"},
        ),
        Scenario(
            code="italy-later", title="Italy gives six months more",
            changes=("date:IT=2027-08-08",), text="As the trade association asks for",
        ),
        Scenario(
            code="c2-now", title="Cork line 2 is stopped for its case station at once",
            changes=(f"stop:c2={stop}/{stop + timedelta(days=9)}",), text="Decision D1",
        ),
    ]  # fmt: skip
