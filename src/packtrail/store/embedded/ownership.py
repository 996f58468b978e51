"""Who owns a data directory: a lock that the kernel gives back when its holder dies."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from packtrail.base.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


class OwnedElsewhere(UsageError):
    """Another process owns the data directory; it may be joined, not owned.

    Args:
        data_dir: The data directory.
        pid: The owner, where it is known.
    """

    def __init__(self, data_dir: Path, pid: int | None) -> None:
        super().__init__(
            f"The data directory {data_dir} is in use by process {pid or 'unknown'}: stop that "
            "process, or choose another data directory."
        )
        self.pid = pid


class OwnerLock:
    """The lock on one data directory.

    Args:
        data_dir: An existing directory.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._path = data_dir / "owner.lock"
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock and write our process id into it.

        Raises:
            OwnedElsewhere: Another process, or another server object of this one, holds it.
            UsageError: The lock is a link, or belongs to somebody else.
        """
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _read_pid(descriptor)
            os.close(descriptor)
            raise OwnedElsewhere(self._data_dir, pid) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def _open(self) -> int:
        try:
            # No link is followed: started as root, whoever owns the directory could lay one that
            # has root empty any file.
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise UsageError(
                f"The lock {self._path} cannot be opened: {error.strerror}."
            ) from error

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_owned(data_dir: Path) -> bool:
    """Tell whether some living process owns the data directory."""
    try:
        descriptor = os.open(data_dir / "owner.lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _read_pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    return int(text) if text.isdigit() else None
