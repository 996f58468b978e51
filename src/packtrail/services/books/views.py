"""What people see of a book of entries: an entry, a change of one, and what became of changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from packtrail.base.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.store.book_rows import ChangeRow, NewChange


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry with when it was last changed."""

    kind: str
    key: str
    body: Mapping[str, Any]
    """As text, lists and dictionaries."""
    revision: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One change of one entry."""

    version: int
    number: int
    kind: str
    key: str
    before: str | None
    """JSON; None where it was new."""
    after: str | None
    """JSON; None where it was taken out."""
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of changes, or would become of them."""

    version: int
    added: int
    changed: int
    removed: int
    findings: tuple[Finding, ...]
    """Warnings and notes."""

    @property
    def count(self) -> int:
        """How many entries differ from before."""
        return self.added + self.changed + self.removed


def change_view(row: ChangeRow) -> ChangeView:
    """Return a change as people see it."""
    return ChangeView(
        version=row.version, number=row.change_no, kind=row.kind, key=row.code,
        before=row.before, after=row.after, at=row.at, by=row.actor_name, reason=row.reason,
    )  # fmt: skip


def outcome(version: int, told: Sequence[NewChange], findings: tuple[Finding, ...]) -> Outcome:
    """Return what became of changes."""
    return Outcome(
        version=version,
        added=sum(each.before is None for each in told),
        changed=sum(each.before is not None and each.after is not None for each in told),
        removed=sum(each.after is None for each in told),
        findings=findings,
    )


def told_by(by: str, at: datetime) -> str:
    """Return who changed something when, as a sentence says it."""
    return f"{by} on {at:%Y-%m-%d at %H:%M} UTC"
