"""Preferences: where somebody with an account gets mails, whether at all, and how often digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.access import ROLES, Action, Permission, RoleName, require
from packtrail.access import codes as access_codes
from packtrail.access.actor import ActorKind
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.rendering import times
from packtrail.services import auditing
from packtrail.services.mail import addresses, codes, outbox
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.store import mail as rows

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application


class Rhythm(StrEnum):
    """How often somebody gets digests."""

    AS_PLANNED = "as_planned"
    """As the communication plan of the programme says, or its template."""
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What somebody wants to be told by mail."""

    name: str
    """Of the account."""
    display_name: str
    address: str
    """Empty: none is known, and they get none."""
    is_on: bool
    rhythm: Rhythm
    changed_at: datetime | None
    changed_by: str | None
    confirmed_at: datetime | None
    """When the address was confirmed; until then only the mail that asks for it goes there."""

    @property
    def wants_mail(self) -> bool:
        """Whether they get mails at all."""
        return self.is_on and bool(self.address)


def of_everybody(app: Application, actor: Actor) -> tuple[Preference, ...]:
    """Return the preferences of everybody with an account, by name.

    Raises:
        NotPermitted: The actor may not see users.
    """
    require(actor, Permission.USER_READ)
    with app.database.reading() as conn:
        return tuple(map(_preference, rows.people(conn, actor.organisation_id)))


def own(app: Application, actor: Actor) -> Preference:
    """Return what the actor wants.

    Raises:
        NotFound: `ACC-017`, the actor is no person with an account.
    """
    with app.database.reading() as conn:
        return _preference(_own_row(conn, actor))


def put(
    app: Application,
    actor: Actor,
    *,
    address: str,
    is_on: bool = True,
    rhythm: str = Rhythm.AS_PLANNED,
    name: str = "",
) -> Preference:
    """Say where somebody gets mails, and how often.

    A new address is asked whether it is theirs; the one before, where it was confirmed, is told.

    Args:
        app: The application.
        actor: Who says it.
        address: Their mail address; empty: they get none.
        is_on: Whether they want mails at all.
        rhythm: How often they get digests.
        name: Whose account; empty: the actor's own.

    Raises:
        NotFound: `ACC-017`, there is no such user.
        RefusedError: `MAI-003`, `MAI-004`, the address; `MAI-006`, the rhythm.
        NotPermitted: It is somebody else's account, and the actor may not change users.
    """
    told = outbox.check_address(app.settings, address) if address.strip() else ""
    if rhythm not in set(Rhythm):
        message = f"There is no rhythm {rhythm[:40]!r}."
        raise RefusedError(codes.BAD_RHYTHM.found(message, at="rhythm"))
    at = app.clock()
    with app.database.transaction() as conn:
        row = _named_row(conn, actor, name) if name else _own_row(conn, actor)
        rows.put_preference(
            conn, row.account_id, address=told, is_on=is_on, rhythm=rhythm, at=at, by=actor.name
        )
        detail = {"address": told, "is_on": is_on, "rhythm": str(rhythm)}
        auditing.write(conn, actor, Action.MAIL_PREFERRED, row.name, at=at, detail=detail)
        if told and is_on:
            addresses.given(app, conn, actor.organisation_id, told, at=at)
        if row.confirmed_at and row.address.lower() != told.lower():
            outbox.post(app, conn, actor.organisation_id, _moved(actor, row, at), at=at)
        found = rows.people(conn, actor.organisation_id)
    return _preference(next(each for each in found if each.account_id == row.account_id))


def ask_own(app: Application, actor: Actor) -> None:
    """Mail the actor's own address the link that confirms it, once more.

    Raises:
        NotFound: `ACC-017`, the actor is no person with an account.
        RefusedError, Conflict: As `addresses.ask_for` says.
    """
    addresses.ask_for(app, actor, own(app, actor).address)


def who_may(
    conn: Connection, organisation_id: int, permission: Permission
) -> tuple[Preference, ...]:
    """Return who wants mails and may do something."""
    return tuple(
        told
        for row in rows.people(conn, organisation_id)
        if permission in ROLES[RoleName(row.role)] and (told := _preference(row)).wants_mail
    )


def everybody(conn: Connection, organisation_id: int) -> tuple[Preference, ...]:
    """Return what everybody with an account wants."""
    return tuple(map(_preference, rows.people(conn, organisation_id)))


def _own_row(conn: Connection, actor: Actor) -> rows.PersonRow:
    if actor.kind is ActorKind.USER:
        for row in rows.people(conn, actor.organisation_id):
            if f"user:{row.account_id}" == actor.id:
                return row
    raise NotFound(access_codes.NO_USER.found(f"{actor.name} is nobody with an account."))


def _named_row(conn: Connection, actor: Actor, name: str) -> rows.PersonRow:
    for row in rows.people(conn, actor.organisation_id):
        if row.name == name:
            if f"user:{row.account_id}" != actor.id:
                require(actor, Permission.USER_UPDATE)
            return row
    if not actor.may(Permission.USER_UPDATE):
        raise NotPermitted(
            access_codes.NOT_PERMITTED.found(f"{actor.name} may not change other people's mails.")
        )
    raise NotFound(access_codes.NO_USER.found(f"There is no user {name[:80]!r}.", at="name"))


def _moved(actor: Actor, row: rows.PersonRow, at: datetime) -> Letter:
    """Return the mail to the address that somebody had until now."""
    return Letter(
        kind=Kind.SECURITY,
        cause=f"address/{row.account_id}/{at.isoformat()}",
        to=row.address,
        name=row.display_name,
        subject="Mails of your account do not come here any more",
        text=(
            f"On {times.moment(at)} {actor.name} changed the mail address of the account "
            f"{row.name}. If that was neither you nor agreed with you, tell an administrator."
        ),
        path="/setup/account",
    )


def _preference(row: rows.PersonRow) -> Preference:
    return Preference(
        name=row.name, display_name=row.display_name, address=row.address, is_on=row.is_on,
        rhythm=Rhythm(row.rhythm), changed_at=row.changed_at, changed_by=row.changed_by,
        confirmed_at=row.confirmed_at,
    )  # fmt: skip
