"""Spans of events that name different objects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.store.likes import _mixed, _windows, spread


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4), max_size=30))
def test_windows_hold_every_event_whole_and_no_object_of_two_events(told: list[list[int]]) -> None:
    objects = np.array([one for some in told for one in some], dtype=np.int64)
    events = np.repeat(np.arange(len(told)), [len(some) for some in told])
    windows = list(_windows(objects, events))

    assert [at for one in windows for at in range(len(objects))[one]] == list(range(len(objects)))
    for one in windows:
        pairs = set(zip(objects[one].tolist(), events[one].tolist(), strict=True))
        assert len({event_object for event_object, _ in pairs}) == len(pairs)
    ends = {int(events[one][-1]) for one in windows}
    assert len(ends) == len(windows)


def test_a_window_is_as_long_as_it_can_be() -> None:
    events = np.arange(6)

    assert list(_windows(np.array([1, 2, 3, 1, 4, 3]), events)) == [slice(0, 3), slice(3, 6)]
    assert list(_windows(np.arange(6), events)) == [slice(0, 6)]


@pytest.mark.parametrize("sizes", [[], [0, 0], [2, 0, 3]])
def test_runs_are_spread_one_after_the_other(sizes: list[int]) -> None:
    starts = [10, 20, 30][: len(sizes)]
    each = [start + n for start, size in zip(starts, sizes, strict=True) for n in range(size)]
    found = spread(np.array(starts, dtype=np.int64), np.array(sizes, dtype=np.int64))

    assert found.tolist() == each


def test_numbers_of_occasions_differ_by_time_and_by_what_is_said() -> None:
    times = np.arange(-500, 500, dtype=np.int64)
    some = [_mixed(np.uint64(base), times) for base in (0, 1, 2**64 - 1)]

    assert len(np.unique(np.concatenate(some))) == 3000
