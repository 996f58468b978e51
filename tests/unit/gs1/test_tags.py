from __future__ import annotations

from collections.abc import Callable

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.tag_encodings import ENCODINGS
from packtrail.gs1.tags import encodings_of, make_tag, parse_tag_uri, read_tag

PACK = "urn:epc:id:sgtin:0614141.812345.6789"


def test_every_encoding_has_the_bits_of_its_name() -> None:
    assert {row.name: row.bits for row in ENCODINGS if not row.name.endswith("var")} == {
        row.name: int(row.name.rpartition("-")[2]) for row in ENCODINGS if row.name[-3:] != "var"
    }
    assert [row.name for row in ENCODINGS if row.bits == 0] == ["adi-var", "cpi-var"]


def test_the_shortest_encoding_is_chosen() -> None:
    assert make_tag(PACK).encoding == "sgtin-96"
    assert make_tag(f"{PACK}a").encoding == "sgtin-198"
    assert make_tag("urn:epc:id:sgtin:0614141.812345.0012").encoding == "sgtin-198"
    assert make_tag("urn:epc:id:sgtin:0614141.812345.274877906943").encoding == "sgtin-96"
    assert make_tag("urn:epc:id:sgtin:0614141.812345.274877906944").encoding == "sgtin-198"
    assert make_tag("urn:epc:id:cpi:0614141.11A/B".replace("/", "%2F") + ".1").encoding == "cpi-var"
    assert encodings_of(PACK) == ("sgtin-96", "sgtin-198")


def test_a_key_must_know_its_company_prefix_to_go_on_a_tag() -> None:
    key = gs1.parse("(01)80614141123458(21)6789")

    assert make_tag(key.with_prefix_length(7)).epc_uri == PACK
    with pytest.raises(RefusedError) as caught:
        make_tag(key)
    assert caught.value.findings[0].code == "GS1-005"


def test_a_withdrawn_encoding_is_read_and_written_only_by_name() -> None:
    document = "urn:epc:id:gdti:4012345.98765.007"
    tag = make_tag(document, "gdti-113")

    assert read_tag(tag.hex()) == tag
    assert encodings_of(document) == ("gdti-174",)
    assert make_tag(document).encoding == "gdti-174"


def test_blanks_and_a_hexadecimal_mark_are_no_harm() -> None:
    assert read_tag("0x3074257BF7194E4000001A85") == read_tag("3074 257b f719 4e40 0000 1a85 0000")


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (lambda: make_tag("urn:epc:id:pgln:0614141.12345"), "GS1-051", "no tag encoding"),
        (lambda: make_tag("urn:epc:class:lgtin:4012345.012345.998877"), "GS1-051", "no tag"),
        (lambda: make_tag("urn:epc:idpat:sgtin:0614141.812345.*"), "GS1-051", "no tag"),
        (lambda: make_tag(PACK, "sscc-96"), "GS1-051", "sgtin-96, sgtin-198"),
        (lambda: make_tag(f"{PACK}x", "sgtin-96"), "GS1-052", "leading zeros"),
        (lambda: make_tag(PACK, filter_value=8), "GS1-052", "3 bits"),
        (lambda: make_tag(PACK, filter_value=-1), "GS1-052", "3 bits"),
        (lambda: make_tag("urn:epc:id:sgtin:0614141.81234.1"), "GS1-007", "81234"),
        (lambda: make_tag("(00)1"), "GS1-002", "no EPC URI"),
        (lambda: parse_tag_uri("urn:epc:tag:sgtin-97:1.1"), "GS1-051", "sgtin-97"),
        (lambda: parse_tag_uri("urn:epc:tag:x"), "GS1-050", "encoding:fields"),
        (lambda: parse_tag_uri("urn:epc:tag:sgtin-96:x.1"), "GS1-050", "filter value"),
        (lambda: parse_tag_uri("urn:epc:tag:sgtin-96:3.0614141.812345"), "GS1-002", "Serial"),
        (lambda: read_tag("00"), "GS1-051", "header 00"),
        (lambda: read_tag("3G"), "GS1-053", "hexadecimal"),
        (lambda: read_tag("30" * 300), "GS1-053", "512"),
        (lambda: read_tag("3074257BF7194E4000001A"), "GS1-053", "cut off"),
        (lambda: read_tag("307C257BF7194E4000001A85"), "GS1-053", "partition value is 7"),
        (lambda: read_tag("3074257BF7194E4000001A85F"), "GS1-053", "not zero"),
        (lambda: read_tag("3077FFFFF7194E4000001A85"), "GS1-053", "more than 7 digits"),
        (lambda: read_tag("3074257BFFFFFE4000001A85"), "GS1-053", "more than 6 digits"),
        (lambda: read_tag("3674257BF6B7A659B2C2001000000000000000000000000000000"), "GS1-053",
         "end of a text"),
        (lambda: read_tag("3F74F4E4E612640000000007"), "GS1-053", "1 in front"),
    ],
)  # fmt: skip
def test_what_is_not_defined_or_damaged_says_so(
    make: Callable[[], object], code: str, words: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        make()

    assert caught.value.findings[0].code == code
    assert words in caught.value.findings[0].message
