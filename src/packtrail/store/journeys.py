"""Journeys: what happened to an object, itself and through what held it while it was held.

What tells of them is read level by level, see `packtrail.store.levels`. What held what, and when,
is decided in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from packtrail.hierarchy import codes
from packtrail.hierarchy.containment import DEPTH_MAX, STAYS, Role
from packtrail.lifecycle.fold import containment, in_order, moment
from packtrail.lifecycle.handing_down import handed_down
from packtrail.lifecycle.journey import Step
from packtrail.store import direct, naming, objects
from packtrail.store.levels import FEW, Reading
from packtrail.store.roles import CHILD, PARENT, ROLES
from packtrail.store.rows import DESTINATION, SOURCE, TRANSACTION, read_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.hierarchy.containment import Containment, Held
    from packtrail.store.eventrows import EventRow, Ref
    from packtrail.store.objects import Instance, Name
    from packtrail.store.segments import Segment

_Typed = tuple[tuple[str | None, str], ...]
_Ends = tuple[tuple[str, str], ...]
ItemKey = tuple[str, str]
"""(class key, item key)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What is recorded of one object, as far as the asker may see it."""

    identifier: str
    """EPC URI where the company prefix is known, else Digital Link, else the URI as recorded."""
    prefix_length: int | None
    """Length of the company prefix, where a notation told it."""
    steps: tuple[Step, ...]
    """In the order in which they count; withdrawn ones among them."""
    held: Containment
    """What held it itself, over time."""
    holders: tuple[Held, ...]
    """What holds it now, innermost first."""
    findings: tuple[Finding, ...]
    """Circles and depth; what is odd about the steps themselves, `lifecycle.fold.examine` says."""


def read(
    conn: Connection,
    class_key: str,
    item_key: str,
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Journey | None:
    """Return the journey of one object, or None when nothing the asker may see names it.

    Args:
        conn: A connection.
        class_key: What it is a serial of, as `packtrail.gs1.identify` says.
        item_key: The serial.
        audience_ids: Only events these may see.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    key = (class_key, item_key)
    return read_many(
        conn, [key], audience_ids=audience_ids, as_of=as_of, as_known_at=as_known_at
    ).get(key)


