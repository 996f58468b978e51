"""What the events of one document do to the objects they name, told in the order of time.

The ledger follows every object from its commissioning through packing to shipping, as far as the
document tells, and notes what cannot be: a pack in two cases, a dead serial that moves. It is the
ground of the profiles' rules and of the explanation of a file. A URN and a Digital Link of one
object are one object here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from packtrail import gs1
from packtrail.epcis import events
from packtrail.epcis.hashing import event_hash
from packtrail.epcis.turns import turn_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

Identity: TypeAlias = tuple[str, str]
"""(class, serial) of an object, whatever its notation; see `gs1.identify`."""

_FATAL_STEPS = frozenset({"decommissioning", "destroying"})
_FATAL_DISPOSITIONS = frozenset({"destroyed", "disposed"})
DEPTH_MAX = 16
"""Levels of packing that are followed; real ones have five."""


class Trouble(StrEnum):
    """What the events of a document say that cannot be, or cannot be followed."""

    COMMISSIONED_TWICE = "commissioned_twice"
    PACKED_TWICE = "packed_twice"
    DEAD = "dead"
    NOT_COMMISSIONED = "not_commissioned"
    """Packed, and nothing tells of its commissioning."""
    SHIPPED_UNCOMMISSIONED = "shipped_uncommissioned"
    SHIPPED_INSIDE = "shipped_inside"
    """Named in a shipment though it is in something else."""
    SHIPPED_EMPTY = "shipped_empty"
    """A logistic unit with nothing in it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the document, with its place."""

    index: int
    event: events.Event
    place: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that cannot be, at one event."""

    trouble: Trouble
    entry: Entry
    objects: tuple[str, ...]
    """The objects concerned, as the document names them."""
    other: str = ""
    """What else is concerned: the container a pack was in already."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """What one shipping event sends off."""

    entry: Entry
    tops: tuple[Identity, ...]
    """The objects the event names; none where it names quantities only."""
    levels: tuple[tuple[Identity, ...], ...]
    """What is in them, level by level; the first level is `tops`."""


@dataclass(slots=True)
class Ledger:
    """What became of every object a document names."""

    entries: tuple[Entry, ...] = ()
    """The events that count, in order of time."""
    withdrawn: tuple[Entry, ...] = ()
    """Events an error declaration in the same document takes back, and the declarations."""
    names: dict[Identity, str] = field(default_factory=dict)
    """Object -> its identifier as the document first has it."""
    born: dict[Identity, Entry] = field(default_factory=dict)
    dead: dict[Identity, Entry] = field(default_factory=dict)
    parent: dict[Identity, Identity] = field(default_factory=dict)
    children: dict[Identity, dict[Identity, None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    incidents: list[Incident] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)

    def below(self, tops: Sequence[Identity]) -> tuple[tuple[Identity, ...], ...]:
        """Return objects and what is in them, level by level, each object once."""
        seen = set(tops)
        levels = [tuple(dict.fromkeys(tops))]
        while levels[-1] and len(levels) < DEPTH_MAX:
            inside = [
                one for top in levels[-1] for one in self.children.get(top, ()) if one not in seen
            ]
            seen.update(inside)
            if not inside:
                break
            levels.append(tuple(dict.fromkeys(inside)))
        return tuple(levels)


def tell(document: events.EpcisDocument, places: Sequence[str] = ()) -> Ledger:
    """Follow the objects of a document through its events, in order of time.

    Args:
        document: The document; between events of one moment what they do decides, as everywhere.
        places: Where its events stand, as `Reading.places` has them.
    """
    ledger = Ledger()
    entries = [
        Entry(i, event, places[i] if i < len(places) else f"event {i + 1}")
        for i, event in enumerate(document.events)
    ]
    taken_back = {_identity(entry.event) for entry in entries if entry.event.error_declaration}
    counted: list[Entry] = []
    withdrawn: list[Entry] = []
    for entry in entries:
        is_void = entry.event.error_declaration or (
            taken_back and _identity(entry.event) in taken_back
        )
        (withdrawn if is_void else counted).append(entry)
    ledger.entries = tuple(_in_order(counted))
    ledger.withdrawn = tuple(withdrawn)
    for _, together in groupby(ledger.entries, key=lambda entry: entry.event.event_time):
        _tell_together(ledger, tuple(together))
    return ledger


def _identity(event: events.Event) -> str:
    """Return what tells an event from others: its id, else its hash."""
    return event.event_id or event_hash(event)


def _in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield events in the order of everything, as the fold of a pack has it."""
    for _, some in groupby(sorted(entries, key=_turn), key=_turn):
        tied = list(some)
        if len(tied) > 1:  # The hash of an event takes longer than all else.
            by_id = {_identity(entry.event): entry for entry in tied[::-1]}
            tied = [by_id[each] for each in sorted(by_id)]  # What is written twice counts once.
        yield from tied


def _turn(entry: Entry) -> tuple[datetime, int]:
    event = entry.event
    action = getattr(event, "action", None)
    turn = turn_of(type(event).__name__, action, event.biz_step, event.disposition)
    return event.event_time, turn


def _tell_together(ledger: Ledger, entries: Sequence[Entry]) -> None:
    """Enter the events of one moment.

    What is packed into something and unpacked from it again is unpacked after that, and after
    whatever befell what held it, but for its end.
    """
    tellers = [_Teller(ledger, entry) for entry in entries]
    if len(tellers) == 1:
        tellers[0].tell()
        return
    waiting = [(teller, teller.packing(), teller.absent()) for teller in tellers if teller.unpacks]
    for teller in tellers:
        teller.tell()
    for teller, parent, children in waiting:
        if parent is not None and children:
            teller.unpack(parent, children)


