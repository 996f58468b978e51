"""Page tokens: where the next page of a list starts, signed so that nobody can make one up.

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

_SIGNATURE_LENGTH = 16
_PLAIN_BYTES_MAX = 1_000_000


class PageToken(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a token says."""

    list_name: str
    """Which list it goes on in."""
    organisation_id: int
    expires_at: datetime
    state: msgspec.Raw
    """Where, and by which query: the list's own affair."""


def write(token: PageToken, secret: bytes) -> str:
    """Return the text of a token, safe in a URL."""
    body = zlib.compress(msgspec.msgpack.encode(token), 9)
    return base64.urlsafe_b64encode(_signature(body, secret) + body).decode().rstrip("=")


def read(text: str, secret: bytes) -> PageToken | None:
    """Return what a token says; None for one that was not made with the secret."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        signature, body = raw[:_SIGNATURE_LENGTH], raw[_SIGNATURE_LENGTH:]
        if not hmac.compare_digest(signature, _signature(body, secret)):
            return None
        plain = zlib.decompressobj().decompress(body, _PLAIN_BYTES_MAX)
        return msgspec.msgpack.decode(plain, type=PageToken)
    except (ValueError, binascii.Error, zlib.error, msgspec.MsgspecError):
        return None


def digest(text: str) -> bytes:
    """Return the name under which a token is remembered once it was given back."""
    return hashlib.sha256(text.rstrip("=").encode()).digest()


def _signature(body: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, body, hashlib.sha256).digest()[:_SIGNATURE_LENGTH]
