"""The demo company's portfolio: Asterion with two sites, six lines and a packer on contract.

40 products in 12 markets. Some of what it does is behind what the law asks next, so that the radar
and the time machine have something to show. Loading twice changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from packtrail.base.errors import Conflict
from packtrail.compliance.assembling import Seen, SeenItem, SeenSite
from packtrail.compliance.book import Kind
from packtrail.production.levels import Level, Tier
from packtrail.services.accounts import organisations
from packtrail.services.books.entries import Put
from packtrail.services.lines import floor
from packtrail.services.obligations import saying
from packtrail.services.obligations.saying import Saying
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.simulation.company_goods import SOLD_UNTIL, presentations, sold
from packtrail.simulation.company_practices import BY_MARKET, OTHERWISE, PRACTICES
from packtrail.simulation.demo_lines import tiers_of
from packtrail.simulation.organisations import (
    ASTERION,
    ASTERION_PLANT,
    CORVUS,
    CORVUS_PLANT,
    DELTA,
    ELBE,
    FOXGLOVE,
    gln,
)
from packtrail.simulation.products import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.access import Actor
    from packtrail.compliance.book import Entry
    from packtrail.services.application import Application
    from packtrail.simulation.company_goods import Sold

CORK_GLN: Final = gln(ASTERION.company_prefix, 220)
REASON: Final = "The demo company as it begins"
PALLET_EXTENSION: Final = "7"
"""Extension digit of the SSCCs of its pallets: lines and the simulated year have others."""
SITES: Final = (
    # organisation, code, name, GLN, country, time zone, lines
    (ASTERION.code, "wilson", "Wilson, North Carolina", ASTERION_PLANT.gln, "US",
     "America/New_York", ("w1", "w2", "w3")),
    (ASTERION.code, "cork", "Cork", CORK_GLN, "IE", "Europe/Dublin", ("c1", "c2", "c3")),
    (CORVUS.code, "ulm", "Ulm", CORVUS_PLANT.gln, "DE", "Europe/Berlin", ("ulm-5",)),
)  # fmt: skip
LINES: Final = {
    "w1": ("Wilson 1, tablets and controlled substances", 240),
    "w2": ("Wilson 2, blisters", 320),
    "w3": ("Wilson 3, aerosols and drops", 180),
    "c1": ("Cork 1, vials and syringes", 120),
    "c2": ("Cork 2, capsules, creams and liquids", 260),
    "c3": ("Cork 3, blisters", 360),
    "ulm-5": ("Ulm 5, vials", 90),
}
"""Code -> name and speed in packs a minute."""
PARTNERS: Final[tuple[dict[str, Any], ...]] = (
    {"code": "delta", "name": DELTA.name, "markets": ["US"], "roles": ["wholesaler"],
     "organisation": DELTA.code, "gln": DELTA.gln, "connected": True},
    {"code": "foxglove", "name": FOXGLOVE.name, "markets": ["US"], "roles": ["dispenser"],
     "organisation": FOXGLOVE.code, "gln": FOXGLOVE.gln, "connected": True},
    {"code": "harbor-pharmacies", "name": "Harbor Independent Pharmacies", "markets": ["US"],
     "roles": ["dispenser"], "groups": ["small_dispenser"]},
    {"code": "elbe", "name": ELBE.name, "markets": ["DE"], "roles": ["wholesaler"],
     "organisation": ELBE.code, "gln": ELBE.gln, "connected": True},
    {"code": "corvus", "name": CORVUS.name, "contract_packer": True, "sites": ["corvus-cmo/ulm"],
     "organisation": CORVUS.code, "gln": CORVUS.gln, "connected": True},
    {"code": "bosphorus", "name": "Bosphorus Ecza", "markets": ["TR"],
     "roles": ["importer", "wholesaler"], "connected": True},
    {"code": "najd", "name": "Najd Medical Agencies", "markets": ["SA"],
     "roles": ["agent", "importer"], "connected": True},
    {"code": "hangang", "name": "Hangang Pharm", "markets": ["KR"], "roles": ["importer"],
     "connected": True},
    {"code": "nile", "name": "Nile Pharma Import", "markets": ["EG"],
     "roles": ["importer", "wholesaler"]},
    {"code": "deccan", "name": "Deccan Distribution", "markets": ["IN"], "roles": ["importer"]},
    {"code": "highveld", "name": "Highveld Medicines", "markets": ["ZA"], "roles": ["importer"]},
)  # fmt: skip
ROLES: Final = ("marketing_authorisation_holder", "manufacturer", "exporter")

SAID: Final = (
    ("us_dscsa/small_dispenser_exemption_ends", Saying(
        owner="Trade operations", state="in_progress",
        reason="Harbor tests its first EPCIS files; vaccines go to it on paper still")),
    ("us_dscsa/guideline_r1_3_manufacturers", Saying(owner="IT integration")),
    ("za_sahpra/readiness_assessment", Saying(
        owner="Regulatory affairs", state="done",
        evidence="Assessment of 12 October 2026; certificate of GS1 South Africa")),
    ("eg_eptts/phase_3", Saying(
        owner="Supply chain Cork", state="in_progress",
        reason="Aggregation of line 2 is being qualified")),
    ("it_fmd/italian_stabilisation_ends", Saying(owner="Packaging Cork", state="in_progress")),
    ("it_fmd/italian_stabilisation_ends", Saying(
        product="zephrelin-5-10", state="done",
        evidence="Print proof IT-0512, read back with grade 3.1; labels of the mint in stock")),
    ("kr_kpis/monthly_report@2026-09-30", Saying(
        owner="Hangang Pharm", state="done", evidence="KPIS receipt 2026-0917")),
    ("kr_kpis/monthly_report@2026-10-31", Saying(
        owner="Hangang Pharm", state="done", evidence="KPIS receipt 2026-1022")),
    ("us_dscsa/illegitimate_product", Saying(
        owner="Quality", state="done", evidence="SOP-QA-112, drill of 3 March 2026")),
    ("us_dscsa/verification_request", Saying(
        owner="IT integration", state="done", evidence="Log of the router, May 2026")),
    ("eu_fmd/pack_data", Saying(
        owner="Supply chain Cork", state="done", evidence="SOP-SC-020, version 7")),
    ("eu_fmd/alerts", Saying(owner="Quality", state="in_progress")),
    ("tr_its/production_notification", Saying(
        owner="Supply chain Wilson", state="done", evidence="ITS receipts since 2021")),
    ("sa_rsd/supply_notification", Saying(
        owner="Supply chain Cork", state="done", evidence="RSD receipts since 2020")),
)  # fmt: skip
"""Obligation -> what its people said of it."""


def load(app: Application) -> None:
    """Write the portfolio of the demo company, or what is missing of it.

    Args:
        app: An application with the organisations of the demo world.
    """
    actor = organisations.system_actor(app, "demo", organisation=ASTERION.code)
    _build_floor(app)
    _describe_items(app, actor)
    if not PORTFOLIO.entries(app, actor, Kind.PRODUCT):
        PORTFOLIO.change(app, actor, [Put(each) for each in book_entries()], reason=REASON)
        for key, said in SAID:
            saying.say(app, actor, key, said)


def _build_floor(app: Application) -> None:
    for organisation, code, name, site_gln, country, zone, lines in SITES:
        actor = organisations.system_actor(app, "demo", organisation=organisation)
        known = {each.code for each in floor.sites(app, actor) if each.operator == organisation}
        if code not in known:
            floor.create_site(
                app, actor, code, name=name, gln=site_gln, country=country, time_zone=zone
            )
        there = {each.code for each in floor.lines(app, actor)}
        for line in lines:
            if line not in there:
                title, speed = LINES[line]
                told = floor.NewLine(code=line, site=code, name=title, speed_packs_per_minute=speed)
                floor.create_line(app, actor, told)


def _describe_items(app: Application, actor: Actor) -> None:
    known = {each.code for each in floor.trade_items(app, actor)}
    for each in sold():
        if each.trade_item not in known:
            try:
                floor.create_trade_item(app, actor, _item(each))
            except Conflict:  # Another process loads the demo at the same time.
                continue


def _item(each: Sold) -> floor.NewTradeItem:
    numbers = each.national_numbers
    is_packed_by_corvus = each.brand.line.startswith(f"{CORVUS.code}/")
    return floor.NewTradeItem(
        code=each.trade_item,
        name=f"{each.brand.name} {each.presentation}, {each.market}",
        market=each.market,
        national_number=next(iter(numbers.values()), None),
        tiers=_tiers(each),
        serves=CORVUS.code if is_packed_by_corvus else None,
    )


def _tiers(each: Sold) -> tuple[Tier, ...]:
    """Return how it is packed; as the lines of the simulated year pack what they pack."""
    simulated = next((one for one in PRODUCTS if one.gtin() == each.gtin()), None)
    if simulated is not None:
        return tiers_of(simulated)
    return (
        Tier(level=Level.PACK, gtin=each.gtin(), prefix=each.prefix),
        Tier(level=Level.CASE, gtin=each.gtin(5), holds=24, prefix=each.prefix),
        Tier(
            level=Level.PALLET, prefix=ASTERION.company_prefix, extension=PALLET_EXTENSION, holds=40
        ),
    )


def book_entries() -> Iterator[Entry]:
    """Yield the entries of the demo company's book."""
    yield _entry(Kind.COMPANY, {"roles": list(ROLES)})
    for code, (name, subjects) in PRACTICES.items():
        yield _entry(Kind.PRACTICE, {"code": code, "name": name, "subjects": subjects})
    for brand, suffix, told in presentations():
        yield _entry(Kind.PRODUCT, {
            "code": f"{brand.code}-{suffix}",
            "name": brand.name,
            "presentation": told,
            "class": brand.product_class.value,
            "groups": list(brand.groups),
            "made_in": brand.made_in,
        })  # fmt: skip
    for each in sold():
        yield _entry(Kind.LICENCE, _licence(each))
        yield _entry(
            Kind.PLACEMENT,
            {"product": each.product, "market": each.market, "line": each.brand.line},
        )
    for partner in PARTNERS:
        yield _entry(Kind.PARTNER, partner)


