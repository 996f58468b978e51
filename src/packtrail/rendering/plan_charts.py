"""Pictures of a programme: its dates with their buffers, and its work as it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.rendering import times
from packtrail.rendering.svg import element, text
from packtrail.rendering.time_axis import HEAD, TimeAxis, diamond, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

ROW, LABELS, RIGHT, WIDTH = 34, 320, 180, 1220
TONES = {
    "on_track": "#176b3c", "at_risk": "#855000", "late": "#ae231c", "missed": "#ae231c",
    "done": "#554f74",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRow:
    """A date, and how the plan stands to it."""

    title: str
    due: date
    target: date
    """Where its buffer begins."""
    finish: date
    outcome: str
    """A word of `Outcome`."""
    note: str
    is_certain: bool = True
    href: str = ""
    baseline_finish: date | None = None


def draw_dates(
    rows: Sequence[DateRow], *, today: date, title: str = "Dates", prefix: str = "dates"
) -> str:
    """Draw dates on a time axis: buffer, planned finish and the date itself.

    Args:
        rows: From top to bottom.
        today: The day of the line.
        title: What the picture is called.
        prefix: Start of the ids in the picture, unique on its page.
    """
    days = [day for row in rows for day in (row.due, row.finish, row.target)] or [today]
    axis = TimeAxis.over(
        min(today, *days), max(today, *days), left=LABELS, width=WIDTH - LABELS - RIGHT
    )
    height = HEAD + ROW * len(rows) + 16
    parts = [
        element("title", text(title), id=f"{prefix}-title"),
        element("desc", text(_told(rows)), id=f"{prefix}-desc"),
        axis.draw(height),
        axis.draw_today(today, height),
        *(_date_row(axis, row, HEAD + ROW * at + ROW / 2) for at, row in enumerate(rows)),
    ]
    return _svg("".join(parts), WIDTH, height, prefix, "dates-svg")


def _told(rows: Sequence[DateRow]) -> str:
    return " ".join(
        f"{row.title}: due {times.day(row.due)}, planned {times.day(row.finish)}, {row.note}."
        for row in rows
    )


def _date_row(axis: TimeAxis, row: DateRow, y: float) -> str:
    tone = TONES[row.outcome]
    name = label(row.title, LABELS - 36, x=8, y=y + 4, class_="d-name", font_weight="600")
    if row.href:
        name = element("a", name, href=row.href)
    due, target, finish = axis.after(row.due), axis.after(row.target), axis.after(row.finish)
    parts = [
        element("title", text(f"{row.title}: {row.note}")),
        element(
            "rect", x=target, y=y - 7, width=max(0.0, due - target), height=14.0, rx=3,
            class_="d-buffer", fill=tone, fill_opacity="0.18",
        ),
        element(
            "line", x1=due, x2=due, y1=y - 11, y2=y + 11, class_="d-due", stroke=tone,
            stroke_width="2.5", stroke_dasharray=None if row.is_certain else "3 3",
        ),
        diamond(finish, y, 6.5, class_="d-finish", fill=tone),
    ]  # fmt: skip
    if finish > due:
        parts.insert(
            1,
            element(
                "line", x1=due, x2=finish, y1=y, y2=y, class_="d-late", stroke=tone,
                stroke_width="3",
            ),
        )  # fmt: skip
    if row.baseline_finish and row.baseline_finish != row.finish:
        x = axis.after(row.baseline_finish)
        parts.append(diamond(x, y, 5.5, class_="d-baseline", fill="none", stroke="#7d8f8a"))
    group = element("g", "".join(parts), class_=f"d-row d-{row.outcome}")
    x = max(due, finish) + 12
    return name + group + label(row.note, WIDTH - x, x=x, y=y + 4, class_="t-quiet", font_size="11")


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """How much there is on a day."""

    on: date
    planned: float
    done: float | None
    baseline: float | None


_CHART_W, _CHART_H, _CHART_L, _CHART_B = 1220, 320, 64, 26


def draw_curve(
    points: Sequence[CurvePoint],
    *,
    today: date,
    unit: str = "person days",
    title: str = "Work as it adds up",
    prefix: str = "curve",
) -> str:
    """Draw how work adds up over time: planned, done, and as the baseline had it.

    Args:
        points: By day.
        today: The day of the line.
        unit: What is counted.
        title: What the picture is called.
        prefix: Start of the ids in the picture, unique on its page.
    """
    top = max((max(p.planned, p.baseline or 0, p.done or 0) for p in points), default=0) or 1
    first = points[0].on if points else today
    last = points[-1].on if points else today
    axis = TimeAxis.over(first, last, left=_CHART_L, width=_CHART_W - _CHART_L - 16)
    floor = _CHART_H - _CHART_B

    def y(value: float) -> float:
        return floor - (floor - HEAD - 6) * value / top

    lines = (
        ("baseline", "#7d8f8a", [(p.on, p.baseline) for p in points], "5 4"),
        ("planned", "#1a5aa3", [(p.on, p.planned) for p in points], None),
        ("done", "#176b3c", [(p.on, p.done) for p in points], None),
    )
    parts = [
        element("title", text(title), id=f"{prefix}-title"),
        element("desc", text(_curve_told(points, unit)), id=f"{prefix}-desc"),
        axis.draw(floor),
        *_scale(top, unit, y),
        *(
            element(
                "path", d=_path(axis, values, y), class_=f"c-line c-{name}", fill="none",
                stroke=colour, stroke_width="3" if name == "done" else "2",
                stroke_dasharray=dash, stroke_linejoin="round",
            )
            for name, colour, values, dash in lines
            if any(value is not None for _, value in values)
        ),
        axis.draw_today(today, floor),
    ]  # fmt: skip
    return _svg("".join(parts), _CHART_W, _CHART_H, prefix, "curve-svg")


def _curve_told(points: Sequence[CurvePoint], unit: str) -> str:
    if not points:
        return "Nothing is planned."
    done = next((p.done for p in reversed(points) if p.done is not None), 0.0)
    total, last = points[-1].planned, times.day(points[-1].on)
    return f"{done:,.0f} of {total:,.0f} {unit} are done; the last is planned for {last}."


def _scale(top: float, unit: str, y: Callable[[float], float]) -> Iterator[str]:
    step = next(
        size * power
        for power in (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
        for size in (1, 2, 5)
        if top / (size * power) <= 5
    )
    value = 0.0
    while value <= top:
        at = y(value)
        yield element(
            "line", x1=_CHART_L, x2=_CHART_W - 16, y1=at, y2=at, class_="t-line",
            stroke="#c9d3ce", stroke_width="1",
        )  # fmt: skip
        yield element(
            "text", f"{value:,.0f}", x=_CHART_L - 8, y=at + 4, text_anchor="end",
            class_="t-quiet", font_size="11",
        )  # fmt: skip
        value += step
    yield element("text", text(unit), x=_CHART_L + 6, y=HEAD + 12, class_="t-quiet", font_size="11")


def _path(
    axis: TimeAxis, values: Sequence[tuple[date, float | None]], y: Callable[[float], float]
) -> str:
    told = [(axis.after(day), y(value)) for day, value in values if value is not None]
    return "".join(f"{'L' if at else 'M'}{x:.1f} {v:.1f}" for at, (x, v) in enumerate(told))


def _svg(content: str, width: float, height: float, prefix: str, name: str) -> str:
    return element(
        "svg", content, xmlns="http://www.w3.org/2000/svg", class_=f"plan-svg {name}", role="img",
        aria_labelledby=f"{prefix}-title {prefix}-desc", width=f"{width:.0f}",
        height=f"{height:.0f}", viewBox=f"0 0 {width:.0f} {height:.0f}",
        font_family="system-ui, sans-serif", font_size="12", fill="currentColor",
    )  # fmt: skip
