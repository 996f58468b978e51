"""Obligations: the radar, what is said of each, evidence, reminders, and calendars."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from packtrail.api.market_routes import On
from packtrail.api.moments import Day
from packtrail.api.obligation_schemas import (
    FeedIn,
    FeedOut,
    NewFeedOut,
    NoteIn,
    ObligationOut,
    ObligationPageOut,
    RadarOut,
    ReminderOut,
    SeenIn,
)
from packtrail.api.requests import App, Caller
from packtrail.api.responses import problems
from packtrail.compliance.obligations import Part
from packtrail.services.obligations import calendars, reading, reminding, saying
from packtrail.services.obligations.saying import File, Saying

router = APIRouter(prefix="/api/v1", tags=["Obligations"])
READING = problems(404, 422)
CHANGING = problems(404, 409, 413, 422)
ICS = "text/calendar; charset=utf-8"


def _about(
    market: Annotated[str, Query(description="Only this market: ISO 3166, such as DE.")] = "",
    product: Annotated[str, Query(description="Only this product, by its code.")] = "",
    site: Annotated[str, Query(description="Only this site.")] = "",
    line: Annotated[str, Query(description="Only this packaging line.")] = "",
) -> Part:
    return Part(market=market, product=product, site=site, line=line)


@router.get("/obligations", summary="Radar", response_model=RadarOut, responses=READING)
def radar(
    app: App,
    actor: Caller,
    only: Annotated[Part, Depends(_about)],
    on: On = None,
    until: Annotated[Day | None, Query(description="Last day: three years on.")] = None,
    *,
    everywhere: Annotated[bool, Query(description="Also where nothing is sold.")] = False,
) -> Any:
    """Return what is late and what is due, as seen from a day."""
    return reading.radar(app, actor, on=on, last=until, only=only, everywhere=everywhere)


@router.get(
    "/obligations/procedures",
    summary="Procedures",
    response_model=list[ObligationOut],
    responses=READING,
)
def procedures(app: App, actor: Caller, on: On = None) -> Any:
    """Return the duties that an event sets off: their procedures must be in place."""
    return reading.duties(app, actor, on=on)


@router.get(
    "/obligations/calendar", summary="Radar as iCalendar", responses=READING,
    response_class=Response,
)  # fmt: skip
def calendar(
    app: App,
    actor: Caller,
    market: Annotated[list[str], Query(default_factory=list, max_length=300)],
) -> Response:
    """Return the radar as an iCalendar file."""
    return Response(calendars.calendar(app, actor, markets=market), media_type=ICS)


@router.get(
    "/obligations/reminders",
    summary="Reminders",
    response_model=list[ReminderOut],
    responses=READING,
)
def reminders(app: App, actor: Caller, *, seen: bool = False) -> Any:
    """Return reminders that nobody has seen, the most urgent first; with `seen` all."""
    return reminding.reminders(app, actor, with_seen=seen)


@router.post("/obligations/reminders", status_code=204, summary="Seen", responses=CHANGING)
def mark_seen(body: SeenIn, app: App, actor: Caller) -> Response:
    """Say that the reminders of an obligation were seen."""
    reminding.mark_seen(app, actor, body.key)
    return Response(status_code=204)


@router.get(
    "/obligations/evidence/{sha256}", summary="Evidence", responses=READING,
    response_class=Response,
)  # fmt: skip
def evidence(sha256: str, app: App, actor: Caller) -> Response:
    """Return a file that was handed in as evidence."""
    file = saying.evidence_file(app, actor, sha256)
    # Always a download: what somebody handed in is never run in this server's name.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return Response(file.content, media_type="application/octet-stream", headers=headers)


@router.get(
    "/obligations/{pack}/{name}", summary="An obligation", response_model=ObligationPageOut,
    responses=READING,
)  # fmt: skip
def one_obligation(pack: str, name: str, app: App, actor: Caller, on: On = None) -> Any:
    """Return one obligation with its parts, and what was said of it."""
    return reading.one(app, actor, f"{pack}/{name}", on=on)


@router.post(
    "/obligations/{pack}/{name}/notes", status_code=201, summary="Say something of it",
    response_model=ObligationPageOut, responses=CHANGING,
)  # fmt: skip
def say(pack: str, name: str, body: NoteIn, app: App, actor: Caller) -> Any:
    """Say who sees to an obligation and how far it is; each word is kept."""
    values = body.model_dump(exclude={"file"})
    told = body.file
    file = File(name=told.name, media_type=told.media_type, content=told.content) if told else None
    return saying.say(app, actor, f"{pack}/{name}", Saying(file=file, **values))


@router.get("/calendars", summary="Calendars", response_model=list[FeedOut], responses=READING)
def list_calendars(app: App, actor: Caller) -> Any:
    """Return the calendars that programs fetch, without their secrets."""
    return calendars.feeds(app, actor)


@router.post(
    "/calendars", status_code=201, summary="Make a calendar", response_model=NewFeedOut,
    responses=CHANGING,
)  # fmt: skip
def create_calendar(body: FeedIn, app: App, actor: Caller, response: Response) -> Any:
    """Make a calendar address; its secret is in this answer and nowhere else."""
    response.headers["Cache-Control"] = "no-store"
    made = calendars.create_feed(app, actor, body.name, markets=body.markets)
    return {"path": f"/api/v1/calendars/{made.token}.ics", "feed": made.feed}


@router.delete(
    "/calendars/{feed_id}", status_code=204, summary="Revoke a calendar", responses=CHANGING
)
def revoke_calendar(feed_id: str, app: App, actor: Caller) -> Response:
    """End a calendar address at once."""
    calendars.revoke_feed(app, actor, feed_id)
    return Response(status_code=204)


@router.get(
    "/calendars/{token}.ics", summary="Fetch a calendar", responses=READING,
    response_class=Response,
)  # fmt: skip
def fetch_calendar(token: str, app: App) -> Response:
    """Return the obligations of whoever made the address; the secret in it is the only key."""
    return Response(calendars.calendar_of(app, token), media_type=ICS)