class _Teller:
    """One event while it is entered into the ledger."""

    __slots__ = ("entry", "event", "ledger")

    def __init__(self, ledger: Ledger, entry: Entry) -> None:
        self.ledger = ledger
        self.entry = entry
        self.event = entry.event

    def tell(self) -> None:
        """Enter the event: who is born, packed, unpacked, shipped, dead."""
        event = self.event
        if isinstance(event, events.ObjectEvent):
            self._object_event(event)
        elif isinstance(event, events.AggregationEvent):
            self._aggregation(event)
        elif isinstance(event, events.TransformationEvent):
            inputs = self._known(event.input_epcs)
            self._note_dead(inputs)
            self._end(inputs)
            self._begin(self._known(event.output_epcs))
        elif isinstance(event, events.TransactionEvent):
            self._note_dead(self._known(event.epcs))

    @property
    def unpacks(self) -> bool:
        """Whether the event takes out of something what it names."""
        event = self.event
        return isinstance(event, events.AggregationEvent) and event.action == "DELETE"

    def packing(self) -> Identity | None:
        """Return the parent of an aggregation."""
        named = getattr(self.event, "parent_id", None)
        return gs1.identify([named])[0] if named else None

    def absent(self) -> list[Identity]:
        """Return the children of an aggregation that its parent does not hold now."""
        parent, named = self.packing(), getattr(self.event, "child_epcs", ())
        held = self.ledger.children.get(parent, {}) if parent else {}
        return [one for one in gs1.identify(list(named)) if one not in held]

    def unpack(self, parent: Identity, children: list[Identity]) -> None:
        """Take children out of a parent; those that are not in it stay where they are."""
        self._unpack(parent, children)

    def _known(self, texts: Iterable[str]) -> list[Identity]:
        """Return the identities of identifiers, and remember what they are called."""
        texts = list(texts)
        identities = gs1.identify(texts)
        for identity, text in zip(identities, texts, strict=True):
            self.ledger.names.setdefault(identity, text)
        return identities

    def _object_event(self, event: events.ObjectEvent) -> None:
        objects = self._known(event.epcs)
        if event.action == "ADD":
            self._begin(objects)
        else:
            self._note_dead(objects)
        if (
            event.action == "DELETE"
            or event.biz_step in _FATAL_STEPS
            or event.disposition in _FATAL_DISPOSITIONS
        ):
            self._end(objects)
        if event.biz_step == "shipping" and (objects or event.quantities):
            self._ship(objects)

    def _begin(self, objects: list[Identity]) -> None:
        born, dead = self.ledger.born, self.ledger.dead
        self._note(Trouble.COMMISSIONED_TWICE, [one for one in objects if one in born])
        self._note(Trouble.DEAD, [one for one in objects if one in dead and one not in born])
        born.update(dict.fromkeys([one for one in objects if one not in born], self.entry))

    def _end(self, objects: list[Identity]) -> None:
        self.ledger.dead.update(dict.fromkeys(objects, self.entry))

    def _note_dead(self, objects: Iterable[Identity]) -> None:
        dead = self.ledger.dead
        if dead:
            self._note(Trouble.DEAD, [one for one in objects if one in dead])

    def _aggregation(self, event: events.AggregationEvent) -> None:
        children = self._known(event.child_epcs)
        parents = self._known([event.parent_id] if event.parent_id else [])
        self._note_dead([*parents, *children])
        if not parents:
            return
        if event.action == "ADD":
            self._pack(parents[0], children)
        elif event.action == "DELETE":
            self._unpack(parents[0], children)

    def _pack(self, parent: Identity, children: list[Identity]) -> None:
        ledger = self.ledger
        held = [child for child in children if child in ledger.parent]
        for other, objects in _by_parent(held, ledger):
            self._note(Trouble.PACKED_TWICE, objects, other=ledger.names[other])
        born = ledger.born
        strangers = [one for one in (*children, parent) if one not in born]
        self._note(Trouble.NOT_COMMISSIONED, strangers)
        for child in children:
            if child in ledger.parent:
                ledger.children[ledger.parent[child]].pop(child, None)
            ledger.parent[child] = parent
            ledger.children[parent][child] = None

    def _unpack(self, parent: Identity, children: list[Identity]) -> None:
        held = self.ledger.children.get(parent, {})
        for child in children or list(held):
            if child in held:
                del held[child]
                self.ledger.parent.pop(child, None)

    def _ship(self, objects: list[Identity]) -> None:
        ledger = self.ledger
        inside = [one for one in objects if one in ledger.parent]
        self._note(Trouble.SHIPPED_INSIDE, inside)
        levels = ledger.below(objects)
        known = ledger.born
        self._note(Trouble.SHIPPED_UNCOMMISSIONED, [one for one in objects if one not in known])
        units = [one for one in objects if one[0].startswith("sscc/")]
        self._note(Trouble.SHIPPED_EMPTY, [one for one in units if not ledger.children.get(one)])
        ledger.shipments.append(Shipment(self.entry, tuple(objects), levels))

    def _note(self, trouble: Trouble, objects: Sequence[Identity], *, other: str = "") -> None:
        if objects:
            names = tuple(self.ledger.names[one] for one in objects)
            self.ledger.incidents.append(Incident(trouble, self.entry, names, other))


def _by_parent(
    objects: Iterable[Identity], ledger: Ledger
) -> Iterator[tuple[Identity, list[Identity]]]:
    grouped: dict[Identity, list[Identity]] = defaultdict(list)
    for one in objects:
        grouped[ledger.parent[one]].append(one)
    yield from grouped.items()
