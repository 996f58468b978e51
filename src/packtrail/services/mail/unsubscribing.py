"""Unsubscribing: whoever reads an address says which kinds of mail they refuse, and takes it back.

The link in a mail is all it takes: no account, no signing in. Opening it changes nothing; the
button of the page does, and so does the one click of a mail program (RFC 8058), which posts to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Actor
from packtrail.base.errors import RefusedError
from packtrail.services import auditing
from packtrail.services.mail import codes, preferences, private_links
from packtrail.services.mail.addresses import ended
from packtrail.services.mail.kinds import EVERY, REFUSABLE, RULES, Kind
from packtrail.services.mail.private_links import Purpose
from packtrail.store import mail_addresses as rows
from packtrail.store import organisations as organisation_rows

if TYPE_CHECKING:
    from collections.abc import Collection

    from psycopg import Connection

    from packtrail.services.application import Application

ONE_CLICK: Final = "one click of a mail program"
LINK: Final = "link in a mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A kind of mail, and whether it is refused."""

    kind: str
    words: str
    refused_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What whoever reads an address can refuse."""

    organisation: str
    address: str
    kind: str
    """Of the mail in which the link was; empty: there was none."""
    words: str
    """What people call it."""
    choices: tuple[Choice, ...]

    @property
    def refuses_it(self) -> bool:
        """Whether mails of the kind of this link are refused."""
        return any(each.refused_at for each in self.choices if each.kind == self.kind)


def choices(app: Application, token: str) -> Choices:
    """Return what the link of a mail lets refuse.

    Raises:
        NotFound: `MAI-009`, the link was not made here.
    """
    with app.database.reading() as conn:
        organisation_id, kind, address = _subject(conn, token)
        return _choices(conn, organisation_id, address, kind)


def of_own(app: Application, actor: Actor) -> Choices | None:
    """Return what the actor's own address refuses; None: it is not confirmed, or there is none.

    Raises:
        NotFound: `ACC-017`, the actor is no person with an account.
    """
    own = preferences.own(app, actor)
    if own.confirmed_at is None:
        return None
    with app.database.reading() as conn:
        return _choices(conn, actor.organisation_id, own.address)


def unsubscribe(app: Application, token: str, *, by: str = LINK) -> Choices:
    """Let the address of a link refuse mails of its kind; the first time counts.

    Raises:
        NotFound: `MAI-009`, the link was not made here.
    """
    with app.database.transaction() as conn:
        organisation_id, kind, address = _subject(conn, token)
        actor = Actor.system(by, organisation_id=organisation_id)
        _change(app, conn, actor, address, refuse={kind.value})
    return choices(app, token)


def choose(app: Application, token: str, wanted: Collection[str]) -> Choices:
    """Let the address of a link get these kinds of mail, and refuse all others.

    Args:
        app: The application.
        token: Of the link.
        wanted: Kinds; none: all are refused, those to come as well.

    Raises:
        NotFound: `MAI-009`, the link was not made here.
    """
    with app.database.transaction() as conn:
        organisation_id, _, address = _subject(conn, token)
        actor = Actor.system(LINK, organisation_id=organisation_id)
        _want(app, conn, actor, address, wanted)
    return choices(app, token)


def choose_own(app: Application, actor: Actor, wanted: Collection[str]) -> None:
    """Let the actor's own address get these kinds of mail, and refuse all others.

    Raises:
        NotFound: `ACC-017`, the actor is no person with an account.
        RefusedError: `MAI-011`, their address is not confirmed.
    """
    own = preferences.own(app, actor)
    if own.confirmed_at is None:
        message = f"Nobody has confirmed {own.address or 'your address'}."
        raise RefusedError(codes.NOT_CONFIRMED.found(message, at="address"))
    with app.database.transaction() as conn:
        _want(app, conn, actor, own.address.lower(), wanted)


def _choices(
    conn: Connection, organisation_id: int, address: str, kind: Kind | None = None
) -> Choices:
    address = address.lower()
    refused = rows.refusals(conn, organisation_id, [address]).get(address, [])
    (owner,) = organisation_rows.by_ids(conn, [organisation_id])
    since = {each.kind: each.at for each in refused}
    return Choices(
        organisation=owner.name,
        address=address,
        kind=kind.value if kind else "",
        words=RULES[kind].words if kind else "",
        choices=tuple(
            Choice(
                kind=each.value,
                words=RULES[each].words,
                refused_at=since.get(each.value) or since.get(EVERY),
            )
            for each in REFUSABLE
        ),
    )


def _want(
    app: Application, conn: Connection, actor: Actor, address: str, wanted: Collection[str]
) -> None:
    kinds = {each.value for each in REFUSABLE}
    refuse = kinds - set(wanted) if kinds & set(wanted) else {EVERY}
    _change(app, conn, actor, address, refuse=refuse, take_back=(kinds | {EVERY}) - refuse)


def _change(
    app: Application,
    conn: Connection,
    actor: Actor,
    address: str,
    *,
    refuse: Collection[str],
    take_back: Collection[str] = (),
) -> None:
    at, whose = app.clock(), actor.organisation_id
    refused = [
        each
        for each in sorted(refuse)
        if rows.refuse(conn, whose, address, each, at=at, by=actor.name)
    ]
    back = [each for each in sorted(take_back) if rows.take_back(conn, whose, address, each)]
    if refused:
        detail = {"kinds": refused}
        auditing.write(conn, actor, Action.MAIL_UNSUBSCRIBED, address, at=at, detail=detail)
    if back:
        detail = {"kinds": back}
        auditing.write(conn, actor, Action.MAIL_RESUBSCRIBED, address, at=at, detail=detail)


def _subject(conn: Connection, token: str) -> tuple[int, Kind, str]:
    """Return organisation, kind and address of a link.

    Raises:
        NotFound: `MAI-009`, it was not made here.
    """
    subject = private_links.read(conn, Purpose.UNSUBSCRIBE, token)
    if subject is None:
        raise ended()
    organisation_id, kind, address = subject.split(" ")
    return int(organisation_id), Kind(kind), address
