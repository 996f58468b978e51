"""A sample of the store: what the fold makes of some objects, by which a restored store is judged.

Nothing in the store is ever changed, so what was known at one moment is the same for ever. A sample
is taken before a backup and again after it; what both agree on must be in the backup too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.lifecycle.fold import fold
from packtrail.store import journeys, named, objects, originals, segments
from packtrail.store.codes import COUNT_DIFFERS, FOLD_DIFFERS, ORIGINAL_DIFFERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from random import Random

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.store.journeys import ItemKey, Journey

_SQL = named.statements("backup")
_KEY_MAX = (1 << 63) - 1
_DOCUMENT_BYTES_MAX = 8 * 1024 * 1024
"""Larger originals are left out of samples, not out of backups."""
_COUNTED = ("event_key", "capture", "original", "name_block", "pool_block", "audit")
_OBJECTS_OF_AN_EVENT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledObject:
    """What the fold makes of one object."""

    identifier: str
    sha256: str
    """Of its status, place, holder, lot, expiry and steps; see `digest`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledDocument:
    """One original document."""

    capture_id: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a restored store must answer."""

    known_at: datetime
    """Only what had been recorded by then."""
    objects: tuple[SampledObject, ...] = ()
    documents: tuple[SampledDocument, ...] = ()
    counts: dict[str, tuple[int, int]] | None = None
    """Table -> least and most rows."""


def take(conn: Connection, *, at: datetime, size: int, random: Random) -> Sample:
    """Take a sample.

    Args:
        conn: A connection.
        at: The time now.
        size: How many events, and documents, to look for; there may be fewer.
        random: Chooses.
    """
    identifiers = sorted(_some_objects(conn, size, random))
    documents = tuple(_some_documents(conn, size, random))
    return _told(conn, Sample(known_at=at, documents=documents), identifiers)


def again(conn: Connection, before: Sample) -> Sample:
    """Take a sample again after a backup, and keep what both agree on.

    A capture that was under way at the first may have been recorded since: what it touched says
    nothing about the backup.
    """
    after = _told(conn, before, [each.identifier for each in before.objects])
    counts = {
        table: (count, (after.counts or {})[table][1])
        for table, (count, _) in (before.counts or {}).items()
    }
    objects = tuple(each for each in before.objects if each in after.objects)
    return replace(before, objects=objects, counts=counts)


def compare(conn: Connection, sample: Sample) -> tuple[Finding, ...]:
    """Say where a store differs from a sample.

    Returns:
        `STO-056` objects, `STO-057` numbers of rows, `STO-058` originals.
    """
    found = _told(conn, sample, [each.identifier for each in sample.objects])
    return (
        *_other_objects(sample, {each.identifier: each.sha256 for each in found.objects}),
        *_other_counts(sample.counts or {}, found.counts or {}),
        *_other_documents(conn, sample.documents),
    )


def digest(journey: Journey) -> str:
    """Return the SHA-256 of what is known of an object, whatever version and time zone tells it."""
    standing = fold(journey.steps)
    facts = [
        journey.identifier,
        standing.status.value,
        standing.location,
        standing.parent,
        standing.disposition,
        standing.lot,
        standing.expires,
        [[step.event_id, _utc(step.event_time), _utc(step.record_time), step.role.value,
          list(step.via), step.is_withdrawn] for step in journey.steps],
    ]  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _told(conn: Connection, sample: Sample, identifiers: list[str]) -> Sample:
    keys = _keys(identifiers)
    audiences = [row[0] for row in conn.execute(_SQL["audiences"])]
    found = journeys.read_many(
        conn, keys.values(), audience_ids=audiences, as_known_at=sample.known_at
    )
    objects = tuple(
        SampledObject(identifier=identifier, sha256=digest(found[key]))
        for identifier, key in keys.items()
        if key in found
    )
    return replace(sample, objects=objects, counts=_counts(conn))


def _keys(identifiers: Iterable[str]) -> dict[str, ItemKey]:
    found: dict[str, ItemKey] = {}
    for identifier in identifiers:
        try:
            (found[identifier],) = gs1.identify([identifier])
        except RefusedError:
            continue  # Recorded before the reader became as strict as it is.
    return found


def _counts(conn: Connection) -> dict[str, tuple[int, int]]:
    counts = {}
    for table in _COUNTED:
        row = conn.execute(_SQL[f"count_{table}"]).fetchone()
        number = int(row[0]) if row else 0
        counts[table] = (number, number)
    return counts


def _some_objects(conn: Connection, size: int, random: Random) -> set[str]:
    """Return objects of random events: event keys are hashes, so any number finds one at random."""
    found: set[str] = set()
    for _ in range(size):
        row = conn.execute(_SQL["segment_from"], [random.randint(0, _KEY_MAX)]).fetchone()
        if row is not None:
            found.update(_objects_of(conn, row[0], random))
    return found


def _objects_of(conn: Connection, segment_id: int, random: Random) -> Iterator[str]:
    """Yield some of the objects that an event of a segment names."""
    segment = segments.read(conn, [segment_id], audience_ids=None)[segment_id]
    named_by = sorted(segment.instances([random.randrange(segment.event_count)]))
    some = random.sample(named_by, min(_OBJECTS_OF_AN_EVENT, len(named_by)))
    for name in objects.names(conn, some).values():
        yield name.identifier


def _some_documents(conn: Connection, size: int, random: Random) -> Iterator[SampledDocument]:
    """Yield documents from all over the time in which there are any: their ids begin with it."""
    row = conn.execute(_SQL["document_ends"]).fetchone()
    first, last = row or (None, None)
    if first is None or last is None:
        return
    seen = set()
    for _ in range(size):
        start = random.randint(first.int >> 80, last.int >> 80)
        # Rounded down, so that the last document can be found as well.
        pivot = UUID(int=min(start << 80, last.int))
        found = conn.execute(_SQL["document_from"], [pivot, _DOCUMENT_BYTES_MAX]).fetchone()
        if found is not None and found[0] not in seen:
            seen.add(found[0])
            yield SampledDocument(capture_id=str(found[0]), sha256=found[1].hex())


def _other_objects(sample: Sample, found: Mapping[str, str]) -> Iterator[Finding]:
    for each in sample.objects:
        if each.identifier not in found:
            yield FOLD_DIFFERS.found(f"{each.identifier} is not there.", at=each.identifier)
        elif found[each.identifier] != each.sha256:
            yield FOLD_DIFFERS.found(
                f"{each.identifier} has another history than when the backup was made.",
                at=each.identifier,
            )


def _other_counts(
    expected: Mapping[str, tuple[int, int]], found: Mapping[str, tuple[int, int]]
) -> Iterator[Finding]:
    for table, (least, most) in expected.items():
        number = found[table][0]
        if not least <= number <= most:
            wanted = f"{least:,}" if least == most else f"{least:,} to {most:,}"
            yield COUNT_DIFFERS.found(f"{table} has {number:,} rows, not {wanted}.", at=table)


def _other_documents(conn: Connection, sampled: Iterable[SampledDocument]) -> Iterator[Finding]:
    for each in sampled:
        try:
            content = originals.read(conn, each.capture_id)
        except originals.DamagedOriginal:
            content = b""
        if hashlib.sha256(content).hexdigest() != each.sha256:
            yield ORIGINAL_DIFFERS.found(
                f"The original {each.capture_id} has another content than when it was handed in.",
                at=each.capture_id,
            )
