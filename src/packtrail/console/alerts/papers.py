"""What of a case is handed to others: the bundle of evidence, and drafts of forms, never sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.console import templates
from packtrail.console.downloads import attachment
from packtrail.console.visit import redirect
from packtrail.detection import drafts as forms
from packtrail.services.alerts import bundle, cases, drafts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from packtrail.console.visit import Visit

_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "json": "application/json",
}


def bundle_file(visit: Visit) -> Response:
    """Hand out the evidence of a case."""
    code = visit.path("code")
    content = bundle.bundle(visit.app, visit.who, code)
    return attachment(content, f"{code}.zip", "application/zip")


def draft(visit: Visit) -> Response:
    """Show a draft with what is missing."""
    code = visit.path("code")
    return templates.render(
        visit,
        "alerts_draft.html",
        case=cases.case(visit.app, visit.who, code).line,
        draft=drafts.draft(visit.app, visit.who, code, visit.path("form")),
    )


def answer(visit: Visit) -> Response:
    """Write what was changed on the page into the draft."""
    code, form = visit.path("code"), visit.path("form")
    now = drafts.draft(visit.app, visit.who, code, form)
    values = {
        each.field.name: visit.sent(each.field.name)
        for each in now.fields
        if visit.sent(each.field.name).strip() != each.value
    }
    drafts.answer(visit.app, visit.who, code, form, values)
    return redirect(f"/alerts/cases/{code}/drafts/{form}")


def draft_file(visit: Visit) -> Response:
    """Hand out a draft as a file."""
    code, form, kind = visit.path("code"), visit.path("form"), visit.path("kind")
    content = drafts.exported(visit.app, visit.who, code, form, kind)
    return attachment(content, f"draft-{form}-{code}.{kind}", _TYPES[kind])


FORMS: Final = tuple(forms.form(name) for name in forms.NAMES)
"""Forms that a case offers."""
