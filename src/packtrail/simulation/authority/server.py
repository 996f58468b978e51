"""The server: fake authorities over HTTP, on loopback only.

POST /<system>/reports              hand a file in
GET  /<system>/reports/<reference>  ask what became of it
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import unquote

from lxml import etree

from packtrail.exchange.channels import IDENTITY
from packtrail.simulation.authority.faults import Faults
from packtrail.simulation.authority.systems import SYSTEMS, Authority, Incoming, Mdlp, Said

if TYPE_CHECKING:
    from types import TracebackType

BYTES_MAX: Final = 64 * 1024 * 1024
_PATH: Final = re.compile(r"/([a-z-]+)/reports(?:/([^/]{1,200}))?")
_NAME: Final = re.compile(r'filename="([^"]*)"')


class AuthorityServer:
    """Fake authorities that listen on 127.0.0.1.

    Args:
        faults: What goes wrong.
        port: 0 lets the system choose.
        schemas: Folder with the schemas of MDLP; None: documents are held against the forms only.
        clock: The time now, aware.
    """

    def __init__(
        self,
        faults: Faults = Faults(),  # noqa: B008 - a frozen value
        *,
        port: int = 0,
        schemas: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.faults = faults
        self.systems: dict[str, Authority] = {
            path: system(faults, clock) for path, system in SYSTEMS.items()
        }
        mdlp = self.systems["mdlp"]
        if schemas is not None and isinstance(mdlp, Mdlp):
            mdlp.schema = etree.XMLSchema(etree.parse(schemas / "documents.xsd"))
        self._lock = threading.Lock()
        self._requests = 0
        self._files = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """Where it listens: `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self) -> None:
        """Serve until interrupted."""
        self._server.serve_forever()

    def respond(self, method: str, path: str, incoming: Incoming | None) -> Said | None:
        """Return the answer to a request, None where the connection shall break instead."""
        with self._lock:
            self._requests += 1
            if self._requests <= self.faults.down_for:
                return Said(status=503, media_type="text/plain", body=b"maintenance window")
            match = _PATH.fullmatch(path)
            system = self.systems.get(match[1]) if match else None
            if match is None or system is None:
                return Said(status=404, media_type="text/plain", body=b"no such system")
            if method == "GET":
                return system.ask(unquote(match[2] or ""))
            if incoming is None:
                return Said(status=400, media_type="text/plain", body=b"no file")
            said = system.receive(incoming)
            self._files += 1
            is_lost = bool(self.faults.lost_every) and self._files % self.faults.lost_every == 0
            return None if is_lost else said

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._tell(outer.respond("GET", self.path, None))

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", "0") or 0)
                if size > BYTES_MAX:
                    self._tell(Said(status=413, media_type="text/plain", body=b"too large"))
                    return
                name = _NAME.search(self.headers.get("Content-Disposition", ""))
                incoming = Incoming(
                    identity=self.headers.get(IDENTITY, ""),
                    name=name[1] if name else "",
                    content=self.rfile.read(size),
                )
                self._tell(outer.respond("POST", self.path, incoming))

            def _tell(self, said: Said | None) -> None:
                if said is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(said.status)
                self.send_header("Content-Type", said.media_type)
                self.send_header("Content-Length", str(len(said.body)))
                self.end_headers()
                self.wfile.write(said.body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing: whoever trains with it looks at the reports."""

        return Handler
