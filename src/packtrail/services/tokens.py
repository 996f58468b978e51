"""Page tokens: where the next page of a query starts, signed so that nobody can make one up.

A token carries the query itself, whose it is, and until when it works. Nothing is stored for it, so
a million open pages cost nothing and every process of an installation can answer it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import zlib
from datetime import datetime

import msgspec

from packtrail.base.errors import RefusedError
from packtrail.services.codes import BAD_PAGE_TOKEN
from packtrail.store.filters import EventFilter, PageKey

_SIGNATURE_LENGTH = 16
_PLAIN_BYTES_MAX = 1_000_000


class PageToken(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a token says."""

    organisation_id: int
    expires_at: datetime
    filter: EventFilter
    after: PageKey


def write(token: PageToken, secret: bytes) -> str:
    """Return the text of a token, safe in a URL."""
    body = zlib.compress(msgspec.msgpack.encode(token), 9)
    return base64.urlsafe_b64encode(_signature(body, secret) + body).decode().rstrip("=")


def read(text: str, secret: bytes, *, organisation_id: int, at: datetime) -> PageToken:
    """Return what a token says.

    Raises:
        RefusedError: `QRY-006`, it was not made here, was changed, is not this organisation's or
            has expired.
    """
    token = _opened(text, secret)
    if token is None or token.organisation_id != organisation_id:
        raise RefusedError(
            BAD_PAGE_TOKEN.found("The page token was not made here for you.", at="nextPageToken")
        )
    if token.expires_at <= at:
        raise RefusedError(
            BAD_PAGE_TOKEN.found(
                f"The page token expired at {token.expires_at:%Y-%m-%dT%H:%M:%SZ}.",
                at="nextPageToken",
            )
        )
    return token


def _opened(text: str, secret: bytes) -> PageToken | None:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        signature, body = raw[:_SIGNATURE_LENGTH], raw[_SIGNATURE_LENGTH:]
        if not hmac.compare_digest(signature, _signature(body, secret)):
            return None
        plain = zlib.decompressobj().decompress(body, _PLAIN_BYTES_MAX)
        return msgspec.msgpack.decode(plain, type=PageToken)
    except (ValueError, binascii.Error, zlib.error, msgspec.MsgspecError):
        return None


def _signature(body: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, body, hashlib.sha256).digest()[:_SIGNATURE_LENGTH]
