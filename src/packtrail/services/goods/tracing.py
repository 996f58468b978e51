"""Tracing: the journey of one object, whatever notation names it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.hierarchy.codes import NOT_INSIDE
from packtrail.lifecycle.fold import containment, examine, fold, in_order, is_look, moment
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.notices import condition
from packtrail.lifecycle.states import STATES
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import (
    EXPIRED,
    NOT_AN_IDENTIFIER,
    NOT_ONE_OBJECT,
    NOT_RECORDED,
    UNKNOWN_ORIGIN,
)
from packtrail.services.goods import describing, notices
from packtrail.services.goods.describing import Product
from packtrail.store import contents, journeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.hierarchy.containment import Held
    from packtrail.lifecycle.journey import Standing, Step
    from packtrail.lifecycle.notices import Condition
    from packtrail.services.application import Application
    from packtrail.store.journeys import Journey

CONTENTS_SHOWN = 200
_IN_USE = frozenset(
    {Status.UNKNOWN, Status.RETURNED, *(r.status for r in STATES.values() if r.is_saleable)}
)
"""Statuses in which a pack could still be dispensed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One thing inside a container."""

    identifier: str
    label: str
    """As printed beside a barcode: `(01)… (21)…`."""
    kind: str
    status: Status
    """What it counts as, its lot, product and expiry having had their say."""
    count: int
    """How many objects it holds itself, directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A page of what a container holds."""

    items: tuple[Content, ...]
    levels: tuple[int, ...]
    """How many objects are inside, by level: directly, inside those, and so on."""

    @property
    def total(self) -> int:
        """How many objects are directly inside."""
        return self.levels[0] if self.levels else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Everything known about one object, as far as the asker may see it."""

    identifier: str
    """EPC URI where the company prefix is known, else Digital Link, else the text as recorded."""
    digital_link: str | None
    key: gs1.Key | None
    label: str
    """As printed beside a barcode: `(01)… (21)…`."""
    kind: str
    """In one word: `pack`, `case`, `pallet`, `container`, `object`."""
    product: Product | None
    standing: Standing
    condition: Condition
    """What it counts as, once its lot, its product and the day have had their say."""
    steps: tuple[Step, ...]
    """Oldest first."""
    holders: tuple[Held, ...]
    """What holds it now, innermost first."""
    contents: tuple[Content, ...]
    """What it holds now, directly; the first few of `contents_total`."""
    contents_total: int
    contents_levels: tuple[int, ...]
    """How many objects are inside, by level: directly, inside those, and so on."""
    places: Mapping[str, str]
    """Place or party identifier -> name, from master data."""
    findings: tuple[Finding, ...]
    as_of: datetime | None
    """Only what had happened by then."""
    as_known_at: datetime | None
    """Only what had been recorded by then."""


