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
