"""Scans of a season with planted wrongdoers and clumsy people, and the truth about each.

Honest people supply twice by mistake, type wrong, have caps lock on, wrong clocks and no network;
makers report late, or a wrong expiry for a lot. Beside them counterfeiters copy and invent numbers,
diverters sell abroad, thieves sell what they stole. `Season.planted` says who did what.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from packtrail.detection import codes
from packtrail.detection.chances import distance
from packtrail.detection.scans import Fate, Happening, Known, Pack, Place, Product, Purpose, Scan

START: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
_ALPHABET: Final = "ACDEFGHJKLMNPQRTUVWXYZ0123456789"
_LENGTH: Final = 14
_CITIES: Final = (
    ("DE", 52.5, 13.4), ("DE", 48.1, 11.6), ("DE", 50.1, 8.7), ("DE", 53.6, 10.0),
    ("FR", 48.9, 2.4), ("FR", 43.3, 5.4), ("FR", 45.8, 4.8), ("IT", 41.9, 12.5),
    ("IT", 45.5, 9.2), ("ES", 40.4, -3.7), ("ES", 41.4, 2.2), ("PL", 52.2, 21.0),
    ("PL", 50.1, 19.9), ("SE", 59.3, 18.1), ("GR", 38.0, 23.7), ("PT", 38.7, -9.1),
)  # fmt: skip
_SHOPS_EACH: Final = 4
_LOTS: Final = 12
_INCIDENTS: Final = 12
"""Wrongs of each kind in a season."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One wrong, or one clumsiness, that was put in."""

    code: str
    """The signal that should tell of it."""
    scans: frozenset[str]


@dataclass(slots=True)
class Season:
    """Everything scanned and recorded, and the truth."""

    scans: list[Scan] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    packs: dict[tuple[str, str], Pack] = field(default_factory=dict)
    issued: set[tuple[str, str]] = field(default_factory=set)
    products: dict[str, Product] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    @property
    def known(self) -> Known:
        """What the record says."""
        return Known(
            packs=self.packs,
            products=self.products,
            places=self.places,
            issued=frozenset(self.issued),
        )


def season(seed: int, packs: int = 20_000) -> Season:
    """Return a season of so many packs; the same seed gives the same season."""
    return _Writer(random.Random(seed), packs).written()  # noqa: S311 - a simulation


