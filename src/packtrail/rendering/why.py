"""Why an object is what it is, in one sentence: the step that says so, when and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.lifecycle import rules
from packtrail.rendering import times, words
from packtrail.rendering.journey_layout import place_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.lifecycle.journey import Standing, Step


def sentence(
    standing: Standing, *, places: Mapping[str, str], holders: Mapping[str, str] | None = None
) -> str:
    """Tell why an object has its status.

    Args:
        standing: Where its journey led.
        places: Names of places by identifier.
        holders: What to call a holder, by identifier; it is shown as is when not in here.

    Returns:
        `In transit: shipped on 1 Apr 2023 02:48 -05:00 from Plant to Depot, inside (00) …`; what
        the core says itself when no step is the reason.
    """
    step = standing.because
    if step is None:
        return standing.why
    verb = words.step(step).text
    when = times.moment(step.event_time, step.event_time_zone_offset)
    told = f"{words.status(standing.status).text}: {verb[0].lower()}{verb[1:]} on {when}"
    return told + _where(step, places) + _inside(step, holders or {}) + "."


def _where(step: Step, places: Mapping[str, str]) -> str:
    at = step.biz_location or step.read_point
    goal = goal_of(step)
    if at is None:
        return f", to {place_name(goal, places)}" if goal else ""
    if goal is None or goal == at:
        return f" at {place_name(at, places)}"
    return f" from {place_name(at, places)} to {place_name(goal, places)}"


def goal_of(step: Step) -> str | None:
    """Return the place or party a step sends the object to, the most exact one it names."""
    return rules.goal_of(step.destinations)


def _inside(step: Step, holders: Mapping[str, str]) -> str:
    if not step.via:
        return ""
    outermost = step.via[-1]
    return f", inside {holders.get(outermost, outermost)}"
