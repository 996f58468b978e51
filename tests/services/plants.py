"""A plant for the tests: a packer with a line, a maker whose packs it packs, pools and orders.

Every plant has organisations of its own, so that the plants of a module share one database.
"""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.services.conftest import Clock, World
from tests.services.supply.making import create_pool, create_sscc_pool

from packtrail.access import Actor
from packtrail.production.levels import Level, Tier
from packtrail.production.reports import read_json
from packtrail.serials.policy import Policy
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.lines import floor, line_reports
from packtrail.services.lines.line_reports import Receipt, Sent
from packtrail.services.orders import order_commands, order_numbers, orders
from packtrail.services.orders.order_commands import OrderPlan
from packtrail.services.orders.orders import WorkOrder
from packtrail.settings import Settings
from packtrail.store.database import Database

MASTER = base64.b64encode(bytes(range(32))).decode()
GTIN, PREFIX, SSCC_PREFIX = "03000101234509", "300010", "0614141"
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TIERS = (
    Tier(level=Level.PACK, gtin=GTIN, prefix=PREFIX),
    Tier(level=Level.CASE, prefix=SSCC_PREFIX, holds=3),
    Tier(level=Level.PALLET, prefix=SSCC_PREFIX, extension="1", holds=2),
)
POLICY = Policy.of("unambiguous", 12)
_NUMBERS = itertools.count(1)


@dataclass
class Plant:
    """A world with a packing plant in it."""

    world: World
    reports: int = 0
    numbers: dict[str, list[str]] = field(default_factory=dict)
    """Numbers of the order in hand by level, those not used yet."""

    @property
    def app(self) -> Any:
        return self.world.app

    @property
    def packer(self) -> Actor:
        return self.world.packer

    @property
    def maker(self) -> Actor:
        return self.world.maker

    def plan(self, code: str = "WO-1", **more: Any) -> OrderPlan:
        told = {
            "code": code, "line": f"{self.packer.organisation_code}/line-1",
            "trade_item": f"{self.maker.organisation_code}/epcistra", "lot": "L1",
            "expires": "2030-12-31", "quantity": 12, "spare_percent": 50,
        }  # fmt: skip
        return OrderPlan(**told | more)

    def order(self, code: str = "WO-1", *, start: bool = True, **more: Any) -> WorkOrder:
        """Make an order, release it, and take its numbers."""
        plan = self.plan(code, **more)
        made = order_commands.create(self.app, self.packer, plan, is_started=start)
        if start:
            self.take_numbers(made)
        return made

    def take_numbers(self, made: WorkOrder) -> None:
        with self.app.database.reading() as conn:
            row = orders.order_row(conn, self.packer, made.order_id)
        self.numbers = {
            tier.level.value: [
                number
                for _, delivery in order_numbers.deliveries(self.app, self.packer, row, tier.level)
                for number in delivery.serials()
            ]
            for tier in made.terms.tiers
        }

    def take(self, level: str, count: int) -> list[str]:
        """Take the next numbers of a level, as a printer would."""
        taken = self.numbers[level][:count]
        self.numbers[level] = self.numbers[level][count:]
        return taken

    def report(
        self, *happenings: dict[str, Any], code: str = "WO-1", actor: Actor | None = None,
        report_id: str | None = None, sequence: int | None = None, source: str = "direct",
    ) -> Receipt:  # fmt: skip
        """Report, as the line does."""
        self.reports += 1
        body: dict[str, Any] = {"happenings": list(happenings)}
        if sequence is not None:
            body["sequence"] = sequence
        content = json.dumps(body).encode()
        sent = Sent(content=content, source=source, request_id=report_id or f"r{self.reports}")
        return line_reports.take(self.app, actor or self.packer, code, read_json(content), sent)

    def case_of(self, packs: list[str], minutes: float) -> str:
        """Commission packs and put them into a new case; return the case."""
        (case,) = self.take("case", 1)
        self.report(
            told("commission", minutes, numbers=packs),
            told("pack", minutes + 1, numbers=packs, parent=case),
        )
        return case

    def state(self, code: str = "WO-1") -> WorkOrder:
        return orders.order(self.app, self.packer, code)


def told(kind: str, minutes: float = 0, **more: Any) -> dict[str, Any]:
    """A happening, some minutes after noon."""
    return {"kind": kind, "at": (NOON + timedelta(minutes=minutes)).isoformat(), **more}


def make_world(database: Database) -> World:
    """Open three organisations that no other test has."""
    number, clock = next(_NUMBERS), Clock(NOON + timedelta(hours=8))
    settings = Settings.of({}, data_dir=Path("/nonexistent"), master_key=MASTER)
    app = Application(settings=settings, database=database, clock=clock)
    installation = Actor.system("test")
    actors = []
    for part in ("maker", "packer", "wholesaler"):
        code = f"{part}-{number}"
        organisations.create_organisation(app, installation, code, name=code)
        actors.append(organisations.system_actor(app, "test", organisation=code))
    maker, packer, wholesaler = actors
    organisations.allow_recording(app, maker, packer.organisation_code)
    return World(app, clock, maker, packer, wholesaler)


def make_plant(database: Database) -> Plant:
    world = make_world(database)
    app, serves = world.app, world.packer.organisation_code
    floor.create_site(
        app, world.packer, "ulm", name="Plant Ulm", gln="0614141000005", country="DE",
        time_zone="Europe/Berlin",
    )  # fmt: skip
    for number in (1, 2):
        line = floor.NewLine(
            code=f"line-{number}", site="ulm", name=f"Line {number}", speed_packs_per_minute=300
        )
        floor.create_line(app, world.packer, line)
    item = floor.NewTradeItem(
        code="epcistra", name="Epcistra 5 mg", market="DE", tiers=TIERS, serves=serves
    )
    floor.create_trade_item(app, world.maker, item)
    create_pool(app, world.maker, "packs", gtin=GTIN, policy=POLICY, serves=serves)
    for extension, code in (("0", "cases"), ("1", "pallets")):
        create_sscc_pool(
            app, world.maker, code, prefix=SSCC_PREFIX, extension=extension, serves=serves
        )
    return Plant(world)
