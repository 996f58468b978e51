"""Reports to authorities and partners: what is due, the life of each, files and answers."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from packtrail.api.report_schemas import (
    CheckOut,
    DeedIn,
    FactOut,
    FactsIn,
    FormOut,
    MentionOut,
    PreflightOut,
    ReceiverIn,
    ReceiverOut,
    ReportLifeOut,
    ReportOut,
    ScoreOut,
    TallyOut,
    WatermarkIn,
    WishIn,
)
from packtrail.api.requests import App, Caller
from packtrail.api.responses import problems
from packtrail.reporting import catalogue
from packtrail.services.reports import (
    asking,
    facts,
    papers,
    preflight,
    receivers,
    verbs,
    viewing,
)

router = APIRouter(prefix="/api/v1", tags=["Reports"])
PAGE_MAX = 500
PDF = "application/pdf"
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Code = Annotated[str, Path(min_length=1, max_length=100)]
READING = problems(422)
ONE = problems(404, 422)
CHANGING = problems(404, 409, 422)
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The bytes."},
    **ONE,
}
PAPER: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: {}}, "description": "A PDF."},
    **ONE,
}


@router.get("/reports", summary="Reports", response_model=list[ReportOut], responses=READING)
def list_reports(  # noqa: PLR0913, PLR0917 - what a list can be narrowed by
    app: App,
    actor: Caller,
    state: Annotated[list[str] | None, Query(max_length=20)] = None,
    receiver: str | None = None,
    form: str | None = None,
    gtin: str | None = None,
    lot: str | None = None,
    is_late: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    below: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
    limit: int = 50,
) -> Any:
    """Return reports, the newest first; `below` a number is the page after it."""
    wanted = viewing.wanted(
        state or (), receiver=receiver, form=form, gtin=gtin, lot=lot, below=below,
        limit=max(1, min(limit, PAGE_MAX)),
    )  # fmt: skip
    return viewing.reports(app, actor, wanted, is_late=is_late)


@router.post(
    "/reports",
    status_code=201,
    summary="Ask for a report",
    response_model=ReportLifeOut,
    responses=CHANGING,
)
def ask_for_report(body: WishIn, app: App, actor: Caller) -> Any:
    """Begin a report that nobody found due: product data, a recall, a shipment again."""
    made = asking.create(app, actor, body.wish())
    return viewing.report(app, actor, made.number)


@router.get("/reports/{number}", summary="One report", response_model=ReportLifeOut, responses=ONE)
def one_report(number: Number, app: App, actor: Caller) -> Any:
    """Return a report with all that happened to it."""
    return viewing.report(app, actor, number)


@router.post(
    "/reports/{number}/steps",
    status_code=201,
    summary="Do something with a report",
    response_model=ReportLifeOut,
    responses=CHANGING,
)
def step(number: Number, body: DeedIn, app: App, actor: Caller) -> Any:
    """Build, approve, send, answer, resend, drop or reopen; `possible` of a report names what."""
    verbs.do(app, actor, number, body.deed())
    return viewing.report(app, actor, number)


@router.get(
    "/reports/{number}/files/{file_no}",
    summary="A file of a report",
    response_class=Response,
    responses=BYTES,
)
def report_file(
    number: Number, file_no: Annotated[int, Path(ge=1, le=2**31 - 1)], app: App, actor: Caller
) -> Response:
    """Return a file byte by byte as it left or came, as a download."""
    told, content = viewing.file(app, actor, number, file_no)
    return _download(content, told.name, "application/octet-stream")


@router.get(
    "/reports/{number}/paper",
    summary="Transaction information and statement on paper",
    response_class=Response,
    responses=PAPER,
)
def report_paper(number: Number, app: App, actor: Caller) -> Response:
    """Return what a file of a DSCSA shipment says, for people to read."""
    told, content = papers.transaction_paper(app, actor, number)
    return _download(content, told.name, PDF)


@router.get(
    "/reports/{number}/dossier",
    summary="The life of a report on paper",
    response_class=Response,
    responses=PAPER,
)
def report_dossier(number: Number, app: App, actor: Caller) -> Response:
    """Return all that happened to a report, with the hash of each file."""
    name, content = papers.dossier(app, actor, number)
    return _download(content, name, PDF)


@router.get(
    "/report-tallies", summary="Reports by state", response_model=list[TallyOut], responses=READING
)
def tallies(app: App, actor: Caller) -> Any:
    """Return how many reports of each receiver are in each state."""
    return viewing.tallies(app, actor)


@router.get(
    "/report-mentions",
    summary="What reports say",
    response_model=list[MentionOut],
    responses=READING,
)
def mentions(app: App, actor: Caller, of: Annotated[str, Query(min_length=1)]) -> Any:
    """Return the reports that tell of an event, and why receivers refused a pack or container."""
    return viewing.about(app, actor, of)


# --- forms, receivers, facts ----------------------------------------------------------------------


@router.get("/report-forms", summary="Forms", response_model=list[FormOut], responses=READING)
def list_forms(actor: Caller, market: str | None = None) -> Any:  # noqa: ARG001
    """Return the forms that authorities and partners take, of one market or all."""
    return [FormOut.of(each) for each in viewing.forms(market)]


@router.get(
    "/report-forms/{form}", summary="One form", response_model=FormOut, responses=problems(422)
)
def one_form(form: Code, actor: Caller) -> Any:  # noqa: ARG001
    """Return one form."""
    return FormOut.of(catalogue.form(form))


@router.get(
    "/report-receivers",
    summary="Receivers",
    response_model=list[ReceiverOut],
    responses=READING,
)
def list_receivers(app: App, actor: Caller) -> Any:
    """Return who takes reports, which, and how they get there."""
    return receivers.receivers(app, actor)


@router.get(
    "/report-receivers/{code}", summary="A receiver", response_model=ReceiverOut, responses=ONE
)
def one_receiver(code: Code, app: App, actor: Caller) -> Any:
    """Return one receiver."""
    return receivers.receiver(app, actor, code)


@router.put(
    "/report-receivers/{code}",
    summary="Say who takes reports",
    response_model=ReceiverOut,
    responses=CHANGING,
)
def put_receiver(code: Code, body: ReceiverIn, app: App, actor: Caller) -> Any:
    """Add a receiver, or replace what is said of one; earlier versions stay on record."""
    return receivers.put(app, actor, body.receiver(code))


@router.put(
    "/report-receivers/{code}/watermark",
    status_code=204,
    summary="Look again",
    response_class=Response,
    responses=ONE,
)
def look_again(code: Code, body: WatermarkIn, app: App, actor: Caller) -> None:
    """Look again at events recorded since a moment; nothing is reported twice."""
    receivers.look_again(app, actor, code, body.since)


@router.get(
    "/report-facts/{kind}", summary="Facts", response_model=list[FactOut], responses=READING
)
def list_facts(
    kind: Literal["item", "place"],
    app: App,
    actor: Caller,
    subject: Annotated[list[str] | None, Query(max_length=200)] = None,
) -> Any:
    """Return what forms ask of trade items or places beside master data, as far as it is told."""
    return facts.facts(app, actor, kind, subject)


@router.put(
    "/report-facts/{kind}/{subject}",
    summary="Say facts",
    response_model=list[FactOut],
    responses=READING,
)
def put_facts(
    kind: Literal["item", "place"], subject: Code, body: FactsIn, app: App, actor: Caller
) -> Any:
    """Say something of a trade item (GTIN) or place (GLN)."""
    facts.put(app, actor, kind, subject, body.facts)
    return facts.facts(app, actor, kind, [subject])


# --- pre-flight -----------------------------------------------------------------------------------


@router.post(
    "/preflights",
    status_code=201,
    summary="Check a file before it leaves",
    response_model=PreflightOut,
    responses=problems(413, 422),
    openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}},
)
async def run_preflight(
    request: Request,
    app: App,
    actor: Caller,
    wanted: Annotated[str, Query(alias="for", min_length=1, max_length=200)],
    filename: str = "file",
    keep: bool = True,  # noqa: FBT001, FBT002 - a query parameter
) -> Any:
    """Check a file as its receiver would: `for` is a receiver, a form, or `receiver:form`.

    `keep=false` does not let it count for the score.
    """
    content = await request.body()
    found = await run_in_threadpool(
        preflight.run, app, actor, filename, content, wanted=wanted, keep=keep
    )
    repaired = found.repaired
    return {
        "check": found.row,
        "findings": found.findings,
        "repaired": base64.b64encode(repaired).decode() if repaired is not None else None,
    }


@router.get("/preflights", summary="Checks", response_model=list[CheckOut], responses=READING)
def list_preflights(
    app: App,
    actor: Caller,
    receiver: str | None = None,
    market: str | None = None,
    limit: int = 50,
) -> Any:
    """Return checks of outgoing files, the newest first."""
    most = max(1, min(limit, PAGE_MAX))
    return viewing.checks(app, actor, receiver=receiver, market=market, limit=most)


@router.get("/preflight-scores", summary="Scores", response_model=list[ScoreOut], responses=READING)
def preflight_scores(
    app: App,
    actor: Caller,
    days: Annotated[int, Query(ge=1, le=3_660)] = 90,
    unit: str = "week",
) -> Any:
    """Return how clean outgoing files were, by period, market and receiver."""
    return viewing.scores(app, actor, days=days, unit=unit)


def _download(content: bytes, name: str, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    return Response(content, media_type=media_type, headers=headers)
