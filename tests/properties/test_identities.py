"""Events of one moment and one turn are put in the order of their ids, whatever these look like."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from packtrail.store import columns, mentions
from packtrail.store.columns import Columns

UUIDS = st.uuids().map(lambda one: one.urn)
HASHES = st.binary(min_size=32, max_size=32).map(
    lambda octets: f"ni:///sha-256;{octets.hex()}?ver=CBV2.0"
)
TEXTS = st.sampled_from(["a", "urn:uuid:x", "https://example.com/1"])


def packed(identities: list[str]) -> Columns:
    count = len(identities)
    data = columns.encode(
        ordinals=np.arange(count),
        times=np.zeros(count, dtype=np.int64),
        identities=mentions.texts(identities),
        forms=(),
        streams=(),
    )
    return Columns(data, count, 0)


@given(st.lists(UUIDS, min_size=1, unique=True), st.lists(HASHES, min_size=1, unique=True))
def test_of_two_events_the_smaller_number_has_the_smaller_id(
    uuids: list[str], hashes: list[str]
) -> None:
    found = [packed(uuids), packed(hashes)]
    numbers = np.concatenate([each.identity_order for each in found])
    ids = [*uuids, *hashes]

    assert not any(each.has_texts for each in found)
    for one, number in zip(ids, numbers.tolist(), strict=True):
        for other, its in zip(ids, numbers.tolist(), strict=True):
            assert number == its or (number < its) == (one < other)


@given(st.lists(UUIDS | TEXTS, unique=True), TEXTS)
def test_of_texts_nothing_is_told(ids: list[str], text: str) -> None:
    found = packed(list(dict.fromkeys([*ids, text])))

    assert found.has_texts
    assert not found.identity_order.any()
