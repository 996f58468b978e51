"""Happenings: what an event is to somebody who must report it.

What crosses a border is an export where it leaves and an import where it arrives; what goes from
one owner to another is a transaction beside the shipment that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from packtrail.compliance.words import Happening
from packtrail.epcis.events import AggregationEvent, Event, ObjectEvent, TransformationEvent
from packtrail.reporting.assembling import gln_of

_H = Happening
_STEPS: Final[Mapping[str, tuple[Happening, ...]]] = {
    "commissioning": (_H.COMMISSION, _H.EMISSION, _H.PACK_DATA),
    "receiving": (_H.RECEIVE,),
    "accepting": (_H.RECEIVE,),
    "decommissioning": (_H.DECOMMISSION,),
    "destroying": (_H.DESTROY,),
    "sampling": (_H.SAMPLE,),
    "dispensing": (_H.DISPENSE,),
    "retail_selling": (_H.DISPENSE,),
    "void_shipping": (_H.CORRECTION,),
}
"""Business step -> what it is, whatever else the event says."""
_DISPOSITIONS: Final[Mapping[str, tuple[Happening, ...]]] = {
    "stolen": (_H.STOLEN,),
    "recalled": (_H.RECALL,),
}
_PACKING: Final[Mapping[str, Happening]] = {"ADD": _H.PACK, "DELETE": _H.UNPACK}


def happenings_of(
    event: Event, country_of: Callable[[str], str] = lambda _: ""
) -> frozenset[Happening]:
    """Return what an event is; of a declared error only that it corrects something.

    Args:
        event: The event.
        country_of: Returns the ISO code of a GLN's country, empty where it is not known.
    """
    if event.error_declaration is not None:
        return frozenset({_H.CORRECTION})
    found: set[Happening] = set()
    if isinstance(event, AggregationEvent):
        if event.action in _PACKING and event.parent_id:
            found.add(_PACKING[event.action])
        return frozenset(found)
    found |= set(_DISPOSITIONS.get(event.disposition or "", ()))
    if isinstance(event, TransformationEvent):
        found |= {_H.COMMISSION, _H.PACK_DATA}
    if isinstance(event, ObjectEvent):
        found |= _of_objects(event, country_of)
    return frozenset(found)


def _of_objects(event: ObjectEvent, country_of: Callable[[str], str]) -> set[Happening]:
    if event.biz_step == "shipping":
        return _shipping(event, country_of)
    found = set(_STEPS.get(event.biz_step or "", ()))
    if event.biz_step in {"receiving", "accepting"}:
        if _is_return(event):
            found.add(_H.RETURN)
        if _borders(event, country_of)[1]:
            found.add(_H.IMPORT)
    if event.action == "OBSERVE" and event.biz_step == "inspecting":
        if event.disposition == "conformant":
            found.add(_H.RELEASE)
        elif event.disposition == "active":
            found.add(_H.REACTIVATE)
    return found


def _shipping(event: ObjectEvent, country_of: Callable[[str], str]) -> set[Happening]:
    """Return what a shipment is: between one's own places, to another owner, over a border."""
    if _is_return(event):
        return {_H.RETURN}
    giver = _party(event, "sources", "source")
    taker = _party(event, "destinations", "destination")
    found = {_H.TRANSFER} if giver and giver == taker else {_H.SHIP}
    if giver and taker and giver != taker:
        found.add(_H.TRANSACTION)
    leaves, arrives = _borders(event, country_of)
    if leaves and arrives:
        found |= {_H.EXPORT, _H.IMPORT}
    return found


def _is_return(event: ObjectEvent) -> bool:
    return event.disposition == "returned" or any(
        each.type == "rma" for each in event.biz_transactions
    )


def _party(event: Event, role: str, attribute: str) -> str:
    """Return the GLN of the owner on one side of a transfer."""
    for each in getattr(event, role):
        if each.type == "owning_party":
            identifier: str = getattr(each, attribute)
            return gln_of(identifier) or identifier
    return ""


def ways(event: Event) -> tuple[str, str]:
    """Return the GLNs of where a transfer starts and ends: the locations, else the owners."""
    start, end = "", ""
    for source in event.sources:
        if source.type == "location" or not start:
            start = gln_of(source.source)
    for destination in event.destinations:
        if destination.type == "location" or not end:
            end = gln_of(destination.destination)
    here = event.biz_location or event.read_point
    return start or (gln_of(here.id) if here else ""), end


def _borders(event: Event, country_of: Callable[[str], str]) -> tuple[str, str]:
    """Return the countries of a transfer that crosses a border; empty where it crosses none."""
    start, end = (country_of(gln) if gln else "" for gln in ways(event))
    return (start, end) if start and end and start != end else ("", "")
