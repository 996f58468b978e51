"""Packing in the warehouse: take things out by themselves, look what a container really holds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from packtrail.access import Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.epcis.events import AggregationEvent, Place
from packtrail.hierarchy.codes import CONTENTS_DIFFER
from packtrail.lifecycle.fold import fold
from packtrail.services.accounts.organisations import audience_for, visible_to
from packtrail.services.capture import recording
from packtrail.services.codes import NOT_PACKED, NOT_RECORDED, NOTHING_NAMED
from packtrail.services.goods import describing, places
from packtrail.services.goods.tracing import read_identifier
from packtrail.store import contents, journeys
from packtrail.store.names import identifier as identifier_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.epcis.events import Event
    from packtrail.services.application import Application
    from packtrail.store.journeys import ItemKey, Journey

OBJECTS_MAX: Final = 5_000
"""Most objects that are unpacked or found at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When and where something is done."""

    place: str | None = None
    """GLN, SGLN or Digital Link."""
    at: datetime | None = None
    """Default: now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What was taken out of one container."""

    parent: str
    label: str
    children: tuple[str, ...]
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a container was found to hold, beside what is recorded."""

    container: str
    label: str
    expected: int
    found: int
    missing: tuple[str, ...]
    """Recorded inside, and not found."""
    surplus: tuple[str, ...]
    """Found, and not recorded inside."""
    event_id: str
    findings: tuple[Finding, ...]

    @property
    def is_right(self) -> bool:
        """Whether it holds exactly what is recorded."""
        return not (self.missing or self.surplus)


def unpack(
    app: Application, actor: Actor, identifiers: Sequence[str], occasion: Occasion
) -> tuple[Unpacked, ...]:
    """Take objects out of whatever holds them, which need not be named.

    Args:
        app: The application.
        actor: Who does it.
        identifiers: The objects, in any notation, 1 to `OBJECTS_MAX`.
        occasion: When and where; what holds them at that moment counts.

    Raises:
        NotFound: `TRC-001`, nothing is recorded of an object.
        Conflict: `TRC-019`, nothing holds an object then.
        RefusedError: An identifier or the place cannot be read.
        NotPermitted: The actor may not record events.
    """
    require(actor, Permission.CAPTURE_CREATE)
    keys = _keys(identifiers)
    at = occasion.at or app.clock()
    with app.database.transaction() as conn:
        told = journeys.read_many(conn, keys, audience_ids=visible_to(conn, actor), as_of=at)
        _require_recorded(keys, told)
        held: defaultdict[str, list[str]] = defaultdict(list)
        for key in keys:
            journey = told[key]
            parent = fold(journey.steps).parent
            if parent is None:
                label = describing.label_of(journey.identifier)
                raise Conflict(NOT_PACKED.found(f"Nothing holds {label} then."))
            held[parent].append(journey.identifier)
        events = [
            _aggregation(occasion, at, ("DELETE", "unpacking", "in_progress"), parent, children)
            for parent, children in held.items()
        ]  # fmt: skip
        _record(app, conn, actor, events, name="unpacking")
    return tuple(
        Unpacked(
            parent=parent,
            label=describing.label_of(parent),
            children=tuple(children),
            event_id=event.event_id or "",
        )
        for (parent, children), event in zip(held.items(), events, strict=True)
    )


