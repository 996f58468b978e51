from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1 import Key, KeyType

PACK = Key(KeyType.SGTIN, "03000101234509", "a/b(1)", 7)


def test_a_key_is_written_in_every_notation() -> None:
    assert PACK.epc_uri() == "urn:epc:id:sgtin:3000101.023450.a%2Fb(1)"
    assert PACK.digital_link() == "https://id.gs1.org/01/03000101234509/21/a%2Fb%281%29"
    assert PACK.digital_link("https://example.com/x/") == (
        "https://example.com/x/01/03000101234509/21/a%2Fb%281%29"
    )
    assert PACK.element_string() == r"(01)03000101234509(21)a/b\(1)"
    assert PACK.element_string(brackets=False) == "010300010123450921a/b(1)"
    assert PACK.hri() == "(01) 03000101234509 (21) a/b(1)"


def test_a_part_that_needs_a_separator_gets_one() -> None:
    part = Key.of(KeyType.CPI, "0614141ABC", "12")

    assert part.element_string(brackets=False) == "80100614141ABC\x1d801112"


def test_a_prefix_length_is_never_guessed() -> None:
    pack = gs1.parse("https://id.gs1.org/01/03000101234509/21/11")

    with pytest.raises(RefusedError) as refused:
        pack.epc_uri()

    (finding,) = refused.value.findings
    assert finding.code == "GS1-005"
    assert finding.message == (
        "The EPC URI of (01) 03000101234509 (21) 11 needs the length of its company prefix,"
        " which this notation does not tell."
    )
    assert "with_prefix_length" in finding.remedy


def test_a_told_prefix_length_moves_the_digits() -> None:
    pack = gs1.parse("(01)80614141123458(21)6789")

    assert [pack.with_prefix_length(length).epc_uri() for length in (6, 7, 12)] == [
        "urn:epc:id:sgtin:061414.8112345.6789",
        "urn:epc:id:sgtin:0614141.812345.6789",
        "urn:epc:id:sgtin:061414112345.8.6789",
    ]


@pytest.mark.parametrize(
    ("key", "length", "message"),
    [
        (PACK, 5, "The company prefix of the SGTIN cannot have 5 digits; 6 to 12 are expected."),
        (PACK, 13, "The company prefix of the SGTIN cannot have 13 digits; 6 to 12 are expected."),
        (
            Key(KeyType.GIAI, "0614141"),
            7,
            (
                "The company prefix of the GIAI of 7 digits leaves nothing of '0614141' for the"
                " reference."
            ),
        ),
        (
            Key(KeyType.GIAI, "0614141A"),
            8,
            "The company prefix of the GIAI cannot have 8 digits in '0614141A'.",
        ),
    ],
)
def test_an_impossible_prefix_length_is_refused(key: Key, length: int, message: str) -> None:
    with pytest.raises(RefusedError) as refused:
        key.with_prefix_length(length)

    assert str(refused.value) == message


def test_a_key_without_epc_uri_says_so() -> None:
    with pytest.raises(RefusedError, match="has no EPC URI") as refused:
        gs1.parse("(8013)1987654Ad4X4bL5ttr2310c2K").epc_uri()

    assert refused.value.findings[0].code == "GS1-006"


@pytest.mark.parametrize(
    ("key_type", "primary", "serial", "message"),
    [
        (KeyType.SGTIN, "03000101234509", None, "The SGTIN '03000101234509' needs a serial part."),
        (KeyType.SGTIN, "03000101234509", "", "The SGTIN '03000101234509' needs a serial part."),
        (
            KeyType.GTIN,
            "3000101234509",
            None,
            "The GTIN '3000101234509' has 13 digits; 14 are expected.",
        ),
        (
            KeyType.GTIN,
            "03000101234507",
            None,
            (
                "The value '03000101234507' of (01) GTIN has '7': the check digit is wrong,"
                " '9' is right."
            ),
        ),
        (
            KeyType.PGLN,
            "0394039403940",
            "1",
            "The PGLN '0394039403940' has no serial part; '1' is none.",
        ),
    ],
)
def test_a_key_is_not_made_from_wrong_parts(
    key_type: KeyType, primary: str, serial: str | None, message: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        Key.of(key_type, primary, serial)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "class_key", "item_key"),
    [
        ("(01)03000101234509(21)11", "sgtin/03000101234509", "11"),
        ("(01)03000101234509(10)L", "lgtin/03000101234509", "L"),
        ("(01)03000101234509", "gtin/03000101234509", "03000101234509"),
        ("(01)03000101234509(235)X", "upui/03000101234509", "X"),
        ("(00)106141412345678908", "sscc/061414", "106141412345678908"),
        ("(414)0614141123452", "sgln/0614141123452", "0"),
        ("(414)0614141123452(254)0", "sgln/0614141123452", "0"),
        ("(414)0614141123452(254)A", "sgln/0614141123452", "A"),
        ("(417)0394039403940", "pgln/039403", "0394039403940"),
        ("(8003)0061414112345232a", "grai/00614141123452", "32a"),
        ("(8003)00614141123452", "grai-class/00614141123452", "00614141123452"),
        ("(8004)06141415678", "giai/061414", "06141415678"),
    ],
)
def test_an_identity_is_a_class_and_an_item(text: str, class_key: str, item_key: str) -> None:
    key = gs1.parse(text)

    assert (key.class_key, key.item_key) == (class_key, item_key)
    assert Key.from_identity(class_key, item_key) == key


def test_an_identity_that_is_no_key_gives_none() -> None:
    assert Key.from_identity("uri/https://example.com/", "7") is None


def test_an_extension_of_zero_is_no_extension() -> None:
    assert Key.of(KeyType.SGLN, "0614141123452", "0") == Key.of(KeyType.SGLN, "0614141123452")


def test_the_pattern_of_a_tobacco_pack_is_its_trade_item() -> None:
    pattern = gs1.parse("urn:epc:idpat:upui:234567.1890123.*")
    item = gs1.parse(pattern.digital_link())

    assert item.type is KeyType.GTIN
    assert (pattern.class_key, pattern.item_key) == (item.class_key, item.item_key)
