"""Looks at the GS1 identifiers of an event; malformed ones are warnings, as no schema knows them.

Identifiers come by the ten thousand and share all but their serial, so one of each class is looked
at.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.epcis import codes, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packtrail.epcis.report import Report

_LISTS = ("epcs", "child_epcs", "input_epcs", "output_epcs")
_QUANTITIES = ("quantities", "child_quantities", "input_quantities", "output_quantities")


def check_identifiers(report: Report, event: events.Event, place: Callable[[], str]) -> None:
    """Add a warning for each class of identifiers in an event that is malformed.

    Args:
        report: Where warnings go; a class is reported once in a document.
        event: The event.
        place: Returns where the event stands; only called when there is something to say.
    """
    for message in defects_of(event, report.seen):
        report.add(codes.BAD_IDENTIFIER, message, place())


def defects_of(event: events.Event, seen: set[str]) -> Iterator[str]:
    """Return what is wrong with the identifiers of an event, one of each class not yet seen."""
    for text in _identifiers(event):
        head = _head(text)
        if head not in seen:
            seen.add(head)
            yield from _defects(text)


def _identifiers(event: events.Event) -> Iterator[str]:
    """Return one identifier of each class in each field."""
    for name in _LISTS:
        texts: tuple[str, ...] = getattr(event, name, ())
        yield from texts if len(texts) < 2 else {_head(text): text for text in texts}.values()
    for name in _QUANTITIES:
        for quantity in getattr(event, name, ()):
            yield quantity.epc_class
    if parent := getattr(event, "parent_id", None):
        yield parent
    yield from (place.id for place in (event.read_point, event.biz_location) if place)
    yield from (one.source for one in event.sources)
    yield from (one.destination for one in event.destinations)


def _head(text: str) -> str:
    """Return an identifier without its serial, near enough."""
    return text.rpartition("." if text.startswith("urn:") else "/")[0]


@lru_cache(maxsize=4096)
def _defects(text: str) -> tuple[str, ...]:
    if not text.startswith(("urn:epc:", "http://", "https://")):
        return ()
    return tuple(finding.message for finding in gs1.check(text))
