"""Spans of time as laws write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from packtrail.compliance.spans import Span


@pytest.mark.parametrize(
    ("text", "day", "last"),
    [
        ("24 hours", "2026-11-22", "2026-11-23"),
        ("10 days", "2026-11-22", "2026-12-02"),
        ("2 working days", "2026-11-20", "2026-11-24"),
        ("1 working day", "2026-11-22", "2026-11-23"),
        ("1 week", "2026-12-28", "2027-01-04"),
        ("1 month", "2027-01-31", "2027-02-28"),
        ("13 months", "2026-12-31", "2028-01-31"),
        ("6 years", "2020-02-29", "2026-02-28"),
    ],
)
def test_a_span_ends_on_a_day(text: str, day: str, last: str) -> None:
    span = Span.read(text)

    assert span is not None
    assert span.after(date.fromisoformat(day)) == date.fromisoformat(last)


@pytest.mark.parametrize("text", ["", "day", "1", "-1 days", "1.5 hours", "10  days", "10 Days"])
def test_what_is_no_span_is_none(text: str) -> None:
    assert Span.read(text) is None


def test_spans_of_different_units_are_compared() -> None:
    ordered = ["1 hour", "24 hours", "2 days", "1 week", "1 month", "1 year"]
    spans = [Span.read(text) for text in ordered]

    assert spans == sorted(spans, key=lambda each: each.hours)
    assert Span.read("24 hours") <= Span.read("1 day") <= Span.read("24 hours")


def test_a_span_is_told_as_it_is_written() -> None:
    assert [str(Span.read(text)) for text in ("1 day", "2 working days")] == [
        "1 day",
        "2 working days",
    ]


def test_working_days_are_those_of_whoever_knows_the_place():
    christmas = {date(2026, 12, 25), date(2026, 12, 28)}
    span = Span.read("2 working days")

    assert span is not None
    assert span.after(
        date(2026, 12, 23), is_worked=lambda day: day.weekday() < 5 and day not in christmas
    ) == date(2026, 12, 29)


@pytest.mark.parametrize("text", ["24 hours", "1 working day", "2 weeks", "1 month", "6 years"])
def test_what_ends_beyond_the_calendar_ends_with_it(text: str) -> None:
    span = Span.read(text)

    assert span is not None
    assert span.after(date(9999, 12, 31)) == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("text", "limit", "is_within"),
    [
        ("24 hours", "1 day", True),
        ("25 hours", "1 day", False),
        ("2 working days", "2 working days", True),
        ("3 working days", "2 working days", False),
        # From a Friday to a Monday is one working day, and three days.
        ("24 hours", "1 working day", True),
        ("3 days", "1 working day", None),
        ("73 hours", "1 working day", False),
        ("1 working day", "24 hours", None),
        ("1 working day", "3 days", True),
        ("2 working days", "24 hours", False),
        # Ten working days have one weekend within them at least, and two at most.
        ("10 working days", "10 days", False),
        ("10 working days", "12 days", None),
        ("10 working days", "2 weeks", True),
        ("12 days", "10 working days", True),
        ("13 days", "10 working days", None),
        ("15 days", "10 working days", False),
        # Six years have one leap day at least, and two at most.
        ("6 years", "2190 days", False),
        ("6 years", "2191 days", None),
        ("6 years", "2192 days", True),
        ("6 years", "72 months", True),
        ("73 months", "6 years", False),
        ("2191 days", "6 years", True),
        ("1 month", "4 weeks", None),
        ("1 month", "31 days", True),
        ("1 month", "27 days", False),
        ("1 working day", "1 month", True),
    ],
)
def test_weekends_and_leap_days_lie_between_spans_of_other_kinds(
    text: str, limit: str, is_within: bool | None
) -> None:
    span, most = Span.read(text), Span.read(limit)

    assert span is not None
    assert most is not None
    assert span.is_within(most) is is_within


@pytest.mark.parametrize("count", range(1, 15))
def test_what_is_told_of_weekends_is_so_from_every_day_of_a_week(count: int) -> None:
    span = Span(count, "working day")
    taken = {(span.after(day) - day).days for day in (date(2027, 3, n) for n in range(1, 8))}

    assert span.is_within(Span(max(taken), "day"))
    assert span.is_within(Span(min(taken) - 1, "day")) is False
    assert Span(min(taken), "day").is_within(span)
    assert Span(max(taken) + 1, "day").is_within(span) is False


@pytest.mark.parametrize("count", range(1, 61))
def test_what_is_told_of_months_is_so_from_every_day_of_leap_years_too(count: int) -> None:
    span = Span(count, "month")
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(4 * 365)]
    taken = {(span.after(day) - day).days for day in days if day.day <= 28}

    assert span.is_within(Span(max(taken), "day")) is not False
    assert span.is_within(Span(min(taken) - 1, "day")) is not True
    assert all(span.is_within(Span(each - 1, "day")) is not True for each in taken)
    assert all(Span(each + 1, "day").is_within(span) is not True for each in taken)
