from __future__ import annotations

import pytest

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import LimitExceeded, NotFound, NotPermitted, RefusedError
from packtrail.services.accounts import audit
from packtrail.services.capture import capture, capture_runs, capturing
from packtrail.services.queries import query
from packtrail.store.database import Database

from .conftest import World, make_world
from .documents import commissioning, document, event, pack

GOOD = document(commissioning(1, [pack(1), pack(2)]), commissioning(2, [pack(3)]))
HALF = document(commissioning(1, [pack(1)]), event(2, epcList=[pack(2)], eventTime="yesterday"))


def _submit(world: World, content: bytes, **options: object) -> capture.CaptureJob:
    return capture.submit(world.app, world.maker, content, media_type="application/json", **options)


def _event_count(world: World) -> int:
    return len(query.events(world.app, world.maker, {"perPage": "1000"}).events)


def test_a_document_is_recorded_and_its_job_says_so(world: World) -> None:
    job = _submit(world, GOOD, filename="shipment.jsonld")

    assert (job.running, job.success, job.findings) == (False, True, ())
    assert (job.event_count, job.stored_count, job.repeated_count) == (2, 2, 0)
    assert (job.phase, job.progress) == ("done", 1.0)
    assert (job.owner, job.filename, job.size_bytes) == ("maker", "shipment.jsonld", len(GOOD))
    assert _event_count(world) == 2


def test_the_original_comes_back_byte_for_byte(world: World) -> None:
    job = _submit(world, GOOD)

    original = capture.original(world.app, world.maker, job.capture_id)
    content, media_type, filename = original.content(), original.media_type, original.filename

    assert content == GOOD
    assert media_type == "application/json"
    assert filename == f"{job.capture_id}.jsonld"


def test_the_same_document_again_changes_nothing(world: World) -> None:
    _submit(world, GOOD)
    again = _submit(world, GOOD)

    assert again.success
    assert (again.stored_count, again.repeated_count) == (0, 2)
    assert [finding.code for finding in again.findings] == ["CAP-004"]
    assert _event_count(world) == 2


def test_rollback_records_nothing_of_a_document_with_one_bad_event(world: World) -> None:
    job = _submit(world, HALF)

    assert (job.running, job.success, job.stored_count) == (False, False, 0)
    assert job.is_unreadable
    assert job.findings[0].at == "/epcisBody/eventList/1/eventTime"
    assert _event_count(world) == 0
    assert capture.original(world.app, world.maker, job.capture_id).content() == HALF


def test_proceed_records_the_good_events_of_such_a_document(world: World) -> None:
    job = _submit(world, HALF, error_behaviour="proceed")

    assert (job.running, job.success, job.stored_count) == (False, False, 1)
    assert not job.is_unreadable
    assert _event_count(world) == 1


def test_a_contradicting_event_undoes_the_whole_document(world: World) -> None:
    _submit(world, document(commissioning(1, [pack(1)])))
    job = _submit(world, document(commissioning(2, [pack(2)]), commissioning(1, [pack(9)])))

    assert (job.success, job.stored_count, job.is_unreadable) == (False, 0, False)
    assert [(each.code, each.at) for each in job.findings[:1]] == [
        ("CAP-003", "/epcisBody/eventList/1")
    ]
    assert _event_count(world) == 1


def test_proceed_records_what_does_not_contradict(world: World) -> None:
    _submit(world, document(commissioning(1, [pack(1)])))
    job = _submit(
        world,
        document(commissioning(2, [pack(2)]), commissioning(1, [pack(9)])),
        error_behaviour="proceed",
    )

    assert (job.success, job.stored_count) == (False, 1)
    assert _event_count(world) == 2


