"""Trends of meters, and the days on which they reach what there is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from packtrail.planning.capacity.estimating import Basis, Estimate, Figure, Span
from packtrail.planning.capacity.meters import BY_NAME, Day, compare
from packtrail.planning.capacity.walls import Limit, alarms, reached, trend, wall

TODAY = date(2027, 6, 30)


def days(*values: float, until: date = TODAY) -> list[Day]:
    last = len(values) - 1
    return [Day(on=until - timedelta(days=last - at), value=v) for at, v in enumerate(values)]


def growing(count: int, per_day: float, start: float = 100.0) -> list[Day]:
    return days(*(start + per_day * at for at in range(count)))


def limit(value: float, **more: object) -> Limit:
    meter = more.pop("meter", BY_NAME["database"])
    return Limit(meter=meter, value=value, source="the disk", advice=("Buy disk.",), **more)  # type: ignore[arg-type]


def test_a_straight_line_has_one_slope() -> None:
    found = trend(growing(60, 2.0))

    assert found is not None
    assert found.per_day == Span.of(2, 2, 2)


def test_one_day_out_of_line_moves_a_trend_little() -> None:
    some = growing(60, 2.0)
    some[30] = Day(on=some[30].on, value=10_000)
    found = trend(some)

    assert found is not None
    assert found.per_day.likely == pytest.approx(2.0, abs=0.05)


def test_a_pace_that_changes_has_a_range() -> None:
    found = trend(days(*(float(at if at < 60 else 60 + 3 * (at - 60)) for at in range(120))))

    assert found is not None
    assert found.per_day.low < found.per_day.likely < found.per_day.high


def test_less_than_two_weeks_are_no_trend() -> None:
    assert trend(growing(13, 2.0)) is None


@pytest.mark.parametrize(
    ("now", "to", "per_day", "day"),
    [
        (100, 160, 2, TODAY + timedelta(days=30)),
        (100, 161, 2, TODAY + timedelta(days=31)),
        (100, 40, -2, TODAY + timedelta(days=30)),
        (100, 160, -2, None),
        (100, 160, 0, None),
        (100, 160, 0.001, None),
        (100, 100, 1, TODAY),
    ],
)
def test_a_limit_is_reached_on_a_day_or_never(
    now: float, to: float, per_day: float, day: date | None
) -> None:
    assert reached(now, to, per_day, TODAY) == day


def test_a_wall_months_ahead_is_an_alarm_with_what_to_do() -> None:
    found = wall(limit(100 + 59 + 200), growing(60, 1.0), TODAY)
    assert found is not None
    (alarm,) = alarms([found], TODAY)

    assert found.likely == TODAY + timedelta(days=200)
    assert (alarm.code, alarm.severity.value, alarm.at) == ("CPA-021", "warning", "database")
    assert alarm.remedy == "Buy disk."
    assert "16 Jan 2028" in alarm.message


def test_a_wall_within_weeks_is_an_error() -> None:
    found = wall(limit(100 + 59 + 30), growing(60, 1.0), TODAY)
    assert found is not None

    assert [each.code for each in alarms([found], TODAY)] == ["CPA-020"]


def test_a_wall_beyond_a_year_is_no_alarm() -> None:
    found = wall(limit(100 + 59 + 400), growing(60, 1.0), TODAY)
    assert found is not None

    assert list(alarms([found], TODAY)) == []


def test_the_plan_sounds_the_alarm_where_the_trend_does_not_yet() -> None:
    found = wall(limit(300, planned=Span.of(0.5, 1, 2)), days(*[100.0] * 60), TODAY)
    assert found is not None

    assert (found.likely, found.by_plan) == (None, TODAY + timedelta(days=200))
    assert [each.code for each in alarms([found], TODAY)] == ["CPA-021"]


def test_what_is_over_its_limit_is_told_as_such() -> None:
    found = wall(limit(100), growing(60, 1.0), TODAY)
    assert found is not None
    (alarm,) = alarms([found], TODAY)

    assert alarm.code == "CPA-020"
    assert alarm.message == "Database is 159 GB now: the disk is 100 GB."


def test_numbers_in_pools_fall_to_nothing() -> None:
    meter = BY_NAME["serials_left"]
    found = wall(limit(0, meter=meter, is_floor=True), growing(60, -1.0, 159.0), TODAY)
    assert found is not None

    assert found.now == 100
    assert found.likely == TODAY + timedelta(days=100)


def test_without_a_day_there_is_no_wall() -> None:
    assert wall(limit(100), [], TODAY) is None


def planned(**values: tuple[float, float, float]) -> Estimate:
    return Estimate(
        tuple(
            Figure(key, key, "", low, likely, high, Basis.FORMULA, "", ())
            for key, (low, likely, high) in values.items()
        )
    )


def test_counters_are_held_against_the_year_of_the_plan() -> None:
    nothing = (0.0, 0.0, 0.0)
    plan = planned(
        packs=(300_000, 350_000, 400_000), container_numbers=(5_000, 6_000, 7_000), events=nothing,
        messages=nothing, bytes_sent=nothing, stored_1=(8, 10, 12), events_peak=(1, 2, 3),
        checks_peak=nothing,
    )  # fmt: skip
    before = days(*[1_000.0] * 30, until=TODAY)
    found = {
        each.meter.name: each
        for each in compare(
            {"objects": before, "database": growing(30, 0.05), "events_rate": days(*[9.0] * 30)},
            plan,
            today=TODAY,
        )
    }

    assert found["objects"].measured == pytest.approx(365_000)
    assert (found["objects"].low, found["objects"].high) == (305_000, 407_000)
    assert found["objects"].verdict == "within"
    assert found["database"].measured == pytest.approx(0.05 * 365)
    assert found["database"].verdict == "above"
    assert found["events_rate"].verdict == "above"


def test_today_is_not_over_and_does_not_count() -> None:
    plan = planned(
        packs=(1, 1, 1), container_numbers=(0, 0, 0), events=(1, 1, 1), messages=(1, 1, 1),
        bytes_sent=(1, 1, 1), stored_1=(1, 1, 1), events_peak=(1, 1, 1), checks_peak=(1, 1, 1),
    )  # fmt: skip
    some = [*days(*[10.0] * 10, until=TODAY - timedelta(days=1)), Day(on=TODAY, value=1e9)]
    (found,) = compare({"events": some}, plan, today=TODAY)

    assert found.measured == pytest.approx(3_650)
    assert compare({"events": some[:6]}, plan, today=TODAY) == ()
