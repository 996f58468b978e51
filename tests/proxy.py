"""A proxy before the database that cuts the connection at a commit of one's choice."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from typing import Self

from psycopg.conninfo import conninfo_to_dict

_CHUNK = 1 << 16


class CommitCutter:
    """Passes everything between client and server, until told to cut.

    Args:
        url: The server.
    """

    def __init__(self, url: str) -> None:
        parts = conninfo_to_dict(url)
        self._host, self._port = str(parts.get("host", "")), int(parts.get("port") or 5432)
        self._folder = Path(tempfile.mkdtemp(prefix="packtrail-cutter-"))
        self._listener = socket.socket(socket.AF_UNIX)
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._commits_left = 0
        self._is_after_answer = False

    @property
    def address(self) -> dict[str, str]:
        """What to connect to instead."""
        return {"host": str(self._folder), "port": "5432"}

    def cut(self, commit: int, *, after_answer: bool) -> None:
        """Cut at the n-th commit from now on: before it gets through, or before its answer does."""
        with self._lock:
            self._commits_left, self._is_after_answer = commit, after_answer

    def __enter__(self) -> Self:
        self._listener.bind(str(self._folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._sockets:
            _close(each)
        for thread in self._threads:
            thread.join()
        shutil.rmtree(self._folder)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = self._connect()
            self._sockets += [client, server]
            cut = threading.Event()
            self._start(self._pump_out, client, server, cut)
            self._start(self._pump_back, client, server, cut)

    def _connect(self) -> socket.socket:
        if self._host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{self._host}/.s.PGSQL.{self._port}")
            return server
        return socket.create_connection((self._host or "127.0.0.1", self._port))

    def _pump_out(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        while data := _read(client):
            if b"COMMIT" in data and self._is_the_one():
                cut.set()
                if not self._is_after_answer:
                    break
            _write(server, data)
        if not (cut.is_set() and self._is_after_answer):
            _close(client)
            _close(server)

    def _pump_back(
        self, client: socket.socket, server: socket.socket, cut: threading.Event
    ) -> None:
        while data := _read(server):
            if cut.is_set():
                break
            _write(client, data)
        _close(client)
        _close(server)

    def _is_the_one(self) -> bool:
        with self._lock:
            if self._commits_left == 0:
                return False
            self._commits_left -= 1
            return self._commits_left == 0

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()


def _read(source: socket.socket) -> bytes:
    try:
        return source.recv(_CHUNK)
    except OSError:
        return b""


def _write(target: socket.socket, data: bytes) -> None:
    try:
        target.sendall(data)
    except OSError:
        _close(target)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
