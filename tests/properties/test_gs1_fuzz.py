"""Damaged input of every kind: readers answer or refuse, and never fail in another way."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.compression import decompress
from packtrail.gs1.ndc import ndc_digits_of, readings
from packtrail.gs1.numbering import shorten_to_upc_e

SEEDS = (
    "urn:epc:id:sgtin:0614141.812345.6789",
    "urn:epc:idpat:itip:4012345.012345.01.*.*",
    "urn:epc:tag:sgtin-96:3.0614141.812345.6789",
    "urn:epc:id:adi:35962.PQ7VZ4.M37GXB92",
    "urn:epc:id:cpi:0614141.5PQ7%2FZ43.12345",
    "https://id.gs1.org/01/09520123456788/10/L%2F1?17=301231&a=b",
    "https://id.gs1.org/AQnYUc1gmiCNV4JGQhcNT6K6cibQCWN9Pee9tT-PQ",
    "]d2010300010123450917301200" + "10AB-7\x1d2111",
    "(01)03000101234509(17)301200(10)A\\(B(21)11",
    "[)>\x1e06\x1d9N111234567842\x1dD230207\x1d1TDd\x1dSyC\x1d9N111234567842\x1e\x04",
    "3074257BF7194E4000001A85",
    "3B0E0CF5E76C9047759AD00373DC7602E7200",
    "0002-1433-80",
    "006141411234567890",
    "+d20103000101234509" + "21YA|10B",
    "(8110)0614141123456789012",
    "(8007)GB29NWBK60161331926819",
)
STRICT: tuple[Callable[[str], object], ...] = (
    gs1.parse,
    gs1.parse_epc_uri,
    gs1.parse_digital_link,
    gs1.parse_element_string,
    gs1.read_digital_link,
    gs1.parse_tag_uri,
    gs1.read_tag,
    gs1.make_tag,
    gs1.parse_pattern,
    gs1.Ndc.parse,
    gs1.expand_upc_e,
    shorten_to_upc_e,
    lambda text: gs1.at_level(text, "1"),
    lambda text: gs1.next_sscc(text, prefix_length=7),
    lambda text: gs1.make_gtin(text, "1"),
    lambda text: gs1.make_sscc("0614141", text),
    lambda text: gs1.make_ntin("PZN", text),
    lambda text: gs1.make_ppn("11", text),
)
LENIENT: tuple[Callable[[str], object], ...] = (
    gs1.check,
    gs1.check_any,
    gs1.read_pack,
    gs1.diagnose,
    lambda text: gs1.diagnose(text, expecting=("01", "21", "17", "10")),
    lambda text: gs1.identify([text]),
    lambda text: gs1.to_digital_links([text]),
    lambda text: gs1.to_epc_uris([text], prefix_length=7),
    lambda text: gs1.to_element_strings([text]),
    lambda text: gs1.examine_element_string(text, associations=True, unknown=True),
    gs1.prefix_of,
    gs1.is_restricted,
    gs1.national_number_of,
    gs1.encodings_of,
    decompress,
    readings,
    ndc_digits_of,
)
NOISE = st.text(
    st.one_of(
        st.sampled_from("0123456789AZaz()[]{}<>^\\%/:.?&=#+-* _,;'\"!|~\x1d\x1e\x04\x00\n␝é²١"),
        st.characters(),
    ),
    max_size=12,
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        text = text[:start] + draw(NOISE) + text[end:]
    if draw(st.booleans()):
        other = draw(st.sampled_from(SEEDS))
        text = text[: draw(st.integers(0, len(text)))] + other[draw(st.integers(0, len(other))) :]
    return text


@given(damaged())
@settings(max_examples=300, deadline=None)
def test_damaged_input_is_read_or_refused(text: str) -> None:
    for read in STRICT:
        with contextlib.suppress(RefusedError):
            assert read(text)
    for look in LENIENT:
        look(text)
