"""Corrections: what they change is shown first, and done exactly so."""

from __future__ import annotations

import json

import pytest

from packtrail.base.errors import Conflict, LimitExceeded, NotFound, NotPermitted, RefusedError
from packtrail.lifecycle.journey import Status
from packtrail.services.accounts import audit
from packtrail.services.capture import capture
from packtrail.services.goods import corrections, tracing, what_if
from packtrail.services.goods.corrections import Correction

from .conftest import World
from .documents import CASE, SITE, commissioning, dispensing, document, event, pack, packing

DEPOT = "urn:epc:id:sgln:030001.222222.0"


def event_id(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{number:012d}"


def record(world: World, *events: dict, actor=None, owner=None) -> None:
    job = capture.submit(
        world.app, actor or world.maker, document(*events), media_type="application/json",
        owner=owner,
    )  # fmt: skip
    assert job.success, job.findings


def receiving(number: int, epcs: list[str], place: str = DEPOT) -> dict:
    return event(
        number, action="OBSERVE", bizStep="receiving", disposition="in_progress", epcList=epcs,
        readPoint={"id": place}, bizLocation={"id": place},
    )  # fmt: skip


def wrong(*numbers: int, **more) -> Correction:
    facts = {"reason": "did_not_occur", "explanation": "Scanned the wrong shelf"} | more
    return Correction(event_ids=tuple(map(event_id, numbers)), **facts)


def status(world: World, serial: int) -> Status:
    return tracing.trace(world.app, world.maker, pack(serial)).standing.status


def told(changes: what_if.Changes) -> dict[str, tuple]:
    return {each.identifier: (dict(each.before), dict(each.after)) for each in changes.items}


def test_a_preview_shows_what_would_change_and_changes_nothing(world: World) -> None:
    record(world, commissioning(1, [pack(1), pack(2)]), dispensing(2, pack(1)))
    before = capture.jobs(world.app, world.maker)

    found = corrections.preview(world.app, world.maker, wrong(2))

    assert told(found.changes) == {pack(1): ({"status": "dispensed"}, {"status": "commissioned"})}
    assert [(each.before, each.after, each.count) for each in found.changes.shifts] == [
        ("dispensed", "commissioned", 1)
    ]
    assert status(world, 1) is Status.DISPENSED
    assert capture.jobs(world.app, world.maker) == before


def test_an_accepted_correction_does_what_its_preview_showed(world: World) -> None:
    record(world, commissioning(1, [pack(1)]), dispensing(2, pack(1)))
    previewed = corrections.preview(world.app, world.maker, wrong(2))

    done = corrections.accept(world.app, world.maker, wrong(2), digest=previewed.changes.digest)

    assert done.changes == previewed.changes
    assert status(world, 1) is Status.COMMISSIONED
    steps = tracing.trace(world.app, world.maker, pack(1)).steps
    assert [step.is_withdrawn for step in steps] == [False, True]
    entry = audit.entries(world.app, world.maker)[0]
    assert (entry.action, entry.subject) == ("event:record:corrected", event_id(2))
    assert entry.detail["explanation"] == "Scanned the wrong shelf"
    assert capture.job(world.app, world.maker, done.capture_id).success


def test_a_wrong_packing_takes_what_its_holder_went_through_along(world: World) -> None:
    """Declared wrong, the pack was never on the pallet, and stays where it was."""
    record(
        world,
        commissioning(1, [pack(1), pack(2)]),
        packing(2, CASE, [pack(1), pack(2)]),
        receiving(3, [CASE]),
    )
    right = packing(4, CASE, [pack(1)]) | {"eventTime": packing(2, CASE, [])["eventTime"]}
    correction = wrong(2, reason="incorrect_data", corrective=document(right))

    found = corrections.preview(world.app, world.maker, correction)

    assert told(found.changes) == {
        pack(2): (
            {"status": "received", "location": DEPOT, "parent": CASE},
            {"status": "commissioned", "location": SITE, "parent": None},
        )
    }
    assert found.corrective == (event_id(4),)
    corrections.accept(world.app, world.maker, correction, digest=found.changes.digest)
    assert [status(world, n) for n in (1, 2)] == [Status.RECEIVED, Status.COMMISSIONED]


def test_what_a_container_holds_changes_for_everything_inside(world: World) -> None:
    record(
        world,
        commissioning(1, [pack(n) for n in range(1, 6)]),
        packing(2, CASE, [pack(n) for n in range(1, 6)]),
        receiving(3, [CASE]),
    )

    found = corrections.preview(world.app, world.maker, wrong(3))

    assert (found.changes.changed, found.changes.touched) == (6, 6)
    assert {each.identifier for each in found.changes.items} == {
        CASE, *(pack(n) for n in range(1, 6)),
    }  # fmt: skip


def test_oddities_that_go_and_come_are_told(world: World) -> None:
    record(world, commissioning(1, [pack(1)]), dispensing(2, pack(1)), dispensing(3, pack(1)))

    (change,) = corrections.preview(world.app, world.maker, wrong(3)).changes.items

    assert [finding.code for finding in change.resolved] == ["TRC-202"]
    assert (change.before, change.raised) == ({}, ())


def test_a_draft_of_the_right_event_is_the_wrong_one_under_a_new_id(world: World) -> None:
    record(world, commissioning(1, [pack(1)]), receiving(2, [pack(1)]))

    draft = json.loads(corrections.draft(world.app, world.maker, event_id(2)))
    (body,) = draft["epcisBody"]["eventList"]
    assert body["eventID"] != event_id(2)
    assert body["epcList"] == [pack(1)]
    body["bizLocation"]["id"] = SITE
    found = corrections.preview(
        world.app, world.maker,
        wrong(2, reason="incorrect_data", corrective=json.dumps(draft).encode()),
    )  # fmt: skip

    assert told(found.changes) == {pack(1): ({"location": DEPOT}, {"location": SITE})}


def test_a_preview_that_is_out_of_date_is_not_accepted(world: World) -> None:
    record(world, commissioning(1, [pack(1)]), dispensing(2, pack(1)))
    found = corrections.preview(world.app, world.maker, wrong(2))
    record(world, receiving(1, [pack(1)]) | {"eventID": event_id(9)})

    with pytest.raises(Conflict) as refused:
        corrections.accept(world.app, world.maker, wrong(2), digest=found.changes.digest)

    assert refused.value.findings[0].code == "TRC-016"
    assert status(world, 1) is Status.DISPENSED


def test_an_event_is_declared_wrong_once(world: World) -> None:
    record(world, commissioning(1, [pack(1)]), dispensing(2, pack(1)))
    found = corrections.preview(world.app, world.maker, wrong(2))
    corrections.accept(world.app, world.maker, wrong(2), digest=found.changes.digest)

    with pytest.raises(Conflict) as refused:
        corrections.preview(world.app, world.maker, wrong(2))
    assert refused.value.findings[0].code == "TRC-015"


def test_only_the_owner_or_who_records_for_it_corrects(world: World) -> None:
    record(world, commissioning(1, [pack(1)]), actor=world.packer, owner="maker")
    record(world, dispensing(2, pack(9)), actor=world.wholesaler)

    for actor in (world.packer, world.maker):
        assert corrections.preview(world.app, actor, wrong(1)).changes.changed == 1
    with pytest.raises(NotFound):
        corrections.preview(world.app, world.maker, wrong(2))
    with pytest.raises(NotFound):
        corrections.preview(world.app, world.wholesaler, wrong(1))
    reader = world.maker.with_permissions(frozenset())
    with pytest.raises(NotPermitted):
        corrections.preview(world.app, reader, wrong(1))


def test_whoever_saw_the_wrong_event_sees_the_right_one(world: World) -> None:
    record(world, commissioning(1, [pack(1)]), actor=world.packer, owner="maker")
    right = document(commissioning(1, [pack(2)]) | {"eventID": event_id(5)})
    correction = wrong(1, reason="incorrect_data", corrective=right)
    digest = corrections.preview(world.app, world.maker, correction).changes.digest
    corrections.accept(world.app, world.maker, correction, digest=digest)

    seen = tracing.trace(world.app, world.packer, pack(2)).standing
    assert seen.status is Status.COMMISSIONED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "because"}, "TRC-018"),
        ({"explanation": " "}, "TRC-018"),
        ({"corrective": b"nonsense"}, "EPC-002"),
        ({"corrective": document(dispensing(2, pack(1)))}, "TRC-018"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(world: World, change, code: str) -> None:
    record(world, commissioning(1, [pack(1)]), dispensing(2, pack(1)))

    with pytest.raises(RefusedError) as refused:
        corrections.preview(world.app, world.maker, wrong(2, **change))
    assert refused.value.findings[0].code == code


def test_a_correction_of_nothing_is_refused(world: World) -> None:
    with pytest.raises(RefusedError):
        corrections.preview(world.app, world.maker, wrong())
    with pytest.raises(NotFound):
        corrections.preview(world.app, world.maker, wrong(404))


def test_too_much_at_once_is_refused_and_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_if, "OBJECTS_MAX", 1)
    record(world, commissioning(1, [pack(1), pack(2)]))

    with pytest.raises(LimitExceeded) as refused:
        corrections.preview(world.app, world.maker, wrong(1))
    assert refused.value.findings[0].code == "TRC-014"
    assert status(world, 1) is Status.COMMISSIONED
