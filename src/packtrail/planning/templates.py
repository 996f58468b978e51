"""Templates by size of organisation: who does what, how many they are, when they meet.

In a large organisation IT supports: strategy, implementation, operation and technology have owners
elsewhere, and IT is consulted or does its share. In a small one IT leads: it writes the
specification, sets up, connects and reports, and a handful of others approve and pack.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.planning.departments import Department, Part
from packtrail.planning.work import Resource, WorkKind

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "LARGE",
    "SMALL",
    "TEMPLATES",
    "Department",
    "Meeting",
    "Part",
    "Rhythm",
    "Template",
]
K = WorkKind

D = Department


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting that comes again and again."""

    code: str
    name: str
    every_weeks: int
    weekday: int
    """Monday is 0."""
    minutes: int
    departments: tuple[Department, ...]
    agenda: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A day of every so many weeks."""

    every_weeks: int
    weekday: int
    """Monday is 0."""

    def last_on(self, today: date) -> date:
        """Return its last day that is not after a day.

        Weeks are counted from a fixed Monday, so that it stays on its days whoever asks and
        whenever.

        Examples:
            >>> Rhythm(2, 0).last_on(date(2026, 11, 28)).isoformat()
            '2026-11-16'
        """
        monday = today - timedelta(days=today.weekday())
        while True:
            on = monday + timedelta(days=self.weekday)
            if on <= today and (monday.toordinal() // 7) % self.every_weeks == 0:
                return on
            monday -= timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """How an organisation of one size runs a programme."""

    code: str
    name: str
    told: str
    """For whom it is, in a sentence."""
    is_small: bool
    """Whether steps take what they take in a small organisation, and one screen is enough."""
    resources: tuple[Resource, ...]
    doers: Mapping[WorkKind, str]
    """Kind of work -> code of the resource that does it."""
    raci: Mapping[WorkKind, Mapping[Department, Part]]
    meetings: tuple[Meeting, ...]
    digest: Rhythm
    """How often departments are told, where the communication plan does not say it."""
    wave_products: int
    """How many products' artwork is done together."""
    buffer_days: int
    """Working days kept free before each date."""


def _people(code: str, name: str, department: Department, capacity: float, rate: int) -> Resource:
    return Resource(
        code=code, name=name, department=department.value, capacity=capacity, rate_eur=rate
    )


def _raci(
    *, r: Department, a: Department, c: tuple[Department, ...] = (), i: tuple[Department, ...] = ()
) -> dict[Department, Part]:
    parts = dict.fromkeys(i, Part.INFORMED) | dict.fromkeys(c, Part.CONSULTED)
    if r == a:
        return parts | {r: Part.BOTH}
    return parts | {a: Part.ACCOUNTABLE, r: Part.RESPONSIBLE}


