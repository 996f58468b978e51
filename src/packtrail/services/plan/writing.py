"""Writing into a programme: any number of entries at once, or none of them.

A change is refused when the plan could not be scheduled after it, and when somebody else has
changed the same entry meanwhile. What was, what is, who did it and why are kept for ever.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, LimitExceeded, NotFound, RefusedError
from packtrail.planning import codes, people
from packtrail.planning.book import KINDS, kind_of
from packtrail.planning.checking import check
from packtrail.planning.entry_checks import check_one
from packtrail.planning.requirements import check_references
from packtrail.planning.training import Person
from packtrail.services import auditing
from packtrail.services.plan import books, codec, mailing
from packtrail.services.plan.holidays import calendars_of
from packtrail.store import plans as rows
from packtrail.store.book_rows import NewChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.planning.book import Book
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened

REASON_LENGTH_MAX = 2_000
_TOLD_MAX = 20
_KEPT = frozenset({"input"})
"""Kinds of entries that are never taken out."""


@dataclass(frozen=True, slots=True)
class Put:
    """An entry is to be as it is here."""

    entry: object
    revision: int | None = None
    """The revision that the change was made from; 0: it is new; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class Remove:
    """An entry is to be taken out."""

    kind: str
    code: str
    revision: int | None = None


