"""One report: where it stands, what happened, its files, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import Response as Plain

from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.console.reports import words
from packtrail.console.reports.shared import number_in, optional_number, render
from packtrail.console.visit import redirect
from packtrail.reporting import catalogue
from packtrail.services.reports import papers, verbs, viewing
from packtrail.services.reports.verbs import Deed, Verb

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit

_FACT = "fact."
FINDINGS_MAX = 200


def report(visit: Visit) -> Response:
    """Show one report."""
    return _report(visit, number_in(visit, "number"))


def act(visit: Visit) -> Response:
    """Do something with a report, then show it again."""
    number = number_in(visit, "number")
    wished = visit.sent("verb")
    if wished not in set(Verb):
        return redirect(f"/reports/{number}")
    deed = Deed(
        verb=Verb(wished),
        reason=visit.sent("reason").strip(),
        reference=visit.sent("reference").strip(),
        facts=_facts(visit),
        step_no=optional_number(visit.sent("step_no")),
    )
    try:
        verbs.do(visit.app, visit.who, number, deed)
    except (NotFound, NotPermitted):
        raise
    except RefusedError as refusal:
        return _report(visit, number, refusal=refusal)
    return redirect(f"/reports/{number}")


def file(visit: Visit) -> Response:
    """Return a file as a download, byte by byte."""
    number, file_no = number_in(visit, "number"), number_in(visit, "file_no")
    told, content = viewing.file(visit.app, visit.who, number, file_no)
    return _download(content, told.name)


def paper(visit: Visit) -> Response:
    """Return transaction information and statement as PDF."""
    told, content = papers.transaction_paper(visit.app, visit.who, number_in(visit, "number"))
    return _download(content, told.name)


def dossier(visit: Visit) -> Response:
    """Return the life of a report as PDF."""
    name, content = papers.dossier(visit.app, visit.who, number_in(visit, "number"))
    return _download(content, name)


def _facts(visit: Visit) -> dict[str, str] | None:
    told = {
        name.removeprefix(_FACT): visit.sent(name).strip()
        for name in visit.form
        if name.startswith(_FACT)
    }
    return told or None


def _report(visit: Visit, number: int, *, refusal: RefusedError | None = None) -> Response:
    view = viewing.report(visit.app, visit.who, number)
    form = catalogue.form(view.line.form)
    found = [(each.file_name, finding) for each in view.checks for finding in each.findings]
    fixes = [(each.file_name, fix) for each in view.checks for fix in each.fixes]
    return render(
        visit,
        "report.html",
        status=422 if refusal else 200,
        view=view,
        line=view.line,
        form=form,
        has_paper=form.epcis is not None and bool(form.epcis.release) and bool(view.files),
        acts=[(verb, words.ACTS[verb]) for verb in view.possible],
        stages=[name for name, _ in words.STAGES],
        stage=words.stage_of(view.line.state),
        roles=words.ROLES,
        found=found[:FINDINGS_MAX],
        found_total=len(found),
        fixes=fixes[:FINDINGS_MAX],
        refusals=refusal.findings if refusal else (),
    )


def _download(content: bytes, name: str) -> Response:
    # Never its own media type: a browser must not open an authority's answer as a page of ours.
    return Plain(
        content,
        media_type="application/octet-stream",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )
