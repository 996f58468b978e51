"""Pictures of capacity: growth with its range, meters beside the plan, what moves a figure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packtrail.base.amounts import Scale, figure
from packtrail.rendering.svg import element, text
from packtrail.rendering.time_axis import HEAD, TimeAxis, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _RIGHT = 1220, 320, 76, 26, 16
_TONES = ("#1a5aa3", "#176b3c", "#855000", "#554f74")
SERIES_MAX = len(_TONES)
"""More lines than these are told apart by nobody."""
_ROW, _NAMES = 30, 330
_BARS = 560


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line of values over time, with a range where it has one."""

    name: str
    points: Sequence[tuple[date, float]]
    low: Sequence[float] = ()
    """As many as points; none: no range."""
    high: Sequence[float] = ()
    is_dashed: bool = False


def draw_series(
    series: Sequence[Series],
    *,
    unit: str,
    title: str,
    prefix: str,
    today: date | None = None,
    limit: float | None = None,
) -> str:
    """Draw lines over time, with their ranges as bands, and a limit.

    Args:
        series: At most `SERIES_MAX`.
        unit: What is counted; it is told in the unit that suits the largest value.
        title: What the picture is called.
        prefix: Start of the ids in the picture, unique on its page.
        today: The day of the line.
        limit: What there is; None: nobody knows.
    """
    days = [day for each in series for day, _ in each.points] + ([today] if today else [])
    tops = [value for each in series for value in (*each.high, *(v for _, v in each.points))]
    scale = Scale.of(unit, [*tops, limit or 0.0])
    series = [_scaled(each, scale.factor) for each in series]
    limit = None if limit is None else limit * scale.factor
    top = max([*(value * scale.factor for value in tops), limit or 0.0, 1e-9]) * 1.05
    axis = TimeAxis.over(min(days), max(days), left=_LEFT, width=_WIDTH - _LEFT - _RIGHT)
    floor = _HEIGHT - _BOTTOM

    def y(value: float) -> float:
        return floor - (floor - HEAD - 18) * value / top

    parts = [
        element("title", text(title), id=f"{prefix}-title"),
        element("desc", text(_told(series, scale.unit, limit)), id=f"{prefix}-desc"),
        axis.draw(floor),
        *_steps(top, scale.unit, y),
        *(_band(axis, each, tone, y) for each, tone in zip(series, _TONES, strict=False)),
        *(_line(axis, each, at, y) for at, each in enumerate(series)),
        *(_limit(limit, scale.unit, y) if limit is not None else ()),
        axis.draw_today(today, floor) if today else "",
        *_names(series),
    ]
    return _svg("".join(parts), _HEIGHT, prefix, "series-svg")


def draw_sways(
    rows: Sequence[tuple[str, float, float]],
    *,
    likely: float,
    scale: Scale,
    title: str,
    prefix: str,
) -> str:
    """Draw what each input alone does to a figure: a bar from one end to the other.

    Args:
        rows: Name of the input, the figure at its low end, the figure at its high end.
        likely: The figure.
        scale: The unit that it is told in.
        title: What the picture is called.
        prefix: Start of the ids in the picture, unique on its page.
    """
    ends = [value for _, low, high in rows for value in (low, high)] + [likely]
    first, last = min(ends), max(ends)
    width = (last - first) or 1.0

    def x(value: float) -> float:
        return _NAMES + 90 + _BARS * (value - first) / width

    height = _ROW * len(rows) + 34
    parts = [
        element("title", text(title), id=f"{prefix}-title"),
        element(
            "desc",
            text("; ".join(f"{n}: {scale.figure(a)} to {scale.amount(b)}" for n, a, b in rows)),
            id=f"{prefix}-desc",
        ),
        element(
            "line", x1=x(likely), x2=x(likely), y1=4, y2=height - 20, class_="t-today",
            stroke="#0a6b5d", stroke_width="2",
        ),
        element(
            "text", text(scale.amount(likely)), x=x(likely), y=height - 5, text_anchor="middle",
            class_="t-today-name", fill="#0a6b5d", font_size="11", font_weight="600",
        ),
    ]  # fmt: skip
    for at, (name, low, high) in enumerate(rows):
        middle = _ROW * at + _ROW / 2 + 4
        begin, end = sorted((low, high))
        parts += [
            label(name, _NAMES - 8, x=8, y=middle + 4, font_weight="600"),
            element(
                "rect", x=x(begin), y=middle - 9, width=max(2.0, x(end) - x(begin)), height=18.0,
                rx=3, class_="c-sway", fill="#1a5aa3", fill_opacity="0.35",
            ),
            element(
                "text", text(scale.figure(begin)), x=x(begin) - 6, y=middle + 4, text_anchor="end",
                class_="t-quiet", font_size="11",
            ),
            element(
                "text", text(scale.figure(end)), x=x(end) + 6, y=middle + 4, class_="t-quiet",
                font_size="11",
            ),
        ]  # fmt: skip
    return _svg("".join(parts), height, prefix, "sways-svg")


