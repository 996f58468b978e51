"""Giving a portfolio out as tables that can be taken in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail.access import Permission, require
from packtrail.compliance.book import Kind
from packtrail.rendering.tables import Table, write_csv, write_xlsx
from packtrail.services.books.opening import plain
from packtrail.services.lines import floor
from packtrail.services.portfolio import books
from packtrail.services.portfolio.sheets import BOOK, LINES, SHEETS, SITES, TRADE_ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.sheets import Sheet


def workbook(app: Application, actor: Actor) -> bytes:
    """Return the whole portfolio as a workbook, with the sites, lines and trade items it names."""
    rows = _all_rows(app, actor)
    return write_xlsx(
        [_table(sheet, rows[sheet]) for sheet in SHEETS.values()],
        about=_about(app, actor),
        made_at=app.clock(),
    )


def table(app: Application, actor: Actor, what: str) -> bytes:
    """Return one table as CSV.

    Args:
        app: The application.
        actor: Whose portfolio it is.
        what: A word of `sheets.SHEETS`, such as `products`.
    """
    sheet = SHEETS[what]
    return write_csv(_table(sheet, _all_rows(app, actor)[sheet]), about=_about(app, actor))


def template() -> bytes:
    """Return a workbook with all sheets and columns, and no row."""
    about = {"What": "A portfolio to fill in; identifiers are text, several values have ; between"}
    return write_xlsx([_table(sheet, ()) for sheet in SHEETS.values()], about=about)


def _all_rows(app: Application, actor: Actor) -> dict[Sheet, list[dict[str, Any]]]:
    require(actor, Permission.PORTFOLIO_READ)
    with app.database.reading() as conn:
        book = books.opened(app, conn, actor.organisation_id).book
    rows: dict[Sheet, list[dict[str, Any]]] = {
        sheet: [plain(each) for each in book.entries[Kind(kind)].values()]
        for kind, sheet in BOOK.items()
    }
    own = actor.organisation_code
    rows[SITES] = [
        {"code": each.code, "name": each.name, "country": each.country, "gln": each.gln,
         "time_zone": each.time_zone}
        for each in floor.sites(app, actor) if each.operator == own
    ]  # fmt: skip
    rows[LINES] = [
        {"code": each.code, "site": each.site, "name": each.name,
         "levels": [level.value for level in each.levels],
         "speed_packs_per_minute": each.speed_packs_per_minute}
        for each in floor.lines(app, actor) if each.operator == own
    ]  # fmt: skip
    rows[TRADE_ITEMS] = [_item(each) for each in floor.trade_items(app, actor) if each.owner == own]
    return rows


def _item(each: floor.TradeItem) -> dict[str, Any]:
    tiers = {tier.level.value: tier for tier in each.tiers}
    prefixes = [tier.prefix for tier in each.tiers if tier.prefix]
    holds = {name: tiers[name].holds for name in tiers}
    gtins = {name: tiers[name].gtin for name in tiers}
    return {
        "code": each.code,
        "name": each.name,
        "market": each.market,
        "pack_gtin": each.gtin,
        "national_number": each.national_number,
        "company_prefix": prefixes[0] if prefixes else None,
        "bundle_gtin": gtins.get("bundle"),
        "packs_per_bundle": holds.get("bundle"),
        "case_gtin": gtins.get("case"),
        "per_case": holds.get("case"),
        "per_pallet": holds.get("pallet"),
    }


def _table(sheet: Sheet, bodies: Iterable[dict[str, Any]]) -> Table:
    columns = [each.column for each in sheet.columns]
    return Table(sheet.name, columns, [sheet.row(body) for body in bodies])


def _about(app: Application, actor: Actor) -> dict[str, str]:
    return {
        "What": "Portfolio",
        "Of": actor.organisation_code,
        "Made by": actor.name,
        "Made at": app.clock().isoformat(timespec="seconds"),
    }
