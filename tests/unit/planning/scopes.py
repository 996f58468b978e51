"""A scope for tests: two own sites with three lines, a contract packer, two markets."""

from __future__ import annotations

from datetime import date

from packtrail.planning.calendars import Window
from packtrail.planning.scope import (
    Campaign,
    Capability,
    Line,
    Market,
    Need,
    Partner,
    PartnerKind,
    Product,
    Scope,
    Site,
)

TODAY = date(2026, 11, 30)
C = Capability

ITALY = Need(
    code="IT",
    market="IT",
    title="Italy: FMD instead of the bollino",
    capabilities=frozenset({C.SERIALS, C.TAMPER_EVIDENCE, C.REPORTING, C.VERIFICATION}),
    due_on=date(2027, 12, 8),
    clause="Regulation 2016/161",
)
EGYPT = Need(
    code="EG-2",
    market="EG",
    title="Egypt: aggregation of OTC",
    capabilities=frozenset({C.AGGREGATION, C.REPORTING}),
    due_on=date(2028, 3, 31),
)


def product(code: str, line: str, *markets: str, **more: object) -> Product:
    return Product(**{"code": code, "name": code, "line": line, "markets": markets} | more)


def scope(**more: object) -> Scope:
    values: dict[str, object] = {
        "markets": (Market(code="IT", name="Italy"), Market(code="EG", name="Egypt")),
        "needs": (ITALY, EGYPT),
        "products": (
            product("P1", "L1", "IT"),
            product("P2", "L1", "IT", "EG"),
            product("P3", "L2", "EG"),
            product("P4", "C1", "IT"),
        ),
        "sites": (
            Site(code="leuven", name="Leuven", country="BE"),
            Site(code="ulm", name="Corvus Ulm", country="DE", is_contract=True),
        ),
        "lines": (
            Line(code="L1", name="Line 1", site="leuven"),
            Line(
                code="L2", name="Line 2", site="leuven",
                capabilities=frozenset({C.SERIALS, C.AGGREGATION}),
            ),
            Line(code="C1", name="Corvus line 1", site="ulm"),
        ),
        "partners": (
            Partner(code="corvus", name="Corvus", kind=PartnerKind.CMO, site="ulm"),
            Partner(code="nile", name="Nile", kind=PartnerKind.WHOLESALER, markets=("EG",)),
        ),
    }  # fmt: skip
    return Scope(**values | more)


def campaign(line: str, market: str, from_on: date, to_on: date) -> Campaign:
    return Campaign(line=line, market=market, window=Window(from_on, to_on))
