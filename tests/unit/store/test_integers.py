"""Columns of whole numbers: one of them is the same as among all of them, however it is kept."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from packtrail.store.integers import Lane, pack, unpack

_WIDE = st.integers(-(1 << 63), (1 << 63) - 1)
_NARROW = st.integers(0, 300)
_RISING = st.lists(st.integers(0, 9), max_size=300).map(lambda steps: np.cumsum(steps).tolist())


@example([1, -(1 << 63)])
@given(st.lists(_WIDE, max_size=40) | st.lists(_NARROW, max_size=300) | _RISING)
def test_a_number_looked_up_by_itself_is_that_among_all(numbers):
    column = pack(np.array(numbers, dtype=np.int64))

    assert unpack(column, len(numbers)).tolist() == numbers
    assert [Lane(column, len(numbers)).at(place) for place in range(len(numbers))] == numbers
    lane = Lane(column, len(numbers))
    assert [lane.at(place) for place in range(len(numbers))] == numbers


@example([1, -(1 << 63)], (1 << 63) - 1)
@given(st.lists(_WIDE, max_size=40) | st.lists(_NARROW, max_size=300) | _RISING, _WIDE | _NARROW)
def test_a_number_is_found_where_it_is_among_all(numbers, other):
    column = pack(np.array(numbers, dtype=np.int64))
    places = {
        number: [place for place, one in enumerate(numbers) if one == number]
        for number in (*numbers, other)
    }

    assert {one: [*Lane(column, len(numbers)).places_of(one)] for one in places} == places
