"""Kinds of values: what is written, what is wrong, and what can be mended without guessing."""

from __future__ import annotations

from datetime import date

import pytest

from packtrail.reporting.kinds import KINDS

THREE = "\N{ARABIC-INDIC DIGIT THREE}"


@pytest.mark.parametrize(
    "text",
    [
        "2028-12-31",
        "2028-12-31T08:00:00Z",
        " 31.12.2028 ",
        "20281231",
        "31/12/2028",
        "12/31/2028",
    ],
)
def test_a_day_is_mended_that_can_mean_one_day_only(text: str) -> None:
    assert KINDS["day"].mended(text) == "2028-12-31"


@pytest.mark.parametrize("text", ["05/12/2028", "281231", "281200", "330615", "2812", "31.02.2028"])
def test_a_day_is_never_guessed(text: str) -> None:
    assert KINDS["day"].mended(text) == text
    with pytest.raises(ValueError, match="is no day"):
        KINDS["day"].write(text)


def test_a_day_is_written_as_the_receiver_wants_it() -> None:
    assert KINDS["day_dotted"].write("2028-12-31") == "31.12.2028"
    assert KINDS["day_short"].write(date(2028, 12, 31)) == "281231"


@pytest.mark.parametrize(("text", "amount"), [("12", "12.00"), ("12,5", "12.50"), ("7.25", "7.25")])
def test_an_amount_is_mended(text: str, amount: str) -> None:
    assert KINDS["price"].mended(text) == KINDS["price"].write(text) == amount


@pytest.mark.parametrize("text", ["1,234", "12.500", "12.505", "0.125", "1e3", "-5", "NaN"])
def test_an_amount_that_may_be_another_or_would_be_rounded_is_left_as_it_is(text: str) -> None:
    assert KINDS["price"].mended(text) == text
    with pytest.raises(ValueError, match="is no amount"):
        KINDS["price"].write(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("sgtin27", THREE * 14 + "A" * 13),
        ("code", "01" + THREE * 14 + "21A1"),
        ("crypto_code", "01" + THREE * 14 + "21" + "A" * 13 + "\x1d91ABCD\x1d92" + "x" * 44),
        ("whole", THREE),
        ("price", f"{THREE}.{THREE}{THREE}"),
        ("offset", f"+0{THREE}:00"),
        ("ru_subject", THREE * 14),
        ("ru_inn", THREE * 10),
    ],
)
def test_digits_of_other_scripts_are_no_digits(kind: str, text: str) -> None:
    assert KINDS[kind].defect(text) is not None
