"""Accounts, sessions, sign-in links and API keys in the database.

Every function works inside the transaction of the connection it is given, and takes the time as an
argument.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from psycopg.rows import class_row, scalar_row

from packtrail.store import direct
from packtrail.store.direct import Kind, Statement

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

_FORGET = timedelta(days=1)
_ACCOUNT = """
    select a.account_id, a.organisation_id, o.code as organisation_code, a.name, a.display_name,
           a.role, a.password_hash, a.created_at, a.last_signed_in_at, a.disabled_at
      from account a join organisation o using (organisation_id)
"""
_KEY = """
    select k.key_id, k.organisation_id, o.code as organisation_code, k.name, k.scopes,
           k.created_at, k.created_by, k.expires_at, k.revoked_at, k.last_used_at
      from api_key k join organisation o using (organisation_id)
"""
_WORKING_KEY = Statement(
    f"{_KEY} where k.secret_hash = %(hash)s and k.expires_at > %(at)s and k.revoked_at is null",
    hash=Kind.BYTES,
    at=Kind.MOMENT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What a new account starts with."""

    organisation_id: int
    name: str
    display_name: str
    role: str
    password_hash: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """A row of `account`, with the code of its organisation."""

    account_id: int
    organisation_id: int
    organisation_code: str
    name: str
    display_name: str
    role: str
    password_hash: str | None
    created_at: datetime
    last_signed_in_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A row of `api_key`, with the code of its organisation and without the hash."""

    key_id: str
    organisation_id: int
    organisation_code: str
    name: str
    scopes: list[str]
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


_KEY_FIELDS = tuple(field.name for field in fields(KeyRow))


def insert_account(conn: Connection, account: NewAccount) -> bool:
    """Add an account; return False when the name is taken."""
    done = conn.execute(
        """
        insert into account (organisation_id, name, display_name, role, password_hash, created_at)
        values (%s, %s, %s, %s, %s, %s) on conflict (name) do nothing
        """,
        (
            account.organisation_id,
            account.name,
            account.display_name,
            account.role,
            account.password_hash,
            account.created_at,
        ),
    )
    return done.rowcount == 1


def account_by_name(conn: Connection, name: str) -> AccountRow | None:
    """Return an account by its name."""
    with conn.cursor(row_factory=class_row(AccountRow)) as cursor:
        return cursor.execute(f"{_ACCOUNT} where a.name = %s", (name,)).fetchone()


def accounts_of(conn: Connection, organisation_id: int) -> list[AccountRow]:
    """Return the accounts of an organisation, by name."""
    with conn.cursor(row_factory=class_row(AccountRow)) as cursor:
        cursor.execute(
            f"{_ACCOUNT} where a.organisation_id = %s order by a.name", (organisation_id,)
        )
        return cursor.fetchall()


def count_accounts_with_password(conn: Connection) -> int:
    """Return how many accounts have a password."""
    with conn.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(
            "select count(*) from account where password_hash is not null and disabled_at is null"
        )
        return int(cursor.fetchone() or 0)


def begin_attempt(
    conn: Connection, name_hash: bytes, *, at: datetime, wait: timedelta, attempts_max: int
) -> bool:
    """Count an attempt to sign in; return False when there were too many a short while ago.

    The attempt is counted before the password is looked at, so that many at once are no way round,
    and for names that nobody has, so that nothing tells them apart.
    """
    conn.execute("delete from sign_in_attempt where last_at < %s", (at - max(wait, _FORGET),))
    done = conn.execute(
        """
        insert into sign_in_attempt as old (name_hash, attempts, last_at)
        values (%(name)s, 1, %(at)s)
        on conflict (name_hash) do update
           set attempts = case when old.last_at <= %(since)s then 1 else old.attempts + 1 end,
               last_at = excluded.last_at
         where old.attempts < %(most)s or old.last_at <= %(since)s
        """,
        {"name": name_hash, "at": at, "since": at - wait, "most": attempts_max},
    )
    return done.rowcount == 1


def forget_attempts(conn: Connection, name_hash: bytes) -> None:
    """Start counting attempts anew, after a right password."""
    conn.execute("delete from sign_in_attempt where name_hash = %s", (name_hash,))


def note_sign_in(conn: Connection, account_id: int, *, at: datetime) -> None:
    """Write down a sign-in."""
    conn.execute(
        "update account set last_signed_in_at = %s where account_id = %s", (at, account_id)
    )


def set_password_hash(conn: Connection, account_id: int, password_hash: str) -> None:
    """Replace the hash of a password."""
    conn.execute(
        "update account set password_hash = %s where account_id = %s", (password_hash, account_id)
    )


def set_disabled(conn: Connection, account_id: int, at: datetime | None) -> None:
    """Disable an account, or with None enable it again."""
    conn.execute("update account set disabled_at = %s where account_id = %s", (at, account_id))


def set_role(conn: Connection, account_id: int, role: str) -> None:
    """Give an account another role."""
    conn.execute("update account set role = %s where account_id = %s", (role, account_id))


def end_access(conn: Connection, account_id: int, *, keeping: bytes | None = None) -> int:
    """End the sessions and unused links of an account, all but one; return how many sessions."""
    conn.execute(
        "delete from sign_in_link where account_id = %s and used_at is null", (account_id,)
    )
    done = conn.execute(
        "delete from session where account_id = %s and token_hash is distinct from %s",
        (account_id, keeping),
    )
    return done.rowcount


def is_by_link(conn: Connection, token_hash: bytes) -> bool:
    """Tell whether a one-time link began a session."""
    found = conn.execute(
        "select 1 from session where token_hash = %s and is_by_link", (token_hash,)
    ).fetchone()
    return found is not None


def forget_link(conn: Connection, token_hash: bytes) -> None:
    """Treat a session as one that a password began: its user has just set one."""
    conn.execute("update session set is_by_link = false where token_hash = %s", (token_hash,))


def insert_session(
    conn: Connection,
    token_hash: bytes,
    *,
    account_id: int,
    at: datetime,
    expires_at: datetime,
    is_by_link: bool = False,
) -> None:
    """Begin a session."""
    conn.execute(
        "insert into session (token_hash, account_id, created_at, expires_at, is_by_link)"
        " values (%s, %s, %s, %s, %s)",
        (token_hash, account_id, at, expires_at, is_by_link),
    )


def delete_spent(conn: Connection, *, at: datetime) -> None:
    """Forget sessions that have ended, and links that are used or have expired."""
    conn.execute("delete from session where expires_at <= %s", (at,))
    conn.execute("delete from sign_in_link where expires_at <= %s or used_at is not null", (at,))


def account_by_session(conn: Connection, token_hash: bytes, *, at: datetime) -> AccountRow | None:
    """Return whose session it is, or None when there is no such session or it has ended."""
    with conn.cursor(row_factory=class_row(AccountRow)) as cursor:
        cursor.execute(
            f"{_ACCOUNT} join session s using (account_id)"
            " where s.token_hash = %s and s.expires_at > %s and a.disabled_at is null",
            (token_hash, at),
        )
        return cursor.fetchone()


def delete_session(conn: Connection, token_hash: bytes) -> int | None:
    """End a session; return whose it was."""
    with conn.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(
            "delete from session where token_hash = %s returning account_id", (token_hash,)
        )
        found: int | None = cursor.fetchone()
        return found


def insert_link(
    conn: Connection, token_hash: bytes, *, account_id: int, at: datetime, expires_at: datetime
) -> None:
    """Add a one-time sign-in link."""
    conn.execute(
        "insert into sign_in_link (token_hash, account_id, created_at, expires_at)"
        " values (%s, %s, %s, %s)",
        (token_hash, account_id, at, expires_at),
    )


def use_link(conn: Connection, token_hash: bytes, *, at: datetime) -> AccountRow | None:
    """Spend a link and return whose it is; None when it is spent, expired or unknown.

    Two who use it at the same moment: the row lock of the update lets one of them have it.
    """
    with conn.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(
            "update sign_in_link set used_at = %s"
            " where token_hash = %s and used_at is null and expires_at > %s returning account_id",
            (at, token_hash, at),
        )
        account_id = cursor.fetchone()
    if account_id is None:
        return None
    with conn.cursor(row_factory=class_row(AccountRow)) as rows:
        return rows.execute(
            f"{_ACCOUNT} where a.account_id = %s and a.disabled_at is null", (account_id,)
        ).fetchone()


def insert_key(conn: Connection, secret_hash: bytes, key: KeyRow) -> None:
    """Add an API key."""
    conn.execute(
        """
        insert into api_key (key_id, secret_hash, organisation_id, name, scopes, created_by,
                             created_at, expires_at)
        values (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            key.key_id,
            secret_hash,
            key.organisation_id,
            key.name,
            key.scopes,
            key.created_by,
            key.created_at,
            key.expires_at,
        ),
    )


