"""Entries of a book: read, put in, changed, taken out; all changes of one call, or none.

What was, what is, who did it and why are kept for ever. A change is refused when a name would lead
nowhere after it, and when somebody else has changed the same entry meanwhile.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic

from packtrail.access import require
from packtrail.base.errors import Conflict, LimitExceeded, NotFound, NotPermitted, RefusedError
from packtrail.base.findings import has_errors
from packtrail.compliance.encoding import node_of
from packtrail.services import auditing
from packtrail.services.books.opening import B, E, K, plain, to_json
from packtrail.services.books.views import (
    ChangeView,
    EntryView,
    Outcome,
    change_view,
    outcome,
    told_by,
)
from packtrail.store.book_rows import NewChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import TypeAlias

    from psycopg import Connection

    from packtrail.access import Action, Actor, Permission
    from packtrail.base.findings import Finding, FindingCode
    from packtrail.services.application import Application
    from packtrail.services.books.opening import Opened, Shelf

ENTRIES_MAX: Final = 50_000
REASON_LENGTH_MAX: Final = 2_000


@dataclass(frozen=True, slots=True)
class Put(Generic[E]):
    """An entry is to be as it is here."""

    entry: E
    revision: int | None = None
    """The revision that the change was made from; 0: it is new; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class Remove(Generic[K]):
    """An entry is to be taken out."""

    kind: K
    key: str
    revision: int | None = None


