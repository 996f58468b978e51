"""A company for the tests: sites, lines and trade items on the floor, and a book in order."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tests.services.conftest import World
from tests.services.plants import make_world

from packtrail.compliance.book import Kind
from packtrail.compliance.packs import digest
from packtrail.production.levels import Level, Tier
from packtrail.services import rule_packs
from packtrail.services.books.entries import Put
from packtrail.services.lines import floor
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.store import rule_packs as rows
from packtrail.store.database import Database

US_ITEM, DE_ITEM = "00396417210300", "00396417500012"
BOOK: tuple[tuple[str, dict[str, Any]], ...] = (
    ("company", {"roles": ["manufacturer", "marketing_authorisation_holder"]}),
    ("product", {"code": "tarvoxil", "name": "Tarvoxil", "presentation": "10 mg, 30 tablets",
                 "class": "prescription", "made_in": "US"}),
    ("practice", {"code": "us-pack", "name": "US packs", "subjects": [
        {"label": {"carries": ["01", "21", "17", "10"], "carriers": ["gs1_datamatrix"],
                   "human_readable": ["NDC", "21", "10", "17"]}},
        {"shipment": {"to_groups": ["small_dispenser"], "tells": ["product_name"]}},
    ]}),
    ("licence", {"product": "tarvoxil", "market": "US", "trade_item": "tarvoxil-us",
                 "national_numbers": {"NDC": "96417-210-30"}, "practices": ["us-pack"]}),
    ("licence", {"product": "tarvoxil", "market": "DE", "trade_item": "tarvoxil-de"}),
    ("placement", {"product": "tarvoxil", "market": "US", "line": "w1"}),
    ("partner", {"code": "harbor", "name": "Harbor", "markets": ["US"], "roles": ["dispenser"],
                 "groups": ["small_dispenser"]}),
)  # fmt: skip


def put(kind: str, **values: Any) -> Put:
    """Say that an entry is to be as it is here."""
    return Put(PORTFOLIO.read(Kind(kind), values, at=kind))


def make_company(database: Database) -> World:
    """Open organisations that no other test has; the maker has a floor and a book."""
    world = make_world(database)
    make_floor(world)
    PORTFOLIO.change(world.app, world.maker, [put(kind, **values) for kind, values in BOOK])
    return world


def make_floor(world: World) -> None:
    """Describe two sites, two lines and two trade items."""
    app = world.app
    floor.create_site(app, world.maker, "wilson", name="Wilson", country="US")
    floor.create_line(app, world.maker, floor.NewLine(code="w1", site="wilson", name="Line 1"))
    floor.create_site(app, world.packer, "ulm", name="Ulm", country="DE")
    floor.create_line(app, world.packer, floor.NewLine(code="u5", site="ulm", name="Line 5"))
    for code, gtin, market in (("tarvoxil-us", US_ITEM, "US"), ("tarvoxil-de", DE_ITEM, "DE")):
        tiers = (
            Tier(level=Level.PACK, gtin=gtin),
            Tier(level=Level.CASE, prefix="0396417", holds=24),
        )
        item = floor.NewTradeItem(code=code, name="Tarvoxil 10 mg", market=market, tiers=tiers)
        floor.create_trade_item(app, world.maker, item)


def go_back(world: World, pack_id: str, *edits: tuple[str, str, str], version: str = "old") -> None:
    """Let an earlier version of a pack be the accepted one: file, text, and what it was before."""
    files = rule_packs.files_of(world.app.settings, [pack_id])[pack_id]
    for name, now, before in edits:
        assert now in files[name].decode()
        files[name] = files[name].decode().replace(now, before).encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    sha256, at = digest(files), world.app.clock()
    with world.app.database.transaction() as conn:
        rows.keep(conn, [rows.NewVersion(
            pack_id=pack_id, sha256=sha256, version=version, title="", files=content.getvalue(),
            seen_at=at,
        )])  # fmt: skip
        rows.accept(conn, [rows.NewAcceptance(
            organisation_id=world.maker.organisation_id, pack_id=pack_id, sha256=sha256,
            version=version, reason="then", at=at, actor_kind="user", actor_id="a",
            actor_name="Ada",
        )])  # fmt: skip
