"""Events that follow each other in a JSON document are much alike, and are read so.

Times and identifiers differ from event to event, and little else: what an event has in common with
one read before, and found right, is taken from that. What differs goes through the same readers as
ever, so nothing is checked less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail import gs1
from packtrail.epcis import events, rules
from packtrail.epcis import json_events as je
from packtrail.epcis.identifiers import check_identifiers

if TYPE_CHECKING:
    from packtrail.epcis.json_values import JsonReading, ValueReader

_LISTS: Final = frozenset(("epcList", "childEPCs", "inputEPCList", "outputEPCList"))
_NAME_OBJECTS: Final = _LISTS | {"parentID"}
VARYING: Final = _NAME_OBJECTS | {"eventTime", "recordTime", "eventID"}
"""Members that are read of every event."""
KEPT_MAX: Final = 1_024
"""Events remembered of one document; a document whose events differ more is not remembered on."""

_encoder = msgspec.json.Encoder(decimal_format="number")


class Repeats:
    """Reads the events of one list, each by what it has in common with one before."""

    __slots__ = ("_known", "_reading")

    def __init__(self, reading: JsonReading) -> None:
        self._reading = reading
        self._known: dict[tuple[object, ...], tuple[events.Event, list[_Member]]] = {}

    def read(self, entry: Any, at: str) -> events.Event | None:
        """Read one event; None with findings when it has an error."""
        reading = self._reading
        if reading.tolerant or type(entry) is not dict:
            return je.read_event(reading, entry, at)
        shared = {name: entry[name] for name in entry if name not in VARYING}
        alike = (*entry, _encoder.encode(shared))
        known = self._known.get(alike)
        if known is not None and all(entry[name] for name, _, _ in known[1]):
            return _read_alike(reading, entry, at, *known)
        before = reading.report.count
        event = je.read_event(reading, entry, at)
        if event is not None and reading.report.count == before and len(self._known) < KEPT_MAX:
            members = _members(entry)
            if members:
                self._known[alike] = event, members
        return event


_Member = tuple[str, str, "ValueReader"]
"""Name in JSON, name in the event, and its reader."""


def _members(entry: dict[str, Any]) -> list[_Member]:
    """Return what is to be read of events like this one; nothing for a type of vendors."""
    if entry["type"] not in je.SHAPES:
        return []
    shape = je.SHAPES[entry["type"]][1]
    return [(name, *shape.members[name]) for name in entry if name in VARYING]


def _read_alike(
    reading: JsonReading,
    entry: dict[str, Any],
    at: str,
    model: events.Event,
    members: list[_Member],
) -> events.Event | None:
    """Read what differs from a model; the rest of the event is that of the model."""
    before = reading.report.barring
    changed: dict[str, Any] = {}
    unsure = []
    for name, field, read in members:
        value = entry[name]
        if name in _LISTS and _is_right_list(value):
            changed[field] = tuple(value)
            continue
        value = read(reading, value, at, name)
        if value is not None:
            changed[field] = value
        if name in _NAME_OBJECTS and value:
            unsure.append(value if type(value) is tuple else (value,))
    if reading.report.barring > before:
        return None
    event = msgspec.structs.replace(model, **changed)
    if event.sensor_elements:
        rules.check_event(reading.report, event, lambda i: f"{at}/sensorElementList/{i}")
    check_identifiers(reading.report, unsure, lambda: at or "/")
    return event


def _is_right_list(value: Any) -> bool:
    """Tell whether a value is an array of different identifiers that are right at a glance."""
    return type(value) is list and gs1.are_known(value) and len(set(value)) == len(value)
