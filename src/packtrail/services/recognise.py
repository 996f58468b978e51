"""Recognise: what a text that somebody scanned, pasted or typed can mean."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.gs1.codes import CHECK_DIGIT
from packtrail.gs1.subjects import about
from packtrail.rendering import words
from packtrail.services.capture import capture
from packtrail.services.goods import describing, lots, products, tracing
from packtrail.services.queries import query, transactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.goods.describing import Place, Product


TEXT_LENGTH_MAX = 4000
_NAMES_SHOWN = 5
_GLN_LENGTH = 13
_NAME_LENGTH_MIN = 2
_NOT_RECORDED = "not recorded here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """One meaning of a text."""

    kind: str
    """`pack`, `case`, `pallet`, `container`, `object`, `product`, `lot`, `location`, `event`,
    `capture`, `document` (a purchase order, an invoice)."""
    label: str
    """For people: `(01)… (21)…`, a name, a number."""
    identifier: str
    link: str
    """Path in the console that shows it; empty when there is nothing to show."""
    note: str
    """What is known of it, in a few words: `Pack · active`, `not recorded here`."""


def recognise(app: Application, actor: Actor, text: str) -> tuple[Recognition, ...]:
    """Return what a text can mean, the likeliest first; empty when it means nothing.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see is found.
        text: Element string with or without brackets and GS, EPC URI, Digital Link, bits of an
            RFID tag, NDC, GTIN, SSCC, GLN, lot, event id, capture id, file name, number of a
            purchase order or another business document, place or product name.

    Raises:
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    wanted = text.strip(" \t\r\n")
    if not wanted or len(wanted) > TEXT_LENGTH_MAX:
        return ()
    found: list[Recognition] = []
    for reader in _READERS:
        known = {each.link for each in found if each.link}
        found += [each for each in reader(app, actor, wanted) if each.link not in known]
    found = found or list(_mistyped(wanted))
    return tuple(sorted(found, key=lambda each: not each.link))


def _keys(app: Application, actor: Actor, text: str) -> Iterator[Recognition]:
    """A GS1 key in any notation, with the lot that stands beside it."""
    key, lot = _read(text)
    if lot is not None:
        yield from _lots_of(app, actor, describing.gtin_of(key), lot)
    place = _read_location(text)
    if place is not None:
        yield _location(app, actor, place)
    if key is None:
        return
    if key.is_class:
        yield _product(app, actor, key)
    elif key.type is gs1.KeyType.LGTIN:
        yield from _lots_of(app, actor, describing.gtin_of(key), key.serial or "")
    elif key.type in {gs1.KeyType.SGLN, gs1.KeyType.PGLN}:
        yield _location(app, actor, key)
    else:
        yield _object(app, actor, describing.identifier_of(key))


def _events(app: Application, actor: Actor, text: str) -> Iterator[Recognition]:
    """The identifier of an event."""
    try:
        page = query.event(app, actor, text)
    except NotFound:
        return
    body = page.events[0]
    step = body.get("bizStep") or body.get("action") or ""
    note = f"{body['type']} · {step}" if step else str(body["type"])
    link = f"/events/{quote(text, safe='')}"
    yield Recognition(kind="event", label=text, identifier=text, link=link, note=note)


def _captures(app: Application, actor: Actor, text: str) -> Iterator[Recognition]:
    """The identifier of a capture, or the name of the document it brought."""
    reader = actor.with_permissions({Permission.CAPTURE_READ})
    if not actor.may(Permission.CAPTURE_READ):
        return
    for job in capture.find(app, reader, text, limit=_NAMES_SHOWN):
        outcome = "running" if job.running else "recorded" if job.success else "failed"
        yield Recognition(
            kind="capture",
            label=job.filename or job.capture_id,
            identifier=job.capture_id,
            link=f"/captures/{job.capture_id}",
            note=f"Document · {outcome}",
        )


def _transactions(app: Application, actor: Actor, text: str) -> Iterator[Recognition]:
    """The number or identifier of a purchase order, a despatch advice, an invoice."""
    for found in transactions.find(app, actor, text)[:_NAMES_SHOWN]:
        kind, count = words.transaction(found.type), found.event_count
        yield Recognition(
            kind="document",
            label=transactions.number_of(found.identifier),
            identifier=found.identifier,
            link=f"/documents/{quote(found.identifier, safe='')}",
            note=f"{kind} · {count} event{'' if count == 1 else 's'}",
        )


def _uris(app: Application, actor: Actor, text: str) -> Iterator[Recognition]:
    """An object that is known by a URI of no GS1 kind."""
    is_uri = ":" in text and not any(letter.isspace() for letter in text)
    if is_uri and describing.key_of(text) is None:
        found = _object(app, actor, text)
        if found.link:
            yield found


