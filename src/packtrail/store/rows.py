"""The columns of a segment: what queries ask for and a journey shows without opening a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    ExtensionEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.epcis.events import Event

TRANSACTION, SOURCE, DESTINATION = "t", "s", "d"
INDEXED_BYTES_MAX = 2_600
"""Longest text that an index is sure to hold: a third of a page of the database, less its head."""
_TOGETHER = ("type", "bizStep", "disposition")
"""Columns that one index holds together."""


def event_type(event: Event) -> str:
    """Return the type as a query names it."""
    return event.type if isinstance(event, ExtensionEvent) else type(event).__name__


def link(kind: str, of_type: str | None, identifier: str) -> str:
    """Return the text under which a transaction, source or destination is indexed."""
    return f"{kind}:{of_type or ''}|{identifier}"


def read_link(text: str) -> tuple[str, str | None, str]:
    """Return kind, type and identifier of an indexed link: the inverse of `link`."""
    kind, _, rest = text.partition(":")
    of_type, _, identifier = rest.partition("|")
    return kind, of_type or None, identifier


def columns(event: Event) -> tuple[Any, ...]:
    """Return the columns that like events share, in the order of `insert_segment`."""
    ilmd = getattr(event, "ilmd", {})
    return (
        event.error_declaration is not None,
        _empties(event),
        event.event_time_zone_offset,
        event_type(event),
        getattr(event, "action", None),
        event.biz_step,
        event.disposition,
        event.read_point.id if event.read_point else None,
        event.biz_location.id if event.biz_location else None,
        _text(ilmd, LOT_NUMBER),
        _text(ilmd, ITEM_EXPIRATION_DATE),
        list(_links(event)) or None,
    )


def too_long(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the texts of an event that no index holds: what each is, and the text."""
    _, _, _, kind, _, step, disposition, read_point, location, lot, expires, links = columns(event)
    together = sum(len((each or "").encode()) for each in (kind, step, disposition))
    for name, text in (
        ("type", kind),
        ("bizStep", step),
        ("disposition", disposition),
        ("readPoint", read_point),
        ("bizLocation", location),
        ("lotNumber", lot),
        ("itemExpirationDate", expires),
        *(("business transaction, source or destination", each) for each in links or ()),
    ):
        size = len((text or "").encode())
        is_one_of_several = together > INDEXED_BYTES_MAX and name in _TOGETHER
        if size > (INDEXED_BYTES_MAX // len(_TOGETHER) if is_one_of_several else INDEXED_BYTES_MAX):
            yield name, text


def _empties(event: Event) -> bool:
    """Tell whether the event unpacks everything, without naming it (EPCIS 2.0, 7.4.3)."""
    return (
        isinstance(event, AggregationEvent)
        and event.action == "DELETE"
        and event.parent_id is not None
        and not event.child_epcs
        and not event.child_quantities
    )


def _links(event: Event) -> Iterator[str]:
    for transaction in event.biz_transactions:
        yield link(TRANSACTION, transaction.type, transaction.biz_transaction)
    for source in event.sources:
        yield link(SOURCE, source.type, source.source)
    for destination in event.destinations:
        yield link(DESTINATION, destination.type, destination.destination)


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    """Return the text of an extension field, or None; of a repeated field the first."""
    value = fields.get(name)
    if isinstance(value, tuple):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("#text")
    return None if value is None else str(value)
