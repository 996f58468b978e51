"""Private links: addresses that lead somebody without an account to one thing.

A link says what it is about and carries a seal that only this installation can make. Nothing is
stored for it, so a database that is copied holds no link that works elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.store import accounts as secret_rows

if TYPE_CHECKING:
    from psycopg import Connection

_SECRET: Final = "private_link"  # noqa: S105 - its name, not the secret
_SEAL_LENGTH: Final = 18
_TOKEN_LENGTH_MAX: Final = 1_000


class Purpose(StrEnum):
    """What a private link is for."""

    RECEIPT = "receipt"
    """Says that somebody has read a notice: number of the programme, notice, person."""
    STATUS = "status"
    """Shows what became of an input: number of the programme, input."""
    CONFIRM = "confirm"
    """Confirms a mail address: number of the organisation, number of the question, address."""
    UNSUBSCRIBE = "unsubscribe"
    """Says which mails an address refuses: number of the organisation, kind of mail, address."""


PATHS: Final = {
    Purpose.RECEIPT: "/receipt/",
    Purpose.STATUS: "/said/",
    Purpose.CONFIRM: "/confirm/",
    Purpose.UNSUBSCRIBE: "/unsubscribe/",
}
"""Where the pages of private links are."""


def path(conn: Connection, purpose: Purpose, subject: str) -> str:
    """Return the path of a private link."""
    body = subject.encode()
    token = base64.urlsafe_b64encode(_seal(conn, purpose, body) + body).decode().rstrip("=")
    return PATHS[purpose] + token


def read(conn: Connection, purpose: Purpose, token: str) -> str | None:
    """Return what a token is about; None for one that was not made here for this purpose."""
    if len(token) > _TOKEN_LENGTH_MAX:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        raw = base64.b64decode(padded.encode(), altchars=b"-_", validate=True)
        seal, body = raw[:_SEAL_LENGTH], raw[_SEAL_LENGTH:]
        is_ours = hmac.compare_digest(seal, _seal(conn, purpose, body))
        return body.decode() if is_ours else None
    except (binascii.Error, ValueError):
        return None


def keyed(conn: Connection, text: str) -> bytes:
    """Return a hash of a text that nobody without this installation's secret can look up."""
    return hmac.new(_key(conn), b"address|" + text.encode(), hashlib.sha256).digest()


def _seal(conn: Connection, purpose: Purpose, body: bytes) -> bytes:
    sealed = purpose.value.encode() + b"|" + body
    return hmac.new(_key(conn), sealed, hashlib.sha256).digest()[:_SEAL_LENGTH]


def _key(conn: Connection) -> bytes:
    return secret_rows.secret(conn, _SECRET, fresh=secrets.token_bytes(32))
