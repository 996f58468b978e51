"""Checking: an archive held against its manifest and against itself, without any database.

Beyond the hashes of its files, every document is put together again from the archive alone, and
must be the one that was handed in, octet for octet.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import zstandard

from packtrail.store import months, originals, packing, weaving
from packtrail.store.archive import manifest as manifests
from packtrail.store.archive.schemas import CAPTURES, COLUMN_OF, COLUMNS, OBJECTS, digest_of_ids
from packtrail.store.codes import ARCHIVE_DAMAGED, ARCHIVE_DISAGREES
from packtrail.store.dictionary import Name
from packtrail.store.parquet import parquet
from packtrail.store.segments import FIELDS, Segment
from packtrail.store.shelf import ORIGINALS, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from packtrail.base.findings import Finding
    from packtrail.store.archive.manifest import Manifest
    from packtrail.store.objects import Instance

_GROUPS_KEPT: Final = 16
"""Groups of named objects that are kept in memory, of `exporting.NAMES_AT_ONCE` each."""
_UNREADABLE: Final = (zstandard.ZstdError, msgspec.MsgspecError, LookupError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What holding an archive against its manifest has found."""

    manifest: Manifest
    manifest_sha256: bytes
    documents: int
    """Documents that were given back octet for octet."""
    findings: tuple[Finding, ...]


def check(folder: Path) -> Checked:
    """Hold an archive against its manifest, and give every document back.

    Raises:
        RefusedError: `STO-070`, no archive; `STO-071`, files are missing or differ.
    """
    manifest, sha256 = manifests.read(folder)
    manifests.check_files(folder, manifest)
    found = list(_counts(folder, manifest))
    documents = 0
    for capture_id, wanted, pieces in documents_of(folder):
        if _digest(pieces) == wanted:
            documents += 1
        else:
            text = f"The document of capture {capture_id} cannot be given back octet for octet."
            found.append(ARCHIVE_DISAGREES.found(text, at=ORIGINALS))
    return Checked(
        manifest=manifest,
        manifest_sha256=sha256,
        documents=documents,
        findings=tuple(found),
    )


def documents_of(folder: Path) -> Iterator[tuple[str, bytes, Iterator[bytes]]]:
    """Yield the documents of an archive: capture, SHA-256 as handed in, and its octets in pieces.

    A piece that cannot be put together is the last one. Files have been checked.
    """
    names, segments = _Names(folder), _Segments(folder)
    captures = {row["capture_id"]: row["sha256"] for row in rows_of(folder, CAPTURES)}
    for capture_id, parts in groupby(rows_of(folder, ORIGINALS), key=itemgetter("capture_id")):
        yield capture_id, captures[capture_id], _pieces(parts, segments, names)


def document(folder: Path, capture_id: str) -> Iterator[bytes] | None:
    """Return the pieces of a document of an archive; None where it has none that is whole."""
    for one, sha256, pieces in documents_of(folder):
        if one == capture_id and _digest(pieces) == sha256:
            break
    else:
        return None
    return next(pieces for one, _, pieces in documents_of(folder) if one == capture_id)


def _digest(pieces: Iterator[bytes]) -> bytes:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.digest()


def _pieces(parts: Iterator[dict[str, Any]], segments: _Segments, names: _Names) -> Iterator[bytes]:
    """Yield the pieces of a document until one cannot be put together."""
    for row in parts:
        try:
            piece = _part(row, segments, names)
        except _UNREADABLE:
            return
        yield piece


