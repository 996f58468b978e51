"""What cutting a text gives: a document in events, an event in text and holes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

TIME, IDENTITY, PARENT = "time", "identity", "parent_id"
LOCAL_TIME: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Cut:
    """A document, cut into its events."""

    head: bytes
    """The text before the first event."""
    texts: tuple[bytes, ...]
    """The text of each event."""
    gaps: tuple[bytes, ...]
    """The text between two events, by the first of them."""
    tail: bytes
    """The text after the last event."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Where an event differs from those like it."""

    name: str
    """`time`, `identity`, or the field that lists identifiers."""
    separator: bytes | None = None
    """The text between two entries of a list; None where there is one."""
    digits: int = 0
    """Digits of the second's fraction, of a time."""


@dataclass(frozen=True, slots=True)
class Span:
    """A hole and where in the text of an event it is: from `start` up to `end`, excluded."""

    hole: Hole
    start: int
    end: int


def time_span(text: bytes, start: int) -> Span | None:
    """Return the span of a time without its offset, or None where there is no plain time."""
    match = LOCAL_TIME.match(text, start)
    if match is None:
        return None
    return Span(Hole(TIME, digits=len(match[1] or b"")), match.start(), match.end())
