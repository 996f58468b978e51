"""Events that follow each other in an XML document are much alike, and are read so.

Times and identifiers differ from event to event, and little else. These are cut out of the text of
an event; where the rest is that of an event read before, and found right, the rest need not be read
again. What was cut out is checked as ever, and at the first doubt the event is read in full.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lxml import etree
from msgspec.structs import replace

from packtrail import gs1
from packtrail.epcis import events, rules, scalars
from packtrail.epcis import xml_events as xe
from packtrail.epcis.identifiers import check_identifiers
from packtrail.epcis.scalars import XML_SPACE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from packtrail.epcis.xml_checks import Element, XmlReading

KEPT_MAX: Final = 1_024
"""Events remembered of one list; where they differ more, those that came first are remembered."""

_MIXED = re.compile(
    r">[ \t\r\n]*[^ \t\r\n<][^<]*<[^/]|</[^>]*>[ \t\r\n]*[^ \t\r\n<]|/>[ \t\r\n]*[^ \t\r\n<]"
)
"""Text beside elements, as lxml writes it, which leaves no `>` in texts and attributes."""


def _time(reading: XmlReading, text: str) -> datetime | None:
    time = scalars.xsd_time(text)
    if time is None or time.tzinfo is None:
        return None
    return time if reading.version == 1 or scalars.has_stamp_form(text) else None


def _uri(_: XmlReading, text: str) -> str | None:
    text = text.strip(XML_SPACE)
    return text if scalars.are_kept_uris((text,)) else None


def _texts(text: str) -> tuple[str, ...]:
    """Return what stands between `<epc>` and `</epc>`, if all is different; else nothing."""
    start, end = text.find("<epc>"), text.rfind("</epc>")
    gap = text[text.find("</epc>") : text.find("<epc>", start + 1) + 5]
    inner = text[start + 5 : end]
    found = tuple(inner.split(gap)) if gap else (inner,)
    around = f"{text[:start]}{gap[6:-5]}{text[end + 6 :]}"
    return () if around.strip(XML_SPACE) or len(set(found)) < len(found) else found


class _Part(NamedTuple):
    """An element that differs from event to event."""

    name: str
    field: str
    """Of the event."""
    read: Callable[[XmlReading, str], Any] | None
    """None for a list of identifiers."""

    @property
    def mention(self) -> re.Pattern[str]:
        """What finds any element of the name."""
        return re.compile(rf"<{self.name}[ />]")


PARTS: Final = (
    _Part("eventTime", "event_time", _time),
    _Part("recordTime", "record_time", _time),
    _Part("eventID", "event_id", _uri),
    _Part("parentID", "parent_id", _uri),
    _Part("epcList", "epcs", None),
    _Part("childEPCs", "child_epcs", None),
    _Part("inputEPCList", "input_epcs", None),
    _Part("outputEPCList", "output_epcs", None),
)
"""What is read of every event, in the order in which the schemas have it."""
_NAME_OBJECTS: Final = frozenset(("parent_id", *(part.field for part in PARTS if not part.read)))

_OF_EVENTS: Final = {
    kind: tuple(part for part in PARTS if part.field in event.__struct_fields__)
    for kind, event in xe.EVENT_TYPES.items()
}

Cut = list[tuple[_Part, str]]


class Repeats:
    """Reads the events of one list, each by what it has in common with one before."""

    __slots__ = ("_known", "_reading")

    def __init__(self, reading: XmlReading) -> None:
        self._reading = reading
        self._known: dict[tuple[str, ...], events.Event] = {}

    def read(self, element: Element) -> events.Event | None:
        """Read one event; None with findings when it has an error."""
        reading = self._reading
        text = etree.tostring(element, encoding="unicode")
        rest, cut = _cut(text, _OF_EVENTS[element.tag])
        differences = None if reading.tolerant else _Differences.read(reading, cut)
        model = self._known.get(rest)
        if model is not None and differences is not None:
            return _alike(reading, element, model, differences)
        # What was cut out and is right holds no text beside elements.
        searched = text if differences is None else "".join(rest)
        reading.has_mixed_content = _MIXED.search(searched) is not None
        before = reading.report.count
        event = xe.read_event(reading, element)
        reading.has_mixed_content = True
        if event is None or differences is None or reading.report.count > before:
            return event
        if len(self._known) < KEPT_MAX and _is_cut_right(searched, cut, differences, event):
            self._known[rest] = event
        return event


def _is_cut_right(rest: str, cut: Cut, differences: _Differences, event: events.Event) -> bool:
    """Tell whether what was cut out, and nothing else of the name, is what the reader read."""
    return all(len(part.mention.findall(rest)) == 1 for part, _ in cut) and all(
        getattr(event, field) == value for field, value in differences.fields.items()
    )


def _cut(text: str, parts: tuple[_Part, ...]) -> tuple[tuple[str, ...], Cut]:
    """Cut out of the text of an event what differs; return what is around it, and that."""
    around, cut, at = [], [], 0
    first = text.find("<epc>")
    for part in parts:
        start = text.find(f"<{part.name}>", at, len(text) if part.read is None else first)
        if start >= 0:
            start += len(part.name) + 2
            end = text.find(f"</{part.name}>", start)
            around.append(text[at:start])
            cut.append((part, text[start:end]))
            at = end
    around.append(text[at:])
    return tuple(around), cut


class _Differences(NamedTuple):
    """What differs between events that are alike."""

    fields: dict[str, Any]
    unsure: list[tuple[str, ...]]
    """Identifiers that are URIs, and need a closer look."""

    @classmethod
    def read(cls, reading: XmlReading, cut: Cut) -> _Differences | None:
        """Return the values of what was cut out; None where one is not right for sure."""
        fields: dict[str, Any] = {}
        unsure = []
        for part, text in cut:
            value = _texts(text) if part.read is None else part.read(reading, text)
            if not value or "&" in text:
                return None
            fields[part.field] = value
            if part.field in _NAME_OBJECTS:
                texts: tuple[str, ...] = value if isinstance(value, tuple) else (value,)
                if not gs1.are_known(texts):
                    unsure.append(texts)
        # No `<` is part of a URI, so no other elements are hidden in what is one.
        return cls(fields, unsure) if all(map(scalars.are_kept_uris, unsure)) else None


def _alike(
    reading: XmlReading, element: Element, model: events.Event, differences: _Differences
) -> events.Event:
    """Return an event that has what differs, and everything else of its model."""
    event = replace(model, **differences.fields)
    if event.sensor_elements:
        rules.check_event(reading.report, event, lambda i: xe.sensor_place(reading, element, i))
    check_identifiers(reading.report, differences.unsure, lambda: reading.place(element))
    return event
