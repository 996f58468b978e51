"""Captures: hand in documents, watch them being recorded, read what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from packtrail.base.findings import Severity
from packtrail.console import templates
from packtrail.console.visit import redirect
from packtrail.services import capture as captures
from packtrail.services.capture import ErrorBehaviour

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.capture import CaptureJob

PAGE_LENGTH = 50
FINDINGS_MAX = 500
"""Most findings shown on the page of a capture; it says how many there are in all."""
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def listing(visit: Visit) -> Response:
    """Show the captures, newest first."""
    before = visit.query("before") or None
    jobs = captures.jobs(visit.app, visit.who, limit=PAGE_LENGTH + 1, before=before)
    return templates.render(
        visit,
        "captures.html",
        jobs=jobs[:PAGE_LENGTH],
        next_before=jobs[PAGE_LENGTH - 1].capture_id if len(jobs) > PAGE_LENGTH else None,
        before=before,
        running=any(job.running for job in jobs),
    )


def submit(visit: Visit) -> Response:
    """Hand in the files of a form, each as a capture of its own."""
    jobs = [
        _submit_one(visit, file)
        for file in visit.form.getlist("file")
        if isinstance(file, UploadFile) and (file.filename or file.size)
    ]
    paths = [f"/captures/{job.capture_id}" for job in jobs]
    if visit.wants_json:
        return JSONResponse({"captures": paths})
    return redirect(paths[0] if len(paths) == 1 else "/captures")


def capture(visit: Visit) -> Response:
    """Show one capture."""
    return templates.render(visit, "capture.html", **_shown(visit))


def progress(visit: Visit) -> Response:
    """Show the part of the page of a capture that changes while it runs."""
    return templates.render(visit, "part_capture.html", **_shown(visit))


def original(visit: Visit) -> Response:
    """Return the document byte for byte, always as a download."""
    content, _, filename = captures.original(visit.app, visit.who, visit.path("capture_id"))
    # Never the sender's media type: a browser must not open a partner's file as a page of ours.
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}"},
    )


def _submit_one(visit: Visit, file: UploadFile) -> CaptureJob:
    limit = visit.app.settings.capture_bytes_max
    # One byte more than the limit is enough for the service to refuse it by name.
    content = file.file.read(limit + 1)
    wished = visit.sent("error_behaviour")
    known = {each.value for each in ErrorBehaviour}
    return captures.submit(
        visit.app,
        visit.who,
        content,
        media_type=file.content_type,
        filename=file.filename,
        owner=visit.sent("owner") or None,
        error_behaviour=wished if wished in known else ErrorBehaviour.ROLLBACK,
        wait=False,
    )


def _shown(visit: Visit) -> dict[str, Any]:
    job = captures.job(visit.app, visit.who, visit.path("capture_id"))
    ordered = sorted(job.findings, key=lambda finding: _ORDER.index(finding.severity))
    return {
        "job": job,
        "findings": ordered[:FINDINGS_MAX],
        "findings_total": len(ordered),
        "counts": _counts(ordered),
    }


def _counts(findings: list[Finding]) -> list[tuple[Severity, int]]:
    counted = [(each, sum(f.severity is each for f in findings)) for each in _ORDER]
    return [(severity, count) for severity, count in counted if count]
