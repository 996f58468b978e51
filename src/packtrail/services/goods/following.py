"""Following goods: what left under a document, and what became of each pack afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from packtrail import gs1
from packtrail.base.errors import LimitExceeded
from packtrail.lifecycle import rules
from packtrail.lifecycle.fold import counted, fold, is_look
from packtrail.lifecycle.journey import Status
from packtrail.services.codes import SHIPMENT_TOO_LARGE
from packtrail.services.goods import describing, places
from packtrail.store import contents, eventrows, journeys, segments
from packtrail.store import events as rows
from packtrail.store.filters import EventFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.lifecycle.journey import Step
    from packtrail.services.application import Application
    from packtrail.store.journeys import ItemKey, Journey

PACKS_MAX: Final = 20_000
"""Most objects of one shipment whose journeys are followed."""
_EVENTS_MAX: Final = 1_000
ARRIVES: Final = frozenset({"receiving", "arriving", "accepting"})
"""Business steps by which goods are received."""
_STOPPED: Final = frozenset({Status.STOLEN, Status.LOST, Status.DESTROYED, Status.DAMAGED})


class Outcome(StrEnum):
    """What became of a pack that was said to be in a shipment."""

    SEEN = "seen"
    """It arrived, and was itself seen there."""
    INFERRED = "inferred"
    """What holds it arrived; nobody has looked inside."""
    NOT_FOUND = "not_found"
    """Its container was opened where it arrived, and it was not among what was found."""
    UNDER_WAY = "under_way"
    STOPPED = "stopped"
    """Stolen, lost, damaged or destroyed before it arrived."""
    ELSEWHERE = "elsewhere"
    """It arrived, at another place than it was sent to."""
    SURPLUS = "surplus"
    """It arrived under this document, which does not say so."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose events, and until when."""

    app: Application
    conn: Connection
    audience_ids: Sequence[int]
    as_of: datetime | None
    as_known_at: datetime | None

    def expanded(self, keys: Iterable[ItemKey], at: datetime) -> dict[ItemKey, tuple[ItemKey, ...]]:
        """Return what containers held at a moment, all levels."""
        return contents.expand(
            self.conn,
            keys,
            audience_ids=self.audience_ids,
            as_of=at,
            as_known_at=self.as_known_at,
        )


@dataclass(frozen=True, slots=True)
class Told:
    """An event that names the document."""

    row: eventrows.EventRow
    body: Mapping[str, Any]
    uris: tuple[str, ...]
    keys: tuple[ItemKey, ...]

    @property
    def leaves(self) -> bool | None:
        """Whether goods leave by it, or arrive; None: it says neither."""
        return rules.is_leaving(
            self.row.biz_step,
            self.row.disposition,
            has_location=self.row.biz_location is not None,
        )

    @property
    def arrives(self) -> bool:
        """Whether goods are received by it."""
        return self.row.biz_step in ARRIVES

    @property
    def goal(self) -> str | None:
        """Where goods are sent by it."""
        named = self.body.get("destinationList", ())
        return rules.goal_of((each.get("type", ""), each["destination"]) for each in named)


@dataclass(slots=True)
class Goods:
    """What was said, and what became of each object."""

    said: dict[ItemKey, Told] = field(default_factory=dict)
    """Pack -> the event by which it left first."""
    outcomes: dict[ItemKey, Outcome] = field(default_factory=dict)
    journeys: dict[ItemKey, Journey] = field(default_factory=dict)
    trees: dict[ItemKey, tuple[ItemKey, ...]] = field(default_factory=dict)
    """Container -> what it held directly when it left."""
    arrived: dict[ItemKey, Step] = field(default_factory=dict)
    """Pack -> the step by which it arrived, where it has."""
    left: dict[ItemKey, Told] = field(default_factory=dict)
    """Container -> the event by which it left first."""

    def left_at(self, container: ItemKey) -> datetime | None:
        """Return when a container left."""
        event = self.left.get(container)
        return event.row.event_time if event else None


def told(scope: Scope, identifier: str, types: Sequence[str]) -> list[Told]:
    """Return the events that name the document and count, in order of time."""
    by_ref: dict[eventrows.Ref, rows.StoredEvent] = {}
    for of_type in types:
        wanted = EventFilter(
            biz_transactions={of_type: (identifier,)},
            event_time_before=scope.as_of + timedelta(microseconds=1) if scope.as_of else None,
            order_direction="ASC",
        )
        page = rows.query(
            scope.conn,
            wanted,
            audience_ids=scope.audience_ids,
            page_size=_EVENTS_MAX,
            now=scope.app.clock(),
        )
        by_ref |= {each.ref: each for each in page.events}
    read = segments.read(scope.conn, {one for one, _ in by_ref}, audience_ids=scope.audience_ids)
    effective = eventrows.effective(
        scope.conn,
        [(read[segment_id], place) for segment_id, place in by_ref],
        as_of=scope.as_of,
        as_known_at=scope.as_known_at,
    )
    found = [_event(row, by_ref[ref].body) for ref, row in effective.items()]
    return sorted(found, key=lambda each: eventrows.moment(each.row))


def _event(row: eventrows.EventRow, body: Mapping[str, Any]) -> Told:
    uris = [*body.get("epcList", ()), *body.get("childEPCs", ())]
    uris += [body["parentID"]] if body.get("parentID") else []
    return Told(row, body, tuple(uris), tuple(gs1.identify(uris)))


