from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1 import KeyType


def mark(text: str) -> tuple[str, str]:
    """Return a text without the asterisks around its bad part, and the place of that part."""
    head, bad, tail = text.split("*")
    first, last = len(head) + 1, len(head) + len(bad)
    return head + bad + tail, f"characters {first}-{last}" if last > first else f"character {first}"


@pytest.mark.parametrize(
    ("uri", "key_type", "primary", "serial"),
    [
        ("id:sgtin:0614141.812345.6789", KeyType.SGTIN, "80614141123458", "6789"),
        ("id:sgtin:0614141.712345.32a%2Fb", KeyType.SGTIN, "70614141123451", "32a/b"),
        ("id:sgtin:858858858545.8.A.B", KeyType.SGTIN, "88588588585457", "A.B"),
        ("idpat:sgtin:0614141.812345.*", KeyType.GTIN, "80614141123458", None),
        ("class:lgtin:4023333.002000.2019-10-07", KeyType.LGTIN, "04023333020008", "2019-10-07"),
        ("id:upui:234567.1890123.1111ANC", KeyType.UPUI, "12345678901231", "1111ANC"),
        ("id:itip:4012345.012345.01.02.981", KeyType.ITIP, "040123451234560102", "981"),
        ("id:sscc:123456.06663868985", KeyType.SSCC, "012345666638689852", None),
        ("id:sgln:0614141.12345.32a%2Fb", KeyType.SGLN, "0614141123452", "32a/b"),
        ("id:sgln:437473647364..0", KeyType.SGLN, "4374736473640", None),
        ("id:pgln:0394039.40394", KeyType.PGLN, "0394039403940", None),
        ("id:grai:0614141.12345.32a%2Fb", KeyType.GRAI, "00614141123452", "32a/b"),
        ("id:giai:0614141.5678", KeyType.GIAI, "06141415678", None),
        ("id:gsrn:0614141.1234567890", KeyType.GSRN, "061414112345678902", None),
        ("id:gsrnp:0614141.1234567890", KeyType.GSRNP, "061414112345678902", None),
        (
            "id:gdti:4012345.98765.ABCDefgh012345678",
            KeyType.GDTI,
            "4012345987652",
            "ABCDefgh012345678",
        ),
        ("id:sgcn:4012345.67890.04711", KeyType.SGCN, "4012345678901", "04711"),
        ("id:cpi:0614141.5PQ7%2FZ43.12345", KeyType.CPI, "06141415PQ7/Z43", "12345"),
        ("id:ginc:0614141.xyz47%2F11", KeyType.GINC, "0614141xyz47/11", None),
        ("id:gsin:123456.7890123456", KeyType.GSIN, "12345678901234560", None),
    ],
)
def test_an_epc_uri_is_read_and_written_again(
    uri: str, key_type: KeyType, primary: str, serial: str | None
) -> None:
    key = gs1.parse_epc_uri(f"urn:epc:{uri}")

    assert (key.type, key.primary, key.serial) == (key_type, primary, serial)
    assert key.epc_uri() == f"urn:epc:{uri}"


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        (
            "urn:epc:id:sgtin:*23456*.189012.1",
            "The company prefix '23456' has 5 digits; 6 to 12 are expected.",
        ),
        (
            "urn:epc:id:sgtin:*2E4567*.189012.1",
            "The company prefix '2E4567' may have digits only.",
        ),
        (
            "urn:epc:id:sgtin:234567.*189012*.1",
            "The reference '189012' has 6 digits; a company prefix of 6 leaves 7 in the SGTIN.",
        ),
        (
            "urn:epc:id:sscc:123456789.06*A*38689",
            "The reference '06A38689' may have digits only, not 'A'.",
        ),
        (
            "urn:epc:id:sgtin:234567.1890123.a*/*b",
            "The character '/' of 'a/b' must be written %2F in an EPC URI.",
        ),
        (
            "urn:epc:id:sgtin:234567.1890123.a*%*2",
            "The percent sign of 'a%2' is not followed by two hexadecimal digits.",
        ),
        (
            "urn:epc:id:sgtin:234567.1890123.*a%20b*",
            "The character ' ' of 'a b' is not in character set 82.",
        ),
        (
            "urn:epc:id:sgtin:234567.1890123.*123456789012345678901*",
            "The text '123456789012345678901' has 21 characters; 1 to 20 are expected.",
        ),
        (
            "urn:epc:id:sgcn:1234567890.12.*1234A*",
            "The character 'A' of '1234A' is not in the digits 0 to 9.",
        ),
        (
            "urn:epc:id:sgln:*1234567890.11*",
            (
                "The EPC URI 'urn:epc:id:sgln:1234567890.11' does not read"
                " urn:epc:id:sgln:CompanyPrefix.Reference.Serial."
            ),
        ),
        (
            "urn:epc:*id:sgtim*:234567.1890123.1",
            "The scheme 'urn:epc:id:sgtim' of 'urn:epc:id:sgtim:234567.1890123.1' is unknown.",
        ),
        (
            "urn:epc:idpat:grai:*1234567890.12.124*",
            (
                "The EPC URI 'urn:epc:idpat:grai:1234567890.12.124' does not read"
                " urn:epc:idpat:grai:CompanyPrefix.Reference.*."
            ),
        ),
        (
            "urn:epc:id:itip:234567.1890123.*561*.78.1111",
            "The number '561' is not 2 digits, as the ITIP needs.",
        ),
    ],
)
def test_a_wrong_epc_uri_is_refused_with_the_place(marked: str, message: str) -> None:
    text, at = mark(marked)

    key, findings = gs1.check_epc_uri(text)

    assert key is None
    assert [(finding.message, finding.at) for finding in findings] == [(message, at)]


def test_every_defect_of_an_epc_uri_is_told_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        gs1.parse_epc_uri("urn:epc:id:sgtin:23456.189012.a b")

    assert [finding.code for finding in refused.value.findings] == ["GS1-004", "GS1-008"]


def test_escapes_of_other_characters_are_decoded_and_not_written_again() -> None:
    key = gs1.parse_epc_uri("urn:epc:id:sgtin:0614141.812345.%41%2fb")

    assert key.serial == "A/b"
    assert key.epc_uri() == "urn:epc:id:sgtin:0614141.812345.A%2Fb"


@pytest.mark.parametrize(
    "uri",
    [
        "urn:epc:id:gid:31415.271828.1414",
        "urn:epc:id:adi:35962.PQ7VZ4.M37GXB92",
        "urn:epc:tag:sgtin-96:3.0614141.812345.6789",
        "urn:epc:id:sgtin",
        "URN:EPC:ID:SGTIN:0614141.812345.6789",
        "",
    ],
)
def test_what_is_no_epc_uri_of_a_key_is_refused(uri: str) -> None:
    key, findings = gs1.check_epc_uri(uri)

    assert key is None
    assert findings
