"""Verification messages: the lightweight message of GS1, read and answered; no network here.

    GET /verify/gtin/{gtin}/lot/{lot}/ser/{serial}?exp=YYMMDD&linkType=verificationService
        &context=dscsaSaleableReturn&reqGLN={gln}&corrUUID={uuid}

A pack that is not verified is an answer, not an error. Of a pack that is dead, whatever its data,
the answer is never that it is verified.

Clause:
    GS1 Lightweight Messaging Standard for Verification of Product Identifiers; FD&C Act, 582(b)(4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlencode
from uuid import UUID

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.verification import codes
from packtrail.verification.presentations import Unproven

if TYPE_CHECKING:
    from packtrail.base.findings import Finding, FindingCode
    from packtrail.verification.question import Question

LINK_TYPE: Final = "verificationService"
VERSION: Final = "1.3.0"
VERSION_HEADER: Final = "GS1US-Version"
SALEABLE_RETURN: Final = "dscsaSaleableReturn"
"""The context every version knows; later ones add investigations and exceptions."""
_CONTEXT: Final = re.compile(r"dscsa[A-Z][A-Za-z]{1,40}")
_PARTS: Final = ("gtin", "lot", "ser")


class FailureReason(StrEnum):
    """Why a pack is not verified."""

    SERIAL = "No_match_GTIN_Serial"
    LOT = "No_match_GTIN_Serial_Lot"
    EXPIRY = "No_match_GTIN_Serial_Expiry"
    LOT_EXPIRY = "No_match_GTIN_Serial_Lot_Expiry"
    NO_REASON = "No_reason_provided"
    POLICY = "Manufacturer_policy"
    NOT_FOR_REDISTRIBUTION = "Not_for_re-distribution"


class AdditionalInfo(StrEnum):
    """What a requester should know besides, the gravest first."""

    ILLEGITIMATE = "Illegitimate"
    SUSPECT = "Suspect"
    RECALLED = "Recalled"
    EXPIRED = "Expired"
    EXPIRATION_EXTENDED = "ExpirationExtended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderPolicy:
    """What a maker answers where the message leaves it open."""

    verifies_recalled: bool = True
    """A recalled pack matches: verified, with `Recalled`."""
    verifies_expired: bool = False
    """An expired pack matches: verified, with `Expired`."""
    verifies_suspect: bool = True
    """A pack under investigation matches: verified, with `Suspect`."""
    tells_reason: bool = True
    """Tell which of lot and expiry does not match; else `No_reason_provided`."""
    needs_presentation: bool = False
    """Answer only who shows the credential of an authorised trading partner."""
    unproven: Unproven = Unproven.FLAG
    """What to do with a credential that cannot be checked to the end."""

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> ResponderPolicy:
        """Return the policy of what was kept of one; what an older one does not say is usual."""
        kept = dict(members)
        if "unproven" in kept:
            kept["unproven"] = Unproven(kept["unproven"])
        return cls(**kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request to verify, as it came."""

    gtin: str
    lot: str
    serial: str
    exp: str | None
    req_gln: str
    corr_uuid: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The data of an answer."""

    verified: bool
    reason: FailureReason | None = None
    info: AdditionalInfo | None = None

    def members(self) -> dict[str, Any]:
        """Return it as the message writes it."""
        told: dict[str, Any] = {"verified": self.verified}
        if self.reason is not None:
            told["verificationFailureReason"] = self.reason.value
        if self.info is not None:
            told["additionalInfo"] = self.info.value
        return told


def read_message(parts: Sequence[str], query: Mapping[str, str]) -> Message:
    """Read a request.

    Args:
        parts: The path after `/verify/`, split at its slashes, still percent-encoded.
        query: The parameters.

    Raises:
        RefusedError: `VER-100`; everything that is wrong with it.
    """
    found: list[Finding] = []
    names, values = parts[::2], [unquote(each) for each in parts[1::2]]
    told = dict(zip(names, values, strict=False))
    if tuple(names) != _PARTS or len(values) != len(_PARTS) or not all(values):
        text = "The path is not gtin/GTIN/lot/LOT/ser/SERIAL."
        found.append(codes.BAD_MESSAGE.found(text, at="path"))
    gtin = told.get("gtin", "")
    if not is_gtin(gtin):
        found.append(codes.BAD_MESSAGE.found(f"{gtin[:40]!r} is no GTIN-14.", at="gtin"))
    found += _query_findings(query)
    if found:
        raise RefusedError(*found)
    return Message(
        gtin=gtin,
        lot=told["lot"],
        serial=told["ser"],
        exp=query.get("exp") or None,
        req_gln=query["reqGLN"],
        corr_uuid=query["corrUUID"],
        context=query["context"],
    )


def _query_findings(query: Mapping[str, str]) -> list[Finding]:
    found = []
    exp = query.get("exp", "")
    if exp and not (len(exp) == 6 and exp.isascii() and exp.isdigit()):
        found.append(codes.BAD_MESSAGE.found(f"exp {exp[:20]!r} is not YYMMDD.", at="exp"))
    if query.get("linkType") != LINK_TYPE:
        found.append(codes.BAD_MESSAGE.found(f"linkType is not {LINK_TYPE}.", at="linkType"))
    found += requester_findings(query)
    try:
        UUID(query.get("corrUUID", ""))
    except ValueError:
        found.append(codes.BAD_MESSAGE.found("corrUUID is no UUID.", at="corrUUID"))
    return found


def requester_findings(query: Mapping[str, str]) -> list[Finding]:
    """Return what is wrong with who asks, and in which context."""
    found = []
    context, gln = query.get("context", ""), query.get("reqGLN", "")
    if not _CONTEXT.fullmatch(context):
        text = f"context {context[:40]!r} is none such as {SALEABLE_RETURN}."
        found.append(codes.BAD_MESSAGE.found(text, at="context"))
    if not is_gln(gln):
        found.append(codes.BAD_MESSAGE.found(f"reqGLN {gln[:20]!r} is no GLN.", at="reqGLN"))
    return found


def is_gln(text: str) -> bool:
    """Tell whether a text is a GLN of 13 digits with its check digit."""
    return len(text) == 13 and text.isascii() and text.isdigit() and _has_check_digit(text)


def is_gtin(text: str) -> bool:
    """Tell whether a text is a GTIN of 14 digits with its check digit."""
    return len(text) == 14 and text.isascii() and text.isdigit() and _has_check_digit(text)


def _has_check_digit(text: str) -> bool:
    return gs1.check_digit(text[:-1]) == text[-1]


def url_of(host: str, question: Question, told: Mapping[str, str]) -> str:
    """Return the address of a request.

    Args:
        host: Base address of the responder.
        question: Which pack, with lot; its expiry as six digits where it has one.
        told: `context`, `reqGLN` and `corrUUID`.
    """
    path = "/".join(
        quote(each, safe="")
        for each in ("gtin", question.gtin, "lot", question.lot or "", "ser", question.serial)
    )
    exp = {"exp": question.expires_on.strftime("%y%m%d")} if question.expires_on else {}
    if question.expires and len(question.expires) == 6 and question.expires.isdigit():
        exp = {"exp": question.expires}
    return (
        f"{host.rstrip('/')}/verify/{path}?{urlencode(exp | {'linkType': LINK_TYPE} | dict(told))}"
    )


_UNMATCHED: Final[frozenset[FindingCode]] = frozenset(
    {
        *(codes.UNREADABLE, codes.NOT_COMPLETE, codes.CUT_OFF),
        *(codes.LAYOUT_DAMAGE, codes.LOOKS_ALIKE),
        *(codes.PRODUCT_UNKNOWN, codes.SERIAL_UNKNOWN, codes.NOT_YET_TOLD, codes.NO_ORIGIN),
    }
)
_LOTS: Final = frozenset({codes.LOT_WRONG, codes.LOT_LOOKS_ALIKE})
_DEAD: Final[frozenset[FindingCode]] = frozenset(
    {
        *(codes.COPIED, codes.DESTROYED, codes.DISPENSED_ELSEWHERE, codes.STOLEN),
        *(codes.ILLEGITIMATE, codes.HELD_BY_OTHERS, codes.DISPENSED_HERE, codes.TAKEN_OUT),
        *(codes.WITHDRAWN, codes.ON_HOLD, codes.RETURNED, codes.NOT_FIT, codes.RULE_OF_MARKET),
        codes.AT_ANOTHER_SITE,
    }
)
"""Reasons that no policy turns into a yes."""
_INFO: Final[Mapping[FindingCode, AdditionalInfo]] = {
    codes.ILLEGITIMATE: AdditionalInfo.ILLEGITIMATE,
    codes.STOLEN: AdditionalInfo.ILLEGITIMATE,
    codes.COPIED: AdditionalInfo.SUSPECT,
    codes.SUSPECT: AdditionalInfo.SUSPECT,
    codes.RECALLED: AdditionalInfo.RECALLED,
    codes.EXPIRED: AdditionalInfo.EXPIRED,
    codes.EXPIRY_EXTENDED: AdditionalInfo.EXPIRATION_EXTENDED,
}


def say(reasons: Sequence[Finding], policy: ResponderPolicy) -> Said:
    """Return what the reasons of a verification are in the words of the message."""
    held = {each.code for each in reasons}
    infos = [info for code, info in _INFO.items() if code.code in held]
    info = min(infos, key=list(AdditionalInfo).index, default=None)

    def has(some: Sequence[FindingCode] | frozenset[FindingCode]) -> bool:
        return any(code.code in held for code in some)

    if has(_UNMATCHED):
        return Said(verified=False, reason=_told(FailureReason.SERIAL, policy))
    is_lot, is_expiry = has(_LOTS), has([codes.EXPIRY_WRONG])
    if is_lot or is_expiry:
        lot = FailureReason.LOT_EXPIRY if is_expiry else FailureReason.LOT
        reason = lot if is_lot else FailureReason.EXPIRY
        return Said(verified=False, reason=_told(reason, policy), info=info)
    if has([codes.NOT_FOR_REDISTRIBUTION]):
        return Said(verified=False, reason=FailureReason.NOT_FOR_REDISTRIBUTION, info=info)
    bars = (
        has(_DEAD),
        has([codes.RECALLED]) and not policy.verifies_recalled,
        has([codes.EXPIRED]) and not policy.verifies_expired,
        has([codes.SUSPECT]) and not policy.verifies_suspect,
    )
    if any(bars):
        return Said(verified=False, reason=_told(FailureReason.POLICY, policy), info=info)
    return Said(verified=True, info=info)


def _told(reason: FailureReason, policy: ResponderPolicy) -> FailureReason:
    return reason if policy.tells_reason else FailureReason.NO_REASON


def body_of(said: Said, *, at: datetime, responder_gln: str, corr_uuid: str) -> dict[str, Any]:
    """Return the body of an answer."""
    return {
        "verificationTimestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "responderGLN": responder_gln,
        "corrUUID": corr_uuid,
        "data": said.members(),
    }


def read_answer(body: Any, *, corr_uuid: str) -> Said:
    """Read the body of an answer.

    Raises:
        RefusedError: `VER-101`, it is no answer, or that to another request.
    """
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("verified"), bool):
        raise RefusedError(codes.BAD_ANSWER.found("It does not say whether it is verified."))
    if str(body.get("corrUUID", "")).lower() != corr_uuid.lower():
        told = str(body.get("corrUUID", ""))[:60]
        raise RefusedError(codes.BAD_ANSWER.found(f"It answers the request {told!r}."))
    reason, info = data.get("verificationFailureReason"), data.get("additionalInfo")
    return Said(
        verified=data["verified"],
        reason=next((each for each in FailureReason if each == reason), None),
        info=next((each for each in AdditionalInfo if each == info), None),
    )
