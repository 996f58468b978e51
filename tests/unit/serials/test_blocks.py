"""Sealed blocks: opened by their station, believed only as they were sealed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from packtrail.base.errors import RefusedError
from packtrail.serials import blocks
from packtrail.serials.blocks import Head, open_block, read_head, seal

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
STATION = X25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
SIGNERS = [SIGNER.public_key().public_bytes_raw()]
SERIALS = [f"{number:012d}" for number in range(1_000)]
HEAD = Head(
    block_id="b1",
    sealed_by="packer",
    owner="maker",
    pool="packs",
    kind="sgtin",
    number_of="03000101234509",
    count=1_000,
    purpose="lot A12",
    station="line 4",
    station_key=blocks.fingerprint(STATION.public_key().public_bytes_raw()),
    signer_key=blocks.text_of(SIGNERS[0]),
    sealed_at=NOW,
    expires_at=NOW + timedelta(days=7),
)
ELEMENTS = {"91": ["EE06"] * 1_000, "92": [f"signature-{number}" for number in range(1_000)]}
BLOCK = seal(HEAD, SERIALS, ELEMENTS, station=STATION.public_key(), signer=SIGNER)


def code_of(content: bytes, **other: object) -> str:
    asked = {"station": STATION, "signers": SIGNERS, "at": NOW, **other}
    with pytest.raises(RefusedError) as refused:
        open_block(content, **asked)
    return refused.value.findings[0].code


def test_a_station_opens_its_block() -> None:
    opened = open_block(BLOCK, STATION, signers=SIGNERS, at=NOW)

    assert (opened.head, opened.serials, opened.elements) == (HEAD, SERIALS, ELEMENTS)


def test_anybody_reads_what_a_block_is_and_none_of_its_numbers() -> None:
    assert read_head(BLOCK) == HEAD
    assert b"000000000001" not in BLOCK
    assert b"signature-1" not in BLOCK


def test_a_block_is_not_opened_by_another_station() -> None:
    assert code_of(BLOCK, station=X25519PrivateKey.generate()) == "SER-024"


def test_a_block_of_somebody_who_is_not_trusted_is_not_opened() -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()

    assert code_of(BLOCK, signers=[other]) == "SER-024"
    assert code_of(BLOCK, signers=[]) == "SER-024"


def test_an_expired_block_is_not_opened() -> None:
    assert code_of(BLOCK, at=HEAD.expires_at) == "SER-025"


@given(st.integers(0, len(BLOCK) - 1), st.integers(1, 255))
def test_a_block_that_was_changed_anywhere_is_not_opened(at: int, by: int) -> None:
    changed = BLOCK[:at] + bytes([BLOCK[at] ^ by]) + BLOCK[at + 1 :]

    assert code_of(changed) in {"SER-024", "SER-026"}


@given(st.binary(max_size=300))
def test_what_is_no_block_is_told_so(rest: bytes) -> None:
    for content in (rest, blocks.MAGIC + rest):
        with pytest.raises(RefusedError) as refused:
            read_head(content)
        assert refused.value.findings[0].code == "SER-024"


def test_a_block_signed_by_another_under_a_trusted_name_is_not_opened() -> None:
    forger = Ed25519PrivateKey.generate()
    forged = seal(HEAD, SERIALS, {}, station=STATION.public_key(), signer=forger)
    honest = msgspec.structs.replace(
        HEAD, signer_key=blocks.text_of(forger.public_key().public_bytes_raw())
    )

    assert code_of(forged) == "SER-024"
    assert code_of(seal(honest, SERIALS, {}, station=STATION.public_key(), signer=forger)) \
        == "SER-024"  # fmt: skip


@pytest.mark.parametrize("text", ["", "AAAA", "!" * 44, "Ä"])
def test_what_is_no_public_key_is_told_so(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        blocks.station_key(text)

    assert refused.value.findings[0].code == "SER-026"
