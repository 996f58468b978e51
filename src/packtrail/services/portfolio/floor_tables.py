"""Sites, lines and trade items in tables: what is new is described, the rest is left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from packtrail.compliance import codes
from packtrail.compliance.assembling import Seen, SeenItem, SeenSite
from packtrail.exchange.codes import NOT_A_NUMBER
from packtrail.production.levels import Level, Tier
from packtrail.services.books.files import Beside
from packtrail.services.books.sheets import Form
from packtrail.services.lines import floor
from packtrail.services.portfolio.entries import judge
from packtrail.services.portfolio.sheets import LINES, SITES, TRADE_ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.compliance.book import Book, Entry
    from packtrail.services.application import Application
    from packtrail.services.books.entries import Judge
    from packtrail.services.books.files import Body, Tables
    from packtrail.services.books.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file adds to the floor."""

    new: Mapping[Sheet, Mapping[str, Body]]
    """By code."""
    findings: tuple[Finding, ...]
    """What is there already and is described otherwise, and what cannot be described so."""

    @property
    def count(self) -> int:
        """How many things it adds."""
        return sum(map(len, self.new.values()))

    @property
    def judge(self) -> Judge[Book, Entry]:
        """What is wrong with entries of a portfolio, once these things are described."""
        sites, lines, items = (self.new[each] for each in FLOOR.sheets)
        planned = Seen(
            sites={
                code: SeenSite(name=each["name"], country=each["country"], is_own=True)
                for code, each in sites.items()
            },
            lines={code: each["site"] for code, each in lines.items()},
            items={
                code: SeenItem(gtin=each["pack_gtin"], levels=()) for code, each in items.items()
            },
        )
        return partial(judge, planned=planned)

    def carry_out(self, app: Application, actor: Actor) -> None:
        """Describe them, sites first.

        Raises:
            RefusedError: A `LIN` or `GS1` code, something cannot be so.
            NotPermitted: The actor may not describe sites, lines and trade items.
        """
        sites, lines, items = (self.new[each] for each in FLOOR.sheets)
        for code, each in sites.items():
            floor.create_site(
                app, actor, code, name=each["name"], gln=each.get("gln"), country=each["country"],
                time_zone=each.get("time_zone", "UTC"),
            )  # fmt: skip
        for code, each in lines.items():
            told = floor.NewLine(
                code=code, site=each["site"], name=each["name"],
                levels=each.get("levels", ("pack", "case", "pallet")),
                speed_packs_per_minute=each.get("speed_packs_per_minute"),
            )  # fmt: skip
            floor.create_line(app, actor, told)
        for code, each in items.items():
            item = floor.NewTradeItem(
                code=code, name=each["name"], market=each["market"], tiers=tuple(_tiers(each)),
                national_number=each.get("national_number"),
            )  # fmt: skip
            floor.create_trade_item(app, actor, item)


def plan(app: Application, actor: Actor, tables: Tables) -> Plan:
    """Return what is to be described, of what tables say.

    Args:
        app: The application.
        actor: For whose organisation.
        tables: Sheet -> place of a row and what it says.
    """
    findings: list[Finding] = []
    new = {
        sheet: _new(sheet, tables.get(sheet, {}), {each["code"]: each for each in known}, findings)
        for sheet, known in bodies(app, actor).items()
    }
    return Plan(new, tuple(findings))


def bodies(app: Application, actor: Actor) -> dict[Sheet, list[Body]]:
    """Return the sites, lines and trade items of an organisation as rows of tables."""
    own = actor.organisation_code
    return {
        SITES: [
            {"code": each.code, "name": each.name, "country": each.country or "",
             "gln": each.gln, "time_zone": each.time_zone}
            for each in floor.sites(app, actor) if each.operator == own
        ],
        LINES: [
            {"code": each.code, "site": each.site, "name": each.name,
             "levels": [level.value for level in each.levels],
             "speed_packs_per_minute": each.speed_packs_per_minute}
            for each in floor.lines(app, actor) if each.operator == own
        ],
        TRADE_ITEMS: [
            _item(each) for each in floor.trade_items(app, actor) if each.owner == own
        ],
    }  # fmt: skip


FLOOR: Final = Beside(
    title="sites, lines and trade items",
    sheets=(SITES, LINES, TRADE_ITEMS),
    plan=plan,
    bodies=bodies,
)


def _item(each: floor.TradeItem) -> Body:
    tiers = {tier.level.value: tier for tier in each.tiers}
    prefixes = [tier.prefix for tier in each.tiers if tier.prefix]
    holds = {name: tier.holds for name, tier in tiers.items()}
    gtins = {name: tier.gtin for name, tier in tiers.items()}
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


def _new(
    sheet: Sheet,
    rows: Mapping[str, Body],
    known: Mapping[str, Mapping[str, Any]],
    findings: list[Finding],
) -> dict[str, Body]:
    """Return what is not there yet, by code; tell what is there and is another."""
    new: dict[str, Body] = {}
    for place, body in rows.items():
        findings += _count_defects(sheet, place, body)
        code = body["code"]
        other = {
            name: value
            for name, value in known.get(code, {}).items()
            if name in body and body[name] != value
        }
        if other:
            told = ", ".join(f"{name} is {value!r}" for name, value in other.items())
            message = f"{code!r} is there already, and {told} there."
            findings.append(codes.DIFFERS_THERE.found(message, at=place))
        elif code not in known:
            new[code] = body
    return new


def _count_defects(sheet: Sheet, place: str, body: Body) -> Iterator[Finding]:
    for column in sheet.columns:
        value = body.get(column.name)
        if column.form is Form.COUNT and value is not None and not isinstance(value, int):
            message = f"{value} in {column.name} is no whole number."
            yield NOT_A_NUMBER.found(message, at=place)


def _tiers(body: Body) -> Iterator[Tier]:
    """Yield the levels of packing of a trade item, from the pack up."""
    prefix = body.get("company_prefix")
    yield Tier(level=Level.PACK, gtin=body["pack_gtin"], prefix=prefix)
    for level, gtin, holds in (
        (Level.BUNDLE, "bundle_gtin", "packs_per_bundle"),
        (Level.CASE, "case_gtin", "per_case"),
        (Level.PALLET, "", "per_pallet"),
    ):
        if gtin in body or holds in body:
            yield Tier(level=level, gtin=body.get(gtin), holds=body.get(holds, 0), prefix=prefix)
