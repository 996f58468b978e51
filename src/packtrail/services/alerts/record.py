"""The record, as rules ask it: packs, products, places, and which numbers were given out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.detection.detecting import CLOCK_SCANS_MIN
from packtrail.detection.scans import Known, Pack, Place, Product
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.alerts import mapping
from packtrail.services.alerts.spelling import spellings
from packtrail.services.goods import describing
from packtrail.services.portfolio.books import company_of
from packtrail.services.supply.origins import origins_in
from packtrail.services.supply.pools import policy_of
from packtrail.store import alerts as rows
from packtrail.store import events as event_rows
from packtrail.store import journeys, objects, organisations, vocabulary
from packtrail.store import serials as serial_rows
from packtrail.store.filters import EventFilter
from packtrail.verification.alike import variants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.detection.scans import Scan
    from packtrail.services.application import Application
    from packtrail.store.events import StoredEvent
    from packtrail.store.journeys import ItemKey, Journey

_CANDIDATES_AT_ONCE: Final = 20_000
CLOCK_LOOK_BACK: Final = timedelta(days=30)


@dataclass(slots=True)
class Record:
    """What may be known on a connection; everything is asked once."""

    app: Application
    conn: Connection
    actor: Actor
    now: datetime
    audience_ids: list[int] = field(default_factory=list)
    _products: dict[str, Product] = field(default_factory=dict)
    _places: dict[str, Place] = field(default_factory=dict)
    _markets: dict[str, frozenset[str]] | None = None
    _own: str | None = None

    def __post_init__(self) -> None:
        """Find out what may be seen."""
        self.audience_ids = visible_to(self.conn, self.actor)

    def journeys(self, items: Iterable[ItemKey]) -> dict[ItemKey, Journey]:
        """Return what is recorded of packs."""
        return journeys.read_many(self.conn, set(items), audience_ids=self.audience_ids)

    def known(self, scans: Sequence[Scan], packs: dict[tuple[str, str], Pack]) -> Known:
        """Return what rules may know of some scans whose packs are these."""
        places = {each.place for each in scans if each.place}
        for pack in packs.values():
            places |= {each.place for each in pack.happenings if each.place}
        return Known(
            packs=packs,
            products={each.product: self.product(each.product) for each in scans},
            places=self.with_clocks(self.places(places)),
        )

    def known_to_actors(self, scans: Sequence[Scan], strange: Sequence[Scan]) -> Known:
        """Return what rules may know of an actor's scans.

        Args:
            scans: All of them.
            strange: Those whose numbers were not known when they were asked about.
        """
        strange_packs = {each.pack for each in strange}
        packs = {each.pack: _PLAIN for each in scans if each.pack not in strange_packs}
        candidates = {
            (scan.product, text) for scan in strange for text in self._candidates(scan)
        } | strange_packs
        found, issued = self._given_out(candidates)
        packs |= dict.fromkeys(found, _PLAIN)
        return Known(
            packs=packs,
            products={each.product: self.product(each.product) for each in scans},
            places={},
            issued=frozenset(issued),
        )

    def given_out(self, packs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return those of some numbers that are packs, or were given out at least."""
        found, issued = self._given_out(packs)
        return found | issued

    def events(self, event_ids: Iterable[str]) -> list[StoredEvent]:
        """Return events by their ids."""
        asked = EventFilter(event_ids=tuple(sorted(event_ids)))
        if not asked.event_ids:
            return []
        page = event_rows.query(
            self.conn, asked, audience_ids=self.audience_ids, page_size=len(asked.event_ids) * 2,
            now=self.now,
        )  # fmt: skip
        return list(page.events)

    def product(self, gtin: str) -> Product:
        """Return what is known of a product."""
        if gtin not in self._products:
            pools = serial_rows.by_class(self.conn, self.audience_ids, f"sgtin/{gtin}")
            policies = [(row.issued, policy) for row in pools if (policy := policy_of(row))]
            widest = max((policy for _, policy in policies), key=lambda p: p.space, default=None)
            self._products[gtin] = Product(
                markets=self._markets_of(gtin),
                issued=sum(issued for issued, _ in policies),
                space=widest.space if widest else 0,
                alphabet=widest.alphabet if widest else "",
                length=widest.length if widest else 0,
            )
        return self._products[gtin]

    def places(self, wanted: Iterable[str]) -> dict[str, Place]:
        """Return what master data says of places."""
        missing = [each for each in sorted(set(wanted)) if each not in self._places]
        by_spelling = {text: site for site in missing for text in spellings(site)}
        found = vocabulary.find(self.conn, sorted(by_spelling), self.audience_ids)
        for row in found.values():
            told = describing.place(row).attributes
            site = by_spelling[row.id]
            before = self._places.get(site)
            latitude, longitude = _degrees(told.get("latitude")), _degrees(told.get("longitude"))
            if before is None or before.latitude is None:
                self._places[site] = Place(
                    market=mapping.country(told.get("countryCode", "")),
                    latitude=latitude if longitude is not None else None,
                    longitude=longitude if latitude is not None else None,
                    is_own=self._is_own(site, row.id),
                )
        return {each: self._places[each] for each in set(wanted) if each in self._places}

    def with_clocks(self, places: dict[str, Place]) -> dict[str, Place]:
        """Return places with how far their clocks are behind, where that can be told."""
        clocks = rows.clocks(
            self.conn, self.actor.organisation_id, sorted(places), since=self.now - CLOCK_LOOK_BACK,
            least=CLOCK_SCANS_MIN,
        )  # fmt: skip
        return {name: replace(place, clock=clocks.get(name)) for name, place in places.items()}

    def _is_own(self, site: str, identifier: str) -> bool:
        key = describing.key_of(identifier)
        length = key.prefix_length if key else None
        if self._own is None:
            own = organisations.by_ids(self.conn, [self.actor.organisation_id])
            self._own = next((row.gln for row in own if row.gln), "")
        return bool(length and self._own and self._own[:length] == site[:length])

    def _markets_of(self, gtin: str) -> frozenset[str]:
        if self._markets is None:
            found: dict[str, set[str]] = {}
            today = self.now.date()
            for each in company_of(self.app, self.conn, self.actor).portfolio.placements:
                if each.gtin and (each.sold_from is None or each.sold_from <= today):
                    found.setdefault(each.gtin.zfill(14), set()).add(each.market)
            self._markets = {gtin: frozenset(some) for gtin, some in found.items()}
        return self._markets.get(gtin, frozenset())

    def _candidates(self, scan: Scan) -> Iterator[str]:
        """Yield what an unknown number may have been, and the numbers one character from it."""
        yield from (each.serial for each in variants(scan.serial))
        alphabet = self.product(scan.product).alphabet
        if scan.is_typed or not alphabet:
            return
        text = scan.serial
        for at in range(len(text)):
            yield from (f"{text[:at]}{letter}{text[at + 1 :]}" for letter in alphabet)

    def _given_out(
        self, candidates: Iterable[tuple[str, str]]
    ) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """Return those of some numbers that are packs, and those that were only given out."""
        packs: set[tuple[str, str]] = set()
        issued: set[tuple[str, str]] = set()
        ordered = sorted(candidates)
        for start in range(0, len(ordered), _CANDIDATES_AT_ONCE):
            some = ordered[start : start + _CANDIDATES_AT_ONCE]
            keys = [(f"sgtin/{product}", serial) for product, serial in some]
            told = self.journeys(objects.find(self.conn, keys))
            for item, journey in told.items():
                if mapping.pack_of(item, journey)[1]:
                    packs.add((item[0].partition("/")[2], item[1]))
            issued |= {each for each in self._drawn(some) if each not in packs}
        return packs, issued

    def _drawn(self, some: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        by_product: dict[str, list[str]] = {}
        for product, serial in some:
            by_product.setdefault(product, []).append(serial)
        for product, texts in by_product.items():
            for pool in serial_rows.by_class(self.conn, self.audience_ids, f"sgtin/{product}"):
                try:
                    origins = origins_in(self.conn, self.app, pool, texts)
                except RefusedError:
                    continue  # Without its master key a pool cannot tell what it gave.
                for serial, origin in zip(texts, origins, strict=True):
                    if origin is not None:
                        yield product, serial


_PLAIN: Final = Pack(lot="", expires="")
"""Of an actor's packs only that they exist is asked."""


def _degrees(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
