"""What is put on a tag is read back from it."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.properties.test_gs1_keys import keys

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1 import Key, KeyType
from packtrail.gs1.tag_encodings import BY_HEADER, ENCODINGS
from packtrail.gs1.tags import encodings_of, make_tag, parse_tag_uri, read_tag

ON_TAGS = {KeyType(row.urn) for row in ENCODINGS if row.urn in set(KeyType)}
WITHOUT_LIMIT = {
    KeyType.SGTIN: "sgtin-198",
    KeyType.SSCC: "sscc-96",
    KeyType.SGLN: "sgln-195",
    KeyType.GSRN: "gsrn-96",
    KeyType.GSRNP: "gsrnp-96",
    KeyType.GDTI: "gdti-174",
    KeyType.SGCN: "sgcn-96",
    KeyType.ITIP: "itip-212",
    KeyType.GRAI: "grai-170",
}


@given(keys(), st.integers(0, 7))
def test_a_key_survives_every_tag_it_fits_on(key: Key, filter_value: int) -> None:
    uri = key.epc_uri()
    names = encodings_of(uri)

    for name in names:
        tag = make_tag(key, name, filter_value=filter_value)
        assert tag.epc_uri == uri
        assert read_tag(tag.hex()) == parse_tag_uri(tag.uri()) == tag
        assert tag.key == gs1.parse(uri)
    if key.is_class or key.type not in ON_TAGS:
        assert names == ()
    elif key.type in WITHOUT_LIMIT:
        assert WITHOUT_LIMIT[key.type] in names


CAGE = st.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=5, max_size=6)
PART = st.text(string.ascii_uppercase + string.digits + "-/", max_size=32)


@given(CAGE, PART, PART.filter(bool), st.booleans(), st.integers(0, 63))
def test_an_aircraft_part_survives_its_tag(
    cage: str, part: str, serial: str, has_hash: bool, filter_value: int
) -> None:
    text = serial[:29].replace("/", "%2F")
    head = "%23" if has_hash else ""
    uri = f"urn:epc:id:adi:{cage}.{part.replace('/', '%2F')}.{head}{text}"
    tag = make_tag(uri, filter_value=filter_value)

    assert tag.encoding == "adi-var"
    assert read_tag(tag.hex()) == parse_tag_uri(tag.uri()) == tag
    assert tag.key is None


@given(CAGE, st.integers(0, 2**36 - 1), st.integers(0, 15))
def test_what_the_us_army_owns_survives_its_tag(cage: str, serial: int, filter_value: int) -> None:
    tag = make_tag(f"urn:epc:id:usdod:{cage}.{serial}", filter_value=filter_value)

    assert read_tag(tag.hex()) == parse_tag_uri(tag.uri()) == tag


@given(st.sampled_from(sorted(BY_HEADER)), st.binary(max_size=40))
def test_bits_are_an_epc_or_refused_and_never_two_things(header: int, rest: bytes) -> None:
    text = f"{header:02X}{rest.hex()}"
    try:
        tag = read_tag(text)
    except RefusedError:
        return
    length = max(len(tag.hex()), len(text))
    assert tag.hex().ljust(length, "0") == text.upper().ljust(length, "0")


@given(st.text(max_size=60))
def test_no_text_makes_the_readers_of_tags_fail(text: str) -> None:
    for read in (
        read_tag,
        parse_tag_uri,
        make_tag,
        lambda body: parse_tag_uri(f"urn:epc:tag:sgtin-96:{body}"),
        lambda body: parse_tag_uri(f"urn:epc:tag:adi-var:3.{body}"),
        lambda body: parse_tag_uri(f"urn:epc:tag:gid-96:{body}"),
    ):
        with pytest.raises(RefusedError):
            read(text)
    assert encodings_of(text) == ()
