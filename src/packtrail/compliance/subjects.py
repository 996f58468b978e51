"""Subjects: what a rule is asked about, with every fact that may be said of it.

A fact that is None was not said; a rule that needs it then answers *unknown*, never *passed*. Marks
such as groups and roles are empty where nothing was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, Final

from packtrail.compliance.decoding import keyed
from packtrail.compliance.elements import Element
from packtrail.compliance.spans import Span
from packtrail.compliance.words import (
    Carrier,
    Characters,
    Issuer,
    Level,
    Origin,
    ProductClass,
    Role,
)


class SubjectKind(StrEnum):
    """What a rule can be about."""

    TRADE_ITEM = "trade_item"
    LOT = "lot"
    LABEL = "label"
    SHIPMENT = "shipment"
    DOCUMENT = "document"
    SCAN = "scan"
    RETURN = "return"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Delay:
    """When something was reported: before the event, at once, after a span of time, or never."""

    EXPECTED: ClassVar[str] = "before, at once, never, or a span of time such as 20 hours"

    word: str = ""
    """`before`, `at once` or `never`; empty where a span is told."""
    span: Span | None = None

    @classmethod
    def read(cls, text: str) -> Delay | None:
        """Return the delay of a text, or None where it is none."""
        if text in {"before", "at once", "never"}:
            return cls(text)
        span = Span.read(text)
        return cls(span=span) if span else None

    @property
    def is_reported(self) -> bool:
        """Whether it was reported at all."""
        return self.word != "never"

    def __str__(self) -> str:
        return self.word or f"{self.span} later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What every subject may say of the product and of the part its holder plays."""

    KIND: ClassVar[SubjectKind]

    market: str = ""
    """The market it is for, where a pack holds for several."""
    product_class: ProductClass | None = keyed("class", default=None)
    groups: frozenset[str] = frozenset()
    """Marks of the product that rules speak of: vaccine, anticancer, schedule_h2 ..."""
    origin: Origin | None = None
    level: Level | None = None
    roles: frozenset[Role] = frozenset()
    """Parts that the party in question plays."""
    manufactured_on: date | None = None
    released_on: date | None = None
    expires_on: date | None = None
    devices: frozenset[str] = frozenset()
    """National labels and stickers the pack bears: bollino, ipzs_label, price_sticker ..."""
    reports: Mapping[str, Delay] = field(default_factory=dict)
    """Event (a word of `Happening`) -> when it was reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeItem(Subject):
    """A product at one packing level, as its maker sells it in a market."""

    KIND: ClassVar[SubjectKind] = SubjectKind.TRADE_ITEM

    gtin: str | None = None
    national_numbers: Mapping[str, str] | None = None
    """Scheme -> number: NDC, AIC, KD, NHRN."""
    serial_length: int | None = None
    serial_characters: Characters | None = None
    is_serial_random: bool | None = keyed("serial_random", default=None)
    guess_probability: Fraction | None = None
    """The share of possible serial numbers that is issued."""
    serial_issuer: Issuer | None = None
    registered_with: frozenset[str] | None = None
    """Systems that hold its master data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot(Subject):
    """A production run."""

    KIND: ClassVar[SubjectKind] = SubjectKind.LOT

    number: str | None = None
    printed_at: str | None = None
    """Where serial numbers are printed: licensed_site, distribution_centre, abroad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Subject):
    """What stands on a pack or container."""

    KIND: ClassVar[SubjectKind] = SubjectKind.LABEL

    carries: frozenset[Element] | None = None
    """Application identifiers in the data carrier: 01, 21, 17, 10."""
    values: Mapping[Element, str] = field(default_factory=dict)
    """Application identifier -> value, where the values matter."""
    element_order: tuple[Element, ...] | None = None
    contents: frozenset[str] | None = None
    """What the code says in other words than application identifiers."""
    carriers: frozenset[Carrier] | None = None
    print_grade: Fraction | None = None
    """ISO/IEC 15415, 0 to 4."""
    human_readable: frozenset[str] | None = None
    """Application identifiers, or words, that stand in plain text."""
    statements: Mapping[str, Fraction] | None = None
    """Texts on the pack -> their size in points."""
    is_tamper_evident: bool | None = keyed("tamper_evident", default=None)
    panel_cm: Fraction | None = None
    """Sum of the two longest dimensions of the pack, in centimetres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment(Subject):
    """Goods that change place or owner."""

    KIND: ClassVar[SubjectKind] = SubjectKind.SHIPMENT

    to_roles: frozenset[Role] = frozenset()
    to_groups: frozenset[str] = frozenset()
    """Marks of the receiver: small_dispenser ..."""
    to_market: str | None = None
    is_partner_authorised: bool | None = keyed("partner_authorised", default=None)
    aggregated: frozenset[Level] | None = None
    """Levels whose contents are known by identifier."""
    identified_by: frozenset[str] | None = None
    """Keys on the logistic units: sscc, sgtin."""
    accompanied_by: frozenset[str] | None = None
    """Documents that travel with it: transaction_information, transaction_statement."""
    tells: frozenset[str] | None = None
    """What the transaction information says."""
    is_accepted: bool | None = keyed("accepted", default=None)
    """Whether the sender had received the goods in the system before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Subject):
    """A file or message for a partner or an authority, or a record that is kept."""

    KIND: ClassVar[SubjectKind] = SubjectKind.DOCUMENT

    format: str | None = None
    """A word of the reports: epcis_1_2_xml, its_pts_xml, csv ..."""
    guideline: str | None = None
    size_bytes: int | None = None
    event_count: int | None = None
    bad_rows: int | None = None
    kept_for: Span | None = None
    kept_until: date | None = None
    """The last day on which it is there."""
    record: str = ""
    """What kind of record is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Subject):
    """A pack at the moment it is dispensed, resold or received."""

    KIND: ClassVar[SubjectKind] = SubjectKind.SCAN

    purpose: str | None = None
    """dispense, resale, receive."""
    supplier: str | None = None
    """From whom: manufacturer, holder, designated_wholesaler, wholesaler, dispenser, same_company.
    """
    is_verified: bool | None = keyed("verified", default=None)
    is_decommissioned: bool | None = keyed("decommissioned", default=None)
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Subject):
    """A pack that comes back, or whose decommissioning is undone."""

    KIND: ClassVar[SubjectKind] = SubjectKind.RETURN

    is_verified: bool | None = keyed("verified", default=None)
    undone_after: Span | None = None
    is_same_premises: bool | None = keyed("same_premises", default=None)
    is_same_authorisation: bool | None = keyed("same_authorisation", default=None)
    state: str | None = None
    is_supplied_to_public: bool | None = keyed("supplied_to_public", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Subject):
    """A suspect or illegitimate product, a request, an alert: what must be answered in time."""

    KIND: ClassVar[SubjectKind] = SubjectKind.INCIDENT

    told: frozenset[str] | None = None
    """Who was told."""


SUBJECTS: Final[Mapping[SubjectKind, type[Subject]]] = {
    each.KIND: each for each in (TradeItem, Lot, Label, Shipment, Document, Scan, Return, Incident)
}