def rows_of(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of an archive, a group of them in memory at a time."""
    file = parquet().ParquetFile(folder / name)
    for number in range(file.metadata.num_row_groups):
        yield from file.read_row_group(number, columns=list(COLUMNS[name])).to_pylist()


def segment_of(row: dict[str, Any]) -> Segment:
    """Return the segment of a row of an archive."""
    values = (row[COLUMN_OF.get(name, name)] for name in FIELDS)
    found = dict(zip(FIELDS, values, strict=True))
    return Segment(**found)


def _part(row: dict[str, Any], segments: _Segments, names: _Names) -> bytes:
    if row["kind"] != originals.WOVEN:
        return packing.decompress(row["content"])
    some = segments.of(row["capture_id"], row["part_no"])
    wanted = {one for each in some for one in each.instances(range(each.event_count))}
    return weaving.unweave(row["content"], some, names.of(wanted))


def _counts(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """Yield where the content of an archive contradicts its manifest."""
    low, high = months.bounds(manifest.month)["segment"]
    events, ids, is_inside = 0, digest_of_ids(), True
    for row in rows_of(folder, SEGMENTS):
        segment = segment_of(row)
        events += segment.event_count
        is_inside = is_inside and int(low) <= segment.segment_id < int(high)
        for place in range(segment.event_count):
            ids.update(segment.identity(place).encode() + b"\n")
    if events != manifest.events:
        text = f"The archive holds {events:,} events, its manifest says {manifest.events:,}."
        yield ARCHIVE_DISAGREES.found(text, at=SEGMENTS)
    if ids.hexdigest() != manifest.event_ids_sha256:
        yield ARCHIVE_DAMAGED.found("The ids of its events are not those noted.", at=SEGMENTS)
    if not is_inside:
        text = f"It holds events that were not recorded in {manifest.month:%B %Y}."
        yield ARCHIVE_DISAGREES.found(text, at=SEGMENTS)
    for name, note in manifest.files.items():
        rows = _rows(folder, name)
        if rows != note.rows:
            text = f"{name} has {rows:,} rows, the manifest says {note.rows:,}."
            yield ARCHIVE_DISAGREES.found(text, at=name)


def _rows(folder: Path, name: str) -> int:
    return int(parquet().ParquetFile(folder / name).metadata.num_rows)


class _Names:
    """The names of the objects of an archive; some groups of rows are kept in memory.

    Args:
        folder: The archive.
    """

    def __init__(self, folder: Path) -> None:
        self._file = parquet().ParquetFile(folder / OBJECTS)
        groups = range(self._file.metadata.num_row_groups)
        self._firsts = np.array([self._numbers(number)[0] for number in groups], dtype=np.int64)
        self._group = lru_cache(_GROUPS_KEPT)(self._read)

    def of(self, wanted: set[Instance]) -> dict[Instance, Name]:
        """Return the names of some objects.

        Raises:
            LookupError: The archive does not have one of them.
        """
        found: dict[Instance, Name] = {}
        numbers = np.array(sorted(c << 32 | s for c, s in wanted), dtype=np.int64)
        groups = np.searchsorted(self._firsts, numbers, side="right") - 1
        for group in np.unique(groups).tolist():
            known, table = self._group(group)
            asked = numbers[groups == group]
            rows = table.take(np.searchsorted(known, asked)).to_pylist()
            found |= {
                (row["class_id"], row["seq"]): Name(
                    row["class_key"], row["item_key"], row["prefix_length"]
                )
                for row in rows
            }
        return found

    def _read(self, number: int) -> tuple[NDArray[np.int64], Any]:
        return self._numbers(number), self._file.read_row_group(number)

    def _numbers(self, number: int) -> NDArray[np.int64]:
        table = self._file.read_row_group(number, columns=["class_id", "seq"])
        numbers: NDArray[np.int64] = table["class_id"].to_numpy().astype(np.int64) << 32
        numbers |= table["seq"].to_numpy()
        return numbers


class _Segments:
    """The segments of an archive by the part of a document that they were recorded from.

    Args:
        folder: The archive.
    """

    def __init__(self, folder: Path) -> None:
        self._file = parquet().ParquetFile(folder / SEGMENTS)
        self._groups: dict[tuple[str, int], list[int]] = {}
        for number in range(self._file.metadata.num_row_groups):
            owners = self._file.read_row_group(number, columns=["capture_id", "part_no"])
            for owner in {tuple(row.values()) for row in owners.to_pylist()}:
                self._groups.setdefault(owner, []).append(number)
        self._rows = lru_cache(1)(self._read)

    def of(self, capture_id: str, part_no: int) -> list[Segment]:
        """Return the segments of a part of a document."""
        return [
            segment_of(row)
            for number in self._groups.get((capture_id, part_no), ())
            for row in self._rows(number)
            if (row["capture_id"], row["part_no"]) == (capture_id, part_no)
        ]

    def _read(self, number: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._file.read_row_group(number).to_pylist()
        return rows
