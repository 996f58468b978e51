"""From the book to the portfolio: what is written of a product, joined with what is seen of it.

Practices say what is done; the book says for which product and market; and what Packtrail sees with
its own eyes, such as the serial numbers of a pool, counts more than what somebody wrote down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from packtrail.compliance.portfolio import Partner, Placement, Portfolio
from packtrail.compliance.subjects import (
    Document,
    Incident,
    Label,
    Lot,
    Shipment,
    Subject,
    SubjectKind,
    TradeItem,
)
from packtrail.compliance.words import Characters, Issuer, Level, Origin

if TYPE_CHECKING:
    from packtrail.compliance.book import Book, Licence, Product

ALWAYS: Final[tuple[type[Subject], ...]] = (TradeItem, Label, Lot, Shipment, Document, Incident)
"""What every maker does. Of one that no practice speaks of nothing is known, and rules say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSite:
    """A site, as the floor knows it."""

    name: str
    country: str
    is_own: bool
    """Whether the company runs it; a packer does otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenItem:
    """A trade item, as the floor knows it."""

    gtin: str
    """Of the pack."""
    levels: tuple[tuple[str, str, int], ...]
    """Level, GTIN (empty: SSCC), and how many of the level below it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSerials:
    """The serial numbers of a GTIN, as its pool makes them."""

    pool: str
    length: int
    characters: Characters
    is_random: bool
    guess_probability: Fraction
    """The share of possible serial numbers that is issued."""
    issuer: Issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What other parts of Packtrail know of a company."""

    sites: Mapping[str, SeenSite] = field(default_factory=dict)
    """By code."""
    lines: Mapping[str, str] = field(default_factory=dict)
    """Code of a line -> code of its site."""
    items: Mapping[str, SeenItem] = field(default_factory=dict)
    """By code of the trade item."""
    serials: Mapping[str, SeenSerials] = field(default_factory=dict)
    """By GTIN."""

    def with_(self, more: Seen) -> Seen:
        """Return this with more that is known."""
        return Seen(
            sites={**more.sites, **self.sites},
            lines={**more.lines, **self.lines},
            items={**more.items, **self.items},
            serials={**more.serials, **self.serials},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known of a product in a market, and from where."""

    subject: SubjectKind
    number: int
    """Which of the subjects of the kind, from 0."""
    name: str
    value: Any
    said_by: str
    """`product`, `licence`, `company`, `pool CODE`, or `practice CODE`."""


def assemble(book: Book, seen: Seen) -> Portfolio:
    """Return the portfolio of a company, by market and product."""
    maker = _Maker(book, seen)
    placements = [
        maker.placement(book.products[each.product], each)
        for each in sorted(book.licences.values(), key=lambda each: (each.market, each.product))
        if each.product in book.products
    ]
    return Portfolio(
        roles=book.company.roles, placements=tuple(placements), partners=tuple(_partners(book))
    )


def facts(book: Book, seen: Seen, licence: Licence) -> tuple[Fact, ...]:
    """Return everything that is known of a product in a market, in the order of its subjects."""
    maker = _Maker(book, seen)
    return tuple(maker.facts(book.products[licence.product], licence))


def origin_of(made_in: str, market: str) -> Origin | None:
    """Return where a product comes from, as its market sees it."""
    if not made_in:
        return None
    return Origin.DOMESTIC if made_in == market else Origin.IMPORTED


