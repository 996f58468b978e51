"""Files and settings: exports, reports, imports, baselines, and what holds for the programme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from packtrail.access import Actor, Permission
from packtrail.base.errors import RefusedError
from packtrail.console.plan import shared
from packtrail.console.visit import redirect, without_nul
from packtrail.planning import codes
from packtrail.planning.work import Placement
from packtrail.services.application import Application
from packtrail.services.plan import baselines, books, codec, history, programmes, reports
from packtrail.services.plan import files as plan_files

if TYPE_CHECKING:
    from packtrail.console.visit import Visit
    from packtrail.services.plan.files import Reading

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UPLOAD_BYTES_MAX = 50 * 1024 * 1024
_DOWNLOADS: Final[Mapping[str, tuple[str, Callable[[Application, Actor, str], bytes]]]] = {
    "plan.xlsx": (XLSX, plan_files.export_table),
    "plan.csv": ("text/csv", partial(plan_files.export_table, as_csv=True)),
    "plan.xml": ("application/xml", plan_files.export_msproject),
    "plan.ics": ("text/calendar", plan_files.export_calendar),
    "steering.pdf": ("application/pdf", reports.steering_report),
    "board.xlsx": (XLSX, reports.board_numbers),
}


def files(visit: Visit) -> Response:
    """Show what can be taken out and in, baselines, settings and the latest changes."""
    return _files(visit)


def _files(
    visit: Visit, *, refusal: RefusedError | None = None, reading: Reading | None = None
) -> Response:
    programme = visit.path("programme")
    opened = books.opened(visit.app, visit.who, programme)
    return shared.render(
        visit,
        "plan/files.html",
        opened=opened,
        refusal=refusal,
        reading=reading,
        baselines=baselines.baselines(visit.app, visit.who, programme),
        versions=history.versions(visit.app, visit.who, programme),
        may_change=visit.who.may(Permission.PLAN_UPDATE),
        may_create=visit.who.may(Permission.PLAN_CREATE),
        archived=opened.row.archived_at,
    )


def download(visit: Visit) -> Response:
    """Return one file."""
    name, programme = visit.path("name"), visit.path("programme")
    if name not in _DOWNLOADS:
        raise HTTPException(404)
    media_type, make = _DOWNLOADS[name]
    content = make(visit.app, visit.who, programme)
    filename = quote(f"{programme}-{name}", safe="")
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{filename}"},
    )


def take_in(visit: Visit) -> Response:
    """Look at a file, or take it in."""
    programme = visit.path("programme")
    file = visit.form.get("file")
    if not isinstance(file, UploadFile) or not (file.filename or file.size):
        finding = codes.UNREADABLE_PLAN.found("No file was chosen.", at="file")
        return _files(visit, refusal=RefusedError(finding))
    content = file.file.read(UPLOAD_BYTES_MAX + 1)
    name = without_nul(file.filename or "file")
    replaces = visit.sent("replaces") == "yes"
    if visit.sent("action") == "look":
        reading = plan_files.read_file(
            visit.app, visit.who, programme, content, name, replaces=replaces
        )
        return _files(visit, reading=reading)
    try:
        plan_files.take_in(visit.app, visit.who, programme, content, name, replaces=replaces)
    except RefusedError as refusal:
        return _files(visit, refusal=refusal)
    return redirect(shared.path_of(programme, "work"))


def fix_baseline(visit: Visit) -> Response:
    """Keep the schedule as it is today as a baseline."""
    programme = visit.path("programme")
    try:
        baselines.fix_baseline(
            visit.app, visit.who, programme, name=visit.sent("name"), reason=visit.sent("reason")
        )
    except RefusedError as refusal:
        return _files(visit, refusal=refusal)
    return redirect(shared.path_of(programme, "files"))


def change_terms(visit: Visit) -> Response:
    """Change what holds for the programme."""
    programme = visit.path("programme")
    try:
        values = {
            "template": visit.sent("template"),
            "starts_on": visit.sent("starts_on") or None,
            "placement": visit.sent("placement") or Placement.LATE.value,
            "is_levelled": visit.sent("is_levelled") == "yes",
            "is_running": visit.sent("is_running") == "yes",
        }
        terms = codec.read_terms(values)
        programmes.change_programme(
            visit.app, visit.who, programme, name=visit.sent("name") or None, terms=terms,
            is_archived=visit.sent("is_archived") == "yes",
        )  # fmt: skip
    except RefusedError as refusal:
        return _files(visit, refusal=refusal)
    return redirect(shared.path_of(programme, "files"))
