"""Reaching: who holds some packs now, what they share with others, and who holds those.

Containers, documents and lots are what suspects have in common with packs that nobody asked about;
the holders of these are those whom a recall would reach.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail import gs1
from packtrail.lifecycle.fold import fold
from packtrail.recalls import Subject
from packtrail.services.goods import describing
from packtrail.services.reach import holdings
from packtrail.store import contents, objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.goods.stock import Picture
    from packtrail.services.reach.holdings import Holding
    from packtrail.store.journeys import ItemKey, Journey

BESIDE_MAX: Final = 500
"""Packs beside them that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Something that packs have in common with others."""

    kind: str
    """`container`, `document` or `lot`."""
    identifier: str
    label: str
    suspects: int
    """Of the packs asked about: those in it."""
    others: tuple[tuple[str, str], ...] = ()
    """Other packs that are in it now, for containers: GTIN and serial number, the first few."""
    other_count: int = 0
    """Other packs in it; of documents nobody counts them."""
    holders: tuple[Holding, ...] = ()
    """Who holds what is in it, for containers and lots."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Who holds some packs, and what lay beside them."""

    holders: tuple[Holding, ...]
    beside: tuple[Shared, ...]


def reach(
    conn: Connection,
    actor: Actor,
    audience_ids: Sequence[int],
    picture: Picture,
    told: Mapping[ItemKey, Journey],
) -> Reach:
    """Return who holds some packs now, what they share with others, and who holds those.

    Args:
        conn: A connection.
        actor: Who asks: places of its organisation are its own.
        audience_ids: What it may see.
        picture: The stock, as the connection sees it.
        told: The packs, and what is recorded of each.
    """
    scope = _Scope(conn, actor, audience_ids, picture)
    packs = [Subject(gtin=item[0].partition("/")[2], serial=item[1]) for item in told]
    return Reach(
        holders=scope.held(packs),
        beside=(*_containers(scope, told), *_documents(told), *_lots(scope, told)),
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    """What may be seen, and the stock."""

    conn: Connection
    actor: Actor
    audience_ids: Sequence[int]
    picture: Picture

    def held(self, subjects: Iterable[Subject]) -> tuple[Holding, ...]:
        """Return who holds what is meant."""
        return holdings.held(self.conn, self.actor, self.audience_ids, self.picture, subjects)

    def holders(self, items: Iterable[ItemKey]) -> tuple[Holding, ...]:
        """Return who holds some packs."""
        found = self.picture.stock.find(self.conn, list(items))
        numbers = np.array(sorted(found.values()), dtype=np.int64)
        return holdings.holdings(self.conn, self.actor, self.audience_ids, self.picture, numbers)


def _containers(scope: _Scope, told: Mapping[ItemKey, Journey]) -> Iterator[Shared]:
    holders: Counter[str] = Counter()
    for journey in told.values():
        steps = [each for each in journey.steps if not each.is_withdrawn]
        holders.update({one for s in steps for one in (*s.via, *([s.parent] if s.parent else []))})
    uris = [uri for uri, _ in holders.most_common()]
    keys = dict(zip(uris, gs1.identify(uris), strict=True))
    found = objects.find(scope.conn, keys.values())
    held = contents.expand(scope.conn, found, audience_ids=scope.audience_ids)
    for uri, key in keys.items():
        inside = [one for one in _all_in(held, key) if one[0].startswith("sgtin/0")]
        others = [one for one in inside if one not in told]
        yield Shared(
            kind="container",
            identifier=uri,
            label=describing.label_of(uri),
            suspects=holders[uri],
            others=tuple((one[0].partition("/")[2], one[1]) for one in others[:BESIDE_MAX]),
            other_count=len(others),
            holders=scope.holders(inside) if inside else (),
        )


def _documents(told: Mapping[ItemKey, Journey]) -> Iterator[Shared]:
    documents: Counter[str] = Counter()
    for journey in told.values():
        steps = (each for each in journey.steps if not each.is_withdrawn)
        documents.update({one for step in steps for _, one in step.biz_transactions})
    for identifier, count in documents.most_common():
        label = describing.label_of(identifier)
        yield Shared(kind="document", identifier=identifier, label=label, suspects=count)


def _lots(scope: _Scope, told: Mapping[ItemKey, Journey]) -> Iterator[Shared]:
    lots: Counter[tuple[str, str]] = Counter()
    for item, journey in told.items():
        lot = fold(journey.steps).lot
        if lot:
            lots[item[0].partition("/")[2], lot] += 1
    for (gtin, lot), count in lots.most_common():
        found = scope.held([Subject(gtin=gtin, lot=lot)])
        yield Shared(
            kind="lot",
            identifier=f"{gtin}/{lot}",
            label=f"(01){gtin}(10){lot}",
            suspects=count,
            other_count=max(0, sum(each.total for each in found) - count),
            holders=found,
        )


def _all_in(held: Mapping[ItemKey, tuple[ItemKey, ...]], key: ItemKey) -> Iterator[ItemKey]:
    waiting, seen = [key], {key}
    while waiting:
        for one in held.get(waiting.pop(), ()):
            if one not in seen:
                seen.add(one)
                waiting.append(one)
                yield one
