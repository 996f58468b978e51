"""Numberings and pools: nothing twice, everything found again."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail import gs1
from packtrail.base.errors import RefusedError, UsageError
from packtrail.serials import keys
from packtrail.serials.numberings import (
    RandomNumbering,
    SequentialNumbering,
    SsccNumbering,
    lines_of,
    numbering_of,
    strings_of,
    texts_of,
)
from packtrail.serials.policy import Order, Policy
from packtrail.serials.pool import Generation, Pool, find, strings
from packtrail.serials.texts import NOWHERE

SET_82 = "".join(chr(c) for c in range(33, 123) if chr(c) not in "#$@[\\]^`")


def key(number: int) -> bytes:
    return hashlib.sha256(bytes([number])).digest()


POLICIES = {
    "digits": Policy.of("numeric", 12),
    "no leading zero": Policy.of("numeric", 12, first="123456789"),
    "20 letters and digits": Policy.of("alphanumeric", 20),
    "letter first": Policy.of("unambiguous", 14, first="ABCDEFGH"),
    "prefix": Policy.of("unambiguous", 16, prefix="PT"),
    "a first character of the end": Policy.of("alphanumeric", 20, first="YZ"),
    "13 places": Policy.of("alphanumeric", 13, first="0Z"),
    "all 82 characters": Policy.of(SET_82, 20),
    "all 82, letters first": Policy.of(SET_82, 20, first="ABCxyz"),
}


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("order", [Order.RANDOM, Order.SEQUENTIAL])
def test_many_at_once_are_the_same_as_one_by_one_and_turn_back(name: str, order: Order) -> None:
    policy = POLICIES[name]
    numbering = (
        RandomNumbering(policy, key(1)) if order is Order.RANDOM else SequentialNumbering(policy)
    )
    for lo in (0, 10**9, policy.space // 2 % 2**56):
        texts = numbering.texts(lo, lo + 40)

        strings = strings_of(texts)
        assert strings == [numbering.text(lo + at) for at in range(40)]
        assert [numbering.position(text) for text in strings] == list(range(lo, lo + 40))
        assert numbering.positions(texts).tolist() == list(range(lo, lo + 40))
        assert all(policy.number(text) is not None for text in strings)


@given(st.sampled_from(sorted(POLICIES)), st.integers(0, 2**64))
def test_a_text_that_was_never_given_has_the_same_position_both_ways(name: str, at: int) -> None:
    policy = POLICIES[name]
    numbering = RandomNumbering(policy, key(1))
    text = policy.text(at % policy.space)

    position = numbering.position(text)
    (many,) = numbering.positions(texts_of([text], policy.length)).tolist()

    assert position is not None
    assert many == position or (many == int(NOWHERE) and position >= 2**56)


@pytest.mark.parametrize("first", ["", "34567", "9"])
def test_a_whole_space_is_given_once(first: str) -> None:
    policy = Policy.of("numeric", 7 if first == "9" else 6, first=first, guess_limit=None)
    numbering = RandomNumbering(policy, key(2))

    texts = numbering.texts(0, policy.space)

    assert len(set(strings_of(texts))) == policy.space
    assert np.array_equal(numbering.positions(texts), np.arange(policy.space, dtype=np.uint64))


@pytest.mark.parametrize("foreign", ["0" * 14, "PT" + "I" * 14, "PTé" + "0" * 13, "PT", ""])
def test_a_foreign_text_has_no_position(foreign: str) -> None:
    assert RandomNumbering(POLICIES["prefix"], key(1)).position(foreign) is None


@pytest.mark.parametrize("order", [Order.RANDOM, Order.SEQUENTIAL])
def test_foreign_texts_among_many_have_no_position(order: Order) -> None:
    policy = POLICIES["letter first"]
    numbering = numbering_of(dataclasses.replace(policy, order=order), key(1))
    good = numbering.text(7)
    texts = texts_of([good, "0" + good[1:], good[:-1] + "I", good[:-1] + "~"], policy.length)

    assert numbering.positions(texts).tolist() == [7, *[int(NOWHERE)] * 3]


def test_random_numbers_are_never_given_without_a_key() -> None:
    with pytest.raises(UsageError, match="need a key"):
        numbering_of(POLICIES["digits"], None)


def test_ssccs_are_those_of_the_gs1_module() -> None:
    numbering = SsccNumbering("0614141", extension="1")

    texts = strings_of(numbering.texts(98, 103))

    assert texts == [gs1.make_sscc("0614141", str(n), extension="1") for n in range(98, 103)]
    assert numbering.positions(numbering.texts(98, 103)).tolist() == [98, 99, 100, 101, 102]
    assert [numbering.position(t) for t in (texts[0][:-1] + "0", "²" * 18, "306141410000000043")] \
        == [None] * 3  # fmt: skip


def test_texts_become_the_lines_of_a_file() -> None:
    assert lines_of(texts_of(["AB", "CD"], 2)) == b"AB\nCD\n"


def rotated(sizes: list[int], policy: Policy) -> Pool:
    """A pool that gave so many texts under each of several keys."""
    generations: tuple[Generation, ...] = ()
    for number, size in enumerate(sizes):
        numbering = RandomNumbering(policy, key(number))
        fresh = Pool((*generations, Generation(numbering, 0)))
        generations = (*generations, Generation(numbering, fresh.end_of(0, size)))
    return Pool(generations)


def test_a_new_key_gives_nothing_that_an_earlier_one_gave() -> None:
    policy = Policy.of("numeric", 6, guess_limit=None)
    pool = rotated([300_000, 200_000, 500_000], policy)

    given = [
        strings(pool, number, 0, generation.reached)
        for number, generation in enumerate(pool.generations, start=1)
    ]

    assert [len(each) for each in given] == [300_000, 200_000, 500_000]
    assert len({text for each in given for text in each}) == policy.space
    assert pool.generations[1].reached > 200_000


def test_a_text_is_found_where_it_was_given() -> None:
    pool = rotated([30_000, 20_000], Policy.of("numeric", 6, guess_limit=None))
    second = strings(pool, 2, 0, pool.generations[1].reached)
    first = strings(pool, 1, 0, 30_000)

    assert find(pool, first[29_999]) == (1, 29_999)
    found = pool.find_all([*first, *second])
    assert found.generations.tolist() == [1] * 30_000 + [2] * 20_000
    assert found[49_999] == find(pool, second[-1])
    given = {*first, *second}
    others = [f"{n:06d}" for n in range(1_000) if f"{n:06d}" not in given]
    assert not pool.find_all([*others, "", "1234567", "12345\u0664"]).generations.any()


def test_a_proof_counts_what_turns_back_to_where_it_came_from() -> None:
    pool = rotated([40_000], POLICIES["letter first"])

    assert pool.proven(1, 0, 40_000) == 40_000


def test_a_wrapped_key_opens_under_its_name_and_master_key_only() -> None:
    sealed = keys.wrap([key(1)], key(2), nonce=bytes(12), name="pool 1")

    assert keys.unwrap([key(3), key(1)], sealed, name="pool 1") == key(2)
    assert key(2) not in sealed
    for master, name in ((key(3), "pool 1"), (key(1), "pool 2")):
        with pytest.raises(RefusedError) as refused:
            keys.unwrap([master], sealed, name=name)
        assert refused.value.findings[0].code == "SER-012"


@pytest.mark.parametrize("text", ["", "AAAA", "!" * 44, "Ä" * 44])
def test_a_master_key_that_cannot_be_read_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        keys.master_key_of(text)

    assert not text or text not in str(refused.value)
