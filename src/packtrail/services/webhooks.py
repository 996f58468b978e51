"""Webhooks: the one place from which Packtrail calls somebody else's address.

An address is looked up, checked and connected to in one go, so that a name cannot mean one machine
when it is checked and another when it is called. Redirections are not followed. Only networks that
the operator allows are called besides the public internet.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from packtrail.base.errors import RefusedError
from packtrail.services.codes import BAD_DESTINATION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.settings import Settings

URL_LENGTH_MAX = 2000
_STEPS = 3
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotTaken(Exception):
    """The receiver did not take it; the text says why, without what it answered."""


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks that may be called although they are not public."""

    allowed: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @classmethod
    def of(cls, settings: Settings) -> Networks:
        """Return the networks an operator allows."""
        return cls(tuple(ipaddress.ip_network(each) for each in settings.webhook_allowed_networks))

    def are_private(self, address: Address) -> bool:
        """Tell whether the operator allows an address, public or not, and plain http to it."""
        return any(address in network for network in self.allowed)

    def permit(self, address: Address, scheme: str) -> bool:
        """Tell whether an address may be called."""
        plain = getattr(address, "ipv4_mapped", None) or address
        if self.are_private(plain):
            return True
        return scheme == "https" and plain.is_global and not plain.is_multicast


def check(url: str, networks: Networks) -> None:
    """Refuse a destination that would never be called; a name is looked up only when it is.

    Raises:
        RefusedError: `QRY-017`, with the reason.
    """
    parts = _parts(url)
    try:
        address = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        if parts.scheme == "http" and not networks.allowed:
            raise _refused(url, "is not https") from None
        return
    if not networks.permit(address, parts.scheme):
        raise _refused(url, "is not a public address with https, nor in an allowed network")


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
    try:
        parts = _parts(url)
        connection = _connection(parts, _addresses(parts, networks), timeout)
    except (OSError, ValueError, RefusedError) as error:
        raise NotTaken(f"cannot be reached: {error}") from error
    # A receiver that answers byte by byte must not hold a worker for ever.
    deadline = threading.Timer(timeout * _STEPS, _hang_up, [connection.sock])
    deadline.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTaken(f"did not answer: {type(error).__name__}") from error
    finally:
        deadline.cancel()
        connection.close()
    if not 200 <= answer.status < 300:
        raise NotTaken(f"answered {answer.status}")


def _hang_up(stream: socket.socket) -> None:
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)


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


def _parts(url: str) -> SplitResult:
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise _refused(url, f"is not a URL of at most {URL_LENGTH_MAX} ASCII characters")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _refused(url, "is not a URL") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise _refused(url, "is not an https URL")
    if parts.username is not None or parts.password is not None:
        raise _refused(url, "carries a user name or password")
    return parts


def _refused(url: str, why: str) -> RefusedError:
    return RefusedError(BAD_DESTINATION.found(f"The destination {url[:200]!r} {why}.", at="/dest"))


def _addresses(parts: SplitResult, networks: Networks) -> list[str]:
    port = parts.port or http.client.HTTPS_PORT
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for _, _, _, _, address in found]
    permitted = [
        text
        for text in addresses
        if networks.permit(ipaddress.ip_address(text.partition("%")[0]), parts.scheme)
    ]
    if not permitted or len(permitted) < len(addresses):
        raise _refused(parts.geturl(), "leads to an address that is not allowed")
    return permitted


def _connection(
    parts: SplitResult, addresses: Sequence[str], timeout: float
) -> http.client.HTTPConnection:
    """Connect to one of the addresses that were checked, under the name of the destination."""
    host = parts.hostname or ""
    is_secure = parts.scheme == "https"
    port = parts.port or (http.client.HTTPS_PORT if is_secure else http.client.HTTP_PORT)
    stream = _connected(addresses, port, timeout)
    if is_secure:
        try:
            stream = ssl.create_default_context().wrap_socket(stream, server_hostname=host)
        except BaseException:
            stream.close()
            raise
    # The name goes into the Host header; the socket is there already, so nothing is looked up.
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    connection.sock = stream
    return connection


def _connected(addresses: Sequence[str], port: int, timeout: float) -> socket.socket:
    failure: OSError | None = None
    for text in addresses:
        try:
            return socket.create_connection((text, port), timeout)
        except OSError as error:
            failure = error
    raise failure or OSError("no address")
