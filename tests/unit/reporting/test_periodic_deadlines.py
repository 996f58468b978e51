"""By when a report must be there that comes round: months of any length, weekends, holidays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.compliance.entries import Duty
from packtrail.compliance.packs import PackIdentity
from packtrail.compliance.profiles import ReportDuty, reporting_duties
from packtrail.compliance.radar import next_due
from packtrail.compliance.spans import Span, monday_to_friday
from packtrail.compliance.subjects import TradeItem
from packtrail.compliance.words import Confidence, Happening, Level, ProductClass, Role
from packtrail.reporting import catalogue
from packtrail.reporting.deadlines import Deadline, deadline_of
from packtrail.services import rule_packs
from packtrail.services.holidays import working_days_in

SEOUL = timezone(timedelta(hours=9))
KOREA = next(pack for pack in rule_packs.built_in() if pack.id == "kr_kpis")
FORM = catalogue.form("kr_supply")
H = Happening
MONTHLY = Duty(
    name="monthly", what="Report the supply of a month", roles=(Role.MANUFACTURER,), sources=(),
    confidence=Confidence.HIGH, every=Span(1, "month"), due_day=31,
)  # fmt: skip
WITHIN = replace(MONTHLY, name="within", every=None, due_day=None, events=(H.SHIP,))


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=SEOUL)


def end_of(day: date) -> datetime:
    """The last moment of a day: the first of the next."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=SEOUL)


def asked(*duties: Duty) -> Sequence[ReportDuty]:
    identity = PackIdentity("kr", "1", "0" * 64, ())
    return [
        ReportDuty(
            identity=identity,
            on=date(2027, 1, 1),
            duty=duty,
            missing=(),
            bytes_max=None,
            events_max=None,
        )
        for duty in duties
    ]


def due(happened_at: datetime, *duties: Duty) -> Deadline:
    return deadline_of(asked(*duties), FORM, H.SHIP, happened_at)


# --- what comes round -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happened", "day", "due_on"),
    [
        (noon(2027, 1, 1), 31, date(2027, 2, 28)),
        (noon(2027, 1, 31), 31, date(2027, 2, 28)),
        (noon(2028, 1, 31), 31, date(2028, 2, 29)),
        (noon(2028, 1, 15), 30, date(2028, 2, 29)),
        (noon(2028, 2, 29), 31, date(2028, 3, 31)),
        (noon(2028, 2, 29), 29, date(2028, 3, 29)),
        (noon(2027, 3, 31), 31, date(2027, 4, 30)),
        (noon(2027, 4, 30), 31, date(2027, 5, 31)),
        (noon(2027, 12, 1), 31, date(2028, 1, 31)),
        (noon(2027, 12, 31), 10, date(2028, 1, 10)),
        (noon(2099, 12, 31), 31, date(2100, 1, 31)),
        (noon(2100, 1, 31), 31, date(2100, 2, 28)),
    ],
)
def test_what_comes_round_is_due_by_its_day_of_the_following_month(
    happened: datetime, day: int, due_on: date
) -> None:
    found = due(happened, replace(MONTHLY, due_day=day))

    assert found.at == end_of(due_on)
    assert not found.is_missed(end_of(due_on))
    assert found.is_missed(end_of(due_on) + timedelta(seconds=1)), "without a day of grace"


@pytest.mark.parametrize(
    ("day", "words"),
    [(31, "within the following month"), (10, "within the following month, by day 10")],
)
def test_its_words_tell_the_day(day: int, words: str) -> None:
    assert due(noon(2027, 1, 4), replace(MONTHLY, due_day=day)).words == words


@pytest.mark.parametrize(
    ("every", "due_on", "words"),
    [
        (Span(3, "month"), date(2027, 4, 10), "within the month after every 3 months, by day 10"),
        (Span(1, "year"), date(2028, 1, 10), "within the month after every year, by day 10"),
    ],
)
def test_what_comes_round_more_seldom_is_due_after_its_period(
    every: Span, due_on: date, words: str
) -> None:
    for month in (1, 2, 3):
        found = due(noon(2027, month, 28), replace(MONTHLY, every=every, due_day=10))
        assert (found.at, found.words) == (end_of(due_on), words)


def test_an_event_may_be_due_on_a_day_of_the_following_month() -> None:
    found = due(noon(2027, 12, 4), replace(MONTHLY, every=None, events=(H.SHIP,), due_day=10))

    assert (found.at, found.words) == (
        end_of(date(2028, 1, 10)), "within the following month, by day 10",
    )  # fmt: skip


