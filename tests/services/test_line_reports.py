"""Reports of lines: decided, recorded, waited for, and taken once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.services.plants import GTIN, Plant, make_plant, told

from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.production.orders import State
from packtrail.production.reports import read_json
from packtrail.services.capture import capture
from packtrail.services.goods import tracing
from packtrail.services.lines import line_reports, waiting
from packtrail.services.lines.line_reports import Sent, take
from packtrail.services.orders import order_commands, orders
from packtrail.store.database import Database


@pytest.fixture
def plant(fresh_database: Database) -> Iterator[Plant]:
    made = make_plant(fresh_database)
    yield made
    made.app.workers.shutdown(wait=True)


@pytest.fixture
def running(plant: Plant) -> Plant:
    plant.order()
    return plant


def trace(plant: Plant, number: str) -> tracing.Trace:
    text = number if len(number) == 18 else f"(01){GTIN}(21){number}"
    return tracing.trace(plant.app, plant.maker, text)


def codes(receipt: line_reports.Receipt) -> list[str]:
    return [each.code for each in receipt.findings]


def test_a_report_starts_the_order_and_is_seen_in_the_journey(running: Plant) -> None:
    packs = running.take("pack", 3)

    receipt = running.report(told("commission", numbers=packs))

    assert (receipt.report_no, receipt.done, receipt.findings) == (1, {"commission:pack": 3}, ())
    assert running.state().state is State.RUNNING
    found = trace(running, packs[0])
    assert (found.standing.status, found.standing.lot) == ("commissioned", "L1")
    assert found.standing.expires == "2030-12-31"
    (step,) = found.steps
    assert step.read_point == "https://id.gs1.org/414/0614141000005"
    assert step.biz_transactions == (("prodorder", "urn:epcglobal:cbv:bt:0614141000005:WO-1"),)


def test_the_events_are_a_capture_of_owner_and_packer(running: Plant) -> None:
    receipt = running.report(told("commission", numbers=running.take("pack", 2)))

    for actor in (running.maker, running.packer):
        job = capture.job(running.app, actor, receipt.capture_id or "")
        assert (job.success, job.stored_count, job.owner) == (
            True,
            1,
            running.maker.organisation_code,
        )
        original = capture.original(running.app, actor, job.capture_id)
        content, name = original.content(), original.filename
        assert (b"commissioning" in content, name) == (True, "WO-1-1.jsonld")
    with pytest.raises(NotFound):
        capture.job(running.app, running.world.wholesaler, receipt.capture_id or "")


def test_packing_up_to_the_pallet(running: Plant) -> None:
    cases = [running.case_of(running.take("pack", 3), minutes) for minutes in (0, 5)]
    (pallet,) = running.take("pallet", 1)

    receipt = running.report(told("pack", 20, numbers=cases, parent=pallet))

    assert (codes(receipt), receipt.done) == ([], {"pack:case": 2, "commission:pallet": 1})
    found = trace(running, pallet)
    assert (found.contents_total, found.contents_levels) == (2, (2, 6))
    assert running.state().counts == {
        "commission:pack": 6, "commission:case": 2, "commission:pallet": 1,
        "pack:pack": 6, "pack:case": 2,
    }  # fmt: skip


def test_the_same_report_again_changes_nothing(running: Plant) -> None:
    packs = running.take("pack", 3)
    first = running.report(told("commission", numbers=packs), report_id="a")

    again = running.report(told("commission", numbers=packs), report_id="a")

    assert (again.report_no, again.is_repeated, first.is_repeated) == (1, True, False)
    assert running.state().counts == {"commission:pack": 3}
    assert len(trace(running, packs[0]).steps) == 1
    with pytest.raises(Conflict) as refused:
        running.report(told("commission", numbers=packs[:2]), report_id="a")
    assert refused.value.findings[0].code == "LIN-021"


def test_the_same_content_under_another_name_is_no_double(running: Plant) -> None:
    packs = running.take("pack", 3)
    running.report(told("commission", numbers=packs), report_id="a")

    again = running.report(told("commission", numbers=packs), report_id="b")

    assert (codes(again), again.done, again.refused) == (["LIN-042"], {}, 0)


def test_strange_numbers_and_doubles_are_told_and_the_rest_is_recorded(running: Plant) -> None:
    packs = running.take("pack", 4)
    running.report(told("commission", numbers=packs[:2]))

    receipt = running.report(told("commission", 9, numbers=[packs[0], "NOBODYS", packs[2]]))

    assert sorted(codes(receipt)) == ["LIN-022", "LIN-024"]
    assert (receipt.refused, receipt.done) == (2, {"commission:pack": 1})


def test_reports_that_come_in_the_wrong_order_land_in_the_right_one(running: Plant) -> None:
    packs, (case,) = running.take("pack", 3), running.take("case", 1)
    commission = told("commission", 0, numbers=packs)
    pack = told("pack", 1, numbers=packs, parent=case)
    unpack = told("unpack", 2, numbers=packs[:1])
    sample = told("sample", 3, numbers=packs[:1], reason="retention")

    receipts = [running.report(each) for each in (sample, unpack, pack)]
    assert [(codes(each), each.parked) for each in receipts] == [(["LIN-043"], 1)] * 3
    last = running.report(commission)

    assert (codes(last), last.parked) == ([], 0)
    assert last.done == {
        "commission:pack": 3, "commission:case": 1, "pack:pack": 3, "unpack:pack": 1,
        "sample:pack": 1,
    }  # fmt: skip
    found = trace(running, packs[0])
    assert [step.biz_step for step in found.steps] == [
        "commissioning", "packing", "unpacking", "sampling",
    ]  # fmt: skip
    assert (found.standing.status, found.findings) == ("sampled", ())


def test_a_late_part_of_a_list_is_woken_part_by_part(running: Plant) -> None:
    one, two, three = running.take("pack", 3)
    waiting = running.report(told("sample", 30, numbers=[one, two, three], reason="retention"))

    first = running.report(told("commission", 0, numbers=[one, two]))
    second = running.report(told("commission", 1, numbers=[three]))

    assert (waiting.parked, first.done["sample:pack"], second.done["sample:pack"]) == (1, 2, 1)
    assert {trace(running, each).standing.status for each in (one, two, three)} == {"sampled"}


def test_a_reject_that_came_before_its_commissioning_counts(running: Plant) -> None:
    (one,) = running.take("pack", 1)
    running.report(told("reject", 5, numbers=[one], reason="unreadable"))

    receipt = running.report(told("commission", 0, numbers=[one]))

    assert receipt.done == {"commission:pack": 1, "reject:pack": 1}
    assert trace(running, one).standing.status == "decommissioned"


def test_a_line_says_how_it_goes(running: Plant) -> None:
    (one,) = running.take("pack", 1)
    running.report(told("state", 0, state="loaded"), told("state", 1, state="started"))
    running.report(told("state", 2, state="held", note="no foil"))
    assert running.state().state is State.HELD

    running.report(told("state", 3, state="started"), told("commission", 3, numbers=[one]))
    running.report(told("count", 4, counts={"good": 7}), told("count", 5, counts={"good": 9}))
    running.report(told("count", 4, counts={"good": 8}))
    running.report(told("state", 9, state="completed"))

    ended = running.state()
    assert (ended.state, ended.line_counts) == (State.COMPLETED, {"good": 9})
    late = running.report(
        told("state", 6, state="held"), told("sample", 6, numbers=[one], reason="retention")
    )
    assert (codes(late), late.done) == ([], {"sample:pack": 1})
    assert running.state().state is State.COMPLETED


def test_an_order_that_was_not_released_takes_no_report(plant: Plant) -> None:
    plant.order(start=False)

    with pytest.raises(Conflict) as refused:
        plant.report(told("commission", numbers=["x"]))

    assert refused.value.findings[0].code == "LIN-016"


def test_an_order_that_waits_takes_no_report(plant: Plant) -> None:
    plant.order(start=False, levels=("pack",), quantity=10_000_000)
    plan = plant.plan(quantity=1)
    order_commands.update(plant.app, plant.packer, "WO-1", plan)
    with plant.app.database.transaction() as conn:
        conn.execute(
            "update work_order set state = 'Waiting', is_released = true where code = 'WO-1'"
        )

    with pytest.raises(Conflict) as refused:
        plant.report(told("commission", numbers=["x"]))

    assert refused.value.findings[0].code == "LIN-017"


@pytest.mark.parametrize(
    ("content", "at"),
    [
        (b"nonsense", ""),
        (b"[]", "/happenings"),
        (b'{"happenings": []}', "/happenings"),
        (b'{"happenings": [7]}', "/happenings/0"),
        (b'{"happenings": [{"kind": "pack"}]}', "/happenings/0/at"),
        (b'{"happenings": [], "sequence": 0}', "/sequence"),
        (b'{"happenings": [], "more": 0}', "/more"),
    ],
)
def test_a_report_that_cannot_be_read_is_refused_with_its_place(
    running: Plant, content: bytes, at: str
) -> None:
    sent = Sent(content=content, source="rest", request_id="x")

    with pytest.raises(RefusedError) as refused:
        take(running.app, running.packer, "WO-1", read_json(content), sent)

    assert at in [each.at for each in refused.value.findings]
    assert line_reports.reports(running.app, running.packer, "WO-1") == ()


def test_reports_are_kept_as_they_were_sent(running: Plant) -> None:
    for number in range(3):
        running.report(told("count", number, counts={"good": number}))

    found = line_reports.reports(running.app, running.maker, "WO-1", limit=2)
    (oldest,) = line_reports.reports(running.app, running.maker, "WO-1", before=2)

    assert [each.report_no for each in found] == [3, 2]
    content = line_reports.original(running.app, running.maker, "WO-1", oldest.report_no)
    assert read_json(content).happenings[0].counts == {"good": 0}
    with pytest.raises(NotFound):
        line_reports.original(running.app, running.maker, "WO-1", 9)


def test_a_stranger_neither_reports_nor_reads_reports(running: Plant) -> None:
    running.report(told("count", counts={"good": 1}))
    stranger = running.world.wholesaler

    for call in (
        lambda: running.report(told("count", counts={"good": 2}), actor=stranger),
        lambda: line_reports.reports(running.app, stranger, "WO-1"),
        lambda: line_reports.original(running.app, stranger, "WO-1", 1),
    ):
        with pytest.raises(NotFound):
            call()


def test_two_stations_do_not_pack_one_pack_twice(running: Plant) -> None:
    packs = running.take("pack", 3)
    running.report(told("commission", numbers=packs))
    cases = running.take("case", 4)
    bodies = [told("pack", 5, numbers=packs, parent=case) for case in cases]

    def send(name: str, body: dict[str, object]) -> line_reports.Receipt:
        return running.report(body, report_id=name)

    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(send, "abcd", bodies))

    assert sorted(each.done.get("pack:pack", 0) for each in receipts) == [0, 0, 0, 3]
    # That they came out again in between may still be told: until then, the other three wait.
    assert sum(codes(each) == ["LIN-043"] for each in receipts) == 3
    assert trace(running, packs[0]).findings == ()


def test_a_line_that_counts_its_reports_is_refused_at_once_what_cannot_be(running: Plant) -> None:
    packs, cases = running.take("pack", 3), running.take("case", 2)
    running.report(told("commission", numbers=packs), sequence=1)
    running.report(told("pack", 1, numbers=packs, parent=cases[0]), sequence=2)

    again = running.report(told("pack", 2, numbers=packs, parent=cases[1]), sequence=3)

    assert (codes(again), again.parked, again.refused) == (["LIN-026"], 0, 3)


def test_reports_that_overtook_another_are_held_and_taken_in_their_order(running: Plant) -> None:
    packs, (case,) = running.take("pack", 3), running.take("case", 1)
    shift = [
        told("commission", 0, numbers=packs),
        told("pack", 1, numbers=packs, parent=case),
        told("unpack", 2, numbers=packs[:1]),
        told("sample", 3, numbers=packs[:1], reason="retention"),
    ]

    held = [running.report(shift[n], sequence=n + 1, report_id=str(n)) for n in (3, 1, 2)]
    assert [(each.is_held, codes(each)) for each in held] == [(True, ["LIN-046"])] * 3
    assert running.state().counts == {}
    again = running.report(shift[3], sequence=4, report_id="3")
    assert (again.is_held, again.is_repeated) == (True, True)
    last = running.report(shift[0], sequence=1, report_id="0")

    assert last.done == {"commission:pack": 3}
    found = line_reports.reports(running.app, running.packer, "WO-1")
    assert {each.report_id: (each.is_held, each.done) for each in found} == {
        "0": (False, {"commission:pack": 3}),
        "1": (False, {"commission:case": 1, "pack:pack": 3}),
        "2": (False, {"unpack:pack": 1}),
        "3": (False, {"sample:pack": 1}),
    }
    assert trace(running, packs[0]).standing.status == "sampled"


def test_an_order_goes_on_without_a_report_that_never_comes(running: Plant) -> None:
    packs, (case,) = running.take("pack", 3), running.take("case", 1)
    running.report(told("commission", 0, numbers=packs[:2]), sequence=1)
    running.report(told("pack", 2, numbers=packs, parent=case), sequence=3)
    room = waiting.waiting(running.app, running.maker, "WO-1")
    assert (room.held, room.expected, room.happenings) == (1, 2, ())

    for _ in range(2):
        waiting.go_on(running.app, running.packer, "WO-1", reason="disk lost", request_id="g")

    (each,) = waiting.waiting(running.app, running.maker, "WO-1").happenings
    assert (each.report_no, each.kind, each.numbers) == (2, "pack", tuple(packs))
    assert packs[2] in each.why
    late = running.report(told("commission", 1, numbers=packs[2:]), sequence=2)
    assert late.done == {"commission:pack": 1, "commission:case": 1, "pack:pack": 3}
    steps = orders.history(running.app, running.maker, "WO-1")
    assert [(s.trigger, s.reason) for s in steps if s.trigger == "GoOn"] == [("GoOn", "disk lost")]
    with pytest.raises(Conflict) as refused:
        waiting.go_on(running.app, running.packer, "WO-1", reason="again")
    assert refused.value.findings[0].code == "LIN-047"


def test_what_did_not_happen_is_dismissed_with_a_reason(running: Plant) -> None:
    packs, (case,) = running.take("pack", 3), running.take("case", 1)
    receipt = running.report(told("pack", 2, numbers=packs, parent=case))
    call = (running.app, running.packer, "WO-1", receipt.report_no, 0)

    with pytest.raises(RefusedError) as refused:
        waiting.dismiss(*call, reason=" ")
    assert refused.value.findings[0].code == "LIN-037"
    with pytest.raises(NotFound):
        waiting.dismiss(running.app, running.world.wholesaler, "WO-1", 1, 0, reason="x")
    waiting.dismiss(*call, reason="the case was empty")

    assert waiting.waiting(running.app, running.packer, "WO-1").happenings == ()
    with pytest.raises(Conflict):
        waiting.dismiss(*call, reason="twice")
    after = running.report(told("commission", 0, numbers=packs))
    assert after.done == {"commission:pack": 3}
    (step,) = [
        each
        for each in orders.history(running.app, running.maker, "WO-1")
        if each.trigger == "Dismiss"
    ]
    assert (step.reason, step.detail) == ("the case was empty", {"report": 1, "place": 0})
