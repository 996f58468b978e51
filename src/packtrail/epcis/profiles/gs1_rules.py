"""Checks that every document should pass: identifiers, vocabulary, and the order of life."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from packtrail import gs1
from packtrail.epcis import cbv, hashing, scalars
from packtrail.epcis.identifiers import defects_among, identifiers_of
from packtrail.epcis.ledger import Trouble
from packtrail.epcis.profiles.subject import Subject, some
from packtrail.epcis.report import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from packtrail.epcis.events import Event


_CLASS_PREFIXES = ("urn:epc:idpat:", "urn:epc:class:")
_INSTANCE_PREFIXES = ("urn:epc:id:",)
_CLASSES = frozenset(
    {"gtin", "lgtin", "itip-class", "grai-class", "gdti-class", "sgcn-class", "cpi-class", "gmn"}
)
"""What class keys of classes begin with."""
_INSTANCE_LISTS = ("epcs", "child_epcs", "input_epcs", "output_epcs")
_CLASS_LISTS = ("quantities", "child_quantities", "input_quantities", "output_quantities")


def malformed_identifiers(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find identifiers of GS1 that are malformed; one of each class is named."""
    seen: set[str] = set()
    for entry in subject.entries():
        for message in defects_among(identifiers_of(entry.event), seen):
            yield message, entry.place