@pytest.mark.parametrize("due_on", [date(2027, 1, 31), date(2027, 2, 28), date(2027, 10, 3)])
def test_a_day_on_a_weekend_or_holiday_is_not_put_off(due_on: date) -> None:
    """A law may allow the next working day; the day that surely counts is told."""
    is_worked = working_days_in("KR", due_on)
    before = due_on.replace(day=1) - timedelta(days=1)
    found = deadline_of(
        asked(replace(MONTHLY, due_day=due_on.day)), FORM, H.SHIP,
        noon(before.year, before.month, before.day), is_worked=is_worked,
    )  # fmt: skip

    assert not is_worked(due_on)
    assert found.at == end_of(due_on)


def test_the_month_is_that_of_the_place() -> None:
    moment = noon(2027, 2, 1).replace(hour=0, minute=30)

    assert due(moment, MONTHLY).at == end_of(date(2027, 3, 31))
    assert due(moment.astimezone(timezone.utc), MONTHLY).at == (  # noqa: UP017
        datetime(2027, 3, 1, tzinfo=timezone.utc)  # noqa: UP017
    ), "in UTC it is January still"


@given(happened=st.dates(date(2000, 1, 1), date(2099, 12, 31)), day=st.integers(1, 31))
def test_the_deadline_of_a_report_is_the_next_day_of_its_obligation(
    happened: date, day: int
) -> None:
    duty = replace(MONTHLY, due_day=day)
    following = (happened.replace(day=1) + timedelta(days=31)).replace(day=1)
    found = due(datetime.combine(happened, time(12), tzinfo=SEOUL), duty)

    due_on = next_due(duty, following)
    assert due_on is not None
    assert found.at == end_of(due_on)
    assert (due_on.year, due_on.month) == (following.year, following.month)


def test_of_two_duties_the_earlier_counts() -> None:
    assert due(noon(2027, 1, 4), MONTHLY, replace(MONTHLY, due_day=9)).at == end_of(
        date(2027, 2, 9)
    )
    assert due(noon(2027, 1, 4), MONTHLY, replace(WITHIN, within=Span(1, "day"))).at == end_of(
        date(2027, 1, 5)
    )


def test_korea_asks_for_other_medicines_by_the_end_of_the_following_month() -> None:
    item = TradeItem(product_class=ProductClass.NON_PRESCRIPTION, level=Level.UNIT)
    duties = reporting_duties(KOREA, item, on=date(2028, 1, 31), roles=[Role.MANUFACTURER])
    found = deadline_of(duties, FORM, H.SHIP, noon(2028, 1, 31))

    assert (found.at, found.duty) == (end_of(date(2028, 2, 29)), "kr_kpis/monthly_report")


# --- working days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happened", "days", "due_on"),
    [
        (noon(2027, 1, 7), 1, date(2027, 1, 8)),
        (noon(2027, 1, 8), 1, date(2027, 1, 11)),
        (noon(2027, 1, 9), 1, date(2027, 1, 11)),
        (noon(2027, 1, 29), 1, date(2027, 2, 1)),
        (noon(2028, 2, 28), 1, date(2028, 2, 29)),
        (noon(2028, 2, 29), 2, date(2028, 3, 3)),
        (noon(2027, 12, 31), 1, date(2028, 1, 3)),
        (noon(2027, 2, 5), 1, date(2027, 2, 10)),
        (noon(2027, 5, 4), 1, date(2027, 5, 6)),
    ],
)
def test_working_days_leave_out_weekends_and_the_holidays_of_the_market(
    happened: datetime, days: int, due_on: date
) -> None:
    duty = replace(WITHIN, within=Span(days, "working day"))
    found = deadline_of(
        asked(duty), FORM, H.SHIP, happened, is_worked=working_days_in("KR", happened.date())
    )

    assert found.at == end_of(due_on)


@given(happened=st.dates(date(2020, 1, 1), date(2035, 12, 31)), days=st.integers(1, 30))
def test_so_many_working_days_lie_between_and_the_last_is_worked(happened: date, days: int) -> None:
    found = due(
        datetime.combine(happened, time(12), tzinfo=SEOUL),
        replace(WITHIN, within=Span(days, "working day")),
    )

    assert found.at is not None
    last = (found.at - timedelta(seconds=1)).date()
    between = [happened + timedelta(days=at) for at in range(1, (last - happened).days + 1)]
    assert monday_to_friday(last)
    assert sum(map(monday_to_friday, between)) == days


@pytest.mark.parametrize(
    ("span", "happened", "due_on"),
    [
        (Span(1, "month"), noon(2027, 1, 31), date(2027, 2, 28)),
        (Span(1, "month"), noon(2028, 1, 31), date(2028, 2, 29)),
        (Span(1, "year"), noon(2028, 2, 29), date(2029, 2, 28)),
        (Span(10, "day"), noon(2028, 2, 25), date(2028, 3, 6)),
    ],
)
def test_months_and_years_end_on_a_day_that_there_is(
    span: Span, happened: datetime, due_on: date
) -> None:
    assert due(happened, replace(WITHIN, within=span)).at == end_of(due_on)
