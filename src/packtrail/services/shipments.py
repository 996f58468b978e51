"""Shipments: what a despatch advice or purchase order said would come, and what has arrived.

What was said is what the shipping events that name the document held at their moment; what became
of each pack afterwards its journey tells: seen itself, inferred from what holds it, not found where
its container was opened, still under way, stopped, or somewhere else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.base.errors import LimitExceeded, NotFound, RefusedError
from packtrail.lifecycle import rules
from packtrail.lifecycle.fold import counted, fold
from packtrail.lifecycle.journey import Status
from packtrail.services import describing, stock, transactions
from packtrail.services.codes import NO_TRANSACTION, SEVERAL_TRANSACTIONS, SHIPMENT_TOO_LARGE
from packtrail.services.organisations import visible_to
from packtrail.store import contents, eventrows, journeys
from packtrail.store import events as rows
from packtrail.store.filters import EventFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.lifecycle.journey import Step
    from packtrail.services.application import Application
    from packtrail.store.journeys import ItemKey, Journey

PACKS_MAX: Final = 20_000
"""Most objects of one shipment whose journeys are followed."""
_EVENTS_MAX: Final = 1_000
_NAMED_MAX: Final = 200
_ARRIVES: Final = frozenset({"receiving", "arriving", "accepting"})
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One event by which goods of the shipment left or arrived."""

    event_id: str
    event_time: datetime
    event_time_zone_offset: str
    biz_step: str | None
    place: str | None
    goal: str | None
    objects: tuple[str, ...]
    """What it names, outermost; the first few of `object_count`."""
    object_count: int
    shared_with: tuple[str, ...]
    """Other documents of the same type that it names: one pallet for several orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was said and what came of one lot of one product."""

    gtin: str | None
    lot: str | None
    said: int
    counts: Mapping[Outcome, int]

    @property
    def arrived(self) -> int:
        """How many arrived where they were sent to."""
        return sum(self.counts.get(each, 0) for each in (Outcome.SEEN, Outcome.INFERRED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One object that did not come as it was said."""

    identifier: str
    label: str
    outcome: Outcome
    place: str | None
    """Where it is now, as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentView:
    """A purchase order, despatch advice or other document, and the goods that moved under it."""

    identifier: str
    types: tuple[str, ...]
    despatches: tuple[Leg, ...]
    arrivals: tuple[Leg, ...]
    lines: tuple[Line, ...]
    said: int
    arrived: int
    differences: tuple[Difference, ...]
    """The first few of `difference_count`."""
    difference_count: int
    places: Mapping[str, str]
    products: Mapping[str, str]
    as_of: datetime | None
    as_known_at: datetime | None

    @property
    def is_complete(self) -> bool:
        """Whether everything that was said has arrived, and nothing else."""
        return bool(self.said) and self.said == self.arrived and not self.difference_count


def shipment(
    app: Application,
    actor: Actor,
    text: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> ShipmentView:
    """Return what was said to come under a document, and what became of it.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        text: Number or identifier of a purchase order, despatch advice, invoice, ...
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.

    Raises:
        NotFound: `TRC-007`, no event the actor may see names it.
        RefusedError: `TRC-010`, several documents have this number.
        LimitExceeded: `TRC-011`, it has too many packs to be followed one by one.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    identifier, types = _document(app, actor, text)
    with app.database.reading() as conn:
        scope = _Scope(app, conn, visible_to(conn, actor), as_of, as_known_at)
        told = _told(scope, identifier, types)
        if not told:
            raise NotFound(NO_TRANSACTION.found(f"No event names {identifier[:200]!r} by then."))
        goods = _follow(scope, told)
        return _view(scope, identifier, types, told, goods)


@dataclass(frozen=True, slots=True)
class _Scope:
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
class _Event:
    """An event that names the document."""

    row: eventrows.EventRow
    body: Mapping[str, Any]
    uris: tuple[str, ...]
    keys: tuple[ItemKey, ...]

    @property
    def leaves(self) -> bool | None:
        return rules.is_leaving(
            self.row.biz_step,
            self.row.disposition,
            has_location=self.row.biz_location is not None,
        )

    @property
    def arrives(self) -> bool:
        return self.row.biz_step in _ARRIVES

    @property
    def goal(self) -> str | None:
        named = self.body.get("destinationList", ())
        return rules.goal_of((each.get("type", ""), each["destination"]) for each in named)


@dataclass(slots=True)
class _Goods:
    """What was said, and what became of each object."""

    said: dict[ItemKey, _Event] = field(default_factory=dict)
    """Pack -> the event by which it left first."""
    outcomes: dict[ItemKey, Outcome] = field(default_factory=dict)
    journeys: dict[ItemKey, Journey] = field(default_factory=dict)


def _document(app: Application, actor: Actor, text: str) -> tuple[str, tuple[str, ...]]:
    found = transactions.find(app, actor, text)
    identifiers = dict.fromkeys(each.identifier for each in found)
    if not identifiers:
        raise NotFound(NO_TRANSACTION.found(f"No event names the document {text[:200]!r}."))
    if len(identifiers) > 1:
        named = ", ".join(list(identifiers)[:10])
        raise RefusedError(
            SEVERAL_TRANSACTIONS.found(f"Several documents have the number {text[:80]!r}: {named}.")
        )
    (identifier,) = identifiers
    return identifier, tuple(each.type or "" for each in found)


def _told(scope: _Scope, identifier: str, types: Sequence[str]) -> list[_Event]:
    """Return the events that name the document and count, in order of time."""
    by_key: dict[int, rows.StoredEvent] = {}
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
        by_key |= {each.event_key: each for each in page.events}
    effective = eventrows.effective(
        scope.conn, list(by_key), as_of=scope.as_of, as_known_at=scope.as_known_at
    )
    told = [_event(row, by_key[key].body) for key, row in effective.items()]
    return sorted(told, key=lambda each: eventrows.moment(each.row))


def _event(row: eventrows.EventRow, body: Mapping[str, Any]) -> _Event:
    uris = [*body.get("epcList", ()), *body.get("childEPCs", ())]
    uris += [body["parentID"]] if body.get("parentID") else []
    return _Event(row, body, tuple(uris), tuple(gs1.identify(uris)))


def _follow(scope: _Scope, told: Sequence[_Event]) -> _Goods:
    """Find out what was in the shipment, and what became of it."""
    goods = _Goods()
    trees: dict[ItemKey, tuple[ItemKey, ...]] = {}
    linked = {key for each in told if each.leaves is None for key in each.keys}
    for event in (each for each in told if each.leaves):
        tree = scope.expanded(event.keys, event.row.event_time)
        trees |= tree
        for pack in _part(event.keys, tree, linked):
            goods.said.setdefault(pack, event)
    came: dict[ItemKey, tuple[ItemKey, ...]] = {}
    arrived = [each for each in told if each.arrives]
    for event in arrived:
        came |= scope.expanded(event.keys, event.row.event_time)
    extra = {
        pack
        for event in arrived
        for pack in _leaves(event.keys, came)
        if goods.said and pack not in goods.said
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
    lost = set(_not_found(goods, trees))
    for pack, event in goods.said.items():
        outcome = _outcome(goods.journeys.get(pack), event)
        is_lost = outcome is Outcome.INFERRED and pack in lost
        goods.outcomes[pack] = Outcome.NOT_FOUND if is_lost else outcome
    goods.outcomes |= dict.fromkeys(extra, Outcome.SURPLUS)
    return goods


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


def _outcome(journey: Journey | None, left: _Event) -> Outcome:
    """Return what became of a pack after it left."""
    goal, after = left.goal, False
    arrived_at: str | None = None
    was_seen = is_elsewhere = False
    for step in counted(journey.steps) if journey else ():
        if step.event_id == left.row.identity:
            after = True
        elif after or step.event_time > left.row.event_time:
            place = step.biz_location or step.read_point
            if arrived_at is None and _is_arrival(step, goal):
                arrived_at = place or ""
                is_elsewhere = not _is_same(place, goal)
            was_seen = was_seen or (arrived_at is not None and not step.via)
    if arrived_at is None:
        status = fold(journey.steps).status if journey else Status.UNKNOWN
        return Outcome.STOPPED if status in _STOPPED else Outcome.UNDER_WAY
    if is_elsewhere:
        return Outcome.ELSEWHERE
    return Outcome.SEEN if was_seen else Outcome.INFERRED


def _is_arrival(step: Step, goal: str | None) -> bool:
    if step.biz_step in _ARRIVES:
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
    return stock.is_place(place, (key.primary, key.serial))


def _not_found(goods: _Goods, trees: Mapping[ItemKey, tuple[ItemKey, ...]]) -> Iterator[ItemKey]:
    """Yield what was not there when somebody looked what a container holds."""
    for container, inside in trees.items():
        journey = goods.journeys.get(container)
        looks = [step.event_id for step in journey.steps if _is_look(step)] if journey else []
        for child in inside:
            told = goods.journeys.get(child)
            named = {step.event_id for step in told.steps} if told else set()
            if looks and not named.intersection(looks):
                yield from _leaves([child], trees)


def _is_look(step: Step) -> bool:
    """Tell whether a step says what a container was found to hold, all of it."""
    return (
        step.event_type == "AggregationEvent"
        and step.action == "OBSERVE"
        and step.role.value == "parent"
        and not step.is_withdrawn
    )


def _view(
    scope: _Scope,
    identifier: str,
    types: Sequence[str],
    told: Sequence[_Event],
    goods: _Goods,
) -> ShipmentView:
    lines = _lines(goods)
    wrong = [
        (key, outcome)
        for key, outcome in goods.outcomes.items()
        if outcome not in {Outcome.SEEN, Outcome.INFERRED, Outcome.UNDER_WAY}
    ]
    despatches = tuple(_leg(each, identifier) for each in told if each.leaves)
    arrivals = tuple(_leg(each, identifier) for each in told if each.arrives)
    legs = (*despatches, *arrivals)
    named = {place for each in legs for place in (each.place, each.goal) if place}
    gtins = {each.gtin for each in lines if each.gtin}
    return ShipmentView(
        identifier=identifier,
        types=tuple(types),
        despatches=despatches,
        arrivals=arrivals,
        lines=lines,
        said=len(goods.said),
        arrived=sum(each.arrived for each in lines),
        differences=tuple(_difference(goods, *each) for each in wrong[:_NAMED_MAX]),
        difference_count=len(wrong),
        places=describing.places_of(scope.conn, named, scope.audience_ids),
        products=stock.product_names(scope.conn, gtins, scope.audience_ids),
        as_of=scope.as_of,
        as_known_at=scope.as_known_at,
    )


def _lines(goods: _Goods) -> tuple[Line, ...]:
    said: Counter[tuple[str | None, str | None]] = Counter()
    counts: defaultdict[tuple[str | None, str | None], Counter[Outcome]] = defaultdict(Counter)
    for key, outcome in goods.outcomes.items():
        journey = goods.journeys.get(key)
        lot = fold(journey.steps).lot if journey else None
        kind, _, rest = key[0].partition("/")
        line = (rest[:14] if kind in {"sgtin", "itip"} else None), lot
        counts[line][outcome] += 1
        said[line] += outcome is not Outcome.SURPLUS
    ordered = sorted(counts, key=lambda line: (line[0] or "", line[1] or ""))
    return tuple(
        Line(gtin=gtin, lot=lot, said=said[gtin, lot], counts=dict(counts[gtin, lot]))
        for gtin, lot in ordered
    )


def _leg(event: _Event, identifier: str) -> Leg:
    row, body = event.row, event.body
    pairs = [
        (each.get("type"), each["bizTransaction"]) for each in body.get("bizTransactionList", ())
    ]
    own = {of_type for of_type, which in pairs if which == identifier}
    return Leg(
        event_id=row.identity,
        event_time=row.event_time,
        event_time_zone_offset=row.time_zone_offset,
        biz_step=row.biz_step,
        place=row.biz_location or row.read_point,
        goal=event.goal,
        objects=event.uris[:_NAMED_MAX],
        object_count=len(event.uris),
        shared_with=tuple(
            which for of_type, which in pairs if which != identifier and of_type in own
        ),
    )


def _difference(goods: _Goods, key: ItemKey, outcome: Outcome) -> Difference:
    journey = goods.journeys.get(key)
    identifier = journey.identifier if journey else "/".join(key)
    return Difference(
        identifier=identifier,
        label=describing.label_of(identifier),
        outcome=outcome,
        place=fold(journey.steps).location if journey else None,
    )
