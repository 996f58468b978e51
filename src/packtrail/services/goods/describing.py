"""Describing: the names and words people have for keys: products, places, kinds of object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.store import vocabulary
from packtrail.store.places import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from psycopg import Connection

    from packtrail.store.direct import Asked
    from packtrail.store.vocabulary import VocabularyRow

PRODUCTS = "urn:epcglobal:epcis:vtype:EPCClass"
LOCATIONS = "urn:epcglobal:epcis:vtype:Location"
PARTIES = (
    "urn:epcglobal:epcis:vtype:SourceDest",
    "urn:epcglobal:epcis:vtype:Party",
)
_GLNS = ("414", "417")
"""Application identifiers of a location and of a party."""
_PREFIX_LENGTHS = range(6, 13)
_CANDIDATES_MAX = 50
"""Most things whose names are looked at once more, to find the few with such a name."""
_PRODUCT_NAMES = (
    "regulatedProductName",
    "functionalName",
    "tradeItemDescription",
    "descriptionShort",
    "labelDescription",
    "name",
)
"""Attributes that name a product, the best first."""
_TRADE_ITEMS = frozenset({gs1.KeyType.SGTIN, gs1.KeyType.LGTIN, gs1.KeyType.GTIN, gs1.KeyType.ITIP})
_KINDS: Mapping[gs1.KeyType, str] = {
    gs1.KeyType.SSCC: "container",
    gs1.KeyType.SGLN: "location",
    gs1.KeyType.PGLN: "party",
    gs1.KeyType.LGTIN: "lot",
    gs1.KeyType.GTIN: "product",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What the master data says about the product of an object."""

    identifier: str
    name: str | None
    attributes: Mapping[str, str]
    """Attribute -> value, by the last part of the attribute's name: `dosageFormType`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A location or party, from master data."""

    identifier: str
    name: str | None
    attributes: Mapping[str, str]


_Named = TypeVar("_Named", Product, Place)


def kind_of(key: gs1.Key | None, *, holds: str | None = None) -> str:
    """Return the word for what a key identifies.

    Args:
        key: The key; None is an object that is known by a URI only.
        holds: Kind of what it holds, when that is known: an SSCC on cases is a pallet.
    """
    if key is None:
        return "container" if holds else "object"
    if key.type in {gs1.KeyType.SGTIN, gs1.KeyType.ITIP}:
        # Indicator 0 is the saleable pack, 1 to 8 a grouping of it (GS1 General Specifications).
        return "pack" if key.primary[0] == "0" else "case"
    if key.type is gs1.KeyType.SSCC and holds:
        return "case" if holds == "pack" else "pallet"
    return _KINDS.get(key.type, "object")


def key_of(uri: str) -> gs1.Key | None:
    """Return the key of a URN or Digital Link, or None when it is no GS1 key."""
    try:
        return gs1.parse_epc_uri(uri) if uri.startswith("urn:") else gs1.parse_digital_link(uri)
    except RefusedError:
        return None


def label_of(uri: str) -> str:
    """Return an identifier as it is printed beside a barcode; what is no key as it is."""
    key = key_of(uri)
    return uri if key is None else key.hri()


def identifier_of(key: gs1.Key) -> str:
    """Return the EPC URI where the company prefix is known, else the Digital Link."""
    try:
        return key.epc_uri()
    except RefusedError:
        return key.digital_link()


def gtin_of(key: gs1.Key | None) -> str | None:
    """Return the 14 digits of the trade item a key belongs to."""
    return key.primary[:14] if key is not None and key.type in _TRADE_ITEMS else None


def product_of(
    conn: Connection, key: gs1.Key | None, audience_ids: Sequence[int]
) -> Product | None:
    """Return what the master data that may be seen says about the product of a key."""
    gtin = gtin_of(key)
    return products_of(conn, [gtin], audience_ids).get(gtin) if gtin else None


def products_of(
    conn: Connection, gtins: Iterable[str], audience_ids: Sequence[int]
) -> dict[str, Product]:
    """Return the products of some GTINs, as far as master data may be seen."""
    gtin_of_id = {spelling: gtin for gtin in gtins for spelling in _spellings(gtin)}
    found = vocabulary.find(conn, list(gtin_of_id), audience_ids)
    return {gtin_of_id[row.id]: product(row) for row in found.values()}


def ask_products(gtins: Iterable[str], audience_ids: Sequence[int]) -> Asked:
    """Return what `products_of` asks."""
    return vocabulary.ask([text for gtin in gtins for text in _spellings(gtin)], audience_ids)


