"""Entries of the book: read, put in, changed, taken out; all changes of one call, or none.

What was, what is, who did it and why are kept for ever. A change is refused when a name would lead
nowhere after it, and when somebody else has changed the same entry meanwhile.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, LimitExceeded, NotFound, NotPermitted, RefusedError
from packtrail.base.findings import has_errors
from packtrail.compliance import codes
from packtrail.compliance.assembling import Seen
from packtrail.compliance.book import Book, Entry, Kind, read_entry
from packtrail.compliance.book_checks import around, check_entries, named_by
from packtrail.compliance.encoding import node_of
from packtrail.services import auditing
from packtrail.services.book_views import (
    ChangeView,
    EntryView,
    Outcome,
    change_view,
    outcome,
    told_by,
)
from packtrail.services.markets import accepting, in_force_for
from packtrail.services.portfolio import books
from packtrail.store.book_rows import NewChange
from packtrail.store.organisation_books import PORTFOLIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.compliance.book_checks import Around
    from packtrail.services.application import Application
    from packtrail.services.portfolio.books import Opened

ENTRIES_MAX: Final = 50_000
REASON_LENGTH_MAX: Final = 2_000


@dataclass(frozen=True, slots=True)
class Put:
    """An entry is to be as it is here."""

    entry: Entry
    revision: int | None = None
    """The revision that the change was made from; 0: it is new; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class Remove:
    """An entry is to be taken out."""

    kind: Kind
    key: str
    revision: int | None = None


def entries(app: Application, actor: Actor, kind: Kind) -> tuple[EntryView, ...]:
    """Return the entries of a kind, by key."""
    require(actor, Permission.PORTFOLIO_READ)
    with app.database.reading() as conn:
        found = books.opened(app, conn, actor.organisation_id)
    return tuple(_view(found, each) for each in found.book.entries[kind].values())


def entry(app: Application, actor: Actor, kind: Kind, key: str) -> EntryView:
    """Return one entry.

    Raises:
        NotFound: `PTF-002`, there is none of this key.
    """
    require(actor, Permission.PORTFOLIO_READ)
    with app.database.reading() as conn:
        found = books.opened(app, conn, actor.organisation_id)
    if key not in found.book.entries[kind]:
        raise NotFound(no_entry(kind, key))
    return _view(found, found.book.entries[kind][key])


def read(kind: Kind, values: Any, *, at: str = "") -> Entry:
    """Return an entry from plain values that somebody sent.

    Args:
        kind: Which kind it is.
        values: Text, lists and dictionaries; identifiers are text.
        at: What findings call the place.

    Raises:
        RefusedError: `LAW-003` to `LAW-005`, everything that keeps it from being one.
    """
    findings: list[Finding] = []
    found = read_entry(kind, node_of(values, at), findings)
    if found is None or has_errors(findings):
        raise RefusedError(*findings)
    return found


def history(
    app: Application,
    actor: Actor,
    *,
    kind: Kind | None = None,
    key: str | None = None,
    limit: int = 100,
    before: tuple[int, int] | None = None,
) -> tuple[ChangeView, ...]:
    """Return changes, the newest first.

    Args:
        app: The application.
        actor: Who asks.
        kind: Only of entries of this kind.
        key: Only of the entry of this key.
        limit: How many at most.
        before: Version and number of the change after which to go on.
    """
    require(actor, Permission.PORTFOLIO_READ)
    with app.database.reading() as conn:
        found = PORTFOLIO.changes(
            conn, actor.organisation_id, limit=limit, before=before,
            kind=kind.value if kind else None, code=key,
        )  # fmt: skip
    return tuple(map(change_view, found))


def change(
    app: Application,
    actor: Actor,
    changes: Sequence[Put | Remove],
    *,
    reason: str = "",
    planned: Seen | None = None,
    is_trial: bool = False,
) -> Outcome:
    """Change entries, all or none.

    Args:
        app: The application.
        actor: Who changes them.
        changes: Each entry at most once.
        reason: Why; needed where something is changed or taken out that was there before.
        planned: Sites, lines and trade items that will be there by then.
        is_trial: Whether to say only what would become of it.

    Raises:
        NotFound: `PTF-002`, what is to be taken out is not there.
        Conflict: `PTF-005`, somebody else changed an entry meanwhile.
        RefusedError: A `PTF` code: the book would not be in order after it; `PTF-009`, no reason.
        LimitExceeded: `PTF-010`, there would be too many entries.
        NotPermitted: The actor may not, or acts for no organisation.
    """
    require(actor, Permission.PORTFOLIO_UPDATE)
    if not actor.organisation_id:
        raise NotPermitted(codes.NO_ENTRY.found("The actor acts for no organisation."))
    at = app.clock()
    with app.database.transaction() as conn:
        PORTFOLIO.locked(conn, actor.organisation_id)
        seen = books.seen_by(conn, actor).with_(planned or Seen())
        return _change(app, conn, actor, changes, seen, reason=reason, at=at, is_trial=is_trial)


