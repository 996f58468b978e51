"""Shipments: what a despatch advice or purchase order said would come, and what has arrived.

What was said is what the shipping events that name the document held at their moment; what became
of each pack afterwards its journey tells: seen itself, inferred from what holds it, not found where
its container was opened, still under way, stopped, or somewhere else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.hierarchy.inference import InferencePolicy, Judgement, Trust, judge
from packtrail.lifecycle.fold import fold
from packtrail.services import describing, stock, transactions
from packtrail.services.codes import NO_TRANSACTION, SEVERAL_TRANSACTIONS
from packtrail.services.following import Outcome, Scope, follow, told
from packtrail.services.organisations import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.following import Goods, Told
    from packtrail.store.journeys import ItemKey

TRUSTING: Final = InferencePolicy(trust=Trust.TRUST)
_NAMED_MAX: Final = 200


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

    def arrived(self, judgement: Judgement) -> int:
        """Return how many arrived where they were sent to, as far as cases are believed."""
        inferred = self.counts.get(Outcome.INFERRED, 0) if judgement.is_accepted else 0
        return self.counts.get(Outcome.SEEN, 0) + inferred


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
    judgement: Judgement
    """Whether what unopened cases are said to hold is believed, and on what evidence."""
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
    policy: InferencePolicy = TRUSTING,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> ShipmentView:
    """Return what was said to come under a document, and what became of it.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        text: Number or identifier of a purchase order, despatch advice, invoice, ...
        policy: How far cases are believed that nobody has opened: what is inferred from what
            holds it counts as arrived only where the policy is content.
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
        scope = Scope(app, conn, visible_to(conn, actor), as_of, as_known_at)
        events = told(scope, identifier, types)
        if not events:
            raise NotFound(NO_TRANSACTION.found(f"No event names {identifier[:200]!r} by then."))
        goods = follow(scope, events)
        return _view(scope, (identifier, types), events, goods, policy)


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


def _view(
    scope: Scope,
    document: tuple[str, Sequence[str]],
    events: Sequence[Told],
    goods: Goods,
    policy: InferencePolicy,
) -> ShipmentView:
    identifier, types = document
    judgement = judge(policy, goods.cases)
    lines = _lines(goods)
    wrong = [
        (key, outcome)
        for key, outcome in goods.outcomes.items()
        if outcome not in {Outcome.SEEN, Outcome.INFERRED, Outcome.UNDER_WAY}
    ]
    despatches = tuple(_leg(each, identifier) for each in events if each.leaves)
    arrivals = tuple(_leg(each, identifier) for each in events if each.arrives)
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
        arrived=sum(each.arrived(judgement) for each in lines),
        differences=tuple(_difference(goods, *each) for each in wrong[:_NAMED_MAX]),
        difference_count=len(wrong),
        judgement=judgement,
        places=describing.places_of(scope.conn, named, scope.audience_ids),
        products=stock.product_names(scope.conn, gtins, scope.audience_ids),
        as_of=scope.as_of,
        as_known_at=scope.as_known_at,
    )


def _lines(goods: Goods) -> tuple[Line, ...]:
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


def _leg(event: Told, identifier: str) -> Leg:
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


def _difference(goods: Goods, key: ItemKey, outcome: Outcome) -> Difference:
    journey = goods.journeys.get(key)
    identifier = journey.identifier if journey else "/".join(key)
    return Difference(
        identifier=identifier,
        label=describing.label_of(identifier),
        outcome=outcome,
        place=fold(journey.steps).location if journey else None,
    )
