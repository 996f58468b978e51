"""The thread that does chores while the server serves."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from typing import TYPE_CHECKING, Self
from uuid import UUID, uuid4

from packtrail.base.errors import Unavailable
from packtrail.jobs.chores import CHORES
from packtrail.services import chores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packtrail.services.application import Application
    from packtrail.services.chores import Chore

_LOG = logging.getLogger(__name__)
_SWITCH_SECONDS = 0.0005
_LOOK_EVERY_SECONDS = 1.0
"""How long the runner waits when nothing is due."""


class ChoreRunner:
    """Does what is due, until it is told to stop; a chore that runs is waited for.

    Args:
        app: The application.
        table: The chores.
        claim: Under which name chores are taken; default: one of its own.
    """

    def __init__(
        self, app: Application, table: Sequence[Chore] = CHORES, *, claim: UUID | None = None
    ) -> None:
        self._app = app
        self._table = table
        self._claim = claim or uuid4()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="chores")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        is_announced = False
        while not self._stop.is_set():
            is_idle = True
            try:
                if not is_announced:
                    chores.take_over(self._app, self._claim)
                    chores.announce(self._app, self._table)
                    is_announced = True
                with _giving_way():
                    is_idle = not chores.run_next(self._app, self._table, self._claim)
            except Unavailable as fault:
                _LOG.warning("chores wait: %s", fault)
            if is_idle:
                self._stop.wait(_LOOK_EVERY_SECONDS)


@contextlib.contextmanager
def _giving_way() -> Iterator[None]:
    """Meanwhile let Python switch threads sooner than it does by default.

    Each time a request has waited for the database it needs its turn again; a chore that computes
    keeps it waiting for as long as threads are switched, ten times within a request.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
