"""What a line can do: measured before its equipment, its equipment before what people said."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from packtrail.planning.scope import Capability
from packtrail.planning.technology.abilities import (
    Ability,
    Basis,
    Batches,
    Built,
    LineAbilities,
    abilities,
    capabilities,
)
from packtrail.planning.technology.inventory import (
    Entry,
    Inventory,
    Measured,
    Measurement,
    Packing,
    Role,
    State,
    System,
)

C = Capability


def system(code: str, role: Role, **values: Any) -> System:
    return System(code=code, name=code, role=role, lines=("l1",), **values)


PRINTER = system("printer", Role.PRINTER, symbologies=frozenset({"datamatrix", "gs1-128"}))
CAMERA = system("camera", Role.CAMERA, symbologies=frozenset({"datamatrix"}))


def known(*entries: Entry, **more: Any) -> LineAbilities:
    return abilities(Inventory.of(entries), **more)["l1"]


def measured(code: str, what: Measured, **values: Any) -> Measurement:
    day = values.pop("measured_on", date(2026, 10, 1))
    return Measurement(code=code, line="l1", what=what, measured_on=day, source="Report", **values)


def test_a_printer_and_a_camera_serialise_and_the_rest_is_lacking() -> None:
    found = known(PRINTER, CAMERA)

    assert {key: each.can for key, each in found.can.items()} == {
        C.PRODUCT_CODE: True, C.SERIALS: True, C.TAMPER_EVIDENCE: False, C.AGGREGATION: False,
    }  # fmt: skip
    assert found.symbologies == {"datamatrix"}


def test_a_printer_without_anything_that_reads_does_not_serialise() -> None:
    found = known(PRINTER)

    assert found.can[C.SERIALS] == Ability(
        can=False, basis=Basis.EQUIPMENT, told="no camera or scanner that checks codes"
    )


def test_what_was_measured_counts_before_equipment_and_the_latest_last() -> None:
    station = system("station", Role.AGGREGATION_STATION, aggregates=frozenset({Packing.CASE}))
    failed = measured("a", Measured.CAPABILITY, capability=C.AGGREGATION, can=False)
    mended = measured(
        "b", Measured.CAPABILITY, capability=C.AGGREGATION, measured_on=date(2026, 11, 1)
    )

    assert known(station).can[C.AGGREGATION].can
    assert not known(station, failed).can[C.AGGREGATION].can
    assert known(station, mended, failed).can[C.AGGREGATION] == Ability(
        can=True, basis=Basis.MEASURED, told="Report", on=date(2026, 11, 1)
    )


def test_completed_batches_prove_what_they_did() -> None:
    found = known(PRINTER, made={"l1": Batches({"commission:pack": 1200, "pack:pack": 0})})

    assert found.can[C.SERIALS].told == "1,200 packs commissioned in completed batches"
    assert not found.can[C.AGGREGATION].can


def test_a_line_is_as_fast_as_its_slowest_part_unless_it_was_measured() -> None:
    slow = system("sealer", Role.TAMPER_SEALER, packs_per_minute=Fraction(180))
    run = measured("run", Measured.PACKS_PER_MINUTE, value=Fraction(165))

    speeds = [
        known(*entries, built={"l1": Built(240)}).figures[Measured.PACKS_PER_MINUTE]
        for entries in ((), (slow,), (slow, run))
    ]

    assert [(each.value, each.basis) for each in speeds] == [
        (240, Basis.SAID), (180, Basis.EQUIPMENT), (165, Basis.MEASURED),
    ]  # fmt: skip


def test_equipment_that_is_not_in_use_does_nothing() -> None:
    retired = System(code="p", name="p", role=Role.PRINTER, lines=("l1",), state=State.RETIRED)

    assert abilities(Inventory.of([retired])) == {}


def test_what_nothing_shows_is_as_people_said() -> None:
    found = capabilities(None, frozenset({C.SERIALS}))

    assert (found[C.SERIALS].can, found[C.SERIALS].basis) == (True, Basis.SAID)
    assert not found[C.AGGREGATION].can
    shown = capabilities(known(PRINTER), frozenset({C.SERIALS}))
    assert (shown[C.SERIALS].can, shown[C.SERIALS].basis) == (False, Basis.EQUIPMENT)
