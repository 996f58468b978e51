"""Documents on their way in: in memory while they are small, else in a file that nobody else sees.

However large a document is, only a little of it is held in memory. What goes into a file lies in
`upload_dir`, has no name there and is gone when the upload is closed, or its process dies.
"""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, Self

from packtrail.base.errors import LimitExceeded, Unavailable
from packtrail.services.codes import DOCUMENT_TOO_LARGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packtrail.settings import Settings

PIECE_BYTES: Final = 1 << 20
"""Octets that are read from a file at once."""
_RETRY_SECONDS: Final = 60
_TOLD: Final = (
    "There is no room left to take the document in; nothing of it was recorded. "
    "Send it again later."
)


class Tell(Protocol):
    """Hears how far a capture is."""

    def __call__(self, phase: str, fraction: float) -> None:
        """Take the phase, `reading` or `recording`, and the share that is done, 0 to 1."""


def _silent(phase: str, fraction: float) -> None:
    """Tell nobody."""


class Upload:
    """A document on its way in.

    Args:
        settings: `upload_dir`, `capture_inline_bytes_max`, and `capture_bytes_max`, which is the
            most that is taken.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.upload_dir or tempfile.gettempdir()
        self._most = settings.capture_bytes_max
        self._hash = hashlib.sha256()
        self.size = 0
        """Octets so far."""
        self.tell: Tell = _silent
        """Hears how far its capture is."""
        # Closed by `close`; a file of it is opened only when there is too much for the memory.
        self._file: Any = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            max_size=max(1, settings.capture_inline_bytes_max), dir=settings.upload_dir or None
        )

    @classmethod
    def of(cls, settings: Settings, pieces: Iterable[bytes]) -> Self:
        """Take a document in that is there already, piece by piece.

        Raises:
            LimitExceeded: `CAP-001`, it is larger than a capture accepts.
            Unavailable: There is no room for it.
        """
        upload = cls(settings)
        try:
            for piece in pieces:
                upload.write(piece)
        except BaseException:
            upload.close()
            raise
        return upload

    @property
    def sha256(self) -> bytes:
        """SHA-256 of what came so far."""
        return self._hash.digest()

    def write(self, piece: bytes) -> None:
        """Take the next octets.

        Raises:
            LimitExceeded: `CAP-001`, it is larger than a capture accepts.
            Unavailable: There is no room for it.
        """
        self.size += len(piece)
        if self.size > self._most:
            raise LimitExceeded(
                DOCUMENT_TOO_LARGE.found(f"The document is larger than {self._most} bytes.")
            )
        self._hash.update(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            raise Unavailable(
                f"A document cannot be taken in: {self._folder} took {self.size - len(piece)} "
                f"bytes of it and then said: {error.strerror}. Nothing of it was recorded. Free "
                "space there, or choose another directory with PACKTRAIL_UPLOAD_DIR.",
                retry_after_seconds=_RETRY_SECONDS,
                told=_TOLD,
            ) from error

    def read(self, start: int, stop: int) -> bytes:
        """Return the octets from a place up to another."""
        self._file.seek(start)
        octets: bytes = self._file.read(stop - start)
        return octets

    def pieces(self, size: int = PIECE_BYTES) -> Iterator[bytes]:
        """Yield all octets, so many at a time."""
        for start in range(0, self.size, size):
            yield self.read(start, min(start + size, self.size))

    def close(self) -> None:
        """Let it go."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what a file holds, from where it stands, a little at a time."""
    while piece := file.read(PIECE_BYTES):
        yield piece
