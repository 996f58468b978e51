"""Inputs, traces, training and readiness over the real services and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.services.conftest import World
from tests.services.documents import commissioning, document, pack
from tests.services.supply.making import create_pool
from tests.unit.planning.scopes import scope

from packtrail.access import ROLES, Actor, Permission, RoleName
from packtrail.access.actor import ActorKind
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.planning.book import Terms
from packtrail.planning.communication import Notice
from packtrail.planning.departments import Department, Part
from packtrail.planning.inputs import Input, InputKind, InputState, Resolution, Way
from packtrail.planning.readiness import ReadyState
from packtrail.planning.requirements import AcceptanceTest, OutcomeOfTest, Requirement
from packtrail.planning.scope import Market
from packtrail.planning.training import Course, Held, Person, Session
from packtrail.planning.work import WorkKind, WorkPackage
from packtrail.serials.policy import Order, Policy
from packtrail.services.accounts import audit, signing
from packtrail.services.capture import capture
from packtrail.services.lines import rework
from packtrail.services.orders import order_commands
from packtrail.services.plan import (
    attention,
    books,
    files,
    history,
    inputs,
    people,
    programmes,
    readiness,
    responsibilities,
    telling,
)
from packtrail.services.plan.gate import held_back, require_trained
from packtrail.services.plan.inputs import Decision, NewInput
from packtrail.services.plan.writing import Put, Remove, write

DAY = date(2026, 11, 30)
GTIN = "00300010123455"
MAIL = b"""From: Kim Lindner <kim@corvus.example>
Subject: Re: Two weeks in May

