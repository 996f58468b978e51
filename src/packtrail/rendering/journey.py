"""The journey of an object as one SVG picture: swim lanes per site, time from left to right.

Drawn by the server, without script, so that it prints and goes into a PDF unchanged. Colours come
from CSS classes and `currentColor`; without any style sheet the picture is still readable.
Filled node: an event of the object itself. Ring: it happened to what held the object. Struck: the
event was withdrawn. Bars below: what held the object, from packing to unpacking.
"""

from __future__ import annotations

import itertools
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.lifecycle.journey import Status
from packtrail.rendering import icons, identifiers, times, words
from packtrail.rendering.journey_layout import arrange, lane_of, place_name
from packtrail.rendering.svg import element, text
from packtrail.rendering.why import goal_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.lifecycle.journey import Standing, Step
    from packtrail.rendering.journey_layout import Bar, Column, Layout

LABELS, COLUMN, GAP, LANE, TOP, BAR, PADDING = 168, 100, 64, 92, 50, 30, 16
NODE, NODE_Y = 15, 30
FILLED = 940
"""Width a short journey is spread to, at most half as wide again as it needs."""
_CHARACTER = 6.7
"""Width of one character of the small monospace face, in picture units."""


@dataclass(slots=True)
class _Canvas:
    layout: Layout
    xs: list[float]
    """Centre of each column."""
    width: float
    bars_y: float
    ahead: str = ""
    """Name of the place it is on its way to."""
    spread: float = 1.0
    """How much wider than needed the columns are."""

    def node(self, index: int) -> tuple[float, float]:
        return self.xs[index], self.lane_y(self.layout.columns[index].lane) + NODE_Y

    def lane_y(self, lane: int) -> float:
        return TOP + lane * LANE


def draw(
    steps: Sequence[Step],
    *,
    title: str,
    places: Mapping[str, str],
    holders: Mapping[str, str] | None = None,
    standing: Standing | None = None,
    prefix: str = "journey",
) -> str:
    """Draw the journey of one object.

    Args:
        steps: What happened, earliest first.
        title: What the object is called, as `Pack (01)… (21)…`.
        places: Names of places by identifier.
        holders: What to call a holder, by identifier; it is shown as is when not in here.
        standing: Where the journey led; tells whether the object is on its way somewhere.
        prefix: Start of the ids in the picture, unique on its page.

    Returns:
        An `svg` element; it says "No events" when there are no steps.
    """
    if not steps:
        return _empty(title, prefix)
    layout = arrange(steps, places)
    canvas = _canvas(layout, _ahead(steps, standing, places))
    names = holders or {}
    parts = [
        element("title", text(f"Journey of {title}"), id=f"{prefix}-title"),
        element("desc", text(describe(steps, places)), id=f"{prefix}-desc"),
        *_lanes(canvas),
        *_dates(canvas),
        *_path(canvas),
        *_bars(canvas, names),
        *(_node(canvas, index, names) for index in range(len(layout.columns))),
        *_destination(canvas),
        _legend(canvas),
    ]
    height = canvas.bars_y + BAR * _rows(layout) + 40
    return _svg("".join(parts), canvas.width, height, prefix)


def describe(steps: Sequence[Step], places: Mapping[str, str]) -> str:
    """Tell the journey in words, for those who do not see the picture."""
    told = []
    for step in steps:
        when = times.moment(step.event_time, step.event_time_zone_offset)
        withdrawn = " (withdrawn)" if step.is_withdrawn else ""
        through = " with what held it" if step.via else ""
        told.append(
            f"{when}: {words.step(step).text}{through} at {lane_of(step, places)}{withdrawn}"
        )
    count = f"{len(steps)} event{'' if len(steps) == 1 else 's'}"
    return f"{count}. " + ". ".join(told) + "."


def _svg(content: str, width: float, height: float, prefix: str) -> str:
    return element(
        "svg",
        content,
        xmlns="http://www.w3.org/2000/svg",
        class_="journey-svg",
        role="img",
        aria_labelledby=f"{prefix}-title {prefix}-desc",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        font_family="system-ui, sans-serif",
        font_size="12",
        fill="currentColor",
    )


