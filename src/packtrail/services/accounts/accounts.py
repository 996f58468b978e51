"""Accounts: people who sign in, and programs with keys (see `packtrail.services.accounts.keys`).

A password is kept as its argon2 hash; a session, a sign-in link and a key only as SHA-256 of a
random secret, which is shown once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from packtrail.access import ROLES, Action, Actor, ActorKind, Permission, RoleName, require
from packtrail.access import codes as access_codes
from packtrail.base.errors import (
    Conflict,
    LimitExceeded,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    RefusedError,
)
from packtrail.services import auditing
from packtrail.services.accounts import passwords
from packtrail.services.accounts.keys import (
    ApiKey,
    NewApiKey,
    api_keys,
    authenticate_api_key,
    create_api_key,
    revoke_api_key,
)
from packtrail.store import accounts as rows
from packtrail.store import organisations as organisation_rows

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application

__all__ = [
    "CSRF_HEADER",
    "SESSION_COOKIE",
    "ApiKey",
    "NewApiKey",
    "SignedIn",
    "User",
    "accounts_with_password",
    "api_keys",
    "authenticate_api_key",
    "check_name",
    "create_api_key",
    "create_sign_in_link",
    "create_user",
    "csrf_token",
    "first_steps",
    "is_csrf_token",
    "person",
    "revoke_api_key",
    "session",
    "sign_in",
    "sign_in_by_link",
    "sign_out",
    "users",
]

SESSION_COOKIE = "packtrail_session"
"""Cookie that carries the token of a session."""
CSRF_HEADER = "X-CSRF-Token"
"""Header with which a page sends the anti-forgery token of its session back."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that has just begun."""

    token: str
    """The secret for the cookie; kept nowhere else."""
    expires_at: datetime
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person's account."""

    account_id: str
    name: str
    display_name: str
    role: RoleName
    organisation_code: str
    has_password: bool
    created_at: datetime
    last_signed_in_at: datetime | None
    disabled_at: datetime | None
    """Since when nobody can sign in with it; None while it works."""


def sign_in(app: Application, name: str, password: str) -> SignedIn:
    """Begin a session with a password.

    Raises:
        NotAuthenticated: `ACC-004`, name or password is wrong.
        LimitExceeded: `ACC-005`, too many wrong passwords; wait.
    """
    begin_attempt(app, name)
    with app.database.transaction() as conn:
        account = rows.account_by_name(conn, name)
    is_right = passwords.is_right(password, account.password_hash if account else None)
    if account is None or not is_right or account.disabled_at is not None:
        _note_refused(app, account)
        raise NotAuthenticated(access_codes.WRONG_CREDENTIALS.found("Name or password is wrong."))
    with app.database.transaction() as conn:
        rows.forget_attempts(conn, secret_hash(name))
        return _begin_session(app, conn, account, "password")


def sign_in_by_link(app: Application, token: str) -> SignedIn:
    """Begin a session with a one-time link.

    Raises:
        NotAuthenticated: `ACC-007`, the link was used, has expired or does not exist.
    """
    with app.database.transaction() as conn:
        account = rows.use_link(conn, secret_hash(token), at=app.clock())
        if account is None:
            raise NotAuthenticated(
                access_codes.LINK_SPENT.found("This sign-in link does not work any more.")
            )
        return _begin_session(app, conn, account, "link")


def person(app: Application, name: str) -> Actor:
    """Return a user of this machine's command line as an actor; it proves nothing of who they are.

    Raises:
        NotFound: `ACC-017`, no such user, or the account is disabled.
    """
    with app.database.reading() as conn:
        account = rows.account_by_name(conn, name)
    if account is None or account.disabled_at is not None:
        raise NotFound(access_codes.NO_USER.found(f"There is no user {name!r}.", at="name"))
    return actor_of(account)


def session(app: Application, token: str) -> Actor:
    """Return who a session belongs to.

    Raises:
        NotAuthenticated: `ACC-006`, there is no such session, or it has ended.
    """
    with app.database.reading() as conn:
        account = rows.account_by_session(conn, secret_hash(token), at=app.clock())
    if account is None:
        raise NotAuthenticated(access_codes.SESSION_ENDED.found("Your session has ended."))
    return actor_of(account)


