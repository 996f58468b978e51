"""Wallets of tests: issuers and holders with keys of their own, who sign credentials."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HOLDER, ISSUER = "did:web:delta.example", "did:web:issuer.example"
ATP = {"type": ["VerifiableCredential", "DSCSAATPCredential"]}
_CURVES = {"ES256": (ec.SECP256R1(), "P-256"), "ES256K": (ec.SECP256K1(), "secp256k1")}


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def new_key(algorithm: str) -> Ed25519PrivateKey | ec.EllipticCurvePrivateKey:
    if algorithm == "EdDSA":
        return Ed25519PrivateKey.generate()
    return ec.generate_private_key(_CURVES[algorithm][0])


@dataclass
class Wallet:
    """Somebody who signs."""

    did: str
    algorithm: str = "ES256"
    key: Any = None
    header: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = self.key or new_key(self.algorithm)

    def jwk(self) -> dict[str, str]:
        public = self.key.public_key()
        if self.algorithm == "EdDSA":
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url(public.public_bytes_raw())}
        numbers = public.public_numbers()
        x, y = (base64url(n.to_bytes(32)) for n in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": _CURVES[self.algorithm][1], "x": x, "y": y}

    def sign(self, claims: object) -> str:
        header = {"alg": self.algorithm, "typ": "JWT"} | self.header
        body = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        if self.algorithm == "EdDSA":
            return f"{body}.{base64url(self.key.sign(body.encode()))}"
        signature = self.key.sign(body.encode(), ec.ECDSA(hashes.SHA256()))
        both = b"".join(number.to_bytes(32) for number in decode_dss_signature(signature))
        return f"{body}.{base64url(both)}"


def unsigned(claims: object) -> str:
    body = (base64url(json.dumps(part).encode()) for part in ({"alg": "none"}, claims))
    return ".".join([*body, ""])


def credential(issuer: Wallet, at: int, **claims: object) -> str:
    told = {"iss": issuer.did, "sub": HOLDER, "exp": at + 9999, "jti": "urn:uuid:c-1", "vc": ATP}
    return issuer.sign(told | claims)


def presentation(holder: Wallet, inner: str, at: int, **claims: object) -> str:
    shown = {"iss": holder.did, "exp": at + 60, "vp": {"verifiableCredential": [inner]}}
    return holder.sign(shown | claims)


def trust_of(issuer: Wallet, *holders: Wallet, **more: Any) -> str:
    """Return the file that says that these count."""
    told = {
        "audiences": ["did:web:maker.example"],
        "issuer": [{"id": issuer.did, "name": "Issuer", "key": [{"jwk": issuer.jwk()}]}],
        "holder": [{"id": each.did, "key": [{"jwk": each.jwk()}]} for each in holders],
    }
    return json.dumps(told | more)


def status_list(*revoked: int, size: int = 131_072) -> str:
    bits = bytearray(size // 8)
    for index in revoked:
        bits[index // 8] |= 0x80 >> index % 8
    return base64url(gzip.compress(bytes(bits)))