def trace(
    app: Application,
    actor: Actor,
    identifier: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Trace:
    """Return the journey of an object and what it makes of it.

    Args:
        app: The application.
        actor: Who asks; only events its organisation may see count.
        identifier: EPC URI, Digital Link, element string with or without brackets, or SSCC.
        as_of: Only what had happened by this moment.
        as_known_at: Only what had been recorded by this moment.

    Raises:
        NotFound: `TRC-…`, nothing the actor may see speaks of this object.
        RefusedError: The identifier cannot be read, or names no single object.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    key, item = read_identifier(identifier)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        journey = journeys.read(
            conn, *item, audience_ids=audience_ids, as_of=as_of, as_known_at=as_known_at
        )
        if journey is None:
            raise _not_found(key, identifier)
        scope = _Scope(conn, audience_ids, as_of, as_known_at, as_of or app.clock())
        return _trace(scope, key, item, journey)


def inside(
    app: Application,
    actor: Actor,
    identifier: str,
    *,
    offset: int = 0,
    limit: int = CONTENTS_SHOWN,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Inside:
    """Return a page of what a container holds; nothing where the actor sees nothing.

    Args:
        app: The application.
        actor: Who asks; only events its organisation may see count.
        identifier: The container, in any notation.
        offset: Things to leave out first, 0 or more.
        limit: Most things to return.
        as_of: Only what had happened by this moment.
        as_known_at: Only what had been recorded by this moment.

    Raises:
        RefusedError: The identifier cannot be read, or names no single object.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    _, item = read_identifier(identifier)
    with app.database.reading() as conn:
        now = as_of or app.clock()
        scope = _Scope(conn, visible_to(conn, actor), as_of, as_known_at, now)
        return _contents(scope, item, offset=offset, limit=limit)


def read_identifier(text: str) -> tuple[gs1.Key | None, tuple[str, str]]:
    """Return the key in a text, whatever its notation, and what the store knows it by.

    Raises:
        RefusedError: `TRC-002`, it names a class; `TRC-003`, it is no identifier.
    """
    wanted = text.strip(" \t\r\n")
    try:
        key = gs1.parse(wanted)
    except RefusedError as refused:
        # A malformed key may have been recorded all the same, as a mere URI.
        if ":" in wanted and not any(letter.isspace() for letter in wanted):
            return None, gs1.identify([wanted])[0]
        shown = wanted[:100]
        raise RefusedError(
            NOT_AN_IDENTIFIER.found(f"{shown!r} is no identifier of an object."), *refused.findings
        ) from None
    if key.is_class or key.type is gs1.KeyType.LGTIN:
        raise RefusedError(
            NOT_ONE_OBJECT.found(f"{key.hri()} stands for many objects, not for one.")
        )
    return key, (key.class_key, key.item_key)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What may be read."""

    conn: Connection
    audience_ids: Sequence[int]
    as_of: datetime | None
    as_known_at: datetime | None
    now: datetime
    """The moment whose notices and day count."""


def _trace(scope: _Scope, key: gs1.Key | None, item: tuple[str, str], journey: Journey) -> Trace:
    standing = fold(journey.steps)
    state = _conditions(scope, {journey.identifier: standing})[journey.identifier]
    held = _contents(scope, item)
    if key is not None and key.prefix_length is None and journey.prefix_length is not None:
        key = replace(key, prefix_length=journey.prefix_length)
    findings = (
        *journey.findings,
        *examine(journey.steps),
        *_missed(scope, journey, standing),
        *_own_findings(key, standing, state),
    )
    return Trace(
        identifier=journey.identifier,
        digital_link=key.digital_link() if key else None,
        key=key,
        label=key.hri() if key else journey.identifier,
        kind=describing.kind_of(key, holds=held.items[0].kind if held.items else None),
        product=describing.product_of(scope.conn, key, scope.audience_ids),
        standing=standing,
        condition=state,
        steps=journey.steps,
        holders=journey.holders,
        contents=held.items,
        contents_total=held.total,
        contents_levels=held.levels,
        places=describing.places_of(scope.conn, _places(journey.steps), scope.audience_ids),
        findings=findings,
        as_of=scope.as_of,
        as_known_at=scope.as_known_at,
    )


def _contents(
    scope: _Scope, item: tuple[str, str], *, offset: int = 0, limit: int = CONTENTS_SHOWN
) -> Inside:
    """Return what is directly inside, each with its status, and how much that is in all."""
    found = contents.contents(
        scope.conn,
        *item,
        audience_ids=scope.audience_ids,
        limit=limit,
        offset=offset,
        as_of=scope.as_of,
        as_known_at=scope.as_known_at,
    )
    if not found.items:
        return Inside(items=(), levels=found.levels)
    told = journeys.read_many(
        scope.conn,
        [(each.class_key, each.item_key) for each in found.items],
        audience_ids=scope.audience_ids,
        as_of=scope.as_of,
        as_known_at=scope.as_known_at,
    )
    standings = {
        each.identifier: fold(journey.steps)
        for each in found.items
        if (journey := told.get((each.class_key, each.item_key)))
    }
    counts_as = _conditions(scope, standings)
    items = (_content(each, counts_as.get(each.identifier)) for each in found.items)
    return Inside(items=tuple(items), levels=found.levels)


def _content(each: contents.Content, state: Condition | None) -> Content:
    return Content(
        identifier=each.identifier,
        label=describing.label_of(each.identifier),
        kind=describing.kind_of(describing.key_of(each.identifier)),
        status=state.status if state else Status.UNKNOWN,
        count=each.count,
    )


def _conditions(scope: _Scope, standings: Mapping[str, Standing]) -> dict[str, Condition]:
    """Return what objects count as, by identifier."""
    keys = {identifier: describing.key_of(identifier) for identifier in standings}
    subjects = {
        identifier: (gtin, standings[identifier].lot, key.serial)
        for identifier, key in keys.items()
        if key is not None and (gtin := describing.gtin_of(key)) is not None
    }
    there = notices.holding(
        scope.conn, subjects.values(), scope.audience_ids, as_of=scope.now,
        as_known_at=scope.as_known_at,
    )  # fmt: skip
    return {
        identifier: condition(
            standing,
            there[subjects[identifier]] if identifier in subjects else (),
            on=scope.now.date(),
        )
        for identifier, standing in standings.items()
    }


def _missed(scope: _Scope, journey: Journey, standing: Standing) -> Iterator[Finding]:
    """Yield that what holds an object was opened since, and the object was not found in it."""
    holding = containment(in_order(journey.steps)).now
    if standing.parent is None or holding is None:
        return
    holder = journeys.read(
        scope.conn,
        *gs1.identify([holding.parent])[0],
        audience_ids=scope.audience_ids,
        as_of=scope.as_of,
        as_known_at=scope.as_known_at,
    )
    since = holding.since[0]
    looks = [
        step
        for step in (holder.steps if holder else ())
        if is_look(step) and step.biz_step == "inspecting" and step.event_time >= since
    ]
    if not looks:
        return
    last = max(looks, key=moment)
    if last.event_id not in {step.event_id for step in journey.steps}:
        label = describing.label_of(holding.parent)
        text = f"{label} was opened on {last.event_time:%Y-%m-%d %H:%M} UTC, and it was not in it."
        yield NOT_INSIDE.found(text, at=last.event_id)


def _own_findings(key: gs1.Key | None, standing: Standing, state: Condition) -> Iterator[Finding]:
    if key is not None and not standing.has_origin:
        yield UNKNOWN_ORIGIN.found("Its commissioning is not recorded here.")
    if state.is_expired and state.expires_on and standing.status in _IN_USE:
        yield EXPIRED.found(f"It expired on {state.expires_on:%d %b %Y}.")


def _places(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        yield from (each for each in (step.read_point, step.biz_location) if each)
        yield from (party for _, party in (*step.sources, *step.destinations))


def _not_found(key: gs1.Key | None, text: str) -> NotFound:
    name = key.hri() if key else repr(text[:200])
    return NotFound(NOT_RECORDED.found(f"Nothing is recorded of {name}."))
