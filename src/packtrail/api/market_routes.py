"""Markets and their rules: what they say of facts and of a portfolio, and which are accepted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.responses import Response

from packtrail.api.law_schemas import (
    AcceptanceIn,
    AcceptanceOut,
    AcceptedOut,
    ChangeOut,
    EvaluationOut,
    MachineOut,
    MarketOut,
    MarketRowOut,
    ReadinessOut,
    UpdateOut,
    UpdateRowOut,
)
from packtrail.api.moments import Day
from packtrail.api.requests import App, Caller
from packtrail.api.responses import problems
from packtrail.services.markets import accepting, reading, ready, ready_files, travelling, updates
from packtrail.services.markets.travelling import Narrowing

router = APIRouter(prefix="/api/v1", tags=["Markets"])
READING = problems(404, 422)
CHANGING = problems(404, 409, 422)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
On = Annotated[Day | None, Query(description="The day whose law counts; default: today.")]


@router.get("/markets", summary="Markets", response_model=list[MarketRowOut], responses=READING)
def list_markets(app: App, actor: Caller, on: On = None) -> Any:
    """Return every market that a rule pack is about, by the rules that you have accepted."""
    return reading.markets(app, actor, on=on)


@router.get("/markets/{market}", summary="A market", response_model=MarketOut, responses=READING)
def one_market(market: str, app: App, actor: Caller, on: On = None) -> Any:
    """Return all there is to say of a market on a day, with sources, and what is not known."""
    return reading.market(app, actor, market, on=on)


@router.get(
    "/markets/{market}/differences",
    summary="What changes",
    response_model=list[ChangeOut],
    responses=READING,
)
def differences(
    market: str,
    app: App,
    actor: Caller,
    after: Annotated[Day, Query(alias="to", description="The other day.")],
    before: Annotated[Day | None, Query(alias="from", description="One day: today.")] = None,
) -> Any:
    """Return in words what the law of a market says otherwise on one day than on another."""
    return travelling.differences(
        app, actor, market, before=before or app.clock().date(), after=after
    )


@router.post(
    "/markets/{market}/evaluations",
    summary="Ask the rules",
    response_model=EvaluationOut,
    responses=READING,
)
def evaluate(
    market: str,
    app: App,
    actor: Caller,
    subject: Annotated[dict[str, Any], Body(description="One key such as label, and its facts.")],
    on: On = None,
) -> Any:
    """Ask the rules of a market about a trade item, label, lot, shipment, document or scan."""
    return reading.evaluate(app, actor, market, subject, on=on)


@router.get("/readiness", summary="Readiness", response_model=list[ReadinessOut], responses=READING)
def readiness(app: App, actor: Caller, on: On = None) -> Any:
    """Return for each market you sell in what is required, done, at risk and unknown."""
    return ready.readiness(app, actor, on=on).rows


@router.get("/readiness/workbook", summary="Readiness as XLSX", responses=READING,
            response_class=Response)  # fmt: skip
def readiness_workbook(app: App, actor: Caller, on: On = None) -> Response:
    """Return readiness by market, with obligations and their parts, as a workbook."""
    content = ready_files.workbook(app, actor, on=on)
    return _file(content, XLSX, f"readiness-{_day(on)}.xlsx")


@router.get("/readiness/report", summary="Readiness as PDF", responses=READING,
            response_class=Response)  # fmt: skip
def readiness_report(app: App, actor: Caller, on: On = None) -> Response:
    """Return readiness by market as a report."""
    return _file(ready_files.pdf(app, actor, on=on), PDF, f"readiness-{_day(on)}.pdf")


@router.get("/time-machine", summary="Time machine", response_model=MachineOut, responses=READING)
def time_machine(
    app: App,
    actor: Caller,
    on: Annotated[Day, Query(description="The day whose law counts.")],
    since: Annotated[Day | None, Query(alias="from", description="Compared with: today.")] = None,
    market: str = "",
    product: str = "",
    line: str = "",
    site: str = "",
) -> Any:
    """Put what you sell today under the rules of any day: what breaks, for what, since when."""
    only = Narrowing(market=market, product=product, line=line, site=site)
    return travelling.machine(app, actor, on=on, today=since, only=only)


@router.get(
    "/rule-packs/updates",
    summary="Updates of rules",
    response_model=list[UpdateRowOut],
    responses=READING,
)
def list_updates(app: App, actor: Caller) -> Any:
    """Return the rule packs of which another version waits to be accepted."""
    return updates.updates(app, actor)


@router.get(
    "/rule-packs/updates/{pack}", summary="An update", response_model=UpdateOut, responses=READING
)
def one_update(pack: str, app: App, actor: Caller) -> Any:
    """Return what another version of a rule pack would change."""
    return updates.update(app, actor, pack)


@router.get(
    "/rule-packs/acceptances",
    summary="Accepted rules",
    response_model=list[AcceptanceOut],
    responses=READING,
)
def list_acceptances(
    app: App,
    actor: Caller,
    pack: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Any:
    """Return which versions were accepted by whom, when and why, the newest first."""
    return accepting.acceptances(app, actor, pack_id=pack, limit=limit, before=before)


@router.post(
    "/rule-packs/acceptances",
    status_code=201,
    summary="Accept rules",
    response_model=AcceptedOut,
    responses=CHANGING,
)
def accept(body: AcceptanceIn, app: App, actor: Caller) -> Any:
    """Let the installed versions of rule packs hold for your organisation from now on."""
    return {"accepted": accepting.accept(app, actor, body.packs, reason=body.reason)}


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _day(on: date | None) -> date:
    return on or datetime.now(UTC).date()
