"""Several server processes: one socket, one database, one that does the chores.

A process that answers nothing itself holds everything together. It owns the data directory and the
embedded database, takes connections, and starts the processes that answer; one that dies is started
again. Each is handed connections in turn.

    the one that holds together   data directory, database, socket, connections as they come
    ├─ process 1                  answers
    ├─ process 2                  answers
    └─ housekeeping               chores, deliveries; gives way to the others
"""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID, uuid4

from packtrail import children
from packtrail.base.errors import Unavailable
from packtrail.bootstrap import open_application
from packtrail.children import Lives, stoppable
from packtrail.handing import Desk, TakingServer
from packtrail.housekeeping import Housekeeping, own_chores
from packtrail.services.capture.progress import Seat, SharedBoard
from packtrail.services.upkeep.warming import look_for_garbage_seldom, warm_up
from packtrail.serving import check_exposure, listen, url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.process import BaseProcess

    from packtrail.services.application import Application
    from packtrail.settings import Settings

_READY: Final = "ready"
_READY_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class _Post:
    """What one server process is given."""

    number: int
    """From 0."""
    seat: Seat | None
    """Where it writes how far captures are."""
    claim: UUID
    """Under which name it takes chores of its own, when it is started again, too."""
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
        crew = stack.enter_context(_Crew(application, listener))
        stack.enter_context(Housekeeping(application))
        # Whoever is told may answer with the signal that ends it, before anything is handed out.
        with contextlib.suppress(SystemExit):
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
    lives: Lives = field(default_factory=Lives)
    again_at: float | None = None
    """It is dead, and is started again then."""

    def bury(self) -> None:
        """Note that it has died, and when it is started again."""
        self.again_at = self.lives.end(self.process, "server process")
        self.channel.close()


class _Crew:
    """The server processes, from the first start to the last stop."""

    def __init__(self, application: Application, listener: socket.socket) -> None:
        self._settings = application.settings
        self._listener = listener
        self._desk = Desk(listener)
        self._context = children.context(__name__, "packtrail.api", "packtrail.console")
        self._posts = [
            _Post(number, application.progress.seat(2 + number), uuid4(), recovers=number == 0)
            for number in range(application.settings.server_processes)
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
        children.end([member.process for member in self._members])

    def keep(self) -> None:
        """Hand connections out, and start again whichever dies, until a signal unwinds it."""
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
            again.lives.deaths = member.lives.deaths
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


# --- one that answers -----------------------------------------------------------------------------


def _work(settings: Settings, channel: socket.socket, post: _Post, told: Connection) -> None:
    """Answer requests: what a server process does all its life."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(stoppable())
        children.end_with_parent()
        board = SharedBoard(post.seat) if post.seat else None
        application = stack.enter_context(
            open_application(settings, joins=True, recovers=post.recovers, progress=board)
        )
        warm_up(application)
        look_for_garbage_seldom()
        stack.enter_context(own_chores(application, post.claim))
        TakingServer(application, channel, lambda: told.send(_READY)).run(sockets=[])