def test_what_is_no_document_is_kept_with_its_findings(world: World) -> None:
    job = _submit(world, b"this is no EPCIS")

    assert (job.success, job.is_unreadable) == (False, True)
    assert capture.original(world.app, world.maker, job.capture_id).content() == b"this is no EPCIS"


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [(b"", {}, "CAP-008"), (GOOD, {"error_behaviour": "ignore"}, "CAP-007")],
)
def test_what_cannot_be_a_capture_is_refused(
    world: World, content: bytes, options: dict[str, str], code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        _submit(world, content, **options)

    assert refused.value.findings[0].code == code
    assert capture.jobs(world.app, world.maker) == ()


def test_limits_of_size_and_count_are_kept(fresh_database: Database) -> None:
    world = make_world(fresh_database, capture_bytes_max=4096, capture_events_max=2)
    three = document(*(commissioning(n, [pack(n)]) for n in range(3)))

    with pytest.raises(LimitExceeded):
        _submit(world, GOOD + b" " * 4096)
    job = _submit(world, three)

    assert [finding.code for finding in job.findings if finding.severity == "error"] == ["CAP-002"]
    assert _event_count(world) == 0


def test_a_reader_cannot_capture(world: World) -> None:
    reader = world.maker.with_permissions(ROLES[RoleName.READER])

    with pytest.raises(NotPermitted):
        capture.submit(world.app, reader, GOOD, media_type=None)


def test_a_packer_records_for_the_maker_that_allowed_it_and_both_see_it(world: World) -> None:
    job = capture.submit(world.app, world.packer, GOOD, media_type=None, owner="maker")

    assert job.owner == "maker"
    for actor in (world.maker, world.packer):
        assert len(query.events(world.app, actor, {}).events) == 2
    assert query.events(world.app, world.wholesaler, {}).events == []


@pytest.mark.parametrize("owner", ["maker", "nobody"])
def test_without_an_agreement_an_owner_looks_as_if_it_did_not_exist(
    world: World, owner: str
) -> None:
    with pytest.raises(NotPermitted) as refused:
        capture.submit(world.app, world.wholesaler, GOOD, media_type=None, owner=owner)

    assert refused.value.findings[0].message == (
        "Your organisation has no agreement to record events for this owner."
    )


def test_an_acknowledged_capture_that_was_cut_off_is_run_at_the_next_start(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(fresh_database, capture_inline_bytes_max=0)
    with monkeypatch.context() as patch:
        patch.setattr(capture_runs, "run_patiently", lambda *_: None)
        cut_off = _submit(world, GOOD, wait=False)

    assert cut_off.running
    assert capture.recover(world.app) == 1
    world.app.workers.shutdown(wait=True)
    assert capture.job(world.app, world.maker, cut_off.capture_id).success
    assert _event_count(world) == 2


def test_an_acknowledged_capture_that_nobody_finishes_is_run_after_a_while(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(fresh_database, capture_inline_bytes_max=0)
    with monkeypatch.context() as patch:
        patch.setattr(capture_runs, "run_patiently", lambda *_: None)
        left = _submit(world, GOOD, wait=False)
    world.clock.advance(minutes=6)

    assert capture.finish_unfinished(world.app) == 0  # Somebody here is at it, as far as is known.
    world.app.progress.clear(left.capture_id)
    assert capture.finish_unfinished(world.app) == 1
    world.app.workers.shutdown(wait=True)
    assert capture.job(world.app, world.maker, left.capture_id).success
    assert capture.finish_unfinished(world.app) == 0


def test_a_fault_inside_leaves_a_finding_and_no_half_recorded_document(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = capturing.store.record_draft

    def broken(*positional: object, **named: object) -> None:
        whole(*positional, **named)
        raise RuntimeError("broken")

    monkeypatch.setattr(capturing.store, "record_draft", broken)
    job = _submit(world, GOOD)

    assert (job.running, job.success) == (False, False)
    assert job.findings[0].code == "CAP-005"
    assert _event_count(world) == 0


def test_two_runs_of_one_capture_record_it_once(world: World) -> None:
    job = _submit(world, GOOD)

    capture_runs.run(world.app, job.capture_id)

    assert capture.job(world.app, world.maker, job.capture_id) == job
    actions = [each.action for each in audit.entries(world.app, world.maker)]
    assert actions.count("capture:document:recorded") == 1


def test_a_capture_that_is_answered_when_it_is_recorded_is_audited_once(world: World) -> None:
    job = _submit(world, GOOD)
    newest, before = audit.entries(world.app, world.maker)[:2]

    assert (newest.action, newest.subject) == ("capture:document:recorded", job.capture_id)
    assert newest.detail["bytes"] == len(GOOD)
    assert before.subject != job.capture_id


def test_a_capture_that_is_recorded_later_is_audited_when_acknowledged_and_when_recorded(
    fresh_database: Database,
) -> None:
    world = make_world(fresh_database, capture_inline_bytes_max=0)
    job = _submit(world, GOOD, wait=False)
    world.app.workers.shutdown(wait=True)
    newest = audit.entries(world.app, world.maker)[:2]

    assert [(each.action, each.subject) for each in newest] == [
        ("capture:document:recorded", job.capture_id),
        ("capture:document:acknowledged", job.capture_id),
    ]


def test_audit_and_document_are_written_together_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = audit.entries(world.app, world.maker)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no audit")

    monkeypatch.setattr("packtrail.services.auditing.write", broken)
    with pytest.raises(RuntimeError, match="no audit"):
        _submit(world, GOOD)

    assert capture.jobs(world.app, world.maker) == ()
    assert audit.entries(world.app, world.maker) == before


def test_captures_are_listed_newest_first_and_page_by_page(world: World) -> None:
    ids = [_submit(world, document(commissioning(n, [pack(n)]))).capture_id for n in range(5)]

    first = capture.jobs(world.app, world.maker, limit=3)
    rest = capture.jobs(world.app, world.maker, limit=3, before=first[-1].capture_id)

    assert [job.capture_id for job in (*first, *rest)] == ids[::-1]


@pytest.mark.parametrize("capture_id", ["x", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_capture_is_not_found(world: World, capture_id: str) -> None:
    with pytest.raises(NotFound) as refused:
        capture.job(world.app, world.maker, capture_id)

    assert refused.value.findings[0].code == "CAP-006"


def test_a_large_document_is_recorded_after_the_answer(fresh_database: Database) -> None:
    world = make_world(fresh_database, capture_inline_bytes_max=0)

    job = _submit(world, GOOD, wait=False)
    world.app.workers.shutdown(wait=True)

    assert capture.job(world.app, world.maker, job.capture_id).success


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("con\u202egnp.json", "con_gnp.json"),
        ("a\u2066b\u200ec\td\x00e\nf\ud800.xml", "a_b_c_d_e_f_.xml"),
        ("Größe 7, 新.xml", "Größe 7, 新.xml"),
    ],
)
def test_a_file_name_cannot_hide_what_it_is(world: World, sent: str, shown: str) -> None:
    job = capture.submit(
        world.app,
        world.maker,
        document(commissioning(1, [pack(1)])),
        media_type=None,
        filename=sent,
    )

    assert job.filename == shown
    assert capture.original(world.app, world.maker, job.capture_id).filename == shown


@pytest.mark.parametrize(("count", "told"), [(1, "1 event was"), (2_000, "2,000 events were")])
def test_what_was_recorded_before_is_counted_in_words(count: int, told: str) -> None:
    (found,) = capturing.repeated(count)

    assert found.message == f"{told} recorded before, exactly the same."
