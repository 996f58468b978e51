"""A small plant for the tests: one order of packs, cases and pallets, and a floor to act on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from packtrail.production.decisions import Decision, Job
from packtrail.production.floor import Floor, Origin
from packtrail.production.happenings import Happening, Kind
from packtrail.production.levels import ItemKey, Level, Tier
from packtrail.production.orders import Terms
from packtrail.production.verbs import decide

GTIN, PREFIX = "03000101234509", "300010"
NOON = datetime(2026, 3, 3, 12, tzinfo=timezone(timedelta(hours=1)))
TIERS = (
    Tier(level=Level.PACK, gtin=GTIN, prefix=PREFIX),
    Tier(level=Level.CASE, prefix="0614141", holds=3),
    Tier(level=Level.PALLET, prefix="0614141", extension="1", holds=2),
)
TERMS = Terms(
    product="Epcistra", market="DE", lot="L1", expires="2028-12-31", tiers=TIERS, quantity=6
)
CASES = ("006141410000000012", "006141410000000029", "006141410000000036")
PALLET = "106141410000000019"


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def pack(serial: str) -> ItemKey:
    return f"sgtin/{GTIN}", serial


def unit(number: str) -> ItemKey:
    return "sscc/061414", number


def origin(level: Level, *, order: str = "WO-1", **more: Any) -> Origin:
    terms = replace(TERMS, lot=more.get("lot", "L1"))
    return Origin(
        **{"order_id": order, "order_code": order, "level": level, "lot": "L1", "terms": terms}
        | more
    )


@dataclass
class Plant:
    """A floor with numbers issued to one order: packs P1 to P9, three cases, a pallet."""

    floor: Floor = field(default_factory=lambda: Floor((), {}))
    now: datetime = NOON + timedelta(days=1)
    may_wait: bool = False
    """Whether reports may be late."""

    def __post_init__(self) -> None:
        for number in range(1, 10):
            self.floor.origins[pack(f"P{number}")] = origin(Level.PACK)
        for case in CASES:
            self.floor.origins[unit(case)] = origin(Level.CASE)
        self.floor.origins[unit(PALLET)] = origin(Level.PALLET)

    @property
    def job(self) -> Job:
        return Job(
            reference="urn:epcglobal:cbv:bt:0614141000005:WO-1",
            order_id="WO-1",
            order_code="WO-1",
            terms=TERMS,
            place="urn:epc:id:sgln:0614141.00001.0",
            now=self.now,
            may_wait=self.may_wait,
        )

    def act(self, kind: str, *numbers: str, minutes: float = 0, **more: Any) -> Decision:
        happening = Happening(kind=Kind(kind), at=at(minutes), numbers=numbers, **more)
        return decide(happening, self.job, self.floor)

    def do(self, kind: str, *numbers: str, minutes: float = 0, **more: Any) -> Decision:
        """Act, and expect that nothing is wrong."""
        decision = self.act(kind, *numbers, minutes=minutes, **more)
        assert [each for each in decision.findings if each.severity != "note"] == []
        return decision

    def full_case(self, case: str = CASES[0], *, first: int = 1, minutes: float = 0) -> None:
        serials = [f"P{n}" for n in range(first, first + 3)]
        self.do("commission", *serials, minutes=minutes)
        self.do("pack", *serials, minutes=minutes + 1, parent=case)

    def status(self, key: ItemKey) -> str:
        return self.floor.items[key].standing().status.value

    def holder(self, key: ItemKey) -> ItemKey | None:
        return self.floor.holder(key, self.now)


def codes(decision: Decision) -> list[str]:
    return [each.code for each in decision.findings]


def utc(minutes: float) -> datetime:
    return at(minutes).astimezone(UTC)
