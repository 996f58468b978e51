"""A simulated year in one organisation's hands: what sellers tell again raises no alarm."""

from __future__ import annotations

import re

from packtrail import gs1
from packtrail.lifecycle.fold import examine
from packtrail.services import overview
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.capture import capture
from packtrail.simulation import simulate
from packtrail.store import journeys

from .conftest import World
from .documents import commissioning, document, pack


def test_only_what_the_counterfeiter_did_is_an_error(world: World) -> None:
    year = simulate(120, 7)
    packs: set[str] = set()
    for sent in year.documents():
        job = capture.submit(world.app, world.maker, sent.content, media_type=sent.media_type)
        assert job.success, job.findings
        packs.update(re.findall(r"urn:epc:id:sgtin:[\w.]+", sent.content.decode()))

    seen = overview.overview(world.app, world.maker)
    with world.app.database.reading() as conn:
        told = journeys.read_many(
            conn,
            gs1.identify(sorted(packs)),
            audience_ids=visible_to(conn, world.maker),
        )

    steps = [step for journey in told.values() for step in journey.steps]
    assert any(step.told_again_by and step.biz_step == "commissioning" for step in steps)
    copied = {sighting.epc for sighting in year.truth.sightings}
    alarming = {
        journey.identifier
        for journey in told.values()
        if any(finding.severity == "error" for finding in examine(journey.steps))
    }
    assert alarming <= copied
    errors = {each.code for each in seen.attention if each.severity == "error"}
    assert errors <= {"TRC-202"}


def test_a_commissioning_at_another_time_stays_an_error(world: World) -> None:
    first = commissioning(1, [pack(1), pack(2)])
    cut_down = commissioning(2, [pack(1)]) | {"eventTime": first["eventTime"]}
    second = commissioning(3, [pack(2)])
    for event in (first, cut_down, second):
        capture.submit(world.app, world.maker, document(event), media_type=None)

    (alarm,) = overview.overview(world.app, world.maker).attention

    assert (alarm.code, alarm.examples) == ("TRC-203", (pack(2),))