class _Maker:
    """Makes placements; subjects that are the same for many products are made once."""

    def __init__(self, book: Book, seen: Seen) -> None:
        self._book, self._seen = book, seen
        self._made: dict[tuple[Any, ...], Subject] = {}
        self._lines: dict[str, list[str]] = {}
        for each in book.placements.values():
            self._lines.setdefault(f"{each.product}/{each.market}", []).append(each.line)

    def placement(self, product: Product, licence: Licence) -> Placement:
        """Return a product in a market."""
        lines = tuple(self._lines.get(licence.key, ()))
        sites = dict.fromkeys(self._seen.lines[line] for line in lines if line in self._seen.lines)
        item = self._seen.items.get(licence.trade_item)
        return Placement(
            product=product.code,
            name=product.name,
            market=licence.market,
            subjects=tuple(
                self._subject(product, licence, each) for each in self._templates(licence)
            ),
            sites=tuple(sites),
            lines=lines,
            gtin=item.gtin if item else "",
            sold_from=licence.sold_from,
            sold_until=licence.sold_until,
        )

    def facts(self, product: Product, licence: Licence) -> Iterator[Fact]:
        """Yield everything that is known of a product in a market, and who says it."""
        counts: Counter[SubjectKind] = Counter()
        for template in self._templates(licence):
            kind = template.subject.KIND
            said: dict[str, Fact] = {}
            for who, values in self._layers(product, licence, template):
                for name, value in values.items():
                    fact = Fact(
                        subject=kind, number=counts[kind], name=name, value=value, said_by=who
                    )
                    said[name] = _joined(said[name], fact) if name in said else fact
            counts[kind] += 1
            yield from said.values()

    def _templates(self, licence: Licence) -> Iterator[_Template]:
        """Yield what practices say, and a bare subject for whatever none of them speaks of."""
        missing = {each.KIND: each for each in ALWAYS}
        for code in licence.practices:
            practice = self._book.practices.get(code)
            for subject in practice.subjects if practice else ():
                missing.pop(subject.KIND, None)
                yield _Template(subject, f"practice {code}")
        yield from (_BARE[kind] for kind in missing)

    def _subject(self, product: Product, licence: Licence, template: _Template) -> Subject:
        is_shared = not isinstance(template.subject, TradeItem)
        mark = (
            id(template.subject), product.product_class, product.groups, product.made_in,
            licence.market,
        )  # fmt: skip
        if is_shared and mark in self._made:
            return self._made[mark]
        values: dict[str, Any] = {}
        for _, layer in self._layers(product, licence, template):
            joined = {"groups": values.get("groups", frozenset()) | layer.get("groups", _NONE)}
            values |= {**layer, **joined}
        made = type(template.subject)(**values)
        self._made[mark] = made
        return made

    def _layers(
        self, product: Product, licence: Licence, template: _Template
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield who says what, from the general to what counts most."""
        subject = template.subject
        yield "company", _said(roles=self._book.company.roles)
        level = Level.UNIT if isinstance(subject, TradeItem | Label) else None
        yield (
            "product",
            _said(
                product_class=product.product_class,
                groups=product.groups,
                origin=origin_of(product.made_in, licence.market),
                level=level,
            ),
        )
        yield template.who, _written(subject)
        yield "licence", {"market": licence.market}
        if isinstance(subject, TradeItem):
            yield from self._item_layers(licence)

    def _item_layers(self, licence: Licence) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "licence", _said(national_numbers=dict(licence.national_numbers))
        item = self._seen.items.get(licence.trade_item)
        if item is None:
            return
        yield f"trade item {licence.trade_item}", {"gtin": item.gtin}
        serials = self._seen.serials.get(item.gtin)
        if serials is not None:
            values = {
                "serial_length": serials.length,
                "serial_characters": serials.characters,
                "is_serial_random": serials.is_random,
                "guess_probability": serials.guess_probability,
                "serial_issuer": serials.issuer,
            }
            yield f"pool {serials.pool}", values


@dataclass(frozen=True, slots=True)
class _Template:
    """A subject as a practice describes it."""

    subject: Subject
    who: str


_NONE: Final[frozenset[str]] = frozenset()
_BARE: Final = {each.KIND: _Template(each(), "") for each in ALWAYS}


def _said(**values: Any) -> dict[str, Any]:
    """Return the values that say something."""
    return {name: value for name, value in values.items() if value}


def _written(subject: Subject) -> dict[str, Any]:
    """Return what a practice says: every fact that is not as if nothing was said."""
    bare = type(subject)()
    found = ((each.name, getattr(subject, each.name)) for each in fields(subject))
    return {name: value for name, value in found if value != getattr(bare, name)}


def _joined(before: Fact, after: Fact) -> Fact:
    """Return what is known when two say something: groups of both, else what the later says."""
    if after.name != "groups":
        return after
    who = f"{before.said_by}, {after.said_by}"
    return replace(after, value=before.value | after.value, said_by=who)


def _partners(book: Book) -> Iterator[Partner]:
    for each in book.partners.values():
        for market in each.markets:
            yield Partner(
                code=each.code,
                name=each.name,
                market=market,
                roles=each.roles,
                groups=each.groups,
            )
