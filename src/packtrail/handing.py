"""Handing connections out: one process takes them, several answer.

Processes that take connections from one socket by themselves do not share them: whoever wakes first
takes all that wait, and sixteen senders end up with one process of two. So the one that holds the
processes together takes each, and hands it to the next of them in turn over a channel of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import time
from typing import TYPE_CHECKING, Final

from packtrail.serving import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packtrail.services.application import Application

_WAITING_MAX: Final = 2048
"""Connections that may wait to be taken."""
_AT_ONCE_MAX: Final = 64
"""Connections that are handed out before anything else is looked at."""
_FULL_SECONDS: Final = 0.01
_ONE: Final = b"1"
"""What goes along with a connection: a channel carries nothing without an octet."""


class Desk:
    """Takes connections and hands them out, to each channel in turn.

    Args:
        listener: A bound socket.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        listener.settimeout(0)
        listener.listen(_WAITING_MAX)
        self._turn = 0

    def hand_out(self, channels: Sequence[socket.socket]) -> None:
        """Hand out what waits to be taken; what nobody can be given waits on."""
        for _ in range(_AT_ONCE_MAX):
            if not self._hand_out_one(channels):
                return

    def _hand_out_one(self, channels: Sequence[socket.socket]) -> bool:
        _, free, _ = select.select([], channels, [], 0)
        if not free:
            time.sleep(_FULL_SECONDS)  # Or we would be told again at once of those that wait.
            return False
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return False
        with connection:
            for channel in self._in_turn(channels):
                with contextlib.suppress(OSError):  # It is full, or its process has just died.
                    socket.send_fds(channel, [_ONE], [connection.fileno()])
                    break
        return True

    def _in_turn(self, channels: Sequence[socket.socket]) -> list[socket.socket]:
        self._turn += 1
        first = self._turn % len(channels)
        return [*channels[first:], *channels[:first]]


class TakingServer(Server):
    """A server that is given its connections.

    Args:
        application: The application.
        channel: Where they come from.
        on_ready: Called once, when requests are being answered.
    """

    def __init__(
        self, application: Application, channel: socket.socket, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(application, on_ready)
        channel.settimeout(0)
        self._channel = channel
        self._beginning: set[asyncio.Task[object]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections."""
        await super().startup(sockets)
        asyncio.get_running_loop().add_reader(self._channel, self._take)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more, and finish what is being answered."""
        asyncio.get_running_loop().remove_reader(self._channel)
        await super().shutdown(sockets)

    def _take(self) -> None:
        try:
            said, descriptors, _, _ = socket.recv_fds(self._channel, 1, 1)
        except BlockingIOError:
            return
        loop = asyncio.get_running_loop()
        if not said:
            loop.remove_reader(self._channel)  # Whoever handed them out is gone.
        for descriptor in descriptors:
            connection = socket.socket(fileno=descriptor)
            connection.settimeout(0)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = loop.create_task(loop.connect_accepted_socket(self._protocol, connection))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    def _protocol(self) -> asyncio.Protocol:
        config = self.config
        make: Callable[..., asyncio.Protocol] = config.http_protocol_class
        return make(config=config, server_state=self.server_state, app_state=self.lifespan.state)
