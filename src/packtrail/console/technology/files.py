"""The inventory as files: taken in after a look at them, and given out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.comply import asking
from packtrail.console.downloads import attachment
from packtrail.console.technology.radar import XLSX
from packtrail.services.technology import files
from packtrail.services.technology.sheets import SHEETS

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.technology.files import Receipt

_CSV: Final = "text/csv; charset=utf-8"


def form(visit: Visit) -> Response:
    """Show the form for a file."""
    return _form(visit)


def take_in(visit: Visit) -> Response:
    """Look at a file, or take it in."""
    file = asking.file(visit)
    if file is None:
        return _form(visit, message="Choose a file first.")
    what = visit.sent("what") or None
    if what is not None and what not in SHEETS:
        raise HTTPException(404)
    try:
        receipt = files.import_tables(
            visit.app, visit.who, file[2], file[0], what=what, reason=visit.sent("reason"),
            is_trial=visit.sent("do") != "import",
        )  # fmt: skip
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _form(visit, refusal=refusal, filename=file[0])
    return _form(visit, receipt=receipt, filename=file[0])


def hand_out(visit: Visit) -> Response:
    """Send the inventory as a workbook, one table of it as CSV, or an empty workbook."""
    name = visit.path("name")
    word, _, ending = name.partition(".")
    if name == "inventory.xlsx":
        return attachment(files.workbook(visit.app, visit.who), name, XLSX)
    if name == "template.xlsx":
        return attachment(files.template(), name, XLSX)
    if ending != "csv" or word not in SHEETS:
        raise HTTPException(404)
    return attachment(files.table(visit.app, visit.who, word), name, _CSV)


def _form(
    visit: Visit,
    *,
    receipt: Receipt | None = None,
    refusal: RefusedError | None = None,
    filename: str = "",
    message: str = "",
) -> Response:
    return templates.render(
        visit,
        "technology/import.html",
        status=422 if refusal or message else 200,
        receipt=receipt,
        findings=refusal.findings if refusal else receipt.findings if receipt else (),
        filename=filename,
        message=message,
        words=SHEETS,
        sent={name: visit.sent(name) for name in ("what", "reason")},
    )