def _empty(title: str, prefix: str) -> str:
    parts = (
        element("title", text(f"Journey of {title}"), id=f"{prefix}-title")
        + element("desc", "No events are recorded.", id=f"{prefix}-desc")
        + element("text", "No events are recorded.", x=16, y=32, class_="j-quiet")
    )
    return _svg(parts, 320, 56, prefix)


def _ahead(steps: Sequence[Step], standing: Standing | None, places: Mapping[str, str]) -> str:
    last = next((step for step in reversed(steps) if not step.is_withdrawn), None)
    if last is None or standing is None or standing.status is not Status.IN_TRANSIT:
        return ""
    goal = goal_of(last)
    return place_name(goal, places) if goal else ""


def _canvas(layout: Layout, ahead: str) -> _Canvas:
    if ahead and ahead not in layout.lanes:
        layout.lanes.append(ahead)
    spread = _spread(layout, has_goal=bool(ahead))
    x, xs = float(LABELS), []
    for column in layout.columns:
        x += GAP * spread if column.gap_before else 0
        xs.append(x + COLUMN * spread / 2)
        x += COLUMN * spread
    width = x + (COLUMN * spread if ahead else 0) + PADDING
    bars_y = TOP + len(layout.lanes) * LANE + (22 if layout.bars else 4)
    return _Canvas(layout, xs, max(width, 420), bars_y, ahead, spread)


def _spread(layout: Layout, *, has_goal: bool) -> float:
    gaps = sum(bool(column.gap_before) for column in layout.columns)
    needed = COLUMN * (len(layout.columns) + has_goal) + GAP * gaps
    return min(1.5, max(1.0, (FILLED - LABELS - PADDING) / needed))


def _rows(layout: Layout) -> int:
    return max((bar.row + 1 for bar in layout.bars), default=0)


def _lines(content: str, width: int, lines_max: int) -> list[str]:
    lines = textwrap.wrap(content, width) or [""]
    if len(lines) > lines_max:
        lines = [*lines[: lines_max - 1], lines[lines_max - 1][: width - 1] + "…"]
    return [identifiers.short(line, width + 2) for line in lines]


def _lanes(canvas: _Canvas) -> list[str]:
    parts = []
    for index, name in enumerate(canvas.layout.lanes):
        y = canvas.lane_y(index)
        band = element(
            "rect",
            x=0,
            y=y,
            width=canvas.width,
            height=LANE - 6,
            rx=10,
            class_="j-lane",
            fill="none",
            stroke="currentColor",
            stroke_opacity=0.15,
        )
        rows = "".join(
            element("tspan", text(line), x=14, dy=0 if row == 0 else 15)
            for row, line in enumerate(_lines(name, 22, 3))
        )
        label = element("title", text(name)) + element(
            "text", rows, x=14, y=y + NODE_Y + 4, class_="j-place"
        )
        parts.append(element("g", band + label))
    return parts


def _dates(canvas: _Canvas) -> list[str]:
    parts, before = [], ""
    for x, column in zip(canvas.xs, canvas.layout.columns, strict=True):
        step = column.first
        shown = times.day(times.local(step.event_time, step.event_time_zone_offset).date())
        if column.gap_before:
            parts.append(_gap(canvas, x, column))
        if shown != before:
            parts.append(
                element("text", text(shown), x=x - NODE, y=18, class_="j-date", font_weight=600)
            )
        before = shown
    return parts


def _gap(canvas: _Canvas, x: float, column: Column) -> str:
    middle = x - (COLUMN + GAP) * canvas.spread / 2
    bottom = TOP + len(canvas.layout.lanes) * LANE - 6
    line = element(
        "line",
        x1=middle,
        x2=middle,
        y1=TOP - 8,
        y2=bottom,
        class_="j-gap",
        stroke="currentColor",
        stroke_opacity=0.35,
        stroke_dasharray="2 5",
    )
    label = element(
        "text", text(column.gap_before), x=middle, y=36, class_="j-quiet", text_anchor="middle"
    )
    told = element("title", text(f"Nothing recorded for {column.gap_before}"))
    return element("g", told + line + label)


