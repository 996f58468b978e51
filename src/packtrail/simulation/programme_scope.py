"""What the programme of the demo company is about.

Forty products, twelve markets, two sites with six lines, and a contract packer. All names are
invented; the dates come from the rule packs.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.planning.calendars import Window
from packtrail.planning.scope import (
    Campaign,
    Capability,
    Line,
    Market,
    Partner,
    PartnerKind,
    Product,
    Site,
)
from packtrail.simulation.numbering import with_check_digit
from packtrail.simulation.organisations import ASTERION
from packtrail.simulation.products import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator

C = Capability
_BASIC: Final = frozenset({C.PRODUCT_CODE, C.SERIALS})
_TAMPER: Final = _BASIC | {C.TAMPER_EVIDENCE}

MARKETS: Final = tuple(
    Market(code=code, name=name)
    for code, name in (
        ("US", "United States"), ("DE", "Germany"), ("IT", "Italy"), ("EG", "Egypt"),
        ("ET", "Ethiopia"), ("IN", "India"), ("ZA", "South Africa"), ("ID", "Indonesia"),
        ("MY", "Malaysia"), ("UA", "Ukraine"), ("ZM", "Zambia"), ("RW", "Rwanda"),
    )
)  # fmt: skip

SITES: Final = (
    Site(code="wilson", name="Wilson", country="US", subdivision="NC"),
    Site(code="cork", name="Cork", country="IE"),
    Site(code="ulm", name="Corvus Ulm", country="DE", subdivision="BW", is_contract=True),
)
_STOPS: Final = {
    "wilson": ((2026, 7, 6, 17), (2026, 12, 21, 31), (2027, 4, 5, 16), (2027, 7, 5, 16),
               (2027, 12, 20, 31), (2028, 4, 3, 14), (2028, 7, 3, 14)),
    "cork": ((2026, 8, 3, 14), (2026, 10, 19, 30), (2027, 3, 29, 31), (2027, 5, 10, 21),
             (2027, 8, 2, 13), (2027, 10, 18, 29), (2028, 4, 10, 21), (2028, 7, 31, 31)),
}  # fmt: skip


def _stops(site: str) -> tuple[Window, ...]:
    return tuple(
        Window(date(year, month, first), date(year, month, last), "Planned stop")
        for year, month, first, last in _STOPS[site]
    )


LINES: Final = (
    Line(code="wilson-1", name="Wilson 1, bottles", site="wilson", stops=_stops("wilson"),
         capabilities=_TAMPER | {C.AGGREGATION}),
    Line(code="wilson-2", name="Wilson 2, blisters", site="wilson", stops=_stops("wilson"),
         capabilities=_TAMPER),
    Line(code="wilson-3", name="Wilson 3, aerosols", site="wilson", stops=_stops("wilson")),
    Line(code="cork-1", name="Cork 1, blisters", site="cork", stops=_stops("cork"),
         capabilities=_TAMPER | {C.AGGREGATION}),
    Line(code="cork-2", name="Cork 2, consumer health", site="cork", stops=_stops("cork"),
         capabilities=_BASIC),
    Line(code="cork-3", name="Cork 3, vaccines", site="cork", stops=_stops("cork")),
    Line(code="ulm-5", name="Corvus line 5, vials", site="ulm",
         capabilities=_TAMPER | {C.AGGREGATION}),
)  # fmt: skip

PARTNERS: Final = (
    Partner(code="corvus-cmo", name="Corvus Packaging", kind=PartnerKind.CMO, site="ulm"),
    Partner(code="delta-wholesale", name="Delta Drug Wholesale", kind=PartnerKind.WHOLESALER,
            markets=("US",), is_connected=True),
    Partner(code="nile", name="Nile Pharma Distribution", kind=PartnerKind.WHOLESALER,
            markets=("EG",)),
    Partner(code="addis", name="Addis Medical Supplies", kind=PartnerKind.WHOLESALER,
            markets=("ET",)),
    Partner(code="kigali", name="Kigali Health Logistics", kind=PartnerKind.LOGISTICS,
            markets=("RW",)),
    Partner(code="cape", name="Cape Pharma Affiliates", kind=PartnerKind.AFFILIATE,
            markets=("ZA", "ZM")),
)  # fmt: skip

_RX, _OTC = "prescription", "non_prescription"
_TABLE: Final = """
Tarvoxil 10 mg|rx||wilson-2|US DE IT
Tarvoxil 20 mg|rx||wilson-2|US DE IT
Tarvoxil 40 mg|rx||wilson-2|US
Nuvaledrin 100 mcg|rx||wilson-3|US
Nuvaledrin 200 mcg|rx||wilson-3|US MY
Zephrelin 5 mg/ml|rx||ulm-5|DE IT UA
Zephrelin 10 mg/ml|rx||ulm-5|DE UA
Amlorin 5 mg|rx||wilson-1|US
Amlorin 10 mg|rx||wilson-1|US ZA
Bexatol 25 mg|rx||wilson-1|US EG
Bexatol 50 mg|rx||wilson-1|US EG
Cordavil 75 mg|rx||cork-1|DE IT ZA
Cordavil 150 mg|rx||cork-1|DE IT
Dermaline cream|otc||cork-2|EG ET ID
Dermaline forte|otc||cork-2|EG ID
Entroval 500 mg|rx|antimicrobial|cork-1|IN ZA UA
Entroval 250 mg|rx|antimicrobial|cork-1|IN UA
Fluvexin 150 mg|rx|antimicrobial|cork-1|DE IN ZM
Gastrolan 20 mg|otc||cork-2|EG ET RW
Gastrolan 40 mg|otc||cork-2|EG ID
Hepavax adult|rx|vaccine|cork-3|IN ZA DE
Hepavax junior|rx|vaccine|cork-3|IN ZA
Influvax|rx|vaccine|cork-3|DE IN UA
Ibralis 400 mg|otc||cork-2|ID ET EG
Jovanex 1 g|rx||cork-1|IT DE
Kalidrine 8 mg|rx||wilson-2|US MY
Lamivex 300 mg|rx||cork-1|ZA ZM RW ET
Lamivex 150 mg|rx||cork-1|ZM RW ET
Malarone junior|rx||cork-1|RW ZM ET
Nefrosan 5 mg|rx||cork-1|IT
Oncotrel 50 mg|rx|anticancer|ulm-5|IN DE IT
Oncotrel 100 mg|rx|anticancer|ulm-5|IN DE
Panoris syrup|otc||cork-2|ID EG
Quetavil 100 mg|rx|psychotropic|wilson-2|US IN
Rinosal spray|otc||wilson-3|MY ID
Sedaflor 2 mg|rx|psychotropic|wilson-2|US DE
Thyrolan 50 mcg|rx||cork-1|UA DE
Thyrolan 100 mcg|rx||cork-1|UA DE
Urovance 4 mg|rx||wilson-1|US MY
Vitexor drops|otc||cork-2|ET ID RW
"""
_MADE_IN: Final = {"wilson": "US", "cork": "IE", "ulm": "DE"}


def products() -> tuple[Product, ...]:
    """Return the products, each with its line and markets."""
    made = []
    gtins = {
        f"{each.name} {each.strength}": each.gtin() for each in PRODUCTS if each.maker is ASTERION
    }
    for number, text in enumerate(_TABLE.strip().splitlines(), start=1):
        name, kind, group, line, markets = text.split("|")
        made.append(
            Product(
                code=f"AST-{number:02d}",
                name=name,
                markets=tuple(markets.split()),
                line=line,
                product_class=_RX if kind == "rx" else _OTC,
                groups=frozenset({group} - {""}),
                made_in=_MADE_IN[line.partition("-")[0]],
                gtin=gtins.get(name) or with_check_digit(f"00396417{90_000 + number}"),
                packs_a_year=60_000 + 37_000 * (number * 7 % 23),
            )
        )
    return tuple(made)


_CAMPAIGNS: Final = {
    ("cork-1", "IT"): (1, 2), ("cork-1", "ZA"): (3, 0), ("cork-1", "UA"): (2, 1),
    ("cork-1", "IN"): (3, 1), ("cork-1", "ZM"): (6, 3), ("cork-1", "RW"): (2, 1),
    ("cork-2", "EG"): (2, 0), ("cork-2", "ID"): (3, 2), ("cork-3", "IN"): (2, 1),
    ("cork-3", "ZA"): (3, 1), ("ulm-5", "UA"): (3, 0), ("ulm-5", "IT"): (2, 0),
}  # fmt: skip
"""(line, market) -> a campaign every so many months, from which on."""


def campaigns(first: date, last: date) -> Iterator[Campaign]:
    """Yield the campaigns between two days: a fortnight each."""
    for (line, market), (every, offset) in _CAMPAIGNS.items():
        month = first.replace(day=1)
        while month <= last:
            if (month.year * 12 + month.month) % every == offset % every:
                begin = month + timedelta(days=(7 - month.weekday()) % 7)
                window = Window(begin, begin + timedelta(days=11), f"{market} on {line}")
                yield Campaign(line=line, market=market, window=window)
            month = (month + timedelta(days=32)).replace(day=1)
