"""An event as a page shows it, from its JSON-LD body: one table from field to place on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from packtrail.rendering import times, words

if TYPE_CHECKING:
    from collections.abc import Mapping

Body = dict[str, Any]

_OBJECTS = (
    ("parentID", "Parent"),
    ("epcList", "Objects"),
    ("childEPCs", "Children"),
    ("inputEPCList", "Inputs"),
    ("outputEPCList", "Outputs"),
)
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects in one part of an event."""

    title: str
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A kind and what is of that kind: a document, a party."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One event, ready to show."""

    event_id: str
    type: str
    title: str
    icon: str
    when: str
    when_utc: str
    recorded: str
    action: str
    biz_step: str
    disposition: str
    read_point: str | None
    biz_location: str | None
    objects: tuple[Objects, ...]
    quantities: tuple[Pair, ...]
    transactions: tuple[Pair, ...]
    sources: tuple[Pair, ...]
    destinations: tuple[Pair, ...]
    ilmd: tuple[Pair, ...]
    error: str
    """Why the event was declared wrong; empty when it was not."""

    @property
    def object_count(self) -> int:
        """How many objects it names."""
        return sum(len(group.identifiers) for group in self.objects)

    @property
    def places(self) -> tuple[str, ...]:
        """The places and parties it names."""
        parties = [pair.value for pair in (*self.sources, *self.destinations)]
        return tuple(each for each in (self.read_point, self.biz_location, *parties) if each)


def view_of(body: Body) -> EventView:
    """Return the view of one event."""
    step = str(body.get("bizStep") or "")
    word = words.STEPS.get(step)
    kind = str(body.get("type", ""))
    return EventView(
        event_id=str(body.get("eventID", "")),
        type=kind,
        title=word.text if word else words.plain(step) or kind,
        icon=word.icon if word else "event",
        when=_moment(body.get("eventTime"), body.get("eventTimeZoneOffset")),
        when_utc=_precise(body.get("eventTime")),
        recorded=_moment(body.get("recordTime"), None),
        action=str(body.get("action", "")),
        biz_step=step,
        disposition=str(body.get("disposition") or ""),
        read_point=_place(body.get("readPoint")),
        biz_location=_place(body.get("bizLocation")),
        objects=_objects(body),
        quantities=_quantities(body),
        transactions=_pairs(body, "bizTransactionList", "bizTransaction", words.transaction),
        sources=_pairs(body, "sourceList", "source", words.party),
        destinations=_pairs(body, "destinationList", "destination", words.party),
        ilmd=tuple(_flat(body.get("ilmd") or {})),
        error=_error(body.get("errorDeclaration")),
    )


def first_object(view: EventView) -> str | None:
    """Return one object of the event, if it names any."""
    return next((group.identifiers[0] for group in view.objects), None)


def _instant(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def _moment(value: object, offset: object) -> str:
    at = _instant(value)
    if at is None:
        return str(value or "")
    return times.moment(at, offset if isinstance(offset, str) else None)


def _precise(value: object) -> str:
    at = _instant(value)
    return times.precise(at) if at else ""


def _place(value: object) -> str | None:
    found = value.get("id") if isinstance(value, dict) else value
    return str(found) if found else None


def _objects(body: Body) -> tuple[Objects, ...]:
    groups = []
    for field, title in _OBJECTS:
        value = body.get(field) or ()
        found = (value,) if isinstance(value, str) else tuple(str(each) for each in value)
        if found:
            groups.append(Objects(title, found))
    return tuple(groups)


def _quantities(body: Body) -> tuple[Pair, ...]:
    return tuple(
        Pair(f"{each.get('quantity', '')} {each.get('uom') or ''}".strip(), str(each["epcClass"]))
        for field in _QUANTITIES
        for each in body.get(field) or ()
        if isinstance(each, dict) and "epcClass" in each
    )


def _pairs(body: Body, field: str, value: str, name: Any) -> tuple[Pair, ...]:
    return tuple(
        Pair(name(each.get("type")), str(each.get(value, "")))
        for each in body.get(field) or ()
        if isinstance(each, dict)
    )


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[Pair]:
    pairs = []
    for key, value in values.items():
        name = f"{prefix}{key.rsplit(':', 1)[-1]}"
        if isinstance(value, dict):
            pairs += _flat(value, f"{name} · ")
        else:
            pairs.append(Pair(name, str(value)))
    return pairs


def _error(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    reason = words.plain(str(value.get("reason") or "")) or "No reason was given"
    return f"{reason}, declared {_moment(value.get('declarationTime'), None)}"
