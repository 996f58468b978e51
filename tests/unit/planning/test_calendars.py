from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.planning.calendars import (
    ELAPSED,
    STANDARD,
    Calendar,
    DayOff,
    NoWorkingDay,
    Window,
    WorkingDays,
)

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def days(calendar: Calendar) -> WorkingDays:
    return WorkingDays(calendar, FIRST, LAST)


def at(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal()


def test_work_goes_on_over_a_weekend_on_the_next_monday() -> None:
    end = days(STANDARD).end(at(2026, 11, 27), 2)

    assert date.fromordinal(end - 1) == date(2026, 11, 30)


def test_a_day_off_is_not_worked() -> None:
    calendar = Calendar(code="c", name="c", days_off=(DayOff(date(2026, 12, 25), "Christmas"),))
    end = days(calendar).end(at(2026, 12, 24), 2)

    assert date.fromordinal(end - 1) == date(2026, 12, 28)


def test_work_within_windows_waits_for_the_next_window() -> None:
    windows = (
        Window(date(2027, 1, 4), date(2027, 1, 5)),
        Window(date(2027, 3, 1), date(2027, 3, 5)),
    )
    campaign = days(Calendar(code="c", name="c", windows=windows))

    assert date.fromordinal(campaign.earliest(at(2026, 12, 1), 1)) == date(2027, 1, 4)
    assert date.fromordinal(campaign.end(at(2027, 1, 5), 2) - 1) == date(2027, 3, 1)


def test_work_is_not_spread_over_two_windows_if_it_fits_into_one() -> None:
    windows = (
        Window(date(2027, 1, 4), date(2027, 1, 6)),
        Window(date(2027, 3, 1), date(2027, 3, 5)),
        Window(date(2027, 6, 7), date(2027, 6, 11)),
    )
    campaign = days(Calendar(code="c", name="c", windows=windows))

    assert date.fromordinal(campaign.earliest(at(2027, 1, 5), 3)) == date(2027, 3, 1)
    assert date.fromordinal(campaign.earliest(at(2027, 1, 4), 3)) == date(2027, 1, 4)
    assert date.fromordinal(campaign.latest(at(2027, 6, 9), 3)) == date(2027, 3, 3)
    assert date.fromordinal(campaign.latest(at(2027, 6, 10), 3)) == date(2027, 6, 7)
    assert date.fromordinal(campaign.earliest(at(2027, 1, 5), 6)) == date(2027, 1, 5), "in none"


def test_a_calendar_whose_windows_are_over_has_no_working_day() -> None:
    ended = Calendar(code="c", name="c", windows=(Window(date(2027, 1, 4), date(2027, 1, 5)),))
    with pytest.raises(NoWorkingDay):
        days(ended).earliest(at(2027, 1, 6), 1)


def test_work_of_no_days_is_over_at_once() -> None:
    saturday = at(2026, 11, 28)

    assert days(STANDARD).end(saturday, 0) == saturday
    assert days(STANDARD).start(saturday, 0) == saturday


CALENDARS = st.builds(
    Calendar,
    code=st.just("c"),
    name=st.just("c"),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found))),
    days_off=st.lists(st.dates(FIRST, LAST).map(lambda on: DayOff(on, "off")), max_size=40).map(
        tuple
    ),
)
POINTS = st.dates(date(2027, 1, 1), date(2027, 12, 31)).map(date.toordinal)


@given(calendar=CALENDARS, point=POINTS, count=st.integers(1, 40))
def test_work_begun_as_late_as_possible_is_over_in_time(
    calendar: Calendar, point: int, count: int
) -> None:
    worked = days(calendar)
    start = worked.start(point, count)

    assert worked.is_worked(start)
    assert worked.end(start, count) <= point
    assert worked.count(start, point) == count


@given(calendar=CALENDARS, point=POINTS, count=st.integers(1, 40))
def test_a_span_of_work_has_as_many_working_days_as_it_takes(
    calendar: Calendar, point: int, count: int
) -> None:
    worked = days(calendar)
    end = worked.end(point, count)

    assert worked.count(point, end) == count
    assert list(worked.span(point, count))[-1] == end - 1
    assert sum(map(worked.is_worked, range(point, end))) == count


@given(calendar=CALENDARS, point=POINTS, count=st.integers(-40, 40))
def test_the_latest_point_that_is_moved_no_further_is_the_latest(
    calendar: Calendar, point: int, count: int
) -> None:
    worked = days(calendar)
    latest = worked.unshift(point, count)

    assert worked.shift(latest, count) <= point
    assert worked.shift(latest + 1, count) > point


def test_every_day_counts_on_the_elapsed_calendar() -> None:
    start = at(2026, 12, 24)

    assert date.fromordinal(days(ELAPSED).end(start, 84)) == date(2026, 12, 24) + timedelta(84)
