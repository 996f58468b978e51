"""Forms of entries: one page that adds or changes an entry of any kind, made from a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from packtrail.base.errors import RefusedError
from packtrail.console.plan import shared
from packtrail.console.plan.forms import FORMS, choices_of, fields_of, sent_values, shown_values
from packtrail.console.visit import redirect, safe_next, without_nul
from packtrail.planning.book import KINDS
from packtrail.services.mail.kinds import words_of
from packtrail.services.plan import books, codec
from packtrail.services.plan.reaching import reached
from packtrail.services.plan.writing import Put, Remove, write

if TYPE_CHECKING:
    from starlette.datastructures import ImmutableMultiDict
    from starlette.responses import Response

    from packtrail.console.plan.forms import FormField
    from packtrail.console.visit import Visit

_PAGES = {
    "package": "work", "deadline": "dates", "resource": "load", "register": "register",
    "calendar": "scope", "meeting": "scope", "requirement": "trace", "test": "trace",
    "notice": "news", "briefing": "news", "person": "training", "course": "training",
    "session": "training",
}  # fmt: skip
"""Kind -> the page one comes back to."""


def form(visit: Visit) -> Response:
    """Show the form of an entry: filled, when the address names its code."""
    return _form(visit)


def save(visit: Visit) -> Response:
    """Put an entry into the programme."""
    kind, programme = _kind(visit), visit.path("programme")
    try:
        old = visit.sent("old_code")
        known = books.opened(visit.app, visit.who, programme).book.of_kind(kind).get(old)
        entry = codec.read(kind, sent_values(kind, visit, known))
        revision = visit.sent("revision")
        put = Put(entry, int(revision) if revision.isdigit() else 0)
        code = KINDS[kind].code_of(entry)
        if old and old != code:
            # Another code is another entry: the old one stays until somebody takes it out.
            put = Put(entry, 0)
        write(visit.app, visit.who, programme, [put], reason=visit.sent("reason"))
    except RefusedError as refusal:
        return _form(visit, refusal=refusal)
    return redirect(_back(visit, kind, code))


def remove(visit: Visit) -> Response:
    """Take an entry out of the programme."""
    kind, programme, code = _kind(visit), visit.path("programme"), visit.sent("code")
    try:
        write(visit.app, visit.who, programme, [Remove(kind, code)], reason=visit.sent("reason"))
    except RefusedError as refusal:
        return _form(visit, refusal=refusal)
    return redirect(_back(visit, kind, ""))


def _form(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    kind = _kind(visit)
    opened = books.opened(visit.app, visit.who, visit.path("programme"))
    code = visit.query("code") or visit.sent("old_code") or visit.sent("code")
    known = opened.book.of_kind(kind).get(code)
    values: dict[str, Any] = shown_values(kind, known)
    if refusal is not None and visit.form:
        values |= {each.name: _said(each, visit.form) for each in FORMS[kind]}
    else:
        asked = visit.request.query_params
        values |= {each.name: told for each in FORMS[kind] if (told := _said(each, asked))}
    mark = opened.marks.get((kind, code))
    return shared.render(
        visit,
        "plan/entry.html",
        opened=opened,
        refusal=refusal,
        kind=kind,
        fields=fields_of(kind, str(values.get("kind") or "")),
        choices=choices_of(kind, opened),
        values=values,
        known=known,
        code=code if known else "",
        revision=visit.sent("revision") or (mark.revision if mark else 0),
        mark=mark,
        reach=reached(visit.app, opened).get(code) if kind == "person" and known else None,
        words_of=words_of,
        back=safe_next(visit.query("next") or visit.sent("next") or _back(visit, kind, code)),
    )


def _said(field: FormField, sent: ImmutableMultiDict[str, Any]) -> str | list[str]:
    """Return what was said of a field: of one with several boxes, all that are ticked."""
    told = [without_nul(each) for each in sent.getlist(field.name) if isinstance(each, str)]
    if field.shape == "set":
        return told
    return told[0] if told else ""


def _kind(visit: Visit) -> str:
    kind = visit.path("kind")
    if kind not in FORMS:
        raise HTTPException(404)
    return kind


def _back(visit: Visit, kind: str, code: str) -> str:
    wanted = visit.sent("next") or visit.query("next")
    if wanted and safe_next(wanted) != "/":
        return safe_next(wanted)
    programme = visit.path("programme")
    if kind == "package" and code:
        return shared.package_path(programme, code)
    return shared.path_of(programme, _PAGES.get(kind, "scope"))
