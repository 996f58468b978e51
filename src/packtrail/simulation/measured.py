"""A simulated year, counted: packs, containers, events, messages, bytes; plans predict them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.epcis.events import AggregationEvent, ObjectEvent
from packtrail.planning.capacity.forecasts import ForecastRow, Packing
from packtrail.planning.capacity.replaying import Year

if TYPE_CHECKING:
    from packtrail.simulation.documents import Draft
    from packtrail.simulation.world import World

_PACK = ":sgtin:"


def counted(world: World) -> Year:
    """Let a year pass, and count what its messages tell.

    Args:
        world: The year; its messages are made once more from the start.
    """
    events = lone = listed = messages = sales = octets = 0
    containers: set[str] = set()
    for draft in world.drafts():
        messages += 1
        octets += len(draft.write())
        alone, many = _told(draft, containers)
        events += len(draft.document.events)
        lone += alone
        listed += many
        sales += alone > 0
    lots = world.truth.lots
    return Year(
        rows=tuple(
            ForecastRow(
                product=lot.product.gtin(),
                market=lot.product.market,
                month=lot.packed_on,
                packs=float(lot.size),
            )
            for lot in lots
        ),
        packings={
            (lot.product.gtin(), lot.product.market): Packing(
                packs_per_case=lot.product.packs_per_case,
                cases_per_pallet=lot.product.cases_per_pallet,
            )
            for lot in lots
        },
        packs=sum(lot.size for lot in lots),
        containers=len(containers),
        events=events,
        lone_events=lone,
        listed=listed,
        messages=messages,
        sale_messages=sales,
        bytes_sent=octets,
    )


def _told(draft: Draft, containers: set[str]) -> tuple[int, int]:
    """Return how many events name one pack alone, and how many packs the others list.

    Args:
        draft: A message.
        containers: Those that were packed so far; those of the message are added.
    """
    alone = listed = 0
    for event in draft.document.events:
        if isinstance(event, AggregationEvent):
            if event.action == "ADD" and event.parent_id:
                containers.add(event.parent_id)
            listed += sum(map(_is_pack, event.child_epcs))
        elif isinstance(event, ObjectEvent):
            packs = sum(map(_is_pack, event.epcs))
            if packs == 1 == len(event.epcs):
                alone += 1
            else:
                listed += packs
    return alone, listed


def _is_pack(epc: str) -> bool:
    """Tell whether an EPC is a pack: a serial number of a GTIN with indicator digit 0."""
    if _PACK in epc:
        return epc.rsplit(":", maxsplit=1)[-1].split(".")[1].startswith("0")
    return "/01/0" in epc and "/21/" in epc
