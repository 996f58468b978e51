"""The inventory: systems and equipment of a company, from the camera to the cloud.

Four kinds of entries, each under a key of its own:

    system       a piece of equipment or software, what runs on it, and what it cannot work without
    support      until when a product is kept up, as somebody of the company knows it
    measurement  something a line was seen to do, on a day
    option       how a gap of a line can be closed here, and what that costs

Sites, lines and trade items are named by their codes; they are kept where packs are made.

Clause:
    IEC 62264-1 (ISA-95), functional hierarchy: levels 1 to 4; level 5 is the enterprise beyond.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from packtrail.compliance.decoding import decode, keyed
from packtrail.planning.scope import Capability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.base.findings import Finding
    from packtrail.compliance.nodes import Node

T = TypeVar("T", bound="Entry")


class Kind(StrEnum):
    """A kind of entry."""

    SYSTEM = "system"
    SUPPORT = "support"
    MEASUREMENT = "measurement"
    OPTION = "option"


class Role(StrEnum):
    """What a system does."""

    CAMERA = "camera"
    SCANNER = "scanner"
    PRINTER = "printer"
    LABELLER = "labeller"
    TAMPER_SEALER = "tamper_sealer"
    CHECKWEIGHER = "checkweigher"
    CONTROLLER = "controller"
    """A programmable controller."""
    LINE_PC = "line_pc"
    AGGREGATION_STATION = "aggregation_station"
    HANDHELD = "handheld"
    SITE_SERVER = "site_server"
    MES = "mes"
    REPOSITORY = "repository"
    """Of serial numbers and events."""
    ERP = "erp"
    WAREHOUSE = "warehouse"
    DATABASE = "database"
    INTERFACE = "interface"
    SERVER = "server"
    NETWORK = "network"
    SERVICE = "service"
    """Run by somebody else: a hub, a router, a cloud."""
    OTHER = "other"


class Level(StrEnum):
    """Where a system stands in a plant."""

    L1 = "L1"
    """Sensing and acting: cameras, printers, sealers."""
    L2 = "L2"
    """Controlling a line: controllers, line PCs."""
    L3 = "L3"
    """Running a site: site servers, MES."""
    L4 = "L4"
    """Running the business: ERP, repository."""
    L5 = "L5"
    """Beyond the company: hubs, partners, authorities, clouds."""


LEVEL_OF: Final[Mapping[Role, Level]] = (
    dict.fromkeys(
        (Role.CAMERA, Role.SCANNER, Role.PRINTER, Role.LABELLER, Role.TAMPER_SEALER,
         Role.CHECKWEIGHER, Role.HANDHELD), Level.L1)
    | dict.fromkeys((Role.CONTROLLER, Role.LINE_PC, Role.AGGREGATION_STATION), Level.L2)
    | dict.fromkeys(
        (Role.SITE_SERVER, Role.MES, Role.DATABASE, Role.SERVER, Role.NETWORK, Role.WAREHOUSE,
         Role.INTERFACE, Role.OTHER), Level.L3)
    | dict.fromkeys((Role.REPOSITORY, Role.ERP), Level.L4)
    | {Role.SERVICE: Level.L5}
)  # fmt: skip
"""Role -> level of a system that does not say its own."""


class State(StrEnum):
    """Whether a system is in use."""

    IN_USE = "in_use"
    SPARE = "spare"
    PLANNED = "planned"
    RETIRED = "retired"


class Validation(StrEnum):
    """Whether a system is validated."""

    VALIDATED = "validated"
    RUNNING = "running"
    """Being validated."""
    DUE = "due"
    """Was changed, or its review is due."""
    NONE = "none"
    NOT_NEEDED = "not_needed"


class Criticality(StrEnum):
    """What stands still without it."""

    HIGH = "high"
    """Packs cannot be made or shipped."""
    MEDIUM = "medium"
    """Work goes on for days, by hand."""
    LOW = "low"


class Confidence(StrEnum):
    """How sure a date is."""

    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"


@dataclass(frozen=True, slots=True)
class Noted:
    """When an entry was last written, and by whom."""

    on: date
    by: str

    @property
    def source(self) -> str:
        """What says so, where the entry names nothing else."""
        return f"written down by {self.by}"


class Packing(StrEnum):
    """A level of packing that equipment records."""

    PACK = "pack"
    BUNDLE = "bundle"
    CASE = "case"
    PALLET = "pallet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What all entries have."""

    KIND: ClassVar[Kind]

    code: str
    """Short name, unique among those of its kind."""
    note: str = ""

    @property
    def key(self) -> str:
        """What it is called among those of its kind."""
        return self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class System(Entry):
    """A piece of equipment or software."""

    KIND: ClassVar[Kind] = Kind.SYSTEM

    name: str
    role: Role
    level: Level | None = None
    """None: that of its role."""
    vendor: str = ""
    product: str = ""
    version: str = ""
    serial_number: str = ""
    """Of the equipment itself."""
    software: tuple[str, ...] = ()
    """What runs on it, with versions: `Windows 10 Enterprise LTSC 2019`, `SQL Server 2016`."""
    site: str = ""
    """Code, `operator/code` where it is a packer's."""
    lines: tuple[str, ...] = ()
    """Lines that stand still without it."""
    needs: tuple[str, ...] = ()
    """Codes of systems that it runs on or cannot work without."""
    owner: str = ""
    zone: str = ""
    """Network zone."""
    criticality: Criticality = Criticality.HIGH
    validation: Validation = Validation.NONE
    validated_on: date | None = None
    state: State = State.IN_USE
    installed_on: date | None = None
    supported_until: date | None = None
    """Last day of support of the equipment, where somebody has it in writing."""
    support_source: str = ""
    """Letter, contract or address that says so."""
    has_paid_support: bool = keyed("paid_support", default=False)
    """Whether fixes for money are bought for the software on it."""
    packs_per_minute: Fraction | None = None
    read_rate: Fraction | None = None
    """Per cent of good codes that are read."""
    symbologies: frozenset[str] = frozenset()
    """Data carriers that it prints or reads: `datamatrix`, `gs1-128`, `qr` ..."""
    protocols: frozenset[str] = frozenset()
    """How it talks: `open-scs`, `opc-ua`, `epcis-2.0`, `csv` ..."""
    aggregates: frozenset[Packing] = frozenset()
    """Levels whose contents it records."""
    elements: frozenset[str] = frozenset()
    """Application identifiers that it can print; none said: any."""
    successor: str = ""
    """What would take its place."""
    upgrade_cost_eur: int | None = None
    """What that costs; None: the default of its role."""

    @property
    def level_now(self) -> Level:
        """Its own level, or that of its role."""
        return self.level or LEVEL_OF[self.role]

    @property
    def is_in_use(self) -> bool:
        """Whether something depends on it today."""
        return self.state is State.IN_USE

    @property
    def title(self) -> str:
        """Vendor, product and version, or its name."""
        return " ".join(each for each in (self.vendor, self.product, self.version) if each)

    @property
    def components(self) -> tuple[str, ...]:
        """Everything on it that is kept up by somebody: the product itself first."""
        return (self.title, *self.software) if self.product else self.software


