"""Where everything of a journey goes: lanes, columns and holder bars, before anything is drawn.

A column is one step, or several alike in a row; a lane is one site; a bar is one holder, from the
step that packed the object into it to the step that took it out. Between columns a day or more
apart stands a gap, so that silence is seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.hierarchy.containment import Role
from packtrail.rendering import times, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.lifecycle.journey import Step

GAP_MIN = timedelta(days=1)
"""Silence from which a gap is drawn."""
_SGLN = re.compile(r"(urn:epc:id:sgln:\d+\.\d*)\..*\Z", re.DOTALL)
_DIGITAL_LINK = re.compile(r"(.*/414/\d{13})/254/.*\Z", re.DOTALL)
_HRI = re.compile(r"\(41[47]\) (\d{13})(?: \(254\) (.*))?", re.DOTALL)
NO_PLACE = "Place not recorded"


@dataclass(frozen=True, slots=True)
class Column:
    """One node of the timeline: a step, or several alike in a row."""

    steps: tuple[Step, ...]
    lane: int
    gap_before: str = ""
    """How long nothing was recorded before it; empty for less than a day."""

    @property
    def first(self) -> Step:
        """The step that stands for the column."""
        return self.steps[0]


@dataclass(slots=True)
class Bar:
    """One holder, over the columns during which it held the object."""

    holder: str
    start: int
    end: int | None = None
    """Column of the unpacking; None: it still holds the object."""
    row: int = 0


@dataclass(slots=True)
class Layout:
    """Everything the drawing needs to know."""

    lanes: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)


def site(place: str) -> str:
    """Return the site of a place: an SGLN without the extension that names a door or shelf."""
    for pattern in (_SGLN, _DIGITAL_LINK):
        if match := pattern.match(place):
            return match[1]
    return place


def place_name(place: str | None, places: Mapping[str, str]) -> str:
    """Return the name of a place, of its site where only that has one, or its GLN.

    What is no GS1 key is told as it is.
    """
    if place is None:
        return NO_PLACE
    whole = site(place)
    return places.get(place) or places.get(f"{whole}.0") or places.get(whole) or _gln(place)


@lru_cache(maxsize=4096)
def _gln(place: str) -> str:
    try:
        key = gs1.parse(place).hri()
    except (RefusedError, ValueError):
        return place
    found = _HRI.fullmatch(key)
    return "GLN " + ", ".join(filter(None, found.groups())) if found else key


def lane_of(step: Step, places: Mapping[str, str]) -> str:
    """Return the lane of a step: where the object is after it, else where it happened."""
    return place_name(step.biz_location or step.read_point, places)


def arrange(steps: Sequence[Step], places: Mapping[str, str]) -> Layout:
    """Lay out the steps of a journey, in the order given."""
    layout = Layout()
    for alike in _grouped(steps, places):
        name = lane_of(alike[0], places)
        if name not in layout.lanes:
            layout.lanes.append(name)
        before = layout.columns[-1].steps[-1] if layout.columns else None
        gap = _gap(before, alike[0])
        layout.columns.append(Column(tuple(alike), layout.lanes.index(name), gap))
    layout.bars = _bars(layout.columns)
    return layout


def _gap(before: Step | None, after: Step) -> str:
    span = after.event_time - before.event_time if before else timedelta()
    return times.duration(span) if span >= GAP_MIN else ""


def _likeness(step: Step, places: Mapping[str, str]) -> tuple[object, ...]:
    own_day = times.local(step.event_time, step.event_time_zone_offset).date()
    return (
        words.step(step).text,
        lane_of(step, places),
        step.parent,
        step.via,
        own_day,
        step.is_withdrawn,
    )


def _grouped(steps: Sequence[Step], places: Mapping[str, str]) -> list[list[Step]]:
    groups: list[list[Step]] = []
    for step in steps:
        if groups and _likeness(groups[-1][0], places) == _likeness(step, places):
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def _bars(columns: Sequence[Column]) -> list[Bar]:
    bars: list[Bar] = []
    for index, column in enumerate(columns):
        for step in column.steps:
            if not step.is_withdrawn and step.role is Role.CHILD:
                _hold(bars, step, index)
    _stack(bars, len(columns))
    return bars


def _hold(bars: list[Bar], step: Step, index: int) -> None:
    open_bars = [bar for bar in bars if bar.end is None]
    if step.action == "ADD" and step.parent:
        if all(bar.holder != step.parent for bar in open_bars):
            bars.append(Bar(step.parent, index))
    elif step.action == "DELETE":
        at = next((i for i, bar in enumerate(open_bars) if bar.holder == step.parent), 0)
        # What is taken out of a holder leaves everything that holds the holder, too.
        for bar in open_bars[at:] if not step.via else open_bars[at : at + 1]:
            bar.end = index


def _stack(bars: list[Bar], columns: int) -> None:
    taken: list[int] = []
    for bar in bars:
        end = columns if bar.end is None else bar.end
        row = next((row for row, until in enumerate(taken) if until <= bar.start), len(taken))
        if row == len(taken):
            taken.append(end)
        else:
            taken[row] = end
        bar.row = row
