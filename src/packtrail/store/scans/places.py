"""Where places lie: a table with a header, as CSV."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.store.codes import PLACE_UNREADABLE
from packtrail.store.scans.scanning import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.base.findings import Finding

_COLUMNS: Final = ("place", "latitude", "longitude")
_LARGEST: Final = {"latitude": 90.0, "longitude": 180.0}
_ROWS_MAX: Final = 1_000_000


def read(text: str) -> tuple[Place, ...]:
    """Read places with the columns place, latitude and longitude, in degrees.

    Raises:
        RefusedError: `STO-080` for each value that cannot be read, with row and column.
    """
    rows = csv.DictReader(text.splitlines())
    missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        told = f"The table has no column {', '.join(missing)}."
        raise RefusedError(PLACE_UNREADABLE.found(told, at="row 1"))
    findings: list[Finding] = []
    places: dict[str, Place] = {}
    for number, row in enumerate(rows, start=2):
        if number > _ROWS_MAX:
            told = f"The table has more than {_ROWS_MAX:,} rows."
            raise RefusedError(PLACE_UNREADABLE.found(told, at=f"row {number}"))
        latitude, longitude = (_degrees(row, name, number, findings) for name in _LARGEST)
        name = (row["place"] or "").strip()
        if not name or name in places:
            told = f"The place {name!r} is {'named twice' if name else 'empty'}."
            findings.append(PLACE_UNREADABLE.found(told, at=f"row {number}, place"))
        places[name] = Place(name, latitude, longitude)
    if findings:
        raise RefusedError(*findings)
    return tuple(places.values())


def _degrees(
    row: Mapping[str, str | None], name: str, number: int, findings: list[Finding]
) -> float:
    text, largest = (row[name] or "").strip(), _LARGEST[name]
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -largest <= value <= largest:
        told = f"The {name} is {text!r}; expected degrees from -{largest:g} to {largest:g}."
        findings.append(PLACE_UNREADABLE.found(told, at=f"row {number}, {name}"))
    return value
