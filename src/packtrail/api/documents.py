"""EPCIS query documents: how a page of events is written (EPCIS 2.0, 9.5.2 and 12.6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from packtrail import gs1
from packtrail.api.headers import EpcFormat
from packtrail.api.problems import NOT_ACCEPTABLE, Refusal
from packtrail.base.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
_ENCODER = msgspec.json.Encoder(decimal_format="number")
QUERY_NAME = "SimpleEventQuery"
_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_PLACES = ("readPoint", "bizLocation")
_PARTIES = (("sourceList", "source"), ("destinationList", "destination"))


def query_document(
    events: Sequence[Mapping[str, Any]], namespaces: Mapping[str, str], *, at: datetime
) -> bytes:
    """Return an EPCISQueryDocument with the events, as JSON-LD.

    Args:
        events: Bodies as JSON-LD.
        namespaces: Prefix -> namespace of their extensions.
        at: When the answer was made.
    """
    context: list[Any] = [CONTEXT]
    if namespaces:
        context.append(dict(namespaces))
    document = {
        "@context": context,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "epcisBody": {
            "queryResults": {"queryName": QUERY_NAME, "resultsBody": {"eventList": list(events)}}
        },
    }
    return _ENCODER.encode(document)


def epc_format(header: str | None) -> EpcFormat:
    """Return the form of identifiers a caller asked for; asked for nothing: as captured.

    Raises:
        Refusal: 406, there is no such form.
    """
    if header is None:
        return EpcFormat.NEVER_TRANSLATES
    try:
        return EpcFormat(header.strip())
    except ValueError:
        raise Refusal(
            NOT_ACCEPTABLE, f"GS1-EPC-Format is {header[:60]!r}; expected {', '.join(EpcFormat)}."
        ) from None


def translated(events: Sequence[dict[str, Any]], form: EpcFormat) -> list[dict[str, Any]]:
    """Return the events with their identifiers in one form.

    Raises:
        Refusal: 406, an identifier has no URN: its company prefix is not known.
    """
    if form is EpcFormat.ALWAYS_DIGITAL_LINK:
        return [_translated(event, _digital_link) for event in events]
    if form is EpcFormat.ALWAYS_URN:
        return [_translated(event, _urn) for event in events]
    return list(events)


def _translated(event: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    done = dict(event)
    for name in _LISTS:
        if name in done:
            done[name] = [change(each) for each in done[name]]
    for name in _QUANTITIES:
        if name in done:
            done[name] = [{**each, "epcClass": change(each["epcClass"])} for each in done[name]]
    if "parentID" in done:
        done["parentID"] = change(done["parentID"])
    for name in _PLACES:
        if name in done:
            done[name] = {**done[name], "id": change(done[name]["id"])}
    for name, member in _PARTIES:
        if name in done:
            done[name] = [{**each, member: change(each[member])} for each in done[name]]
    return done


def _digital_link(text: str) -> str:
    """Return the Digital Link of a GS1 URN; any other identifier as it is."""
    if not text.startswith("urn:epc:"):
        return text
    try:
        return gs1.parse_epc_uri(text).digital_link()
    except RefusedError:
        return text


def _urn(text: str) -> str:
    """Return the URN of a Digital Link; an identifier that is no GS1 key as it is."""
    if text.startswith("urn:"):
        return text
    try:
        key = gs1.parse_digital_link(text)
    except RefusedError:
        return text
    try:
        return key.epc_uri()
    except RefusedError as refused:
        raise Refusal(
            NOT_ACCEPTABLE,
            f"{text!r} cannot be written as a URN: {refused} Ask for Never_Translates or"
            " Always_GS1_Digital_Link.",
        ) from None
