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
from packtrail.planning.technology.inventory import Level, Measured, Measurement, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.planning.technology.inventory import Inventory, System

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


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether a line can do something, and what says so."""

    can: bool
    basis: Basis
    told: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a line, and what says so."""

    value: float
    basis: Basis
    told: str


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


def abilities(
    inventory: Inventory,
    *,
    made: Mapping[str, Mapping[str, int]] | None = None,
    built: Mapping[str, int] | None = None,
) -> Mapping[str, LineAbilities]:
    """Return what is known of every line that equipment, a measurement or a batch names.

    Args:
        inventory: Systems and measurements.
        made: Line -> what its completed batches came to: `commission:pack`, `pack:pack` ...
        built: Line -> packs a minute, as built.
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
            line, systems[line], measured[line], batches.get(line, {}), (built or {}).get(line)
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
    systems: Sequence[System],
    measured: Sequence[Measurement],
    made: Mapping[str, int],
    built: int | None,
) -> LineAbilities:
    equipment = [each for each in systems if each.level_now in _EQUIPMENT]
    printers = [each for each in equipment if each.role in _PRINTS]
    readers = [each for each in equipment if each.role in _READS]
    can = _by_equipment(equipment, printers, readers) | _by_batches(made)
    latest = sorted(measured, key=lambda each: each.measured_on)
    for each in latest:
        if each.what is Measured.CAPABILITY and each.capability is not None:
            can[each.capability] = Ability(each.can, Basis.MEASURED, _told(each))
    printed = _union(each.symbologies for each in printers)
    read = _union(each.symbologies for each in readers)
    limits = [each.elements for each in printers if each.elements]
    return LineAbilities(
        line=line,
        can=can,
        levels=frozenset(level.value for each in equipment for level in each.aggregates),
        symbologies=printed & read if read else printed,
        elements=frozenset.intersection(*limits) if limits else frozenset(),
        protocols=_union(each.protocols for each in systems),
        figures=_figures(equipment, readers, latest, built),
        equipment=tuple(each.code for each in systems),
    )


def _by_equipment(
    equipment: Sequence[System], printers: Sequence[System], readers: Sequence[System]
) -> dict[Capability, Ability]:
    """Return what equipment can do; a line without any in the inventory is not told of."""
    if not equipment:
        return {}
    codes = [each for each in printers if not each.symbologies or
             each.symbologies & TWO_DIMENSIONAL]  # fmt: skip
    sealers = [each for each in equipment if each.role is Role.TAMPER_SEALER]
    stations = [each for each in equipment if each.aggregates]
    return {
        C.PRODUCT_CODE: _has(codes, "no printer of two-dimensional codes"),
        C.SERIALS: _has(
            [*codes, *readers] if codes and readers else [],
            "no camera or scanner that checks codes" if codes else "no printer of codes",
        ),
        C.TAMPER_EVIDENCE: _has(sealers, "no tamper sealer"),
        C.AGGREGATION: _has(stations, "no equipment that records what holds what"),
    }


def _has(systems: Sequence[System], lacks: str) -> Ability:
    if not systems:
        return Ability(can=False, basis=Basis.EQUIPMENT, told=lacks)
    names = ", ".join(each.name for each in systems[:3])
    return Ability(can=True, basis=Basis.EQUIPMENT, told=names)


def _by_batches(made: Mapping[str, int]) -> dict[Capability, Ability]:
    """Return what batches prove; that something was not done proves nothing."""
    packs, packed = made.get("commission:pack", 0), made.get("pack:pack", 0)
    found = {}
    if packs:
        told = f"{packs:,} packs commissioned in completed batches"
        found[C.SERIALS] = found[C.PRODUCT_CODE] = Ability(
            can=True, basis=Basis.MEASURED, told=told
        )
    if packed:
        told = f"{packed:,} packs packed in completed batches"
        found[C.AGGREGATION] = Ability(can=True, basis=Basis.MEASURED, told=told)
    return found


def _figures(
    equipment: Sequence[System],
    readers: Sequence[System],
    latest: Sequence[Measurement],
    built: int | None,
) -> dict[Measured, Figure]:
    found: dict[Measured, Figure] = {}
    if built:
        found[Measured.PACKS_PER_MINUTE] = Figure(built, Basis.SAID, "as the line was built")
    speeds = [(each.packs_per_minute, each.name) for each in equipment if each.packs_per_minute]
    rates = [(each.read_rate, each.name) for each in readers if each.read_rate is not None]
    for what, values in ((Measured.PACKS_PER_MINUTE, speeds), (Measured.READ_RATE, rates)):
        if values:
            value, name = min(values)
            slowest = Figure(float(value), Basis.EQUIPMENT, f"{name}, the least of its equipment")
            if what not in found or slowest.value < found[what].value:
                found[what] = slowest
    for each in latest:
        if each.value is not None:
            found[each.what] = Figure(float(each.value), Basis.MEASURED, _told(each))
    return found


def _told(each: Measurement) -> str:
    return f"{each.source}, {each.measured_on.isoformat()}"


def _union(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*parts)
