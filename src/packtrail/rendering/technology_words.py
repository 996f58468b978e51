"""What the pages of technology say in words: how support stands, and what hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.planning.technology.radar import Standing
from packtrail.rendering import times
from packtrail.rendering.words import Word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.planning.technology.radar import Group

STANDING: Final[Mapping[Standing, Word]] = {
    Standing.OUT: Word("Out of support", "error", "bad"),
    Standing.SOON: Word("Ends within a year", "warning", "attention"),
    Standing.AHEAD: Word("Ends within three years", "time", "moving"),
    Standing.FAR: Word("Kept up", "check", "good"),
    Standing.UNKNOWN: Word("Not known", "search", "plain"),
}
CONFIDENCE: Final = {"H": "sure", "M": "second-hand", "L": "unsure"}
"""Of a date that stands in a list."""
BELIEVED: Final = {"H": "sure", "M": "likely", "L": "unsure"}
"""Of what is said of a line, or of a way to close a gap."""


def lane(group: Group) -> str:
    """Return the row of the picture that a release belongs to: its product."""
    return group.row.product if group.row else group.title


def reach(group: Group) -> str:
    """Return what hangs on a release, in a few words."""
    release = group.row.release if group.row else ""
    systems = len({each.system.code for each in group.items})
    told = [f"{systems} system{'' if systems == 1 else 's'}"]
    if group.lines:
        told.append(f"{len(group.lines)} line{'' if len(group.lines) == 1 else 's'}")
    if group.markets:
        told.append(f"{len(group.markets)} market{'' if len(group.markets) == 1 else 's'}")
    return " ".join(part for part in (release, f"({', '.join(told)})") if part)


def sentence(group: Group) -> str:
    """Return all there is to say of a release in one sentence."""
    when = times.day(group.ends_on) if group.ends_on else "an unknown day"
    systems = ", ".join(sorted({each.system.code for each in group.items})[:8])
    lines = ", ".join(group.lines[:8]) or "no line"
    markets = ", ".join(group.markets) or "no market"
    return f"{group.title}: support until {when}; on {systems}; in the way of {lines}; {markets}."


def since(days: int | None) -> str:
    """Return how far away a last day is."""
    if days is None:
        return ""
    span = abs(days)
    steps = ((60, 1.0, "day"), (1_000, 30.44, "month"), (10**9, 365.25, "year"))
    length, unit = next((length, unit) for most, length, unit in steps if span < most)
    count = round(span / length)
    said = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{said} ago" if days < 0 else f"in {said}"
