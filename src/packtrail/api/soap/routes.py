"""The address of the SOAP interface: POST asks, GET describes."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from lxml import etree

from packtrail.api.problems import Refusal
from packtrail.api.requests import App, bounded_body, the_actor
from packtrail.api.soap import description, faults
from packtrail.api.soap.envelopes import Invalid, enveloped, unwrapped
from packtrail.api.soap.operations import QUERY_1, Call, operation_of
from packtrail.base.errors import PacktrailError

router = APIRouter(prefix="/epcis/soap", tags=["EPCIS: SOAP"])
_TEXT_XML = "text/xml; charset=utf-8"


@router.post("", summary="Query by SOAP", response_class=Response)
async def call(request: Request, app: App) -> Response:
    """Answer one operation of the EPCIS query control interface, in a SOAP 1.1 envelope.

    One request element, one answer element or one fault, in the namespace the request came in.
    """
    namespace, declared = QUERY_1, faults.ALWAYS
    try:
        actor = await run_in_threadpool(the_actor, request, app)
        element = unwrapped(await bounded_body(request, app.settings))
        operation = operation_of(element)
        namespace, declared = etree.QName(element).namespace or "", operation.declared
        answer = await run_in_threadpool(operation.run, Call(app, actor, element, namespace))
    except (Invalid, Refusal, PacktrailError) as error:
        fault = faults.fault_of(error, declared)
        content = enveloped(faults.element_of(fault, namespace))
        return Response(content, fault.status, dict(fault.headers), _TEXT_XML)
    return Response(enveloped(answer), media_type=_TEXT_XML)


@router.get("", summary="The interface as WSDL", response_class=Response)
def describe(request: Request, wsdl: Literal["", "1.2", "2.0"] = "") -> Response:
    """Describe the interface in WSDL 1.1: `?wsdl` that of EPCIS 1.2, `?wsdl=2.0` that of 2.0."""
    found = description.wsdl(wsdl or "1.2", str(request.url.replace(query="")))
    return Response(found, media_type=_TEXT_XML)
