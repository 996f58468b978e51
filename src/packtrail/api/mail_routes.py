"""Mails: what was sent, what waits, what could not be sent, and who wants them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from packtrail.api.requests import App, Caller
from packtrail.api.responses import problems
from packtrail.services.mail import addresses, mails, preferences
from packtrail.services.mail.addresses import AddressView
from packtrail.services.mail.mails import MailPage, MailView, Standing
from packtrail.services.mail.preferences import Preference, Rhythm

router = APIRouter(prefix="/api/v1", tags=["Mails"])
READING = problems(404)
CHANGING = problems(404, 409, 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where somebody gets mails, and how often digests."""

    address: str
    is_on: bool = True
    rhythm: Rhythm = Rhythm.AS_PLANNED


@dataclass(frozen=True, slots=True, kw_only=True)
class TestMail:
    """A mail to see whether it works."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Why a mail is never to be sent."""

    reason: str = ""


@router.get("/mails", summary="Mails", response_model=list[MailView], responses=READING)
def listing(
    app: App,
    actor: Caller,
    state: Annotated[str, Query(description=f"One of {', '.join(mails.STATES)}.")] = "",
    kind: Annotated[str, Query(description="Such as digest, notice or answer.")] = "",
    before: Annotated[datetime | None, Query(description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=mails.PAGE_MAX)] = mails.PAGE_MAX,
) -> Any:
    """Return mails, the newest first."""
    return mails.listed(app, actor, state=state, kind=kind, before=before, limit=limit)


@router.get("/mails/standing", summary="How mails stand", response_model=Standing)
def standing(app: App, actor: Caller) -> Any:
    """Return whether mails are sent, through which server, and how many are in each state."""
    return mails.standing(app, actor)


@router.post(
    "/mails/tests", status_code=201, summary="Send a test", response_model=MailPage,
    responses=CHANGING,
)  # fmt: skip
def send_test(body: TestMail, app: App, actor: Caller) -> Any:
    """Record a mail that says that mails work; it is sent like any other."""
    return mails.test(app, actor, body.address)


@router.get("/mails/{mail_id}", summary="A mail", response_model=MailPage, responses=READING)
def show(mail_id: str, app: App, actor: Caller) -> Any:
    """Return a mail with what it says, and every try to send it."""
    return mails.one(app, actor, mail_id)


@router.post(
    "/mails/{mail_id}/retries", summary="Try again", response_model=MailPage, responses=CHANGING
)
def try_again(mail_id: str, app: App, actor: Caller) -> Any:
    """Let a mail that waits, was given up or was dropped be tried at once."""
    return mails.try_again(app, actor, mail_id)


@router.post(
    "/mails/{mail_id}/drop", summary="Never send it", response_model=MailPage, responses=CHANGING
)
def drop(mail_id: str, body: Drop, app: App, actor: Caller) -> Any:
    """Let a mail never be sent."""
    return mails.drop(app, actor, mail_id, reason=body.reason)


@router.get("/mail-addresses", summary="Addresses", response_model=list[AddressView])
def listed_addresses(app: App, actor: Caller) -> Any:
    """Return addresses, whether whoever reads them has confirmed them, and what they refuse."""
    return addresses.listed(app, actor)


@router.post(
    "/mail-addresses/{address}/questions", status_code=201, summary="Ask an address",
    response_model=AddressView, responses=CHANGING,
)  # fmt: skip
def ask(address: str, app: App, actor: Caller) -> Any:
    """Mail an address the link with which whoever reads it confirms it, once more."""
    return addresses.ask(app, actor, address)


@router.get("/mail-preferences", summary="Who wants mails", response_model=list[Preference])
def listed_preferences(app: App, actor: Caller) -> Any:
    """Return where everybody with an account gets mails, and how often digests."""
    return preferences.of_everybody(app, actor)


@router.put(
    "/mail-preferences/{user}", summary="Who wants them", response_model=Preference,
    responses=CHANGING,
)  # fmt: skip
def prefer(user: str, body: Wish, app: App, actor: Caller) -> Any:
    """Say where somebody gets mails, and how often digests."""
    return preferences.put(
        app, actor, address=body.address, is_on=body.is_on, rhythm=body.rhythm, name=user
    )
