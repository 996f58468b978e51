"""Processes: how a server stops, and how it starts and stops those that work for it.

They are forked from one that has everything imported, and are gone when we are. What starts them
starts those again that die: at once, and the later the more often they die soon.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.context import ForkServerContext
    from multiprocessing.process import BaseProcess
    from types import FrameType

_LOG = logging.getLogger(__name__)
SHUTDOWN_SECONDS: Final = 10
"""For so long at most, requests that are being answered are waited for."""
STOP_SECONDS: Final = SHUTDOWN_SECONDS + 20
"""For so long a process is waited for that answers."""
_AGAIN_SECONDS: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait before a process is started again that keeps dying at once."""
_LIVES_SECONDS: Final = 60.0
"""A process that lived as long did not die of how it was started."""


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """While starting and stopping, make SIGTERM unwind the stack, so that nothing is left."""

    def unwind(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)


def context(*modules: str) -> ForkServerContext:
    """Return how processes are started: forked from one that has some modules imported.

    That one has no threads, and a process forked from it shares its memory. It ends when we do, and
    not by a signal to all of us: through it we hear which process has died.

    Args:
        modules: What it imports.
    """
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(list(modules))
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGTERM, before)
    return found


def end_with_parent() -> None:
    """Stop when the process that started this one is gone: nobody would stop us else."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def end(
    processes: Sequence[BaseProcess], *, within: float = STOP_SECONDS, level: int = logging.WARNING
) -> None:
    """Stop processes: they finish what they are at, as long as that does not take too long.

    Args:
        processes: The processes.
        within: For how many seconds they are waited for.
        level: How loudly the log tells of one that is not waited for any longer.
    """
    for each in processes:
        each.terminate()
    deadline = time.monotonic() + within
    for each in processes:
        each.join(max(0.0, deadline - time.monotonic()))
        if each.is_alive():
            _LOG.log(level, "the process %s does not stop and is ended", each.name)
            each.kill()
            each.join()


@dataclass(slots=True)
class Lives:
    """How often a process died soon after its start, one life after the other."""

    began: float = field(default_factory=time.monotonic)
    deaths: int = 0

    def end(self, process: BaseProcess, what: str) -> float:
        """Tell the log that a process has died; return when it is to be started again.

        Args:
            process: The one that has died.
            what: What it is, for people.
        """
        process.join()
        now = time.monotonic()
        self.deaths = 1 if now - self.began > _LIVES_SECONDS else self.deaths + 1
        how = _cause(process.exitcode or 0)
        _LOG.warning("%s %s %s and is started again", what, process.pid, how)
        return now + _AGAIN_SECONDS[min(self.deaths, len(_AGAIN_SECONDS)) - 1]


def _cause(exit_code: int) -> str:
    """Return how a process ended, in words."""
    if exit_code < 0:
        return f"was ended by {signal.Signals(-exit_code).name}"
    return f"ended with {exit_code}"
