"""Rows of the index are the same however few mentions are gathered at a time."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from packtrail.store import postings

MENTIONS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([1, 2, 17]),
        st.sampled_from([5, 900]),
        st.integers(0, 20) | st.integers(4_090, 4_110) | st.just(2**31 - 1),
    ),
    max_size=24,
)


@given(MENTIONS)
def test_few_mentions_give_the_same_rows_as_many(mentions: list[tuple[int, int, int, int]]) -> None:
    columns = np.array(mentions, dtype=np.int64).reshape(-1, 4).T
    few = postings.gather(*columns)
    with patch.object(postings, "_FEW", -1):
        many = postings.gather(*columns)

    assert few.postings == many.postings
    assert few.touches.tolist() == many.touches.tolist()
    assert few.touches.shape[0] == 4
