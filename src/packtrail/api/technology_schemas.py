"""The bodies of systems and equipment."""

from __future__ import annotations

from datetime import date

from packtrail.api.law_schemas import ChangedOut
from packtrail.api.schemas import FindingOut, Out


class SupportItemOut(Out):
    """One part of a system, and until when it is kept up."""

    system: str
    name: str
    role: str
    level: str
    site: str
    criticality: str
    validation: str
    component: str
    release: str
    ends_on: date | None
    days: int | None
    standing: str
    confidence: str
    source: str
    seen_on: date | None
    is_own: bool
    candidates: list[str]
    lines: list[str]
    products: list[str]
    markets: list[str]
    through: list[str]


class AbilityOut(Out):
    """Whether a line can do something, and what says so."""

    can: bool
    basis: str
    told: str
    on: date | None
    confidence: str


class FigureOut(Out):
    """A figure of a line, and what says so."""

    value: float
    basis: str
    told: str
    on: date | None
    confidence: str


class LineAbilitiesOut(Out):
    """What is known of a line."""

    line: str
    can: dict[str, AbilityOut]
    levels: list[str]
    symbologies: list[str]
    elements: list[str]
    protocols: list[str]
    figures: dict[str, FigureOut]
    equipment: list[str]
    noted_on: date | None


class WayOut(Out):
    """A way to close a gap."""

    title: str
    cost_eur: int
    effort_days: float
    lead_days: int
    stop_days: int
    source: str
    on: date | None
    confidence: str
    is_own: bool


class FitAnswerOut(Out):
    """How a line stands to something a rule asks."""

    topic: str
    wanted: str
    rule: str
    clause: str
    scope: str
    state: str
    told: str
    basis: str
    on: date | None
    confidence: str
    ways: list[WayOut]


class LineFitOut(Out):
    """How a line stands to all that the rules of a market ask."""

    line: str
    packs_for_it: bool
    is_fit: bool
    met: int
    lacking: int
    unknown: int
    cost_eur: int
    lead_days: int
    answers: list[FitAnswerOut]


class ReportFitOut(Out):
    """How the company stands to something that a market wants reported."""

    wanted: str
    rule: str
    clause: str
    state: str
    told: str
    ways: list[WayOut]


class MarketFitOut(Out):
    """How lines and connections stand to what the rules of a market ask on a day."""

    market: str
    name: str
    on: date
    is_sold: bool
    wanted: int
    lines: list[LineFitOut]
    reports: list[ReportFitOut]


class UpgradeOut(Out):
    """An upgrade that the radar makes necessary."""

    system: str
    name: str
    parts: list[str]
    ends_on: date | None
    is_in_plan: bool
    lines: list[str]
    markets: list[str]
    packages: list[str]
    cost_eur: int
    effort_days: float
    due_on: date | None


class SupportRowOut(Out):
    """Until when a release of a product is kept up, as Packtrail or the company knows it."""

    product: str
    release: str
    vendor: str
    ends_on: date | None
    paid_until: date | None
    source: str
    seen_on: date | None
    confidence: str
    checked_with: str
    through: str
    is_own: bool


class InventoryImportOut(Out):
    """What became of a file."""

    rows: dict[str, int]
    outcome: ChangedOut
    is_trial: bool
    findings: list[FindingOut]