def _path(canvas: _Canvas) -> list[str]:
    valid = [
        index for index, column in enumerate(canvas.layout.columns) if not column.first.is_withdrawn
    ]
    return [_curve(canvas.node(a), canvas.node(b)) for a, b in itertools.pairwise(valid)]


def _curve(start: tuple[float, float], end: tuple[float, float], *, name: str = "j-path") -> str:
    (x1, y1), (x2, y2) = start, end
    if y1 == y2:
        return element(
            "path",
            d=f"M{x1:.0f} {y1:.0f}H{x2:.0f}",
            class_=name,
            fill="none",
            stroke="currentColor",
            stroke_width=2,
        )
    bend = x2 - COLUMN / 2
    drawn = (
        f"M{x1:.0f} {y1:.0f}H{bend - 26:.0f}C{bend:.0f} {y1:.0f} {bend - 10:.0f} {y2:.0f} "
        f"{bend + 18:.0f} {y2:.0f}H{x2:.0f}"
    )
    return element(
        "path",
        d=drawn,
        class_=f"{name} j-move",
        fill="none",
        stroke="currentColor",
        stroke_width=2,
        stroke_dasharray="6 5",
    )


def _node(canvas: _Canvas, index: int, holders: Mapping[str, str]) -> str:
    column = canvas.layout.columns[index]
    step, word = column.first, words.step(column.first)
    x, y = canvas.node(index)
    own = not step.via
    classes = " ".join(
        (
            "j-node",
            f"j-{word.tone}",
            "j-own" if own else "j-inherited",
            *(["j-withdrawn"] if step.is_withdrawn else []),
        )
    )
    disc = element(
        "circle",
        cx=x,
        cy=y,
        r=NODE,
        class_="j-disc",
        stroke="currentColor",
        stroke_width=2,
        fill="none",
    )
    drawing = element(
        "g",
        icons.paths("withdrawn" if step.is_withdrawn else word.icon),
        transform=f"translate({x - 9:.1f} {y - 9:.1f}) scale(.75)",
        class_="j-icon",
        fill="none",
        stroke="currentColor",
        stroke_width=2,
        stroke_linecap="round",
        stroke_linejoin="round",
    )
    told = "".join(element("title", text(_told(column, holders))))
    return element(
        "g", told + disc + drawing + _count(column, x, y) + _caption(column, x, y), class_=classes
    )


def _told(column: Column, holders: Mapping[str, str]) -> str:
    lines = []
    for step in column.steps:
        when = times.moment(step.event_time, step.event_time_zone_offset)
        through = f" (through {holders.get(step.via[-1], step.via[-1])})" if step.via else ""
        lines.append(f"{words.step(step).text}, {when}{through} — {step.event_id}")
    withdrawn = "Withdrawn by an error declaration. " if column.first.is_withdrawn else ""
    return withdrawn + "\n".join(lines)


def _count(column: Column, x: float, y: float) -> str:
    if len(column.steps) == 1:
        return ""
    shown = f"\N{MULTIPLICATION SIGN}{len(column.steps)}"
    badge = element(
        "rect",
        x=x + 6,
        y=y - 22,
        width=16 + 7 * (len(shown) - 1),
        height=16,
        rx=8,
        class_="j-badge",
        fill="none",
    )
    label = element(
        "text", text(shown), x=x + 10, y=y - 10, class_="j-count", font_size=11, font_weight=700
    )
    return badge + label


