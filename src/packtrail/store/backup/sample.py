"""A sample of the store: what the fold makes of some objects, by which a restored store is judged.

Nothing in the store is ever changed, so what was known at one moment is the same for ever. A sample
is taken before a backup and again after it; what both agree on must be in the backup too. Packs
whose pool's key is not at hand cannot be named: a sample does without them, a backup does not.
"""

from __future__ import annotations

import contextlib
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
from packtrail.store.keyring import PoolClosed

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
_ORDER = 1
"""How the events of one moment are ordered: by what they do; 0 was by when they were recorded."""


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
    order: int = 0
    """In which order of the events of one moment `objects` were told, see `_ORDER`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What holding a store against a sample came to."""

    objects: int
    """Objects that were compared."""
    documents: int
    """Originals that were compared."""
    unread: int
    """Objects and originals that were not: the key of a pool that they need does not open."""
    findings: tuple[Finding, ...]


def take(conn: Connection, *, at: datetime, size: int, random: Random) -> Sample:
    """Take a sample.

    Args:
        conn: A connection.
        at: The time now.
        size: How many events, and documents, to look for; there may be fewer.
        random: Chooses.
    """
    told = _digests(conn, sorted(_some_objects(conn, size, random)), known_at=at)
    return Sample(
        known_at=at,
        objects=tuple(
            SampledObject(identifier=identifier, sha256=sha256)
            for identifier, sha256 in told.items()
            if sha256 is not None
        ),
        documents=tuple(_some_documents(conn, size, random)),
        counts={table: (count, count) for table, count in _counts(conn).items()},
        order=_ORDER,
    )


def again(conn: Connection, before: Sample) -> Sample:
    """Take a sample again after a backup, and keep what both agree on.

    A capture that was under way at the first may have been recorded since: what it touched says
    nothing about the backup.
    """
    told = _digests(conn, [each.identifier for each in before.objects], known_at=before.known_at)
    most = _counts(conn)
    counts = {table: (least, most[table]) for table, (least, _) in (before.counts or {}).items()}
    objects = tuple(each for each in before.objects if told.get(each.identifier) == each.sha256)
    return replace(before, objects=objects, counts=counts)


def compare(conn: Connection, sample: Sample) -> Compared:
    """Say where a store differs from a sample.

    Its findings are `STO-056` objects, `STO-057` numbers of rows, `STO-058` originals. An object of
    which a sample in another order tells something else is left out: that may be the order.
    """
    told = _digests(conn, [each.identifier for each in sample.objects], known_at=sample.known_at)
    if sample.order != _ORDER:
        same = (each for each in sample.objects if told.get(each.identifier) in {each.sha256, None})
        sample = replace(sample, objects=tuple(same))
    documents = {each.capture_id: _content_digest(conn, each) for each in sample.documents}
    objects_unread = sum(sha256 is None for sha256 in told.values())
    documents_unread = sum(sha256 is None for sha256 in documents.values())
    return Compared(
        objects=len(sample.objects) - objects_unread,
        documents=len(sample.documents) - documents_unread,
        unread=objects_unread + documents_unread,
        findings=(
            *_other_objects(sample, told),
            *_other_counts(sample.counts or {}, _counts(conn)),
            *_other_documents(sample, documents),
        ),
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


def _digests(
    conn: Connection, identifiers: Iterable[str], *, known_at: datetime
) -> dict[str, str | None]:
    """Return the digest of each object that is there; None of one that cannot be named here."""
    keys = _keys(identifiers)
    audiences = [row[0] for row in conn.execute(_SQL["audiences"])]

    def read(some: Iterable[ItemKey]) -> dict[ItemKey, Journey]:
        return journeys.read_many(conn, some, audience_ids=audiences, as_known_at=known_at)

    found: dict[ItemKey, Journey] = {}
    unread: set[ItemKey] = set()
    try:
        found = read(keys.values())
    except PoolClosed:
        for key in keys.values():
            try:
                found |= read([key])
            except PoolClosed:
                unread.add(key)
    return {
        identifier: None if key in unread else digest(found[key])
        for identifier, key in keys.items()
        if key in found or key in unread
    }


def _keys(identifiers: Iterable[str]) -> dict[str, ItemKey]:
    found: dict[str, ItemKey] = {}
    for identifier in identifiers:
        try:
            (found[identifier],) = gs1.identify([identifier])
        except RefusedError:
            continue  # Recorded before the reader became as strict as it is.
    return found


def _counts(conn: Connection) -> dict[str, int]:
    counts = {}
    for table in _COUNTED:
        row = conn.execute(_SQL[f"count_{table}"]).fetchone()
        counts[table] = int(row[0]) if row else 0
    return counts


def _some_objects(conn: Connection, size: int, random: Random) -> set[str]:
    """Return objects of random events: event keys are hashes, so any number finds one at random."""
    found: set[str] = set()
    for _ in range(size):
        row = conn.execute(_SQL["segment_from"], [random.randint(0, _KEY_MAX)]).fetchone()
        if row is not None:
            with contextlib.suppress(PoolClosed):
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


def _other_objects(sample: Sample, found: Mapping[str, str | None]) -> Iterator[Finding]:
    for each in sample.objects:
        if each.identifier not in found:
            yield FOLD_DIFFERS.found(f"{each.identifier} is not there.", at=each.identifier)
        elif found[each.identifier] not in {each.sha256, None}:
            yield FOLD_DIFFERS.found(
                f"{each.identifier} has another history than when the backup was made.",
                at=each.identifier,
            )


def _other_counts(
    expected: Mapping[str, tuple[int, int]], found: Mapping[str, int]
) -> Iterator[Finding]:
    for table, (least, most) in expected.items():
        number = found[table]
        if not least <= number <= most:
            wanted = f"{least:,}" if least == most else f"{least:,} to {most:,}"
            yield COUNT_DIFFERS.found(f"{table} has {number:,} rows, not {wanted}.", at=table)


def _content_digest(conn: Connection, sampled: SampledDocument) -> str | None:
    """Return the SHA-256 of an original; None of one whose packs cannot be named here."""
    try:
        content = originals.read(conn, sampled.capture_id)
    except originals.DamagedOriginal:
        content = b""
    except PoolClosed:
        return None
    return hashlib.sha256(content).hexdigest()


def _other_documents(sample: Sample, found: Mapping[str, str | None]) -> Iterator[Finding]:
    for each in sample.documents:
        if found[each.capture_id] not in {each.sha256, None}:
            yield ORIGINAL_DIFFERS.found(
                f"The original {each.capture_id} has another content than when it was handed in.",
                at=each.capture_id,
            )
