"""The storage key of an event: 63 bits of a hash of who owns it and which event it is.

The same event handed in twice gets the same key, so the primary key alone makes recording
idempotent. An error declaration repeats the identity of the event it declares wrong; it gets a key
of its own, which can be computed from the original's.

    >>> event_key(1, "urn:uuid:x", is_error_declaration=False) == event_key(
    ...     1, "urn:uuid:x", is_error_declaration=True
    ... )
    False
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from packtrail.store.integers import Numbers
    from packtrail.store.mentions import Texts

PROBES = 2
"""Neighbouring keys that a real collision may use."""


def event_key(owner_id: int, identity: str, *, is_error_declaration: bool) -> int:
    """Return the key, 0 to 2^63 - 2.

    Args:
        owner_id: Organisation that owns the event.
        identity: The event id, or the event hash where it has none.
        is_error_declaration: Whether the event carries an error declaration.
    """
    one = _begun(owner_id, is_error_declaration).copy()
    one.update(identity.encode("utf-8", "surrogatepass"))
    return int.from_bytes(one.digest(), "big") >> 1 & ~1


@lru_cache(maxsize=1024)
def _begun(owner_id: int, is_error_declaration: bool) -> blake2b:  # noqa: FBT001 - a key
    """Return the hash of what goes before an identity."""
    return blake2b(f"{owner_id}\n{is_error_declaration:d}\n".encode(), digest_size=8)


def event_keys(owner_id: int, identities: Texts, *, is_error_declaration: bool) -> Numbers:
    """Return the keys of many events, as `event_key` does."""
    start = _begun(owner_id, is_error_declaration)
    digests = bytearray()
    for identity in identities.tolist():
        one = start.copy()
        one.update(identity)
        digests += one.digest()
    found = np.frombuffer(digests, dtype=">u8").astype(np.uint64) >> np.uint64(1)
    return (found & ~np.uint64(1)).astype(np.int64)


def probes(key: int) -> range:
    """Return the keys where an event of this key may be stored."""
    return range(key, key + PROBES)
