"""Several server processes: one socket, one database, one that does the chores.

A process that answers nothing itself holds everything together. It owns the data directory and the
embedded database, takes connections, and starts the processes that answer; one that dies is started
again. Each is handed connections in turn. Whoever of them holds a lock of the kernel does the
chores and the deliveries: when it dies the lock is free, and the next one goes on with what it was
at.

    the one that holds together   data directory, database, socket, connections as they come
    ├─ process 1                  answers; holds the lock: chores, deliveries
    └─ process 2                  answers; looks every second whether the lock is free
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID, uuid4

from packtrail.base.errors import Unavailable
from packtrail.bootstrap import open_application
from packtrail.handing import Desk, TakingServer
from packtrail.jobs import ChoreRunner
from packtrail.services.capacity import metering
from packtrail.services.capture.progress import SharedBoard
from packtrail.services.queries.delivering import Deliverer
from packtrail.services.upkeep.warming import look_for_garbage_seldom, warm_up
from packtrail.serving import (
    SHUTDOWN_SECONDS,
    check_exposure,
    listen,
    stoppable,
    url_of,
)
from packtrail.store.embedded.ownership import OwnedElsewhere, OwnerLock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.context import ForkServerContext
    from multiprocessing.process import BaseProcess

    from packtrail.services.application import Application
    from packtrail.settings import Settings

_LOG = logging.getLogger(__name__)
_READY: Final = "ready"
_READY_SECONDS: Final = 120
_STOP_SECONDS: Final = SHUTDOWN_SECONDS + 20
"""A chore that runs is waited for, but not for ever: it is safe to be cut off anywhere."""
_LOOK_EVERY_SECONDS: Final = 1.0
_TRAFFIC_EVERY_SECONDS: Final = 900.0
_AGAIN_SECONDS: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait before a process is started again that keeps dying at once."""
_LIVES_SECONDS: Final = 60.0
"""A process that lived as long did not die of how it was started."""


@dataclass(frozen=True, slots=True)
class _Post:
    """What one server process is given."""

    number: int
    """From 0."""
    count: int
    """How many there are."""
    folder: Path
    """What they share: the lock of who does the chores, and the board of progress."""
    claim: UUID
    """Under which name each of them takes chores."""
    recovers: bool
    """Whether it runs the captures that were acknowledged and not finished."""


def serve(
    settings: Settings, *, on_ready: Callable[[Application, str], None] | None = None
) -> None:
    """Serve with several processes until told to stop; the database is stopped last.

    Args:
        settings: `server_processes` says how many.
        on_ready: Called once with an application and the URL, when all of them answer.

    Raises:
        UsageError: The address cannot be listened on, or must not be with these accounts.
        Unavailable: The database does not answer, or a process does not start.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(stoppable())
        application = stack.enter_context(
            open_application(settings, is_server=True, recovers=False)
        )
        check_exposure(application)
        listener = stack.enter_context(contextlib.closing(listen(settings.host, settings.port)))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="packtrail-processes-"))
        crew = stack.enter_context(_Crew(settings, listener, Path(folder)))
        if on_ready is not None:
            on_ready(application, url_of(listener))
        crew.keep()


# --- the one that holds together ------------------------------------------------------------------


@dataclass(slots=True)
class _Member:
    """A server process, seen from outside."""

    post: _Post
    process: BaseProcess
    told: Connection
    """Where it says that it answers."""
    channel: socket.socket
    """Where it is given connections."""
    began: float = field(default_factory=time.monotonic)
    again_at: float | None = None
    """It is dead, and is started again then."""
    deaths: int = 0
    """In a row, each soon after the start."""

    def bury(self) -> None:
        """Note that it has died, and when it is started again: the later the more often it died."""
        self.process.join()
        self.channel.close()
        now = time.monotonic()
        self.deaths = 1 if now - self.began > _LIVES_SECONDS else self.deaths + 1
        self.again_at = now + _AGAIN_SECONDS[min(self.deaths, len(_AGAIN_SECONDS)) - 1]
        _LOG.warning(
            "server process %s %s and is started again",
            self.process.pid,
            _cause(self.process.exitcode or 0),
        )


class _Crew:
    """The server processes, from the first start to the last stop."""

    def __init__(self, settings: Settings, listener: socket.socket, folder: Path) -> None:
        self._settings = settings
        self._listener = listener
        self._desk = Desk(listener)
        self._context = _context()
        claim, count = uuid4(), settings.server_processes
        self._posts = [
            _Post(number, count, folder, claim, recovers=number == 0) for number in range(count)
        ]
        self._members: list[_Member] = []

    def __enter__(self) -> Self:
        """Start all, and wait until each answers.

        Raises:
            Unavailable: One ended before it did.
        """
        try:
            self._members = [self._start(post) for post in self._posts]
            for member in self._members:
                _await_ready(member)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all: they finish what they are answering."""
        for member in self._members:
            member.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for member in self._members:
            member.process.join(max(0.0, deadline - time.monotonic()))
            if member.process.is_alive():
                _LOG.warning("server process %d does not stop and is ended", member.process.pid)
                member.process.kill()
                member.process.join()

    def keep(self) -> None:
        """Hand connections out, and start again whichever dies, until a signal ends it."""
        with contextlib.suppress(SystemExit):
            while True:
                living = [each for each in self._members if each.again_at is None]
                happened = self._wait(living)
                if self._listener in happened:
                    self._desk.hand_out([each.channel for each in living])
                if happened != [self._listener]:
                    self._members = [self._kept(member) for member in self._members]

    def _wait(self, living: Sequence[_Member]) -> Sequence[object]:
        """Wait until a connection comes, one dies, or a dead one is to be started again."""
        due = [each.again_at for each in self._members if each.again_at is not None]
        seconds = max(0.0, min(due) - time.monotonic()) if due else None
        sentinels = [each.process.sentinel for each in living]
        # Without anybody to take it, a connection waits.
        return wait([*sentinels, *([self._listener] if living else [])], seconds)

    def _kept(self, member: _Member) -> _Member:
        if member.again_at is None:
            if not member.process.is_alive():
                member.bury()
        elif time.monotonic() >= member.again_at:
            again = self._start(replace(member.post, recovers=True))
            again.deaths = member.deaths
            return again
        return member

    def _start(self, post: _Post) -> _Member:
        told, tells = self._context.Pipe(duplex=False)
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        process = self._context.Process(
            target=_work,
            args=(self._settings.of_one_process(), theirs, post, tells),
            name=f"packtrail-{post.number + 1}",
            daemon=True,
        )
        process.start()
        tells.close()
        theirs.close()
        return _Member(post, process, told, ours)


