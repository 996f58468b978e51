"""Changes to accounts: passwords, roles, and accounts that are disabled.

Each takes effect at once. A role is read anew with every request; a new password and the end of an
account also end the sessions and the unused sign-in links there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Action, ActorKind, Permission, RoleName, codes, require
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.services import auditing
from packtrail.services.accounts import passwords
from packtrail.services.accounts.accounts import begin_attempt, require_role, role_of, secret_hash
from packtrail.store import accounts as rows

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application


def needs_current_password(app: Application, session: str) -> bool:
    """Tell whether the person of a session must tell the password they have, to get another.

    Who came by a one-time link, or has none yet, need not: an administrator vouched for them.
    """
    token = secret_hash(session)
    with app.database.reading() as conn:
        account = rows.account_by_session(conn, token, at=app.clock())
        has_password = account is not None and account.password_hash is not None
        return has_password and not rows.is_by_link(conn, token)


def change_own_password(
    app: Application, actor: Actor, session: str, *, current: str, new: str
) -> None:
    """Give oneself another password; every other session of the account ends.

    Args:
        app: The application.
        actor: The person.
        session: Token of their session, which goes on.
        current: The password they have; not looked at where `needs_current_password` says so.
        new: The password they want.

    Raises:
        NotPermitted: Only a person has a password.
        RefusedError: `ACC-019`, the current password is another one; `ACC-011`, the new one is
            too short or too long.
        LimitExceeded: `ACC-005`, too many wrong passwords; wait.
    """
    token = secret_hash(session)
    with app.database.reading() as conn:
        account = rows.account_by_session(conn, token, at=app.clock())
    if actor.kind is not ActorKind.USER or account is None or _id(account) != actor.id:
        raise NotPermitted(codes.NOT_PERMITTED.found("Only a person can change their password."))
    if needs_current_password(app, session):
        _check_current(app, account, current)
    kept = passwords.hashed(new)
    with app.database.transaction() as conn:
        rows.set_password_hash(conn, account.account_id, kept)
        rows.forget_link(conn, token)
        rows.forget_attempts(conn, secret_hash(account.name))
        _written(
            conn, app, actor, Action.PASSWORD_CHANGED, account,
            sessions_ended=rows.end_access(conn, account.account_id, keeping=token),
        )  # fmt: skip


def set_password(app: Application, actor: Actor, name: str, password: str) -> None:
    """Give a user another password; all their sessions end.

    Raises:
        NotFound: `ACC-017`, no such user in the actor's organisation.
        RefusedError: `ACC-011`, the password is too short or too long.
        NotPermitted: The actor may not change users, or the user may do more than the actor.
    """
    require(actor, Permission.USER_UPDATE)
    kept = passwords.hashed(password)
    with app.database.transaction() as conn:
        account = _account(conn, actor, name)
        rows.set_password_hash(conn, account.account_id, kept)
        rows.forget_attempts(conn, secret_hash(account.name))
        ended = rows.end_access(conn, account.account_id)
        _written(conn, app, actor, Action.PASSWORD_CHANGED, account, sessions_ended=ended)


def disable_user(app: Application, actor: Actor, name: str) -> None:
    """Let a user sign in no more; their sessions and unused links end now. What they did stays.

    Raises:
        NotFound: `ACC-017`, no such user in the actor's organisation.
        RefusedError: `ACC-020`, it is the actor's own account.
        NotPermitted: The actor may not change users, or the user may do more than the actor.
    """
    require(actor, Permission.USER_UPDATE)
    with app.database.transaction() as conn:
        account = _account(conn, actor, name)
        _check_other(actor, account)
        if account.disabled_at is None:
            rows.set_disabled(conn, account.account_id, app.clock())
            ended = rows.end_access(conn, account.account_id)
            _written(conn, app, actor, Action.USER_DISABLED, account, sessions_ended=ended)


def enable_user(app: Application, actor: Actor, name: str) -> None:
    """Let a user that was disabled sign in again, with the password they had.

    Raises:
        NotFound: `ACC-017`, no such user in the actor's organisation.
        NotPermitted: The actor may not change users, or the user may do more than the actor.
    """
    require(actor, Permission.USER_UPDATE)
    with app.database.transaction() as conn:
        account = _account(conn, actor, name)
        if account.disabled_at is not None:
            rows.set_disabled(conn, account.account_id, None)
            _written(conn, app, actor, Action.USER_ENABLED, account)


def change_role(app: Application, actor: Actor, name: str, role: str) -> None:
    """Give a user another role; their next click already has it.

    Raises:
        NotFound: `ACC-017`, no such user in the actor's organisation.
        RefusedError: `ACC-016`, no such role; `ACC-020`, it is the actor's own account.
        NotPermitted: The actor may not change users, or one of the two roles may do more.
    """
    require(actor, Permission.USER_UPDATE)
    wanted = role_of(role)
    require_role(actor, wanted)
    with app.database.transaction() as conn:
        account = _account(conn, actor, name)
        _check_other(actor, account)
        if account.role != wanted.value:
            rows.set_role(conn, account.account_id, wanted.value)
            change = {"from": account.role, "to": wanted.value}
            _written(conn, app, actor, Action.ROLE_CHANGED, account, **change)


def _account(conn: Connection, actor: Actor, name: str) -> rows.AccountRow:
    """Return an account the actor may change."""
    account = rows.account_by_name(conn, name)
    if account is None or account.organisation_id != actor.organisation_id:
        raise NotFound(codes.NO_USER.found(f"There is no user {name[:80]!r}.", at="name"))
    require_role(actor, RoleName(account.role))
    return account


def _check_other(actor: Actor, account: rows.AccountRow) -> None:
    if _id(account) == actor.id:
        raise RefusedError(codes.OWN_ACCOUNT.found(f"{account.name} is your own account."))


def _check_current(app: Application, account: rows.AccountRow, current: str) -> None:
    begin_attempt(app, account.name)
    if not passwords.is_right(current, account.password_hash):
        raise RefusedError(
            codes.WRONG_PASSWORD.found("Your current password is another one.", at="current")
        )


def _written(
    conn: Connection,
    app: Application,
    actor: Actor,
    action: Action,
    account: rows.AccountRow,
    **detail: object,
) -> None:
    auditing.write(conn, actor, action, account.name, at=app.clock(), detail=detail)


def _id(account: rows.AccountRow) -> str:
    return f"user:{account.account_id}"
