"""A document explained: who ships what to whom, how it is packed, and what is amiss, in words.

Made of values, for whoever draws or prints them. Any reading can be explained, best a tolerant one;
what the document does not tell is said to be missing and never filled in.

    >>> from packtrail import epcis
    >>> epcis.explain(epcis.read(b"{}")).sentences[0].text
    'Nothing in the file can be read as EPCIS.'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.base.amounts import plural
from packtrail.base.findings import Finding, Severity, has_errors
from packtrail.epcis import codes, telling
from packtrail.epcis.profiles.gs1_rules import sentence as incident_sentence
from packtrail.epcis.profiles.master_data_rules import lacks, places_named, products_named
from packtrail.epcis.profiles.subject import Subject, attributes_of, key_of
from packtrail.epcis.telling import (
    Delivery,
    Moment,
    Node,
    Product,
    Sentence,
    Who,
)

if TYPE_CHECKING:
    from packtrail.epcis.ledger import Ledger
    from packtrail.epcis.reading import Reading

_LOCATION_ATTRIBUTES = ("name", "streetAddressOne", "city", "postalCode", "countryCode")
_PRODUCT_ATTRIBUTES = ("regulatedProductName", "manufacturerOfTradeItemPartyName")
SENTENCES_MAX = 50
"""Gaps and holes told one by one; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a document says, in words and in the values behind them."""

    sentences: tuple[Sentence, ...]
    """The story in a few sentences, the most important first."""
    notation: str = ""
    """Such as `EPCIS 1.2`."""
    event_count: int = 0
    sender: Who | None = None
    receiver: Who | None = None
    deliveries: tuple[Delivery, ...] = ()
    products: tuple[Product, ...] = ()
    hierarchy: tuple[Node, ...] = ()
    """Outermost containers, with what is in them; long lists are cut and counted."""
    hierarchy_more: int = 0
    """Outermost containers that are not named here."""
    timeline: tuple[Moment, ...] = ()
    gaps: tuple[Sentence, ...] = ()
    """What cannot be or is not told: doubled and dead serials, missing commissionings."""
    holes: tuple[Sentence, ...] = ()
    """What the master data lacks."""
    findings: tuple[Finding, ...] = ()
    """What reading the file found."""


def explain(reading: Reading) -> Explanation:
    """Explain a document.

    Args:
        reading: A reading of it, best `read(content, strict=False)`.
    """
    document = reading.document
    if document is None:
        nothing = Sentence("nothing", "Nothing in the file can be read as EPCIS.", Severity.ERROR)
        return Explanation(
            sentences=(nothing, *_of_reading(reading.findings)), findings=reading.findings
        )
    subject = Subject(document=document, places=reading.places)
    book = subject.ledger
    names = telling.Names(subject)
    deliveries = telling.deliveries(book, names)
    products = telling.products(book, names)
    gaps, holes = _gaps(book), _holes(subject)
    roots, more = telling.hierarchy(book, names)
    return Explanation(
        sentences=(
            *_cut_off(reading.findings),
            *telling.summary(document, book, deliveries, products),
            *_amiss(gaps, holes, is_sound=not has_errors(reading.findings)),
            *_of_reading(reading.findings),
        ),
        notation=f"EPCIS {document.schema_version}",
        event_count=len(document.events),
        sender=names.who(document.sender.identifier) if document.sender else None,
        receiver=names.who(document.receiver.identifier) if document.receiver else None,
        deliveries=deliveries,
        products=products,
        hierarchy=roots,
        hierarchy_more=more,
        timeline=telling.timeline(book, names),
        gaps=gaps,
        holes=holes,
        findings=reading.findings,
    )


def _amiss(
    gaps: tuple[Sentence, ...], holes: tuple[Sentence, ...], *, is_sound: bool
) -> tuple[Sentence, ...]:
    if is_sound and not gaps and not holes:
        return (Sentence("whole", "Nothing is missing and nothing contradicts itself."),)
    found = []
    if gaps:
        text = f"{plural(len(gaps), 'thing')} in the story cannot be or {_is(gaps)} not told."
        found.append(Sentence("gaps", text, Severity.WARNING))
    if holes:
        text = f"The master data lacks {plural(len(holes), 'entry', 'entries')}."
        found.append(Sentence("holes", text, Severity.WARNING))
    return tuple(found)


def _is(things: tuple[Sentence, ...]) -> str:
    return "is" if len(things) == 1 else "are"


def _cut_off(findings: tuple[Finding, ...]) -> tuple[Sentence, ...]:
    text = "The file breaks off: only its whole events up to there are told."
    cut = (one for one in findings if one.code == codes.CUT_OFF.code)
    return tuple(Sentence("cut_off", text, Severity.ERROR, one.at) for one in cut)


def _of_reading(findings: tuple[Finding, ...]) -> tuple[Sentence, ...]:
    errors = [one for one in findings if one.severity is Severity.ERROR]
    if not errors:
        return ()
    text = f"The file breaks the standard in {plural(len(errors), 'place')}: {errors[0].message}"
    return (Sentence("reading", text, Severity.ERROR, errors[0].at),)


def _gaps(book: Ledger) -> tuple[Sentence, ...]:
    found = [
        Sentence(
            one.trouble.value,
            incident_sentence(one.trouble, one.objects, one.other),
            Severity.WARNING,
            one.entry.place,
        )
        for one in book.incidents
    ]
    return _cut(found, "gap")


def _holes(subject: Subject) -> tuple[Sentence, ...]:
    found: list[Sentence] = []
    for key, gtin in products_named(subject).items():
        found.extend(_hole(subject, key, f"The product with GTIN {gtin}", _PRODUCT_ATTRIBUTES))
    for key, text in places_named(subject).items():
        found.extend(_hole(subject, key_of(key), f"The place {text}", _LOCATION_ATTRIBUTES))
    return _cut(found, "hole")


def _hole(subject: Subject, key: str, what: str, wanted: tuple[str, ...]) -> tuple[Sentence, ...]:
    element = subject.master_data.get(key)
    if element is None:
        return (Sentence("no_master_data", f"{what} has no master data.", Severity.WARNING),)
    lacking = lacks(element, wanted)
    if not lacking:
        return ()
    name = attributes_of(element).get("name") or attributes_of(element).get("regulatedProductName")
    called = f" ({name})" if name else ""
    text = f"{what}{called} lacks {', '.join(lacking)} in its master data."
    return (Sentence("incomplete_master_data", text, Severity.NOTE),)


def _cut(found: list[Sentence], kind: str) -> tuple[Sentence, ...]:
    if len(found) <= SENTENCES_MAX:
        return tuple(found)
    more = f"There are {len(found) - SENTENCES_MAX} more of the kind."
    return (*found[:SENTENCES_MAX], Sentence(kind, more, Severity.NOTE))
