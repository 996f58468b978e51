"""The alerts of the demo world: what pharmacies asked the maker, and the case it made of it.

A seller of copies reached a pharmacy in Bremen: numbers that are scanned at the same time in
Nashville, one with a lot it never had, and five that nobody ever issued. Beside it somebody in
Memphis tries numbers in a row, and a till in Lexington has caps lock on.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import UsageError
from packtrail.detection.cases import Wish
from packtrail.services.accounts import organisations
from packtrail.services.alerts import alerts, cases, mapping, quarantine, watching
from packtrail.services.capture import capture
from packtrail.services.verification import verifying
from packtrail.services.verification.verifying import Ask, Circumstances
from packtrail.simulation.documents import address_of
from packtrail.simulation.organisations import FOXGLOVE_STORES, GENTIAN_STORES, LOCATIONS
from packtrail.simulation.products import PRODUCTS
from packtrail.simulation.scribe import CBV_MASTER_DATA
from packtrail.store import journeys, objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.access import Actor
    from packtrail.detection.scans import Pack
    from packtrail.services.application import Application
    from packtrail.simulation.organisations import Location

BEGAN_AGO: Final = timedelta(days=3, hours=5)
OWNER: Final = "Ida Marlow, quality"
_MAPLE, _HARBOR, _MILL = FOXGLOVE_STORES
_, _BREMEN = GENTIAN_STORES
_LOOKED_AT: Final = 60
SEED: Final = 8


def load(app: Application, actor: Actor) -> None:
    """Let pharmacies ask the maker, look at what they asked, and open a case; once.

    Args:
        app: The application.
        actor: Who acts for the maker.
    """
    if alerts.listed(app, actor, limit=1):
        return
    _record_places(app, actor)
    packs = _packs(app, actor)
    began = app.clock() - BEGAN_AGO
    _ask(app, actor, packs, began)
    watching.watch(app, actor)
    _open(app, actor)


def _record_places(app: Application, actor: Actor) -> None:
    """Keep what the maker knows of the places of its customers."""
    elements = [
        {
            "id": each.sgln,
            "attributes": [
                {"id": name, "attribute": value}
                for name, value in (address_of(each) | _coordinates(each)).items()
            ],
        }
        for each in LOCATIONS
    ]
    kind = "urn:epcglobal:epcis:vtype:BusinessLocation"
    vocabulary = {"type": kind, "vocabularyElementList": elements}
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-01T00:00:00Z",
        "epcisHeader": {"epcisMasterData": {"vocabularyList": [vocabulary]}},
        "epcisBody": {"eventList": []},
    }
    job = capture.submit(
        app, actor, json.dumps(document).encode(), media_type="application/json",
        filename="places-of-customers.jsonld",
    )  # fmt: skip
    if not job.success:
        raise UsageError(f"The places of the demo were refused: {job.findings}")


def _coordinates(location: Location) -> dict[str, str]:
    latitude, longitude = location.coordinates
    return {
        f"{CBV_MASTER_DATA}#latitude": latitude,
        f"{CBV_MASTER_DATA}#longitude": longitude,
    }


def _packs(app: Application, actor: Actor) -> list[tuple[str, str, Pack]]:
    """Return packs of the maker that were sold and not dispensed: product, number, record."""
    draw = Random(SEED)  # noqa: S311 - a simulation
    with app.database.reading() as conn:
        own = [
            (name.class_key, name.item_key)
            for product in PRODUCTS
            if product.maker.code == actor.organisation_code
            for name in objects.some(conn, f"sgtin/{product.gtin()}", _LOOKED_AT, draw)
        ]
        audience_ids = organisations.visible_to(conn, actor)
        told = journeys.read_many(conn, own, audience_ids=audience_ids)
    found = [(item, *mapping.pack_of(item, journey)) for item, journey in told.items()]
    good = [
        (item[0].removeprefix("sgtin/"), item[1], pack)
        for item, pack, has_origin in found
        if has_origin and pack.lot and not any(h.fate != "sold" for h in pack.happenings)
    ]
    return sorted(good, key=lambda each: (each[1][-2:], each[:2]))


def _ask(
    app: Application, actor: Actor, packs: Sequence[tuple[str, str, Pack]], began: datetime
) -> None:
    """Let pharmacies verify packs, at moments in the past."""
    minute = timedelta(minutes=1)
    honest = packs[8:28]
    for number, pack in enumerate(honest):
        _verify(app, actor, pack, (_MAPLE, _HARBOR, _MILL)[number % 3], began + 7 * number * minute)
    at = began + timedelta(hours=3)
    for number, pack in enumerate(packs[:3]):  # Copied: here and there at the same time.
        _verify(app, actor, pack, _MAPLE, at + number * minute)
        _verify(app, actor, pack, _BREMEN, at + (15 + number) * minute)
    _verify(app, actor, packs[3], _BREMEN, at + 21 * minute, lot="QX" + packs[3][2].lot[-3:])
    product, serial, record = packs[4]
    for number in range(5):  # Invented.
        made = "".join(_other(c, 3 * number + at_) for at_, c in enumerate(serial))
        _verify(app, actor, (product, made, record), _BREMEN, at + (24 + number) * minute)
    stem = "".join(_other(c, 1) for c in serial[:-1])
    for number in range(6):  # Tried one beside the other.
        last = _other(serial[-1], number)
        tried = (product, stem + last, record)
        _verify(app, actor, tried, _HARBOR, at + timedelta(hours=20, minutes=number))
    for number, (gtin, own, record) in enumerate(packs[5:8]):  # Caps lock.
        damaged = (gtin, own.swapcase(), record)
        _verify(app, actor, damaged, _MILL, at + timedelta(hours=26, minutes=9 * number))


def _verify(
    app: Application,
    actor: Actor,
    pack: tuple[str, str, Pack],
    place: Location,
    at: datetime,
    *,
    lot: str | None = None,
) -> None:
    gtin, serial, record = pack
    asker = replace(actor, name=place.name, id=f"system:{place.gln}")
    text = f"01{gtin}21{serial}\x1d17{record.expires}10{lot or record.lot}"
    then = replace(app, clock=lambda: at.astimezone(UTC))
    verifying.verify(
        then, asker, Ask(text=text), Circumstances(place=place.gln, market=place.country)
    )


def _open(app: Application, actor: Actor) -> None:
    """Open a case of what was seen in Bremen, and begin to look into it."""
    found = alerts.listed(app, actor)
    bremen = [each.alert_id for each in found if _BREMEN.gln in each.places]
    if not bremen:
        return
    title = "Copies and invented numbers at Gentian Apotheke Nordtor"
    code = cases.open_case(app, actor, bremen, title=title, owner=OWNER, market="DE").line.code
    why = "The same numbers in Nashville and Bremen within minutes"
    cases.move(app, actor, code, Wish(move="triage", reason=why, category="suspect"))
    cases.move(app, actor, code, Wish(move="investigate", reason="The pharmacy keeps the packs"))
    quarantine.hold(app, actor, code)
    text = "The pharmacy bought ten packs from a broker it did not know; invoice asked for."
    cases.note(app, actor, code, text)


def _other(character: str, by: int) -> str:
    """Return another character of the same kind, so many places further."""
    alphabet = "0123456789" if character.isdigit() else "ACDEFGHKMNPRTWXY"
    at = alphabet.find(character.upper())
    return alphabet[(at + 1 + by) % len(alphabet)]
