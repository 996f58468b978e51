"""Mail addresses: given by somebody, confirmed by who reads them.

An address that somebody typed may be another's. Until the link in a mail to it was opened and its
button pressed, nothing else is sent there: what is to be told waits (`outbox.verdict`). Opening the
link says nothing yet, since scanners of mails open links before people do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import Conflict, NotFound
from packtrail.rendering import times
from packtrail.services import auditing
from packtrail.services.mail import codes, outbox, private_links
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.services.mail.private_links import Purpose
from packtrail.store import mail_addresses as rows
from packtrail.store import organisations as organisation_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

    from packtrail.services.application import Application

WORKS_FOR: Final = timedelta(days=7)
"""So long the link of a confirmation works, and so old a mail may be that waits for it."""
ASKS_MAX: Final = 3
"""So often an address is asked by itself, each time only when something new waits for it."""
ASK_AGAIN_AFTER: Final = timedelta(minutes=10)
"""People may ask again no sooner."""
ROUND_MAX: Final = 50
LISTED_MAX: Final = 1_000
_TOO_OLD: Final = "not sent: it was too old when the address was confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A kind of mail that an address refuses."""

    kind: str
    """Such as digest; * is all that can be refused."""
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressView:
    """An address, and what may be sent there."""

    address: str
    names: tuple[str, ...]
    """Who was told there."""
    state: str
    """confirmed, asked (the mail with the link is on its way or there) or unconfirmed."""
    asks: int
    asked_at: datetime | None
    confirmed_at: datetime | None
    held: int
    """Mails that wait for it to be confirmed."""
    refuses: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody sees who opens the link of a confirmation."""

    organisation: str
    address: str
    confirmed_at: datetime | None
    choices_path: str
    """Page on which they say which mails they refuse."""


def listed(app: Application, actor: Actor) -> tuple[AddressView, ...]:
    """Return the addresses of the actor's organisation, those not confirmed first.

    Raises:
        NotPermitted: The actor may not see mails.
    """
    require(actor, Permission.MAIL_READ)
    with app.database.reading() as conn:
        found = rows.of_organisation(conn, actor.organisation_id, limit=LISTED_MAX)
        refused = rows.refusals(conn, actor.organisation_id, [each.address for each in found])
    return tuple(_view(each, refused.get(each.address, ())) for each in found)


def several(
    conn: Connection, organisation_id: int, addresses: Iterable[str]
) -> Mapping[str, AddressView]:
    """Return how addresses stand, by address in lower case; also those that nobody noted yet."""
    wanted = sorted({each.strip().lower() for each in addresses} - {""})
    noted = rows.several(conn, organisation_id, wanted)
    refused = rows.refusals(conn, organisation_id, wanted)
    return {
        each: _view(noted[each], refused.get(each, ())) if each in noted else _new(each)
        for each in wanted
    }


def given(
    app: Application, conn: Connection, organisation_id: int, address: str, *, at: datetime
) -> None:
    """Note that an address was given for somebody, in the transaction that does it; a chore asks.

    Nothing is noted while mails are off, or where mails may not go.
    """
    may_go = outbox.is_on(app.settings) and not outbox.obstacle(app.settings, address.strip())
    if may_go:
        rows.note(conn, organisation_id, address.strip(), at=at)


def ask_due(app: Application) -> int:
    """Ask the addresses that are due to be asked; part of the chore that sends mails."""
    at = app.clock()
    with app.database.reading() as conn:
        due = rows.to_ask(
            conn, asked_before=at - WORKS_FOR, asks_max=ASKS_MAX, limit=ROUND_MAX
        )  # fmt: skip
    asked = 0
    for organisation_id, address in due:
        actor = Actor.system("mails", organisation_id=organisation_id)
        with app.database.transaction() as conn:
            asked += ask_in(app, conn, actor, address, at=at)
    return asked


def ask(app: Application, actor: Actor, address: str) -> AddressView:
    """Mail an address the link that confirms it, once more.

    Raises:
        RefusedError: `MAI-002`, mails are off; `MAI-003`, `MAI-004`, it may not go there.
        Conflict: `MAI-008`, it is confirmed; `MAI-010`, it was asked a moment ago.
        NotPermitted: The actor may not see to mails.
    """
    require(actor, Permission.MAIL_UPDATE)
    return ask_for(app, actor, address)


def ask_for(app: Application, actor: Actor, address: str) -> AddressView:
    """Ask as `ask` does, for somebody whose address it is to be."""
    outbox.require_on(app.settings)
    to, at = outbox.check_address(app.settings, address), app.clock()
    with app.database.transaction() as conn:
        known = several(conn, actor.organisation_id, [to])[to.lower()]
        if known.confirmed_at:
            raise Conflict(codes.IS_CONFIRMED.found(f"{to} is confirmed.", at="address"))
        if known.asked_at and known.asked_at + ASK_AGAIN_AFTER > at:
            message = f"{to} was asked at {times.moment(known.asked_at)}."
            raise Conflict(codes.ASKED.found(message, at="address"))
        ask_in(app, conn, actor, to, at=at)
        return several(conn, actor.organisation_id, [to])[to.lower()]


def ask_in(app: Application, conn: Connection, actor: Actor, address: str, *, at: datetime) -> bool:
    """Record the mail that asks an address; return False where it is confirmed."""
    organisation_id = actor.organisation_id
    rows.note(conn, organisation_id, address, at=at)
    asks = rows.ask(conn, organisation_id, address, at=at)
    if asks is None:
        return False
    (owner,) = organisation_rows.by_ids(conn, [organisation_id])
    given_to = outbox.sentence(f"Somebody gave this address to Packtrail of {owner.name}")
    letter = Letter(
        kind=Kind.CONFIRMATION,
        cause=f"confirmation/{address.lower()}/{asks}",
        to=address,
        subject="Is this your mail address?",
        text=(
            f"{given_to} Nothing else is sent here until you say that it is yours.\n\n"
            "If you know nothing of it, do nothing. "
            f"The link works until {times.day((at + WORKS_FOR).date())}. Look at the page "
            "and press its button:"
        ),
        purpose=Purpose.CONFIRM,
        about=f"{organisation_id} {asks} {address.lower()}",
    )
    outbox.post(app, conn, organisation_id, letter, at=at)
    auditing.write(conn, actor, Action.MAIL_ADDRESS_ASKED, address.lower(), at=at)
    return True


def question(app: Application, token: str) -> Question:
    """Return what the link of a confirmation asks.

    Raises:
        NotFound: `MAI-009`, the link leads nowhere, or not any more.
    """
    with app.database.reading() as conn:
        organisation_id, asks, address = _subject(conn, token)
        known = rows.several(conn, organisation_id, [address]).get(address)
        if known is None or known.asks != asks or known.asked_at is None:
            raise ended()
        if known.confirmed_at is None and known.asked_at + WORKS_FOR <= app.clock():
            raise ended()
        (owner,) = organisation_rows.by_ids(conn, [organisation_id])
        return Question(
            organisation=owner.name,
            address=address,
            confirmed_at=known.confirmed_at,
            choices_path=choices_path(conn, organisation_id, Kind.DIGEST, address),
        )


def confirm(app: Application, token: str) -> Question:
    """Confirm the address of a link, and let go what waited for it; the first time counts.

    Raises:
        NotFound: `MAI-009`, the link leads nowhere, or not any more.
    """
    question(app, token)
    at = app.clock()
    with app.database.transaction() as conn:
        organisation_id, asks, address = _subject(conn, token)
        if rows.confirm(conn, organisation_id, address, asks=asks, at=at):
            released = rows.release(
                conn, organisation_id, address, at=at, not_before=at - WORKS_FOR, too_old=_TOO_OLD,
                give_up_at=at + timedelta(hours=app.settings.mail_retry_for_hours),
            )  # fmt: skip
            actor = Actor.system("link in a mail", organisation_id=organisation_id)
            auditing.write(
                conn, actor, Action.MAIL_ADDRESS_CONFIRMED, address, at=at,
                detail={"released": released},
            )  # fmt: skip
    return question(app, token)


def choices_path(conn: Connection, organisation_id: int, kind: Kind, address: str) -> str:
    """Return the page on which whoever reads an address says which mails they refuse."""
    subject = f"{organisation_id} {kind.value} {address.lower()}"
    return private_links.path(conn, Purpose.UNSUBSCRIBE, subject)


def ended() -> NotFound:
    """Return what is said of a link that does not work; it never tells why."""
    return NotFound(codes.LINK_ENDED.found("The link leads nowhere, or not any more."))


def _subject(conn: Connection, token: str) -> tuple[int, int, str]:
    """Return organisation, number of the question and address of a link.

    Raises:
        NotFound: `MAI-009`, it was not made here.
    """
    subject = private_links.read(conn, Purpose.CONFIRM, token)
    if subject is None:
        raise ended()
    organisation_id, asks, address = subject.split(" ")
    return int(organisation_id), int(asks), address


def _view(row: rows.AddressRow, refused: Iterable[rows.RefusalRow]) -> AddressView:
    return AddressView(
        address=row.address, names=tuple(row.names), asks=row.asks, asked_at=row.asked_at,
        state="confirmed" if row.confirmed_at else "asked" if row.asked_at else "unconfirmed",
        confirmed_at=row.confirmed_at, held=row.held,
        refuses=tuple(Refusal(kind=each.kind, at=each.at, by=each.by) for each in refused),
    )  # fmt: skip


def _new(address: str) -> AddressView:
    return AddressView(
        address=address, names=(), state="unconfirmed", asks=0, asked_at=None, confirmed_at=None,
        held=0, refuses=(),
    )  # fmt: skip
