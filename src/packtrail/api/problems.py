"""Problem documents: what each fault becomes on the wire (RFC 9457).

One table for both doors of the API. On EPCIS routes the type is the exception's name in the
standard, elsewhere the page of the finding in the documentation; the findings ride along.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from packtrail.access.codes import TOO_MANY_ATTEMPTS
from packtrail.api.headers import standard_headers
from packtrail.api.xml import element
from packtrail.base.errors import (
    Conflict,
    LimitExceeded,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PacktrailError,
    RefusedError,
    Unavailable,
    UsageError,
)
from packtrail.services import codes
from packtrail.store.codes import BAD_TEXT, TEXT_TOO_LONG

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import FastAPI, Request

    from packtrail.base.findings import Finding

_LOG = logging.getLogger(__name__)
EPCIS_PREFIX = "/epcis/v2"
PROBLEM_JSON = "application/problem+json"
PROBLEM_XML = "application/problem+xml"
METHOD_NOT_ALLOWED = 405
DOCUMENT_AREA = "EPC-"
"""Area of the findings about a document."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of answer to a fault."""

    status: int
    exception: str
    """Name of the exception in EPCIS."""
    title: str


VALIDATION = Kind(400, "ValidationException", "The document is not valid")
UNREADABLE = Kind(422, "QueryParameterException", "The request cannot be read")
INTERNAL = Kind(500, "ImplementationException", "Packtrail failed")
UNAVAILABLE = Kind(503, "ImplementationException", "Packtrail cannot answer right now")
TOO_LONG = Kind(414, "URITooLongException", "The address is too long")
NOT_ACCEPTABLE = Kind(406, "NotAcceptableException", "Cannot answer in the form asked for")
MEDIA_TYPE = Kind(415, "UnsupportedMediaTypeException", "This kind of content is not taken")
RATE = Kind(429, "SecurityException", "Too many attempts")
CAPTURE_LIMIT = Kind(413, "CaptureLimitExceededException", "The document is too large")

BY_FAULT: tuple[tuple[type[PacktrailError], Kind], ...] = (
    (NotFound, Kind(404, "NoSuchNameException", "Not found")),
    (Conflict, Kind(409, "ResourceAlreadyExistsException", "It contradicts what is recorded")),
    (NotAuthenticated, Kind(401, "SecurityException", "Nobody is signed in")),
    (NotPermitted, Kind(403, "SecurityException", "Not permitted")),
    (LimitExceeded, CAPTURE_LIMIT),
    (RefusedError, UNREADABLE),
    (Unavailable, UNAVAILABLE),
    (UsageError, INTERNAL),
    (PacktrailError, INTERNAL),
)
"""Fault -> answer; the first that fits."""

_QUERY = Kind(400, "QueryParameterException", "The query cannot be answered")
_CONTROLS = Kind(400, "SubscriptionControlsException", "The subscription cannot be made")
BY_CODE: Mapping[str, Kind] = {
    codes.UNKNOWN_PARAMETER.code: _QUERY,
    codes.BAD_VALUE.code: _QUERY,
    codes.BOTH_LIMITS.code: _QUERY,
    codes.REPEATED_PARAMETER.code: _QUERY,
    codes.BAD_PAGE_TOKEN.code: _QUERY,
    BAD_TEXT.code: _QUERY,
    TEXT_TOO_LONG.code: VALIDATION,
    codes.TOO_MANY_RESULTS.code: Kind(413, "QueryTooLargeException", "The answer is too large"),
    codes.TOO_COMPLEX.code: Kind(413, "QueryTooComplexException", "The query asks too much"),
    codes.BAD_FORMAT.code: NOT_ACCEPTABLE,
    codes.BAD_QUERY.code: Kind(400, "QueryValidationException", "The query is not valid"),
    codes.BAD_CONTROLS.code: _CONTROLS,
    codes.BAD_DESTINATION.code: _CONTROLS,
    codes.NOT_ONE_EVENT.code: VALIDATION,
    codes.BAD_ERROR_BEHAVIOUR.code: VALIDATION,
    codes.EMPTY_DOCUMENT.code: VALIDATION,
    TOO_MANY_ATTEMPTS.code: RATE,
}
"""Code of the first finding -> answer; goes before the fault."""

BY_STATUS: Mapping[int, Kind] = {
    400: UNREADABLE,
    401: Kind(401, "SecurityException", "Nobody is signed in"),
    403: Kind(403, "SecurityException", "Not permitted"),
    404: Kind(404, "NoSuchNameException", "Not found"),
    405: Kind(405, "ImplementationException", "This method is not allowed here"),
    406: NOT_ACCEPTABLE,
    408: Kind(408, "ImplementationException", "The request came too slowly"),
    411: Kind(411, "ImplementationException", "The request does not say how long it is"),
    413: CAPTURE_LIMIT,
    414: TOO_LONG,
    415: MEDIA_TYPE,
    422: UNREADABLE,
    503: UNAVAILABLE,
}
"""Status of an answer that a route, the framework or the server decides -> answer."""


