"""Operations on packs: verify, dispense, take out of use, take back; one at a time or many.

Our repository does what a national one does: it decides by what it has recorded, records the event
where the decision allows it, and keeps every answer under the id of the operation. One that is sent
again, because the answer was lost, is answered the same again and not done twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import UUID, uuid4

from packtrail.access import Permission, require
from packtrail.base.errors import Conflict, LimitExceeded, RefusedError, UsageError
from packtrail.epcis.events import ObjectEvent, Place
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.undo import Occasion
from packtrail.services.accounts.organisations import audience_for, visible_to
from packtrail.services.capture import recording
from packtrail.services.codes import (
    BAD_OPERATION_ID,
    NO_OPERATION,
    NO_PREMISES,
    NOT_YET,
    TOO_MANY_QUESTIONS,
)
from packtrail.services.goods import packing, places
from packtrail.services.verification.verifying import Ask, Circumstances, Verification, Verifier
from packtrail.store import lots
from packtrail.store import pack_operations as rows
from packtrail.store import verifications as verification_rows
from packtrail.verification import return_codes
from packtrail.verification.codes import REMEDIES
from packtrail.verification.judging import Purpose
from packtrail.verification.operations import (
    ALARMS,
    IS_FINE,
    OPERATIONS,
    REACTIVATING,
    Decision,
    Judged,
    Operation,
    Outcome,
    decide,
)
from packtrail.verification.question import product_of
from packtrail.verification.return_codes import ReturnCode, ReturnCodes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.lifecycle.journey import Standing
    from packtrail.services.application import Application
    from packtrail.store.pack_operations import OperationRow

OPERATIONS_MAX: Final = 1_000
_LOTS_MAX: Final = 100_000
"""Most operations at once."""
_AHEAD_MAX: Final = timedelta(minutes=5)
"""How far the clock of a till may be ahead."""
_TICK: Final = timedelta(microseconds=1)
"""What is done to a pack later is recorded later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One operation on one pack."""

    operation: str
    ask: Ask
    is_undo: bool = False
    operation_id: str | None = None
    """A UUID; the same one when it is sent again. Default: a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Where, when and under whose law operations are done."""

    place: str
    """GLN, SGLN or Digital Link of the premises."""
    market: str = "EU"
    station: str | None = None
    at: datetime | None = None
    """When it was done at the counter, where that is not now."""
    system: str = "nmvs"
    """National system in whose codes the outcome is told too."""
    is_offline: bool = False
    """It was done without a network, and is told later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """What came of one operation."""

    operation_id: str
    operation: Operation
    is_undo: bool
    outcome: Outcome
    is_done: bool
    """It went well: the pack may be handed out, taken back, ..."""
    is_alarm: bool
    """It may be a falsified medicine."""
    is_repeat: bool
    """It was told before, and this is the answer of then."""
    at: datetime
    gtin: str | None
    serial: str | None
    code: str | None
    message: str | None
    remedy: str | None
    national: ReturnCode | None
    verification_id: str
    event_id: str | None


def perform(
    app: Application, actor: Actor, requests: Sequence[Request], at: At
) -> tuple[Performed, ...]:
    """Do operations in their order, one answer each.

    Args:
        app: The application.
        actor: Who does them.
        requests: The operations, at most `OPERATIONS_MAX`; of one pack the later ones see the
            earlier ones done.
        at: Where, when and under whose law.

    Raises:
        RefusedError: `VER-090` no such operation, `VER-091` no premises, `VER-092` no UUID,
            `VER-094` in the future, or fields that cannot be used: nothing was done then.
        Conflict: `VER-092`, the id is that of another operation, or of another pack: nothing was
            done then either.
        LimitExceeded: `VER-072`, too many at once.
        NotPermitted: The actor may not do operations.
    """
    require(actor, Permission.PACK_OPERATE)
    if len(requests) > OPERATIONS_MAX:
        text = f"{len(requests)} operations are asked for; {OPERATIONS_MAX} can be at once."
        raise LimitExceeded(TOO_MANY_QUESTIONS.found(text))
    if not at.place.strip():
        raise RefusedError(NO_PREMISES.found("It names no place.", at="place"))
    if at.at is not None and at.at > app.clock() + _AHEAD_MAX:
        text = f"It was done at {at.at.isoformat()}; it is {app.clock().isoformat()}."
        raise RefusedError(NOT_YET.found(text, at="at"))
    named = [_named(each) for each in requests]
    table = codes_of(app)
    with app.database.transaction() as conn:
        ids = [UUID(each.operation_id) for each in named]
        performing = _Performing(app, conn, actor, at)
        performing.hold(named)
        known = rows.known(conn, actor.organisation_id, ids)
        performing.require_same(named, known)
        made = performing.all([each for each in named if UUID(each.operation_id) not in known])
    answers = {row.operation_id: _told(row, table, at, is_repeat=False) for row in made}
    for row in known.values():
        answers[row.operation_id] = _told(row, table, at, is_repeat=True)
    return tuple(answers[each] for each in ids)