def _context() -> ForkServerContext:
    """Return how processes are started: forked from one that has everything imported.

    That one has no threads, and a process forked from it shares its memory. It ends when we do, and
    not by a signal to all of us: through it we hear which process has died.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["packtrail.processes", "packtrail.api", "packtrail.console"])
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGTERM, before)
    return context


def _await_ready(member: _Member) -> None:
    """Wait until a process answers.

    Raises:
        Unavailable: It ended before, or took too long.
    """
    wait([member.told, member.process.sentinel], _READY_SECONDS)
    with contextlib.suppress(EOFError):
        if member.told.poll() and member.told.recv() == _READY:
            return
    raise Unavailable(
        f"Server process {member.post.number + 1} did not start; its words are above."
    )


def _cause(exit_code: int) -> str:
    """Return how a process ended, in words."""
    if exit_code < 0:
        return f"was ended by {signal.Signals(-exit_code).name}"
    return f"ended with {exit_code}"


# --- one that answers -----------------------------------------------------------------------------


def _work(settings: Settings, channel: socket.socket, post: _Post, told: Connection) -> None:
    """Answer requests: what a server process does all its life."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(stoppable())
        _end_with_parent()
        board = SharedBoard(post.folder / "progress", post.number, post.count)
        application = stack.enter_context(
            open_application(settings, joins=True, recovers=post.recovers, progress=board)
        )
        warm_up(application)
        look_for_garbage_seldom()
        stack.enter_context(Standing(application, post.folder, post.claim))
        TakingServer(application, channel, lambda: told.send(_READY)).run(sockets=[])


def _end_with_parent() -> None:
    """Stop when the process that holds all together is gone: nobody would stop us else."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


class Standing:
    """What is done once for all processes: whoever gets the lock does it until it ends.

    Args:
        application: The application.
        folder: Where the lock is.
        claim: Under which name chores are taken.
    """

    def __init__(self, application: Application, folder: Path, claim: UUID) -> None:
        self._application = application
        self._lock = OwnerLock(folder)
        self._claim = claim
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="standing")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        if self._lead_in_time():
            with Deliverer(self._application), ChoreRunner(self._application, claim=self._claim):
                self._stop.wait()
            self._lock.release()
        else:
            self._note_traffic()

    def _lead_in_time(self) -> bool:
        """Wait for the lock; False: the process was stopped before."""
        noted = time.monotonic()
        while not self._stop.is_set():
            with contextlib.suppress(OwnedElsewhere):
                self._lock.take()
                return True
            if time.monotonic() - noted > _TRAFFIC_EVERY_SECONDS:
                self._note_traffic()
                noted = time.monotonic()
            self._stop.wait(_LOOK_EVERY_SECONDS)
        return False

    def _note_traffic(self) -> None:
        """Note what this process answered: the chore that does so runs in another."""
        try:
            metering.note_traffic(self._application)
        except Unavailable as fault:
            _LOG.warning("what this process answered is not noted: %s", fault)
