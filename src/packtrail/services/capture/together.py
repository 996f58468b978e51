"""Small documents that come at the same time: recorded in one transaction, each as if alone.

Who waits for the database anyway waits with others: what a transaction costs, and the wait for the
disk at its end, is then paid once for all of them. They are taken to be new, valid and without
master data; whatever else they turn out to be, each is recorded by itself.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from packtrail.access import Action
from packtrail.base.errors import NotPermitted, Unavailable
from packtrail.services import auditing
from packtrail.services.accounts.organisations import ask_audience_for, own_id
from packtrail.services.capture import capturing
from packtrail.store import audit, drafts, gathered, months, originals
from packtrail.store import capture as store
from packtrail.store import captures as rows
from packtrail.store.ids import SegmentNumbers
from packtrail.store.keyring import PoolClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

_LOG = logging.getLogger(__name__)
_BYTES_MAX: Final = 64 * 1024
_EVENTS_MAX: Final = 16


class Lane(Enum):
    """By which way a document is recorded."""

    KNOWN = "known"
    """With others that name only objects which are in the dictionary: they wait for nobody."""
    NEW = "new"
    """With others that may name new objects: they wait for whoever adds to the same classes."""
    ALONE = "alone"
    """In a transaction of its own."""


@dataclass(frozen=True, slots=True)
class Lone:
    """A small document, and who hands it in for whom."""

    actor: Actor
    owner: str | None
    handed_in: rows.NewCapture
    """Without owner and audience."""
    plan: capturing.Plan
    alone: Callable[[], rows.Outcome]
    """Records it by itself."""

    @property
    def lane(self) -> Lane:
        """By which way it is most likely to be recorded; who commissions names new objects."""
        reading = self.plan.reading
        if (
            reading is None
            or self.plan.findings
            or not 0 < self.plan.event_count <= _EVENTS_MAX
            or len(self.plan.content) > _BYTES_MAX
            or (reading.document and reading.document.vocabularies)
        ):
            return Lane.ALONE
        actions = {getattr(event, "action", "ADD") for event in reading.events.values()}
        return Lane.NEW if "ADD" in actions else Lane.KNOWN


def record(app: Application, lone: Lone, lane: Lane) -> rows.Outcome:
    """Record a document by a lane, with others that come meanwhile; return what became of it.

    Raises:
        NotPermitted: The actor may not record for this owner.
        Unavailable: The database did not answer.
    """
    while lane is not Lane.ALONE:
        asked = app.combiner.ask(lane, lone, partial(_shared, app, lane))
        answer = cast("rows.Outcome | Lane", asked)
        if isinstance(answer, rows.Outcome):
            return answer
        lane = answer
    return lone.alone()


def record_known(app: Application, some: Sequence[Lone]) -> list[rows.Outcome | Lane]:
    """Record those of some documents that wait for nobody, in one transaction.

    Returns:
        What became of each, or by which lane it is yet to be recorded.

    Raises:
        Unavailable: The database did not answer.
    """
    lanes = [lone.lane for lone in some]
    known = [place for place, lane in enumerate(lanes) if lane is Lane.KNOWN]
    answers = _shared(app, Lane.KNOWN, [some[place] for place in known])
    found = dict(zip(known, answers, strict=True))
    return [found.get(place, lane) for place, lane in enumerate(lanes)]


def _shared(app: Application, lane: Lane, some: Sequence[Lone]) -> list[rows.Outcome | Lane]:
    """Record documents that came by a lane; return what became of each, or where it belongs."""
    answers = [Lane.ALONE] * len(some)
    left = [*range(len(some))]
    while left:
        try:
            outcomes = _all(app, lane, [some[place] for place in left])
        except store.Misjudged as error:
            for place in error.unknown - error.repeated:
                answers[left[place]] = Lane.NEW
            wrong = error.unknown | error.repeated
            left = [each for place, each in enumerate(left) if place not in wrong]
        except (NotPermitted, PoolClosed, months.MonthMissing, *store.RACES) as error:
            _LOG.debug("%d documents are recorded one by one: %r", len(left), error)
            break
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - told by whichever document is the cause, alone
            _LOG.warning("%d documents are recorded one by one", len(left), exc_info=True)
            break
        else:
            found = dict(zip(left, outcomes, strict=True))
            return [found.get(place, answer) for place, answer in enumerate(answers)]
    return [*answers]


def _all(app: Application, lane: Lane, some: Sequence[Lone]) -> list[rows.Outcome]:
    """Record documents in one transaction.

    It asks the database twice: for all that is to be known, and to record it with the commit; three
    times where something is recorded for another organisation.
    """
    documents = [_document(lone) for lone in some]
    draft, document_of = drafts.draft_together(documents)
    with app.database.gathered() as conn:
        store.announce(conn, app.clock())
        newest = store.ask_newest(conn)
        owner_ids = [own_id(lone.actor, lone.owner) for lone in some]
        are_known, now = lane is Lane.KNOWN, app.clock()
        recording = store.NewRecording(
            conn, draft, document_of, owner_ids, at=now, are_known=are_known
        )
        owners = _ask_owners(conn, some)
        gathered.request(conn)
        # What needs no answer is made while the answers are on their way.
        recording.prepare()
        parts = [_part(lone) for lone in some]
        every = [
            lone.handed_in._replace(owner_id=owner_id, audience_id=audience_id)
            for lone, (owner_id, audience_id) in zip(some, owners(), strict=True)
        ]
        at = capturing.not_before(app.clock(), newest())
        recordings = [
            store.Recording(
                owner_id=new.owner_id,
                audience_id=new.audience_id,
                capture_id=new.capture_id,
                record_time=at,
                namespaces=namespaces,
            )
            for new, (_, _, namespaces) in zip(every, documents, strict=True)
        ]
        spans = recording.record(recordings, SegmentNumbers(at))
        originals.insert_parts(conn, parts)
        outcomes = [_outcome(lone, at, span) for lone, span in zip(some, spans, strict=True)]
        rows.insert_finished(conn, every, outcomes)
        _audit(conn, some, every, outcomes)
    return outcomes


def _document(lone: Lone) -> drafts.Document:
    reading = lone.plan.reading
    if reading is None:
        raise LookupError(lone)
    return (
        reading.outline,
        reading.events,
        reading.document.namespaces if reading.document else {},
    )


def _ask_owners(conn: Connection, some: Sequence[Lone]) -> Callable[[], list[tuple[int, int]]]:
    """Ask for the owner and the audience of each document; what is returned waits for answers."""
    keys = [(lone.actor.organisation_id, lone.owner) for lone in some]
    asked: dict[tuple[int, str | None], Callable[[], tuple[int, int]]] = {}
    for key, lone in zip(keys, some, strict=True):
        if key not in asked:
            asked[key] = ask_audience_for(conn, lone.actor, lone.owner)

    def answer() -> list[tuple[int, int]]:
        found = {key: each() for key, each in asked.items()}
        return [found[key] for key in keys]

    return answer


def _part(lone: Lone) -> originals.Part:
    """Return a document as it is kept; the recording sees to the partitions of the month."""
    capture_id = lone.handed_in.capture_id
    outline = lone.plan.reading.outline if lone.plan.reading else None
    if outline is None:
        return originals.plain(capture_id, 0, lone.plan.content)
    return originals.woven(capture_id, (0, 0), outline, ())


def _outcome(lone: Lone, at: datetime, span: tuple[int, int]) -> rows.Outcome:
    return rows.Outcome(
        is_success=True,
        event_count=lone.plan.event_count,
        stored_count=lone.plan.event_count,
        repeated_count=0,
        findings=[],
        at=at,
        span=span,
    )


def _audit(
    conn: Connection,
    some: Sequence[Lone],
    every: Sequence[rows.NewCapture],
    outcomes: Sequence[rows.Outcome],
) -> None:
    written: defaultdict[int, list[audit.AuditRow]] = defaultdict(list)
    for lone, new, outcome in zip(some, every, outcomes, strict=True):
        detail = capturing.detail_of_document(new, outcome)
        row = auditing.row_of(
            lone.actor, Action.CAPTURE_RECORDED, str(new.capture_id), at=outcome.at, detail=detail
        )
        for organisation_id in {new.owner_id, lone.actor.organisation_id}:
            written[organisation_id].append(row)
    for organisation_id in sorted(written):
        audit.append_many(conn, organisation_id, written[organisation_id])
