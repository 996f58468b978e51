"""The scope of a programme drawn from what Packtrail holds: portfolio, sites and lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.compliance.book import Kind, Licence, Placement, TradingPartner
from packtrail.compliance.book import Product as Medicine
from packtrail.compliance.countries import name_of
from packtrail.compliance.words import Role
from packtrail.planning.scope import Capability, Line, Market, Partner, PartnerKind, Product, Site
from packtrail.production.levels import Level
from packtrail.services import floor
from packtrail.services.plan import books
from packtrail.services.plan.writing import Put, Written, write
from packtrail.services.portfolio import books as portfolio_books

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.compliance.book import Book as Portfolio
    from packtrail.planning.book import Book
    from packtrail.services.application import Application
    from packtrail.services.books.opening import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What the scope lacks of what Packtrail holds, or has otherwise."""

    new: tuple[object, ...]
    changed: tuple[object, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the scope has it all."""
        return not (self.new or self.changed)


def drawn(
    app: Application, actor: Actor, programme: str, *, markets: Collection[str] = ()
) -> Drawn:
    """Return what portfolio and floor hold and the scope of a programme does not.

    What people wrote into the scope besides stays: stops of lines, packs a year, whether a partner
    is connected, and entries that Packtrail holds nothing of.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        markets: Only these; none: all in which something is sold.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        NotPermitted: The actor may not see portfolio or lines.
    """
    require(actor, Permission.PORTFOLIO_READ)
    book = books.opened(app, actor, programme).book
    with app.database.reading() as conn:
        held = portfolio_books.opened(app, conn, actor.organisation_id)
    gtins = {each.code: each.gtin for each in floor.trade_items(app, actor)}
    today = app.clock().date()
    wanted = {
        each.market
        for each in _licences(held)
        if each.is_sold(today) and (not markets or each.market in markets)
    }
    found = [
        *_markets(wanted),
        *_floor(app, actor, book),
        *_products(held, book, wanted, gtins),
        *_partners(held, book, wanted),
    ]
    known = {(type(each), _code(each)): each for each in _scope_entries(book)}
    return Drawn(
        new=tuple(each for each in found if (type(each), _code(each)) not in known),
        changed=tuple(
            each
            for each in found
            if (old := known.get((type(each), _code(each)))) is not None and old != each
        ),
    )


def draw(
    app: Application, actor: Actor, programme: str, *, markets: Collection[str] = ()
) -> Written:
    """Take it into the scope.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        NotPermitted: The actor may not change programmes, or not see portfolio or lines.
    """
    found = drawn(app, actor, programme, markets=markets)
    puts = [Put(each) for each in (*found.new, *found.changed)]
    return write(app, actor, programme, puts, reason="Drawn from portfolio and lines")


def _code(entry: object) -> str:
    return str(getattr(entry, "code", ""))


def _scope_entries(book: Book) -> Iterator[object]:
    for entries in (book.markets, book.sites, book.lines, book.products, book.partners):
        yield from entries.values()


def _licences(held: Opened[Portfolio]) -> Iterator[Licence]:
    return (e for e in held.book.entries[Kind.LICENCE].values() if isinstance(e, Licence))


def _markets(wanted: Collection[str]) -> Iterator[Market]:
    return (Market(code=code, name=name_of(code)) for code in sorted(wanted))


def _floor(app: Application, actor: Actor, book: Book) -> Iterator[Site | Line]:
    """Yield sites and lines; what the programme knows of them besides stays."""
    for each in floor.sites(app, actor):
        known = book.sites.get(each.code) or Site(code=each.code, name=each.name)
        yield replace(
            known, name=each.name, country=each.country or known.country,
            is_contract=each.operator != actor.organisation_code,
        )  # fmt: skip
    for line in floor.lines(app, actor):
        if line.retired_at is None:
            told = book.lines.get(line.code) or Line(code=line.code, name=line.name, site=line.site)
            abilities = set(told.capabilities)
            if Level.PACK in line.levels:
                abilities |= {Capability.PRODUCT_CODE, Capability.SERIALS}
            if any(each is not Level.PACK for each in line.levels):
                abilities |= {Capability.AGGREGATION}
            yield replace(told, name=line.name, site=line.site, capabilities=frozenset(abilities))


def _products(
    held: Opened[Portfolio], book: Book, wanted: Collection[str], gtins: Mapping[str, str]
) -> Iterator[Product]:
    licences: dict[str, list[Licence]] = {}
    for each in _licences(held):
        if each.market in wanted:
            licences.setdefault(each.product, []).append(each)
    lines: dict[str, str] = {}
    for placed in held.book.entries[Kind.PLACEMENT].values():
        if isinstance(placed, Placement) and placed.market in wanted:
            lines.setdefault(placed.product, placed.line.rpartition("/")[2])
    for medicine in held.book.entries[Kind.PRODUCT].values():
        if not isinstance(medicine, Medicine) or medicine.code not in licences:
            continue
        sold = licences[medicine.code]
        items = tuple(dict.fromkeys(gtins[e.trade_item] for e in sold if e.trade_item in gtins))
        known = book.products.get(medicine.code)
        made = known or Product(code=medicine.code, name=medicine.title, markets=())
        yield replace(
            made,
            name=medicine.title,
            markets=tuple(dict.fromkeys(each.market for each in sold)),
            line=lines.get(medicine.code, made.line),
            product_class=medicine.product_class.value,
            groups=medicine.groups,
            made_in=medicine.made_in,
            gtin=items[0] if items else made.gtin,
            more_gtins=items[1:],
        )


def _partners(held: Opened[Portfolio], book: Book, wanted: Collection[str]) -> Iterator[Partner]:
    for each in held.book.entries[Kind.PARTNER].values():
        if not isinstance(each, TradingPartner):
            continue
        markets = tuple(market for market in each.markets if market in wanted)
        if not markets and not each.is_contract_packer:
            continue
        kind = PartnerKind.CMO if each.is_contract_packer else PartnerKind.WHOLESALER
        if Role.AUTHORITY in each.roles:
            kind = PartnerKind.AUTHORITY
        site = each.sites[0].rpartition("/")[2] if each.sites else ""
        known = book.partners.get(each.code) or Partner(code=each.code, name=each.name, kind=kind)
        yield replace(
            known, name=each.name, markets=markets, site=site,
            organisation=each.organisation,
            is_connected=known.is_connected or each.is_connected,
        )  # fmt: skip