def listed(
    app: Application,
    actor: Actor,
    *,
    gtin: str | None = None,
    serial: str | None = None,
    only_alarms: bool = False,
    limit: int = 100,
) -> tuple[Performed, ...]:
    """Return operations that the actor's organisation did, the newest first.

    Raises:
        NotPermitted: The actor may not see verifications.
    """
    require(actor, Permission.VERIFICATION_READ)
    table = codes_of(app)
    with app.database.reading() as conn:
        found = rows.newest(
            conn,
            actor.organisation_id,
            class_key=f"sgtin/{product_of(gtin)}" if gtin else None,
            item_key=serial,
            only_alarms=only_alarms,
            limit=limit,
        )
    return tuple(_told(row, table, At(place=""), is_repeat=False) for row in found)


def codes_of(app: Application) -> ReturnCodes:
    """Return the table of return codes of this installation.

    Raises:
        UsageError: The file of `return_codes_file` cannot be read.
        RefusedError: `VER-089`, it is no such table.
    """
    return codes_in(app.settings.return_codes_file)


def codes_in(file: str) -> ReturnCodes:
    """Return the table in a file, or where it is empty the one that comes with Packtrail.

    Raises:
        UsageError: The file cannot be read.
        RefusedError: `VER-089`, it is no such table.
    """
    if not file:
        return return_codes.packaged()
    try:
        return return_codes.read(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"return_codes_file is {file!r}, which cannot be read: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named(Request):
    operation_id: str
    what: Operation


def _named(request: Request) -> _Named:
    can_be = [*Operation] if not request.is_undo else [*OPERATIONS]
    if request.operation not in {*can_be}:
        text = f"{request.operation[:40]!r} is none of {', '.join(can_be)}."
        raise RefusedError(NO_OPERATION.found(text, at="operation"))
    wanted = request.operation_id or str(uuid4())
    try:
        identity = str(UUID(wanted))
    except ValueError:
        text = f"{wanted[:60]!r} is no UUID."
        raise RefusedError(BAD_OPERATION_ID.found(text, at="operation_id")) from None
    return _Named(
        operation=request.operation, ask=request.ask, is_undo=request.is_undo,
        operation_id=identity, what=Operation(request.operation),
    )  # fmt: skip


_Kind: TypeAlias = tuple[Operation, bool, str, datetime]
"""What one event tells: operation, whether it is an undo, premises and time."""


class _Performing:
    """Operations on a connection."""

    def __init__(self, app: Application, conn: Connection, actor: Actor, at: At) -> None:
        self._app, self._conn, self._actor, self._at = app, conn, actor, at
        self._now = app.clock()
        self._done_at = at.at or self._now
        self._recorded_at = self._now
        self._key = places.place_key(at.place)
        place = packing.place_of(packing.Occasion(place=at.place))
        self._place = place.id if place else at.place

    def hold(self, requests: Sequence[_Named]) -> None:
        """Let nobody else decide about these packs before this is done."""
        rows.hold(self._conn, self._verifier().items(each.ask for each in requests))

    def require_same(self, requests: Sequence[_Named], known: Mapping[UUID, OperationRow]) -> None:
        """Refuse an id under which something else was done, or the same to another pack."""
        for each in requests:
            row = known.get(UUID(each.operation_id))
            if row is not None and not self._is_same(each, row):
                pack = f" of {row.class_key.partition('/')[2]} {row.item_key}" * bool(row.item_key)
                text = f"{each.operation_id} is the id of another operation: {row.operation}{pack}."
                raise Conflict(BAD_OPERATION_ID.found(text, at="operation_id"))

    def _is_same(self, request: _Named, row: OperationRow) -> bool:
        items = self._verifier().items([request.ask])
        is_pack = (row.class_key, row.item_key) in items if items else not row.item_key
        return is_pack and (request.what.value, request.is_undo) == (row.operation, row.is_undo)

    def all(self, requests: Sequence[_Named]) -> list[OperationRow]:
        """Do the operations, those of one pack one after the other."""
        made: list[OperationRow] = []
        pending, seen = list(requests), set[str]()
        while pending:
            batch: list[_Named] = []
            items: set[tuple[str, str]] = set()
            for each in pending:
                found = self._verifier().items([each.ask])
                if found & items or each.operation_id in seen:
                    break
                batch.append(each)
                items |= found
                seen.add(each.operation_id)
            if not batch:
                text = f"{pending[0].operation_id} is named twice."
                raise Conflict(BAD_OPERATION_ID.found(text, at="operation_id"))
            made += self._some(batch)
            pending = pending[len(batch) :]
        return made

    def _clock(self) -> datetime:
        """Tell the time; what is done after something in one transaction is recorded after it."""
        self._recorded_at = max(self._app.clock(), self._recorded_at + _TICK)
        return self._recorded_at

    def _verifier(self) -> Verifier:
        told = self._at
        circumstances = Circumstances(
            place=told.place, station=told.station, market=told.market, purpose=Purpose.SUPPLY,
            at=told.at, follows_places=False,
        )  # fmt: skip
        return Verifier(self._app, self._conn, self._actor, circumstances)

    def _some(self, requests: Sequence[_Named]) -> list[OperationRow]:
        verifier = self._verifier()
        asks = [self._ask(each) for each in requests]
        found = verifier.answers(asks)
        verification_rows.insert(self._conn, verifier.to_keep())
        decisions = [
            self._decision(request, verifier, verification)
            for request, verification in zip(requests, found, strict=True)
        ]
        events = self._record(requests, verifier, found, decisions)
        made = [
            self._row(*each, events.get(each[0].operation_id))
            for each in zip(requests, found, decisions, strict=True)
        ]
        rows.insert(self._conn, made)
        return made

    def _ask(self, request: _Named) -> Ask:
        way = "offline" if self._at.is_offline else "operation"
        detail = {"operation": request.what.value, "operation_id": request.operation_id}
        if request.is_undo:
            detail["undo"] = "yes"
        return replace(request.ask, way=way, detail=detail)

    def _decision(
        self, request: _Named, verifier: Verifier, verification: Verification
    ) -> Decision:
        standing = verifier.standing_of(verification.verification_id)
        return decide(
            request.what,
            Judged(
                verdict=verification.verdict,
                reasons=verification.reasons,
                standing=standing,
                condition=verification.condition,
            ),
            verifier.policy,
            occasion=Occasion(self._done_at, self._premises(request, standing)),
            is_undo=request.is_undo,
        )

    def _premises(self, request: _Named, standing: Standing | None) -> str:
        """Return the premises; for an undo as the event that is undone writes them."""
        ended = standing.because if request.is_undo and standing else None
        there = (ended.biz_location or ended.read_point) if ended else None
        return there if there and places.is_place(there, self._key) else self._place

    def _record(
        self,
        requests: Sequence[_Named],
        verifier: Verifier,
        found: Sequence[Verification],
        decisions: Sequence[Decision],
    ) -> dict[str, str]:
        """Record an event for each kind of operation that was allowed; operation -> event."""
        packs: dict[_Kind, list[tuple[str, str]]] = {}
        for request, verification, decision in zip(requests, found, decisions, strict=True):
            if decision.records and verification.identifier:
                standing = verifier.standing_of(verification.verification_id)
                premises = self._premises(request, standing)
                kind = request.what, request.is_undo, premises, self._told_at(request, standing)
                pack = request.operation_id, verification.identifier
                packs.setdefault(kind, []).append(pack)
        if not packs:
            return {}
        events = {
            kind: self._event(kind, [identifier for _, identifier in some])
            for kind, some in packs.items()
        }
        owner_id, audience_id = audience_for(self._conn, self._actor, None)
        recording.record(
            self._conn, self._actor, list(events.values()),
            name=f"operations of {self._now:%Y-%m-%d %H:%M:%S}.jsonld",
            owner_id=owner_id, audience_id=audience_id, clock=self._clock,
        )  # fmt: skip
        return {
            operation_id: events[kind].event_id or ""
            for kind, some in packs.items()
            for operation_id, _ in some
        }

    def _told_at(self, request: _Named, standing: Standing | None) -> datetime:
        """Return the time of the event: what ends a pack after an undo is told after it.

        Of events of one moment those that end a pack count before those that undo an end.
        """
        since = standing.since if standing else None
        if request.is_undo:
            before = self._done_at - _TICK
            return before if since is None or since < before else self._done_at
        is_undone = standing is not None and standing.status is Status.REACTIVATED
        return self._done_at + _TICK if is_undone and since == self._done_at else self._done_at

    def _event(self, kind: _Kind, packs: Sequence[str]) -> ObjectEvent:
        operation, is_undo, premises, at = kind
        ending = OPERATIONS[operation]
        return ObjectEvent(
            event_time=at,
            event_time_zone_offset=packing.offset_of(at),
            event_id=f"urn:uuid:{uuid4()}",
            action="OBSERVE",
            biz_step=REACTIVATING if is_undo else ending.biz_step,
            disposition="active" if is_undo else ending.disposition,
            epcs=tuple(packs),
            read_point=Place(id=premises),
            biz_location=Place(id=premises),
        )

    def _row(
        self,
        request: _Named,
        verification: Verification,
        decision: Decision,
        event_id: str | None,
    ) -> OperationRow:
        finding = decision.finding
        return rows.OperationRow(
            organisation_id=self._actor.organisation_id,
            operation_id=UUID(request.operation_id),
            operation=request.what.value,
            is_undo=request.is_undo,
            at=self._done_at,
            recorded_at=self._now,
            actor_name=self._actor.name,
            class_key=f"sgtin/{verification.gtin or ''}",
            item_key=verification.serial or "",
            outcome=decision.outcome.value,
            is_alarm=decision.is_alarm,
            code=finding.code if finding else None,
            message=finding.message if finding else None,
            verification_id=UUID(verification.verification_id),
            event_id=event_id,
            is_lot_known=decision.outcome is not Outcome.LOT_MISMATCH
            or self._knows_lot(verification),
        )

    def _knows_lot(self, verification: Verification) -> bool:
        """Tell whether any pack of the product has the lot that was asked with."""
        known = lots.of_product(
            self._conn, verification.gtin or "", visible_to(self._conn, self._actor),
            limit=_LOTS_MAX,
        )  # fmt: skip
        return verification.lot in known


def _told(row: OperationRow, table: ReturnCodes, at: At, *, is_repeat: bool) -> Performed:
    outcome = Outcome(row.outcome)
    return Performed(
        operation_id=str(row.operation_id),
        operation=Operation(row.operation),
        is_undo=row.is_undo,
        outcome=outcome,
        is_done=outcome in IS_FINE,
        is_alarm=outcome in ALARMS,
        is_repeat=is_repeat,
        at=row.at,
        gtin=row.class_key.partition("/")[2] or None,
        serial=row.item_key or None,
        code=row.code,
        message=row.message,
        remedy=REMEDIES.get(row.code or ""),
        national=table.of(at.system, outcome, is_lot_known=row.is_lot_known),
        verification_id=str(row.verification_id),
        event_id=row.event_id,
    )
