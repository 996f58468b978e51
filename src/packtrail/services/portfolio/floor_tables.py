"""Sites, lines and trade items from tables: what is new is described, the rest is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packtrail.compliance import codes
from packtrail.compliance.assembling import Seen, SeenItem, SeenSite
from packtrail.exchange.codes import NOT_A_NUMBER
from packtrail.production.levels import Level, Tier
from packtrail.services.lines import floor
from packtrail.services.portfolio import sheets
from packtrail.services.sheets import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.sheets import Sheet

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file adds to the floor."""

    sites: Mapping[str, Body] = field(default_factory=dict)
    lines: Mapping[str, Body] = field(default_factory=dict)
    items: Mapping[str, Body] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    """What is there already and is described otherwise, and what cannot be described so."""

    @property
    def count(self) -> int:
        """How many things it adds."""
        return len(self.sites) + len(self.lines) + len(self.items)

    def as_seen(self) -> Seen:
        """Return what will be known when it was carried out."""
        return Seen(
            sites={
                code: SeenSite(name=each["name"], country=each["country"], is_own=True)
                for code, each in self.sites.items()
            },
            lines={code: each["site"] for code, each in self.lines.items()},
            items={
                code: SeenItem(gtin=each["pack_gtin"], levels=())
                for code, each in self.items.items()
            },
        )


def plan(app: Application, actor: Actor, read: Mapping[Sheet, Mapping[str, Body]]) -> Plan:
    """Return what is to be described, of what tables say.

    Args:
        app: The application.
        actor: For whose organisation.
        read: Sheet -> place and what a row says.
    """
    own = actor.organisation_code
    known_sites = {
        each.code: {"name": each.name, "country": each.country or "", "gln": each.gln}
        for each in floor.sites(app, actor)
        if each.operator == own
    }
    known_lines = {
        each.code: {"site": each.site, "name": each.name}
        for each in floor.lines(app, actor)
        if each.operator == own
    }
    known_items = {
        each.code: {"pack_gtin": each.gtin, "market": each.market}
        for each in floor.trade_items(app, actor)
        if each.owner == own
    }
    findings: list[Finding] = []
    new = {
        sheet: _new(sheet, read.get(sheet, {}), known, findings)
        for sheet, known in (
            (sheets.SITES, known_sites),
            (sheets.LINES, known_lines),
            (sheets.TRADE_ITEMS, known_items),
        )
    }
    return Plan(
        sites=new[sheets.SITES],
        lines=new[sheets.LINES],
        items=new[sheets.TRADE_ITEMS],
        findings=tuple(findings),
    )


def carry_out(app: Application, actor: Actor, planned: Plan) -> None:
    """Describe what a plan adds, sites first.

    Raises:
        RefusedError: A `LIN` or `GS1` code, something cannot be so.
        NotPermitted: The actor may not describe sites, lines and trade items.
    """
    for code, each in planned.sites.items():
        floor.create_site(
            app, actor, code, name=each["name"], gln=each.get("gln"), country=each["country"],
            time_zone=each.get("time_zone", "UTC"),
        )  # fmt: skip
    for code, each in planned.lines.items():
        told = floor.NewLine(
            code=code, site=each["site"], name=each["name"],
            levels=each.get("levels", ("pack", "case", "pallet")),
            speed_packs_per_minute=each.get("speed_packs_per_minute"),
        )  # fmt: skip
        floor.create_line(app, actor, told)
    for code, each in planned.items.items():
        item = floor.NewTradeItem(
            code=code, name=each["name"], market=each["market"], tiers=tuple(_tiers(each)),
            national_number=each.get("national_number"),
        )  # fmt: skip
        floor.create_trade_item(app, actor, item)


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
            message = f"{sheet.name}: {code!r} is there already, and {told} there."
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