def floor_as_seen() -> Seen:
    """Return the sites, lines and trade items of the demo company, as its floor knows them."""
    prefixes = {code: "" if org == ASTERION.code else f"{org}/" for org, code, *_ in SITES}
    return Seen(
        sites={
            f"{prefixes[code]}{code}": SeenSite(
                name=name, country=country, is_own=not prefixes[code]
            )
            for _, code, name, _, country, _, _ in SITES
        },
        lines={
            f"{prefixes[code]}{line}": f"{prefixes[code]}{code}"
            for _, code, _, _, _, _, lines in SITES
            for line in lines
        },
        items={each.trade_item: SeenItem(gtin=each.gtin(), levels=()) for each in sold()},
    )


def _licence(each: Sold) -> dict[str, Any]:
    brand, market = each.brand.code, each.market
    days = {"sold_from": each.sold_from, "sold_until": SOLD_UNTIL.get((brand, market))}
    return {
        "product": each.product,
        "market": market,
        "number": f"{market}/{1 + each.number:03d}/{ASTERION.code[:3].upper()}",
        "holder": ASTERION.name,
        "national_numbers": each.national_numbers,
        "trade_item": each.trade_item,
        "practices": list(OTHERWISE.get((brand, market), BY_MARKET[market])),
        **{name: day.isoformat() for name, day in days.items() if day},
    }


def _entry(kind: Kind, values: dict[str, Any]) -> Entry:
    at = "/".join(str(values.get(name, "")) for name in ("code", "product", "market", "line"))
    return PORTFOLIO.read(kind, values, at=f"{kind}/{at.strip('/')}")
