"""GS1's own schema for EPCIS 1.2 accepts every kind of message that the world writes in XML."""

from __future__ import annotations

import pytest
from lxml import etree

from packtrail.simulation import simulate
from packtrail.simulation.documents import XML


@pytest.fixture(scope="module")
def schema(conformance):
    path = conformance / "gs1-epcis" / "schema" / "xsd-1.2" / "EPCglobal-epcis-1_2.xsd"
    return etree.XMLSchema(etree.parse(path))


def test_every_xml_message_is_valid_against_the_schema_of_epcis_1_2(schema):
    kinds = set()
    for document in simulate(200, 3).documents():
        if document.media_type == XML:
            schema.assertValid(etree.fromstring(document.content))
            kinds.add(document.kind)

    assert {"commissioning", "packing", "shipping", "inbound_shipment", "recall"} <= kinds
