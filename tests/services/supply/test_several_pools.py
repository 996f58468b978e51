"""Several pools for one trade item: none gives what another gave or could give."""

from __future__ import annotations

from fractions import Fraction

import pytest
from tests.services.conftest import World
from tests.services.supply.making import (
    GTIN,
    OTHER_GTIN,
    TIGHT,
    code_of,
    create_drawn_pool,
    create_pool,
    create_sscc_pool,
)

from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.serials.levels import Levels
from packtrail.serials.policy import Order, Policy
from packtrail.services.supply.alarms import alarms
from packtrail.services.supply.allocating import allocate
from packtrail.services.supply.changing import change_levels, close_pool, replace_key, skip
from packtrail.services.supply.looking_up import look_up
from packtrail.services.supply.pools import pool as pool_of
from packtrail.services.supply.pools import pools_of
from packtrail.services.supply.proving import prove
from packtrail.services.supply.topping_up import top_up, top_up_pools
from packtrail.store import serials as rows

SMALL = Policy.of("numeric", 6, guess_limit=None)
"""A million numbers: pools that follow each other meet all the time."""


# --- pools that make numbers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        (Policy.of("unambiguous", 12), True),
        (Policy.of("numeric", 12), True),
        (Policy.of("numeric", 12, order=Order.SEQUENTIAL, guess_limit=None), True),
        (Policy.of("unambiguous", 13), False),
        (Policy.of("unambiguous", 12, prefix="I"), False),
    ],
)
def test_open_pools_of_a_trade_item_have_no_number_in_common(
    world: World, pool: str, other: Policy, meets: bool
) -> None:
    if not meets:
        create_pool(world.app, world.maker, "other", policy=other)
        assert len(pools_of(world.app, world.maker, GTIN)) == 2
        return
    with pytest.raises(Conflict) as refused:
        create_pool(world.app, world.maker, "other", policy=other)

    assert code_of(refused) == "SER-014"
    create_pool(world.app, world.maker, "other", gtin=OTHER_GTIN, policy=other)


def test_a_pool_that_follows_closed_ones_leaves_out_what_they_gave(world: World) -> None:
    given: list[str] = []
    for number, policy in enumerate((SMALL, Policy.of("numeric", 6, first="012"), SMALL)):
        code = f"pool{number}"
        create_pool(world.app, world.maker, code, policy=policy_without_limit(policy))
        for request in range(2):
            taken = allocate(world.app, world.maker, code, 40_000, request_id=str(request))
            given += taken.serials()
        if number < 2:
            close_pool(world.app, world.maker, code)

    assert len(given) == len(set(given)) == 240_000
    proofs = prove(world.app, world.maker)
    assert [each.findings for each in proofs] == [(), (), ()]
    first, third = given[0], given[-1]
    for serial, code in ((first, "pool0"), (third, "pool2")):
        (found,) = look_up(world.app, world.maker, f"(01){GTIN}(21){serial}")
        assert (found.pool, found.state) == (code, "issued")


def policy_without_limit(policy: Policy) -> Policy:
    return Policy.of(policy.alphabet, policy.length, first=policy.first, guess_limit=None)


def test_a_closed_pool_gives_nothing_more_and_stays_closed(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 5, request_id="1").serials()

    closed = close_pool(world.app, world.maker, pool)

    assert (closed.left, closed.findings) == (0, ())
    assert allocate(world.app, world.maker, pool, 5, request_id="1").serials() == given
    for call in (
        lambda: allocate(world.app, world.maker, pool, 5, request_id="2"),
        lambda: close_pool(world.app, world.maker, pool),
    ):
        with pytest.raises(Conflict, match="is closed") as refused:
            call()
        assert code_of(refused) == "SER-004"
    assert pools_of(world.app, world.maker, GTIN) == ()


