"""Identifiers in the notation an asker wants: EPC URN, GS1 Digital Link, or as captured.

What is stored is never changed; a page of events is translated on its way out (EPCIS 2.0, 12.5).

    >>> digital_link("urn:epc:id:sscc:030001.00000000001")
    'https://id.gs1.org/00/003000100000000015'
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.services.codes import BAD_FORMAT
from packtrail.services.queries import prefix_lengths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from packtrail.services.application import Application

Form = TypeVar("Form", bound=StrEnum)
_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_PLACES = ("readPoint", "bizLocation")
_PARTIES = (("sourceList", "source"), ("destinationList", "destination"))


class EpcFormat(StrEnum):
    """How an answer writes identifiers of objects and places (`GS1-EPC-Format`)."""

    NO_PREFERENCE = "No_Preference"
    ALWAYS_DIGITAL_LINK = "Always_GS1_Digital_Link"
    """The default of the standard."""
    ALWAYS_URN = "Always_EPC_URN"
    NEVER_TRANSLATES = "Never_Translates"


class CbvXmlFormat(StrEnum):
    """How an answer in XML writes terms of the vocabulary (`GS1-CBV-XML-Format`)."""

    NO_PREFERENCE = "No_Preference"
    ALWAYS_WEB_URI = "Always_Web_URI"
    ALWAYS_URN = "Always_URN"
    NEVER_TRANSLATES = "Never_Translates"


def epc_format(text: str | None) -> EpcFormat:
    """Return the form of identifiers a caller asked for; asked for nothing: Digital Links.

    Raises:
        RefusedError: `QRY-009`, there is no such form.

    Clause:
        EPCIS 2.0, 12.5: Always_GS1_Digital_Link when the header is absent.
    """
    if text is None:
        return EpcFormat.ALWAYS_DIGITAL_LINK
    return _member(EpcFormat, text, "GS1-EPC-Format")


def cbv_xml_format(text: str | None) -> CbvXmlFormat:
    """Return the form of terms a caller asked for; asked for nothing: no preference.

    Raises:
        RefusedError: `QRY-009`, there is no such form.
    """
    if text is None:
        return CbvXmlFormat.NO_PREFERENCE
    return _member(CbvXmlFormat, text, "GS1-CBV-XML-Format")


def translated(
    app: Application, events: Sequence[dict[str, Any]], form: EpcFormat
) -> list[dict[str, Any]]:
    """Return the events with their identifiers in one form; what has none in it stays as it is.

    A Digital Link has a URN only where its company prefix is known.
    """
    if form is EpcFormat.ALWAYS_DIGITAL_LINK:
        return [_changed(event, digital_link) for event in events]
    if form is EpcFormat.ALWAYS_URN:
        urns = prefix_lengths.urns(app, (text for event in events for text in _identifiers(event)))
        return [_changed(event, lambda text: urns.get(text, text)) for event in events]
    return list(events)


def identifiers(app: Application, texts: Sequence[str], form: EpcFormat) -> list[str]:
    """Return identifiers in one form; what has none in it stays as it is."""
    if form is EpcFormat.ALWAYS_DIGITAL_LINK:
        return list(map(digital_link, texts))
    urns = prefix_lengths.urns(app, texts) if form is EpcFormat.ALWAYS_URN else {}
    return [urns.get(text, text) for text in texts]


def _member(kind: type[Form], text: str, header: str) -> Form:
    try:
        return kind(text.strip())
    except ValueError:
        raise RefusedError(
            BAD_FORMAT.found(
                f"{header} is {text[:60]!r}; expected one of {', '.join(kind)}.", at=header
            )
        ) from None


def _identifiers(event: dict[str, Any]) -> Iterator[str]:
    """Yield the identifiers of objects, classes, places and parties."""
    for name in _LISTS:
        yield from event.get(name, ())
    for name in _QUANTITIES:
        yield from (each["epcClass"] for each in event.get(name, ()))
    if "parentID" in event:
        yield event["parentID"]
    yield from (event[name]["id"] for name in _PLACES if name in event)
    for name, member in _PARTIES:
        yield from (each[member] for each in event.get(name, ()))


def _changed(event: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return an event with every identifier that `_identifiers` yields changed."""
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


def digital_link(text: str) -> str:
    """Return the Digital Link of a GS1 URN; any other identifier as it is."""
    if not text.startswith("urn:epc:"):
        return text
    try:
        return gs1.parse_epc_uri(text).digital_link()
    except RefusedError:
        return text
