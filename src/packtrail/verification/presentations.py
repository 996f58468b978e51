"""Presentations: how a trading partner shows that it is authorised, and whether that is proven.

Later versions of the message carry a verifiable presentation, a JWT, in the header
`ATP-Authorization`: the holder signs that it shows a credential, in which an issuer signs that the
holder is an authorised trading partner. Checked are both signatures with keys that are known,
whether the issuer counts on that day, times, audience, to which request it belongs, whom it speaks
of, and whether it was revoked. What can be asked of a network only is not asked: it is a finding.

What is found makes one of three proofs. *Wrong* is what no honest wallet sends. *Unproven* is what
may be right, and cannot be told with what is known here. All else is *proven*.

Clause:
    W3C Verifiable Credentials Data Model 1.1, section 6.3.1 (JWT) and 7.1 (status); RFC 7519;
    RFC 7800, section 3.2 (a credential that names the key of its holder).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from packtrail.base.errors import RefusedError
from packtrail.verification import codes, signed_tokens
from packtrail.verification.signed_tokens import Unreadable, read_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from packtrail.base.findings import Finding
    from packtrail.verification.messaging import ResponderPolicy
    from packtrail.verification.signed_tokens import PublicKey, Token
    from packtrail.verification.trust import Trust

HEADER: Final = "ATP-Authorization"
_SKEW: Final = timedelta(minutes=5)
"""How far the clocks of two honest systems are apart."""
_ATP: Final = ("ATP", "AuthorizedTradingPartner", "Dscsa", "DSCSA")
"""What the type of a credential of trading partners has in it."""
_DIGITS_MAX: Final = 12
"""Longest number within a status list."""
_SHOWN: Final = "presentation"
_CREDENTIAL: Final = "credential"


class Proof(StrEnum):
    """What a presentation proves."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    WRONG = "wrong"


class Unproven(StrEnum):
    """What a responder does with a presentation that cannot be checked to the end."""

    REFUSE = "refuse"
    """Not answered; one that is wrong neither."""
    FLAG = "flag"
    """Answered; the log says that somebody should look."""
    ACCEPT = "accept"
    """Answered; the log says what could not be checked, and nobody need look."""


