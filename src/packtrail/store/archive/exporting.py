"""Exporting: a closed month, written as an archive.

Everything a month holds is written: segments and originals as they are stored, the names of the
objects they speak of, what was handed in when, and one row for each mention of an object, for scans
(`packtrail.scans`). A document whose events lie in another month is kept whole. The order of
rows is fixed and no time of the export is written, so that the same month gives the same files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from psycopg.rows import tuple_row

from packtrail import __version__
from packtrail.store import health, months, named, objects, originals, packing
from packtrail.store.archive import manifest as manifests
from packtrail.store.archive import runs
from packtrail.store.archive.manifest import FileNote, Manifest
from packtrail.store.archive.schemas import (
    CAPTURES,
    COLUMN_OF,
    COLUMNS,
    MENTIONS,
    OBJECTS,
    Writer,
    digest_of_ids,
    version,
)
from packtrail.store.backup.manifest import digest as file_digest
from packtrail.store.packing import Sort
from packtrail.store.roles import CLASS_OFFSET, ROLES
from packtrail.store.segments import FIELDS, Segment
from packtrail.store.shelf import ORIGINALS, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from psycopg import Connection

    from packtrail.store.objects import Instance

_SQL = named.statements("archive")
GROUP_ROWS_MAX: Final = 256
GROUP_BYTES_MAX: Final = 2 << 20
"""A group of rows is what a read of one of them takes into memory."""
NAMES_AT_ONCE: Final = 20_000
_BATCH: Final = 20_000
"""Objects, with repetitions, of the segments whose mentions are written at once, or one segment."""
_PARTS_AT_ONCE: Final = 8
"""Parts of documents that are read at once: each can be as large as `capture_part_bytes`."""


def export(
    conn: Connection, day: date, folder: Path, *, on_progress: Callable[[int, int], None] | None
) -> tuple[Manifest, bytes]:
    """Write a month into an empty folder.

    Args:
        conn: A connection in a transaction that sees one state of the database.
        day: First day of the month.
        folder: Where the files go.
        on_progress: Called with the segments that are done, and of how many.

    Returns:
        The manifest and its SHA-256.
    """
    work = _Export(conn, day, folder, on_progress or (lambda _done, _total: None))
    work.segments()
    work.objects()
    work.captures_and_originals()
    return work.finish()


@dataclass(slots=True)
class _Export:
    """A month that is being written."""

    conn: Connection
    day: date
    folder: Path
    on_progress: Callable[[int, int], None]
    notes: dict[str, FileNote] = field(default_factory=dict)
    segment_count: int = 0
    event_count: int = 0
    ids: Any = field(default_factory=digest_of_ids)
    named: runs.Runs = field(default_factory=runs.none)
    """Numbers of the objects that are named: class, then seq in the lower half."""

    def segments(self) -> None:
        """Write segments and what they name."""
        span = months.bounds(self.day)["segment"]
        row = self.conn.execute(_SQL["count"], span).fetchone()
        total = row[0] if row else 0
        names = list(COLUMNS[SEGMENTS])
        rows, mentions = Writer(self.folder, SEGMENTS), Writer(self.folder, MENTIONS)
        places = [names.index(COLUMN_OF.get(name, name)) for name in FIELDS]
        for group in _groups(self._rows("segments", span), (len(names) - 2, len(names) - 1)):
            rows.write(group)
            made = [Segment(*(row[i] for i in places)) for row in group]
            for some in _batches(made):
                self._mentions(mentions, some)
            self.on_progress(rows.rows, total)
        self.segment_count = rows.rows
        self._close(rows)
        self._close(mentions)

    def _mentions(self, writer: Writer, some: Sequence[Segment]) -> None:
        wanted: set[Instance] = set()
        for segment in some:
            self.event_count += segment.event_count
            for place in range(segment.event_count):
                self.ids.update(segment.identity(place).encode() + b"\n")
            wanted |= segment.instances(range(segment.event_count))
        numbers = np.array([c << 32 | s for c, s in sorted(wanted)], dtype=np.int64)
        self.named = runs.united(self.named, runs.of(numbers))
        known = objects.names(self.conn, wanted)
        rows = []
        for segment in some:
            for stream in segment.columns.mentions:
                if stream.role > CLASS_OFFSET or stream.role not in ROLES:
                    continue
                events = stream.event_of(np.arange(len(stream.seqs))).tolist()
                classes = segment.columns.form_classes[stream.form_of].tolist()
                role = ROLES[stream.role].value
                for place, class_id, seq in zip(events, classes, stream.seqs.tolist(), strict=True):
                    name = known[class_id, seq]
                    rows.append(_mention(segment, place, name.class_key, name.item_key, role))
        writer.write(rows)

    def objects(self) -> None:
        """Write the names of everything that is named."""
        writer = Writer(self.folder, OBJECTS)
        for part in runs.numbers(self.named, at_once=NAMES_AT_ONCE):
            wanted = [(number >> 32, number & 0xFFFFFFFF) for number in part]
            known = objects.names(self.conn, wanted)
            writer.write(
                [
                    (*one, name.class_key, name.item_key, name.prefix_length)
                    for one in wanted
                    if (name := known.get(one)) is not None
                ]
            )
        self._close(writer)

    def captures_and_originals(self) -> None:
        """Write what was handed in, and what the database keeps of it."""
        span = months.bounds(self.day)["original"]
        captures = Writer(self.folder, CAPTURES)
        low, high = months.bounds(self.day)["segment"]
        elsewhere = set()
        for group in _groups(self._rows("captures", span), ()):
            captures.write(group)
            for row in group:
                first, until = row[-2], row[-1]
                if first is not None and not low <= first < until <= high:
                    elsewhere.add(row[0])
        self._close(captures)
        written = Writer(self.folder, ORIGINALS)
        parts = (
            self._whole(row) if row[0] in elsewhere and row[2] != originals.PLAIN else row
            for row in self._rows("originals", span)
        )
        for group in _groups(parts, (3,)):
            written.write(group)
        self._close(written)

    def _whole(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return a part that segments of another month fill, as it was handed in."""
        capture_id, part_no = row[0], row[1]
        content = originals.piece(self.conn, capture_id, part_no)
        return capture_id, part_no, originals.PLAIN, packing.compress(content, Sort.TEXT)

    def finish(self) -> tuple[Manifest, bytes]:
        """Write the manifest."""
        low, high = months.bounds(self.day)["segment"]
        row = self.conn.execute(_SQL["record_times"], [low, high]).fetchone()
        first, last = row or (None, None)
        made = Manifest(
            format=manifests.FORMAT,
            month=self.day,
            packtrail=__version__,
            migration=health.condition(self.conn).migration,
            pyarrow=version(),
            segment_from=int(low),
            segment_until=int(high),
            first_record_time=first.isoformat() if first else None,
            last_record_time=last.isoformat() if last else None,
            segments=self.segment_count,
            events=self.event_count,
            mentions=self.notes[MENTIONS].rows,
            documents=self.notes[CAPTURES].rows,
            event_ids_sha256=self.ids.hexdigest(),
            files=self.notes,
        )
        return made, manifests.write(self.folder, made)

    def _rows(self, statement: str, span: Iterable[object]) -> Iterator[tuple[Any, ...]]:
        """Yield rows as the server has them, some at a time."""
        with self.conn.cursor(f"archive_{statement}", row_factory=tuple_row) as cursor:
            cursor.itersize = _PARTS_AT_ONCE if statement == "originals" else GROUP_ROWS_MAX
            yield from cursor.execute(_SQL[statement], list(span))

    def _close(self, writer: Writer) -> None:
        writer.close()
        path = self.folder / writer.name
        sha256 = file_digest(path) or ""
        self.notes[writer.name] = FileNote(
            sha256=sha256, size_bytes=path.stat().st_size, rows=writer.rows
        )


def _batches(segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    """Yield segments by as many as name a bounded number of objects, at least one."""
    batch: list[Segment] = []
    count = 0
    for segment in segments:
        named = sum(len(stream.seqs) for stream in segment.columns.mentions)
        if batch and count + named > _BATCH:
            yield batch
            batch, count = [], 0
        batch.append(segment)
        count += named
    if batch:
        yield batch


def _groups(
    rows: Iterable[tuple[Any, ...]], weighed: tuple[int, ...]
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows in groups that are bounded in number and, by some columns, in bytes."""
    group: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        group.append(row)
        size += sum(len(row[column]) for column in weighed)
        if len(group) >= GROUP_ROWS_MAX or size >= GROUP_BYTES_MAX:
            yield group
            group, size = [], 0
    if group:
        yield group


def _mention(
    segment: Segment, place: int, class_key: str, item_key: str, role: str
) -> tuple[Any, ...]:
    return (
        *(segment.segment_id, place, segment.identity(place), segment.owner_id),
        *(class_key, item_key, role, segment.event_time(place), segment.record_time),
        *(segment.type, segment.action, segment.biz_step, segment.disposition),
        *(segment.read_point, segment.biz_location, segment.lot, segment.is_error_declaration),
    )
