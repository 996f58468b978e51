"""The book of an organisation from the database, with what other parts of Packtrail see of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from packtrail.compliance.assembling import Seen, SeenItem, SeenSerials, SeenSite, assemble
from packtrail.compliance.book import Book, Kind, read_entry
from packtrail.compliance.law import Law
from packtrail.compliance.words import Characters, Issuer
from packtrail.services.accounts import organisations
from packtrail.services.books.opening import Opened, Shelf
from packtrail.services.lines import floor
from packtrail.services.markets.accepting import in_force_for
from packtrail.store import floor as floor_rows
from packtrail.store import portfolio as rows
from packtrail.store.organisation_books import PORTFOLIO

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.compliance import Portfolio
    from packtrail.services.application import Application

SHELF: Final = Shelf(
    name="portfolio", rows=PORTFOLIO, kinds=Kind, read_entry=read_entry, bound=Book.of
)


@dataclass(frozen=True, slots=True)
class Company:
    """What an organisation sells where, and by which rules."""

    opened: Opened[Book]
    seen: Seen
    portfolio: Portfolio
    law: Law

    @property
    def book(self) -> Book:
        """Its entries."""
        return self.opened.book


def opened(app: Application, conn: Connection, organisation_id: int) -> Opened[Book]:
    """Return the book of an organisation; it is read again only when it was changed."""
    return SHELF.opened(app, conn, organisation_id)


def seen_by(conn: Connection, actor: Actor) -> Seen:
    """Return what other parts of Packtrail know of the actor's organisation."""
    operators = floor.operators_for(conn, actor)
    own = actor.organisation_id
    sites = {
        _name(row, own): SeenSite(
            name=row.name, country=row.country or "", is_own=row.organisation_id == own
        )
        for row in floor_rows.sites(conn, operators)
    }
    lines = {
        _name(row, own): row.site
        if row.organisation_id == own
        else f"{row.organisation}/{row.site}"
        for row in floor_rows.lines(conn, operators)
    }
    items = {
        row.code: SeenItem(
            gtin=row.gtin,
            levels=tuple((each.level.value, each.gtin or "", each.holds) for each in row.levels()),
        )
        for row in floor_rows.packagings(conn, organisations.visible_to(conn, actor))
        if row.owner_id == own
    }
    return Seen(sites=sites, lines=lines, items=items, serials=_serials(conn, own))


def company_of(app: Application, conn: Connection, actor: Actor) -> Company:
    """Return what the actor's organisation sells where, with all that is known, and its rules.

    The answers of the rules are kept until the book, what is seen of it, or the rules change.
    """
    found = opened(app, conn, actor.organisation_id)
    seen, rules = seen_by(conn, actor), in_force_for(app, conn, actor.organisation_id)
    name = f"company {actor.organisation_id}"
    known = app.remembered.get(name, found.version)
    if isinstance(known, Company) and known.seen == seen and known.law.catalogue is rules:
        return known
    made = Company(found, seen, assemble(found.book, seen), Law(rules))
    app.remembered.put(name, found.version, made)
    return made


def _name(row: floor_rows.SiteRow | floor_rows.LineRow, own: int) -> str:
    """Return what a site or line is called."""
    return floor.name_for(own, row.organisation_id, row.organisation, row.code)


def _serials(conn: Connection, owner_id: int) -> dict[str, SeenSerials]:
    return {
        row.class_key.removeprefix("sgtin/"): _seen_serials(row)
        for row in rows.pools(conn, owner_id)
    }


def _seen_serials(row: rows.PoolRow) -> SeenSerials:
    policy = row.policy
    alphabet = str(policy["alphabet"])
    first, prefix = str(policy.get("first") or alphabet), str(policy.get("prefix", ""))
    tail = int(policy["length"]) - len(prefix) - 1
    space = len(first) * len(alphabet) ** tail
    order = str(policy["order"])
    return SeenSerials(
        pool=row.code,
        length=int(policy["length"]),
        characters=_characters(alphabet + prefix),
        is_random=order == "random",
        guess_probability=Fraction(row.issued, space),
        issuer=Issuer.OPERATOR if order == "imported" else Issuer.MAKER,
    )


def _characters(alphabet: str) -> Characters:
    """Return the narrowest set that has all characters of an alphabet."""
    if alphabet.isdigit():
        return Characters.NUMERIC
    if alphabet.isalnum() and alphabet.isascii():
        return Characters.CAPITALS if alphabet == alphabet.upper() else Characters.ALPHANUMERIC
    return Characters.GS1
