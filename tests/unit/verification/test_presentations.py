"""Presentations: what proves that a partner is authorised, and that each failure says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from packtrail.verification import trust
from packtrail.verification.messaging import ResponderPolicy
from packtrail.verification.presentations import Presentation, Proof, Request, Unproven, check

from .wallets import (
    HOLDER,
    ISSUER,
    Wallet,
    base64url,
    credential,
    presentation,
    status_list,
    trust_of,
    unsigned,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
CORR = "6d1f7a9e-0000-4000-8000-000000000001"
OTHER = "6d1f7a9e-0000-4000-8000-000000000002"
LIST = "https://issuer.example/status/3"
CRITICAL = {"crit": ["urn:example:policy"], "urn:example:policy": 7}
ISSUING, HOLDING = Wallet(ISSUER, "ES256"), Wallet(HOLDER, "EdDSA")


def checked(token: str, file: str | None = None, **request: str) -> Presentation:
    told = {"req_gln": "0300013333332", "corr_uuid": CORR, "responder_gln": "0300011111116"}
    read = trust.read(trust_of(ISSUING, HOLDING) if file is None else file)
    return check(token, read, Request(at=NOW, **(told | request)))


def shown(inner: dict[str, Any] | None = None, **claims: object) -> str:
    return presentation(HOLDING, credential(ISSUING, AT, **(inner or {})), AT, **claims)


def found(token: str, file: str | None = None, **request: str) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in checked(token, file, **request).findings]


@pytest.mark.parametrize("start", ["", "Bearer "])
@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "ES256K"])
def test_signatures_of_known_keys_prove_who_is_authorised(start: str, algorithm: str) -> None:
    issuing, holding = Wallet(ISSUER, algorithm), Wallet(HOLDER, algorithm)
    token = presentation(holding, credential(issuing, AT), AT, aud="0300011111116", nonce=CORR)

    told = checked(start + token, trust_of(issuing, holding))

    assert (told.findings, told.proof) == ((), Proof.PROVEN)
    assert told.members(ResponderPolicy()) == {
        "proof": "proven",
        "holder": HOLDER,
        "issuer": ISSUER,
        "credential": "urn:uuid:c-1",
        "expires": "2026-11-28T14:46:39+00:00",
    }


def test_the_key_of_a_holder_is_that_of_its_identifier_or_of_its_credential() -> None:
    identity = "did:jwk:" + base64url(json.dumps(HOLDING.jwk()).encode())
    itself = Wallet(identity, "EdDSA", HOLDING.key)
    by_identifier = presentation(itself, credential(ISSUING, AT, sub=identity), AT)
    named = credential(ISSUING, AT, cnf={"jwk": HOLDING.jwk()})
    by_issuer = presentation(HOLDING, named, AT)
    forger = Wallet(ISSUER, "ES256")
    forged = presentation(HOLDING, credential(forger, AT, cnf={"jwk": HOLDING.jwk()}), AT)

    assert found(by_identifier, trust_of(ISSUING)) == []
    assert found(by_issuer, trust_of(ISSUING)) == []
    assert [code for code, _ in found(forged, trust_of(ISSUING))] == ["VER-111", "VER-113"]


@pytest.mark.parametrize(
    ("token", "code", "says"),
    [
        ("abc", "VER-107", "The presentation is no signed JWT."),
        (
            presentation(replace(HOLDING, header=CRITICAL), credential(ISSUING, AT), AT),
            "VER-107",
            "The presentation asks for something that is not understood here (crit).",
        ),
        (
            presentation(HOLDING, credential(replace(ISSUING, header=CRITICAL), AT), AT),
            "VER-107",
            "The credential asks for something that is not understood here (crit).",
        ),
        ("a.b.c", "VER-107", "The presentation cannot be decoded."),
        (HOLDING.sign([1]), "VER-107", "The presentation is no JSON object."),
        (HOLDING.sign({"iss": HOLDER}), "VER-107", "The presentation shows no credential."),
        (presentation(HOLDING, "x", AT), "VER-107", "The credential is no signed JWT."),
        (
            shown({"vc": {"type": ["UniversityDegree"]}}),
            "VER-107",
            "The credential is none of an authorised trading partner.",
        ),
        (
            shown({"sub": "did:web:other.example"}),
            "VER-107",
            "Who shows the credential is not whom it speaks of.",
        ),
        (
            shown(exp=AT - 3600),
            "VER-116",
            "The presentation expired at 2026-11-28 11:00 UTC.",
        ),
        (
            shown({"exp": AT - 3600}),
            "VER-116",
            "The credential expired at 2026-11-28 11:00 UTC.",
        ),
        (shown(nbf=AT + 3600), "VER-116", "The presentation begins at 2026-11-28 13:00 UTC."),
        (
            shown(exp="soon"),
            "VER-116",
            "The presentation never expires, so anybody could show it again.",
        ),
        (
            shown(aud="did:web:rival.example"),
            "VER-117",
            (
                "The presentation is for 'did:web:rival.example', not for 0300011111116 or "
                "did:web:maker.example or urn:gln:0300011111116."
            ),
        ),
        (
            shown(nonce=OTHER),
            "VER-117",
            f"The presentation was made for the request {OTHER}, and came with {CORR}.",
        ),
        (
            presentation(Wallet(HOLDER, "EdDSA"), credential(ISSUING, AT), AT),
            "VER-111",
            "The signature of the presentation (EdDSA) fits no key of its signer.",
        ),
        (
            presentation(HOLDING, credential(Wallet(ISSUER), AT), AT),
            "VER-111",
            "The signature of the credential (ES256) fits no key of its signer.",
        ),
    ],
)
def test_what_is_wrong_is_named(token: str, code: str, says: str) -> None:
    assert found(token) == [(code, says)]
    assert checked(token).proof is Proof.WRONG


@pytest.mark.parametrize(
    ("token", "file", "code", "says"),
    [
        (
            unsigned({"iss": HOLDER, "exp": AT + 60, "vp": {
                "verifiableCredential": [credential(ISSUING, AT)]}}),
            trust_of(ISSUING, HOLDING),
            "VER-112",
            "The presentation is not signed.",
        ),
        (
            shown(),
            trust_of(ISSUING),
            "VER-113",
            f"No key of {HOLDER!r} is known, so the presentation cannot be checked.",
        ),
        (
            shown({"vc": {"type": ["DSCSAATPCredential"], "credentialStatus": {
                "statusListCredential": LIST, "statusListIndex": "7"}}}),
            trust_of(ISSUING, HOLDING),
            "VER-119",
            f"Whether the credential was revoked is in {LIST!r}, which is not here.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_told_proves_nothing_and_is_not_wrong(
    token: str, file: str, code: str, says: str
) -> None:
    assert found(token, file) == [(code, says)]
    assert checked(token, file).proof is Proof.UNPROVEN


def test_an_issuer_whom_nobody_named_proves_nothing() -> None:
    stranger = Wallet("did:web:stranger.example")
    token = presentation(HOLDING, credential(stranger, AT), AT)

    assert [code for code, _ in found(token)] == ["VER-114", "VER-113"]
    assert checked(token).proof is Proof.UNPROVEN
    assert [code for code, _ in found(token, "audiences = []")] == ["VER-114", "VER-113", "VER-113"]


def test_a_signature_is_not_taken_from_a_weaker_algorithm_or_the_key_of_another_name() -> None:
    swapped = Wallet(HOLDER, "EdDSA", HOLDING.key, {"alg": "ES256"})
    token = presentation(swapped, credential(ISSUING, AT), AT)
    named = json.loads(trust_of(ISSUING, HOLDING))
    named["holder"][0]["key"][0]["id"] = "key-1"
    other = Wallet(HOLDER, "EdDSA", HOLDING.key, {"kid": "key-2"})

    assert [code for code, _ in found(token)] == ["VER-111"]
    assert found(presentation(other, credential(ISSUING, AT), AT), json.dumps(named)) == [
        ("VER-113", (f"No key of {HOLDER!r} with the name 'key-2' is known, so the presentation "
         "cannot be checked.")),
    ]  # fmt: skip


def test_issuers_keys_and_holders_count_on_their_days() -> None:
    file = json.loads(trust_of(ISSUING, HOLDING))
    file["issuer"][0] |= {"from_on": "2026-01-01", "to_on": "2026-11-27"}
    file["holder"][0] |= {"gln": "0300011111116", "to_on": "2026-11-28"}
    ended = [code for code, _ in found(shown(), json.dumps(file))]
    file["issuer"][0]["to_on"] = "2026-11-28"
    file["holder"][0]["gln"] = "0300013333332"
    last_day = found(shown(), json.dumps(file))
    file["issuer"][0]["key"][0]["to_on"] = "2026-11-01"

    assert ended == ["VER-115", "VER-120"]
    assert last_day == []
    assert [code for code, _ in found(shown(), json.dumps(file))] == ["VER-113"]


def test_a_revoked_credential_is_told_by_name_and_by_the_bit_of_its_list() -> None:
    status = {"statusListCredential": LIST, "statusListIndex": "77", "statusPurpose": "revocation"}
    token = shown({"vc": {"type": ["DSCSAATPCredential"], "credentialStatus": status}})

    def with_list(encoded: str, **span: str) -> str:
        entry = {"url": LIST, "encoded_list": encoded, **span}
        return trust_of(ISSUING, HOLDING, status_list=[entry])

    revoked = {"credential": "urn:uuid:c-1", "issuer": ISSUER, "reason": "Licence ended"}
    early = trust_of(ISSUING, HOLDING, revoked=[revoked | {"on": "2026-11-29"}])
    today = trust_of(ISSUING, HOLDING, revoked=[revoked | {"on": "2026-11-28"}])

    assert found(shown(), early) == []
    assert found(shown(), today) == [
        ("VER-118", "The credential 'urn:uuid:c-1' was revoked on 2026-11-28: Licence ended.")
    ]
    assert found(token, with_list(status_list(76, 78))) == []
    assert found(token, with_list("u" + status_list(77))) == [
        ("VER-118", f"The credential 'urn:uuid:c-1' is revoked: number 77 of {LIST}.")
    ]
    assert [c for c, _ in found(token, with_list(status_list(), to_on="2026-11-27"))] == ["VER-119"]
    assert [c for c, _ in found(token, with_list(status_list(size=8)))] == ["VER-119"]


@pytest.mark.parametrize(
    ("proof", "unproven", "needs", "is_refused", "is_flagged"),
    [
        ("proven", Unproven.REFUSE, True, False, False),
        ("unproven", Unproven.REFUSE, False, True, False),
        ("unproven", Unproven.FLAG, True, False, True),
        ("unproven", Unproven.ACCEPT, True, False, False),
        ("wrong", Unproven.FLAG, True, True, True),
        ("wrong", Unproven.FLAG, False, False, True),
        ("wrong", Unproven.ACCEPT, False, False, True),
        ("wrong", Unproven.REFUSE, False, True, True),
    ],
)
def test_the_policy_says_what_is_done(
    proof: str, unproven: Unproven, needs: bool, is_refused: bool, is_flagged: bool
) -> None:
    token = {"proven": shown(), "unproven": shown(), "wrong": shown(nonce=OTHER)}[proof]
    told = checked(token, trust_of(ISSUING) if proof == "unproven" else None)
    policy = ResponderPolicy(unproven=unproven, needs_presentation=needs)

    assert told.proof == proof
    assert (told.is_refused(policy), "flagged" in told.members(policy)) == (
        is_refused, is_flagged and True,
    )  # fmt: skip


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_damaged_presentation_is_never_proven_and_never_breaks(cut: int) -> None:
    token = shown()
    at = cut % len(token)
    flipped = "A" if token[at] != "A" else "B"

    assert checked(token[:at] + flipped + token[at + 1 :]).proof is not Proof.PROVEN
    assert checked(token[:at]).proof is not Proof.PROVEN


def test_a_token_with_absurd_claims_is_read_without_harm() -> None:
    inner = HOLDING.sign({"vc": [], "cnf": {"jwk": 3}, "sub": None})
    claims = {"iss": 5, "exp": 10**30, "nbf": 1e300, "aud": {"x": 1}}
    claims["vp"] = {"verifiableCredential": [inner]}

    assert checked(HOLDING.sign(claims)).proof is Proof.WRONG