class _Writer:
    def __init__(self, rng: random.Random, packs: int) -> None:
        self._rng = rng
        self._count = packs
        self._made = Season()
        self._sold: list[tuple[tuple[str, str], Scan]] = []
        self._events = 0
        self._clocks: dict[str, timedelta] = {}
        """By how much the clock of a shop is wrong."""
        self._faulty: list[Scan] = []
        """Scans of the lot whose expiry was reported wrong."""
        self._print: dict[tuple[str, str], tuple[str, str]] = {}
        """What is printed on a pack: lot and expiry."""

    def written(self) -> Season:
        self._set_up()
        self._trade()
        for plant in (
            self._copies, self._fast_copies, self._seen_dead, self._stolen, self._near,
            self._series, self._bursts, self._wrong_print, self._abroad, self._back,
        ):  # fmt: skip
            for _ in range(_INCIDENTS):
                plant()
        self._clumsy()
        if self._faulty:
            self._plant(codes.DATA_FAULT.code, *self._faulty)
        return self._made

    def _set_up(self) -> None:
        made = self._made
        for number, (market, latitude, longitude) in enumerate(_CITIES):
            for shop in range(_SHOPS_EACH):
                made.places[f"shop-{number}-{shop}"] = Place(
                    market=market, latitude=latitude, longitude=longitude
                )
        for code in made.places:
            self._clocks[code] = timedelta(minutes=self._rng.randint(-12, 12))
        self._clocks[self._rng.choice(sorted(made.places))] = timedelta(hours=-9)
        markets = sorted({each.market for each in made.places.values()})
        for number in range(5):
            made.products[f"product-{number}"] = Product(
                markets=frozenset(self._rng.sample(markets, 4)),
                issued=self._count // 5,
                space=len(_ALPHABET) ** _LENGTH,
                alphabet=_ALPHABET,
                length=_LENGTH,
            )

    def _serial(self) -> str:
        return "".join(self._rng.choices(_ALPHABET, k=_LENGTH))

    def _trade(self) -> None:
        """Sell and supply every pack, with the accidents of honest people."""
        faulty = self._rng.randrange(_LOTS * 5)
        for number in range(self._count):
            lot = number % (_LOTS * 5)
            product = f"product-{lot % 5}"
            pack = (product, self._serial())
            printed = (f"L{lot:04d}", f"28{1 + lot % 12:02d}{self._rng.choice(('28', '28', '00'))}")
            self._print[pack] = printed
            recorded = "280628" if lot == faulty and printed[1][:4] != "2806" else printed[1]
            shops = [
                code
                for code, place in self._made.places.items()
                if place.market in self._made.products[product].markets
            ]
            shop = self._rng.choice(shops)
            arrived = START + timedelta(minutes=self._rng.randrange(60 * 24 * 60))
            self._made.packs[pack] = Pack(lot=printed[0], expires=recorded)
            if self._rng.random() > 1 / 20_000:
                self._happen(pack, Fate.SOLD, arrived - timedelta(days=2), "maker")
            scan = self._scan(pack, arrived, shop, Purpose.RECEIVE)
            if self._rng.random() < 0.01:
                self._made.issued.add(pack)
                del self._made.packs[pack]  # Its commissioning is reported late.
                continue
            if self._rng.random() < 0.02:
                scan = self._moved(pack, scan, shops)
                shop = scan.place
            if lot != faulty:
                self._sold.append((pack, scan))
            elif recorded[:4] != printed[1][:4]:
                self._faulty.append(scan)
            if self._rng.random() < 0.0002:
                self._scan((product, pack[1][: self._rng.randint(5, 12)]), arrived, shop)
            if self._rng.random() < 0.8:
                self._supply(pack, arrived + timedelta(days=self._rng.randint(4, 24)), shop)

    def _moved(self, pack: tuple[str, str], scan: Scan, shops: list[str]) -> Scan:
        """Send a pack to another shop by road."""
        shop, places = self._rng.choice(shops), self._made.places
        road = 1.2 * (distance(places[scan.place], places[shop]) or 0.0)
        hours = self._rng.uniform(0.5, 30) + road / self._rng.uniform(60, 120)
        at = scan.recorded_at + timedelta(hours=hours)
        return self._scan(pack, at, shop, Purpose.RECEIVE)

    def _supply(self, pack: tuple[str, str], at: datetime, shop: str) -> None:
        self._scan(pack, at, shop, Purpose.SUPPLY)
        self._happen(pack, Fate.SUPPLIED, at, shop)
        chance = self._rng.random()
        if chance < 0.01:
            self._scan(pack, at + timedelta(seconds=20), shop, Purpose.SUPPLY)
        elif chance < 0.02:
            self._happen(pack, Fate.UNDONE, at + timedelta(hours=5), shop)
            self._scan(pack, at + timedelta(days=4), shop, Purpose.SUPPLY)
        elif chance < 0.022:
            city = shop.rpartition("-")[0]  # To another shop in town; the undo comes late.
            self._scan(pack, at + timedelta(days=2), f"{city}-{self._rng.randrange(_SHOPS_EACH)}")
            self._happen(pack, Fate.UNDONE, at + timedelta(days=2 + 3 * self._rng.random()), shop)

    def _happen(self, pack: tuple[str, str], fate: Fate, at: datetime, place: str) -> None:
        self._events += 1
        known = self._made.packs[pack]
        event = Happening(event_id=f"event-{self._events}", at=at, fate=fate, place=place)
        happenings = (*known.happenings, event)
        ordered = tuple(sorted(happenings, key=lambda each: each.at))
        self._made.packs[pack] = replace(known, happenings=ordered)

    def _scan(
        self,
        pack: tuple[str, str],
        at: datetime,
        shop: str,
        purpose: Purpose = Purpose.LOOK,
        *,
        printed: tuple[str, str] | None = None,
        is_typed: bool = False,
    ) -> Scan:
        lot, expires = printed or self._print.get(pack, ("L0000", "280128"))
        chance = self._rng.random()
        late = timedelta(hours=30 * self._rng.random()) if chance < 0.01 else timedelta(seconds=2)
        if 0.01 < chance < 0.015:
            lot = lot.lower()
        scan = Scan(
            scan_id=f"scan-{len(self._made.scans)}",
            at=at + self._clocks.get(shop, timedelta()),
            recorded_at=at + late,
            product=pack[0],
            serial=pack[1],
            actor=shop,
            place=shop,
            purpose=purpose,
            is_typed=is_typed,
            lot=lot,
            expires=expires,
        )
        self._made.scans.append(scan)
        return scan

    def _plant(self, code: str, *scans: Scan) -> None:
        self._made.planted.append(Planted(code, frozenset(each.scan_id for each in scans)))

    def _victim(self, *fates: Fate) -> tuple[tuple[str, str], Scan, Happening]:
        """Take a pack whose last event is one of these; none is taken twice."""
        while True:
            pack, scan = self._sold.pop(self._rng.randrange(len(self._sold)))
            happenings = self._made.packs[pack].happenings
            if happenings and happenings[-1].fate in fates:
                return pack, scan, happenings[-1]

    def _elsewhere(self, pack: tuple[str, str], than: str, *, is_abroad: bool = False) -> str:
        markets = self._made.products[pack[0]].markets
        town = than.rpartition("-")[0]
        return self._rng.choice(
            [
                code
                for code, place in self._made.places.items()
                if (place.market in markets) != is_abroad and code.rpartition("-")[0] != town
            ]
        )

    def _later(self, at: datetime, days: float = 20) -> datetime:
        return at + timedelta(hours=1 + 24 * days * self._rng.random())

    def _copies(self) -> None:
        pack, _, end = self._victim(Fate.SUPPLIED)
        shop = self._elsewhere(pack, end.place)
        scan = self._scan(pack, self._later(end.at), shop, Purpose.SUPPLY)
        self._plant(codes.SUPPLIED_TWICE.code, scan)

    def _fast_copies(self) -> None:
        pack, first, _ = self._victim(Fate.SOLD)
        at = first.at + timedelta(minutes=self._rng.randint(0, 40))
        scan = self._scan(pack, at, self._elsewhere(pack, first.place), Purpose.RECEIVE)
        self._plant(codes.TOO_FAST.code, first, scan)

    def _seen_dead(self) -> None:
        pack, first, last = self._victim(Fate.SUPPLIED, Fate.SOLD)
        end = last
        if last.fate is Fate.SOLD:
            at = self._later(first.at)
            self._happen(pack, Fate.DESTROYED, at, first.place)
            end = self._made.packs[pack].happenings[-1]
        scan = self._scan(pack, self._later(end.at), self._elsewhere(pack, end.place))
        self._plant(codes.DEAD_SEEN.code, scan)

    def _stolen(self) -> None:
        pack, first, _ = self._victim(Fate.SOLD)
        at = self._later(first.at)
        self._happen(pack, Fate.STOLEN, at, first.place)
        scan = self._scan(pack, self._later(at), self._elsewhere(pack, first.place), Purpose.SUPPLY)
        self._plant(codes.STOLEN_SEEN.code, scan)

    def _changed(self, serial: str, at: int) -> str:
        letter = self._rng.choice(_ALPHABET.replace(serial[at], ""))
        return f"{serial[:at]}{letter}{serial[at + 1 :]}"

    def _near(self) -> None:
        pack, first, _ = self._victim(Fate.SOLD, Fate.SUPPLIED)
        near = (pack[0], self._changed(pack[1], self._rng.randrange(_LENGTH)))
        shop = self._elsewhere(pack, first.place)
        scan = self._scan(near, self._later(first.at), shop, printed=self._print[pack])
        self._plant(codes.NEAR_ISSUED.code, scan)

    def _series(self) -> None:
        pack, first, _ = self._victim(Fate.SOLD)
        stem = self._serial()[:-2]
        tried = self._rng.sample(range(len(_ALPHABET)), self._rng.randint(3, 12))
        shop, at = self._elsewhere(pack, first.place), self._later(first.at)
        row = stem + self._rng.choice(_ALPHABET)
        scans = [
            self._scan((pack[0], row + _ALPHABET[each]), at + timedelta(minutes=number), shop)
            for number, each in enumerate(tried)
        ]
        self._plant(codes.PROBING.code, *scans)

    def _bursts(self) -> None:
        pack, first, _ = self._victim(Fate.SOLD)
        shop, at = self._elsewhere(pack, first.place), self._later(first.at)
        scans = [
            self._scan((pack[0], self._serial()), at + timedelta(minutes=number), shop)
            for number in range(self._rng.randint(2, 12))
        ]
        self._plant(codes.BURST.code, *scans)

    def _wrong_print(self) -> None:
        pack, first, _ = self._victim(Fate.SOLD)
        lot, expires = self._print[pack]
        printed = self._rng.choice([(f"X{lot[1:]}", expires), (lot, f"30{expires[2:]}")])
        shop = self._elsewhere(pack, first.place)
        scan = self._scan(pack, self._later(first.at), shop, printed=printed)
        self._plant(codes.WRONG_DATA.code, scan)

    def _abroad(self) -> None:
        pack, first, _ = self._victim(Fate.SOLD)
        shop = self._elsewhere(pack, first.place, is_abroad=True)
        at = self._later(first.at) + timedelta(days=1)
        self._plant(codes.DIVERTED.code, self._scan(pack, at, shop, Purpose.RECEIVE))

    def _back(self) -> None:
        pack, first, _ = self._victim(Fate.SOLD)
        unsold = (pack[0], self._serial())
        self._made.packs[unsold] = replace(self._made.packs[pack], happenings=())
        self._print[unsold] = self._print[pack]
        scan = self._scan(unsold, first.at, first.place, Purpose.RETURN)
        self._plant(codes.NEVER_SOLD.code, scan)

    def _clumsy(self) -> None:
        """Type wrong, scan with caps lock on, and send packs back as they should be."""
        damaged: dict[str, list[Scan]] = defaultdict(list)
        locked = set(self._rng.sample(sorted(self._made.places), 3))
        swap = str.maketrans("YZ", "ZY")
        for pack, scan in self._sold:
            at, shop = scan.at + timedelta(days=1), scan.place
            chance = self._rng.random()
            if shop in locked and chance < 0.1:
                text = self._rng.choice((pack[1].swapcase(), pack[1].translate(swap)))
                if text != pack[1]:
                    damaged[shop].append(self._scan((pack[0], text), at, shop))
            elif chance < 0.002:
                typed = (pack[0], self._changed(pack[1], self._rng.randrange(_LENGTH)))
                self._scan(typed, at, shop, is_typed=True)
                if chance < 0.0018:
                    self._scan(pack, at + timedelta(minutes=2), shop, is_typed=True)
            elif chance < 0.004:
                self._scan(pack, at, shop, Purpose.RETURN)
        for scans in damaged.values():
            self._plant(codes.SCANNER.code, *scans)
