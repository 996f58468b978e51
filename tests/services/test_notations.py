"""The same content in another notation is the same: recorded once, and it makes packs the same."""

from __future__ import annotations

import json
import random
import re
from typing import Any, Final

import pytest

from packtrail import epcis, gs1
from packtrail.access import Actor
from packtrail.epcis.canonical import canonical, same_form
from packtrail.lifecycle.fold import Life
from packtrail.lifecycle.journey import Status
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.capture import capture
from packtrail.services.goods import stock, tracing
from packtrail.services.goods.stock import Asked, Dimension
from packtrail.simulation import simulate
from packtrail.store import journeys

from .conftest import World
from .documents import CASE, SITE, commissioning, dispensing, document, event, pack, packing

_URN: Final = re.compile(r"urn:epc:(?:id|class):[^\"]+")
LINK: Final = canonical(SITE)


def as_links(content: bytes, domain: str = "https://id.gs1.org") -> bytes:
    """A document with Digital Links in the place of EPC URIs."""
    links = _URN.sub(lambda urn: canonical(urn[0]), as_json(content).decode())
    return links.replace("https://id.gs1.org/", f"{domain}/").encode()


def as_json(content: bytes) -> bytes:
    return epcis.write_json(_read(content))


def as_old_xml(content: bytes) -> bytes:
    return epcis.write_xml(_read(content), version="1.2")


def as_xml(content: bytes) -> bytes:
    return epcis.write_xml(_read(content), version="2.0")


def as_xml_links(content: bytes) -> bytes:
    return as_xml(as_links(content, "https://id.example.com"))


NOTATIONS: Final = (as_links, as_json, as_old_xml, as_xml, as_xml_links)


def _read(content: bytes) -> epcis.EpcisDocument:
    found = epcis.read(content).document
    assert found is not None
    return found


def told(world: World, actor: Actor, keys: list[tuple[str, str]]) -> dict[object, object]:
    """What objects are, in one notation, and which events say so."""
    with world.app.database.reading() as conn:
        found = journeys.read_many(conn, keys, audience_ids=visible_to(conn, actor))
    return {key: _told(Life(journey.steps)) for key, journey in found.items()}


def _told(life: Life) -> tuple[object, ...]:
    standing = life.standing()
    places = standing.location, standing.goal, standing.parent
    return (
        *(standing.status, standing.disposition, standing.is_moving, standing.lot),
        *(standing.expires_on, standing.since, standing.has_origin, [*map(same_form, places)]),
        sorted(finding.code for finding in life.findings()),
        [(step.event_time, step.biz_step, step.action, step.role) for step in life.counted],
    )


def test_a_year_tells_the_same_in_any_mixture_of_notations_and_is_recorded_once(world: World):
    rng, sent = random.Random(3), [*simulate(60, 7).documents()]
    named: set[str] = set()
    for one in sent:
        job = capture.submit(world.app, world.maker, one.content, media_type=one.media_type)
        other = rng.choice(NOTATIONS)(one.content)
        again = capture.submit(world.app, world.maker, other, media_type=None)
        elsewhere = capture.submit(world.app, world.wholesaler, other, media_type=None)
        named.update(_URN.findall(as_json(one.content).decode()))

        assert job.success, job.findings
        assert (again.success, again.stored_count) == (True, 0), again.findings
        assert elsewhere.stored_count == job.stored_count, elsewhere.findings
    keys = gs1.identify(sorted(urn for urn in named if "sgln" not in urn and "pgln" not in urn))

    plain = told(world, world.maker, keys)

    assert len(plain) > 40
    assert told(world, world.wholesaler, keys) == plain


@pytest.mark.parametrize("turned", [True, False])
def test_an_undo_at_the_same_premises_is_one_in_whichever_notation(world: World, turned: bool):
    there, here = (SITE, LINK) if turned else (LINK, SITE)
    ended = event(2, action="DELETE", bizStep="decommissioning", disposition="inactive",
                  epcList=[pack(1)], **at(there))  # fmt: skip
    undone = event(3, action="OBSERVE", bizStep="urn:packtrail:bizstep:reactivating",
                   disposition="active", epcList=[pack(1)], **at(here))  # fmt: skip
    hand_in(world, commissioning(1, [pack(1)]), ended, undone)

    trace = tracing.trace(world.app, world.maker, pack(1))
    counted = stock.count(world.app, world.maker, Asked(), by=[Dimension.STATUS])

    assert trace.findings == ()
    assert trace.standing.status is Status.REACTIVATED
    assert [row.status for row in counted.rows] == [Status.REACTIVATED]


def test_what_is_told_again_in_another_notation_is_no_second_time(world: World):
    first = [
        commissioning(1, [pack(1), pack(2)]),
        packing(2, CASE, [pack(2)]),
        dispensing(3, pack(1)),
    ]
    again = [
        {**each, "eventID": each["eventID"].replace("-4000-", "-4111-"), **at(LINK)}
        for each in first
    ]
    hand_in(world, *first)
    hand_in(world, *again)

    for item in (pack(1), pack(2)):
        trace = tracing.trace(world.app, world.maker, item)

        assert [each.code for each in trace.findings] == []
        assert len(trace.steps) == 2
        assert all(step.told_again_by for step in trace.steps)


def at(place: str) -> dict[str, Any]:
    return {"readPoint": {"id": place}, "bizLocation": {"id": place}}


def hand_in(world: World, *events: dict[str, Any]) -> None:
    content = document(*events)
    job = capture.submit(world.app, world.maker, content, media_type=None)
    assert json.loads(content)
    assert job.success, job.findings