def as_read(opened: Opened, change: Put | Remove) -> Put | Remove:
    """Return a change that is refused where somebody else changes the entry after it was read."""
    if isinstance(change, Remove):
        mark = opened.marks.get((change.kind, change.code))
    else:
        kind = kind_of(change.entry)
        mark = opened.marks.get((kind.name, kind.code_of(change.entry)))
    return replace(change, revision=mark.revision if mark else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a change."""

    version: int
    count: int
    """How many entries differ from before."""


def write(
    app: Application,
    actor: Actor,
    programme: str,
    changes: Sequence[Put | Remove],
    *,
    reason: str = "",
) -> Written:
    """Change entries of a programme, all or none.

    With a work package go its links; a date of it must be taken out or moved first.

    Args:
        app: The application.
        actor: Who changes it.
        programme: Code of the programme.
        changes: Each entry at most once.
        reason: Why; part of the history.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or entry.
        Conflict: `PLN-016`, somebody else changed it; `PLN-017`, the code is taken.
        RefusedError: `PLN-001` to `PLN-004`, the plan could not be scheduled; `PLN-020`.
        LimitExceeded: `PLN-018`, there would be too many entries.
        NotPermitted: The actor may not change programmes.
    """
    require(actor, Permission.PLAN_UPDATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, programme, is_locked=True)
        return write_in(app, conn, actor, row, changes, at=at, reason=reason)


def write_in(
    app: Application,
    conn: Connection,
    actor: Actor,
    row: rows.ProgrammeRow,
    changes: Sequence[Put | Remove],
    *,
    at: datetime,
    reason: str,
) -> Written:
    """Change entries within a transaction that holds the lock on the programme."""
    before = books.read(app, conn, row)
    if row.archived_at is not None:
        raise RefusedError(codes.ARCHIVED.found(f"{row.name} is archived."))
    changes = [*changes, *_dependent(before.book, changes)]
    for change in changes:
        _require_current(before, change)
    puts = _with_codes(before.book, changes)
    gone = [(each.kind, each.code) for each in changes if isinstance(each, Remove)]
    after = before.book.changed(puts, gone)
    _require_good(app, before, after, puts, reason, at)
    written = list(_differences(before.book, puts, gone))
    if not written:
        return Written(version=row.version, count=0)
    version = rows.bump(conn, row.programme_id)
    rows.write(
        conn,
        row.programme_id,
        written,
        version=version,
        at=at,
        actor=(actor.kind.value, actor.id, actor.name),
        reason=reason.strip(),
    )
    auditing.write(
        conn, actor, Action.PLAN_ENTRIES_CHANGED, row.code, at=at,
        detail=_detail(written, version, reason),
    )  # fmt: skip
    mailing.tell(app, conn, row, before.book, after, at=at)
    return Written(version=version, count=len(written))


def _with_codes(book: Book, changes: Sequence[Put | Remove]) -> list[object]:
    """Return what is put, owners by their codes: also of people who come with the change."""
    puts = [each.entry for each in changes if isinstance(each, Put)]
    known = {**book.people, **{each.code: each for each in puts if isinstance(each, Person)}}
    return [people.with_codes(known, each) for each in puts]


def _dependent(book: Book, changes: Sequence[Put | Remove]) -> Iterator[Remove]:
    """Yield the links that go with packages that are taken out."""
    gone = {each.code for each in changes if isinstance(each, Remove) and each.kind == "package"}
    told = {each.code for each in changes if isinstance(each, Remove) and each.kind == "link"}
    if gone:
        for code, link in book.links.items():
            if {link.predecessor, link.successor} & gone and code not in told:
                yield Remove("link", code)


def _require_current(before: Opened, change: Put | Remove) -> None:
    if isinstance(change, Remove):
        kind, code = change.kind, change.code
        if kind in _KEPT:
            message = f"{code[:80]!r} stays: whoever raised it is owed an answer."
            raise RefusedError(codes.NOT_ANSWERED.found(message, at="code"))
    else:
        known = kind_of(change.entry)
        kind, code = known.name, known.code_of(change.entry)
    mark = before.marks.get((kind, code))
    at = f"{KINDS[kind].member}/{code}"[:200]
    if mark is None:
        if isinstance(change, Remove) or change.revision:
            raise NotFound(codes.NO_ENTRY.found(f"There is no {kind} {code[:80]!r}.", at=at))
        return
    if change.revision == 0:
        raise Conflict(codes.TAKEN.found(f"There is a {kind} {code[:80]!r} already.", at=at))
    if change.revision is not None and change.revision != mark.revision:
        message = (
            f"{mark.changed_by} changed {code[:80]!r}: it is at revision {mark.revision}, "
            f"and the change was made from {change.revision}."
        )
        raise Conflict(codes.STALE.found(message, at=at))


def _require_good(
    app: Application,
    before: Opened,
    after: Book,
    puts: Sequence[object],
    reason: str,
    at: datetime,
) -> None:
    most = app.settings.plan_entries_max
    total = sum(len(after.of_kind(kind)) for kind in KINDS)
    if total > most:
        message = f"There would be {total:,} entries; at most {most:,} are taken."
        raise LimitExceeded(codes.TOO_MANY.found(message))
    found: list[Finding] = []
    if len(reason) > REASON_LENGTH_MAX:
        message = f"The reason has {len(reason):,} letters; at most {REASON_LENGTH_MAX:,}."
        found.append(codes.BAD_VALUE.found(message, at="reason"))
    found += _wrong(before, after, puts, at)
    if found:
        raise RefusedError(*found)


def what_is_wrong(
    opened: Opened, changes: Sequence[Put | Remove], *, at: datetime
) -> tuple[Finding, ...]:
    """Return what keeps changes from being made, circles of dependencies too; nothing is changed.

    Args:
        opened: The programme.
        changes: Each entry at most once.
        at: When.
    """
    changes = [*changes, *_dependent(opened.book, changes)]
    puts = [each.entry for each in changes if isinstance(each, Put)]
    gone = [(each.kind, each.code) for each in changes if isinstance(each, Remove)]
    return tuple(_wrong(opened, opened.book.changed(puts, gone), puts, at))


def _wrong(before: Opened, after: Book, puts: Sequence[object], at: datetime) -> Iterator[Finding]:
    for entry in puts:
        yield from check_one(entry)
    yield from check_references(after)
    yield from people.check_people(after.people)
    calendars, _ = calendars_of(after, at.date())
    yield from check(after.plan(before.terms, calendars))


def _differences(
    book: Book, puts: Sequence[object], gone: Sequence[tuple[str, str]]
) -> Iterator[NewChange]:
    for kind_name, code in gone:
        before = book.of_kind(kind_name)[code]
        yield NewChange(kind_name, code, codec.encode(before), None)
    for entry in puts:
        kind = kind_of(entry)
        code = kind.code_of(entry)
        before = book.of_kind(kind.name).get(code)
        if before != entry:
            old = None if before is None else codec.encode(before)
            yield NewChange(kind.name, code, old, codec.encode(entry))


def _detail(written: Sequence[NewChange], version: int, reason: str) -> dict[str, object]:
    counts = Counter(
        f"{each.kind} {'removed' if each.after is None else 'changed' if each.before else 'added'}"
        for each in written
    )
    return {
        "version": version,
        "counts": dict(counts),
        "codes": [each.code for each in written[:_TOLD_MAX]],
        "reason": reason.strip(),
    }
