"""Whatever the bytes, reading ends soon, with findings and without an exception."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail import epcis
from packtrail.base.findings import has_errors
from packtrail.epcis import canonical, codes, scalars
from packtrail.epcis.hashing import pre_hash

HEAD = b'<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" '
HEAD += b'creationDate="2026-01-01T00:00:00Z">'
BODY = b"<EPCISBody><EventList/></EPCISBody></epcis:EPCISDocument>"
EVENT = (
    b"<ObjectEvent><eventTime>2026-01-01T00:00:00Z</eventTime>"
    b"<eventTimeZoneOffset>+00:00</eventTimeZoneOffset><epcList/><action>ADD</action>%s</ObjectEvent>"
)


def document(inside: bytes) -> bytes:
    return (
        HEAD
        + b"<EPCISBody><EventList>"
        + inside
        + b"</EventList></EPCISBody></epcis:EPCISDocument>"
    )


def code_of(content: bytes, **limits: int) -> str:
    findings = epcis.read(content, limits=epcis.Limits(**limits)).findings
    return next((one.code for one in findings if one.severity == "error"), "")


BILLION_LAUGHS = (
    b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>
"""
    + HEAD
    + b"&c;"
    + BODY
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BILLION_LAUGHS, codes.HOSTILE_XML),
        (b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'>" + HEAD + BODY, codes.HOSTILE_XML),
        (
            b"<!DOCTYPE x PUBLIC '-//X//Y' 'http://example.com/x.dtd'>" + HEAD + BODY,
            codes.HOSTILE_XML,
        ),
        (b"<!-- c --> \n <!DOCTYPE x []>" + HEAD + BODY, codes.HOSTILE_XML),
        (b"<?a b?><!DOCTYPE x [ <!ENTITY a 'b'> ]>" + HEAD + BODY, codes.HOSTILE_XML),
        (("<!DOCTYPE x[]>" + (HEAD + BODY).decode()).encode("utf-16"), codes.HOSTILE_XML),
        (b"<!DOCTYPE x><!DOCTYPE y>" + HEAD + BODY, codes.HOSTILE_XML),
        (b"<!DOCTYPE>" + HEAD + BODY, codes.HOSTILE_XML),
        (b"<!DOCTYPE %x;>" + HEAD + BODY, codes.HOSTILE_XML),
        (b"<!DOCTYPE x>" + HEAD + b"&x;" + BODY, codes.SYNTAX),
        (HEAD + b"&undeclared;" + BODY, codes.SYNTAX),
        (b"<?xml version='1.0' encoding='utf-7'?>" + HEAD + BODY, codes.ENCODING),
        (b"<?xml version='1.0' encoding='utf-8'?>" + HEAD + b"\xff" + BODY, codes.ENCODING),
        (b"<", codes.SYNTAX),
        (b"<a/>", codes.FORMAT),
        (b"<html><body/></html>", codes.FORMAT),
        (b"", codes.FORMAT),
        (b"PK\x03\x04", codes.FORMAT),
        (b"{", codes.SYNTAX),
        (b"[]", codes.WRONG_TYPE),
        (b'{"a": NaN}', codes.SYNTAX),
        (b'{"a": "\xff"}', codes.ENCODING),
        (b"[" * 100_000, codes.LIMIT),
        (b'{"a":' * 50_000, codes.LIMIT),
    ],
)
def test_hostile_or_broken_input_is_a_finding(content: bytes, code: codes.FindingCode) -> None:
    assert code_of(content) == code.code


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!-- c --> \n <!DOCTYPE project>\n" + HEAD + BODY,
         "'<!DOCTYPE project>' declares nothing and is ignored."),
        (("<!DOCTYPE x >" + (HEAD + BODY).decode()).encode("utf-16"),
         "'<!DOCTYPE x >' declares nothing and is ignored."),
        (b"<?xml-stylesheet href='http://example.com/x'?>" + HEAD + BODY,
         "The processing instruction 'xml-stylesheet' is ignored."),
        (HEAD + b"<?php evil ?><?a?><EPCISBody><?b?><EventList/></EPCISBody></epcis:EPCISDocument>",
         "The processing instruction 'php' and 2 more are ignored."),
    ],
)  # fmt: skip
def test_what_declares_and_does_nothing_is_ignored_with_a_warning(
    content: bytes, message: str
) -> None:
    reading = epcis.read(content)

    assert [(one.code, one.message) for one in reading.findings] == [("EPC-310", message)]
    assert reading.document is not None


