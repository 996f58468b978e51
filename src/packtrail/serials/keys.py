"""Keys of pools at rest: each is encrypted with the master key of the installation.

    >>> sealed = wrap([bytes(32)], bytes(range(32)), nonce=bytes(12), name="pool 1, generation 1")
    >>> unwrap([bytes(32)], sealed, name="pool 1, generation 1") == bytes(range(32))
    True

Clause:
    NIST SP 800-38D (AES-GCM).
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from packtrail.base.errors import RefusedError, UsageError
from packtrail.serials.codes import BAD_MASTER_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


def name_of_pool(pool_id: int, generation: int) -> str:
    """Return what the key of a generation is called: only under this name it is opened."""
    return f"pool {pool_id}, generation {generation}"


def wrap(masters: Sequence[bytes], key: bytes, *, nonce: bytes, name: str) -> bytes:
    """Encrypt a key, or what else must be kept.

    Args:
        masters: Master keys of 32 bytes; the first is used.
        key: What is encrypted.
        nonce: 12 random bytes that were never used before.
        name: What it is: only under this name it is opened again.
    """
    return nonce + AESGCM(masters[0]).encrypt(nonce, key, name.encode())


def unwrap(masters: Sequence[bytes], sealed: bytes, *, name: str) -> bytes:
    """Decrypt what `wrap` encrypted.

    Args:
        masters: Master keys, of which one must fit: while they are replaced there are two.
        sealed: What was encrypted.
        name: What it is.

    Raises:
        RefusedError: `SER-012`: another master key, another name, or changed bytes.
    """
    for master in masters:
        try:
            return AESGCM(master).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            continue
    message = f"The key of {name} does not open with the master key of this installation."
    raise RefusedError(BAD_MASTER_KEY.found(message))


def master_keys_of(text: str) -> tuple[bytes, ...]:
    """Read master keys written as Base64, with commas or on lines of their own; the first is new.

    Raises:
        UsageError: One of them is not Base64 of 32 bytes. The message does not show it.
    """
    parts = [part for part in text.replace(",", "\n").splitlines() if part.strip()]
    return tuple(map(master_key_of, parts or [""]))


def master_key_of(text: str) -> bytes:
    """Read a master key written as Base64.

    Raises:
        UsageError: It is not Base64 of 32 bytes. The message does not show it.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise UsageError(
            f"The master key is not {KEY_BYTES} bytes in Base64. Make one with: "
            f"head -c {KEY_BYTES} /dev/urandom | base64"
        )
    return key
