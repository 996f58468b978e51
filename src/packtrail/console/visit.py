"""A visit: one request with who makes it, handed to the pages, which are plain functions.

`page` turns such a function into an endpoint: it reads the form, checks its token, finds the actor,
runs the function in a worker thread, and answers every fault with a page that says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import JSONResponse, RedirectResponse, Response

from packtrail.access.codes import CROSS_SITE
from packtrail.base.errors import NotAuthenticated, NotPermitted, PacktrailError
from packtrail.console import faults, security
from packtrail.services.accounts import accounts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from packtrail.access import Actor
    from packtrail.services.application import Application

FILES_MAX = 200
FIELDS_MAX = 100


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that somebody chose in a form."""

    name: str
    media_type: str
    content: bytes


@dataclass(slots=True)
class Visit:
    """One request: what was asked, by whom."""

    app: Application
    request: Request
    actor: Actor | None
    session: str | None
    visit: str
    form: FormData = field(default_factory=FormData)

    @property
    def who(self) -> Actor:
        """The actor of a page that is for people who signed in."""
        if self.actor is None:
            raise RuntimeError("a public page asked for its actor")
        return self.actor

    @property
    def form_token(self) -> str:
        """The token that forms on this page carry."""
        return security.form_token(self.session, self.visit)

    @property
    def wants_json(self) -> bool:
        """Whether a script of ours asks, not a person."""
        return self.request.headers.get("accept", "").startswith("application/json")

    def query(self, name: str) -> str:
        """Return one query parameter, without the spaces around it."""
        return without_nul(self.request.query_params.get(name, "")).strip(" \t\r\n")

    def path(self, name: str) -> str:
        """Return one part of the path."""
        return without_nul(str(self.request.path_params[name]))

    def sent(self, name: str) -> str:
        """Return one text field of the form."""
        value = self.form.get(name, "")
        return without_nul(value) if isinstance(value, str) else ""

    def file(self, name: str = "file") -> SentFile | None:
        """Return one file of the form; None where none was chosen."""
        found = self.form.get(name)
        if not isinstance(found, UploadFile) or not found.filename:
            return None
        found.file.seek(0)
        kind = found.content_type or "application/octet-stream"
        return SentFile(found.filename, kind, found.file.read())


def page(
    function: Callable[[Visit], Response],
    *,
    is_public: bool = False,
    takes_own_forms: bool = True,
    admit: Callable[[Visit], Response | None] | None = None,
) -> Callable[[Request], Awaitable[Response]]:
    """Turn a function of a visit into an endpoint.

    Args:
        function: The page; it may raise any fault.
        is_public: Whether it is for people who have not signed in, too.
        takes_own_forms: Whether what is sent must come from a page of ours. Not so only where the
            secret in the address says all there is to say, and no cookie adds to it.
        admit: Asked before a form is read; an answer of its own turns the visitor away.
    """

    async def endpoint(request: Request) -> Response:
        visit = await _visit(request)
        try:
            if visit.actor is None and not is_public:
                # Before the form is read: a stranger's files are not taken in.
                response = _to_sign_in(visit)
            elif admit and (refused := await run_in_threadpool(admit, visit)) is not None:
                response = refused
            else:
                if request.method == "POST":
                    visit.form = await request.form(max_files=FILES_MAX, max_fields=FIELDS_MAX)
                    if takes_own_forms:
                        _check_form(visit)
                response = await run_in_threadpool(function, visit)
        except PacktrailError as fault:
            response = faults.answer(visit, fault)
        finally:
            await visit.form.close()
        _remember_visit(visit, response)
        return response

    return endpoint


def without_nul(text: str) -> str:
    """Return text a database takes: NUL is in no name, and U+FFFD finds nothing either."""
    return text.replace("\x00", "\ufffd")


def redirect(to: str) -> RedirectResponse:
    """Send the browser on to another page, with GET."""
    return RedirectResponse(to, status_code=303)


def new_request_id() -> str:
    """Return an id for a form: sent twice, it is done once."""
    return str(uuid4())


def safe_next(path: str) -> str:
    """Return a path of our own to go to after sign-in; anything else is the home page."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\", "/sign-"))
    return path if is_own and "\\" not in path and path.isprintable() else "/"


async def _visit(request: Request) -> Visit:
    app = request.app.state.application
    session = request.cookies.get(security.SESSION_COOKIE)
    actor = await run_in_threadpool(_actor, app, session) if session else None
    visit = request.cookies.get(security.VISIT_COOKIE) or security.new_visit()
    return Visit(app, request, actor, session if actor else None, visit)


def _actor(app: Application, session: str) -> Actor | None:
    try:
        return accounts.session(app, session)
    except NotAuthenticated:
        return None


def _check_form(visit: Visit) -> None:
    if not security.is_own_form(visit.request, visit.sent(security.FORM_FIELD), visit.form_token):
        raise NotPermitted(
            CROSS_SITE.found("This form does not come from a page of your own session.")
        )


def _to_sign_in(visit: Visit) -> Response:
    if visit.wants_json:
        return JSONResponse({"message": "Your session has ended. Sign in again."}, status_code=401)
    url = visit.request.url
    here = url.path + (f"?{url.query}" if url.query else "")
    wanted = here if visit.request.method == "GET" and here != "/" else ""
    if visit.request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    return redirect("/sign-in" + (f"?next={quote(wanted, safe='')}" if wanted else ""))


def _remember_visit(visit: Visit, response: Response) -> None:
    if visit.request.cookies.get(security.VISIT_COOKIE) != visit.visit:
        security.set_cookie(
            response,
            security.VISIT_COOKIE,
            visit.visit,
            secure=visit.app.settings.sends_secure_cookies,
        )
