"""Every event of segments in the order in which they count, as arrays.

The order of `packtrail.lifecycle.fold.moment`: event time, turn at that time, identity. The turn is
that of a segment; identities are only looked at where all else is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from packtrail.store.likes import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from packtrail.store.integers import Numbers
    from packtrail.store.segments import Segment


def every_event(found: Sequence[Segment]) -> Timeline:
    """Return every event in the order in which they count."""
    none = np.empty(0, dtype=np.int64)
    if not found:
        return Timeline(none, none)
    sizes = [segment.event_count for segment in found]
    number = np.repeat(np.arange(len(found)), sizes)
    place = np.concatenate([np.arange(size) for size in sizes])
    times = np.concatenate([segment.columns.times for segment in found])
    turns = np.array([segment.turn for segment in found], dtype=np.int8)[number]
    order = np.lexsort([turns, times])
    times, turns = times[order], turns[order]
    is_tie = (times[1:] == times[:-1]) & (turns[1:] == turns[:-1])
    if is_tie.any():
        _order_ties(found, Timeline(number, place), order, is_tie)
    return Timeline(number[order], place[order])


def _order_ties(
    found: Sequence[Segment], events: Timeline, order: Numbers, is_tie: NDArray[np.bool_]
) -> None:
    """Put events that have moment and turn in common in the order of their identities.

    Args:
        found: The segments.
        events: All events, in any order.
        order: Which of them come one after the other by moment and turn; changed.
        is_tie: Whether one of these and the next are a tie.
    """
    at = np.flatnonzero(np.append(is_tie, False) | np.insert(is_tie, 0, False))
    tied, run = order[at], np.cumsum(~np.insert(is_tie, 0, False))[at]
    involved, which = np.unique(events.numbers[tied], return_inverse=True)
    columns = [found[number].columns for number in involved.tolist()]
    sizes = [found[number].event_count for number in involved.tolist()]
    keys = np.concatenate([each.identity_order for each in columns])
    key = keys[np.cumsum([0, *sizes])[which] + events.places[tied]]
    chosen = np.lexsort([key, run])
    order[at], key = tied[chosen], key[chosen]
    is_text = np.array([each.has_texts for each in columns], dtype=bool)[which]
    is_open = (key[1:] == key[:-1]) | np.isin(run[1:], run[is_text])

    def identity(event: int) -> str:
        return found[int(events.numbers[event])].identity(int(events.places[event]))

    for start, stop in _runs(is_open & (run[1:] == run[:-1])):
        span = at[start:stop]
        order[span] = sorted(order[span].tolist(), key=identity)


def _runs(is_tie: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield where neighbours that are ties begin and end."""
    padded = np.concatenate(([False], is_tie, [False])).astype(np.int8)
    steps = np.diff(padded)
    starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    yield from zip(starts.tolist(), (stops + 1).tolist(), strict=True)
