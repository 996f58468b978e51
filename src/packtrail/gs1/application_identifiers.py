"""The GS1 Application Identifiers: what each means, how its value is built, what goes with it.

An application identifier (AI) is the number in brackets of an element string: `(17)` announces an
expiry date. `TABLE` has one row for each, kept by hand. A format is written the way GS1 does:
`N` digits, `X` character set 82, `Y` character set 39, `Z` file-safe base 64; `6` exactly six,
`..20` one to twenty; `[...]` may be missing; after a comma the checks of `packtrail.gs1.linters`.

    >>> TABLE["17"].title, TABLE["17"].length_max
    ('USE BY or EXPIRY', 6)

Clause:
    GS1 General Specifications, section 3; GS1 Barcode Syntax Dictionary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a value, such as the piece number inside AI (8006)."""

    charset: str
    """`N`, `X`, `Y` or `Z`."""
    length_min: int
    length_max: int
    is_optional: bool
    linters: tuple[str, ...]
    """Names of the checks in `packtrail.gs1.linters.LINTERS`."""


@dataclass(frozen=True, slots=True)
class ApplicationIdentifier:
    """One row of the table."""

    ai: str
    title: str
    components: tuple[Component, ...]
    is_self_delimiting: bool
    """No separator is needed after the value, because its AI has a predefined length."""
    is_link_attribute: bool
    """May stand in the query of a Digital Link."""
    requires: tuple[tuple[tuple[str, ...], ...], ...]
    """Each rule is a choice of groups, one of which must be there in full; `31nn` is a pattern."""
    excludes: tuple[str, ...]
    link_qualifiers: tuple[tuple[str, ...], ...]
    """For a primary key of a Digital Link: the alternative orders of its qualifiers."""
    is_link_key: bool
    length_min: int
    length_max: int


_FORMAT = re.compile(r"(\[)?([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)")

_ITEM = "01,02,03,8006,8026"
_SINGLE = "01,03,8006"
_ANY = "01,02,03"
_UNIT = "00,01"
_GSRN = "8017,8018"
_MEASURED = "30,31nn,32nn,35nn,36nn"
_COUNTRIES = "N3,iso3166" + " [N3],iso3166" * 4


def _rule(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group.split("+")) for group in text.split(","))


def _row(
    ai: str,
    form: str,
    title: str,
    *,
    req: str = "",
    ex: str = "",
    key: str | None = None,
    link: bool = True,
) -> ApplicationIdentifier:
    parts = tuple(
        Component(
            charset=kind,
            length_min=1 if upto else int(size),
            length_max=int(size),
            is_optional=bool(optional),
            linters=tuple(names.split(",")[1:]),
        )
        for optional, kind, upto, size, names in _FORMAT.findall(form)
    )
    return ApplicationIdentifier(
        ai=ai,
        title=title,
        components=parts,
        is_self_delimiting=ai[:2] in SELF_DELIMITING_PREFIXES,
        is_link_attribute=link,
        requires=tuple(_rule(rule) for rule in req.split()),
        excludes=tuple(ex.split(",")) if ex else (),
        link_qualifiers=tuple(tuple(way.split(",")) for way in key.split("|")) if key else (),
        is_link_key=key is not None,
        length_min=sum(part.length_min for part in parts if not part.is_optional),
        length_max=sum(part.length_max for part in parts),
    )


SELF_DELIMITING_PREFIXES: Final = frozenset(
    [
        "00",
        "01",
        "02",
        "03",
        "04",
        "11",
        "12",
        "13",
        "14",
        "15",
        "16",
        "17",
        "18",
        "19",
        "20",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "41",
    ]
)
"""First two digits of the AIs whose value needs no separator after it."""

AI_LENGTH_BY_PREFIX: Final[dict[str, int]] = {
    prefix: length
    for length, prefixes in {
        2: "00 01 02 03 10 11 12 13 15 16 17 20 21 22 30 37 90 91 92 93 94 95 96 97 98 99",
        3: "23 24 25 40 41 42 71",
        4: "31 32 33 34 35 36 39 43 70 72 80 81 82",
    }.items()
    for prefix in prefixes.split()
}
"""How many digits an AI has, told by its first two."""

