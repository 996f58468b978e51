"""Signals that opened containers give: something else was in them than their sender recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.detection import codes
from packtrail.detection.scans import Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.detection.scans import Scan


def differs(label: str, missing: Sequence[Scan], surplus: Sequence[Scan]) -> Signal | None:
    """Return a signal where packs are missing in a container, or were not recorded in it.

    Something that is there and should not be is no miscount; it is surer than something missing.

    Args:
        label: What people call the container.
        missing: Packs that were recorded inside and not found.
        surplus: Packs that were found and not recorded inside.
    """
    if not (missing or surplus):
        return None
    code = codes.CASE_DIFFERS
    return Signal(
        code=code.code,
        score=0.9 if surplus else 0.7,
        message=f"{code.title}: {label}.",
        arithmetic=f"{len(missing)} packs missing, {len(surplus)} not recorded inside",
        subject=label,
        scans=tuple(each.scan_id for each in (*missing, *surplus)),
    )
