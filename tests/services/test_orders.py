"""Work orders: made, given their numbers, commanded, and seen by those who have a part in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.services.plants import GTIN, SSCC_PREFIX, Plant, make_plant, told
from tests.services.supply.making import create_pool, create_sscc_pool

from packtrail.access import ROLES, Actor, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.production.levels import Level
from packtrail.production.orders import Command, State
from packtrail.serials.policy import Policy
from packtrail.services.accounts import audit, organisations
from packtrail.services.lines import floor
from packtrail.services.orders import orders
from packtrail.services.orders.handing_out import hand_out
from packtrail.services.orders.order_commands import (
    command,
    create,
    draw_more,
    prepare,
    signal,
    update,
)
from packtrail.services.orders.returning import give_back
from packtrail.services.supply import pools
from packtrail.store.database import Database
from packtrail.store.orders import OrderFilter


@pytest.fixture
def plant(fresh_database: Database) -> Iterator[Plant]:
    made = make_plant(fresh_database)
    yield made
    made.app.workers.shutdown(wait=True)


def code(actor: Actor) -> str:
    return actor.organisation_code


def open_pool(plant: Plant, name: str, *, serves: str | None = None) -> None:
    """Open a pool of the maker for another trade item."""
    policy = Policy.of("numeric", 12)
    gtin = "00614141123452"
    create_pool(plant.app, plant.maker, name, gtin=gtin, policy=policy, serves=serves)


def code_of(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.findings[0].code


# --- making ---------------------------------------------------------------------------------------


def test_an_order_is_ready_when_it_has_its_numbers(plant: Plant) -> None:
    made = create(plant.app, plant.packer, plant.plan())

    assert (made.state, made.is_released, made.findings) == (State.READY, False, ())
    assert (made.owner, made.operator, made.line) == (
        code(plant.maker),
        code(plant.packer),
        "line-1",
    )
    assert made.planned == {Level.PACK: 12, Level.CASE: 4, Level.PALLET: 2}
    issued = {each.code: each.issued for each in pools.pools(plant.app, plant.maker)}
    assert issued == {"packs": 18, "cases": 6, "pallets": 3}


def test_an_order_without_a_pool_waits_and_says_for_what(plant: Plant) -> None:
    tiers = (floor.Tier(level=Level.PACK, gtin="00614141123452"),)
    item = floor.NewTradeItem(
        code="bare", name="Bare", market="DE", tiers=tiers, serves=plant.packer.organisation_code
    )
    floor.create_trade_item(plant.app, plant.maker, item)

    made = create(plant.app, plant.packer, plant.plan(trade_item="bare"))

    assert made.state is State.WAITING
    assert [(each.code, each.at) for each in made.findings] == [("LIN-014", "pack")]
    assert made.findings[0].message == (
        "There is no pool for the numbers of packs of 00614141123452 that you may use."
    )
    open_pool(plant, "bare", serves=code(plant.packer))
    assert prepare(plant.app, plant.packer, "WO-1").state is State.READY


def test_a_pool_of_the_owner_that_does_not_serve_the_packer_is_not_used(plant: Plant) -> None:
    tiers = (floor.Tier(level=Level.PACK, gtin="00614141123452"),)
    item = floor.NewTradeItem(
        code="own", name="Own", market="DE", tiers=tiers, serves=plant.packer.organisation_code
    )
    floor.create_trade_item(plant.app, plant.maker, item)
    open_pool(plant, "own")

    made = create(plant.app, plant.packer, plant.plan(trade_item=f"{code(plant.maker)}/own"))

    assert made.state is State.WAITING
    assert prepare(plant.app, plant.maker, "WO-1").state is State.READY


def test_the_same_request_makes_one_order(plant: Plant) -> None:
    first = create(plant.app, plant.packer, plant.plan(), request_id="one")
    again = create(plant.app, plant.packer, plant.plan(), request_id="one")

    assert again.order_id == first.order_id
    assert pools.pool(plant.app, plant.maker, "packs").issued == 18
    with pytest.raises(Conflict) as refused:
        create(plant.app, plant.packer, plant.plan(), request_id="two")
    assert code_of(refused) == "LIN-011"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"code": "WO 1"}, "LIN-012"),
        ({"lot": "L 1"}, "LIN-012"),
        ({"expires": "2020-01-01"}, "LIN-012"),
        ({"quantity": 0}, "LIN-012"),
        ({"levels": ("pack", "bundle")}, "LIN-008"),
        ({"mixed_lots_from": "crate"}, "LIN-012"),
        ({"line": "line-9"}, "LIN-002"),
        ({"trade_item": "nothing"}, "LIN-005"),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    plant: Plant, wrong: dict[str, object], code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        create(plant.app, plant.packer, plant.plan(**wrong))

    assert code in {each.code for each in refused.value.findings}


def test_only_the_levels_that_are_wanted_get_numbers(plant: Plant) -> None:
    made = create(plant.app, plant.packer, plant.plan(levels=("pack", "case")))

    assert [tier.level for tier in made.terms.tiers] == [Level.PACK, Level.CASE]
    assert pools.pool(plant.app, plant.maker, "pallets").issued == 0


# --- commands -------------------------------------------------------------------------------------


def test_an_order_goes_through_its_life(plant: Plant) -> None:
    create(plant.app, plant.packer, plant.plan())
    steps = [
        lambda: command(plant.app, plant.packer, "WO-1", "Start"),
        lambda: signal(plant.app, plant.packer, "WO-1", "loaded"),
        lambda: signal(plant.app, plant.packer, "WO-1", "started"),
        lambda: signal(plant.app, plant.packer, "WO-1", "held", reason="no foil"),
        lambda: signal(plant.app, plant.packer, "WO-1", "started"),
        lambda: command(plant.app, plant.packer, "WO-1", "Stop", reason="batch is done"),
    ]

    states = [step().state for step in steps]

    assert states == [
        State.READY, State.LOADED, State.RUNNING, State.HELD, State.RUNNING, State.COMPLETED,
    ]  # fmt: skip
    told_steps = orders.history(plant.app, plant.maker, "WO-1")
    assert [each.trigger for each in told_steps] == [
        "Store", "prepared", "Start", "loaded", "started", "held", "started", "Stop",
    ]  # fmt: skip
    assert told_steps[5].reason == "no foil"
    made = plant.state()
    assert made.started_at is not None
    assert made.ended_at is not None
    assert made.commands == (Command.CLEAR,)


def test_a_command_that_the_state_does_not_allow_is_refused(plant: Plant) -> None:
    create(plant.app, plant.packer, plant.plan())

    with pytest.raises(Conflict) as refused:
        command(plant.app, plant.packer, "WO-1", "Stop", reason="too early")

    assert code_of(refused) == "LIN-013"
    assert str(refused.value) == (
        "The order WO-1 is Ready: Stop is not possible, "
        "only Start, Update, Cancel, loaded, started."
    )


def test_a_line_does_not_start_what_was_not_released(plant: Plant) -> None:
    create(plant.app, plant.packer, plant.plan())

    with pytest.raises(Conflict) as refused:
        signal(plant.app, plant.packer, "WO-1", "started")

    assert code_of(refused) == "LIN-016"


def test_a_line_has_one_order_at_a_time(plant: Plant) -> None:
    plant.order("WO-1")
    plant.order("WO-2")
    plant.order("WO-3", line=f"{code(plant.packer)}/line-2")
    signal(plant.app, plant.packer, "WO-1", "started")

    with pytest.raises(Conflict) as refused:
        signal(plant.app, plant.packer, "WO-2", "loaded")

    assert code_of(refused) == "LIN-015"
    assert signal(plant.app, plant.packer, "WO-3", "started").state is State.RUNNING


def test_a_command_given_again_changes_nothing(plant: Plant) -> None:
    create(plant.app, plant.packer, plant.plan())
    command(plant.app, plant.packer, "WO-1", "Start", request_id="s")
    signal(plant.app, plant.packer, "WO-1", "started", request_id="t")

    again = signal(plant.app, plant.packer, "WO-1", "started", request_id="t")

    assert again.state is State.RUNNING
    with pytest.raises(Conflict) as refused:
        signal(plant.app, plant.packer, "WO-1", "held", request_id="t")
    assert code_of(refused) == "LIN-018"


def test_stop_and_cancel_need_a_reason(plant: Plant) -> None:
    create(plant.app, plant.packer, plant.plan())

    for wanted in ("Stop", "Cancel"):
        with pytest.raises(RefusedError) as refused:
            command(plant.app, plant.packer, "WO-1", wanted)
        assert code_of(refused) == "LIN-037"
    with pytest.raises(RefusedError) as refused:
        command(plant.app, plant.packer, "WO-1", "Explode", reason="why not")
    assert code_of(refused) == "LIN-012"


def test_a_cancelled_order_gives_back_its_numbers(plant: Plant) -> None:
    create(plant.app, plant.packer, plant.plan())

    done = command(plant.app, plant.packer, "WO-1", "Cancel", reason="planned twice")

    assert done.state is State.ABORTED
    returned = {each.code: each.returned for each in pools.pools(plant.app, plant.maker)}
    assert returned == {"packs": 18, "cases": 6, "pallets": 3}


def test_an_update_replaces_what_an_order_is(plant: Plant) -> None:
    create(plant.app, plant.packer, plant.plan())

    changed = update(plant.app, plant.packer, "WO-1", plant.plan(quantity=20, lot="L2"))

    assert (changed.state, changed.revision) == (State.READY, 2)
    assert (changed.terms.quantity, changed.terms.lot) == (20, "L2")
    assert pools.pool(plant.app, plant.maker, "packs").issued == 30
    signal(
        plant.app, plant.packer, command(plant.app, plant.packer, "WO-1", "Start").code, "started"
    )
    with pytest.raises(Conflict) as refused:
        update(plant.app, plant.packer, "WO-1", plant.plan(quantity=30))
    assert code_of(refused) == "LIN-013"


def test_more_numbers_are_drawn_once_for_a_request(plant: Plant) -> None:
    plant.order()
    first = draw_more(plant.app, plant.packer, "WO-1", "pack", 5, request_id="more")
    again = draw_more(plant.app, plant.packer, "WO-1", "pack", 5, request_id="more")
    other = draw_more(plant.app, plant.packer, "WO-1", "pack", 5, request_id="other")

    assert (len(first), again, set(first) & set(other)) == (5, first, set())
    assert pools.pool(plant.app, plant.maker, "packs").issued == 28
    before = len(plant.numbers["pack"])
    plant.take_numbers(plant.state())
    assert len(plant.numbers["pack"]) == before + 10 == len(set(plant.numbers["pack"]))
    for level, count in (("bundle", 5), ("pack", 0)):
        with pytest.raises(RefusedError) as refused:
            draw_more(plant.app, plant.packer, "WO-1", level, count, request_id="x")
        assert code_of(refused) == "LIN-012"


def handed(plant: Plant, count: int, request_id: str) -> list[str]:
    return hand_out(
        plant.app, plant.packer, "WO-1", Level.PACK, count, request_id=request_id
    )  # fmt: skip


def test_what_is_drawn_after_a_short_portion_is_handed_out_whole(plant: Plant) -> None:
    plant.order()
    everything = list(plant.numbers["pack"])
    short = handed(plant, 1_000, "all")
    more = draw_more(plant.app, plant.packer, "WO-1", "pack", 5, request_id="more")

    assert handed(plant, 3, "next") == more[:3]
    assert handed(plant, 1_000, "rest") == more[3:]
    assert handed(plant, 1_000, "all") == short == everything, "whatever was drawn since"


def test_what_a_line_drew_itself_is_not_handed_to_it_again(plant: Plant) -> None:
    plant.order()
    everything = list(plant.numbers["pack"])
    own = draw_more(
        plant.app, plant.packer, "WO-1", "pack", 5, request_id="own", is_handed=True
    )  # fmt: skip

    assert handed(plant, 2, "first") == everything[:2]
    assert handed(plant, 1_000, "rest") == everything[2:]
    assert not set(own) & set(everything)


def test_what_was_given_back_or_made_void_before_is_not_handed_out(plant: Plant) -> None:
    plant.order()
    everything = list(plant.numbers["pack"])
    for is_void, some in ((True, everything[:1]), (False, everything[3:5])):
        give_back(
            plant.app, plant.packer, "WO-1", Level.PACK, some, is_void=is_void, reason="Spoilt",
            request_id=f"back {is_void}",
        )  # fmt: skip

    assert handed(plant, 3, "one") == [*everything[1:3], everything[5]]
    assert handed(plant, 1_000, "two") == everything[6:]
    assert handed(plant, 3, "one") == [*everything[1:3], everything[5]]


def test_portions_of_before_draws_were_told_apart_still_count(plant: Plant) -> None:
    plant.order()
    everything = list(plant.numbers["pack"])
    handed(plant, 4, "old")
    with plant.app.database.transaction() as conn:
        conn.execute("update work_order_step set detail = '{\"from\": 0}' where request_id = 'old'")

    assert handed(plant, 4, "old") == everything[:4]
    assert handed(plant, 2, "new") == everything[4:6]


# --- who sees what --------------------------------------------------------------------------------


def test_owner_and_packer_see_an_order_and_nobody_else_does(plant: Plant) -> None:
    made = create(plant.app, plant.maker, plant.plan())

    for actor in (plant.maker, plant.packer):
        assert orders.order(plant.app, actor, "WO-1").order_id == made.order_id
        assert [each.code for each in orders.orders(plant.app, actor)] == ["WO-1"]
    stranger = plant.world.wholesaler
    assert orders.orders(plant.app, stranger) == ()
    for call in (
        lambda: orders.order(plant.app, stranger, made.order_id),
        lambda: orders.history(plant.app, stranger, "WO-1"),
        lambda: command(plant.app, stranger, "WO-1", "Start"),
        lambda: signal(plant.app, stranger, "WO-1", "started"),
        lambda: prepare(plant.app, stranger, "WO-1"),
        lambda: draw_more(plant.app, stranger, "WO-1", "pack", 1, request_id="x"),
    ):
        with pytest.raises(NotFound) as refused:
            call()
        assert code_of(refused) == "LIN-010"


def test_a_line_is_seen_by_who_lets_its_operator_record(plant: Plant) -> None:
    seen = {
        code(actor): [each.code for each in floor.lines(plant.app, actor)]
        for actor in (plant.packer, plant.maker, plant.world.wholesaler)
    }

    both = ["line-1", "line-2"]
    assert seen == {
        code(plant.packer): both,
        code(plant.maker): both,
        code(plant.world.wholesaler): [],
    }
    with pytest.raises(NotFound):
        floor.line(plant.app, plant.world.wholesaler, f"{code(plant.packer)}/line-1")


def test_two_owners_on_one_line_never_meet(plant: Plant) -> None:
    other = plant.world.wholesaler
    organisations.allow_recording(plant.app, other, code(plant.packer))
    item = floor.NewTradeItem(
        code="epcistra", name="Another", market="DE", serves=plant.packer.organisation_code,
        tiers=(
            floor.Tier(level=Level.PACK, gtin="00614141123452"),
            floor.Tier(level=Level.CASE, prefix="9506001", holds=3),
        ),
    )  # fmt: skip
    floor.create_trade_item(plant.app, other, item)
    create_pool(
        plant.app,
        other,
        "packs",
        gtin="00614141123452",
        policy=Policy.of("numeric", 14),
        serves=plant.packer.organisation_code,
    )
    create_sscc_pool(
        plant.app, other, "cases", prefix="9506001", serves=plant.packer.organisation_code
    )
    mine = create(plant.app, plant.packer, plant.plan())
    theirs = create(plant.app, plant.packer, plant.plan(trade_item=f"{code(other)}/epcistra"))

    assert (mine.owner, theirs.owner) == (code(plant.maker), code(other))
    assert [each.order_id for each in orders.orders(plant.app, plant.maker)] == [mine.order_id]
    assert [each.order_id for each in orders.orders(plant.app, other)] == [theirs.order_id]
    assert len(orders.orders(plant.app, plant.packer)) == 2
    with pytest.raises(
        NotFound, match=f"There are several: {code(plant.maker)}/WO-1, {code(other)}/WO-1"
    ):
        orders.order(plant.app, plant.packer, "WO-1")
    with pytest.raises(NotFound, match="Several organisations have a trade item"):
        create(plant.app, plant.packer, plant.plan("WO-2", trade_item="epcistra"))
    assert {each.owner for each in pools.pools(plant.app, plant.maker)} == {code(plant.maker)}


def test_without_an_agreement_there_is_no_order(plant: Plant) -> None:
    item = floor.NewTradeItem(
        code="own", name="Own", market="DE", tiers=(floor.Tier(level=Level.PACK, gtin=GTIN),)
    )
    floor.create_trade_item(plant.app, plant.world.wholesaler, item)

    with pytest.raises(NotFound):
        create(plant.app, plant.world.wholesaler, plant.plan(trade_item="own"))
    with pytest.raises(NotPermitted):
        floor.create_trade_item(
            plant.app, plant.world.wholesaler, replace(item, serves=plant.packer.organisation_code)
        )


def test_who_only_reads_commands_nothing(plant: Plant) -> None:
    plant.order()
    reader = plant.packer.with_permissions(ROLES[RoleName.READER])

    assert orders.order(plant.app, reader, "WO-1").state is State.READY
    for call in (
        lambda: create(plant.app, reader, plant.plan("WO-2")),
        lambda: command(plant.app, reader, "WO-1", "Start"),
        lambda: signal(plant.app, reader, "WO-1", "started"),
        lambda: update(plant.app, reader, "WO-1", plant.plan()),
        lambda: plant.report(told("commission", numbers=["x"]), actor=reader),
    ):
        with pytest.raises(NotPermitted):
            call()


def test_commands_stand_in_the_trails_of_owner_and_packer(plant: Plant) -> None:
    create(plant.app, plant.packer, plant.plan())
    command(plant.app, plant.packer, "WO-1", "Start")

    for actor in (plant.maker, plant.packer):
        told_rows = [
            each.detail["trigger"]
            for each in audit.entries(plant.app, actor)
            if each.action.startswith("line:order:")
        ]
        assert told_rows == ["Start", "prepared", "Store"]
    assert audit.entries(plant.app, plant.world.wholesaler) != ()


def test_orders_are_found_by_state_line_lot_and_owner(plant: Plant) -> None:
    plant.order("WO-1")
    plant.order("WO-2", lot="L2", line=f"{code(plant.packer)}/line-2")
    signal(plant.app, plant.packer, "WO-1", "started")

    def found(line: str | None = None, **wanted: object) -> list[str]:
        chosen = OrderFilter(**wanted)
        return [each.code for each in orders.orders(plant.app, plant.maker, chosen, line=line)]

    assert found() == ["WO-2", "WO-1"]
    assert found(states=("Running",)) == ["WO-1"]
    assert found(lot="L2") == ["WO-2"]
    assert found(line=f"{code(plant.packer)}/line-1") == ["WO-1"]
    assert (found(owner=code(plant.maker)), found(owner=code(plant.packer))) == (
        ["WO-2", "WO-1"],
        [],
    )
    (newest,) = orders.orders(plant.app, plant.maker, limit=1)
    (older,) = orders.orders(plant.app, plant.maker, limit=1, before=newest.order_id)
    assert (newest.code, older.code) == ("WO-2", "WO-1")
    assert SSCC_PREFIX in older.terms.tiers[1].number_of


def test_sites_lines_and_trade_items_that_cannot_be_are_refused(plant: Plant) -> None:
    app, packer = plant.app, plant.packer
    line = floor.NewLine(code="line-3", site="ulm", name="Line 3")
    for told_site, expected in (
        ({"gln": "0614141000006"}, "LIN-003"),
        ({"country": "Germany"}, "LIN-003"),
        ({"time_zone": "Ulm"}, "LIN-003"),
        ({"code": "X!", "name": " "}, "LIN-003"),
        ({"code": "ulm"}, "LIN-004"),
    ):
        with pytest.raises(RefusedError) as refused:
            floor.create_site(app, packer, **{"code": "x", "name": "X", **told_site})
        assert code_of(refused) == expected
    for actor, told_line, expected in (
        (packer, replace(line, site="paris"), "LIN-001"),
        (packer, replace(line, code="line-1"), "LIN-004"),
        (packer, replace(line, levels=("crate",)), "LIN-003"),
        (packer, replace(line, read_point=f"(01){GTIN}"), "LIN-003"),
        (packer, replace(line, speed_packs_per_minute=0), "LIN-003"),
        (plant.maker, replace(line, site=f"{code(packer)}/ulm"), "LIN-001"),
    ):
        with pytest.raises(RefusedError) as refused:
            floor.create_line(app, actor, told_line)
        assert code_of(refused) == expected
