"""Faults: the program or the world failed, or the caller may not.

PacktrailError
├─ UsageError            wrong call or setting (programmer / operator)
├─ RefusedError          the domain refuses; carries findings
│  ├─ NotFound           no such thing, or none the actor may see
│  ├─ Conflict           it contradicts what is already recorded
│  ├─ NotAuthenticated   nobody knows who is calling
│  └─ NotPermitted       the actor is known and may not
├─ LimitExceeded         a documented bound was hit (size, depth, count)
└─ Unavailable           database, partner or printer did not answer

What is wrong with somebody's *data* is not a fault but a value: see `packtrail.base.findings`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packtrail.base.findings import Finding


_TRY_LATER = "A part of this server does not answer just now. Send the request again later."


class PacktrailError(Exception):
    """Root of every fault Packtrail raises on purpose."""


class UsageError(PacktrailError):
    """A call or a setting is wrong; the operator or programmer must change it."""


class RefusedError(PacktrailError):
    """The domain refuses. The findings say what, where and what to do.

    Args:
        findings: One or more findings; the first is the one to act on first.
    """

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


class NotFound(RefusedError):
    """No such thing, or none that the actor may see: the two look alike on purpose."""


class Conflict(RefusedError):
    """The request contradicts what is already recorded."""


class NotAuthenticated(RefusedError):
    """Nobody knows who is calling."""


class NotPermitted(RefusedError):
    """The actor is known, and may not do this."""


class LimitExceeded(RefusedError):
    """A documented bound was hit: size, depth or count."""


class Unavailable(PacktrailError):
    """The database or another system did not answer.

    Args:
        message: What did not answer, and what the caller can do.
        retry_after_seconds: When trying again makes sense.
        told: What strangers may hear of it: no host, no path.
    """

    def __init__(
        self, message: str, *, retry_after_seconds: int = 5, told: str = _TRY_LATER
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.told = told
