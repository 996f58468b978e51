from __future__ import annotations

from collections.abc import Callable

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.base.findings import Finding
from packtrail.gs1 import KeyType, codes
from packtrail.gs1.licences import Register
from packtrail.gs1.linters import LINTERS
from packtrail.gs1.ndc import Ndc
from packtrail.gs1.numbering import next_sscc
from packtrail.gs1.packs import read_pack
from packtrail.gs1.tags import parse_tag_uri, read_tag
from packtrail.rendering.symbols import Symbology, draw, read_symbols

GOOD = {
    "couponcode": "0123456123456111101233301231",
    "csumalpha": "1987654Ad4X4bL5ttr2310c2K",
    "cset64": "A_=",
    "iban": "DE91100000000123456789",
    "iso3166": "756",
    "iso3166alpha2": "CH",
    "iso4217": "978",
    "packagetype": "201",
    "posinseqslash": "2/12",
    "yymmd0": "240200",
    "yyyymmdd": "20240229",
}


@pytest.mark.parametrize("linter", GOOD)
def test_a_good_value_has_no_defect(linter: str) -> None:
    assert LINTERS[linter](GOOD[linter]) is None


@pytest.mark.parametrize(
    ("linter", "marked", "reason"),
    [
        ("csum", "41600033610*9*", "INCORRECT_CHECK_DIGIT"),
        ("csumalpha", "1987654Ad4X4bL5ttr2310c*XK*", "INCORRECT_CHECK_PAIR"),
        ("cset64", "123*=*", "INVALID_CSET64_PADDING"),
        ("cset64", "1+3*=*", "INVALID_CSET64_PADDING"),
        ("yymmd0", "20*13*01", "ILLEGAL_MONTH"),
        ("yymmdd", "2302*29*", "ILLEGAL_DAY"),
        ("yymmdd", "2006*00*", "ILLEGAL_DAY"),
        ("hhmi", "00*60*", "ILLEGAL_MINUTE"),
        ("hhmi", "*24*6x", "ILLEGAL_HOUR"),
        ("hhmi", "236*x*", "NON_DIGIT_CHARACTER"),
        ("iban", "BE*71*096123456760", "INCORRECT_IBAN_CHECKSUM"),
        ("iban", "*XX*361234567890", "ILLEGAL_IBAN_COUNTRY_CODE"),
        ("iban", "*XX*36", "ILLEGAL_IBAN_COUNTRY_CODE"),
        ("iban", "*CH56123456*", "IBAN_TOO_SHORT"),
        ("iban", "CHx612345*y*7890", "INVALID_IBAN_CHARACTER"),
        ("nozeroprefix", "*0*", "ILLEGAL_ZERO_PREFIX"),
        ("nozeroprefix", "*0*x", "ILLEGAL_ZERO_PREFIX"),
        ("pieceoftotal", "*0302*", "PIECE_NUMBER_EXCEEDS_TOTAL"),
        ("pieceoftotal", "1*x*2", "NON_DIGIT_CHARACTER"),
        ("pieceoftotal", "01*00*", "ZERO_TOTAL_PIECES"),
        ("posinseqslash", "1/*02*", "ILLEGAL_ZERO_PREFIX"),
        ("pcenc", "ABC*%gf*XYZ", "INVALID_PERCENT_SEQUENCE"),
        ("gcppos2", "9012*A*567", "INVALID_GCP_PREFIX"),
        ("gcppos2", "9*012*", "TOO_SHORT_FOR_GCP"),
        ("gcppos2", "*9*", "TOO_SHORT_FOR_GCP"),
        ("yesno", "*10*", "NOT_ZERO_OR_ONE"),
        ("couponcode", "0123456*123*", "COUPON_TRUNCATED_OFFER_CODE"),
        ("couponcode", "012345612345611*0*123", "COUPON_INVALID_1ST_PURCHASE_REQUIREMENT_LENGTH"),
        ("couponcode", "012345665432111110123*32603314260401*", "COUPON_EXPIRATION_BEFORE_START"),
        ("couponposoffer", "*3*01234561234560123456", "COUPON_INVALID_FORMAT_CODE"),
    ],
)
def test_a_bad_value_is_marked(linter: str, marked: str, reason: str) -> None:
    head, bad, tail = marked.split("*")
    defect = LINTERS[linter](head + bad + tail)

    assert defect is not None
    assert defect[:3] == (reason, len(head), len(head) + len(bad))


def of_text(text: str, *, associations: bool = False) -> tuple[Finding, ...]:
    return gs1.check_element_string(text, associations=associations)[1]


def refused(make: Callable[[], object]) -> tuple[Finding, ...]:
    with pytest.raises(RefusedError) as caught:
        make()
    return caught.value.findings


def licences(text: str, register: Register) -> tuple[Finding, ...]:
    return tuple(gs1.check_licences(gs1.parse_element_string(text).elements, register))