def test_what_closed_pools_gave_counts_for_the_guess_limit(world: World) -> None:
    create_pool(world.app, world.maker, "first", policy=TIGHT)
    allocate(world.app, world.maker, "first", 400, request_id="1")
    close_pool(world.app, world.maker, "first")

    second = create_pool(world.app, world.maker, "second", policy=TIGHT)
    taken = allocate(world.app, world.maker, "second", 1_000, request_id="1")

    assert (second.capacity, taken.entry.count) == (599, 599)
    now = pool_of(world.app, world.maker, "second")
    assert Fraction(now.guess_probability) == Fraction(999, 10**7)
    (proof,) = prove(world.app, world.maker, "second")
    assert (proof.holds, Fraction(proof.guess_probability)) == (True, Fraction(999, 10**7))
    close_pool(world.app, world.maker, "second")
    with pytest.raises(Conflict, match="no number can be given") as refused:
        create_pool(world.app, world.maker, "third", policy=TIGHT)
    assert code_of(refused) == "SER-004"


def test_a_guess_is_judged_where_numbers_lie_thickest(world: World, pool: str) -> None:
    allocate(world.app, world.maker, pool, 10_000, request_id="1")
    create_pool(world.app, world.maker, "tight", policy=TIGHT)
    allocate(world.app, world.maker, "tight", 900, request_id="1")

    wide, tight = prove(world.app, world.maker)

    assert wide.guess_probability == f"10000/{30**12}"
    assert tight.guess_probability == "900/10000000"


# --- pools that draw ------------------------------------------------------------------------------


@pytest.fixture
def line(world: World, pool: str) -> str:
    levels = {"low_water": 20, "top_up_to": 100}
    return create_drawn_pool(world.app, world.maker, "line4", parent=pool, **levels).code


def test_a_pool_draws_from_its_parent_when_it_runs_short(
    world: World, pool: str, line: str
) -> None:
    own = allocate(world.app, world.maker, pool, 7, request_id="1").serials()

    first = allocate(world.app, world.maker, line, 60, request_id="1")
    second = allocate(world.app, world.maker, line, 60, request_id="2")

    numbers = [*own, *first.serials(), *second.serials()]
    assert len(set(numbers)) == 127
    drawn, parent = (pool_of(world.app, world.maker, code) for code in (line, pool))
    assert (drawn.capacity, drawn.issued, drawn.left) == (160, 120, 40)
    assert (parent.issued, parent.guess_limit) == (167, "1/10000")
    assert all(each.holds for each in prove(world.app, world.maker))


def test_numbers_of_a_drawn_pool_are_found_at_both(world: World, pool: str, line: str) -> None:
    given = allocate(world.app, world.maker, line, 10, request_id="lot 1", party="line 4").serials()
    replace_key(world.app, world.maker, pool)
    later = allocate(world.app, world.maker, line, 95, request_id="lot 2").serials()

    for serial, request in ((given[3], "lot 1"), (later[94], "lot 2")):
        here, there = look_up(world.app, world.maker, f"(01){GTIN}(21){serial}")
        assert (here.pool, here.entry and here.entry.request_id) == (line, request)
        assert (there.pool, there.entry and there.entry.party) == (pool, "pool line4")
    stocked = allocate(world.app, world.maker, line, 1, request_id="lot 3").serials()[0]
    assert look_up(world.app, world.maker, stocked, pool=line)[0].state == "issued"


def test_stock_that_was_not_given_on_is_in_stock(world: World, pool: str, line: str) -> None:
    top_up(world.app, world.maker, line, 50, request_id="fill")
    given = allocate(world.app, world.maker, pool, 1, request_id="1").serials()
    taken = allocate(world.app, world.maker, line, 50, request_id="1").serials()

    create_drawn_pool(world.app, world.maker, "line5", parent=pool)
    top_up(world.app, world.maker, "line5", 1, request_id="fill")
    (there,) = (each for each in prove(world.app, world.maker) if each.pool == "line5")
    assert (there.issued, there.holds) == (0, True)
    assert look_up(world.app, world.maker, given[0], pool=line)[0].state == "unknown"
    assert look_up(world.app, world.maker, taken[49], pool=line)[0].state == "issued"


def test_a_top_up_is_done_once_for_a_request_id(world: World, pool: str, line: str) -> None:
    first = top_up(world.app, world.maker, line, 30, request_id="fill")
    again = top_up(world.app, world.maker, line, 30, request_id="fill")

    assert (first.count, again.is_repeated, again.entry_no) == (30, True, first.entry_no)
    with pytest.raises(Conflict) as refused:
        top_up(world.app, world.maker, line, 31, request_id="fill")
    assert code_of(refused) == "SER-007"
    assert pool_of(world.app, world.maker, line).left == 30


