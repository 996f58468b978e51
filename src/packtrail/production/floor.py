"""The floor: what is known of the objects that an act touches, and what new events make of it.

Every object is its journey; status, place and holder are folds over it, at any moment. So an act
that is reported hours late is judged by what was true when it happened, and what happened after it
can contradict it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from packtrail import gs1
from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    Event,
    ObjectEvent,
)
from packtrail.hierarchy.containment import STAYS, Role
from packtrail.lifecycle.fold import containment, examine, fold, in_order, moment
from packtrail.lifecycle.handing_down import handed_down
from packtrail.lifecycle.journey import Status, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packtrail.base.findings import Finding
    from packtrail.hierarchy.containment import Containment
    from packtrail.lifecycle.journey import Standing
    from packtrail.production.levels import ItemKey, Level
    from packtrail.production.orders import Terms

DEPTH_MAX: Final = 6
"""Levels of packing that are followed: pack, bundle, case, pallet, and two to spare."""
SPOILT: Final = frozenset({"rejected", "label_sampled"})
"""Marks of labels that nothing may be commissioned with."""
_LAST: Final = datetime.max.replace(tzinfo=UTC)
"""Record time of what is not recorded yet: after everything that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the number of an object comes from."""

    order_id: str
    order_code: str
    level: Level
    lot: str
    terms: Terms
    settled: str | None = None
    """`returned`, `void`, ... when the number was given back."""
    mark: str | None = None
    """What the line said of the printed number: `encoded`, `rejected`, `label_sampled`."""
    marked_at: datetime | None = None

    @property
    def is_spoilt(self) -> bool:
        """Whether the label was taken out of use."""
        return self.mark in SPOILT

    def marked(self, kind: str, at: datetime) -> Origin:
        """Return it with what was said of the printed number; a spoilt one stays spoilt."""
        return self if self.is_spoilt else replace(self, mark=kind, marked_at=at)


@dataclass(frozen=True, eq=False)
class Item:
    """One object, by its journey."""

    key: ItemKey
    uri: str
    steps: tuple[Step, ...]
    """In order; holders are named by `token`."""

    @cached_property
    def own(self) -> tuple[Step, ...]:
        """The steps of the object itself."""
        return tuple(step for step in self.steps if not step.via)

    @cached_property
    def held(self) -> Containment:
        """What held it, over time."""
        return containment(self.own)

    def holder(self, at: datetime) -> ItemKey | None:
        """Return what held it at a moment."""
        for holding in reversed(self.held.holdings):
            if holding.since[0] <= at and (holding.until is None or at < holding.until[0]):
                return key_of(holding.parent)
        return None

    def standing(self, at: datetime | None = None) -> Standing:
        """Return what it was at a moment; None: what it is."""
        known = self._standings.get(at)
        if known is None:
            known = fold(step for step in self.steps if at is None or step.event_time <= at)
            self._standings[at] = known
        return known

    def own_status(self, at: datetime) -> Status:
        """Return what it was at a moment, but for what happened to what held it."""
        return fold(step for step in self.own if step.event_time <= at).status

    @cached_property
    def _standings(self) -> dict[datetime | None, Standing]:
        return {}

    def is_commissioned(self, at: datetime) -> bool:
        """Tell whether it had come into being at a moment."""
        return any(
            step.event_time <= at and not step.is_withdrawn and _is_beginning(step)
            for step in self.own
        )


def token(key: ItemKey) -> str:
    """Return the name that steps on the floor have for an object, whatever its notation."""
    return f"{key[0]} {key[1]}"


def key_of(name: str) -> ItemKey:
    """Undo `token`."""
    class_key, _, item_key = name.partition(" ")
    return class_key, item_key


def named_by_token(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps as the floor takes them: with tokens in place of URIs."""
    steps = tuple(steps)
    uris = list({uri for step in steps for uri in (*step.via, step.parent) if uri})
    tokens = dict(zip(uris, map(token, gs1.identify(uris)), strict=True))
    return tuple(
        replace(
            step,
            parent=tokens[step.parent] if step.parent else None,
            via=tuple(tokens[uri] for uri in step.via),
        )
        if step.parent or step.via
        else step
        for step in steps
    )


@dataclass(slots=True)
class Change:
    """What applying events did to the floor; `Floor.undo` takes it back."""

    before: dict[ItemKey, Item | None] = field(default_factory=dict)
    """Every object that was touched, as it was; None: nothing was known of it."""


