"""Electronic signatures: a person says again who they are, what they mean, and signs what is there.

A signature stands for a digest of what was signed: when that changes, the signature stays, under
what it was; what is there now has none. Rows are only ever added.

Clause:
    21 CFR 11.50 (name, time, meaning), 11.70 (linked to its record), 11.200 (two components; the
    password is told anew).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.access import ActorKind
from packtrail.access.codes import WRONG_PASSWORD
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.production.codes import BAD_MEANING, CHANGED_MEANWHILE, NOT_A_PERSON
from packtrail.services.accounts import passwords
from packtrail.services.accounts.accounts import begin_attempt, secret_hash
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.plan.gate import Held, require_trained
from packtrail.store import accounts as account_rows
from packtrail.store import signatures as rows
from packtrail.store.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

COMMENT_LENGTH_MAX: Final = 400
MEANINGS: Final[Mapping[str, str]] = {
    "reviewed": "I have reviewed this record",
    "reconciled": "I have checked that the numbers add up",
    "approved": "I approve this record",
    "rejected": "I reject this record",
}
"""Meaning -> the sentence it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is signed."""

    kind: str
    """Such as `work_order`."""
    id: str
    digest: str
    """Of what it says now; hexadecimal."""
    audience_id: int
    """Who sees the signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person says when they sign."""

    password: str
    meaning: str
    """One of `MEANINGS`."""
    digest: str
    """Of what they have read."""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature as it is printed on the record."""

    signer_name: str
    organisation_id: int
    meaning: str
    sentence: str
    comment: str
    at: datetime
    digest: str
    is_current: bool
    """Whether what was signed is what is there now."""


def check(app: Application, actor: Actor, subject: Subject, statement: Statement) -> str:
    """Check that a person may sign so; return the id of their account.

    It counts as an attempt to tell the password. Ask before the transaction of the signature.

    Raises:
        NotPermitted: `LIN-060`, the actor is no person with a password.
        RefusedError: `LIN-061`, no such meaning; `LIN-062`, what they read has changed; `ACC-019`,
            the password is another one.
        LimitExceeded: `ACC-005`, too many wrong passwords; wait.
    """
    require_trained(app, actor, Held.SIGNING)
    if statement.meaning not in MEANINGS:
        known = ", ".join(MEANINGS)
        message = f"{statement.meaning[:40]!r} is no meaning; known are {known}."
        raise RefusedError(BAD_MEANING.found(message, at="meaning"))
    if statement.digest != subject.digest:
        message = "What you read has changed meanwhile."
        raise RefusedError(CHANGED_MEANWHILE.found(message, at="digest"))
    account = _account(app, actor)
    if account is None or account.password_hash is None:
        message = f"{actor.name} has no password to sign with."
        raise NotPermitted(NOT_A_PERSON.found(message, at="password"))
    begin_attempt(app, account.name)
    if not passwords.is_right(statement.password, account.password_hash):
        raise RefusedError(WRONG_PASSWORD.found("The password is another one.", at="password"))
    with app.database.transaction() as conn:
        account_rows.forget_attempts(conn, secret_hash(account.name))
    return actor.id


def add(
    conn: Connection,
    actor: Actor,
    subject: Subject,
    statement: Statement,
    *,
    at: datetime,
) -> None:
    """Put a signature that was checked under what is there now."""
    row = rows.SignatureRow(
        signature_id=str(new_id(at)), organisation_id=actor.organisation_id,
        audience_id=subject.audience_id, subject_kind=subject.kind, subject_id=subject.id,
        digest=subject.digest, meaning=statement.meaning,
        comment=statement.comment[:COMMENT_LENGTH_MAX], account_id=actor.id,
        signer_name=actor.name, at=at,
    )  # fmt: skip
    rows.insert(conn, row)


def signatures(
    conn: Connection, actor: Actor, kind: str, subject_id: str, *, digest: str
) -> tuple[Signature, ...]:
    """Return the signatures under something that the actor may see, the oldest first.

    Args:
        conn: A connection.
        actor: Who asks.
        kind: Kind of what was signed.
        subject_id: What was signed.
        digest: Of what it says now.
    """
    found = rows.of_subject(conn, kind, subject_id, visible_to(conn, actor))
    return tuple(
        Signature(
            signer_name=each.signer_name,
            organisation_id=each.organisation_id,
            meaning=each.meaning,
            sentence=MEANINGS.get(each.meaning, each.meaning),
            comment=each.comment,
            at=each.at,
            digest=each.digest,
            is_current=each.digest == digest,
        )
        for each in found
    )


def _account(app: Application, actor: Actor) -> account_rows.AccountRow | None:
    if actor.kind is not ActorKind.USER:
        return None
    with app.database.reading() as conn:
        return next(
            (
                each
                for each in account_rows.accounts_of(conn, actor.organisation_id)
                if f"user:{each.account_id}" == actor.id
            ),
            None,
        )