We could give you May 3 to 14.
"""


@pytest.fixture
def maker(world: World) -> Actor:
    world.clock.now = world.clock.now.replace(year=2026, month=11, day=30, hour=9)
    programmes.create_programme(
        world.app, world.maker, "eu", name="EU programme", terms=Terms(template="large")
    )
    work = WorkPackage(code="FORMAT", title="Formats", duration_days=5)
    write(world.app, world.maker, "eu", [Put(work)])
    return world.maker


def reader(maker: Actor) -> Actor:
    return replace(maker, name="Ann", permissions=ROLES[RoleName.READER])


def raised(world: World, actor: Actor, title: str = "Too many packs are scrapped") -> Input:
    told = NewInput(
        kind=InputKind.CONCERN, title=title, department=Department.PACKAGING, about="line:L1"
    )
    return inputs.raise_input(world.app, actor, "eu", told)


def test_whoever_may_read_may_raise_and_discuss_but_not_decide(world: World, maker: Actor) -> None:
    ann = reader(maker)
    told = raised(world, ann)
    inputs.add_remark(world.app, ann, "eu", told.code, "Some 60 packs a stop")

    assert (told.code, told.raised_by, told.due_on) == ("IN-1", "Ann", DAY + timedelta(days=14))
    for step in (
        lambda: inputs.triage(world.app, ann, "eu", "IN-1", owner="Ann"),
        lambda: inputs.answer(world.app, ann, "eu", "IN-1", "No"),
        lambda: inputs.decide(
            world.app, ann, "eu", "IN-1", Decision(resolution=Resolution.DECLINED, reason="No")
        ),
    ):
        with pytest.raises(NotPermitted):
            step()
    kept = books.opened(world.app, maker, "eu").book.inputs["IN-1"]
    assert [each.text for each in kept.remarks] == ["Some 60 packs a stop"]


def test_an_input_is_followed_from_packaging_to_the_test_that_proves_it(
    world: World, maker: Actor
) -> None:
    told = raised(world, reader(maker))
    inputs.triage(world.app, maker, "eu", told.code, owner="Ben")
    required = Requirement(code="REQ-1", title="The line lists what was read", packages=("FORMAT",))
    decided = inputs.decide(
        world.app, maker, "eu", told.code,
        Decision(resolution=Resolution.ACCEPTED, reason="It costs", adopts=True,
                 changes=("longer:FORMAT=3",), requirement=required),
    )  # fmt: skip
    told_effect = "No date is won or lost. The end moves 5 days later. 1 package differs."
    assert decided.effect == told_effect
    assert books.opened(world.app, maker, "eu").book.packages["FORMAT"].duration_days == 8

    proof = AcceptanceTest(
        code="T-1", title="60 packs", requirements=("REQ-1",), result=OutcomeOfTest.PASSED,
        run_on=DAY, run_by="V", evidence="OQ page 7",
    )  # fmt: skip
    write(world.app, maker, "eu", [Put(proof)])
    closed = inputs.answer(world.app, maker, "eu", told.code, "In use from May on")

    assert (closed.state, closed.answered_by) == (InputState.CLOSED, maker.name)
    (traced,) = people.trace_view(world.app, maker, "eu", told=told.code)
    assert (traced.inputs, traced.packages) == (("IN-1",), ("FORMAT",))
    assert (traced.tests, traced.proof) == (("T-1: passed, OQ page 7",), "proven")
    steps = history.changes(world.app, maker, "eu", kind="input", code="IN-1", limit=10)
    assert [each.reason for each in reversed(steps)] == [
        "Raised", "Triaged: Ben", "IN-1 accepted: It costs", "Answered"
    ]  # fmt: skip


def test_what_is_decided_but_not_adopted_leaves_the_plan_as_it_is(
    world: World, maker: Actor
) -> None:
    raised(world, maker)
    told = Decision(resolution=Resolution.DEFERRED, reason="Later", adopts=True,
                    changes=("longer:FORMAT=3",))  # fmt: skip
    decided = inputs.decide(world.app, maker, "eu", "IN-1", told)

    assert "The end moves 5 days later." in decided.effect
    assert books.opened(world.app, maker, "eu").book.packages["FORMAT"].duration_days == 5


def test_nothing_is_closed_without_a_decision_and_an_answer(world: World, maker: Actor) -> None:
    raised(world, maker)
    with pytest.raises(RefusedError) as early:
        inputs.answer(world.app, maker, "eu", "IN-1", "Done")
    inputs.triage(world.app, maker, "eu", "IN-1", owner="Ben")
    told = Decision(resolution=Resolution.ANSWERED, reason="It was a question")
    inputs.decide(world.app, maker, "eu", "IN-1", told)
    with pytest.raises(RefusedError) as empty:
        inputs.answer(world.app, maker, "eu", "IN-1", "  ")

    assert {each.code for each in early.value.findings} == {"PLN-023"}
    assert [each.message for each in empty.value.findings] == [
        "IN-1 cannot be closed: the answer is not said."
    ]


def test_an_input_is_never_taken_out(world: World, maker: Actor) -> None:
    raised(world, maker)
    with pytest.raises(RefusedError) as refusal:
        write(world.app, maker, "eu", [Remove("input", "IN-1")])

    assert refusal.value.findings[0].code == "PLN-023"
    assert "IN-1" in books.opened(world.app, maker, "eu").book.inputs


def test_an_answered_input_can_be_taken_up_again(world: World, maker: Actor) -> None:
    raised(world, maker)
    inputs.triage(world.app, maker, "eu", "IN-1", owner="Ben")
    told = Decision(resolution=Resolution.DECLINED, reason="Too dear")
    inputs.decide(world.app, maker, "eu", "IN-1", told)
    inputs.answer(world.app, maker, "eu", "IN-1", "No")
    again = inputs.reopen(world.app, maker, "eu", "IN-1", "Cheaper now")

    assert (again.state, again.owner) == (InputState.TRIAGED, "Ben")


def test_a_mail_becomes_an_input_of_whoever_wrote_it(world: World, maker: Actor) -> None:
    made = inputs.raise_from_mail(world.app, maker, "eu", MAIL, department=Department.CMO)

    assert (made.title, made.way) == ("Two weeks in May", Way.MAIL)
    assert (made.raised_by, made.contact) == ("Kim Lindner", "kim@corvus.example")
    with pytest.raises(RefusedError) as refusal:
        inputs.raise_from_mail(world.app, maker, "eu", b"PK no mail")
    assert refusal.value.findings[0].code == "PLN-025"


def test_everybody_finds_what_they_raised(world: World, maker: Actor) -> None:
    raised(world, reader(maker))
    raised(world, maker, "Another")

    assert [(code, each.code) for code, each in inputs.mine(world.app, reader(maker))] == [
        ("eu", "IN-1")
    ]


def test_what_one_raised_stays_ones_own_under_a_new_name(world: World, maker: Actor) -> None:
    ann = Person(code="a1", name="Ann", department=Department.QUALITY, account="ann")
    write(world.app, maker, "eu", [Put(ann)])
    who = replace(reader(maker), person="ann")
    made = raised(world, who)
    triaged = inputs.triage(world.app, maker, "eu", made.code, owner="Ann")
    write(world.app, maker, "eu", [Put(replace(ann, name="Ann Hall"))])
    write(world.app, maker, "eu", [Put(replace(ann, code="a2", account="ann2"))])

    assert (made.person, triaged.owner) == ("a1", "a1")
    found = [each.code for _, each in inputs.mine(world.app, replace(who, name="Ann Hall"))]
    assert found == [made.code]
    assert list(inputs.mine(world.app, replace(who, person="ann2"))) == []


def test_inputs_are_nobody_elses_affair(world: World, maker: Actor) -> None:
    raised(world, maker)
    with pytest.raises(NotFound):
        inputs.raise_input(
            world.app, world.packer, "eu", NewInput(kind=InputKind.QUESTION, title="?")
        )
    with pytest.raises(NotFound):
        people.trace_view(world.app, world.packer, "eu")


def test_every_step_is_in_the_audit_trail(world: World, maker: Actor) -> None:
    raised(world, maker)
    (entry,) = [e for e in audit.entries(world.app, maker, limit=3) if "Raised" in str(e.detail)]

    assert entry.detail["codes"] == ["IN-1"]


def test_what_names_something_unknown_is_refused(world: World, maker: Actor) -> None:
    for entry, at in (
        (Requirement(code="R", title="R", inputs=("IN-9",)), "requirements/R/inputs"),
        (AcceptanceTest(code="T", title="T", package="NOPE"), "tests/T/package"),
        (Session(code="S", course="NOPE", on=DAY), "sessions/S/course"),
    ):
        with pytest.raises(RefusedError) as refusal:
            write(world.app, maker, "eu", [Put(entry)])
        assert [(e.code, e.at) for e in refusal.value.findings] == [("PLN-002", at)]


def test_training_is_told_with_its_ends(world: World, maker: Actor) -> None:
    entries = (
        Person(code="ann", name="Ann", department=Department.PACKAGING),
        Course(code="X", title="Exceptions", departments=(Department.PACKAGING,), valid_months=12),
        Session(code="S", course="X", on=date(2025, 12, 15), attended=("ann",), passed=("ann",)),
    )
    write(world.app, maker, "eu", [Put(each) for each in entries])

    (found,) = people.competences_view(world.app, maker, "eu")
    assert (found.standing, found.valid_until) == ("near", date(2026, 12, 15))


# --- readiness ------------------------------------------------------------------------------------


def full(world: World, maker: Actor, gtin: str) -> None:
    made = scope()
    products = [replace(each, gtin=gtin) for each in made.products]
    entries = (*made.markets, *made.needs, *made.sites, *made.lines, *made.partners, *products)
    write(world.app, maker, "eu", [Put(each) for each in entries])


def states(world: World, actor: Actor) -> dict[str, set[ReadyState]]:
    found: dict[str, set[ReadyState]] = {}
    for each in readiness.of_programme(world.app, actor, "eu").items:
        found.setdefault(each.probe.key, set()).add(each.state)
    return found


def test_readiness_is_what_was_recorded_and_pooled(world: World, maker: Actor) -> None:
    full(world, maker, GTIN)
    before = states(world, maker)
    counted = replace(Policy.of("numeric", 12), order=Order.SEQUENTIAL)
    create_pool(world.app, maker, "packs", gtin=GTIN, policy=counted)
    job = capture.submit(
        world.app, maker, document(commissioning(1, [pack("A1"), pack("A2")])),
        media_type="application/json",
    )  # fmt: skip
    assert job.success
    world.clock.advance(seconds=readiness.FRESH_SECONDS)
    after = states(world, maker)

    assert before["pool"] == before["packs"] == {ReadyState.MISSING}
    assert after["pool"] == after["packs"] == {ReadyState.READY}
    assert after["master_data"] == {ReadyState.MISSING}


def test_evidence_is_kept_for_minutes_and_gathered_anew_where_other_products_are_in_scope(
    world: World, maker: Actor
) -> None:
    full(world, maker, GTIN)
    first = readiness.of_programme(world.app, maker, "eu").seen_at
    raised(world, maker)
    again = readiness.of_programme(world.app, maker, "eu").seen_at
    full(world, maker, "09520861410066")

    assert first == again
    assert readiness.of_programme(world.app, maker, "eu").seen_at > first


def test_what_one_may_not_see_does_not_count_and_is_named(world: World, maker: Actor) -> None:
    full(world, maker, GTIN)
    blind = replace(maker, permissions=frozenset({Permission.PLAN_READ}))
    found = readiness.of_programme(world.app, blind, "eu")

    assert found.left_out == (
        "events and master data", "pools of serial numbers", "work orders and trade items",
        "messages", "reports", "equipment and measurements of lines",
    )  # fmt: skip
    own = {"line_can", "trained", "proven"}  # These look at the programme alone.
    assert not [
        each for each in found.items if each.probe.key not in own and each.state is ReadyState.READY
    ]


def test_nobody_elses_packs_make_one_ready(world: World, maker: Actor) -> None:
    full(world, maker, GTIN)
    job = capture.submit(
        world.app, world.wholesaler, document(commissioning(1, [pack("A1")])),
        media_type="application/json",
    )  # fmt: skip
    assert job.success

    assert states(world, maker)["packs"] == {ReadyState.MISSING}


# --- telling --------------------------------------------------------------------------------------


def test_a_digest_tells_what_changed_with_its_reason(world: World, maker: Actor) -> None:
    known = books.opened(world.app, maker, "eu").book.packages["FORMAT"]
    changed = replace(known, kind=WorkKind.EQUIPMENT, duration_days=9)
    write(world.app, maker, "eu", [Put(changed)], reason="The recipe is larger")
    found = telling.digest_of(world.app, maker, "eu", Department.PACKAGING)
    world.clock.advance(days=8)
    later = telling.digest_of(world.app, maker, "eu", Department.PACKAGING)

    assert [(e.code, e.more) for e in found.changed] == [("FORMAT", "new; The recipe is larger")]
    assert later.changed == ()


def test_a_digest_tells_in_words_what_became_of_work(world: World, maker: Actor) -> None:
    world.clock.advance(days=8)  # Nothing of before is told.
    known = books.opened(world.app, maker, "eu").book.packages["FORMAT"]
    begun = replace(
        known, kind=WorkKind.EQUIPMENT, started_on=date(2026, 11, 2), done_percent=40
    )  # fmt: skip
    write(world.app, maker, "eu", [Put(begun)])

    def told() -> str:
        found = telling.digest_of(world.app, maker, "eu", Department.PACKAGING, days=2)
        return next(each.more for each in found.changed if each.code == "FORMAT")

    assert "started 2 Nov 2026" in told()
    assert "40 % done" in told()
    done = replace(begun, finished_on=date(2026, 11, 27), done_percent=100)
    write(world.app, maker, "eu", [Put(done)], reason="Handed over")
    assert "finished 27 Nov 2026" in told()
    assert "done" not in told()
    assert told().endswith("; Handed over")


def test_a_notice_is_read_once_and_a_draft_by_nobody(world: World, maker: Actor) -> None:
    notice = Notice(code="N", title="Stop in May", text="May 3", published_on=DAY)
    draft = Notice(code="M", title="Not yet")
    write(world.app, maker, "eu", [Put(notice), Put(draft)])
    telling.acknowledge(world.app, reader(maker), "eu", "N")
    read = telling.acknowledge(world.app, reader(maker), "eu", "N")

    assert [each.by for each in read.receipts] == ["Ann"]
    with pytest.raises(NotFound):
        telling.acknowledge(world.app, maker, "eu", "M")


def test_a_receipt_is_of_the_person_whatever_they_are_called(world: World, maker: Actor) -> None:
    notice = Notice(code="N", title="Stop in May", text="May 3", published_on=DAY)
    ann = Person(code="ann", name="Ann", department=Department.QUALITY)
    write(world.app, maker, "eu", [Put(notice), Put(ann), Put(replace(ann, code="ann2"))])
    who = replace(reader(maker), person="ann")

    telling.acknowledge(world.app, who, "eu", "N")
    write(world.app, maker, "eu", [Put(replace(ann, name="Ann Hall"))])
    read = telling.acknowledge(world.app, replace(who, name="Ann Hall"), "eu", "N")
    other = telling.acknowledge(world.app, replace(who, person="ann2"), "eu", "N")

    assert [(each.person, each.by) for each in read.receipts] == [("ann", "Ann")]
    assert [each.person for each in other.receipts] == ["ann", "ann2"]


def test_who_signed_a_list_on_paper_has_read_it_too(world: World, maker: Actor) -> None:
    notice = Notice(code="N", title="Stop in May", text="May 3", published_on=DAY)
    ann = Person(code="ann", name="Ann", department=Department.QUALITY, account="a.lee")
    write(world.app, maker, "eu", [Put(notice), Put(ann)])

    telling.acknowledge(world.app, maker, "eu", "N", person="ann")
    read = telling.acknowledge(world.app, replace(reader(maker), person="a.lee"), "eu", "N")

    assert [each.person for each in read.receipts] == ["ann"]
    with pytest.raises(NotFound):
        telling.acknowledge(world.app, maker, "eu", "N", person="nobody")
    with pytest.raises(NotPermitted):
        telling.acknowledge(world.app, reader(maker), "eu", "N", person="ann")


def test_a_notice_is_drafted_from_what_the_law_says_and_the_scope_does_not(
    world: World, maker: Actor
) -> None:
    assert telling.drafted(world.app, maker, "eu") is None
    write(world.app, maker, "eu", [Put(Market(code="IT", name="Italy"))])
    found = telling.drafted(world.app, maker, "eu")

    assert found is not None
    assert "is due on" in found.text
    assert "LAW-20261130" not in books.opened(world.app, maker, "eu").book.notices


def test_a_meeting_has_a_pack_with_each_point_of_its_agenda(world: World, maker: Actor) -> None:
    raised(world, maker)

    assert telling.meeting_pack(world.app, maker, "eu", "core").startswith(b"%PDF")
    with pytest.raises(NotFound):
        telling.meeting_pack(world.app, maker, "eu", "nope")


# --- the gate -------------------------------------------------------------------------------------


def test_who_is_not_trained_is_held_back_until_they_are(world: World, maker: Actor) -> None:
    course = Course(
        code="X", title="Rework", departments=(Department.PACKAGING,), holds=(Held.REWORK,),
        valid_months=12,
    )  # fmt: skip
    person = Person(code="ann", name="Ann", department=Department.PACKAGING)
    write(world.app, maker, "eu", [Put(course), Put(person)])
    ann = replace(reader(maker), kind=ActorKind.USER, person="ann")
    with pytest.raises(NotPermitted) as refusal:
        require_trained(world.app, ann, Held.REWORK)

    assert [each.code for each in refusal.value.findings] == ["PLN-024"]
    assert "Ann must be trained first: Rework (not passed yet)." in str(refusal.value)
    require_trained(world.app, ann, Held.SIGNING)
    require_trained(world.app, replace(ann, person="somebody.else"), Held.REWORK)
    with pytest.raises(NotPermitted):
        require_trained(world.app, replace(ann, name="Called otherwise"), Held.REWORK)
    require_trained(world.app, replace(ann, kind=ActorKind.API_KEY), Held.REWORK)

    session = Session(code="S", course="X", on=DAY, attended=("Ann",), passed=("Ann",))
    write(world.app, maker, "eu", [Put(session)])
    require_trained(world.app, ann, Held.REWORK)
    world.clock.advance(days=366)
    with pytest.raises(NotPermitted, match="no longer valid since "):
        require_trained(world.app, ann, Held.REWORK)
    assert held_back(world.app, maker, Held.REWORK) is None, "a program is not held back"


def test_rework_orders_and_signatures_ask_at_the_gate(world: World, maker: Actor) -> None:
    course = Course(code="X", title="All", departments=(Department.PACKAGING,), holds=tuple(Held))
    person = Person(code="ann", name="Ann", department=Department.PACKAGING)
    write(world.app, maker, "eu", [Put(course), Put(person)])
    ann = replace(maker, name="Ann", kind=ActorKind.USER, person="ann")
    nothing: Any = None
    for step in (
        lambda: rework.perform(world.app, ann, nothing, request_id="1"),
        lambda: order_commands.create(world.app, ann, nothing),
        lambda: signing.check(world.app, ann, nothing, nothing),
    ):
        with pytest.raises(NotPermitted, match="must be trained first"):
            step()


def test_what_waits_for_somebody_is_told_to_them_alone(world: World, maker: Actor) -> None:
    ann = Person(code="a1", name="Ann", department=Department.QUALITY, account="ann")
    notice = Notice(code="N", title="Stop in May", text="May 3", published_on=DAY)
    write(world.app, maker, "eu", [Put(ann), Put(notice)])
    who, other = replace(reader(maker), person="ann"), replace(reader(maker), person="ben")
    mine, asked = raised(world, who), raised(world, other, "Another")
    inputs.triage(world.app, maker, "eu", asked.code, owner="Ann", due_on=DAY - timedelta(days=1))

    def told(actor: Actor) -> list[str]:
        return [each.text for each in attention.attention(world.app, actor)]

    assert told(who) == [
        "Read: Stop in May", f"{asked.code} waits for your answer, overdue: Another"
    ]  # fmt: skip
    assert told(other) == told(maker) == []

    telling.acknowledge(world.app, who, "eu", "N")
    for code in (mine.code, asked.code):
        decision = Decision(resolution=Resolution.ANSWERED, reason="Known")
        inputs.decide(world.app, maker, "eu", code, decision)
        inputs.answer(world.app, maker, "eu", code, "In use from May on")
    assert told(who) == [f"{mine.code} is answered: {mine.title}"]
    assert told(other) == [f"{asked.code} is answered: Another"]
    world.clock.advance(days=8)
    assert told(who) == []


# --- who has to do with which work ----------------------------------------------------------------


def test_who_has_to_do_with_a_package_is_kept_with_its_history(world: World, maker: Actor) -> None:
    (proposed,) = responsibilities.raci_view(world.app, maker, "eu")
    told = {Department.FINANCE: Part.BOTH}
    responsibilities.put_raci(world.app, maker, "eu", "FORMAT", told, reason="They buy it")

    (found,) = responsibilities.raci_view(world.app, maker, "eu", package="FORMAT")
    assert (found.raci, found.is_own, proposed.is_own) == (told, True, False)
    (change, *_) = history.changes(world.app, maker, "eu", kind="package", code="FORMAT")
    assert change.fields["raci"] == ("as its kind of work", "A/R finance")
    assert change.reason == "They buy it"
    digest = telling.digest_of(world.app, maker, "eu", Department.FINANCE)
    assert [each.code for each in digest.changed] == ["FORMAT"]
    assert [each.code for each in digest.due] == ["FORMAT"]

    responsibilities.put_raci(world.app, maker, "eu", "FORMAT", proposed.raci)
    (again,) = responsibilities.raci_view(world.app, maker, "eu", package="FORMAT")
    assert (again.raci, again.is_own) == (proposed.raci, False)


def test_a_package_that_nobody_answers_for_is_told(world: World, maker: Actor) -> None:
    told = {Department.IT: Part.RESPONSIBLE}
    responsibilities.put_raci(world.app, maker, "eu", "FORMAT", told)

    (found,) = responsibilities.raci_view(world.app, maker, "eu", package="FORMAT")
    assert [each.code for each in found.findings] == ["PLN-046"]
    opened = books.opened(world.app, maker, "eu")
    assert responsibilities.unclear(opened) == {"FORMAT"}
    with pytest.raises(NotFound):
        responsibilities.put_raci(world.app, maker, "eu", "NONE", told)
    with pytest.raises(NotPermitted):
        responsibilities.put_raci(world.app, reader(maker), "eu", "FORMAT", told)
    with pytest.raises(Conflict):
        responsibilities.put_raci(world.app, maker, "eu", "FORMAT", {}, revision=1)


def test_a_table_takes_who_has_to_do_with_the_work_there_and_back(
    world: World, maker: Actor
) -> None:
    table = files.export_table(world.app, maker, "eu", as_csv=True)
    assert files.read_file(world.app, maker, "eu", table, "plan.csv").changes == ()

    rows = b"Code,Title,Kind,Responsible,Accountable,Consulted,Informed\n"
    rows += b'FORMAT,Formats,other,"IT, Packaging",Quality,,customer support\n'
    files.take_in(world.app, maker, "eu", rows, "plan.csv")
    (found,) = responsibilities.raci_view(world.app, maker, "eu", package="FORMAT")
    assert found.raci == {
        Department.IT: Part.RESPONSIBLE, Department.PACKAGING: Part.RESPONSIBLE,
        Department.QUALITY: Part.ACCOUNTABLE, Department.CUSTOMER_SUPPORT: Part.INFORMED,
    }  # fmt: skip
    table = files.export_table(world.app, maker, "eu", as_csv=True)
    assert files.read_file(world.app, maker, "eu", table, "plan.csv").changes == ()

    some = b"Code,Title,Accountable\nFORMAT,Formats,Quality\n"
    reading = files.read_file(world.app, maker, "eu", some, "plan.csv")
    assert not reading.is_good
    assert "consulted, informed, responsible is not there" in reading.findings[0].message
    strange = rows.replace(b",Quality,", b",Pirates,")
    reading = files.read_file(world.app, maker, "eu", strange, "plan.csv")
    assert "Accountable has 'pirates'" in reading.findings[0].message
