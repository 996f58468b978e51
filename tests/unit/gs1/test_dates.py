from __future__ import annotations

from datetime import date

import pytest

from packtrail.gs1.dates import resolve


@pytest.mark.parametrize(
    ("text", "reference_year", "expected"),
    [
        ("260101", 2026, date(2026, 1, 1)),
        ("760101", 2026, date(2076, 1, 1)),
        ("770101", 2026, date(1977, 1, 1)),
        ("990101", 2026, date(1999, 1, 1)),
        ("500101", 2099, date(2050, 1, 1)),
        ("490101", 2099, date(2149, 1, 1)),
        ("000101", 2051, date(2100, 1, 1)),
        ("010101", 2051, date(2101, 1, 1)),
        ("020101", 2051, date(2002, 1, 1)),
    ],
)
def test_a_year_lies_from_49_before_to_50_after(
    text: str, reference_year: int, expected: date
) -> None:
    assert resolve(text, reference_year=reference_year) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("260100", date(2026, 1, 31)),
        ("260200", date(2026, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("260400", date(2026, 4, 30)),
    ],
)
def test_day_zero_is_the_end_of_the_month(text: str, expected: date) -> None:
    assert resolve(text, reference_year=2026) == expected
