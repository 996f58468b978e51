"""Sign in, by password or by a one-time link, and sign out.

Opening a link spends nothing: mail scanners and browsers fetch links before people do. The page
behind it has a button, and only the button signs in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.errors import LimitExceeded, NotAuthenticated, RefusedError
from packtrail.console import security, templates
from packtrail.console.visit import redirect, safe_next
from packtrail.services.accounts import accounts

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.accounts.accounts import SignedIn


def form(visit: Visit) -> Response:
    """Show the sign-in page."""
    goal = safe_next(visit.query("next") or "/")
    if visit.actor is not None:
        return redirect(goal)
    return _form(visit, goal=goal)


def with_password(visit: Visit) -> Response:
    """Sign in with name and password."""
    name, goal = visit.sent("name").strip(), safe_next(visit.sent("next") or "/")
    try:
        signed_in = accounts.sign_in(visit.app, name, visit.sent("password"))
    except (NotAuthenticated, LimitExceeded) as refusal:
        status = 429 if isinstance(refusal, LimitExceeded) else 401
        return _form(visit, goal=goal, name=name, refusal=refusal, status=status)
    return _begin(visit, signed_in, goal)


def link(visit: Visit) -> Response:
    """Show the button that a one-time link leads to; nothing is spent yet."""
    return templates.render(visit, "sign_in_link.html", token=visit.path("token"), refusal=None)


def with_link(visit: Visit) -> Response:
    """Sign in by a one-time link."""
    try:
        signed_in = accounts.sign_in_by_link(visit.app, visit.path("token"))
    except NotAuthenticated as refusal:
        return templates.render(
            visit, "sign_in_link.html", status=401, token="", refusal=refusal.findings[0]
        )
    return _begin(visit, signed_in, "/")


def out(visit: Visit) -> Response:
    """End the session."""
    if visit.session:
        accounts.sign_out(visit.app, visit.session)
    response = redirect("/sign-in")
    response.delete_cookie(security.SESSION_COOKIE, path="/")
    return response


def _form(
    visit: Visit,
    *,
    goal: str,
    name: str = "",
    refusal: RefusedError | None = None,
    status: int = 200,
) -> Response:
    # The visitors of the demo come by a link; anywhere else somebody has to make the first account.
    is_new = refusal is None and not visit.app.settings.demo_sign_in
    return templates.render(
        visit,
        "sign_in.html",
        status=status,
        goal=goal,
        name=name,
        refusal=refusal.findings[0] if refusal else None,
        steps=accounts.first_steps(visit.app) if is_new else (),
    )


def _begin(visit: Visit, signed_in: SignedIn, goal: str) -> Response:
    if visit.session:
        accounts.sign_out(visit.app, visit.session)
    response = redirect(goal)
    seconds = max(0, int((signed_in.expires_at - visit.app.clock()).total_seconds()))
    security.set_cookie(
        response,
        security.SESSION_COOKIE,
        signed_in.token,
        secure=visit.app.settings.sends_secure_cookies,
        seconds=seconds,
    )
    return response
