"""Form links of programmes, and the files of inputs, through REST."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from packtrail.api.requests import App, Caller
from packtrail.api.responses import problems
from packtrail.services.plan import input_files, links
from packtrail.services.plan.input_files import FileView
from packtrail.services.plan.links import LinkView, NewLink

router = APIRouter(prefix="/api/v1/plans", tags=["Plans"])
READING = problems(404)
CHANGING = problems(404, 409, 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A form link that has just been made."""

    address: str
    """Where its form is, with its secret; told this once."""
    link: LinkView


@router.get("/{programme}/form-links", summary="Form links", response_model=list[LinkView])
def listing(programme: str, app: App, actor: Caller) -> Any:
    """Return the form links of a programme, without their secrets, the newest first."""
    return links.listed(app, actor, programme)


@router.post(
    "/{programme}/form-links", status_code=201, summary="Make a form link", response_model=Made,
    responses=CHANGING,
)  # fmt: skip
def make(programme: str, body: NewLink, app: App, actor: Caller) -> Any:
    """Make a link with which anybody who has it raises inputs; its address is told this once."""
    made = links.create(app, actor, programme, body)
    return Made(address=app.settings.console_url.rstrip("/") + made.path, link=made.link)


@router.delete(
    "/{programme}/form-links/{link_id}", status_code=204, summary="Revoke a form link",
    responses=CHANGING,
)  # fmt: skip
def revoke(programme: str, link_id: str, app: App, actor: Caller) -> Response:
    """End a form link at once; what came in through it stays."""
    links.revoke(app, actor, programme, link_id)
    return Response(status_code=204)


@router.get("/{programme}/inputs/{code}/files", summary="Files", response_model=list[FileView])
def files(programme: str, code: str, app: App, actor: Caller) -> Any:
    """Return the files that were handed in with an input."""
    return input_files.listed(app, actor, programme, code)


@router.get(
    "/{programme}/inputs/{code}/files/{number}", summary="A file", response_class=Response,
    responses=READING,
)  # fmt: skip
def file(programme: str, code: str, number: int, app: App, actor: Caller) -> Response:
    """Return a file that was handed in with an input."""
    found = input_files.content(app, actor, programme, code, number)
    # Always a download: what somebody handed in is never run in this server's name.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return Response(found.content, media_type="application/octet-stream", headers=headers)
