"""Checks of the book: every name leads somewhere, every country is one, no day is reversed."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from packtrail.compliance import codes
from packtrail.compliance.book import (
    Company,
    Kind,
    Licence,
    Placement,
    Practice,
    Product,
    TradingPartner,
)
from packtrail.compliance.countries import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.compliance.assembling import Seen
    from packtrail.compliance.book import Book, Entry
    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.scopes import Scope

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_TOLD_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Around:
    """What the entries of a book may name."""

    seen: Seen
    markets: frozenset[str]
    """Those that a rule pack is about."""
    marks: frozenset[str]
    """Groups that rules speak of."""


@dataclass(frozen=True, slots=True)
class _Look:
    book: Book
    around: Around
    products_by_gtin: Mapping[str, set[str]]


def around(seen: Seen, catalogue: Catalogue) -> Around:
    """Return what the entries of a book may name."""
    marks = {mark for scope in _scopes(catalogue) for mark in (*scope.groups, *scope.to_groups)}
    marks |= {mark for scope in _scopes(catalogue) for mark in scope.not_groups}
    return Around(seen, frozenset(catalogue.markets), frozenset(marks))


def check_entries(book: Book, entries: Iterable[Entry], around: Around) -> tuple[Finding, ...]:
    """Return every defect of some entries of a book.

    Args:
        book: The book with these entries in it.
        entries: Those to look at.
        around: What they may name.
    """
    look = _Look(book, around, _products_by_gtin(book, around.seen))
    return tuple(finding for entry in entries for finding in _CHECKS[entry.KIND](entry, look))


def named_by(book: Book, kind: Kind, key: str) -> tuple[str, ...]:
    """Return the entries that name one which is to be taken out."""
    naming: dict[Kind, Callable[[Licence | Placement], bool]] = {
        Kind.PRODUCT: lambda each: each.product == key,
        Kind.PRACTICE: lambda each: isinstance(each, Licence) and key in each.practices,
        Kind.LICENCE: lambda each: (
            isinstance(each, Placement) and f"{each.product}/{each.market}" == key
        ),
    }
    names = naming.get(kind)
    if names is None:
        return ()
    every: list[Licence | Placement] = [*book.licences.values(), *book.placements.values()]
    return tuple(f"{each.KIND} {each.key}" for each in every if names(each))


def place_of(entry: Entry, field: str = "") -> str:
    """Return what findings call an entry, or a field of it."""
    return f"{entry.KIND}/{entry.key}{f', {field}' if field else ''}"


def _check_company(entry: Company, _look: _Look) -> Iterator[Finding]:
    if not entry.roles:
        message = "The company plays no part, so no duty would be its own."
        yield codes.LEADS_NOWHERE.found(message, at=place_of(entry, "roles"))


def _check_product(entry: Product, look: _Look) -> Iterator[Finding]:
    yield from _code(entry)
    yield from _country(entry, "made_in", entry.made_in)
    yield from _marks(entry, entry.groups, look.around)


def _check_practice(entry: Practice, look: _Look) -> Iterator[Finding]:
    yield from _code(entry)
    for subject in entry.subjects:
        marks = subject.groups | getattr(subject, "to_groups", frozenset())
        yield from _marks(entry, marks, look.around)


def _check_licence(entry: Licence, look: _Look) -> Iterator[Finding]:
    yield from _country(entry, "market", entry.market)
    if entry.market in NAMES and entry.market not in look.around.markets:
        message = f"No rule pack is about {NAMES[entry.market]} ({entry.market})."
        yield codes.NOT_RESEARCHED.found(message, at=place_of(entry, "market"))
    yield from _named(entry, "product", (entry.product,), look.book.products)
    yield from _named(entry, "practices", entry.practices, look.book.practices)
    items = look.around.seen.items
    yield from _named(entry, "trade_item", filter(None, (entry.trade_item,)), items)
    if entry.sold_from and entry.sold_until and entry.sold_until < entry.sold_from:
        message = f"It would be sold until {entry.sold_until}, from {entry.sold_from} on."
        yield codes.DAYS_REVERSED.found(message, at=place_of(entry, "sold_until"))
    if entry.trade_item in items and entry.product in look.book.products:
        yield from _same_gtin(entry, look)


def _check_placement(entry: Placement, look: _Look) -> Iterator[Finding]:
    licence = f"{entry.product}/{entry.market}"
    yield from _named(entry, "licence", (licence,), look.book.licences)
    yield from _named(entry, "line", (entry.line,), look.around.seen.lines)


def _check_partner(entry: TradingPartner, look: _Look) -> Iterator[Finding]:
    yield from _code(entry)
    for market in entry.markets:
        yield from _country(entry, "markets", market)
    yield from _named(entry, "sites", entry.sites, look.around.seen.sites)
    yield from _marks(entry, entry.groups, look.around)


_CHECKS: Final[Mapping[Kind, Callable[..., Iterator[Finding]]]] = {
    Kind.COMPANY: _check_company,
    Kind.PRODUCT: _check_product,
    Kind.PRACTICE: _check_practice,
    Kind.LICENCE: _check_licence,
    Kind.PLACEMENT: _check_placement,
    Kind.PARTNER: _check_partner,
}


def _code(entry: Product | Practice | TradingPartner) -> Iterator[Finding]:
    if not _CODE.fullmatch(entry.code):
        message = f"{entry.code[:80]!r} cannot be the code of a {entry.KIND}."
        yield codes.BAD_ENTRY_CODE.found(message, at=place_of(entry, "code"))


def _country(entry: Entry, field: str, code: str) -> Iterator[Finding]:
    if code and code not in NAMES:
        message = f"{code[:40]!r} is the code of no country."
        yield codes.NO_COUNTRY.found(message, at=place_of(entry, field))


def _named(
    entry: Entry, field: str, names: Iterable[str], known: Mapping[str, object]
) -> Iterator[Finding]:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            message = f"There is no {field.replace('_', ' ')} {name[:80]!r}.{hint}"
            yield codes.LEADS_NOWHERE.found(message, at=place_of(entry, field))


def _marks(entry: Entry, marks: Iterable[str], around: Around) -> Iterator[Finding]:
    for mark in sorted(frozenset(marks) - around.marks):
        near = difflib.get_close_matches(mark, around.marks, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        message = f"No rule speaks of {mark[:60]!r}.{hint}"
        yield codes.UNKNOWN_MARK.found(message, at=place_of(entry, "groups"))


def _same_gtin(entry: Licence, look: _Look) -> Iterator[Finding]:
    gtin = look.around.seen.items[entry.trade_item].gtin
    others = look.products_by_gtin[gtin] - {entry.product}
    if others:
        told = ", ".join(sorted(others)[:_TOLD_MAX])
        message = f"The GTIN {gtin} is also that of {told}."
        yield codes.SAME_GTIN.found(message, at=place_of(entry, "trade_item"))


def _products_by_gtin(book: Book, seen: Seen) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in book.licences.values():
        if each.trade_item in seen.items:
            found.setdefault(seen.items[each.trade_item].gtin, set()).add(each.product)
    return found


def _scopes(catalogue: Catalogue) -> Iterator[Scope]:
    for pack in catalogue.packs.values():
        for table in (pack.rules, pack.exemptions, pack.deadlines, pack.duties):
            entries: Mapping[str, Any] = table
            yield from (each.applies_to for each in entries.values())
