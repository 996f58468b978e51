"""What scans there are, what they need, and what they find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from packtrail.base.errors import RefusedError
from packtrail.store.archive.schemas import MENTIONS
from packtrail.store.codes import NO_ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Scan(StrEnum):
    """The scans; each has an SQL text of its name."""

    DUPLICATE_SERIALS = "duplicate_serials"
    IMPOSSIBLE_TRAVEL = "impossible_travel"


class Place(NamedTuple):
    """Where a place lies."""

    place: str
    """As events name it."""
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What counts as impossible."""

    km_per_hour_max: float = 900.0
    """Nothing travels faster: a pack may fly."""
    km_min: float = 50.0
    """Nearer places may share a reader, or the clocks may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One object that a scan found."""

    class_key: str
    item_key: str
    first_event: str
    last_event: str
    from_place: str | None
    to_place: str | None
    from_at: datetime
    to_at: datetime
    km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a scan looks at."""

    files: tuple[Path, ...]
    """`mentions.parquet` of each archive."""
    places: Sequence[Place] = ()
    limits: Limits = Limits()


COLUMNS: Final = (
    *("class_key", "item_key", "first_event", "last_event", "from_place", "to_place"),
    *("from_seconds", "to_seconds", "km"),
)
"""Columns of the answer of every scan."""


def text_of(scan: Scan) -> str:
    """Return the SQL of a scan, the same for every engine."""
    return resources.files("packtrail.store.scans").joinpath(f"{scan.value}.sql").read_text()


def files_in(root: Path) -> tuple[Path, ...]:
    """Return the files to scan: of one archive, or of all archives in a folder.

    Raises:
        RefusedError: `STO-070`, there is no archive.
    """
    found = [root / MENTIONS] if (root / MENTIONS).is_file() else sorted(root.glob(f"*/{MENTIONS}"))
    if not found:
        raise RefusedError(NO_ARCHIVE.found(f"{root} holds no archive.", at=str(root)))
    return tuple(found)


def found(rows: Iterable[Sequence[object]]) -> tuple[Found, ...]:
    """Return what an engine answered."""
    return tuple(_found(dict(zip(COLUMNS, row, strict=True))) for row in rows)


def _found(row: dict[str, object]) -> Found:
    from_at, to_at = (
        _START + timedelta(seconds=float(str(row.pop(name))))
        for name in ("from_seconds", "to_seconds")
    )
    return Found(**row, from_at=from_at, to_at=to_at)  # type: ignore[arg-type]
