from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.patterns import check_pattern, parse_pattern

PACK = "urn:epc:id:sgtin:0614141.812345.6789"


@pytest.mark.parametrize(
    ("body", "identifier", "expected"),
    [
        ("sgtin:*.*.*", PACK, True),
        ("sgtin:0614141.*.*", PACK, True),
        ("sgtin:0614141.812345.*", PACK, True),
        ("sgtin:0614141.712345.*", PACK, False),
        ("sgtin:061414.*.*", PACK, False),
        ("sgtin:0614141.*.*", gs1.parse(PACK).digital_link(), True),
        ("sgtin:0614141.*.*", "urn:epc:idpat:sgtin:0614141.812345.*", False),
        ("sgtin:0614141.*.*", "urn:epc:id:sscc:0614141.1234567890", False),
        ("sgtin:0614141.*.*", "no identifier", False),
        ("sscc:0614141.*", "urn:epc:id:sscc:0614141.1234567890", True),
        ("sgln:0614141.12345.*", "(414)0614141123452", True),
        ("giai:0614141.*", "urn:epc:id:giai:0614141.12a", True),
        ("giai:0614141.*", "(8004)0614AB", False),
        ("cpi:0614141.5PQ7%2FZ43.*", "urn:epc:id:cpi:0614141.5PQ7%2FZ43.12345", True),
        ("itip:4012345.012345.01.*.*", "urn:epc:id:itip:4012345.012345.01.02.981", True),
        ("itip:4012345.012345.01.02.*", "urn:epc:id:itip:4012345.012345.01.02.981", True),
        ("itip:4012345.012345.02.*.*", "urn:epc:id:itip:4012345.012345.01.02.981", False),
        ("gdti:4012345.98765.*", "urn:epc:id:gdti:4012345.98765.A.b", True),
    ],
)
def test_a_pattern_matches_what_it_stands_for(body: str, identifier: str, expected: bool) -> None:
    pattern = parse_pattern(f"urn:epc:idpat:{body}")

    assert pattern.matches(identifier) is expected


def test_a_pattern_is_written_as_it_was_read() -> None:
    assert parse_pattern("urn:epc:idpat:sgtin:0614141.*.*").uri() == (
        "urn:epc:idpat:sgtin:0614141.*.*"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("urn:epc:id:sgtin:0614141.*.*", "GS1-003"),
        ("urn:epc:idpat:gid:1.*.*", "GS1-003"),
        ("urn:epc:idpat:sgtin:0614141.*", "GS1-002"),
        ("urn:epc:idpat:sgtin:0614141.812345.6789", "GS1-002"),
        ("urn:epc:idpat:sgtin:*.812345.*", "GS1-002"),
        ("urn:epc:idpat:sgtin", "GS1-002"),
        ("urn:epc:idpat:sgtin:0614.*.*", "GS1-004"),
        ("urn:epc:idpat:sgtin:0614141.81234.*", "GS1-007"),
        ("urn:epc:idpat:itip:4012345.012345.1.*.*", "GS1-007"),
    ],
)
def test_what_is_no_pattern_is_refused(text: str, code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_pattern(text)

    assert caught.value.findings[0].code == code
    assert check_pattern(text)[0] is None
