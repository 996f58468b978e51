"""Captures: hand in documents, watch them being recorded, read what was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response, StreamingResponse

from packtrail.access import Permission
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.base.findings import Severity
from packtrail.console import templates
from packtrail.console.visit import redirect, without_nul
from packtrail.rendering.journey_layout import place_name
from packtrail.services.accounts import organisations
from packtrail.services.capture import brought
from packtrail.services.capture import capture as captures
from packtrail.services.capture.capture_jobs import ErrorBehaviour
from packtrail.services.capture.uploads import Upload, pieces_of
from packtrail.services.goods import describing

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.accounts.organisations import Organisation
    from packtrail.services.capture.capture_jobs import CaptureJob

PAGE_LENGTH = 50
FINDINGS_MAX = 500
"""Most findings shown on the page of a capture; it says how many there are in all."""
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def listing(visit: Visit) -> Response:
    """Show the captures, newest first."""
    return _listing(visit)


def owners(visit: Visit) -> list[Organisation]:
    """Return the organisations a document can be handed in for; the own one comes first."""
    if not visit.who.may(Permission.ORGANISATION_READ):
        return []
    known = organisations.organisations(visit.app, visit.who)
    return sorted(
        (each for each in known if each.is_own or each.may_record_for),
        key=lambda each: (not each.is_own, each.code),
    )


def _listing(visit: Visit, *, findings: tuple[Finding, ...] = ()) -> Response:
    before = visit.query("before") or None
    jobs = captures.jobs(visit.app, visit.who, limit=PAGE_LENGTH + 1, before=before)
    return templates.render(
        visit,
        "captures.html",
        jobs=jobs[:PAGE_LENGTH],
        next_before=jobs[PAGE_LENGTH - 1].capture_id if len(jobs) > PAGE_LENGTH else None,
        before=before,
        running=any(job.running for job in jobs),
        owners=owners(visit),
        findings=findings,
        status=422 if findings else 200,
    )


def submit(visit: Visit) -> Response:
    """Hand in the files of a form, each as a capture of its own."""
    paths, findings = [], []
    for file in visit.form.getlist("file"):
        if isinstance(file, UploadFile) and (file.filename or file.size):
            try:
                paths.append(f"/captures/{_submit_one(visit, file).capture_id}")
            except RefusedError as refusal:
                if isinstance(refusal, NotPermitted):
                    raise
                findings += [_of_file(file, finding) for finding in refusal.findings]
    if visit.wants_json:
        message = " ".join(finding.message for finding in findings)
        return JSONResponse({"captures": paths, "message": message})
    if findings:
        return _listing(visit, findings=tuple(findings))
    return redirect(paths[0] if len(paths) == 1 else "/captures")


def capture(visit: Visit) -> Response:
    """Show one capture."""
    return templates.render(visit, "capture.html", **_shown(visit))


def progress(visit: Visit) -> Response:
    """Show the part of the page of a capture that changes while it runs."""
    return templates.render(visit, "part_capture.html", **_shown(visit))


def original(visit: Visit) -> Response:
    """Return the document byte for byte, always as a download."""
    found = captures.original(visit.app, visit.who, visit.path("capture_id"))
    name = quote(found.filename, safe="")
    # Never the sender's media type: a browser must not open a partner's file as a page of ours.
    return StreamingResponse(
        found.pieces,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{name}",
            "content-length": str(found.size_bytes),
        },
    )


def _submit_one(visit: Visit, file: UploadFile) -> CaptureJob:
    wished = visit.sent("error_behaviour")
    known = {each.value for each in ErrorBehaviour}
    with Upload.of(visit.app.settings, pieces_of(file.file)) as upload:
        return captures.submit(
            visit.app,
            visit.who,
            upload,
            media_type=without_nul(file.content_type or "") or None,
            filename=without_nul(file.filename or "") or None,
            owner=visit.sent("owner") or None,
            error_behaviour=wished if wished in known else ErrorBehaviour.ROLLBACK,
            wait=False,
        )


def _of_file(file: UploadFile, finding: Finding) -> Finding:
    return replace(finding, at=file.filename or "")


def _shown(visit: Visit) -> dict[str, Any]:
    job = captures.job(visit.app, visit.who, visit.path("capture_id"))
    ordered = sorted(job.findings, key=lambda finding: _ORDER.index(finding.severity))
    return {
        "job": job,
        "findings": ordered[:FINDINGS_MAX],
        "findings_total": len(ordered),
        "counts": _counts(ordered),
        **_inside(visit, job),
    }


def _inside(visit: Visit, job: CaptureJob) -> dict[str, Any]:
    """Return what the document brought, so that the next click is a journey."""
    is_there = not job.running and (job.stored_count or job.repeated_count)
    if not is_there or not visit.who.may(Permission.EVENT_READ):
        return {"inside": None}
    inside = brought.brought(visit.app, visit.who, job.capture_id)
    return {
        "inside": None if inside.is_empty else inside,
        "place": lambda identifier: place_name(identifier, inside.places),
        "first_look": [
            (each, describing.kind_of(describing.key_of(each)), each in inside.containers)
            for each in dict.fromkeys((*inside.containers, *inside.packs))
        ],
    }


def _counts(findings: list[Finding]) -> list[tuple[Severity, int]]:
    counted = [(each, sum(f.severity is each for f in findings)) for each in _ORDER]
    return [(severity, count) for severity, count in counted if count]
