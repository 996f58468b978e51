"""Holdings: who holds packs, now or at a moment, as one pass over the stock tells.

Containers are expanded, place and custody inherited from what holds a pack; packs under way count
for whom they were sent to. Nothing is asked pack by pack, so a lot of 200,000 is a few arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.lifecycle.sweep import NOTHING, STATUSES
from packtrail.recalls.accounting import Fate, fate_of
from packtrail.services.goods import describing
from packtrail.services.goods.places import gln_of
from packtrail.store import floor, vocabulary
from packtrail.store import organisations as organisation_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.recalls import Subject
    from packtrail.services.goods.stock import Picture

NOWHERE: Final = ""
"""Key of packs of which nothing tells a place."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FATES: Final = tuple(Fate)
_BY_STATUS: Final = np.array(
    [
        [
            [
                _FATES.index(fate_of(status, is_moving=is_moving, is_ours=is_ours))
                for is_ours in (False, True)
            ]
            for is_moving in (False, True)
        ]
        for status in STATUSES
    ],
    dtype=np.int64,
)
"""[status, is moving, is ours] -> place in `_FATES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Packs of one lot that have the same fate at one holder."""

    gtin: str
    lot: str | None
    fate: Fate
    count: int
    inferred: int
    """Of these: seen last only through what holds them."""
    heard_first: datetime | None
    """When the one was told of last that was told of longest ago."""
    heard_last: datetime | None
    whence: str | None
    """Of packs under way: the place that they left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one holder has, or had in the end."""

    key: str
    """Its GLN; what events call it where that is no GLN; `NOWHERE`."""
    name: str
    is_ours: bool
    dispenses: bool
    """Packs of the recall were dispensed there."""
    country: str | None
    """From master data."""
    parts: tuple[Part, ...]

    @classmethod
    def nothing(cls, key: str) -> Holding:
        """Return a holder that has nothing of it any more."""
        return cls(key=key, name=key, is_ours=False, dispenses=False, country=None, parts=())

    @property
    def by_fate(self) -> dict[Fate, int]:
        """Return how many packs had which fate there."""
        found: dict[Fate, int] = {}
        for part in self.parts:
            found[part.fate] = found.get(part.fate, 0) + part.count
        return found

    @property
    def total(self) -> int:
        """How many packs."""
        return sum(part.count for part in self.parts)


def held(
    conn: Connection,
    actor: Actor,
    audience_ids: Sequence[int],
    picture: Picture,
    subjects: Iterable[Subject],
) -> tuple[Holding, ...]:
    """Return who holds what is meant: whole products, lots, or single packs."""
    numbers = numbers_of(conn, picture, subjects)
    return holdings(conn, actor, audience_ids, picture, numbers)


def numbers_of(
    conn: Connection, picture: Picture, subjects: Iterable[Subject]
) -> NDArray[np.int64]:
    """Return the packs that are meant: whole products, lots, or single packs."""
    whole = picture.stock
    chosen = np.zeros(whole.total, dtype=bool)
    for subject in subjects:
        if subject.serial is not None:
            found = whole.find(conn, [(f"sgtin/{subject.gtin}", subject.serial)])
            chosen[list(found.values())] = True
            continue
        some = whole.of_gtins([subject.gtin])
        if subject.lot is not None:
            at = [number for number, text in enumerate(whole.lots) if text == subject.lot]
            some &= np.isin(whole.sweep.lot, at)
        chosen |= some
    return np.flatnonzero(chosen & whole.is_pack())


def holdings(
    conn: Connection,
    actor: Actor,
    audience_ids: Sequence[int],
    picture: Picture,
    numbers: NDArray[np.int64],
) -> tuple[Holding, ...]:
    """Return who holds some packs, those with the most first.

    Args:
        conn: A connection.
        actor: Who recalls: places of its organisation are its own.
        audience_ids: What it may see.
        picture: The stock at a moment.
        numbers: The packs.
    """
    where = places_of(picture, numbers)
    keys, own = _keys(conn, actor, picture)
    names, countries = _described(conn, audience_ids, picture, where)
    grouped: dict[str, list[Part]] = {}
    called: dict[str, set[str]] = {}
    land: dict[str, str] = {}
    for place, part in _parts(picture, numbers, where, np.array([*own, False])):
        key = keys[place] if place != NOTHING else NOWHERE
        grouped.setdefault(key, []).append(part)
        if place in names:
            called.setdefault(key, set()).add(names[place])
        if place in countries:
            land[key] = countries[place]
    ours = {key for key, is_own in zip(keys, own, strict=True) if is_own}
    found = (
        Holding(
            key=key,
            # Of several parts of a site the shortest name is that of the whole.
            name=min(called.get(key, {key}), key=lambda text: (len(text), text)) or "No place told",
            is_ours=key in ours,
            dispenses=any(part.fate is Fate.DISPENSED for part in parts),
            country=land.get(key),
            parts=tuple(sorted(parts, key=lambda each: (-each.count, each.gtin, each.lot or ""))),
        )
        for key, parts in grouped.items()
    )
    return tuple(sorted(found, key=lambda each: (-each.total, each.key)))


