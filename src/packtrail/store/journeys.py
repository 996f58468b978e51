"""Journeys: what happened to an object, itself and through what held it while it was held.

Read level by level: the events that name the objects, then those that name what these were packed
into, and so on, each level in one go however many objects there are. What held what, and when, is
decided in memory once everything is there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from packtrail.hierarchy import codes
from packtrail.hierarchy.containment import DEPTH_MAX, STAYS, Role
from packtrail.lifecycle.fold import containment, in_order, moment
from packtrail.lifecycle.handing_down import handed_down
from packtrail.lifecycle.journey import Step
from packtrail.store import direct, eventrows, naming, objects, segments
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

_FEW: Final = 3
"""Objects of a level that are asked for one by one: sooner than in two steps for all of them."""

_Typed = tuple[tuple[str | None, str], ...]
_Ends = tuple[tuple[str, str], ...]
_KNOWN_MAX: Final = 32
"""Segments that are looked through rather than asked for again."""
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
    scope = _Scope(conn, list(audience_ids), as_of, as_known_at)
    wanted = dict.fromkeys(keys)
    few = naming.by_names(conn, list(wanted), audience_ids) if len(wanted) <= _FEW else {}
    found = {key: (one.instance, one.name) for key, one in few.items()}
    if len(found) < len(wanted):
        found |= objects.look_up(conn, [key for key in wanted if key not in found])
    told = _load(scope, dict(found.values()), {one.instance: one.segments for one in few.values()})
    with direct.Underway(conn, told.declarations.asked()) as answers:
        _name(scope, told)
        # Hardly ever is anything declared wrong: what holds if nothing is, is made meanwhile.
        made = _made(told, found) if len(found) <= _FEW else {}
        told.withdrawn = told.declarations.answered(conn, answers.rows(), as_known_at=as_known_at)
    if told.withdrawn:
        told.holders.clear()
    return made if made and not told.withdrawn else _made(told, found)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What may be read."""

    conn: Connection
    audience_ids: list[int]
    as_of: datetime | None
    as_known_at: datetime | None


