"""Whose credentials count: issuers and holders with their keys, and what was revoked, with dates.

A file (TOML or JSON) that the organisation keeps, and that answers every question by the day that
is asked about. Nothing of it is ever fetched: who wants the newest list of an issuer puts it in.

    >>> text = '''
    ... audiences = ["did:web:maker.example"]
    ... [[issuer]]
    ... id = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    ... name = "Credential Issuer"
    ... from_on = 2026-01-01
    ... '''
    >>> read(text).issuers[0].name
    'Credential Issuer'
"""

from __future__ import annotations

import base64
import binascii
import json
import tomllib
import zlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from packtrail.base.errors import RefusedError
from packtrail.verification import messaging, signed_tokens
from packtrail.verification.codes import BAD_TRUST
from packtrail.verification.signed_tokens import PublicKey, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from packtrail.base.findings import Finding

LENGTH_MAX: Final = 4 * 1024 * 1024
"""Longest file, in characters."""
_LIST_BYTES_MAX: Final = 1024 * 1024
"""Longest status list, unpacked: eight million credentials."""
_GZIP: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days on which something counts; None is open."""

    from_on: date | None = None
    to_on: date | None = None
    """The last day."""

    def has(self, day: date) -> bool:
        """Tell whether it counts on a day."""
        return (self.from_on or day) <= day <= (self.to_on or day)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedKey:
    """A key of somebody, and when it is used."""

    key: PublicKey
    key_id: str = ""
    """As tokens name it; empty: any name."""
    span: Span = Span()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """An issuer whose credentials count, or a holder whose keys are known."""

    id: str
    """Its DID, as tokens name it."""
    name: str = ""
    gln: str | None = None
    """Of a holder: the only GLN with which it asks."""
    span: Span = Span()
    keys: tuple[DatedKey, ...] = ()

    def keys_on(self, day: date, key_id: str) -> tuple[PublicKey, ...]:
        """Return the keys that may have signed on a day, under a name or under none."""
        return tuple(
            each.key
            for each in self.keys
            if each.span.has(day) and (not each.key_id or not key_id or each.key_id == key_id)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A credential that its issuer took back."""

    credential: str
    """Its identifier: `jti`, or `id` of the credential."""
    issuer: str
    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """A list of an issuer with a bit for each of its credentials: 1, it was revoked."""

    url: str
    """What credentials call it by; never called up."""
    span: Span
    """From when it is, and until when it says something."""
    bits: bytes

    def is_revoked(self, index: int) -> bool | None:
        """Tell whether the bit of a credential is set; None: the list is too short."""
        if not 0 <= index < 8 * len(self.bits):
            return None
        return bool(self.bits[index // 8] & (0x80 >> index % 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """All of a file."""

    audiences: tuple[str, ...] = ()
    """What presentations for us may be addressed to, beside our GLN."""
    issuers: tuple[Signer, ...] = ()
    holders: tuple[Signer, ...] = ()
    revoked: tuple[Revoked, ...] = ()
    status_lists: tuple[StatusList, ...] = ()

    def issuer(self, identity: str) -> Signer | None:
        """Return an issuer by its identifier."""
        return next((each for each in self.issuers if each.id == identity), None)

    def holder(self, identity: str) -> Signer | None:
        """Return a holder by its identifier."""
        return next((each for each in self.holders if each.id == identity), None)

    def revocation(self, credential: str, issuer: str, day: date) -> Revoked | None:
        """Return what revoked a credential up to a day."""
        wanted = (credential, issuer)
        return next(
            (x for x in self.revoked if (x.credential, x.issuer) == wanted and x.on <= day), None
        )

    def status_list(self, url: str, day: date) -> StatusList | None:
        """Return the newest list of that name that counts on a day."""
        found = [each for each in self.status_lists if each.url == url and each.span.has(day)]
        return max(found, key=lambda each: each.span.from_on or date.min, default=None)


NOBODY: Final = Trust()
"""Where no file was given: no issuer counts."""


@lru_cache(maxsize=64)
def read(text: str) -> Trust:
    """Read a file of whose credentials count.

    Raises:
        RefusedError: `VER-110`; every entry that is wrong, with its place.
    """
    told = _told(text)
    wrong: list[Finding] = []
    found: dict[str, tuple[Any, ...]] = {}
    for name, (member, make) in _TABLES.items():
        made = []
        for number, entry in enumerate(_entries(told, name, wrong), start=1):
            try:
                made.append(make(entry))
            except (KeyError, TypeError, ValueError, Unreadable) as error:
                why = f"has no {error}" if isinstance(error, KeyError) else str(error)
                at = f"{name} {number}"
                wrong.append(BAD_TRUST.found(f"The entry {at} {why}.", at=at))
        found[member] = tuple(made)
    audiences = told.get("audiences", [])
    if not isinstance(audiences, list) or not all(isinstance(each, str) for each in audiences):
        wrong.append(BAD_TRUST.found("The audiences are no list of texts.", at="audiences"))
    wrong += [
        BAD_TRUST.found(f"{name[:40]!r} is no part of such a file.", at=name[:40])
        for name in sorted(set(told) - {*_TABLES, "audiences"})
    ]
    if wrong:
        raise RefusedError(*wrong)
    return Trust(audiences=tuple(audiences), **found)


def _told(text: str) -> dict[str, Any]:
    if len(text) > LENGTH_MAX:
        raise RefusedError(BAD_TRUST.found(f"It is longer than {LENGTH_MAX} characters."))
    try:
        told = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedError(BAD_TRUST.found(f"It is neither TOML nor JSON: {error}.")) from None
    return dict(told)


def _entries(told: Mapping[str, Any], name: str, wrong: list[Finding]) -> Iterator[dict[str, Any]]:
    entries = told.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        wrong.append(BAD_TRUST.found(f"{name} is no list of entries.", at=name))
        return
    yield from entries


def _signer(entry: dict[str, Any]) -> Signer:
    identity = _text(entry, "id")
    _only(entry, {"id", "name", "gln", "from_on", "to_on", "key"})
    gln = entry.get("gln")
    if gln is not None and not (isinstance(gln, str) and messaging.is_gln(gln)):
        raise ValueError(f"names {str(gln)[:20]!r}, which is no GLN")
    keys = [_key(each) for each in entry.get("key", [])]
    itself = signed_tokens.key_of_did(identity)
    if itself is not None:
        keys.append(DatedKey(key=itself))
    return Signer(
        id=identity, name=str(entry.get("name", "")), gln=gln, span=_span(entry), keys=tuple(keys)
    )


def _issuer(entry: dict[str, Any]) -> Signer:
    made = _signer(entry)
    if not made.keys:
        raise ValueError(f"names {made.id[:60]!r} with no key, so nothing of it can be checked")
    return made


def _key(entry: dict[str, Any]) -> DatedKey:
    _only(entry, {"id", "jwk", "from_on", "to_on"})
    jwk = entry["jwk"]
    if not isinstance(jwk, dict):
        raise TypeError("has a key whose jwk is no table")
    try:
        key = signed_tokens.key_of_jwk(jwk)
    except Unreadable as error:
        raise ValueError(f"has a key that {error}") from None
    return DatedKey(key=key, key_id=str(entry.get("id", "")), span=_span(entry))


def _revoked(entry: dict[str, Any]) -> Revoked:
    _only(entry, {"credential", "issuer", "on", "reason"})
    return Revoked(
        credential=_text(entry, "credential"),
        issuer=_text(entry, "issuer"),
        on=_day(entry["on"]),
        reason=str(entry.get("reason", "")),
    )


def _status_list(entry: dict[str, Any]) -> StatusList:
    _only(entry, {"url", "from_on", "to_on", "encoded_list"})
    return StatusList(
        url=_text(entry, "url"), span=_span(entry), bits=_bits(_text(entry, "encoded_list"))
    )


def _bits(text: str) -> bytes:
    """Return the bits of a list: gzip in base64url, with or without the letter of a multibase."""
    bare = text.strip().removeprefix("u").rstrip("=")
    unpack = zlib.decompressobj(wbits=_GZIP)
    try:
        content = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
        bits = unpack.decompress(content, _LIST_BYTES_MAX)
    except (ValueError, binascii.Error, zlib.error):
        raise ValueError("has an encoded_list that is no gzip in base64url") from None
    if unpack.unconsumed_tail or not unpack.eof:
        raise ValueError(f"has an encoded_list that is cut off, or over {_LIST_BYTES_MAX} bytes")
    return bits


def _text(entry: Mapping[str, Any], name: str) -> str:
    told = entry[name]
    if not isinstance(told, str) or not told.strip():
        raise ValueError(f"has a {name} that is no text")
    return told.strip()


def _only(entry: Mapping[str, Any], names: set[str]) -> None:
    other = sorted(set(entry) - names)
    if other:
        raise ValueError(
            f"has a member {other[0][:40]!r} that is none of {', '.join(sorted(names))}"
        )


def _span(entry: Mapping[str, Any]) -> Span:
    from_on, to_on = (_day(entry[name]) if name in entry else None for name in ("from_on", "to_on"))
    if from_on and to_on and to_on < from_on:
        raise ValueError(f"ends on {to_on}, before it begins on {from_on}")
    return Span(from_on=from_on, to_on=to_on)


def _day(told: object) -> date:
    if isinstance(told, date):
        return date(told.year, told.month, told.day)
    try:
        return date.fromisoformat(str(told))
    except ValueError:
        raise ValueError(f"has {str(told)[:20]!r}, which is no day such as 2026-01-31") from None


_TABLES: Final[Mapping[str, tuple[str, Callable[[dict[str, Any]], object]]]] = {
    "issuer": ("issuers", _issuer),
    "holder": ("holders", _signer),
    "revoked": ("revoked", _revoked),
    "status_list": ("status_lists", _status_list),
}
"""Table of the file -> member of what is read, and how an entry is made."""
