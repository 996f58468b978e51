"""Mails as people see them: what waits, what was sent, dead letters, trying again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.base.findings import Severity
from packtrail.services import auditing
from packtrail.services.mail import addresses, codes, outbox
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.services.overview import Attention
from packtrail.store import mail as rows

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

PAGE_MAX: Final = 200
STATES: Final = ("waiting", "unconfirmed", "sent", "dead", "unsubscribed", "dropped")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailView:
    """A mail and how far it is."""

    mail_id: str
    kind: str
    cause: str
    recipient: str
    recipient_name: str
    subject: str
    state: str
    """waiting, unconfirmed (it waits for somebody to confirm the address), sent, dead (given up),
    unsubscribed (whoever reads the address refuses it), or dropped by somebody."""
    tries: int
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None
    last_answer: str
    """What the mail server said last, or why it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryView:
    """A try to send a mail."""

    at: datetime
    outcome: str
    """sent, refused, deferred, unreachable, or unknown: nobody wrote down what the server said."""
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage:
    """A mail with what it says, and every try to send it."""

    mail: MailView
    message_id: str
    text: str
    link: str
    """Page it leads to; of a private link only what it is for."""
    file_name: str
    tries: tuple[TryView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How mails stand as a whole."""

    is_on: bool
    """Whether they are recorded."""
    server: str
    """Through which they leave; empty: none does."""
    sender: str
    domains: tuple[str, ...]
    counts: Mapping[str, int]
    """State -> how many."""


def listed(
    app: Application,
    actor: Actor,
    *,
    state: str = "",
    kind: str = "",
    before: datetime | None = None,
    limit: int = PAGE_MAX,
) -> tuple[MailView, ...]:
    """Return mails of the actor's organisation, the newest first.

    Args:
        app: The application.
        actor: Who asks.
        state: Only these, one of `STATES`.
        kind: Only of this kind, such as digest.
        before: Only older ones; for the next page.
        limit: At most so many, up to `PAGE_MAX`.

    Raises:
        NotPermitted: The actor may not see mails.
    """
    require(actor, Permission.MAIL_READ)
    with app.database.reading() as conn:
        found = rows.newest(
            conn, actor.organisation_id, state=state, kind=kind, before=before,
            limit=min(limit, PAGE_MAX),
        )  # fmt: skip
    return tuple(map(_view, found))


def one(app: Application, actor: Actor, mail_id: str) -> MailPage:
    """Return a mail with what it says.

    Raises:
        NotFound: `MAI-001`, there is no such mail.
        NotPermitted: The actor may not see mails.
    """
    require(actor, Permission.MAIL_READ)
    with app.database.reading() as conn:
        row = rows.by_id(conn, actor.organisation_id, mail_id) if rows.is_id(mail_id) else None
        if row is None:
            raise NotFound(_no_mail(mail_id))
        tries = rows.tries(conn, row.mail_id)
    return MailPage(
        mail=_view(row),
        message_id=row.message_id,
        text=row.body,
        link=row.link_subject if not row.link_purpose else f"private link: {row.link_purpose}",
        file_name=row.file_name,
        tries=tuple(TryView(at=e.at, outcome=e.outcome, answer=e.answer) for e in tries),
    )


def standing(app: Application, actor: Actor) -> Standing:
    """Return how mails stand as a whole.

    Raises:
        NotPermitted: The actor may not see mails.
    """
    require(actor, Permission.MAIL_READ)
    settings = app.settings
    with app.database.reading() as conn:
        found = rows.counts(conn, actor.organisation_id)
    allowed = settings.mail_domains or (outbox.domain_of(settings.mail_from),)
    is_on = outbox.is_on(settings)
    return Standing(
        is_on=is_on,
        server=(
            f"{settings.mail_host}:{settings.mail_port}, {settings.mail_tls}"
            if settings.mail_host
            else ""
        ),
        sender=settings.mail_from,
        domains=allowed if is_on else (),
        counts={state: found.get(state, 0) for state in STATES},
    )


def try_again(app: Application, actor: Actor, mail_id: str) -> MailPage:
    """Let a mail that waits, was given up or was dropped be tried at once.

    Raises:
        NotFound: `MAI-001`, there is no such mail.
        RefusedError: `MAI-002`, mails are off; `MAI-003`, `MAI-004`, it may not go there;
            `MAI-011`, `MAI-012`, nobody has confirmed the address, or it refuses such mails.
        Conflict: `MAI-005`, it is sent, or is just being sent.
        NotPermitted: The actor may not see to mails.
    """
    require(actor, Permission.MAIL_UPDATE)
    outbox.require_on(app.settings)
    at = app.clock()
    known = one(app, actor, mail_id).mail
    give_up_at = at + timedelta(hours=app.settings.mail_retry_for_hours)
    with app.database.transaction() as conn:
        if known.state != "sent":
            _require_wanted(app, conn, actor, known)
        if not rows.renew(conn, actor.organisation_id, mail_id, at=at, give_up_at=give_up_at):
            raise Conflict(codes.IS_SENT.found(f"The mail {mail_id} is sent, or being sent."))
        auditing.write(conn, actor, Action.MAIL_RETRIED, mail_id, at=at)
    return one(app, actor, mail_id)


def drop(app: Application, actor: Actor, mail_id: str, *, reason: str = "") -> MailPage:
    """Let a mail never be sent.

    Raises:
        NotFound: `MAI-001`, there is no such mail.
        Conflict: `MAI-005`, it is sent, or is just being sent.
        NotPermitted: The actor may not see to mails.
    """
    require(actor, Permission.MAIL_UPDATE)
    at = app.clock()
    one(app, actor, mail_id)
    with app.database.transaction() as conn:
        if not rows.drop(conn, actor.organisation_id, mail_id, at=at):
            raise Conflict(codes.IS_SENT.found(f"The mail {mail_id} is sent, or being sent."))
        detail = {"reason": reason.strip()[:500]}
        auditing.write(conn, actor, Action.MAIL_DROPPED, mail_id, at=at, detail=detail)
    return one(app, actor, mail_id)


def test(app: Application, actor: Actor, address: str) -> MailPage:
    """Record a mail that says that mails work; a chore sends it like any other.

    To an address that nobody has confirmed it is the mail that asks for that: nothing else goes
    there.

    Raises:
        RefusedError: `MAI-002`, mails are off; `MAI-003`, `MAI-004`, it may not go there.
        NotPermitted: The actor may not see to mails.
    """
    require(actor, Permission.MAIL_UPDATE)
    outbox.require_on(app.settings)
    to, at = outbox.check_address(app.settings, address), app.clock()
    kind = Kind.TEST
    letter = Letter(
        kind=Kind.TEST,
        cause=f"test/{at.isoformat()}",
        to=to,
        subject="Packtrail can send mails",
        text=f"{actor.name} asked for this mail. If you read it, mails work.",
        path="/setup/mail",
    )
    with app.database.transaction() as conn:
        if addresses.ask_in(app, conn, actor, to, at=at):
            kind = Kind.CONFIRMATION
        else:
            outbox.post(app, conn, actor.organisation_id, letter, at=at)
        (row,) = rows.newest(conn, actor.organisation_id, kind=kind.value, limit=1)
        auditing.write(
            conn, actor, Action.MAIL_TESTED, row.mail_id, at=at, detail={"recipient": to}
        )
    return one(app, actor, row.mail_id)


def attention(app: Application, actor: Actor) -> tuple[Attention, ...]:
    """Return that mails could not be sent; nothing to who may not see to it."""
    if not actor.may(Permission.MAIL_READ):
        return ()
    with app.database.reading() as conn:
        dead = rows.counts(conn, actor.organisation_id).get("dead", 0)
        last = rows.newest(conn, actor.organisation_id, state="dead", limit=1) if dead else ()
    if not last:
        return ()
    counted = "1 mail could" if dead == 1 else f"{dead} mails could"
    return (
        Attention(
            severity=Severity.WARNING,
            code=codes.DEAD_LETTERS.code,
            text=f"{counted} not be sent. The last: {last[0].last_answer}",
            count=dead,
            link="/setup/mail?state=dead",
            examples=(),
            remedy=codes.DEAD_LETTERS.remedy,
        ),
    )


def _require_wanted(app: Application, conn: Connection, actor: Actor, mail: MailView) -> None:
    """Require that a mail may go to its recipient, by the settings and by whose address it is."""
    to = outbox.check_address(app.settings, mail.recipient, at="recipient")
    told = outbox.verdict(app.settings, conn, actor.organisation_id, Kind(mail.kind), to)
    if told.state == "unconfirmed":
        message = f"Nobody has confirmed {to}."
        raise RefusedError(codes.NOT_CONFIRMED.found(message, at="recipient"))
    if told.state == "unsubscribed":
        message = f"Whoever reads {to} refuses such mails."
        raise RefusedError(codes.NOT_WANTED.found(message, at="recipient"))


def _no_mail(mail_id: str) -> Finding:
    return codes.NO_MAIL.found(f"There is no mail {mail_id[:60]!r}.", at="mail_id")


def _view(row: rows.MailRow) -> MailView:
    return MailView(
        mail_id=row.mail_id, kind=row.kind, cause=row.cause, recipient=row.recipient,
        recipient_name=row.recipient_name, subject=row.subject, state=row.state,
        tries=row.tries, created_at=row.created_at, next_at=row.next_at, sent_at=row.sent_at,
        last_answer=row.last_answer,
    )  # fmt: skip
