"""An explained file as one SVG picture: who sends to whom, and the tree of what is sent.

Drawn by the server, without script. Above, each delivery goes from its sender to its receiver, its
load on the arrow; below, containers stand from the outermost on the left to the innermost on the
right. The classes are those of the journey; without any style sheet the picture is still readable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.epcis.telling import counted
from packtrail.rendering import icons, identifiers
from packtrail.rendering.svg import element, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.epcis import Explanation
    from packtrail.epcis.telling import Delivery, Node, Who

PADDING, BOX, BOX_HEIGHT, ROW, COLUMN = 16, 240, 46, 60, 292
DELIVERIES_MAX, ROWS_MAX = 6, 24
WIDTH = 2 * PADDING + 2 * COLUMN + BOX
_CHARACTERS = 28
"""Characters of a line that fit into a box."""
_SEPARATORS = re.compile("[.:/]")
_ICONS = {"logistic unit": "pallet", "case": "container", "pack": "pack"}


def draw(told: Explanation, *, title: str, prefix: str = "explain") -> str:
    """Draw an explained file.

    Args:
        told: The explanation.
        title: What the file is called.
        prefix: Start of the ids in the picture, unique on its page.

    Returns:
        An `svg` element; what does not fit is counted, and one without content says so.
    """
    deliveries = told.deliveries[:DELIVERIES_MAX]
    tree = _Tree(PADDING + ROW * max(1, len(deliveries)) + 28)
    drawn = [*_deliveries(deliveries, len(told.deliveries)), *tree.draw(told)]
    if not deliveries and not told.hierarchy:
        drawn = [_quiet("The file tells of no shipment and no packing.", PADDING, 34)]
    story = " ".join(one.text for one in told.sentences)
    return element(
        "svg",
        element("title", text(f"What {title} says"), id=f"{prefix}-title")
        + element("desc", text(story), id=f"{prefix}-desc")
        + "".join(drawn),
        xmlns="http://www.w3.org/2000/svg",
        class_="journey-svg",
        role="img",
        aria_labelledby=f"{prefix}-title {prefix}-desc",
        viewBox=f"0 0 {tree.width} {tree.bottom}",
        width=str(tree.width),
        height=str(tree.bottom),
        font_family="system-ui, sans-serif",
        font_size="12",
        fill="currentColor",
    )


# --- deliveries -----------------------------------------------------------------------------------


def _deliveries(shown: tuple[Delivery, ...], count: int) -> Iterator[str]:
    for row, one in enumerate(shown):
        yield _delivery(one, PADDING + row * ROW)
    if count > len(shown):
        y = PADDING + len(shown) * ROW + 8
        yield _quiet(f"and {count - len(shown)} more shipments", PADDING, y)


def _delivery(one: Delivery, y: float) -> str:
    left, right = PADDING + BOX, PADDING + 2 * COLUMN
    middle = y + BOX_HEIGHT / 2
    arrow = element(
        "path",
        d=f"M{left + 6} {middle}H{right - 6}M{right - 14} {middle - 6}l8 6l-8 6",
        class_="j-path",
        fill="none",
        stroke="currentColor",
        stroke_width=2.0,
    )
    load = counted(one.totals)
    return (
        _party(one.seller, one.ship_from, PADDING, y)
        + arrow
        + _label(load, (left + right) / 2, middle - 8)
        + _label(f"shipped {one.at.date()}", (left + right) / 2, middle + 18)
        + _party(one.buyer, one.ship_to, right, y)
    )


def _party(party: Who | None, place: Who | None, x: float, y: float) -> str:
    name = party.label if party else "Not named"
    where = place if place and place != party else None
    line = (where.label if where else "") or (party.town if party else "")
    return _box(x, y, 0, "place", name, line)


def _label(words: str, x: float, y: float) -> str:
    return element("text", text(_cut(words, 46)), x=x, y=y, text_anchor="middle", class_="j-verb")


# --- the tree -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tree:
    """Lays the containers out: a row for each innermost one, the outer ones beside their first."""

    top: float
    row: int = 0
    left_out: int = 0
    deepest: int = 0

    @property
    def width(self) -> int:
        return max(WIDTH, 2 * PADDING + self.deepest * COLUMN + BOX)

    @property
    def bottom(self) -> int:
        return int(self.top + self.row * ROW + (24 if self.left_out else 0))

    def draw(self, told: Explanation) -> Iterator[str]:
        """Draw the hierarchy, and count what has no place."""
        for node in told.hierarchy:
            yield from self._node(node, 0)
        self.left_out += told.hierarchy_more
        if self.left_out:
            words = f"and {self.left_out:,} more containers"
            yield _quiet(words, PADDING, self.top + self.row * ROW + 8)

    def _node(self, node: Node, depth: int) -> Iterator[str]:
        if self.row >= ROWS_MAX:
            self.left_out += 1
            return
        x, y = PADDING + depth * COLUMN, self.top + self.row * ROW
        self.deepest = max(self.deepest, depth)
        yield self._one(node, x, y, depth)
        containers = [child for child in node.children if child.inside]
        for child in containers:
            if self.row < ROWS_MAX:
                yield _branch(x + BOX, y, self.top + self.row * ROW)
            yield from self._node(child, depth + 1)
        if not containers:
            self.row += 1

    def _one(self, node: Node, x: float, y: float, depth: int) -> str:
        serial = identifiers.short(_SEPARATORS.split(node.identifier)[-1], _CHARACTERS - 8)
        name = f"{node.name} {serial}" if node.name else f"{node.kind.capitalize()} {serial}"
        return _box(x, y, depth, _ICONS.get(node.kind, "event"), name, counted(node.inside))


def _branch(x: float, y: float, child_y: float) -> str:
    half = BOX_HEIGHT / 2
    bend = x + (COLUMN - BOX) / 2
    return element(
        "path",
        d=f"M{x} {y + half}H{bend}V{child_y + half}H{x + COLUMN - BOX}",
        class_="j-gap",
        fill="none",
        stroke="currentColor",
        stroke_opacity=0.5,
    )


# --- pieces ---------------------------------------------------------------------------------------


def _box(x: float, y: float, shade: int, icon: str, name: str, line: str) -> str:
    frame = element(
        "rect",
        x=x,
        y=y,
        width=BOX,
        height=BOX_HEIGHT,
        rx=6,
        class_=f"j-bar j-bar-{shade % 3}",
        fill="currentColor",
        fill_opacity=0.08,
        stroke="currentColor",
        stroke_opacity=0.4,
    )
    drawing = element(
        "g",
        icons.paths(icon),
        transform=f"translate({x + 8} {y + 12}) scale(0.9)",
        fill="none",
        stroke="currentColor",
        stroke_width=1.7,
    )
    first = element(
        "text", text(_cut(name, _CHARACTERS)), x=x + 38, y=y + 20, class_="j-place", font_weight=600
    )
    return element("g", frame + drawing + first + _quiet(_cut(line, _CHARACTERS), x + 38, y + 36))


def _quiet(words: str, x: float, y: float) -> str:
    return element("text", text(words), x=x, y=y, class_="j-quiet", fill_opacity=0.75)


def _cut(words: str, length_max: int) -> str:
    return words if len(words) <= length_max else f"{words[: length_max - 1]}…"