def test_an_instruction_in_a_text_leaves_the_text_whole() -> None:
    nested = b'<x:a xmlns:x="urn:x">one <?x y?>two</x:a>'
    reading = epcis.read(document(EVENT % nested))

    assert reading.document is not None
    assert reading.document.events[0].extensions == {"{urn:x}a": "one two"}


def test_a_document_over_the_size_limit_is_refused_unread() -> None:
    assert code_of(HEAD + BODY, size_bytes=100) == "EPC-004"


def test_too_many_elements_are_refused_before_the_tree_is_built() -> None:
    assert code_of(document(b"<a/>" * 3000), nodes=1000) == "EPC-004"


def test_too_many_json_values_are_refused_before_they_are_built() -> None:
    assert code_of(b"[" + b"0," * 3000 + b"0]", nodes=1000) == "EPC-004"


def test_too_many_events_are_refused() -> None:
    assert code_of(document((EVENT % b"") * 11), events=10) == "EPC-004"


def test_extensions_nested_too_deep_are_refused() -> None:
    nested = b'<x:a xmlns:x="urn:x">' + b"<x:b>" * 80 + b"</x:b>" * 80 + b"</x:a>"

    assert code_of(document(EVENT % nested)) == "EPC-004"


def test_json_extensions_nested_too_deep_are_refused() -> None:
    event = (
        b'{"@context": {"x": "urn:x:"}, "type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00Z",'
        b'"eventTimeZoneOffset": "+00:00", "action": "ADD", "epcList": [], "x:a": '
    )

    assert code_of(event + b"[" * 80 + b"]" * 80 + b"}") == "EPC-004"


def test_a_text_over_the_limit_is_refused() -> None:
    long = b'<x:a xmlns:x="urn:x">' + b"a" * 2000 + b"</x:a>"

    assert code_of(document(EVENT % long), text_characters=1000) == "EPC-004"


def test_an_attribute_over_the_limit_is_refused() -> None:
    long = b'<x:a xmlns:x="urn:x" x:b="' + b"a" * 2000 + b'"/>'

    assert code_of(document(EVENT % long), text_characters=1000) == "EPC-004"


def test_a_number_that_would_fill_the_memory_is_refused() -> None:
    event = (
        b'{"@context": {"x": "urn:x:"}, "type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00Z",'
        b'"eventTimeZoneOffset": "+00:00", "action": "ADD", "epcList": [], "x:a": 1e999999999}'
    )

    assert code_of(event) == "EPC-116"


def test_a_nul_in_a_json_text_is_refused() -> None:
    event = (
        b'{"@context": {"x": "urn:x:"}, "type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00Z",'
        b'"eventTimeZoneOffset": "+00:00", "action": "ADD", "epcList": [], "x:a": "a\\u0000b"}'
    )

    assert code_of(event) == "EPC-202"


def test_findings_stop_at_their_limit_and_say_so() -> None:
    reading = epcis.read(document(b"<a/>" * 500), limits=epcis.Limits(findings=20))

    assert len(reading.findings) == 21
    assert reading.findings[-1].message == "480 more findings are not listed; the limit is 20."


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_exception(content: bytes) -> None:
    assert has_errors(epcis.read(content).findings)


@given(st.binary(max_size=60), st.integers(0, 400))
def test_a_document_with_bytes_replaced_is_read_without_an_exception(junk: bytes, at: int) -> None:
    whole = document(EVENT % b'<x:a xmlns:x="urn:x">1</x:a>')
    epcis.read(whole[:at] + junk + whole[at + len(junk) :])
    reading = epcis.read(whole)

    assert not has_errors(reading.findings)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["@context", "type", "epcisBody", "eventList", "epcList", "readPoint", "id", "ilmd"]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KINDS = st.sampled_from(
    ["EPCISDocument", "EPCISQueryDocument", "ObjectEvent", "x:y", "TransactionEvent"]
)


