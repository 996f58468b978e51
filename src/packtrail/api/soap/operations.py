"""The operations of the SOAP interface: what each takes, answers and may fail with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

import packtrail
from packtrail.access import Actor
from packtrail.api.soap.envelopes import Invalid
from packtrail.api.soap.faults import ALWAYS
from packtrail.api.xml import xml_text
from packtrail.services.application import Application
from packtrail.services.queries import soap, subscriptions
from packtrail.services.queries.named_queries import MASTER_DATA_QUERY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.services.queries.documents import Version
    from packtrail.services.queries.master_data import Element

QUERY_1, QUERY_2 = "urn:epcglobal:epcis-query:xsd:1", "urn:epcglobal:epcis-query:xsd:2"
VERSIONS: dict[str, Version] = {QUERY_1: "1.2", QUERY_2: "2.0"}
"""Namespace of a request -> version of EPCIS it is answered in."""
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_SCHEDULE = ("second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, taken out of its envelope."""

    app: Application
    actor: Actor
    element: etree._Element
    namespace: str

    @property
    def version(self) -> Version:
        """The version of EPCIS in which events are answered."""
        return VERSIONS[self.namespace]

    def text(self, name: str) -> str:
        """Return a member of the request."""
        found = self.element.findtext(name)
        if found is None:
            raise Invalid(f"{name} is missing")
        return found.strip()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the EPCIS query control interface."""

    request: str
    """Local name of the element that asks for it; the operation has the name in lower case."""
    result: str
    """Local name of the element that answers."""
    run: Callable[[Call], etree._Element]
    exceptions: tuple[str, ...] = ()
    """What it may fail with beside `ALWAYS`."""

    @property
    def declared(self) -> tuple[str, ...]:
        """Every exception it may answer with."""
        return (*self.exceptions, *ALWAYS)


def operation_of(element: etree._Element) -> Operation:
    """Return the operation that a request asks for.

    Raises:
        Invalid: There is none.
    """
    name = etree.QName(element)
    operation = OPERATIONS.get(name.localname)
    if name.namespace not in VERSIONS or operation is None:
        raise Invalid(f"there is no operation {name.text[:200]!r}")
    return operation


def _names(call: Call) -> etree._Element:
    return _strings(call, "GetQueryNamesResult", soap.query_names(call.app, call.actor))


def _subscription_ids(call: Call) -> etree._Element:
    found = soap.subscription_ids(call.app, call.actor, call.text("queryName"))
    return _strings(call, "GetSubscriptionIDsResult", found)


def _standard_version(call: Call) -> etree._Element:
    return _result(call, "GetStandardVersionResult", call.version)


def _vendor_version(call: Call) -> etree._Element:
    return _result(call, "GetVendorVersionResult", packtrail.__version__)


def _poll(call: Call) -> etree._Element:
    name, params = call.text("queryName"), _params(call)
    if name == MASTER_DATA_QUERY:
        return _vocabularies(call, soap.poll_master_data(call.app, call.actor, params))
    document = soap.poll_events(call.app, call.actor, name, params, version=call.version)
    found = etree.fromstring(document, _PARSER).find(f"EPCISBody/{{{call.namespace}}}QueryResults")
    if found is None:
        raise AssertionError("a query document has results")
    return found


def _subscribe(call: Call) -> etree._Element:
    soap.subscribe(
        call.app,
        call.actor,
        call.text("queryName"),
        _params(call),
        dest=call.text("dest"),
        controls=_controls(call),
        subscription_id=call.text("subscriptionID"),
        version=call.version,
    )
    return _result(call, "SubscribeResult")


def _unsubscribe(call: Call) -> etree._Element:
    subscriptions.unsubscribe(call.app, call.actor, call.text("subscriptionID"))
    return _result(call, "UnsubscribeResult")


OPERATIONS: dict[str, Operation] = {
    each.request: each
    for each in (
        Operation("GetQueryNames", "GetQueryNamesResult", _names),
        Operation(
            "Subscribe",
            "SubscribeResult",
            _subscribe,
            (
                "NoSuchNameException",
                "InvalidURIException",
                "DuplicateSubscriptionException",
                "QueryParameterException",
                "QueryTooComplexException",
                "SubscriptionControlsException",
                "SubscribeNotPermittedException",
            ),
        ),
        Operation(
            "Unsubscribe", "UnsubscribeResult", _unsubscribe, ("NoSuchSubscriptionException",)
        ),
        Operation(
            "GetSubscriptionIDs",
            "GetSubscriptionIDsResult",
            _subscription_ids,
            ("NoSuchNameException",),
        ),
        Operation(
            "Poll",
            "QueryResults",
            _poll,
            (
                "QueryParameterException",
                "QueryTooLargeException",
                "QueryTooComplexException",
                "NoSuchNameException",
            ),
        ),
        Operation("GetStandardVersion", "GetStandardVersionResult", _standard_version),
        Operation("GetVendorVersion", "GetVendorVersionResult", _vendor_version),
    )
}
"""Request element -> the operation."""


def _params(call: Call) -> dict[str, list[str]]:
    params: dict[str, list[str]] = {}
    for param in call.element.iterfind("params/param"):
        value = param.find("value")
        if value is None:
            raise Invalid("a parameter has no value")
        name = (param.findtext("name") or "").strip()
        if name in params:
            raise Invalid(f"the parameter {name[:100]} is given twice")
        params[name] = _texts(value, has_value=not name.startswith("EXISTS_"))
    return params


def _texts(value: etree._Element, *, has_value: bool) -> list[str]:
    """Return the texts of a value: a list, a plain one, or none at all, which asks nothing."""
    listed = [each for each in value if isinstance(each.tag, str)]
    if listed:
        return [(each.text or "").strip() for each in listed]
    text = (value.text or "").strip()
    return [text] if text or not has_value else []


def _controls(call: Call) -> dict[str, Any]:
    """Return the controls, by the names of the REST binding where it has them."""
    controls: dict[str, Any] = {
        name: text.strip()
        for name in ("trigger", "initialRecordTime")
        if (text := call.element.findtext(f"controls/{name}")) is not None
    }
    schedule = call.element.find("controls/schedule")
    if schedule is not None:
        told = {name: schedule.findtext(name) for name in _SCHEDULE}
        controls["schedule"] = {n: text.strip() for n, text in told.items() if text is not None}
    report = (call.element.findtext("controls/reportIfEmpty") or "").strip()
    controls["reportIfEmpty"] = {"true": True, "1": True, "false": False, "0": False}.get(report)
    return controls


def _result(call: Call, name: str, text: str | None = None) -> etree._Element:
    made = etree.Element(f"{{{call.namespace}}}{name}", nsmap={"epcisq": call.namespace})
    made.text = text
    return made


def _strings(call: Call, name: str, texts: Iterable[str]) -> etree._Element:
    made = _result(call, name)
    for text in texts:
        etree.SubElement(made, "string").text = xml_text(text)
    return made


def _vocabularies(call: Call, found: Iterable[Element]) -> etree._Element:
    made = _result(call, "QueryResults")
    etree.SubElement(made, "queryName").text = MASTER_DATA_QUERY
    listed = etree.SubElement(etree.SubElement(made, "resultsBody"), "VocabularyList")
    by_type: dict[str, etree._Element] = {}
    for each in found:
        if each.type not in by_type:
            vocabulary = etree.SubElement(listed, "Vocabulary", type=xml_text(each.type))
            by_type[each.type] = etree.SubElement(vocabulary, "VocabularyElementList")
        _add_element(by_type[each.type], each)
    return made


def _add_element(parent: etree._Element, element: Element) -> None:
    made = etree.SubElement(parent, "VocabularyElement", id=xml_text(element.id))
    for name, value in element.attributes.items():
        for one in value if isinstance(value, list) else [value]:
            attribute = etree.SubElement(made, "attribute", id=xml_text(name))
            attribute.text = xml_text(one if isinstance(one, str) else str(one))
    if element.children:
        children = etree.SubElement(made, "children")
        for child in element.children:
            etree.SubElement(children, "id").text = xml_text(child)
