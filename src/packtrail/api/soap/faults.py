"""Faults of the SOAP interface: what each of ours becomes on the wire (EPCIS 1.2, 11.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from packtrail.api.problems import INTERNAL, Refusal, problem_of
from packtrail.api.soap.envelopes import ENVELOPE, Invalid
from packtrail.api.xml import xml_text
from packtrail.base.errors import NotAuthenticated, PacktrailError
from packtrail.services import codes

SECURITY, VALIDATION = "SecurityException", "ValidationException"
IMPLEMENTATION = "ImplementationException"
ALWAYS: tuple[str, ...] = (SECURITY, VALIDATION, IMPLEMENTATION)
"""What every operation may answer with."""
BY_CODE = {
    codes.NO_SUBSCRIPTION.code: "NoSuchSubscriptionException",
    codes.DUPLICATE_SUBSCRIPTION.code: "DuplicateSubscriptionException",
    codes.BAD_DESTINATION.code: "InvalidURIException",
    codes.SUBSCRIBE_NOT_PERMITTED.code: "SubscribeNotPermittedException",
}
"""Code of the first finding -> exception, where SOAP has one of its own."""
_UNAUTHENTICATED, _FAILED = 401, 500


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault before it is written."""

    exception: str
    reason: str
    status: int = _FAILED
    is_ours: bool = False
    """Whether the same request may work another time."""
    headers: Mapping[str, str] = field(default_factory=dict)


def fault_of(error: Invalid | Refusal | PacktrailError, declared: tuple[str, ...]) -> Fault:
    """Return what an error becomes.

    Args:
        error: What went wrong.
        declared: The exceptions that the operation may answer with.
    """
    if isinstance(error, Invalid):
        return Fault(VALIDATION, f"The request cannot be read: {error}.")
    if isinstance(error, Refusal):
        return Fault(VALIDATION, error.problem.detail)
    problem = problem_of(error)
    code = problem.findings[0].code if problem.findings else ""
    exception = BY_CODE.get(code, problem.kind.exception)
    return Fault(
        exception if exception in declared else IMPLEMENTATION,
        problem.detail,
        status=_UNAUTHENTICATED if isinstance(error, NotAuthenticated) else _FAILED,
        is_ours=problem.kind.status >= INTERNAL.status,
        headers=problem.headers,
    )


def element_of(fault: Fault, namespace: str) -> etree._Element:
    """Return a fault in the namespace of the request."""
    made = etree.Element(f"{{{ENVELOPE}}}Fault", nsmap={"soap": ENVELOPE})
    etree.SubElement(made, "faultcode").text = "soap:Server" if fault.is_ours else "soap:Client"
    etree.SubElement(made, "faultstring").text = xml_text(fault.reason)
    detail = etree.SubElement(made, "detail")
    told = etree.SubElement(
        detail, f"{{{namespace}}}{fault.exception}", nsmap={"epcisq": namespace}
    )
    etree.SubElement(told, "reason").text = xml_text(fault.reason)
    if fault.exception == IMPLEMENTATION:
        etree.SubElement(told, "severity").text = "ERROR"
    return made
