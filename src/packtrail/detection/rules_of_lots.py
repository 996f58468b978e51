"""Signals from lot and expiry: a copied number, or a record that is wrong for the whole lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.detection import codes
from packtrail.detection.scans import Signal
from packtrail.verification.alike import looks_alike

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packtrail.detection.scans import Known, Pack, Parameters, Scan


def wrong_data(scans: Sequence[Scan], known: Known, parameters: Parameters) -> Iterator[Signal]:
    """Yield a signal for each scan of a lot with other data, or one for the whole lot.

    A faker has some numbers of a lot; where half the packs of a lot and more differ, what was
    reported of the lot is wrong. What eye, format or typing explains is no signal.
    """
    wrong = [
        (scan, said)
        for scan in scans
        if not scan.is_typed and (said := differences(scan, known.packs[scan.pack]))
    ]
    differing, seen = len({scan.pack for scan, _ in wrong}), len({each.pack for each in scans})
    if differing >= parameters.fault_min and 2 * differing >= seen:
        product, lot = scans[0].product, known.packs[scans[0].pack].lot
        yield Signal(
            code=codes.DATA_FAULT.code,
            score=differing / seen,
            message=f"{codes.DATA_FAULT.title}: {product} lot {lot}.",
            arithmetic=f"{differing} of {seen} packs scanned differ; first: {wrong[0][1]}",
            subject=f"{product} lot {lot}",
            scans=tuple(scan.scan_id for scan, _ in wrong),
        )
        return
    for scan, said in wrong:
        yield Signal(
            code=codes.WRONG_DATA.code,
            score=0.9,
            message=f"{codes.WRONG_DATA.title}: {scan.product} {scan.serial}.",
            arithmetic=f"{said}; {differing} of {seen} packs of the lot differ",
            subject=f"{scan.product} {scan.serial}",
            scans=(scan.scan_id,),
        )


def differences(scan: Scan, pack: Pack) -> str:
    """Return how lot and expiry of a scan differ from the record; empty: not at all."""
    said = []
    if scan.lot and pack.lot and not looks_alike(scan.lot, pack.lot):
        said.append(f"lot {scan.lot!r}, recorded {pack.lot!r}")
    if scan.expires and pack.expires and not _is_same_day(scan.expires, pack.expires):
        said.append(f"expiry {scan.expires}, recorded {pack.expires}")
    return ", ".join(said)


def _is_same_day(one: str, other: str) -> bool:
    """Tell whether two expiries are one; a day of 00 leaves only the month to compare."""
    return one[:4] == other[:4] if "00" in {one[4:], other[4:]} else one == other
