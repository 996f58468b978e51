"""Retention: what the law and a company's policies keep, and destroying what is over."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from packtrail.access import ROLES, Actor, ActorKind, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.services.accounts import audit
from packtrail.services.archive import destroying, holding, months, policies, upkeep
from packtrail.services.archive.policies import Wanted
from packtrail.services.capture import capture
from packtrail.services.goods import tracing
from packtrail.services.upkeep import backups, restoring
from packtrail.store import shelf
from packtrail.store.archive import moving
from packtrail.store.database import Database

from .conftest import World, make_world
from .documents import LOT, commissioning, dispensing, document, pack

MARCH = datetime(2026, 3, 20, 9, tzinfo=UTC)
APRIL = datetime(2026, 4, 2, 9, tzinfo=UTC)
LATER = datetime(2060, 1, 1, 9, tzinfo=UTC)
SYSTEM = Actor.system("test")
GTIN = "00300010123455"
PACKS = [pack(number) for number in range(8)]


@pytest.fixture
def world(fresh_database: Database, tmp_path: Path) -> World:
    made = make_world(fresh_database, archive_dir=str(tmp_path / "archive"))
    shelf.SHELF.add(made.app.settings.archives)
    return made


@pytest.fixture
def captures(world: World) -> list[str]:
    """A March of the maker, and an April in which one of its packs is dispensed."""
    made = document(*(commissioning(number, [one]) for number, one in enumerate(PACKS)))
    dispensed = document(dispensing(200, PACKS[5]))
    return [handed_in(world, made, MARCH), handed_in(world, dispensed, APRIL)]


def handed_in(world: World, content: bytes, at: datetime, who: Actor | None = None) -> str:
    world.clock.now = at
    job = capture.submit(world.app, who or world.maker, content, media_type="application/json")
    assert job.success
    return job.capture_id


def person(world: World, name: str, of: Actor | None = None) -> Actor:
    allowed = ROLES[RoleName.QUALITY]
    who = of or world.maker
    return replace(who, kind=ActorKind.USER, id=name, name=name, permissions=allowed)


def put(world: World, of: Actor | None = None, **wanted: object) -> policies.Policy:
    told = {"source": "SOP-QA-017", "keep_for": "30 years", **wanted}
    return policies.put(world.app, person(world, "ines", of), Wanted(**told))


def archived(world: World, month: str = "2026-03") -> None:
    months.close(world.app, SYSTEM, month)
    months.export(world.app, SYSTEM, month)
    months.drop(world.app, SYSTEM, month)


def view(world: World, month: str = "2026-03") -> months.MonthView:
    (found,) = [each for each in months.every(world.app, SYSTEM) if each.month == month]
    return found


def found_codes(refused: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    return {finding.code for finding in refused.value.findings}


@pytest.fixture
def over(world: World, captures: list[str]) -> World:
    """A March in the archive alone, whose time is over, and that may be destroyed."""
    put(world, at_end="destroy")
    archived(world)
    world.clock.now = LATER
    return world


def approved(world: World, month: str = "2026-03", of: Actor | None = None) -> None:
    first, second = person(world, "ines", of), person(world, "otto", of)
    made = destroying.order(world.app, first, month, reason="End of retention")
    destroying.approve(world.app, second, made.order_id)


def test_a_policy_keeps_longer_than_the_law_and_says_so(world: World, captures: list[str]) -> None:
    by_law = view(world)
    made = put(world)
    by_policy = view(world)

    assert by_law.keep_until is not None
    assert by_policy.keep_until == date(2056, 3, 31) > by_law.keep_until
    assert by_policy.retention[0].policy_id == made.policy_id
    assert by_policy.retention[0].source == "SOP-QA-017"
    assert by_policy.retention[1:] == by_law.retention


def test_a_policy_shorter_than_a_rule_pack_is_refused_and_names_it(world: World) -> None:
    with pytest.raises(RefusedError, match="6 years that United States of America") as refused:
        put(world, keep_for="5 years")

    assert found_codes(refused) == {"STO-082"}
    assert policies.every(world.app, world.maker) == ()


def test_a_policy_for_a_market_is_held_against_that_market_alone(world: World) -> None:
    made = put(world, scope="market", subject="tr", keep_for="5 years")

    assert (made.subject, made.over) == ("TR", "Türkiye (TR)")


@pytest.mark.parametrize(
    ("wanted", "at"),
    [
        ({"keep_for": "long"}, "keep_for"),
        ({"keep_for": "0 years"}, "keep_for"),
        ({"keep_for": "999999 years"}, "keep_for"),
        ({"live_for": "24 hours"}, "live_for"),
        ({"source": " "}, "source"),
        ({"scope": "galaxy"}, "scope"),
        ({"scope": "market", "subject": "ZZ"}, "subject"),
        ({"scope": "product", "subject": "00300010123456"}, "subject"),
        ({"subject": "DE"}, "subject"),
        ({"valid_from": date(2020, 1, 1)}, "valid_from"),
    ],
)
def test_a_policy_that_is_not_clear_is_refused_where_it_is_not(
    world: World, wanted: dict[str, object], at: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        put(world, **wanted)

    assert [(each.code, each.at) for each in refused.value.findings] == [("STO-081", at)]


def test_a_later_policy_takes_over_on_its_day_and_nothing_is_edited(
    world: World, captures: list[str]
) -> None:
    first = put(world)
    second = put(world, keep_for="40 years", valid_from=date(2026, 6, 1))
    before = view(world).keep_until
    world.clock.now = datetime(2026, 6, 1, 1, tzinfo=UTC)
    after = view(world).keep_until
    policies.end(world.app, world.maker, second.policy_id, reason="SOP withdrawn")

    assert (before, after) == (date(2056, 3, 31), date(2066, 3, 31))
    assert view(world).keep_until == before
    listed = policies.every(world.app, world.maker)
    assert [each.policy_id for each in listed] == [second.policy_id, first.policy_id]
    assert (listed[0].end_reason, listed[1].ended_on) == ("SOP withdrawn", None)
    with pytest.raises(NotFound):
        policies.end(world.app, world.maker, second.policy_id, reason="Again")


def test_a_policy_over_a_product_reaches_months_with_it_alone(
    world: World, captures: list[str]
) -> None:
    other = "00300010999999"
    there = put(world, scope="product", subject=GTIN, keep_for="50 years")
    put(world, scope="product", subject=other, keep_for="60 years")

    assert view(world).retention[0].policy_id == there.policy_id


def test_expiry_counts_from_the_latest_that_was_recorded_until_then(
    world: World, captures: list[str]
) -> None:
    put(world, counts_from="expiry", keep_for="20 years")
    march, april = view(world), view(world, "2026-04")

    (by_policy,) = [each for each in april.retention if each.policy_id]
    assert by_policy.counts_from == "expiry"
    # April names packs that were commissioned in March, with the expiry of then.
    assert [each.until for each in march.retention if each.policy_id] == [by_policy.until]


def test_the_eu_keeps_a_month_five_years_and_a_year_beyond_the_last_expiry(
    world: World, captures: list[str]
) -> None:
    found = {each.counts_from: each for each in view(world).retention if each.pack_id == "eu_fmd"}

    assert (found["record"].until, found["record"].span) == (date(2031, 3, 31), "5 years")
    assert (found["expiry"].since, found["expiry"].until) == (
        date(2028, 12, 31),
        date(2029, 12, 31),
    )
    assert {each.confidence for each in found.values()} == {"high"}
    assert all("2016/161" in each.source for each in found.values())


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("unknown", date(2029, 12, 31)),  # The other packs expire on 31 December 2028.
        ("2030-02-30", date(2031, 2, 28)),
        ("2030-02-00", date(2031, 2, 28)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_an_expiry_that_is_no_day_or_never_comes_leaves_retention_in_force(
    world: World, captures: list[str], written: str, until: date
) -> None:
    odd = commissioning(900, [pack(900)])
    odd["ilmd"]["cbvmda:itemExpirationDate"] = written
    handed_in(world, document(odd), APRIL)

    april = view(world, "2026-04")
    found = {each.counts_from: each for each in april.retention if each.pack_id == "eu_fmd"}

    assert found["expiry"].until == until


def test_a_policy_shorter_than_the_law_after_expiry_is_refused(world: World) -> None:
    with pytest.raises(RefusedError, match=r"1 year that European Union / EEA \(eu_fmd\) states"):
        put(world, scope="market", subject="DE", counts_from="expiry", keep_for="11 months")


def test_a_policy_of_one_company_does_not_reach_months_without_its_records(
    world: World, captures: list[str]
) -> None:
    put(world, of=world.wholesaler, keep_for="90 years")
    handed_in(
        world,
        document(dispensing(300, PACKS[6])),
        datetime(2026, 5, 2, tzinfo=UTC),
        world.wholesaler,
    )

    until = {month: view(world, month).keep_until for month in ("2026-03", "2026-05")}
    assert until["2026-03"] is not None
    assert until["2026-03"].year < 2100
    assert until["2026-05"] == date(2116, 5, 31)


def test_a_month_is_not_dropped_while_a_policy_keeps_it_in_the_database(
    world: World, captures: list[str]
) -> None:
    put(world, live_for="24 months")
    months.close(world.app, SYSTEM, "2026-03")
    months.export(world.app, SYSTEM, "2026-03")

    with pytest.raises(Conflict, match=r"until 31 Mar 2028: policy 1 of maker, 24 months") as kept:
        months.drop(world.app, SYSTEM, "2026-03")
    assert found_codes(kept) == {"STO-084"}
    assert (view(world).next_step, view(world).due) == ("", "")
    world.clock.now = datetime(2028, 4, 1, tzinfo=UTC)
    assert (view(world).next_step, view(world).due) == ("drop", "drop")
    months.drop(world.app, SYSTEM, "2026-03")


@pytest.mark.parametrize(("then", "state"), [("drop", "dropped"), ("propose", "verified")])
def test_a_server_takes_months_as_far_as_policies_say(
    world: World, captures: list[str], then: str, state: str
) -> None:
    put(world, live_for="3 months", live_end=then)
    world.clock.now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    upkeep.go_on(world.app)
    before = view(world).state
    world.clock.now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    upkeep.go_on(world.app)
    upkeep.go_on(world.app)

    assert (before, view(world).state, view(world, "2026-04").state) == ("open", state, "open")


def test_after_a_clock_was_far_ahead_recording_goes_on(world: World, captures: list[str]) -> None:
    put(world, live_for="3 months", live_end="drop")
    put(world, of=world.wholesaler, live_for="3 months", live_end="drop")
    right = world.clock.now
    world.clock.now = datetime(2029, 1, 1, tzinfo=UTC)
    upkeep.go_on(world.app)

    states = {view.month: view.state for view in months.every(world.app, SYSTEM)}
    assert states.pop(max(states)) == "open"
    assert set(states.values()) == {"dropped"}
    handed_in(world, document(dispensing(300, PACKS[6])), right, world.wholesaler)


def test_a_server_drops_nothing_under_a_hold_or_of_a_company_that_says_nothing(
    world: World, captures: list[str]
) -> None:
    put(world, live_for="3 months", live_end="drop")
    wanted = holding.Wanted(kind="month", subject="2026-03", reason="Case", owner="Court")
    holding.place(world.app, world.maker, wanted)
    handed_in(
        world,
        document(dispensing(300, PACKS[6])),
        datetime(2026, 5, 2, tzinfo=UTC),
        world.wholesaler,
    )
    world.clock.now = datetime(2027, 1, 1, tzinfo=UTC)
    upkeep.go_on(world.app)

    states = [view(world, month).state for month in ("2026-03", "2026-04", "2026-05")]
    assert states == ["open", "dropped", "open"]


def test_inside_its_retention_nothing_of_a_month_is_destroyed(
    world: World, captures: list[str]
) -> None:
    put(world, at_end="destroy")
    archived(world)

    seen = destroying.preview(world.app, world.maker, "2026-03")
    with pytest.raises(Conflict, match="kept until 31 Mar 2056: policy 1 for maker") as refused:
        destroying.order(world.app, person(world, "ines"), "2026-03", reason="Space")
    with pytest.raises(Conflict):
        destroying.destroy(world.app, SYSTEM, "2026-03")
    assert found_codes(refused) == {"STO-085"} == {each.code for each in seen.findings}
    assert (seen.events, seen.documents, seen.organisations) == (8, 1, ("maker",))


def test_what_the_law_keeps_is_told_by_the_name_of_its_market(
    world: World, captures: list[str]
) -> None:
    put(world, at_end="destroy")
    archived(world)

    seen = destroying.preview(world.app, world.maker, "2026-03")

    assert any(": South Africa (za_sahpra) for maker, " in each.message for each in seen.findings)
    assert any("South Africa (za_sahpra) for maker" in each for each in seen.because)


def test_the_documents_of_a_month_that_is_open_are_counted(
    world: World, captures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = destroying.preview(world.app, world.maker, "2026-03")
    archived(world)
    after = destroying.preview(world.app, world.maker, "2026-03")
    monkeypatch.setattr(destroying, "DOCUMENTS_MAX", 0)

    assert (before.state, before.documents) == ("open", after.documents)
    assert after.documents == 1
    assert destroying.preview(world.app, world.maker, "2026-03").documents == 1


def test_without_a_policy_that_lets_it_nothing_is_ever_destroyed(
    world: World, captures: list[str]
) -> None:
    archived(world)
    world.clock.now = LATER

    with pytest.raises(Conflict) as refused:
        destroying.order(world.app, person(world, "ines"), "2026-03", reason="Space")
    assert found_codes(refused) == {"STO-086"}


def test_a_held_month_is_not_destroyed_even_when_it_was_approved_before(over: World) -> None:
    approved(over)
    wanted = holding.Wanted(kind="pack", subject=PACKS[3], reason="Case 12", owner="Court")
    holding.place(over.app, over.maker, wanted)

    with pytest.raises(Conflict, match="Case 12") as refused:
        destroying.destroy(over.app, SYSTEM, "2026-03")
    assert found_codes(refused) == {"STO-076"}


@pytest.mark.parametrize("step", ["destroy", "drop"])
def test_a_hold_is_placed_before_a_month_goes_or_after_it_and_never_meanwhile(
    world: World, captures: list[str], step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(world, at_end="destroy")
    months.close(world.app, SYSTEM, "2026-03")
    months.export(world.app, SYSTEM, "2026-03")
    world.clock.now = LATER
    approved(world)
    placed: list[Future[holding.Hold]] = []
    name = {"destroy": "erase", "drop": "take_out"}[step]
    take = getattr(moving, name)

    def meanwhile(*args: object) -> object:
        placed.append(pool.submit(place_hold, world))
        with pytest.raises(TimeoutError):
            placed[0].result(0.5)
        return take(*args)

    monkeypatch.setattr(moving, name, meanwhile)
    with ThreadPoolExecutor(1) as pool:
        {"destroy": destroying.destroy, "drop": months.drop}[step](world.app, SYSTEM, "2026-03")
        if step == "destroy":
            with pytest.raises(RefusedError, match="Nothing is recorded"):
                placed[0].result(20)
        else:
            assert placed[0].result(20).subject == LOT


def place_hold(world: World) -> holding.Hold:
    wanted = holding.Wanted(kind="lot", subject=LOT, reason="case 7", owner="court")
    return holding.place(world.app, person(world, "ines"), wanted)


def test_a_second_person_approves_and_only_the_installation_carries_out(over: World) -> None:
    first = person(over, "ines")
    made = destroying.order(over.app, first, "2026-03", reason="End of retention")

    with pytest.raises(Conflict) as own:
        destroying.approve(over.app, first, made.order_id)
    with pytest.raises(Conflict) as twice:
        destroying.order(over.app, first, "2026-03", reason="Again")
    with pytest.raises(NotFound):
        destroying.approve(over.app, person(over, "eve", over.wholesaler), made.order_id)
    with pytest.raises(Conflict, match="maker has not ordered and approved") as early:
        destroying.destroy(over.app, SYSTEM, "2026-03")
    with pytest.raises(NotPermitted):
        destroying.destroy(over.app, first, "2026-03")
    assert [found_codes(each) for each in (own, twice, early)] == [
        {"STO-088"},
        {"STO-075"},
        {"STO-087"},
    ]
    assert view(over).state == "dropped"


def test_an_order_that_is_withdrawn_does_not_count(over: World) -> None:
    approved(over)
    destroying.withdraw(over.app, over.maker, 1, reason="A case is coming")

    with pytest.raises(Conflict) as refused:
        destroying.destroy(over.app, SYSTEM, "2026-03")
    assert found_codes(refused) == {"STO-087"}
    assert [each.state for each in destroying.every(over.app, over.maker)] == ["withdrawn"]


def test_nothing_is_left_of_a_destroyed_month_but_what_tells_of_it(
    over: World, captures: list[str], tmp_path: Path
) -> None:
    folder = over.app.settings.archives / "2026-03"
    digest = view(over).manifest_sha256
    approved(over)
    done = destroying.destroy(over.app, SYSTEM, "2026-03")
    again = destroying.destroy(over.app, SYSTEM, "2026-03")

    assert (done.events, done.documents, again.state) == (8, 1, "destroyed")
    assert not folder.exists()
    assert (view(over).state, view(over).manifest_sha256) == ("destroyed", digest)
    with pytest.raises(NotFound, match="was destroyed on 2060-01-01") as gone:
        capture.original(over.app, over.maker, captures[0])
    assert found_codes(gone) == {"STO-091"}
    assert capture.job(over.app, over.maker, captures[0]).stored_count == 8
    with pytest.raises(NotFound):
        tracing.trace(over.app, over.maker, PACKS[0])
    (step,) = tracing.trace(over.app, over.maker, PACKS[5]).steps
    assert step.biz_step == "dispensing"
    trail = audit.entries(over.app, over.maker)
    assert [each.action for each in trail][:3] == [
        "store:month:destroyed",
        "store:destruction:approved",
        "store:destruction:ordered",
    ]


def test_a_backup_of_what_is_left_is_restored_and_its_sample_holds(
    over: World, tmp_path: Path
) -> None:
    approved(over)
    destroying.destroy(over.app, SYSTEM, "2026-03")
    backups.create(over.app, SYSTEM, tmp_path / "backups", is_portable=True)

    found = restoring.check(over.app.settings, SYSTEM, tmp_path / "backups")
    assert found.findings == ()


def test_events_that_come_again_after_their_destruction_are_new(over: World) -> None:
    approved(over)
    destroying.destroy(over.app, SYSTEM, "2026-03")
    handed_in(over, document(commissioning(0, [PACKS[0]])), LATER)

    (step,) = tracing.trace(over.app, over.maker, PACKS[0]).steps
    assert step.record_time.year == 2060


def test_a_large_document_that_comes_again_after_its_destruction_is_new(world: World) -> None:
    made = document(*(commissioning(n, [pack(n)]) for n in range(2_400)))
    assert len(made) > 1_000_000
    in_parts = {"capture_inline_bytes_max": 1, "capture_part_bytes": 10**6}
    settings = replace(world.app.settings, **in_parts)
    world = replace(world, app=replace(world.app, settings=settings))
    handed_in(world, made, MARCH)
    repeated = capture.submit(world.app, world.maker, made, media_type="application/json")
    put(world, at_end="destroy")
    world.clock.now = LATER
    archived(world)
    approved(world)
    destroying.destroy(world.app, SYSTEM, "2026-03")
    again = capture.submit(world.app, world.maker, made, media_type="application/json")

    assert (repeated.stored_count, repeated.repeated_count) == (0, 2_400)
    assert (again.stored_count, again.repeated_count) == (2_400, 0)
    assert len(tracing.trace(world.app, world.maker, pack(7)).steps) == 1


def test_every_company_with_records_in_a_month_has_its_say(over: World) -> None:
    world = over
    handed_in(
        world,
        document(dispensing(300, PACKS[6])),
        datetime(2060, 2, 2, tzinfo=UTC),
        world.wholesaler,
    )
    handed_in(world, document(dispensing(301, PACKS[7])), datetime(2060, 2, 3, tzinfo=UTC))
    world.clock.now = datetime(2060, 3, 1, tzinfo=UTC)
    archived(world, "2060-02")
    world.clock.now = datetime(2100, 3, 1, tzinfo=UTC)

    with pytest.raises(Conflict, match="policies of one other company do not let") as refused:
        destroying.order(world.app, person(world, "ines"), "2060-02", reason="End")
    assert found_codes(refused) == {"STO-086"}
    assert "wholesaler" not in str(refused.value)
    put(world, of=world.wholesaler, at_end="destroy")
    approved(world, "2060-02")
    with pytest.raises(Conflict, match="wholesaler has not ordered") as missing:
        destroying.destroy(world.app, SYSTEM, "2060-02")
    assert found_codes(missing) == {"STO-087"}
    approved(world, "2060-02", of=world.wholesaler)
    destroying.destroy(world.app, SYSTEM, "2060-02")
    assert view(world, "2060-02").state == "destroyed"
    trail = [each for each in audit.entries(world.app, world.maker) if each.subject == "2060-02"]
    assert "wholesaler" not in str([each.detail for each in trail])


def test_a_company_sees_its_own_of_a_month_and_of_others_that_they_keep_it(
    world: World, captures: list[str]
) -> None:
    handed_in(world, document(dispensing(300, PACKS[6])), APRIL, world.wholesaler)
    put(world, at_end="destroy")
    put(world, of=world.wholesaler, keep_for="60 years", source="SOP-W-9")
    wanted = holding.Wanted(kind="month", subject="2026-04", reason="Case W", owner="Court W")
    holding.place(world.app, world.wholesaler, wanted)

    (april,) = [each for each in months.every(world.app, world.maker) if each.month == "2026-04"]
    seen = destroying.preview(world.app, world.maker, "2026-04")
    with pytest.raises(Conflict) as refused:
        destroying.order(world.app, person(world, "ines"), "2026-04", reason="End")
    told = f"{april!r} {seen!r} {refused.value.findings!r}"

    assert not [word for word in ("wholesaler", "SOP-W-9", "Case W", "Court W") if word in told]
    assert april.keep_until == april.others.until == date(2086, 4, 30)
    assert {each.organisation for each in april.retention} == {"maker"}
    assert (april.holds, april.is_held_by_others) == ((), True)
    assert (seen.records_of, seen.waits_for) == ("maker and one other company",) * 2
    assert {"STO-076", "STO-085", "STO-086"} <= found_codes(refused)
    assert view(world, "2026-04").holds[0].reason == "Case W"
    assert destroying.preview(world.app, SYSTEM, "2026-04").organisations == (
        "maker",
        "wholesaler",
    )


def test_a_folder_that_was_left_by_a_kill_is_removed_by_the_same_command(
    over: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(over)
    folder = over.app.settings.archives / "2026-03"
    with monkeypatch.context() as killed:
        killed.setattr("packtrail.services.archive.folders.take_away", die)
        with pytest.raises(KeyboardInterrupt):
            destroying.destroy(over.app, SYSTEM, "2026-03")
    left = folder.exists()
    destroying.destroy(over.app, SYSTEM, "2026-03")

    assert (left, folder.exists()) == (True, False)


def die(_folder: Path) -> None:
    raise KeyboardInterrupt
