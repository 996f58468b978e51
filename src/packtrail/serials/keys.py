"""Keys of pools at rest: each is encrypted with the master key of the installation.

    >>> sealed = wrap(bytes(32), bytes(range(32)), nonce=bytes(12), name="pool 1, generation 1")
    >>> unwrap(bytes(32), sealed, name="pool 1, generation 1") == bytes(range(32))
    True

Clause:
    NIST SP 800-38D (AES-GCM).
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from packtrail.base.errors import RefusedError, UsageError
from packtrail.serials.codes import BAD_MASTER_KEY

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


def wrap(master: bytes, key: bytes, *, nonce: bytes, name: str) -> bytes:
    """Encrypt the key of a pool.

    Args:
        master: Master key of 32 bytes.
        key: The key of the pool.
        nonce: 12 random bytes that were never used before.
        name: What the key is for: only under this name it is opened again.
    """
    return nonce + AESGCM(master).encrypt(nonce, key, name.encode())


def unwrap(master: bytes, sealed: bytes, *, name: str) -> bytes:
    """Decrypt the key of a pool.

    Raises:
        RefusedError: `SER-012`: another master key, another name, or changed bytes.
    """
    try:
        return AESGCM(master).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
    except InvalidTag:
        message = f"The key of {name} does not open with the master key of this installation."
        raise RefusedError(BAD_MASTER_KEY.found(message)) from None


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
