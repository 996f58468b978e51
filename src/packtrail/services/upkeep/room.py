"""Room: whether the disk of the embedded database has enough of it left.

A database whose disk fills up stops, and needs room even to start again. So documents are refused
while there is still some: looking things up, finishing what was begun and backing up go on.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.base.errors import Unavailable

if TYPE_CHECKING:
    from packtrail.settings import Settings

_RETRY_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The disk of the embedded database."""

    total_bytes: int
    free_bytes: int
    least_bytes: int
    """With less free, documents are refused."""

    @property
    def is_enough(self) -> bool:
        """Whether documents are taken in."""
        return self.free_bytes >= self.least_bytes


def room(settings: Settings) -> Room | None:
    """Return the room there is; None where the database is elsewhere and its disk not seen."""
    if settings.database_url:
        return None
    try:
        found = shutil.disk_usage(settings.data_dir)
    except FileNotFoundError:
        return None
    return Room(
        total_bytes=found.total, free_bytes=found.free, least_bytes=settings.disk_free_bytes_min
    )


def require(settings: Settings) -> None:
    """Refuse to take anything in while the disk is nearly full.

    Raises:
        Unavailable: Tells how much is left, how much is wanted and what to do.
    """
    left = room(settings)
    if left is None or left.is_enough:
        return
    raise Unavailable(
        f"The disk of {settings.data_dir} has {left.free_bytes / 1e6:,.0f} MB left, less than the "
        f"{left.least_bytes / 1e6:,.0f} MB of PACKTRAIL_DISK_FREE_BYTES_MIN: documents are refused "
        "until there is more. Free space, or move the data directory to a larger disk.",
        retry_after_seconds=_RETRY_SECONDS,
        told="There is no room left to take documents in. Send the request again later.",
    )
