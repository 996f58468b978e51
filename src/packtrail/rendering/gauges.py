"""Gauges and bars of pools: how full, how fast used. Each stands beside the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.amounts import rounded
from packtrail.rendering import svg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

WIDTH = 100.0
_BAR_WIDTH, _BAR_GAP, _BARS_HEIGHT = 9.0, 2.0, 84.0


def gauge(share: float, *, mark: float | None = None, tone: str = "good") -> str:
    """Return a gauge of what is left.

    Args:
        share: 0 to 1 of it is left.
        mark: Where it counts as low, 0 to 1; None: nowhere.
        tone: `good`, `attention` or `bad`.
    """
    filled = max(0.0, min(share, 1.0)) * WIDTH
    parts = svg.element("rect", class_="g-all", width=WIDTH, height=10)
    parts += svg.element("rect", class_="g-left", width=max(filled, 0.8 if share else 0), height=10)
    if mark is not None and 0 < mark <= 1:
        x = mark * WIDTH
        parts += svg.element("line", class_="g-mark", x1=x, x2=x, y1=0, y2=10)
    return svg.element(
        "svg", parts, class_=f"gauge {tone}", viewBox="0 0 100 10", preserveAspectRatio="none",
        aria_hidden="true", focusable="false",
    )  # fmt: skip


def bars(counts: Sequence[int], last: date, *, label: str) -> str:
    """Return a bar a day.

    Args:
        counts: The oldest first.
        last: The day of the last.
        label: What it shows, for those who do not see it.
    """
    most = max(counts, default=0) or 1
    step = _BAR_WIDTH + _BAR_GAP
    width = step * len(counts)
    parts = svg.element("title", svg.text(label))
    for at, count in enumerate(counts):
        height = max(_BARS_HEIGHT * count / most, 1.5 if count else 0.75)
        parts += svg.element(
            "rect", class_="b-day" if count else "b-none", x=at * step, y=_BARS_HEIGHT - height,
            width=_BAR_WIDTH, height=height, rx=1.5,
        )  # fmt: skip
    baseline = _BARS_HEIGHT + 15
    weeks = len(counts) // 7
    parts += svg.element("text", f"{weeks} weeks ago", class_="b-text", x=0, y=baseline)
    parts += svg.element(
        "text", f"{last:%d %b}", class_="b-text", x=width - _BAR_GAP, y=baseline, text_anchor="end"
    )
    return svg.element(
        "svg", parts, class_="bars", viewBox=f"0 0 {width:.0f} {_BARS_HEIGHT + 20:.0f}", role="img",
        aria_label=label,
    )  # fmt: skip


def odds(probability: float) -> str:
    """Return a probability as people say it: `1 in 53,000`; `none` for zero."""
    if probability <= 0:
        return "none"
    return f"1 in {rounded(int(1 / probability))}"
