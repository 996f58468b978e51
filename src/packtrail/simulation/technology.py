"""The systems and equipment of the demo company, with a story to tell.

The line server of Wilson runs on software whose support ends in January, and three lines hang on
it; Cork's blister line is on an operating system out of support; the aerosol line cannot do what
the next markets ask. Vendors of equipment are invented, software is real. Loading twice changes
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from packtrail.planning.technology.inventory import Kind
from packtrail.services.books.entries import Put
from packtrail.services.technology.entries import TECHNOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.access import Actor
    from packtrail.services.application import Application

REASON: Final = "Inventory of the plants, autumn 2026"

_LINES: Final[tuple[tuple[str, str, str, int, str, str], ...]] = (
    # line, its site, short name, packs a minute, software of its PC, what it can do besides
    ("w1", "wilson", "W1", 240, "Windows 10 Enterprise LTSC 2019; .NET Framework 4.8",
     "tamper case pallet"),
    ("w2", "wilson", "W2", 320, "Windows 10 Enterprise LTSC 2021; .NET Framework 4.8",
     "tamper case pallet"),
    ("w3", "wilson", "W3", 180, "Windows 7 SP1; .NET Framework 4.6.2", "code_only"),
    ("c1", "cork", "C1", 120, "Windows 11 IoT Enterprise LTSC 2024", "tamper case pallet"),
    ("c2", "cork", "C2", 260, "Windows 10 Enterprise LTSC 2019", ""),
    ("c3", "cork", "C3", 360, "Windows 10 Pro 22H2; PostgreSQL 12.14", "tamper bundle case pallet"),
    ("corvus-cmo/ulm-5", "corvus-cmo/ulm", "Ulm 5", 90,
     "Windows 10 IoT Enterprise LTSC 2021; PostgreSQL 15.8", "tamper case pallet"),
)  # fmt: skip
_OWNERS: Final = {
    "wilson": "J. Alvarez, engineering Wilson",
    "cork": "S. Byrne, engineering Cork",
    "corvus-cmo/ulm": "Corvus Packaging",
}
_VALIDATED: Final = {"w3": ("none", None), "c2": ("due", "2021-05-17")}
"""Line -> how its equipment stands; the others are validated."""
_SITES: Final[tuple[dict[str, Any], ...]] = (
    {"code": "wilson-server", "name": "Line server Wilson", "role": "site_server",
     "site": "wilson", "vendor": "Marlin", "product": "LineHub", "version": "5.2",
     "software": ["Windows Server 2016", "SQL Server 2016 SP2"], "zone": "Wilson OT",
     "protocols": ["opc-ua", "csv", "epcis-1.2"], "validation": "validated",
     "validated_on": "2019-03-11", "upgrade_cost_eur": 85_000,
     "successor": "LineHub 7 on Windows Server 2025", "owner": _OWNERS["wilson"]},
    {"code": "cork-server", "name": "Line server Cork", "role": "site_server", "site": "cork",
     "vendor": "Marlin", "product": "LineHub", "version": "7.0",
     "software": ["Windows Server 2022", "SQL Server 2022"], "zone": "Cork OT",
     "protocols": ["opc-ua", "open-scs", "epcis-2.0"], "validation": "validated",
     "validated_on": "2024-09-02", "owner": _OWNERS["cork"]},
    {"code": "repository-db", "name": "Database of the repository", "role": "database",
     "level": "L4", "software": ["Red Hat Enterprise Linux 8.10", "PostgreSQL 15.8"],
     "zone": "Data centre", "validation": "validated", "validated_on": "2025-02-20",
     "owner": "D. Osei, IT"},
    {"code": "repository", "name": "Packtrail", "role": "repository",
     "needs": ["repository-db"], "software": ["Python 3.11"], "zone": "Data centre",
     "protocols": ["epcis-2.0", "open-scs", "rest"], "validation": "running",
     "owner": "D. Osei, IT"},
    {"code": "erp", "name": "ERP", "role": "erp", "criticality": "medium",
     "software": ["Oracle Database 19c"], "zone": "Data centre", "validation": "validated",
     "validated_on": "2022-06-30", "protocols": ["idoc"], "owner": "Finance IT"},
    {"code": "wilson-wms", "name": "Warehouse Wilson", "role": "warehouse", "site": "wilson",
     "criticality": "medium", "software": ["Windows Server 2012 R2", "Oracle 12.2"],
     "paid_support": "yes", "zone": "Wilson office", "validation": "validated",
     "validated_on": "2016-11-04", "owner": "Warehouse Wilson"},
    {"code": "wilson-handhelds", "name": "Twelve handhelds of the warehouse",
     "role": "handheld", "site": "wilson", "criticality": "medium", "needs": ["wilson-wms"],
     "software": ["Android 11"], "zone": "Wilson office", "validation": "not_needed",
     "owner": "Warehouse Wilson"},
    {"code": "hub-gateway", "name": "Gateway to the European hub", "role": "interface",
     "level": "L4", "needs": ["repository"], "software": ["Ubuntu 22.04", "Java 11"],
     "zone": "DMZ", "protocols": ["soap"], "validation": "validated",
     "validated_on": "2023-10-10", "owner": "D. Osei, IT"},
)  # fmt: skip
_SUPPORT: Final[tuple[dict[str, Any], ...]] = (
    {"code": "kestrel-j60", "product": "Kestrel J60", "ends_on": "2027-06-30",
     "source": "Letter of Kestrel, 4 May 2026, document ENG-2231", "seen_on": "2026-05-06",
     "confidence": "H"},
    {"code": "kestrel-j90", "product": "Kestrel J90", "ends_on": None,
     "source": "Catalogue of Kestrel, 2026", "seen_on": "2026-09-14", "confidence": "M"},
    {"code": "oculus-v4", "product": "Oculus V4", "ends_on": "2028-12-31",
     "source": "Life cycle page of Oculus, printed as ENG-2240", "seen_on": "2026-09-14",
     "confidence": "M"},
    {"code": "marlin-linehub-5", "product": "Marlin LineHub 5.2", "ends_on": "2027-03-31",
     "source": "Notice of Marlin, 12 January 2026, document ENG-2208", "seen_on": "2026-01-15",
     "confidence": "H"},
    {"code": "marlin-linehub-7", "product": "Marlin LineHub 7.0", "ends_on": "2031-12-31",
     "source": "Contract with Marlin, annex 2", "seen_on": "2024-06-01", "confidence": "H"},
)  # fmt: skip
_MEASUREMENTS: Final[tuple[dict[str, Any], ...]] = (
    {"code": "w2-rate", "line": "w2", "what": "packs_per_minute", "value": "291",
     "measured_on": "2026-10-08", "source": "Performance run, lot T60768A, 6 hours"},
    {"code": "w2-read", "line": "w2", "what": "read_rate", "value": "99.86",
     "measured_on": "2026-10-08", "source": "Performance run, lot T60768A"},
    {"code": "c3-grade", "line": "c3", "what": "print_grade", "value": "2.7",
     "measured_on": "2026-09-30", "source": "Verifier report VR-0930, 50 packs"},
    {"code": "c2-aggregation", "line": "c2", "what": "capability", "capability": "aggregation",
     "can": "no", "measured_on": "2026-11-12",
     "source": "Site acceptance of the case station stopped: 4 % wrong counts"},
)  # fmt: skip
_OPTIONS: Final[tuple[dict[str, Any], ...]] = (
    {"code": "c2-manual-cases", "title": "Hand-held case station, one more person a shift",
     "closes": "aggregation", "lines": ["c2"], "cost_eur": 38_000, "effort_days": "12",
     "lead_days": 45, "stop_days": 1, "source": "Offer of Marlin, Q-26-1180"},
    {"code": "w3-retrofit", "title": "Retrofit: printer, camera, sealer, case station",
     "closes": "serials", "lines": ["w3"], "cost_eur": 640_000, "effort_days": "85",
     "lead_days": 210, "stop_days": 12, "source": "Budget offer, June 2026"},
)  # fmt: skip


def load(app: Application, actor: Actor) -> None:
    """Write the inventory of the demo company, or what is missing of it.

    Args:
        app: The application, with the sites and lines of the demo company.
        actor: Who acts for the demo company.
    """
    there = {(kind, each.key) for kind in Kind for each in TECHNOLOGY.entries(app, actor, kind)}
    puts = [
        Put(TECHNOLOGY.read(kind, body))
        for kind, body in _bodies()
        if (kind, body["code"]) not in there
    ]
    if puts:
        TECHNOLOGY.change(app, actor, puts, reason=REASON)


def _bodies() -> Iterator[tuple[Kind, dict[str, Any]]]:
    for each in _SITES:
        yield Kind.SYSTEM, each
    for line, site, name, speed, software, more in _LINES:
        for body in _of_line(line, site, name, speed, software, set(more.split())):
            yield Kind.SYSTEM, {"site": site, "lines": [line], "owner": _OWNERS[site], **body}
    kinds = {
        Kind.SUPPORT: _SUPPORT, Kind.MEASUREMENT: _MEASUREMENTS, Kind.OPTION: _OPTIONS,
    }  # fmt: skip
    for kind, bodies in kinds.items():
        for each in bodies:
            yield kind, each


def _of_line(
    line: str, site: str, name: str, speed: int, software: str, more: set[str]
) -> Iterator[dict[str, Any]]:
    """Yield the equipment of a line, from the printer up."""
    short = line.rpartition("/")[2]
    state, validated_on = _VALIDATED.get(line, ("validated", "2024-04-22"))
    shared = {"validation": state, "validated_on": validated_on, "zone": f"{name} cell"}
    server = {"wilson": ["wilson-server"], "cork": ["cork-server"]}.get(site, [])
    carriers = ["datamatrix"] if more - {"code_only"} else ["datamatrix", "gs1-128"]
    is_old = short in {"w1", "w3"}
    yield {
        "code": f"{short}-printer", "name": f"Printer {name}", "role": "printer",
        "vendor": "Kestrel", "product": "J60" if is_old else "J90", "version": "",
        "needs": [f"{short}-pc"], "packs_per_minute": str(speed + 40), "symbologies": carriers,
        **shared,
    }  # fmt: skip
    if "code_only" not in more:
        yield {
            "code": f"{short}-camera", "name": f"Camera {name}", "role": "camera",
            "vendor": "Oculus", "product": "V4", "version": "4.7", "needs": [f"{short}-pc"],
            "packs_per_minute": str(speed + 20), "read_rate": "99.8", "symbologies": carriers,
            **shared,
        }  # fmt: skip
    if "tamper" in more:
        yield {
            "code": f"{short}-sealer", "name": f"Tamper labeller {name}", "role": "tamper_sealer",
            "packs_per_minute": str(speed), **shared,
        }  # fmt: skip
    levels = sorted(more & {"bundle", "case", "pallet"})
    if levels:
        yield {
            "code": f"{short}-aggregation", "name": f"Aggregation {name}",
            "role": "aggregation_station", "needs": [f"{short}-pc"], "aggregates": levels,
            "symbologies": ["datamatrix", "gs1-128"], **shared,
        }  # fmt: skip
    yield {
        "code": f"{short}-pc", "name": f"Line PC {name}", "role": "line_pc",
        "software": [each.strip() for each in software.split(";")], "needs": server,
        "protocols": ["open-scs", "opc-ua"] if site != "wilson" else ["opc-ua", "csv"], **shared,
    }  # fmt: skip
