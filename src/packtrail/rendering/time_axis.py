"""A time axis for pictures of plans: days to places, and the months and quarters above them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from packtrail.rendering.svg import element, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTH_WIDTH_MIN, _QUARTER_WIDTH_MIN = 34, 30
HEAD = 40
"""Height of the two rows of names above a picture."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Days on a line from left to right."""

    first: date
    last: date
    left: float
    width: float

    @classmethod
    def over(cls, first: date, last: date, *, left: float, width: float) -> TimeAxis:
        """Return an axis over whole months, with some room at both ends."""
        begin = (first - timedelta(days=3)).replace(day=1)
        end = _next_month((last + timedelta(days=10)).replace(day=1))
        return cls(begin, end - timedelta(days=1), left, width)

    @property
    def days(self) -> int:
        """How many days it shows."""
        return (self.last - self.first).days + 1

    @property
    def day_width(self) -> float:
        """Width of one day."""
        return self.width / self.days

    def at(self, day: date) -> float:
        """Return the place of the beginning of a day."""
        return self.left + (day - self.first).days * self.day_width

    def after(self, day: date) -> float:
        """Return the place of the end of a day."""
        return self.at(day) + self.day_width

    def draw(self, height: float) -> str:
        """Draw the lines of months and the names above them.

        Args:
            height: Down to where the lines reach.
        """
        return "".join((*self._years(), *self._parts(height)))

    def _years(self) -> Iterator[str]:
        for year in range(self.first.year, self.last.year + 1):
            begin = max(self.first, date(year, 1, 1))
            end = min(self.last, date(year, 12, 31))
            if self.after(end) - self.at(begin) > _MONTH_WIDTH_MIN:
                yield element(
                    "text", str(year), x=self.at(begin) + 4, y=15, class_="t-year",
                    font_weight="600",
                )  # fmt: skip

    def _parts(self, height: float) -> Iterator[str]:
        month_width = self.day_width * 30
        step = next(
            (
                count
                for count, least in ((1, _MONTH_WIDTH_MIN), (3, _QUARTER_WIDTH_MIN))
                if month_width * count >= least
            ),
            12,
        )
        month = self.first
        while month <= self.last:
            if (month.month - 1) % step == 0:
                is_year = month.month == 1
                yield element(
                    "line", x1=self.at(month), x2=self.at(month), y1=20 if not is_year else 4,
                    y2=height, class_="t-year-line" if is_year else "t-line", stroke="#c9d3ce",
                    stroke_width="1",
                )  # fmt: skip
                if step < 12:
                    name = _MONTHS[month.month - 1] if step == 1 else f"Q{month.month // 3 + 1}"
                    yield element(
                        "text", name, x=self.at(month) + 4, y=33, class_="t-quiet", font_size="11"
                    )
            month = _next_month(month)

    def draw_today(self, today: date, height: float) -> str:
        """Draw the line of today, where it is shown."""
        if not self.first <= today <= self.last:
            return ""
        x = self.at(today)
        return element(
            "line", x1=x, x2=x, y1=22, y2=height, class_="t-today", stroke="#0a6b5d",
            stroke_width="2",
        ) + element(
            "text", "today", x=x + 4, y=height - 3, class_="t-today-name", fill="#0a6b5d",
            font_size="11", font_weight="600",
        )  # fmt: skip


def diamond(x: float, y: float, size: float, **attributes: str) -> str:
    """Draw a diamond: a point in time."""
    points = f"{x:.1f},{y - size:.1f} {x + size:.1f},{y:.1f} {x:.1f},{y + size:.1f} "
    return element("polygon", points=f"{points}{x - size:.1f},{y:.1f}", **attributes)


def label(content: str, room: float, **attributes: str | float) -> str:
    """Draw a text that is cut where its room ends; the whole of it is in its title."""
    most = max(3, int(room / 6.4))
    shown = content if len(content) <= most else content[: most - 1].rstrip() + "…"
    inner = text(shown)
    if shown != content:
        inner = element("title", text(content)) + inner
    return element("text", inner, **attributes)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
