"""Passwords: argon2id, with its memory bounded however many people sign in at once."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from packtrail.access.codes import TOO_MANY_ATTEMPTS, WEAK_PASSWORD
from packtrail.base.errors import LimitExceeded, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTH_MIN = 12
LENGTH_MAX = 256
_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each hash takes 64 MiB; more at once would let strangers exhaust the memory."""
_IN_LINE = threading.BoundedSemaphore(8)
"""Whoever waits holds one of the server's threads; more would let strangers take them all."""
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""Hash of no password, so that a name nobody has takes as long as one that somebody has."""


def hashed(password: str) -> str:
    """Return the hash of a new password.

    Raises:
        RefusedError: `ACC-011`, it is too short or too long.
        LimitExceeded: `ACC-005`, too many are being hashed at this moment.
    """
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise RefusedError(
            WEAK_PASSWORD.found(
                f"A password has {LENGTH_MIN} to {LENGTH_MAX} characters, not {len(password)}.",
                at="password",
            )
        )
    with _turn():
        return _HASHER.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one of a hash; of None it never is.

    Raises:
        LimitExceeded: `ACC-005`, too many are being checked at this moment.
    """
    if len(password) > LENGTH_MAX:
        return False
    with _turn():
        try:
            return _HASHER.verify(kept or _NOBODY, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    if not _IN_LINE.acquire(blocking=False):
        raise LimitExceeded(
            TOO_MANY_ATTEMPTS.found("Many are signing in at this moment; try again in a moment.")
        )
    try:
        with _AT_ONCE:
            yield
    finally:
        _IN_LINE.release()