_KEYS = [
    _row("00", "N18,csum,gcppos2", "SSCC", key=""),
    _row("01", "N14,csum,gcppos2", "GTIN", ex="255,37", key="22,10,21|235"),
    _row("02", "N14,csum,gcppos2", "CONTENT", req="37", ex="01,03"),
    _row("03", "N14,csum,gcppos2", "MTO GTIN", ex="01,02,37,235", link=False),
    _row("253", "N13,csum,gcppos1 [X..17]", "GDTI", key=""),
    _row("254", "X..20", "GLN EXTENSION COMPONENT", req="414", link=False),
    _row("255", "N13,csum,gcppos1 [N..12]", "GCN", ex="01,02,415,8006,8020,8026", key=""),
    _row("401", "X..30,gcppos1", "GINC", key=""),
    _row("402", "N17,csum,gcppos1", "GSIN", key=""),
    _row("414", "N13,csum,gcppos1", "LOC No.", key="254|7040"),
    _row("415", "N13,csum,gcppos1", "PAY TO", req="8020", key="8020"),
    _row("417", "N13,csum,gcppos1", "PARTY", key="7040"),
    _row("8003", "N1,zero N13,csum,gcppos1 [X..16]", "GRAI", key=""),
    _row("8004", "X..30,gcppos1", "GIAI", key="7040"),
    _row("8006", "N14,csum,gcppos2 N4,pieceoftotal", "ITIP", ex="01,03,37", key="22,10,21"),
    _row("8010", "Y..30,gcppos1", "CPID", key="8011"),
    _row("8011", "N..12,nozeroprefix", "CPID SERIAL", req="8010", link=False),
    _row("8013", "X..25,csumalpha,gcppos1", "GMN", key=""),
    _row("8017", "N18,csum,gcppos1", "GSRN - PROVIDER", ex="8018", key="8019"),
    _row("8018", "N18,csum,gcppos1", "GSRN - RECIPIENT", ex="8017", key="8019"),
    _row("8019", "N..10", "SRIN", req=_GSRN, link=False),
    _row("8026", "N14,csum,gcppos2 N4,pieceoftotal", "ITIP CONTENT", req="37", ex="02,03,8006"),
]