def test_a_pool_draws_no_more_by_itself_than_it_may_in_a_day(world: World, pool: str) -> None:
    levels = {"low_water": 10, "top_up_to": 100, "drawn_per_day_max": 150}
    create_drawn_pool(world.app, world.maker, "cmo", parent=pool, **levels)

    taken = [
        allocate(world.app, world.maker, "cmo", 100, request_id=str(turn)).entry.count
        for turn in range(2)
    ]
    with pytest.raises(Conflict, match="none is left"):
        allocate(world.app, world.maker, "cmo", 1, request_id="more")
    world.clock.advance(hours=25)
    tomorrow = allocate(world.app, world.maker, "cmo", 100, request_id="tomorrow").entry.count

    assert [*taken, tomorrow] == [100, 50, 100]


def test_the_chore_fills_what_runs_low(world: World, pool: str, line: str) -> None:
    create_drawn_pool(world.app, world.maker, "idle", parent=pool)

    top_up_pools(world.app)
    top_up_pools(world.app)

    assert pool_of(world.app, world.maker, line).left == 100
    assert pool_of(world.app, world.maker, "idle").left == 0
    assert pool_of(world.app, world.maker, pool).issued == 100


def test_pools_may_draw_from_pools_that_draw(world: World, pool: str) -> None:
    levels = {"low_water": 10, "top_up_to": 100}
    create_drawn_pool(world.app, world.maker, "site", parent=pool, **levels)
    for line in ("a", "b"):
        create_drawn_pool(world.app, world.maker, f"line-{line}", parent="site", **levels)

    given = [
        serial
        for turn in range(3)
        for line in ("line-a", "line-b")
        for serial in allocate(world.app, world.maker, line, 45, request_id=str(turn)).serials()
    ]

    assert len(given) == len(set(given)) == 270
    assert all(each.holds for each in prove(world.app, world.maker))


def test_a_drawn_pool_leaves_out_what_its_parent_leaves_out(world: World) -> None:
    create_pool(world.app, world.maker, "small", policy=SMALL)
    given = allocate(world.app, world.maker, "small", 400_000, request_id="1").serials()
    replace_key(world.app, world.maker, "small")
    create_drawn_pool(world.app, world.maker, "line", parent="small")
    top_up(world.app, world.maker, "line", 30_000, request_id="fill")

    parts = [
        allocate(world.app, world.maker, "line", count, request_id=str(count)).serials()
        for count in (1, 999, 20_000, 9_000)
    ]

    assert [len(part) for part in parts] == [1, 999, 20_000, 9_000]
    numbers = [serial for part in parts for serial in part]
    assert len({*given, *numbers}) == 430_000
    assert all(each.holds for each in prove(world.app, world.maker))


def test_only_the_owner_opens_pools_that_draw_from_its_own(world: World) -> None:
    create_pool(world.app, world.maker, "shared", serves="packer")
    for call in (
        lambda: create_drawn_pool(world.app, world.packer, "mine", parent="maker/shared"),
        lambda: close_pool(world.app, world.packer, "shared"),
        lambda: change_levels(world.app, world.packer, "shared", Levels()),
        lambda: skip(world.app, world.packer, "shared", 1, request_id="1", reason=""),
    ):
        with pytest.raises(NotPermitted):
            call()
    with pytest.raises(NotFound):
        create_drawn_pool(world.app, world.wholesaler, "mine", parent="maker/shared")


def test_a_contract_manufacturer_takes_only_from_the_pool_drawn_for_it(
    world: World, pool: str
) -> None:
    levels = {"low_water": 10, "top_up_to": 100}
    create_drawn_pool(world.app, world.maker, "cmo", parent=pool, serves="packer", **levels)

    given = allocate(world.app, world.packer, "cmo", 10, request_id="1").serials()

    assert len(given) == 10
    with pytest.raises(NotFound):
        allocate(world.app, world.packer, pool, 10, request_id="1")
    (seen,) = look_up(world.app, world.packer, f"(01){GTIN}(21){given[0]}")
    assert seen.pool == "cmo"
    with pytest.raises(RefusedError, match="draws from no other"):
        top_up(world.app, world.maker, pool, 1, request_id="1")
    with pytest.raises(NotPermitted):
        top_up(world.app, world.packer, "cmo", 1, request_id="1")


