"""Pages of lists: the token that leads to the next one, and giving it back (EPCIS 2.0, 12.4.3).

Every list of the binding has tokens of the same kind: signed, for one organisation and one list,
and working until a time that is told beside them, or until who has one gives it back.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from packtrail.base.errors import NotFound, RefusedError
from packtrail.services.codes import BAD_PAGE_TOKEN, NO_PAGE_TOKEN
from packtrail.services.queries import tokens
from packtrail.store import accounts as secret_rows
from packtrail.store import page_tokens as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

State = TypeVar("State")
Entry = TypeVar("Entry")
_SECRET = "page_token"  # noqa: S105 - its name, not the secret


@dataclass(frozen=True, slots=True)
class Next:
    """The way to the next page."""

    token: str
    expires_at: datetime


def give(app: Application, conn: Connection, actor: Actor, list_name: str, state: Any) -> Next:
    """Return a token for the page of a list that starts at a state.

    Args:
        app: The application.
        conn: A connection.
        actor: Whose organisation may use it.
        list_name: The list.
        state: Anything msgspec can write; `take` gives it back.
    """
    expires_at = app.clock() + timedelta(minutes=app.settings.page_token_for_minutes)
    token = tokens.PageToken(
        list_name=list_name,
        organisation_id=actor.organisation_id,
        expires_at=expires_at,
        state=msgspec.Raw(msgspec.msgpack.encode(state)),
    )
    return Next(tokens.write(token, _secret(conn)), expires_at)


def take(
    app: Application,
    conn: Connection,
    actor: Actor,
    list_name: str,
    text: str,
    state: type[State],
) -> State:
    """Return the state of a token.

    Raises:
        RefusedError: `QRY-006`, it was not made here for this list and organisation, has expired or
            was given back.
    """
    token = _token(conn, actor, text)
    if token is None or token.list_name != list_name:
        raise _refused("The page token was not made here for you and this list.")
    if token.expires_at <= app.clock():
        raise _refused(f"The page token expired at {token.expires_at:%Y-%m-%dT%H:%M:%SZ}.")
    if rows.is_ended(conn, tokens.digest(text)):
        raise _refused("The page token was given back.")
    try:
        return msgspec.msgpack.decode(token.state, type=state)
    except msgspec.MsgspecError:
        raise _refused("The page token is of another version of this server.") from None


def end(app: Application, actor: Actor, text: str) -> None:
    """Take a token back: it does not work any more.

    Raises:
        NotFound: `QRY-023`, there is no such token, or it has ended already.
    """
    with app.database.transaction() as conn:
        token, now = _token(conn, actor, text), app.clock()
        name = tokens.digest(text)
        if token is None or token.expires_at <= now or rows.is_ended(conn, name):
            raise NotFound(NO_PAGE_TOKEN.found("There is no such page token, or it has ended."))
        rows.end(conn, name, until=token.expires_at, now=now)


def start(app: Application, actor: Actor, list_name: str, text: str | None) -> str:
    """Return the key after which a page of a list starts; empty for the first page.

    Raises:
        RefusedError: `QRY-006`, the token cannot be used.
    """
    if text is None:
        return ""
    with app.database.reading() as conn:
        return take(app, conn, actor, list_name, text, str)


def page(
    app: Application,
    actor: Actor,
    list_name: str,
    entries: Sequence[Entry],
    *,
    limit: int,
    key: Callable[[Entry], str],
) -> tuple[Sequence[Entry], Next | None]:
    """Cut a list that was asked for one entry more than a page has.

    Args:
        app: The application.
        actor: Who asked.
        list_name: The list.
        entries: At most `limit + 1`.
        limit: Entries of a page.
        key: Gives the key of an entry, after which the next page starts.

    Returns:
        The entries of the page, and the way to the next one, if there is one.
    """
    if len(entries) <= limit:
        return entries, None
    with app.database.reading() as conn:
        return entries[:limit], give(app, conn, actor, list_name, key(entries[limit - 1]))


def _token(conn: Connection, actor: Actor, text: str) -> tokens.PageToken | None:
    token = tokens.read(text, _secret(conn))
    return token if token and token.organisation_id == actor.organisation_id else None


def _refused(message: str) -> RefusedError:
    return RefusedError(BAD_PAGE_TOKEN.found(message, at="nextPageToken"))


def _secret(conn: Connection) -> bytes:
    return secret_rows.secret(conn, _SECRET, fresh=secrets.token_bytes(32))