def no_entry(kind: Kind, key: str) -> Finding:
    """Return the finding that there is no such entry."""
    return codes.NO_ENTRY.found(f"There is no {kind} {key[:80]!r}.", at=f"{kind}/{key[:80]}")


def _change(
    app: Application,
    conn: Connection,
    actor: Actor,
    changes: Sequence[Put | Remove],
    seen: Seen,
    *,
    reason: str,
    at: datetime,
    is_trial: bool,
) -> Outcome:
    before = books.opened(app, conn, actor.organisation_id)
    for each in changes:
        _require_current(before, each)
    puts = [each.entry for each in changes if isinstance(each, Put)]
    gone = [(each.kind, each.key) for each in changes if isinstance(each, Remove)]
    after = before.book.changed(puts, gone)
    told = [*_written_down(before.book, puts), *_taken_out(before.book, gone)]
    near = around(seen, in_force_for(app, conn, actor.organisation_id))
    findings = _require_good(after, near, puts, gone)
    if not reason.strip() and any(each.before is not None for each in told):
        message = "Something that was there before is changed or taken out, and nobody says why."
        raise RefusedError(codes.REASON_NEEDED.found(message, at="reason"))
    version = before.version + bool(told)
    if told and not is_trial:
        if not before.version:
            accepting.begin(app, conn, actor, at=at)
        who = (actor.kind.value, actor.id, actor.name)
        PORTFOLIO.write(
            conn, actor.organisation_id, told, version=version, at=at, actor=who,
            reason=reason.strip()[:REASON_LENGTH_MAX],
        )  # fmt: skip
        _audit(conn, actor, told, version=version, at=at, reason=reason)
    return outcome(version, told, findings)


def _require_current(before: Opened, change: Put | Remove) -> None:
    kind, key = (
        (change.entry.KIND, change.entry.key)
        if isinstance(change, Put)
        else (change.kind, change.key)
    )
    written = before.written.get((kind, key))
    if isinstance(change, Remove) and written is None:
        raise NotFound(no_entry(kind, key))
    now = written.revision if written else books.NO_VERSION
    if change.revision is not None and change.revision != now:
        who = told_by(written.by, written.at) if written else "somebody"
        message = f"The {kind} {key[:80]!r} was changed by {who}."
        raise Conflict(codes.CHANGED_MEANWHILE.found(message, at=f"{kind}/{key[:80]}"))


def _written_down(before: Book, puts: Iterable[Entry]) -> Iterable[NewChange]:
    """Yield the changes that make a difference."""
    for each in puts:
        known = before.entries[each.KIND].get(each.key)
        old, new = (books.to_json(known) if known else None), books.to_json(each)
        if old != new:
            yield NewChange(each.KIND.value, each.key, old, new)


def _taken_out(before: Book, gone: Iterable[tuple[Kind, str]]) -> Iterable[NewChange]:
    for kind, key in gone:
        yield NewChange(kind.value, key, books.to_json(before.entries[kind][key]), None)


def _require_good(
    after: Book,
    near: Around,
    puts: Sequence[Entry],
    gone: Sequence[tuple[Kind, str]],
) -> tuple[Finding, ...]:
    """Return warnings and notes about changed entries.

    Raises:
        RefusedError: The book would not be in order.
    """
    count = sum(map(len, after.entries.values()))
    if count > ENTRIES_MAX:
        message = f"The portfolio would have {count:,} entries; {ENTRIES_MAX:,} are the most."
        raise LimitExceeded(codes.TOO_MANY_ENTRIES.found(message))
    findings = list(check_entries(after, puts, near))
    for kind, key in gone:
        findings += _still_named(after, kind, key)
    if has_errors(findings):
        raise RefusedError(*findings)
    return tuple(findings)


def _still_named(after: Book, kind: Kind, key: str) -> Iterable[Finding]:
    names = named_by(after, kind, key)
    if names:
        told = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        message = f"The {kind} {key!r} is named by {told}."
        yield codes.STILL_NAMED.found(message, at=f"{kind}/{key}")


def _audit(
    conn: Connection,
    actor: Actor,
    told: Sequence[NewChange],
    *,
    version: int,
    at: datetime,
    reason: str,
) -> None:
    counts = Counter(each.kind for each in told)
    subject = f"{told[0].kind}/{told[0].code}" if len(told) == 1 else f"version {version}"
    auditing.write(
        conn, actor, Action.PORTFOLIO_CHANGED, subject, at=at,
        detail={"version": version, "entries": dict(counts), "reason": reason},
    )  # fmt: skip


def _view(found: Opened, each: Entry) -> EntryView:
    written = found.written[each.KIND, each.key]
    return EntryView(
        kind=each.KIND.value,
        key=each.key,
        body=books.plain(each),
        revision=written.revision,
        changed_at=written.at,
        changed_by=written.by,
    )
