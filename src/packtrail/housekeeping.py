"""Housekeeping: chores and deliveries, in a process that gives way to those that answer.

Python lets one thread of a process compute at a time. A chore that goes through what a busy hour
brought would take every answer's turn; in a process of its own, which the system lets run last, it
takes what the others leave.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID, uuid4

from packtrail import children
from packtrail.base.errors import Unavailable
from packtrail.bootstrap import open_application
from packtrail.jobs import CHORES, OWN_CHORES, ChoreRunner
from packtrail.services import chores
from packtrail.services.capacity import metering
from packtrail.services.capture.progress import SharedBoard
from packtrail.services.queries.delivering import Deliverer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess

    from packtrail.services.application import Application
    from packtrail.services.capture.progress import Seat
    from packtrail.settings import Settings

_LOG = logging.getLogger(__name__)
_LOOK_EVERY_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 5.0
"""For so long a chore that runs is waited for at the end: it is safe to be cut off anywhere."""
_NICENESS: Final = 10
"""How far it stands behind those that answer (0 to 19)."""


class Housekeeping:
    """Keeps a process that does the chores and deliveries of a server, until it is left.

    Args:
        application: Of the server.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._settings = application.settings.of_housekeeping()
        self._seat = application.progress.seat(1)
        self._claim = uuid4()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="housekeeping")

    def __enter__(self) -> Self:
        self._context = children.context(__name__)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        try:  # Or what was cut off would wait until the claim has run out.
            chores.take_over(self._application, self._claim)
        except Unavailable as fault:
            _LOG.warning("a chore that was cut off is not given back: %s", fault)

    def _work(self) -> None:
        lives = children.Lives()
        while not self._stop.is_set():
            lives.began = time.monotonic()
            process = self._start()
            while process.is_alive() and not self._stop.wait(_LOOK_EVERY_SECONDS):
                pass
            if self._stop.is_set():
                children.end([process], within=_STOP_SECONDS, level=logging.INFO)
            else:
                again_at = lives.end(process, "the process that does the chores")
                self._stop.wait(max(0.0, again_at - time.monotonic()))

    def _start(self) -> BaseProcess:
        process = self._context.Process(
            target=_keep_house,
            args=(self._settings, self._seat, self._claim),
            name="packtrail-chores",
            daemon=True,
        )
        process.start()
        return process


def _keep_house(settings: Settings, seat: Seat | None, claim: UUID) -> None:
    """Do chores and deliver: what that process does all its life."""
    os.nice(_NICENESS)
    with contextlib.ExitStack() as stack:
        stack.enter_context(children.stoppable())
        children.end_with_parent()
        board = SharedBoard(seat) if seat else None
        application = stack.enter_context(
            open_application(settings, joins=True, recovers=False, progress=board)
        )
        stack.enter_context(Deliverer(application))
        stack.enter_context(ChoreRunner(application, CHORES, claim=claim))
        threading.Event().wait()


@contextlib.contextmanager
def own_chores(application: Application, claim: UUID | None = None) -> Iterator[None]:
    """Meanwhile do what a process that answers can only do itself; note at last what it answered.

    Args:
        application: Of the process.
        claim: Under which name chores are taken; default: one of its own.
    """
    with ChoreRunner(application, OWN_CHORES, claim=claim):
        yield
    try:
        metering.note_traffic(application)
    except Unavailable as fault:
        _LOG.warning("what this process answered is not noted: %s", fault)
