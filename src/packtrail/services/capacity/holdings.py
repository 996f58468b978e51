"""What this installation holds that the model asks for: packing, lines, and rules of retention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.compliance.retention import keepings
from packtrail.planning.capacity.forecasts import Packing
from packtrail.planning.capacity.lines import LineFacts
from packtrail.production.levels import Level
from packtrail.services.accounts import organisations
from packtrail.services.lines import floor
from packtrail.services.markets.accepting import in_force_for
from packtrail.services.portfolio import books
from packtrail.services.technology.lines import LineRate, rates_of
from packtrail.store import floor as floor_rows
from packtrail.store.archive import rows as months

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.compliance.book import Book
    from packtrail.production.levels import Tier
    from packtrail.services.application import Application
    from packtrail.store.floor import PackagingRow

Pairs = tuple[tuple[str, str], ...]
"""Products and markets, as a forecast names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What is held, for the products and markets of a forecast."""

    packings: Mapping[tuple[str, str], Packing]
    placements: Mapping[tuple[str, str], tuple[str, ...]]
    """Product and market -> codes of lines."""
    products: Mapping[tuple[str, str], frozenset[str]]
    """Product and market -> codes of the products that the portfolio knows by that name."""
    lines: tuple[LineFacts, ...]
    retention: Mapping[str, float]
    """Market -> years."""


def holdings(
    app: Application, conn: Connection, actor: Actor, pairs: Pairs, *, on: date
) -> Holdings:
    """Return what is held of the products and markets of a forecast, as far as the actor sees it.

    A product may be named by its GTIN, by the code of its trade item, or by its own code.

    Args:
        app: The application.
        conn: A connection.
        actor: Who asks.
        pairs: Products and markets.
        on: The day whose rules count.
    """
    markets = {market for _, market in pairs}
    retention = _retention(app, conn, actor, markets, on)
    if not actor.may(Permission.LINE_READ):
        return Holdings(packings={}, placements={}, products={}, lines=(), retention=retention)
    packings, placements, products = _packed(app, conn, actor, pairs)
    return Holdings(
        packings=packings,
        placements=placements,
        products=products,
        lines=_lines(app, conn, actor, placements.values()),
        retention=retention,
    )


_Packings = dict[tuple[str, str], Packing]
_Placements = dict[tuple[str, str], tuple[str, ...]]
_Products = dict[tuple[str, str], frozenset[str]]


def _packed(
    app: Application, conn: Connection, actor: Actor, pairs: Pairs
) -> tuple[_Packings, _Placements, _Products]:
    """Return how products are packed, on which lines, and what they are in the portfolio.

    It is worked out once for each state of floor and portfolio.
    """
    own = actor.organisation_id
    items = [
        row
        for row in floor_rows.packagings(conn, organisations.visible_to(conn, actor))
        if row.owner_id == own
    ]
    may_see = actor.may(Permission.PORTFOLIO_READ)
    portfolio = books.opened(app, conn, own) if may_see else None
    name, mark = f"packed/{own}", (pairs, items, portfolio.version if portfolio else None)
    book = portfolio.book if portfolio else None
    return app.remembered.once(name, mark, lambda: _packed_by(items, book, pairs))


def _packed_by(
    items: Sequence[PackagingRow], book: Book | None, pairs: Pairs
) -> tuple[_Packings, _Placements, _Products]:
    named = {row.gtin: row for row in items} | {row.code: row for row in items}
    sold, placed = _sold(book), _Placed.of(book)
    packings, placements, products = {}, {}, {}
    for product, market in pairs:
        code = named[product].code if product in named else sold.get((product, market), "")
        row = named.get(code)
        if row is not None and (found := _packing(row.levels())) is not None:
            packings[product, market] = found
        products[product, market] = known = placed.known(product, code)
        if lines := placed.find(known, market):
            placements[product, market] = lines
    return packings, placements, products


def _packing(tiers: Iterable[Tier]) -> Packing | None:
    """Return how many packs go into a case and cases onto a pallet; None: only packs are known."""
    packs, case, pallet = 1, 0, 0
    for tier in tiers:
        packs *= tier.holds or 1
        if tier.level is Level.CASE:
            case = packs
        elif tier.level is Level.PALLET and case:
            pallet = packs // case
    return Packing(packs_per_case=case, cases_per_pallet=pallet) if case else None


def _sold(book: Book | None) -> dict[tuple[str, str], str]:
    """Return product and market -> code of the trade item that is sold there."""
    licences = book.licences.values() if book else ()
    return {(each.product, each.market): each.trade_item for each in licences if each.trade_item}


@dataclass(frozen=True, slots=True)
class _Placed:
    """Which lines pack what, from the portfolio."""

    products: Mapping[str, frozenset[str]]
    """Code of a trade item -> codes of the products that it is."""
    lines: Mapping[tuple[str, str], tuple[str, ...]]
    """Code of a product, and market -> codes of lines."""

    @classmethod
    def of(cls, book: Book | None) -> _Placed:
        """Return what a portfolio says; nothing where nobody may look."""
        products: dict[str, frozenset[str]] = {}
        lines: dict[tuple[str, str], tuple[str, ...]] = {}
        for sold in book.licences.values() if book else ():
            known = products.get(sold.trade_item, frozenset())
            products[sold.trade_item] = known | {sold.product}
        for placed in book.placements.values() if book else ():
            key = placed.product, placed.market
            lines[key] = (*lines.get(key, ()), placed.line)
        return cls(products, lines)

    def known(self, product: str, item: str) -> frozenset[str]:
        """Return the codes that a product may have: its own, or those of its trade item."""
        return frozenset({product}) | (
            self.products.get(item, frozenset()) if item else frozenset()
        )

    def find(self, products: frozenset[str], market: str) -> tuple[str, ...]:
        """Return the lines that pack some products for a market."""
        found = (line for each in sorted(products) for line in self.lines.get((each, market), ()))
        return tuple(dict.fromkeys(found))


def _lines(
    app: Application, conn: Connection, actor: Actor, placed: Iterable[tuple[str, ...]]
) -> tuple[LineFacts, ...]:
    """Return one's own lines, and those of others that pack one's products.

    A line is as fast as it was measured, as its slowest equipment, or as it was built, in that
    order; whoever may not see the inventory sees it as built.
    """
    used = {code for codes in placed for code in codes}
    rates = rates_of(app, conn, actor) if actor.may(Permission.TECHNOLOGY_READ) else {}
    found = []
    for row in floor_rows.lines(conn, floor.operators_for(conn, actor)):
        is_own = row.organisation_id == actor.organisation_id
        code = row.code if is_own else f"{row.organisation}/{row.code}"
        if row.retired_at is None and (is_own or code in used):
            built = row.speed_packs_per_minute
            rate = rates.get(code) or _as_built(built)
            facts = LineFacts(
                code=code,
                name=row.name,
                site=row.site if is_own else f"{row.organisation}/{row.site}",
                packs_per_minute=rate.packs_per_minute if rate else None,
                speed_source=rate.told if rate else "",
            )
            found.append(facts)
    return tuple(found)


def _as_built(speed: int | None) -> LineRate | None:
    if not speed:
        return None
    return LineRate(packs_per_minute=speed, basis="said", source="as the line was built")


def _retention(
    app: Application, conn: Connection, actor: Actor, markets: set[str], on: date
) -> dict[str, float]:
    """Return how long records made on a day are kept, as the archive will count it.

    What counts from expiry does so from the latest that was recorded here until that day.
    """
    rules = in_force_for(app, conn, actor.organisation_id)
    starts = {"record": on, "expiry": months.last_expiry(conn, on.replace(day=1))}
    found = {}
    for market in sorted(markets & rules.markets.keys()):
        kept = [each.until for each in keepings(rules.pack_of(market), on, starts)]
        if kept:
            found[market] = _years(on, max(kept))
    return found


def _years(since: date, until: date) -> float:
    """Return the years between two days, to a tenth."""
    counted = (until.year - since.year) * 12 + until.month - since.month
    return round(counted / 12 + (until.day - since.day) / 365, 1)
