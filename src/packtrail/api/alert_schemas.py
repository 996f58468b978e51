"""The bodies of alerts and cases, as the OpenAPI document describes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from packtrail.api.moments import Instant
from packtrail.api.schemas import FindingOut, In, Out


class EvidenceOut(Out):
    """A scan, or an event of the record, that an alert rests on."""

    evidence_id: str
    kind: str
    gtin: str
    serial: str
    at: datetime
    recorded_at: datetime
    place: str
    market: str
    actor: str
    purpose: str
    lot: str
    expires: str
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


class AlertOut(Out):
    """A signal that was raised, as it is now."""

    alert_id: str
    code: str
    title: str
    remedy: str
    subject: str
    score: float
    message: str
    arithmetic: list[str]
    proposed: str
    raised_at: datetime
    first_at: datetime
    last_at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None
    case: str | None
    case_state: str | None
    evidence: list[EvidenceOut]


class ClockOut(Out):
    """A time limit that runs, or ran."""

    duty: str
    what: str
    recipients: list[str]
    within: str
    left_out: list[date]
    started_at: datetime
    due_at: datetime
    done_at: datetime | None
    rules: list[str]
    confidence: str
    note: str
    form: str


class CaseLineOut(Out):
    """A case in a list."""

    code: str
    title: str
    state: str
    category: str | None
    outcome: str | None
    cause: str | None
    owner: str
    market: str | None
    opened_at: datetime
    opened_by: str
    confirmed_at: datetime | None
    high_risk_at: datetime | None
    closed_at: datetime | None
    merged_into: str | None
    revision: int
    alert_count: int
    held_count: int
    clocks: list[ClockOut]


class EntryOut(Out):
    """Something that was done or said in a case."""

    number: int
    at: datetime
    kind: str
    text: str
    by: str
    detail: dict[str, Any]


class HeldPackOut(Out):
    """A pack that a case keeps in quarantine, or kept."""

    gtin: str
    serial: str
    notice_id: str
    held_at: datetime
    released_at: datetime | None


class CaseOut(Out):
    """A case with everything about it."""

    line: CaseLineOut
    moves: list[str]
    alerts: list[AlertOut]
    entries: list[EntryOut]
    packs: list[HeldPackOut]


class KnobOut(Out):
    """What a parameter is."""

    unit: str
    meaning: str
    least: float
    most: float
    rules: list[str]


class SettingOut(Out):
    """One parameter as it is set."""

    name: str
    value: float
    default: float
    knob: KnobOut


class SuggestionOut(Out):
    """Another value of a parameter, and why."""

    parameter: str
    now: float
    suggested: float
    unit: str
    because: str


class LessonOut(Out):
    """How right one rule was by real outcomes."""

    code: str
    right: int
    false: int
    precision: float | None
    causes: dict[str, int]
    suggestions: list[SuggestionOut]


AlertIds = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=500)]


class CaseIn(In):
    """A case to open."""

    alerts: AlertIds
    title: str = ""
    owner: str = ""
    market: str | None = None


class AlertsIn(In):
    """Alerts to add."""

    alerts: AlertIds


class ReasonIn(In):
    """Why."""

    reason: str


class MergeIn(In):
    """Which case takes the alerts over, and why."""

    into: str
    reason: str


class OwnerIn(In):
    """Who sees to it."""

    owner: str


class TextIn(In):
    """A note."""

    text: str


class MoveIn(In):
    """A move of a case."""

    move: str
    reason: str
    category: str = ""
    cause: str = ""
    revision: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class DoneIn(In):
    """That somebody was told, as a time limit asks."""

    duty: str
    reason: str


class PackIn(In):
    """A pack."""

    gtin: str
    serial: str


class HoldIn(In):
    """Packs to put in quarantine; none named: all of the case."""

    packs: Annotated[list[PackIn] | None, Field(max_length=1000)] = None


class ReleaseIn(HoldIn):
    """Packs to release; none named: all of the case."""

    reason: str


class ParametersIn(In):
    """Parameters to set; times in hours; null: back to the default."""

    values: dict[str, float | None]
    reason: str
    effective_at: Instant | None = None


class FieldOut(Out):
    """One thing a form asks."""

    name: str
    title: str
    clause: str
    source: str
    default: str
    one_of: list[str]
    is_optional: bool


class FormOut(Out):
    """What an authority asks about a case."""

    name: str
    title: str
    authority: str
    markets: list[str]
    clause: str
    channel: str
    note: str
    fields: list[FieldOut]


class FilledOut(Out):
    """A field with its value; a finding where it is missing or does not fit."""

    field: FieldOut
    value: str
    is_written: bool
    finding: FindingOut | None


class DraftOut(Out):
    """A form filled from a case. Nobody has sent it."""

    form: FormOut
    fields: list[FilledOut]


class AnswersIn(In):
    """What to write into a draft, by field."""

    values: Annotated[dict[str, Annotated[str, Field(max_length=4000)]], Field(max_length=100)]


class SightingOut(Out):
    """A pack at a place at a moment."""

    at: datetime
    pack: tuple[str, str]
    place: str
    name: str
    market: str
    latitude: float | None
    longitude: float | None
    what: str
    who: str
    is_suspect: bool


class WayOut(Out):
    """Packs that were at one place, and next at another."""

    source: str
    target: str
    count: int
    is_suspect: bool


class HeldByOut(Out):
    """Who holds some packs, and how many."""

    key: str
    name: str
    is_ours: bool
    total: int
    by_fate: dict[str, int]


class SharedOut(Out):
    """Something that packs of a case have in common with others."""

    kind: str
    identifier: str
    label: str
    suspects: int
    others: list[tuple[str, str]]
    other_count: int
    holders: list[HeldByOut]


class PictureOut(Out):
    """Where the packs of a case were, and how far a recall would reach."""

    sightings: list[SightingOut]
    ways: list[WayOut]
    names: dict[str, str]
    holders: list[HeldByOut]
    reach: list[SharedOut]
