"""Fault pages: what happened, what it means, and what to do; one table from fault to answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from packtrail.base.errors import (
    Conflict,
    LimitExceeded,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PacktrailError,
    RefusedError,
    Unavailable,
)
from packtrail.console import templates

if TYPE_CHECKING:
    from starlette.requests import Request

    from packtrail.console.visit import Visit

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """How one kind of fault is told to a person."""

    status: int
    title: str
    icon: str
    advice: str


_TOLD: tuple[tuple[type[PacktrailError], Told], ...] = (
    (NotFound, Told(404, "Nothing here by that name", "search",
                    "Check the identifier, or scan it again. What another organisation keeps to "
                    "itself looks the same as what does not exist.")),
    (NotAuthenticated, Told(401, "Please sign in", "key", "Sign in and try again.")),
    (NotPermitted, Told(403, "You may not do this", "hold",
                        "Ask an administrator of your organisation for the permission.")),
    (Conflict, Told(409, "This contradicts what is recorded", "warning",
                    "Look at what is recorded, correct the input and send it again.")),
    (LimitExceeded, Told(413, "That is more than a limit allows", "warning",
                         "Split it into smaller parts, or ask the operator for a higher limit.")),
    (RefusedError, Told(422, "This cannot be read as it is", "warning",
                        "Correct what is named above and try again.")),
    (Unavailable, Told(503, "The store does not answer", "error",
                       "Nothing is lost. Wait a moment and load this page again.")),
    (PacktrailError, Told(500, "Something is set up wrongly", "error",
                          "Tell the operator of this installation what is written below.")),
)  # fmt: skip
_MISSING = Told(
    404,
    "There is no such page",
    "search",
    "Check the address, or start from the home page: its box finds packs, lots and events.",
)
_BROKEN = Told(
    500,
    "Something broke on our side",
    "error",
    "Nothing you sent was recorded by halves. Load the page again; if it happens again, tell "
    "the operator when it was and what you did.",
)


def told(fault: PacktrailError) -> Told:
    """Return how a fault is told."""
    return next(each for kind, each in _TOLD if isinstance(fault, kind))


def answer(visit: Visit, fault: PacktrailError) -> Response:
    """Return the answer to a request that ended in a fault."""
    how = told(fault)
    findings = fault.findings if isinstance(fault, RefusedError) else ()
    message = str(fault)
    if isinstance(fault, Unavailable):
        _LOG.warning("%s", message)  # It names hosts and databases: for the operator alone.
        message = ""
    if visit.wants_json:
        return JSONResponse({"message": message or how.title}, status_code=how.status)
    is_part = "hx-request" in visit.request.headers
    return templates.render(
        visit,
        "part_fault.html" if is_part else "fault.html",
        status=how.status,
        told=how,
        message=message if not findings else "",
        findings=findings,
    )


async def missing(_request: Request, _fault: Exception) -> Response:
    """Answer for a path that leads nowhere."""
    return templates.render_alone("fault_alone.html", status=404, told=_MISSING)


async def wrong_method(_request: Request, _fault: Exception) -> Response:
    """Answer for a method a page does not have."""
    return templates.render_alone("fault_alone.html", status=405, told=_MISSING)


async def broken(_request: Request, _fault: Exception) -> Response:
    """Answer for what nobody expected; the log of the server has the whole story."""
    return templates.render_alone("fault_alone.html", status=500, told=_BROKEN)
