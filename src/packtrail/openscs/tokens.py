"""Tokens that go on with a request: they say what is still wanted, and nobody else can make one."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from typing import TYPE_CHECKING, Final

from packtrail.openscs.callers import CallRefused
from packtrail.openscs.words import ReturnCode

if TYPE_CHECKING:
    from packtrail.openscs.callers import Caller

_MARK_BYTES: Final = 12


def seal(caller: Caller, base_id: str, part: int, left: int) -> str:
    """Return a token that says what is still wanted, and that we gave it to this organisation."""
    told = json.dumps([base_id, part, left]).encode()
    return base64.urlsafe_b64encode(_mark(caller, told) + told).decode()


def unseal(caller: Caller, token: str) -> tuple[str, int, int]:
    """Return what a token says: request, part, how many are left.

    Raises:
        CallRefused: Code 5, we did not give it to this organisation since we started.
    """
    try:
        content = base64.urlsafe_b64decode(token.encode())
    except (binascii.Error, ValueError):
        raise CallRefused(ReturnCode.INVALID_REQUEST_TOKEN) from None
    mark, told = content[:_MARK_BYTES], content[_MARK_BYTES:]
    if not hmac.compare_digest(mark, _mark(caller, told)):
        raise CallRefused(ReturnCode.INVALID_REQUEST_TOKEN)
    base_id, part, left = json.loads(told)
    return str(base_id), int(part), int(left)


def _mark(caller: Caller, told: bytes) -> bytes:
    whose = caller.actor.organisation_code.encode() + b"\0"
    return hmac.digest(caller.secret, whose + told, "sha256")[:_MARK_BYTES]
