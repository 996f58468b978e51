"""Corrections: declare an event wrong, record what is right, and see first what that changes.

Nothing recorded is ever changed. An error declaration takes its event out of every fold; corrective
events put in what should have been said. The preview does both for real and takes them back, so it
shows exactly what accepting will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import msgspec

from packtrail import epcis, gs1
from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.base.findings import has_errors
from packtrail.epcis.events import ErrorDeclaration
from packtrail.services import auditing
from packtrail.services.accounts.organisations import audience_for, visible_to
from packtrail.services.capture import recording
from packtrail.services.codes import (
    ALREADY_WRONG,
    BAD_CORRECTION,
    NO_EVENT,
    NOT_YOUR_EVENT,
    STALE_PREVIEW,
)
from packtrail.services.goods import what_if
from packtrail.store import captures, organisations
from packtrail.store import events as rows
from packtrail.store.database import taken_back
from packtrail.store.filters import EventFilter
from packtrail.store.roles import mentions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.epcis.events import Event
    from packtrail.services.application import Application
    from packtrail.services.goods.what_if import Changes
    from packtrail.store.journeys import ItemKey

_LIMITS: Final = epcis.Limits(size_bytes=1024 * 1024)
_CLASS_ROLES_FROM: Final = 10


class Reason(StrEnum):
    """Why an event is wrong (CBV 2.0, 7.5)."""

    DID_NOT_OCCUR = "did_not_occur"
    INCORRECT_DATA = "incorrect_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What somebody wants to correct."""

    event_ids: tuple[str, ...]
    """Events to declare wrong, one or more."""
    reason: str
    """A `Reason`."""
    explanation: str
    """In words, for the audit trail."""
    corrective: bytes | None = None
    """An EPCIS document, or a bare event, with what is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a correction would do."""

    wrong: tuple[str, ...]
    """Events that it declares wrong."""
    corrective: tuple[str, ...]
    """Events that it records instead."""
    changes: Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A correction that was made."""

    capture_id: str
    """The document of the declarations and corrective events."""
    changes: Changes


def draft(app: Application, actor: Actor, event_id: str) -> bytes:
    """Return an event as JSON-LD under a new event id, ready to be put right.

    Raises:
        NotFound: `QRY-007`, no such event.
    """
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        stored = _stored(app, conn, visible_to(conn, actor), event_id)
    body = {name: value for name, value in stored.body.items() if name != "recordTime"}
    event = epcis.read_event_json(body)
    renamed = msgspec.structs.replace(event, event_id=_new_id(), error_declaration=None)
    document = epcis.EpcisDocument(
        schema_version="2.0", creation_date=app.clock(), events=(renamed,)
    )
    return msgspec.json.format(epcis.write_json(document), indent=2)


def preview(app: Application, actor: Actor, correction: Correction) -> Preview:
    """Return what a correction would change, and change nothing.

    Args:
        app: The application.
        actor: Who would make it.
        correction: What is wrong, why, and what is right.

    Raises:
        NotFound: `QRY-007`, no such event.
        NotPermitted: `TRC-017`, the events are others'; or the actor may not record.
        Conflict: `TRC-015`, an event was declared wrong before.
        RefusedError: `TRC-018` or `EPC` codes, the corrective events cannot be used.
        LimitExceeded: `TRC-014`, too many objects are concerned.
    """
    require(actor, Permission.CAPTURE_CREATE)
    with app.database.transaction() as conn, taken_back(conn):
        made = _made(app, conn, actor, correction)
        return Preview(
            wrong=correction.event_ids,
            corrective=tuple(each.event_id or "" for each in made.corrective),
            changes=made.changes(),
        )


def accept(app: Application, actor: Actor, correction: Correction, *, digest: str) -> Accepted:
    """Make a correction.

    Args:
        app: The application.
        actor: Who makes it.
        correction: What is wrong, why, and what is right.
        digest: That of the changes which the preview showed.

    Raises:
        Conflict: `TRC-016`, it would change something else by now; and see `preview`.
    """
    require(actor, Permission.CAPTURE_CREATE)
    with app.database.transaction() as conn:
        made = _made(app, conn, actor, correction)
        changes = made.changes()
        if changes.digest != digest:
            text = "The changes are not those of the preview that was accepted."
            raise Conflict(STALE_PREVIEW.found(text))
        capture_id = made.capture_ids[-1]
        for event_id in correction.event_ids:
            auditing.write(
                conn, actor, Action.EVENT_CORRECTED, event_id, at=app.clock(),
                detail={
                    "reason": correction.reason,
                    "explanation": correction.explanation.strip(),
                    "capture": capture_id,
                    "changed": changes.changed,
                },
            )  # fmt: skip
    return Accepted(capture_id=capture_id, changes=changes)


class _Made:
    """A correction on a connection: what it records, and what that changes."""

    def __init__(
        self,
        conn: Connection,
        actor: Actor,
        events: tuple[Sequence[Event], Sequence[Event]],
        owner: tuple[int, int],
        clock: Callable[[], datetime],
    ) -> None:
        self._conn = conn
        self._actor = actor
        self._declarations, self.corrective = events
        self._owner = owner
        self._clock = clock
        self.capture_ids: list[str] = []

    def changes(self) -> Changes:
        """Record it, and return what that changes."""
        every = [*self._declarations, *self.corrective]
        audience_ids = visible_to(self._conn, self._actor)
        return what_if.changes(self._conn, _objects(every), audience_ids, self._record)

    def _record(self) -> None:
        owner_id, audience_id = self._owner
        self.capture_ids.append(
            recording.record(
                self._conn,
                self._actor,
                [*self._declarations, *self.corrective],
                name=f"correction of {self._clock():%Y-%m-%d %H:%M:%S}.jsonld",
                owner_id=owner_id,
                audience_id=audience_id,
                clock=self._clock,
            )
        )


def _made(app: Application, conn: Connection, actor: Actor, correction: Correction) -> _Made:
    _require_sense(correction)
    corrective = _corrective(correction)
    at = app.clock()
    audience_ids = visible_to(conn, actor)
    wrong = [_stored(app, conn, audience_ids, each) for each in correction.event_ids]
    owner = _owner(conn, actor, wrong)
    declarations: list[Event] = []
    for stored in wrong:
        body = {name: value for name, value in stored.body.items() if name != "recordTime"}
        declaration = ErrorDeclaration(
            declaration_time=at,
            reason=correction.reason,
            corrective_event_ids=tuple(each.event_id or "" for each in corrective),
        )
        declarations.append(
            msgspec.structs.replace(epcis.read_event_json(body), error_declaration=declaration)
        )
    return _Made(conn, actor, (declarations, corrective), owner, app.clock)


def _require_sense(correction: Correction) -> None:
    if not correction.event_ids:
        raise RefusedError(BAD_CORRECTION.found("It names no event.", at="event_ids"))
    if correction.reason not in {*Reason}:
        text = f"{correction.reason[:40]!r} is no reason; there are {' and '.join(Reason)}."
        raise RefusedError(BAD_CORRECTION.found(text, at="reason"))
    if not correction.explanation.strip():
        raise RefusedError(BAD_CORRECTION.found("It says nothing in words.", at="explanation"))


def _owner(conn: Connection, actor: Actor, stored: Sequence[rows.StoredEvent]) -> tuple[int, int]:
    """Return the owner of the wrong events, and the audience that sees them."""
    owner_ids = {each.owner_id for each in stored}
    (owner, *more) = organisations.by_ids(conn, owner_ids)
    if more:
        text = "The events belong to several organisations; correct those of one at a time."
        raise NotPermitted(NOT_YOUR_EVENT.found(text, at="event_ids"))
    try:
        audience_for(conn, actor, owner.code)
    except NotPermitted:
        text = f"The event belongs to {owner.code}, and only its owner can declare it wrong."
        raise NotPermitted(NOT_YOUR_EVENT.found(text, at="event_ids")) from None
    # Whoever sees what was wrong sees what is right.
    captured = captures.by_id(conn, stored[0].capture_id, audience_ids=visible_to(conn, actor))
    if captured is None:
        raise NotFound(NO_EVENT.found("The document of the event cannot be seen."))
    return owner.organisation_id, captured.audience_id


def _stored(
    app: Application, conn: Connection, audience_ids: Sequence[int], event_id: str
) -> rows.StoredEvent:
    wanted = EventFilter(event_ids=(event_id,))
    found = rows.query(
        conn, wanted, audience_ids=audience_ids, page_size=20, now=app.clock()
    ).events
    if not found:
        raise NotFound(NO_EVENT.found(f"There is no event {event_id[:200]!r}.", at="event_ids"))
    if any("errorDeclaration" in each.body for each in found):
        raise Conflict(
            ALREADY_WRONG.found(f"{event_id} was declared wrong before.", at="event_ids")
        )
    return found[0]


def _corrective(correction: Correction) -> tuple[Event, ...]:
    if correction.corrective is None:
        return ()
    reading = epcis.read(correction.corrective, media_type=None, limits=_LIMITS)
    if has_errors(reading.findings) or reading.document is None:
        raise RefusedError(*(each for each in reading.findings if has_errors([each])))
    named = tuple(
        each if each.event_id else msgspec.structs.replace(each, event_id=epcis.event_hash(each))
        for each in reading.document.events
    )
    if {each.event_id for each in named} & {*correction.event_ids}:
        text = "A corrective event has the id of an event that it corrects."
        raise RefusedError(BAD_CORRECTION.found(text, at="corrective"))
    return named


def _objects(events: Iterable[Event]) -> list[ItemKey]:
    """Return the objects some events name."""
    uris = [
        uri
        for event in events
        for role, named in mentions(event)
        if role < _CLASS_ROLES_FROM
        for uri in named
    ]
    return gs1.identify(uris)


def _new_id() -> str:
    return f"urn:uuid:{uuid4()}"
