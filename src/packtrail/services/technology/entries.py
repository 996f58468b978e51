"""Entries of the inventory: read, put in, changed, taken out; all changes of one call, or none.

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
from packtrail.compliance.encoding import node_of
from packtrail.planning.technology import codes
from packtrail.planning.technology.inventory import Entry, Inventory, Kind, read_entry
from packtrail.planning.technology.inventory_checks import check_entries, named_by
from packtrail.services import auditing
from packtrail.services.book_views import (
    ChangeView,
    EntryView,
    Outcome,
    change_view,
    outcome,
    told_by,
)
from packtrail.services.technology import books
from packtrail.store.book_rows import NewChange
from packtrail.store.organisation_books import TECHNOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.technology.books import Opened

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
    code: str
    revision: int | None = None


def entries(app: Application, actor: Actor, kind: Kind) -> tuple[EntryView, ...]:
    """Return the entries of a kind, by code."""
    require(actor, Permission.TECHNOLOGY_READ)
    with app.database.reading() as conn:
        found = books.opened(app, conn, actor.organisation_id)
    return tuple(_view(found, each) for each in found.inventory.entries[kind].values())


def entry(app: Application, actor: Actor, kind: Kind, code: str) -> EntryView:
    """Return one entry.

    Raises:
        NotFound: `TEC-001`, there is none of this code.
    """
    require(actor, Permission.TECHNOLOGY_READ)
    with app.database.reading() as conn:
        found = books.opened(app, conn, actor.organisation_id)
    if code not in found.inventory.entries[kind]:
        raise NotFound(no_entry(kind, code))
    return _view(found, found.inventory.entries[kind][code])


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
    code: str | None = None,
    limit: int = 100,
    before: tuple[int, int] | None = None,
) -> tuple[ChangeView, ...]:
    """Return changes, the newest first.

    Args:
        app: The application.
        actor: Who asks.
        kind: Only of entries of this kind.
        code: Only of the entry of this code.
        limit: How many at most.
        before: Version and number of the change after which to go on.
    """
    require(actor, Permission.TECHNOLOGY_READ)
    with app.database.reading() as conn:
        found = TECHNOLOGY.changes(
            conn, actor.organisation_id, limit=limit, before=before,
            kind=kind.value if kind else None, code=code,
        )  # fmt: skip
    return tuple(map(change_view, found))


def change(
    app: Application,
    actor: Actor,
    changes: Sequence[Put | Remove],
    *,
    reason: str = "",
    is_trial: bool = False,
) -> Outcome:
    """Change entries, all or none.

    Args:
        app: The application.
        actor: Who changes them.
        changes: Each entry at most once.
        reason: Why; needed where something is changed or taken out that was there before.
        is_trial: Whether to say only what would become of it.

    Raises:
        NotFound: `TEC-001`, what is to be taken out is not there.
        Conflict: `TEC-005`, somebody else changed an entry meanwhile.
        RefusedError: A `TEC` code: the inventory would not be in order after it.
        LimitExceeded: `TEC-008`, there would be too many entries.
        NotPermitted: The actor may not, or acts for no organisation.
    """
    require(actor, Permission.TECHNOLOGY_UPDATE)
    if not actor.organisation_id:
        raise NotPermitted(codes.NO_ENTRY.found("The actor acts for no organisation."))
    at = app.clock()
    with app.database.transaction() as conn:
        TECHNOLOGY.locked(conn, actor.organisation_id)
        return _change(app, conn, actor, changes, reason=reason, at=at, is_trial=is_trial)


def no_entry(kind: Kind, code: str) -> Finding:
    """Return the finding that there is no such entry."""
    return codes.NO_ENTRY.found(f"There is no {kind} {code[:80]!r}.", at=f"{kind}/{code[:80]}")


def _change(
    app: Application,
    conn: Connection,
    actor: Actor,
    changes: Sequence[Put | Remove],
    *,
    reason: str,
    at: datetime,
    is_trial: bool,
) -> Outcome:
    before = books.opened(app, conn, actor.organisation_id)
    for each in changes:
        _require_current(before, each)
    puts = [each.entry for each in changes if isinstance(each, Put)]
    gone = [(each.kind, each.code) for each in changes if isinstance(each, Remove)]
    after = before.inventory.changed(puts, gone)
    told = [*_written_down(before.inventory, puts), *_taken_out(before.inventory, gone)]
    near = books.around(conn, actor, at.date())
    findings = _require_good(after, check_entries(after, puts, near), gone)
    if not reason.strip() and any(each.before is not None for each in told):
        message = "Something that was there before is changed or taken out, and nobody says why."
        raise RefusedError(codes.REASON_NEEDED.found(message, at="reason"))
    version = before.version + bool(told)
    if told and not is_trial:
        who = (actor.kind.value, actor.id, actor.name)
        why = reason.strip()[:REASON_LENGTH_MAX]
        TECHNOLOGY.write(
            conn, actor.organisation_id, told, version=version, at=at, actor=who, reason=why
        )
        counts = Counter(each.kind for each in told)
        subject = f"{told[0].kind}/{told[0].code}" if len(told) == 1 else f"version {version}"
        auditing.write(
            conn, actor, Action.TECHNOLOGY_CHANGED, subject, at=at,
            detail={"version": version, "entries": dict(counts), "reason": why},
        )  # fmt: skip
    return outcome(version, told, findings)


def _require_current(before: Opened, change: Put | Remove) -> None:
    kind, code = (
        (change.entry.KIND, change.entry.code)
        if isinstance(change, Put)
        else (change.kind, change.code)
    )
    written = before.written.get((kind, code))
    if isinstance(change, Remove) and written is None:
        raise NotFound(no_entry(kind, code))
    if change.revision is not None and change.revision != (written.revision if written else 0):
        who = told_by(written.by, written.at) if written else "somebody"
        message = f"The {kind} {code[:80]!r} was changed by {who}."
        raise Conflict(codes.CHANGED_MEANWHILE.found(message, at=f"{kind}/{code[:80]}"))


def _written_down(before: Inventory, puts: Iterable[Entry]) -> Iterator[NewChange]:
    """Yield the changes that make a difference."""
    for each in puts:
        known = before.entries[each.KIND].get(each.code)
        old, new = (books.to_json(known) if known else None), books.to_json(each)
        if old != new:
            yield NewChange(each.KIND.value, each.code, old, new)


def _taken_out(before: Inventory, gone: Iterable[tuple[Kind, str]]) -> Iterator[NewChange]:
    for kind, code in gone:
        yield NewChange(kind.value, code, books.to_json(before.entries[kind][code]), None)


def _require_good(
    after: Inventory, findings: tuple[Finding, ...], gone: Sequence[tuple[Kind, str]]
) -> tuple[Finding, ...]:
    """Return warnings and notes about changed entries.

    Raises:
        RefusedError: The inventory would not be in order.
    """
    count = sum(map(len, after.entries.values()))
    if count > ENTRIES_MAX:
        message = f"The inventory would have {count:,} entries; {ENTRIES_MAX:,} are the most."
        raise LimitExceeded(codes.TOO_MANY.found(message))
    still = [each for kind, code in gone for each in _still_named(after, kind, code)]
    found = (*findings, *still)
    if has_errors(found):
        raise RefusedError(*found)
    return found


def _still_named(after: Inventory, kind: Kind, code: str) -> Iterator[Finding]:
    if names := named_by(after, kind, code):
        told = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        message = f"The {kind} {code!r} is needed by {told}."
        yield codes.STILL_NAMED.found(message, at=f"{kind}/{code}")


def _view(found: Opened, each: Entry) -> EntryView:
    written = found.written[each.KIND, each.code]
    return EntryView(
        kind=each.KIND.value,
        key=each.code,
        body=books.plain(each),
        revision=written.revision,
        changed_at=written.at,
        changed_by=written.by,
    )
