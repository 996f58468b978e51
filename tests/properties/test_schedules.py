"""When a schedule runs next: later, matching, and never later than it must be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.base.errors import RefusedError
from packtrail.services.queries import schedules

MOMENTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def _element(possible: range) -> st.SearchStrategy[tuple[str, frozenset[int]]]:
    one = st.sampled_from(possible)
    several = st.tuples(one, one).map(sorted)
    return st.one_of(
        one.map(lambda n: (str(n), frozenset({n}))),
        several.map(
            lambda ends: (f"[{ends[0]}-{ends[1]}]", frozenset(range(ends[0], ends[1] + 1)))
        ),
    )


def _field(possible: range) -> st.SearchStrategy[tuple[str, frozenset[int]]]:
    return st.lists(_element(possible), min_size=1, max_size=4).map(
        lambda some: (
            ",".join(text for text, _ in some),
            frozenset().union(*(values for _, values in some)),
        )
    )


TIMES = st.fixed_dictionaries(
    {}, optional={name: _field(schedules.FIELDS[name]) for name in ("second", "minute", "hour")}
).filter(bool)


def _matches(moment: datetime, fields: dict[str, tuple[str, frozenset[int]]]) -> bool:
    told = {
        "second": moment.second,
        "minute": moment.minute,
        "hour": moment.hour,
        "dayOfMonth": moment.day,
        "month": moment.month,
        "dayOfWeek": moment.isoweekday(),
    }
    return all(told[name] in values for name, (_, values) in fields.items())


@given(MOMENTS, TIMES)
def test_the_next_time_is_the_first_that_matches(
    at: datetime, fields: dict[str, tuple[str, frozenset[int]]]
) -> None:
    schedule = schedules.parse({name: text for name, (text, _) in fields.items()})

    found = schedules.next_after(schedule, at)

    assert found is not None
    assert at < found <= at + timedelta(days=1)
    assert _matches(found, fields)
    earlier = at.replace(microsecond=0) + timedelta(seconds=1)
    steps = min(int((found - earlier).total_seconds()), 500)
    assert not any(_matches(earlier + timedelta(seconds=n), fields) for n in range(steps))
    assert not any(_matches(found - timedelta(seconds=n), fields) for n in range(1, steps + 1))


@given(
    MOMENTS,
    st.fixed_dictionaries(
        {name: _field(schedules.FIELDS[name]) for name in ("dayOfMonth", "month", "dayOfWeek")}
    ),
)
def test_no_day_that_matches_is_left_out(
    at: datetime, fields: dict[str, tuple[str, frozenset[int]]]
) -> None:
    texts = {name: text for name, (text, _) in fields.items()}
    try:
        schedule = schedules.parse(texts)
    except RefusedError:
        return  # 30 February, for instance
    found = schedules.next_after(schedule, at)

    assert found is not None
    assert _matches(found, fields)
    day = found - timedelta(days=1)
    for _ in range(400):
        if day.date() <= at.date():
            break
        assert not _matches(day, fields)
        day -= timedelta(days=1)


@given(MOMENTS, TIMES)
def test_the_times_of_a_schedule_only_rise(
    at: datetime, fields: dict[str, tuple[str, frozenset[int]]]
) -> None:
    schedule = schedules.parse({name: text for name, (text, _) in fields.items()})
    first = schedules.next_after(schedule, at)
    assert first is not None
    second = schedules.next_after(schedule, first)

    assert second is not None
    assert second > first
    assert schedules.next_after(schedule, first - timedelta(seconds=1)) == first


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"second": ""},
        {"second": "60"},
        {"minute": "-1"},
        {"hour": "[5-4]"},
        {"hour": "5-6"},
        {"hour": "[1-24]"},
        {"dayOfWeek": "0"},
        {"dayOfWeek": "8"},
        {"dayOfMonth": "32"},
        {"month": "13"},
        {"second": "1,,2"},
        {"second": "1 "},
        {"second": "٣"},
        {"second": ",".join("1" * 101)},
        {"dayOfMonth": "31", "month": "[4-4],6,9,11"},
        {"year": "2026"},
    ],
)
def test_what_is_no_schedule_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(RefusedError) as refused:
        schedules.parse(fields)

    assert {each.code for each in refused.value.findings} == {"QRY-015"}


def test_a_leap_day_that_is_a_monday_comes_after_a_century_without() -> None:
    schedule = schedules.parse(
        {
            "dayOfMonth": "29",
            "month": "2",
            "dayOfWeek": "1",
            "hour": "0",
            "minute": "0",
            "second": "0",
        }
    )

    found = schedules.next_after(schedule, datetime(2080, 1, 1, tzinfo=UTC))

    assert found is not None
    assert (found.month, found.day, found.isoweekday()) == (2, 29, 1)
