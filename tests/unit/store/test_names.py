"""From the dictionary back to the identifier."""

from __future__ import annotations

import pytest

from packtrail import gs1
from packtrail.store.identity import event_key, probes
from packtrail.store.names import has_own_prefix_length, identifier
from packtrail.store.numbering import prefix_length

URIS = [
    "urn:epc:id:sgtin:0300010.012345.00X%2F1",
    "urn:epc:id:sscc:0300010.0000000001",
    "urn:epc:id:sgln:0300010.00001.0",
    "urn:epc:id:sgln:0300010.00001.7",
    "urn:epc:id:sgtin:0300010.012345.0",
    "urn:epc:id:sgtin:0300010.012345.7K2M",
    "urn:epc:class:lgtin:0300010.012345.LOT-1",
    "urn:epc:class:lgtin:0300010.012345.LOT1",
    "urn:epc:idpat:sgtin:0300010.012345.*",
    "urn:epc:id:grai:0300010.00001.7",
    "urn:epc:id:giai:0300010.A7",
    "urn:uuid:4b5a3a0e-8f5b-4a4e-9a47-0f3a6d1f0001",
    "https://example.com/pack/7",
]


@pytest.mark.parametrize("uri", URIS)
def test_a_uri_comes_back_as_it_was_recorded(uri):
    ((class_key, item_key),) = gs1.identify([uri])

    assert identifier(class_key, item_key, prefix_length(uri)) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "urn:epc:id:sscc:030001.90123456789",
        "urn:epc:id:sscc:030001012345.10000",
        "urn:epc:id:gsrn:0300010.0123456789",
        "urn:epc:id:gsrnp:0300010.0123456789",
        "urn:epc:id:gsin:0300010.123456789",
        "urn:epc:id:ginc:0300010.A7",
        "urn:epc:id:pgln:0300010.00001",
    ],
)
def test_a_key_without_serial_is_cut_where_its_prefix_ends(uri):
    ((class_key, item_key),) = gs1.identify([uri])
    key = gs1.parse(uri)

    assert identifier(class_key, item_key, prefix_length(uri)) == key.epc_uri() == uri
    assert identifier(class_key, item_key, None) == key.digital_link()


def test_without_the_company_prefix_it_is_a_digital_link():
    link = "https://id.gs1.org/01/03000101234509/21/7"
    ((class_key, item_key),) = gs1.identify([link])

    assert prefix_length(link) is None
    assert identifier(class_key, item_key, None) == link


def test_only_keys_without_serial_have_a_company_prefix_of_their_own():
    keys = [key for key, _ in gs1.identify(URIS)]

    assert [has_own_prefix_length(key) for key in keys] == [
        *(False, True, False, False, False, False, False, False, False, False),
        *(True, False, False),
    ]


def test_keys_of_an_event_and_of_its_error_declaration_never_meet():
    plain = event_key(1, "urn:uuid:x", is_error_declaration=False)
    declared = event_key(1, "urn:uuid:x", is_error_declaration=True)

    assert not set(probes(plain)) & set(probes(declared))
    assert 0 <= plain < 2**63 - 1
    assert event_key(2, "urn:uuid:x", is_error_declaration=False) != plain
