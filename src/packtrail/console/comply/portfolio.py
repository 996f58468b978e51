"""The portfolio: its entries, the form of each, import with a preview, export, history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.compliance.book import Kind
from packtrail.compliance.words import ProductClass
from packtrail.console import templates
from packtrail.console.comply import asking
from packtrail.console.visit import redirect
from packtrail.services.books.entries import Put, Remove
from packtrail.services.lines import floor
from packtrail.services.portfolio import exporting, importing, sheets
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.portfolio.sheets import BOOK
from packtrail.services.sheets import Form

if TYPE_CHECKING:
    from packtrail.console.visit import Visit
    from packtrail.services.portfolio.importing import Receipt

SHOWN: Final = {
    "products": Kind.PRODUCT,
    "licences": Kind.LICENCE,
    "placements": Kind.PLACEMENT,
    "practices": Kind.PRACTICE,
    "partners": Kind.PARTNER,
    "company": Kind.COMPANY,
}
"""Word of a table -> kind of its entries."""
_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_ROWS_MAX: Final = 1_000
_HISTORY_SHOWN: Final = 500


def portfolio(visit: Visit) -> Response:
    """Show the entries of a kind."""
    word = visit.query("show") or "products"
    if word not in SHOWN:
        raise HTTPException(404)
    found = PORTFOLIO.entries(visit.app, visit.who, SHOWN[word])
    typed = visit.query("find").casefold()
    rows = [each for each in found if typed in f"{each.key} {each.body}".casefold()]
    return templates.render(
        visit,
        "comply_portfolio.html",
        word=word,
        kind=SHOWN[word].value,
        rows=rows[:_ROWS_MAX],
        total=len(rows),
        counts={
            name: len(PORTFOLIO.entries(visit.app, visit.who, kind)) for name, kind in SHOWN.items()
        },
        sites=floor.sites(visit.app, visit.who),
        lines=floor.lines(visit.app, visit.who),
        find=visit.query("find"),
    )


def entry(visit: Visit) -> Response:
    """Show one entry with its form and its history."""
    return _entry(visit, _kind(visit), visit.path("key"))


def new(visit: Visit) -> Response:
    """Show the form of an entry that is not there yet."""
    return _entry(visit, _kind(visit), None)


def write(visit: Visit) -> Response:
    """Write the entry of a form, then show it."""
    kind, key = _kind(visit), visit.sent("key") or None
    sheet = BOOK[kind.value]
    sent = {each.name: visit.sent(each.name).strip() or None for each in sheet.columns}
    revision = visit.sent("revision")
    try:
        entry = PORTFOLIO.read(kind, sheet.body(sent, kind.value), at=kind.value)
        known = int(revision) if revision.isascii() and revision.isdigit() else 0
        PORTFOLIO.change(
            visit.app, visit.who, [Put(entry, known if key == entry.key else 0)],
            reason=visit.sent("reason"),
        )  # fmt: skip
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _entry(visit, kind, key, refusal=refusal, sent=sent)
    return redirect(f"/comply/portfolio/{kind.value}/{quote(entry.key)}")


def remove(visit: Visit) -> Response:
    """Take an entry out, then show the others of its kind."""
    kind, key = _kind(visit), visit.sent("key")
    try:
        PORTFOLIO.change(visit.app, visit.who, [Remove(kind, key)], reason=visit.sent("reason"))
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _entry(visit, kind, key, refusal=refusal)
    word = next(word for word, each in SHOWN.items() if each is kind)
    return redirect(f"/comply/portfolio?show={word}")


def history(visit: Visit) -> Response:
    """Show who changed what, when and why."""
    version, _, number = visit.query("before").partition(".")
    is_place = version.isascii() and number.isascii() and version.isdigit() and number.isdigit()
    before = (int(version), int(number)) if is_place and len(version + number) < 18 else None
    found = PORTFOLIO.history(visit.app, visit.who, limit=_HISTORY_SHOWN + 1, before=before)
    return templates.render(
        visit,
        "comply_history.html",
        rows=found[:_HISTORY_SHOWN],
        older=found[_HISTORY_SHOWN - 1] if len(found) > _HISTORY_SHOWN else None,
    )


def import_form(visit: Visit) -> Response:
    """Show the form for a file."""
    return _import(visit)


def import_file(visit: Visit) -> Response:
    """Look at a file, or take it in."""
    file = asking.file(visit)
    if file is None:
        return _import(visit, message="Choose a file first.")
    what = visit.sent("what") or None
    try:
        receipt = importing.import_tables(
            visit.app, visit.who, file[2], file[0], what=what, reason=visit.sent("reason"),
            is_trial=visit.sent("do") != "import",
        )  # fmt: skip
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _import(visit, refusal=refusal, filename=file[0])
    return _import(visit, receipt=receipt, filename=file[0])


def export(visit: Visit) -> Response:
    """Send the portfolio as a workbook, or one table of it as CSV; or an empty workbook."""
    name = visit.path("name")
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    media_type = _TYPES.get(name.rpartition(".")[2], "")
    return Response(_exported(visit, name), media_type=media_type, headers=headers)


def _exported(visit: Visit, name: str) -> bytes:
    if name == "portfolio.xlsx":
        return exporting.workbook(visit.app, visit.who)
    if name == "template.xlsx":
        return exporting.template()
    word, _, ending = name.partition(".")
    if ending != "csv" or word not in sheets.SHEETS:
        raise HTTPException(404)
    return exporting.table(visit.app, visit.who, word)


def _kind(visit: Visit) -> Kind:
    word = visit.path("kind")
    if word not in set(Kind):
        raise HTTPException(404)
    return Kind(word)


def _entry(
    visit: Visit,
    kind: Kind,
    key: str | None,
    *,
    refusal: RefusedError | None = None,
    sent: dict[str, str | None] | None = None,
) -> Response:
    view = PORTFOLIO.entry(visit.app, visit.who, kind, key) if key else None
    values = sent if sent is not None else _shown(kind, view.body if view else {})
    return templates.render(
        visit,
        "comply_entry.html",
        status=422 if refusal else 200,
        kind=kind.value,
        key=key,
        view=view,
        fields=_fields(kind, values),
        findings=refusal.findings if refusal else (),
        reason=visit.sent("reason"),
        history=PORTFOLIO.history(visit.app, visit.who, kind=kind, key=key, limit=20)
        if key
        else (),
    )


def _shown(kind: Kind, body: dict[str, Any] | Any) -> dict[str, str]:
    """Return the cells of an entry as text."""
    sheet = BOOK[kind.value]
    cells = zip(sheet.columns, sheet.row(body), strict=True)
    return {column.name: "" if cell is None else str(cell) for column, cell in cells}


def _fields(kind: Kind, values: dict[str, str | None] | dict[str, str]) -> list[dict[str, Any]]:
    """Return the fields of the form of an entry."""
    hints = {
        Form.LIST: "Several with ; between",
        Form.PAIRS: "Scheme: number, several with ; between",
        Form.FACTS: "In the words of rule packs: - label: {carries: [01, 21]}",
    }
    choices = {"class": [each.value for each in ProductClass]}
    return [
        {
            "name": each.name,
            "form": each.form.value,
            "is_required": each.is_required,
            "value": values.get(each.name) or "",
            "hint": hints.get(each.form, ""),
            "choices": choices.get(each.name, ["yes", "no"] if each.form is Form.YES_NO else []),
        }
        for each in BOOK[kind.value].columns
    ]


def _import(
    visit: Visit,
    *,
    receipt: Receipt | None = None,
    refusal: RefusedError | None = None,
    filename: str = "",
    message: str = "",
) -> Response:
    return templates.render(
        visit,
        "comply_import.html",
        status=422 if refusal or message else 200,
        receipt=receipt,
        findings=refusal.findings if refusal else receipt.findings if receipt else (),
        filename=filename,
        message=message,
        words=sheets.SHEETS,
        sent={name: visit.sent(name) for name in ("what", "reason")},
    )
