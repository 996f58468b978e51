"""Signals that the scans of one recorded pack give, held against its record."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from packtrail.detection import codes
from packtrail.detection.chances import distance
from packtrail.detection.scans import Fate, Purpose, Signal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from packtrail.base.findings import FindingCode
    from packtrail.detection.scans import Happening, Known, Pack, Parameters, Place, Scan


def supplied_twice(
    scans: Sequence[Scan], pack: Pack, known: Known, parameters: Parameters
) -> Iterator[Signal]:
    """Yield a signal where a pack is to be supplied that was supplied at another place."""
    del known
    for scan in scans:
        last = _ended(scan, pack, parameters)
        if last and last.fate is Fate.SUPPLIED and scan.purpose is Purpose.SUPPLY:
            said = f"supplied at {last.place} {last.at:%Y-%m-%d %H:%M}; again at {scan.place}"
            said += f" {scan.at:%Y-%m-%d %H:%M}; no undo between"
            yield _signal(codes.SUPPLIED_TWICE, 0.97, said, [scan], [last])


def dead_seen(
    scans: Sequence[Scan], pack: Pack, known: Known, parameters: Parameters
) -> Iterator[Signal]:
    """Yield a signal where a pack is scanned elsewhere after its end, not to be supplied."""
    for scan in scans:
        last = _ended(scan, pack, parameters)
        if last and _is_near(scan.place, last.place, known, parameters):
            undone = (each for each in pack.happenings if each.fate is Fate.UNDONE)
            if any(last.at < each.at <= last.at + parameters.undo_within for each in undone):
                continue
        if last is None or last.fate not in {Fate.SUPPLIED, Fate.DESTROYED}:
            continue
        if scan.purpose is not Purpose.SUPPLY or last.fate is Fate.DESTROYED:
            said = f"{last.fate} at {last.place} {last.at:%Y-%m-%d %H:%M}; seen at {scan.place}"
            said += f" {_days(scan.at - last.at)} later"
            yield _signal(codes.DEAD_SEEN, 0.95, said, [scan], [last])


def stolen_seen(
    scans: Sequence[Scan], pack: Pack, known: Known, parameters: Parameters
) -> Iterator[Signal]:
    """Yield a signal where a pack is scanned after it was stolen."""
    del known, parameters
    for scan in scans:
        last = _last(scan, pack)
        if last and last.fate is Fate.STOLEN:
            said = f"stolen {last.at:%Y-%m-%d} from {last.place}; seen at {scan.place}"
            said += f" {_days(scan.at - last.at)} later"
            yield _signal(codes.STOLEN_SEEN, 0.99, said, [scan], [last])


def too_fast(
    scans: Sequence[Scan], pack: Pack, known: Known, parameters: Parameters
) -> Iterator[Signal]:
    """Yield a signal where the next scan is farther away than a pack travels in the time."""
    del pack
    for one, other in pairwise(scans):
        here, there = known.places.get(one.place), known.places.get(other.place)
        if here is None or there is None:
            continue
        way = distance(here, there)
        first, second = _between(one, here, parameters), _between(other, there, parameters)
        if way is None or first is None or second is None:
            continue
        apart = max(second[1] - first[0], first[1] - second[0]) + parameters.clock_error
        hours = apart.total_seconds() / 3600
        if way >= parameters.distance_min and way > parameters.speed * hours:
            said = f"{way:.0f} km in at most {hours:.2f} h (clocks and late reports allowed for)"
            said += f" = {way / hours:.0f} km/h; at most {parameters.speed:.0f} km/h are travelled"
            yield _signal(codes.TOO_FAST, 0.96, said, [one, other], [])


def diverted(
    scans: Sequence[Scan], pack: Pack, known: Known, parameters: Parameters
) -> Iterator[Signal]:
    """Yield a signal where a pack is received or supplied outside its licensed markets."""
    del pack, parameters
    for scan in scans:
        place, product = known.places.get(scan.place), known.products.get(scan.product)
        if place is None or product is None or scan.purpose is Purpose.LOOK or place.is_own:
            continue
        if place.market and product.markets and place.market not in product.markets:
            said = f"{scan.purpose} in {place.market}; licensed in {sorted(product.markets)}"
            yield _signal(codes.DIVERTED, 0.93, said, [scan], [])


def never_sold(
    scans: Sequence[Scan], pack: Pack, known: Known, parameters: Parameters
) -> Iterator[Signal]:
    """Yield a signal where a pack comes back, and no sale before was reported even late."""
    del known
    sales = [each for each in pack.happenings if each.fate is Fate.SOLD]
    for scan in scans:
        if scan.purpose is not Purpose.RETURN:
            continue
        if not any(each.at <= scan.at + parameters.settle for each in sales):
            said = f"returned {scan.at:%Y-%m-%d}; 0 sales recorded until"
            said += f" {scan.at + parameters.settle:%Y-%m-%d}"
            yield _signal(codes.NEVER_SOLD, 0.92, said, [scan], [])


def _last(scan: Scan, pack: Pack) -> Happening | None:
    before = [each for each in pack.happenings if each.at < scan.at]
    return before[-1] if before else None


def _ended(scan: Scan, pack: Pack, parameters: Parameters) -> Happening | None:
    """Return what ended a pack before a scan at another place, unless it is soon undone."""
    last = _last(scan, pack)
    is_elsewhere = last is not None and "" not in {last.place, scan.place}
    if last is None or not is_elsewhere or last.place == scan.place:
        return None
    if scan.at - last.at < parameters.clock_error:
        return None
    end = scan.at + parameters.settle
    later = [each for each in pack.happenings if scan.at <= each.at <= end]
    return None if any(each.fate is Fate.UNDONE for each in later) else last


def _is_near(one: str, other: str, known: Known, parameters: Parameters) -> bool:
    here, there = known.places.get(one), known.places.get(other)
    way = distance(here, there) if here is not None and there is not None else None
    return way is not None and way < parameters.distance_min


def _between(scan: Scan, place: Place, parameters: Parameters) -> tuple[datetime, datetime] | None:
    """Return between which moments a scan was made; None where its time is only a claim.

    A place whose prompt scans tell how its clock goes is believed when it sends one late; of any
    other a scan was made between what it says and when it was recorded.
    """
    if place.clock is not None:
        return scan.at + place.clock, scan.at + place.clock
    if abs(scan.recorded_at - scan.at) > parameters.late_max:
        return None
    early, late = sorted((scan.at, scan.recorded_at))
    return early, late


def _days(time: timedelta) -> str:
    return f"{time.total_seconds() / 86400:.1f} days"


def _signal(
    code: FindingCode,
    score: float,
    arithmetic: str,
    scans: Sequence[Scan],
    happenings: Sequence[Happening],
) -> Signal:
    product, serial = scans[0].pack
    return Signal(
        code=code.code,
        score=score,
        message=f"{code.title}: {product} {serial}.",
        arithmetic=arithmetic,
        subject=f"{product} {serial}",
        scans=tuple(each.scan_id for each in scans),
        events=tuple(each.event_id for each in happenings),
    )