def unknown_terms(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find values that look like terms of the CBV, or are no URI, and are not in the CBV."""
    for entry in subject.entries():
        for field, kind, value in _terms(entry.event):
            if value in cbv.TERMS[kind] or _is_own_term(value):
                continue
            message = f"{shown(value)} is no {field} of the CBV and no URI of one's own."
            yield message, entry.place


def _is_own_term(value: str) -> bool:
    return scalars.is_uri(value) and not value.startswith((cbv.CBV, "urn:epcglobal:cbv:"))


def _terms(event: Event) -> Iterator[tuple[str, cbv.Kind, str]]:
    persistent = event.persistent_disposition
    dispositions = (*persistent.set, *persistent.unset) if persistent else ()
    declared = event.error_declaration
    for field, kind, values in (
        ("bizStep", cbv.Kind.BIZ_STEP, (event.biz_step,)),
        ("disposition", cbv.Kind.DISPOSITION, (event.disposition, *dispositions)),
        (
            "business transaction type",
            cbv.Kind.BIZ_TRANSACTION_TYPE,
            (one.type for one in event.biz_transactions),
        ),
        (
            "source or destination type",
            cbv.Kind.SOURCE_DEST_TYPE,
            (*(one.type for one in event.sources), *(one.type for one in event.destinations)),
        ),
        ("reason", cbv.Kind.ERROR_REASON, (declared.reason if declared else None,)),
    ):
        yield from ((field, kind, value) for value in values if value)


def classes_among_instances(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find products and lots in lists of single objects."""
    for entry in subject.entries():
        for name in _INSTANCE_LISTS:
            named = getattr(entry.event, name, ())
            kinds = zip(named, _kinds_of(named), strict=True)
            found = [
                text for text, kind in kinds if text.startswith(_CLASS_PREFIXES) or kind in _CLASSES
            ]
            if found:
                message = f"{some(found)} stands among single objects and names a class of them."
                yield message, entry.place


def instances_among_classes(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find serial numbers in lists of quantities."""
    for entry in subject.entries():
        for name in _CLASS_LISTS:
            named = [one.epc_class for one in getattr(entry.event, name, ())]
            kinds = zip(named, _kinds_of(named), strict=True)
            found = [
                text
                for text, kind in kinds
                if text.startswith(_INSTANCE_PREFIXES) or (kind and kind not in _CLASSES)
            ]
            if found:
                message = f"{some(found)} stands among quantities and is a single object."
                yield message, entry.place


def _kinds_of(texts: Sequence[str]) -> list[str]:
    """Return of each Digital Link what it identifies, as class keys begin; '' for all else."""
    links = [one for one in texts if one.startswith("http")]
    if not links:
        return [""] * len(texts)
    keys = zip(links, gs1.identify(links), strict=True)
    kinds = {link: class_key.partition("/")[0] for link, (class_key, _) in keys}
    return [kinds[text] if kinds.get(text, "uri") != "uri" else "" for text in texts]


def same_event_id(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find two different events under one ID; an error declaration repeats the ID it withdraws."""
    known: dict[str, str] = {}
    for entry in subject.entries():
        name = entry.event.event_id
        if name is None:
            continue
        said = hashing.event_hash(entry.event)
        if known.setdefault(name, said) != said:
            yield f"The eventID {shown(name)} is that of an earlier event, too.", entry.place


def future_events(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find events that have not happened yet."""
    for entry in subject.entries():
        if subject.on is not None and entry.event.event_time > subject.on:
            message = (
                f"The event time {entry.event.event_time.isoformat()} lies after "
                f"{subject.on.isoformat()}."
            )
            yield message, entry.place


def events_after_creation(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find events that happened after the document was made."""
    made = subject.document.creation_date
    for entry in subject.entries():
        if made is not None and entry.event.event_time > made:
            message = (
                f"The event time {entry.event.event_time.isoformat()} lies after the creation of "
                f"the document, {made.isoformat()}."
            )
            yield message, entry.place


_SENTENCES: dict[Trouble, str] = {
    Trouble.COMMISSIONED_TWICE: "{0} {was} commissioned before, and {is_} commissioned again.",
    Trouble.PACKED_TWICE: "{0} {is_} packed while in {1}.",
    Trouble.DEAD: "{0} {was} decommissioned or destroyed before this event.",
    Trouble.NOT_COMMISSIONED: "{0} {is_} packed here, and no event commissions {it}.",
    Trouble.SHIPPED_UNCOMMISSIONED: "{0} {is_} shipped, and no event commissions {it}.",
    Trouble.SHIPPED_INSIDE: "{0} {is_} shipped by name while in a container.",
    Trouble.SHIPPED_EMPTY: "{0} {is_} shipped, and no event packs anything into {it}.",
}

_ONE = {"is_": "is", "was": "was", "it": "it"}
_MANY = {"is_": "are", "was": "were", "it": "them"}


def incidents(subject: Subject, *, trouble: str) -> Iterator[tuple[str, str]]:
    """Find what cannot be, of one kind, by following every object through the events."""
    for incident in subject.ledger.incidents:
        if incident.trouble == trouble:
            yield sentence(incident.trouble, incident.objects, incident.other), incident.entry.place


def sentence(trouble: Trouble, objects: tuple[str, ...], other: str = "") -> str:
    """Return an incident in words."""
    words = _ONE if len(objects) == 1 else _MANY
    return _SENTENCES[trouble].format(some(objects), other, **words)


_PLACE_KINDS = frozenset({"sgln", "sgtin", "grai", "giai"})
_PLACES = tuple(f"urn:epc:id:{kind}:" for kind in sorted(_PLACE_KINDS))


def odd_places(subject: Subject) -> Iterator[tuple[str, str]]:
    """Find read points and locations that are identified by something that is no place."""
    for entry in subject.entries():
        for place in (entry.event.read_point, entry.event.biz_location):
            if place is not None and _is_odd(place.id):
                yield f"{shown(place.id)} does not identify a place.", entry.place


@lru_cache(maxsize=1024)  # a document names few places, each in many events
def _is_odd(text: str) -> bool:
    if text.startswith("urn:epc:"):
        return not text.startswith(_PLACES)
    (kind,) = _kinds_of([text])
    return not scalars.is_uri(text) or (kind != "" and kind not in _PLACE_KINDS)


GS1_CHECKS: dict[str, Callable[..., Any]] = {
    check.__name__: check
    for check in (
        malformed_identifiers,
        unknown_terms,
        classes_among_instances,
        instances_among_classes,
        same_event_id,
        future_events,
        events_after_creation,
        incidents,
        odd_places,
    )
}
"""Name in a profile -> check."""
