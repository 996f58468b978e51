"""Files of whose credentials count: every wrong entry is named, and keys are what they say."""

from __future__ import annotations

import json

import pytest

from packtrail.base.errors import RefusedError
from packtrail.verification import trust
from packtrail.verification.signed_tokens import Unreadable, key_of_did, key_of_jwk

from .wallets import ISSUER, Wallet, status_list

JWK = Wallet(ISSUER).jwk()


def test_a_file_is_toml_or_json_and_says_the_same() -> None:
    toml = f"""
    audiences = ["did:web:maker.example"]
    [[issuer]]
    id = "{ISSUER}"
    name = "Issuer"
    from_on = 2026-01-01
    [[issuer.key]]
    id = "key-1"
    jwk = {{ kty = "EC", crv = "P-256", x = "{JWK["x"]}", y = "{JWK["y"]}" }}
    [[revoked]]
    credential = "urn:uuid:c-1"
    issuer = "{ISSUER}"
    on = 2026-05-03
    """
    entry = {"id": ISSUER, "name": "Issuer", "from_on": "2026-01-01",
             "key": [{"id": "key-1", "jwk": JWK}]}  # fmt: skip
    revoked = {"credential": "urn:uuid:c-1", "issuer": ISSUER, "on": "2026-05-03"}
    told = {"audiences": ["did:web:maker.example"], "issuer": [entry], "revoked": [revoked]}

    assert trust.read(toml) == trust.read(json.dumps(told))


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"issuer": [{"name": "X"}]}, "The entry issuer 1 has no 'id'."),
        (
            {"issuer": [{"id": "did:web:x"}]},
            "The entry issuer 1 names 'did:web:x' with no key, so nothing of it can be checked.",
        ),
        (
            {"issuer": [{"id": "did:key:zQ"}]},
            "The entry issuer 1 is a key of a kind that is not known here.",
        ),
        (
            {"holder": [{"id": "did:web:x", "gln": "4711"}]},
            "The entry holder 1 names '4711', which is no GLN.",
        ),
        (
            {"holder": [{"id": "did:web:x", "key": [{"jwk": {"kty": "RSA"}}]}]},
            (
                "The entry holder 1 has a key that is 'RSA' None, none of Ed25519, P-256 and "
                "secp256k1."
            ),
        ),
        (
            {"holder": [{"id": "did:web:x", "from_on": "2026-02-01", "to_on": "2026-01-01"}]},
            "The entry holder 1 ends on 2026-01-01, before it begins on 2026-02-01.",
        ),
        (
            {"holder": [{"id": "did:web:x", "keys": []}]},
            (
                "The entry holder 1 has a member 'keys' that is none of "
                "from_on, gln, id, key, name, to_on."
            ),
        ),
        (
            {"revoked": [{"credential": "c", "issuer": "i", "on": "soon"}]},
            "The entry revoked 1 has 'soon', which is no day such as 2026-01-31.",
        ),
        (
            {"status_list": [{"url": "u", "encoded_list": "AAAA"}]},
            "The entry status_list 1 has an encoded_list that is no gzip in base64url.",
        ),
        (
            {"status_list": [{"url": "u", "encoded_list": status_list(size=2**24)}]},
            "The entry status_list 1 has an encoded_list that is cut off, or over 1048576 bytes.",
        ),
        ({"issuers": []}, "'issuers' is no part of such a file."),
        ({"issuer": {}}, "issuer is no list of entries."),
        ({"audiences": "x"}, "The audiences are no list of texts."),
    ],
)
def test_a_wrong_entry_is_named(told: dict[str, object], says: str) -> None:
    with pytest.raises(RefusedError) as refused:
        trust.read(json.dumps(told))

    assert [each.message for each in refused.value.findings] == [says]
    assert {each.code for each in refused.value.findings} == {"VER-110"}


@pytest.mark.parametrize("text", ["{", "x", "[" * 5000, "{" * 5000])
def test_what_is_no_such_file_says_so(text: str) -> None:
    with pytest.raises(RefusedError, match="neither TOML nor JSON"):
        trust.read(text)


# Vectors of the did:key registration (W3C CCG, "The did:key Method", 2 and appendix A).
@pytest.mark.parametrize(
    ("did", "algorithm"),
    [
        ("did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH", "EdDSA"),
        ("did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", "ES256"),
        ("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", "ES256K"),
    ],
)
def test_an_identifier_can_be_a_key(did: str, algorithm: str) -> None:
    key = key_of_did(did)

    assert key is not None
    assert key.algorithm == algorithm


@pytest.mark.parametrize(
    "did", ["did:key:z", "did:key:z0OIl", "did:key:m6Mk", "did:jwk:e30", "did:jwk:W10", "did:jwk:!"]
)
def test_an_identifier_that_should_be_a_key_and_is_none_is_refused(did: str) -> None:
    with pytest.raises(Unreadable):
        key_of_did(did)


def test_other_identifiers_are_no_keys_and_a_point_beside_the_curve_is_none() -> None:
    assert key_of_did("did:web:maker.example") is None
    assert key_of_did("urn:uuid:1") is None
    with pytest.raises(Unreadable):
        key_of_jwk(JWK | {"y": JWK["x"]})
