"""Folders of backups and archives: made where they are not there, one writer at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from packtrail.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from packtrail.base.errors import PacktrailError


def made(folder: Path) -> Path:
    """Return a folder that only its owner may read, made when it is not there yet.

    Raises:
        UsageError: It cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    return folder


@contextlib.contextmanager
def alone_in(folder: Path, *, busy: PacktrailError) -> Iterator[None]:
    """Keep other writers out of a folder.

    Args:
        folder: The folder.
        busy: What is raised where somebody else writes there.

    Raises:
        UsageError: The folder cannot be used.
    """
    try:
        descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be used: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        yield
    finally:
        os.close(descriptor)