def test_ssccs_may_be_drawn_too(world: World) -> None:
    create_sscc_pool(world.app, world.maker, "pallets", prefix="0614141")
    levels = {"low_water": 1, "top_up_to": 10}
    create_drawn_pool(world.app, world.maker, "dock", parent="pallets", **levels)

    allocate(world.app, world.maker, "pallets", 5, request_id="1")
    given = allocate(world.app, world.maker, "dock", 2, request_id="1").serials()

    assert given == ["006141410000000050", "006141410000000067"]
    assert [each.pool for each in look_up(world.app, world.maker, given[1])] == ["dock", "pallets"]


# --- levels, and what must be passed over ---------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"low_water": -1}, "low_water"),
        ({"top_up_to": 10, "low_water": 10}, "top_up_to"),
        ({"unused_for_days": 0}, "unused_for_days"),
        ({"unused_for_days": 100_000}, "unused_for_days"),
        ({"drawn_per_day_max": -1}, "drawn_per_day_max"),
    ],
)
def test_levels_that_make_no_sense_are_refused(
    world: World, pool: str, wrong: dict[str, int], at: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        change_levels(world.app, world.maker, pool, Levels(**wrong))

    assert [(each.code, each.at) for each in refused.value.findings] == [("SER-013", at)]


def test_levels_are_changed_by_the_owner(world: World, pool: str) -> None:
    changed = change_levels(world.app, world.maker, pool, Levels(low_water=30**12))

    assert [each.code for each in changed.findings] == ["SER-010"]


def test_after_a_restore_a_pool_is_held_until_the_numbers_given_since_are_passed_over(
    world: World, pool: str
) -> None:
    known = allocate(world.app, world.maker, pool, 5, request_id="known").serials()
    create_drawn_pool(world.app, world.maker, "line", parent=pool, low_water=5, top_up_to=50)
    with world.app.database.transaction() as conn:
        conn.execute("create table kept as select * from serial_pool")
        conn.execute("create table kept_generation as select * from serial_generation")
    lost = allocate(world.app, world.maker, pool, 100, request_id="lost").serials()
    with world.app.database.transaction() as conn:  # As if the backup were older than this.
        conn.execute("delete from serial_entry where request_id = 'lost'")
        conn.execute(
            "update serial_pool p set entries = k.entries, issued = k.issued from kept k"
            " where k.pool_id = p.pool_id; drop table kept"
        )
        conn.execute(
            "update serial_generation g set reached = k.reached from kept_generation k"
            " where k.pool_id = g.pool_id; drop table kept_generation"
        )
        rows.hold_pools(conn, at=world.app.clock())

    for call in (
        lambda: allocate(world.app, world.maker, pool, 1, request_id="new"),
        lambda: allocate(world.app, world.maker, "line", 1, request_id="new"),
        lambda: top_up(world.app, world.maker, "line", 1, request_id="new"),
    ):
        with pytest.raises(Conflict, match="put back from a backup"):
            call()
    top_up_pools(world.app)
    assert {each.finding.code for each in alarms(world.app, world.maker)} == {"SER-037"}
    again = allocate(world.app, world.maker, pool, 5, request_id="known").serials()
    for _ in range(2):
        done = skip(world.app, world.maker, pool, 1_000, request_id="restore", reason="of May")
    skip(world.app, world.maker, "line", 0, request_id="none", reason="nothing was given")
    given = allocate(world.app, world.maker, pool, 100, request_id="next").serials()
    drawn = allocate(world.app, world.maker, "line", 10, request_id="next").serials()

    assert again == known
    assert (done.voided, done.held_since) == (1_000, None)
    assert not {*lost} & {*given, *drawn}
    assert look_up(world.app, world.maker, lost[0], pool=pool)[0].state == "void"
