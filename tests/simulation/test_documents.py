"""What partners send: formats, headers, order, lateness, repetition; the same bytes each time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec
import pytest

from packtrail import epcis
from packtrail.base.errors import UsageError
from packtrail.simulation import simulate
from packtrail.simulation.documents import GS1_US, JSON_LD, XML

PACKS, SEED = 600, 7
STEPS = ("commissioning", "packing")


@pytest.fixture(scope="module")
def world():
    return simulate(PACKS, SEED)


@pytest.fixture(scope="module")
def documents(world):
    return list(world.documents())


@pytest.fixture(scope="module")
def readings(documents):
    return {
        document.name: epcis.read(document.content, media_type=document.media_type)
        for document in documents
    }


def digest(documents):
    whole = sha256()
    for document in documents:
        whole.update(document.name.encode() + b"\0" + document.content)
    return whole.hexdigest()


def test_the_same_seed_gives_the_same_bytes(documents, world):
    assert digest(simulate(PACKS, SEED).documents()) == digest(documents)
    assert digest(world.documents()) == digest(documents)


def test_another_seed_or_size_is_another_year(documents):
    assert digest(simulate(PACKS, SEED + 1).documents()) != digest(documents)
    assert digest(simulate(PACKS + 1, SEED).documents()) != digest(documents)


@pytest.mark.parametrize("packs", [49, 10_000_001])
def test_a_world_out_of_bounds_is_refused(packs):
    with pytest.raises(UsageError, match=r"^A world has 50 to 10,000,000 packs, not [\d,]+\.$"):
        simulate(packs, SEED)


def test_every_document_is_read_without_a_finding(readings):
    findings = {name: reading.findings for name, reading in readings.items() if reading.findings}

    assert findings == {}


def test_reading_gives_back_the_events_that_were_written(world, readings):
    for draft in world.drafts():
        assert readings[draft.name].document.events == draft.document.events, draft.name


def test_makers_send_xml_and_pharmacies_json(documents):
    formats = {(document.recorded_by_code, document.media_type) for document in documents}

    assert ("asterion", XML) in formats
    assert ("corvus-cmo", XML) in formats
    assert ("delta-wholesale", XML) in formats
    assert ("elbe-wholesale", JSON_LD) in formats
    assert ("foxglove-pharmacies", JSON_LD) in formats
    assert ("gentian-apotheken", JSON_LD) in formats
    assert ("gentian-apotheken", XML) not in formats
    assert ("asterion", JSON_LD) not in formats


def test_the_packer_on_contract_records_for_the_makers(world, documents):
    pairs = {
        (document.owner_code, document.recorded_by_code)
        for document in documents
        if document.owner_code != document.recorded_by_code
    }

    assert pairs == {("asterion", "corvus-cmo"), ("belmont", "corvus-cmo")}
    assert pairs == {(each.owner_code, each.partner_code) for each in world.agreements}


def test_documents_come_in_order_of_sending_within_the_year(documents):
    sent = [document.sent_at for document in documents]

    assert sent == sorted(sent)
    assert datetime(2025, 11, 1, tzinfo=UTC) < sent[0]
    assert sent[-1] < datetime(2026, 11, 1, tzinfo=UTC)
    assert [int(document.name[:6]) for document in documents] == [*range(1, len(documents) + 1)]


def test_no_event_is_told_before_it_happened(world):
    for draft in world.drafts():
        last = max(event.event_time for event in draft.document.events)

        assert last < draft.sent_at, draft.name


def test_late_documents_come_days_after_their_last_event(world, documents):
    names = {document.name for document in documents}

    assert world.truth.late
    for late in world.truth.late:
        assert late.sent_at - late.last_event_at >= timedelta(days=3)
        assert late.name in names


def test_repeated_documents_bring_the_same_events(world, documents, readings):
    by_name = {document.name: document for document in documents}

    assert {repeated.has_same_bytes for repeated in world.truth.repeated} == {True, False}
    for repeated in world.truth.repeated:
        again, before = by_name[repeated.name], by_name[repeated.repeats]

        assert (again.content == before.content) is repeated.has_same_bytes
        assert again.sent_at > before.sent_at
        assert readings[again.name].document.events == readings[before.name].document.events


def test_a_us_shipment_carries_statement_master_data_and_papers(documents, readings):
    document = next(
        document
        for document in documents
        if document.kind == "inbound_shipment" and document.owner_code == "delta-wholesale"
    )
    reading = readings[document.name].document
    shipping = reading.events[-1]
    classes, locations = reading.vocabularies

    assert reading.extensions[f"{{{GS1_US}}}guidelineVersion"] == "GS1 US DSCSA R1.3"
    assert reading.sender.identifier == shipping.sources[0].source
    assert reading.receiver.identifier == shipping.destinations[0].destination
    assert [paper.type for paper in shipping.biz_transactions] == ["po", "desadv"]
    assert shipping.extensions == {f"{{{GS1_US}}}dropShipment": "false"}
    assert {
        "urn:epcglobal:cbv:mda#additionalTradeItemIdentification",
        "urn:epcglobal:cbv:mda#regulatedProductName",
    } <= set(classes.elements[0].attributes)
    assert {place.source for place in shipping.sources} <= {
        element.id for element in locations.elements
    }


def test_a_us_shipment_tells_the_whole_hierarchy(documents, readings):
    for document in documents:
        if document.kind != "inbound_shipment":
            continue
        events = readings[document.name].document.events
        made = [epc for event in events if event.biz_step == "commissioning" for epc in event.epcs]
        packed = [
            epc for event in events if event.biz_step == "packing" for epc in event.child_epcs
        ]

        assert len(made) == len(set(made))
        assert len(packed) == len(set(packed))
        assert sorted(made) == sorted([*packed, *events[-1].epcs]), document.name


def test_an_error_declaration_repeats_the_event_and_names_the_corrective_one(world, readings):
    events = {}
    for reading in readings.values():
        for event in reading.document.events:
            events.setdefault(event.event_id, []).append(event)

    assert world.truth.corrections
    for correction in world.truth.corrections:
        wrong = events[correction.wrong_event_id]
        declared = [event for event in wrong if event.error_declaration]

        assert declared[0].error_declaration.corrective_event_ids == (
            correction.corrective_event_id,
        )
        assert msgspec.structs.replace(declared[0], error_declaration=None) in wrong
        assert events[correction.corrective_event_id][0].event_time == wrong[0].event_time


def test_the_folder_holds_the_documents_and_a_manifest_that_describes_them(tmp_path, documents):
    path = simulate(PACKS, SEED).write(tmp_path / "one")
    manifest = msgspec.json.decode(path.read_bytes())
    again = simulate(PACKS, SEED).write(tmp_path / "two")

    assert again.read_bytes() == path.read_bytes()
    assert {file.name for file in path.parent.iterdir()} == {
        "manifest.json",
        *(document.name for document in documents),
    }
    for entry in manifest["documents"]:
        content = (path.parent / entry["name"]).read_bytes()
        assert sha256(content).hexdigest() == entry["sha256"]
    assert sum(manifest["ground_truth"]["fates"].values()) == PACKS
    assert manifest["ground_truth"]["counterfeit_sightings"]
    assert manifest["ground_truth"]["stolen"]
    assert [each["code"] for each in manifest["organisations"]][:2] == ["asterion", "belmont"]


def test_every_kind_of_incident_is_in_even_the_smallest_world():
    world = simulate(50, 7)
    kinds = Counter(draft.channel.kind for draft in world.drafts())
    truth = world.truth

    assert truth.thefts
    assert truth.corrections
    assert truth.late
    assert truth.repeated
    assert {sighting.suspicion.value for sighting in truth.sightings} == {"copied", "invented"}
    assert {"recall", "returns", "theft", "damage", "pharmacy"} <= set(kinds)
