"""Pictures of where suspects were seen: places over time, and places on a map.

The table beside each says the same. The map has no coast: only what is known is drawn, on a grid
of degrees; distances along the middle parallel are true.
"""

from __future__ import annotations

from collections import Counter
from math import cos, radians
from typing import TYPE_CHECKING, Final

from packtrail.detection.sightings import places, ways
from packtrail.rendering import times
from packtrail.rendering.svg import element, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from packtrail.detection.sightings import Sighting

    Project = Callable[[float, float], tuple[float, float]]

_WIDTH: Final = 860.0
_ROW: Final = 44.0
_LEFT: Final = 230.0
_TOP: Final = 34.0
_NAME_MAX: Final = 32
_GRID_STEPS: Final = (0.5, 1, 2, 5, 10, 15, 30, 45)
_LINES_MAX: Final = 7
_MAP_HEIGHT: Final = 420.0
_MARGIN: Final = 60.0
_LINE: Final = 15.0
_LABEL: Final = 240.0
"""Height and width that a label takes: those that would meet are moved down."""


def over_time(sightings: Sequence[Sighting]) -> str:
    """Return a picture with a row for each place and a line for each pack, in order of time."""
    shown = [each for each in sightings if each.place]
    rows = {each.place: number for number, each in enumerate(places(shown))}
    moments = sorted({each.at for each in shown})
    step = (_WIDTH - _LEFT - 40) / max(1, len(moments) - 1)
    across = {at: _LEFT + 20 + number * step for number, at in enumerate(moments)}
    height = _TOP + _ROW * len(rows) + 26
    parts = [_row(each, rows[each.place]) for each in places(shown)]
    for pack in sorted({each.pack for each in shown}):
        own = sorted((e for e in shown if e.pack == pack), key=lambda e: (e.at, e.place))
        points = [(across[e.at], _TOP + _ROW * rows[e.place] + 14) for e in own]
        path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        is_suspect = any(each.is_suspect for each in own)
        title = element("title", text(f"(01) {pack[0]} (21) {pack[1]}"))
        kind = "edge suspect" if is_suspect else "edge"
        parts.append(element("path", title, d=path, class_=kind, **_plain(is_suspect=is_suspect)))
    parts += [_dot(e, across[e.at], _TOP + _ROW * rows[e.place] + 14) for e in shown]
    if moments:
        parts += [
            element("text", text(times.moment(moments[0])), x=_LEFT + 10, y=height - 6,
                    class_="faint"),
            element("text", text(times.moment(moments[-1])), x=_WIDTH - 4, y=height - 6,
                    class_="faint", text_anchor="end"),
        ]  # fmt: skip
    return _picture(parts, height, "Where packs of the case were, in the order of time")


def on_map(sightings: Sequence[Sighting]) -> str:
    """Return a map of the places whose coordinates are known; empty where there is none."""
    shown = [each for each in sightings if each.is_on_map]
    if not shown:
        return ""
    here = places(shown)
    project, lines = _projection(here)
    parts = lines
    at = {each.place: project(each.longitude or 0.0, each.latitude or 0.0) for each in here}
    for way in ways(shown):
        (x1, y1), (x2, y2) = at[way.source], at[way.target]
        lift = min(60.0, 0.18 * (abs(x2 - x1) + abs(y2 - y1)))
        curve = f"M{x1:.1f} {y1:.1f} Q{(x1 + x2) / 2:.1f} {min(y1, y2) - lift:.1f}"
        title = element("title", text(f"{way.count} packs"))
        kind = "edge suspect" if way.is_suspect else "edge"
        parts.append(
            element(
                "path",
                title,
                d=f"{curve} {x2:.1f} {y2:.1f}",
                class_=kind,
                **_plain(is_suspect=way.is_suspect),
            )
        )
    seen = Counter(each.place for each in shown)
    labels: list[tuple[float, float]] = []
    for each in here:
        x, y = at[each.place]
        radius = min(16.0, 6.0 + seen[each.place] ** 0.5)
        kind = "node suspect" if each.is_suspect else "node"
        dot = element("circle", cx=x, cy=y, r=radius, **_plain("white", is_suspect=each.is_suspect))
        is_right = x > _WIDTH * 0.72
        below = y + radius + _LINE
        while any(abs(below - b) < _LINE and abs(x - a) < _LABEL for a, b in labels):
            below += _LINE
        labels.append((x, below))
        label = element(
            "text", text(_short(each.name or each.place)), y=below,
            x=x + radius if is_right else x - radius,
            text_anchor="end" if is_right else "start",
        )  # fmt: skip
        parts.append(element("g", dot + label, class_=kind))
    return _picture(parts, _MAP_HEIGHT, "Places at which packs of the case were seen, on a map")


