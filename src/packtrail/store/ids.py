"""Numbers that sort by time: segments by when they were recorded, the rest by when it was made.

A segment's number is the milliseconds since 2020 in its upper bits and a counter in the lower 21,
so that a month, or any span of record time, is a range of numbers.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
_UNIX: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_COUNTER_BITS: Final = 21
_ANNOUNCED_BITS: Final = 48
SEGMENTS_MAX: Final = 1 << _COUNTER_BITS - 1
"""Segments that a capture may have."""


class SegmentNumbers:
    """Numbers for the segments of a capture, one after the other.

    Two captures of one millisecond may, very rarely, get numbers that meet; the primary key says
    so, and `again` begins elsewhere.

    Args:
        record_time: When the segments are recorded.
    """

    def __init__(self, record_time: datetime) -> None:
        self._floor = segment_floor(record_time)
        self._taken: list[int] = []
        self.again()

    def again(self) -> None:
        """Begin elsewhere in the millisecond."""
        self._next = self._floor + secrets.randbelow(SEGMENTS_MAX)

    def take(self, count: int) -> int:
        """Return the first of so many numbers."""
        first = self._next
        self._next += count
        if count:
            self._taken += [first, self._next]
        return first

    @property
    def span(self) -> tuple[int, int] | None:
        """The least number that was taken, and the one after the greatest."""
        return (min(self._taken), max(self._taken)) if self._taken else None


def segment_floor(record_time: datetime) -> int:
    """Return the least number that a segment recorded at this moment, or later, can have."""
    return (record_time - _EPOCH) // _MILLISECOND << _COUNTER_BITS


def announcement(since: datetime) -> int:
    """Return the number of the lock that tells since when a transaction records.

    "PT" and the milliseconds since 2020; `oldest_running_capture` in `subscriptions.sql` reads it.
    """
    return int.from_bytes(b"PT") << _ANNOUNCED_BITS | (since - _EPOCH) // _MILLISECOND


def new_id(at: datetime) -> UUID:
    """Return an identifier that sorts by the time it was made (UUID version 7, RFC 9562)."""
    octets = bytearray(_milliseconds(at) + os.urandom(10))
    octets[6] = octets[6] & 0x0F | 0x70
    octets[8] = octets[8] & 0x3F | 0x80
    return UUID(bytes=bytes(octets))


def capture_floor(at: datetime) -> UUID:
    """Return the least identifier that a capture made at this moment, or later, can have."""
    return UUID(bytes=_milliseconds(at) + bytes(10))


def made_at(capture_id: UUID) -> datetime:
    """Return when an identifier was made, to the millisecond."""
    return _UNIX + _MILLISECOND * int.from_bytes(capture_id.bytes[:6])


def _milliseconds(at: datetime) -> bytes:
    return ((at - _UNIX) // _MILLISECOND).to_bytes(6)
