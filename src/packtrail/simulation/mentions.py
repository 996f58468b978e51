"""Archives of as many mentions as one likes, with planted wrongs, for scans and their benchmark.

Packs are made at one of some sites, packed, shipped, received by a wholesaler and dispensed by a
pharmacy: five mentions each. Some serial numbers are commissioned twice, and some packs turn up far
away within the hour. Some second commissionings are declared wrong, and some commissionings are
told again by a seller: those are no duplicates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from packtrail.store.archive.schemas import MENTIONS, schema
from packtrail.store.parquet import arrow, compute, parquet
from packtrail.store.scans.scanning import Place, Scan

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_START: Final = 1_767_225_600
"""1 January 2026, in seconds since 1970."""
_HOUR: Final = 3_600
_DAY: Final = 24 * _HOUR
_STEPS: Final = (
    ("commissioning", "ADD", "epc", "active", 0),
    ("packing", "ADD", "child", "in_progress", _HOUR),
    ("shipping", "OBSERVE", "epc", "in_transit", 2 * _DAY),
    ("receiving", "OBSERVE", "epc", "in_progress", 5 * _DAY),
    ("dispensing", "DELETE", "epc", "dispensed", 20 * _DAY),
)
_CITIES: Final = (
    *((52.5, 13.4), (48.1, 11.6), (50.1, 8.7), (53.6, 10.0), (48.9, 2.4), (43.3, 5.4)),
    *((45.8, 4.8), (41.9, 12.5), (45.5, 9.2), (40.4, -3.7), (41.4, 2.2), (52.2, 21.0)),
)
_FAR: Final = Place("urn:epc:id:sgln:030001.999999.0", 1.35, 103.8)
_CHUNK: Final = 250_000
"""Packs of an archive."""
_CASE: Final = 100
"""Packs that an event of a group names; pharmacies dispense one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Archives, and the truth about them."""

    folder: Path
    mentions: int
    places: tuple[Place, ...]
    planted: dict[Scan, set[str]]
    """Scan -> the serial numbers that it should find."""
    declared_wrong: set[str]
    """Commissioned twice, and one of the two was declared wrong."""
    told_again: set[str]
    """Commissioned once, as two events tell."""


def write(folder: Path, *, packs: int, planted: int, seed: int) -> World:
    """Write archives with mentions of packs, a folder for each 250,000.

    Args:
        folder: Where.
        packs: How many packs, five mentions each; at least four times `planted`.
        planted: Wrongs of each kind.
        seed: The same seed gives the same archives.
    """
    draw = np.random.default_rng(seed)
    chosen = np.sort(draw.choice(packs, size=4 * planted, replace=False))
    draw.shuffle(chosen)
    kinds = np.split(chosen, 4)
    twice, far, declared, told = kinds
    places = (*(Place(_site(i), *at) for i, at in enumerate(_CITIES)), _FAR)
    total = 0
    for number, first in enumerate(range(0, packs, _CHUNK)):
        last = min(packs, first + _CHUNK)
        rows = [_step(step, np.arange(first, last)) for step in range(len(_STEPS))]
        rows += _wrongs(*(one[(one >= first) & (one < last)] for one in kinds))
        table = arrow().concat_tables(rows)
        total += table.num_rows
        path = folder / f"part-{number:04}"
        path.mkdir(parents=True)
        parquet().write_table(
            table, path / MENTIONS, compression="zstd", row_group_size=_CHUNK, version="2.6"
        )
    return World(
        folder=folder,
        mentions=total,
        places=places,
        planted={
            Scan.DUPLICATE_SERIALS: {_serial(one) for one in twice.tolist()},
            Scan.IMPOSSIBLE_TRAVEL: {_serial(one) for one in far.tolist()},
        },
        declared_wrong={_serial(one) for one in declared.tolist()},
        told_again={_serial(one) for one in told.tolist()},
    )


def _wrongs(twice: Any, far: Any, declared: Any, told: Any) -> list[Any]:
    """Return second commissionings, sightings far away, declarations of error, and echoes."""
    return [
        _rows(twice, "again", _STEPS[0], after=_DAY),
        _rows(told, "told-again", _STEPS[0], after=0),
        _rows(declared, "mistake", _STEPS[0], after=_DAY),
        _rows(declared, "mistake", _STEPS[0], after=_DAY, is_error=True),
        _rows(
            far,
            "far",
            ("inspecting", "OBSERVE", "epc", "active", 0),
            after=2 * _HOUR,
            at=_FAR.place,
        ),
    ]


def _step(step: int, packs: NDArray[np.int64]) -> Any:
    biz_step, *_, after = _STEPS[step]
    groups = packs if biz_step == "dispensing" else packs // _CASE
    return _rows(packs, biz_step, _STEPS[step], after=after, groups=groups, stage=step)


def _rows(
    packs: NDArray[np.int64],
    label: str,
    step: tuple[str, str, str, str, int],
    *,
    after: int,
    groups: NDArray[np.int64] | None = None,
    stage: int = 0,
    at: str | None = None,
    is_error: bool = False,
) -> Any:
    """Return mentions of packs as a table."""
    module, count = arrow(), len(packs)
    text = module.string()
    biz_step, action, role, disposition, _ = step
    seconds = _START + (packs // _CASE) * 7 + after
    moments = module.array(seconds * 1_000_000, type=module.timestamp("us", tz="UTC"))
    groups = packs if groups is None else groups
    sites = module.array([_site(i) for i in range(len(_CITIES))])
    # Makers ship to a wholesaler of the next city, which sells to a pharmacy of the one after.
    city = (packs // (10 * _CASE) + max(0, stage - 2)) % len(_CITIES)
    place = module.repeat(at, count) if at else sites.take(module.array(city))
    columns = {
        "segment_id": module.array(groups, type=module.int64()),
        "place": module.array(np.zeros(count), type=module.int32()),
        "event_id": _joined(f"urn:packtrail:{label}:", groups),
        "owner_id": module.array(np.ones(count), type=module.int32()),
        "class_key": module.repeat("sgtin/03000100123453", count),
        "item_key": _joined("S", packs + 10**11),
        "role": module.repeat(role, count),
        "event_time": moments,
        "record_time": moments,
        "type": module.repeat("AggregationEvent" if role == "child" else "ObjectEvent", count),
        "action": module.repeat(action, count),
        "biz_step": module.repeat(biz_step, count),
        "disposition": module.repeat(disposition, count),
        "read_point": place,
        "biz_location": place,
        "lot": module.nulls(count, text),
        "is_error_declaration": module.repeat(is_error, count),
    }
    return module.table(columns, schema=schema(MENTIONS))


def _joined(start: str, numbers: NDArray[np.int64]) -> Any:
    module, functions = arrow(), compute()
    texts = functions.cast(module.array(numbers), module.string())
    return functions.binary_join_element_wise(start, texts, "")


def _serial(pack: int) -> str:
    return f"S{pack + 10**11}"


def _site(city: int) -> str:
    return f"urn:epc:id:sgln:030001.{city:06}.0"
