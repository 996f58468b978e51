"""Operations on packs: dispensed once, taken back by the rule, told twice and done once."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import Conflict, NotPermitted, RefusedError
from packtrail.services.capture import capture
from packtrail.services.goods import notices
from packtrail.services.goods.notices import Proposal
from packtrail.services.verification import offline, pack_operations, verifications, verifying
from packtrail.services.verification.pack_operations import At, Performed, Request
from packtrail.services.verification.verifying import Ask, Circumstances
from packtrail.verification import return_codes
from packtrail.verification.judging import Verdict
from packtrail.verification.operations import OPERATIONS, Operation, Outcome

from .conftest import World
from .documents import LOT, PRODUCT, commissioning, document, event, pack

GTIN = "00300010123455"
GS = "\x1d"
SHOP, OTHER_SHOP = "0300013333332", "0400000000008"


def scan(serial: str, lot: str = LOT, expires: str = "281231") -> Ask:
    return Ask(text=f"01{GTIN}21{serial}{GS}17{expires}{GS}10{lot}")


OF_OTHERS = "LOT-9"


@pytest.fixture
def packs(world: World) -> World:
    content = document(
        commissioning(1, [pack(n) for n in range(1, 9)]),
        commissioning(2, [pack("OTHERS")], lot=OF_OTHERS),
        vocabularies=[PRODUCT],
    )
    job = capture.submit(world.app, world.maker, content, media_type="application/json")
    assert job.success, job.findings
    return world


def do(world: World, operation: str, serial: str = "1", **told) -> Performed:
    ask = told.pop("ask", None) or scan(serial)
    undo, identity = told.pop("undo", False), told.pop("operation_id", None)
    request = Request(operation=operation, ask=ask, is_undo=undo, operation_id=identity)
    at = At(**{"place": SHOP} | told)
    return pack_operations.perform(world.app, world.maker, [request], at)[0]


def verdict(world: World, serial: str = "1", **told) -> Verdict:
    found = verifying.verify(world.app, world.maker, scan(serial), Circumstances(**told))
    return found.verdict


def test_a_pack_is_dispensed_once_and_a_second_time_alarms(packs: World) -> None:
    first, second = do(packs, "dispense"), do(packs, "dispense")

    assert (first.outcome, first.is_done, first.is_alarm) == (Outcome.DONE, True, False)
    assert first.event_id
    assert (second.outcome, second.is_alarm) == (Outcome.ALREADY_INACTIVE, True)
    assert second.event_id is None
    assert second.code == "VER-080"
    assert second.national is not None
    assert (second.national.code, second.national.hub) == ("NMVS_NC_PCK_22", "#A24")
    assert verdict(packs, market="EU") is Verdict.NOT_SALEABLE


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_makes_of_a_pack_what_its_row_says(
    packs: World, operation: Operation
) -> None:
    done = do(packs, operation)
    found = verifying.verify(packs.app, packs.maker, scan("1"))

    assert done.is_done, done
    assert found.condition is not None
    assert found.condition.own is OPERATIONS[operation].status
    assert found.verdict is not Verdict.GENUINE


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_can_be_undone_is_undone_within_ten_days_at_the_same_premises(
    packs: World, operation: Operation
) -> None:
    do(packs, operation)
    packs.clock.advance(days=9, hours=23)
    done = do(packs, operation, undo=True)

    if operation in {Operation.DESTROY, Operation.STEAL}:
        assert (done.outcome, done.is_alarm) == (Outcome.NEVER_UNDONE, True)
        assert verdict(packs) is Verdict.SUSPECT
    else:
        assert done.outcome is Outcome.DONE, done
        assert verdict(packs) is Verdict.GENUINE
        assert do(packs, "dispense").is_done


def test_an_undo_that_is_late_elsewhere_or_of_something_else_alarms(packs: World) -> None:
    do(packs, "dispense", "1")
    do(packs, "dispense", "2")
    do(packs, "dispense", "3")
    elsewhere = do(packs, "dispense", "2", undo=True, place=OTHER_SHOP)
    another = do(packs, "sample", "3", undo=True)
    packs.clock.advance(days=10, minutes=1)
    late = do(packs, "dispense", "1", undo=True)

    assert (late.outcome, late.code) == (Outcome.UNDO_LATE, "VER-083")
    assert (elsewhere.outcome, elsewhere.code) == (Outcome.UNDO_ELSEWHERE, "VER-084")
    assert (another.outcome, another.code) == (Outcome.UNDO_OF_ANOTHER, "VER-082")
    assert all(each.is_alarm for each in (late, elsewhere, another))
    assert verdict(packs, "1") is Verdict.NOT_SALEABLE


def test_an_undo_of_an_active_pack_changes_nothing_and_alarms_nobody(packs: World) -> None:
    done = do(packs, "dispense", undo=True)

    assert (done.outcome, done.is_alarm, done.event_id) == (Outcome.UNDO_OF_ACTIVE, False, None)


def test_a_recalled_pack_is_not_dispensed_and_not_taken_back_and_alarms_nobody(
    packs: World,
) -> None:
    do(packs, "dispense", "1")
    recall = Proposal(kind="recalled", gtin=GTIN, lot=LOT, reason="Cracked tablets")
    notices.make(packs.app, packs.maker, recall)
    dispensed, undone = do(packs, "dispense", "2"), do(packs, "dispense", "1", undo=True)

    assert (dispensed.outcome, dispensed.is_alarm) == (Outcome.BARRED, False)
    assert dispensed.national is not None
    assert not dispensed.national.is_alert
    assert (undone.outcome, undone.is_alarm) == (Outcome.UNDO_BARRED, False)
    assert do(packs, "destroy", "2").is_done


def test_an_expired_pack_is_neither_dispensed_nor_taken_back(packs: World) -> None:
    at = datetime(2028, 12, 31, 12, tzinfo=UTC)
    packs.clock.now = at
    assert do(packs, "dispense", "1", at=at).is_done
    packs.clock.now = at + timedelta(days=2)

    assert do(packs, "dispense", "1", undo=True).outcome is Outcome.UNDO_BARRED
    assert do(packs, "dispense", "2").outcome is Outcome.BARRED


def extended(packs: World) -> None:
    longer = Proposal(
        kind="expiry_extended", gtin=GTIN, lot=LOT, reason="Stability study 12",
        expires_on=date(2029, 6, 30),
    )  # fmt: skip
    notices.make(packs.app, packs.maker, longer)


def test_a_longer_expiry_bars_no_undo(packs: World) -> None:
    extended(packs)

    assert do(packs, "dispense").is_done
    assert do(packs, "dispense", undo=True).outcome is Outcome.DONE
    assert verdict(packs) is Verdict.GENUINE


def test_an_undo_after_the_expiry_on_the_pack_is_not_said_to_be_done(packs: World) -> None:
    extended(packs)
    packs.clock.now = datetime(2029, 1, 15, 12, tzinfo=UTC)

    assert do(packs, "dispense").is_done
    undone = do(packs, "dispense", undo=True)
    assert (undone.outcome, undone.is_done) == (Outcome.UNDO_BARRED, False)
    assert verdict(packs) is Verdict.NOT_SALEABLE


@pytest.mark.parametrize(
    ("ask", "outcome", "national", "is_alarm"),
    [
        (scan("NEVER"), Outcome.SERIAL_UNKNOWN, "NMVS_NC_PC_02", True),
        (scan("1", lot="OTHER"), Outcome.LOT_MISMATCH, "NMVS_FE_LOT_03", True),
        (scan("1", lot=OF_OTHERS), Outcome.LOT_MISMATCH, "NMVS_FE_LOT_13", True),
        (scan("1", expires="271231"), Outcome.EXPIRY_MISMATCH, "NMVS_FE_LOT_12", True),
        (Ask(text="hello"), Outcome.NOT_READ, None, False),
        (Ask(text=f"01{GTIN}21XY"), Outcome.NOT_READ, None, False),
        (Ask(gtin="03000101234509", serial="1"), Outcome.PRODUCT_UNKNOWN, None, False),
        (scan("1", lot=LOT.replace("O", "0")), Outcome.NOT_READ, None, False),
    ],
    ids=[
        "serial",
        "lot-unknown",
        "lot-of-others",
        "expiry",
        "text",
        "cut-off",
        "product",
        "look-alike",
    ],
)
def test_data_that_do_not_agree_have_their_national_code(
    packs: World, ask: Ask, outcome: Outcome, national: str | None, *, is_alarm: bool
) -> None:
    done = do(packs, "dispense", ask=ask)

    assert (done.outcome, done.is_alarm, done.is_done) == (outcome, is_alarm, False)
    assert (done.national.code if done.national else None) == national
    assert do(packs, "dispense", "1").is_done


def test_the_same_operation_told_twice_is_done_once_and_answered_the_same(packs: World) -> None:
    identity = str(uuid4())
    first = do(packs, "dispense", operation_id=identity)
    again = do(packs, "dispense", operation_id=identity)

    assert again.is_repeat
    assert (again.outcome, again.event_id) == (first.outcome, first.event_id)
    with pytest.raises(Conflict, match="another operation"):
        do(packs, "export", operation_id=identity)
    with pytest.raises(RefusedError, match="no UUID"):
        do(packs, "dispense", operation_id="7")


def test_an_id_that_another_pack_has_is_refused_and_nothing_else_is_done(packs: World) -> None:
    identity = str(uuid4())
    do(packs, "dispense", "1", operation_id=identity)
    requests = [
        Request(operation="dispense", ask=scan("2")),
        Request(operation="dispense", ask=scan("3"), operation_id=identity),
    ]
    with pytest.raises(Conflict, match=f"another operation: dispense of {GTIN} 1\\."):
        pack_operations.perform(packs.app, packs.maker, requests, At(place=SHOP))

    assert verdict(packs, "2") is Verdict.GENUINE
    assert verdict(packs, "3") is Verdict.GENUINE


def test_what_could_not_be_read_is_told_again_under_its_id(packs: World) -> None:
    identity, unreadable = str(uuid4()), Ask(text="?")
    first = do(packs, "dispense", ask=unreadable, operation_id=identity)
    again = do(packs, "dispense", ask=unreadable, operation_id=identity)

    assert (first.outcome, again.is_repeat) == (Outcome.NOT_READ, True)
    with pytest.raises(Conflict):
        do(packs, "dispense", "1", operation_id=identity)


def test_many_are_done_in_their_order_also_those_of_one_pack(packs: World) -> None:
    requests = [
        *(Request(operation="dispense", ask=scan(str(n))) for n in (1, 2, 3)),
        Request(operation="dispense", ask=scan("2")),
        Request(operation="dispense", ask=scan("2"), is_undo=True),
        Request(operation="lock", ask=scan("4")),
    ]
    found = pack_operations.perform(packs.app, packs.maker, requests, At(place=SHOP))

    expected = ["done", "done", "done", "already_inactive", "done", "done"]
    assert [each.outcome for each in found] == expected
    assert verdict(packs, "2") is Verdict.GENUINE
    assert found[0].event_id == found[1].event_id


def test_of_what_is_done_to_one_pack_at_one_moment_the_last_counts(packs: World) -> None:
    at = packs.clock.now
    do(packs, "dispense", "1", at=at)
    packs.clock.advance(minutes=5)
    later = packs.clock.now
    for is_undo in (True, False, True, False):
        assert do(packs, "dispense", "1", undo=is_undo, at=later).is_done

        packs.clock.advance(seconds=1)
        found = verdict(packs, "1")
        assert (found is Verdict.GENUINE) == is_undo


def test_of_two_tills_at_the_same_moment_one_dispenses(packs: World) -> None:
    outcomes: list[Outcome] = []
    barrier = threading.Barrier(4)

    def till() -> None:
        barrier.wait()
        outcomes.append(do(packs, "dispense", "5").outcome)

    threads = [threading.Thread(target=till) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(outcomes) == ["already_inactive"] * 3 + ["done"]
    assert verdict(packs, "5") is Verdict.NOT_SALEABLE


def test_a_queue_is_posted_in_the_order_of_the_counter_and_may_be_posted_again(
    packs: World, tmp_path: Path
) -> None:
    queue = tmp_path / "till.jsonl"
    start = packs.clock.now
    steps = (("dispense", True, 3), ("dispense", False, 1), ("dispense", False, 5))
    for operation, undo, minutes in steps:
        request = Request(operation=operation, ask=scan("6"), is_undo=undo)
        offline.append(queue, request, At(place=SHOP, at=start + timedelta(minutes=minutes)))
    packs.clock.advance(hours=3)

    first = list(offline.post(packs.app, packs.maker, queue.read_bytes()))
    again = list(offline.post(packs.app, packs.maker, queue.read_bytes()))

    told = [(each.line, each.performed.outcome) for each in first if each.performed]
    assert told == [(2, "done"), (1, "done"), (3, "done")]
    assert all(each.performed and each.performed.is_repeat for each in again)
    assert verdict(packs, "6") is Verdict.NOT_SALEABLE
    assert verdict(packs, "6", at=start + timedelta(minutes=4)) is Verdict.GENUINE
    kept = verifications.history(packs.app, packs.maker)
    assert "offline" in {each.way for each in kept}


def test_a_broken_queue_names_its_lines_and_posts_nothing(packs: World) -> None:
    good = b'{"operation_id":"%s","operation":"dispense","at":"2026-11-01T10:00:00Z",' % (
        str(uuid4()).encode()
    )
    lines = good + b'"place":"0300013333332","text":"x"}\n{"operation":"dispense"\n' + good + b"}"
    with pytest.raises(RefusedError) as refused:
        list(offline.post(packs.app, packs.maker, lines))

    assert [each.at for each in refused.value.findings] == ["line 2", "line 3"]
    assert pack_operations.listed(packs.app, packs.maker) == ()


def test_an_operation_names_its_premises_and_is_one_there_is(packs: World) -> None:
    with pytest.raises(RefusedError, match="no place"):
        do(packs, "dispense", place=" ")
    with pytest.raises(RefusedError, match="none of"):
        do(packs, "eat")
    with pytest.raises(RefusedError, match="none of"):
        do(packs, "verify", undo=True)
    with pytest.raises(RefusedError, match="it is "):
        do(packs, "dispense", at=packs.clock.now + timedelta(minutes=6))
    assert do(packs, "verify").outcome is Outcome.ACTIVE
    reader = packs.maker.with_permissions(ROLES[RoleName.READER])
    request = Request(operation="dispense", ask=scan("1"))
    with pytest.raises(NotPermitted):
        pack_operations.perform(packs.app, reader, [request], At(place=SHOP))


def test_an_undo_counts_the_same_premises_in_any_notation(packs: World) -> None:
    link = {"id": "https://id.gs1.org/414/0300013333332"}
    dispensed = event(
        30, action="OBSERVE", bizStep="dispensing", disposition="dispensed", epcList=[pack(7)],
        readPoint=link, bizLocation=link, eventTime="2026-11-27T10:00:00.000+01:00",
    )  # fmt: skip
    job = capture.submit(packs.app, packs.maker, document(dispensed), media_type="application/json")
    assert job.success, job.findings
    packs.clock.now = datetime(2026, 11, 28, 12, tzinfo=UTC)

    assert do(packs, "dispense", "7", undo=True).outcome is Outcome.DONE
    assert verdict(packs, "7") is Verdict.GENUINE


def test_operations_are_listed_and_alarms_by_themselves(packs: World) -> None:
    do(packs, "dispense", "1")
    do(packs, "dispense", "1")

    every = pack_operations.listed(packs.app, packs.maker, gtin=GTIN, serial="1")
    alarms = pack_operations.listed(packs.app, packs.maker, only_alarms=True)
    assert [each.outcome for each in every] == ["already_inactive", "done"]
    assert [each.outcome for each in alarms] == ["already_inactive"]
    assert pack_operations.listed(packs.app, packs.wholesaler) == ()


def test_a_table_of_return_codes_of_ones_own_is_read_and_a_wrong_one_named(
    packs: World, tmp_path: Path
) -> None:
    own = tmp_path / "codes.toml"
    own.write_text(
        '[[code]]\nsystem = "nmvs"\ncode = "X1"\noutcome = "done"\nmeaning = "Fine"\nhub = ""\n'
        'is_alert = false\nconfidence = "H"\n'
    )
    object.__setattr__(packs.app.settings, "return_codes_file", str(own))
    done = do(packs, "dispense", "8")

    assert done.national is not None
    assert done.national.code == "X1"
    for wrong in ("[[code", "x = 1", own.read_text().replace('"done"', '"eaten"'),
                  own.read_text().replace('"H"', '"Z"')):  # fmt: skip
        with pytest.raises(RefusedError):
            return_codes.read(wrong)


def test_every_alarm_of_the_packaged_table_is_an_alarm_here() -> None:
    for row in return_codes.packaged().rows:
        if row.outcome is not None:
            assert row.is_alert == (row.outcome.value in ALARMING), row


ALARMING = {
    *("serial_unknown", "lot_mismatch", "expiry_mismatch", "already_inactive"),
    *("undo_of_another", "undo_late", "undo_elsewhere"),
}
