"""What Packtrail holds of a company: products, sites, lines and partners that scopes choose from.

A scope says which of them a programme is about, and what only a programme knows of them, such as
the stops of a line. Everything else is read from portfolio and floor each time, so that there is
one world: a product that moves to another line has moved in the plan too. Entries that Packtrail
holds nothing of stand for what is to come, and are as they were written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from packtrail.compliance.countries import name_of
from packtrail.compliance.words import Role
from packtrail.planning.book import Book, kind_of
from packtrail.planning.scope import Capability, Line, Market, Partner, PartnerKind, Product, Site
from packtrail.production.levels import Level
from packtrail.services.portfolio import books as portfolio_books
from packtrail.store import floor as floor_rows
from packtrail.store import plan_evidence as rows
from packtrail.store import portfolio as portfolio_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from psycopg import Connection

    from packtrail.compliance.book import Book as Portfolio
    from packtrail.compliance.book import Licence
    from packtrail.services.application import Application

_Row = TypeVar("_Row", floor_rows.SiteRow, floor_rows.LineRow)
ScopeEntry = Market | Site | Line | Product | Partner


@dataclass(frozen=True, kw_only=True)
class Held:
    """What there is on a day, by the short codes that scopes use."""

    portfolio: Portfolio
    sites: Mapping[str, floor_rows.SiteRow]
    lines: Mapping[str, floor_rows.LineRow]
    gtins: Mapping[str, str]
    """Code of a trade item -> GTIN of its pack."""
    own: int
    """Number of the organisation."""
    day: date
    mark: object
    """Differs when something of it has changed."""

    @cached_property
    def licences(self) -> Mapping[str, Sequence[Licence]]:
        """Product -> its licences that have not ended; what is to be launched is planned for."""
        found: dict[str, list[Licence]] = {}
        for each in self.portfolio.licences.values():
            if each.sold_until is None or each.sold_until >= self.day:
                found.setdefault(each.product, []).append(each)
        return found

    @cached_property
    def licensed(self) -> Mapping[str, frozenset[str]]:
        """Product -> markets in which it was ever sold; a scope may name others to come."""
        found: dict[str, set[str]] = {}
        for each in self.portfolio.licences.values():
            found.setdefault(each.product, set()).add(each.market)
        return {code: frozenset(markets) for code, markets in found.items()}

    @cached_property
    def placed(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Product -> markets and the lines that pack it for them."""
        found: dict[str, list[tuple[str, str]]] = {}
        for each in self.portfolio.placements.values():
            found.setdefault(each.product, []).append((each.market, short(each.line)))
        return found

    @property
    def markets(self) -> frozenset[str]:
        """Where something is sold."""
        return frozenset(each.market for found in self.licences.values() for each in found)

    def line_name(self, code: str) -> str:
        """Return what other parts of Packtrail call a line: another's is `operator/code`."""
        row = self.lines.get(code)
        if row is None or row.organisation_id == self.own:
            return code
        return f"{row.organisation}/{row.code}"

    def entries(self, book: Book, markets: Collection[str]) -> Iterator[ScopeEntry]:
        """Yield all that a scope of some markets could name, as the scope has it or would have it.

        Args:
            book: The programme; what it knows of them besides stays.
            markets: Codes.
        """
        yield from (Market(code=code, name=name_of(code)) for code in sorted(markets))
        yield from (self._site(book.sites.get(code), row) for code, row in self.sites.items())
        for code, row in self.lines.items():
            if row.retired_at is None or code in book.lines:
                yield self._line(book.lines.get(code), row)
        for code in self.portfolio.products:
            made = self._product(book.products.get(code), code, markets)
            if made.markets or code in book.products:
                yield made
        for code in self.portfolio.partners:
            partner = self._partner(book.partners.get(code), code, markets)
            if partner.markets or partner.kind is PartnerKind.CMO or code in book.partners:
                yield partner

    def read_into(self, book: Book) -> tuple[Book, frozenset[tuple[str, str]]]:
        """Return a book with its scope as it is held now, and kind and code of what is held."""
        named = {
            (kind_of(each).name, each.code): each
            for each in self.entries(book, book.markets)
            if each.code in book.of_kind(kind_of(each).name) and not isinstance(each, Market)
        }
        return book.changed(list(named.values()), ()), frozenset(named)

    def _site(self, known: Site | None, row: floor_rows.SiteRow) -> Site:
        told = known or Site(code=row.code, name=row.name)
        return replace(
            told, name=row.name, country=row.country or told.country,
            is_contract=row.organisation_id != self.own,
        )  # fmt: skip

    def _line(self, known: Line | None, row: floor_rows.LineRow) -> Line:
        told = known or Line(code=row.code, name=row.name, site=row.site)
        said = set(told.capabilities)
        if Level.PACK in row.levels:
            said |= {Capability.PRODUCT_CODE, Capability.SERIALS}
        if any(each != Level.PACK for each in row.levels):
            said.add(Capability.AGGREGATION)
        return replace(told, name=row.name, site=row.site, capabilities=frozenset(said))

    def _product(self, known: Product | None, code: str, markets: Collection[str]) -> Product:
        medicine = self.portfolio.products[code]
        sold = [each for each in self.licences.get(code, ()) if each.market in markets]
        of_market = tuple(
            (each.market, self.gtins[each.trade_item])
            for each in sold
            if each.trade_item in self.gtins
        )
        lines = [line for market, line in self.placed.get(code, ()) if market in markets]
        told = known or Product(code=code, name=medicine.title, markets=())
        planned = [each for each in told.markets if each not in self.licensed.get(code, ())]
        gtins = tuple(dict.fromkeys(gtin for _, gtin in of_market)) or told.gtins
        return replace(
            told,
            name=medicine.title,
            markets=tuple(dict.fromkeys([*(each.market for each in sold), *planned])),
            line=lines[0] if lines else told.line,
            product_class=medicine.product_class.value,
            groups=medicine.groups,
            made_in=medicine.made_in,
            gtin=gtins[0] if gtins else "",
            more_gtins=gtins[1:],
            gtins_by_market=of_market,
            first_sales=(
                *((each.market, each.sold_from) for each in sold if each.sold_from),
                *((market, None) for market in planned),
            ),
        )

    def _partner(self, known: Partner | None, code: str, markets: Collection[str]) -> Partner:
        each = self.portfolio.partners[code]
        kind = PartnerKind.CMO if each.is_contract_packer else PartnerKind.WHOLESALER
        if Role.AUTHORITY in each.roles:
            kind = PartnerKind.AUTHORITY
        told = known or Partner(code=code, name=each.name, kind=kind)
        return replace(
            told,
            name=each.name,
            markets=tuple(market for market in each.markets if market in markets),
            site=short(each.sites[0]) if each.sites else told.site,
            organisation=each.organisation,
            is_connected=told.is_connected or each.is_connected,
        )