@given(
    KINDS,
    st.dictionaries(
        st.sampled_from(
            [
                "@context",
                "epcisBody",
                "epcisHeader",
                "action",
                "epcList",
                "eventTime",
                "sensorElementList",
                "bizTransactionList",
            ]
        ),
        JSON_VALUES,
    ),
)
def test_any_json_is_read_without_an_exception(kind: str, members: dict[str, object]) -> None:
    import json  # noqa: PLC0415 - only here

    content = json.dumps({"type": kind, **members}).encode("utf-8", "replace")

    assert has_errors(epcis.read(content).findings)


def test_a_uri_too_long_to_be_kept_is_refused() -> None:
    place = b"<readPoint><id>" + b"a b" * 1000 + b"</id></readPoint>"

    assert code_of(document(EVENT.replace(b"%s", place))) == "EPC-004"


def test_a_namespace_with_a_brace_declares_nothing() -> None:
    event = (
        b'{"@context": {"x": "}"}, "type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00Z",'
        b'"eventTimeZoneOffset": "+00:00", "action": "ADD", "epcList": [], "x:a": 1}'
    )

    assert code_of(event) == "EPC-112"


@pytest.mark.parametrize("namespace", ["<?a b?>", "no scheme", "http://example://org/"])
def test_a_namespace_that_is_no_uri_for_xml_survives_xml(namespace: str) -> None:
    event = epcis.decode_json(
        b'{"@context": {"x": "?"}, "type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00Z",'
        b'"eventTimeZoneOffset": "+00:00", "action": "ADD", "epcList": [], "x:a": "1"}'
    )
    event["@context"]["x"] = namespace
    first = epcis.read(epcis.encode_json(event)).document
    assert first is not None
    second = epcis.read(epcis.write_xml(first)).document

    assert second is not None
    assert second.events == first.events
    assert first.events[0].extensions == {f"{{{namespace}}}a": "1"}


def test_an_event_in_a_foreign_namespace_is_none_of_the_standard() -> None:
    content = b'<x:ObjectEvent xmlns:x="urn:vendor"/>'

    assert epcis.read(content, strict=False).document is None


def test_long_texts_are_not_remembered() -> None:
    caches = [scalars._is_uri, scalars._is_any_uri, canonical._convert]
    epcis.read(document(EVENT % b""))  # its short texts are remembered, whichever test ran first
    before = [cache.cache_info().currsize for cache in caches]
    for n in range(3):
        long = f"https://id.gs1.org/{n}/".encode() + b"a" * 5000
        for place in (
            b"<readPoint><id>%s</id></readPoint>",
            b"<bizStep>%s</bizStep>",
            b"<x:time xmlns:x='urn:x'>%s</x:time>",
        ):
            reading = epcis.read(document(EVENT % (place % long)), strict=False)
            for event in reading.document.events if reading.document else ():
                epcis.event_hash(event)

    after = [cache.cache_info().currsize for cache in caches]
    assert [later - sooner for later, sooner in zip(after, before, strict=True)] == [0, 0, 0]


def test_an_epc_too_long_to_be_kept_is_refused() -> None:
    long = b"urn:epc:id:sgtin:4012345.011111." + b"1" * 5000
    in_xml = EVENT.replace(b"<epcList/>", b"<epcList><epc>%s</epc></epcList>" % long)
    in_json = (
        b'{"@context": {}, "type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00Z",'
        b'"eventTimeZoneOffset": "+00:00", "action": "ADD", "epcList": ["%s"]}' % long
    )

    assert code_of(document(in_xml.replace(b"%s", b""))) == "EPC-004"
    assert code_of(in_json) == "EPC-104"


def test_the_last_moment_there_is_has_a_hash() -> None:
    # What .NET writes for "never ends".
    last = EVENT.replace(b"2026-01-01T00:00:00Z", b"9999-12-31T23:59:59.9999999Z") % b""

    read = epcis.read(document(last)).document

    assert read is not None
    assert "9999-12-31T23:59:59.999Z" in pre_hash(read.events[0])


def test_a_delete_character_is_carried_by_both_notations() -> None:
    extension = b'<x:a xmlns:x="urn:x">a\x7fb</x:a>'
    first = epcis.read(document(EVENT % extension)).document
    assert first is not None
    second = epcis.read(epcis.write_json(first)).document

    assert second is not None
    assert first.events[0].extensions == {"{urn:x}a": "a\x7fb"}
    assert second.events == first.events
