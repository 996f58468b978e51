"""What a policy allows, how many, and what it refuses."""

from __future__ import annotations

import doctest
from fractions import Fraction

import pytest

from packtrail.base.errors import RefusedError
from packtrail.serials import ff1, forecast, guessing, keys, numberings, policy
from packtrail.serials.guessing import Share
from packtrail.serials.policy import EU_GUESS_LIMIT, PRESETS, Order, Policy


@pytest.mark.parametrize("module", [ff1, forecast, guessing, keys, numberings, policy])
def test_the_examples_in_the_documentation_work(module: object) -> None:
    assert doctest.testmod(module).failed == 0


def test_the_space_counts_what_may_vary() -> None:
    assert Policy.of("alphanumeric", 12).space == 36**12
    assert Policy.of("alphanumeric", 12, prefix="PK").space == 36**10
    assert Policy.of("alphanumeric", 12, first="ABC").space == 3 * 36**11
    assert len(PRESETS["unambiguous"]) == 30


def test_one_first_character_is_a_prefix() -> None:
    assert Policy.of("numeric", 12, first="4") == Policy.of("numeric", 12, prefix="4")


def test_the_share_of_issued_numbers_stays_below_the_limit() -> None:
    exact = Policy.of("numeric", 8)
    uneven = Policy.of("unambiguous", 6)

    assert exact.issued_max == 9_999
    assert Share(exact, 10_000).density == EU_GUESS_LIMIT
    for each in (exact, uneven):
        assert Share(each, each.issued_max).density < EU_GUESS_LIMIT
        assert Share(each, each.issued_max + 1).density >= EU_GUESS_LIMIT


def test_without_a_limit_the_whole_space_may_be_issued() -> None:
    assert Policy.of("numeric", 6, guess_limit=None).issued_max == 1_000_000


def test_places_and_texts_turn_into_each_other() -> None:
    made = Policy.of("0123456789ABC", 8, prefix="X", first="CA1")

    assert [made.text(at) for at in (0, 1, 13**6, made.space - 1)] == [
        "X1000000",
        "X1000001",
        "XA000000",
        "XCCCCCCC",
    ]
    assert all(made.number(made.text(at)) == at for at in range(0, made.space, 99_991))


@pytest.mark.parametrize(
    "foreign", ["", "X", "1000000", "Y1000000", "X2000000", "X100000D", "X10000000", "x1000000"]
)
def test_a_text_of_another_kind_has_no_place(foreign: str) -> None:
    assert Policy.of("0123456789ABC", 8, prefix="X", first="CA1").number(foreign) is None


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"alphabet": "0"}, "alphabet"),
        ({"alphabet": "01234567890"}, "alphabet"),
        ({"alphabet": "0123456789 "}, "alphabet"),
        ({"prefix": "é"}, "prefix"),
        ({"prefix": "12345678901"}, "prefix"),
        ({"length": 21}, "length"),
        ({"length": 1}, "length"),
        ({"length": 5}, "length"),
        ({"first": "A"}, "first"),
        ({"order": Order.SEQUENTIAL}, "order"),
        ({"guess_limit": Fraction(0)}, "guess_limit"),
        ({"guess_limit": Fraction(11, 10)}, "guess_limit"),
        ({"guess_limit": Fraction(1, 10**12)}, "guess_limit"),
    ],
)
def test_a_policy_that_cannot_be_used_is_refused(wrong: dict[str, object], at: str) -> None:
    asked = {"alphabet": "numeric", "length": 12, **wrong}

    with pytest.raises(RefusedError) as refused:
        Policy.of(asked.pop("alphabet"), asked.pop("length"), **asked)

    assert at in {finding.at for finding in refused.value.findings}


def test_every_defect_of_a_policy_is_told() -> None:
    with pytest.raises(RefusedError) as refused:
        Policy.of("00 ", 30, prefix="é", first="z")

    assert {finding.at for finding in refused.value.findings} == {
        "alphabet",
        "prefix",
        "first",
        "length",
    }