def csrf_token(token: str) -> str:
    """Return the token that forms and scripts of a session must send back."""
    return hmac.new(token.encode(), b"packtrail csrf", hashlib.sha256).hexdigest()


def is_csrf_token(token: str, offered: str) -> bool:
    """Tell whether a text is the anti-forgery token of a session."""
    return hmac.compare_digest(csrf_token(token).encode(), offered.encode())


def sign_out(app: Application, token: str) -> None:
    """End a session; ending it twice is no error."""
    with app.database.transaction() as conn:
        account = rows.account_by_session(conn, secret_hash(token), at=app.clock())
        if rows.delete_session(conn, secret_hash(token)) is not None and account is not None:
            actor = actor_of(account)
            auditing.write(conn, actor, Action.SESSION_ENDED, account.name, at=app.clock())


def create_sign_in_link(app: Application, actor: Actor, name: str) -> str:
    """Return the secret of a link that signs a user in once: `/sign-in/…`.

    Raises:
        NotFound: `ACC-017`, no such user in the actor's organisation.
        NotPermitted: The actor may not make accounts, or the user may do more than the actor.
        Conflict: `ACC-021`, the account is disabled.
    """
    require(actor, Permission.USER_CREATE)
    token, at = secrets.token_urlsafe(32), app.clock()
    expires_at = at + timedelta(minutes=app.settings.sign_in_link_for_minutes)
    with app.database.transaction() as conn:
        account = rows.account_by_name(conn, name)
        if account is None or account.organisation_id != actor.organisation_id:
            raise NotFound(access_codes.NO_USER.found(f"There is no user {name!r}.", at="name"))
        require_role(actor, RoleName(account.role))
        if account.disabled_at is not None:
            raise Conflict(access_codes.DISABLED.found(f"{name} is disabled.", at="name"))
        rows.insert_link(
            conn, secret_hash(token), account_id=account.account_id, at=at, expires_at=expires_at
        )
        auditing.write(conn, actor, Action.LINK_CREATED, name, at=at)
    return token


def create_user(
    app: Application,
    actor: Actor,
    name: str,
    *,
    role: str,
    display_name: str = "",
    password: str | None = None,
) -> User:
    """Open an account in the actor's organisation; without a password only links sign it in.

    Raises:
        RefusedError: Name, role or password cannot be used.
        Conflict: `ACC-010`, the name is taken.
        NotPermitted: The actor may not make accounts, or the role allows more than the actor may.
    """
    require(actor, Permission.USER_CREATE)
    check_name(name)
    granted = role_of(role)
    require_role(actor, granted)
    row = rows.NewAccount(
        organisation_id=actor.organisation_id,
        name=name,
        display_name=display_name or name,
        role=granted.value,
        password_hash=None if password is None else passwords.hashed(password),
        created_at=app.clock(),
    )
    with app.database.transaction() as conn:
        inserted = rows.insert_account(conn, row)
        account = rows.account_by_name(conn, name)
        if not inserted or account is None:
            raise Conflict(access_codes.NAME_TAKEN.found(f"The name {name!r} is taken.", at="name"))
        auditing.write(
            conn, actor, Action.USER_CREATED, name, at=row.created_at, detail={"role": row.role}
        )
    return _user(account)


def users(app: Application, actor: Actor) -> tuple[User, ...]:
    """Return the accounts of the actor's organisation, by name."""
    require(actor, Permission.USER_READ)
    with app.database.transaction() as conn:
        return tuple(_user(each) for each in rows.accounts_of(conn, actor.organisation_id))


def accounts_with_password(app: Application) -> int:
    """Return how many accounts can sign in with a password."""
    with app.database.transaction() as conn:
        return rows.count_accounts_with_password(conn)


def first_steps(app: Application) -> tuple[str, ...]:
    """Return the commands that a new installation still needs, in order; empty when none."""
    with app.database.reading() as conn:
        has_organisation = bool(organisation_rows.first(conn, limit=1))
        has_password = bool(rows.count_accounts_with_password(conn))
    steps = []
    if not has_organisation:
        steps.append("packtrail organisations add CODE --name 'Your company'")
    if not has_password:
        steps.append("packtrail users add NAME --role administrator")
    return tuple(steps)


