"""The outbox: what is to be told by mail is recorded in the transaction of its cause.

A cause is told a recipient once, however often it is found. Nothing is recorded while mails are
switched off, so that nobody gets the mails of last year on the day they are switched on. Whether a
mail may go to its recipient is said in one place, `verdict`: when it is recorded, before it is
handed over, and when somebody wants it tried again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.services.mail import codes
from packtrail.services.mail.kinds import RULES, Kind
from packtrail.services.mail.masking import masked
from packtrail.store import mail as rows
from packtrail.store import mail_addresses as address_rows

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.services.mail.private_links import Purpose
    from packtrail.settings import Settings

SUBJECT_LENGTH_MAX: Final = 200
TEXT_LENGTH_MAX: Final = 50_000
ADDRESS_LENGTH_MAX: Final = 254
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
_ANY: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail before it is recorded."""

    kind: Kind
    cause: str
    """What it tells of: told a recipient once."""
    to: str
    name: str = ""
    """Of the recipient."""
    subject: str
    text: str
    path: str = ""
    """Page of the console that the mail leads to."""
    purpose: Purpose | None = None
    """Instead of a page: the purpose of a private link, made when the mail is sent."""
    about: str = ""
    """What the private link is about."""
    file_name: str = ""
    file: bytes | None = None
    """Only where mails may hold numbers of packs."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a mail may go to its recipient."""

    state: str
    """What becomes of the mail: waiting, unconfirmed, unsubscribed or dead."""
    why: str = ""
    """Why it may not go; empty where it may."""


def is_on(settings: Settings) -> bool:
    """Tell whether mails are recorded at all."""
    return bool(settings.mail_host) or settings.mail_kept_only


def require_on(settings: Settings) -> None:
    """Require that mails are recorded.

    Raises:
        RefusedError: `MAI-002`, they are off.
    """
    if not is_on(settings):
        raise RefusedError(codes.IS_OFF.found("No mail server is set."))


def is_address(text: str) -> bool:
    """Tell whether a text is a mail address that can be used: plain ASCII, nothing around it."""
    return len(text) <= ADDRESS_LENGTH_MAX and _ADDRESS.fullmatch(text) is not None


def is_allowed(settings: Settings, address: str) -> bool:
    """Tell whether mails may go to the domain of an address."""
    allowed = settings.mail_domains or (domain_of(settings.mail_from),)
    return _ANY in allowed or domain_of(address) in {each.strip().lower() for each in allowed}


def check_address(settings: Settings, address: str, *, at: str = "address") -> str:
    """Return an address that mails may go to.

    Raises:
        RefusedError: `MAI-003`, it is none; `MAI-004`, they may not go there.
    """
    told = address.strip()
    if not is_address(told):
        message = f"{told[:80]!r} is no mail address."
        raise RefusedError(codes.BAD_ADDRESS.found(message, at=at))
    if not is_allowed(settings, told):
        message = f"Mails may not go to {domain_of(told)}."
        raise RefusedError(codes.NOT_ALLOWED.found(message, at=at))
    return told


def post(
    app: Application, conn: Connection, organisation_id: int, letter: Letter, *, at: datetime
) -> bool:
    """Record a mail; a chore sends it once the transaction has ended.

    Args:
        app: The application.
        conn: The connection whose transaction makes the cause.
        organisation_id: Whose mail it is.
        letter: The mail. To an address that is none, or where mails may not go, it is recorded as
            a dead letter, so that somebody sees it; to one that nobody has confirmed it waits for
            that, and one that refuses such mails is sent nothing.
        at: When.

    Returns:
        Whether it is new: not told before, and mails are switched on.
    """
    settings = app.settings
    if not is_on(settings):
        return False
    mail_id, to = rows.new_id(), letter.to.strip()
    told = verdict(settings, conn, organisation_id, letter.kind, to)
    if told.state == "unconfirmed":
        address_rows.note(conn, organisation_id, to, at=at)
    keeps = settings.mail_identifiers
    return rows.add(
        conn,
        rows.NewMail(
            mail_id=mail_id,
            organisation_id=organisation_id,
            kind=letter.kind.value,
            cause=letter.cause,
            recipient=to[:ADDRESS_LENGTH_MAX],
            recipient_name=_line(letter.name),
            subject=_shown(_line(letter.subject), keeps=keeps)[:SUBJECT_LENGTH_MAX],
            body=_shown(letter.text.strip(), keeps=keeps)[:TEXT_LENGTH_MAX],
            link_purpose=letter.purpose.value if letter.purpose else "",
            link_subject=letter.about if letter.purpose else letter.path,
            file_name=letter.file_name if keeps else "",
            file=letter.file if keeps else None,
            message_id=f"<{mail_id}@{domain_of(settings.mail_from)}>",
            state=told.state,
            created_at=at,
            give_up_at=at + timedelta(hours=settings.mail_retry_for_hours),
            last_answer=told.why,
        ),
    )


def verdict(
    settings: Settings, conn: Connection, organisation_id: int, kind: Kind, address: str
) -> Verdict:
    """Return whether a mail of a kind may go to an address, by the settings and by whose it is."""
    if hindered := obstacle(settings, address):
        return Verdict("dead", hindered)
    rule = RULES[kind]
    known = address_rows.standing(conn, organisation_id, address, kind.value)
    if rule.can_be_refused and known.is_refused:
        return Verdict("unsubscribed", "not sent: whoever reads this address refuses such mails")
    if not rule.goes_to_unconfirmed and not known.is_confirmed:
        return Verdict("unconfirmed", "not sent yet: nobody has confirmed this address")
    return Verdict("waiting")


def sentence(text: str) -> str:
    """Return a text with the full stop that ends it, once.

    Examples:
        >>> sentence("Packtrail of Maker"), sentence("Packtrail of Maker, Inc.")
        ('Packtrail of Maker.', 'Packtrail of Maker, Inc.')
    """
    return text if text.endswith(".") else f"{text}."


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case."""
    return address.rpartition("@")[2].strip("<> ").lower()


def obstacle(settings: Settings, address: str) -> str:
    """Return why a mail is not even tried; empty where it may go."""
    if not is_address(address):
        return "not tried: it is no mail address"
    if not is_allowed(settings, address):
        return f"not tried: mails may not go to {domain_of(address)}"
    return ""


def _line(text: str) -> str:
    """Return a text as one line: headers have no second."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _shown(text: str, *, keeps: bool) -> str:
    return text if keeps else masked(text)