_CANNOT_BE_TOLD: Final = frozenset(
    each.code
    for each in (codes.NOT_SIGNED, codes.KEY_UNKNOWN, codes.ISSUER_UNKNOWN, codes.STATUS_UNKNOWN)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The request that a presentation came with."""

    at: datetime
    req_gln: str = ""
    """With which GLN it is asked; empty: that is not compared."""
    corr_uuid: str = ""
    """Empty: to which request it belongs is not compared."""
    responder_gln: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """What a presentation tells, and what was found about it."""

    holder: str = ""
    """Who shows it: a DID."""
    issuer: str = ""
    """Who says that the holder is authorised: a DID."""
    credential: str = ""
    """Identifier of the credential."""
    expires_at: datetime | None = None
    """Of the credential."""
    findings: tuple[Finding, ...] = field(default=())

    @property
    def proof(self) -> Proof:
        """What it proves."""
        found = {each.code for each in self.findings}
        if found - _CANNOT_BE_TOLD:
            return Proof.WRONG
        return Proof.UNPROVEN if found else Proof.PROVEN

    def is_refused(self, policy: ResponderPolicy) -> bool:
        """Tell whether a responder with that policy does not answer who shows it."""
        is_strict = policy.unproven is Unproven.REFUSE
        if self.proof is Proof.WRONG:
            return is_strict or policy.needs_presentation
        return is_strict and self.proof is Proof.UNPROVEN

    def is_flagged(self, policy: ResponderPolicy) -> bool:
        """Tell whether somebody should look at it, though it was answered."""
        if self.proof is Proof.UNPROVEN:
            return policy.unproven is Unproven.FLAG
        return self.proof is Proof.WRONG

    def members(self, policy: ResponderPolicy) -> dict[str, Any]:
        """Return what the log keeps of it."""
        told = {
            "proof": self.proof.value,
            "holder": self.holder,
            "issuer": self.issuer,
            "credential": self.credential,
            "expires": self.expires_at.isoformat() if self.expires_at else "",
        }
        kept: dict[str, Any] = {name: value for name, value in told.items() if value}
        if self.findings:
            kept["findings"] = [f"{each.code}: {each.message}" for each in self.findings]
        if self.is_flagged(policy):
            kept["flagged"] = True
        return kept


def check(text: str, trust: Trust, request: Request) -> Presentation:
    """Check a presentation with what is known; never raises, never calls anybody.

    Args:
        text: The header, with or without `Bearer`.
        trust: Whose credentials count.
        request: What it came with.

    Returns:
        What it tells, with everything that is wrong with it or cannot be told.
    """
    try:
        shown = _token(text.strip().removeprefix("Bearer").strip(), _SHOWN)
        credential = _token(_inside(shown), _CREDENTIAL)
    except RefusedError as refused:
        return Presentation(findings=refused.findings)
    found = (
        *_form(shown, credential),
        *_times(shown, credential, request.at),
        *_trusted(shown, credential, trust, request.at),
        *_addressed(shown, trust, request),
        *_holder(shown, trust, request),
        *_revoked(credential, trust, request.at),
    )
    return Presentation(
        holder=shown.text("iss"),
        issuer=credential.text("iss"),
        credential=_name_of(credential),
        expires_at=credential.moment("exp"),
        findings=found,
    )


def _token(text: str, what: str) -> Token:
    try:
        return read_token(text)
    except Unreadable as error:
        raise RefusedError(codes.BAD_PRESENTATION.found(f"The {what} {error}.")) from None


def _inside(shown: Token) -> str:
    told = shown.claims.get("vp")
    inner = told.get("verifiableCredential") if isinstance(told, dict) else None
    first = inner[0] if isinstance(inner, list) and inner else inner
    if not isinstance(first, str):
        raise RefusedError(codes.BAD_PRESENTATION.found("The presentation shows no credential."))
    return first


def _form(shown: Token, credential: Token) -> Iterator[Finding]:
    bad = codes.BAD_PRESENTATION.found
    for what, token in ((_SHOWN, shown), (_CREDENTIAL, credential)):
        if not token.text("iss"):
            yield bad(f"The {what} names no issuer.")
    told = _vc(credential).get("type")
    types = told if isinstance(told, list) else [told]
    if not any(word in str(each) for each in types for word in _ATP):
        yield bad("The credential is none of an authorised trading partner.")
    if _subject(credential) != shown.text("iss"):
        yield bad("Who shows the credential is not whom it speaks of.")


def _times(shown: Token, credential: Token, at: datetime) -> Iterator[Finding]:
    late = codes.NOT_IN_TIME.found
    for what, token in ((_SHOWN, shown), (_CREDENTIAL, credential)):
        expires, begins = token.moment("exp"), token.moment("nbf")
        if expires is not None and expires + _SKEW < at:
            yield late(f"The {what} expired at {expires:%Y-%m-%d %H:%M} UTC.")
        if begins is not None and begins - _SKEW > at:
            yield late(f"The {what} begins at {begins:%Y-%m-%d %H:%M} UTC.")
    if shown.moment("exp") is None:
        yield late("The presentation never expires, so anybody could show it again.")


def _trusted(shown: Token, credential: Token, trust: Trust, at: datetime) -> Iterator[Finding]:
    """Yield what is wrong with the signatures, or cannot be told of them."""
    day = at.date()
    issuer = trust.issuer(credential.text("iss"))
    named = credential.text("iss")[:80]
    if issuer is None:
        yield codes.ISSUER_UNKNOWN.found(f"The issuer {named!r} is not among those who count.")
        issuer_keys: tuple[PublicKey, ...] = _own(credential.text("iss"))
    else:
        if not issuer.span.has(day):
            yield codes.ISSUER_ENDED.found(f"The issuer {named!r} does not count on {day}.")
        issuer_keys = issuer.keys_on(day, credential.key_id)
    yield from _signature(credential, _CREDENTIAL, issuer_keys)
    is_told_by_issuer = any(key.signed(credential) for key in issuer_keys)
    known = trust.holder(shown.text("iss"))
    holder_keys = (
        *(known.keys_on(day, shown.key_id) if known else ()),
        *_own(shown.text("iss")),
        *(_confirmed(credential) if is_told_by_issuer else ()),
    )
    yield from _signature(shown, _SHOWN, holder_keys)


def _signature(token: Token, what: str, keys: Sequence[PublicKey]) -> Iterator[Finding]:
    if not token.is_signed:
        yield codes.NOT_SIGNED.found(f"The {what} is not signed.")
    elif not keys:
        signer = token.text("iss")[:80]
        named = f" with the name {token.key_id[:80]!r}" if token.key_id else ""
        text = f"No key of {signer!r}{named} is known, so the {what} cannot be checked."
        yield codes.KEY_UNKNOWN.found(text)
    elif not any(key.signed(token) for key in keys):
        text = f"The signature of the {what} ({token.algorithm[:20]}) fits no key of its signer."
        yield codes.BAD_SIGNATURE.found(text)


def _own(identity: str) -> tuple[PublicKey, ...]:
    """Return the key that an identifier is itself."""
    try:
        key = signed_tokens.key_of_did(identity)
    except Unreadable:
        return ()  # Then no key is known, and that is the finding.
    return (key,) if key else ()


def _confirmed(credential: Token) -> tuple[PublicKey, ...]:
    """Return the key that the issuer says is its holder's (RFC 7800, 3.2)."""
    told = credential.claims.get("cnf")
    jwk = told.get("jwk") if isinstance(told, dict) else None
    if not isinstance(jwk, dict):
        return ()
    try:
        return (signed_tokens.key_of_jwk(jwk),)
    except Unreadable:
        return ()  # Then no key is known, and that is the finding.


def _addressed(shown: Token, trust: Trust, request: Request) -> Iterator[Finding]:
    """Yield that it is for somebody else, or belongs to another request."""
    told = shown.claims.get("aud")
    audiences = [str(each) for each in (told if isinstance(told, list) else [told]) if each]
    ours = {*trust.audiences, request.responder_gln, f"urn:gln:{request.responder_gln}"} - {""}
    if audiences and not ours & {*audiences}:
        text = (
            f"The presentation is for {audiences[0][:80]!r}, not for {' or '.join(sorted(ours))}."
        )
        yield codes.FOR_ANOTHER.found(text)
    for name in ("nonce", "jti"):
        wanted, given = _uuid(request.corr_uuid), _uuid(shown.text(name))
        if wanted and given and given != wanted:
            text = f"The presentation was made for the request {given}, and came with {wanted}."
            yield codes.FOR_ANOTHER.found(text)
            return


def _holder(shown: Token, trust: Trust, request: Request) -> Iterator[Finding]:
    known = trust.holder(shown.text("iss"))
    if known is None:
        return
    if not known.span.has(request.at.date()):
        text = f"The holder {known.id[:80]!r} does not count on {request.at.date()}."
        yield codes.HOLDER_DIFFERS.found(text)
    if known.gln and request.req_gln and known.gln != request.req_gln:
        text = f"The holder {known.id[:80]!r} is {known.gln}, and asks as {request.req_gln}."
        yield codes.HOLDER_DIFFERS.found(text)


def _revoked(credential: Token, trust: Trust, at: datetime) -> Iterator[Finding]:
    issuer, name, day = credential.text("iss"), _name_of(credential), at.date()
    noted = trust.revocation(name, issuer, day)
    if noted is not None:
        why = f": {noted.reason}" if noted.reason else ""
        yield codes.REVOKED.found(f"The credential {name[:80]!r} was revoked on {noted.on}{why}.")
        return
    for url, index in _statuses(credential):
        found = trust.status_list(url, day)
        is_set = found.is_revoked(index) if found else None
        if is_set:
            text = f"The credential {name[:80]!r} is revoked: number {index} of {url[:120]}."
            yield codes.REVOKED.found(text)
        elif is_set is None:
            text = f"Whether the credential was revoked is in {url[:120]!r}, which is not here."
            yield codes.STATUS_UNKNOWN.found(text)


def _statuses(credential: Token) -> Iterator[tuple[str, int]]:
    """Yield list and number of each status that a credential names; -1: it names no number."""
    told = _vc(credential).get("credentialStatus")
    entries: Iterable[object] = told if isinstance(told, list) else [told]
    for each in entries:
        if isinstance(each, dict) and each.get("statusPurpose", "revocation") == "revocation":
            url = each.get("statusListCredential") or each.get("id") or ""
            index = str(each.get("statusListIndex", ""))
            is_number = index.isascii() and index.isdigit() and len(index) < _DIGITS_MAX
            yield str(url), int(index) if is_number else -1


def _vc(credential: Token) -> dict[str, Any]:
    told = credential.claims.get("vc")
    return told if isinstance(told, dict) else {}


def _subject(credential: Token) -> str:
    told = _vc(credential).get("credentialSubject")
    named = told.get("id") if isinstance(told, dict) else None
    return credential.text("sub") or (named if isinstance(named, str) else "")


def _name_of(credential: Token) -> str:
    told = _vc(credential).get("id")
    return credential.text("jti") or (told if isinstance(told, str) else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.removeprefix("urn:uuid:"))
    except ValueError:
        return None
