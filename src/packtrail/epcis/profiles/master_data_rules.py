"""Checks of the master data a document carries for the products and places it names."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from packtrail import gs1
from packtrail.epcis.profiles.subject import (
    MASTER_DATA,
    Subject,
    attributes_of,
    key_of,
    place_ids,
)
from packtrail.epcis.report import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from packtrail.epcis.events import Event, VocabularyElement

_LISTS = ("epcs", "child_epcs", "input_epcs", "output_epcs")
_QUANTITIES = ("quantities", "child_quantities", "input_quantities", "output_quantities")


def products_named(subject: Subject) -> dict[str, str]:
    """Return the products the events name: key of the class -> GTIN."""
    found: dict[str, str] = {}
    for entry in subject.entries():
        for class_key, _ in gs1.identify(_objects(entry.event)):
            kind, _, gtin = class_key.partition("/")
            if kind in ("sgtin", "lgtin", "gtin"):
                found.setdefault(f"gtin/{gtin}", gtin)
    return found


def _objects(event: Event) -> list[str]:
    texts: list[str] = []
    for name in _LISTS:
        texts.extend(getattr(event, name, ()))
    for name in _QUANTITIES:
        texts.extend(one.epc_class for one in getattr(event, name, ()))
    parent = getattr(event, "parent_id", None)
    return [*texts, parent] if parent else texts


def places_named(subject: Subject) -> dict[str, str]:
    """Return the places and parties the events name: key -> identifier."""
    found: dict[str, str] = {}
    for entry in subject.entries():
        for text in place_ids(entry.event):
            found.setdefault(key_of(text), text)
    for party in (subject.document.sender, subject.document.receiver):
        if party is not None and party.identifier.startswith("urn:epc:"):
            found.setdefault(key_of(party.identifier), party.identifier)
    return found


def product_master_data(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find products without a vocabulary element."""
    for key, gtin in products_named(subject).items():
        if key not in subject.master_data:
            yield f"The product with GTIN {gtin} has no master data.", MASTER_DATA


def location_master_data(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find places and parties without a vocabulary element."""
    for key, text in places_named(subject).items():
        if key not in subject.master_data:
            yield f"The place {text} has no master data.", MASTER_DATA


def product_attributes(subject: Subject, *, attributes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Find attributes missing in the master data of products."""
    yield from _missing(subject, list(products_named(subject)), attributes)


def location_attributes(
    subject: Subject, *, attributes: Sequence[str], in_country: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """Find attributes missing in the master data of places; some countries have more of them."""
    yield from _missing(subject, list(places_named(subject)), attributes, in_country)


def _missing(
    subject: Subject,
    keys: Sequence[str],
    attributes: Sequence[str],
    in_country: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Iterator[tuple[str, str]]:
    for element in _elements(subject, keys):
        country = str(attributes_of(element).get("countryCode", ""))
        lacking = lacks(element, (*attributes, *in_country.get(country, ())))
        if lacking:
            yield f"The master data of {element.id} lacks {', '.join(lacking)}.", MASTER_DATA


def _elements(subject: Subject, keys: Sequence[str]) -> Iterator[VocabularyElement]:
    for key in keys:
        element = subject.master_data.get(key)
        if element is not None:
            yield element


def lacks(element: VocabularyElement, attributes: Sequence[str]) -> list[str]:
    """Return which attributes a vocabulary element lacks, or has empty."""
    has = attributes_of(element)
    return [name for name in attributes if not has.get(name)]


def ndc_type_code(subject: Subject, *, allowed: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Find national drug codes under a type code that the release does not have."""
    name = "additionalTradeItemIdentificationTypeCode"
    for element in _elements(subject, list(products_named(subject))):
        stated = attributes_of(element).get(name)
        if stated and stated not in allowed:
            message = (
                f"The type code {shown(stated)} of {element.id} is none of {', '.join(allowed)}."
            )
            yield message, MASTER_DATA


MASTER_DATA_CHECKS: dict[str, Callable[..., Any]] = {
    check.__name__: check
    for check in (
        product_master_data,
        location_master_data,
        product_attributes,
        location_attributes,
        ndc_type_code,
    )
}
"""Name in a profile -> check."""
