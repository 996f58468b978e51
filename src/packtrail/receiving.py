"""Receiving: bounds on how requests come in, before anybody reads them.

A sender that stalls is cut off, one that drips as well; only so many large bodies are received at
the same time. So a few bad connections neither fill the memory nor keep others waiting.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from packtrail.api.problems import BY_STATUS, Problem, respond

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from packtrail.settings import Settings

API_PREFIXES = ("/epcis/", "/api/", "/verify/", "/checkConnectivity")
SMALL_BYTES = 64 * 1024
"""Bodies up to this size are received however many there are."""
RETRY_SECONDS = 2
_GONE: Message = {"type": "http.disconnect"}


def refusal(
    scope: Scope, status: int, text: str, headers: dict[str, str] | None = None
) -> Response:
    """Return the answer to a request that nobody reads: a problem to programs, a line to people."""
    if f"{scope['path']}/".startswith(API_PREFIXES):
        return respond(Request(scope), Problem(BY_STATUS[status], text, headers=headers or {}))
    return PlainTextResponse(f"{text}\n", status, headers=headers)


class Receiving:
    """Receives the bodies of requests for an application within the bounds of the settings.

    Args:
        app: The application inside.
        settings: `uploads_max`, `upload_stall_for_seconds`, `upload_bytes_per_second_min`.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._slots = _Slots(settings.uploads_max)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(self._settings, self._slots, scope, receive, send)
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            # The application heard that the sender is gone; that it minds is no failure of it.
            if body.refusal is None:
                raise
        finally:
            body.let_go()
        if body.refusal is not None and not body.is_answered:
            await body.refusal(scope, receive, send)


@dataclass(slots=True)
class _Slots:
    """Places for large bodies."""

    free: int


class _Body:
    """The body of one request on its way in."""

    def __init__(
        self, settings: Settings, slots: _Slots, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._settings = settings
        self._slots = slots
        self._scope = scope
        self._receive = receive
        self._send = send
        self._waited = 0.0
        """Seconds for which the sender kept us waiting; when we keep it waiting, that is ours."""
        self._size = 0
        self._is_complete = False
        self._has_slot = False
        self.refusal: Response | None = None
        self.is_answered = False

    async def receive(self) -> Message:
        """Return the next part, or that the sender is gone once it was refused."""
        if self._is_complete:
            return await self._receive()
        if self.refusal is None:
            try:
                message = await self._next()
            except TimeoutError:
                self._refuse_slow(f"Nothing came for {self._settings.upload_stall_for_seconds} s")
            else:
                self._take(message)
                if self.refusal is None:
                    return message
        return _GONE

    async def _next(self) -> Message:
        now = asyncio.get_running_loop().time
        since = now()
        async with asyncio.timeout(self._settings.upload_stall_for_seconds):
            message = await self._receive()
        self._waited += now() - since
        return message

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless the request was refused meanwhile."""
        if self.refusal is None or self.is_answered:
            self.is_answered = True
            await self._send(message)

    def let_go(self) -> None:
        """Give the place back."""
        if self._has_slot:
            self._has_slot = False
            self._slots.free += 1

    def _take(self, message: Message) -> None:
        if message["type"] != "http.request":
            return
        self._is_complete = not message.get("more_body", False)
        self._size += len(message.get("body", b""))
        if self._is_complete:
            return
        if self._size > SMALL_BYTES and not self._has_slot:
            self._find_slot()
        seconds, least = self._waited, self._settings.upload_bytes_per_second_min
        if seconds > self._settings.upload_stall_for_seconds and self._size < seconds * least:
            self._refuse_slow(f"{self._size} bytes came in {seconds:.0f} s")

    def _find_slot(self) -> None:
        if self._slots.free > 0:
            self._slots.free -= 1
            self._has_slot = True
        else:
            text = f"{self._settings.uploads_max} documents are being received. Send it again."
            self._refuse(503, text, {"retry-after": str(RETRY_SECONDS)})

    def _refuse_slow(self, what: str) -> None:
        self._refuse(408, f"{what}: the request was not taken. Send it again.")

    def _refuse(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        # What is still on its way would be read as the next request.
        closing = {"connection": "close", **(headers or {})}
        self.refusal = refusal(self._scope, status, text, closing)