def places_of(conn: Connection, ids: Iterable[str], audience_ids: Sequence[int]) -> dict[str, str]:
    """Return the names of places and parties: identifier -> name, whatever notation has it."""
    asked = sorted(set(ids))
    named = _named(conn, asked, audience_ids)
    others = {
        text: identifier
        for identifier in asked
        if identifier not in named and key_of(identifier) is not None
        for text in spelled([identifier])
    }
    elsewhere = _named(conn, others, audience_ids) if others else {}
    return {others[text]: name for text, name in elsewhere.items()} | named


def _named(conn: Connection, ids: Iterable[str], audience_ids: Sequence[int]) -> dict[str, str]:
    found = vocabulary.find(conn, sorted(ids), audience_ids)
    named = {row.id: place(row).name for row in found.values()}
    return {identifier: name for identifier, name in named.items() if name}


def products_named(
    conn: Connection, part: str, audience_ids: Sequence[int], *, limit: int
) -> list[Product]:
    """Return products with such a part in their name, as far as master data may be seen."""
    rows = vocabulary.named_like(
        *(conn, part, audience_ids),
        types=(PRODUCTS,),
        attributes=_PRODUCT_NAMES,
        limit=_CANDIDATES_MAX,
    )
    return _with_name([product(row) for row in rows], part)[:limit]


def places_named(
    conn: Connection, part: str, audience_ids: Sequence[int], *, limit: int
) -> list[Place]:
    """Return locations and parties with such a part in their name, as far as may be seen."""
    rows = vocabulary.named_like(
        *(conn, part, audience_ids),
        types=(*PARTIES, LOCATIONS),
        attributes=("name",),
        limit=_CANDIDATES_MAX,
    )
    return _with_name([place(row) for row in rows], part)[:limit]


def place_of(conn: Connection, key: gs1.Key, audience_ids: Sequence[int]) -> Place | None:
    """Return what master data that may be seen says of a location or party."""
    found = vocabulary.find(conn, list(spelled([key.digital_link()])), audience_ids)
    return next((place(row) for row in found.values()), None)


def names_of_glns(
    conn: Connection, glns: Iterable[str], audience_ids: Sequence[int]
) -> dict[str, str]:
    """Return the names of places and parties by GLN, as far as master data tells them."""
    by_spelling = {text: gln for gln in set(glns) for text in _spelled(gln)}
    named = places_of(conn, by_spelling, audience_ids)
    # Of several parts of a site the shortest name is that of the whole.
    ordered = sorted(named.items(), key=lambda each: (len(each[1]), each), reverse=True)
    return {by_spelling[identifier]: name for identifier, name in ordered}


def _spelled(gln: str) -> Iterable[str]:
    if ":" in gln:
        return [gln]
    return spelled(f"https://id.gs1.org/{identifier}/{gln}" for identifier in _GLNS)


def product(row: VocabularyRow) -> Product:
    """Return a product from its master data."""
    attributes = _attributes(row.attributes)
    name = next((attributes[each] for each in _PRODUCT_NAMES if attributes.get(each)), None)
    return Product(identifier=row.id, name=name, attributes=attributes)


def place(row: VocabularyRow) -> Place:
    """Return a location or party from its master data."""
    attributes = _attributes(row.attributes)
    return Place(identifier=row.id, name=attributes.get("name"), attributes=attributes)


def _with_name(things: Sequence[_Named], part: str) -> list[_Named]:
    """Keep what is called so today: a name may have changed, or another attribute may matter."""
    wanted = part.casefold()
    return [each for each in things if wanted in (each.name or "").casefold()]


def _attributes(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return the attributes that are plain text, by the last part of their names."""
    return {_last_part(name): value for name, value in attributes.items() if isinstance(value, str)}


def _last_part(name: str) -> str:
    for mark in "#}:/":
        name = name.rpartition(mark)[2] or name
    return name


@lru_cache(maxsize=4096)
def _spellings(gtin: str) -> tuple[str, ...]:
    """Return how master data may name a trade item: its Digital Link, or its pattern as a URN.

    Nobody tells the length of the company prefix here, so each that is possible is tried.
    """
    key = gs1.Key(gs1.KeyType.GTIN, gtin)
    found = [key.digital_link()]
    for length in _PREFIX_LENGTHS:
        try:
            found.append(key.with_prefix_length(length).epc_uri())
        except RefusedError:
            continue
    return tuple(found)
