"""Telling people: digests, notices with receipts, drafts from the law, packs for meetings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from packtrail.access import Action, Permission, require
from packtrail.base.errors import NotFound
from packtrail.planning import codes, raci
from packtrail.planning.communication import (
    Change,
    Digest,
    Line,
    Notice,
    Readers,
    Receipt,
    digest,
    readers,
)
from packtrail.planning.people import code_of_account
from packtrail.planning.raci import raci_of
from packtrail.planning.templates import TEMPLATES, Department
from packtrail.rendering import plan_words, times
from packtrail.rendering.reports import Report, Section, write_pdf
from packtrail.services import auditing
from packtrail.services.capacity import attention
from packtrail.services.mail import outbox
from packtrail.services.plan import books, codec, history, mailing, overview
from packtrail.services.plan.law import law_changes
from packtrail.services.plan.scheduling import planned
from packtrail.services.plan.writing import Put, write_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.planning.book import Book
    from packtrail.planning.templates import Meeting, Template
    from packtrail.planning.work import WorkPackage
    from packtrail.services.application import Application

DAYS = 7
_TOLD_KINDS = frozenset({"package", "deadline", "need", "register"})
_FOR_CAPACITY = frozenset({Department.IT, Department.MANAGEMENT, Department.FINANCE})
"""Departments that buy or change what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadersView:
    """Who has read a notice, as plain values."""

    notice: str
    title: str
    published_on: date | None
    read: int
    """How many of those who must know it have read it."""
    total: int
    missing: tuple[str, ...]
    """Codes of the people who must still read it."""
    missing_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """Who was reminded of a notice; people by their codes."""

    notice: str
    reminded: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    """Those of them whose mail waits until they have confirmed their address."""
    without_address: tuple[str, ...]
    """Who must read it and cannot be told by mail: tell them in another way."""
    told_today: tuple[str, ...]
    """Who is not told again, having been told today, or wanting no mails."""


def digest_of(
    app: Application, actor: Actor, programme: str, department: Department, *, days: int = DAYS
) -> Digest:
    """Return what a department is told: what changed, what is due, what is needed of it.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        department: Who is told.
        days: Changes of so many days count.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    now = planned(app, actor, programme)
    since = app.clock() - timedelta(days=days)
    found = history.changes(app, actor, programme, since=since, limit=history.PAGE_MAX)
    template = TEMPLATES[now.opened.terms.template]
    book = now.opened.book
    told = digest(book, now.schedule, template, department, _told(book, template, found))
    if department not in _FOR_CAPACITY:
        return told
    alarms = tuple(
        Line(text=each.message, more=each.remedy, kind="capacity", code=each.at)
        for each in attention.alarms(app, actor)
    )
    return replace(told, needed=(*told.needed, *alarms))


def acknowledge(
    app: Application, actor: Actor, programme: str, code: str, *, person: str = ""
) -> Notice:
    """Take down that somebody has read a notice; the first time counts.

    Args:
        app: The application.
        actor: Who says so.
        programme: Code of the programme.
        code: Code of the notice.
        person: Code of who has read it, as a list signed on paper says; empty: the actor.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme, notice or person.
        NotPermitted: The actor may not say so; of others who may change the programme says it.
    """
    require(actor, Permission.PLAN_UPDATE if person else Permission.PLAN_RAISE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, programme, is_locked=True)
        book = books.read(app, conn, row).book
        known = _published(book, code)
        receipt = _receipt(book, actor, person, at)
        if _is_there(book, known, receipt.person, receipt.by):
            return known
        read = replace(known, receipts=(*known.receipts, receipt))
        write_in(app, conn, actor, row, [Put(read)], at=at, reason="Read")
    return read


def remind(app: Application, actor: Actor, programme: str, code: str) -> Reminded:
    """Remind everybody by mail who must still read a notice, each once a day at most.

    Args:
        app: The application.
        actor: Who reminds them.
        programme: Code of the programme.
        code: Code of the notice.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or published notice.
        RefusedError: `MAI-002`, mails are off.
        NotPermitted: The actor may not change programmes.
    """
    require(actor, Permission.PLAN_UPDATE)
    outbox.require_on(app.settings)
    at = app.clock()
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, programme, is_locked=True)
        book = books.read(app, conn, row).book
        notice = _published(book, code)
        reminded, others = mailing.remind(app, conn, row, book, notice, at=at)
        people = [each.code for each in reminded]
        waiting = mailing.unconfirmed(app, conn, row, reminded)
        if people:
            detail = {"programme": programme, "people": people}
            auditing.write(conn, actor, Action.NOTICE_REMINDED, code, at=at, detail=detail)
    return Reminded(
        notice=code,
        reminded=tuple(people),
        unconfirmed=tuple(each.code for each in waiting),
        without_address=tuple(each.code for each in others if not each.mail),
        told_today=tuple(each.code for each in others if each.mail),
    )


def _published(book: Book, code: str) -> Notice:
    known = book.notices.get(code)
    if known is None or known.published_on is None:
        message = f"There is no published notice {code[:80]!r}."
        raise NotFound(codes.NO_ENTRY.found(message, at="code"))
    return known


def is_read_by(book: Book, notice: Notice, actor: Actor) -> bool:
    """Tell whether the actor has said that they have read a notice."""
    code = code_of_account(book.people, actor.person)
    return _is_there(book, notice, code, actor.name)


def readers_view(app: Application, actor: Actor, programme: str) -> tuple[ReadersView, ...]:
    """Return for each published notice who has read it and who must still do so, the newest first.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    book = books.opened(app, actor, programme).book
    today = app.clock().date()
    told = [(each.published_on, each) for each in book.notices.values() if each.published_on]
    return tuple(
        _readers_view(each, readers(each, book.people, today))
        for _, each in sorted(told, key=lambda one: (one[0], one[1].code), reverse=True)
    )


