"""Sending: the chore that goes on with reports by itself.

It builds and approves for receivers that want it so, hands files over, and asks for answers. Each
file carries the same identity on every try, and what one try has achieved is written down before
the next, so that a server that dies sends nothing twice that it knows to be taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from packtrail.access import Actor
from packtrail.base.errors import Conflict, RefusedError
from packtrail.exchange.calls import Networks, NotTaken, Reply
from packtrail.exchange.channels import Channel, FolderChannel, HttpChannel, Outgoing
from packtrail.reporting import catalogue, codes
from packtrail.reporting.answers import Answer, Outcome, Reason, read_answer
from packtrail.reporting.building import check_file
from packtrail.reporting.life import State, Step
from packtrail.reporting.words import ChannelKind
from packtrail.services.reports import making, moving, steps
from packtrail.services.reports.receivers import Receiver, required
from packtrail.services.reports.steps import Taken
from packtrail.store import organisations as organisation_rows
from packtrail.store import reports as rows
from packtrail.store.reports import NewFile, ReasonRow, ReportRow

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.reporting.checking import Sighting
    from packtrail.services.application import Application

ANSWER: Final = "answer"
_CLAIM: Final = timedelta(minutes=10)
_ONE_RUN_MAX: Final = 500
_ASK_AFTER: Final = timedelta(seconds=30)
_WAIT_MIN: Final = timedelta(seconds=30)
_WAIT_MAX: Final = timedelta(hours=1)
_DONE: Final = frozenset({Outcome.TAKEN, Outcome.PARTLY, Outcome.REJECTED})
_STEPS: Final[Mapping[Outcome, Step]] = {
    Outcome.TAKEN: Step.ACKNOWLEDGED,
    Outcome.PARTLY: Step.PARTLY,
    Outcome.REJECTED: Step.REJECTED,
    Outcome.WAITING: Step.WAITING,
    Outcome.UNREADABLE: Step.UNREADABLE,
}


def go_on(app: Application) -> int:
    """Go on with every report that is due for it; return how many there were."""
    for count in range(_ONE_RUN_MAX):
        if not go_on_with_next(app):
            return count
    return _ONE_RUN_MAX


def go_on_with_next(app: Application) -> bool:
    """Go on with the report that waits for longest; return False when none does."""
    now = app.clock()
    with app.database.transaction() as conn:
        report_id = rows.claim_due(conn, now=now, until=now + _CLAIM)
        row = rows.of_any(conn, report_id) if report_id else None
    if row is None:
        return False
    actor = Actor.system("reports", organisation_id=row.organisation_id)
    try:
        if row.state in {State.APPROVED, State.SENT}:
            _Parcel.of(app, actor, row).go()
        else:
            _prepare(app, actor, row)
    except Conflict:
        return True  # Somebody has changed it meanwhile; it is theirs now.
    return True


def _prepare(app: Application, actor: Actor, row: ReportRow) -> None:
    """Build and check a report; approve it where its receiver wants that and nothing is wrong."""
    with app.database.transaction() as conn:
        made = making.build_row(app, conn, actor, row)
        is_guarded = catalogue.form(row.form).is_guarded
        if made.state == State.CHECKED and not is_guarded:
            reason = "Nothing was found; the receiver is sent its reports by itself."
            moving.approve_row(app, conn, actor, made, reason=reason, at=app.clock())


def channel_of(app: Application, receiver: Receiver, organisation: str) -> Channel | None:
    """Return the way to a receiver, None where people hand files in.

    Args:
        app: The application.
        receiver: The receiver.
        organisation: Short name of the organisation that sends.
    """
    settings = app.settings
    if receiver.channel is ChannelKind.FOLDER:
        root = settings.data_dir / settings.reports_dir
        return FolderChannel(root / organisation / receiver.folder)
    if receiver.channel is ChannelKind.HTTP:
        wanted = f"{organisation}/{receiver.code}="
        tokens = (each for each in settings.receiver_tokens if each.startswith(wanted))
        return HttpChannel(
            address=receiver.address,
            answer_address=receiver.answer_address,
            token=next(tokens, "").removeprefix(wanted),
            networks=Networks.of(settings.webhook_allowed_networks),
            timeout=settings.webhook_timeout_seconds,
        )
    return None


@dataclass(slots=True)
class _Way:
    """How far one file is."""

    file: Outgoing
    outcome: str = ""
    reference: str = ""

    @property
    def is_handed_over(self) -> bool:
        return bool(self.outcome)

    @property
    def is_done(self) -> bool:
        return self.outcome in _DONE

    def told(self) -> dict[str, str]:
        return {"name": self.file.name, "outcome": self.outcome, "reference": self.reference}


@dataclass(slots=True)
class _Parcel:
    """A report on its way, with all its files."""

    app: Application
    actor: Actor
    row: ReportRow
    receiver: Receiver
    channel: Channel | None
    ways: list[_Way]
    replies: list[tuple[_Way, Reply]]
    reasons: list[Reason]

    @classmethod
    def of(cls, app: Application, actor: Actor, row: ReportRow) -> _Parcel:
        """Return a report with its files, and how far each is."""
        with app.database.reading() as conn:
            receiver = required(conn, row.organisation_id, row.receiver)
            (organisation,) = organisation_rows.by_ids(conn, [row.organisation_id])
            progress = _progress(conn, row)
            ways = [
                _Way(
                    file,
                    outcome=progress.get(file.name, {}).get("outcome", ""),
                    reference=progress.get(file.name, {}).get("reference", ""),
                )
                for file in outgoing(conn, row)
            ]
        return cls(
            app, actor, row, receiver, channel_of(app, receiver, organisation.code), ways, [], []
        )

    def go(self) -> None:
        """Hand over what is not handed over, ask for what is not answered, and write it down."""
        if self.channel is None:
            return
        try:
            for way in self.ways:
                if not way.is_handed_over:
                    self._note(way, self.channel.hand_over(way.file))
                elif not way.is_done:
                    reply = self.channel.ask(way.file, way.reference)
                    if reply is not None:
                        self._note(way, reply)
        except NotTaken as failure:
            self._wait(str(failure))
            return
        self._write()

    def _note(self, way: _Way, reply: Reply | None) -> None:
        """Read what a receiver says of a file; of nothing that it will say something later."""
        if reply is None:
            way.outcome = Outcome.WAITING
            return
        answer = self._read(way, reply)
        way.outcome = answer.outcome
        way.reference = answer.reference or way.reference
        self.replies.append((way, reply))
        self.reasons += answer.reasons

    def _read(self, way: _Way, reply: Reply) -> Answer:
        form = catalogue.form(self.row.form)
        sent: tuple[Sighting, ...] = ()
        if reply.body:
            sent = check_file(form, way.file.content, on=self.app.clock()).objects
        return read_answer(form.answer, reply.body, reply.status, sent)

    # --- writing it down --------------------------------------------------------------------------

    def _outcome(self) -> Outcome:
        """Return what became of the whole."""
        found = {Outcome(way.outcome) for way in self.ways}
        for each in (Outcome.UNREADABLE, Outcome.WAITING):
            if each in found:
                return each
        return found.pop() if len(found) == 1 else Outcome.PARTLY

    def _write(self) -> None:
        outcome = self._outcome()
        with self.app.database.transaction() as conn:
            at = self.app.clock()
            row = self.row
            if row.state == State.APPROVED:
                row = steps.take(self.app, conn, self.actor, row, self._sent(at), at=at)
                making.tie_lot(conn, row)
            self._keep(conn, row, at)
            if outcome is Outcome.WAITING and not self.replies:
                if row is self.row:
                    rows.postpone(conn, row, next_at=self._next_ask(at))
                return
            step = _STEPS[outcome]
            detail = {"files": [way.told() for way in self.ways]}
            taken = Taken(
                step=step,
                detail=detail,
                reason=self._reason(outcome),
                reference=self._reference(),
                next_at=self._next_ask(at) if outcome is Outcome.WAITING else None,
                attempts=row.attempts + 1 if outcome is Outcome.WAITING else 0,
            )
            steps.take(self.app, conn, self.actor, row, taken, at=at)

    def _sent(self, at: datetime) -> Taken:
        detail = {"files": [way.told() for way in self.ways]}
        return Taken(
            step=Step.SENT,
            detail=detail,
            reference=self._reference(),
            next_at=self._next_ask(at),
        )

    def _keep(self, conn: Connection, row: ReportRow, at: datetime) -> None:
        """Keep every answer with its bytes, and every reason with its pack."""
        for way, reply in self.replies:
            new = NewFile(
                version_no=row.version_no,
                role=ANSWER,
                name=f"{way.file.name}.answer",
                media_type=reply.media_type,
                content=reply.body,
            )
            if reply.body:
                rows.insert_file(conn, row.report_id, new, at=at)
        for reason in self.reasons:
            class_key, item_key = reason.key or (None, None)
            kept = ReasonRow(
                reason_no=0,
                version_no=row.version_no,
                code=reason.code,
                text=reason.text,
                place=reason.at,
                class_key=class_key,
                item_key=item_key,
                at=at,
            )
            rows.insert_reason(conn, row, kept, at=at)

    def _reason(self, outcome: Outcome) -> str:
        if outcome not in {Outcome.PARTLY, Outcome.REJECTED} or not self.reasons:
            return ""
        first = self.reasons[0]
        more = f" and {len(self.reasons) - 1} more" if len(self.reasons) > 1 else ""
        return f"{first.code} {first.text}".strip()[:1_000] + more

    def _reference(self) -> str | None:
        return " ".join(way.reference for way in self.ways if way.reference)[:500] or None

    def _wait(self, why: str) -> None:
        """Note that a try did not succeed, with what it has achieved."""
        attempts = self.row.attempts + 1
        with self.app.database.transaction() as conn:
            at = self.app.clock()
            self._keep(conn, self.row, at)
            taken = Taken(
                step=Step.NOT_TAKEN,
                reason=f"The receiver {why}.",
                detail={"files": [way.told() for way in self.ways]},
                next_at=at + wait_after(attempts),
                attempts=attempts,
            )
            steps.take(self.app, conn, self.actor, self.row, taken, at=at)

    def _next_ask(self, at: datetime) -> datetime:
        return at + max(_ASK_AFTER, wait_after(self.row.attempts))


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: doubled each time, an hour at most."""
    return min(_WAIT_MIN * (1 << min(attempts, 10)), _WAIT_MAX)


