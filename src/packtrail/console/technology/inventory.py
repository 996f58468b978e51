"""The inventory: its entries in a list, the form of each, and who changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.visit import redirect
from packtrail.planning.scope import Capability
from packtrail.planning.technology.inventory import (
    Confidence,
    Criticality,
    Kind,
    Level,
    Measured,
    Role,
    State,
    Validation,
)
from packtrail.rendering import technology_words
from packtrail.services.books.entries import Put, Remove
from packtrail.services.sheets import Form
from packtrail.services.technology import radar as radars
from packtrail.services.technology.entries import TECHNOLOGY
from packtrail.services.technology.sheets import BOOK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.planning.technology.inventory import System

SHOWN: Final = {
    "systems": Kind.SYSTEM, "support": Kind.SUPPORT, "measurements": Kind.MEASUREMENT,
    "options": Kind.OPTION,
}  # fmt: skip
"""Word of a table -> kind of its entries."""
ROWS_MAX: Final = 100
HISTORY_MAX: Final = 200
_CHOICES: Final[Mapping[str, type]] = {
    "role": Role, "level": Level, "criticality": Criticality, "validation": Validation,
    "state": State, "confidence": Confidence, "what": Measured, "capability": Capability,
}  # fmt: skip
_HINTS: Final = {
    "software": "With releases: Windows 10 Enterprise LTSC 2021; PostgreSQL 15.8",
    "needs": "Codes of systems that it runs on or cannot work without",
    "lines": "Lines that stand still without it",
    "product": "As systems write it, with vendor and release",
    "aggregates": "bundle; case; pallet",
    "elements": "Application identifiers that it can print; none: any",
    "symbologies": "datamatrix; gs1-128; qr",
    "protocols": "open-scs; opc-ua; epcis-2.0",
}


def listing(visit: Visit) -> Response:
    """Show the entries of a kind, narrowed and a page at a time."""
    word = visit.query("show") or "systems"
    if word not in SHOWN:
        raise HTTPException(404)
    watched = radars.watched(visit.app, visit.who)
    asked = {name: visit.query(name) for name in ("find", "site", "line", "role", "level")}
    found = watched.inventory.entries[SHOWN[word]].values()
    rows = [each for each in found if _is_asked(each, asked)]
    page = max(1, int(digits)) if (digits := visit.query("page")[:6]).isdecimal() else 1
    begin = (page - 1) * ROWS_MAX
    systems = watched.inventory.systems.values()
    return templates.render(
        visit,
        "technology/inventory.html",
        word=word,
        kind=SHOWN[word].value,
        rows=rows[begin : begin + ROWS_MAX],
        first_row=begin + 1,
        page=page,
        total=len(rows),
        more=len(rows) > begin + ROWS_MAX,
        counts={name: len(watched.inventory.entries[kind]) for name, kind in SHOWN.items()},
        asked=asked,
        worst=_worst(watched),
        sites=sorted({each.site for each in systems if each.site}),
        roles=sorted({each.role.value for each in systems}),
        levels=[each.value for each in Level],
        said=technology_words,
    )


def _is_asked(entry: Any, asked: dict[str, str]) -> bool:
    if asked["find"] and asked["find"].casefold() not in str(entry).casefold():
        return False
    if asked["line"] and asked["line"] not in (
        *getattr(entry, "lines", ()), getattr(entry, "line", ""),
    ):  # fmt: skip
        return False
    if entry.KIND is not Kind.SYSTEM:
        return True
    system: System = entry
    return (
        (not asked["site"] or system.site == asked["site"])
        and (not asked["role"] or system.role == asked["role"])
        and (not asked["level"] or system.level_now == asked["level"])
    )


def _worst(watched: radars.Watched) -> dict[str, Any]:
    """Return code of a system -> its part whose support ends first."""
    worst: dict[str, Any] = {}
    for each in watched.radar.items:
        worst.setdefault(each.system.code, each)
    return worst


def entry(visit: Visit) -> Response:
    """Show one entry with its form, what hangs on it, and its history."""
    return _entry(visit, _kind(visit), visit.path("code"))


def form(visit: Visit) -> Response:
    """Show the form of an entry that is not there yet."""
    return _entry(visit, _kind(visit), None)


def save(visit: Visit) -> Response:
    """Write the entry of a form, then show it."""
    kind, code = _kind(visit), visit.sent("key") or None
    sheet = BOOK[kind.value]
    sent = {each.name: visit.sent(each.name).strip() or None for each in sheet.columns}
    revision = visit.sent("revision")[:18]
    try:
        made = TECHNOLOGY.read(kind, sheet.body(sent, kind.value), at=kind.value)
        known = int(revision) if revision.isascii() and revision.isdigit() else 0
        TECHNOLOGY.change(
            visit.app, visit.who, [Put(made, known if code == made.code else 0)],
            reason=visit.sent("reason"),
        )  # fmt: skip
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _entry(visit, kind, code, refusal=refusal, sent=sent)
    return redirect(f"/technology/entry/{kind.value}/{quote(made.code)}")


def remove(visit: Visit) -> Response:
    """Take an entry out, then show the others of its kind."""
    kind, code = _kind(visit), visit.sent("key")
    try:
        TECHNOLOGY.change(visit.app, visit.who, [Remove(kind, code)], reason=visit.sent("reason"))
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _entry(visit, kind, code, refusal=refusal)
    word = next(word for word, each in SHOWN.items() if each is kind)
    return redirect(f"/technology/inventory?show={word}")


def history(visit: Visit) -> Response:
    """Show who changed what, when and why, the newest first."""
    return templates.render(
        visit,
        "technology/history.html",
        history=TECHNOLOGY.history(visit.app, visit.who, limit=HISTORY_MAX),
    )


def _kind(visit: Visit) -> Kind:
    word = visit.path("kind")
    if word not in set(Kind):
        raise HTTPException(404)
    return Kind(word)


def _entry(
    visit: Visit,
    kind: Kind,
    code: str | None,
    *,
    refusal: RefusedError | None = None,
    sent: dict[str, str | None] | None = None,
) -> Response:
    view = TECHNOLOGY.entry(visit.app, visit.who, kind, code) if code else None
    sheet = BOOK[kind.value]
    cells = zip(sheet.columns, sheet.row(view.body if view else {}), strict=True)
    values = sent or {each.name: "" if cell is None else str(cell) for each, cell in cells}
    items = radars.watched(visit.app, visit.who).radar.items if code else ()
    return templates.render(
        visit,
        "technology/entry.html",
        status=422 if refusal else 200,
        kind=kind.value,
        code=code,
        view=view,
        parts=[each for each in items if kind is Kind.SYSTEM and each.system.code == code],
        fields=_fields(kind, values),
        findings=refusal.findings if refusal else (),
        reason=visit.sent("reason"),
        history=TECHNOLOGY.history(visit.app, visit.who, kind=kind, key=code, limit=20)
        if code
        else (),
        said=technology_words,
    )


def _fields(kind: Kind, values: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Return the fields of the form of an entry."""
    return [
        {
            "name": each.name,
            "type": "date" if each.form is Form.DAY else "text",
            "is_required": each.is_required,
            "value": values.get(each.name) or "",
            "hint": _HINTS.get(each.name, ""),
            "choices": [one.value for one in _CHOICES[each.name]]  # type: ignore[attr-defined]
            if each.name in _CHOICES
            else ["yes", "no"]
            if each.form is Form.YES_NO
            else [],
        }
        for each in BOOK[kind.value].columns
    ]
