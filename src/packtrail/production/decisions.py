"""Decisions: what a verb makes of an act: findings, and the events to record.

Nothing is changed by a decision. Whoever asked for it records the events, or only shows the effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.base.findings import has_errors
from packtrail.lifecycle.journey import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from packtrail.base.findings import Finding
    from packtrail.epcis.events import Event
    from packtrail.production.floor import Change, Floor
    from packtrail.production.happenings import Happening
    from packtrail.production.levels import ItemKey, Level
    from packtrail.production.orders import Signal, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a verb needs to know of where and for what it happens."""

    reference: str | None = None
    """URI of the production order, named by events; None: no order."""
    order_id: str | None = None
    order_code: str = ""
    terms: Terms | None = None
    """What the order is to make; None: the objects are told by their own orders."""
    place: str | None = None
    """Where it happens: read point and business location, an SGLN as URI."""
    now: datetime
    """Nothing happens later than a few minutes after this."""
    may_wait: bool = False
    """Whether a report that makes the impossible possible may still come: a line may be late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What became of numbers of an order, beyond what events tell."""

    order_id: str
    """The order that they were issued to."""
    kind: str
    """Of printed numbers `encoded`, `rejected` or `label_sampled`; `ended`: why a pack went."""
    level: Level
    reason: str
    note: str
    at: datetime
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One number that was refused, and why: for the reconciliation."""

    number: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a verb decided."""

    findings: tuple[Finding, ...] = ()
    events: tuple[Event, ...] = ()
    """To be recorded, in this order."""
    marks: tuple[Mark, ...] = ()
    refused: tuple[Refusal, ...] = ()
    parked: Happening | None = None
    """What of it waits: a report that is late may make it possible."""
    signal: Signal | None = None
    counts: Mapping[str, int] | None = None
    done: Mapping[str, int] | None = None
    """How much was done, for the counters: `commission:pack` -> 100."""
    change: Change | None = None
    """What it made of the floor."""

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong."""
        return has_errors(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What an object is, for comparing."""

    status: Status
    parent: ItemKey | None
    inside: int
    """How many objects are directly inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an act makes of one object."""

    item: ItemKey
    before: Snapshot | None
    """None: nothing was known of it."""
    after: Snapshot


def effects_of(floor: Floor, changes: Iterable[Change], at: datetime) -> tuple[Effect, ...]:
    """Return what changes made of the objects, those left out that are as they were.

    Args:
        floor: The floor after the changes.
        changes: In the order in which they were made.
        at: The moment at which it is compared: now.
    """
    all_changes = list(changes)
    first: dict[ItemKey, None] = {}
    for change in all_changes:
        first |= dict.fromkeys(change.before)
    touched = {
        *first,
        *(holder for key in first if (holder := floor.holder(key, at))),
    }
    after = {key: _snapshot(floor, key, at) for key in touched}
    redo = []
    for change in reversed(all_changes):
        redo.append((change, {key: floor.items.get(key) for key in change.before}))
        floor.undo(change)
    gone = {holder for key in first if (holder := floor.holder(key, at))} - touched
    before = {key: _snapshot(floor, key, at) for key in (*touched, *gone)}
    for _, items in reversed(redo):
        floor.items |= {key: item for key, item in items.items() if item is not None}
    after |= {key: _snapshot(floor, key, at) for key in gone}
    order = (*first, *sorted(after.keys() - first.keys()))
    return tuple(
        Effect(item=key, before=before[key], after=now)
        for key in order
        if (now := after[key]) is not None and now != before[key]
    )


def _snapshot(floor: Floor, key: ItemKey, at: datetime) -> Snapshot | None:
    item = floor.items.get(key)
    if item is None:
        return None
    return Snapshot(
        status=item.standing().status,
        parent=item.holder(at),
        inside=len(floor.inside(key, at)),
    )