class Refusal(Exception):
    """A route refuses by itself, before any use case: the content type, the form of the answer."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        findings: Iterable[Finding] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            kind, detail, tuple(findings), dict(headers or {}), dict(extra or {})
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document before it is written."""

    kind: Kind
    detail: str
    findings: tuple[Finding, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def problem_of(fault: PacktrailError) -> Problem:
    """Return the problem a fault becomes."""
    findings = fault.findings if isinstance(fault, RefusedError) else ()
    kind = BY_CODE.get(findings[0].code) if findings else None
    if kind is None and findings and findings[0].code.startswith(DOCUMENT_AREA):
        kind = VALIDATION
    if kind is None:
        kind = next(kind for fits, kind in BY_FAULT if isinstance(fault, fits))
    headers: dict[str, str] = {}
    if isinstance(fault, NotAuthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    detail = str(fault)
    if isinstance(fault, Unavailable):
        headers["Retry-After"] = str(fault.retry_after_seconds)
        _LOG.warning("%s", detail)  # It names hosts and databases: for the operator.
        detail = fault.told
    return Problem(kind, detail, findings, headers)


def respond(request: Request, problem: Problem) -> Response:
    """Write a problem document."""
    kind = problem.kind
    on_epcis = request.url.path.startswith(EPCIS_PREFIX)
    if on_epcis and _wants_xml(request):
        return _respond_in_xml(request, problem)
    code = problem.findings[0].code if problem.findings else None
    ours = f"/docs/reference/findings/{code}" if code else "about:blank"
    body = {
        "type": f"epcisException:{kind.exception}" if on_epcis else ours,
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "instance": quote(request.scope["path"]),
        "findings": findings_json(problem.findings),
        **problem.extra,
    }
    headers = {**(standard_headers() if on_epcis else {}), **problem.headers}
    return Response(
        msgspec.json.encode(body), kind.status, headers=headers, media_type=PROBLEM_JSON
    )


def _wants_xml(request: Request) -> bool:
    accepted = request.headers.get("accept", "").lower()
    return "xml" in accepted and "json" not in accepted and "text/html" not in accepted


def _respond_in_xml(request: Request, problem: Problem) -> Response:
    """Write a problem as the schema of EPCIS 2.0 has it: `EPCISException`."""
    kind = problem.kind
    fields = {
        "type": f"epcisException:{kind.exception}",
        "title": kind.title,
        "status": str(kind.status),
        "detail": problem.detail,
        "instance": quote(request.scope["path"]),
    }
    headers = {**standard_headers(), **problem.headers}
    return Response(
        element("EPCISException", fields), kind.status, headers=headers, media_type=PROBLEM_XML
    )


def findings_json(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Return findings as JSON values."""
    return [
        {
            "code": finding.code,
            "severity": finding.severity.value,
            "message": finding.message,
            "at": finding.at,
            "clause": finding.clause,
            "remedy": finding.remedy,
        }
        for finding in findings
    ]


def epcis_problem(finding: Finding) -> dict[str, Any]:
    """Return a finding as one of the errors of a capture job (EPCIS 2.0, 12.6.3)."""
    exception = {
        codes.TOO_MANY_EVENTS.code: CAPTURE_LIMIT.exception,
        codes.DOCUMENT_TOO_LARGE.code: CAPTURE_LIMIT.exception,
        codes.CONFLICTING_EVENT.code: "ResourceAlreadyExistsException",
        codes.INTERRUPTED.code: INTERNAL.exception,
    }.get(finding.code, VALIDATION.exception)
    (told,) = findings_json((finding,))
    return {
        "type": f"epcisException:{exception}",
        "title": told["message"],
        "detail": told["message"],
        **{name: value for name, value in told.items() if name != "message"},
    }


def install(api: FastAPI) -> None:
    """Make every fault of every route a problem document."""
    api.add_exception_handler(PacktrailError, _on_fault)
    api.add_exception_handler(Refusal, _on_refusal)
    api.add_exception_handler(HTTPException, _on_http)
    api.add_exception_handler(RequestValidationError, _on_invalid)
    api.add_exception_handler(ClientDisconnect, _on_gone)
    api.add_exception_handler(Exception, _on_failure)


async def _on_fault(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, PacktrailError):
        raise fault
    problem = problem_of(fault)
    if problem.kind.status >= INTERNAL.status:
        _LOG.warning("%s %s: %s", request.method, request.url.path, fault)
    return respond(request, problem)


async def _on_gone(_: Request, __: Exception) -> Response:
    """Answer a caller that went away while it was sending: nobody hears it."""
    return Response(status_code=BY_STATUS[400].status)


async def _on_refusal(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        raise refusal
    return respond(request, refusal.problem)


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    kind = BY_STATUS.get(error.status_code)
    if kind is None:
        kind = Kind(error.status_code, INTERNAL.exception, str(error.detail))
    headers = dict(error.headers or {})
    if error.status_code == METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request))
    return respond(request, Problem(kind, str(error.detail), headers=headers))


def allowed_methods(request: Request) -> list[str]:
    """Return every method of the resource: the framework names those of its first route only."""
    methods: set[str] = set()
    for route in request.app.routes:
        match, _ = route.matches(dict(request.scope))
        if match is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods)


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    findings = tuple(
        codes.BAD_VALUE.found(
            f"{_place(each['loc'])}: {each['msg']}.", at="/" + "/".join(map(str, each["loc"]))
        )
        for each in error.errors()
    )
    on_epcis = request.url.path.startswith(EPCIS_PREFIX)
    detail = "; ".join(finding.message for finding in findings)
    return respond(request, Problem(_QUERY if on_epcis else UNREADABLE, detail, findings))


async def _on_failure(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return respond(request, Problem(INTERNAL, "Packtrail failed; the log of the server says why."))


def _place(location: tuple[Any, ...]) -> str:
    return str(location[-1]) if location else "request"