def _row(each: Sighting, number: int) -> str:
    y = _TOP + _ROW * number + 14
    name = element("text", text(_short(each.name or each.place)), x=4, y=y + 1)
    under = element("text", text(each.market or each.place), x=4, y=y + 15, class_="faint")
    line = element("line", x1=_LEFT, x2=_WIDTH, y1=y, y2=y, class_="grid", stroke="#cccccc")
    return name + under + line


def _dot(each: Sighting, x: float, y: float) -> str:
    said = f"{each.what}, {times.moment(each.at)}: (21) {each.pack[1]}, {each.who}"
    title = element("title", text(said))
    circle = element(
        "circle", title, cx=x, cy=y, r=6.0, **_plain("white", is_suspect=each.is_suspect)
    )
    return element("g", circle, class_="node suspect" if each.is_suspect else "node")


def _projection(here: Sequence[Sighting]) -> tuple[Project, list[str]]:
    """Return how degrees become points, and the lines of the grid."""
    wests = [each.longitude or 0.0 for each in here]
    norths = [each.latitude or 0.0 for each in here]
    middle = (min(norths) + max(norths)) / 2
    squeeze = max(0.1, cos(radians(middle)))
    wide = max(0.8, (max(wests) - min(wests)) * squeeze)
    high = max(0.8, max(norths) - min(norths))
    scale = min((_WIDTH - 2 * _MARGIN) / wide, (_MAP_HEIGHT - 2 * _MARGIN) / high)
    centre = (min(wests) + max(wests)) / 2

    def project(east: float, north: float) -> tuple[float, float]:
        x = _WIDTH / 2 + (east - centre) * squeeze * scale
        return x, _MAP_HEIGHT / 2 - (north - middle) * scale

    span = max(_WIDTH / (scale * squeeze), _MAP_HEIGHT / scale)
    step = next((each for each in _GRID_STEPS if span / each <= _LINES_MAX), _GRID_STEPS[-1])
    return project, [*_grid(project, centre, middle, step)]


def _grid(project: Project, centre: float, middle: float, step: float) -> Iterator[str]:
    for number in range(-_LINES_MAX, _LINES_MAX + 1):
        east = (round(centre / step) + number) * step
        north = (round(middle / step) + number) * step
        x, _ = project(east, middle)
        _, y = project(centre, north)
        if 0 < x < _WIDTH and abs(east) <= 180:
            yield element("line", x1=x, x2=x, y1=0, y2=_MAP_HEIGHT, class_="grid", stroke="#cccccc")
            mark = f"{abs(east):g}° {'E' if east >= 0 else 'W'}"
            yield element("text", text(mark), x=x + 3, y=_MAP_HEIGHT - 5, class_="faint")
        if 0 < y < _MAP_HEIGHT and abs(north) <= 90:
            yield element("line", x1=0, x2=_WIDTH, y1=y, y2=y, class_="grid", stroke="#cccccc")
            mark = f"{abs(north):g}° {'N' if north >= 0 else 'S'}"
            yield element("text", text(mark), x=3, y=y - 3, class_="faint")


def _plain(fill: str = "none", *, is_suspect: bool) -> dict[str, str]:
    """Return how something looks on paper, where there is no style sheet."""
    return {"fill": fill, "stroke": "#a01818" if is_suspect else "#555555", "stroke_width": "1.5"}


def _picture(parts: Sequence[str], height: float, said: str) -> str:
    return element(
        "svg", element("title", text(said)) + "".join(parts), xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH:g} {height:g}", role="img", font_family="sans-serif", font_size=12,
    )  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= _NAME_MAX else f"{name[: _NAME_MAX - 1]}…"
