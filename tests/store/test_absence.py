"""Absence from memory: whatever is in the dictionary is never said to be new."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.store import absence, mentions, name_blocks, remembered

SALT = 7
CLASS_ID = 3


class NoDatabase:
    """A connection of which only the name of the database is asked."""

    pgconn = type("Names", (), {"host": b"here", "port": b"1", "db": b"test_absence"})


def hashed(serials):
    items = mentions.texts(serials)
    return mentions.hashes(items, np.full(len(items), SALT, dtype=np.uint64))


@given(
    parts=st.lists(st.integers(1, 300), min_size=1, max_size=12),
    smallest=st.sampled_from([0, 64, 65_536]),
    sieved=st.sampled_from([1, 200, 1_000_000]),
)
def test_what_is_in_the_dictionary_is_never_absent_and_few_runs_are_kept(parts, smallest, sieved):
    serials = [f"S{number:06d}" for number in range(sum(parts))]
    blocks, first = [], 0
    conn = NoDatabase()
    memory = absence._Memory()
    told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(absence, "_SMALLEST", smallest)
        patch.setattr(absence, "_SIEVED", sieved)
        patch.setattr(remembered, "ask_since", lambda *_: told.pop)
        for size in parts:
            some = serials[first : first + size]
            blocks.append((first, name_blocks.pack(mentions.texts(some))))
            first += size
            told.append(remembered.Reading(blocks[-1:], blocks[-1]))
            memory = absence._brought_up(conn, memory, CLASS_ID, first, SALT)
            assert memory.size == first
        told.append(remembered.Reading([], blocks[-1]))
        absence._memories.put(remembered.key_of(conn, CLASS_ID, SALT), memory)
        others = [f"T{number:06d}" for number in range(500)]

        absent = absence.are_absent(conn, CLASS_ID, first, SALT, hashed([*others, *serials]))
    absence.forget(remembered.database_of(conn))

    assert not absent[len(others) :].any()
    # Of a thousand a sieve lets one through; there are twelve at most.
    assert absent[: len(others)].sum() >= len(others) - (30 if memory.sieves else 0)
    assert memory.sieves or max(parts) < sieved
    assert not memory.sieves or sum(parts) >= sieved
    assert all(len(run) < sieved for run in memory.runs)
    lengths = [len(run) for run in memory.runs]
    assert all(long > 2 * short for long, short in itertools.pairwise(lengths))
    assert all((run[1:] >= run[:-1]).all() for run in memory.runs)


def test_who_began_before_others_added_more_does_not_read_the_class_again():
    conn = NoDatabase()
    block = (0, name_blocks.pack(mentions.texts(["S1", "S2", "S3"])))
    asked = []

    def ask_since(_conn, _class_id, last):
        asked.append(last)
        return lambda: remembered.Reading([] if last else [block], block)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remembered, "ask_since", ask_since)
        absence.are_absent(conn, CLASS_ID, 3, SALT, hashed(["S1"]))
        absent = absence.are_absent(conn, CLASS_ID, 2, SALT, hashed(["S1", "S3", "S4"]))
    absence.forget(remembered.database_of(conn))

    assert absent.tolist() == [False, False, True]
    assert asked == [None, block]
