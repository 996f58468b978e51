"""Channels: how the files of a report get to a receiver, and how its answers come back.

A channel either hands a file over or raises `NotTaken`; then it is tried again with the same bytes
under the same identity, so that a receiver can tell a second try from a second report.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote

from packtrail.exchange import calls
from packtrail.exchange.calls import NotTaken, Reply

if TYPE_CHECKING:
    from packtrail.exchange.calls import Networks

IDENTITY: Final = "Packtrail-Report"
"""Header with the identity of a file: the same for every try."""
_ANSWER_BYTES_MAX: Final = calls.BYTES_MAX
_BUSY: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A file that is to leave."""

    identity: str
    """Report number, version and file number: `17.2.1`."""
    name: str
    media_type: str
    content: bytes


class Channel(Protocol):
    """A way to one receiver."""

    def hand_over(self, file: Outgoing) -> Reply | None:
        """Hand a file over; return what the receiver says at once, None where it says nothing.

        Raises:
            NotTaken: It may be tried again.
        """

    def ask(self, file: Outgoing, reference: str) -> Reply | None:
        """Return the answer to a file that was handed over, None while there is none.

        Raises:
            NotTaken: It may be asked again.
        """


@dataclass(frozen=True, slots=True)
class FolderChannel:
    """Files go into `out/`; an answer is a file in `in/` whose name begins alike."""

    root: Path

    def hand_over(self, file: Outgoing) -> Reply | None:
        """Write a file, whole or not at all."""
        folder = self.root / "out"
        draft = folder / f".{file.name}.{secrets.token_hex(4)}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (self.root / "in").mkdir(exist_ok=True)
            with draft.open("wb") as stream:
                stream.write(file.content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(folder / file.name)
        except OSError as error:
            raise NotTaken(f"could not be written: {error.strerror}") from error
        return None

    def ask(self, file: Outgoing, reference: str) -> Reply | None:  # noqa: ARG002
        """Read an answer that somebody has put there."""
        folder = self.root / "in"
        try:
            found = (
                sorted(path for path in folder.iterdir() if path.name.startswith(file.name))
                if folder.is_dir()
                else []
            )
            if not found:
                return None
            with found[0].open("rb") as stream:
                content = stream.read(_ANSWER_BYTES_MAX)
        except OSError as error:
            raise NotTaken(f"could not be read: {error.strerror}") from error
        return Reply(200, "application/octet-stream", content)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpChannel:
    """Files are posted to an address; answers are asked for at another."""

    address: str
    answer_address: str
    token: str
    networks: Networks
    timeout: float

    def hand_over(self, file: Outgoing) -> Reply | None:
        """Post a file."""
        headers = {
            "Content-Type": file.media_type,
            "Content-Disposition": f'attachment; filename="{file.name}"',
            IDENTITY: file.identity,
            **self._authority(),
        }
        return self._called(calls.Request("POST", self.address, file.content, headers))

    def ask(self, file: Outgoing, reference: str) -> Reply | None:
        """Ask for the answer under the number that the receiver gave."""
        if not self.answer_address:
            return None
        url = self.answer_address.replace("{reference}", quote(reference or file.identity, safe=""))
        headers = {IDENTITY: file.identity, **self._authority()}
        reply = self._called(calls.Request("GET", url, None, headers))
        return None if reply.status == 404 else reply

    def _authority(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _called(self, request: calls.Request) -> Reply:
        reply = calls.call(request, networks=self.networks, timeout=self.timeout)
        if reply.status >= 500 or reply.status in _BUSY or 300 <= reply.status < 400:
            raise NotTaken(f"answered {reply.status}")
        return reply