_TRADE_ITEM = [
    _row("10", "X..20", "BATCH/LOT", req=_ITEM),
    _row("11", "N6,yymmd0", "PROD DATE", req=_ITEM),
    _row("12", "N6,yymmd0", "DUE DATE", req="8020"),
    _row("13", "N6,yymmd0", "PACK DATE", req=_ITEM),
    _row("15", "N6,yymmd0", "BEST BEFORE or BEST BY", req=_ITEM),
    _row("16", "N6,yymmd0", "SELL BY", req=_ITEM),
    _row("17", "N6,yymmd0", "USE BY or EXPIRY", req="01,02,03,255,8006,8026"),
    _row("20", "N2", "VARIANT", req=_ITEM),
    _row("21", "X..20", "SERIAL", req="01,03,8006", ex="235", link=False),
    _row("22", "X..20", "CPV", req="01", link=False),
    _row("235", "X..28", "TPX", req="01", link=False),
    _row("240", "X..30", "ADDITIONAL ID", req=_ITEM),
    _row("241", "X..30", "CUST. PART No.", req=_ITEM),
    _row("242", "N..6", "MTO VARIANT", req="01,02,8006,8026"),
    _row("243", "X..20", "PCN", req="01,03"),
    _row("250", "X..30", "SECONDARY SERIAL", req="01+21,03+21,8006+21"),
    _row("251", "X..30", "REF. TO SOURCE", req=_SINGLE),
    _row("30", "N..8", "VAR. COUNT", req="01,02"),
    _row("37", "N..8", "COUNT", req="00+02,00+8026"),
    _row("7001", "N13", "NSN", req="01,02,8006,8026"),
    _row("7002", "X..30", "MEAT CUT", req="01,02"),
    _row("7003", "N6,yymmdd N4,hhmi", "EXPIRY TIME", req=_ANY),
    _row("7004", "N..4", "ACTIVE POTENCY", req="01+10,03+10"),
    _row("7005", "X..12", "CATCH AREA", req="01,02"),
    _row("7006", "N6,yymmdd", "FIRST FREEZE DATE", req="01,02"),
    _row("7007", "N6,yymmdd [N6],yymmdd", "HARVEST DATE", req="01,02"),
    _row("7008", "X..3", "AQUATIC SPECIES", req="01,02"),
    _row("7009", "X..10", "FISHING GEAR TYPE", req="01,02"),
    _row("7010", "X..2", "PROD METHOD", req=_ANY),
    _row("7011", "N6,yymmdd [N4],hhmi", "TEST BY DATE", req=_ANY),
    _row("7020", "X..20", "REFURB LOT", req="01+416,03+416,8006+416"),
    _row("7021", "X..20", "FUNC STAT", req=_SINGLE),
    _row("7022", "X..20", "REV STAT", req="01+7021,03+7021,8006+7021"),
    _row("7023", "X..30,gcppos1", "GIAI - ASSEMBLY"),
    *(_row(f"703{n}", "N3,iso3166999 X..27", f"PROCESSOR # {n}", req="01,02") for n in range(10)),
    _row("7040", "N1 X1 X1 X1,importeridx", "UIC+EXT", link=False),
    _row("7041", "X..4,packagetype", "UFRGT UNIT TYPE", req="00", link=False),
    *(
        _row(f"71{n}", "X..20", f"NHRN {scheme}", req="01")
        for n, scheme in enumerate(["PZN", "CIP", "CN", "DRN", "AIM", "NDC", "AIC", "SRN"])
    ),
    *(_row(f"723{n}", "X2 X..28", f"CERT # {n + 1}", req="01,8004") for n in range(10)),
    _row("7240", "X..20", "PROTOCOL", req="01,8006", ex="03"),
    _row("8001", "N4,nonzero N5,nonzero N3,nonzero N1,winding N1", "DIMENSIONS", req="01"),
    _row("8002", "X..20", "CMT No."),
    _row("8005", "N6", "PRICE PER UNIT", req="01,02"),
    _row("8008", "N6,yymmdd N2,hh [N2],mi [N2],ss", "PROD TIME", req=_ANY),
    _row("8009", "X..50", "OPTSEN", req="00,01,03"),
    _row("8012", "X..20", "VERSION", req=_SINGLE),
    _row("8014", "X..25,csumalpha,gcppos1,hasnondigit", "MUDI", req="01", link=False),
    _row(
        "8030",
        "Z..90",
        "DIGSIG",
        req="00,01+21,03+21,253,255,8003,8004,8006+21,8010+8011,8017,8018",
    ),
    _row("8040", "N15", "IMEI", req="01+21", link=False),
    _row("8041", "N15", "IMEI2", req="01+21+8040", link=False),
    _row("8042", "N32", "ESIM", req="01+21+8040", link=False),
    _row("8043", "N18 [N..2]", "PSIM", req="01+21+8040", link=False),
    _row("8200", "X..70", "PRODUCT URL", req="01", link=False),
]

