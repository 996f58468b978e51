"""Any key survives any notation, and is the same object in all of them."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from packtrail import gs1
from packtrail.gs1 import Key
from packtrail.gs1.application_identifiers import TABLE
from packtrail.gs1.check_digits import check_digit
from packtrail.gs1.key_types import PREFIX_LENGTHS, SCHEMES, KeyType, Scheme
from packtrail.gs1.keys import needs_serial

CHARACTERS = {
    "N": string.digits,
    "X": string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_",
    "Y": string.digits + string.ascii_uppercase + "#-/",
}
WITH_EPC_URI = [scheme for scheme in SCHEMES if scheme.type is not KeyType.GMN]


@st.composite
def serials(draw: st.DrawFn, scheme: Scheme) -> str | None:
    serial = scheme.serial
    if serial is None or (not needs_serial(scheme) and draw(st.booleans())):
        return None
    text = draw(st.text(CHARACTERS[serial.charset], min_size=1, max_size=serial.length_max))
    if scheme.type is KeyType.CPI:
        text = text.lstrip("0") or "7"
    return "A" if text == serial.absent else text


@st.composite
def keys(draw: st.DrawFn) -> Key:
    scheme = draw(st.sampled_from(WITH_EPC_URI))
    length = draw(st.sampled_from(PREFIX_LENGTHS))
    if scheme.digits:
        body = draw(st.text(string.digits, min_size=scheme.digits, max_size=scheme.digits))
        primary = scheme.filler + body + check_digit(body)
        if scheme.tails:
            total = draw(st.integers(1, 99))
            primary += f"{draw(st.integers(1, total)):02}{total:02}"
    else:
        prefix = draw(st.text(string.digits, min_size=length, max_size=length))
        primary = prefix + draw(
            st.text(CHARACTERS[scheme.charset], min_size=1, max_size=scheme.length_max - length)
        )
    return Key.of(scheme.type, primary, draw(serials(scheme)), length)


@given(keys())
def test_a_key_survives_epc_uri_and_digital_link(key: Key) -> None:
    assert key.prefix_length is not None
    uri = key.epc_uri()
    read = gs1.parse_epc_uri(uri)
    linked = gs1.parse_digital_link(read.digital_link()).with_prefix_length(key.prefix_length)

    assert read.epc_uri() == uri
    if key.type is KeyType.UPUI and key.is_class:
        assert linked.type is KeyType.GTIN
    else:
        assert read == key
        assert linked == key
        assert linked.epc_uri() == uri


@given(keys())
def test_a_key_is_the_same_object_in_all_notations(key: Key) -> None:
    texts = [
        key.epc_uri(),
        key.digital_link(),
        key.digital_link("http://example.com/a/b"),
        key.element_string(),
        f"]d2{key.element_string(brackets=False)}",
    ]

    identities = {(found.class_key, found.item_key) for found in map(gs1.parse, texts)}

    assert identities == {(key.class_key, key.item_key)}


@given(keys())
def test_the_bulk_way_agrees_with_parsing(key: Key) -> None:
    expected = (key.class_key, key.item_key)

    assert gs1.identify([key.epc_uri(), key.digital_link()]) == [expected, expected]
    assert gs1.check(key.epc_uri()) == gs1.check(key.digital_link()) == ()


@given(keys())
def test_a_key_is_rebuilt_from_its_identity(key: Key) -> None:
    rebuilt = Key.from_identity(key.class_key, key.item_key)

    assert rebuilt is not None
    assert (rebuilt.class_key, rebuilt.item_key) == (key.class_key, key.item_key)


@given(keys(), keys())
def test_different_keys_are_different_objects(one: Key, other: Key) -> None:
    same_text = one.digital_link() == other.digital_link()

    assert ((one.class_key, one.item_key) == (other.class_key, other.item_key)) == same_text


@given(keys(), st.data())
def test_one_wrong_digit_is_always_noticed(key: Key, data: st.DataObject) -> None:
    scheme = key.scheme
    if not scheme.digits:
        return
    start = len(scheme.filler)
    place = data.draw(st.integers(start, start + scheme.digits))
    right = key.primary[place]
    wrong = data.draw(st.sampled_from([digit for digit in string.digits if digit != right]))
    text = key.digital_link().replace(
        key.primary, key.primary[:place] + wrong + key.primary[place + 1 :], 1
    )

    found, findings = gs1.check_digital_link(text)

    assert found is None
    assert "GS1-009" in {finding.code for finding in findings}


@given(st.text(max_size=60))
def test_no_text_makes_a_reader_fail(text: str) -> None:
    for read in (
        gs1.check_any,
        gs1.check_epc_uri,
        gs1.check_digital_link,
        gs1.check_element_string,
    ):
        value, findings = read(text)
        assert (value is None) == bool(findings)
    gs1.check(text)
    ((class_key, item_key),) = gs1.identify([text])
    assert class_key.startswith("uri/")
    assert class_key[4:] + item_key == text


NOISE = st.text(
    st.sampled_from("0123456789AZaz()[]{}<>^\\%/:.?&=#+-* \x1d\x1e\x04urnepcidsgtinhttps"),
    max_size=80,
)


@given(st.sampled_from(sorted(TABLE)), NOISE, NOISE)
def test_no_scan_makes_a_reader_fail(ai: str, before: str, after: str) -> None:
    for text in (f"({ai}){before}({after}", f"{ai}{before}\x1d{after}", before + after):
        value, findings = gs1.check_element_string(text, associations=True)
        assert (value is None) == bool(findings)
        gs1.check_any(text)
    for text in (f"urn:epc:id:{before}", f"https://a/{ai}/{before}/{after}"):
        gs1.check(text)
        gs1.identify([text])
