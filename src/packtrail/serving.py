"""Serving: the console and the REST interface on one port, until somebody stops it.

Everything that comes in passes a guard: the host it was sent to, the size of its body, and the
headers that every answer carries.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
import time
from typing import TYPE_CHECKING

import uvicorn
from starlette.responses import PlainTextResponse

import packtrail.api
from packtrail.base.errors import UsageError
from packtrail.bootstrap import open_application
from packtrail.children import SHUTDOWN_SECONDS, stoppable
from packtrail.housekeeping import Housekeeping, own_chores
from packtrail.mail_settings import is_loopback
from packtrail.receiving import API_PREFIXES, Receiving, refusal
from packtrail.services.accounts import accounts
from packtrail.services.plan.input_files import FILES_MAX
from packtrail.services.plan.links import PATH as TELL_PATH
from packtrail.services.upkeep.warming import look_for_garbage_seldom, warm_up

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from packtrail.services.application import Application
    from packtrail.services.upkeep.traffic import Traffic
    from packtrail.settings import Settings

VERIFY_PREFIXES = ("/verify/", "/scan/verify", "/api/v1/verifications")
API_BODY_BYTES_MAX = 1024 * 1024
"""Largest body of an API request that hands in no document."""
FORM_BYTES = 64 * 1024
"""What a form may take besides the file it carries."""
LARGER_BODIES = {
    "/scan/verify/image": 21 * 1024 * 1024,
    "/goods/stock": 21 * 1024 * 1024,
    "/scan/messages/import": 21 * 1024 * 1024,
    "/scan/messages/trust": 21 * 1024 * 1024,
    "/api/v1/vrs/directory/imports": 20 * 1024 * 1024,
    "/plan/": 21 * 1024 * 1024,
    "/api/v1/plans/": 20 * 1024 * 1024,
    "/api/v1/vrs/trust": 20 * 1024 * 1024,
    "/corrections": 2 * 1024 * 1024,
    "/comply/portfolio/import": 20 * 1024 * 1024,
    "/api/v1/portfolio/imports": 20 * 1024 * 1024,
    "/capacity/": 21 * 1024 * 1024,
    "/api/v1/capacity/": 20 * 1024 * 1024,
    "/comply/obligations/": 11 * 1024 * 1024,
    "/api/v1/obligations/": 15 * 1024 * 1024,
}
"""Beginning of a path -> largest body in bytes: tables, files of evidence, images."""
CAPTURE_PATH = "/captures"
"""Where documents of any size are taken, in a form."""
DOCUMENT_PATHS = re.compile(
    r"/explain|/reports/preflight|"
    r"/api/v1/(stock-comparisons|verifications/image|preflights|serials/(?!.*/imports$).*)"
)
"""Where documents and lists of serial numbers are taken; all other forms and bodies are small."""
NUMBERS_PATHS = re.compile(r"/serials/import|/api/v1/serials/pools/[^/]+/[^/]+/imports")
"""Where files with millions of serial numbers are taken."""
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_REHEARSED = ("/checkConnectivity", "/verify/gtin/0", "/epcis/v2/capture", "/sign-in")
_REHEARSED_TIMES = 8


def serve(
    settings: Settings, *, on_ready: Callable[[Application, str], None] | None = None
) -> None:
    """Open the application and serve it until it is told to stop; see `run`.

    Args:
        settings: Where the data is, where to listen, and every limit.
        on_ready: Called once with the application and its URL, when requests are being answered.

    Raises:
        UsageError: The address cannot be listened on, or must not be with these accounts.
        Unavailable: The database does not answer.
    """
    with stoppable(), open_application(settings, is_server=True) as application:
        run(application, on_ready=on_ready)


def run(
    application: Application, *, on_ready: Callable[[Application, str], None] | None = None
) -> None:
    """Serve an open application; return when SIGINT or SIGTERM has stopped it.

    Raises:
        UsageError: The address cannot be listened on, or must not be with these accounts.
    """
    check_exposure(application)
    settings = application.settings
    with contextlib.closing(listen(settings.host, settings.port)) as listener:

        def tell() -> None:
            if on_ready is not None:
                on_ready(application, url_of(listener))

        warm_up(application)
        look_for_garbage_seldom()
        with Housekeeping(application), own_chores(application):
            answer(application, listener, on_ready=tell)


def answer(
    application: Application, listener: socket.socket, *, on_ready: Callable[[], None]
) -> None:
    """Answer what comes in until SIGINT or SIGTERM; what is being answered is finished first.

    Args:
        application: The application.
        listener: Where it comes in.
        on_ready: Called once, when requests are being answered.
    """
    Server(application, on_ready).run(sockets=[listener])


async def rehearse(app: ASGIApp, application: Application) -> None:
    """Ask, before anybody does, what is asked most: it starts threads, and compiles templates.

    It is asked without a key, so nothing comes of it, and nothing is counted.
    """
    settings = application.settings
    host = next(iter(settings.allowed_hosts), settings.host)
    await asyncio.gather(*(_asked(app, path, host) for path in _REHEARSED * _REHEARSED_TIMES))
    application.traffic.take()


async def _asked(app: ASGIApp, path: str, host: str) -> None:
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", host.encode()), (b"authorization", b"Bearer rehearsal")],
        "client": None,
        "server": None,
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        """Hear the answer."""

    await app(scope, receive, send)


def asgi(application: Application, api: ASGIApp | None = None) -> ASGIApp:
    """Return console and REST interface as one ASGI application.

    Args:
        application: The application.
        api: Stands in place of its REST interface: a benchmark measures what a server costs alone.
    """
    # The console is found at run time, so that the REST interface stands without it.
    from packtrail import console  # noqa: PLC0415

    api, pages = api or packtrail.api.build(application), console.build(application)

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        is_api = f"{scope['path']}/".startswith(API_PREFIXES)
        await (api if is_api else pages)(scope, receive, send)

    guarded = Guard(Receiving(route, application.settings), application.settings)
    return Counting(guarded, application.traffic)


class Counting:
    """Counts requests by kind, with how long each took to be answered.

    Args:
        app: The application inside.
        traffic: Where it is counted.
    """

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app = app
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        try:
            await self._app(scope, receive, send)
        finally:
            self._traffic.note(kind_of(scope["path"]), time.perf_counter() - began)


def kind_of(path: str) -> str:
    """Return as what a request counts: `verify`, `api` or `console`."""
    if path.startswith(VERIFY_PREFIXES):
        return "verify"
    return "api" if f"{path}/".startswith(API_PREFIXES) else "console"


class Guard:
    """Lets through what is addressed to this server and not too large; adds the headers.

    On loopback the name in the Host header must be one of this machine, or a page of any site could
    have its own name point here and read what we answer (DNS rebinding).

    Args:
        app: The application inside.
        settings: Where the server listens, by which names it may be called, and its limits.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._capture_bytes_max = settings.capture_bytes_max + FORM_BYTES
        self._document_bytes_max = settings.capture_whole_bytes_max + FORM_BYTES
        self._told_bytes_max = FILES_MAX * settings.form_file_bytes_max + FORM_BYTES
        self._numbers_bytes_max = settings.serials_import_bytes_max + FORM_BYTES
        self._names = frozenset(name.lower() for name in settings.allowed_hosts)
        if settings.is_loopback:
            self._names |= LOOPBACK_NAMES | {settings.host.strip("[]").lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await self._open(scope, receive, send)
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_headers(message["headers"])
            await send(message)

        app = self._refusal(scope) or self._app
        await app(scope, receive, send_with_headers)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a web socket through that is addressed to this server."""
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if self._names and host_name(host) not in self._names:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        if self._names and host_name(headers.get("host", "")) not in self._names:
            return PlainTextResponse("This server does not answer to that name.\n", 421)
        if scope["path"].startswith("/epcis/"):
            return None  # The capture counts what it reads, and answers in its own form.
        if "transfer-encoding" in headers:
            return refusal(scope, 411, "Say the length of the content.")
        most = self._body_bytes_max(scope["path"])
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > most:
            return refusal(scope, 413, f"The content is larger than {most} bytes.")
        return None

    def _body_bytes_max(self, path: str) -> int:
        for beginning, most in LARGER_BODIES.items():
            if path.startswith(beginning):
                return most
        if NUMBERS_PATHS.fullmatch(path):
            return self._numbers_bytes_max
        if path.startswith(TELL_PATH):
            return self._told_bytes_max
        if path == CAPTURE_PATH:
            return self._capture_bytes_max
        if DOCUMENT_PATHS.fullmatch(path):
            return self._document_bytes_max
        return API_BODY_BYTES_MAX if path.startswith("/api/") else FORM_BYTES


def host_name(header: str) -> str:
    """Return the name or address in a Host header, without port and brackets, in lower case."""
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


def check_exposure(application: Application) -> None:
    """Refuse to be reachable by others before somebody needs a password to get in.

    Raises:
        UsageError: The address is not loopback, and demo sign-in is on or no account has a
            password.
    """
    settings = application.settings
    if is_loopback(settings.host):
        return
    if settings.demo_sign_in:
        raise UsageError(
            f"The demo is open to whoever has its link, so it listens on loopback only, not on "
            f"{settings.host}."
        )
    if not accounts.accounts_with_password(application):
        raise UsageError(
            f"Listening on {settings.host} needs an account with a password first: "
            "packtrail users add NAME --role administrator."
        )


class Server(uvicorn.Server):
    """A server that rehearses, tells when it is ready, and stops quietly.

    Args:
        application: The application.
        on_ready: Called once, when requests are being answered.
        api: As in `asgi`.
    """

    def __init__(
        self,
        application: Application,
        on_ready: Callable[[], None],
        *,
        api: ASGIApp | None = None,
    ) -> None:
        self._application = application
        self._app = asgi(application, api)
        self._on_ready = on_ready
        super().__init__(
            uvicorn.Config(
                self._app,
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Rehearse, begin to answer, and tell so."""
        await rehearse(self._app, self._application)
        await super().startup(sockets)
        self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stop when a signal says so."""
        # Not remembered, unlike upstream: the signal must not be raised again after the shutdown,
        # because the database is still to be stopped then.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def url_of(listener: socket.socket) -> str:
    """Return the URL at which a socket listens."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket at an address, on which nothing is taken yet.

    Raises:
        UsageError: Another program has it, or it is not this machine's.
    """
    name = host.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((name, port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. "
            "Stop the program that does, or choose another with --port."
        ) from error
    return listener


def _with_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    return [
        *headers,
        *(
            (name.encode(), value.encode())
            for name, value in SECURITY_HEADERS.items()
            if name.encode() not in present
        ),
    ]