def outgoing(conn: Connection, row: ReportRow) -> Iterator[Outgoing]:
    """Yield the files of the last version of a report, as they leave."""
    number = 0
    for each in rows.files(conn, row.report_id):
        if each.role == making.OUTGOING and each.version_no == row.version_no:
            number += 1
            found = rows.file(conn, row.report_id, each.file_no)
            if found is not None:
                yield Outgoing(
                    identity=f"{row.number}.{row.version_no}.{number}",
                    name=each.name,
                    media_type=each.media_type,
                    content=found[1],
                )


def _progress(conn: Connection, row: ReportRow) -> dict[str, dict[str, Any]]:
    """Return how far each file is, as the last try has written it down."""
    for each in reversed(rows.steps(conn, row.report_id)):
        if each.step in {Step.APPROVED, Step.RESENT, Step.BUILT}:
            return {}
        if "files" in each.detail and isinstance(each.detail["files"], list):
            return {file["name"]: file for file in each.detail["files"]}
    return {}


def send_now(app: Application, actor: Actor, number: int) -> ReportRow:
    """Hand a report over at once, without waiting for the chore.

    Raises:
        NotFound: `REP-020`; RefusedError: `REP-021`, `REP-027`; Conflict: `REP-033`.
        NotPermitted: The actor may not send.
    """
    moving.require_step(actor, Step.SENT)
    with app.database.reading() as conn:
        row = steps.numbered(conn, actor.organisation_id, number)
    _require_channel(app, actor, row)
    now = app.clock()
    with app.database.transaction() as conn:
        if not rows.claim(conn, row, now=now, until=now + _CLAIM):
            message = f"Report {number} is on its way at this moment."
            raise Conflict(codes.STALE_REPORT.found(message))
    _Parcel.of(app, actor, row).go()
    with app.database.reading() as conn:
        return steps.numbered(conn, actor.organisation_id, number)


def _require_channel(app: Application, actor: Actor, row: ReportRow) -> None:
    if row.state not in {State.APPROVED, State.SENT}:
        message = f"Report {row.number} is {row.state}; only what is approved is sent."
        raise RefusedError(codes.WRONG_STATE.found(message))
    with app.database.reading() as conn:
        receiver = required(conn, actor.organisation_id, row.receiver)
    if receiver.channel is ChannelKind.NONE:
        message = f"{receiver.title} has no way to send files to."
        raise RefusedError(codes.NO_CHANNEL.found(message))