def places_of(picture: Picture, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return whose packs are, as places of the stock: where they are, or were sent to."""
    sweep = picture.stock.sweep
    place, goal = sweep.place[numbers].astype(np.int64), sweep.goal[numbers].astype(np.int64)
    is_sent = sweep.is_moving[numbers] & (goal != NOTHING) & ~picture.is_gone[numbers]
    return np.where(is_sent, goal, place)


def at_holder(
    picture: Picture, numbers: NDArray[np.int64], key: str
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the packs of one holder among some, and which of them are under way to it."""
    where = places_of(picture, numbers)
    wanted = [at for at, text in enumerate(picture.stock.places) if gln_of(text) == key]
    chosen = numbers[np.isin(where, wanted if key != NOWHERE else [NOTHING])]
    is_moving = picture.stock.sweep.is_moving[chosen] & ~picture.is_gone[chosen]
    return chosen, is_moving


def _keys(conn: Connection, actor: Actor, picture: Picture) -> tuple[list[str], list[bool]]:
    """Return, by place of the stock, the key of its holder and whether it is our own."""
    rows = organisation_rows.by_ids(conn, [actor.organisation_id])
    gln = rows[0].gln if rows else None
    sites = {each.gln for each in floor.sites(conn, [actor.organisation_id])} | {gln}
    read = [describing.key_of(place) for place in picture.stock.places]
    prefixes = {
        key.primary[: key.prefix_length]
        for key in read
        if key is not None and key.prefix_length and gln and gln.startswith(
            key.primary[: key.prefix_length]
        )
    }  # fmt: skip
    keys = [gln_of(place) for place in picture.stock.places]
    own = [key in sites or key.startswith(tuple(prefixes)) for key in keys]
    return keys, own


def _described(
    conn: Connection,
    audience_ids: Sequence[int],
    picture: Picture,
    where: NDArray[np.int64],
) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Return name and country of places, as far as master data tells them."""
    used = [at for at in np.unique(where).tolist() if at != NOTHING]
    rows = vocabulary.find(conn, [picture.stock.places[at] for at in used], audience_ids)
    told = {row.id: describing.place(row) for row in rows.values()}
    names, countries = {}, {}
    for at in used:
        place = told.get(picture.stock.places[at])
        if place is not None and place.name:
            names[at] = place.name
        if place is not None and place.attributes.get("countryCode"):
            countries[at] = place.attributes["countryCode"]
    return names, countries


def _parts(
    picture: Picture,
    numbers: NDArray[np.int64],
    where: NDArray[np.int64],
    own: NDArray[np.bool_],
) -> Iterable[tuple[int, Part]]:
    """Yield (place, part) for packs that have holder, class, lot, fate and whence in common."""
    sweep = picture.stock.sweep
    moving = sweep.is_moving[numbers] & ~picture.is_gone[numbers]
    fates = _BY_STATUS[sweep.status[numbers], moving.astype(int), own[where].astype(int)]
    heard = np.where(moving, sweep.left_at[numbers], sweep.since[numbers])
    columns = (
        where,
        picture.stock.class_of(numbers),
        sweep.lot[numbers].astype(np.int64),
        fates,
        np.where(moving, sweep.place[numbers].astype(np.int64), NOTHING),
    )
    codes = np.zeros(len(numbers), dtype=np.int64)
    for column in columns:
        codes = codes * (int(column.max(initial=0)) + 2) + column + 1
    order = np.argsort(codes, kind="stable")
    cuts = np.flatnonzero(np.diff(codes[order])) + 1
    for some in np.split(order, cuts) if len(order) else ():
        place, of_class, lot, fate, whence = (int(column[some[0]]) for column in columns)
        times = heard[some][heard[some] > 0]
        yield (
            place,
            Part(
                gtin=picture.stock.classes[of_class].class_key.partition("/")[2][:14],
                lot=None if lot == NOTHING else picture.stock.lots[lot],
                fate=_FATES[fate],
                count=len(some),
                inferred=int((~sweep.is_direct[numbers[some]]).sum()),
                heard_first=_moment(times.min()) if len(times) else None,
                heard_last=_moment(times.max()) if len(times) else None,
                whence=None if whence == NOTHING else gln_of(picture.stock.places[whence]),
            ),
        )


def _moment(microseconds: np.int64) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))


def lots_of(holders: Iterable[Holding]) -> list[tuple[str, str]]:
    """Return the lots that were found: (GTIN, lot)."""
    return sorted({(p.gtin, p.lot) for each in holders for p in each.parts if p.lot is not None})
