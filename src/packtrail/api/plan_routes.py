"""Programmes: how they stand, what-if, proposals, baselines, history and files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from packtrail.api import moments
from packtrail.api.paging import path_of
from packtrail.api.requests import App, Caller, bounded_body
from packtrail.base.errors import NotFound, RefusedError
from packtrail.base.findings import Finding
from packtrail.planning import codes
from packtrail.planning.book import Terms
from packtrail.planning.bounds import Bounds
from packtrail.planning.work import Deadline, Link, WorkPackage
from packtrail.services.plan import (
    baselines,
    codec,
    drawing,
    files,
    history,
    law,
    programmes,
    proposing,
    reports,
    trying,
    views,
)
from packtrail.services.plan.baselines import Baseline
from packtrail.services.plan.law import LawChange, MarketEntry
from packtrail.services.plan.programmes import Programme
from packtrail.services.plan.writing import Written

router = APIRouter(prefix="/api/v1/plans", tags=["Plans"])
Day = Annotated[moments.Day | None, Query(description="As of this day; default: today.")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProgramme:
    """A programme to be opened."""

    code: str
    name: str
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeChange:
    """What is to be otherwise about a programme; what is left out stays."""

    name: str | None = None
    terms: Terms | None = None
    is_archived: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Changes to be tried or adopted, each such as `date:IT=2027-05-01`."""

    changes: list[str]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMarketEntry:
    """A market that is to be entered."""

    market: str
    by: date
    """The last day without what its rules ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBaseline:
    """A baseline to be fixed."""

    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What portfolio, sites and lines hold and the scope does not name, and the other way round."""

    new: list[dict[str, Any]]
    gone: list[str]
    """Codes of products that are sold in none of its markets any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What of a proposal is not to be taken."""

    leave_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the scope makes necessary and the plan does not have."""

    new: list[WorkPackage]
    links: list[Link]
    deadlines: list[Deadline]
    changed: list[WorkPackage]
    gone: list[WorkPackage]
    findings: list[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What a file changed, or would change."""

    added: int
    changed: int
    removed: int
    is_taken_in: bool
    findings: list[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """How a programme differs from a baseline."""

    baseline: Baseline
    comparison: views.ComparisonView


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """What is asked of people and lines, and what levelling moved."""

    load: list[views.LoadView]
    moves: list[views.MoveView]
    bounds: Bounds
    """How soon any order of work could make the dates."""


# --- programmes -----------------------------------------------------------------------------------


@router.get("", summary="Programmes", response_model=list[Programme])
def list_programmes(app: App, actor: Caller) -> Any:
    """Return the programmes of the caller's organisation."""
    return programmes.programmes(app, actor)


@router.post("", status_code=201, summary="Open a programme", response_model=Programme)
def create_programme(body: NewProgramme, app: App, actor: Caller) -> Any:
    """Open a programme with the roles and meetings of its template."""
    return programmes.create_programme(app, actor, body.code, name=body.name, terms=body.terms)


@router.get("/{programme}", summary="A programme at a glance", response_model=views.GlanceView)
def show_programme(programme: str, app: App, actor: Caller, on: Day = None) -> Any:
    """Return whether the dates will be made, and what to do this week."""
    return views.glance_view(app, actor, programme, on=on)


@router.patch("/{programme}", summary="Change a programme", response_model=Programme)
def change_programme(programme: str, body: ProgrammeChange, app: App, actor: Caller) -> Any:
    """Change its name, its terms, or whether it is archived."""
    return programmes.change_programme(
        app, actor, programme, name=body.name, terms=body.terms, is_archived=body.is_archived
    )


@router.get("/{programme}/dates", summary="Dates", response_model=list[views.DateView])
def dates(programme: str, app: App, actor: Caller, on: Day = None) -> Any:
    """Return every date with its outcome, buffer and critical path."""
    return views.dates_view(app, actor, programme, on=on)


@router.get("/{programme}/schedule", summary="The schedule", response_model=list[views.SlotView])
def schedule(programme: str, app: App, actor: Caller, on: Day = None) -> Any:
    """Return every work package with its planned days, float and what decides them."""
    return views.work_view(app, actor, programme, on=on)


@router.get("/{programme}/load", summary="Load", response_model=Loads)
def load(
    programme: str,
    app: App,
    actor: Caller,
    weeks: Annotated[int, Query(ge=1, le=views.WEEKS_MAX)] = 26,
) -> Any:
    """Return what is asked of people and lines, what levelling moved, and how good that is."""
    found, moves = views.load_view(app, actor, programme, weeks=weeks)
    bounds = views.bounds_view(app, actor, programme)
    return Loads(load=list(found), moves=list(moves), bounds=bounds)


# --- what-if, proposals, baselines ----------------------------------------------------------------


@router.post("/{programme}/trials", summary="What if", response_model=views.ComparisonView)
def try_changes(programme: str, body: Changes, app: App, actor: Caller) -> Any:
    """Return what changes would do; nothing is kept."""
    trial = trying.try_out(app, actor, programme, body.changes)
    return views.comparison_view(trial.comparison)


@router.post("/{programme}/adoptions", summary="Adopt changes", response_model=Written)
def adopt_changes(programme: str, body: Changes, app: App, actor: Caller) -> Any:
    """Make changes part of the plan."""
    return trying.adopt(app, actor, programme, body.changes, reason=body.reason)


@router.get("/{programme}/proposal", summary="Proposed work", response_model=Offered)
def proposal(programme: str, app: App, actor: Caller) -> Any:
    """Return the work that the scope makes necessary and the plan does not have."""
    found = proposing.offer(app, actor, programme)
    return Offered(
        new=list(found.new),
        links=list(found.links),
        deadlines=list(found.deadlines),
        changed=list(found.changed),
        gone=list(found.gone),
        findings=list(found.findings),
    )


@router.post("/{programme}/proposal/acceptances", summary="Accept it", response_model=Written)
def accept_proposal(programme: str, body: Acceptance, app: App, actor: Caller) -> Any:
    """Put the proposed work into the plan."""
    return proposing.accept(app, actor, programme, leave_out=body.leave_out)


@router.get("/{programme}/drawn", summary="What Packtrail holds", response_model=Holdings)
def drawn(
    programme: str, app: App, actor: Caller, market: Annotated[list[str] | None, Query()] = None
) -> Any:
    """Return what portfolio, sites and lines hold and the scope does not."""
    found = drawing.drawn(app, actor, programme, markets=market or ())
    return Holdings(new=codec.plain(found.new), gone=list(found.gone))


@router.post("/{programme}/drawn/acceptances", summary="Take it in", response_model=Written)
def draw(
    programme: str,
    app: App,
    actor: Caller,
    told: Acceptance | None = None,
    market: Annotated[list[str] | None, Query()] = None,
) -> Any:
    """Take it into the scope, except what is left out by its code."""
    left_out = told.leave_out if told else ()
    return drawing.draw(app, actor, programme, markets=market or (), leave_out=left_out)


@router.get("/{programme}/law", summary="What the law says", response_model=list[LawChange])
def law_changes(programme: str, app: App, actor: Caller) -> Any:
    """Return what accepted rules say of the markets in scope and the scope does not.

    Beside it comes what the rules say that are installed and not accepted yet.
    """
    return law.law_changes(app, actor, programme)


@router.post("/{programme}/law/acceptances", summary="Follow the law", response_model=Written)
def follow_law(programme: str, app: App, actor: Caller) -> Any:
    """Take it into the scope; dates of the plan that it moves move along."""
    return law.follow_law(app, actor, programme)


@router.get(
    "/{programme}/law/entries", summary="Markets to be entered", response_model=list[MarketEntry]
)
def market_entries(programme: str, app: App, actor: Caller) -> Any:
    """Return the markets in scope whose rules hold already and in which nothing is sold yet."""
    return law.entries(app, actor, programme)


@router.post("/{programme}/law/entries", summary="Enter a market", response_model=Written)
def enter_market(programme: str, body: NewMarketEntry, app: App, actor: Caller) -> Any:
    """Set the day by which the programme is ready for a market whose rules hold already."""
    return law.enter(app, actor, programme, body.market, by=body.by)


@router.get("/{programme}/baselines", summary="Baselines", response_model=list[Baseline])
def list_baselines(programme: str, app: App, actor: Caller) -> Any:
    """Return the baselines, the oldest first."""
    return baselines.baselines(app, actor, programme)


@router.post(
    "/{programme}/baselines", status_code=201, summary="Fix a baseline", response_model=Baseline
)
def fix_baseline(programme: str, body: NewBaseline, app: App, actor: Caller) -> Any:
    """Keep today's schedule as the baseline that drift is measured from."""
    return baselines.fix_baseline(app, actor, programme, name=body.name, reason=body.reason)


@router.get("/{programme}/drift", summary="Drift", response_model=Drifted)
def drift(programme: str, app: App, actor: Caller, baseline: int | None = None) -> Any:
    """Return how the plan differs from a baseline, the last unless one is named."""
    found = baselines.drift(app, actor, programme, number=baseline)
    if found is None:
        raise NotFound(codes.NO_ENTRY.found("There is no baseline yet.", at="baseline"))
    return Drifted(baseline=found.baseline, comparison=views.comparison_view(found.comparison))


# --- history and files ----------------------------------------------------------------------------


@router.get("/{programme}/history", summary="History")
def show_history(  # noqa: PLR0913, PLR0917 - the parameters of a request
    programme: str,
    request: Request,
    response: Response,
    app: App,
    actor: Caller,
    kind: str | None = None,
    code: str | None = None,
    limit: Annotated[int, Query(ge=1, le=history.PAGE_MAX)] = 100,
    cursor: str | None = None,
) -> list[dict[str, Any]]:
    """Return what changed, the newest first; the header `Link` leads to the next page."""
    found = history.changes(
        app, actor, programme, kind=kind, code=code, limit=limit, before=_cursor(cursor)
    )
    if len(found) == limit:
        last = found[-1]
        url = request.url.include_query_params(cursor=f"{last.version}.{last.number}")
        response.headers["Link"] = f'<{path_of(request)}?{url.query}>; rel="next"'
    return [codec.plain(each) for each in found]


def _cursor(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    version, _, number = text.partition(".")
    if not all(each.isascii() and each.isdigit() and len(each) < 16 for each in (version, number)):
        raise RefusedError(codes.BAD_VALUE.found("The cursor is not one of ours.", at="cursor"))
    return int(version), int(number)


_FILES: dict[str, tuple[str, Callable[..., bytes]]] = {
    "plan.xlsx": (XLSX, files.export_table),
    "plan.csv": ("text/csv", lambda *who: files.export_table(*who, as_csv=True)),
    "plan.xml": ("application/xml", files.export_msproject),
    "plan.ics": ("text/calendar", files.export_calendar),
    "steering.pdf": ("application/pdf", reports.steering_report),
    "board.xlsx": (XLSX, reports.board_numbers),
}


@router.get("/{programme}/files/{name}", summary="A file", response_class=Response)
def download(programme: str, name: str, app: App, actor: Caller) -> Response:
    """Return `plan.xlsx`, `plan.csv`, `plan.xml` (Microsoft Project), `plan.ics`, or a report."""
    if name not in _FILES:
        message = f"There is no file {name[:80]!r}; there are {', '.join(_FILES)}."
        raise NotFound(codes.NO_ENTRY.found(message, at="name"))
    media_type, make = _FILES[name]
    return Response(make(app, actor, programme), media_type=media_type)


@router.post("/{programme}/files", summary="Take a plan in", response_model=TakenIn)
async def upload(
    programme: str,
    request: Request,
    app: App,
    actor: Caller,
    *,
    filename: str = "plan",
    replaces: bool = False,
    dry_run: bool = False,
) -> Any:
    """Take a plan in from XLSX, CSV, JSON or Microsoft Project's XML: all of it, or nothing."""
    content = await bounded_body(request, app.settings)
    return await run_in_threadpool(
        _take_in, app, actor, programme, content, filename, replaces=replaces, dry_run=dry_run
    )


def _take_in(
    app: Any,
    actor: Any,
    programme: str,
    content: bytes,
    filename: str,
    *,
    replaces: bool,
    dry_run: bool,
) -> TakenIn:
    if dry_run:
        reading = files.read_file(app, actor, programme, content, filename, replaces=replaces)
    else:
        reading, _ = files.take_in(app, actor, programme, content, filename, replaces=replaces)
    return TakenIn(
        added=reading.added,
        changed=reading.changed,
        removed=reading.removed,
        is_taken_in=not dry_run,
        findings=list(reading.findings),
    )
