"""Files of serial numbers that commands read and write, one a line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import uuid4

from packtrail.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that is there complete or not at all, and that nobody else can read.

    Raises:
        UsageError: It cannot be written.
    """
    draft = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(chunks)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def listed_in(file: Iterable[bytes] | None) -> list[str]:
    """Return the lines of a file; what is no text is no number either, and is refused as such."""
    return [line.strip().decode(errors="replace") for line in file or () if line.strip()]
