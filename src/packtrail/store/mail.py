"""Mails to be sent, the tries to send them, and what people want to be told by mail."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from psycopg.rows import class_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

_SQL = named.statements("mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail to be sent."""

    mail_id: str
    organisation_id: int
    kind: str
    cause: str
    recipient: str
    recipient_name: str
    subject: str
    body: str
    link_purpose: str
    link_subject: str
    file_name: str
    file: bytes | None
    message_id: str
    state: str
    created_at: datetime
    give_up_at: datetime
    last_answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A mail, and how far it is."""

    mail_id: str
    organisation_id: int
    kind: str
    cause: str
    recipient: str
    recipient_name: str
    subject: str
    body: str
    link_purpose: str
    link_subject: str
    file_name: str
    file: bytes | None
    message_id: str
    state: str
    tries: int
    created_at: datetime
    next_at: datetime
    give_up_at: datetime
    claim: str | None
    sent_at: datetime | None
    last_answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRow:
    """A try to send a mail."""

    try_no: int
    at: datetime
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody with an account, and what they want to be told by mail."""

    account_id: int
    name: str
    display_name: str
    role: str
    address: str
    is_on: bool
    rhythm: str
    changed_at: datetime | None
    changed_by: str | None
    confirmed_at: datetime | None
    """When the address was confirmed."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this process hands to the server."""

    row: MailRow
    was_abandoned: bool
    """Somebody else was at it, and never said what became of it."""


def add(conn: Connection, new: NewMail) -> bool:
    """Add a mail; return False when its recipient was told of this cause before."""
    return conn.execute(_SQL["add"], asdict(new)).rowcount == 1


def claim_next(conn: Connection, *, now: datetime, until: datetime) -> Claimed | None:
    """Take the mail that is due longest; None when none is.

    Args:
        conn: A connection in a transaction.
        now: The time.
        until: When the claim ends by itself.
    """
    found = conn.execute(_SQL["next"], {"now": now}).fetchone()
    if found is None:
        return None
    mail_id, was_claimed = found
    conn.execute(_SQL["claim"], {"claim": uuid4(), "until": until, "mail_id": mail_id})
    (row,) = _mails(conn, "where mail_id = %s", mail_id)
    return Claimed(row, was_abandoned=bool(was_claimed))


def add_try(conn: Connection, mail_id: str, *, at: datetime, outcome: str, answer: str) -> None:
    """Write down a try to send a mail."""
    values = {"mail_id": mail_id, "at": at, "outcome": outcome, "answer": answer}
    conn.execute(_SQL["add_try"], values)


def settle(
    conn: Connection,
    row: MailRow,
    *,
    state: str,
    next_at: datetime,
    sent_at: datetime | None,
    answer: str,
) -> bool:
    """Say what became of a mail that was claimed; return False when the claim was lost."""
    values = {
        "state": state, "next_at": next_at, "sent_at": sent_at, "answer": answer,
        "mail_id": row.mail_id, "claim": row.claim,
    }  # fmt: skip
    return conn.execute(_SQL["settle"], values).rowcount == 1


def by_id(conn: Connection, organisation_id: int, mail_id: str) -> MailRow | None:
    """Return a mail of an organisation."""
    where = "where organisation_id = %s and mail_id = %s"
    return next(iter(_mails(conn, where, organisation_id, mail_id)), None)


def newest(
    conn: Connection,
    organisation_id: int,
    *,
    state: str = "",
    kind: str = "",
    before: datetime | None = None,
    limit: int,
) -> list[MailRow]:
    """Return mails of an organisation, the newest first."""
    where = """where organisation_id = %s and (%s = '' or state = %s) and (%s = '' or kind = %s)
        and (%s::timestamptz is null or created_at < %s)
        order by created_at desc, mail_id limit %s"""
    values = (organisation_id, state, state, kind, kind, before, before, limit)
    return _mails(conn, where, *values)


def tries(conn: Connection, mail_id: str) -> list[TryRow]:
    """Return the tries to send a mail, in order."""
    with conn.cursor(row_factory=class_row(TryRow)) as cursor:
        return cursor.execute(_SQL["tries"], [mail_id]).fetchall()


def counts(conn: Connection, organisation_id: int) -> Mapping[str, int]:
    """Return how many mails are in each state."""
    return {str(s): int(n) for s, n in conn.execute(_SQL["counts"], [organisation_id]).fetchall()}


def renew(
    conn: Connection, organisation_id: int, mail_id: str, *, at: datetime, give_up_at: datetime
) -> bool:
    """Let a mail be tried again at once; return False where it is sent, or just being sent."""
    values = {
        "organisation_id": organisation_id, "mail_id": mail_id, "at": at, "give_up_at": give_up_at,
    }  # fmt: skip
    return conn.execute(_SQL["renew"], values).rowcount == 1


def drop(conn: Connection, organisation_id: int, mail_id: str, *, at: datetime) -> bool:
    """Let a mail never be sent; return False where it is sent, or just being sent."""
    values = {"organisation_id": organisation_id, "mail_id": mail_id, "at": at}
    return conn.execute(_SQL["drop"], values).rowcount == 1


def put_preference(
    conn: Connection,
    account_id: int,
    *,
    address: str,
    is_on: bool,
    rhythm: str,
    at: datetime,
    by: str,
) -> None:
    """Say where somebody gets mails, and how often."""
    values = {
        "account_id": account_id, "address": address, "is_on": is_on, "rhythm": rhythm,
        "changed_at": at, "changed_by": by,
    }  # fmt: skip
    conn.execute(_SQL["put_preference"], values)


def people(conn: Connection, organisation_id: int) -> list[PersonRow]:
    """Return everybody of an organisation who can sign in, by name."""
    with conn.cursor(row_factory=class_row(PersonRow)) as cursor:
        return cursor.execute(_SQL["people"], [organisation_id]).fetchall()


def add_round(conn: Connection, programme_id: int, person: str, on: date, *, at: datetime) -> bool:
    """Note that somebody's digest of a day was made; return False where it was before."""
    return conn.execute(_SQL["add_round"], [programme_id, person, on, at]).rowcount == 1


def rounds(conn: Connection, programme_id: int) -> Mapping[str, date]:
    """Return the day of everybody's last digest, by person."""
    return dict(conn.execute(_SQL["rounds"], [programme_id]).fetchall())


def new_id() -> str:
    """Return the identity of a new mail."""
    return str(uuid4())


def is_id(text: str) -> bool:
    """Tell whether a text can be the identity of a mail."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _mails(conn: Connection, where: str, *values: object) -> list[MailRow]:
    with conn.cursor(row_factory=class_row(MailRow)) as cursor:
        return cursor.execute(f"{_SQL['mails']} {where}", values).fetchall()
