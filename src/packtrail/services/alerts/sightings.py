"""Sightings: where the packs of a case were, who had them, and what lay beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission, require
from packtrail.detection.sightings import Sighting, Way, ways
from packtrail.services import describing
from packtrail.services.alerts import cases, mapping
from packtrail.services.alerts.changing import row_of
from packtrail.services.alerts.record import Record
from packtrail.services.alerts.spelling import spellings
from packtrail.services.organisations import visible_to
from packtrail.store import contents, objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.alerts.cases import Case
    from packtrail.services.application import Application
    from packtrail.store.journeys import ItemKey, Journey

PACKS_MAX: Final = 200
"""Packs of a case whose journeys are drawn."""
BESIDE_MAX: Final = 500
"""Packs beside them that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Something that suspects have in common with other packs."""

    kind: str
    """`container`, `document` or `lot`."""
    identifier: str
    label: str
    suspects: int
    """Packs of the case in it."""
    others: tuple[tuple[str, str], ...]
    """Other packs that are in it now, for containers: GTIN and serial number, the first few."""
    other_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Where the packs of a case were, and how far a recall would reach."""

    sightings: tuple[Sighting, ...]
    """In the order of time."""
    ways: tuple[Way, ...]
    names: dict[str, str]
    """Place -> its name."""
    reach: tuple[Shared, ...]


def names(app: Application, actor: Actor, places: Iterable[str]) -> dict[str, str]:
    """Return the names of places, by what evidence calls them: a GLN, or a URI.

    Raises:
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        return names_in(conn, actor, places)


def names_in(conn: Connection, actor: Actor, places: Iterable[str]) -> dict[str, str]:
    """Return the names of places on a connection."""
    wanted = {text: site for site in set(places) if site for text in spellings(site)}
    found = describing.places_of(conn, wanted, visible_to(conn, actor))
    return {wanted[identifier]: name for identifier, name in found.items()}


def picture(app: Application, actor: Actor, code: str) -> Picture:
    """Return where the packs of a case were, and what they share with others.

    Raises:
        NotFound: `SIG-051`, there is no such case.
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        case = cases.case_in(app, conn, actor, row_of(conn, actor, code))
        return picture_in(app, conn, actor, case)


def picture_in(app: Application, conn: Connection, actor: Actor, case: Case) -> Picture:
    """Return the same on a connection."""
    record = Record(app, conn, actor, app.clock())
    items = [(f"sgtin/{gtin}", serial) for gtin, serial in case.suspects[:PACKS_MAX]]
    told = record.journeys(items)
    seen = sorted(
        [*_scanned(case), *_recorded(told)], key=lambda each: (each.at, each.pack, each.what)
    )
    places = {each.place for each in seen if each.place}
    called, known = names_in(conn, actor, places), record.places(places)
    sightings = tuple(
        Sighting(
            at=each.at,
            pack=each.pack,
            place=each.place,
            name=called.get(each.place, ""),
            market=each.market or (known[each.place].market if each.place in known else ""),
            latitude=known[each.place].latitude if each.place in known else None,
            longitude=known[each.place].longitude if each.place in known else None,
            what=each.what,
            who=each.who,
            is_suspect=each.is_suspect,
        )
        for each in seen
    )
    reach = tuple(_reach(conn, record.audience_ids, told, set(items)))
    return Picture(sightings=sightings, ways=ways(sightings), names=called, reach=reach)


def _scanned(case: Case) -> Iterator[Sighting]:
    for alert in case.alerts:
        for each in alert.evidence:
            if each.withdrawn_at is None and each.kind == "verification":
                yield Sighting(
                    at=each.at, pack=(each.gtin, each.serial), place=each.place, name="",
                    market=each.market, latitude=None, longitude=None, what="verified",
                    who=each.actor, is_suspect=True,
                )  # fmt: skip


def _recorded(told: dict[ItemKey, Journey]) -> Iterator[Sighting]:
    for item, journey in told.items():
        for step in journey.steps:
            place = mapping.site_of(step.biz_location or step.read_point or "")
            if not step.is_withdrawn and place:
                yield Sighting(
                    at=step.event_time, pack=(item[0].partition("/")[2], item[1]), place=place,
                    name="", market="", latitude=None, longitude=None,
                    what=(step.biz_step or step.event_type).rpartition("/")[2],
                    who="in its container" if step.via else "", is_suspect=False,
                )  # fmt: skip


def _reach(
    conn: Connection,
    audience_ids: Sequence[int],
    told: dict[ItemKey, Journey],
    suspects: set[ItemKey],
) -> Iterator[Shared]:
    """Yield containers, shipments and lots that suspects share with other packs."""
    holders: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    lots: Counter[tuple[str, str]] = Counter()
    for item, journey in told.items():
        steps = [each for each in journey.steps if not each.is_withdrawn]
        holders.update({one for s in steps for one in (*s.via, *([s.parent] if s.parent else []))})
        documents.update({one for s in steps for _, one in s.biz_transactions})
        pack, _ = mapping.pack_of(item, journey)
        if pack.lot:
            lots[item[0].partition("/")[2], pack.lot] += 1
    yield from _containers(conn, audience_ids, holders, suspects)
    for identifier, count in documents.most_common():
        label = describing.label_of(identifier)
        yield Shared(
            kind="document", identifier=identifier, label=label, suspects=count, others=(),
            other_count=0,
        )  # fmt: skip
    for (gtin, lot), count in lots.most_common():
        yield Shared(
            kind="lot", identifier=f"{gtin}/{lot}", label=f"(01){gtin}(10){lot}", suspects=count,
            others=(), other_count=0,
        )  # fmt: skip


def _containers(
    conn: Connection,
    audience_ids: Sequence[int],
    holders: Counter[str],
    suspects: set[ItemKey],
) -> Iterator[Shared]:
    from packtrail import gs1  # noqa: PLC0415 - its functions, not the types above

    uris = [uri for uri, _ in holders.most_common()]
    keys = dict(zip(uris, gs1.identify(uris), strict=True))
    found = objects.find(conn, keys.values())
    held = contents.expand(conn, found, audience_ids=audience_ids)
    for uri, key in keys.items():
        inside = [one for one in _all_in(held, key) if one[0].startswith("sgtin/0")]
        others = [one for one in inside if one not in suspects]
        yield Shared(
            kind="container",
            identifier=uri,
            label=describing.label_of(uri),
            suspects=holders[uri],
            others=tuple((one[0].partition("/")[2], one[1]) for one in others[:BESIDE_MAX]),
            other_count=len(others),
        )


def _all_in(held: dict[ItemKey, tuple[ItemKey, ...]], key: ItemKey) -> Iterator[ItemKey]:
    waiting, seen = [key], {key}
    while waiting:
        for one in held.get(waiting.pop(), ()):
            if one not in seen:
                seen.add(one)
                waiting.append(one)
                yield one