@dataclass(frozen=True, slots=True, kw_only=True)
class Support(Entry):
    """Until when a product is kept up, as somebody of the company knows it."""

    KIND: ClassVar[Kind] = Kind.SUPPORT

    product: str
    """As systems write it: `Cognex In-Sight 7802`, `Windows 10 22H2`."""
    ends_on: date | None = None
    """Last day; None: no end is announced."""
    paid_until: date | None = None
    source: str
    """Letter, contract or address that says so."""
    seen_on: date | None = None
    """When somebody read it there."""
    confidence: Confidence = Confidence.MEDIUM


class Measured(StrEnum):
    """What was measured of a line."""

    PACKS_PER_MINUTE = "packs_per_minute"
    READ_RATE = "read_rate"
    """Per cent."""
    PRINT_GRADE = "print_grade"
    """ISO/IEC 15415, 0 to 4."""
    CAPABILITY = "capability"
    """That it can do something, or cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement(Entry):
    """Something a line was seen to do, on a day."""

    KIND: ClassVar[Kind] = Kind.MEASUREMENT

    line: str
    what: Measured
    value: Fraction | None = None
    capability: Capability | None = None
    can: bool = True
    """Of a capability: whether it was seen to work."""
    measured_on: date
    source: str
    """Protocol, batch or report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Entry):
    """How a gap of a line can be closed here."""

    KIND: ClassVar[Kind] = Kind.OPTION

    title: str
    closes: str
    """A gap: `aggregation`, `tamper_evidence`, `symbology`, `elements`, `speed` ..."""
    lines: tuple[str, ...] = ()
    """Only for these; none: for all."""
    cost_eur: int = 0
    effort_days: Fraction = Fraction(0)
    lead_days: int = 0
    """From order to installed."""
    stop_days: int = 0
    """Days for which the line stands still."""
    source: str = ""
    """Offer, or who estimates it."""


KINDS: Final[Mapping[Kind, type[Entry]]] = {
    each.KIND: each for each in (System, Support, Measurement, Option)
}


Notes = Mapping[tuple[StrEnum, str], Noted]
"""Kind and code of an entry -> when it was last written."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All entries, by kind and code."""

    entries: Mapping[Kind, Mapping[str, Entry]] = field(
        default_factory=lambda: {kind: {} for kind in Kind}
    )

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Inventory:
        """Return the inventory of some entries; of two with one code the later counts."""
        return cls().changed(entries)

    @property
    def systems(self) -> Mapping[str, System]:
        """By code."""
        return cast("Mapping[str, System]", self.entries[Kind.SYSTEM])

    @property
    def supports(self) -> Mapping[str, Support]:
        """By code."""
        return cast("Mapping[str, Support]", self.entries[Kind.SUPPORT])

    @property
    def measurements(self) -> Mapping[str, Measurement]:
        """By code."""
        return cast("Mapping[str, Measurement]", self.entries[Kind.MEASUREMENT])

    @property
    def options(self) -> Mapping[str, Option]:
        """By code."""
        return cast("Mapping[str, Option]", self.entries[Kind.OPTION])

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return not any(self.entries.values())

    def changed(self, puts: Iterable[Entry], gone: Iterable[tuple[Kind, str]] = ()) -> Inventory:
        """Return the inventory with entries put in or taken out."""
        after = {kind: dict(known) for kind, known in self.entries.items()}
        for entry in puts:
            after[entry.KIND][entry.code] = entry
        for kind, code in gone:
            after[kind].pop(code, None)
        return Inventory({kind: dict(sorted(known.items())) for kind, known in after.items()})


def read_entry(kind: Kind, node: Node, findings: list[Finding]) -> Entry | None:
    """Return the entry of a table, or None where it has defects.

    Args:
        kind: Which kind it is.
        node: The table.
        findings: Where every defect is added.
    """
    return decode(node, KINDS[kind], findings)
