"""Large documents: read and recorded part by part, all in one transaction.

Of the document only a part is held in memory. What is recorded is seen when the last part is, or
never: a fault, a crash or an event that is refused undoes all of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from packtrail.base.errors import RefusedError, Unavailable
from packtrail.base.findings import has_errors
from packtrail.epcis.parts import Bounds, Gathered, Layout, Undivided, layout
from packtrail.services.capture import capturing
from packtrail.services.capture.uploads import PIECE_BYTES
from packtrail.services.codes import NOT_DIVIDED, NOT_READ_ON, TOO_MANY_EVENTS
from packtrail.store import absence, months, originals, presence, remembered
from packtrail.store import captures as rows
from packtrail.store.codes import TEXT_TOO_LONG
from packtrail.store.ids import SegmentNumbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.epcis.outline import Outline
    from packtrail.epcis.parts import Part
    from packtrail.services.application import Application
    from packtrail.services.capture.uploads import Upload
    from packtrail.store.capture import Recorded
    from packtrail.store.remembered import DatabaseOf

FINDINGS_MAX: Final = 1_000
"""Findings of a document after which it is not read on."""
STORED_BYTES: Final = 4 * PIECE_BYTES
"""Octets of a row of a large original that waits to be recorded."""
_SCANNING: Final = 0.1
"""Share of the work that it is to find out where a document can be cut."""


Planned: TypeAlias = "Whole | Parts"
"""A document that is ready to be recorded: `record` it, or `keep` the original as it is."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A document that is read before anything is locked."""

    plan: capturing.Plan

    @property
    def event_count(self) -> int:
        """Events without error."""
        return self.plan.event_count

    def record(
        self, turn: capturing.Turn, job: capturing.Job, *, clock: Callable[[], datetime]
    ) -> rows.Outcome:
        """Record it."""
        return capturing.record(turn, job, self.plan, clock=clock)

    def keep(self, conn: Connection, capture_id: UUID, *, at: datetime) -> None:
        """Keep the original as it is."""
        originals.insert(conn, capture_id, self.plan.content, at=at)


def planned(app: Application, upload: Upload) -> Planned:
    """Return a document ready to be recorded: a small one whole, a large one in parts."""
    settings = app.settings
    if upload.size <= settings.capture_inline_bytes_max:
        return Whole(capturing.plan(app, upload.read(0, upload.size)))
    bounds = Bounds(
        part_bytes=settings.capture_part_bytes, event_bytes=settings.capture_whole_bytes_max
    )
    try:
        found = layout(_told(upload), upload.read, bounds)
    except Undivided as why:
        if upload.size <= settings.capture_whole_bytes_max:
            return Whole(capturing.plan(app, upload.read(0, upload.size)))
        text = (
            f"The document has {upload.size} bytes and cannot be read in parts: {why}. Up to "
            f"{settings.capture_whole_bytes_max} bytes are read as a whole."
        )
        return Parts(app, upload, None, (NOT_DIVIDED.found(text),))
    count = sum(part.count for part in found.parts)
    if count > settings.capture_events_max:
        text = f"The document holds {count} events; at most {settings.capture_events_max} are"
        return Parts(app, upload, None, (TOO_MANY_EVENTS.found(f"{text} accepted."),))
    return Parts(app, upload, found)


def _told(upload: Upload) -> Iterator[bytes]:
    for number, piece in enumerate(upload.pieces()):
        if number % 8 == 0:
            upload.tell("reading", _SCANNING * number * PIECE_BYTES / upload.size)
        yield piece


@dataclass(slots=True)
class Parts:
    """A document that is read while it is recorded."""

    app: Application
    upload: Upload
    layout: Layout | None
    """None where nothing of it can be recorded."""
    findings: tuple[Finding, ...] = ()
    event_count: int = 0

    def record(
        self, turn: capturing.Turn, job: capturing.Job, *, clock: Callable[[], datetime]
    ) -> rows.Outcome:
        """Record it.

        Raises:
            Refused: Nothing may be recorded.
            Unavailable: The document is not what it was when it was taken in.
        """
        if self.layout is None:
            raise capturing.Refused(self.findings)
        # Where its commit fails, too, the numbers of its serials are remembered and taken back.
        turn.undone.append(partial(_forget, remembered.database_of(turn.conn)))
        return _Recording(self, self.layout, turn, job).all(clock)

    def keep(self, conn: Connection, capture_id: UUID, *, at: datetime) -> None:
        """Keep the original as it is."""
        originals.insert_each(conn, capture_id, self.upload.pieces(STORED_BYTES), at=at)


def _forget(database: DatabaseOf) -> None:
    absence.forget(database)
    presence.forget(database)


