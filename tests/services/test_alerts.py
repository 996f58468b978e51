"""Alerts from the server's own log: once, growing, taken back when the record changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.services.alerts import alerts, policies, watching
from packtrail.services.capture import capture
from packtrail.services.verification import verifying
from packtrail.services.verification.verifying import Ask, Circumstances

from .conftest import World
from .documents import LOT, PRODUCT, commissioning, dispensing, document, pack

GTIN = "00300010123455"
SHOP, SHOP_GLN = "urn:epc:id:sgln:030001.333333.0", "0300013333332"
OTHER_SHOP_GLN = "0400000000008"
SERIALS = ("2", "3", "4", "5", "6", "7")


def record(world: World, *events: dict, **options) -> None:
    job = capture.submit(
        world.app, world.maker, document(*events, **options), media_type="application/json"
    )
    assert job.success, job.findings


def made(world: World) -> None:
    record(world, commissioning(1, [pack(n) for n in SERIALS]), vocabularies=[PRODUCT])


def dispensed(number: int, serial: str) -> dict:
    at_shop = {"readPoint": {"id": SHOP}, "bizLocation": {"id": SHOP}}
    return dispensing(number, pack(serial)) | at_shop


def scan(world: World, serial: str, actor=None, **told) -> None:
    fields = {"lot": LOT, "expires": "281231"} | {
        name: told.pop(name) for name in ("lot", "expires") if name in told
    }
    station = told.pop("station", "till 1")
    text = f"01{GTIN}21{serial}\x1d17{fields['expires']}10{fields['lot']}"
    verifying.verify(
        world.app, actor or world.maker, Ask(text=text), Circumstances(station=station, **told)
    )


def watch(world: World, actor=None, **later: float) -> watching.Watched:
    world.clock.advance(**(later or {"seconds": 20}))
    return watching.watch(world.app, actor or world.maker)


def told(world: World, actor=None):
    return alerts.listed(world.app, actor or world.maker)


def test_a_dispensed_pack_supplied_elsewhere_is_one_alert_that_grows(world: World) -> None:
    made(world)
    record(world, dispensed(2, "2"))
    scan(world, "2", place=OTHER_SHOP_GLN, purpose="supply")

    first = watch(world)
    again = watch(world)

    assert (first.raised, again.raised, again.grown) == (1, 0, 0)
    (alert,) = told(world)
    assert (alert.code, alert.subject) == ("SIG-001", f"{GTIN} 2")
    assert {each.kind for each in alert.evidence} == {"verification", "record"}

    scan(world, "2", place=OTHER_SHOP_GLN, purpose="supply")
    more = watch(world)

    assert (more.raised, more.grown) == (0, 1)
    (grown,) = told(world)
    assert (grown.alert_id, len(grown.evidence)) == (alert.alert_id, len(alert.evidence) + 1)


def test_a_correction_takes_evidence_back_and_the_alert_says_so(world: World) -> None:
    made(world)
    wrong = dispensed(2, "2")
    record(world, wrong)
    scan(world, "2", place=OTHER_SHOP_GLN, purpose="supply")
    watch(world)

    record(world, wrong | {"errorDeclaration": {"declarationTime": "2026-03-04T00:00:00Z"}})
    done = watch(world)

    assert done.withdrawn == 1
    (alert,) = told(world)
    assert alert.withdrawn_at is not None
    assert {each.withdrawn_reason for each in alert.evidence if each.kind == "record"} == {
        "The event was declared wrong."
    }


def test_unknown_numbers_of_one_till_are_a_burst_when_their_time_to_be_corrected_is_over(
    world: World,
) -> None:
    made(world)
    for serial in ("QX7Y1", "W8K2M", "PL3RT", "ZV9GH"):
        scan(world, serial, place=SHOP_GLN)

    soon, later = watch(world), watch(world, minutes=31)

    assert (soon.raised, later.raised) == (0, 1)
    (alert,) = told(world)
    assert (alert.code, len(alert.evidence)) == ("SIG-005", 4)


def test_numbers_that_are_reported_later_are_no_burst_any_more(world: World) -> None:
    made(world)
    strange = ("QX7Y1", "W8K2M", "PL3RT", "ZV9GH")
    for serial in strange:
        scan(world, serial, place=SHOP_GLN)
    watch(world)
    watch(world, minutes=31)

    record(world, commissioning(7, [pack(each) for each in strange], lot="LOT-9"))
    watch(world, minutes=45)

    (alert,) = told(world)
    assert alert.withdrawn_at is not None


def test_a_wrong_lot_of_one_pack_is_suspect_and_of_many_a_wrong_record(world: World) -> None:
    made(world)
    scan(world, "2", lot="OTHER")
    watch(world)
    assert [each.code for each in told(world)] == ["SIG-008"]

    for serial in SERIALS:
        scan(world, serial, lot="OTHER")
    watch(world)

    by_code = {each.code: each for each in told(world)}
    assert by_code["SIG-008"].withdrawn_at is not None
    assert by_code["SIG-021"].subject == f"{GTIN} lot {LOT}"
    assert by_code["SIG-021"].proposed == "procedural"


def test_others_see_nothing_of_it(world: World) -> None:
    made(world)
    record(world, dispensed(2, "2"))
    scan(world, "2", place=OTHER_SHOP_GLN, purpose="supply")
    watch(world)

    assert told(world, world.wholesaler) == ()
    with pytest.raises(NotPermitted):
        alerts.listed(world.app, world.maker.with_permissions(()))


def test_parameters_are_dated_checked_and_written_down(world: World) -> None:
    reader = world.maker.with_permissions(ROLES[RoleName.READER])
    with pytest.raises(NotPermitted):
        policies.put(world.app, reader, {"speed": 200}, reason="why")
    with pytest.raises(RefusedError) as refused:
        policies.put(world.app, world.maker, {"speed": 5, "sped": 9, "burst_min": 2.5}, reason=" ")
    codes = [each.code for each in refused.value.findings]
    assert codes == ["SIG-060", "SIG-060", "SIG-060", "SIG-053"]

    future = world.clock() + timedelta(days=2)
    policies.put(world.app, world.maker, {"burst_min": 5}, reason="Habit", effective_at=future)
    assert {s.name: s.value for s in policies.settings(world.app, world.maker)}["burst_min"] == 3
    world.clock.advance(days=3)
    assert {s.name: s.value for s in policies.settings(world.app, world.maker)}["burst_min"] == 5
    assert policies.policies(world.app, world.maker)[0].parameters == {"burst_min": 5}


def test_a_run_that_was_cut_off_is_done_again_without_a_second_alert(world: World) -> None:
    made(world)
    record(world, dispensed(2, "2"))
    scan(world, "2", place=OTHER_SHOP_GLN, purpose="supply")
    watch(world)
    with world.app.database.transaction() as conn:
        conn.execute(
            "update detection_mark set verified_at = '2000-01-01', events_until = '2000-01-01'"
        )

    assert watch(world).raised == 0
    assert len(told(world)) == 1


def test_the_chore_looks_for_every_organisation(world: World) -> None:
    made(world)
    record(world, dispensed(2, "2"))
    scan(world, "2", place=OTHER_SHOP_GLN, purpose="supply")
    world.clock.advance(seconds=20)

    watching.watch_all(replace(world.app))

    assert len(told(world)) == 1


def test_what_cuts_a_look_off_is_told_and_the_next_one_clears_it(world: World, monkeypatch) -> None:
    made(world)
    watching.watch_all(world.app)
    real = watching.watch

    def broken(app, actor):
        if actor.organisation_code == "maker":
            raise RuntimeError("no room")
        return real(app, actor)

    monkeypatch.setattr(watching, "watch", broken)
    with pytest.raises(RuntimeError):
        watching.watch_all(world.app)
    assert alerts.overview(world.app, world.maker).problem == "RuntimeError: no room"
    assert alerts.overview(world.app, world.wholesaler).problem is None

    monkeypatch.setattr(watching, "watch", real)
    watching.watch_all(world.app)
    assert alerts.overview(world.app, world.maker).problem is None
