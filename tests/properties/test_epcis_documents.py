"""Any document survives the way XML -> JSON -> XML, and a mutilated one is only findings."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packtrail import epcis
from packtrail.base.findings import has_errors

from ..conftest import CONFORMANCE
from ..fuzz import targets
from .test_epcis_events import EVENTS, NAMESPACES, PLACES, TEXTS, as_text, in_xml

SGLNS = PLACES.map(lambda place: place.id)
PARTIES = st.none() | st.builds(
    epcis.Party, identifier=SGLNS, authority=st.sampled_from([None, "GS1", "SGLN"])
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["name", "city", "countryCode"]).map("urn:epcglobal:cbv:mda#{}".format),
    TEXTS,
    max_size=3,
)
VOCABULARIES = st.lists(
    st.builds(
        epcis.Vocabulary,
        type=st.just("urn:epcglobal:epcis:vtype:Location"),
        elements=st.lists(
            st.builds(
                epcis.VocabularyElement,
                id=SGLNS,
                attributes=ATTRIBUTES,
                children=st.lists(SGLNS, max_size=2).map(tuple),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
    ),
    max_size=2,
).map(tuple)
DOCUMENTS = st.builds(
    epcis.EpcisDocument,
    schema_version=st.just("2.0"),
    creation_date=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    events=st.lists(EVENTS, max_size=2).map(tuple),
    vocabularies=VOCABULARIES,
    sender=PARTIES,
    receiver=PARTIES,
    instance_identifier=st.none() | TEXTS,
    extensions=st.dictionaries(st.just("{https://ns.example.org/ext/}alpha"), TEXTS, max_size=1),
    namespaces=st.just(NAMESPACES),
    is_query_document=st.booleans(),
)


def after(document: epcis.EpcisDocument, content: bytes) -> epcis.EpcisDocument:
    """Return what was written of a document, read again."""
    reading = epcis.read(content)
    assert not has_errors(reading.findings), (document, reading.findings)
    assert reading.document is not None
    return reading.document


@pytest.mark.parametrize("version", ["1.2", "2.0"])
@settings(max_examples=25, deadline=None)
@given(document=DOCUMENTS)
def test_a_document_survives_the_way_from_xml_to_json_and_back(
    document: epcis.EpcisDocument, version: Any
) -> None:
    document = msgspec.structs.replace(
        document,
        events=tuple(map(in_xml, document.events)),
        extensions={name: as_text(one) for name, one in document.extensions.items()},
    )
    first = after(document, epcis.write_xml(document, version=version))
    between = after(first, epcis.write_json(first))
    last = after(between, epcis.write_xml(between, version=version))

    assert first.events == between.events == last.events == document.events
    assert first.vocabularies == between.vocabularies == last.vocabularies == document.vocabularies
    assert first.extensions == between.extensions == last.extensions
    assert (first.sender, first.receiver) == (document.sender, document.receiver)
    if not any("authority" in one.message for one in epcis.lost_in(first, "json")):
        lost = [one for one in epcis.lost_in(first, "json") if one.code == "EPC-601"]
        assert lost or (last.sender, last.receiver) == (document.sender, document.receiver)


SEEDS = [
    "openepcis-test-resources/1.2/EPCIS/XML/Capture/Documents/GS1_US_Pharma_Example_2_2_1_1.xml",
    "gs1-epcis/json/WithFullCombinationOfFields/object_event_all_possible_fields.jsonld",
    "gs1-epcis/xml-2.0/WithFullCombinationOfFields/association_event_all_possible_fields.xml",
    "gs1-epcis/json/WithSensorData/SensorDataExample10.jsonld",
    "openepcis-test-resources/2.0/EPCIS/XML/Query/Combination_of_different_event.xml",
]
TOKENS = st.sampled_from(
    [
        *(b"<extension>", b"</extension>", b"<x:y>", b"&x;", b"<![CDATA[", b"]]>", b"<?a b?>"),
        *(b"<!DOCTYPE a>", b"null", b"{}", b"[]", b'""', b"1e999", b"NaN", b"\x00", b"\xff"),
        *(b'"type":"ObjectEvent",', b'"@context":5,', b"9999-12-31T23:59:59-14:00", b"<", b"}"),
    ]
)
CUTS = st.lists(
    st.tuples(st.integers(0, 60_000), st.integers(0, 300), TOKENS | st.binary(max_size=4)),
    min_size=1,
    max_size=4,
)


def mutilated(content: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for at, length, token in cuts:
        place = at % max(1, len(content))
        content = content[:place] + token + content[place + length :]
    return content


@pytest.mark.parametrize("seed", SEEDS)
@settings(max_examples=40, deadline=None)
@given(cuts=CUTS)
def test_a_mutilated_document_is_read_explained_and_validated_without_an_exception(
    seed: str, cuts: list[tuple[int, int, bytes]]
) -> None:
    path: Path = CONFORMANCE / seed
    if not path.is_file():
        pytest.skip("the shared conformance folder is missing")
    targets.ask_of_documents(mutilated(path.read_bytes(), cuts))
