"""Sightings: where the packs of a case were, who had them, and what lay beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission, require
from packtrail.detection.sightings import Sighting, Way, ways
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.alerts import cases, mapping
from packtrail.services.alerts.changing import row_of
from packtrail.services.alerts.record import Record
from packtrail.services.alerts.spelling import spellings
from packtrail.services.goods import describing, stock
from packtrail.services.reach.reaching import reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.alerts.cases import Case
    from packtrail.services.application import Application
    from packtrail.services.reach.holdings import Holding
    from packtrail.services.reach.reaching import Shared
    from packtrail.store.journeys import ItemKey, Journey

PACKS_MAX: Final = 200
"""Packs of a case whose journeys are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Where the packs of a case were, and how far a recall would reach."""

    sightings: tuple[Sighting, ...]
    """In the order of time."""
    ways: tuple[Way, ...]
    names: dict[str, str]
    """Place -> its name."""
    holders: tuple[Holding, ...]
    """Who holds the packs of the case now."""
    reach: tuple[Shared, ...]
    """What they share with other packs, and who holds those: as far as a recall would reach."""


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
        NotPermitted: The actor may not see alerts, or events.
    """
    require(actor, Permission.ALERT_READ)
    with stock.seen(app, actor, None, None) as (conn, _, whole):
        case = cases.case_in(app, conn, actor, row_of(conn, actor, code))
        return picture_in(app, conn, actor, case, whole)


def picture_in(
    app: Application, conn: Connection, actor: Actor, case: Case, whole: stock.Picture
) -> Picture:
    """Return the same on a connection, with the stock as it sees it."""
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
    found = reach(conn, actor, record.audience_ids, whole, told)
    return Picture(
        sightings=sightings,
        ways=ways(sightings),
        names=called,
        holders=found.holders,
        reach=found.beside,
    )


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