SMALL: Final = Template(
    code="small",
    name="Small organisation",
    told="Five people or so: IT leads, writes the specification and does most of it.",
    is_small=True,
    resources=(
        _people("it", "IT lead", D.IT, 0.8, 600),
        _people("quality", "Quality", D.QUALITY, 0.5, 600),
        _people("regulatory", "Regulatory affairs", D.REGULATORY, 0.4, 600),
        _people("packaging", "Packaging", D.PACKAGING, 0.5, 450),
        _people("supplier", "Equipment supplier", D.SUPPLIER, 1.0, 1_100),
    ),
    doers={
        **dict.fromkeys(WorkKind, "it"),
        K.ARTWORK: "regulatory",
        K.EQUIPMENT: "supplier",
        K.VALIDATION: "quality",
        K.PROCEDURE: "quality",
        K.PILOT: "packaging",
    },
    raci={
        K.GOVERNANCE: _raci(r=D.IT, a=D.MANAGEMENT, c=(D.QUALITY, D.REGULATORY), i=(D.PACKAGING,)),
        K.SPECIFICATION: _raci(r=D.IT, a=D.QUALITY, c=(D.REGULATORY, D.PACKAGING)),
        K.INFRASTRUCTURE: _raci(r=D.IT, a=D.IT, i=(D.QUALITY,)),
        K.MASTER_DATA: _raci(r=D.IT, a=D.REGULATORY, c=(D.QUALITY,)),
        K.NUMBERS: _raci(r=D.IT, a=D.QUALITY),
        K.ARTWORK: _raci(r=D.REGULATORY, a=D.QUALITY, c=(D.PACKAGING,), i=(D.IT,)),
        K.EQUIPMENT: _raci(r=D.SUPPLIER, a=D.IT, c=(D.PACKAGING, D.QUALITY)),
        K.CONNECTION: _raci(r=D.IT, a=D.IT, c=(D.CMO, D.SUPPLIER), i=(D.QUALITY,)),
        K.REPORTING: _raci(r=D.IT, a=D.REGULATORY, i=(D.QUALITY,)),
        K.VALIDATION: _raci(r=D.QUALITY, a=D.QUALITY, c=(D.IT,)),
        K.PROCEDURE: _raci(r=D.QUALITY, a=D.QUALITY, c=(D.IT, D.PACKAGING)),
        K.TRAINING: _raci(r=D.IT, a=D.QUALITY, i=(D.PACKAGING,)),
        K.PILOT: _raci(r=D.PACKAGING, a=D.QUALITY, c=(D.IT,), i=(D.REGULATORY,)),
        K.GO_LIVE: _raci(r=D.IT, a=D.MANAGEMENT, c=(D.QUALITY,), i=(D.REGULATORY, D.PACKAGING)),
        K.SUPPORT: _raci(r=D.IT, a=D.QUALITY, c=(D.PACKAGING,), i=(D.MANAGEMENT,)),
        K.UPGRADE: _raci(r=D.IT, a=D.QUALITY, c=(D.SUPPLIER,)),
        K.OTHER: _raci(r=D.IT, a=D.MANAGEMENT, i=(D.QUALITY,)),
    },
    meetings=(
        Meeting(
            code="weekly", name="Serialisation, weekly", every_weeks=1, weekday=0, minutes=30,
            departments=(D.IT, D.QUALITY, D.REGULATORY, D.PACKAGING),
            agenda=("Dates", "This week", "Open inputs", "What we need from each other"),
        ),
        Meeting(
            code="quarterly", name="Review with management", every_weeks=13, weekday=1, minutes=60,
            departments=(D.MANAGEMENT, D.IT, D.QUALITY),
            agenda=("Dates and buffers", "Money", "Risks", "Decisions wanted"),
        ),
    ),
    digest=Rhythm(1, 0),
    wave_products=20,
    buffer_days=10,
)  # fmt: skip

