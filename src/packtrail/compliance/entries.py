"""Entries of a pack: parameters, rules, exemptions, deadlines, duties and cases.

They are plain values; what stands in a file is decoded into them, key by key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from packtrail.base.findings import Severity
from packtrail.compliance.decoding import keyed
from packtrail.compliance.scopes import Scope
from packtrail.compliance.spans import Span
from packtrail.compliance.statements import Statement
from packtrail.compliance.subjects import Subject, SubjectKind
from packtrail.compliance.words import (
    CalendarKind,
    Confidence,
    DatedBy,
    FactStatus,
    Happening,
    Precision,
    Role,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value that a market sets, and how it changes over time."""

    name: str
    statements: tuple[Statement, ...]
    """The one of unknown start first, then by their first day."""

    def on(self, day: date) -> Statement | None:
        """Return what holds on a day, or None where nothing is said of it."""
        said = [each for each in self.statements if each.from_on is None or each.from_on <= day]
        return said[-1] if said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must be so: a check with its arguments, and who says it."""

    code: str
    """Stable: `EU-FMD-004`."""
    title: str
    """What must be so, in a sentence."""
    subject: SubjectKind
    check: str
    """A name of `checks.CHECKS`."""
    clause: str
    """Document and section."""
    remedy: str
    sources: tuple[str, ...]
    confidence: Confidence
    from_on: date = keyed("from")
    """First day on which it holds."""
    to_on: date | None = keyed("to", default=None)
    """Last day on which it holds."""
    arguments: Mapping[str, Any] = keyed("with", default_factory=dict)
    """Values, or the names of parameters that hold them (`Reference`)."""
    severity: Severity = Severity.ERROR
    dated_by: DatedBy = DatedBy.TODAY
    applies_to: Scope = Scope()
    status: FactStatus = FactStatus.KNOWN
    true_on: date | None = None
    note: str = ""
    pack_id: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """An argument that a parameter holds."""

    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Rules that do not apply to somebody, for some time."""

    name: str
    title: str
    rules: tuple[str, ...]
    """Codes; `all` means every rule of the same pack."""
    clause: str
    sources: tuple[str, ...]
    confidence: Confidence
    from_on: date = keyed("from")
    to_on: date | None = keyed("to", default=None)
    """Last day."""
    dated_by: DatedBy = DatedBy.TODAY
    applies_to: Scope = Scope()
    status: FactStatus = FactStatus.KNOWN
    true_on: date | None = None
    note: str = ""
    pack_id: str = ""

    def covers(self, rule: Rule) -> bool:
        """Tell whether it lifts a rule."""
        is_one_of_all = "all" in self.rules and rule.pack_id == self.pack_id
        return rule.code in self.rules or is_one_of_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day in the calendar on which something begins, ends or must be done."""

    name: str
    on: date
    """The last day of a month or year that is not known more exactly."""
    what: str
    who: str
    sources: tuple[str, ...]
    confidence: Confidence
    precision: Precision = Precision.DAY
    kind: CalendarKind = CalendarKind.OBLIGATION
    roles: tuple[Role, ...] = ()
    """Parts that must act; none: everybody."""
    applies_to: Scope = Scope()
    recipients: tuple[str, ...] = ()
    """To whom something is sent or told."""
    evidence: str = ""
    """What shows that it was done."""
    rules: tuple[str, ...] = ()
    """Rules that begin or end with it."""
    is_superseded: bool = keyed("superseded", default=False)
    """A date that was moved or that never came about."""
    remind_before: tuple[Span, ...] = ()
    status: FactStatus = FactStatus.KNOWN
    true_on: date | None = None
    note: str = ""
    pack_id: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether it is law, and known to be."""
        return self.kind is CalendarKind.OBLIGATION and self.status is FactStatus.KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What must be done again and again: reported, answered, kept, asked."""

    name: str
    what: str
    roles: tuple[Role, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    from_on: date | None = keyed("from", default=None)
    to_on: date | None = keyed("to", default=None)
    """Last day."""
    events: tuple[Happening, ...] = ()
    """What sets it off."""
    before: bool = False
    """It must be done before the event, not after it."""
    at_once: bool = False
    within: Span | None = None
    """How long after the event there is time."""
    every: Span | None = None
    """How often, where no event sets it off: months or years, counted from January."""
    due_day: int | None = None
    """Day of the month after such a period on which it is due; 31 is the last."""
    recipients: tuple[str, ...] = ()
    """Who is told."""
    format: str = ""
    """A word of the reports: epcis_1_2_xml, csv, form_fda_3911 ..."""
    channel: str = ""
    """How it is sent."""
    evidence: str = ""
    rules: tuple[str, ...] = ()
    applies_to: Scope = Scope()
    status: FactStatus = FactStatus.KNOWN
    true_on: date | None = None
    note: str = ""
    pack_id: str = ""

    def is_asked(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return (self.from_on or day) <= day <= (self.to_on or day)

    @property
    def months(self) -> int | None:
        """After how many months it comes round; None: it does not, or no day is told."""
        if self.every is None or self.due_day is None:
            return None
        return {"month": 1, "year": 12}.get(self.every.unit, 0) * self.every.count or None

    @property
    def rhythm(self) -> str:
        """How often it comes round, as people say it: `month`, `3 months`; empty: it does not."""
        if self.every is None:
            return ""
        return self.every.unit if self.every.count == 1 else str(self.every)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An example that shows what a rule means: it is run as a test."""

    name: str
    """A sentence."""
    on: date
    subject: Subject
    market: str = ""
    fails: tuple[str, ...] = ()
    """Exactly the codes that must come out."""
    passes: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Rules that cannot be decided, because a fact was not said."""
    pack_id: str = ""
    at: str = field(default="", compare=False)
    """Where it stands."""
