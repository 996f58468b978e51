"""Pages behind the links in mails: is this your address, and which mails do you refuse.

Whoever has the link needs no account. Opening one changes nothing: scanners of mails open links
before people do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse
from starlette.routing import Route

from packtrail.base.errors import NotFound
from packtrail.console.strangers import draw, linked
from packtrail.console.visit import page, redirect
from packtrail.services.mail import addresses, unsubscribing

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit

_ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
"""What a mail program posts to the address of a mail's header (RFC 8058, section 3.2)."""


@linked
def question(visit: Visit) -> Response:
    """Ask whether a mail address is that of whoever reads it."""
    found = addresses.question(visit.app, visit.path("token"))
    return draw(visit, "strangers_confirm.html", asked=found, token=visit.path("token"))


@linked
def confirm(visit: Visit) -> Response:
    """Take down that it is."""
    addresses.confirm(visit.app, visit.path("token"))
    return redirect(visit.request.url.path)


@linked
def choices(visit: Visit) -> Response:
    """Show which mails an address refuses, with what it takes to change that."""
    found = unsubscribing.choices(visit.app, visit.path("token"))
    return draw(
        visit,
        "strangers_unsubscribe.html",
        told=found,
        token=visit.path("token"),
        is_kept=visit.query("kept") == "yes",
    )


def one_click(visit: Visit) -> Response:
    """Unsubscribe as a mail program does it: no page, no cookie, and never led elsewhere."""
    name, value = _ONE_CLICK
    if visit.sent(name) != value:
        return PlainTextResponse("Send List-Unsubscribe=One-Click.", status_code=400)
    try:
        unsubscribing.unsubscribe(visit.app, visit.path("token"), by=unsubscribing.ONE_CLICK)
    except NotFound:
        return PlainTextResponse("The link leads nowhere.", status_code=404)
    return PlainTextResponse("You get no more of these mails.")


@linked
def unsubscribe(visit: Visit) -> Response:
    """Refuse the mails of the kind in which the link was."""
    unsubscribing.unsubscribe(visit.app, visit.path("token"))
    return redirect(visit.request.url.path.removesuffix("/this") + "?kept=yes")


@linked
def choose(visit: Visit) -> Response:
    """Get the mails that are ticked, and refuse all others."""
    unsubscribing.choose(visit.app, visit.path("token"), wanted(visit))
    return redirect(visit.request.url.path.removesuffix("/choices") + "?kept=yes")


def wanted(visit: Visit) -> list[str]:
    """Return the kinds of mail that are ticked in a form."""
    return [each for each in visit.form.getlist("kind") if isinstance(each, str)]


_LEAVE: Final = "/unsubscribe/{token}"
ROUTES: Final = (
    Route("/confirm/{token}", page(question, is_public=True)),
    Route("/confirm/{token}", page(confirm, is_public=True), methods=["POST"]),
    Route(_LEAVE, page(choices, is_public=True)),
    Route(_LEAVE, page(one_click, is_public=True, takes_own_forms=False), methods=["POST"]),
    Route(_LEAVE + "/this", page(unsubscribe, is_public=True), methods=["POST"]),
    Route(_LEAVE + "/choices", page(choose, is_public=True), methods=["POST"]),
)