def _caption(column: Column, x: float, y: float) -> str:
    step = column.first
    struck = "line-through" if step.is_withdrawn else None
    lines = _lines(words.step(step).text, 15, 2)
    verb = "".join(
        element(
            "text",
            text(line),
            x=x,
            y=y + 31 + 14 * row,
            text_anchor="middle",
            class_="j-verb",
            text_decoration=struck,
            font_weight=600,
        )
        for row, line in enumerate(lines)
    )
    clock = element(
        "text",
        times.clock(step.event_time, step.event_time_zone_offset),
        x=x,
        y=y + 32 + 14 * len(lines),
        text_anchor="middle",
        class_="j-quiet",
        text_decoration=struck,
        fill_opacity=0.75,
    )
    return verb + clock


def _destination(canvas: _Canvas) -> list[str]:
    if not canvas.ahead:
        return []
    start = canvas.node(len(canvas.xs) - 1)
    x = canvas.xs[-1] + COLUMN * canvas.spread
    y = canvas.lane_y(canvas.layout.lanes.index(canvas.ahead)) + NODE_Y
    disc = element(
        "circle",
        cx=x,
        cy=y,
        r=NODE,
        class_="j-expected",
        fill="none",
        stroke="currentColor",
        stroke_width=2,
        stroke_dasharray="4 4",
    )
    label = element("text", "On its way", x=x, y=y + 31, text_anchor="middle", class_="j-quiet")
    told = element("title", text(f"On its way to {canvas.ahead}; not received yet"))
    return [element("g", told + _curve(start, (x - NODE, y), name="j-path j-ahead") + disc + label)]


def _bars(canvas: _Canvas, holders: Mapping[str, str]) -> list[str]:
    if not canvas.layout.bars:
        return []
    label = element("text", "Held by", x=14, y=canvas.bars_y + 15, class_="j-place")
    return [label, *(_bar(canvas, bar, holders) for bar in canvas.layout.bars)]


def _bar(canvas: _Canvas, bar: Bar, holders: Mapping[str, str]) -> str:
    start = canvas.xs[bar.start]
    end = canvas.width - PADDING if bar.end is None else canvas.xs[bar.end]
    y = canvas.bars_y + bar.row * BAR
    name = holders.get(bar.holder, bar.holder)
    room = max(4, int((end - start - 40) / _CHARACTER))
    until = "still holds it" if bar.end is None else "until it was unpacked"
    rect = element(
        "rect",
        x=start,
        y=y,
        width=max(end - start, 8.0),
        height=BAR - 8,
        rx=7,
        class_=f"j-bar j-bar-{bar.row % 3}",
        fill="currentColor",
        fill_opacity=0.12,
        stroke="currentColor",
        stroke_opacity=0.4,
    )
    label = element(
        "text",
        text(identifiers.short(name, room)),
        x=start + 12,
        y=y + 15,
        class_="j-holder",
        font_size=11,
    )
    openness = (
        ""
        if bar.end is not None
        else element(
            "path",
            d=f"M{end - 14:.0f} {y + 6:.0f}l5 5-5 5",
            fill="none",
            stroke="currentColor",
            stroke_width=1.6,
            class_="j-open",
        )
    )
    return element("g", element("title", text(f"{name} {until}")) + rect + label + openness)


def _legend(canvas: _Canvas) -> str:
    steps = [column.first for column in canvas.layout.columns]
    entries = [("j-own", "Its own event")]
    if any(step.via for step in steps):
        entries.append(("j-inherited", "Happened to what held it"))
    if any(step.is_withdrawn for step in steps):
        entries.append(("j-withdrawn", "Withdrawn"))
    y = canvas.bars_y + BAR * _rows(canvas.layout) + 22
    parts, x = [], 20.0
    for name, label in entries:
        dot = element(
            "circle",
            cx=x,
            cy=y - 4,
            r=5,
            class_="j-disc",
            stroke="currentColor",
            stroke_width=1.5,
            fill="none",
        )
        parts.append(
            element(
                "g",
                dot + element("text", label, x=x + 12, y=y, class_="j-quiet", fill_opacity=0.75),
                class_=f"j-node j-plain {name}",
            )
        )
        x += 34 + 7 * len(label)
    return element("g", "".join(parts), aria_hidden="true", class_="j-legend")
