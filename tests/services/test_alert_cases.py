"""Cases of alerts: the way from the first look to the outcome, quarantine, and what is learnt."""

from __future__ import annotations

import pytest

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.detection.cases import State, Wish
from packtrail.detection.triage import Category
from packtrail.services.accounts import audit
from packtrail.services.alerts import alerts, cases, quarantine
from packtrail.services.alerts.attention import attention
from packtrail.services.goods import notices
from packtrail.services.goods.notices import Proposal
from packtrail.services.verification import verifying
from packtrail.services.verification.verifying import Ask
from packtrail.verification.judging import Verdict

from .conftest import World
from .test_alerts import GTIN, OTHER_SHOP_GLN, dispensed, made, record, scan, watch


def with_alerts(world: World, serials=("2",)) -> list[str]:
    made(world)
    record(world, *(dispensed(2 + n, serial) for n, serial in enumerate(serials)))
    for serial in serials:
        scan(world, serial, place=OTHER_SHOP_GLN, purpose="supply")
    watch(world)
    return [each.alert_id for each in alerts.listed(world.app, world.maker)]


def opened(world: World, **more) -> cases.Case:
    return cases.open_case(world.app, world.maker, with_alerts(world), **more)


def go(world: World, code: str, move: str, **told) -> cases.Case:
    return cases.move(world.app, world.maker, code, Wish(move=move, reason="because", **told))


def investigated(world: World, **more) -> str:
    code = opened(world, owner="Ida", **more).line.code
    go(world, code, "triage", category="suspect")
    go(world, code, "investigate")
    return code


def refused(call, *args, **told) -> list[str]:
    with pytest.raises(RefusedError) as caught:
        call(*args, **told)
    return [each.code for each in caught.value.findings]


def test_a_case_goes_its_way_and_everything_is_written_down(world: World) -> None:
    code = investigated(world, market="US")

    confirmed = go(world, code, "confirm")
    closed = go(world, code, "close")

    assert code.startswith("C-")
    assert (confirmed.line.state, closed.line.state) == (State.CONFIRMED, State.CLOSED)
    assert closed.line.outcome is State.CONFIRMED
    kinds = [each.kind for each in closed.entries]
    assert kinds == ["opened", "triage", "investigate", "confirm", "close"]
    actions = [each.action for each in audit.entries(world.app, world.maker)][:5]
    assert actions == ["alert:case:changed"] * 4 + ["alert:case:opened"]


def test_what_a_move_lacks_is_said_all_at_once(world: World) -> None:
    code = opened(world).line.code

    assert refused(go, world, code, "investigate") == ["SIG-052", "SIG-055"]
    wish = Wish(move="triage", category="odd")
    assert refused(cases.move, world.app, world.maker, code, wish) == ["SIG-053", "SIG-054"]
    go(world, code, "triage", category="technical")
    assert refused(go, world, code, "refute", cause="no such") == ["SIG-056"]
    assert refused(go, world, code, "vanish") == ["SIG-052"]
    with pytest.raises(NotFound):
        cases.case(world.app, world.wholesaler, code)


def test_the_clock_of_the_market_runs_from_what_the_rule_pack_says(world: World) -> None:
    code = investigated(world, market="US")
    assert cases.case(world.app, world.maker, code).line.clocks == ()

    (clock,) = go(world, code, "confirm").line.clocks

    assert clock.duty == "us_dscsa/illegitimate_product"
    assert (clock.due_at - clock.started_at).total_seconds() == 24 * 3600
    assert "FDA" in clock.recipients
    told = cases.done(world.app, world.maker, code, clock.duty, reason="Incident 1234")
    assert told.line.clocks[0].done_at is not None
    assert refused(cases.done, world.app, world.maker, code, "us/none", reason="x") == ["SIG-052"]


def test_what_is_confirmed_anew_has_to_be_told_anew(world: World) -> None:
    code = investigated(world, market="US")
    (first,) = go(world, code, "confirm").line.clocks
    world.clock.advance(hours=2)
    cases.done(world.app, world.maker, code, first.duty, reason="Incident 1234")
    world.clock.advance(days=3)
    (reopened,) = go(world, code, "reopen").line.clocks
    assert reopened.done_at is not None

    (second,) = go(world, code, "confirm").line.clocks
    assert second.started_at > reopened.done_at
    assert second.done_at is None
    assert not second.is_late(second.started_at)

    told = cases.done(world.app, world.maker, code, first.duty, reason="Follow-up to 1234")
    assert told.line.clocks[0].done_at is not None


def test_an_alert_of_the_eu_is_to_be_explained_within_two_working_days(world: World) -> None:
    (clock,) = opened(world, market="DE").line.clocks

    assert (clock.duty, clock.within) == ("eu_fmd/alerts", "2 working days")


