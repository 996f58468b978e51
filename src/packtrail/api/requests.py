"""What every route takes from a request: the application, the actor, the form of the answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from packtrail.access import Actor
from packtrail.access.codes import CROSS_SITE, NOT_SIGNED_IN
from packtrail.api.headers import (
    CBV_VERSION,
    CBV_VERSION_MIN,
    EPCIS_VERSION,
    EPCIS_VERSION_MIN,
    limit_headers,
    read_extensions,
)
from packtrail.api.problems import (
    CAPTURE_LIMIT,
    MEDIA_TYPE,
    NOT_ACCEPTABLE,
    TOO_LONG,
    Refusal,
)
from packtrail.base.errors import LimitExceeded, NotAuthenticated, NotPermitted
from packtrail.services import codes
from packtrail.services.accounts import accounts
from packtrail.services.application import Application
from packtrail.services.capture.uploads import PIECE_BYTES, Upload
from packtrail.services.queries.documents import Form
from packtrail.services.queries.translating import cbv_xml_format, epc_format

if TYPE_CHECKING:
    from packtrail.settings import Settings

SMALL_BODY_BYTES = 64 * 1024
_STANDARD = b"gs1-"
"""How the headers of the binding begin."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def the_application(request: Request) -> Application:
    """Return the application the API was built for; refuse an address that is too long."""
    application: Application = request.app.state.packtrail
    length = len(request.url.path) + len(request.url.query)
    if length > application.settings.url_bytes_max:
        raise Refusal(
            TOO_LONG,
            f"The address has {length} characters; at most {application.settings.url_bytes_max}"
            " are taken. Ask with fewer values at a time.",
        )
    return application


async def _application(request: Request) -> Application:
    """Return the application, at once: what is no coroutine is run in a thread of its own."""
    return the_application(request)


App = Annotated[Application, Depends(_application)]


