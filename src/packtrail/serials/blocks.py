"""Sealed blocks: numbers in a file for a station that must run while the network is down.

A block is encrypted for one station (HPKE) and signed by who sealed it (Ed25519). Its head can be
read by anybody: whose numbers, how many, for what, until when. Nothing of a file that was changed
is believed, and no number of it is told to another station.

Clause:
    RFC 9180 (HPKE: X25519, HKDF-SHA256, AES-256-GCM); RFC 8032 (Ed25519).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import msgspec
import zstandard
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from packtrail.base.errors import RefusedError
from packtrail.serials.codes import BAD_BLOCK, BAD_PUBLIC_KEY, BLOCK_EXPIRED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAGIC: Final = b"PACKTRAIL BLOCK 1\n"
SIGNATURE_BYTES: Final = 64
KEY_BYTES: Final = 32
HEAD_BYTES_MAX: Final = 16 * 1024
PAYLOAD_BYTES_MAX: Final = 2**31
Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
_LENGTH = struct.Struct(">I")
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a block says of itself without being opened."""

    block_id: str
    sealed_by: str
    """Code of the organisation that sealed it."""
    owner: str
    """Code of the organisation whose numbers these are."""
    pool: str
    kind: str
    """`sgtin` or `sscc`."""
    number_of: str
    """The GTIN; of SSCCs extension digit and company prefix."""
    count: int
    purpose: str
    station: str
    """Name of the station it is for."""
    station_key: str
    """Fingerprint of the key that opens it."""
    signer_key: str
    """Public key of who signed it."""
    sealed_at: Moment
    expires_at: Moment
    """From then on it is not opened any more."""


class _Payload(msgspec.Struct, frozen=True, kw_only=True):
    serials: list[str]
    elements: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class OpenedBlock:
    """A block that was opened by its station."""

    head: Head
    serials: Sequence[str]
    elements: Mapping[str, Sequence[str]]
    """Application identifier -> its value for each number; empty where it has none."""


def seal(
    head: Head,
    serials: Sequence[str],
    elements: Mapping[str, Sequence[str]],
    *,
    station: X25519PublicKey,
    signer: Ed25519PrivateKey,
) -> bytes:
    """Return a block as a file.

    Args:
        head: What it says of itself.
        serials: Its numbers.
        elements: What is printed beside them: application identifier -> a value for each.
        station: The public key of the station.
        signer: The key of who seals it.
    """
    payload = _Payload(
        serials=list(serials), elements={ai: list(values) for ai, values in elements.items()}
    )
    top = msgspec.json.encode(head)
    packed = zstandard.compress(msgspec.msgpack.encode(payload))
    sealed = _SUITE.encrypt(packed, station, info=top)
    signed = MAGIC + _LENGTH.pack(len(top)) + top + sealed
    return signed + signer.sign(signed)


def read_head(content: bytes) -> Head:
    """Return what a block says of itself; nothing of it is proven yet.

    Raises:
        RefusedError: `SER-024`, it is no block.
    """
    return _parts(content)[0]


def open_block(
    content: bytes, station: X25519PrivateKey, *, signers: Sequence[bytes], at: datetime
) -> OpenedBlock:
    """Open a block.

    Args:
        content: The file.
        station: The private key of the station.
        signers: Public keys of those whose blocks are believed.
        at: The time now, aware.

    Raises:
        RefusedError: `SER-024`, it is no block, was changed, is for another station, or signed by
            somebody who is not believed; `SER-025`, it has expired.
    """
    head, top, sealed = _parts(content)
    key = _bytes_of(head.signer_key)
    if key not in signers:
        message = f"The block is signed with {head.signer_key}, which this station does not trust."
        raise RefusedError(BAD_BLOCK.found(message, at="signer_key"))
    signed, signature = content[:-SIGNATURE_BYTES], content[-SIGNATURE_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature:
        message = "The signature does not fit: the file was changed."
        raise RefusedError(BAD_BLOCK.found(message)) from None
    if head.expires_at <= at:
        message = f"The block {head.block_id} expired at {head.expires_at:%Y-%m-%d %H:%M %Z}."
        raise RefusedError(BLOCK_EXPIRED.found(message, at="expires_at"))
    try:
        packed = _SUITE.decrypt(sealed, station, info=top)
    except (InvalidTag, ValueError):
        message = f"The block is for the station {head.station}, not for this one."
        raise RefusedError(BAD_BLOCK.found(message, at="station")) from None
    payload = msgspec.msgpack.decode(
        zstandard.decompress(packed, max_output_size=PAYLOAD_BYTES_MAX), type=_Payload
    )
    return OpenedBlock(head, payload.serials, payload.elements)


def station_key(text: str) -> X25519PublicKey:
    """Read the public key of a station, 32 bytes in Base64.

    Raises:
        RefusedError: `SER-026`, it is none.
    """
    return X25519PublicKey.from_public_bytes(_bytes_of(text))


def signer_key(text: str) -> bytes:
    """Read the public key of a signer, 32 bytes in Base64.

    Raises:
        RefusedError: `SER-026`, it is none.
    """
    return _bytes_of(text)


def text_of(key: bytes) -> str:
    """Return a public key as people copy it."""
    return base64.b64encode(key).decode()


def fingerprint(key: bytes) -> str:
    """Return a few characters by which people tell keys apart."""
    digest = hashlib.sha256(key).hexdigest()[:16]
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def _bytes_of(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        message = f"{text[:60]!r} is no public key: expected {KEY_BYTES} bytes in Base64."
        raise RefusedError(BAD_PUBLIC_KEY.found(message, at="public_key"))
    return key


def _parts(content: bytes) -> tuple[Head, bytes, bytes]:
    """Return head, its bytes, and what is sealed."""
    start = len(MAGIC) + _LENGTH.size
    if not content.startswith(MAGIC) or len(content) < start + SIGNATURE_BYTES:
        raise RefusedError(BAD_BLOCK.found("The file is no sealed block."))
    (length,) = _LENGTH.unpack(content[len(MAGIC) : start])
    top = content[start : start + length]
    if length > HEAD_BYTES_MAX or len(top) < length:
        raise RefusedError(BAD_BLOCK.found("The head of the block is cut off."))
    try:
        head = msgspec.json.decode(top, type=Head)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(BAD_BLOCK.found(f"The head cannot be read: {error}.")) from None
    return head, top, content[start + length : -SIGNATURE_BYTES]
