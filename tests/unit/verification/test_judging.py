"""The verdict on a pack, from what is recorded of it: no database, no scanner."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.codes import COMMISSIONED_AGAIN, ENDED_AGAIN
from packtrail.lifecycle.fold import counted, examine, fold
from packtrail.lifecycle.journey import Status, Step
from packtrail.lifecycle.notices import Notice, NoticeKind, condition
from packtrail.lifecycle.states import STATES
from packtrail.verification import codes
from packtrail.verification.alike import variants
from packtrail.verification.judging import (
    REASONS,
    Alike,
    Known,
    Purpose,
    Verdict,
    Where,
    judge,
)
from packtrail.verification.policy import Policy
from packtrail.verification.question import Question, last_day, product_of

DAY = date(2026, 6, 1)
START = datetime(2026, 3, 3, 8, tzinfo=UTC)
GTIN = "00300010123455"
PLANT, SHOP = "urn:epc:id:sgln:030001.111111.0", "urn:epc:id:sgln:030001.333333.0"
QUESTION = Question.of(gtin=GTIN, serial="ABC", lot="LOT-7", expires="280131", today=DAY)
EU = Policy(
    rule_pack="eu",
    market="DE",
    not_dispensable=frozenset({"supplied", "locked", "recalled"}),
    terminal=frozenset({"destroyed", "stolen"}),
)


def step(hour: float, **changes) -> Step:
    facts = {
        "event_id": f"urn:event:{hour}",
        "event_type": "ObjectEvent",
        "event_time": START + timedelta(hours=hour),
        "event_time_zone_offset": "+01:00",
        "record_time": START + timedelta(days=1),
        "role": Role.EPC,
        "action": "OBSERVE",
        "object_count": 1,
        "biz_location": PLANT,
    }
    return Step(**(facts | changes))


MADE = step(
    0, action="ADD", biz_step="commissioning", disposition="active", lot="LOT-7",
    expires="2028-01-31",
)  # fmt: skip


def known(*steps: Step, notices: tuple[Notice, ...] = (), **more) -> Known:
    journey = [MADE, *steps]
    standing = fold(journey)
    facts = {
        "standing": standing,
        "condition": condition(standing, notices, on=DAY),
        "steps": counted(journey),
        "findings": examine(journey),
    }
    return Known(**(facts | more))


def codes_of(answer) -> list[str]:
    return [each.code for each in answer.reasons]


def ask(what: Known, question: Question = QUESTION, policy: Policy = EU, **more):
    return judge(question, what, policy, on=DAY, **more)


def test_a_pack_as_it_was_made_is_genuine_and_may_be_supplied():
    answer = ask(known())

    assert (answer.verdict, answer.reasons, answer.first) == (Verdict.GENUINE, (), None)
    assert answer.rule_pack == "eu"
    assert "may be supplied" in answer.next_step


def test_packed_shipped_and_received_it_still_is():
    packed = step(1, event_type="AggregationEvent", role=Role.CHILD, action="ADD", parent="case")
    shipped = step(2, biz_step="shipping", disposition="in_transit", via=("case",))
    received = step(3, biz_step="receiving", disposition="in_progress", via=("case",))
    answer = ask(known(packed, shipped, received))

    assert (answer.verdict, codes_of(answer)) == (Verdict.GENUINE, ["VER-063"])


DEAD = {
    "destroyed": ({"biz_step": "destroying", "disposition": "destroyed"}, "VER-011"),
    "dispensed": ({"biz_step": "dispensing", "disposition": "dispensed"}, "VER-040"),
    "stolen": ({"disposition": "stolen"}, "VER-013"),
    "sampled": ({"biz_step": "sampling"}, "VER-041"),
    "exported": ({"disposition": "urn:packtrail:disp:exported"}, "VER-041"),
    "locked": ({"disposition": "urn:packtrail:disp:locked"}, "VER-041"),
    "free sample": ({"disposition": "urn:packtrail:disp:free_sample"}, "VER-041"),
    "checked out": ({"disposition": "urn:packtrail:disp:checked_out"}, "VER-041"),
    "decommissioned": ({"biz_step": "decommissioning", "disposition": "inactive"}, "VER-041"),
    "recalled": ({"biz_step": "holding", "disposition": "recalled"}, "VER-042"),
    "expired": ({"disposition": "expired"}, "VER-044"),
    "on hold": ({"biz_step": "holding"}, "VER-045"),
    "returned": ({"disposition": "returned"}, "VER-046"),
    "damaged": ({"disposition": "damaged"}, "VER-047"),
    "lost": ({"disposition": "urn:packtrail:disp:lost"}, "VER-047"),
    "partially dispensed": ({"disposition": "partially_dispensed"}, "VER-047"),
    "used up": ({"role": Role.INPUT, "action": None}, "VER-011"),
}


@pytest.mark.parametrize("what", DEAD)
@pytest.mark.parametrize("policy", [EU, Policy()], ids=["EU", "general"])
def test_a_pack_that_is_dead_held_or_gone_is_never_saleable(what: str, policy: Policy):
    """What QU4RTET answers "verified" to: a destroyed, decommissioned, recalled pack."""
    said, code = DEAD[what]
    answer = ask(known(step(1, **said)), policy=policy)

    assert answer.verdict in {Verdict.NOT_SALEABLE, Verdict.SUSPECT}
    assert answer.first is not None
    assert answer.first.code == code


@pytest.mark.parametrize("status", [s for s in Status if not STATES[s].is_saleable])
def test_whatever_the_status_only_what_is_for_sale_is_called_so(status: Status):
    standing = replace(fold([MADE]), status=status)
    state = condition(standing, (), on=DAY)
    for purpose in Purpose:
        answer = judge(
            QUESTION, Known(standing=standing, condition=state), Policy(), on=DAY, purpose=purpose
        )
        is_back = purpose is Purpose.RETURN and status is Status.RETURNED
        assert (answer.verdict is Verdict.GENUINE) == is_back


def test_an_older_event_that_arrives_late_does_not_bring_a_pack_back():
    late = step(1, biz_step="receiving", record_time=START + timedelta(days=90))
    answer = ask(known(step(2, biz_step="destroying", disposition="destroyed"), late))

    assert answer.verdict is Verdict.SUSPECT


def notice(kind: NoticeKind, **more) -> Notice:
    return Notice(
        notice_id="1", kind=kind, gtin=GTIN, lot="LOT-7", effective_at=START, recorded_at=START,
        reason="why", **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "verdict", "code"),
    [
        (NoticeKind.RECALLED, Verdict.NOT_SALEABLE, "VER-042"),
        (NoticeKind.WITHDRAWN, Verdict.NOT_SALEABLE, "VER-043"),
        (NoticeKind.ILLEGITIMATE, Verdict.SUSPECT, "VER-014"),
        (NoticeKind.SUSPECT, Verdict.SUSPECT, "VER-015"),
        (NoticeKind.HELD, Verdict.NOT_SALEABLE, "VER-045"),
        (NoticeKind.NOT_FOR_REDISTRIBUTION, Verdict.NOT_SALEABLE, "VER-048"),
    ],
)
def test_lot_and_product_decide_over_an_active_pack(kind, verdict, code):
    answer = ask(known(notices=(notice(kind),)))

    assert (answer.verdict, codes_of(answer)) == (verdict, [code])


def test_an_expired_pack_is_not_saleable_unless_its_expiry_was_extended():
    old = replace(QUESTION, expires="260531", expires_on=date(2026, 5, 31))
    journey = [replace(MADE, expires="2026-05-31")]
    extended = notice(NoticeKind.EXPIRY_EXTENDED, expires_on=date(2026, 12, 31))

    def answer(*notices: Notice):
        standing = fold(journey)
        state = condition(standing, notices, on=DAY)
        return ask(Known(standing=standing, condition=state, steps=tuple(journey)), old)

    assert codes_of(answer()) == ["VER-044"]
    assert (answer(extended).verdict, codes_of(answer(extended))) == (
        Verdict.GENUINE,
        ["VER-060"],
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lot": "LOT-8"}, "VER-030"),
        ({"lot": "lot-7"}, "VER-006"),
        ({"lot": "L0T-7"}, "VER-006"),
        ({"expires_on": date(2028, 2, 29)}, "VER-031"),
    ],
)
def test_a_wrong_lot_or_expiry_is_a_mismatch_and_not_a_fake(change, code):
    answer = ask(known(), replace(QUESTION, **change))

    assert (answer.verdict, codes_of(answer)) == (Verdict.MISMATCH, [code])


def test_day_00_and_the_last_day_of_the_month_are_one_day():
    question = Question.of(gtin=GTIN, serial="ABC", lot="LOT-7", expires="280100", today=DAY)
    answer = ask(known(), question)

    assert (answer.verdict, codes_of(answer)) == (Verdict.GENUINE, ["VER-061"])


def test_what_was_not_asked_with_is_not_compared_and_that_is_told():
    answer = ask(known(), replace(QUESTION, lot=None, expires=None, expires_on=None))

    assert (answer.verdict, codes_of(answer)) == (Verdict.GENUINE, ["VER-062"])
    assert answer.reasons[0].message == "Not compared: lot and expiry."


def test_an_unknown_number_is_unknown_and_an_unknown_product_too():
    assert codes_of(ask(Known())) == ["VER-021"]
    assert codes_of(ask(Known(is_product_known=False))) == ["VER-020"]
    assert codes_of(ask(Known(is_issued=True))) == ["VER-022"]
    assert ask(Known()).verdict is Verdict.UNKNOWN


def alike(serial: str, lot: str | None = "LOT-7", day: date | None = date(2028, 1, 31)) -> Alike:
    (variant,) = [each for each in variants("ABC0") if each.serial == serial]
    return Alike(variant, lot, day)


def test_a_number_that_looks_like_a_recorded_one_is_told_apart_from_a_fake():
    typed = replace(QUESTION, serial="ABC0")
    seen, caps = (ask(Known(alike=(alike(each),)), typed) for each in ("ABCO", "abc0"))

    assert (seen.verdict, codes_of(seen)) == (Verdict.MISMATCH, ["VER-005"])
    assert seen.reasons[0].message == "ABC0 is not recorded, but ABCO is: taking 0 for O."
    assert codes_of(caps) == ["VER-004"]


def test_a_double_of_another_lot_or_expiry_is_none():
    typed = replace(QUESTION, serial="ABC0")
    for other in (alike("ABCO", lot="OTHER"), alike("ABCO", day=date(2029, 1, 31))):
        assert codes_of(ask(Known(alike=(other,)), typed)) == ["VER-021"]


def test_a_pack_nobody_commissioned_here_is_unknown():
    journey = [step(1, biz_step="receiving", disposition="in_progress")]
    standing = fold(journey)
    answer = ask(Known(standing=standing, condition=condition(standing, (), on=DAY)))

    assert answer.verdict is Verdict.UNKNOWN
    assert "VER-023" in codes_of(answer)


@pytest.mark.parametrize("code", [ENDED_AGAIN, COMMISSIONED_AGAIN])
def test_a_record_that_shows_a_pack_twice_makes_it_suspect(code):
    answer = ask(known(findings=(code.found("twice", at="urn:event:9"),)))

    assert (answer.verdict, answer.first.code, answer.first.at) == (
        Verdict.SUSPECT,
        "VER-010",
        "urn:event:9",
    )


def test_a_dispensed_pack_is_a_double_scan_here_and_suspect_elsewhere():
    dispensed = known(step(1, biz_step="dispensing", disposition="dispensed"))
    here, there = (
        ask(replace(dispensed, ended=Where(is_same=same, is_same_party=same)))
        for same in (True, False)
    )

    assert (here.verdict, here.first.code) == (Verdict.NOT_SALEABLE, "VER-040")
    assert (there.verdict, there.first.code) == (Verdict.SUSPECT, "VER-012")


def test_a_pack_that_lies_with_somebody_else_by_the_record_is_suspect():
    others, own = (
        ask(known(where=Where(is_same=False, is_same_party=party))) for party in (False, True)
    )

    assert (others.verdict, others.first.code) == (Verdict.SUSPECT, "VER-016")
    assert (own.verdict, own.first.code) == (Verdict.NOT_SALEABLE, "VER-049")
    assert ask(known(where=Where(is_same=True, is_same_party=True))).verdict is Verdict.GENUINE


def test_what_was_stolen_once_is_never_saleable_again():
    back = [
        step(1, disposition="stolen"),
        step(2, disposition="returned"),
        step(3, disposition="sellable_accessible"),
    ]
    answer = ask(known(*back))

    assert (answer.verdict, answer.first.code) == (Verdict.SUSPECT, "VER-013")


def test_a_return_is_judged_as_one():
    back = known(step(1, disposition="returned"))

    assert ask(back).verdict is Verdict.NOT_SALEABLE
    assert ask(back, purpose=Purpose.RETURN).verdict is Verdict.GENUINE
    recalled = replace(
        back,
        condition=condition(back.standing, (notice(NoticeKind.RECALLED),), on=DAY),
    )
    assert codes_of(ask(recalled, purpose=Purpose.RETURN)) == ["VER-042"]


def test_every_reason_is_told_and_the_first_is_the_one_to_act_on():
    answer = ask(
        known(step(1, biz_step="holding"), notices=(notice(NoticeKind.RECALLED),)),
        replace(QUESTION, lot="0THER", expires_on=date(2029, 1, 31)),
        reading=(codes.SCAN_DAMAGED.found("separator lost"),),
    )

    assert codes_of(answer) == ["VER-003", "VER-030", "VER-031", "VER-042", "VER-045"]
    assert answer.verdict is Verdict.MISMATCH
    assert answer.first.code == "VER-030"


def test_an_unreadable_code_is_unknown():
    answer = judge(
        None, Known(), EU, on=DAY, reading=(codes.UNREADABLE.found("'hello' is no pack."),)
    )

    assert (answer.verdict, answer.first.code) == (Verdict.UNKNOWN, "VER-001")


def test_every_reason_has_its_place_in_the_order():
    every = {value.code for value in vars(codes).values() if type(value).__name__ == "FindingCode"}
    declared = {code for code in every if code < "VER-070"}  # The rest is of operations.

    assert {code.code for code in REASONS} == declared
    assert [code.code for code in REASONS] == sorted(declared)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("280131", date(2028, 1, 31)),
        ("280200", date(2028, 2, 29)),
        ("2028-01-31", date(2028, 1, 31)),
        ("2028-01-00", date(2028, 1, 31)),
        ("2028-01", date(2028, 1, 31)),
        ("01/2028", date(2028, 1, 31)),
        ("1.2028", date(2028, 1, 31)),
        ("31.01.2028", date(2028, 1, 31)),
        ("281331", None),
        ("soon", None),
        ("28013", None),
    ],
)
def test_an_expiry_is_read_in_the_ways_people_write_it(text: str, day: date | None):
    assert last_day(text, today=DAY) == day


@pytest.mark.parametrize(
    ("code", "gtin"),
    [
        ("00300010123455", "00300010123455"),
        ("0300010123455", "00300010123455"),
        ("111234567842", "04150123456782"),
        ("12345678", "04150123456782"),
    ],
)
def test_a_product_is_named_by_gtin_ppn_or_pzn(code: str, gtin: str):
    assert product_of(code) == gtin