def _readers_view(notice: Notice, found: Readers) -> ReadersView:
    return ReadersView(
        notice=notice.code,
        title=notice.title,
        published_on=notice.published_on,
        read=len(found.read),
        total=found.total,
        missing=tuple(each.code for each in found.missing),
        missing_names=tuple(each.name for each in found.missing),
    )


def _is_there(book: Book, notice: Notice, code: str, name: str) -> bool:
    person = book.people.get(code)
    if person is not None:
        return notice.receipt_of(person) is not None
    same = [each for each in notice.receipts if each.person == code]
    return any(code or each.by == name for each in same)


def _receipt(book: Book, actor: Actor, person: str, at: datetime) -> Receipt:
    if not person:
        code = code_of_account(book.people, actor.person)
        return Receipt(by=actor.name, at=at, person=code)
    known = book.people.get(person)
    if known is None:
        raise NotFound(codes.NO_ENTRY.found(f"There is no person {person[:80]!r}.", at="person"))
    return Receipt(by=known.name, at=at, person=known.code)


def drafted(app: Application, actor: Actor, programme: str) -> Notice | None:
    """Return a notice drafted from what the law says and the scope does not; None: nothing new.

    Nothing is kept: whoever asked reads it, changes it and puts it.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    found = [each for each in law_changes(app, actor, programme) if each.is_accepted]
    if not found:
        return None
    today = app.clock().date()
    lines = []
    for each in found:
        moved = f"is due on {times.day(each.need.due_on)}"
        if each.is_gone:
            moved = "is no more asked for"
        elif each.before and each.days:
            moved = f"moves from {times.day(each.before.due_on)} to {times.day(each.need.due_on)}"
        source = f" ({each.need.source})" if each.need.source else ""
        lines.append(f"{each.need.title}: {moved}{source}.")
    return Notice(
        code=f"LAW-{today:%Y%m%d}",
        title=f"Rules: {len(found)} change{'' if len(found) == 1 else 's'} to our plan",
        text="\n".join(lines),
        departments=(Department.COMPLIANCE, Department.REGULATORY, Department.QUALITY),
        written_by=actor.name,
        source="Rule packs",
    )


def meeting_pack(app: Application, actor: Actor, programme: str, code: str) -> bytes:
    """Return the pack for a meeting, as PDF: each point of its agenda with what is known of it.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or meeting.
        UsageError: The extra `reports` is not installed.
    """
    seen = overview.glance(app, actor, programme)
    meeting = seen.opened.book.meetings.get(code)
    if meeting is None:
        raise NotFound(codes.NO_ENTRY.found(f"There is no meeting {code[:80]!r}.", at="code"))
    digests = [digest_of(app, actor, programme, each) for each in meeting.departments]
    points = _points(app, actor, seen, digests)
    return write_pdf(
        Report(
            title=meeting.name,
            subtitle=f"{seen.opened.row.name}: {plan_words.verdict(seen.verdict)}",
            author=f"{actor.name}, {actor.organisation_code}",
            made_at=app.clock(),
            facts=_facts(seen, meeting),
            sections=tuple(
                Section(heading=point, paragraphs=points.get(point) or ["To be told at the table."])
                for point in meeting.agenda
            ),
        )
    )


def _facts(seen: overview.Glance, meeting: Meeting) -> dict[str, str]:
    days = overview.meeting_days(seen.opened.book, seen.schedule.today, weeks=53)
    following = next((each for each in days if each.name == meeting.name), None)
    return {
        "On": times.day(following.on) if following else "no day is set",
        "Minutes": str(meeting.minutes),
        "With": ", ".join(plan_words.DEPARTMENTS.get(e, e) for e in meeting.departments),
        "Dates made": f"{seen.verdict.made} of {seen.verdict.total}",
    }


def _points(
    app: Application, actor: Actor, seen: overview.Glance, digests: list[Digest]
) -> dict[str, list[str]]:
    """Return the points that an agenda may have: words -> what is known."""
    book = seen.opened.book
    titles = {code: each.title for code, each in seen.schedule.plan.by_code.items()}
    dates = [f"{e.deadline.title}: {plan_words.outlook(e)}" for e in seen.schedule.outlooks]
    paths = [
        f"{each.deadline.title}: {' → '.join(titles[code] for code in each.path[-5:])}"
        for each in seen.verdict.worst
    ]
    changes = seen.drift.comparison.dates if seen.drift else ()
    drift = [f"{each.title}: {plan_words.date_shift(each)}" for each in changes if each.days]
    inputs = [
        f"{each.code} {each.title} ({each.state.value}"
        + (f", due {times.day(each.due_on)})" if each.due_on else ")")
        for each in book.inputs.values()
        if each.is_open
    ]
    law = [
        f"{each.need.title}: "
        + ("no more" if each.is_gone else f"due {times.day(each.need.due_on)}")
        + ("" if each.is_accepted else ", by rules that are not accepted yet")
        for each in law_changes(app, actor, seen.opened.code)
    ]
    decisions = [f"{each.code} {each.title}" for each in seen.decisions]
    risks = [f"{e.code} {e.title} ({e.score} of 25)" for e in seen.risks]
    needed = [
        f"{plan_words.DEPARTMENTS.get(each.department, each.department)}: {_list(each.needed)}"
        for each in digests
        if each.needed
    ]
    week = [
        f"{plan_words.TASKS[each.task].text}: {each.package.title} "
        f"({seen.opened.doer(each.package) or 'nobody named'})"
        for each in seen.due
    ]
    return {
        "Dates": dates, "Dates and buffers": dates, "This week": week, "Critical path": paths,
        "Drift since the baseline": drift, "Open inputs": inputs, "Change requests": inputs,
        "Rule changes": law, "Decisions wanted": decisions, "Risks": risks,
        "What we need from each other": needed, "Effects on the plan": paths,
    }  # fmt: skip


def _list(lines: Iterable[Line]) -> str:
    return "; ".join(each.text for each in lines)


def _told(book: Book, template: Template, found: Iterable[history.Change]) -> Iterator[Change]:
    """Yield entries that changed, each once with all that differs since."""
    first: dict[tuple[str, str], history.Change] = {}
    last: dict[tuple[str, str], history.Change] = {}
    for each in found:  # The newest comes first.
        key = each.kind, each.code
        last.setdefault(key, each)
        first[key] = each
    for key, newest in last.items():
        if newest.kind not in _TOLD_KINDS:
            continue
        if newest.kind == "need" and ("deadline", newest.code) in last:
            continue  # A date that moves is told once.
        before, after = _named(book, first[key].before), _named(book, newest.after)
        told = plan_words.difference(before, after)
        if told:
            shown = after or before
            yield Change(
                kind=newest.kind,
                code=newest.code,
                title=str(shown.get("title") or newest.code),
                told=told + (f"; {newest.reason}" if newest.reason else ""),
                departments=_concerned(template, newest),
            )


def _concerned(template: Template, change: history.Change) -> frozenset[Department] | None:
    """Return the departments that have to do with an entry that changed; None: all."""
    if change.kind != "package":
        return None
    package: WorkPackage = codec.read("package", change.after or change.before)
    return frozenset(raci_of(package, template))


def _named(book: Book, values: Any) -> dict[str, Any]:
    """Return the values of an entry with what its owner is called."""
    found = dict(values or {})
    if found.get("owner"):
        found["owner"] = book.called(found["owner"])
    if "raci" in found:
        found["raci"] = raci.told(found["raci"])
    return found
