"""The book of a company: what it sells where, how it is made and labelled, and with whom it trades.

Six kinds of entries, each under a key of its own:

    company     the parts that the company plays
    product     a medicine in one presentation
    practice    what is done today to a pack, a shipment, a file: facts in the words of rule packs
    licence     a product in a market: numbers, trade item, practices, since when it is sold
    placement   on which line a product is packed for a market
    partner     whom the company trades with, and what they are to the law

Sites, lines and trade items are named by their codes; they are kept where packs are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast

from packtrail.compliance.decoding import decode, keyed
from packtrail.compliance.loading import subject_of
from packtrail.compliance.nodes import Items, Node, Table
from packtrail.compliance.portfolio import is_sold
from packtrail.compliance.subjects import Subject
from packtrail.compliance.words import ProductClass, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.base.findings import Finding

E = TypeVar("E", bound="Entry")


class Kind(StrEnum):
    """A kind of entry."""

    COMPANY = "company"
    PRODUCT = "product"
    PRACTICE = "practice"
    LICENCE = "licence"
    PLACEMENT = "placement"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What all entries have."""

    KIND: ClassVar[Kind]

    note: str = ""

    @property
    def key(self) -> str:
        """What it is called among those of its kind."""
        return str(getattr(self, "code", self.KIND.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Company(Entry):
    """The company itself, once."""

    KIND: ClassVar[Kind] = Kind.COMPANY

    roles: frozenset[Role]
    """Parts that it plays towards the law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Entry):
    """A medicine in one presentation."""

    KIND: ClassVar[Kind] = Kind.PRODUCT

    code: str
    """Short name, unique in the company: small letters, digits, dots and hyphens."""
    name: str
    presentation: str = ""
    """Strength, form and content: `10 mg, 30 tablets`."""
    product_class: ProductClass = keyed("class")
    groups: frozenset[str] = frozenset()
    """Marks that rules speak of: vaccine, antimicrobial, orphan ..."""
    made_in: str = ""
    """ISO 3166 code of the country where it is manufactured."""

    @property
    def title(self) -> str:
        """Name and presentation."""
        return f"{self.name}, {self.presentation}" if self.presentation else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice(Entry):
    """What is done today, as facts that rules ask for; many licences may follow one practice."""

    KIND: ClassVar[Kind] = Kind.PRACTICE

    code: str
    name: str
    subjects: tuple[Subject, ...]
    """Label, shipment, document ..., as cases of rule packs describe them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence(Entry):
    """A product in a market."""

    KIND: ClassVar[Kind] = Kind.LICENCE

    product: str
    market: str
    """ISO 3166 code."""
    number: str = ""
    """Of the marketing authorisation."""
    holder: str = ""
    """Marketing authorisation holder."""
    national_numbers: Mapping[str, str] = field(default_factory=dict)
    """Scheme -> number: NDC, AIC, PZN, CIP, KD."""
    trade_item: str = ""
    """Code of the trade item that is sold there."""
    practices: tuple[str, ...] = ()
    """Codes of what is done for it."""
    sold_from: date | None = None
    """First day; None: already, nobody wrote down since when."""
    sold_until: date | None = None
    """Last day."""

    @property
    def key(self) -> str:
        """Product and market."""
        return f"{self.product}/{self.market}"

    def is_sold(self, on: date) -> bool:
        """Tell whether it is sold on a day."""
        return is_sold(self.sold_from, self.sold_until, on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement(Entry):
    """A line that packs a product for a market."""

    KIND: ClassVar[Kind] = Kind.PLACEMENT

    product: str
    market: str
    line: str
    """Code of the line, `operator/code` where it is a packer's."""

    @property
    def key(self) -> str:
        """Product, market and line."""
        return f"{self.product}/{self.market}/{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingPartner(Entry):
    """Whom the company trades with."""

    KIND: ClassVar[Kind] = Kind.PARTNER

    code: str
    name: str
    markets: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset()
    groups: frozenset[str] = frozenset()
    """Marks that rules speak of: small_dispenser, connected_partner ..."""
    is_contract_packer: bool = keyed("contract_packer", default=False)
    sites: tuple[str, ...] = ()
    """Codes of the sites that it runs."""
    organisation: str = ""
    """Its code on this installation, where it has one."""
    gln: str = ""
    is_connected: bool = keyed("connected", default=False)
    """Whether messages go to and fro."""


KINDS: Final[Mapping[Kind, type[Entry]]] = {
    each.KIND: each for each in (Company, Product, Practice, Licence, Placement, TradingPartner)
}


@dataclass(frozen=True, slots=True)
class Book:
    """All entries, by kind and key."""

    entries: Mapping[Kind, Mapping[str, Entry]] = field(
        default_factory=lambda: {kind: {} for kind in Kind}
    )

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Book:
        """Return the book of some entries; of two with one key the later counts."""
        return cls().changed(entries)

    @property
    def company(self) -> Company:
        """The company; one that plays no part where nobody has written which."""
        found = self.entries[Kind.COMPANY].get(Kind.COMPANY.value)
        return cast("Company", found or Company(roles=frozenset()))

    @property
    def products(self) -> Mapping[str, Product]:
        """By code."""
        return cast("Mapping[str, Product]", self.entries[Kind.PRODUCT])

    @property
    def practices(self) -> Mapping[str, Practice]:
        """By code."""
        return cast("Mapping[str, Practice]", self.entries[Kind.PRACTICE])

    @property
    def licences(self) -> Mapping[str, Licence]:
        """By product and market."""
        return cast("Mapping[str, Licence]", self.entries[Kind.LICENCE])

    @property
    def placements(self) -> Mapping[str, Placement]:
        """By product, market and line."""
        return cast("Mapping[str, Placement]", self.entries[Kind.PLACEMENT])

    @property
    def partners(self) -> Mapping[str, TradingPartner]:
        """By code."""
        return cast("Mapping[str, TradingPartner]", self.entries[Kind.PARTNER])

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return not any(self.entries.values())

    def changed(self, puts: Iterable[Entry], gone: Iterable[tuple[Kind, str]] = ()) -> Book:
        """Return the book with entries put in or taken out."""
        after = {kind: dict(known) for kind, known in self.entries.items()}
        for entry in puts:
            after[entry.KIND][entry.key] = entry
        for kind, key in gone:
            after[kind].pop(key, None)
        return Book({kind: dict(sorted(known.items())) for kind, known in after.items()})


def read_entry(kind: Kind, node: Node, findings: list[Finding]) -> Entry | None:
    """Return the entry of a table, or None where it has defects.

    Args:
        kind: Which kind it is.
        node: The table.
        findings: Where every defect is added.
    """
    if kind is not Kind.PRACTICE:
        return cast("Entry | None", decode(node, cast("Any", KINDS[kind]), findings))
    before = len(findings)
    told = node.entries.get("subjects") if isinstance(node, Table) else None
    subjects = _subjects(told, findings) if told is not None else ()
    bare = decode(_without_subjects(node), cast("Any", Practice), findings)
    is_good = bare is not None and len(findings) == before
    return replace(cast("Practice", bare), subjects=subjects) if is_good else None


def _subjects(told: Node, findings: list[Finding]) -> tuple[Subject, ...]:
    nodes = told.items if isinstance(told, Items) else (told,)
    read = (subject_of(each, each.at, findings) for each in nodes)
    return tuple(each for each in read if each is not None)


def _without_subjects(node: Node) -> Node:
    """Return a practice whose subjects count as none: they are read by their own rule."""
    if not isinstance(node, Table) or "subjects" not in node.entries:
        return node
    return Table({**node.entries, "subjects": Items((), node.at)}, node.at, node.keys_at)
