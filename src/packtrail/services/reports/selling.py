"""Selling: what the portfolio says of trade items: in which markets, of which class, as whose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.compliance.subjects import TradeItem
from packtrail.compliance.words import Level, ProductClass
from packtrail.services.portfolio import books

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.compliance.book import Licence, Product
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True)
class Sold:
    """A product in one market."""

    product: Product
    licence: Licence


@dataclass(frozen=True, slots=True)
class Selling:
    """What is sold where, by GTIN."""

    by_gtin: Mapping[str, tuple[Sold, ...]]

    def markets(self, gtin: str, on: date) -> frozenset[str]:
        """Return the markets in which a trade item is sold on a day."""
        found = self.by_gtin.get(gtin, ())
        return frozenset(each.licence.market for each in found if each.licence.is_sold(on))

    def item(self, gtin: str, market: str) -> TradeItem:
        """Return a pack as the law of a market sees it.

        Of what no portfolio names the class of prescription medicines is taken: their duties are
        the strictest.
        """
        found = self.by_gtin.get(gtin, ())
        sold = next((each for each in found if each.licence.market == market), None)
        sold = sold or next(iter(found), None)
        if sold is None:
            return TradeItem(
                market=market, product_class=ProductClass.PRESCRIPTION, level=Level.UNIT
            )
        return TradeItem(
            market=market,
            product_class=sold.product.product_class,
            groups=sold.product.groups,
            level=Level.UNIT,
        )

    def facts(self, gtin: str, on: date) -> dict[str, str]:
        """Return what forms can use of it: `markets`, and such as `DE.national_code`."""
        told: dict[str, str] = {}
        if markets := self.markets(gtin, on):
            told["markets"] = " ".join(sorted(markets))
        for each in self.by_gtin.get(gtin, ()):
            licence = each.licence
            if licence.market in markets:
                number = next(iter(licence.national_numbers.values()), "")
                told |= {
                    f"{licence.market}.{name}": text
                    for name, text in (("national_code", number), ("mah_name", licence.holder))
                    if text
                }
        return told


def read(app: Application, conn: Connection, actor: Actor) -> Selling:
    """Return what the portfolio of the actor's organisation says."""
    book = books.opened(app, conn, actor.organisation_id).book
    found: dict[str, list[Sold]] = {}
    if book.licences:
        items = books.seen_by(conn, actor).items
        for licence in book.licences.values():
            item = items.get(licence.trade_item)
            product = book.products.get(licence.product)
            if item is not None and item.gtin and product is not None:
                found.setdefault(item.gtin.zfill(14), []).append(Sold(product, licence))
    return Selling({gtin: tuple(sold) for gtin, sold in found.items()})
