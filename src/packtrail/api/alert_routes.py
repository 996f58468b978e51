"""Alerts: what many scans point to, and the cases in which people work it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Response

from packtrail.api.alert_schemas import (
    AlertOut,
    AlertsIn,
    AnswersIn,
    CaseIn,
    CaseLineOut,
    CaseOut,
    DoneIn,
    DraftOut,
    HoldIn,
    LessonOut,
    MergeIn,
    MoveIn,
    OwnerIn,
    ParametersIn,
    PictureOut,
    ReasonIn,
    ReleaseIn,
    SettingOut,
    TextIn,
)
from packtrail.api.requests import App, Caller
from packtrail.detection.cases import Wish
from packtrail.services.alerts import (
    alerts,
    bundle,
    cases,
    drafts,
    policies,
    quarantine,
    sightings,
)

if TYPE_CHECKING:
    from packtrail.api.alert_schemas import PackIn

router = APIRouter(prefix="/api/v1", tags=["Alerts"])
PAGE_MAX = 500
_MEDIA_TYPES = {"pdf": "application/pdf", "csv": "text/csv", "json": "application/json"}


@router.get("/alerts", summary="Alerts", response_model=list[AlertOut])
def list_alerts(
    app: App,
    actor: Caller,
    code: str | None = None,
    open: Annotated[bool, Query()] = False,  # noqa: A002, FBT002 - a parameter of the query
    gtin: str | None = None,
    serial: str | None = None,
    before: str | None = None,
    limit: int = 100,
) -> Any:
    """Return alerts, the newest first; `before` is the number of one of the page before."""
    return alerts.listed(
        app, actor, code=code, only_open=open, gtin=gtin, serial=serial, before=before,
        limit=max(1, min(limit, PAGE_MAX)),
    )  # fmt: skip


@router.get("/alerts/lessons", summary="How right rules were", response_model=list[LessonOut])
def list_lessons(app: App, actor: Caller) -> Any:
    """Return how right each rule was by real outcomes, and what could be set otherwise."""
    return alerts.lessons(app, actor)


@router.get("/alerts/parameters", summary="Parameters", response_model=list[SettingOut])
def list_parameters(app: App, actor: Caller) -> Any:
    """Return what the rules are set to."""
    return policies.settings(app, actor)


@router.post("/alerts/parameters", summary="Set parameters", response_model=list[SettingOut])
def set_parameters(body: ParametersIn, app: App, actor: Caller) -> Any:
    """Set parameters of the rules; what was set before stays on record."""
    return policies.put(app, actor, body.values, reason=body.reason, effective_at=body.effective_at)


@router.get("/alerts/{alert_id}", summary="One alert", response_model=AlertOut)
def get_alert(alert_id: str, app: App, actor: Caller) -> Any:
    """Return one alert with everything it rests on."""
    return alerts.alert(app, actor, alert_id)


@router.get("/alerts/{alert_id}/related", summary="Related", response_model=list[AlertOut])
def get_related(alert_id: str, app: App, actor: Caller) -> Any:
    """Return open alerts that share packs, users or places with one."""
    return alerts.related(app, actor, [alert_id])


@router.get("/cases", summary="Cases", response_model=list[CaseLineOut])
def list_cases(
    app: App,
    actor: Caller,
    state: Annotated[list[str] | None, Query()] = None,
    owner: str | None = None,
    before: str | None = None,
    limit: int = 100,
) -> Any:
    """Return cases, the newest first; `before` is the code of one of the page before."""
    most = max(1, min(limit, PAGE_MAX))
    return cases.listed(app, actor, states=state, owner=owner, before=before, limit=most)


@router.post("/cases", status_code=201, summary="Open a case", response_model=CaseOut)
def open_case(body: CaseIn, app: App, actor: Caller) -> Any:
    """Open a case of some alerts."""
    return cases.open_case(
        app, actor, body.alerts, title=body.title, owner=body.owner, market=body.market
    )


@router.get("/cases/{code}", summary="One case", response_model=CaseOut)
def get_case(code: str, app: App, actor: Caller) -> Any:
    """Return one case with everything about it."""
    return cases.case(app, actor, code)


@router.post("/cases/{code}/alerts", summary="Add alerts", response_model=CaseOut)
def add_alerts(code: str, body: AlertsIn, app: App, actor: Caller) -> Any:
    """Add alerts to a case."""
    return cases.add_alerts(app, actor, code, body.alerts)


@router.post("/cases/{code}/merge", summary="Merge", response_model=CaseOut)
def merge_case(code: str, body: MergeIn, app: App, actor: Caller) -> Any:
    """Put alerts and packs of a case into another one, which is returned."""
    return cases.merge(app, actor, code, body.into, reason=body.reason)


@router.post("/cases/{code}/owner", summary="Say who sees to it", response_model=CaseOut)
def assign_case(code: str, body: OwnerIn, app: App, actor: Caller) -> Any:
    """Say who sees to a case."""
    return cases.assign(app, actor, code, body.owner)


@router.post("/cases/{code}/notes", summary="Write a note", response_model=CaseOut)
def note_case(code: str, body: TextIn, app: App, actor: Caller) -> Any:
    """Write a note into a case."""
    return cases.note(app, actor, code, body.text)


@router.post("/cases/{code}/moves", summary="Move a case", response_model=CaseOut)
def move_case(code: str, body: MoveIn, app: App, actor: Caller) -> Any:
    """Move a case from one state to the next; with `revision` only as it was seen."""
    wish = Wish(move=body.move, reason=body.reason, category=body.category, cause=body.cause)
    return cases.move(app, actor, code, wish, revision=body.revision)


@router.post("/cases/{code}/high-risk", summary="High risk", response_model=CaseOut)
def high_risk_case(code: str, body: ReasonIn, app: App, actor: Caller) -> Any:
    """Say that there is a high risk of illegitimacy: its time limit begins."""
    return cases.high_risk(app, actor, code, reason=body.reason)


@router.post("/cases/{code}/done", summary="Somebody was told", response_model=CaseOut)
def done_case(code: str, body: DoneIn, app: App, actor: Caller) -> Any:
    """Say that somebody was told, as a time limit asks."""
    return cases.done(app, actor, code, body.duty, reason=body.reason)


@router.post("/cases/{code}/quarantine", summary="Quarantine", response_model=CaseOut)
def hold_packs(code: str, body: HoldIn, app: App, actor: Caller) -> Any:
    """Put packs of a case in quarantine: verification then says not to supply them."""
    return quarantine.hold(app, actor, code, _packs(body.packs))


@router.post("/cases/{code}/release", summary="Release", response_model=CaseOut)
def release_packs(code: str, body: ReleaseIn, app: App, actor: Caller) -> Any:
    """Release packs that a refuted case holds."""
    return quarantine.release(app, actor, code, reason=body.reason, packs=_packs(body.packs))


@router.get("/cases/{code}/sightings", summary="Where packs were", response_model=PictureOut)
def get_sightings(code: str, app: App, actor: Caller) -> Any:
    """Return where the packs of a case were, and what they share with other packs."""
    return sightings.picture(app, actor, code)


@router.get("/cases/{code}/bundle", summary="Evidence as ZIP", response_class=Response)
def get_bundle(code: str, app: App, actor: Caller) -> Response:
    """Return paper, data and a manifest of SHA-256 hashes; that it was handed out is audited."""
    return Response(bundle.bundle(app, actor, code), media_type="application/zip")


@router.get("/cases/{code}/drafts/{form}", summary="A draft", response_model=DraftOut)
def get_draft(code: str, form: str, app: App, actor: Caller) -> Any:
    """Return what an authority asks of a case, filled as far as is known. Nothing is sent."""
    return drafts.draft(app, actor, code, form)


@router.post("/cases/{code}/drafts/{form}", summary="Write a draft", response_model=DraftOut)
def write_draft(code: str, form: str, body: AnswersIn, app: App, actor: Caller) -> Any:
    """Write fields of a draft; an empty one is worked out from the case again."""
    return drafts.answer(app, actor, code, form, body.values)


@router.get("/cases/{code}/drafts/{form}/{kind}", summary="A draft as a file")
def get_draft_file(code: str, form: str, kind: str, app: App, actor: Caller) -> Response:
    """Return a draft as `pdf`, `csv` or `json`."""
    content = drafts.exported(app, actor, code, form, kind)
    return Response(content, media_type=_MEDIA_TYPES[kind])


def _packs(packs: list[PackIn] | None) -> list[tuple[str, str]] | None:
    return [(each.gtin.zfill(14), each.serial) for each in packs] if packs else None