def held(app: Application, conn: Connection, organisation_id: int, day: date) -> Held:
    """Return what Packtrail holds of an organisation; it is read again only when it was changed.

    It is the same for everybody who may see a programme: a plan does not differ by who looks at it.

    Args:
        app: The application.
        conn: A connection.
        organisation_id: Whose.
        day: On which something is sold.
    """
    mark = (rows.held_mark(conn, organisation_id), day)
    name = f"held {organisation_id}"
    known = cast("Held | None", app.remembered.get(name, mark))
    if known is not None:
        return known
    operators = rows.operators(conn, organisation_id)
    made = Held(
        portfolio=portfolio_books.opened(app, conn, organisation_id).book,
        sites=_by_code(floor_rows.sites(conn, operators), organisation_id),
        lines=_by_code(floor_rows.lines(conn, operators), organisation_id),
        gtins=portfolio_rows.gtins(conn, organisation_id),
        own=organisation_id,
        day=day,
        mark=mark,
    )
    app.remembered.put(name, mark, made)
    return made


def short(name: str) -> str:
    """Return the code of a site or line that scopes use, without who runs it."""
    return name.rpartition("/")[2]


def _by_code(found: Sequence[_Row], own: int) -> dict[str, _Row]:
    """Return rows by code; of two that share one, ours counts."""
    theirs_first = sorted(found, key=lambda each: each.organisation_id == own)
    return {each.code: each for each in theirs_first}
