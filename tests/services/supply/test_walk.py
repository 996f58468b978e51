"""A random walk through all that can be done to the pools of one trade item, beside a plain model.

The spaces are small and overlap, so that numbers meet all the time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from io import BytesIO

import pytest
from tests.services.conftest import World
from tests.services.supply.making import (
    GTIN,
    create_drawn_pool,
    create_imported_pool,
    create_pool,
)

from packtrail.access import Actor
from packtrail.base.errors import Conflict, RefusedError
from packtrail.serials.policy import Order, Policy
from packtrail.services.supply import pools
from packtrail.services.supply.allocating import allocate
from packtrail.services.supply.changing import close_pool, replace_key
from packtrail.services.supply.expiring import expire_unused
from packtrail.services.supply.importing import import_numbers
from packtrail.services.supply.looking_up import IN_STOCK, UNKNOWN, look_up
from packtrail.services.supply.proving import prove
from packtrail.services.supply.settling import Settling, settle
from packtrail.services.supply.topping_up import top_up, top_up_pools

LIMIT = Fraction(1, 100)
POLICIES = (
    Policy.of("numeric", 6, guess_limit=LIMIT),
    Policy.of("numeric", 6, prefix="4", guess_limit=None, order=Order.SEQUENTIAL),
    Policy.of("0123456789ABCDEF", 6, guess_limit=LIMIT),
    Policy.of("numeric", 7, guess_limit=LIMIT),
)
COUNTS = (1, 3, 40, 2_000)
STEPS = 90


@dataclass
class Walk:
    """The pools, and what a plain model says of them."""

    world: World
    actor: Actor
    chance: random.Random
    state: dict[str, str] = field(default_factory=dict)
    """Every number given out -> issued, used, returned, void or expired."""
    pool_of: dict[str, str] = field(default_factory=dict)
    allocations: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    expiring: dict[tuple[str, str], datetime] = field(default_factory=dict)
    count: int = 0

    def next(self, name: str) -> str:
        self.count += 1
        return f"{name}{self.count}"

    def open_pools(self, *sources: str) -> list[pools.SerialPool]:
        found = pools.pools(self.world.app, self.actor)
        return [each for each in found if not each.closed_at and each.source in sources]

    def any_pool(self, *sources: str) -> pools.SerialPool | None:
        found = self.open_pools(*sources)
        return self.chance.choice(found) if found else None

    # --- what can be done -------------------------------------------------------------------------

    def open_made(self) -> None:
        policy = self.chance.choice(POLICIES)
        create_pool(self.world.app, self.actor, self.next("made"), policy=policy)

    def open_drawn(self) -> None:
        if parent := self.any_pool("made", "drawn"):
            create_drawn_pool(
                self.world.app, self.actor, self.next("drawn"), parent=parent.code,
                low_water=5, top_up_to=self.chance.choice((20, 300)),
            )  # fmt: skip

    def open_imported(self) -> None:
        policy = Policy.of("numeric", 6, order=Order.IMPORTED, guess_limit=None)
        create_imported_pool(self.world.app, self.actor, self.next("imported"), policy=policy)

    def bring(self) -> None:
        if pool := self.any_pool("imported"):
            numbers = [f"{self.chance.randrange(10**6):06d}" for _ in range(5)]
            content = BytesIO("\n".join(numbers).encode())
            import_numbers(self.world.app, self.actor, pool.code, content, filename="a.txt")

    def take(self) -> None:
        pool = self.any_pool("made", "drawn", "imported")
        if pool is None:
            return
        request, wanted = self.next("r"), self.chance.choice(COUNTS)
        until = None
        if self.chance.random() < 0.3:
            until = self.world.app.clock() + timedelta(days=1)
        given = allocate(
            self.world.app, self.actor, pool.code, wanted, request_id=request, unused_until=until
        )
        serials = given.serials()
        assert len(serials) == given.entry.count <= wanted
        assert len(set(serials)) == len(serials)
        assert not self.state.keys() & {*serials}, "given twice"
        for each in serials:
            self.state[each], self.pool_of[each] = "issued", pool.code
        self.allocations[pool.code, request] = serials
        if until:
            self.expiring[pool.code, request] = until

    def repeat(self) -> None:
        if self.allocations:
            (pool, request), serials = self.chance.choice([*self.allocations.items()])
            wanted = next(each for each in COUNTS if each >= len(serials))
            try:
                again = allocate(self.world.app, self.actor, pool, wanted, request_id=request)
            except Conflict:
                return  # It had asked for more than it got.
            assert again.serials() == serials

    def say(self) -> None:
        if not self.allocations:
            return
        (pool, request), serials = self.chance.choice([*self.allocations.items()])
        still = [each for each in serials if self.state[each] == "issued"]
        self.chance.shuffle(still)
        used, void = still[: len(still) // 3], still[len(still) // 3 : len(still) // 2]
        rest = self.chance.choice((None, "returned", "void"))
        if not (used or void or (rest and still)):
            return
        settling = Settling(
            request_id=self.next("s"), used=used, void=void, rest=rest,
            allocation=request if rest else None,
        )  # fmt: skip
        settle(self.world.app, self.actor, pool, settling)
        for each in used:
            self.state[each] = "used"
        for each in void:
            self.state[each] = "void"
        for each in still[len(used) + len(void) :] if rest else ():
            self.state[each] = rest or ""

    def expire(self) -> None:
        self.world.clock.advance(days=self.chance.choice((0, 2)))
        expire_unused(self.world.app)
        now = self.world.clock()
        for allocation, until in self.expiring.items():
            for each in self.allocations[allocation] if until <= now else ():
                if self.state[each] == "issued":
                    self.state[each] = "expired"

    def draw(self) -> None:
        if pool := self.any_pool("drawn"):
            top_up(self.world.app, self.actor, pool.code, 7, request_id=self.next("t"))

    def fill(self) -> None:
        top_up_pools(self.world.app)

    def rekey(self) -> None:
        if pool := self.any_pool("made"):
            replace_key(self.world.app, self.actor, pool.code)

    def close(self) -> None:
        if (pool := self.any_pool("made", "drawn", "imported")) and self.chance.random() < 0.5:
            close_pool(self.world.app, self.actor, pool.code)

    # --- what must hold ---------------------------------------------------------------------------

    def check(self) -> None:
        issued = 0
        for pool in pools.pools(self.world.app, self.actor):
            mine = [each for each, code in self.pool_of.items() if code == pool.code]
            states = [self.state[each] for each in mine]
            assert pool.issued - pool.drawn == len(mine), pool.code
            for state, counted in (
                ("used", pool.used), ("returned", pool.returned), ("void", pool.voided),
                ("expired", pool.expired), ("issued", pool.outstanding),
            ):  # fmt: skip
                assert states.count(state) == counted, (pool.code, state)
            issued += len(mine)
            if pool.source == "made" and pool.guess_limit:
                assert Fraction(pool.guess_probability) < Fraction(pool.guess_limit)
            for serial in self.chance.sample(mine, min(3, len(mine))):
                (found,) = look_up(self.world.app, self.actor, serial, pool=pool.code)
                assert found.state == self.state[serial]
        assert issued == len(self.state)
        for proof in prove(self.world.app, self.actor):
            assert proof.holds, proof
        gone = f"{self.chance.randrange(10**7):07d}"
        if gone not in self.state:
            found_in = look_up(self.world.app, self.actor, f"(01){GTIN}(21){gone}")
            assert not [each for each in found_in if each.state not in {UNKNOWN, IN_STOCK}]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_done_no_number_is_given_twice_and_every_count_is_right(
    world: World, seed: int
) -> None:
    walk = Walk(world, world.maker, random.Random(seed))
    steps = (
        [walk.take] * 8 + [walk.say] * 4 + [walk.open_made] * 3 + [walk.repeat] * 2
        + [walk.open_drawn, walk.open_imported, walk.bring, walk.expire, walk.draw, walk.fill,
           walk.rekey, walk.close, walk.close]
    )  # fmt: skip

    refused: set[str] = set()
    for number in range(STEPS):
        try:
            walk.chance.choice(steps)()
        except RefusedError as refusal:  # A pool that meets another, is empty, or exists already.
            refused |= {each.code for each in refusal.findings}
        if number % 15 == 14:
            walk.check()

    assert walk.state
    assert refused <= {"SER-004", "SER-013", "SER-014", "SER-018", "SER-019", "SER-020"}
