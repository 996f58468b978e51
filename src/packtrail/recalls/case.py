"""The case: what a recall has come to, as a fold over its record.

The record is only ever added to. What a holder was told and answered, who proposed what, what was
counted when: all of it follows from the entries in their order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from packtrail.recalls.acts import Act
from packtrail.recalls.terms import HAZARDS, LEVELS, CheckLevel, Depth, Hazard, RecallKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


PACKS: Final = "packs"
"""Member of an entry: how many packs were open at the holder when it was made."""


class EntryKind(StrEnum):
    """What an entry of the record says."""

    OPENED = "opened"
    COUNTED = "counted"
    """Where the packs were then, and how long it took to know."""
    PROPOSED = "proposed"
    """A step that a second person has to take."""
    PUBLISHED = "published"
    SENT = "sent"
    """A holder was told."""
    ACKNOWLEDGED = "acknowledged"
    """A holder answered."""
    REMINDED = "reminded"
    """The clock of a holder ran out."""
    CHECKED = "checked"
    """Somebody asked a holder whether it acted."""
    NOTED = "noted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is recalled: a product, a lot of it, or one pack."""

    gtin: str
    lot: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the record."""

    number: int
    kind: EntryKind
    at: datetime
    by: str
    actor_id: str
    holder: str | None = None
    """Key of the holder that it is about."""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a holder says became of its packs."""

    person: str
    on: date
    returned: int = 0
    destroyed: int = 0
    quarantined: int = 0
    used: int = 0
    not_found: int = 0
    note: str = ""

    @property
    def accounted(self) -> int:
        """How many packs it accounts for."""
        return self.returned + self.destroyed + self.quarantined + self.used


@dataclass(slots=True)
class HolderCase:
    """What came of one holder."""

    told_at: datetime | None = None
    told_packs: int = 0
    """Packs that were open there when it was told last."""
    times_told: int = 0
    most_open: int = 0
    """The most packs that were open there when it was told, or answered."""
    answered_packs: int = 0
    """The same up to its answer, which tells of these packs; that it is told again changes nothing.
    """
    answer: Answer | None = None
    answered_at: datetime | None = None
    reminders: int = 0
    reminded_at: datetime | None = None
    is_checked: bool = False
    was_effective: bool | None = None

    def waits_since(self) -> datetime | None:
        """Return since when an answer or a reaction is waited for; None: for none."""
        if self.told_at is None or self.answer is not None:
            return None
        return max(self.told_at, self.reminded_at or self.told_at)


@dataclass(slots=True)
class Case:
    """What a recall has come to."""

    number: str
    kind: RecallKind
    hazard: Hazard
    depth: Depth
    level: CheckLevel
    remind_for_hours: int
    opened_at: datetime
    holders: dict[str, HolderCase] = field(default_factory=dict)
    proposed: dict[Act, str] = field(default_factory=dict)
    """Step -> id of who proposed it."""
    published_at: datetime | None = None
    first_counted_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be added."""
        return self.closed_at is not None

    @property
    def answered_for(self) -> timedelta | None:
        """How long it took from opening to the first count of where everything is."""
        return None if self.first_counted_at is None else self.first_counted_at - self.opened_at

    @property
    def told(self) -> int:
        """How many holders were told."""
        return sum(each.told_at is not None for each in self.holders.values())

    @property
    def answered(self) -> int:
        """How many of them answered."""
        return sum(each.answer is not None for each in self.holders.values())

    @property
    def checked(self) -> int:
        """How many were checked."""
        return sum(each.is_checked for each in self.holders.values())

    @property
    def checks_wanted(self) -> int:
        """How many are to be checked."""
        return LEVELS[self.level].wanted(self.told)

    def of(self, holder: str) -> HolderCase:
        """Return what came of a holder."""
        return self.holders.get(holder) or HolderCase()

    def due(self, now: datetime) -> list[str]:
        """Return the holders whose clock has run out."""
        if self.is_closed:
            return []
        wait = timedelta(hours=self.remind_for_hours)
        return [
            key
            for key, each in self.holders.items()
            if (since := each.waits_since()) is not None and now >= since + wait
        ]


def fold(
    entries: Iterable[Entry],
    *,
    number: str,
    kind: RecallKind,
    hazard: Hazard,
    depth: Depth,
    level: CheckLevel,
    opened_at: datetime,
    remind_for_hours: int | None = None,
) -> Case:
    """Return what a recall has come to.

    Args:
        entries: Its record, in order.
        number: What people call it.
        kind: Recall or drill.
        hazard: Class.
        depth: How far it goes.
        level: Of effectiveness checks.
        opened_at: When it was opened.
        remind_for_hours: Hours until a reminder; None: as the class says.
    """
    hours = remind_for_hours or HAZARDS[hazard].remind_for_hours
    case = Case(number, kind, hazard, depth, level, hours, opened_at)
    for entry in entries:
        if entry.holder is not None:
            _about_holder(case.holders.setdefault(entry.holder, HolderCase()), entry)
        else:
            _about_case(case, entry)
    return case


def until(
    entries: Iterable[Entry], *, as_of: datetime | None, as_known_at: datetime | None
) -> tuple[Entry, ...]:
    """Return the entries of what had happened, and had been recorded, by some moments.

    An answer happened on the day that it names, and may have been recorded later; everything else
    is recorded when it is done.

    Args:
        entries: A record, in order.
        as_of: What had happened by then counts; None: everything.
        as_known_at: What had been recorded by then counts; None: everything.
    """
    return tuple(
        entry
        for entry in entries
        if (as_of is None or _happened_by(entry, as_of))
        and (as_known_at is None or entry.at <= as_known_at)
    )


def _happened_by(entry: Entry, moment: datetime) -> bool:
    if entry.kind is EntryKind.ACKNOWLEDGED:
        return answer_of(entry.detail).on <= moment.astimezone(UTC).date()
    return entry.at <= moment


def _about_case(case: Case, entry: Entry) -> None:
    match entry.kind:
        case EntryKind.COUNTED:
            case.first_counted_at = case.first_counted_at or entry.at
        case EntryKind.PROPOSED:
            case.proposed[Act(entry.detail["act"])] = entry.actor_id
        case EntryKind.PUBLISHED:
            case.published_at = entry.at
        case EntryKind.CLOSED:
            case.closed_at = entry.at
        case _:
            pass


def _about_holder(holder: HolderCase, entry: Entry) -> None:
    match entry.kind:
        case EntryKind.SENT:
            holder.told_at, holder.told_packs = entry.at, int(entry.detail[PACKS])
            holder.most_open = max(holder.most_open, holder.told_packs)
            holder.times_told += 1
        case EntryKind.ACKNOWLEDGED:
            holder.answer, holder.answered_at = answer_of(entry.detail), entry.at
            holder.most_open = max(holder.most_open, int(entry.detail.get(PACKS, 0)))
            holder.answered_packs = holder.most_open
        case EntryKind.REMINDED:
            holder.reminders, holder.reminded_at = holder.reminders + 1, entry.at
        case EntryKind.CHECKED:
            holder.is_checked, holder.was_effective = True, bool(entry.detail["is_effective"])
        case _:
            pass


def answer_of(detail: Mapping[str, Any]) -> Answer:
    """Read an answer of the record."""
    said = {name: value for name, value in detail.items() if name != PACKS}
    return Answer(**{**said, "on": date.fromisoformat(detail["on"])})
