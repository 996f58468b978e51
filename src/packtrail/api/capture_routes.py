"""Captures: documents handed in, their jobs and their originals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse

from packtrail.api.desk import Desk
from packtrail.api.headers import limit_headers, standard_headers
from packtrail.api.paging import list_place, listed
from packtrail.api.problems import (
    CAPTURE_LIMIT,
    VALIDATION,
    Refusal,
    epcis_problem,
)
from packtrail.api.requests import (
    JSON,
    LD_JSON,
    MEDIA_TYPES,
    TEXT_XML,
    XML,
    App,
    Caller,
    acceptable,
    is_small,
    require_media_type,
    require_versions,
    the_actor,
    uploaded,
)
from packtrail.api.responses import JOB, JOBS, SUBMITTING
from packtrail.api.schemas import CaptureJobOut
from packtrail.api.xml import element
from packtrail.base.findings import Severity
from packtrail.services import codes
from packtrail.services.capture import capture
from packtrail.services.queries import paging

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.capture.capture_jobs import CaptureJob
    from packtrail.services.capture.uploads import Upload

epcis = APIRouter(prefix="/epcis/v2/capture", tags=["EPCIS: capture"])
own = APIRouter(prefix="/api/v1/captures", tags=["Captures"])
_JOBS = "capture jobs"
_Handed: TypeAlias = tuple[Request, bytes]
_Answer: TypeAlias = "Response | Callable[[], Response]"
_CaptureDesk: TypeAlias = Desk[_Handed, _Answer]
PAGE_JOBS_DEFAULT, PAGE_JOBS_MAX = 30, 200


class _Told(TypedDict):
    """What the head of a request tells of a document."""

    media_type: str | None
    owner: str | None
    error_behaviour: str


@epcis.post("", status_code=202, summary="Hand in a document", responses=SUBMITTING)
async def submit(request: Request, app: App) -> Response:
    """Take an EPCIS document in: JSON-LD 2.0, or XML 1.0 to 2.0.

    202 means that it is kept and being captured; `Location` is its job. A document that is not
    valid is answered with 400 and every finding; it is kept all the same.
    """
    if is_small(request, app.settings):
        desk: _CaptureDesk = request.app.state.capture_desk
        answer = await desk.ask((request, await request.body()))
        return answer if isinstance(answer, Response) else await run_in_threadpool(answer)
    actor = await run_in_threadpool(the_actor, request, app)
    _require_form(request)
    with await uploaded(request, app.settings) as upload:
        return await run_in_threadpool(_taken, request, app, actor, upload)


def desk_of(app: Application) -> _CaptureDesk:
    """Return the desk at which small documents are taken in."""
    return Desk(partial(_submitted, app))


def _submitted(app: Application, lot: Sequence[_Handed]) -> list[_Answer | Exception]:
    """Take small documents in that came at the same time.

    Each is answered, with its fault where it has one; what may have to wait for others is answered
    by what it returns, in a thread of its own.
    """
    faults: dict[int, Exception] = {}
    begun: dict[int, capture.Begun] = {}
    actors: dict[str, Actor] = {}
    for place, (request, content) in enumerate(lot):
        try:
            actor = _the_same_actor(request, app, actors)
            require_versions(request)
            begun[place] = capture.begin(app, actor, content, **_told(request))
        except Exception as fault:  # noqa: BLE001 - raised where it is answered
            faults[place] = fault
    jobs = capture.finish_together(app, [*begun.values()])
    answers = dict(zip(begun, (_answered(app, job) for job in jobs), strict=True))
    return [answers.get(place) or faults[place] for place in range(len(lot))]


def _the_same_actor(request: Request, app: Application, known: dict[str, Actor]) -> Actor:
    """Return who is calling; whose key was looked at a moment ago is known."""
    key = request.headers.get("authorization", "")
    actor = known.get(key) or the_actor(request, app)
    if key:
        known[key] = actor
    return actor


def _answered(app: Application, job: CaptureJob | Callable[[], CaptureJob]) -> _Answer:
    """Return the answer to a document, or what gives it in a thread of its own."""
    if callable(job):
        return lambda: _answer(app, job())
    return _answer(app, job)


def _require_form(request: Request) -> None:
    require_versions(request)
    require_media_type(request)


def _taken(request: Request, app: Application, actor: Actor, content: Upload) -> Response:
    return _answer(app, capture.submit(app, actor, content, **_told(request), wait=False))


def _told(request: Request) -> _Told:
    """Return what the head of a request tells of the document."""
    return {
        "media_type": require_media_type(request),
        "owner": request.headers.get("Packtrail-Owner"),
        "error_behaviour": request.headers.get("GS1-Capture-Error-Behaviour", "rollback"),
    }


def _answer(app: Application, job: CaptureJob) -> Response:
    """Answer a document that was taken in.

    Raises:
        Refusal: It is not valid.
    """
    location = f"/epcis/v2/capture/{job.capture_id}"
    headers = {**standard_headers(), "Location": location}
    if job.is_unreadable:
        raise _refusal(app, job, headers)
    headers["GS1-Capture-Error-Behaviour"] = job.error_behaviour.value
    return Response(status_code=202, headers=headers)


@epcis.get("", summary="Capture jobs", responses=JOBS)
def jobs(request: Request, app: App, actor: Caller) -> Response:
    """Return the capture jobs, newest first, a page at a time."""
    limit, before = list_place(request, app, actor, _JOBS)
    found = capture.jobs(app, actor, limit=limit + 1, before=before or None)
    page, following = paging.page(
        app, actor, _JOBS, found, limit=limit, key=lambda job: job.capture_id
    )
    return listed(request, [_job(job) for job in page], following)


@epcis.get("/{capture_id}", summary="One capture job", responses=JOB)
def job(capture_id: str, request: Request, app: App, actor: Caller) -> Response:
    """Return a capture job, and what went wrong with it."""
    media_type = acceptable(request, JSON, LD_JSON, XML, TEXT_XML)
    require_versions(request)
    found = capture.job(app, actor, capture_id)
    if media_type in {XML, TEXT_XML}:
        return Response(_job_xml(found), headers=standard_headers(), media_type=media_type)
    return JSONResponse(_job(found), headers=standard_headers(), media_type=media_type)


@own.get("", summary="Captures", response_model=list[CaptureJobOut])
def captures(
    app: App, actor: Caller, limit: int = PAGE_JOBS_DEFAULT, before: str | None = None
) -> Any:
    """Return captures with their findings and counts, newest first."""
    return capture.jobs(app, actor, limit=max(1, min(limit, PAGE_JOBS_MAX)), before=before)


@own.get("/{capture_id}", summary="One capture", response_model=CaptureJobOut)
def one_capture(capture_id: str, app: App, actor: Caller) -> Any:
    """Return a capture with its findings and counts."""
    return capture.job(app, actor, capture_id)


@own.get("/{capture_id}/original", summary="The document as handed in")
def original(capture_id: str, app: App, actor: Caller) -> Response:
    """Return the original document, byte for byte, as a download."""
    found = capture.original(app, actor, capture_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.filename, safe='')}",
        "Content-Length": str(found.size_bytes),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    is_known = found.media_type in MEDIA_TYPES
    served = found.media_type if is_known else "application/octet-stream"
    return StreamingResponse(found.pieces, media_type=served, headers=headers)


def _refusal(app: App, job: CaptureJob, headers: dict[str, str]) -> Refusal:
    """Refuse a document at once whose content is not valid; its job stays, with the original."""
    errors = [each for each in job.findings if each.severity is Severity.ERROR]
    first = errors[0].message if errors else "The document is not valid."
    more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
    too_many = any(each.code == codes.TOO_MANY_EVENTS.code for each in errors)
    return Refusal(
        CAPTURE_LIMIT if too_many else VALIDATION,
        first + more,
        findings=job.findings,
        headers={**headers, **(limit_headers(app.settings) if too_many else {})},
        extra={"captureID": job.capture_id},
    )


def _job(job: CaptureJob) -> dict[str, Any]:
    body: dict[str, Any] = {
        "captureID": job.capture_id,
        "createdAt": job.created_at.isoformat(),
        "running": job.running,
        "success": job.success,
        "captureErrorBehaviour": job.error_behaviour.value,
        "errors": [epcis_problem(each) for each in job.findings if each.severity is Severity.ERROR],
    }
    if job.finished_at is not None:
        body["finishedAt"] = job.finished_at.isoformat()
    return body


def _job_xml(job: CaptureJob) -> bytes:
    """Return a job as the schema has it: `EPCISCaptureJob`."""
    told = _job(job)
    fields: dict[str, str | list[dict[str, str]]] = {
        name: told[name]
        for name in ("captureErrorBehaviour", "createdAt", "finishedAt")
        if name in told
    }
    if told["errors"]:
        fields["errors"] = [
            {name: each[name] for name in ("type", "title", "detail")} for each in told["errors"]
        ]
    attributes = {
        "running": str(job.running).lower(),
        "success": str(job.success).lower(),
        "captureID": job.capture_id,
    }
    return element("EPCISCaptureJob", fields, attributes=attributes)
