"""What changed in a programme, when, by whom and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.planning import raci
from packtrail.services.plan import books
from packtrail.store import plans as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.store.book_rows import ChangeRow

PAGE_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one entry."""

    version: int
    number: int
    """Within its version."""
    kind: str
    code: str
    before: Mapping[str, Any] | None
    """None where it was new."""
    after: Mapping[str, Any] | None
    """None where it was taken out."""
    at: datetime
    actor_name: str
    reason: str

    @property
    def fields(self) -> Mapping[str, tuple[Any, Any]]:
        """What differs: name -> before and after."""
        before, after = self.before or {}, self.after or {}
        names = dict.fromkeys((*before, *after))
        return {
            name: (_plain(name, before.get(name)), _plain(name, after.get(name)))
            for name in names
            if before.get(name) != after.get(name)
        }


def _plain(name: str, value: Any) -> Any:
    return raci.told(value or {}) if name == "raci" else value


def changes(
    app: Application,
    actor: Actor,
    programme: str,
    *,
    kind: str | None = None,
    code: str | None = None,
    since: datetime | None = None,
    before: tuple[int, int] | None = None,
    limit: int = 100,
) -> tuple[Change, ...]:
    """Return what changed in a programme, the newest first.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        kind: Only of entries of this kind.
        code: Only of the entry with this code.
        since: Only what changed later.
        before: Version and number of the change after which to go on.
        limit: How many at most, to 500.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    opened = books.opened(app, actor, programme)
    with app.database.reading() as conn:
        found = rows.changes(
            conn,
            opened.row.programme_id,
            limit=max(1, min(limit, PAGE_MAX)),
            before=before,
            kind=kind,
            code=code,
            since=since,
        )
    return tuple(_seen(each) for each in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What was changed at once."""

    number: int
    at: datetime
    actor_name: str
    reason: str
    counts: Mapping[str, int]
    """Such as `package changed` -> how many."""
    codes: tuple[str, ...]
    """Of the first few entries."""


def versions(
    app: Application, actor: Actor, programme: str, *, limit: int = 25
) -> tuple[Version, ...]:
    """Return the latest versions of a programme, each with what was changed in it.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    opened = books.opened(app, actor, programme)
    with app.database.reading() as conn:
        found = rows.versions(conn, opened.row.programme_id, limit=max(1, min(limit, PAGE_MAX)))
    return tuple(
        Version(
            number=row.version,
            at=row.at,
            actor_name=row.actor_name,
            reason=row.reason,
            counts=Counter(row.kinds),
            codes=tuple(row.codes),
        )
        for row in found
    )


def _seen(row: ChangeRow) -> Change:
    return Change(
        version=row.version,
        number=row.change_no,
        kind=row.kind,
        code=row.code,
        before=None if row.before is None else msgspec.json.decode(row.before),
        after=None if row.after is None else msgspec.json.decode(row.after),
        at=row.at,
        actor_name=row.actor_name,
        reason=row.reason,
    )
