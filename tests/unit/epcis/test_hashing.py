"""The event hash: one text for what says the same, whatever its spelling."""

from __future__ import annotations

import json
from typing import Any

import pytest

from packtrail import epcis
from packtrail.epcis import hashing

EX = "https://ns.example.com/epcis/"


def tail_of(*, reference_compat: bool = False, **members: Any) -> str:
    """Return the pre-hash of an event from its action on."""
    body = {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"ex": EX},
        ],
        "type": "ObjectEvent",
        "eventTime": "2026-03-31T14:05:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"],
        "action": "OBSERVE",
        **members,
    }
    document = epcis.read(json.dumps(body).encode()).document
    assert document is not None
    text = hashing.pre_hash(document.events[0], reference_compat=reference_compat)
    return text.partition(f"action={body['action']}")[2]


@pytest.mark.parametrize("reference_compat", [True, False])
@pytest.mark.parametrize(
    ("spelling", "uri"),
    [
        ("urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping"),
        ("cbv:BizStep-shipping", "https://ref.gs1.org/cbv/BizStep-shipping"),
        ("urn:epcglobal:cbv:er:incorrect_data", "https://ref.gs1.org/cbv/ER-incorrect_data"),
        ("gs1:Temperature", "https://gs1.org/voc/Temperature"),
        ("epcis:ObjectEvent", "https://ref.gs1.org/epcis/ObjectEvent"),
        ("urn:epcglobal:cbv:bt:4012345000009:po1", "urn:epcglobal:cbv:bt:4012345000009:po1"),
        ("gs1: no term", "gs1: no term"),
    ],
)
def test_a_term_in_an_extension_counts_as_its_web_uri(
    spelling: str, uri: str, reference_compat: bool
) -> None:
    fields = {"ex:next": spelling, "ex:all": {"ex:one": [spelling]}}

    found = tail_of(reference_compat=reference_compat, **fields)

    assert found == f"{{{EX}}}all{{{EX}}}one={uri}{{{EX}}}next={uri}"


def test_persistent_dispositions_are_sorted_as_they_are_hashed() -> None:
    own, term = "http://example.com/disp/a", "active"

    found = tail_of(persistentDisposition={"set": [term, own], "unset": [own, "damaged"]})

    assert found == (
        f"persistentDispositionset={own}set=https://ref.gs1.org/cbv/Disp-active"
        f"unset={own}unset=https://ref.gs1.org/cbv/Disp-damaged"
    )


def test_the_reference_code_leaves_a_time_in_an_extension_as_it_is() -> None:
    time = {"ex:madeTime": "2026-03-31T14:05:00+02:00"}

    assert tail_of(**time) == f"{{{EX}}}madeTime=2026-03-31T12:05:00.000Z"
    assert tail_of(**time, reference_compat=True) == f"{{{EX}}}madeTime=2026-03-31T14:05:00+02:00"


def test_the_reference_code_cleans_a_number_that_ends_in_its_point() -> None:
    number = {"ex:amount": "12."}

    assert tail_of(**number) == f"{{{EX}}}amount=12."
    assert tail_of(**number, reference_compat=True) == f"{{{EX}}}amount=12"


def test_a_document_may_ask_that_fields_do_not_count() -> None:
    xml = (
        f'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:ex="{EX}" schemaVersion="2.0"'
        ' creationDate="2026-01-01T00:00:00Z"><EPCISBody/>'
        "<ex:ignoreFields><ex:hash/><ex:b/></ex:ignoreFields></e:EPCISDocument>"
    )
    body = {
        "@context": [{"ex": EX}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-01T00:00:00Z",
        "ex:ignoreFields": ["ex:hash", "ex:b"],
        "epcisBody": {"eventList": []},
    }
    for content in (xml, json.dumps(body)):
        document = epcis.read(content.encode()).document
        assert document is not None

        asked = hashing.fields_to_ignore(document, ["ex:c", f"{{{EX}}}d"])

        assert asked == {f"{{{EX}}}{name}" for name in ("hash", "b", "c", "d")}


def test_the_reference_code_puts_typed_lists_and_ilmd_last_by_their_names() -> None:
    place = "https://id.gs1.org/414/4012345000016"
    fields = {
        "action": "ADD",
        "bizTransactionList": [{"bizTransaction": "urn:x:1"}],
        "sourceList": [{"type": "location", "source": place}],
        "destinationList": [{"type": "location", "destination": place}],
        "ilmd": {"ex:a": "1"},
        "ex:b": "2",
    }
    parties = {
        f"{name}List": f"{name}Listtype=https://ref.gs1.org/cbv/SDT-location{name}={place}"
        for name in ("source", "destination")
    }
    transactions = "bizTransactionListbizTransaction=urn:x:1"
    ilmd, extension = f"ilmd{{{EX}}}a=1", f"{{{EX}}}b=2"

    assert tail_of(**fields) == "".join(
        [transactions, parties["sourceList"], parties["destinationList"], ilmd, extension]
    )
    assert tail_of(**fields, reference_compat=True) == "".join(
        [transactions, parties["destinationList"], ilmd, parties["sourceList"], extension]
    )
