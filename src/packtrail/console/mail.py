"""Mails: what was sent, what waits, dead letters, and what a person wants to be told by mail."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from starlette.routing import Route

from packtrail.access import Permission
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.visit import page, redirect
from packtrail.services.mail import addresses as service
from packtrail.services.mail import mails, outbox
from packtrail.services.mail.kinds import words_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit

_PATH = "/setup/mail"
_PAGE = 50


def listing(visit: Visit) -> Response:
    """Show mails, the newest first."""
    return _listing(visit)


def test(visit: Visit) -> Response:
    """Send a mail to see whether it works."""
    try:
        made = mails.test(visit.app, visit.who, visit.sent("address"))
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _listing(visit, refusal=refusal)
    return redirect(f"{_PATH}/{made.mail.mail_id}")


def one(visit: Visit) -> Response:
    """Show a mail with what it says, and every try to send it."""
    return _one(visit)


def try_again(visit: Visit) -> Response:
    """Let a mail be tried at once."""
    mail_id = visit.path("mail_id")
    try:
        mails.try_again(visit.app, visit.who, mail_id)
    except (NotPermitted, NotFound):
        raise
    except RefusedError as refusal:
        return _one(visit, refusal=refusal)
    return redirect(f"{_PATH}/{mail_id}")


def drop(visit: Visit) -> Response:
    """Let a mail never be sent."""
    mail_id = visit.path("mail_id")
    mails.drop(visit.app, visit.who, mail_id, reason=visit.sent("reason"))
    return redirect(f"{_PATH}/{mail_id}")


def addresses(visit: Visit) -> Response:
    """Show addresses, whether they are confirmed, and what they refuse."""
    return _addresses(visit)


def ask(visit: Visit) -> Response:
    """Mail an address the link that confirms it, once more."""
    try:
        service.ask(visit.app, visit.who, visit.sent("address"))
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _addresses(visit, refusal=refusal)
    return redirect(f"{_PATH}/addresses")


ROUTES = (
    Route(_PATH, page(listing)),
    Route(f"{_PATH}/addresses", page(addresses)),
    Route(f"{_PATH}/addresses/ask", page(ask), methods=["POST"]),
    Route(f"{_PATH}/test", page(test), methods=["POST"]),
    Route(_PATH + "/{mail_id}", page(one)),
    Route(_PATH + "/{mail_id}/retry", page(try_again), methods=["POST"]),
    Route(_PATH + "/{mail_id}/drop", page(drop), methods=["POST"]),
)


def _listing(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    state = visit.query("state") if visit.query("state") in mails.STATES else ""
    rows = mails.listed(
        visit.app, visit.who, state=state, before=_moment(visit.query("before")), limit=_PAGE
    )
    return templates.render(
        visit,
        "setup_mail.html",
        status=422 if refusal else 200,
        stands=mails.standing(visit.app, visit.who),
        rows=rows,
        state=state,
        more=rows[-1].created_at.isoformat() if len(rows) == _PAGE else "",
        findings=refusal.findings if refusal else (),
        sent_address=visit.sent("address"),
        may_update=visit.who.may(Permission.MAIL_UPDATE),
    )


def _addresses(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    return templates.render(
        visit,
        "setup_mail_addresses.html",
        status=422 if refusal else 200,
        rows=service.listed(visit.app, visit.who),
        words_of=words_of,
        is_on=outbox.is_on(visit.app.settings),
        findings=refusal.findings if refusal else (),
        may_update=visit.who.may(Permission.MAIL_UPDATE),
    )


def _one(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    return templates.render(
        visit,
        "setup_mail_one.html",
        status=422 if refusal else 200,
        told=mails.one(visit.app, visit.who, visit.path("mail_id")),
        findings=refusal.findings if refusal else (),
        may_update=visit.who.may(Permission.MAIL_UPDATE),
    )


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