# First three digits, unit; the fourth digit is the number of decimals, 0 to 5.
_NET = """
310 NET WEIGHT (kg)|311 LENGTH (m)|312 WIDTH (m)|313 HEIGHT (m)|314 AREA (m²)|315 NET VOLUME (l)
316 NET VOLUME (m³)|320 NET WEIGHT (lb)|321 LENGTH (in)|322 LENGTH (ft)|323 LENGTH (yd)
324 WIDTH (in)|325 WIDTH (ft)|326 WIDTH (yd)|327 HEIGHT (in)|328 HEIGHT (ft)|329 HEIGHT (yd)
350 AREA (in²)|351 AREA (ft²)|352 AREA (yd²)|356 NET WEIGHT (tr oz)|357 NET VOLUME (oz)
360 NET VOLUME (qt (US))|361 NET VOLUME (gal.)|364 NET VOLUME (in³)|365 NET VOLUME (ft³)
366 NET VOLUME (yd³)
"""
_LOGISTIC = """
330 GROSS WEIGHT (kg)|331 LENGTH (m), log|332 WIDTH (m), log|333 HEIGHT (m), log
334 AREA (m²), log|335 VOLUME (l), log|336 VOLUME (m³), log|340 GROSS WEIGHT (lb)
341 LENGTH (in), log|342 LENGTH (ft), log|343 LENGTH (yd), log|344 WIDTH (in), log
345 WIDTH (ft), log|346 WIDTH (yd), log|347 HEIGHT (in), log|348 HEIGHT (ft), log
349 HEIGHT (yd), log|353 AREA (in²), log|354 AREA (ft²), log|355 AREA (yd²), log
362 VOLUME (qt (US)), log|363 VOLUME (gal (US)), log|367 VOLUME (in³), log
368 VOLUME (ft³), log|369 VOLUME (yd³), log
"""


def _measures(table: str, req: str) -> list[ApplicationIdentifier]:
    cells = (cell.split(" ", 1) for cell in re.split(r"[|\n]", table) if cell)
    return [
        _row(f"{ai}{decimals}", "N6", title, req=req, ex=f"{ai}n")
        for ai, title in cells
        for decimals in range(6)
    ]


_MEASURES = [
    *_measures(_NET, "01,02"),
    *_measures(_LOGISTIC, _UNIT),
    *_measures("337 KG PER m²", "01"),
]

_AMOUNTS = [
    _row(f"{ai}{decimals}", form, title, req=req, ex=ex)
    for ai, last, form, title, req, ex in (
        ("390", 9, "N..15", "AMOUNT", "255,8020", "390n,391n,394n,8111"),
        ("391", 9, "N3,iso4217 N..15", "AMOUNT", "8020", "391n"),
        ("392", 9, "N..15", "PRICE", "01+30,01+31nn,01+32nn,01+35nn,01+36nn", "392n,393n"),
        ("393", 9, "N3,iso4217 N..15", "PRICE", _MEASURED, "393n"),
        ("394", 3, "N4", "PRCNT OFF", "255", "394n,8111"),
        ("395", 5, "N6", "PRICE/UoM", _MEASURED, "392n,393n,395n,8005"),
    )
    for decimals in range(last + 1)
]

_PLACES = [
    _row("400", "X..30", "ORDER NUMBER"),
    _row("403", "X..30", "ROUTE", req="00"),
    _row("410", "N13,csum,gcppos1", "SHIP TO LOC"),
    _row("411", "N13,csum,gcppos1", "BILL TO"),
    _row("412", "N13,csum,gcppos1", "PURCHASE FROM"),
    _row("413", "N13,csum,gcppos1", "SHIP FOR LOC"),
    _row("416", "N13,csum,gcppos1", "PROD/SERV LOC"),
    _row("420", "X..20", "SHIP TO POST", ex="421"),
    _row("421", "N3,iso3166 X..9", "SHIP TO POST", ex="4307"),
    _row("422", "N3,iso3166", "ORIGIN", req=_ITEM, ex="426"),
    _row("423", _COUNTRIES, "COUNTRY - INITIAL PROCESS", req=_ANY, ex="426"),
    _row("424", "N3,iso3166", "COUNTRY - PROCESS", req=_ANY, ex="426"),
    _row("425", _COUNTRIES, "COUNTRY - DISASSEMBLY", req=_ANY, ex="426"),
    _row("426", "N3,iso3166", "COUNTRY - FULL PROCESS", req=_ANY),
    _row("427", "X..3", "ORIGIN SUBDIVISION", req="01+422,02+422,03+422"),
]

_ADDRESS = (
    ("0", "X..35,pcenc", "COMP"),
    ("1", "X..35,pcenc", "NAME"),
    ("2", "X..70,pcenc", "ADD1"),
    ("3", "X..70,pcenc", "ADD2"),
    ("4", "X..70,pcenc", "SUB"),
    ("5", "X..70,pcenc", "LOC"),
    ("6", "X..70,pcenc", "REG"),
    ("7", "X2,iso3166alpha2", "COUNTRY"),
)