def follow(scope: Scope, events: Sequence[Told]) -> Goods:
    """Find out what was in the shipment, and what became of it."""
    goods = Goods()
    trees = goods.trees
    linked = {key for each in events if not (each.leaves or each.arrives) for key in each.keys}
    for event in (each for each in events if each.leaves):
        tree = scope.expanded(event.keys, event.row.event_time)
        trees |= tree
        for container in tree:
            goods.left.setdefault(container, event)
        for pack in _part(event.keys, tree, linked):
            goods.said.setdefault(pack, event)
    extra = {
        pack
        for event in events
        if event.arrives and goods.said
        for pack in _leaves(event.keys, _arrived(scope, event))
        if pack not in goods.said and pack not in trees
    }
    wanted = {*goods.said, *extra, *trees}
    if len(wanted) > PACKS_MAX:
        text = f"The shipment has {len(wanted)} packs and containers; {PACKS_MAX} are followed."
        raise LimitExceeded(SHIPMENT_TOO_LARGE.found(text))
    goods.journeys = journeys.read_many(
        scope.conn,
        wanted,
        audience_ids=scope.audience_ids,
        as_of=scope.as_of,
        as_known_at=scope.as_known_at,
    )
    lost = set(_not_found(goods))
    for pack, event in goods.said.items():
        outcome, arrival = _outcome(goods.journeys.get(pack), event)
        if arrival is not None:
            goods.arrived[pack] = arrival
        is_lost = outcome is Outcome.INFERRED and pack in lost
        goods.outcomes[pack] = Outcome.NOT_FOUND if is_lost else outcome
    goods.outcomes |= dict.fromkeys(extra, Outcome.SURPLUS)
    return goods


def _arrived(scope: Scope, event: Told) -> dict[ItemKey, tuple[ItemKey, ...]]:
    """Return what containers held that arrive, even where they are opened at that very moment."""
    at = event.row.event_time
    before = scope.expanded(event.keys, at - timedelta(microseconds=1))
    after = scope.expanded(event.keys, at)
    return {
        container: (*before.get(container, ()), *after.get(container, ()))
        for container in before.keys() | after.keys()
    }


def _part(
    keys: Sequence[ItemKey], tree: Mapping[ItemKey, tuple[ItemKey, ...]], linked: set[ItemKey]
) -> Iterator[ItemKey]:
    """Yield the packs of a despatch that belong to the document.

    Where several orders share a pallet, other events may link what is inside with its own order:
    then the document has that part, and not the rest.
    """
    inside = {child for some in tree.values() for child in some} | set(keys)
    own = [key for key in linked if key in inside and key not in keys]
    yield from _leaves(own or keys, tree)


def _leaves(
    keys: Iterable[ItemKey], tree: Mapping[ItemKey, tuple[ItemKey, ...]]
) -> Iterator[ItemKey]:
    waiting, seen = list(keys), set()
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        inside = tree.get(key)
        if inside:
            waiting += inside
        else:
            yield key


def _outcome(journey: Journey | None, left: Told) -> tuple[Outcome, Step | None]:
    """Return what became of a pack after it left, and the step by which it arrived."""
    goal, after = left.goal, False
    arrival: Step | None = None
    was_seen = is_elsewhere = False
    for step in counted(journey.steps) if journey else ():
        if step.event_id == left.row.identity:
            after = True
        elif after or step.event_time > left.row.event_time:
            place = step.biz_location or step.read_point
            if arrival is None and _is_arrival(step, goal):
                arrival = step
                is_elsewhere = not _is_same(place, goal)
            was_seen = was_seen or (arrival is not None and not step.via)
    if arrival is None:
        status = fold(journey.steps).status if journey else Status.UNKNOWN
        return Outcome.STOPPED if status in _STOPPED else Outcome.UNDER_WAY, None
    if is_elsewhere:
        return Outcome.ELSEWHERE, arrival
    return Outcome.SEEN if was_seen else Outcome.INFERRED, arrival


def _is_arrival(step: Step, goal: str | None) -> bool:
    if step.biz_step in ARRIVES:
        return True
    return goal is not None and _is_same(step.biz_location, goal)


def _is_same(place: str | None, goal: str | None) -> bool:
    """Tell whether a place is the goal, or a part of it; of an unknown goal any place is it."""
    if goal is None or place is None or place == goal:
        return True
    key = describing.key_of(goal)
    if key is None or key.type is not gs1.KeyType.SGLN:
        # A party is no place: where it receives is its own business.
        return True
    return places.is_place(place, (key.primary, key.serial))


def _not_found(goods: Goods) -> Iterator[ItemKey]:
    """Yield what was not there when somebody looked what a container holds."""
    for container, inside in goods.trees.items():
        looks = [step.event_id for step in looks_into(goods, container)]
        for child in inside:
            told = goods.journeys.get(child)
            named = {step.event_id for step in told.steps} if told else set()
            if looks and not named.intersection(looks):
                yield from _leaves([child], goods.trees)


def looks_into(goods: Goods, container: ItemKey) -> Iterator[Step]:
    """Yield the steps by which a container was found to hold something, since it left."""
    journey = goods.journeys.get(container)
    left = goods.left_at(container)
    for step in journey.steps if journey else ():
        if is_look(step) and (left is None or step.event_time >= left):
            yield step