def _lots(app: Application, actor: Actor, text: str) -> Iterator[Recognition]:
    """A lot number by itself."""
    for found in _lots_of(app, actor, None, text):
        if found.link:
            yield found


def _names(app: Application, actor: Actor, text: str) -> Iterator[Recognition]:
    """Part of the name of a product or place."""
    if len(text) < _NAME_LENGTH_MIN:
        return
    found, places = lots.with_name(app, actor, text, limit=_NAMES_SHOWN)
    for product in found:
        gtin = describing.gtin_of(describing.key_of(product.identifier))
        rest = f"/{gtin}" if gtin else f"#{quote(product.identifier, safe='')}"
        yield _with_name("product", product, f"/products{rest}")
    for place in places:
        yield _with_name("location", place, f"/locations#{quote(place.identifier, safe='')}")


def _with_name(kind: str, thing: Product | Place, link: str) -> Recognition:
    label = describing.label_of(thing.identifier)
    return Recognition(
        kind=kind, label=thing.name or label, identifier=thing.identifier, link=link, note=label
    )


_READERS: tuple[Callable[[Application, Actor, str], Iterator[Recognition]], ...] = (
    _keys,
    _events,
    _captures,
    _transactions,
    _uris,
    _lots,
    _names,
)
"""What a text can be, the likeliest first."""


def _read(text: str) -> tuple[gs1.Key | None, str | None]:
    """Return the key in a text, and the lot beside it."""
    try:
        elements = gs1.parse_element_string(text)
    except RefusedError:
        pass
    else:
        if elements.key is not None:
            is_pack = elements.key.serial is not None
            return elements.key, None if is_pack else elements.lot
    try:
        return about(text).key, None
    except RefusedError:
        return None, None


def _mistyped(text: str) -> Iterator[Recognition]:
    """A key that one wrong digit keeps from being one: say so, and which digit would do."""
    try:
        gs1.parse(text)
    except RefusedError as refused:
        wrong = (each for each in refused.findings if each.code == CHECK_DIGIT.code)
        for finding in itertools.islice(wrong, 1):
            yield Recognition(
                kind="object", label=text, identifier=text, link="", note=finding.message
            )


def _read_location(text: str) -> gs1.Key | None:
    """Return the GLN that 13 bare digits can be; they can be a GTIN as well."""
    if not (len(text) == _GLN_LENGTH and text.isascii() and text.isdigit()):
        return None
    try:
        return gs1.parse(text, location=True)
    except RefusedError:
        return None


def _object(app: Application, actor: Actor, identifier: str) -> Recognition:
    label = describing.label_of(identifier)
    try:
        found = tracing.trace(app, actor, identifier)
    except RefusedError:
        kind = describing.kind_of(describing.key_of(identifier))
        return Recognition(
            kind=kind, label=label, identifier=identifier, link="", note=_NOT_RECORDED
        )
    words = [found.kind.capitalize(), found.standing.status.value.replace("_", " ")]
    if found.product is not None and found.product.name:
        words.insert(1, found.product.name)
    return Recognition(
        kind=found.kind,
        label=label,
        identifier=found.identifier,
        link=f"/trace/{quote(found.identifier, safe='')}",
        note=" · ".join(words),
    )


def _product(app: Application, actor: Actor, key: gs1.Key) -> Recognition:
    product = lots.product(app, actor, key.primary)
    is_known = product is not None or products.is_recorded(app, actor, key.primary)
    name = product.name if product else None
    return Recognition(
        kind="product",
        label=key.hri(),
        identifier=product.identifier if product else describing.identifier_of(key),
        link=f"/products/{key.primary}" if is_known else "",
        note=name or ("Product" if is_known else f"Product · {_NOT_RECORDED}"),
    )


def _location(app: Application, actor: Actor, key: gs1.Key) -> Recognition:
    place = lots.place(app, actor, key)
    return Recognition(
        kind="location",
        label=key.hri(),
        identifier=place.identifier if place else describing.identifier_of(key),
        link=f"/locations#{quote(place.identifier, safe='')}" if place else "",
        note=(place.name or "Location") if place else f"Location · {_NOT_RECORDED}",
    )


def _lots_of(
    app: Application, actor: Actor, gtin: str | None, number: str
) -> Iterator[Recognition]:
    label = f"(01) {gtin} (10) {number}" if gtin else number
    try:
        view = lots.lot(app, actor, gtin, number)
    except NotFound:
        note = f"Lot · {_NOT_RECORDED}"
        yield Recognition(kind="lot", label=label, identifier=number, link="", note=note)
        return
    names = [product.name for product in view.products if product.name]
    query_part = f"?gtin={gtin}" if gtin else ""
    yield Recognition(
        kind="lot",
        label=label,
        identifier=number,
        link=f"/lots/{quote(number, safe='')}{query_part}",
        note=" · ".join(["Lot", *names[:1], f"{view.object_count} objects"]),
    )
