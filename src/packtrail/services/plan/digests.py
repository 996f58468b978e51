"""Digests by mail: who takes part in a programme is told on their days, by a chore.

The days are those of the communication plan, else of the template; with an account somebody may
choose others. A digest with nothing to tell is not sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Actor
from packtrail.planning.communication import By, for_person
from packtrail.planning.templates import TEMPLATES, Rhythm
from packtrail.rendering import plan_words, times
from packtrail.services.mail import outbox, preferences
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.services.mail.preferences import Rhythm as Wish
from packtrail.services.plan import books, telling
from packtrail.services.plan.mailing import address_of, wish_of
from packtrail.store import mail as mail_rows
from packtrail.store import plans as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from packtrail.planning.communication import Digest, Line
    from packtrail.planning.training import Person
    from packtrail.services.application import Application
    from packtrail.services.mail.preferences import Preference
    from packtrail.services.plan.books import Opened

LINES_MAX: Final = 20
"""So many lines of each part are in a mail; the page has all."""
_DAYS_MAX: Final = 366
_SATURDAY: Final = 5


def write_due(app: Application) -> int:
    """Record the digests that are due in all programmes; return how many mails that made."""
    if not outbox.is_on(app.settings):
        return 0
    with app.database.reading() as conn:
        found = [books.read(app, conn, row) for row in rows.in_use(conn)]
    return sum(_write(app, each) for each in found)


def rhythm_of(opened: Opened, person: Person) -> Rhythm:
    """Return how often somebody is told, as the communication plan says, or the template."""
    told = [
        Rhythm(each.every_weeks, each.weekday)
        for each in opened.book.briefings.values()
        if each.by is By.DIGEST and each.every_weeks and person.department in each.departments
    ]
    by_plan = min(told, key=lambda each: (each.every_weeks, each.weekday), default=None)
    return by_plan or TEMPLATES[opened.terms.template].digest


def last_on(opened: Opened, person: Person, wish: Wish, today: date) -> date | None:
    """Return the last day on which somebody was to be told; None: never."""
    match wish:
        case Wish.NEVER:
            return None
        case Wish.DAILY:
            return today if today.weekday() < _SATURDAY else Rhythm(1, _SATURDAY - 1).last_on(today)
        case Wish.WEEKLY:
            return Rhythm(1, 0).last_on(today)
        case Wish.AS_PLANNED:
            return rhythm_of(opened, person).last_on(today)


def _write(app: Application, opened: Opened) -> int:
    today = app.clock().date()
    with app.database.reading() as conn:
        wishes = preferences.everybody(conn, opened.row.organisation_id)
        rounds = mail_rows.rounds(conn, opened.row.programme_id)
    digests: dict[tuple[str, int], Digest] = {}
    count = 0
    for person in opened.book.people.values():
        to = address_of(person, wishes)
        on = last_on(opened, person, _wish(person, wishes), today)
        last = rounds.get(person.code)
        if not to or on is None or not person.takes_part(today) or (last and last >= on):
            continue
        days = min(max((today - last).days, 1), _DAYS_MAX) if last else telling.DAYS
        key = person.department.value, days
        if key not in digests:
            digests[key] = telling.digest_of(
                app, _actor(opened), opened.code, person.department, days=days
            )
        own = for_person(digests[key], opened.book, person)
        count += _record(app, opened, person, to, on, own)
    return count


def _record(
    app: Application, opened: Opened, person: Person, to: str, on: date, digest: Digest
) -> int:
    """Note that somebody's digest was made, and record its mail, if it tells anything."""
    row, at = opened.row, app.clock()
    letter = Letter(
        kind=Kind.DIGEST,
        cause=f"digest/{row.code}/{person.code}/{on}",
        to=to,
        name=person.name,
        subject=f"{row.name}: {_subject(digest)}",
        text="\n".join(_text(digest, opened.row.name, on)),
        path=f"/plan/{row.code}/news?department={person.department.value}",
    )
    with app.database.transaction() as conn:
        is_new = mail_rows.add_round(conn, row.programme_id, person.code, on, at=at)
        if not is_new or digest.is_empty:
            return 0
        return outbox.post(app, conn, row.organisation_id, letter, at=at)


def _subject(digest: Digest) -> str:
    counts = (("needed", digest.needed), ("due", digest.due), ("changed", digest.changed))
    return ", ".join(f"{len(lines)} {word}" for word, lines in counts if lines)


def _text(digest: Digest, name: str, on: date) -> Iterator[str]:
    department = plan_words.DEPARTMENTS.get(digest.department.value, digest.department.value)
    yield f"{name}, {times.day(on)}, for {department}"
    for title, lines in (
        ("What we need from you", digest.needed),
        ("What is due", digest.due),
        ("What changed for you", digest.changed),
    ):
        if lines:
            yield ""
            yield title
            yield from _lines(lines)


def _lines(lines: Sequence[Line]) -> Iterator[str]:
    for each in lines[:LINES_MAX]:
        yield f"- {each.text}" + (f" ({each.more})" if each.more else "")
    if len(lines) > LINES_MAX:
        yield f"- and {len(lines) - LINES_MAX} more"


def _wish(person: Person, wishes: Sequence[Preference]) -> Wish:
    own = wish_of(person, wishes)
    return own.rhythm if own else Wish.AS_PLANNED


def _actor(opened: Opened) -> Actor:
    return Actor.system("digests", organisation_id=opened.row.organisation_id)
