"""Locations: what is at a place now, what is on its way there, and what should have arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from packtrail.base.errors import NotFound
from packtrail.services.codes import UNKNOWN_PLACE
from packtrail.services.goods import describing, places, stock
from packtrail.services.goods.stock import Asked, CountRow, Dimension

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.goods.describing import Place
    from packtrail.services.goods.stock import Picture

CONTAINERS_SHOWN = 100
OVERDUE_FOR_DAYS = 7
_WHAT = (Dimension.PRODUCT, Dimension.LOT, Dimension.STATUS)
_WHENCE = (Dimension.PRODUCT, Dimension.LOT, Dimension.PLACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An outermost container, and how many packs are in it."""

    identifier: str
    label: str
    kind: str
    packs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """What is known of a place at a moment."""

    place: str
    """As asked for."""
    identifiers: tuple[str, ...]
    """What events call it."""
    about: Place | None
    """What master data says of it."""
    here: tuple[CountRow, ...]
    """Packs that lie there, by product, lot and what they count as."""
    here_total: int
    inferred_total: int
    """Of these: seen last only through what holds them."""
    containers: tuple[Holder, ...]
    """What holds them in the end, the fullest first; the first few of `container_count`."""
    container_count: int
    loose: int
    """Packs that nothing holds."""
    arriving: tuple[CountRow, ...]
    """Packs on their way there, by product, lot and where they left."""
    arriving_total: int
    overdue: int
    """Of these: packs that left longer ago than `overdue_for_days`."""
    overdue_for_days: int
    places: Mapping[str, str]
    products: Mapping[str, str]
    as_of: datetime | None
    as_known_at: datetime | None


def place(
    app: Application,
    actor: Actor,
    text: str,
    *,
    overdue_for_days: int = OVERDUE_FOR_DAYS,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> PlaceView:
    """Return what is at a place, and what should be.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        text: GLN, SGLN or Digital Link; without an extension every place of that GLN.
        overdue_for_days: After how many days something under way is overdue, 0 or more.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.

    Raises:
        NotFound: `TRC-009`, nothing the actor may see speaks of it.
        RefusedError: `TRC-008`, it is no location.
        NotPermitted: The actor may not read events.
    """
    key = places.place_key(text)
    with stock.seen(app, actor, as_of, as_known_at) as (conn, audience_ids, picture):
        sweep = picture.stock.sweep
        is_pack = picture.stock.is_pack()
        here = is_pack & picture.is_here & stock.at_place(picture.stock, sweep.place, text)
        coming = is_pack & ~picture.is_gone & sweep.is_moving
        coming &= stock.at_place(picture.stock, sweep.goal, text)
        about = _about(conn, text, audience_ids)
        identifiers = tuple(stock.places_like(picture.stock, key))
        if not (identifiers or about):
            raise NotFound(UNKNOWN_PLACE.found(f"Nothing is recorded of {text[:80]!r}."))
        left_before = (as_of or app.clock()) - timedelta(days=overdue_for_days)
        is_overdue = coming & (sweep.left_at < int(left_before.timestamp() * 1_000_000))
        rows, arriving = (
            stock.grouped(conn, picture, *each) for each in ((here, _WHAT), (coming, _WHENCE))
        )
        holders, loose = outermost_of(picture, here)
        shown = holders[:CONTAINERS_SHOWN]
        return PlaceView(
            place=text,
            identifiers=identifiers,
            about=about,
            here=rows,
            here_total=int(here.sum()),
            inferred_total=int((here & ~sweep.is_direct).sum()),
            containers=tuple(named_containers(conn, picture, shown)),
            container_count=len(holders),
            loose=loose,
            arriving=arriving,
            arriving_total=int(coming.sum()),
            overdue=int(is_overdue.sum()),
            overdue_for_days=overdue_for_days,
            places=describing.places_of(
                conn, {each.place for each in arriving if each.place}, audience_ids
            ),
            products=stock.product_names(
                conn, {each.gtin for each in (*rows, *arriving) if each.gtin}, audience_ids
            ),
            as_of=as_of,
            as_known_at=as_known_at,
        )


def listed(
    app: Application,
    actor: Actor,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> stock.Counts:
    """Return how many packs lie at each place, the most first."""
    return stock.count(
        app, actor, Asked(is_here=True, as_of=as_of, as_known_at=as_known_at), by=[Dimension.PLACE]
    )


def _about(conn: Connection, text: str, audience_ids: Sequence[int]) -> Place | None:
    key = places.location_of(text)
    return describing.place_of(conn, key, audience_ids) if key is not None else None


def outermost_of(picture: Picture, here: NDArray[np.bool_]) -> tuple[list[tuple[int, int]], int]:
    """Return the outermost containers of packs with their counts, and how many have none."""
    numbers = np.flatnonzero(here)
    outer, counts = np.unique(picture.stock.outermost()[numbers], return_counts=True)
    holds = ~np.isin(outer, numbers)
    found = sorted(
        zip(outer[holds].tolist(), counts[holds].tolist(), strict=True),
        key=lambda each: (-each[1], each[0]),
    )
    return found, int(counts[~holds].sum())


def named_containers(
    conn: Connection, picture: Picture, holders: Sequence[tuple[int, int]]
) -> Iterator[Holder]:
    """Yield outermost containers with what they are called."""
    numbers = np.array([number for number, _ in holders], dtype=np.int64)
    names = picture.stock.names(conn, numbers)
    for name, (_, packs) in zip(names, holders, strict=True):
        uri = name.identifier
        key = describing.key_of(uri)
        yield Holder(
            identifier=uri,
            label=describing.label_of(uri),
            kind=describing.kind_of(key, holds="pack"),
            packs=packs,
        )