@dataclass(slots=True)
class _Recording:
    """A document while it is recorded."""

    whole: Parts
    layout: Layout
    turn: capturing.Turn
    job: capturing.Job
    gathered: Gathered = field(init=False)
    event_count: int = 0
    stored: int = 0
    repeated: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing found."""
        self.gathered = Gathered(self.layout, FINDINGS_MAX)

    def all(self, clock: Callable[[], datetime]) -> rows.Outcome:
        """Record all parts."""
        at = capturing.not_before(clock(), self.turn.newest())
        known = rows.same_document(self.turn.conn, self.whole.upload.sha256, self.job)
        if known is not None:
            self.event_count = self.repeated = known
            self.whole.keep(self.turn.conn, self.job.capture_id, at=self.job.created_at)
            return self._outcome(max(at, clock()), None)
        months.ensure(self.turn.conn, self.job.created_at)
        numbers = SegmentNumbers(at)
        found = hashlib.sha256()
        for part in self.layout.parts:
            start, stop = self.layout.whole(part)
            self.whole.upload.tell(
                "recording", _SCANNING + (1 - _SCANNING) * start / self.layout.size
            )
            octets = self.whole.upload.read(start, stop)
            found.update(octets)
            self._part(part, octets, numbers, at)
        if found.digest() != self.whole.upload.sha256:
            raise Unavailable("The document changed while it was read: hand it in again.")
        return self._outcome(max(at, clock()), numbers)

    def _outcome(self, at: datetime, numbers: SegmentNumbers | None) -> rows.Outcome:
        findings = [*self.gathered.all(), *capturing.repeated(self.repeated)]
        self.whole.event_count = self.event_count
        return rows.Outcome(
            is_success=not has_errors(findings),
            event_count=self.event_count,
            stored_count=self.stored,
            repeated_count=self.repeated,
            findings=[asdict(finding) for finding in findings],
            at=at,
            span=numbers.span if numbers else None,
        )

    def _part(self, part: Part, octets: bytes, numbers: SegmentNumbers, at: datetime) -> None:
        events = octets if part.number else octets[part.start :]
        events = events[: part.stop - part.start]
        planned = self._read(part, events)
        if planned.reading is None or (self._is_all_or_nothing and self.gathered.has_errors):
            raise self._refusal(part)
        how = capturing.Part(at, self.turn.is_first, part.number, part.first)
        recorded = capturing.record_events(self.turn, self.job, planned.reading, numbers, how)
        conflicts = capturing.conflicts_of(planned, recorded, first=part.first)
        self.gathered.add(part, conflicts)
        if conflicts and self._is_all_or_nothing:
            raise self._refusal(part)
        if not part.number:
            capturing.record_master_data(self.turn, self.job, planned.reading, at)
        self.stored += recorded.stored
        self.repeated += recorded.repeated
        self._keep(part, octets, events, planned.reading.outline, recorded)

    @property
    def _is_all_or_nothing(self) -> bool:
        return self.job.error_behaviour == "rollback"

    def _read(self, part: Part, events: bytes) -> capturing.Plan:
        planned = capturing.plan(self.whole.app, self.layout.document(part, events))
        self.gathered.add(part, planned.findings)
        self.event_count += planned.event_count
        return planned

    def _refusal(self, last: Part) -> NotAll:
        """Return what undoes everything; what is wrong behind that part is found out afterwards."""
        self.whole.event_count = self.event_count
        return NotAll(self, last)

    def rest(self, last: Part) -> tuple[Finding, ...]:
        """Return what is wrong with the document, read on behind a part."""
        further: list[Finding] = []
        for part in self.layout.parts[last.number + 1 :]:
            if self.gathered.is_full:
                text = f"From event {part.first + 1} on the document was not read."
                further.append(NOT_READ_ON.found(text, at=f"event {part.first + 1}"))
                break
            self.whole.upload.tell("reading", part.start / self.layout.size)
            self._read(part, self.whole.upload.read(part.start, part.stop))
        self.whole.event_count = self.event_count
        return (*self.gathered.all(), *further)

    def _keep(
        self, part: Part, octets: bytes, events: bytes, outline: Outline | None, recorded: Recorded
    ) -> None:
        """Keep a part of the original, woven into what was recorded where that is possible."""
        conn, capture_id = self.turn.conn, self.job.capture_id
        woven = None if outline is None else self._cut_out(part, events, outline)
        if woven is None or not recorded.stored or _text(woven) != octets:
            originals.insert_part(conn, capture_id, part.number, octets)
            return
        left_out = [place - part.first for place in recorded.left_out]
        numbers = part.number, part.first
        originals.insert_woven_part(conn, capture_id, numbers, woven, left_out)

    def _cut_out(self, part: Part, events: bytes, outline: Outline) -> Outline:
        """Return the outline of a part without what is not its own."""
        cut, shared = outline.cut, self.layout
        head = cut.head if not part.number else cut.head.removeprefix(shared.head)
        is_last = part is shared.parts[-1]
        tail = cut.tail if is_last else cut.tail.removesuffix(shared.tail)
        return replace(outline, cut=replace(cut, head=head, tail=tail + shared.gap(part, events)))


class NotAll(capturing.Refused):
    """Nothing may be recorded; what else is wrong is read when nothing is locked any more."""

    def __init__(self, recording: _Recording, last: Part) -> None:
        super().__init__(())
        self._recording = recording
        self._last = last

    def read_on(self) -> None:
        """Find out what else is wrong."""
        self.findings = self._recording.rest(self._last)


def findings_of(
    error: Exception, capture_id: UUID, planned: Planned | None = None
) -> tuple[Finding, ...]:
    """Return what an attempt to record says of the document, read to its end."""
    if isinstance(error, NotAll):
        error.read_on()
    if isinstance(error, RefusedError):
        if planned is not None and error.findings[0].code == TEXT_TOO_LONG.code:
            return _too_long(planned) or error.findings
        return error.findings
    return capturing.findings_of(error, capture_id)


def _too_long(planned: Planned) -> tuple[Finding, ...]:
    """Return the texts of a document that cannot be looked up, with their places."""
    if isinstance(planned, Whole):
        return capturing.too_long(planned.plan.content)
    if planned.layout is None:
        return ()
    gathered = Gathered(planned.layout, FINDINGS_MAX)
    for part in planned.layout.parts:
        events = planned.upload.read(part.start, part.stop)
        gathered.add(part, capturing.too_long(planned.layout.document(part, events)))
    return tuple(gathered.all())


def _text(outline: Outline) -> bytes:
    cut = outline.cut
    between = (part for pair in zip(cut.texts, (*cut.gaps, b""), strict=True) for part in pair)
    return b"".join([cut.head, *between, cut.tail])
