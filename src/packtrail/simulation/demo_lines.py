"""The packaging lines of the demo world, and batches that a twin of each line packed on them.

The contract packer packs for both makers on one line. What a portfolio describes already, lines and
trade items, is taken from there. Loading twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import Conflict, PacktrailError
from packtrail.production.levels import Level, Tier
from packtrail.serials.levels import Levels
from packtrail.serials.policy import Policy
from packtrail.services.accounts import organisations
from packtrail.services.lines import floor
from packtrail.services.orders import order_commands, orders
from packtrail.services.supply.opening import Opening, create_pool, create_sscc_pool
from packtrail.simulation.network import NetworkRates
from packtrail.simulation.organisations import (
    ASTERION,
    ASTERION_PLANT,
    BELMONT,
    BELMONT_PLANT,
    CORVUS,
    CORVUS_PLANT,
    Location,
)
from packtrail.simulation.products import PRODUCTS, Product
from packtrail.simulation.shift import Wanted, run_shift
from packtrail.simulation.twin import LineRates

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.orders.orders import WorkOrder

_CASES, _PALLETS = "8", "9"
"""Extension digits of the SSCCs that lines print; those of the year before are others."""
_POLICY: Final = Policy.of("unambiguous", 14)


@dataclass(frozen=True, slots=True)
class _Line:
    plant: Location
    site: str
    site_name: str
    time_zone: str
    code: str
    name: str
    speed_packs_per_minute: int


_LINES: Final = (
    _Line(CORVUS_PLANT, "ulm", "Ulm", "Europe/Berlin", "ulm-5", "Ulm 5, vials", 90),
    _Line(ASTERION_PLANT, "wilson", "Wilson, North Carolina", "America/New_York", "w2",
          "Wilson 2, blisters", 320),
    _Line(BELMONT_PLANT, "leuven", "Leuven", "Europe/Brussels", "l3", "Leuven 3, blisters", 240),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Batch:
    """A work order of the demo, and how far its line got with it."""

    product: str
    line: str
    """`operator/code`."""
    code: str
    lot: str
    expires: str
    quantity: int
    made: int = 0
    """Good packs that the line made; 0: it has not begun."""
    is_released: bool = True
    rates: LineRates = LineRates()  # noqa: RUF009 - frozen
    network: NetworkRates = NetworkRates()  # noqa: RUF009 - frozen


_ROUGH: Final = LineRates(
    speed_packs_per_minute=90, rejects=0.03, no_reads=0.012, misreads=0.006, aggregation_faults=0.08
)
_SMOOTH: Final = LineRates(speed_packs_per_minute=240, misreads=0, aggregation_faults=0)
_POOR_WIRE: Final = NetworkRates(cuts=0.1, lost_replies=0.1, duplicates=0.08, late=0.08)

BATCHES: Final = (
    _Batch("Belvarine", "belmont/l3", "BEL-26-1187", "BV02611", "2029-10-00", 120, 120,
           rates=_SMOOTH),
    _Batch("Sondrelis", "corvus-cmo/ulm-5", "SON-26-0412", "S412-26", "2028-11-00", 180, 180,
           rates=_ROUGH, network=_POOR_WIRE),
    _Batch("Tarvoxil", "asterion/w2", "WO-77120", "T60771A", "2028-10-31", 400, 230),
    _Batch("Zephrelin", "corvus-cmo/ulm-5", "AST-C-0098", "ZE0098A", "2028-12-31", 240, 100,
           rates=_ROUGH),
    _Batch("Sondrelis", "corvus-cmo/ulm-5", "SON-26-0413", "S413-26", "2028-11-00", 360),
    _Batch("Tarvoxil", "asterion/w2", "WO-77121", "T60772A", "2028-11-30", 600,
           is_released=False),
)  # fmt: skip


def load(app: Application, *, on_progress: Callable[[str], None] | None = None) -> None:
    """Build the lines of the demo world and pack its batches, or what is missing of them.

    Args:
        app: An application with the organisations of the demo world.
        on_progress: Called with the code of each batch.
    """
    acting = {
        each.code: organisations.system_actor(app, "demo", organisation=each.code)
        for each in (ASTERION, BELMONT, CORVUS)
    }
    for line in _LINES:
        _build(app, acting[line.plant.organisation.code], line)
    items = {
        product.name: _describe(app, acting[product.maker.code], product) for product in _products()
    }
    for batch in BATCHES:
        if on_progress:
            on_progress(batch.code)
        _pack(app, acting, batch, items[batch.product])


def _products() -> list[Product]:
    wanted = {each.product for each in BATCHES}
    return [each for each in PRODUCTS if each.name in wanted]


def _build(app: Application, actor: Actor, line: _Line) -> None:
    plant = line.plant
    if line.site not in {each.code for each in floor.sites(app, actor)}:
        floor.create_site(
            app, actor, line.site, name=line.site_name, gln=plant.gln, country=plant.country,
            time_zone=line.time_zone,
        )  # fmt: skip
    if line.code not in {each.code for each in floor.lines(app, actor)}:
        told = floor.NewLine(
            code=line.code, site=line.site, name=line.name,
            speed_packs_per_minute=line.speed_packs_per_minute,
        )  # fmt: skip
        floor.create_line(app, actor, told)


def _describe(app: Application, owner: Actor, product: Product) -> str:
    """Describe a trade item and open its pools; the contract packer may use them.

    Returns:
        Its code: that of the portfolio, where that describes it.
    """
    tiers, own = tiers_of(product), floor.trade_items(app, owner)
    known = (e.code for e in own if e.owner == product.maker.code and e.gtin == product.gtin())
    code = next(known, "")
    if not code:
        code = _code(product)
        item = floor.NewTradeItem(
            code=code, name=f"{product.name} {product.strength}, {product.content}",
            market=product.market if product.market == "US" else "DE", tiers=tiers,
            national_number=product.ndc, serves=CORVUS.code,
        )  # fmt: skip
        floor.create_trade_item(app, owner, item)
    for tier in tiers:
        try:
            _open_pool(app, owner, code, tier)
        except Conflict:  # Opened before, or for another trade item.
            continue
    return code


def _open_pool(app: Application, owner: Actor, code: str, tier: Tier) -> None:
    serves = CORVUS.code
    if tier.gtin:
        what = Opening(code=f"{code}-{tier.level}s", serves=serves)
        create_pool(app, owner, what, gtin=tier.gtin, policy=_POLICY)
    else:
        what = Opening(code=f"{tier.level}s", serves=serves, levels=Levels(low_water=5_000))
        prefix = tier.prefix or ""
        create_sscc_pool(app, owner, what, prefix=prefix, extension=tier.extension)


def tiers_of(product: Product) -> tuple[Tier, ...]:
    """Return the levels in which a medicine of the simulated makers is packed."""
    prefix, indicator = product.company_prefix, product.case_indicator
    gtin = product.gtin(indicator) if indicator is not None else None
    return (
        Tier(level=Level.PACK, gtin=product.gtin(), prefix=prefix),
        Tier(
            level=Level.CASE, gtin=gtin, prefix=prefix, holds=product.packs_per_case,
            extension="0" if gtin else _CASES,
        ),
        Tier(level=Level.PALLET, prefix=prefix, extension=_PALLETS, holds=product.cases_per_pallet),
    )  # fmt: skip


def _code(product: Product) -> str:
    return f"{product.name}-{product.strength}".lower().replace(" ", "")


def _pack(app: Application, acting: dict[str, Actor], batch: _Batch, item: str) -> None:
    product = next(each for each in PRODUCTS if each.name == batch.product)
    operator = acting[batch.line.partition("/")[0]]
    order = _ordered(app, operator, batch, f"{product.maker.code}/{item}")
    if not batch.made or order.reports:
        return
    wanted = Wanted(
        quantity=batch.made, line=batch.rates, network=batch.network,
        is_finished=batch.made >= batch.quantity,
    )  # fmt: skip
    run_shift(app, operator, order.order_id, wanted)


def _ordered(app: Application, operator: Actor, batch: _Batch, trade_item: str) -> WorkOrder:
    known = [each for each in orders.orders(app, operator) if each.code == batch.code]
    if known:
        return known[0]
    plan = order_commands.OrderPlan(
        code=batch.code, line=batch.line, trade_item=trade_item, lot=batch.lot,
        expires=batch.expires, quantity=batch.quantity, spare_percent=10,
    )  # fmt: skip
    made = order_commands.create(app, operator, plan, is_started=batch.is_released)
    if made.findings:
        reasons = "; ".join(each.message for each in made.findings)
        raise PacktrailError(f"The demo's order {batch.code} has no numbers: {reasons}")
    return made