@dataclass(slots=True)
class _Told:
    """Everything read."""

    asked: frozenset[Instance]
    """The objects whose journeys are wanted."""
    segments: dict[int, Segment] = field(default_factory=dict)
    events: dict[Ref, EventRow] = field(default_factory=dict)
    named: defaultdict[Instance, list[tuple[Ref, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Instance -> (event, role code)."""
    parents: defaultdict[Instance, dict[Instance, None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """Instance -> what it was ever packed into, each once."""
    shared: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Segment -> what the steps of its events share."""
    declarations: eventrows.Declarations = field(default_factory=eventrows.Declarations)
    """What is to be asked: whether events were declared wrong."""
    withdrawn: set[Ref] = field(default_factory=set)
    unread: dict[Instance, Sequence[Sequence[Any]]] = field(default_factory=dict)
    """What the dictionary answered of names, not looked at yet."""
    names: dict[Instance, Name] = field(default_factory=dict)
    identifiers: dict[Instance, str] = field(default_factory=dict)
    """Those of the names that were asked for; each is put together once."""
    holders: dict[Instance, tuple[Containment, list[Step]]] = field(default_factory=dict)
    """Per instance: what held it, and its own steps; made once."""

    def identifier(self, instance: Instance) -> str:
        """Return how people name an object."""
        known = self.identifiers.get(instance)
        if known is None:
            known = self.identifiers[instance] = self.names[instance].identifier
        return known


@dataclass(frozen=True, slots=True)
class _Found:
    """What names the objects of a level, where each is asked for by itself."""

    segments: Mapping[Instance, Sequence[Segment]]
    known: Mapping[int, Segment] = field(default_factory=dict)
    """Segments that were there before, such as the packing that led to a case: not asked for."""


def _load(
    scope: _Scope, instances: dict[Instance, Name], by_name: Mapping[Instance, Sequence[Segment]]
) -> _Told:
    """Read everything about objects, of some of which it was found already what names them."""
    told = _Told(asked=frozenset(instances), names=instances)
    level, found = set(instances), _Found(by_name)
    for _ in range(DEPTH_MAX + 1):
        if not level:
            break
        if len(level) > _FEW:
            _note(scope, told, level, _sightings_of_many(scope, told, level))
            found = _Found({})
        else:
            found = _load_few(scope, told, level, found)
        level = {parent for one in level for parent in told.parents[one]} - told.named.keys()
    return told


def _name(scope: _Scope, told: _Told) -> None:
    """Note what everything is called that events name as a parent."""
    _read_names(scope, told)
    unnamed = {row.parent for row in told.events.values() if row.parent is not None}
    if not told.names.keys() >= unnamed:
        told.names |= objects.names(scope.conn, unnamed - told.names.keys())


def _read_names(scope: _Scope, told: _Told) -> None:
    """Note the names that the dictionary has answered."""
    for instance, rows in told.unread.items():
        name = objects.name(scope.conn, instance, rows)
        if name is not None:
            told.names[instance] = name
    told.unread.clear()


def _load_few(scope: _Scope, told: _Told, level: set[Instance], found: _Found) -> _Found:
    """Read a level; return what names that which may hold its objects, asked for meanwhile."""
    if not found.segments.keys() >= level:
        missing = level - found.segments.keys()
        asked = _Asked(scope, told, missing)
        there = asked.answered(told, direct.together(scope.conn, asked.questions)).segments
        found = _Found({**found.segments, **there}, asked.known)
    packing, other = [], []
    for one in level:
        new = (told.segments.setdefault(each.segment_id, each) for each in found.segments[one])
        for segment in (*found.known.values(), *new):
            (packing if segment.packs else other).append((one, segment))
    packed = _sightings_of_few(packing)
    holders = {segment.parent(place) for _, segment, place, role in packed if role == CHILD}
    new = [one for one in holders if one is not None and one not in told.named and one not in level]
    if not 0 < len(new) <= _FEW:
        _note(scope, told, level, packed + _sightings_of_few(other))
        return _Found({})
    asked = _Asked(scope, told, new)
    with direct.Underway(scope.conn, asked.questions) as answers:
        _note(scope, told, level, packed + _sightings_of_few(other))
        _read_names(scope, told)
        _hold(told)
        return asked.answered(told, answers.rows())


def _hold(told: _Told) -> None:
    """Make out what held those objects of which everything about it was read."""
    for instance, parents in [*told.parents.items()]:
        rows = (told.events[ref] for ref, _ in told.named[instance])
        if (
            told.named.keys() >= parents.keys()
            and told.names.keys() >= {row.parent for row in rows if row.parent is not None}
        ):
            _held(told, instance)


class _Asked:
    """Questions for what names some objects, and for what they are called."""

    def __init__(self, scope: _Scope, told: _Told, instances: Iterable[Instance]) -> None:
        self.known = dict(islice(told.segments.items(), _KNOWN_MAX))
        """Segments that are looked through rather than asked for."""
        known = list(self.known)
        self._instances = list(instances)
        self.questions = [
            naming.ask(one, audience_ids=scope.audience_ids, known=known)
            for one in self._instances
        ]
        self._unnamed = []
        for one in self._instances:
            question = objects.ask_name(scope.conn, one) if one not in told.names else None
            if question is not None:
                self.questions.append(question)
                self._unnamed.append(one)

    def answered(self, told: _Told, answers: Sequence[Sequence[Sequence[Any]]]) -> _Found:
        """Return what names the objects; what they are called is read later."""
        count = len(self._instances)
        told.unread |= zip(self._unnamed, answers[count:], strict=True)
        segments = map(naming.read, answers[:count])
        return _Found(dict(zip(self._instances, segments, strict=True)), self.known)


def _note(
    scope: _Scope,
    told: _Told,
    level: Iterable[Instance],
    sightings: Iterable[tuple[Instance, Segment, int, int]],
) -> None:
    """Note which events name the objects of a level, and what these were packed into."""
    named: defaultdict[Instance, list[tuple[Ref, int]]] = defaultdict(list)
    events = told.events
    for instance, segment, place, role in sightings:
        ref = segment.segment_id, place
        if role in ROLES and (ref in events or _take(scope, told, segment, place)):
            named[instance].append((ref, role))
    for instance in level:
        told.named[instance] = _first_records(told, named[instance])
        told.parents[instance] = dict.fromkeys(_parents(told, instance))


def _sightings_of_few(
    named_by: Iterable[tuple[Instance, Segment]],
) -> list[tuple[Instance, Segment, int, int]]:
    """Return where objects are named: object, segment, place, role."""
    return [
        (instance, segment, place, role)
        for instance, segment in named_by
        for place, role in segment.places_of_one(*instance)
    ]


def _sightings_of_many(
    scope: _Scope, told: _Told, level: Iterable[Instance]
) -> Iterator[tuple[Instance, Segment, int, int]]:
    """Yield the same, reading each segment once."""
    by_segment: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for (class_id, seq), segment_id, _ in objects.sightings(scope.conn, level, scope.audience_ids):
        by_segment[segment_id, class_id].append(seq)
    new = {segment_id for segment_id, _ in by_segment} - told.segments.keys()
    told.segments |= segments.read(scope.conn, new, audience_ids=scope.audience_ids)
    for (segment_id, class_id), seqs in by_segment.items():
        segment = told.segments[segment_id]
        for seq, place, role in segment.places_of(class_id, np.unique(seqs)):
            yield (class_id, seq), segment, place, role


def _take(scope: _Scope, told: _Told, segment: Segment, place: int) -> bool:
    """Read an event of a segment, unless it had not happened or been recorded by then."""
    if not eventrows.happened(segment, place, as_of=scope.as_of, as_known_at=scope.as_known_at):
        return False
    row = told.events[segment.segment_id, place] = eventrows.row(segment, place)
    told.declarations.add(row)
    return True


def _first_records(told: _Told, named: list[tuple[Ref, int]]) -> list[tuple[Ref, int]]:
    """Keep the first record of each event, where several owners recorded it.

    An error declaration gives way to the event it declares wrong, which is marked withdrawn.
    """
    rows = told.events
    if len({rows[ref].identity for ref, _ in named}) == len(named):
        return named
    first: dict[str, EventRow] = {}
    for ref, _ in named:
        row = rows[ref]
        before = first.get(row.identity)
        if before is None or _rank(row) < _rank(before):
            first[row.identity] = row
    return [(ref, role) for ref, role in named if first[rows[ref].identity].ref == ref]


def _rank(row: EventRow) -> tuple[object, ...]:
    return row.is_error_declaration, *eventrows.recording(row)


def _parents(told: _Told, instance: Instance) -> Iterator[Instance]:
    """Yield what an instance was ever packed into."""
    for ref, role in told.named[instance]:
        row = told.events[ref]
        if role == CHILD and row.parent and row.segment.packs:
            yield row.parent


def _made(
    told: _Told, found: Mapping[ItemKey, tuple[Instance, Name]]
) -> dict[ItemKey, Journey]:
    """Return the journeys that come of what is told."""
    return {
        key: journey
        for key, (instance, _) in found.items()
        if (journey := _journey(told, instance)) is not None
    }


def _journey(told: _Told, instance: Instance) -> Journey | None:
    if not told.named[instance]:
        return None
    findings: list[Finding] = []
    steps = [
        step.through(via) if via else step for step, via in _steps(told, instance, (), findings)
    ]
    return Journey(
        identifier=told.identifier(instance),
        prefix_length=told.names[instance].prefix_length,
        steps=in_order(steps),
        holders=tuple(_holders_now(told, instance)),
        findings=tuple(dict.fromkeys(findings)),
    )


def _steps(
    told: _Told, instance: Instance, path: tuple[Instance, ...], findings: list[Finding]
) -> list[tuple[Step, tuple[str, ...]]]:
    """Return the steps of an instance, its own and those of its holders while they held it.

    Each with the holders through which it was touched; in the steps these are not noted yet.
    """
    if instance in path or len(path) > DEPTH_MAX:
        name = told.identifier(instance)
        if instance in path:
            text = f"The containers around it lead to {name} again and again."
            findings.append(codes.HOLDS_ITSELF.found(text))
        else:
            text = f"More than {DEPTH_MAX} containers are around it; {name} is not followed."
            findings.append(codes.TOO_DEEP.found(text))
        return []
    held, own = _held(told, instance)
    steps: list[tuple[Step, tuple[str, ...]]] = [(step, ()) for step in own]
    if not held.holdings:
        return steps
    parents = {told.identifier(parent): parent for parent in told.parents[instance]}
    for parent in {holding.parent: None for holding in held.holdings}:
        theirs = _steps(told, parents[parent], (*path, instance), findings)
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
    return any(
        moment(each)[-2] == step.event_id for each in own if each.role is not Role.PARENT
    )


def _held(told: _Told, instance: Instance) -> tuple[Containment, list[Step]]:
    """Return what held an instance over time, and its own steps."""
    known = told.holders.get(instance)
    if known is None:
        # What was put into a container is no step of what holds it: only for itself it is one.
        own = [
            _step(told, told.events[ref], role)
            for ref, role in told.named[instance]
            if role != PARENT or instance in told.asked
        ]
        for parent in told.parents[instance]:
            own += _emptyings(told, parent)
        own = list(in_order(own))
        known = told.holders[instance] = (containment(own), own)
        # An emptying of something that did not hold it then is no step of the object.
        own[:] = [step for step in own if step.object_count or not _is_idle(step, known[0])]
    return known


def _emptyings(told: _Told, parent: Instance) -> Iterator[Step]:
    """Yield the events that unpack everything from a parent, as seen from what was inside."""
    for ref, role in told.named[parent]:
        row = told.events[ref]
        if role == PARENT and row.empties:
            yield Step.of(_step(told, row, CHILD).__dict__, {"object_count": 0})


def _is_idle(step: Step, held: Containment) -> bool:
    is_implied = step.role is Role.CHILD and not step.object_count
    return is_implied and not _was_inside(held, step)


def _was_inside(held: Containment, step: Step) -> bool:
    return any(
        one.until is not None and one.until[-1] == step.event_id and one.parent == step.parent
        for one in held.holdings
    )


def _holders_now(told: _Told, instance: Instance) -> Iterator[Held]:
    seen = {instance}
    while (now := _held(told, instance)[0].now) is not None:
        yield now.held()
        by_name = {told.identifier(parent): parent for parent in told.parents[instance]}
        instance = by_name[now.parent]
        if instance in seen or instance not in told.named:
            return
        seen.add(instance)


def _step(told: _Told, row: EventRow, role: int) -> Step:
    part = ROLES[role]
    shared = told.shared.get(row.ref[0])
    if shared is None:
        shared = told.shared[row.ref[0]] = _shared(row.segment)
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
    values["parent"] = told.identifier(row.parent) if row.parent else None
    values["is_withdrawn"] = row.ref in told.withdrawn
    values["object_count"] = count
    values["ordinal"] = row.ordinal
    if not (part is Role.EPC or part is Role.OUTPUT):
        values["lot"] = values["expires"] = None
    return made


_NOTHING_MADE: Final = {"lot": None, "expires": None}


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
        "capture_id": str(segment.capture_id),
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
