"""Runs of numbers hold just the numbers that went in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from packtrail.store.archive import runs

some = st.lists(st.integers(0, 40) | st.integers(2**40, 2**40 + 9), max_size=30, unique=True)


@given(st.lists(some, max_size=5), st.integers(1, 7))
def test_the_union_holds_every_number_once_in_ascending_order(
    batches: list[list[int]], at_once: int
) -> None:
    united = runs.none()
    for batch in batches:
        united = runs.united(united, runs.of(np.array(sorted(batch), dtype=np.int64)))
    told = list(runs.numbers(united, at_once=at_once))

    assert [number for part in told for number in part] == sorted(set().union(*batches))
    assert all(len(part) == at_once for part in told[:-1])


@given(some)
def test_neighbours_are_one_run(numbers: list[int]) -> None:
    found = runs.of(np.array(sorted(numbers), dtype=np.int64))

    assert all(found.first[1:] > found.last[:-1] + 1)
