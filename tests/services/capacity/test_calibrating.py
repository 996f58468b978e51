"""Benchmarks of this installation set constants; what cannot be compared is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.services.capacity.bench import SIZE, report
from tests.services.conftest import World

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.planning.capacity.estimating import Basis
from packtrail.services.capacity import calibrating, forecasts, runs
from packtrail.services.upkeep import machine

FORECAST = b"product,market,month,packs\nP,DE,2027-01-01,100000\n"


def codes(world: World, **otherwise: object) -> list[str]:
    content = report(world.clock(), SIZE, **otherwise)
    with pytest.raises(RefusedError) as refused:
        calibrating.take_bench(world.app, world.maker, content, "bench.json")
    return [each.code for each in refused.value.findings]


def test_a_benchmark_sets_what_the_plan_is_worked_out_with(world: World) -> None:
    app, maker = world.app, world.maker
    forecasts.import_forecast(app, maker, FORECAST, "f.csv")
    before = runs.opened(app, maker).column.estimate
    taken = calibrating.take_bench(app, maker, report(world.clock(), SIZE), "size.json")
    after = runs.opened(app, maker).column.estimate

    assert taken.sets == ("bytes_stored", "bytes_event", "bytes_listed", "bytes_lone")
    assert before["bytes_stored"].likely == 146
    told = after["bytes_stored"]
    assert (told.low, told.likely, told.high) == (140, 140, 140)
    assert told.basis is Basis.MEASUREMENT
    assert told.source.startswith("packtrail bench size on this machine, ")
    assert after["bytes_listed"].likely == 70
    assert after["bytes_lone"].likely == (1366 - 140) / 2
    assert after["stored_1"].likely == pytest.approx(1.2e6 * (140 + 90) / 1e9)


def test_a_rate_is_turned_into_answers_a_second(world: World) -> None:
    content = report(world.clock(), {"answer asked again, kept durably, p50": 5.0})
    calibrating.take_bench(world.app, world.maker, content, "verify.json")
    (constant,) = calibrating.calibration(world.app, world.maker).constants

    assert (constant.input.key, constant.input.span.likely) == ("check_rate", 200)


def test_cpu_time_of_a_verification_counts_before_its_duration(world: World) -> None:
    figures = {"answer asked again, kept durably, p50": 5.0, "/verify, CPU of the server": 2.0}
    content = report(world.clock(), figures, load=99.0)
    calibrating.take_bench(world.app, world.maker, content, "vrs.json")
    (constant,) = calibrating.calibration(world.app, world.maker).constants

    assert constant.bench == "vrs"
    assert (constant.input.span.likely, constant.input.span.high) == (500, 500)


def test_a_newer_result_counts_before_an_older_one(world: World) -> None:
    name = "dispensing, an event a pack"
    newer = report(world.clock(), {name: 2_000.0})
    world.clock.advance(days=-10)
    older = report(world.clock(), {name: 1_000.0})
    world.clock.advance(days=11)
    for content in (newer, older):
        calibrating.take_bench(world.app, world.maker, content, "capture.json")
    (constant,) = calibrating.calibration(world.app, world.maker).constants

    assert constant.input.span.likely == 2_000
    assert constant.numbers == (1,)


def test_a_rate_measured_under_load_counts_as_the_least(world: World) -> None:
    cores = machine.machine().cores
    figures = {"dispensing, an event a pack": 1_000.0, **SIZE}
    content = report(world.clock(), figures, load=3.0 * cores)
    taken = calibrating.take_bench(world.app, world.maker, content, "capture.json")
    spans = {
        each.input.key: each.input.span
        for each in calibrating.calibration(world.app, world.maker).constants
    }

    assert [each.code for each in taken.findings] == ["CPA-014"]
    assert (spans["lone_rate"].low, spans["lone_rate"].high) == (1_000, 3_000)
    assert spans["bytes_stored"].high == 140


def test_a_result_is_stale_after_half_a_year(world: World) -> None:
    calibrating.take_bench(world.app, world.maker, report(world.clock(), SIZE), "size.json")
    fresh = calibrating.calibration(world.app, world.maker).findings
    world.clock.advance(days=181)
    stale = calibrating.calibration(world.app, world.maker).findings

    assert fresh == ()
    assert {each.code for each in stale} == {"CPA-015"}


def test_the_same_result_is_kept_once(world: World) -> None:
    content = report(world.clock(), SIZE)
    first = calibrating.take_bench(world.app, world.maker, content, "a.json")
    second = calibrating.take_bench(world.app, world.maker, content, "b.json")

    assert (first.number, second.number) == (1, None)
    assert len(calibrating.calibration(world.app, world.maker).benches) == 1


@pytest.mark.parametrize(
    ("otherwise", "code"),
    [
        ({"machine": "96 cores, 512 GiB, Linux-5"}, "CPA-011"),
        ({"versions": {"packtrail": "0.0.1"}}, "CPA-012"),
        ({"versions": {}}, "CPA-012"),
        ({"at": "yesterday"}, "CPA-013"),
        ({"at": "2026-01-01T00:00:00"}, "CPA-013"),
        ({"at": "2999-01-01T00:00:00Z"}, "CPA-013"),
        ({"at": None}, "CPA-013"),
        ({"load": -1}, "CPA-013"),
        ({"load": "none"}, "CPA-013"),
        ({"figures": []}, "CPA-010"),
        ({"figures": [{"name": 5, "value": 1}]}, "CPA-010"),
        ({"figures": [{"name": "lists: documents sent", "value": 0}]}, "CPA-010"),
        ({"machine": None}, "CPA-010"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    world: World, otherwise: dict[str, object], code: str
) -> None:
    assert codes(world, **otherwise) == [code]
    assert calibrating.calibration(world.app, world.maker).benches == ()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 10_000])
def test_what_is_no_result_is_refused(world: World, content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        calibrating.take_bench(world.app, world.maker, content, "x.json")

    assert refused.value.findings[0].code == "CPA-010"


def test_a_benchmark_that_sets_nothing_says_so(world: World) -> None:
    content = report(world.clock(), {"scan of four elements, parsed and checked": 155_318.0})
    taken = calibrating.take_bench(world.app, world.maker, content, "gs1.json")

    assert taken.sets == ()
    assert [each.code for each in taken.findings] == ["CPA-016"]


def test_who_may_not_change_plans_does_not_calibrate(world: World) -> None:
    guest = replace(world.maker, permissions=ROLES[RoleName.READER])
    with pytest.raises(NotPermitted):
        calibrating.take_bench(world.app, guest, report(world.clock(), SIZE), "size.json")


def test_of_lone_messages_from_few_and_many_clients_the_higher_rate_counts(world: World) -> None:
    app, maker = world.app, world.maker
    figures = {
        "lone messages of one dispensed pack, 2 clients": 70.0,
        "lone messages of one dispensed pack, 16 clients": 190.0,
        "lone messages of one dispensed pack, 16 clients, 2 server processes": 300.0,
    }
    taken = calibrating.take_bench(app, maker, report(world.clock(), figures), "capture.json")

    assert taken.sets == ("message_rate",)
    (told,) = calibrating.calibration(app, maker).constants
    assert told.input.span.likely == 190
