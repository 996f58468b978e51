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

_LABELS, _WIDTH, _ROW, _BETWEEN, _TOP, _FOOT = 150, 1160, 26, 6, 30, 4
_MARK: Final = 7
_CHARACTER: Final = 6.2
_LABEL_MAX: Final = 44
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
    when: str = ""
    """How its day is written; default: day and month."""


def draw(
    marks: Sequence[Mark],
    *,
    first: date,
    last: date,
    title: str,
    prefix: str = "line",
    today: date | None = None,
) -> str:
    """Draw deadlines from one day to another.

    Args:
        marks: What is due; each lies between the two days.
        first: Left end.
        last: Right end.
        title: What the picture shows.
        prefix: Start of the ids in the picture, unique on its page.
        today: The day of the line; default: the left end.
    """
    axis = _Axis(first, last)
    lanes = _arranged(marks, axis)
    bottom = lanes[-1].bottom if lanes else _TOP + _ROW
    height = bottom + _FOOT
    told = "; ".join(each.title for each in marks) or "Nothing is due."
    parts = [
        element("title", text(title), id=f"{prefix}-title"),
        element("desc", text(told), id=f"{prefix}-desc"),
        *map(_ground, lanes),
        *_ticks(axis, bottom, today or first),
        *(drawn for lane in lanes for drawn in _marks(lane, axis)),
    ]
    return element(
        "svg", "".join(parts), class_="timeline-svg", viewBox=f"0 0 {_WIDTH} {height}",
        width=str(_WIDTH), height=str(height), role="img", aria_labelledby=f"{prefix}-title",
        font_family="sans-serif", font_size="12",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Lane:
    """A market, with its marks in as many rows as their labels need."""

    name: str
    top: int
    rows: tuple[tuple[Mark, ...], ...]

    @property
    def bottom(self) -> int:
        """Where the next begins."""
        return self.top + len(self.rows) * _ROW + _BETWEEN


@dataclass(frozen=True, slots=True)
class _Axis:
    first: date
    last: date

    def x(self, on: date) -> float:
        """Return where a day lies."""
        days = max(1, (self.last - self.first).days)
        return _LABELS + (_WIDTH - _LABELS - 24) * (on - self.first).days / days


def _ticks(axis: _Axis, bottom: int, today: date) -> Iterator[str]:
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
    x = axis.x(today)
    yield element("line", x1=x, x2=x, y1=_TOP - 14, y2=bottom, class_="t-today",
                  stroke="#0a6b5d", stroke_width="2")  # fmt: skip


def _arranged(marks: Sequence[Mark], axis: _Axis) -> list[_Lane]:
    """Return lanes from the top, each mark in the first row where its label has room."""
    by_lane: dict[str, list[list[Mark]]] = {}
    ends: dict[str, list[float]] = {}
    for each in sorted(marks, key=lambda one: one.on):
        rows, reached = by_lane.setdefault(each.lane, []), ends.setdefault(each.lane, [])
        left, right = _extent(each, axis)
        free = next((n for n, end in enumerate(reached) if end < left), None)
        if free is None:
            rows.append([each])
            reached.append(right)
        else:
            rows[free].append(each)
            reached[free] = right
    lanes: list[_Lane] = []
    for name, rows in by_lane.items():
        top = lanes[-1].bottom if lanes else _TOP
        lanes.append(_Lane(name, top, tuple(map(tuple, rows))))
    return lanes


def _extent(each: Mark, axis: _Axis) -> tuple[float, float]:
    """Return where a mark with its label begins and ends."""
    x = axis.x(each.on)
    if each.is_small:
        return x - _MARK, x + _MARK
    width = len(_shown(each)) * _CHARACTER + _MARK + 14
    return (x - width, x + _MARK) if _is_left(each, axis) else (x - _MARK, x + width)


def _is_left(each: Mark, axis: _Axis) -> bool:
    """Tell whether a label stands on the left of its mark, for lack of room on the right."""
    return axis.x(each.on) + len(_shown(each)) * _CHARACTER + 20 > _WIDTH


def _shown(each: Mark) -> str:
    day = each.when or times.day(each.on).rpartition(" ")[0]
    return f"{day}: {textwrap.shorten(each.label, _LABEL_MAX, placeholder='…')}"


def _ground(lane: _Lane) -> str:
    height = lane.bottom - lane.top
    ground = element("rect", x=0, y=lane.top, width=_WIDTH, height=height - _BETWEEN, rx=6,
                     class_="t-lane", fill="#edf1ed", fill_opacity="0.6")  # fmt: skip
    shown = textwrap.shorten(lane.name, 20, placeholder="…")
    name = element("text", element("title", text(lane.name)) + text(shown), x=10,
                   y=lane.top + _ROW // 2 + 4, class_="t-market", font_weight="600",
                   fill="#10211e")  # fmt: skip
    return ground + name


def _marks(lane: _Lane, axis: _Axis) -> Iterator[str]:
    for number, row in enumerate(lane.rows):
        middle = lane.top + number * _ROW + _ROW // 2
        for each in row:
            x = axis.x(each.on)
            drawn = element("title", text(each.title)) + _shape(each, x, middle)
            mark = element("g", drawn + _label(each, axis, middle), class_=f"t-mark {each.tone}")
            yield element("a", mark, href=each.link) if each.link else mark


def _shape(each: Mark, x: float, y: int) -> str:
    colour = _TONES[each.tone]
    if each.is_small:
        return element("circle", cx=x, cy=y, r=4, class_="t-full", fill=colour, stroke=colour)
    points = f"{x:.1f},{y - _MARK} {x + _MARK:.1f},{y} {x:.1f},{y + _MARK} {x - _MARK:.1f},{y}"
    return element(
        "polygon", points=points, class_="t-full" if each.is_certain else "t-hollow",
        fill=colour if each.is_certain else "none", stroke=colour, stroke_width="2",
        stroke_dasharray=None if each.is_certain else "3 2",
    )  # fmt: skip


def _label(each: Mark, axis: _Axis, y: int) -> str:
    if each.is_small:
        return ""
    x, is_left = axis.x(each.on), _is_left(each, axis)
    return element(
        "text", text(_shown(each)), x=x - _MARK - 6 if is_left else x + _MARK + 6, y=y + 4,
        text_anchor="end" if is_left else None, class_="t-label", fill="#10211e",
    )  # fmt: skip
