"""Sieves hold what was put in, and let little else through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.store.sieve import Sieve, marks

HASHES = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=300)


@given(held=HASHES, asked=HASHES)
def test_what_was_put_in_is_let_through(held: list[int], asked: list[int]) -> None:
    sieve = Sieve(len(held))
    for part in np.array_split(np.array(held, dtype=np.uint64), 3):
        sieve.add(part)
    every = np.array([*held, *asked], dtype=np.uint64)

    found = sieve.may_hold(every)

    assert found[: len(held)].all()
    assert (found == sieve.may_hold(every, marks(every))).all()


@pytest.mark.parametrize("size", [100, 1_023, 1_024, 65_535, 200_000])
def test_of_others_one_in_a_thousand_is_let_through(size: int) -> None:
    draw = np.random.default_rng(size)
    sieve = Sieve(size)
    sieve.add(draw.integers(0, 2**64, size, dtype=np.uint64))

    others = draw.integers(0, 2**64, 200_000, dtype=np.uint64)

    assert 0 < sieve.may_hold(others).mean() < 0.002
