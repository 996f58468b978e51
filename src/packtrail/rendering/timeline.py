"""Deadlines on a line of time: one lane a market, one mark a deadline, sure and unsure apart.

Drawn by the server, without script. A full diamond is law; a hollow, dashed one is expected or
disputed; a small disc is a report that comes round. A table says the same in words.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from packtrail.rendering import times
from packtrail.rendering.svg import element, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LABELS, _WIDTH, _LANE, _TOP, _FOOT = 150, 1100, 44, 34, 14
_MARK: Final = 8
_CHARACTER: Final = 6.1
_LABEL_MAX: Final = 34
_TONES: Final = {
    "good": "#176b3c", "moving": "#1a5aa3", "attention": "#855000", "bad": "#ae231c",
    "plain": "#41544f", "done": "#554f74",
}  # fmt: skip
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One deadline."""

    lane: str
    """What its lane is called."""
    on: date
    label: str
    title: str
    """All there is to say of it in one sentence."""
    tone: str
    is_certain: bool = True
    is_small: bool = False
    link: str = ""


def draw(
    marks: Sequence[Mark], *, first: date, last: date, title: str, prefix: str = "line"
) -> str:
    """Draw deadlines from one day to another.

    Args:
        marks: What is due; each lies between the two days.
        first: Left end; today.
        last: Right end.
        title: What the picture shows.
        prefix: Start of the ids in the picture, unique on its page.
    """
    lanes = list(dict.fromkeys(each.lane for each in marks))
    axis = _Axis(first, last)
    height = _TOP + _LANE * max(1, len(lanes)) + _FOOT
    told = "; ".join(each.title for each in marks) or "Nothing is due."
    parts = [
        element("title", text(title), id=f"{prefix}-title"),
        element("desc", text(told), id=f"{prefix}-desc"),
        *_ticks(axis, height - _FOOT),
        *(_lane(name, number) for number, name in enumerate(lanes)),
        *_marks(marks, lanes, axis),
    ]
    return element(
        "svg", "".join(parts), class_="timeline-svg", viewBox=f"0 0 {_WIDTH} {height}",
        width=str(_WIDTH), height=str(height), role="img", aria_labelledby=f"{prefix}-title",
        font_family="sans-serif", font_size="12",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Axis:
    first: date
    last: date

    def x(self, on: date) -> float:
        """Return where a day lies."""
        days = max(1, (self.last - self.first).days)
        return _LABELS + (_WIDTH - _LABELS - 24) * (on - self.first).days / days


def _ticks(axis: _Axis, bottom: int) -> Iterator[str]:
    """Yield the lines of months, quarters or years, whichever give room for their names."""
    months = (axis.last.year - axis.first.year) * 12 + axis.last.month - axis.first.month
    every = 1 if months <= 12 else 3 if months <= 40 else 12
    for number in range(months + 1):
        month = axis.first.month - 1 + number
        day = date(axis.first.year + month // 12, month % 12 + 1, 1)
        if day < axis.first or (day.month - 1) % every:
            continue
        x = axis.x(day)
        is_year = day.month == 1
        yield element(
            "line", x1=x, x2=x, y1=_TOP - 8, y2=bottom, class_="t-year" if is_year else "t-tick",
            stroke="#7d8f8a", stroke_width="1" if is_year else "0.5", stroke_opacity="0.6",
        )  # fmt: skip
        name = _MONTHS[day.month - 1] + (f" {day.year}" if is_year or every == 1 else "")
        yield element("text", text(name), x=x + 3, y=14, class_="t-quiet", fill="#4d605c")
    x = axis.x(axis.first)
    yield element("line", x1=x, x2=x, y1=_TOP - 14, y2=bottom, class_="t-today",
                  stroke="#0a6b5d", stroke_width="2")  # fmt: skip


def _lane(name: str, number: int) -> str:
    y = _TOP + number * _LANE
    ground = element("rect", x=0, y=y + 2, width=_WIDTH, height=_LANE - 4, rx=6, class_="t-lane",
                     fill="#edf1ed", fill_opacity="0.6")  # fmt: skip
    shown = textwrap.shorten(name, 22, placeholder="…")
    label = element("text", element("title", text(name)) + text(shown), x=10, y=y + _LANE / 2 + 4,
                    class_="t-market", font_weight="600", fill="#10211e")  # fmt: skip
    return ground + label


def _marks(marks: Sequence[Mark], lanes: Sequence[str], axis: _Axis) -> Iterator[str]:
    for number, lane in enumerate(lanes):
        here = sorted((each for each in marks if each.lane == lane), key=lambda each: each.on)
        middle = _TOP + number * _LANE + _LANE / 2
        for place, each in enumerate(here):
            x = axis.x(each.on)
            following = axis.x(here[place + 1].on) if place + 1 < len(here) else float(_WIDTH)
            drawn = _shape(each, x, middle) + _label(each, x, middle, following)
            mark = element("g", element("title", text(each.title)) + drawn,
                           class_=f"t-mark {each.tone}")  # fmt: skip
            yield element("a", mark, href=each.link) if each.link else mark


def _shape(each: Mark, x: float, y: float) -> str:
    colour = _TONES[each.tone]
    if each.is_small:
        return element("circle", cx=x, cy=y, r=4, class_="t-full", fill=colour, stroke=colour)
    points = f"{x:.1f},{y - _MARK} {x + _MARK:.1f},{y} {x:.1f},{y + _MARK} {x - _MARK:.1f},{y}"
    return element(
        "polygon", points=points, class_="t-full" if each.is_certain else "t-hollow",
        fill=colour if each.is_certain else "none", stroke=colour, stroke_width="2",
        stroke_dasharray=None if each.is_certain else "3 2",
    )  # fmt: skip


def _label(each: Mark, x: float, y: float, following: float) -> str:
    """Return the label beside a mark, where there is room for it before the next."""
    if each.is_small:
        return ""
    room = int((following - x - _MARK - 14) / _CHARACTER)
    if room < 8:
        return ""
    day = element("text", text(times.day(each.on)), x=x + _MARK + 5, y=y - 3, class_="t-quiet",
                  fill="#4d605c", font_size="10.5")  # fmt: skip
    shown = textwrap.shorten(each.label, min(room, _LABEL_MAX), placeholder="…")
    return day + element("text", text(shown), x=x + _MARK + 5, y=y + 11, class_="t-label",
                         fill="#10211e")  # fmt: skip
