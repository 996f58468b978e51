"""Passwords: argon2id, with its memory bounded however many people sign in at once."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from packtrail.access.codes import WEAK_PASSWORD
from packtrail.base.errors import RefusedError

LENGTH_MIN = 12
LENGTH_MAX = 256
_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB; more at once would let strangers exhaust the memory."""
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""Hash of no password, so that a name nobody has takes as long as one that somebody has."""


def hashed(password: str) -> str:
    """Return the hash of a new password.

    Raises:
        RefusedError: `ACC-011`, it is too short or too long.
    """
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise RefusedError(
            WEAK_PASSWORD.found(
                f"A password has {LENGTH_MIN} to {LENGTH_MAX} characters, not {len(password)}.",
                at="password",
            )
        )
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one of a hash; of None it never is."""
    if len(password) > LENGTH_MAX:
        return False
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _NOBODY, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False