def key_by_secret(conn: Connection, secret_hash: bytes, *, at: datetime) -> KeyRow | None:
    """Return a key that works at a moment, or None."""
    found = direct.rows(conn, _WORKING_KEY, secret_hash, at)
    return KeyRow(**dict(zip(_KEY_FIELDS, found[0], strict=True))) if found else None


def note_key_used(conn: Connection, key_id: str, *, at: datetime) -> None:
    """Write down that a key was used."""
    conn.execute("update api_key set last_used_at = %s where key_id = %s", (at, key_id))


def keys_of(conn: Connection, organisation_id: int) -> list[KeyRow]:
    """Return the keys of an organisation, newest first."""
    with conn.cursor(row_factory=class_row(KeyRow)) as cursor:
        cursor.execute(
            f"{_KEY} where k.organisation_id = %s order by k.created_at desc, k.key_id",
            (organisation_id,),
        )
        return cursor.fetchall()


def revoke_key(conn: Connection, key_id: str, *, organisation_id: int, at: datetime) -> bool:
    """End a key of an organisation; return False when it has none such."""
    done = conn.execute(
        "update api_key set revoked_at = coalesce(revoked_at, %s)"
        " where key_id = %s and organisation_id = %s",
        (at, key_id, organisation_id),
    )
    return done.rowcount == 1


def secret(conn: Connection, name: str, *, fresh: bytes) -> bytes:
    """Return a random key of this installation, taking the fresh one when there is none yet."""
    conn.execute(
        "insert into secret (name, value) values (%s, %s) on conflict (name) do nothing",
        (name, fresh),
    )
    with conn.cursor(row_factory=scalar_row) as cursor:
        found = cursor.execute("select value from secret where name = %s", (name,)).fetchone()
        return bytes(found or b"")
