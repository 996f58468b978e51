"""Looks at the GS1 identifiers of an event; malformed ones are warnings, as no schema knows them.

Identifiers come by the ten thousand and share all but their serial: a list is looked at in one
pass, and of what cannot be told right at a glance one of each class is looked at closely.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from packtrail import gs1
from packtrail.epcis import codes, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from packtrail.epcis.report import Report


def check_identifiers(
    report: Report, lists: Iterable[Sequence[str]], place: Callable[[], str]
) -> None:
    """Add a warning for each class of identifiers that is malformed.

    Args:
        report: Where warnings go; a class is reported once in a document.
        lists: Identifiers of an event.
        place: Returns where the event stands; only called when there is something to say.
    """
    for message in defects_among(lists, report.seen):
        report.add(codes.BAD_IDENTIFIER, message, place())


def defects_among(lists: Iterable[Sequence[str]], seen: set[str]) -> Iterator[str]:
    """Return what is wrong with identifiers, once for each class not yet seen."""
    for texts in lists:
        for text in () if gs1.are_known(texts) else texts:
            if gs1.is_known(text):
                continue
            head = text.rpartition("." if text.startswith("urn:") else "/")[0]
            if head not in seen:
                seen.add(head)
                yield from _defects(text)


def identifiers_of(event: events.Event) -> Iterator[Sequence[str]]:
    """Return the identifiers of an event, list by list."""
    for name in LISTS[type(event)]:
        yield getattr(event, name)
    for name in _QUANTITIES[type(event)]:
        yield [quantity.epc_class for quantity in getattr(event, name)]
    if parent := getattr(event, "parent_id", None):
        yield (parent,)
    yield [place.id for place in (event.read_point, event.biz_location) if place]
    yield [one.source for one in event.sources]
    yield [one.destination for one in event.destinations]


def _fields_in(names: tuple[str, ...]) -> dict[type[events.Event], tuple[str, ...]]:
    """Return which of the fields each type of event has."""
    return {
        kind: tuple(name for name in names if name in kind.__struct_fields__)
        for kind in events.Event.__subclasses__()
    }


LISTS: Final = _fields_in(("epcs", "child_epcs", "input_epcs", "output_epcs"))
"""Type of event -> its lists of identifiers."""
_QUANTITIES: Final = _fields_in(
    ("quantities", "child_quantities", "input_quantities", "output_quantities")
)


@lru_cache(maxsize=4096)
def _defects(text: str) -> tuple[str, ...]:
    if not text.startswith(("urn:epc:", "http://", "https://")):
        return ()
    return tuple(finding.message for finding in gs1.check(text))
