"""Reading documents of many like events: one of each kind is read, the others are looked at.

Gives what `read` gives, many times sooner, when nothing is wrong with a document. When anything is,
or might be, the whole document is read in the ordinary way, so that every finding names its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.epcis import shapes
from packtrail.epcis.events import ObjectEvent
from packtrail.epcis.identifiers import defects_among, identifiers_of
from packtrail.epcis.limits import Limits
from packtrail.epcis.outline import Outline, first_texts, outline
from packtrail.epcis.outline_values import EPOCH, MICROSECOND
from packtrail.epcis.reading import read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.base.findings import Finding
    from packtrail.epcis.events import EpcisDocument, Event
    from packtrail.epcis.outline import Group
    from packtrail.epcis.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReading:
    """What reading a document gave."""

    document: EpcisDocument | None
    """The document without what only its events say; None when there is nothing to go by."""
    findings: tuple[Finding, ...]
    event_count: int
    """Events without error."""
    outline: Outline | None
    """Its outline, None where it has none or where some of its events have an error."""
    events: Mapping[int, Event]
    """Without an outline every event that has no error; else at least one of each group, with few
    or all of the identifiers it lists, and the irregular ones; by place in the document."""
    places: Sequence[str] | None
    """Where each of the events stands; None where only `read` can tell."""


def read_in_bulk(content: bytes, *, limits: Limits | None = None) -> BulkReading:
    """Read an EPCIS document as `read` does."""
    limits = limits or Limits()
    found = outline(content) if len(content) <= limits.size_bytes else None
    if found is not None and _is_within(content, found, limits):
        document = _told(found, limits)
        if document is not None:
            return BulkReading(
                document=document,
                findings=(),
                event_count=len(found.cut.texts),
                outline=found,
                events=dict(zip(found.examples, document.events, strict=True)),
                places=None,
            )
    return _ordinary(content, found, limits)


def _told(found: Outline, limits: Limits) -> EpcisDocument | None:
    """Return a document with its examples; None where they do not tell all."""
    shape = shapes.shape_of(found, limits)
    known = shapes.known(found, *shape) if shape else None
    if known is not None:
        return known
    reading = read(found.short, limits=limits)
    if reading.document is None or not _tells_all(found, reading):
        return None
    if shape is not None:
        shapes.learn(*shape, reading.document)
    return reading.document


def _is_within(content: bytes, found: Outline, limits: Limits) -> bool:
    """Tell whether a document keeps the bounds that its size alone does not tell."""
    if len(found.cut.texts) > limits.events:
        return False
    marks = (b",", b"{", b"[", b"<", b"=")
    return len(content) < limits.nodes or sum(map(content.count, marks)) <= limits.nodes


def _tells_all(found: Outline, reading: Reading) -> bool:
    """Tell whether the examples were read without any finding, and say what the outline says."""
    if reading.findings or reading.document is None:
        return False
    examples = dict(zip(found.examples, reading.document.events, strict=False))
    if len(examples) != len(found.examples) or len(examples) != len(reading.document.events):
        return False
    kinds = tuple(kind.decode() for kind in sorted(found.kinds))
    probe = ObjectEvent(event_time=EPOCH, event_time_zone_offset="", action="ADD", epcs=kinds)
    if any(True for _ in defects_among(identifiers_of(probe), set())):
        return False
    return all(says(examples[int(group.indexes[0])], group) for group in found.groups)


def says(event: Event, group: Group, *, is_short: bool = True) -> bool:
    """Tell whether an event says what the outline says of the first event of a group.

    Args:
        event: The event.
        group: The group.
        is_short: Its lists hold one identifier of a kind only.
    """
    if (event.event_time - EPOCH) // MICROSECOND != int(group.times[0]):
        return False
    told = None if group.identities is None else group.identities[0].decode()
    if event.event_id != told or event.sensor_elements:
        return False
    lists = {listed.name: listed for listed in group.lists}
    for name in ("epcs", "child_epcs", "input_epcs", "output_epcs", "parent_id"):
        value = getattr(event, name, None) or ()
        value = (value,) if isinstance(value, str) else value
        listed = lists.get(name)
        expected = () if listed is None else first_texts(listed, is_short=is_short)
        if [text.encode() for text in value] != list(expected):
            return False
    return True


def _ordinary(content: bytes, found: Outline | None, limits: Limits) -> BulkReading:
    reading = read(content, limits=limits)
    events = reading.document.events if reading.document else ()
    every = dict(enumerate(events))
    # An outline counts events as the document does, so none may have been left out.
    is_whole = found is not None and len(events) == len(found.cut.texts)
    is_same = (
        is_whole
        and found is not None
        and all(says(every[int(one.indexes[0])], one, is_short=False) for one in found.groups)
    )
    return BulkReading(
        document=reading.document,
        findings=reading.findings,
        event_count=len(events),
        outline=found if is_same else None,
        events=every,
        places=reading.places,
    )
