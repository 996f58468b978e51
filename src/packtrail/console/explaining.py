"""Explain a file: what it says in words and one picture. Nothing of it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.datastructures import UploadFile

from packtrail import epcis
from packtrail.access import Permission, require
from packtrail.base.errors import LimitExceeded, RefusedError
from packtrail.base.findings import Severity
from packtrail.console import labels, templates
from packtrail.rendering import explain as drawing
from packtrail.services.capture import capture as captures
from packtrail.services.codes import DOCUMENT_TOO_LARGE, EMPTY_DOCUMENT

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

BYTES_MAX = 20_000_000
"""Largest file that is explained while somebody waits."""
FINDINGS_MAX = 200
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def form(visit: Visit) -> Response:
    """Show where to drop a file."""
    require(visit.who, Permission.CAPTURE_READ)
    return _form(visit)


def file(visit: Visit) -> Response:
    """Explain the file of the form."""
    require(visit.who, Permission.CAPTURE_READ)
    sent = visit.form.get("file")
    content = sent.file.read(BYTES_MAX + 1) if isinstance(sent, UploadFile) else b""
    filename = sent.filename if isinstance(sent, UploadFile) else ""
    try:
        return _explained(visit, content, filename or "")
    except RefusedError as refusal:
        return _form(visit, findings=refusal.findings)


def of_capture(visit: Visit) -> Response:
    """Explain the document of a capture, as it was handed in."""
    capture_id = visit.path("capture_id")
    found = captures.original(visit.app, visit.who, capture_id)
    _require_explainable(found.size_bytes)
    return _explained(visit, found.content(), found.filename, capture_id=capture_id)


def _form(visit: Visit, *, findings: tuple[Finding, ...] = ()) -> Response:
    status = 422 if findings else 200
    return templates.render(visit, "explain_form.html", status=status, findings=findings)


def _require_explainable(size_bytes: int) -> None:
    if size_bytes > BYTES_MAX:
        raise LimitExceeded(
            DOCUMENT_TOO_LARGE.found(
                f"The file is larger than {BYTES_MAX} bytes, the most that is explained at once."
            )
        )


def _explained(
    visit: Visit, content: bytes, filename: str, *, capture_id: str | None = None
) -> Response:
    if not content:
        raise RefusedError(EMPTY_DOCUMENT.found("The file has no bytes."))
    _require_explainable(len(content))
    reading = epcis.read(content, strict=False, limits=epcis.Limits(size_bytes=BYTES_MAX))
    told = epcis.explain(reading)
    ordered = sorted(told.findings, key=lambda finding: _ORDER.index(finding.severity))
    return templates.render(
        visit,
        "explain.html",
        told=told,
        filename=filename,
        size_bytes=len(content),
        capture_id=capture_id,
        picture=Markup(drawing.draw(told, label=labels.label)),  # noqa: S704 - it escapes by itself
        findings=ordered[:FINDINGS_MAX],
        findings_total=len(ordered),
    )
