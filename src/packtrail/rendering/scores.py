"""Scores over time, drawn: a lane for each receiver, a column for each period.

A table with the same numbers stands beside it; the picture is for the eye that looks for the dip.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from packtrail.rendering import svg, times

_LEFT: Final = 230
_STEP_MIN: Final = 60
_STEP_MAX: Final = 120
_WIDTH: Final = 1_060
_LANE: Final = 64
_TOP: Final = 30
_RIGHT: Final = 20
_GOOD, _FAIR = 98, 90
_LABEL_MAX: Final = 28
COLUMNS_MAX: Final = 26


@dataclass(frozen=True, slots=True)
class Lane:
    """The scores of one receiver."""

    label: str
    points: tuple[tuple[date, int], ...]
    """(First day of the period, score), in order."""


def lanes(rows: Iterable[tuple[date, str, int]]) -> tuple[Lane, ...]:
    """Return a lane for each label, of (first day, label, score)."""
    found: dict[str, dict[date, int]] = {}
    for since, label, score in rows:
        mine = found.setdefault(label, {})
        mine[since] = min(score, mine.get(since, score))
    return tuple(Lane(label, tuple(sorted(points.items()))) for label, points in found.items())


def tone(score: int) -> str:
    """Return how good a score is: `good`, `attention` or `bad`."""
    return "good" if score >= _GOOD else "attention" if score >= _FAIR else "bad"


def draw(drawn: Iterable[Lane]) -> str:
    """Draw lanes as SVG."""
    lanes = tuple(drawn)
    periods = sorted({day for lane in lanes for day, _ in lane.points})[-COLUMNS_MAX:]
    step = max(_STEP_MIN, min(_STEP_MAX, (_WIDTH - _LEFT - _RIGHT) // max(1, len(periods))))
    at = {day: _LEFT + step * n + step // 2 for n, day in enumerate(periods)}
    width = max(_WIDTH, _LEFT + step * len(periods) + _RIGHT)
    height = _TOP + _LANE * len(lanes) + 8
    parts = [_axis(at), *(_lane(lane, n, at, width) for n, lane in enumerate(lanes))]
    return svg.element(
        "svg",
        "".join(parts),
        class_="scores-svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_label="Scores over time; the table below has the same numbers",
    )


def _axis(at: dict[date, int]) -> str:
    return "".join(
        svg.element("text", svg.text(_short(day)), x=x, y=18, class_="s-day", text_anchor="middle")
        for day, x in at.items()
    )


def _short(day: date) -> str:
    """Return `Nov 2026` for the first of a month, else `9 Nov`."""
    number, month, year = times.day(day).split()
    return f"{month} {year}" if day.day == 1 else f"{number} {month}"


def _lane(lane: Lane, number: int, at: dict[date, int], width: int) -> str:
    top = _TOP + number * _LANE
    label = lane.label if len(lane.label) <= _LABEL_MAX else f"{lane.label[: _LABEL_MAX - 1]}…"
    points = [(at[day], _y(top, score), score, day) for day, score in lane.points if day in at]
    line = " ".join(f"{x},{y}" for x, y, _, _ in points)
    return "".join(
        (
            svg.element("rect", x=0, y=top, width=width, height=_LANE - 6, rx=8, class_="s-lane"),
            svg.element("text", svg.text(label), x=14, y=top + 33, class_="s-label"),
            svg.element("polyline", points=line, class_="s-line", fill="none"),
            *(_point(*each) for each in points),
        )
    )


def _point(x: int, y: float, score: int, day: date) -> str:
    title = svg.element("title", svg.text(f"{times.day(day)}: {score}"))
    dot = svg.element("circle", title, cx=x, cy=y, r=5, class_=f"s-dot {tone(score)}")
    above = y - 9 if score < _GOOD else y + 17
    value = svg.element(
        "text", str(score), x=x, y=above, class_=f"s-value {tone(score)}", text_anchor="middle"
    )
    return dot + value


def _y(top: int, score: int) -> float:
    return top + 12 + (100 - score) * 0.3
