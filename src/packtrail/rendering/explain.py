"""A document as one SVG picture: who sends to whom, and how it is packed.

Drawn by the server, without script. Colours come from CSS classes and `currentColor`; without any
style sheet the picture is still readable. What it shows is also told in words beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.rendering import icons, words
from packtrail.rendering.svg import element, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from packtrail.epcis.explanation import Explanation
    from packtrail.epcis.telling import Count, Delivery, Node, Who

WIDTH, BOX, BOX_HEIGHT, ROW, PADDING = 940, 296, 76, 34, 16
DELIVERIES_MAX, ROWS_MAX, SQUARES_MAX = 4, 30, 24
_CHARACTER = 7.4
_INDENT, _SQUARE = 30, 11


def draw(told: Explanation, *, label: Callable[[str], str], prefix: str = "explain") -> str:
    """Draw the parties and the hierarchy of a document.

    Args:
        told: The document, explained.
        label: What to call an object, by identifier.
        prefix: Start of the ids in the picture, unique on its page.

    Returns:
        An `svg` element; empty when there is nothing to draw.
    """
    parts: list[str] = []
    y = float(PADDING)
    for delivery in told.deliveries[:DELIVERIES_MAX]:
        parts.append(_delivery(delivery, y))
        y += BOX_HEIGHT + PADDING
    rows = [row for root in told.hierarchy for row in _rows(root, 0)][:ROWS_MAX]
    for node, depth in rows:
        parts.append(_row(node, depth, y, label))
        y += ROW
    if not parts:
        return ""
    named = element("title", text("Who sends to whom, and how it is packed"), id=f"{prefix}-title")
    story = " ".join(sentence.text for sentence in told.sentences)
    described = element("desc", text(story), id=f"{prefix}-desc")
    return element(
        "svg",
        named + described + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        class_="explain-svg",
        role="img",
        aria_labelledby=f"{prefix}-title {prefix}-desc",
        viewBox=f"0 0 {WIDTH} {y + PADDING:.0f}",
        width=str(WIDTH),
        font_family="system-ui, sans-serif",
        font_size="14",
        fill="currentColor",
    )


def _delivery(delivery: Delivery, y: float) -> str:
    """Draw one shipment: sender, what goes, receiver."""
    right = WIDTH - BOX - 1
    middle = y + BOX_HEIGHT / 2
    line = element(
        "path",
        d=f"M{BOX + 8} {middle}H{right - 10}M{right - 18} {middle - 7}l8 7-8 7",
        class_="x-arrow",
        fill="none",
        stroke="currentColor",
        stroke_width=2.0,
    )
    center = (BOX + right) / 2
    return (
        _party("From", delivery.seller, delivery.ship_from, 1.0, y)
        + line
        + _text(_counts(delivery.totals, ", "), center, middle - 12, anchor="middle", room=330)
        + _text(f"{delivery.at:%d %b %Y}", center, middle + 22, anchor="middle", class_="x-quiet")
        + _party("To", delivery.buyer, delivery.ship_to, float(right), y)
    )


def _party(title: str, party: Who | None, place: Who | None, x: float, y: float) -> str:
    box = element(
        "rect",
        x=x,
        y=y,
        width=float(BOX),
        height=float(BOX_HEIGHT),
        rx=10.0,
        class_="x-box",
        fill="none",
        stroke="currentColor",
    )
    who = party or place
    named = who.label if who else "The file does not say"
    where = place.label if place and place is not who else (who.town if who else "")
    return (
        box
        + _text(title, x + 14, y + 21, class_="x-quiet", size=12)
        + _text(named, x + 14, y + 42, weight="600", room=BOX - 28)
        + _text(where, x + 14, y + 62, class_="x-quiet", room=BOX - 28)
    )


def _rows(node: Node, depth: int) -> Iterator[tuple[Node, int]]:
    """Yield the containers of a hierarchy; what holds nothing is a square in its holder's row."""
    yield node, depth
    for child in node.children:
        if child.children or child.inside:
            yield from _rows(child, depth + 1)


def _row(node: Node, depth: int, y: float, label: Callable[[str], str]) -> str:
    x = PADDING + depth * _INDENT
    glyph = element(
        "path",
        d=icons.PATHS[words.kind_icon(node.kind)],
        transform=f"translate({x} {y + 4})",
        class_="x-glyph",
        fill="none",
        stroke="currentColor",
        stroke_width=1.6,
    )
    branch = ""
    if depth:
        turn = f"M{x - 18} {y - 8}V{y + 16}H{x - 5}"
        branch = element("path", d=turn, class_="x-branch", fill="none", stroke="currentColor")
    named = label(node.identifier)
    end = x + 34 + len(named) * _CHARACTER
    leaves = sum(not child.children and not child.inside for child in node.children)
    squares = _squares(leaves, end + 12, y + 10)
    after = end + 12 + min(leaves, SQUARES_MAX) * (_SQUARE + 4) + (8 if leaves else 0)
    return (
        branch
        + glyph
        + _text(named, x + 34, y + 21, class_="x-id")
        + squares
        + _text(_counts(node.inside, ", "), after, y + 21, class_="x-quiet", room=WIDTH - after)
    )


def _squares(count: int, x: float, y: float) -> str:
    """Draw the packs of a row, each a square."""
    return "".join(
        element(
            "rect",
            x=x + number * (_SQUARE + 4),
            y=y,
            width=float(_SQUARE),
            height=float(_SQUARE),
            rx=2.5,
            class_="x-pack",
            fill="none",
            stroke="currentColor",
        )
        for number in range(min(count, SQUARES_MAX))
    )


def _counts(counts: Sequence[Count], between: str) -> str:
    return between.join(
        f"{each.count:,} {each.kind}{'' if each.count == 1 else 's'}" for each in counts
    )


def _text(
    said: str,
    x: float,
    y: float,
    *,
    class_: str = "x-text",
    anchor: str | None = None,
    weight: str | None = None,
    size: float | None = None,
    room: float | None = None,
) -> str:
    if not said:
        return ""
    most = int(room / _CHARACTER) if room else len(said)
    shown = said if len(said) <= most else said[: max(most - 1, 1)] + "\N{HORIZONTAL ELLIPSIS}"
    return element(
        "text",
        text(shown),
        x=float(x),
        y=float(y),
        class_=class_,
        text_anchor=anchor,
        font_weight=weight,
        font_size=None if size is None else f"{size}",
    )