def the_actor(request: Request, application: App) -> Actor:
    """Return who is calling: by API key, else by the session cookie.

    Raises:
        NotAuthenticated: Nobody, or somebody with a key or session that does not work.
        NotPermitted: `ACC-015`, a change by cookie without the token of the session.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        return accounts.authenticate_api_key(application, secret.strip())
    token = request.cookies.get(accounts.SESSION_COOKIE)
    if scheme or not token:
        raise NotAuthenticated(NOT_SIGNED_IN.found("The request carries no API key."))
    actor = accounts.session(application, token)
    if request.method not in _SAFE:
        _require_csrf_token(request, token)
    return actor


def _require_csrf_token(request: Request, token: str) -> None:
    offered = request.headers.get(accounts.CSRF_HEADER, "")
    if not accounts.is_csrf_token(token, offered):
        raise NotPermitted(
            CROSS_SITE.found(
                f"The header {accounts.CSRF_HEADER} is missing or not that of the session."
            )
        )


Caller = Annotated[Actor, Depends(the_actor)]


async def bounded_body(
    request: Request, settings: Settings, *, bytes_max: int | None = None
) -> bytes:
    """Return the body, never holding more of it than is read as a whole.

    Args:
        request: The request.
        settings: The limits of this installation.
        bytes_max: Most octets of it; default: as many as a document has that is read as a whole.

    Raises:
        Refusal: 413, it is larger.
    """
    most = min(bytes_max or settings.capture_whole_bytes_max, settings.capture_whole_bytes_max)
    _require_declared(request, settings, most)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(settings, most)
        parts.append(part)
    return b"".join(parts)


def is_small(request: Request, settings: Settings) -> bool:
    """Tell whether a request declares a body that is read before anybody asks who sends it."""
    declared = request.headers.get("content-length", "")
    most = min(SMALL_BODY_BYTES, settings.capture_bytes_max, settings.capture_inline_bytes_max)
    return declared.isascii() and declared.isdigit() and int(declared) <= most


async def uploaded(request: Request, settings: Settings) -> Upload:
    """Return the body as an upload, which the caller closes; a large one is not held in memory.

    Raises:
        Refusal: 413, it is larger than a capture accepts.
        Unavailable: There is no room for it.
    """
    _require_declared(request, settings, settings.capture_bytes_max)
    upload = Upload(settings)
    pending: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            pending.append(part)
            size += len(part)
            if size >= PIECE_BYTES:
                await run_in_threadpool(upload.write, b"".join(pending))
                pending, size = [], 0
        if size:
            upload.write(b"".join(pending))
    except LimitExceeded:
        upload.close()
        raise _too_large(settings, settings.capture_bytes_max) from None
    except BaseException:
        upload.close()
        raise
    return upload


def _require_declared(request: Request, settings: Settings, most: int) -> None:
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > most:
        raise _too_large(settings, most)


def _too_large(settings: Settings, most: int) -> Refusal:
    finding = codes.DOCUMENT_TOO_LARGE.found(f"The document is larger than {most} bytes.")
    told = {**limit_headers(settings), "GS1-EPCIS-Capture-File-Size-Limit": str(most)}
    return Refusal(CAPTURE_LIMIT, finding.message, findings=(finding,), headers=told)


JSON, LD_JSON, XML = "application/json", "application/ld+json", "application/xml"
TEXT_XML = "text/xml"
RANGES_MAX = 100


def acceptable(request: Request, *offered: str) -> str:
    """Return which of the media types the caller likes best; of equals the first.

    Raises:
        Refusal: 406, the caller accepts none of them.
    """
    header = request.headers.get("accept") or "*/*"
    ranges = [_range(part) for part in header.split(",")[:RANGES_MAX]]
    liked = [(_liking(ranges, each), -place, each) for place, each in enumerate(offered)]
    weight, _, best = max(liked)
    if not weight:
        raise Refusal(
            NOT_ACCEPTABLE, f"This answers with {' or '.join(offered)}, not with {header[:200]}."
        )
    return best


def _range(part: str) -> tuple[str, float]:
    """Return a media range and its weight."""
    name, _, parameters = part.partition(";")
    weight = 1.0
    for parameter in parameters.split(";"):
        key, _, value = parameter.strip().partition("=")
        if key == "q" and re.fullmatch(r"[01](\.\d{0,3})?", value):
            weight = float(value)
    return name.strip().lower(), weight


def _liking(ranges: list[tuple[str, float]], media_type: str) -> float:
    """Return the weight of the most specific range that covers a media type; 0 for none."""
    for wanted in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        weights = [weight for name, weight in ranges if name == wanted]
        if weights:
            return max(weights)
    return 0.0


def event_form(request: Request) -> tuple[str, Form]:
    """Return the media type of the answer, and the notation of the events in it.

    Raises:
        Refusal: 406, there is no such answer.
        RefusedError: `QRY-009`, there is no such format.
    """
    media_type = acceptable(request, JSON, LD_JSON, XML, TEXT_XML)
    return media_type, Form(
        is_xml=media_type in {XML, TEXT_XML},
        epc_format=epc_format(request.headers.get("GS1-EPC-Format")),
        cbv_xml_format=cbv_xml_format(request.headers.get("GS1-CBV-XML-Format")),
    )


MEDIA_TYPES = (JSON, LD_JSON, XML, TEXT_XML)
"""What a document may be sent as."""
PLAIN = "identity"
"""The content coding of a body that is as it is: a compressed one could be of any size."""


def require_media_type(request: Request, *taken: str) -> str:
    """Return the content type of the body; default: that of an EPCIS document.

    Raises:
        Refusal: 415, it is none that is taken, or the body is compressed.
    """
    coding = request.headers.get("content-encoding", PLAIN).strip().lower()
    if coding != PLAIN:
        raise Refusal(
            MEDIA_TYPE,
            f"The content is encoded as {coding[:100]!r}; send it as it is, without compression.",
            headers={"Accept-Encoding": PLAIN},
        )
    told = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    expected = taken or MEDIA_TYPES
    if told not in expected:
        raise Refusal(
            MEDIA_TYPE,
            f"The content type is {told[:100]!r}; expected one of {', '.join(expected)}.",
            headers={"Accept": ", ".join(expected)},
        )
    return told


def require_versions(request: Request) -> None:
    """Refuse versions of EPCIS or CBV that are not spoken here (406)."""
    if not any(name.startswith(_STANDARD) for name, _ in request.headers.raw):
        return  # Most callers say nothing of them.
    _require_version(request, "EPCIS", EPCIS_VERSION_MIN, EPCIS_VERSION)
    _require_version(request, "CBV", CBV_VERSION_MIN, CBV_VERSION)


def _require_version(request: Request, what: str, least: str, most: str) -> None:
    told = {
        name: _version(request.headers.get(f"GS1-{what}-{name}"))
        for name in ("Version", "Min", "Max")
    }
    low, high = _version(least), _version(most)
    exact, minimum, maximum = told["Version"], told["Min"], told["Max"]
    if (
        (exact is not None and not _between(low, exact, high))
        or (minimum is not None and high is not None and minimum > high)
        or (maximum is not None and high is not None and maximum < high[: len(maximum)])
    ):
        raise Refusal(NOT_ACCEPTABLE, f"This speaks {what} {most} and reads {least} to {most}.")


def _between(
    low: tuple[int, ...] | None, version: tuple[int, ...], high: tuple[int, ...] | None
) -> bool:
    return low is not None and high is not None and low[:1] <= version[:1] and version <= high


def _version(text: str | None) -> tuple[int, ...] | None:
    """Return a version as numbers; None when none is told."""
    if text is None:
        return None
    parts = text.strip().split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        raise Refusal(NOT_ACCEPTABLE, f"{text[:40]!r} is not a version such as 2.0.0.")
    return tuple(int(part) for part in parts)


def declared_namespaces(request: Request) -> dict[str, str]:
    """Return the prefixes of extensions that the caller declares."""
    return read_extensions(request.headers.get("GS1-Extensions"))


def query_parameters(request: Request) -> dict[str, list[str]]:
    """Return the query parameters, each with every value it was given."""
    params: dict[str, list[str]] = {}
    pairs: list[tuple[str, Any]] = request.query_params.multi_items()
    for name, value in pairs:
        params.setdefault(name, []).append(value)
    return params