if TYPE_CHECKING:
    Changes: TypeAlias = Sequence[Put[E] | Remove[K]]
    Judge: TypeAlias = Callable[[Application, Connection, Actor, B, Sequence[E]], Iterable[Finding]]
    Begin: TypeAlias = Callable[[Application, Connection, Actor, datetime], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCodes:
    """What findings about a book are called."""

    no_entry: FindingCode
    still_named: FindingCode
    changed_meanwhile: FindingCode
    reason_needed: FindingCode
    too_many: FindingCode
    nothing_to_import: FindingCode
    stands_twice: FindingCode


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryBook(Generic[B, K, E]):
    """A sort of book: what it is called, where it stands, and who may read and change it."""

    title: str
    """As a sentence says it: `portfolio`."""
    shelf: Shelf[B, K, E]
    codes: BookCodes
    may_read: Permission
    may_change: Permission
    action: Action
    """What the audit trail calls a change."""
    named_by: Callable[[B, K, str], Sequence[str]]
    """Entries that name one which is to be taken out."""
    judge: Judge[B, E]
    """What is wrong with entries that were put into a book."""
    begin: Begin | None = None
    """What else is written down with the first entries of a book."""

    def opened(self, app: Application, actor: Actor) -> Opened[B]:
        """Return the book as it is now."""
        require(actor, self.may_read)
        with app.database.reading() as conn:
            return self.shelf.opened(app, conn, actor.organisation_id)

    def entries(self, app: Application, actor: Actor, kind: K) -> tuple[EntryView, ...]:
        """Return the entries of a kind, by key."""
        found = self.opened(app, actor)
        return tuple(_view(found, each) for each in found.book.entries[kind].values())

    def entry(self, app: Application, actor: Actor, kind: K, key: str) -> EntryView:
        """Return one entry.

        Raises:
            NotFound: There is none of this key.
        """
        found = self.opened(app, actor)
        if key not in found.book.entries[kind]:
            raise NotFound(self.no_entry(kind, key))
        return _view(found, found.book.entries[kind][key])

    def read(self, kind: K, values: Any, *, at: str = "") -> E:
        """Return an entry from plain values that somebody sent.

        Args:
            kind: Which kind it is.
            values: Text, lists and dictionaries; identifiers are text.
            at: What findings call the place.

        Raises:
            RefusedError: `LAW-003` to `LAW-005`, everything that keeps it from being one.
        """
        findings: list[Finding] = []
        found = self.shelf.read_entry(kind, node_of(values, at), findings)
        if found is None or has_errors(findings):
            raise RefusedError(*findings)
        return found

    def history(
        self,
        app: Application,
        actor: Actor,
        *,
        kind: K | None = None,
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
        require(actor, self.may_read)
        with app.database.reading() as conn:
            found = self.shelf.rows.changes(
                conn, actor.organisation_id, limit=limit, before=before,
                kind=kind.value if kind else None, code=key,
            )  # fmt: skip
        return tuple(map(change_view, found))

    def change(
        self,
        app: Application,
        actor: Actor,
        changes: Changes[E, K],
        *,
        reason: str = "",
        is_trial: bool = False,
        judge: Judge[B, E] | None = None,
    ) -> Outcome:
        """Change entries, all or none.

        Args:
            app: The application.
            actor: Who changes them.
            changes: Each entry at most once.
            reason: Why; needed where something is changed or taken out that was there before.
            is_trial: Whether to say only what would become of it.
            judge: In place of the one of the book, where more is known.

        Raises:
            NotFound: What is to be taken out is not there.
            Conflict: Somebody else changed an entry meanwhile.
            RefusedError: The book would not be in order after it, or nobody says why.
            LimitExceeded: There would be too many entries.
            NotPermitted: The actor may not, or acts for no organisation.
        """
        require(actor, self.may_change)
        if not actor.organisation_id:
            raise NotPermitted(self.codes.no_entry.found("The actor acts for no organisation."))
        with app.database.transaction() as conn:
            self.shelf.rows.locked(conn, actor.organisation_id)
            before = self.shelf.opened(app, conn, actor.organisation_id)
            told, findings = self._judged(
                before, changes, lambda *told: (judge or self.judge)(app, conn, actor, *told)
            )
            if not reason.strip() and any(each.before is not None for each in told):
                message = "Something that was there is changed or taken out, and nobody says why."
                raise RefusedError(self.codes.reason_needed.found(message, at="reason"))
            version = before.version + bool(told)
            if told and not is_trial:
                at = app.clock()
                if self.begin and not before.version:
                    self.begin(app, conn, actor, at)
                self._write(conn, actor, told, version=version, at=at, reason=reason)
        return outcome(version, told, findings)

    def no_entry(self, kind: K, key: str) -> Finding:
        """Return the finding that there is no such entry."""
        place = f"{kind}/{key[:80]}"
        return self.codes.no_entry.found(f"There is no {kind} {key[:80]!r}.", at=place)

    def _judged(
        self,
        before: Opened[B],
        changes: Changes[E, K],
        judge: Callable[[B, Sequence[E]], Iterable[Finding]],
    ) -> tuple[list[NewChange], tuple[Finding, ...]]:
        """Return what differs, with warnings and notes about it.

        Raises:
            RefusedError: The book would not be in order.
        """
        for each in changes:
            self._require_current(before, each)
        puts = [each.entry for each in changes if isinstance(each, Put)]
        gone = [(each.kind, each.key) for each in changes if isinstance(each, Remove)]
        after = before.book.changed(puts, gone)
        count = sum(map(len, after.entries.values()))
        if count > ENTRIES_MAX:
            message = f"The {self.title} would have {count:,} entries; {ENTRIES_MAX:,} is the most."
            raise LimitExceeded(self.codes.too_many.found(message))
        findings = [*judge(after, puts), *self._still_named(after, gone)]
        if has_errors(findings):
            raise RefusedError(*findings)
        return list(_differences(before.book, puts, gone)), tuple(findings)

    def _require_current(self, before: Opened[B], change: Put[E] | Remove[K]) -> None:
        kind: Any
        kind, key = (
            (change.entry.KIND, change.entry.key)
            if isinstance(change, Put)
            else (change.kind, change.key)
        )
        written = before.written.get((kind, key))
        if isinstance(change, Remove) and written is None:
            raise NotFound(self.no_entry(kind, key))
        if change.revision is not None and change.revision != before.revision_of(kind, key):
            who = told_by(written.by, written.at) if written else "somebody"
            message = f"The {kind} {key[:80]!r} was changed by {who}."
            place = f"{kind}/{key[:80]}"
            raise Conflict(self.codes.changed_meanwhile.found(message, at=place))

    def _still_named(self, after: B, gone: Sequence[tuple[K, str]]) -> Iterator[Finding]:
        for kind, key in gone:
            if names := self.named_by(after, kind, key):
                more = f" and {len(names) - 3} more" if len(names) > 3 else ""
                message = f"The {kind} {key!r} is named by {', '.join(names[:3])}{more}."
                yield self.codes.still_named.found(message, at=f"{kind}/{key}")

    def _write(
        self,
        conn: Connection,
        actor: Actor,
        told: Sequence[NewChange],
        *,
        version: int,
        at: datetime,
        reason: str,
    ) -> None:
        why = reason.strip()[:REASON_LENGTH_MAX]
        self.shelf.rows.write(
            conn, actor.organisation_id, told, version=version, at=at,
            actor=(actor.kind.value, actor.id, actor.name), reason=why,
        )  # fmt: skip
        counts = Counter(each.kind for each in told)
        subject = f"{told[0].kind}/{told[0].code}" if len(told) == 1 else f"version {version}"
        auditing.write(
            conn, actor, self.action, subject, at=at,
            detail={"version": version, "entries": dict(counts), "reason": why},
        )  # fmt: skip


def _differences(
    before: B, puts: Iterable[E], gone: Iterable[tuple[K, str]]
) -> Iterator[NewChange]:
    """Yield the changes that make a difference."""
    for each in puts:
        known = before.entries[each.KIND].get(each.key)
        old, new = (to_json(known) if known else None), to_json(each)
        if old != new:
            yield NewChange(each.KIND.value, each.key, old, new)
    for kind, key in gone:
        yield NewChange(kind.value, key, to_json(before.entries[kind][key]), None)


def _view(found: Opened[B], each: E) -> EntryView:
    written = found.written[each.KIND, each.key]
    return EntryView(
        kind=each.KIND.value,
        key=each.key,
        body=plain(each),
        revision=written.revision,
        changed_at=written.at,
        changed_by=written.by,
    )
