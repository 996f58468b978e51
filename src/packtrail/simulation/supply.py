"""The serial supply of the demo world: pools, and what eight weeks of lines took from them.

The packs of the simulated year keep the numbers they have; these are the pools for what is packed
next. All of it is made from one seed, in the past of the clock, so that gauges and forecasts have
something to show.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from packtrail.serials.levels import Levels
from packtrail.serials.policy import Order, Policy
from packtrail.services.supply import blocks, market_rules, opening, pools, stations
from packtrail.services.supply.allocating import Asking, allocate
from packtrail.services.supply.importing import import_numbers
from packtrail.services.supply.opening import Opening
from packtrail.services.supply.settling import Settling, settle
from packtrail.simulation.organisations import CORVUS, CORVUS_PLANT
from packtrail.simulation.products import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.simulation.products import Product

LINES = {
    "Tarvoxil": "w2", "Nuvaledrin": "w3", "Zephrelin": "ulm-5", "Sondrelis": "ulm-5",
    "Belvarine": "l3", "Oculyra": "l3",
}  # fmt: skip
"""Product -> code of the line that packs it."""
WEEKS = 8
SEED = 21
LOT_SIZES = (1_800, 2_400, 3_600, 5_200)
USED_SHARE, VOID_SHARE = 0.965, 0.012
IMPORTED = 1_500
STATION, STATION_KEY = "ulm-5 offline", base64.b64encode(bytes(range(1, 33))).decode()
"""A station of nobody: its private key is not known, so no block for it is ever opened."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A pool that a line takes from, lot after lot."""

    actor: Actor
    pool: str
    party: str
    every_days: int
    first_day: int


def stock(app: Application, acting: Mapping[str, Actor]) -> None:
    """Open the pools of the demo and let its lines use them, unless that was done before.

    Without a master key there is nothing to encrypt their keys with: then there are no pools.

    Args:
        app: An application on the demo world.
        acting: Who acts for each organisation, by its code.
    """
    settings = app.settings
    if settings.database_url and not settings.master_key:
        return
    if any(pools.pools(app, acting[each.maker.code]) for each in PRODUCTS):
        return
    rng = Random(SEED)  # noqa: S311 - lot sizes, not secrets
    begin = datetime.combine(app.clock().date(), time(6), UTC) - timedelta(weeks=WEEKS)
    lines = list(_opened(_at(app, begin), acting))
    for day in range(WEEKS * 7):
        now = begin + timedelta(days=day)
        for number, line in enumerate(lines):
            if now.weekday() < 5 and day % line.every_days == line.first_day:
                _run(app, rng, line, now + timedelta(minutes=20 * number), day)
    _outside(app, acting[PRODUCTS[0].maker.code], acting[CORVUS.code])


def _opened(app: Application, acting: Mapping[str, Actor]) -> Iterator[_Line]:
    """Open a pool for each product, and one for the contract packer where that packs it."""
    for number, product in enumerate(PRODUCTS):
        actor, code = acting[product.maker.code], _code(product)
        suggested = market_rules.policy_for(app, actor, product.market)
        levels = Levels(low_water=1_000_000)
        what = Opening(code=code, levels=levels, market=product.market)
        opening.create_pool(app, actor, what, gtin=product.gtin(), policy=suggested.policy)
        if product.packed_at is CORVUS_PLANT:
            levels = Levels(low_water=8_000, top_up_to=20_000, unused_for_days=90)
            what = Opening(code=f"{code}-corvus", levels=levels, serves=CORVUS.code)
            opening.create_drawn_pool(app, actor, what, parent=code)
            pool = f"{product.maker.code}/{code}-corvus"
            yield _Line(acting[CORVUS.code], pool, LINES[product.name], 3, number % 3)
        else:
            yield _Line(actor, code, LINES[product.name], 2, number % 2)


def _run(app: Application, rng: Random, line: _Line, at: datetime, day: int) -> None:
    """Take the numbers of one lot, and account for them two days later."""
    lot = f"{rng.choice('ABCDEFGH')}{day:03d}{rng.randrange(10)}"
    asked, count = f"order/{lot}/{line.pool}", rng.choice(LOT_SIZES)
    numbers = allocate(
        _at(app, at), line.actor, line.pool, count, request_id=asked, party=line.party,
        purpose=f"lot {lot}",
    ).serials()  # fmt: skip
    later = at + timedelta(days=2)
    if later >= app.clock():
        return
    used, void = round(count * USED_SHARE), round(count * VOID_SHARE)
    what = Settling(
        request_id=f"{asked}/close", allocation=asked, used=numbers[:used],
        void=numbers[used : used + void], rest="returned", party=line.party,
        reason=f"lot {lot} closed",
    )  # fmt: skip
    settle(_at(app, later), line.actor, line.pool, what)


def _outside(app: Application, maker: Actor, packer: Actor) -> None:
    """Import numbers of an authority, and seal a block that is out and one that is overdue."""
    gtin, now = PRODUCTS[0].gtin(), app.clock()
    policy = Policy.of("mixed-case", 13, order=Order.IMPORTED, guess_limit=None)
    levels = Levels(low_water=2_000, top_up_to=10_000)
    what = Opening(code="ru-codes", levels=levels, market="RU")
    opening.create_imported_pool(app, maker, what, gtin=gtin, policy=policy)
    rng = Random(SEED)  # noqa: S311 - an invented authority
    rows = (
        f"{_letters(rng, 13)},{_letters(rng, 4)},{base64.b64encode(rng.randbytes(32)).decode()}\n"
        for _ in range(IMPORTED)
    )
    file = io.BytesIO("".join(["serial,91,92\n", *rows]).encode())
    import_numbers(app, maker, "ru-codes", file, "crpt-order-0815.csv")
    allocate(app, maker, "ru-codes", 400, request_id="order/RU-1", party="w2", purpose="lot RU-1")
    pool = next(each for each in pools.pools(app, packer) if each.source == pools.DRAWN)
    stations.add_station(app, packer, STATION, STATION_KEY)
    for ago, count in ((timedelta(days=12), 1_200), (timedelta(days=1), 800)):
        asking = Asking(count=count, request_id=f"block/{count}", purpose="night shift offline")
        blocks.seal(
            _at(app, now - ago), packer, pool.name, asking, station=STATION,
            expires_at=now - ago + timedelta(days=7),
        )  # fmt: skip


def _at(app: Application, moment: datetime) -> Application:
    """Return the application at a moment of the past."""
    return replace(app, clock=lambda: moment)


def _code(product: Product) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", f"{product.name} {product.strength}".lower())
    return words.strip("-")[:40]


def _letters(rng: Random, count: int) -> str:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join(rng.choice(alphabet) for _ in range(count))
