"""Presentations: what is checked of them, and that a wrong one says what is wrong."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from packtrail.base.errors import RefusedError
from packtrail.verification.presentations import NOT_CHECKED, read_presentation

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
HOLDER, ISSUER = "did:web:delta.example", "did:web:issuer.example"


def jwt(claims: object, alg: str = "ES256K") -> str:
    parts = ({"alg": alg, "typ": "JWT"}, claims)
    texts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts]
    return ".".join([*texts, "c2lnbmF0dXJl"])


def presentation(alg: str = "ES256K", inner: object = None, **claims: object) -> str:
    credential = {
        "iss": ISSUER, "sub": HOLDER, "exp": AT + 9999,
        "vc": {"type": ["VerifiableCredential", "DSCSAATPCredential"]},
    }  # fmt: skip
    shown = {"iss": HOLDER, "exp": AT + 60}
    told = credential | (inner if isinstance(inner, dict) else {})
    return jwt(shown | {"vp": {"verifiableCredential": [jwt(told)]}} | claims, alg)


@pytest.mark.parametrize("start", ["", "Bearer "])
def test_a_presentation_tells_who_shows_what_of_whom(start: str) -> None:
    found = read_presentation(start + presentation(), at=NOW)

    assert (found.holder, found.issuer) == (HOLDER, ISSUER)
    assert found.members()["notChecked"] == NOT_CHECKED


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("abc", "The presentation is no signed JWT."),
        ("a.b.c", "The presentation cannot be decoded."),
        (jwt([1]), "The presentation is no JSON object."),
        (presentation(alg="none"), "The presentation is not signed."),
        (jwt({"iss": HOLDER}), "The presentation shows no credential."),
        (jwt({"vp": {"verifiableCredential": "x"}}), "The credential is no signed JWT."),
        (
            presentation(exp=AT - 3600),
            "The presentation expired at 2026-11-28 11:00 UTC.",
        ),
        (
            presentation(inner={"exp": AT - 3600}),
            "The credential expired at 2026-11-28 11:00 UTC.",
        ),
        (presentation(nbf=AT + 3600), "The presentation begins at 2026-11-28 13:00 UTC."),
        (
            presentation(exp="soon"),
            "The presentation never expires, so anybody could show it again.",
        ),
        (
            presentation(inner={"vc": {"type": ["UniversityDegree"]}}),
            "The credential is none of an authorised trading partner.",
        ),
        (
            presentation(inner={"sub": "did:web:other.example"}),
            "Who shows the credential is not whom it speaks of.",
        ),
        (presentation(inner={"iss": ""}), "The credential names no issuer."),
    ],
)
def test_a_wrong_presentation_says_what_is_wrong(token: str, says: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_presentation(token, at=NOW)

    assert [each.message for each in refused.value.findings] == [says]
    assert {each.code for each in refused.value.findings} == {"VER-107"}
