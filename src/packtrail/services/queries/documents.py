"""EPCIS query documents: how a page of events is written (EPCIS 2.0, 9.5 and 12.6.2).

One composer for every door: the answer to a request, the report of a subscription, the message of
a web socket, the result of a SOAP poll.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from lxml import etree

from packtrail import epcis
from packtrail.base.errors import LimitExceeded
from packtrail.epcis import cbv
from packtrail.services.codes import TOO_COMPLEX, TOO_MANY_RESULTS
from packtrail.services.queries.translating import CbvXmlFormat, EpcFormat, translated
from packtrail.services.times import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from packtrail.base.errors import RefusedError
    from packtrail.services.application import Application

CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
QUERY_NAME = "SimpleEventQuery"
Version = Literal["1.2", "2.0"]
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_EXCEPTIONS = {
    TOO_COMPLEX.code: "QueryTooComplexException",
    TOO_MANY_RESULTS.code: "QueryTooLargeException",
}
"""Code of a finding -> what a receiver is told in JSON; of others QueryParameterException."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """In which notation somebody wants events."""

    is_xml: bool = False
    xml_version: Version = "2.0"
    epc_format: EpcFormat = EpcFormat.ALWAYS_DIGITAL_LINK
    cbv_xml_format: CbvXmlFormat = CbvXmlFormat.NO_PREFERENCE

    is_soap: bool = False
    """Whether the query was written for SOAP, which names extensions otherwise than REST."""

    @property
    def media_type(self) -> str:
        """What a document in this form is sent as."""
        return "application/xml" if self.is_xml else "application/json"


def query_document(
    app: Application,
    events: Sequence[dict[str, Any]],
    namespaces: Mapping[str, str],
    *,
    at: datetime,
    form: Form,
    query_name: str = QUERY_NAME,
    subscription_id: str | None = None,
) -> bytes:
    """Return an EPCISQueryDocument with the events.

    Args:
        app: The application.
        events: Bodies as JSON-LD, with `recordTime`.
        namespaces: Prefix -> namespace of their extensions.
        at: When the answer was made.
        form: The notation wanted.
        query_name: Name of the query that was asked.
        subscription_id: The subscription the document is sent for.
    """
    bodies = translated(app, events, form.epc_format)
    if form.is_xml:
        return _xml(bodies, namespaces, at, form, (query_name, subscription_id))
    results: dict[str, Any] = {"queryName": query_name}
    if subscription_id is not None:
        results["subscriptionID"] = subscription_id
    results["resultsBody"] = {"eventList": bodies}
    document = {
        "@context": context_of(namespaces),
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": written(at),
        "epcisBody": {"queryResults": results},
    }
    return epcis.encode_json(document)


def exception_document(
    exception: str, reason: str, names: tuple[str, str], form: Form, *, at: datetime
) -> bytes:
    """Return the document that tells a subscriber in XML why there are no events.

    Args:
        exception: `QueryTooLargeException` or `ImplementationException`.
        reason: What a person is told.
        names: Name of the query, and identifier of the subscription.
        form: The notation the subscriber wants.
        at: When it was made.
    """
    namespace = f"urn:epcglobal:epcis-query:xsd:{form.xml_version[0]}"
    root = etree.Element(f"{{{namespace}}}EPCISQueryDocument", nsmap={"epcisq": namespace})
    root.set("schemaVersion", form.xml_version)
    root.set("creationDate", written(at))
    told = etree.SubElement(etree.SubElement(root, "EPCISBody"), f"{{{namespace}}}{exception}")
    etree.SubElement(told, "reason").text = reason
    if exception == "ImplementationException":
        etree.SubElement(told, "severity").text = "ERROR"
    for name, text in zip(("queryName", "subscriptionID"), names, strict=True):
        etree.SubElement(told, name).text = text
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def problem_document(refused: RefusedError) -> bytes:
    """Return the problem that a receiver of JSON is told instead of events."""
    first = refused.findings[0]
    problem = {
        "type": f"epcisException:{_EXCEPTIONS.get(first.code, 'QueryParameterException')}",
        "title": first.message,
        "status": 413 if isinstance(refused, LimitExceeded) else 400,
        "detail": str(refused),
    }
    return msgspec.json.encode(problem)


def context_of(namespaces: Mapping[str, str]) -> list[Any]:
    """Return the `@context` of a document that uses these prefixes."""
    return [CONTEXT, dict(namespaces)] if namespaces else [CONTEXT]


def with_shared_context(
    bodies: Iterable[dict[str, Any]],
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Declare the prefixes of all events once; an event that means another thing keeps its own."""
    shared: dict[str, str] = {}
    done = []
    for body in bodies:
        own = prefixes_of(body)
        if all(shared.get(prefix, name) == name for prefix, name in own.items()):
            shared |= own
            done.append({name: value for name, value in body.items() if name != "@context"})
        else:
            done.append(body)
    return done, shared


def prefixes_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the prefixes that the `@context` of an event, document or query declares."""
    context = body.get("@context", ())
    entries = context if isinstance(context, list) else [context]
    return {
        prefix: name
        for entry in entries
        if isinstance(entry, dict)
        for prefix, name in entry.items()
        if isinstance(name, str)
    }


def _xml(
    bodies: Sequence[dict[str, Any]],
    namespaces: Mapping[str, str],
    at: datetime,
    form: Form,
    names: tuple[str, str | None],
) -> bytes:
    context = context_of(namespaces)
    document = epcis.EpcisDocument(
        schema_version="2.0",
        creation_date=at,
        events=tuple(epcis.read_event_json({"@context": context, **each}) for each in bodies),
        namespaces=dict(namespaces),
        is_query_document=True,
        query_name=names[0],
        subscription_id=names[1],
    )
    root = etree.fromstring(epcis.write_xml(document, version=form.xml_version), _PARSER)
    if form.cbv_xml_format is CbvXmlFormat.ALWAYS_URN:
        _write_terms_as_urns(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _events(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the events of a query document, without the wrappers of version 1."""
    for listed in root.iter("EventList"):
        for each in listed:
            while each.tag == "extension":
                each = each[0]  # noqa: PLW2901 - the event is inside
            yield each


def _write_terms_as_urns(root: etree._Element) -> None:
    """Write every term of the CBV that has a URN as one; the writer of 2.0 knows web URIs only."""
    for element in root.iter("*"):
        if element.text:
            element.text = _as_urn(element.text)
        for name, value in element.attrib.items():
            element.set(name, _as_urn(str(value)))


def _as_urn(text: str) -> str:
    if not text.startswith(_WEB):
        return text
    for kind, prefix in cbv.WEB_PREFIXES.items():
        if kind in cbv.URN_PREFIXES and text.startswith(prefix):
            word = text.removeprefix(prefix)
            return cbv.urn(kind, word) if cbv.is_known(kind, word) else text
    return text


_WEB = tuple(prefix for kind, prefix in cbv.WEB_PREFIXES.items() if kind in cbv.URN_PREFIXES)
"""What the web URIs of terms that have a URN begin with."""
