"""Rows that every book has: entries as they are now, and every change of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry as it is now."""

    kind: str
    code: str
    revision: int
    body: str
    """JSON."""
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change of one entry."""

    version: int
    change_no: int
    kind: str
    code: str
    before: str | None
    """JSON; None where it was new."""
    after: str | None
    """JSON; None where it was taken out."""
    at: datetime
    actor_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to be written down."""

    kind: str
    code: str
    before: str | None
    after: str | None


def left_and_gone(
    rows: Iterable[Mapping[str, Any]],
) -> tuple[list[EntryRow], list[tuple[str, str]]]:
    """Return the entries of rows that were changed, and kind and code of those taken out."""
    found = list(rows)
    left = [EntryRow(**row) for row in found if row["revision"] is not None]
    return left, [(row["kind"], row["code"]) for row in found if row["revision"] is None]


def columns(changes: Sequence[NewChange]) -> dict[str, list[str]]:
    """Return kinds and codes of changes, each as the array of a statement."""
    return {"kinds": [each.kind for each in changes], "codes": [each.code for each in changes]}


def sides(changes: Sequence[NewChange]) -> dict[str, list[str | None]]:
    """Return what was and what is, each as the array of a statement."""
    return {
        "befores": [each.before for each in changes],
        "afters": [each.after for each in changes],
    }
