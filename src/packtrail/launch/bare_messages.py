"""A server that does the least with a lone message: the limit that capturing one stands beside.

Everything around is that of Packtrail: the same server and guards, the same framework, threads and
check of the key. What is left is finding the id of the event, one bare INSERT into a table with the
one unique index it needs, and COMMIT.
"""

from __future__ import annotations

import contextlib
import multiprocessing
from typing import TYPE_CHECKING

import msgspec
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

import packtrail.api
from packtrail import serving
from packtrail.api.requests import App, the_actor
from packtrail.base.errors import Unavailable
from packtrail.bootstrap import open_application
from packtrail.children import stoppable
from packtrail.services.upkeep import health
from packtrail.services.upkeep.warming import look_for_garbage_seldom, warm_up
from packtrail.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from packtrail.services.application import Application

_START_SECONDS = 120
router = APIRouter()


class _Event(msgspec.Struct, rename={"event_id": "eventID"}):
    event_id: str


class _Body(msgspec.Struct, rename={"events": "eventList"}):
    events: tuple[_Event]


class _Message(msgspec.Struct, rename={"body": "epcisBody"}):
    body: _Body


_read = msgspec.json.Decoder(_Message).decode


@router.post("/epcis/v2/capture", status_code=202)
async def keep(request: Request, app: App) -> Response:
    """Keep a message of one event durably, and nothing more."""
    content = await request.body()
    return await run_in_threadpool(_kept, request, app, content)


def _kept(request: Request, app: Application, content: bytes) -> Response:
    the_actor(request, app)
    (event,) = _read(content).body.events
    health.bare_message(app, event.event_id, content)
    return Response(status_code=202, headers={"Location": f"/epcis/v2/capture/{event.event_id}"})


@contextlib.contextmanager
def server(data: Path) -> Iterator[str]:
    """Run such a server in a process of its own; yield its URL.

    Args:
        data: The data directory, whose database another process is running.

    Raises:
        Unavailable: It does not start.
    """
    spawned = multiprocessing.get_context("spawn")
    here, there = spawned.Pipe()
    process = spawned.Process(target=_serve, args=(data, there))
    process.start()
    there.close()
    try:
        if not here.poll(_START_SECONDS):
            raise Unavailable("The server of the limit did not start.")
        yield here.recv()
    except EOFError:
        raise Unavailable("The server of the limit did not start; its words are above.") from None
    finally:
        process.terminate()
        process.join(_START_SECONDS)


def _serve(data: Path, told: Connection) -> None:
    settings = Settings.of(data_dir=data, database_url="", port=0)
    with (
        stoppable(),
        open_application(settings, joins=True, recovers=False) as app,
        contextlib.closing(serving.listen(settings.host, settings.port)) as listener,
    ):
        health.make_room_for_bare_messages(app)
        warm_up(app)
        look_for_garbage_seldom()
        api = packtrail.api.build(app, [router])
        serving.Server(app, lambda: told.send(serving.url_of(listener)), api=api).run([listener])
