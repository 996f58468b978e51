"""The members of a posting come back as they went in, and small."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from packtrail.store.blocks import BLOCK_SIZE, contains, decode, encode

LANES = st.sets(st.integers(0, BLOCK_SIZE - 1), min_size=2, max_size=600).map(sorted)


@given(LANES)
def test_every_set_of_lanes_comes_back(lanes: list[int]):
    members = encode(np.array(lanes))

    assert decode(lanes[0], lanes[-1], members).tolist() == lanes


@given(LANES, st.integers(0, BLOCK_SIZE - 1))
def test_membership_is_that_of_the_set(lanes: list[int], lane: int):
    members = encode(np.array(lanes))

    assert contains(lane, lanes[0], lanes[-1], members) == (lane in lanes)


def test_an_unbroken_run_needs_no_members():
    assert encode(np.arange(7, 107)) is None


def test_few_lanes_far_apart_are_a_list_and_many_a_bitmap():
    few, many = encode(np.array([0, 4000])), encode(np.arange(0, 4000, 2))

    assert few is not None
    assert many is not None
    assert (few[0], len(few)) == (0, 5)
    assert (many[0], len(many)) == (1, 501)