_TRANSPORT = [
    *(
        _row(f"43{way}{n}", form, f"{whom} TO {what}", req=f"43{way}2" if n == "3" else "00")
        for way, whom in (("0", "SHIP"), ("1", "RTN"))
        for n, form, what in _ADDRESS
    ),
    _row("4308", "X..30", "SHIP TO PHONE", req="00"),
    _row("4309", "N10,latitude N10,longitude", "SHIP TO GEO", req="00"),
    _row("4318", "X..20", "RTN TO POST", req="00"),
    _row("4319", "X..30", "RTN TO PHONE", req="00"),
    _row("4320", "X..35,pcenc", "SRV DESCRIPTION", req="00"),
    _row("4321", "N1,yesno", "DANGEROUS GOODS", req="00"),
    _row("4322", "N1,yesno", "AUTH TO LEAVE", req="00"),
    _row("4323", "N1,yesno", "SIG REQUIRED", req="00"),
    _row("4324", "N6,yymmd0 N4,hhmi9999", "NOT BEF DEL DT", req="00"),
    _row("4325", "N6,yymmd0 N4,hhmi9999", "NOT AFT DEL DT", req="00"),
    _row("4326", "N6,yymmdd", "REL DATE", req="00"),
    _row("4330", "N6 [X1],hyphen", "MAX TEMP F.", req="00", ex="4331"),
    _row("4331", "N6 [X1],hyphen", "MAX TEMP C.", req="00", ex="4330"),
    _row("4332", "N6 [X1],hyphen", "MIN TEMP F.", req="00", ex="4333"),
    _row("4333", "N6 [X1],hyphen", "MIN TEMP C.", req="00", ex="4332"),
]

_PEOPLE = [
    _row("7241", "N2,mediatype", "AIDC MEDIA TYPE", req=_GSRN),
    _row("7242", "X..25", "VCN", req=_GSRN),
    _row("7250", "N8,yyyymmdd", "DOB", req="8018", ex="7251"),
    _row("7251", "N8,yyyymmdd N4,hhmi", "DOB TIME", req="8018", ex="7250"),
    _row("7252", "N1,iso5218", "BIO SEX", req="8018"),
    _row("7253", "X..40,pcenc", "FAMILY NAME", req=_GSRN, ex="7256,7259"),
    _row("7254", "X..40,pcenc", "GIVEN NAME", req=_GSRN, ex="7256,7259"),
    _row("7255", "X..10", "SUFFIX", req=_GSRN, ex="7256,7259"),
    _row("7256", "X..90,pcenc", "FULL NAME", req=_GSRN),
    _row("7257", "X..70,pcenc", "PERSON ADDR", req="8018"),
    _row("7258", "X3,posinseqslash", "BIRTH SEQUENCE", req="8018+7259"),
    _row("7259", "X..40,pcenc", "BABY", req="8018", ex="7256"),
]

_COMMERCE = [
    _row("8007", "X..34,iban", "IBAN", req="415"),
    _row("8020", "X..25", "REF No.", req="415", link=False),
    _row("8110", "X..70,couponcode", ""),
    _row("8111", "N4", "POINTS", req="255"),
    _row("8112", "X..70,couponposoffer", ""),
    _row("90", "X..30", "INTERNAL"),
    *(_row(f"9{n}", "X..90", "INTERNAL") for n in range(1, 10)),
]

TABLE: Final[dict[str, ApplicationIdentifier]] = {
    row.ai: row
    for row in sorted(
        (
            *_KEYS,
            *_TRADE_ITEM,
            *_MEASURES,
            *_AMOUNTS,
            *_PLACES,
            *_TRANSPORT,
            *_PEOPLE,
            *_COMMERCE,
        ),
        key=lambda row: row.ai,
    )
}
"""Every application identifier by its number, in the order of the numbers."""
