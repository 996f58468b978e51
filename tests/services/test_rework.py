"""Rework: looked at first, then done as a whole, for one owner at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.services.plants import GTIN, NOON, POLICY, Plant, make_plant, told
from tests.services.supply.making import create_pool, create_sscc_pool

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.production.happenings import Happening, Kind
from packtrail.production.levels import Level, Tier
from packtrail.services.accounts import audit, organisations
from packtrail.services.goods import tracing
from packtrail.services.lines import floor, rework
from packtrail.services.lines.rework import perform, preview
from packtrail.store.database import Database


@pytest.fixture
def plant(fresh_database: Database) -> Iterator[Plant]:
    made = make_plant(fresh_database)
    yield made
    made.app.workers.shutdown(wait=True)


OTHER_GTIN = "00614141123452"
THEIRS = (
    Tier(level=Level.PACK, gtin=OTHER_GTIN),
    Tier(level=Level.CASE, prefix="9506000", holds=3),
)
"""What another owner has packed: the numbers of a trade item have one owner."""


@pytest.fixture
def running(plant: Plant) -> Plant:
    plant.order()
    return plant


def code(number: str, *, gtin: str = GTIN) -> str:
    """A number as a scanner sends it; what is a code already stays so."""
    if len(number) > 18:
        return number
    return f"00{number}" if len(number) == 18 else f"01{gtin}21{number}"


def act(kind: str, *numbers: str, minutes: float = 60, **more: Any) -> Happening:
    at = NOON + timedelta(minutes=minutes)
    if "parent" in more:
        more["parent"] = code(more["parent"])
    if "by" in more:
        more["by"] = code(more["by"])
    return Happening(kind=Kind(kind), at=at, numbers=tuple(map(code, numbers)), **more)


def status(plant: Plant, number: str) -> tuple[str, str | None]:
    found = tracing.trace(plant.app, plant.maker, code(number))
    return found.standing.status.value, found.holders[0].parent if found.holders else None


def test_a_preview_says_what_would_change_and_changes_nothing(running: Plant) -> None:
    packs = running.take("pack", 3)
    case = running.case_of(packs, 0)

    seen = preview(running.app, running.packer, act("sample", packs[0], reason="retention"))

    assert (seen.is_possible, seen.findings, seen.events) == (True, (), 2)
    assert (seen.owner, seen.order) == (running.maker.organisation_code, "WO-1")
    assert [
        (each.label, each.level, each.status_before, each.status_after, each.inside_before,
         each.inside_after)
        for each in seen.effects
    ] == [
        (f"(00) {case}", "case", "commissioned", "commissioned", 3, 2),
        (f"(01) {GTIN} (21) {packs[0]}", "pack", "packed", "sampled", 0, 0),
    ]  # fmt: skip
    assert (seen.effects[1].holder_before, seen.effects[1].holder_after) == (f"(00) {case}", None)
    assert status(running, packs[0])[0] == "packed"


def test_what_is_done_is_what_the_preview_said(running: Plant) -> None:
    packs = running.take("pack", 3)
    running.case_of(packs, 0)
    told_act = act("destroy", packs[1], reason="damaged")

    seen = preview(running.app, running.packer, told_act)
    done = perform(running.app, running.packer, told_act, request_id="one")

    assert done.effects == seen.effects
    assert status(running, packs[1]) == ("destroyed", None)
    assert running.state().counts["destroy:pack"] == 1
    (kept,) = rework.done(running.app, running.maker)
    assert (kept.rework_id, kept.happening["kind"], kept.site) == (done.rework_id, "destroy", "ulm")
    for actor in (running.maker, running.packer):
        assert audit.entries(running.app, actor)[0].action == "line:rework:recorded"


def test_the_same_request_is_done_once(running: Plant) -> None:
    packs = running.take("pack", 3)
    running.case_of(packs, 0)
    first = perform(running.app, running.packer, act("unpack", packs[0]), request_id="one")

    again = perform(running.app, running.packer, act("unpack", packs[0]), request_id="one")

    assert (again.rework_id, again.is_repeated) == (first.rework_id, True)
    with pytest.raises(Conflict) as refused:
        perform(running.app, running.packer, act("unpack", packs[1]), request_id="one")
    assert refused.value.findings[0].code == "LIN-018"


def test_a_broken_pack_is_replaced_and_a_case_repacked(running: Plant) -> None:
    packs = running.take("pack", 4)
    case = running.case_of(packs[:3], 0)
    running.report(told("commission", 5, numbers=packs[3:]))
    (other,) = running.take("case", 1)

    perform(running.app, running.packer, act("replace", packs[0], by=packs[3]), request_id="1")
    assert status(running, packs[3])[1] is not None
    assert status(running, packs[0]) == ("active", None)
    perform(
        running.app, running.packer,
        act("repack", *packs[1:], minutes=61, parent=other), request_id="2",
    )  # fmt: skip

    found = tracing.trace(running.app, running.maker, code(other))
    assert (found.standing.status, found.contents_total) == ("commissioned", 3)
    assert tracing.trace(running.app, running.maker, code(case)).contents_total == 0


def test_decommissioning_is_undone_by_recommissioning(running: Plant) -> None:
    (one,) = running.take("pack", 1)
    running.report(told("commission", numbers=[one]))

    perform(running.app, running.packer, act("decommission", one, reason="damaged"), request_id="1")
    assert status(running, one)[0] == "decommissioned"
    undo = act("recommission", one, minutes=61, reason="mistake")
    perform(running.app, running.packer, undo, request_id="2")

    assert status(running, one)[0] == "commissioned"


def test_nothing_is_done_by_halves(running: Plant) -> None:
    packs = running.take("pack", 3)
    running.case_of(packs, 0)
    both = act("unpack", packs[0], "NOBODYS", minutes=60)

    seen = preview(running.app, running.packer, both)
    with pytest.raises(RefusedError) as refused:
        perform(running.app, running.packer, both, request_id="1")

    assert (seen.is_possible, seen.effects, seen.events) == (False, (), 0)
    assert [each.code for each in refused.value.findings] == ["LIN-025"]
    assert status(running, packs[0])[1] is not None


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"kind": "commission"}, "LIN-020"),
        ({"kind": "sample"}, "LIN-037"),
        ({"kind": "sample", "reason": "boredom"}, "LIN-037"),
        ({"kind": "unpack", "numbers": ()}, "LIN-045"),
        ({"kind": "pack"}, "LIN-020"),
        ({"kind": "unpack", "numbers": ("hello world",)}, "LIN-020"),
        ({"kind": "disaggregate"}, "LIN-035"),
    ],
)
def test_an_act_that_is_not_told_in_full_is_refused(
    running: Plant, wrong: dict[str, Any], expected: str
) -> None:
    (one,) = running.take("pack", 1)
    running.report(told("commission", numbers=[one]))
    values = {"at": NOON + timedelta(minutes=60), "numbers": (code(one),), **wrong}

    with pytest.raises(RefusedError) as refused:
        perform(
            running.app, running.packer, Happening(**{**values, "kind": Kind(values["kind"])}),
            request_id="1",
        )  # fmt: skip

    assert expected in [each.code for each in refused.value.findings]


def test_a_pack_that_was_only_printed_is_refused_not_waited_for(running: Plant) -> None:
    (one,) = running.take("pack", 1)

    with pytest.raises(RefusedError) as refused:
        perform(running.app, running.packer, act("sample", one, reason="retention"), request_id="1")

    assert [(each.code, each.severity) for each in refused.value.findings] == [("LIN-025", "error")]


def test_who_has_several_sites_says_where(running: Plant) -> None:
    floor.create_site(running.app, running.packer, "graz", name="Graz")
    (one,) = running.take("pack", 1)
    running.report(told("commission", numbers=[one]))
    sample = act("sample", one, reason="retention")

    with pytest.raises(NotFound, match="Say at which site: your organisation has graz, ulm"):
        perform(running.app, running.packer, sample, request_id="1")
    done = perform(running.app, running.packer, sample, request_id="1", site="graz")

    assert done.site == "graz"


def test_who_may_not_do_rework_does_not_even_look(running: Plant) -> None:
    reader = running.packer.with_permissions(ROLES[RoleName.READER])
    (one,) = running.take("pack", 1)

    for call in (
        lambda: preview(running.app, reader, act("unpack", one)),
        lambda: perform(running.app, reader, act("unpack", one), request_id="1"),
    ):
        with pytest.raises(NotPermitted):
            call()


# --- several owners at one packer -----------------------------------------------------------------


@pytest.fixture
def two(plant: Plant) -> tuple[Plant, Plant]:
    """The plant of the maker, and the same plant packing for another owner."""
    world = plant.world
    other, serves = world.wholesaler, world.packer.organisation_code
    organisations.allow_recording(plant.app, other, serves)
    item = floor.NewTradeItem(
        code="epcistra", name="Another", market="DE", tiers=THEIRS, serves=serves
    )
    floor.create_trade_item(plant.app, other, item)
    create_pool(plant.app, other, "packs", gtin=OTHER_GTIN, policy=POLICY, serves=serves)
    create_sscc_pool(plant.app, other, "cases", prefix="9506000", serves=serves)
    plant.order("WO-A")
    theirs = Plant(plant.world)
    item_code = f"{other.organisation_code}/epcistra"
    theirs.order("WO-B", trade_item=item_code, line=f"{serves}/line-2")
    return plant, theirs


def test_goods_of_two_owners_are_never_treated_together(two: tuple[Plant, Plant]) -> None:
    mine, theirs = two
    a, b = mine.take("pack", 3), theirs.take("pack", 3)
    mine.report(told("commission", numbers=a), code="WO-A")
    theirs.report(told("commission", numbers=b), code="WO-B", report_id="b")

    with pytest.raises(RefusedError) as refused:
        preview(
            mine.app,
            mine.packer,
            act("sample", a[0], code(b[0], gtin=OTHER_GTIN), reason="retention"),
        )

    assert refused.value.findings[0].code == "LIN-044"


def test_an_order_of_one_owner_knows_nothing_of_anothers_packs(two: tuple[Plant, Plant]) -> None:
    mine, theirs = two
    a, b = mine.take("pack", 2), theirs.take("pack", 3)
    mine.report(told("commission", numbers=a), code="WO-A")
    theirs.report(told("commission", numbers=b), code="WO-B", report_id="b")
    (case,) = mine.take("case", 1)

    receipt = mine.report(told("pack", 5, numbers=[*a, b[0]], parent=case), code="WO-A")

    assert "LIN-025" in [each.code for each in receipt.findings]
    assert receipt.done == {}
    theirs_report = theirs.report(told("commission", 6, numbers=[a[0]]), code="WO-B", report_id="c")
    assert [each.code for each in theirs_report.findings] == ["LIN-022"]


def test_the_owner_of_scanned_goods_is_found_by_their_numbers(two: tuple[Plant, Plant]) -> None:
    mine, theirs = two
    b = theirs.take("pack", 1)
    theirs.report(told("commission", numbers=b), code="WO-B", report_id="b")

    scanned = code(b[0], gtin=OTHER_GTIN)
    done = perform(
        mine.app, mine.packer, act("sample", scanned, reason="retention"), request_id="1"
    )

    other = mine.world.wholesaler
    assert done.owner == other.organisation_code
    assert [each.rework_id for each in rework.done(mine.app, other)] == [done.rework_id]
    assert rework.done(mine.app, mine.maker) == ()
    with pytest.raises(NotFound):
        tracing.trace(mine.app, mine.maker, scanned)


def test_nobody_reworks_goods_of_who_did_not_allow_it(two: tuple[Plant, Plant]) -> None:
    mine, _ = two
    a = mine.take("pack", 1)
    mine.report(told("commission", numbers=a), code="WO-A")
    floor.create_site(mine.app, mine.world.wholesaler, "dc", name="DC")

    with pytest.raises(RefusedError) as refused:
        perform(
            mine.app, mine.world.wholesaler, act("sample", a[0], reason="retention"), request_id="1"
        )
    assert refused.value.findings[0].code == "LIN-025"
    with pytest.raises(NotPermitted):
        perform(
            mine.app, mine.world.wholesaler, act("sample", a[0], reason="retention"),
            request_id="1", owner=mine.maker.organisation_code,
        )  # fmt: skip