class Floor:
    """What is known of some objects.

    Args:
        items: The objects: those an act names, what holds them, and what they hold.
        origins: Where numbers come from, as far as they were issued to a work order.
    """

    def __init__(self, items: Iterable[Item], origins: Mapping[ItemKey, Origin]) -> None:
        self.items = {item.key: item for item in items}
        self.origins = dict(origins)
        self._children: defaultdict[ItemKey, dict[ItemKey, None]] = defaultdict(dict)
        self._count = 0
        for item in self.items.values():
            self._index(item)

    def inside(self, container: ItemKey, at: datetime) -> list[ItemKey]:
        """Return what was directly inside a container at a moment."""
        return [
            child
            for child in self._children.get(container, ())
            if child in self.items and self.items[child].holder(at) == container
        ]

    def holder(self, key: ItemKey, at: datetime) -> ItemKey | None:
        """Return what held an object at a moment."""
        item = self.items.get(key)
        return item.holder(at) if item else None

    def holders(self, key: ItemKey, at: datetime) -> Iterator[ItemKey]:
        """Yield what held an object at a moment, innermost first."""
        for _ in range(DEPTH_MAX):
            found = self.holder(key, at)
            if found is None:
                return
            yield found
            key = found

    def status(self, key: ItemKey, at: datetime) -> Status | None:
        """Return the status of an object at a moment; None: it had not come into being.

        Of goods whose numbers were issued elsewhere, the commissioning need not be recorded here.
        """
        item = self.items.get(key)
        if item is None:
            return None
        if key in self.origins and not item.is_commissioned(at):
            return None
        standing = item.standing(at)
        return None if standing.because is None else standing.status

    def lots_of(self, key: ItemKey, at: datetime) -> set[str]:
        """Return the lots that an object is of, or holds."""
        inside = self.inside(key, at)
        lots = {lot for child in inside for lot in self.lots_of(child, at)}
        if lots:
            return lots
        item, origin = self.items.get(key), self.origins.get(key)
        own = next((step.lot for step in item.own if step.lot), None) if item else None
        lot = own or (origin.lot if origin else None)
        return {lot} if lot else set()

    def apply(self, events: Sequence[Event]) -> Change:
        """Let events happen; return what that touched."""
        change = Change()
        for event in events:
            self._count += 1
            if event.error_declaration is not None:
                self._withdraw(change, event)
                continue
            for key, uri, step in self._steps(event):
                self._add(change, key, uri, step)
        self._refold(change)
        return change

    def undo(self, change: Change) -> None:
        """Take a change back."""
        for key, item in change.before.items():
            if item is None:
                del self.items[key]
            else:
                self.items[key] = item

    def contradictions(self, change: Change) -> Iterator[tuple[ItemKey, Finding]]:
        """Yield what became odd about the touched objects."""
        for key, before in change.before.items():
            if before is None:
                continue
            known = Counter(each.code for each in examine(before.steps))
            for finding in examine(self.items[key].steps):
                known[finding.code] -= 1
                if known[finding.code] < 0:
                    yield key, finding

    def _index(self, item: Item) -> None:
        for step in item.own:
            if step.role is Role.CHILD and step.parent:
                self._children[key_of(step.parent)][item.key] = None

    def _steps(self, event: Event) -> Iterator[tuple[ItemKey, str, Step]]:
        """Yield the objects that an event names, each with its step."""
        if isinstance(event, ObjectEvent):
            made = self._step(event, Role.EPC, len(event.epcs))
            made = replace(
                made, lot=_text(event, LOT_NUMBER), expires=_text(event, ITEM_EXPIRATION_DATE)
            )
            for key, uri in zip(gs1.identify(event.epcs), event.epcs, strict=True):
                yield key, uri, made
        elif isinstance(event, AggregationEvent) and event.parent_id:
            (parent,) = gs1.identify([event.parent_id])
            name = token(parent)
            is_emptying = event.action == "DELETE" and not event.child_epcs
            count = 0 if is_emptying else 1
            yield parent, event.parent_id, self._step(event, Role.PARENT, count, parent=name)
            part = self._step(event, Role.CHILD, len(event.child_epcs), parent=name)
            for key, uri in zip(gs1.identify(event.child_epcs), event.child_epcs, strict=True):
                yield key, uri, part

    def _step(self, event: Event, role: Role, count: int, *, parent: str | None = None) -> Step:
        return Step(
            event_id=event.event_id or f"new {self._count}",
            event_type=type(event).__name__,
            event_time=event.event_time,
            event_time_zone_offset=event.event_time_zone_offset,
            record_time=_LAST,
            role=role,
            action=getattr(event, "action", None),
            biz_step=event.biz_step,
            disposition=event.disposition,
            read_point=event.read_point.id if event.read_point else None,
            biz_location=event.biz_location.id if event.biz_location else None,
            parent=parent,
            object_count=count,
            ordinal=self._count,
        )

    def _withdraw(self, change: Change, event: Event) -> None:
        """Let an event not have happened, for what it names itself."""
        parent = (event.parent_id,) if isinstance(event, AggregationEvent) else ()
        named = (*filter(None, parent), *getattr(event, "child_epcs", getattr(event, "epcs", ())))
        for key in gs1.identify(named):
            item = self.items.get(key)
            if item is not None:
                change.before.setdefault(key, item)
                steps = (
                    replace(step, is_withdrawn=step.is_withdrawn or step.event_id == event.event_id)
                    for step in item.steps
                )
                self.items[key] = Item(key, item.uri, tuple(steps))

    def _add(self, change: Change, key: ItemKey, uri: str, step: Step) -> None:
        item = self.items.get(key)
        change.before.setdefault(key, item)
        steps = (*item.steps, step) if item else (step,)
        self.items[key] = Item(key, item.uri if item else uri, steps)
        if step.role is Role.CHILD and step.parent:
            self._children[key_of(step.parent)][key] = None

    def _refold(self, change: Change) -> None:
        """Put the steps in order, and let what is inside inherit from what holds it now."""
        level = list(change.before)
        for _ in range(DEPTH_MAX):
            for key in level:
                self._refold_one(change, key)
            level = [
                child
                for key in level
                for child in self._children.get(key, ())
                if child in self.items
            ]
            if not level:
                return

    def _refold_one(self, change: Change, key: ItemKey) -> None:
        item = self.items[key]
        is_new = change.before.setdefault(key, item) is None
        if is_new and len(item.steps) == 1 and item.steps[0].role is not Role.CHILD:
            return
        named = [step for step in item.steps if not step.via and not _is_implied(step)]
        own = in_order((*named, *self._emptyings(item, named)))
        held = containment(own)
        steps, known = list(own), {moment(s)[-2] for s in own if s.role is not Role.PARENT}
        for name in dict.fromkeys(holding.parent for holding in held.holdings):
            holder = self.items.get(key_of(name))
            if holder is None:  # Not looked at: what it brought before, it still brings.
                theirs = [step for step in item.steps if step.via[:1] == (name,)]
            else:
                theirs = [
                    replace(step, via=(name, *step.via))
                    for step in holder.steps
                    if step.role is not Role.PARENT
                ]
            during = [holding for holding in held.holdings if holding.parent == name]
            reached = (handed_down(s, during, is_own=not s.via[1:]) for s in theirs)
            steps += (s for s in reached if s and (s.stage == STAYS or s.event_id not in known))
        self.items[key] = Item(key, item.uri, in_order(steps) if len(steps) > len(own) else own)

    def _emptyings(self, item: Item, own: Sequence[Step]) -> Iterator[Step]:
        """Yield the events that unpack everything from what an object was packed into."""
        for name in {s.parent for s in own if s.role is Role.CHILD and s.action == "ADD"} - {None}:
            holder = self.items.get(key_of(str(name)))
            if holder is None:
                yield from (s for s in item.own if _is_implied(s) and s.parent == name)
            else:
                yield from (
                    replace(step, role=Role.CHILD)
                    for step in holder.own
                    if step.role is Role.PARENT and _is_emptying(step)
                )


def _is_emptying(step: Step) -> bool:
    """Tell whether a step unpacks everything, without naming it."""
    return step.action == "DELETE" and step.object_count == 0


def _is_implied(step: Step) -> bool:
    return step.role is Role.CHILD and _is_emptying(step)


def _is_beginning(step: Step) -> bool:
    """Tell whether with this step the object comes into being, or is known to be there."""
    if step.role is Role.OUTPUT:
        return True
    if step.role is Role.PARENT:
        return step.action == "ADD"
    return step.role is Role.EPC and (step.action == "ADD" or step.biz_step == "commissioning")


def _text(event: ObjectEvent, name: str) -> str | None:
    value = event.ilmd.get(name)
    return value if isinstance(value, str) else None
