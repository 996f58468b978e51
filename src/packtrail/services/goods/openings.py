"""Openings: the cases of a shipment, which of them were opened, and what was found inside.

A case is a container that holds packs directly. It was opened where somebody recorded what was in
it after it left, or has handled each of its packs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.hierarchy.inference import Evidence
from packtrail.services.goods import describing
from packtrail.services.goods.following import Outcome, looks_into
from packtrail.services.goods.places import gln_of
from packtrail.store import events as rows
from packtrail.store.filters import EventFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packtrail.lifecycle.journey import Step
    from packtrail.services.goods.following import Goods, Scope, Told
    from packtrail.store.journeys import ItemKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case of a shipment."""

    key: ItemKey
    identifier: str
    packs: tuple[ItemKey, ...]
    """What it was said to hold directly, containers left out."""
    partners: frozenset[str]
    """GLNs of its sender: owner, shipper and place that it left."""
    arrival: Step | None
    """The first step by which something of it arrived."""
    look: Step | None
    """The step that says what it was found to hold; None: nobody recorded that."""
    is_opened: bool
    is_faulty: bool
    """It held something else than was recorded."""

    @property
    def label(self) -> str:
        """What people call it."""
        return describing.label_of(self.identifier)

    @property
    def gtins(self) -> frozenset[str]:
        """Products in it."""
        return frozenset(gtin for pack in self.packs if (gtin := gtin_of(pack)) is not None)

    @property
    def place(self) -> str | None:
        """GLN of the place where it arrived."""
        step = self.arrival
        where = (step.biz_location or step.read_point) if step else None
        return gln_of(where) if where else None


def cases_of(scope: Scope, goods: Goods) -> tuple[Case, ...]:
    """Return the cases that hold packs of a shipment, by identifier."""
    inside = {
        key: tuple(child for child in held if child not in goods.trees)
        for key, held in goods.trees.items()
    }
    wanted = {
        key: packs for key, packs in inside.items() if not goods.said.keys().isdisjoint(packs)
    }
    looks = {key: look for key in wanted if (look := next(looks_into(goods, key), None))}
    found = _found(scope, {look.event_id for look in looks.values()})
    cases = (
        _case(goods, key, packs, looks.get(key), found) for key, packs in wanted.items()
    )  # fmt: skip
    return tuple(sorted(cases, key=lambda each: each.identifier))


def evidence_of(cases: Iterable[Case]) -> Evidence:
    """Return how many cases there are, were opened, and held something else."""
    told = tuple(cases)
    return Evidence(
        population=len(told),
        opened=sum(each.is_opened for each in told),
        faulty=sum(each.is_faulty for each in told),
    )


def gtin_of(key: ItemKey) -> str | None:
    """Return the product of a pack."""
    kind, _, rest = key[0].partition("/")
    return rest[:14] if kind in {"sgtin", "itip"} else None


def senders(event: Told) -> Iterator[str]:
    """Yield the GLNs of whoever sent goods: owner, shipper, and the place that they left."""
    places = [each.get("source") for each in event.body.get("sourceList", ())]
    for place in (*places, event.row.biz_location, event.row.read_point):
        if place:
            yield gln_of(place)


def _case(
    goods: Goods,
    key: ItemKey,
    packs: tuple[ItemKey, ...],
    look: Step | None,
    found: Mapping[str, set[ItemKey]],
) -> Case:
    journey = goods.journeys.get(key)
    arrivals = [step for pack in packs if (step := goods.arrived.get(pack))]
    emptied = all(goods.outcomes.get(pack) is Outcome.SEEN for pack in packs)
    return Case(
        key=key,
        identifier=journey.identifier if journey else "/".join(key),
        packs=packs,
        partners=frozenset(senders(goods.left[key])),
        arrival=min(arrivals, key=lambda step: step.event_time, default=None),
        look=look,
        is_opened=look is not None or emptied,
        is_faulty=look is not None and found.get(look.event_id) != set(goods.trees[key]),
    )


def _found(scope: Scope, event_ids: Iterable[str]) -> dict[str, set[ItemKey]]:
    """Return what each of some looks into a container found."""
    wanted = EventFilter(event_ids=tuple(event_ids))
    if not wanted.event_ids:
        return {}
    page = rows.query(
        scope.conn,
        wanted,
        audience_ids=scope.audience_ids,
        page_size=len(wanted.event_ids) * 2,
        now=scope.app.clock(),
    )
    return {
        each.identity: set(gs1.identify(each.body.get("childEPCs", ()))) for each in page.events
    }
