"""Web sockets: the events of a named query as they come, or by schedule (EPCIS 2.0, 12.6.4.3).

Like a subscription whose receiver is the open connection: what is sent lies between the end of the
last message and a moment before which nothing more can be recorded. When the connection ends, so
does all of it; who comes back says from when on in `initialRecordTime`.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from packtrail.access.codes import NOT_SIGNED_IN
from packtrail.api.headers import standard_headers
from packtrail.api.problems import problem_of
from packtrail.base.errors import NotAuthenticated, NotFound, PacktrailError
from packtrail.services.accounts import accounts
from packtrail.services.queries import standing, subscriptions
from packtrail.services.queries.documents import Form
from packtrail.services.queries.translating import epc_format
from packtrail.services.times import written

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application

router = APIRouter(prefix="/epcis/v2/queries")
SCHEDULE = ("second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek")
POLICY_VIOLATION, GOING_AWAY = 1008, 1001
REASON_BYTES_MAX = 120
"""Longest reason that fits into the message that closes a socket (RFC 6455, 5.5)."""


@router.websocket("/{query_name}/events")
async def listen(socket: WebSocket, query_name: str) -> None:
    """Send the events of a named query over a web socket, until it is closed or the query gone."""
    app: Application = socket.app.state.packtrail
    try:
        actor = await run_in_threadpool(_actor, app, socket)
        query = await run_in_threadpool(_open, app, actor, query_name, socket)
    except PacktrailError as fault:
        problem = problem_of(fault)
        body = {
            "type": f"epcisException:{problem.kind.exception}",
            "title": problem.kind.title,
            "status": problem.kind.status,
            "detail": problem.detail,
        }
        await socket.send_denial_response(JSONResponse(body, problem.kind.status))
        return
    told = {**standard_headers(), "GS1-Query-Min-Record-Time": written(query.min_record_time)}
    await socket.accept(headers=[(k.lower().encode(), v.encode()) for k, v in told.items()])
    gone = asyncio.ensure_future(_wait_for_end(socket))
    try:
        await _send_all(app, socket, query, gone)
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


async def _send_all(
    app: Application, socket: WebSocket, query: standing.Standing, gone: asyncio.Future[None]
) -> None:
    while not gone.done():
        wait = await run_in_threadpool(standing.wait_seconds, app, query)
        await asyncio.wait({gone}, timeout=wait)
        if gone.done():
            return
        try:
            # The key may have ended since the socket was opened.
            query.actor = await run_in_threadpool(_actor, app, socket)
            await _send_news(app, socket, query, gone)
        except NotAuthenticated as fault:
            await _close(socket, POLICY_VIOLATION, str(fault))
            return
        except NotFound:
            await _close(socket, GOING_AWAY, "the query is deleted")
            return
        except PacktrailError as fault:
            await _close(socket, GOING_AWAY, problem_of(fault).detail)
            return


async def _send_news(
    app: Application, socket: WebSocket, query: standing.Standing, gone: asyncio.Future[None]
) -> None:
    """Send what was recorded since the last time, one document after the other is made."""
    documents = standing.run(app, query)
    while (document := await run_in_threadpool(next, documents, None)) is not None:
        if gone.done():
            return
        with contextlib.suppress(WebSocketDisconnect):
            await socket.send_text(document.decode())


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    shortened = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")
    with contextlib.suppress(WebSocketDisconnect):
        await socket.close(code, shortened)


async def _wait_for_end(socket: WebSocket) -> None:
    """Wait until the client goes; what it says meanwhile means nothing."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return


def _actor(app: Application, socket: WebSocket) -> Actor:
    """Return who is calling: by API key only, since any page can open a socket with a cookie."""
    scheme, _, secret = socket.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise NotAuthenticated(NOT_SIGNED_IN.found("The request carries no API key."))
    return accounts.authenticate_api_key(app, secret.strip())


def _open(app: Application, actor: Actor, query_name: str, socket: WebSocket) -> standing.Standing:
    params = socket.query_params
    schedule = {name: params[name] for name in SCHEDULE if name in params}
    truths = {"true": True, "false": False}
    told = {
        "schedule": schedule or None,
        "stream": truths.get(params.get("stream", "false"), params.get("stream")),
        "reportIfEmpty": truths.get(
            params.get("reportIfEmpty", "false"), params.get("reportIfEmpty")
        ),
        "initialRecordTime": params.get("initialRecordTime"),
    }
    form = Form(epc_format=epc_format(socket.headers.get("GS1-EPC-Format")))
    return standing.begin(app, actor, query_name, subscriptions.controls_of(told), form=form)
