"""Signed tokens (JWT), and the public keys that prove who signed them; nothing is ever fetched.

A key is known from a JWK that somebody wrote down, or from the identifier of its owner itself:
`did:key` and `did:jwk` are nothing but a key. The key decides which algorithm may be named, never
the token: else a token could choose a weaker one.

Clause:
    RFC 7515 (JWS), RFC 7517 (JWK), RFC 7519 (JWT), RFC 8037 (EdDSA), RFC 8812 (ES256K).
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

LENGTH_MAX: Final = 16_384
"""Longest token, in characters."""
_PARTS: Final = 3
_COORDINATE_BYTES: Final = 32
_BASE_58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DID_LENGTH_MAX: Final = 512


class Unreadable(Exception):
    """A token or a key is not what it should be; the text says why."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key with which signatures are checked."""

    algorithm: str
    """The only one it is for: `EdDSA`, `ES256` or `ES256K`."""
    key: Ed25519PublicKey | ec.EllipticCurvePublicKey

    def signed(self, token: Token) -> bool:
        """Tell whether its owner signed a token."""
        if token.algorithm != self.algorithm:
            return False
        try:
            if isinstance(self.key, Ed25519PublicKey):
                self.key.verify(token.signature, token.signed)
            else:
                signature = _dss(token.signature)
                self.key.verify(signature, token.signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it came; that it can be read says nothing of who signed it."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    """What the signature is of."""
    signature: bytes

    @property
    def algorithm(self) -> str:
        """Which algorithm it names; `none`: it is not signed."""
        return str(self.header.get("alg", "none"))

    @property
    def is_signed(self) -> bool:
        """Whether it claims to be signed at all."""
        return self.algorithm.lower() != "none" and bool(self.signature)

    @property
    def key_id(self) -> str:
        """Which key it says that it was signed with; empty: it does not say."""
        told = self.header.get("kid")
        return told if isinstance(told, str) else ""

    def text(self, name: str) -> str:
        """Return a claim that is a text; empty where it is none."""
        told = self.claims.get(name)
        return told if isinstance(told, str) else ""

    def moment(self, name: str) -> datetime | None:
        """Return a claim that is a moment, in seconds since 1970; None where it is none."""
        told = self.claims.get(name)
        if not isinstance(told, int | float) or isinstance(told, bool):
            return None
        try:
            return datetime.fromtimestamp(told, UTC)
        except (OverflowError, OSError, ValueError):
            return None


def read_token(text: str) -> Token:
    """Read a token in its compact form.

    Raises:
        Unreadable: It is none.
    """
    parts = text.split(".")
    if len(parts) != _PARTS or len(text) > LENGTH_MAX or not all(parts[:2]):
        raise Unreadable("is no signed JWT")
    try:
        header, claims = (json.loads(_decoded(part)) for part in parts[:2])
        signature = _decoded(parts[2])
    except (ValueError, RecursionError, binascii.Error):
        raise Unreadable("cannot be decoded") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise Unreadable("is no JSON object")
    if "crit" in header:  # RFC 7515, 4.1.11: who does not understand what it names must not go on.
        raise Unreadable("asks for something that is not understood here (crit)")
    signed = f"{parts[0]}.{parts[1]}".encode("ascii")
    return Token(header=header, claims=claims, signed=signed, signature=signature)


def key_of_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """Return the key that a JWK tells.

    Raises:
        Unreadable: It is none of Ed25519, P-256 and secp256k1, or cannot be read.
    """
    kind = (jwk.get("kty"), jwk.get("crv"))
    try:
        if kind == ("OKP", "Ed25519"):
            return _ed25519(_decoded(str(jwk.get("x", ""))))
        if kind in _CURVES_OF_JWK:
            x, y = (_decoded(str(jwk.get(name, ""))) for name in "xy")
            if len(x) != _COORDINATE_BYTES or len(y) != _COORDINATE_BYTES:
                raise Unreadable("has coordinates that are no 32 bytes")
            return _curved(_CURVES_OF_JWK[kind], b"\4" + x + y)
    except (ValueError, binascii.Error):
        raise Unreadable("cannot be decoded") from None
    raise Unreadable(f"is {kind[0]!r} {kind[1]!r}, none of Ed25519, P-256 and secp256k1")


def key_of_did(did: str) -> PublicKey | None:
    """Return the key that an identifier is itself; None where it is another kind of identifier.

    Raises:
        Unreadable: It should be a key, and is none that is known here.

    Examples:
        >>> key_of_did("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").algorithm
        'EdDSA'
    """
    method, _, told = did.partition(":")[2].partition(":")
    told = told.partition("#")[0]
    if not did.startswith("did:") or method not in {"key", "jwk"}:
        return None
    if len(did) > _DID_LENGTH_MAX:
        raise Unreadable("is too long for a key")
    try:
        if method == "jwk":
            jwk = json.loads(_decoded(told))
            if not isinstance(jwk, dict):
                raise Unreadable("is no JSON object")
            return key_of_jwk(jwk)
        return _of_multibase(told)
    except (ValueError, binascii.Error):
        raise Unreadable("cannot be decoded") from None


def _of_multibase(text: str) -> PublicKey:
    """Return the key of a `did:key`: base 58, a code of two bytes, the key."""
    if not text.startswith("z"):
        raise Unreadable("is not in base 58")
    content = _of_base_58(text[1:])
    code, key = content[:2], content[2:]
    if code == _ED25519_CODE:
        return _ed25519(key)
    if code in _CURVES_OF_CODE:
        return _curved(_CURVES_OF_CODE[code], key)
    raise Unreadable("is a key of a kind that is not known here")


def _ed25519(content: bytes) -> PublicKey:
    return PublicKey("EdDSA", Ed25519PublicKey.from_public_bytes(content))


def _curved(curve: tuple[str, ec.EllipticCurve], point: bytes) -> PublicKey:
    algorithm, kind = curve
    return PublicKey(algorithm, ec.EllipticCurvePublicKey.from_encoded_point(kind, point))


_P256: Final = ("ES256", ec.SECP256R1())
_K256: Final = ("ES256K", ec.SECP256K1())
_CURVES_OF_JWK: Final[Mapping[tuple[Any, Any], tuple[str, ec.EllipticCurve]]] = {
    ("EC", "P-256"): _P256,
    ("EC", "secp256k1"): _K256,
}
_ED25519_CODE: Final = bytes.fromhex("ed01")
_CURVES_OF_CODE: Final = {bytes.fromhex("8024"): _P256, bytes.fromhex("e701"): _K256}


def _dss(signature: bytes) -> bytes:
    """Return a signature of two numbers of 32 bytes as ASN.1 writes it (RFC 7518, 3.4)."""
    if len(signature) != 2 * _COORDINATE_BYTES:
        raise InvalidSignature
    r, s = signature[:_COORDINATE_BYTES], signature[_COORDINATE_BYTES:]
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))


def _of_base_58(text: str) -> bytes:
    number = 0
    for sign in text:
        number = number * 58 + _BASE_58.index(sign)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
