"""What may be asked of the events: a typed filter, already parsed and normalised by the caller.

Values in one tuple mean OR, different members mean AND (EPCIS 2.0, 8.2.7.1). CBV terms are bare
words, other values full URIs, exactly as `packtrail.epcis.events` carries them. Objects are named
by `(class_key, item_key)`, so a URN and a Digital Link of the same object ask the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from packtrail.store.facts import FieldName

Comparison = Literal["EQ", "GT", "GE", "LT", "LE"]


@dataclass(frozen=True, slots=True)
class EpcMatch:
    """One object, or with `item_key` None every object of a class (an `idpat` ending in `*`)."""

    class_key: str
    item_key: str | None = None
    is_pattern: bool = False
    """Both keys are patterns of SQL's `like`."""
    prefix_length: int | None = None
    """Digits of the company prefix that a pattern tells; objects that tell others do not match."""


@dataclass(frozen=True, slots=True)
class TermTest:
    """A field has one of some values; without values: it is there."""

    field: FieldName
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberTest:
    """A field has a number, or a time, that compares so with one of some."""

    field: FieldName
    comparison: Comparison
    values: tuple[Decimal, ...]
    is_time: bool = False
    """The numbers are microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class AttributeTest:
    """A field names something whose master data has one of some attributes, and values of it."""

    field: FieldName
    attributes: tuple[str, ...]
    """Every spelling of the names."""
    values: tuple[str, ...] = ()
    """Any of them; empty: any value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """The parameters of a simple event query; an empty tuple or None asks nothing."""

    event_types: tuple[str, ...] = ()
    """`ObjectEvent`, ...; for a vendor's own type the expanded name `{namespace}local`."""
    event_time_from: datetime | None = None
    """`GE_eventTime`, inclusive."""
    event_time_before: datetime | None = None
    """`LT_eventTime`, exclusive."""
    record_time_from: datetime | None = None
    record_time_before: datetime | None = None
    actions: tuple[str, ...] = ()
    biz_steps: tuple[str, ...] = ()
    dispositions: tuple[str, ...] = ()
    read_points: tuple[str, ...] = ()
    biz_locations: tuple[str, ...] = ()
    read_points_within: tuple[str, ...] = ()
    """`WD_readPoint`: these, or what master data says is inside them."""
    biz_locations_within: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    biz_transactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Type -> identifiers (`EQ_bizTransaction_<type>`); types AND, identifiers OR."""
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    destinations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    match_epc: tuple[EpcMatch, ...] = ()
    """In epcList or childEPCs."""
    match_parent_id: tuple[EpcMatch, ...] = ()
    match_any_epc: tuple[EpcMatch, ...] = ()
    named_epcs: tuple[EpcMatch, ...] = ()
    """As `match_any_epc`, and besides it (ours): the objects of a resource."""
    match_input_epc: tuple[EpcMatch, ...] = ()
    match_output_epc: tuple[EpcMatch, ...] = ()
    match_epc_class: tuple[EpcMatch, ...] = ()
    """In quantityList or childQuantityList."""
    match_input_epc_class: tuple[EpcMatch, ...] = ()
    match_output_epc_class: tuple[EpcMatch, ...] = ()
    match_any_epc_class: tuple[EpcMatch, ...] = ()
    exists_error_declaration: bool | None = None
    terms: tuple[TermTest, ...] = ()
    numbers: tuple[NumberTest, ...] = ()
    attributes: tuple[AttributeTest, ...] = ()
    captures: tuple[str, ...] = ()
    """Capture ids (ours, not a parameter of the standard)."""
    lots: tuple[str, ...] = ()
    """Lots recorded in ILMD (ours)."""
    order_by: Literal["eventTime", "recordTime"] = "eventTime"
    """What the answer is ordered by, unless by a field."""
    order_field: FieldName | None = None
    """An extension field; events without it come last."""
    order_direction: Literal["ASC", "DESC"] = "DESC"
    event_count_limit: int | None = None
    """Truncates the ordered answer."""
    event_count_max: int | None = None
    """`maxEventCount`: more events than this refuse the query, never truncate it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKey:
    """Where the next page starts: the last row of the page before and the pinned watermark."""

    time: datetime
    """Of the last event; which one, the filter says."""
    segment_id: int
    """Segment of the last event."""
    place: int
    """Its place in the segment."""
    watermark: datetime
    """Only events recorded until then belong to the answer, whatever arrives meanwhile."""
    returned: int
    """Events given out so far; counts against `event_count_limit`."""
    rank: int = 0
    """Of an answer ordered by a field: 0 where it is a number, 1 a text, 2 is not there."""
    number: Decimal = Decimal(0)
    text: str = ""
