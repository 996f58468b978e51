"""Accounts: people who sign in, and programs with keys.

A password is kept as its argon2 hash; a session, a sign-in link and a key only as SHA-256 of a
random secret, which is shown once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from packtrail.access import Actor, Permission, RoleName
    from packtrail.services.application import Application


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


def sign_in(app: Application, name: str, password: str) -> SignedIn:
    """Begin a session with a password.

    Raises:
        NotAuthenticated: `ACC-004`, name or password is wrong.
        LimitExceeded: `ACC-005`, too many wrong passwords; wait.
    """
    raise NotImplementedError


def sign_in_by_link(app: Application, token: str) -> SignedIn:
    """Begin a session with a one-time link.

    Raises:
        NotAuthenticated: `ACC-007`, the link was used, has expired or does not exist.
    """
    raise NotImplementedError


def session(app: Application, token: str) -> Actor:
    """Return who a session belongs to.

    Raises:
        NotAuthenticated: `ACC-006`, there is no such session, or it has ended.
    """
    raise NotImplementedError


def csrf_token(token: str) -> str:
    """Return the token that forms and scripts of a session must send back."""
    raise NotImplementedError


def sign_out(app: Application, token: str) -> None:
    """End a session; ending it twice is no error."""
    raise NotImplementedError


def create_sign_in_link(app: Application, actor: Actor, name: str) -> str:
    """Return the secret of a link that signs a user in once: `/sign-in/link?token=…`.

    Raises:
        NotFound: `ACC-017`, no such user in the actor's organisation.
        NotPermitted: The actor may not make accounts.
    """
    raise NotImplementedError


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
        NotPermitted: The actor may not make accounts.
    """
    raise NotImplementedError


def users(app: Application, actor: Actor) -> tuple[User, ...]:
    """Return the accounts of the actor's organisation, by name."""
    raise NotImplementedError


def create_api_key(
    app: Application,
    actor: Actor,
    name: str,
    *,
    scopes: Iterable[str],
    days: int | None = None,
) -> NewApiKey:
    """Make a key for the actor's organisation; its secret is returned this once.

    Raises:
        RefusedError: A scope is unknown or the actor does not hold it; the expiry is no good.
        NotPermitted: The actor may not make keys.
    """
    raise NotImplementedError


def api_keys(app: Application, actor: Actor) -> tuple[ApiKey, ...]:
    """Return the keys of the actor's organisation, newest first."""
    raise NotImplementedError


def revoke_api_key(app: Application, actor: Actor, key_id: str) -> None:
    """End a key at once.

    Raises:
        NotFound: `ACC-014`, no such key in the actor's organisation.
    """
    raise NotImplementedError


def authenticate_api_key(app: Application, secret: str) -> Actor:
    """Return who a key belongs to.

    Raises:
        NotAuthenticated: `ACC-008`, the key is unknown, expired or revoked.
    """
    raise NotImplementedError


def accounts_with_password(app: Application) -> int:
    """Return how many accounts can sign in with a password."""
    raise NotImplementedError