LARGE: Final = Template(
    code="large",
    name="Large organisation",
    told="Departments own their work; IT supports strategy, implementation, operation, technology.",
    is_small=False,
    resources=(
        _people("programme", "Programme office", D.MANAGEMENT, 2.0, 800),
        _people("compliance", "Compliance", D.COMPLIANCE, 1.0, 750),
        _people("regulatory", "Regulatory affairs", D.REGULATORY, 3.0, 700),
        _people("engineering", "Packaging engineering", D.ENGINEERING, 4.0, 700),
        _people("supply", "Supply chain and master data", D.SUPPLY_CHAIN, 3.0, 600),
        _people("packaging", "Packaging", D.PACKAGING, 4.0, 450),
        _people("validation", "Validation", D.VALIDATION, 4.0, 750),
        _people("quality", "Quality", D.QUALITY, 3.0, 700),
        _people("training", "Training", D.TRAINING, 2.0, 550),
        _people("support", "Customer support", D.CUSTOMER_SUPPORT, 2.0, 500),
        _people("it", "IT", D.IT, 4.0, 750),
    ),
    doers={
        **dict.fromkeys(WorkKind, "programme"),
        K.SPECIFICATION: "regulatory",
        K.INFRASTRUCTURE: "it",
        K.MASTER_DATA: "supply",
        K.NUMBERS: "it",
        K.ARTWORK: "regulatory",
        K.EQUIPMENT: "engineering",
        K.CONNECTION: "it",
        K.REPORTING: "it",
        K.VALIDATION: "validation",
        K.PROCEDURE: "quality",
        K.TRAINING: "training",
        K.PILOT: "packaging",
        K.SUPPORT: "support",
        K.UPGRADE: "engineering",
    },
    raci={
        K.GOVERNANCE: _raci(
            r=D.MANAGEMENT, a=D.MANAGEMENT, c=(D.COMPLIANCE, D.QUALITY, D.IT, D.FINANCE),
            i=(D.REGULATORY, D.SUPPLY_CHAIN, D.ENGINEERING),
        ),
        K.SPECIFICATION: _raci(
            r=D.REGULATORY, a=D.COMPLIANCE, c=(D.QUALITY, D.IT, D.ENGINEERING, D.SUPPLY_CHAIN),
            i=(D.VALIDATION, D.CMO),
        ),
        K.INFRASTRUCTURE: _raci(r=D.IT, a=D.IT, c=(D.ENGINEERING,), i=(D.QUALITY, D.VALIDATION)),
        K.MASTER_DATA: _raci(r=D.SUPPLY_CHAIN, a=D.REGULATORY, c=(D.QUALITY, D.IT)),
        K.NUMBERS: _raci(r=D.IT, a=D.COMPLIANCE, c=(D.PACKAGING,), i=(D.CMO,)),
        K.ARTWORK: _raci(
            r=D.REGULATORY, a=D.REGULATORY, c=(D.PACKAGING, D.QUALITY, D.SUPPLIER),
            i=(D.SUPPLY_CHAIN,),
        ),
        K.EQUIPMENT: _raci(
            r=D.ENGINEERING, a=D.ENGINEERING, c=(D.PACKAGING, D.IT, D.SUPPLIER, D.VALIDATION),
            i=(D.FINANCE, D.SUPPLY_CHAIN),
        ),
        K.CONNECTION: _raci(
            r=D.IT, a=D.SUPPLY_CHAIN, c=(D.CMO, D.SUPPLIER), i=(D.QUALITY, D.CUSTOMER_SUPPORT)
        ),
        K.REPORTING: _raci(
            r=D.IT, a=D.COMPLIANCE, c=(D.REGULATORY,), i=(D.QUALITY, D.CUSTOMER_SUPPORT)
        ),
        K.VALIDATION: _raci(r=D.VALIDATION, a=D.QUALITY, c=(D.IT, D.ENGINEERING, D.PACKAGING)),
        K.PROCEDURE: _raci(
            r=D.QUALITY, a=D.QUALITY, c=(D.PACKAGING, D.SUPPLY_CHAIN, D.IT), i=(D.TRAINING,)
        ),
        K.TRAINING: _raci(r=D.TRAINING, a=D.QUALITY, c=(D.PACKAGING,), i=(D.IT,)),
        K.PILOT: _raci(
            r=D.PACKAGING, a=D.QUALITY, c=(D.ENGINEERING, D.IT, D.VALIDATION),
            i=(D.SUPPLY_CHAIN, D.CUSTOMER_SUPPORT),
        ),
        K.GO_LIVE: _raci(
            r=D.MANAGEMENT, a=D.MANAGEMENT, c=(D.QUALITY, D.COMPLIANCE),
            i=(D.IT, D.SUPPLY_CHAIN, D.CUSTOMER_SUPPORT, D.FINANCE, D.CMO),
        ),
        K.SUPPORT: _raci(
            r=D.CUSTOMER_SUPPORT, a=D.QUALITY, c=(D.IT, D.PACKAGING), i=(D.MANAGEMENT, D.CMO)
        ),
        K.UPGRADE: _raci(r=D.ENGINEERING, a=D.IT, c=(D.VALIDATION, D.SUPPLIER), i=(D.QUALITY,)),
        K.OTHER: _raci(r=D.MANAGEMENT, a=D.MANAGEMENT, i=(D.IT,)),
    },
    meetings=(
        Meeting(
            code="steering", name="Steering committee", every_weeks=4, weekday=3, minutes=60,
            departments=(D.MANAGEMENT, D.COMPLIANCE, D.QUALITY, D.SUPPLY_CHAIN, D.IT, D.FINANCE),
            agenda=("Dates and buffers", "Drift since the baseline", "Money", "Risks",
                    "Decisions wanted"),
        ),
        Meeting(
            code="core", name="Programme team", every_weeks=1, weekday=1, minutes=60,
            departments=(D.MANAGEMENT, D.REGULATORY, D.ENGINEERING, D.SUPPLY_CHAIN, D.PACKAGING,
                         D.VALIDATION, D.QUALITY, D.TRAINING, D.IT),
            agenda=("This week", "Critical path", "Open inputs", "What we need from each other"),
        ),
        Meeting(
            code="change", name="Change board", every_weeks=2, weekday=2, minutes=45,
            departments=(D.COMPLIANCE, D.REGULATORY, D.QUALITY, D.IT),
            agenda=("Rule changes", "Change requests", "Effects on the plan"),
        ),
        Meeting(
            code="partners", name="Contract packers and suppliers", every_weeks=2, weekday=3,
            minutes=45, departments=(D.SUPPLY_CHAIN, D.IT, D.CMO, D.SUPPLIER),
            agenda=("Deliveries", "Connections and tests", "Campaigns"),
        ),
    ),
    digest=Rhythm(1, 0),
    wave_products=8,
    buffer_days=20,
)  # fmt: skip

TEMPLATES: Final[Mapping[str, Template]] = {each.code: each for each in (SMALL, LARGE)}