def check_name(name: str) -> None:
    """Refuse a name that an account or organisation cannot have.

    Raises:
        RefusedError: `ACC-012`.
    """
    if not _NAME.fullmatch(name):
        raise RefusedError(
            access_codes.BAD_NAME.found(f"{name[:80]!r} cannot be used as a name.", at="name")
        )


def begin_attempt(app: Application, name: str) -> None:
    """Count an attempt to tell the password of a name.

    Raises:
        LimitExceeded: `ACC-005`, there were too many a short while ago.
    """
    wait = timedelta(minutes=app.settings.sign_in_wait_for_minutes)
    with app.database.transaction() as conn:
        may = rows.begin_attempt(
            conn,
            secret_hash(name),
            at=app.clock(),
            wait=wait,
            attempts_max=app.settings.sign_in_failures_max,
        )
    if not may:
        minutes = app.settings.sign_in_wait_for_minutes
        raise LimitExceeded(
            access_codes.TOO_MANY_ATTEMPTS.found(
                f"Too many attempts to sign in with this name; try again in {minutes} minutes."
            )
        )


def _begin_session(
    app: Application, conn: Connection, account: rows.AccountRow, how: str
) -> SignedIn:
    token, at = secrets.token_urlsafe(32), app.clock()
    expires_at = at + timedelta(hours=app.settings.session_for_hours)
    actor = actor_of(account)
    rows.insert_session(
        conn,
        secret_hash(token),
        account_id=account.account_id,
        at=at,
        expires_at=expires_at,
        is_by_link=how == "link",
    )
    rows.note_sign_in(conn, account.account_id, at=at)
    auditing.write(conn, actor, Action.SESSION_CREATED, account.name, at=at, detail={"by": how})
    return SignedIn(token=token, expires_at=expires_at, actor=actor)


def _note_refused(app: Application, account: rows.AccountRow | None) -> None:
    if account is None:
        return
    with app.database.transaction() as conn:
        actor = actor_of(account)
        auditing.write(conn, actor, Action.SESSION_REFUSED, account.name, at=app.clock())


def forget_spent(app: Application) -> None:
    """Forget sessions and sign-in links that nobody can use any more; the audit trail has them."""
    with app.database.transaction() as conn:
        rows.delete_spent(conn, at=app.clock())


def role_of(role: str) -> RoleName:
    """Return the role of a name.

    Raises:
        RefusedError: `ACC-016`, there is no such role.
    """
    try:
        return RoleName(role)
    except ValueError:
        raise RefusedError(
            access_codes.BAD_ROLE.found(f"{role[:80]!r} is not a role.", at="role")
        ) from None


def require_role(actor: Actor, role: RoleName) -> None:
    """Refuse to open the way to more than the actor may do: a key could sign in as a user.

    Raises:
        NotPermitted: `ACC-001`, the role may do something that the actor may not.
    """
    beyond = sorted(ROLES[role] - actor.permissions)
    if beyond:
        raise NotPermitted(
            access_codes.NOT_PERMITTED.found(
                f"{actor.name} may not let a user be {role.value}, who may do more than "
                f"{actor.name}: {', '.join(beyond)}.",
                at="role",
            )
        )


def actor_of(account: rows.AccountRow) -> Actor:
    """Return a person as an actor."""
    return Actor(
        kind=ActorKind.USER,
        id=f"user:{account.account_id}",
        name=account.display_name,
        organisation_id=account.organisation_id,
        organisation_code=account.organisation_code,
        permissions=ROLES[RoleName(account.role)],
        person=account.name,
    )


def _user(account: rows.AccountRow) -> User:
    return User(
        account_id=f"user:{account.account_id}",
        name=account.name,
        display_name=account.display_name,
        role=RoleName(account.role),
        organisation_code=account.organisation_code,
        has_password=account.password_hash is not None,
        created_at=account.created_at,
        last_signed_in_at=account.last_signed_in_at,
        disabled_at=account.disabled_at,
    )


def secret_hash(secret: str) -> bytes:
    """Hash a random secret; unlike a password it needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
