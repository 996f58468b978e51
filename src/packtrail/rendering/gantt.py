"""A plan as a Gantt chart: one SVG, drawn by the server, with a row for each package.

Bars carry how much is done; what may not slip is outlined, what comes too late is red; a hollow
bar below shows where the baseline had it. Links are drawn between packages of a critical path. The
colours come from the style sheet; without one it prints as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.rendering import times
from packtrail.rendering.svg import element, text
from packtrail.rendering.time_axis import HEAD, TimeAxis, diamond, label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

ROW, BAR, LABELS, RIGHT = 27, 13, 330, 120
WIDTH, DAY_WIDTH_MAX = 1220, 14.0
_TONES = {
    "late": "#ae231c", "risk": "#855000", "running": "#1a5aa3", "plan": "#7d8f8a",
    "done": "#176b3c",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GanttRow:
    """One package, or the name of a group of them."""

    code: str
    title: str
    start: date | None = None
    """None: it is the name of a group."""
    finish: date | None = None
    done: float = 0.0
    """0 to 1."""
    tone: str = "plan"
    """`late`, `risk`, `running`, `plan` or `done`."""
    is_milestone: bool = False
    is_critical: bool = False
    note: str = ""
    """Told after the bar."""
    href: str = ""
    baseline: tuple[date, date] | None = None
    due: date | None = None
    """A date it must make."""


def draw(
    rows: Sequence[GanttRow],
    *,
    today: date,
    links: Sequence[tuple[str, str]] = (),
    title: str = "Plan",
    width: float = WIDTH,
    prefix: str = "gantt",
) -> str:
    """Draw a Gantt chart.

    Args:
        rows: What to draw, from top to bottom.
        today: The day of the line.
        links: Pairs of codes between which an arrow is drawn, where both are there.
        title: What the picture is called.
        width: Least width in picture units; a day is never wider than 14.
        prefix: Start of the ids in the picture, unique on its page.

    Returns:
        An `svg` element.
    """
    days = [day for row in rows for day in (row.start, row.finish, row.due) if day]
    days += [day for row in rows if row.baseline for day in row.baseline]
    axis = TimeAxis.over(min(days, default=today), max(days, default=today), left=0, width=1)
    inner = min(width - LABELS - RIGHT, axis.days * DAY_WIDTH_MAX)
    axis = TimeAxis(axis.first, axis.last, LABELS, inner)
    height = HEAD + ROW * len(rows) + 16
    places = {row.code: (row, HEAD + ROW * at + ROW / 2) for at, row in enumerate(rows)}
    parts = [
        element("title", text(title), id=f"{prefix}-title"),
        element("desc", text(_told(rows)), id=f"{prefix}-desc"),
        *_stripes(rows, LABELS + inner + RIGHT),
        axis.draw(height),
        *(_arrow(axis, places, *pair) for pair in links if set(pair) <= places.keys()),
        *(_row(axis, row, HEAD + ROW * at) for at, row in enumerate(rows)),
        axis.draw_today(today, height),
    ]
    return element(
        "svg", "".join(parts), xmlns="http://www.w3.org/2000/svg", class_="gantt-svg", role="img",
        aria_labelledby=f"{prefix}-title {prefix}-desc", width=f"{LABELS + inner + RIGHT:.0f}",
        height=f"{height:.0f}", viewBox=f"0 0 {LABELS + inner + RIGHT:.0f} {height:.0f}",
        font_family="system-ui, sans-serif", font_size="12", fill="currentColor",
    )  # fmt: skip


def _told(rows: Sequence[GanttRow]) -> str:
    packages = [row for row in rows if row.start is not None]
    late = sum(row.tone == "late" for row in packages)
    return (
        f"{len(packages)} work packages on a time axis; {late} come too late. "
        "The table below has the same rows with their days."
    )


def _stripes(rows: Sequence[GanttRow], width: float) -> Iterator[str]:
    for at, row in enumerate(rows):
        if row.start is None:
            yield element(
                "rect", x=0, y=HEAD + ROW * at, width=width, height=ROW, class_="g-group",
                fill="#eef2f0",
            )  # fmt: skip


def _row(axis: TimeAxis, row: GanttRow, top: float) -> str:
    middle = top + ROW / 2
    if row.start is None or row.finish is None:
        return label(
            row.title, LABELS * 2, x=8, y=middle + 4, class_="g-group-name", font_weight="650"
        )
    name = label(row.title, LABELS - 20, x=16, y=middle + 4, class_="g-name")
    if row.href:
        name = element("a", name, href=row.href)
    shape = _milestone(axis, row, middle) if row.is_milestone else _bar(axis, row, middle)
    hover = element("title", text(_hover(row)))
    drawn = element("g", hover + shape, class_=f"g-item g-{row.tone}")
    return (
        name
        + _baseline(axis, row, middle)
        + drawn
        + _due(axis, row, middle)
        + _note(axis, row, middle)
    )


def _hover(row: GanttRow) -> str:
    if row.start is None or row.finish is None:
        return row.title
    days = times.day(row.finish)
    if row.start != row.finish:
        days = f"{times.day(row.start)} to {days}"
    note = f" {row.note}" if row.note else ""
    return f"{row.code} {row.title}: {days}, {row.done:.0%} done.{note}"


def _bar(axis: TimeAxis, row: GanttRow, middle: float) -> str:
    x = axis.at(row.start)  # type: ignore[arg-type]
    width = max(2.5, axis.after(row.finish) - x)  # type: ignore[arg-type]
    y, fill = middle - BAR / 2, _TONES[row.tone]
    parts = [
        element(
            "rect", x=x, y=y, width=width, height=float(BAR), rx=3, class_="g-bar", fill=fill,
            fill_opacity="0.45",
        )
    ]  # fmt: skip
    if row.done > 0:
        parts.append(
            element(
                "rect", x=x, y=y, width=max(1.0, width * row.done), height=float(BAR), rx=3,
                class_="g-fill", fill=fill,
            )
        )  # fmt: skip
    if row.is_critical:
        parts.append(
            element(
                "rect", x=x - 1, y=y - 1, width=width + 2, height=BAR + 2.0, rx=4,
                class_="g-critical", fill="none", stroke=fill, stroke_width="2",
            )
        )  # fmt: skip
    return "".join(parts)


def _milestone(axis: TimeAxis, row: GanttRow, middle: float) -> str:
    x = axis.after(row.finish)  # type: ignore[arg-type]
    return diamond(x, middle, 6.5, class_="g-diamond", fill=_TONES[row.tone])


def _baseline(axis: TimeAxis, row: GanttRow, middle: float) -> str:
    if row.baseline is None or row.baseline == (row.start, row.finish):
        return ""
    start, finish = row.baseline
    x = axis.at(start)
    return element(
        "rect", x=x, y=middle + BAR / 2 + 1.5, width=max(2.0, axis.after(finish) - x), height=2.5,
        class_="g-baseline", fill="#7d8f8a",
    )  # fmt: skip


def _due(axis: TimeAxis, row: GanttRow, middle: float) -> str:
    if row.due is None:
        return ""
    x = axis.after(row.due)
    pole = element(
        "line", x1=x, x2=x, y1=middle - ROW / 2 + 2, y2=middle + ROW / 2 - 2, class_="g-due",
        stroke="#ae231c", stroke_width="2",
    )  # fmt: skip
    return element("g", element("title", text(f"Due on {times.day(row.due)}")) + pole)


def _note(axis: TimeAxis, row: GanttRow, middle: float) -> str:
    if not row.note:
        return ""
    ends = [row.finish] + ([row.due] if row.due else [])
    x = max(axis.after(day) for day in ends if day) + 10
    return label(row.note, RIGHT + 60, x=x, y=middle + 4, class_="t-quiet", font_size="11")


def _arrow(
    axis: TimeAxis, places: Mapping[str, tuple[GanttRow, float]], before: str, after: str
) -> str:
    """Draw a link: out of the end of one bar, down or up, into the start of the other."""
    (first, y1), (second, y2) = places[before], places[after]
    if first.finish is None or second.start is None:
        return ""
    x1 = axis.after(first.finish)
    x2 = axis.after(second.start) - 7 if second.is_milestone else axis.at(second.start)
    bend = max(x1 + 5, min(x2 - 5, x1 + 8))
    path = f"M{x1:.1f} {y1:.1f}H{bend:.1f}V{y2:.1f}H{x2:.1f}"
    head = f"M{x2 - 5:.1f} {y2 - 3.5:.1f}L{x2:.1f} {y2:.1f}L{x2 - 5:.1f} {y2 + 3.5:.1f}"
    return element(
        "path", d=path + head, class_="g-link", fill="none", stroke="#55655f", stroke_width="1.3"
    )
