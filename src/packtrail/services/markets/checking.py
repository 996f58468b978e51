"""A product in a market on a day: may it be sold there, why, and what does it need next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.compliance import assembling, codes
from packtrail.compliance.book import Kind
from packtrail.compliance.encoding import encode
from packtrail.compliance.placement_pages import placement
from packtrail.services.portfolio import books
from packtrail.services.portfolio.entries import PORTFOLIO

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.compliance.placement_pages import PlacementView
    from packtrail.services.application import Application
    from packtrail.services.portfolio.books import Company


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """One thing that is known of a product in a market, and who says it."""

    subject: str
    number: int
    name: str
    value: str
    said_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRules:
    """A product in every market it has a licence for."""

    product: str
    name: str
    presentation: str
    product_class: str
    groups: tuple[str, ...]
    made_in: str
    markets: tuple[PlacementView, ...]


def check(
    app: Application, actor: Actor, product: str, market: str, *, on: date | None = None
) -> PlacementView:
    """Return what the rules of a day say of a product in a market.

    Args:
        app: The application.
        actor: Whose product it is.
        product: Code of the product, or a GTIN of one of its packs.
        market: ISO 3166 code.
        on: The day whose law counts; default: today.

    Raises:
        NotFound: `PTF-002`, there is no such product; `PTF-015`, it has no licence there.
    """
    require(actor, Permission.PORTFOLIO_READ)
    with app.database.reading() as conn:
        company = books.company_of(app, conn, actor)
    code = _product_of(company, product)
    day = on or app.clock().date()
    for each in company.portfolio.placements:
        if each.product == code and each.market == market:
            return placement(company.law, each, on=day)
    message = f"{code} has no licence for {market[:40]!r}."
    raise NotFound(codes.NOT_SOLD_THERE.found(message, at="market"))


def product(app: Application, actor: Actor, code: str, *, on: date | None = None) -> ProductRules:
    """Return what the rules of a day say of a product, in every market it has a licence for.

    Args:
        app: The application.
        actor: Whose product it is.
        code: Code of the product, or a GTIN of one of its packs.
        on: The day whose law counts; default: today.

    Raises:
        NotFound: `PTF-002`, there is no such product.
    """
    require(actor, Permission.PORTFOLIO_READ)
    with app.database.reading() as conn:
        company = books.company_of(app, conn, actor)
    found = company.book.products[_product_of(company, code)]
    day = on or app.clock().date()
    return ProductRules(
        product=found.code,
        name=found.name,
        presentation=found.presentation,
        product_class=found.product_class.value,
        groups=tuple(sorted(found.groups)),
        made_in=found.made_in,
        markets=tuple(
            placement(company.law, each, on=day)
            for each in company.portfolio.placements
            if each.product == found.code
        ),
    )


def facts(app: Application, actor: Actor, product: str, market: str) -> tuple[FactView, ...]:
    """Return everything that is known of a product in a market, and who says it.

    Raises:
        NotFound: `PTF-002`, there is no such product; `PTF-015`, it has no licence there.
    """
    require(actor, Permission.PORTFOLIO_READ)
    with app.database.reading() as conn:
        company = books.company_of(app, conn, actor)
    code = _product_of(company, product)
    licence = company.book.licences.get(f"{code}/{market}")
    if licence is None:
        message = f"{code} has no licence for {market[:40]!r}."
        raise NotFound(codes.NOT_SOLD_THERE.found(message, at="market"))
    return tuple(
        FactView(
            subject=each.subject.value,
            number=each.number,
            name=each.name.removeprefix("is_"),
            value=_told(encode(each.value)),
            said_by=each.said_by,
        )
        for each in assembling.facts(company.book, company.seen, licence)
    )


def _product_of(company: Company, text: str) -> str:
    """Return the code of the product of a code or GTIN.

    Raises:
        NotFound: `PTF-002`.
    """
    if text in company.book.products:
        return text
    digits = text.zfill(14) if text.isascii() and text.isdigit() else ""
    items = {
        code for code, each in company.seen.items.items()
        if digits and digits in {each.gtin, *(gtin for _, gtin, _ in each.levels)}
    }  # fmt: skip
    for licence in company.book.licences.values():
        if licence.trade_item in items:
            return licence.product
    raise NotFound(PORTFOLIO.no_entry(Kind.PRODUCT, text))


def _told(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value)) or "none"
        case dict():
            return ", ".join(f"{name} {each}" for name, each in value.items()) or "none"
    return str(value)
