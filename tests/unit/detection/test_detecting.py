"""Each rule fires on what it is for, tells its figures, and is quiet on the next honest case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from packtrail.detection import codes
from packtrail.detection.chances import at_least, near_chance
from packtrail.detection.detecting import detect
from packtrail.detection.scans import (
    Fate,
    Happening,
    Known,
    Pack,
    Place,
    Product,
    Purpose,
    Scan,
    Signal,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SERIAL = "A0C1D2E3F4G5H6"
PRODUCT = Product(
    markets=frozenset({"DE", "FR"}),
    issued=1_000,
    space=32**14,
    alphabet="ACDEFGH0123456789",
    length=14,
)
PLACES = {
    "berlin": Place(market="DE", latitude=52.5, longitude=13.4),
    "paris": Place(market="FR", latitude=48.9, longitude=2.4),
    "rome": Place(market="IT", latitude=41.9, longitude=12.5),
}


def scan(number: int = 1, hours: float = 0, place: str = "berlin", **other: Any) -> Scan:
    at = NOON + timedelta(hours=hours)
    told = {"serial": SERIAL, "actor": place, "product": "p", "lot": "L1", "expires": "280100"}
    return Scan(scan_id=f"s{number}", at=at, recorded_at=at, place=place, **(told | other))


def event(fate: Fate, hours: float, place: str = "berlin") -> Happening:
    return Happening(
        event_id=f"{fate}-{hours}", at=NOON + timedelta(hours=hours), fate=fate, place=place
    )


def signals(*scans: Scan, happenings: tuple[Happening, ...] = ()) -> list[Signal]:
    pack = Pack(lot="L1", expires="280131", happenings=happenings)
    return detect(scans, Known(packs={("p", SERIAL): pack}, products={"p": PRODUCT}, places=PLACES))


def raised(*scans: Scan, happenings: tuple[Happening, ...] = ()) -> list[str]:
    return [each.code for each in signals(*scans, happenings=happenings)]


SUPPLIED = event(Fate.SUPPLIED, -48)


def test_a_second_supply_elsewhere_names_both_and_an_undo_between_excuses_it() -> None:
    again = scan(place="paris", purpose=Purpose.SUPPLY)

    [signal] = signals(again, happenings=(SUPPLIED,))

    assert signal.code == codes.SUPPLIED_TWICE.code
    assert (signal.scans, signal.events) == (("s1",), (SUPPLIED.event_id,))
    assert raised(again, happenings=(SUPPLIED, event(Fate.UNDONE, -20))) == []
    assert raised(scan(purpose=Purpose.SUPPLY), happenings=(SUPPLIED,)) == []


@pytest.mark.parametrize(("hours", "expected"), [(1, [codes.TOO_FAST.code]), (30, [])])
def test_two_places_are_too_fast_only_when_nothing_travels_so(
    hours: float, expected: list[str]
) -> None:
    assert raised(scan(), scan(2, hours, "paris")) == expected


def test_a_scan_that_was_sent_late_has_no_speed() -> None:
    late = scan(2, 1, "paris")
    late = Scan(
        **{name: getattr(late, name) for name in late.__slots__}
        | {"recorded_at": late.at + timedelta(hours=9)}
    )

    assert raised(scan(), late) == []


@pytest.mark.parametrize(
    ("fate", "code"),
    [
        (Fate.DESTROYED, codes.DEAD_SEEN.code),
        (Fate.SUPPLIED, codes.DEAD_SEEN.code),
        (Fate.STOLEN, codes.STOLEN_SEEN.code),
    ],
)
def test_a_pack_that_ended_is_seen_elsewhere(fate: Fate, code: str) -> None:
    assert raised(scan(place="paris"), happenings=(event(fate, -48),)) == [code]


def test_another_lot_is_a_signal_and_a_day_of_00_or_a_typed_one_is_not() -> None:
    assert raised(scan(lot="X9")) == [codes.WRONG_DATA.code]
    assert raised(scan(expires="280200")) == [codes.WRONG_DATA.code]
    assert raised(scan(lot="l1")) == []
    assert raised(scan(lot="X9", is_typed=True)) == []


def test_a_lot_that_differs_as_a_whole_is_a_wrong_record() -> None:
    packs = {("p", f"A{n}"): Pack(lot="L1", expires="280131") for n in range(6)}
    scans = [scan(n, serial=f"A{n}", expires="290131") for n in range(6)]

    [signal] = detect(scans, Known(packs=packs, products={"p": PRODUCT}, places=PLACES))

    assert signal.code == codes.DATA_FAULT.code
    assert signal.arithmetic.startswith("6 of 6 packs")


def test_trade_outside_the_licence_is_a_signal_and_a_look_is_not() -> None:
    assert raised(scan(place="rome", purpose=Purpose.RECEIVE)) == [codes.DIVERTED.code]
    assert raised(scan(place="rome")) == []


def test_a_return_needs_a_sale_and_a_late_report_counts() -> None:
    back = scan(purpose=Purpose.RETURN)

    assert raised(back) == [codes.NEVER_SOLD.code]
    assert raised(back, happenings=(event(Fate.SOLD, 24),)) == []


def test_one_character_off_is_near_unless_it_was_corrected_or_the_space_is_full() -> None:
    near = scan(serial="A0C1D2E3F4G5HF")

    [signal] = signals(near)

    assert signal.code == codes.NEAR_ISSUED.code
    assert f"{near_chance(PRODUCT):.1e}" in signal.arithmetic
    assert raised(near, scan(2, 0.1)) == []


def test_a_swapped_keyboard_is_a_scanner_and_no_faker() -> None:
    damaged = [scan(n, n, serial=SERIAL.lower()) for n in (1, 2)]

    assert raised(*damaged) == [codes.SCANNER.code]


def test_numbers_in_a_row_are_probing_and_a_burst() -> None:
    tried = [scan(n, n / 60, serial=f"H9H9H9H9H9H9A{n}") for n in range(5)]

    assert sorted(raised(*tried)) == [codes.PROBING.code, codes.BURST.code]


def test_one_unknown_number_alone_is_no_burst() -> None:
    assert raised(scan(serial="H9H9H9H9H9H9A1")) == []


def test_the_tail_of_chances_is_exact_where_it_is_small() -> None:
    assert at_least(0, 0.1) == 1.0
    assert at_least(2, 0.01) == pytest.approx(4.966791e-5, rel=1e-6)
    assert at_least(1, 2.0) == pytest.approx(0.8646647, rel=1e-6)
