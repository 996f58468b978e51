"""FF1 against NIST's sample vectors, and against itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.base.errors import UsageError
from packtrail.serials.ff1 import DOMAIN_MIN, Ff1, number_of, numerals_of

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
KEY = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94")
TEN, LONG = "39383736353433323130", "3737373770717273373737"
NIST = [
    # AES key bytes, radix, tweak, plaintext, ciphertext: samples 1 to 9 of FF1 in SP 800-38G
    (16, 10, "", "0123456789", "2433477484"),
    (16, 10, TEN, "0123456789", "6124200773"),
    (16, 36, LONG, "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
    (24, 10, "", "0123456789", "2830668132"),
    (24, 10, TEN, "0123456789", "2496655549"),
    (24, 36, LONG, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
    (32, 10, "", "0123456789", "6657667009"),
    (32, 10, TEN, "0123456789", "1001623463"),
    (32, 36, LONG, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
]


def numerals(text: str) -> list[int]:
    return [DIGITS.index(character) for character in text]


@pytest.mark.parametrize(("key_bytes", "radix", "tweak", "plain", "cipher"), NIST)
def test_the_sample_vectors_of_nist(
    key_bytes: int, radix: int, tweak: str, plain: str, cipher: str
) -> None:
    ff1 = Ff1(KEY[:key_bytes], radix, len(plain), tweak=bytes.fromhex(tweak))

    assert ff1.encrypt(numerals(plain)) == tuple(numerals(cipher))
    assert ff1.decrypt(numerals(cipher)) == tuple(numerals(plain))


@pytest.mark.parametrize(("key_bytes", "radix", "tweak", "plain", "cipher"), NIST)
def test_many_at_once_give_the_sample_vectors_too(
    key_bytes: int, radix: int, tweak: str, plain: str, cipher: str
) -> None:
    ff1 = Ff1(KEY[:key_bytes], radix, len(plain), tweak=bytes.fromhex(tweak))
    cut = ff1.left_length
    halves = [np.array([number_of(numerals(part), radix)] * 3, dtype=np.uint64)
              for part in (plain[:cut], plain[cut:])]  # fmt: skip

    left, right = ff1.encrypt_many(*halves)
    back = ff1.decrypt_many(left, right)

    wanted = [number_of(numerals(part), radix) for part in (cipher[:cut], cipher[cut:])]
    assert [left.tolist(), right.tolist()] == [[each] * 3 for each in wanted]
    assert [each.tolist() for each in back] == [each.tolist() for each in halves]


@given(
    radix=st.integers(2, 82),
    length=st.integers(2, 24),
    key=st.binary(min_size=32, max_size=32),
    tweak=st.binary(max_size=40),
    seed=st.integers(0, 2**64),
)
def test_one_and_many_agree_and_turn_back(
    radix: int, length: int, key: bytes, tweak: bytes, seed: int
) -> None:
    if radix**length < DOMAIN_MIN:
        length = 20
    ff1 = Ff1(key, radix, length, tweak=tweak)
    pair = seed % ff1.left_size, seed**2 % ff1.right_size

    became = ff1.encrypt_number(*pair)

    assert ff1.decrypt_number(*became) == pair
    if ff1.is_bulk:
        many = ff1.encrypt_many(*(np.array([half], dtype=np.uint64) for half in pair))
        assert tuple(int(half[0]) for half in many) == became


@pytest.mark.parametrize(("radix", "length"), [(10, 6), (1000, 2), (2, 20), (32, 4)])
def test_every_string_of_a_small_domain_appears_once(radix: int, length: int) -> None:
    ff1 = Ff1(bytes(16), radix, length)
    everything = np.arange(radix**length, dtype=np.uint64)
    size = np.uint64(ff1.right_size)

    left, right = ff1.encrypt_many(everything // size, everything % size)

    assert np.array_equal(np.sort(left * size + right), everything)


@pytest.mark.parametrize(("radix", "length"), [(65_536, 40), (82, 20), (10, 56)])
def test_long_strings_turn_back_too(radix: int, length: int) -> None:
    ff1 = Ff1(bytes(16), radix, length, tweak=b"x" * 33)
    plain = tuple((7 * each) % radix for each in range(length))

    assert ff1.encrypt(plain) != plain
    assert ff1.decrypt(ff1.encrypt(plain)) == plain


@pytest.mark.parametrize(("radix", "length"), [(10, 5), (999, 2), (36, 3)])
def test_a_domain_below_a_million_is_refused(radix: int, length: int) -> None:
    with pytest.raises(UsageError, match=r"FF1 needs 1,000,000 or more\.$"):
        Ff1(bytes(16), radix, length)


def test_a_key_that_is_no_aes_key_is_refused() -> None:
    with pytest.raises(UsageError, match=r"16, 24 or 32 bytes; this one has 15\.$"):
        Ff1(bytes(15), 10, 10)


@pytest.mark.parametrize("wrong", [range(9), [10] + [0] * 9, [-1] + [0] * 9])
def test_a_string_of_another_length_or_radix_is_refused(wrong: list[int]) -> None:
    with pytest.raises(UsageError, match="Expected 10 numerals from 0 to 9"):
        Ff1(bytes(16), 10, 10).encrypt(wrong)


def test_numerals_and_numbers_turn_into_each_other() -> None:
    assert number_of((1, 2, 3), 10) == 123
    assert numerals_of(123, 10, 5) == (0, 0, 1, 2, 3)


def test_no_strings_become_no_strings() -> None:
    nothing = np.array([], dtype=np.uint64)
    ff1 = Ff1(bytes(16), 10, 10)

    for step in (ff1.encrypt_many, ff1.decrypt_many):
        assert [half.tolist() for half in step(nothing, nothing)] == [[], []]
