"""Checks of a DSCSA message: its head, its statement, and the form of its events."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from packtrail.epcis import events
from packtrail.epcis.ledger import Entry
from packtrail.epcis.profiles.subject import GS1_US, HEADER, Subject, gln_of
from packtrail.epcis.report import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_ELEMENTS = {
    "read_point": "readPoint",
    "biz_location": "bizLocation",
    "parent_id": "parentID",
}
_TRANSACTION = re.compile(r"urn:epcglobal:cbv:bt:[0-9]{13}:.+")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_LOT = (events.LOT_NUMBER, events.ITEM_EXPIRATION_DATE)
_DIRECT_PURCHASE = f"{GS1_US}directPurchase"


# --- the head -------------------------------------------------------------------------------------


def business_header_present(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find a header without sender, receiver or instance identifier."""
    document = subject.document
    for name, value in (
        ("sender", document.sender),
        ("receiver", document.receiver),
        ("instance identifier", document.instance_identifier),
    ):
        if not value:
            yield f"The header names no {name}.", HEADER


def business_header(subject: Subject, **arguments: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Find values of the header that are not what the guideline prescribes."""
    said = subject.document.business_header
    for name, expected in arguments["is"].items():
        if said and said.get(name) != expected:
            yield f"{name} is {shown(said.get(name))}; {shown(expected)} is expected.", HEADER


def header_parties(
    subject: Subject, *, authorities: Sequence[str], forms: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Find parties of the header that are not identified as the release wants it."""
    for role in ("sender", "receiver"):
        party = getattr(subject.document, role)
        if party is None:
            continue
        if party.authority not in authorities:
            message = (
                f"The authority of the {role} is {shown(party.authority)}; "
                f"{' or '.join(authorities)} is expected."
            )
            yield message, HEADER
        if not party.identifier.startswith(tuple(forms)) or gln_of(party.identifier) is None:
            wanted = "an SGLN as EPC URI" if "" not in forms else "an SGLN or GLN"
            yield f"The {role} {shown(party.identifier)} is not {wanted}.", HEADER


def schema_version(subject: Subject, *, version: str) -> Iterator[tuple[str, str]]:
    """Find a document in another version of EPCIS."""
    stated = subject.document.schema_version
    if stated != version:
        yield f"The schemaVersion is {stated}; {version} is expected.", HEADER


def guideline_version(subject: Subject, *, version: str) -> Iterator[tuple[str, str]]:
    """Find a document of another release; none named is the way of release 1.2."""
    stated = subject.document.extensions.get(f"{GS1_US}guidelineVersion", "")
    if str(stated).strip() != version:
        expected = shown(version) if version else "none"
        said = shown(stated) if stated else "missing"
        yield f"The guidelineVersion is {said}; {expected} is expected.", HEADER


def foreign_markers(subject: Subject, *, direct_purchase: str) -> Iterator[tuple[str, str]]:
    """Find the direct purchase statement of the other release: first a boolean, then an element."""
    for entry in subject.entries("shipping"):
        value = entry.event.extensions.get(_DIRECT_PURCHASE)
        if value is None:
            continue
        form = "element" if isinstance(value, dict) else "boolean"
        if form != direct_purchase:
            message = f"directPurchase is a {form} here; this release has a {direct_purchase}."
            yield message, entry.place


def transaction_statement(subject: Subject, *, affirmed: str) -> Iterator[tuple[str, str]]:
    """Find a document without the statement that the law asks of a seller."""
    statement = _statement(subject)
    if statement is None:
        yield "The document has no dscsaTransactionStatement.", HEADER
        return
    stated = str(statement.get(f"{GS1_US}affirmTransactionStatement", "")).strip().lower()
    if stated != affirmed:
        yield f"affirmTransactionStatement is {shown(stated)}; {affirmed} is expected.", HEADER


def legal_notice(subject: Subject, *, cites: str) -> Iterator[tuple[str, str]]:
    """Find a statement whose notice does not cite the law."""
    statement = _statement(subject)
    if statement is None:
        return
    notice = str(statement.get(f"{GS1_US}legalNotice", ""))
    if cites not in notice.replace(" ", ""):
        yield f"The legal notice {shown(notice)} does not cite section {cites}.", HEADER


def _statement(subject: Subject) -> Mapping[str, Any] | None:
    found = subject.document.extensions.get(f"{GS1_US}dscsaTransactionStatement")
    return found if isinstance(found, dict) else None


# --- the events -----------------------------------------------------------------------------------


def event_form(
    subject: Subject,
    *,
    biz_step: str,
    event: str,
    action: str,
    disposition: str,
    has: Sequence[str] = (),
    has_not: Sequence[str] = (),
) -> Iterator[tuple[str, str]]:
    """Find events of a business step that do not have its prescribed form."""
    for entry in subject.entries(biz_step):
        one = entry.event
        for name, is_, wanted in (
            ("event", type(one).__name__, event),
            ("action", getattr(one, "action", None), action),
            ("disposition", one.disposition, disposition),
        ):
            if is_ != wanted:
                yield f"The {name} of {biz_step} is {is_}; {wanted} is expected.", entry.place
        for name in has:
            if getattr(one, name, None) is None and type(one).__name__ == event:
                yield f"The {biz_step} event has no {_ELEMENTS[name]}.", entry.place
        for name in has_not:
            if getattr(one, name, None) is not None:
                yield f"The {biz_step} event has a {_ELEMENTS[name]}; none may be.", entry.place


def _commissioned(subject: Subject, prefix: str) -> Iterator[tuple[Entry, events.ObjectEvent]]:
    for entry in subject.entries("commissioning"):
        one = entry.event
        if isinstance(one, events.ObjectEvent) and any(epc.startswith(prefix) for epc in one.epcs):
            yield entry, one


def lot_and_expiry(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find packs commissioned without lot or expiry date, or with one that is no date."""
    for entry, event in _commissioned(subject, "urn:epc:id:sgtin:"):
        expires = event.ilmd.get(events.ITEM_EXPIRATION_DATE)
        if expires and not _is_date(expires):
            message = f"The expiry date {shown(expires)} of {event.epcs[0]} is no date."
            yield message, entry.place
        lacking = [name.rpartition("}")[2] for name in _LOT if not event.ilmd.get(name)]
        if lacking:
            yield (
                f"The commissioning of {event.epcs[0]} lacks {' and '.join(lacking)}.",
                entry.place,
            )


def _is_date(value: object) -> bool:
    """Tell whether a value is an xsd:date, as the CBV has expiry dates."""
    match = _DATE.fullmatch(str(value).strip())
    try:
        return match is not None and date.fromisoformat(match[1]) is not None
    except ValueError:
        return False


def no_lot_on_logistic_units(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find logistic units commissioned with lot or expiry date."""
    for entry, event in _commissioned(subject, "urn:epc:id:sscc:"):
        given = [name.rpartition("}")[2] for name in _LOT if event.ilmd.get(name)]
        if given:
            sscc = next(epc for epc in event.epcs if epc.startswith("urn:epc:id:sscc:"))
            yield f"The logistic unit {sscc} is given {' and '.join(given)}.", entry.place


def has_shipment(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find a message without a shipment."""
    if not any(True for _ in subject.entries("shipping")):
        yield "The document has no event with the business step shipping.", HEADER


def transactions(subject: Subject, *, types: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Find shipments without purchase order or despatch advice."""
    for entry in subject.entries("shipping"):
        stated = {one.type for one in entry.event.biz_transactions}
        for kind in types:
            if kind not in stated:
                yield (
                    f"The shipping event names no business transaction of type {kind}.",
                    entry.place,
                )


def transaction_form(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find business transactions that are not a GLN with a number."""
    for entry in subject.entries("shipping"):
        for one in entry.event.biz_transactions:
            if one.type in ("po", "desadv") and not _TRANSACTION.fullmatch(one.biz_transaction):
                message = (
                    f"{shown(one.biz_transaction)} is not urn:epcglobal:cbv:bt:<GLN>:<number>."
                )
                yield message, entry.place


def shipment_parties(subject: Subject, *, types: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Find shipments that do not say whose they were and become, and where they go."""
    for entry in subject.entries("shipping"):
        for role, stated in (
            ("source", {one.type for one in entry.event.sources}),
            ("destination", {one.type for one in entry.event.destinations}),
        ):
            for kind in types:
                if kind not in stated:
                    yield f"The shipping event has no {role} of type {kind}.", entry.place


def sender_owns(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find shipments whose owner is not the sender of the document."""
    yield from _disagreeing(subject, "sender", "sources", "source")


def receiver_owns(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find shipments whose new owner is not the receiver of the document."""
    yield from _disagreeing(subject, "receiver", "destinations", "destination")


def _disagreeing(
    subject: Subject, role: str, field: str, attribute: str
) -> Iterator[tuple[str, str]]:
    party: events.Party | None = getattr(subject.document, role)
    named = gln_of(party.identifier) if party else None
    if party is None or named is None:
        return
    for entry in subject.entries("shipping"):
        for one in getattr(entry.event, field):
            owner = getattr(one, attribute)
            if one.type == "owning_party" and gln_of(owner) != named:
                message = f"The {role} is {party.identifier}, the owning party {owner}."
                yield message, entry.place


def time_order(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find events that stand before what happened earlier."""
    latest = None
    for entry in sorted(subject.entries(), key=lambda one: one.index):
        time = entry.event.event_time
        if latest is not None and time < latest:
            message = f"The event of {time.isoformat()} stands after one of {latest.isoformat()}."
            yield message, entry.place
        latest = time if latest is None else max(latest, time)


def drop_shipment(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find shipments that do not say whether they are drop shipments."""
    for entry in subject.entries("shipping"):
        stated = str(entry.event.extensions.get(f"{GS1_US}dropShipment", "")).strip().lower()
        if stated not in ("true", "false"):
            yield "The shipping event does not say dropShipment true or false.", entry.place


DSCSA_CHECKS: dict[str, Callable[..., Any]] = {
    check.__name__: check
    for check in (
        business_header_present,
        business_header,
        header_parties,
        schema_version,
        guideline_version,
        foreign_markers,
        transaction_statement,
        legal_notice,
        event_form,
        lot_and_expiry,
        no_lot_on_logistic_units,
        has_shipment,
        transactions,
        transaction_form,
        shipment_parties,
        sender_owns,
        receiver_owns,
        time_order,
        drop_shipment,
    )
}
"""Name in a profile -> check."""
