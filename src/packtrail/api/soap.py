"""The SOAP query interface of EPCIS, for partners whose software speaks 1.x (EPCIS 1.2, 11).

One request element, one answer element or one fault, in the namespace the request came in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from lxml import etree

import packtrail
from packtrail.access import Actor
from packtrail.api.problems import Refusal, problem_of
from packtrail.api.requests import App, Caller, bounded_body
from packtrail.api.xml import xml_text
from packtrail.base.errors import PacktrailError
from packtrail.services import codes, soap, subscriptions
from packtrail.services.application import Application
from packtrail.services.named_queries import MASTER_DATA_QUERY

if TYPE_CHECKING:
    from packtrail.services.documents import Version
    from packtrail.services.master_data import Element

router = APIRouter(prefix="/epcis/soap", tags=["EPCIS: SOAP"])
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
QUERY_1, QUERY_2 = "urn:epcglobal:epcis-query:xsd:1", "urn:epcglobal:epcis-query:xsd:2"
STANDARD_VERSIONS = {QUERY_1: "1.2", QUERY_2: "2.0"}
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_SCHEDULE = ("second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek")

EXCEPTIONS = {
    codes.NO_SUBSCRIPTION.code: "NoSuchSubscriptionException",
    codes.DUPLICATE_SUBSCRIPTION.code: "DuplicateSubscriptionException",
    codes.BAD_DESTINATION.code: "InvalidURIException",
    codes.SUBSCRIBE_NOT_PERMITTED.code: "SubscribeNotPermittedException",
}
"""Code of the first finding -> fault, where SOAP has one of its own."""
FAULTS = frozenset(
    {
        *EXCEPTIONS.values(),
        "ImplementationException",
        "NoSuchNameException",
        "QueryParameterException",
        "QueryTooComplexException",
        "QueryTooLargeException",
        "SecurityException",
        "SubscriptionControlsException",
        "ValidationException",
    }
)


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
        return "2.0" if self.namespace == QUERY_2 else "1.2"

    def text(self, name: str) -> str:
        """Return a member of the request."""
        found = self.element.findtext(name)
        if found is None:
            raise Invalid(f"{name} is missing")
        return found.strip()


class Invalid(Exception):
    """The request is no request of this interface; the text says why."""


@router.post("", summary="Query by SOAP", response_class=Response)
async def call(request: Request, app: App, actor: Caller) -> Response:
    """Answer one operation of the EPCIS query control interface, in a SOAP 1.1 envelope."""
    namespace = QUERY_1
    try:
        content = await bounded_body(request, app.settings)
        element = _unwrapped(content)
        namespace = etree.QName(element).namespace or ""
        operation = _operation(element)
        answer = await run_in_threadpool(operation, Call(app, actor, element, namespace))
    except Invalid as error:
        return _fault(QUERY_1, "ValidationException", f"The request cannot be read: {error}.")
    except Refusal as refusal:
        return _fault(namespace, "ValidationException", refusal.problem.detail)
    except PacktrailError as fault:
        problem = problem_of(fault)
        code = problem.findings[0].code if problem.findings else ""
        return _fault(namespace, EXCEPTIONS.get(code, problem.kind.exception), problem.detail)
    return _enveloped(answer, 200)


def _unwrapped(content: bytes) -> etree._Element:
    try:
        root = etree.fromstring(content, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Invalid("it is no XML") from error
    if b"<!DOCTYPE" in content:
        raise Invalid("it has a document type declaration")
    body = root.find(f"{{{ENVELOPE}}}Body") if root.tag == f"{{{ENVELOPE}}}Envelope" else None
    elements = [each for each in body if isinstance(each.tag, str)] if body is not None else []
    if len(elements) != 1:
        raise Invalid("it is no SOAP 1.1 envelope with one element in its body")
    return elements[0]


def _operation(element: etree._Element) -> Callable[[Call], etree._Element]:
    name = etree.QName(element)
    operation = OPERATIONS.get(name.localname)
    if name.namespace not in STANDARD_VERSIONS or operation is None:
        raise Invalid(f"there is no operation {name.text[:200]!r}")
    return operation


def _names(call: Call) -> etree._Element:
    return _strings(call, "GetQueryNamesResult", soap.query_names(call.app, call.actor))


def _subscription_ids(call: Call) -> etree._Element:
    found = soap.subscription_ids(call.app, call.actor, call.text("queryName"))
    return _strings(call, "GetSubscriptionIDsResult", found)


def _standard_version(call: Call) -> etree._Element:
    return _result(call, "GetStandardVersionResult", STANDARD_VERSIONS[call.namespace])


def _vendor_version(call: Call) -> etree._Element:
    return _result(call, "GetVendorVersionResult", packtrail.__version__)


def _poll(call: Call) -> etree._Element:
    name, params = call.text("queryName"), _params(call)
    if name == MASTER_DATA_QUERY:
        return _vocabularies(call, soap.poll_master_data(call.app, call.actor, params))
    document = soap.poll_events(call.app, call.actor, name, params, version=call.version)
    found = etree.fromstring(document, _PARSER).find(f".//{{{call.namespace}}}QueryResults")
    if found is None:
        raise Invalid("the answer has no results")
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


OPERATIONS: dict[str, Callable[[Call], etree._Element]] = {
    "GetQueryNames": _names,
    "GetSubscriptionIDs": _subscription_ids,
    "GetStandardVersion": _standard_version,
    "GetVendorVersion": _vendor_version,
    "Poll": _poll,
    "Subscribe": _subscribe,
    "Unsubscribe": _unsubscribe,
}
"""Request element -> what answers it."""


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
    listed = value.findall("string")
    if listed:
        return [(each.text or "").strip() for each in listed]
    text = (value.text or "").strip()
    return [text] if text or not has_value else []


def _controls(call: Call) -> dict[str, Any]:
    """Return the controls as the REST binding writes them; a trigger is not offered."""
    controls: dict[str, Any] = {}
    schedule = call.element.find("controls/schedule")
    if schedule is not None:
        told = {name: schedule.findtext(name) for name in _SCHEDULE}
        controls["schedule"] = {n: text.strip() for n, text in told.items() if text is not None}
    report = (call.element.findtext("controls/reportIfEmpty") or "").strip()
    controls["reportIfEmpty"] = {"true": True, "1": True, "false": False, "0": False}.get(report)
    initial = call.element.findtext("controls/initialRecordTime")
    if initial is not None:
        controls["initialRecordTime"] = initial.strip()
    return controls


def _result(call: Call, name: str, text: str | None = None) -> etree._Element:
    made = etree.Element(f"{{{call.namespace}}}{name}", nsmap={"epcisq": call.namespace})
    made.text = text
    return made


def _strings(call: Call, name: str, texts: list[str]) -> etree._Element:
    made = _result(call, name)
    for text in texts:
        etree.SubElement(made, "string").text = xml_text(text)
    return made


def _vocabularies(call: Call, found: Any) -> etree._Element:
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


def _fault(namespace: str, exception: str, reason: str) -> Response:
    name = exception if exception in FAULTS else "ImplementationException"
    fault = etree.Element(f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = "soap:Server"
    etree.SubElement(fault, "faultstring").text = xml_text(reason)
    detail = etree.SubElement(fault, "detail")
    told = etree.SubElement(detail, f"{{{namespace}}}{name}", nsmap={"epcisq": namespace})
    etree.SubElement(told, "reason").text = xml_text(reason)
    return _enveloped(fault, 500)


def _enveloped(element: etree._Element, status: int) -> Response:
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    etree.SubElement(root, f"{{{ENVELOPE}}}Body").append(element)
    content = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return Response(content, status, media_type="text/xml; charset=utf-8")
