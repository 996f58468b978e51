"""What a line can do: as it was measured, by its equipment, or as somebody said; in that order.

A measurement counts first, then batches that the line completed, then its equipment; only where
none of them tells, what people wrote into a scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.planning.scope import LINE_CAPABILITIES, Capability
from packtrail.planning.technology.inventory import (
    Confidence,
    Kind,
    Level,
    Measured,
    Measurement,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from packtrail.planning.technology.inventory import Inventory, Notes, System

C = Capability
_EQUIPMENT: Final = frozenset({Level.L1, Level.L2})
_PRINTS: Final = frozenset({Role.PRINTER, Role.LABELLER})
_READS: Final = frozenset({Role.CAMERA, Role.SCANNER})
TWO_DIMENSIONAL: Final = frozenset({"datamatrix", "qr"})


class Basis(StrEnum):
    """What says that a line can do something."""

    MEASURED = "measured"
    """It was seen: a measurement, or batches."""
    EQUIPMENT = "equipment"
    """Its equipment in the inventory."""
    SAID = "said"
    """Somebody wrote it down."""

    @property
    def confidence(self) -> Confidence:
        """How sure it is."""
        return _CONFIDENCE[self]


_CONFIDENCE: Final = {
    Basis.MEASURED: Confidence.HIGH,
    Basis.EQUIPMENT: Confidence.MEDIUM,
    Basis.SAID: Confidence.LOW,
}


class _Told:
    """Something that is said of a line: as sure as what it rests on."""

    __slots__ = ()
    basis: Basis
    told: str
    on: date | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "confidence", self.basis.confidence)

    @property
    def source(self) -> str:
        """What says so, with its day."""
        return f"{self.told}, {self.on.isoformat()}" if self.on else self.told


@dataclass(frozen=True, slots=True)
class Ability(_Told):
    """Whether a line can do something, and what says so."""

    can: bool
    basis: Basis
    told: str
    """The source."""
    on: date | None = None
    """When it was measured, or last written down; None: nobody knows."""
    confidence: Confidence = field(init=False)


@dataclass(frozen=True, slots=True)
class Figure(_Told):
    """A figure of a line, and what says so."""

    value: float
    basis: Basis
    told: str
    """The source."""
    on: date | None = None
    """When it was measured, or last written down; None: nobody knows."""
    confidence: Confidence = field(init=False)


@dataclass(frozen=True, slots=True)
class Batches:
    """What the completed batches of a line came to."""

    counts: Mapping[str, int]
    """`commission:pack`, `pack:pack` ..."""
    last_on: date | None = None
    """When the last of them ended."""


@dataclass(frozen=True, slots=True)
class Built:
    """How fast a line was built."""

    packs_per_minute: int
    on: date | None = None
    """When it was described."""


NO_BATCHES: Final = Batches({})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAbilities:
    """What is known of a line."""

    line: str
    can: Mapping[Capability, Ability]
    """Only what is known."""
    levels: frozenset[str] = frozenset()
    """Levels whose contents its equipment records: `case`, `pallet`."""
    symbologies: frozenset[str] = frozenset()
    """Data carriers that it prints, and reads where it has cameras; none: not known."""
    elements: frozenset[str] = frozenset()
    """Application identifiers that its printers can print; none: any."""
    protocols: frozenset[str] = frozenset()
    figures: Mapping[Measured, Figure] = field(default_factory=dict)
    equipment: tuple[str, ...] = ()
    """Codes of its systems."""
    noted_on: date | None = None
    """When the last of its equipment was written down."""


def abilities(
    inventory: Inventory,
    *,
    made: Mapping[str, Batches] | None = None,
    built: Mapping[str, Built] | None = None,
    notes: Notes | None = None,
) -> Mapping[str, LineAbilities]:
    """Return what is known of every line that equipment, a measurement or a batch names.

    Args:
        inventory: Systems and measurements.
        made: Line -> what its completed batches came to.
        built: Line -> how fast it was built.
        notes: When entries were last written.
    """
    systems: defaultdict[str, list[System]] = defaultdict(list)
    for each in inventory.systems.values():
        for line in each.lines if each.is_in_use else ():
            systems[line].append(each)
    measured: defaultdict[str, list[Measurement]] = defaultdict(list)
    for measurement in inventory.measurements.values():
        measured[measurement.line].append(measurement)
    batches = made or {}
    lines = sorted({*systems, *measured, *batches, *(built or {})})
    return {
        line: _of_line(
            line,
            _Equipment.of(systems[line], notes or {}),
            measured[line],
            batches.get(line, NO_BATCHES),
            (built or {}).get(line),
        )
        for line in lines
    }


def capabilities(
    known: LineAbilities | None, said: frozenset[Capability]
) -> Mapping[Capability, Ability]:
    """Return what a line can do of all that lines must; what nothing tells is as people said."""
    found = dict(known.can) if known else {}
    for each in LINE_CAPABILITIES:
        found.setdefault(each, Ability(each in said, Basis.SAID, "said in the scope"))
    return found


def _of_line(
    line: str,
    systems: _Equipment,
    measured: Sequence[Measurement],
    made: Batches,
    built: Built | None,
) -> LineAbilities:
    equipment = systems.there
    can = _by_equipment(systems) | _by_batches(made)
    latest = sorted(measured, key=lambda each: each.measured_on)
    for each in latest:
        if each.what is Measured.CAPABILITY and each.capability is not None:
            can[each.capability] = _measured_ability(each)
    printed = _union(each.symbologies for each in systems.printers)
    read = _union(each.symbologies for each in systems.readers)
    limits = [each.elements for each in systems.printers if each.elements]
    return LineAbilities(
        line=line,
        can=can,
        levels=frozenset(level.value for each in equipment for level in each.aggregates),
        symbologies=printed & read if read else printed,
        elements=frozenset.intersection(*limits) if limits else frozenset(),
        protocols=_union(each.protocols for each in systems.all),
        figures=_figures(systems, latest, built),
        equipment=tuple(each.code for each in systems.all),
        noted_on=systems.noted_on(equipment),
    )


@dataclass(frozen=True, slots=True)
class _Equipment:
    """The systems of a line."""

    all: Sequence[System]
    there: Sequence[System]
    """Those at the line itself."""
    notes: Notes

    @classmethod
    def of(cls, systems: Sequence[System], notes: Notes) -> _Equipment:
        return cls(systems, [each for each in systems if each.level_now in _EQUIPMENT], notes)

    @property
    def printers(self) -> list[System]:
        return [each for each in self.there if each.role in _PRINTS]

    @property
    def readers(self) -> list[System]:
        return [each for each in self.there if each.role in _READS]

    def noted_on(self, systems: Iterable[System]) -> date | None:
        """Return when the last of some systems was written down."""
        noted = (self.notes.get((Kind.SYSTEM, each.code)) for each in systems)
        return max((each.on for each in noted if each), default=None)

    def has(self, systems: Sequence[System], lacks: str) -> Ability:
        """Return that some of it can do something; that there is none is what all of it says."""
        told = ", ".join(each.name for each in systems[:3]) or lacks
        on = self.noted_on(systems or self.there)
        return Ability(can=bool(systems), basis=Basis.EQUIPMENT, told=told, on=on)


def _by_equipment(systems: _Equipment) -> dict[Capability, Ability]:
    """Return what equipment can do; a line without any in the inventory is not told of."""
    equipment, printers, readers = systems.there, systems.printers, systems.readers
    if not equipment:
        return {}
    codes = [each for each in printers if not each.symbologies or
             each.symbologies & TWO_DIMENSIONAL]  # fmt: skip
    sealers = [each for each in equipment if each.role is Role.TAMPER_SEALER]
    stations = [each for each in equipment if each.aggregates]
    return {
        C.PRODUCT_CODE: systems.has(codes, "no printer of two-dimensional codes"),
        C.SERIALS: systems.has(
            [*codes, *readers] if codes and readers else [],
            "no camera or scanner that checks codes" if codes else "no printer of codes",
        ),
        C.TAMPER_EVIDENCE: systems.has(sealers, "no tamper sealer"),
        C.AGGREGATION: systems.has(stations, "no equipment that records what holds what"),
    }


def _by_batches(made: Batches) -> dict[Capability, Ability]:
    """Return what batches prove; that something was not done proves nothing."""
    packs, packed = made.counts.get("commission:pack", 0), made.counts.get("pack:pack", 0)
    found = {}
    if packs:
        told = f"{packs:,} packs commissioned in completed batches"
        found[C.SERIALS] = found[C.PRODUCT_CODE] = Ability(
            can=True, basis=Basis.MEASURED, told=told, on=made.last_on
        )
    if packed:
        told = f"{packed:,} packs packed in completed batches"
        found[C.AGGREGATION] = Ability(can=True, basis=Basis.MEASURED, told=told, on=made.last_on)
    return found


def _figures(
    systems: _Equipment,
    latest: Sequence[Measurement],
    built: Built | None,
) -> dict[Measured, Figure]:
    found: dict[Measured, Figure] = {}
    if built:
        found[Measured.PACKS_PER_MINUTE] = Figure(
            built.packs_per_minute, Basis.SAID, "as the line was built", built.on
        )
    speeds = [(each.packs_per_minute, each) for each in systems.there if each.packs_per_minute]
    rates = [(each.read_rate, each) for each in systems.readers if each.read_rate is not None]
    for what, values in ((Measured.PACKS_PER_MINUTE, speeds), (Measured.READ_RATE, rates)):
        if values:
            value, least = min(values, key=lambda each: (each[0], each[1].name))
            told = f"{least.name}, the least of its equipment"
            slowest = Figure(float(value), Basis.EQUIPMENT, told, systems.noted_on([least]))
            if what not in found or slowest.value < found[what].value:
                found[what] = slowest
    for each in latest:
        if each.value is not None:
            found[each.what] = Figure(
                float(each.value), Basis.MEASURED, each.source, each.measured_on
            )
    return found


def _measured_ability(each: Measurement) -> Ability:
    return Ability(each.can, Basis.MEASURED, each.source, each.measured_on)


def _union(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*parts)
