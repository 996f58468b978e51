"""Bringing to the floor what the store knows: the objects of an act, with what is around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.hierarchy.containment import Role
from packtrail.production.floor import DEPTH_MAX, Floor, Item, key_of, named_by_token
from packtrail.production.levels import HOLDS_MAX
from packtrail.production.names import keys_of
from packtrail.services.orders import order_numbers
from packtrail.store import contents, journeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.production.happenings import Happening
    from packtrail.production.levels import ItemKey
    from packtrail.production.orders import Terms
    from packtrail.services.application import Application
    from packtrail.store.orders import OrderRow


def named_by(happenings: Iterable[Happening], terms: Terms | None) -> list[ItemKey]:
    """Return the objects that happenings name, each once."""
    found: dict[ItemKey, None] = {}
    for happening in happenings:
        found |= dict.fromkeys(keys_of(happening, terms)[0].values())
    return list(found)


def load(
    app: Application,
    conn: Connection,
    happenings: Sequence[Happening],
    *,
    owner_id: int,
    audience_ids: Sequence[int],
    own: OrderRow | None = None,
) -> Floor:
    """Return what is known of the objects that happenings name.

    With them come what holds them, level by level, and what they hold: now, and when it happened.

    Args:
        app: The application.
        conn: A connection.
        happenings: What happened, or is to happen.
        owner_id: Whose goods they are: whose pools are asked for their numbers.
        audience_ids: Only events these may see.
        own: The work order that is known already.
    """
    keys = named_by(happenings, own.making() if own else None)
    items = _journeys(conn, keys, audience_ids)
    around = set(items)
    for _ in range(DEPTH_MAX):
        outer = {
            key_of(holding.parent) for key in around for holding in items[key].held.holdings
        } - items.keys()
        if not outer:
            break
        found = _journeys(conn, outer, audience_ids)
        items |= found
        around = set(found)
    since = min((each.at for each in happenings), default=None)
    for container in [key for key in (*keys, *items) if key in items and _holds(items[key])]:
        inner = _inside(conn, items[container], audience_ids, since) - items.keys()
        items |= _journeys(conn, inner, audience_ids)
    known = dict.fromkeys((*keys, *items))
    origins = order_numbers.origins(app, conn, known, owner_id=owner_id, own=own)
    return Floor(items.values(), origins)


def _journeys(
    conn: Connection, keys: Iterable[ItemKey], audience_ids: Sequence[int]
) -> dict[ItemKey, Item]:
    wanted = list(keys)
    if not wanted:
        return {}
    found = journeys.read_many(conn, wanted, audience_ids=audience_ids)
    return {
        key: Item(key, journey.identifier, named_by_token(journey.steps))
        for key, journey in found.items()
    }


def _holds(item: Item) -> bool:
    return any(step.role is Role.PARENT for step in item.own)


def _inside(
    conn: Connection, item: Item, audience_ids: Sequence[int], since: datetime | None
) -> set[ItemKey]:
    """Return what a container holds, and held at the moment from which things are looked at."""
    moments: list[datetime | None] = [None]
    if since is not None and any(step.event_time > since for step in item.own):
        moments.append(since)
    found: set[ItemKey] = set()
    for at in moments:
        held = contents.contents(
            conn, *item.key, audience_ids=audience_ids, limit=HOLDS_MAX, as_of=at
        )
        found |= {(each.class_key, each.item_key) for each in held.items}
    return found
