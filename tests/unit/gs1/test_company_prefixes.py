from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1 import CompanyPrefixes

XML = (
    b'<?xml version="1.0"?>\n<GCPPrefixFormatList date="2026-06-03T11:14:42Z">'
    b'<entry prefix="0614141" gcpLength="7"/><entry gcpLength="0" prefix="9520" />'
    b'<entry prefix="4012" gcpLength="7"/><entry prefix="40123456" gcpLength="9"/>'
    b"</GCPPrefixFormatList>"
)
JSON = (
    b'{"_disclaimer": ["..."], "GCPPrefixFormatList": {"date": "2026-06-03", "entry": ['
    b'{"prefix": "0614141", "gcpLength": 7}, {"prefix": "9520", "gcpLength": 0},'
    b'{"prefix": "4012", "gcpLength": 7}, {"prefix": "40123456", "gcpLength": 9}]}}'
)


@pytest.mark.parametrize("content", [XML, JSON], ids=["xml", "json"])
def test_the_table_of_gs1_is_read_in_both_its_forms(content: bytes) -> None:
    register = CompanyPrefixes.read(content)

    assert len(register) == 4
    assert register.length_of("0614141123452") == 7
    assert register.length_of("4012999000016") == 7
    assert register.length_of("4012345600016") == 9
    assert register.length_of("9520123456788") is None
    assert register.length_of("5901234123457") is None
    assert register.has("0614141123452")
    assert not register.has("9520123456788")
    assert not register.has("5901234123457")


def test_a_company_lists_its_own_prefixes_one_a_line() -> None:
    register = CompanyPrefixes.read(b"\xef\xbb\xbf0614141\r\n\r\n 4012345 \n")

    assert (register.length_of("0614141123452"), len(register)) == (7, 2)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("https://id.gs1.org/01/10614141123459/21/A", "urn:epc:id:sgtin:0614141.112345.A"),
        ("(00)106141412345678908", "urn:epc:id:sscc:0614141.1234567890"),
        ("(414)0614141123452", "urn:epc:id:sgln:0614141.12345.0"),
        ("(8003)00614141123452A", "urn:epc:id:grai:0614141.12345.A"),
        ("(8004)0614141A1", "urn:epc:id:giai:0614141.A1"),
    ],
)
def test_a_key_is_told_the_length_of_its_prefix(text: str, uri: str) -> None:
    assert CompanyPrefixes({"0614141": 7}).told(gs1.parse(text)).epc_uri() == uri


def test_a_key_of_nobody_known_and_a_gtin_8_stay_as_they_are() -> None:
    register = CompanyPrefixes({"0614141": 7, "000": 7, "9638": 7})
    stranger, short = gs1.parse("(00)376130321109103420"), gs1.parse("96385074")

    assert register.told(stranger) is stranger
    assert register.told(short) is short


@pytest.mark.parametrize(
    "content",
    [b"", b"<a/>", b"{}", b'{"GCPPrefixFormatList": {"entry": [{"prefix": "1"}]}}', b"06A4141\n",
     b'<entry prefix="1" gcpLength="13"/>', b'<entry prefix="1"/>', b"\xff\xfe\x00"],
)  # fmt: skip
def test_a_file_that_is_no_register_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        CompanyPrefixes.read(content)

    assert {finding.code for finding in caught.value.findings} == {"GS1-045"}


def test_a_number_of_no_licence_is_told_with_its_place() -> None:
    elements = gs1.parse_element_string("(01)10614141123459(410)5901234123457(10)L").elements
    found = list(gs1.check_licences(elements, CompanyPrefixes({"0614141": 7}).has))

    assert [(finding.code, finding.at) for finding in found] == [("GS1-043", "characters 24-36")]