def inspect(
    app: Application, actor: Actor, container: str, found: Sequence[str], occasion: Occasion
) -> Inspection:
    """Record what a container was found to hold when it was opened: evidence for inference.

    Args:
        app: The application.
        actor: Who opened it.
        container: The container, in any notation.
        found: Everything that was directly inside, in any notation; nothing if it was empty.
        occasion: When and where.

    Returns:
        What differs from the record; `TRC-106` says so.

    Raises:
        NotFound: `TRC-001`, nothing is recorded of the container.
        RefusedError: An identifier or the place cannot be read.
        NotPermitted: The actor may not record events.
    """
    require(actor, Permission.CAPTURE_CREATE)
    (parent,) = _keys([container])
    there = _keys(found) if found else []
    at = occasion.at or app.clock()
    with app.database.transaction() as conn:
        audience_ids = visible_to(conn, actor)
        tree = contents.expand(conn, [parent], audience_ids=audience_ids, as_of=at)
        expected = tree.get(parent, ())
        told = journeys.read_many(
            conn, {parent, *there, *expected}, audience_ids=audience_ids, as_of=at
        )
        _require_recorded([parent], told)
        missing = [_name(key, told) for key in expected if key not in set(there)]
        surplus = [_name(key, told) for key in there if key not in set(expected)]
        is_right = not (missing or surplus)
        what = "completeness_verified" if is_right else "mismatch_instance"
        event = _aggregation(
            *(occasion, at, ("OBSERVE", "inspecting", what), _name(parent, told)),
            [_name(key, told) for key in there],
        )
        _record(app, conn, actor, [event], name="inspection")
    label = describing.label_of(_name(parent, told))
    findings = []
    if not is_right:
        text = (
            f"{label} was found to hold {len(there)} things, not {len(expected)};"
            f" missing: {len(missing)}, not recorded inside: {len(surplus)}."
        )
        findings.append(CONTENTS_DIFFER.found(text, at=event.event_id or ""))
    return Inspection(
        container=_name(parent, told),
        label=label,
        expected=len(expected),
        found=len(there),
        missing=tuple(missing),
        surplus=tuple(surplus),
        event_id=event.event_id or "",
        findings=tuple(findings),
    )


def place_of(occasion: Occasion) -> Place | None:
    """Return the place as events name it.

    Raises:
        RefusedError: `TRC-008`, it is no place.
    """
    if occasion.place is None:
        return None
    key = places.location_of(occasion.place)
    return Place(id=describing.identifier_of(key) if key else occasion.place.strip())


def offset_of(at: datetime) -> str:
    """Return the offset of a moment as EPCIS writes it."""
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:5]}" if text else "+00:00"


def _aggregation(
    occasion: Occasion,
    at: datetime,
    what: tuple[str, str, str],
    parent: str,
    children: Iterable[str],
) -> AggregationEvent:
    """Return an event; `what` is its action, business step and disposition."""
    place = place_of(occasion)
    action, biz_step, disposition = what
    return AggregationEvent(
        event_time=at,
        event_time_zone_offset=offset_of(at),
        event_id=f"urn:uuid:{uuid4()}",
        action=action,
        biz_step=biz_step,
        disposition=disposition,
        parent_id=parent,
        child_epcs=tuple(children),
        read_point=place,
        biz_location=place,
    )


def _record(
    app: Application, conn: Connection, actor: Actor, events: Sequence[Event], *, name: str
) -> str:
    owner_id, audience_id = audience_for(conn, actor, None)
    return recording.record(
        conn, actor, events, name=f"{name} of {app.clock():%Y-%m-%d %H:%M:%S}.jsonld",
        owner_id=owner_id, audience_id=audience_id, clock=app.clock,
    )  # fmt: skip


def _keys(identifiers: Sequence[str]) -> list[ItemKey]:
    if not 0 < len(identifiers) <= OBJECTS_MAX:
        text = f"1 to {OBJECTS_MAX} objects are named, not {len(identifiers)}."
        raise RefusedError(NOTHING_NAMED.found(text))
    return list(dict.fromkeys(read_identifier(each)[1] for each in identifiers))


def _require_recorded(keys: Iterable[ItemKey], told: dict[ItemKey, Journey]) -> None:
    unknown = [key for key in keys if key not in told]
    if unknown:
        label = describing.label_of(identifier_of(*unknown[0], None))
        more = f", nor of {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise NotFound(NOT_RECORDED.found(f"Nothing is recorded of {label}{more}."))


def _name(key: ItemKey, told: dict[ItemKey, Journey]) -> str:
    """Return the identifier of an object, as recorded where it is."""
    journey = told.get(key)
    return journey.identifier if journey else identifier_of(*key, None)
