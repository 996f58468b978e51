"""Presentations: how a trading partner shows that it is authorised, as far as it is checked here.

Later versions of the message carry a verifiable presentation, a JWT, in the header
`ATP-Authorization`: the holder signs that it shows a credential, in which an issuer signs that the
holder is an authorised trading partner. Read and checked are form, times, that the credential is
one of trading partners, and that who shows it is who it speaks of. What takes the issuer is not
checked: both signatures, whether the issuer is trusted, and whether the credential was revoked.

Clause:
    W3C Verifiable Credentials Data Model 1.1, section 6.3.1 (JWT); RFC 7519.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from packtrail.base.errors import RefusedError
from packtrail.verification.codes import BAD_PRESENTATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.base.findings import Finding

HEADER: Final = "ATP-Authorization"
NOT_CHECKED: Final = "signatures, trust in the issuer, revocation"
"""What nobody can check without the issuer."""
_LENGTH_MAX: Final = 16_384
_SKEW: Final = timedelta(minutes=5)
_PARTS: Final = 3
_ATP: Final = ("ATP", "AuthorizedTradingPartner", "Dscsa", "DSCSA")
"""What the type of a credential of trading partners has in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """A presentation whose form, times and holder are right."""

    holder: str
    """Who shows it: a DID."""
    issuer: str
    """Who says that the holder is authorised: a DID."""
    expires_at: datetime | None
    """Of the credential."""

    def members(self) -> dict[str, Any]:
        """Return what the log keeps of it."""
        return {
            "holder": self.holder,
            "issuer": self.issuer,
            "expires": self.expires_at.isoformat() if self.expires_at else None,
            "notChecked": NOT_CHECKED,
        }


def read_presentation(text: str, *, at: datetime) -> Presentation:
    """Read a presentation, and check what can be checked.

    Args:
        text: The header, with or without `Bearer`.
        at: Now.

    Raises:
        RefusedError: `VER-107`; the first thing that is wrong with it.
    """
    token = text.strip().removeprefix("Bearer").strip()
    shown = _claims(token, "presentation")
    inner = _inside(shown)
    credential = _claims(inner, "credential")
    found = list(_defects(shown, credential, at))
    if found:
        raise RefusedError(*found)
    return Presentation(
        holder=str(shown["iss"]),
        issuer=str(credential["iss"]),
        expires_at=_moment(credential, "exp"),
    )


def _claims(token: str, what: str) -> dict[str, Any]:
    """Return header and claims of a JWT, the header under `jose`."""
    parts = token.split(".")
    if len(parts) != _PARTS or len(token) > _LENGTH_MAX or not all(parts):
        raise _bad(f"The {what} is no signed JWT.")
    try:
        jose, claims = (json.loads(_decoded(part)) for part in parts[:2])
    except (ValueError, binascii.Error):
        raise _bad(f"The {what} cannot be decoded.") from None
    if not isinstance(jose, dict) or not isinstance(claims, dict):
        raise _bad(f"The {what} is no JSON object.")
    if str(jose.get("alg", "none")).lower() == "none":
        raise _bad(f"The {what} is not signed.")
    return claims


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _inside(shown: dict[str, Any]) -> str:
    told = shown.get("vp")
    inner = told.get("verifiableCredential") if isinstance(told, dict) else None
    first = inner[0] if isinstance(inner, list) and inner else inner
    if not isinstance(first, str):
        raise _bad("The presentation shows no credential.")
    return first


def _defects(shown: dict[str, Any], credential: dict[str, Any], at: datetime) -> Iterator[Finding]:
    bad = BAD_PRESENTATION.found
    for what, claims in (("presentation", shown), ("credential", credential)):
        if not isinstance(claims.get("iss"), str) or not claims["iss"]:
            yield bad(f"The {what} names no issuer.")
        expires, begins = _moment(claims, "exp"), _moment(claims, "nbf")
        if expires is not None and expires + _SKEW < at:
            yield bad(f"The {what} expired at {expires:%Y-%m-%d %H:%M} UTC.")
        if begins is not None and begins - _SKEW > at:
            yield bad(f"The {what} begins at {begins:%Y-%m-%d %H:%M} UTC.")
    if _moment(shown, "exp") is None:
        yield bad("The presentation never expires, so anybody could show it again.")
    told = credential.get("vc")
    types = told.get("type") if isinstance(told, dict) else None
    if not any(word in str(each) for each in types or () for word in _ATP):
        yield bad("The credential is none of an authorised trading partner.")
    if credential.get("sub") != shown.get("iss"):
        yield bad("Who shows the credential is not whom it speaks of.")


def _moment(claims: dict[str, Any], name: str) -> datetime | None:
    told = claims.get(name)
    if not isinstance(told, int | float) or isinstance(told, bool):
        return None
    try:
        return datetime.fromtimestamp(told, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _bad(text: str) -> RefusedError:
    return RefusedError(BAD_PRESENTATION.found(text))