def _scaled(each: Series, factor: float) -> Series:
    return replace(
        each,
        points=[(day, value * factor) for day, value in each.points],
        low=[value * factor for value in each.low],
        high=[value * factor for value in each.high],
    )


def _told(series: Sequence[Series], unit: str, limit: float | None) -> str:
    told = [
        f"{each.name}: {figure(each.points[0][1])} to {figure(each.points[-1][1])} {unit}"
        for each in series
        if each.points
    ]
    return "; ".join([*told, *([f"limit {figure(limit)} {unit}"] if limit else [])])


def _steps(top: float, unit: str, y: Callable[[float], float]) -> Iterator[str]:
    power = 10.0 ** (len(str(int(top))) - 1) if top >= 1 else 0.1
    while power > top:
        power /= 10
    step = next(power * size for size in (0.2, 0.5, 1, 2) if top / (power * size) <= 6)
    value = 0.0
    while value <= top:
        yield element(
            "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y(value), y2=y(value), class_="t-line",
            stroke="#c9d3ce", stroke_width="1",
        )  # fmt: skip
        yield element(
            "text", text(figure(value)), x=_LEFT - 8, y=y(value) + 4, text_anchor="end",
            class_="t-quiet", font_size="11",
        )  # fmt: skip
        value = round(value + step, 9)
    yield element("text", text(unit), x=8, y=HEAD + 4, class_="t-quiet", font_size="11")


def _band(axis: TimeAxis, each: Series, tone: str, y: Callable[[float], float]) -> str:
    if not each.high:
        return ""
    days = [day for day, _ in each.points]
    upper = [(axis.after(d), y(v)) for d, v in zip(days, each.high, strict=True)]
    lower = [(axis.after(d), y(v)) for d, v in zip(days, each.low, strict=True)]
    corners = " ".join(f"{x:.1f},{v:.1f}" for x, v in (*upper, *reversed(lower)))
    return element("polygon", points=corners, class_=_class("c-band", tone), fill=tone,
                   fill_opacity="0.14")  # fmt: skip


def _line(axis: TimeAxis, each: Series, at: int, y: Callable[[float], float]) -> str:
    tone = _TONES[at % SERIES_MAX]
    path = "".join(
        f"{'L' if number else 'M'}{axis.after(day):.1f} {y(value):.1f}"
        for number, (day, value) in enumerate(each.points)
    )
    return element(
        "path", d=path, class_=_class("c-series", tone), fill="none", stroke=tone,
        stroke_width="2.5", stroke_dasharray="6 4" if each.is_dashed else None,
        stroke_linejoin="round",
    )  # fmt: skip


def _limit(limit: float, unit: str, y: Callable[[float], float]) -> Iterator[str]:
    yield element(
        "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y(limit), y2=y(limit), class_="c-limit",
        stroke="#ae231c", stroke_width="2", stroke_dasharray="2 3",
    )  # fmt: skip
    yield element(
        "text", text(f"what there is: {figure(limit)} {unit}"), x=_WIDTH - _RIGHT - 6,
        y=y(limit) - 6, text_anchor="end", class_="c-limit-name", fill="#ae231c", font_size="11",
        font_weight="600",
    )  # fmt: skip


def _names(series: Sequence[Series]) -> Iterator[str]:
    x = _LEFT + 8.0
    for at, each in enumerate(series):
        tone = _TONES[at % SERIES_MAX]
        yield element(
            "line", x1=x, x2=x + 22, y1=HEAD + 14, y2=HEAD + 14, class_=_class("c-series", tone),
            stroke=tone, stroke_width="2.5", stroke_dasharray="6 4" if each.is_dashed else None,
        )  # fmt: skip
        yield label(each.name, 240, x=x + 28, y=HEAD + 18, font_size="11")
        x += 44 + min(240.0, 6.6 * len(each.name))


def _class(name: str, tone: str) -> str:
    return f"{name} c-tone-{_TONES.index(tone)}"


def _svg(content: str, height: float, prefix: str, name: str) -> str:
    return element(
        "svg", content, xmlns="http://www.w3.org/2000/svg", class_=f"plan-svg {name}", role="img",
        aria_labelledby=f"{prefix}-title {prefix}-desc", width=str(_WIDTH),
        height=f"{height:.0f}", viewBox=f"0 0 {_WIDTH} {height:.0f}",
        font_family="system-ui, sans-serif", font_size="12", fill="currentColor",
    )  # fmt: skip
