"""Meters of a running installation: what is noted, what it is held against, who sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from tests.services.conftest import World
from tests.services.documents import commissioning, document, pack

from packtrail.access import ROLES, Actor, RoleName
from packtrail.base.errors import NotPermitted
from packtrail.planning.capacity.estimating import Basis
from packtrail.planning.capacity.scenarios import Assumption, Scenario
from packtrail.services.capacity import attention, forecasts, metering, outlook, scenarios
from packtrail.services.capacity.metering import WHOLE
from packtrail.services.capture import capture
from packtrail.services.upkeep.operations import operations
from packtrail.store import meters as rows

FORECAST = b"product,market,month,packs\nP,DE,2027-01-01,100000\n"


DOCUMENT = document(commissioning(1, [pack(serial) for serial in range(3)]))


def captured(world: World) -> bool:
    job = capture.submit(world.app, world.maker, DOCUMENT, media_type="application/ld+json")
    return bool(job.success)


def noted(world: World, organisation_id: int) -> dict[str, rows.MeterRow]:
    with world.app.database.reading() as conn:
        found = rows.days(conn, [organisation_id], since=date(2020, 1, 1))
    return {row.name: row for row in found}


def test_a_sample_notes_what_was_recorded_and_twice_is_the_same(world: World) -> None:
    assert captured(world)
    for _ in range(2):
        metering.sample(world.app)
    own = noted(world, world.maker.organisation_id)

    assert own["objects"].total == 3
    assert own["events"].total >= 1
    assert (own["messages"].total, own["bytes_sent"].total) == (1, len(DOCUMENT))
    assert own["events"].samples == 2


def test_a_sample_notes_the_database_and_the_machine(world: World) -> None:
    metering.sample(world.app)
    whole = noted(world, WHOLE)

    assert whole["database"].last > 1e6
    assert whole["events_stored"].last < whole["database"].last
    assert whole["cpu_load"].last >= 0


def test_requests_are_counted_with_how_long_they_take(world: World) -> None:
    for milliseconds in range(1, 101):
        world.app.traffic.note("verify", milliseconds / 1000)
    metering.note_traffic(world.app)
    metering.note_traffic(world.app)
    whole = noted(world, WHOLE)

    assert whole["requests"].total == 100
    assert whole["verify_p99"].highest == pytest.approx(99, rel=0.12)
    assert whole["verify_p99"].samples == 1


def test_old_days_are_kept_by_month(world: World) -> None:
    with world.app.database.transaction() as conn:
        for day, value in (
            (date(2025, 3, 1), 1.0),
            (date(2025, 3, 31), 5.0),
            (date(2025, 4, 2), 2),
        ):
            rows.put_gauge(conn, day, WHOLE, "database", value, at=world.clock())
        first = rows.roll_up(conn, date(2025, 5, 1))
        again = rows.roll_up(conn, date(2025, 5, 1))
        found = rows.days(conn, [WHOLE], since=date(2025, 1, 1))

    assert (first, again) == (2, 2)
    assert [(r.day, r.lowest, r.highest, r.last, r.total, r.samples) for r in found] == [
        (date(2025, 3, 1), 1, 5, 5, 6, 2),
        (date(2025, 4, 1), 2, 2, 2, 2, 1),
    ]


def grow(world: World, days: int = 60, per_day: float = 1e9) -> None:
    """Let the database have grown for days, up to today."""
    today = world.clock().astimezone(UTC).date()
    with world.app.database.transaction() as conn:
        for at in range(days):
            day = today - timedelta(days=days - 1 - at)
            rows.put_gauge(conn, day, WHOLE, "database", 1e11 + per_day * at, at=world.clock())


def disk_of(world: World, gigabytes: float) -> None:
    """Say in the scenario in force how much disk there is."""
    app, maker = world.app, world.maker
    forecasts.import_forecast(app, maker, FORECAST, "f.csv")
    told = Assumption(
        key="disk_there", low=gigabytes, likely=gigabytes, high=gigabytes, basis=Basis.FACT,
        source="order 4711", noted_on=date(2026, 11, 28), noted_by="IT",
    )  # fmt: skip
    scenarios.put_scenario(app, maker, Scenario(code="now", name="Now", assumptions=(told,)))


def test_a_wall_months_ahead_is_told_everywhere(world: World) -> None:
    grow(world)
    disk_of(world, 100 + 59 + 150)
    seen = outlook.outlook(world.app, world.maker)
    (wall,) = [each for each in seen.walls if each.limit.meter.name == "database"]
    (alarm,) = attention.alarms(world.app, world.maker)

    assert wall.likely == seen.on + timedelta(days=150)
    assert alarm.code == "CPA-021"
    assert "Buy disk" in alarm.remedy
    assert [each.link for each in attention.attention(world.app, world.maker)] == ["/capacity/live"]
    assert alarm in operations(world.app, world.maker).findings


def test_enough_disk_is_no_alarm(world: World) -> None:
    grow(world)
    disk_of(world, 5_000)

    assert attention.alarms(world.app, world.maker) == ()


def test_the_database_that_grows_faster_than_planned_is_told(world: World) -> None:
    grow(world)
    disk_of(world, 5_000)
    found = outlook.outlook(world.app, world.maker).findings

    assert ("CPA-022", "database") in [(each.code, each.at) for each in found]


def test_the_installation_is_shown_only_to_who_may_see_it(world: World) -> None:
    grow(world)
    metering.sample(world.app)
    reader = replace(world.maker, permissions=ROLES[RoleName.READER])
    nobody = replace(world.maker, permissions=frozenset())

    assert "database" in {each.name for each in outlook.outlook(world.app, world.maker).meters}
    assert "database" not in {each.name for each in outlook.outlook(world.app, reader).meters}
    assert attention.attention(world.app, nobody) == ()
    with pytest.raises(NotPermitted):
        outlook.outlook(world.app, nobody)


def test_the_events_of_others_are_not_shown(world: World) -> None:
    assert captured(world)
    metering.sample(world.app)

    def events(actor: Actor) -> list[float]:
        seen = outlook.outlook(world.app, actor)
        return [day.value for each in seen.meters if each.name == "events" for day in each.days]

    assert events(world.maker) != []
    assert events(world.wholesaler) == []


def test_without_a_day_measured_there_is_nothing_to_say(world: World) -> None:
    seen = outlook.outlook(world.app, world.maker)

    assert (seen.sampled_at, seen.meters, seen.walls) == (None, (), ())
    assert [each.code for each in seen.findings] == ["CPA-023"]