def read_many(
    conn: Connection,
    keys: Iterable[ItemKey],
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> dict[ItemKey, Journey]:
    """Return the journeys of those objects that something the asker may see names."""
    reading = Reading(conn, list(audience_ids), as_of, as_known_at)
    wanted = dict.fromkeys(keys)
    few = naming.by_names(conn, list(wanted), audience_ids) if len(wanted) <= FEW else {}
    found = {key: (one.instance, one.name) for key, one in few.items()}
    if len(found) < len(wanted):
        found |= objects.look_up(conn, [key for key in wanted if key not in found])
    reading.names |= found.values()
    telling = _Telling(reading, frozenset(reading.names))
    by_name = {one.instance: one.segments for one in few.values()}
    reading.load(by_name, meanwhile=telling.hold)
    with direct.Underway(conn, reading.declarations.asked()) as answers:
        reading.name_parents()
        # Hardly ever is anything declared wrong: what holds if nothing is, is made meanwhile.
        made = telling.journeys(found) if len(found) <= FEW else {}
        wrong = reading.declarations.answered(conn, answers.rows(), as_known_at=as_known_at)
    if made and not wrong:
        return made
    reading.leave_out(wrong)
    return _Telling(reading, telling.asked, wrong).journeys(found)


@dataclass(slots=True)
class _Telling:
    """What is made of what was read."""

    reading: Reading
    asked: frozenset[Instance]
    """The objects whose journeys are wanted."""
    withdrawn: set[Ref] = field(default_factory=set)
    shared: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Segment -> what the steps of its events share."""
    identifiers: dict[Instance, str] = field(default_factory=dict)
    """Those of the names that were asked for; each is put together once."""
    holders: dict[Instance, tuple[Containment, list[Step]]] = field(default_factory=dict)
    """Per instance: what held it, and its own steps; made once."""

    def identifier(self, instance: Instance) -> str:
        """Return how people name an object."""
        known = self.identifiers.get(instance)
        if known is None:
            known = self.identifiers[instance] = self.reading.names[instance].identifier
        return known

    def hold(self) -> None:
        """Make out what held those objects of which everything was read."""
        for instance in [*self.reading.whole()]:
            _held(self, instance)

    def journeys(self, found: Mapping[ItemKey, tuple[Instance, Name]]) -> dict[ItemKey, Journey]:
        """Return the journeys of those objects that any event names."""
        return {
            key: journey
            for key, (instance, _) in found.items()
            if (journey := _journey(self, instance)) is not None
        }


def _journey(telling: _Telling, instance: Instance) -> Journey | None:
    if not telling.reading.named[instance]:
        return None
    findings: list[Finding] = []
    steps = [
        step.through(via) if via else step for step, via in _steps(telling, instance, (), findings)
    ]
    return Journey(
        identifier=telling.identifier(instance),
        prefix_length=telling.reading.names[instance].prefix_length,
        steps=in_order(steps),
        held=_held(telling, instance)[0],
        holders=tuple(_holders_now(telling, instance)),
        findings=tuple(dict.fromkeys(findings)),
    )


def _steps(
    telling: _Telling, instance: Instance, path: tuple[Instance, ...], findings: list[Finding]
) -> list[tuple[Step, tuple[str, ...]]]:
    """Return the steps of an instance, its own and those of its holders while they held it.

    Each with the holders through which it was touched; in the steps these are not noted yet.
    """
    if instance in path or len(path) > DEPTH_MAX:
        name = telling.identifier(instance)
        if instance in path:
            text = f"The containers around it lead to {name} again and again."
            findings.append(codes.HOLDS_ITSELF.found(text))
        else:
            text = f"More than {DEPTH_MAX} containers are around it; {name} is not followed."
            findings.append(codes.TOO_DEEP.found(text))
        return []
    held, own = _held(telling, instance)
    steps: list[tuple[Step, tuple[str, ...]]] = [(step, ()) for step in own]
    if not held.holdings:
        return steps
    parents = {telling.identifier(parent): parent for parent in telling.reading.parents[instance]}
    for parent in {holding.parent: None for holding in held.holdings}:
        theirs = _steps(telling, parents[parent], (*path, instance), findings)
        during = [holding for holding in held.holdings if holding.parent == parent]
        for step, via in theirs:
            if step.role is Role.PARENT:
                continue
            reached = handed_down(step, during, is_own=not via)
            if reached is not None and (reached.stage == STAYS or not _is_named(step, own)):
                steps.append((reached, (parent, *via)))
    return steps


def _is_named(step: Step, own: Sequence[Step]) -> bool:
    """Tell whether the event of a holder's step names the object, too.

    On the way from container to container such an event counts but once.
    """
    return any(moment(each)[-2] == step.event_id for each in own if each.role is not Role.PARENT)


def _held(telling: _Telling, instance: Instance) -> tuple[Containment, list[Step]]:
    """Return what held an instance over time, and its own steps."""
    known = telling.holders.get(instance)
    if known is None:
        # What was put into a container is no step of what holds it: only for itself it is one.
        own = [
            _step(telling, telling.reading.events[ref], role)
            for ref, role in telling.reading.named[instance]
            if role != PARENT or instance in telling.asked
        ]
        for parent in telling.reading.parents[instance]:
            own += _emptyings(telling, parent)
        own = list(in_order(own))
        known = telling.holders[instance] = (containment(own), own)
        # An emptying of something that did not hold it then is no step of the object.
        own[:] = [step for step in own if step.object_count or not _is_idle(step, known[0])]
    return known


def _emptyings(telling: _Telling, parent: Instance) -> Iterator[Step]:
    """Yield the events that unpack everything from a parent, as seen from what was inside."""
    for ref, role in telling.reading.named[parent]:
        row = telling.reading.events[ref]
        if role == PARENT and row.empties:
            yield Step.of(_step(telling, row, CHILD).__dict__, {"object_count": 0})


def _is_idle(step: Step, held: Containment) -> bool:
    is_implied = step.role is Role.CHILD and not step.object_count
    return is_implied and not _was_inside(held, step)


def _was_inside(held: Containment, step: Step) -> bool:
    return any(
        one.until is not None and one.until[-1] == step.event_id and one.parent == step.parent
        for one in held.holdings
    )


def _holders_now(telling: _Telling, instance: Instance) -> Iterator[Held]:
    seen = {instance}
    while (now := _held(telling, instance)[0].now) is not None:
        yield now.held()
        by_name = {
            telling.identifier(parent): parent for parent in telling.reading.parents[instance]
        }
        instance = by_name[now.parent]
        if instance in seen or instance not in telling.reading.named:
            return
        seen.add(instance)


def _step(telling: _Telling, row: EventRow, role: int) -> Step:
    part = ROLES[role]
    shared = telling.shared.get(row.ref[0])
    if shared is None:
        shared = telling.shared[row.ref[0]] = _shared(row.segment)
    count = row.epc_count
    if part is Role.PARENT:
        count = 0 if row.empties else 1
    elif part is Role.OUTPUT:
        count = row.output_count
    made = object.__new__(Step)
    values = made.__dict__
    values.update(shared)
    values["event_id"] = row.identity
    values["event_time"] = row.event_time
    values["role"] = part
    values["parent"] = telling.identifier(row.parent) if row.parent else None
    values["is_withdrawn"] = row.ref in telling.withdrawn
    values["object_count"] = count
    values["ordinal"] = row.ordinal
    if not (part is Role.EPC or part is Role.OUTPUT):
        values["lot"] = values["expires"] = None
    return made


def _shared(segment: Segment) -> dict[str, Any]:
    """Return what the steps of the events of a segment share."""
    transactions, sources, destinations = _links(tuple(segment.links or ()))
    return {
        "event_type": segment.type,
        "event_time_zone_offset": segment.time_zone_offset,
        "record_time": segment.record_time,
        "action": segment.action,
        "biz_step": segment.biz_step,
        "disposition": segment.disposition,
        "read_point": segment.read_point,
        "biz_location": segment.biz_location,
        "via": (),
        "biz_transactions": transactions,
        "sources": sources,
        "destinations": destinations,
        "lot": segment.lot,
        "expires": segment.expires,
        "capture_id": segment.capture_id,
        "is_with_holder": False,
        "told_again_by": (),
    }


@lru_cache(maxsize=4096)
def _links(texts: tuple[str, ...]) -> tuple[_Typed, _Ends, _Ends]:
    """Return transactions, sources and destinations: like events share them."""
    links = [read_link(text) for text in texts]
    return (
        tuple((t, i) for kind, t, i in links if kind == TRANSACTION),
        tuple((t or "", i) for kind, t, i in links if kind == SOURCE),
        tuple((t or "", i) for kind, t, i in links if kind == DESTINATION),
    )