def test_a_quarantined_pack_verifies_as_suspect_until_its_case_is_refuted(world: World) -> None:
    code = investigated(world)
    held = quarantine.hold(world.app, world.maker, code)
    assert held.held == {(GTIN, "2")}

    def verdict() -> Verdict:
        ask = Ask(gtin=GTIN, serial="2")
        return verifying.verify(world.app, world.maker, ask).verdict

    assert verdict() is Verdict.SUSPECT
    clear = Proposal(kind="cleared", gtin=GTIN, serial="2", reason="Let it go")
    assert refused(notices.make, world.app, world.maker, clear) == ["SIG-058"]
    notice = held.packs[0].notice_id
    assert refused(notices.retract, world.app, world.maker, notice, reason="x") == ["SIG-058"]
    assert refused(quarantine.release, world.app, world.maker, code, reason="x") == ["SIG-058"]

    go(world, code, "refute", cause="dispensed_twice")
    assert refused(go, world, code, "close") == ["SIG-057"]
    quarantine.release(world.app, world.maker, code, reason="The same pack, scanned twice")
    assert verdict() is not Verdict.SUSPECT
    assert go(world, code, "close").line.state is State.CLOSED


def test_a_confirmed_case_makes_its_held_packs_illegitimate(world: World) -> None:
    code = investigated(world)
    quarantine.hold(world.app, world.maker, code)

    go(world, code, "confirm")

    kinds = [each.kind for each in notices.listed(world.app, world.maker, gtin=GTIN)]
    assert "illegitimate" in kinds
    with pytest.raises(Conflict):
        quarantine.hold(world.app, world.maker, code)


def test_only_packs_of_the_case_can_be_held(world: World) -> None:
    code = opened(world).line.code

    call = quarantine.hold
    assert refused(call, world.app, world.maker, code, [(GTIN, "3")]) == ["SIG-063"]


def test_cases_are_merged_and_alerts_are_in_one_case_only(world: World) -> None:
    first, second = with_alerts(world, ("2", "3"))
    one = cases.open_case(world.app, world.maker, [first]).line.code
    other = cases.open_case(world.app, world.maker, [second]).line.code
    with pytest.raises(Conflict):
        cases.add_alerts(world.app, world.maker, one, [second])

    kept = cases.merge(world.app, world.maker, other, one, reason="The same seller")

    assert {each.alert_id for each in kept.alerts} == {first, second}
    assert cases.case(world.app, world.maker, other).line.merged_into == one
    assert [each.code for each in cases.listed(world.app, world.maker)] == [one]
    with pytest.raises(Conflict):
        cases.assign(world.app, world.maker, other, "x") and cases.merge(
            world.app, world.maker, other, one, reason="again"
        )


def test_a_decision_on_an_old_view_is_refused(world: World) -> None:
    case = opened(world, owner="Ida")
    go(world, case.line.code, "triage", category="suspect")

    wish = Wish(move="investigate", reason="go")
    with pytest.raises(Conflict) as caught:
        cases.move(world.app, world.maker, case.line.code, wish, revision=case.line.revision)
    assert [each.code for each in caught.value.findings] == ["SIG-061"]


def test_who_may_decide_is_a_matter_of_roles(world: World) -> None:
    code = investigated(world)
    regulatory = world.maker.with_permissions(ROLES[RoleName.REGULATORY])
    reader = world.maker.with_permissions(ROLES[RoleName.READER])

    cases.note(world.app, regulatory, code, "Called the pharmacy")
    with pytest.raises(NotPermitted):
        cases.move(world.app, regulatory, code, Wish(move="confirm", reason="sure"))
    with pytest.raises(NotPermitted):
        cases.note(world.app, reader, code, "Hello")


def test_outcomes_are_counted_for_each_rule_and_nothing_is_set_by_itself(world: World) -> None:
    code = opened(world).line.code
    go(world, code, "triage", category="procedural")
    go(world, code, "refute", cause="report_late")

    (lesson,) = alerts.lessons(world.app, world.maker)

    assert (lesson.code, lesson.right, lesson.false) == ("SIG-001", 0, 1)
    assert (lesson.precision, lesson.causes) == (0.0, {"report_late": 1})


def test_new_evidence_after_a_decision_is_another_alert(world: World) -> None:
    code = opened(world).line.code
    go(world, code, "triage", category="procedural")
    go(world, code, "refute", cause="dispensed_twice")
    assert watch(world).raised == 0

    scan(world, "2", place=OTHER_SHOP_GLN, purpose="supply")

    assert watch(world).raised == 1
    newest = alerts.listed(world.app, world.maker)[0]
    assert (newest.case, newest.subject) == (None, f"{GTIN} 2")


def test_home_names_alerts_nobody_took_up_and_limits_that_are_over(world: World) -> None:
    found = with_alerts(world)
    suspects = [
        each for each in alerts.listed(world.app, world.maker) if each.proposed is Category.SUSPECT
    ]
    before = attention(world.app, world.maker)
    code = cases.open_case(world.app, world.maker, found, owner="Ida", market="US").line.code
    taken_up = attention(world.app, world.maker)
    go(world, code, "triage", category="suspect")
    go(world, code, "investigate")
    go(world, code, "confirm")
    world.clock.advance(days=30)
    late = attention(world.app, world.maker)

    assert [each.count for each in before] == [len(suspects)]
    assert before[0].link == "/alerts"
    assert taken_up == ()
    assert [each.link for each in late] == [f"/alerts/cases/{code}"]
    assert code in late[0].text
    assert attention(world.app, world.maker.with_permissions(frozenset())) == ()
