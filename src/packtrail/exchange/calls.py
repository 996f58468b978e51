"""Calls: the one place from which Packtrail calls somebody else's address.

An address is looked up, checked and connected to in one go, so that a name cannot mean one machine
when it is checked and another when it is called. Redirections are not followed. Only networks that
the operator allows are called besides the public internet.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

URL_LENGTH_MAX: Final = 2000
BYTES_MAX: Final = 4 * 1024 * 1024
"""Most bytes that are read of an answer; what is longer is cut off."""
_STEPS: Final = 3
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_TRANSLATED: Final = tuple(
    ipaddress.IPv6Network(each)
    for each in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
)
"""Networks of IPv6 whose addresses end in that of IPv4 which is reached (RFC 4291, 6052, 7915)."""
_LOCAL: Final = tuple(ipaddress.IPv6Network(each) for each in ("fec0::/10", "64:ff9b:1::/48"))
"""Networks of IPv6 that are somebody's own, although the library calls them global (RFC 3879 and
8215)."""


class NotTaken(Exception):
    """The receiver did not take it; the text says why, without what it answered."""


class BadAddress(Exception):
    """An address that is never called; the text says why: `is not an https URL`."""


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks that may be called although they are not public."""

    allowed: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @classmethod
    def of(cls, names: Iterable[str]) -> Networks:
        """Return the networks an operator allows: `10.1.0.0/16`."""
        return cls(tuple(ipaddress.ip_network(each) for each in names))

    def are_private(self, address: Address) -> bool:
        """Tell whether the operator allows an address, public or not, and plain http to it."""
        return any(address in network for network in self.allowed)

    def permit(self, address: Address, scheme: str) -> bool:
        """Tell whether an address may be called."""
        plain = _reached(address)
        if self.are_private(plain) or self.are_private(address):
            return True
        is_public = plain.is_global and not (
            plain.is_multicast or any(plain in network for network in _LOCAL)
        )
        return scheme == "https" and is_public


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent."""

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever the status."""

    status: int
    media_type: str
    body: bytes


def _reached(address: Address) -> Address:
    """Return the address of IPv4 that is reached by one of IPv6 which stands for it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if any(address in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour or address


def check(url: str, networks: Networks) -> None:
    """Refuse an address that would never be called; a name is looked up only when it is.

    Raises:
        BadAddress: With the reason.
    """
    parts = _parts(url)
    try:
        address = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        if parts.scheme == "http" and not networks.allowed:
            raise BadAddress("is not https") from None
        return
    if not networks.permit(address, parts.scheme):
        raise BadAddress("is not a public address with https, nor in an allowed network")


def call(request: Request, *, networks: Networks, timeout: float) -> Reply:
    """Call an address and return what it answers.

    Args:
        request: What is sent.
        networks: Which networks besides the public internet may be called.
        timeout: Seconds for each step, to connect, to send and to be answered; thrice that for all.

    Raises:
        NotTaken: The address may not be called, or did not answer.
    """
    try:
        parts = _parts(request.url)
        connection = _connection(parts, _addresses(parts, networks), timeout)
    except (OSError, ValueError, BadAddress) as error:
        raise NotTaken(f"cannot be reached: {error}") from error
    # A receiver that answers byte by byte must not hold a worker for ever.
    deadline = threading.Timer(timeout * _STEPS, _hang_up, [connection.sock])
    deadline.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(request.method, target, request.body, dict(request.headers or {}))
        answer = connection.getresponse()
        body = answer.read(BYTES_MAX)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTaken(f"did not answer: {type(error).__name__}") from error
    finally:
        deadline.cancel()
        connection.close()
    return Reply(answer.status, answer.headers.get_content_type(), body)


def _hang_up(stream: socket.socket) -> None:
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)


def _parts(url: str) -> SplitResult:
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise BadAddress(f"is not a URL of at most {URL_LENGTH_MAX} ASCII characters")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise BadAddress("is not a URL") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise BadAddress("is not an https URL")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("carries a user name or password")
    return parts


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
        raise BadAddress("leads to an address that is not allowed")
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