PRODUCED: dict[str, Callable[[], tuple[Finding, ...]]] = {
    "NOT_RECOGNISED": lambda: gs1.check_any("hello")[1],
    "EPC_URI_FORM": lambda: gs1.check("urn:epc:id:sgtin:1"),
    "EPC_SCHEME": lambda: gs1.check("urn:epc:id:foo:1"),
    "COMPANY_PREFIX": lambda: gs1.check("urn:epc:id:pgln:12345.123456"),
    "PREFIX_LENGTH_UNKNOWN": lambda: refused(gs1.parse("96385074").epc_uri),
    "NO_EPC_URI": lambda: refused(gs1.Key(KeyType.GMN, "1987654Ad4X4bL5ttr2310c2K").epc_uri),
    "LENGTH": lambda: of_text("(01)1"),
    "CHARACTERS": lambda: of_text("(10)~"),
    "CHECK_DIGIT": lambda: of_text("(01)03000101234507"),
    "PERCENT_ENCODING": lambda: gs1.check("urn:epc:id:sgtin:234567.1890123.%"),
    "VALUE": lambda: of_text("(422)000"),
    "DATE": lambda: of_text("(17)991301"),
    "LINK_FORM": lambda: gs1.check_digital_link("ftp://a")[1],
    "LINK_KEY": lambda: gs1.check_digital_link("https://a/b")[1],
    "LINK_QUALIFIER": lambda: gs1.check_digital_link("https://a/01/03000101234509/99/1")[1],
    "LINK_ATTRIBUTE": lambda: gs1.check_digital_link("https://a/01/03000101234509?21=1")[1],
    "LINK_REPEATED": lambda: gs1.check_digital_link("https://a/01/03000101234509?99=1&99=1")[1],
    "EMPTY": lambda: of_text(""),
    "UNKNOWN_AI": lambda: of_text("(89)1"),
    "BRACKETS": lambda: of_text("(A)1"),
    "REPEATED": lambda: of_text("(10)A(10)B"),
    "REQUIRED": lambda: of_text("(10)A", associations=True),
    "EXCLUDED": lambda: of_text("(01)03000101234509(37)1", associations=True),
    "NO_KEY": lambda: gs1.check_any("(10)A")[1],
    "SYMBOLOGY": lambda: of_text("]Q1(10)A"),
    "USED_UP": lambda: refused(lambda: next_sscc("006141419999999994", prefix_length=7)),
    "AMBIGUOUS": lambda: refused(lambda: Ndc.parse("0002143380")),
    "TAG_FORM": lambda: refused(lambda: parse_tag_uri("urn:epc:tag:x")),
    "TAG_SCHEME": lambda: refused(lambda: read_tag("00")),
    "TAG_VALUE": lambda: refused(lambda: parse_tag_uri("urn:epc:tag:sgtin-96:3.0614141.812345.A")),
    "TAG_BITS": lambda: refused(lambda: read_tag("30")),
    "SCAN_LAYOUT": lambda: gs1.diagnose("+d20103000101234509").causes,
    "SCAN_CAPS_LOCK": lambda: gs1.diagnose("]D20103000101234509").causes,
    "SEPARATOR_LOST": lambda: (
        gs1.diagnose("010300010123450921ABC1730123110L", expecting=("01", "21", "17", "10")).causes
    ),
    "SEPARATOR_REPLACED": lambda: gs1.diagnose("010300010123450921A|10B").causes,
    "SEPARATOR_UNNEEDED": lambda: gs1.diagnose("0103000101234509\x1d10B").causes,
    "PLAIN_SYMBOL": lambda: gs1.diagnose("]d10103000101234509").causes,
    "SCANNED_TWICE": lambda: gs1.diagnose("010300010123450921AB" * 2).causes,
    "SYMBOL_CAPACITY": lambda: refused(
        lambda: draw("(01)03000101234509(91)" + "A" * 50, Symbology.GS1_128)
    ),
    "IMAGE": lambda: refused(lambda: read_symbols(b"no image")),
    "PACK_INCOMPLETE": lambda: read_pack("(10)A").findings,
    "NOT_ANNOUNCED": lambda: gs1.check_element_string("10A", announced=True)[1],
    "UNLICENSED_PREFIX": lambda: licences("(01)03000101234509", lambda _: False),
    "NO_ANSWER": lambda: licences("(01)03000101234509", lambda _: None),
    "REGION": lambda: refused(lambda: gs1.measure_in("2712341002251", "xx")),
    "REGISTER": lambda: refused(lambda: gs1.CompanyPrefixes.read(b"none")),
}


@pytest.mark.parametrize(
    "name", sorted(name for name in vars(codes) if name.isupper() and name[0] != "_")
)
def test_every_kind_of_finding_is_produced_and_says_what_to_do(name: str) -> None:
    findings = PRODUCED[name]()

    assert getattr(codes, name).code in {finding.code for finding in findings}
    assert all(finding.remedy and finding.message.endswith(".") for finding in findings)
