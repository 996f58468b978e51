"""The bodies about goods: counts, places, shipments, stock lists, corrections, verifications."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from pydantic import Field, field_validator

from packtrail.api.moments import Instant
from packtrail.api.schemas import FindingOut, In, NoticeOut, Out, PackConditionOut


class CountRowOut(Out):
    """How many packs have something in common; null where it was not asked, or nothing says."""

    gtin: str | None
    lot: str | None
    status: str | None
    place: str | None
    expires_on: date | None
    parent: str | None
    count: int
    inferred: int


class CountsOut(Out):
    """Packs, counted."""

    rows: list[CountRowOut]
    row_count: int
    total: int
    places: dict[str, str]
    products: dict[str, str]
    as_of: datetime | None
    as_known_at: datetime | None


class LotStateOut(Out):
    """What has become of the packs of a lot, and what is said of it."""

    counts: CountsOut
    notices: list[NoticeOut]


class PlaceAboutOut(Out):
    """What master data says of a place."""

    identifier: str
    name: str | None
    attributes: dict[str, str]


class HolderOut(Out):
    """An outermost container, and how many packs are in it."""

    identifier: str
    label: str
    kind: str
    packs: int


class PlaceOut(Out):
    """What is at a place, and what should be."""

    place: str
    identifiers: list[str]
    about: PlaceAboutOut | None
    here: list[CountRowOut]
    here_total: int
    inferred_total: int
    containers: list[HolderOut]
    container_count: int
    loose: int
    arriving: list[CountRowOut]
    arriving_total: int
    overdue: int
    overdue_for_days: int
    places: dict[str, str]
    products: dict[str, str]
    as_of: datetime | None
    as_known_at: datetime | None


class LegOut(Out):
    """One event by which goods left or arrived."""

    event_id: str
    event_time: datetime
    event_time_zone_offset: str
    biz_step: str | None
    place: str | None
    goal: str | None
    objects: list[str]
    object_count: int
    shared_with: list[str]


class LineOut(Out):
    """What was said and what came of one lot of one product."""

    gtin: str | None
    lot: str | None
    said: int
    counts: dict[str, int]
    believed: int


class DifferenceOut(Out):
    """One object that did not come as it was said."""

    identifier: str
    label: str
    outcome: str
    place: str | None


class EvidenceOut(Out):
    """Cases there are, cases that were opened, and those that held something else."""

    population: int
    opened: int
    faulty: int


class JudgementOut(Out):
    """Whether what unopened cases are said to hold is believed, and on what evidence."""

    is_accepted: bool
    to_open: int
    faulty_max: int
    share_max: float
    evidence: EvidenceOut
    findings: list[FindingOut]

    @field_validator("share_max", mode="before")
    @classmethod
    def _as_float(cls, value: Any) -> float:
        return float(value) if isinstance(value, Fraction) else value


class RuleOut(Out):
    """How far closed cases are believed, of whom, of what, where, since when."""

    number: int
    partner: str | None
    gtin: str | None
    place: str | None
    trust: str
    cases: int | None
    share_max: float
    confidence: float
    means: str
    effective_at: datetime
    recorded_at: datetime
    reason: str
    by: str


class CaseOut(Out):
    """A case of a shipment, and what was found in it."""

    identifier: str
    label: str
    packs: int
    is_opened: bool
    is_faulty: bool
    looked_at: datetime | None
    look: str | None


class DrawOut(Out):
    """Cases that are opened, drawn by a seed."""

    number: int
    seed: str
    population: int
    drawn_at: datetime
    by: str
    cases: list[CaseOut]


class DecidedOut(Out):
    """Cases of a shipment that are believed, or not, together."""

    rule: RuleOut | None
    trust: str
    means: str
    judgement: JudgementOut
    draw: DrawOut | None
    waits_for_draw: bool
    to_open: list[CaseOut]
    to_open_count: int
    wrong: list[CaseOut]


class MessageOut(Out):
    """A document by which somebody told what is inside of what, or that it was sent."""

    capture_id: str
    name: str
    by: str
    at: datetime


class ShipmentOut(Out):
    """A document, and the goods that moved under it."""

    identifier: str
    types: list[str]
    despatches: list[LegOut]
    arrivals: list[LegOut]
    lines: list[LineOut]
    said: int
    arrived: int
    is_complete: bool
    differences: list[DifferenceOut]
    difference_count: int
    judgement: JudgementOut
    decided: list[DecidedOut]
    messages: list[MessageOut]
    places: dict[str, str]
    products: dict[str, str]
    as_of: datetime | None
    as_known_at: datetime | None


class StockDifferenceOut(Out):
    """One difference between a list and the record."""

    kind: str
    where: str
    identifier: str | None
    gtin: str | None
    lot: str | None
    listed: int | None
    recorded: int | None
    status: str | None
    place: str | None
    note: str


class ComparisonOut(Out):
    """A list beside the record."""

    place: str
    listed_packs: int
    recorded_packs: int
    matching_packs: int
    differences: list[StockDifferenceOut]
    findings: list[FindingOut]
    products: dict[str, str]
    places: dict[str, str]
    as_of: datetime | None
    as_known_at: datetime | None


class UnpackingIn(In):
    """What to take out of whatever holds it."""

    identifiers: list[str] = Field(min_length=1, max_length=5000)
    place: str | None = None
    at: Instant | None = None


class UnpackedOut(Out):
    """What was taken out of one container."""

    parent: str
    label: str
    children: list[str]
    event_id: str


class InspectionIn(In):
    """What a container was found to hold."""

    container: str
    found: list[str] = Field(max_length=5000)
    place: str | None = None
    at: Instant | None = None


class InspectionOut(Out):
    """What a container was found to hold, beside what is recorded."""

    container: str
    label: str
    expected: int
    found: int
    missing: list[str]
    surplus: list[str]
    is_right: bool
    event_id: str
    findings: list[FindingOut]


class CorrectionIn(In):
    """What is wrong, why, and what is right."""

    event_ids: list[str] = Field(min_length=1, max_length=100)
    reason: str
    explanation: str
    corrective: dict[str, Any] | None = None
    """An EPCIS 2.0 document in JSON-LD."""


class AcceptanceIn(CorrectionIn):
    """A correction, with the digest of the changes that its preview showed."""

    digest: str


class ChangeOut(Out):
    """What changes for one object; only what differs is named."""

    identifier: str
    label: str
    before: dict[str, str | None]
    after: dict[str, str | None]
    resolved: list[FindingOut]
    raised: list[FindingOut]


class ShiftOut(Out):
    """How many objects go from one status to another."""

    before: str | None
    after: str | None
    count: int


class ChangesOut(Out):
    """Everything that changes."""

    touched: int
    changed: int
    shifts: list[ShiftOut]
    items: list[ChangeOut]
    digest: str


class PreviewOut(Out):
    """What a correction would do."""

    wrong: list[str]
    corrective: list[str]
    changes: ChangesOut


class AcceptedOut(Out):
    """A correction that was made."""

    capture_id: str
    changes: ChangesOut


class AskIn(In):
    """What is asked about one pack: a scan, or fields."""

    text: str | None = Field(default=None, max_length=4000)
    gtin: str = ""
    serial: str = ""
    lot: str | None = None
    expires: str | None = None


class VerifyIn(In):
    """Packs to verify, and where, when and why."""

    packs: list[AskIn] = Field(min_length=1, max_length=1000)
    place: str | None = None
    station: str | None = None
    market: str | None = None
    purpose: str = "check"
    at: Instant | None = None


class VerificationOut(Out):
    """The answer about one pack."""

    verification_id: str
    at: datetime
    verdict: str
    reasons: list[FindingOut]
    first: FindingOut | None
    next_step: str
    rule_pack: str
    gtin: str | None
    serial: str | None
    lot: str | None
    expires: str | None
    expires_on: date | None
    identifier: str | None
    label: str | None
    product: str | None
    condition: PackConditionOut | None
    recorded_lot: str | None
    recorded_expires: str | None
    location: str | None
    scanner: list[FindingOut]


class KeptOut(Out):
    """A verification of the past."""

    verification_id: str
    at: datetime
    recorded_at: datetime
    gtin: str | None
    serial: str | None
    lot: str | None
    expires: str | None
    scanned: str | None
    way: str
    purpose: str
    place: str | None
    station: str | None
    market: str | None
    actor_id: str
    actor_name: str
    verdict: str
    reasons: list[str]
    rule_pack: str
    detail: dict[str, Any] | None
