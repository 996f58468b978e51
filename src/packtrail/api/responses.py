"""What the OpenAPI document says of the answers of the EPCIS routes (EPCIS 2.0, 12.6)."""

from __future__ import annotations

from typing import Any

Responses = dict[int | str, dict[str, Any]]

_PROBLEM = {
    "application/problem+json": {"schema": {"type": "object", "required": ["type", "title"]}},
    "application/problem+xml": {"schema": {"type": "string"}},
}
_TEXTS = {
    400: "The request is not valid",
    401: "Nobody is signed in",
    403: "Not permitted",
    404: "No such thing, or none the caller may see",
    405: "This method is not allowed here",
    406: "Cannot answer in the form asked for",
    409: "It exists already",
    413: "Too large",
    414: "The address is too long",
    415: "This kind of content is not taken",
    422: "A value cannot be read",
    500: "Packtrail failed",
    503: "The database does not answer",
}
_DOCUMENT = {
    "application/json": {"schema": {"type": "object", "required": ["@context", "type"]}},
    "application/ld+json": {"schema": {"type": "object"}},
    "application/xml": {"schema": {"type": "string"}},
    "text/xml": {"schema": {"type": "string"}},
}


def problems(*statuses: int) -> Responses:
    """Return the entries of problem documents, those possible everywhere among them."""
    return {
        status: {"description": _TEXTS[status], "content": _PROBLEM}
        for status in sorted({400, 401, 403, 406, 414, 500, 503, *statuses})
    }


def _success(status: int, text: str, content: dict[str, Any] | None = None) -> Responses:
    return {status: {"description": text, **({"content": content} if content else {})}}


_JSON: dict[str, Any] = {"application/json": {"schema": {}}}
QUERYING: Responses = {**_success(200, "EPCIS query document", _DOCUMENT), **problems(413)}
ONE: Responses = {**_success(200, "EPCIS query document", _DOCUMENT), **problems(404)}
QUERYING_ONE: Responses = {**QUERYING, **problems(404, 413)}
LISTENING: Responses = {**_success(101, "The web socket is open"), **QUERYING_ONE}
CAPTURING: Responses = {
    **_success(201, "The event as it is recorded", {"application/json": {"schema": {}}}),
    **problems(409, 413, 415),
}
SUBMITTING: Responses = {**_success(202, "Kept and being captured"), **problems(413, 415)}
COLLECTION: Responses = {**_success(200, "Collection", _DOCUMENT), **problems(404)}
JOBS: Responses = {**_success(200, "Capture jobs", _JSON), **problems()}
JOB: Responses = {**_success(200, "Capture job", _DOCUMENT), **problems(404)}
LISTING: Responses = {**_success(200, "A page of them", _JSON), **problems(404)}
DEFINED: Responses = {**_success(201, "The query as it is kept", _JSON), **problems(409, 413, 415)}
DEFINITION: Responses = {**_success(200, "The query", _JSON), **problems(404, 413)}
SUBSCRIBED: Responses = {
    **_success(201, "The subscription, without its secret", _JSON),
    **problems(404, 413, 415),
}
SUBSCRIPTION: Responses = {**_success(200, "The subscription", _JSON), **problems(404)}
DELETED: Responses = {**_success(204, "It is gone"), **problems(404)}
DISCOVERY: Responses = {**_success(204, "Versions, formats and limits"), **problems(404)}
