"""Keys with which programs act for an organisation: `ptk_` and 256 random bits.

The whole key is shown once, when it is made. The database keeps its SHA-256 and its first letters.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from packtrail.access import Action, Actor, ActorKind, Permission, require
from packtrail.access.codes import BAD_EXPIRY, BAD_NAME, KEY_INVALID, KEY_SCOPE, NO_KEY
from packtrail.base.errors import NotAuthenticated, NotFound, RefusedError
from packtrail.services import auditing
from packtrail.store import accounts as rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application

KEY_PREFIX = "ptk_"
_PUBLIC_LENGTH = len(KEY_PREFIX) + 10
_NAME_LENGTH_MAX = 100
_DAYS_MAX = 730
_USE_NOTED_EVERY = timedelta(minutes=1)
_PERMISSIONS = frozenset(permission.value for permission in Permission)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A program's key, without its secret."""

    key_id: str
    """The first letters of the key, `ptk_...`: enough to tell it, not to use it."""
    name: str
    scopes: tuple[Permission, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiKey:
    """A key that has just been made."""

    secret: str
    """The whole key, shown this once."""
    key: ApiKey


def create_api_key(
    app: Application,
    actor: Actor,
    name: str,
    *,
    scopes: Iterable[str],
    days: int | None = None,
) -> NewApiKey:
    """Make a key for the actor's organisation; its secret is returned this once.

    Args:
        app: The application.
        actor: Who makes it.
        name: What it is for, 1 to 100 characters.
        scopes: Permissions of the key, each one that the actor holds; at least one.
        days: How long it works, 1 to 730 days; default: `api_key_for_days`.

    Raises:
        RefusedError: A scope is unknown or the actor does not hold it; the expiry is no good.
        NotPermitted: The actor may not make keys.
    """
    made = mint_api_key(app, actor, name, scopes=scopes, days=days)
    with app.database.transaction() as conn:
        keep_api_key(conn, actor, made)
    return made


def mint_api_key(
    app: Application, actor: Actor, name: str, *, scopes: Iterable[str], days: int | None = None
) -> NewApiKey:
    """Make a key that does not work before it is kept; arguments and faults as `create_api_key`."""
    require(actor, Permission.KEY_CREATE)
    granted = _scopes(actor, scopes)
    lasts = _days(app.settings.api_key_for_days if days is None else days)
    if not 1 <= len(name.strip()) <= _NAME_LENGTH_MAX:
        raise RefusedError(
            BAD_NAME.found(
                f"The name of a key has 1 to {_NAME_LENGTH_MAX} characters; this has {len(name)}.",
                at="name",
                remedy="Say in a few words what the key is for.",
            )
        )
    secret, at = KEY_PREFIX + secrets.token_urlsafe(32), app.clock()
    key = ApiKey(
        key_id=secret[:_PUBLIC_LENGTH],
        name=name.strip(),
        scopes=tuple(granted),
        created_at=at,
        created_by=actor.name,
        expires_at=at + timedelta(days=lasts),
        revoked_at=None,
        last_used_at=None,
    )
    return NewApiKey(secret=secret, key=key)


def keep_api_key(conn: Connection, actor: Actor, made: NewApiKey) -> None:
    """Let a key work from the end of this transaction, and note who made it."""
    key = made.key
    row = rows.KeyRow(
        key_id=key.key_id,
        organisation_id=actor.organisation_id,
        organisation_code=actor.organisation_code,
        name=key.name,
        scopes=[scope.value for scope in key.scopes],
        created_at=key.created_at,
        created_by=key.created_by,
        expires_at=key.expires_at,
        revoked_at=None,
        last_used_at=None,
    )
    rows.insert_key(conn, _hash(made.secret), row)
    days = (key.expires_at - key.created_at).days
    detail = {"name": row.name, "scopes": row.scopes, "days": days}
    auditing.write(conn, actor, Action.KEY_CREATED, row.key_id, at=key.created_at, detail=detail)


def api_keys(app: Application, actor: Actor) -> tuple[ApiKey, ...]:
    """Return the keys of the actor's organisation, newest first."""
    require(actor, Permission.KEY_READ)
    with app.database.transaction() as conn:
        return tuple(_key(each) for each in rows.keys_of(conn, actor.organisation_id))


def revoke_api_key(app: Application, actor: Actor, key_id: str) -> None:
    """End a key at once.

    Raises:
        NotFound: `ACC-014`, no such key in the actor's organisation.
    """
    require(actor, Permission.KEY_REVOKE)
    at = app.clock()
    with app.database.transaction() as conn:
        if not rows.revoke_key(conn, key_id, organisation_id=actor.organisation_id, at=at):
            raise NotFound(NO_KEY.found(f"There is no key {key_id[:80]!r}."))
        auditing.write(conn, actor, Action.KEY_REVOKED, key_id, at=at)


def authenticate_api_key(app: Application, secret: str) -> Actor:
    """Return who a key belongs to.

    Raises:
        NotAuthenticated: `ACC-008`, the key is unknown, expired or revoked.
    """
    at = app.clock()
    with app.database.reading() as conn:
        row = rows.key_by_secret(conn, _hash(secret), at=at)
        if row is None:
            raise NotAuthenticated(KEY_INVALID.found("This API key does not work."))
        if row.last_used_at is None or at - row.last_used_at > _USE_NOTED_EVERY:
            rows.note_key_used(conn, row.key_id, at=at)
    return Actor(
        kind=ActorKind.API_KEY,
        id=f"key:{row.key_id}",
        name=row.name,
        organisation_id=row.organisation_id,
        organisation_code=row.organisation_code,
        permissions=frozenset(_known(row.scopes)),
    )


def _scopes(actor: Actor, scopes: Iterable[str]) -> list[Permission]:
    wanted = sorted(set(scopes))
    held = {permission.value for permission in actor.permissions}
    refused = [scope for scope in wanted if scope not in held]
    if refused or not wanted:
        choice = ", ".join(sorted(held))
        which = f"{refused[0][:80]!r}" if refused else "none"
        raise RefusedError(
            KEY_SCOPE.found(
                f"A key needs scopes that you hold yourself; {which} is not among them.",
                at="scopes",
                remedy=f"Choose from: {choice}.",
            )
        )
    return _known(wanted)


def _days(days: int) -> int:
    if not 1 <= days <= _DAYS_MAX:
        raise RefusedError(
            BAD_EXPIRY.found(f"A key works for 1 to {_DAYS_MAX} days, not {days}.", at="days")
        )
    return days


def _known(scopes: Iterable[str]) -> list[Permission]:
    """Return the permissions among the scopes: one that has been retired grants nothing."""
    return [Permission(scope) for scope in scopes if scope in _PERMISSIONS]


def _key(row: rows.KeyRow) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        name=row.name,
        scopes=tuple(_known(row.scopes)),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def _hash(secret: str) -> bytes:
    """Hash a random secret; unlike a password it needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
