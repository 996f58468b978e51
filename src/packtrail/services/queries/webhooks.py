"""Webhooks: what subscribers are sent, and how it is signed."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.exchange import calls
from packtrail.exchange.calls import Networks, NotTaken
from packtrail.services.codes import BAD_DESTINATION

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Networks", "NotTaken", "check", "post", "signature"]


def check(url: str, networks: Networks) -> None:
    """Refuse a destination that would never be called; a name is looked up only when it is.

    Raises:
        RefusedError: `QRY-017`, with the reason.
    """
    try:
        calls.check(url, networks)
    except calls.BadAddress as error:
        message = f"The destination {url[:200]!r} {error}."
        raise RefusedError(BAD_DESTINATION.found(message, at="/dest")) from None


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, networks: Networks, timeout: float
) -> None:
    """Send a document; return when the receiver has taken it (2xx).

    Args:
        url: The destination.
        body: The document.
        headers: Its content type, identity and signature.
        networks: Which networks besides the public internet may be called.
        timeout: Seconds for each step, to connect, to send and to be answered; thrice that for all.

    Raises:
        NotTaken: The destination may not be called, did not answer, or answered otherwise.
    """
    request = calls.Request("POST", url, body, headers)
    reply = calls.call(request, networks=networks, timeout=timeout)
    if not 200 <= reply.status < 300:
        raise NotTaken(f"answered {reply.status}")


def signature(secret: bytes, body: bytes, *, delivery: str, at: int) -> str:
    """Return the value of `GS1-Signature`: `t=<seconds>,v1=<hex>`.

    The hex is HMAC-SHA256, under the secret of the subscription, of `<seconds>.<delivery>.` and the
    body as it is sent; `<delivery>` is the value of the header `Packtrail-Delivery`.

    Examples:
        >>> signature(b"key", b"{}", delivery="d.0", at=1)[:12]
        't=1,v1=4fb91'
    """
    signed = f"{at}.{delivery}.".encode() + body
    return f"t={at},v1={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"
