"""Checking: an archive held against its manifest and against itself, without any database.

Beyond the hashes of its files, every document is put together again from the archive alone, and
must be the one that was handed in, octet for octet.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
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

    from packtrail.base.findings import Finding
    from packtrail.store.archive.manifest import Manifest
    from packtrail.store.objects import Instance

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
    for capture_id, wanted, content in documents_of(folder):
        if content is not None and hashlib.sha256(content).digest() == wanted:
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


def documents_of(folder: Path) -> Iterator[tuple[str, bytes, bytes | None]]:
    """Yield the documents of an archive: capture, SHA-256 as handed in, octets as given back.

    The octets are None where they cannot be put together. Files have been checked.
    """
    names, segments = _Names(folder), _Segments(folder)
    captures = {row["capture_id"]: row for row in rows_of(folder, CAPTURES)}
    for capture_id, parts in groupby(rows_of(folder, ORIGINALS), key=itemgetter("capture_id")):
        try:
            of_capture = segments.of(capture_id)
            content = b"".join([_part(row, of_capture, names) for row in parts])
        except _UNREADABLE:
            content = None
        yield capture_id, captures[capture_id]["sha256"], content


def document(folder: Path, capture_id: str) -> bytes | None:
    """Return a document of an archive as it was handed in; None where there is none."""
    wanted = (one for one in documents_of(folder) if one[0] == capture_id)
    for _, sha256, content in wanted:
        if content is not None and hashlib.sha256(content).digest() == sha256:
            return content
    return None


def rows_of(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of an archive, a group of them in memory at a time."""
    file = parquet().ParquetFile(folder / name)
    for number in range(file.metadata.num_row_groups):
        yield from file.read_row_group(number, columns=list(COLUMNS[name])).to_pylist()


def segment_of(row: dict[str, Any]) -> Segment:
    """Return the segment of a row of an archive."""
    values = (row[COLUMN_OF.get(name, name)] for name in FIELDS)
    found = dict(zip(FIELDS, values, strict=True))
    found["capture_id"] = UUID(found["capture_id"])
    return Segment(**found)


def _part(row: dict[str, Any], segments: list[tuple[int, Segment]], names: _Names) -> bytes:
    if row["kind"] != originals.WOVEN:
        return packing.decompress(row["content"])
    some = [segment for part_no, segment in segments if part_no == row["part_no"]]
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
    """The names of the objects of an archive, read when they are asked for.

    Args:
        folder: The archive.
    """

    def __init__(self, folder: Path) -> None:
        table = parquet().read_table(folder / OBJECTS)
        self._table = table
        numbers = table["class_id"].to_numpy().astype("int64") << 32
        self._numbers = numbers | table["seq"].to_numpy()

    def of(self, wanted: set[Instance]) -> dict[Instance, Name]:
        """Return the names of some objects."""
        keys = sorted(wanted)
        places = self._numbers.searchsorted([c << 32 | s for c, s in keys])
        rows = self._table.take(places.tolist()).to_pylist() if keys else []
        return {
            (row["class_id"], row["seq"]): Name(
                row["class_key"], row["item_key"], row["prefix_length"]
            )
            for row in rows
        }


class _Segments:
    """The segments of an archive by the capture that recorded them.

    Args:
        folder: The archive.
    """

    def __init__(self, folder: Path) -> None:
        self._file = parquet().ParquetFile(folder / SEGMENTS)
        owners = parquet().read_table(folder / SEGMENTS, columns=["capture_id"])["capture_id"]
        self._groups: dict[str, set[int]] = {}
        start = 0
        for number in range(self._file.metadata.num_row_groups):
            count = self._file.metadata.row_group(number).num_rows
            for capture_id in set(owners.slice(start, count).to_pylist()):
                self._groups.setdefault(capture_id, set()).add(number)
            start += count
        self._kept: tuple[int, list[dict[str, Any]]] | None = None

    def of(self, capture_id: str) -> list[tuple[int, Segment]]:
        """Return the segments of a capture, each with its part of the document."""
        found = []
        for number in sorted(self._groups.get(capture_id, ())):
            found += [
                (row["part_no"], segment_of(row))
                for row in self._rows(number)
                if row["capture_id"] == capture_id
            ]
        return found

    def _rows(self, number: int) -> list[dict[str, Any]]:
        if self._kept is None or self._kept[0] != number:
            self._kept = number, self._file.read_row_group(number).to_pylist()
        return self._kept[1]
