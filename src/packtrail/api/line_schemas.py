"""The bodies of sites, lines, trade items, work orders, reports and rework."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from packtrail.api.moments import Instant
from packtrail.api.schemas import FindingOut, In, Out
from packtrail.production.happenings import NUMBERS_MAX, Kind
from packtrail.production.levels import Level
from packtrail.production.orders import Command, Signal, State

LevelName = Literal["pack", "bundle", "case", "pallet"]


class SiteOut(Out):
    """A plant."""

    code: str
    name: str
    operator: str
    gln: str | None
    country: str | None
    time_zone: str
    created_at: datetime
    created_by: str


class SiteIn(In):
    """A plant to describe."""

    code: str
    name: str
    gln: str | None = None
    country: str | None = None
    time_zone: str = "UTC"


class LineOut(Out):
    """A packaging line."""

    code: str
    name: str
    site: str
    operator: str
    read_point: str | None
    levels: list[Level]
    speed_packs_per_minute: int | None
    capability: dict[str, Any]
    time_zone: str
    created_at: datetime
    created_by: str
    retired_at: datetime | None


class LineIn(In):
    """A packaging line to describe."""

    code: str
    site: str
    name: str
    levels: list[LevelName] = Field(default=["pack", "case", "pallet"], max_length=4)
    read_point: str | None = None
    speed_packs_per_minute: int | None = None
    capability: dict[str, str] = Field(default_factory=dict, max_length=50)


class TierModel(Out):
    """One level of packing of a trade item."""

    model_config = ConfigDict(from_attributes=True, extra="forbid", str_max_length=200)

    level: Level
    gtin: str | None = None
    holds: int = 0
    prefix: str | None = None
    extension: str = Field(default="0", max_length=1)
    pool: str | None = None


class TradeItemOut(Out):
    """A trade item with its levels of packing."""

    code: str
    owner: str
    name: str
    gtin: str
    market: str
    national_number: str | None
    tiers: list[TierModel]
    labels: dict[Level, str]
    created_at: datetime
    created_by: str


class TradeItemIn(In):
    """A trade item to describe."""

    code: str
    name: str
    market: str
    tiers: list[TierModel] = Field(max_length=4)
    national_number: str | None = None
    labels: dict[Level, str] = Field(default_factory=dict)
    owner: str | None = None
    serves: str | None = None


class TermsOut(Out):
    """What a work order makes."""

    product: str
    market: str
    lot: str
    expires: str
    tiers: list[TierModel]
    quantity: int
    spare_percent: int
    mixed_lots_from: Level | None
    manufactured_on: str | None
    national_number: str | None
    labels: dict[Level, str]


class OrderOut(Out):
    """A work order."""

    order_id: str
    code: str
    owner: str
    operator: str
    line: str
    line_name: str
    terms: TermsOut
    state: State
    is_released: bool
    revision: int
    created_at: datetime
    created_by: str
    started_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    reports: int
    counts: dict[str, int]
    line_counts: dict[str, int]
    planned: dict[Level, int]
    commands: list[Command]
    signals: list[Signal]
    findings: list[FindingOut]


class OrderIn(In):
    """A work order to make, or what one is to be."""

    code: str
    line: str
    trade_item: str
    lot: str
    expires: str
    quantity: int
    spare_percent: int = 5
    levels: list[LevelName] = Field(default_factory=list, max_length=4)
    market: str | None = None
    mixed_lots_from: LevelName | None = None
    manufactured_on: str | None = None
    labels: dict[Level, str] = Field(default_factory=dict)


class OrderQuery(In):
    """Which work orders are wanted."""

    state: list[State] = Field(default_factory=list, max_length=9)
    line: str | None = None
    owner: str | None = None
    gtin: str | None = None
    lot: str | None = None
    limit: int = Field(default=100, ge=1, le=200)
    before: str | None = None
    """The id of the last order of the page before."""


class CommandIn(In):
    """A command to a work order."""

    command: Literal["Start", "Stop", "Cancel", "Clear"]
    reason: str = Field(default="", max_length=400)


class SignalIn(In):
    """What a line says of a work order."""

    signal: Literal["loaded", "started", "held", "suspended", "completed", "aborted"]
    reason: str = Field(default="", max_length=400)


class OrderStepOut(Out):
    """A command or signal that an order got."""

    step_no: int
    trigger: str
    before: str | None
    after: str
    reason: str
    at: datetime
    actor_name: str
    detail: dict[str, Any]


class NumbersIn(In):
    """More numbers for a work order."""

    level: LevelName
    count: int


class NumbersOut(Out):
    """Numbers of a work order."""

    level: Level
    numbers: list[str]


class ReceiptOut(Out):
    """What became of a report."""

    order_id: str
    order: str
    report_no: int
    report_id: str
    source: str
    sequence: int | None
    received_at: datetime
    first_at: datetime | None
    last_at: datetime | None
    actor_name: str
    happenings: int
    is_held: bool
    parked: int
    refused: int
    done: dict[str, int]
    findings: list[FindingOut]
    capture_id: str | None
    is_repeated: bool


class WaitingOut(Out):
    """Something that waits for a report."""

    report_no: int
    place: int
    kind: str
    numbers: list[str]
    parent: str | None
    at: datetime
    since: datetime
    why: str


class WaitingRoomOut(Out):
    """All that waits for reports of a work order."""

    order: str
    happenings: list[WaitingOut]
    held: int
    expected: int | None


class ReasonIn(In):
    """Why something is done."""

    reason: str


class SumsOut(Out):
    """The numbers of one level."""

    level: Level
    number_of: str
    planned: int
    issued: int
    outcomes: dict[str, int]
    packed: int
    good: int
    made: int
    yield_percent: float | None
    reasons: dict[str, int]
    unaccounted: list[str]
    misused: list[str]
    misused_count: int


class ReportedOut(Out):
    """What the reports came to."""

    reports: int
    unknown: list[str]
    doubles: list[str]
    waiting: int
    missing: list[int]
    line_counts: dict[str, int]


class ReconciliationOut(Out):
    """The account of an order."""

    levels: list[SumsOut]
    reported: ReportedOut
    findings: list[FindingOut]
    adds_up: bool


class SignatureOut(Out):
    """A signature on a record."""

    signer_name: str
    meaning: str
    sentence: str
    comment: str
    at: datetime
    digest: str
    is_current: bool


class AccountOut(Out):
    """The account of an order, and who signed it."""

    order: OrderOut
    sums: ReconciliationOut
    digest: str
    signatures: list[SignatureOut]
    is_final: bool
    is_signed: bool


class SettlementIn(In):
    """What becomes of numbers that are unaccounted for."""

    level: LevelName
    how: Literal["returned", "void"]
    reason: str = Field(max_length=400)
    numbers: list[str] | None = Field(default=None, max_length=NUMBERS_MAX)


class SettlementOut(Out):
    """How many numbers were settled."""

    count: int


class SignatureIn(In):
    """A signature to give."""

    password: str
    meaning: Literal["reviewed", "reconciled", "approved", "rejected"]
    digest: str
    comment: str = Field(default="", max_length=400)


class ActIn(In):
    """Something to do by hand."""

    kind: Literal[
        "unpack", "pack", "repack", "replace", "disaggregate", "sample", "destroy",
        "decommission", "recommission",
    ]  # fmt: skip
    numbers: list[str] = Field(max_length=10_000)
    at: Instant | None = None
    parent: str | None = None
    by: str | None = None
    reason: str = ""
    note: str = Field(default="", max_length=200)
    is_partial: bool = False
    site: str | None = None
    owner: str | None = None


class EffectOut(Out):
    """What an act makes of one object."""

    identifier: str
    label: str
    level: str | None
    status_before: str | None
    status_after: str
    holder_before: str | None
    holder_after: str | None
    inside_before: int
    inside_after: int


class PreviewOut(Out):
    """What an act would do."""

    is_possible: bool
    findings: list[FindingOut]
    effects: list[EffectOut]
    owner: str
    order: str | None
    events: int


class DoneOut(Out):
    """An act that was done."""

    rework_id: str
    owner: str
    site: str
    request_id: str
    happening: dict[str, Any]
    at: datetime
    done_at: datetime
    actor_name: str
    findings: list[FindingOut]
    capture_id: str
    effects: list[EffectOut]
    is_repeated: bool


KINDS = tuple(Kind)
