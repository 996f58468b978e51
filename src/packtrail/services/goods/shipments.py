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
from packtrail.lifecycle.fold import fold, is_packing
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import NO_TRANSACTION, SEVERAL_TRANSACTIONS
from packtrail.services.goods import describing, stock
from packtrail.services.goods.following import Outcome, Scope, follow, told
from packtrail.services.goods.openings import cases_of, gtin_of
from packtrail.services.inference import judging
from packtrail.services.inference.views import decided_view
from packtrail.services.queries import transactions
from packtrail.store import captures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.hierarchy.inference import InferencePolicy, Judgement
    from packtrail.lifecycle.journey import Step
    from packtrail.services.application import Application
    from packtrail.services.goods.following import Goods, Told
    from packtrail.services.inference.judging import Decided
    from packtrail.services.inference.views import DecidedView
    from packtrail.store.captures import CaptureRow
    from packtrail.store.journeys import ItemKey

_NAMED_MAX: Final = 200
_MESSAGES_MAX: Final = 20


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
    believed: int
    """Of the inferred ones: those of cases that are believed."""

    @property
    def arrived(self) -> int:
        """How many arrived where they were sent to, as far as cases are believed."""
        return self.counts.get(Outcome.SEEN, 0) + self.believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One object that did not come as it was said."""

    identifier: str
    label: str
    outcome: Outcome
    place: str | None
    """Where it is now, as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A document by which somebody told what is inside of what, or that it was sent."""

    capture_id: str
    name: str
    by: str
    """Who handed it in, and for whom."""
    at: datetime


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
    decided: tuple[DecidedView, ...]
    """The same, by rule and by sample."""
    messages: tuple[Message, ...]
    """What is believed or checked: who told what is inside; the first few."""
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
    policy: InferencePolicy | None = None,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> ShipmentView:
    """Return what was said to come under a document, and what became of it.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        text: Number or identifier of a purchase order, despatch advice, invoice, ...
        policy: What to try in place of the rules of the organisation: what is inferred from what
            holds it counts as arrived only where it is believed.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.

    Raises:
        NotFound: `TRC-007`, no event the actor may see names it.
        RefusedError: `TRC-010`, several documents have this number.
        LimitExceeded: `TRC-011`, it has too many packs to be followed one by one.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    document = document_of(app, actor, text)
    with app.database.reading() as conn:
        scope = Scope(app, conn, visible_to(conn, actor), as_of, as_known_at)
        return _view(scope, followed(scope, actor, document, policy))


@dataclass(frozen=True, slots=True)
class Document:
    """What goods moved under."""

    identifier: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """The goods of a document, and what is believed of them."""

    document: Document
    events: tuple[Told, ...]
    goods: Goods
    decided: tuple[Decided, ...]


def followed(
    scope: Scope, actor: Actor, document: Document, policy: InferencePolicy | None = None
) -> Followed:
    """Follow the goods of a document, and decide what is believed.

    Raises:
        NotFound: `TRC-007`, no event names it by then.
        LimitExceeded: `TRC-011`, it has too many packs to be followed one by one.
    """
    events = told(scope, document.identifier, document.types)
    if not events:
        text = f"No event names {document.identifier[:200]!r} by then."
        raise NotFound(NO_TRANSACTION.found(text))
    goods = follow(scope, events)
    cases = cases_of(scope, goods)
    found = judging.decided(scope, actor, cases, policy)
    return Followed(document, tuple(events), goods, found)


def document_of(app: Application, actor: Actor, text: str) -> Document:
    """Return the document with a number or identifier.

    Raises:
        NotFound: `TRC-007`, no event the actor may see names it.
        RefusedError: `TRC-010`, several documents have this number.
    """
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
    return Document(identifier, tuple(each.type or "" for each in found))


def _view(scope: Scope, found: Followed) -> ShipmentView:
    identifier, goods, decided = found.document.identifier, found.goods, found.decided
    lines = _lines(goods, decided)
    wrong = [
        (key, outcome)
        for key, outcome in goods.outcomes.items()
        if outcome not in {Outcome.SEEN, Outcome.INFERRED, Outcome.UNDER_WAY}
    ]
    despatches = tuple(_leg(each, identifier) for each in found.events if each.leaves)
    arrivals = tuple(_leg(each, identifier) for each in found.events if each.arrives)
    legs = (*despatches, *arrivals)
    named = {place for each in legs for place in (each.place, each.goal) if place}
    gtins = {each.gtin for each in lines if each.gtin}
    return ShipmentView(
        identifier=identifier,
        types=found.document.types,
        despatches=despatches,
        arrivals=arrivals,
        lines=lines,
        said=len(goods.said),
        arrived=sum(each.arrived for each in lines),
        differences=tuple(_difference(goods, *each) for each in wrong[:_NAMED_MAX]),
        difference_count=len(wrong),
        judgement=judging.together(decided),
        decided=tuple(map(decided_view, decided)),
        messages=_messages(scope, goods, despatches),
        places=describing.places_of(scope.conn, named, scope.audience_ids),
        products=stock.product_names(scope.conn, gtins, scope.audience_ids),
        as_of=scope.as_of,
        as_known_at=scope.as_known_at,
    )


def _messages(scope: Scope, goods: Goods, despatches: Sequence[Leg]) -> tuple[Message, ...]:
    """Return the documents that told what is packed into what, and that it left."""
    left = {each.event_id for each in despatches}
    last = max((each.event_time for each in despatches), default=None)
    wanted = {
        step.capture_id: None
        for journey in goods.journeys.values()
        for step in journey.steps
        if step.capture_id and last and (step.event_id in left or _is_packed(step, last))
    }
    found = (
        captures.by_id(scope.conn, each, audience_ids=scope.audience_ids)
        for each in sorted(wanted)[:_MESSAGES_MAX]
    )
    return tuple(_message(each) for each in found if each is not None)


def _is_packed(step: Step, by: datetime) -> bool:
    return step.action == "ADD" and is_packing(step) and step.event_time <= by


def _message(row: CaptureRow) -> Message:
    return Message(
        capture_id=row.capture_id,
        name=row.filename or "EPCIS document",
        by=f"{row.actor_name}, {row.owner_code}",
        at=row.created_at,
    )


def _lines(goods: Goods, decided: Sequence[Decided]) -> tuple[Line, ...]:
    is_believed = judging.believed(decided)
    is_stopped = any(each.faulty for each in decided)
    believed: Counter[tuple[str | None, str | None]] = Counter()
    said: Counter[tuple[str | None, str | None]] = Counter()
    counts: defaultdict[tuple[str | None, str | None], Counter[Outcome]] = defaultdict(Counter)
    for key, outcome in goods.outcomes.items():
        journey = goods.journeys.get(key)
        lot = fold(journey.steps).lot if journey else None
        line = gtin_of(key), lot
        counts[line][outcome] += 1
        believed[line] += outcome is Outcome.INFERRED and is_believed.get(key, not is_stopped)
        said[line] += outcome is not Outcome.SURPLUS
    ordered = sorted(counts, key=lambda line: (line[0] or "", line[1] or ""))
    return tuple(
        Line(
            gtin=gtin, lot=lot, said=said[gtin, lot], counts=dict(counts[gtin, lot]),
            believed=believed[gtin, lot],
        )
        for gtin, lot in ordered
    )  # fmt: skip


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
