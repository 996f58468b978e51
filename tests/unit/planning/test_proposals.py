"""From a scope to the work that its rules make necessary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from packtrail.planning.calendars import Calendar, Window
from packtrail.planning.checking import check
from packtrail.planning.proposals import Proposal, propose
from packtrail.planning.scheduling import schedule
from packtrail.planning.scope import Capability, Line, Scope
from packtrail.planning.steps import STEPS
from packtrail.planning.templates import LARGE, SMALL, TEMPLATES, Template
from packtrail.planning.work import Plan, WorkKind

from .scopes import EGYPT, ITALY, TODAY, campaign, product, scope


def codes(proposal: Proposal) -> set[str]:
    return {each.code for each in proposal.packages}


def plan_of(proposal: Proposal, template: Template = LARGE, *more: Calendar) -> Plan:
    calendars = (Calendar(code="leuven", name="Leuven"), Calendar(code="ulm", name="Ulm"), *more)
    return Plan(
        packages=proposal.packages,
        links=proposal.links,
        deadlines=proposal.deadlines,
        calendars=calendars,
        resources=template.resources,
    )


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda each: each.code)
def test_what_is_proposed_can_be_scheduled(template: Template) -> None:
    made = plan_of(propose(scope(), template, TODAY), template)

    assert check(made) == ()
    assert {each.deadline.code for each in schedule(made, TODAY).outlooks} == {"IT", "EG-2"}


def test_a_line_gets_the_equipment_it_lacks_and_no_other() -> None:
    found = codes(propose(scope(), LARGE, TODAY))

    assert {"L1-SPEC", "L1-DELIVERY", "L1-INSTALL", "L1-TAMPER", "L1-QUAL", "L1-AGG"} <= found
    assert not any(code.startswith("L2-") for code in found)


def test_the_lines_of_a_contract_packer_are_its_own_affair() -> None:
    found = codes(propose(scope(), LARGE, TODAY))

    assert "C1-DELIVERY" not in found
    assert {"IT-C1-PQ", "IT-C1-PILOT", "IT-corvus-LINK"} <= found


def test_only_what_a_rule_makes_necessary_is_proposed() -> None:
    found = codes(propose(scope(), LARGE, TODAY))

    assert "IT-POOLS" in found
    assert "EG-2-POOLS" not in found, "aggregation alone needs no other numbers of packs"
    assert "EG-2-L1-ART1" not in found, "nor another artwork"
    assert "EG-2-nile-LINK" in found
    assert "IT-nile-LINK" not in found


def test_a_running_programme_is_spared_charter_and_repository() -> None:
    fresh = codes(propose(scope(), LARGE, TODAY))
    running = codes(propose(scope(is_running=True), LARGE, TODAY))

    assert {"CHARTER", "URS", "REPO", "REPOVAL", "SOP"} == fresh - running


def test_artwork_is_done_in_waves_of_a_few_products() -> None:
    many = tuple(product(f"P{n:02}", "L1", "IT") for n in range(19))
    proposal = propose(scope(products=many, needs=(ITALY,)), LARGE, TODAY)
    waves = [each for each in proposal.packages if each.code.startswith("IT-L1-ART")]

    assert [len(each.products) for each in waves] == [8, 8, 3]
    assert waves[0].title == "Italy: artwork 1 for Line 1, 8 products"
    assert waves[0].duration_days == 15 + 4


def test_everything_for_a_market_comes_before_its_go_live_and_care_after() -> None:
    proposal = propose(scope(), LARGE, TODAY)
    before: dict[str, set[str]] = {each.code: set() for each in proposal.packages}
    for link in proposal.links:
        before[link.successor].add(link.predecessor)
    reached: set[str] = set()
    left = ["IT-LIVE"]
    while left:
        code = left.pop()
        reached |= {code}
        left += before[code] - reached
    of_italy = {each.code for each in proposal.packages if each.market == "IT"}

    assert of_italy - reached == {"IT-CARE"}
    assert {"L1-DELIVERY", "REPOVAL", "URS"} <= reached
    assert not any(code.startswith("EG") for code in reached)


def test_first_batches_wait_for_the_campaign_of_their_line() -> None:
    planned = scope(campaigns=(campaign("L1", "IT", date(2027, 9, 6), date(2027, 9, 10)),))
    proposal = propose(planned, LARGE, TODAY)
    windows = (Window(date(2027, 9, 6), date(2027, 9, 10)),)
    calendar = Calendar(code="campaign:L1:IT", name="Campaign", windows=windows)
    slots = schedule(plan_of(proposal, LARGE, calendar), TODAY).slots

    assert slots["IT-L1-PILOT"].start_on >= date(2027, 9, 6)
    assert slots["IT-L1-PILOT"].finish_on <= date(2027, 9, 10)


def test_a_campaign_after_the_date_is_a_finding() -> None:
    late = scope(campaigns=(campaign("L1", "IT", date(2028, 1, 10), date(2028, 1, 14)),))
    found = propose(late, LARGE, TODAY).findings

    assert [(each.code, each.at) for each in found] == [("PLN-013", "campaigns/L1/IT")]


def test_work_on_a_line_waits_for_its_stops_where_they_are_planned() -> None:
    stops = (Window(date(2027, 4, 5), date(2027, 4, 23)),)
    line = Line(code="L1", name="Line 1", site="leuven", stops=stops)
    lines = (line, *(each for each in scope().lines if each.code != "L1"))
    packages = {each.code: each for each in propose(scope(lines=lines), LARGE, TODAY).packages}

    assert packages["L1-INSTALL"].calendar == "stops:L1"
    assert packages["L1-QUAL"].calendar == "leuven"
    assert packages["L1-DELIVERY"].calendar == "elapsed"


LACKING = [
    (scope(needs=(replace(ITALY, due_on=date(2026, 2, 9)),)), "PLN-012", "needs/IT"),
    (scope(needs=(replace(ITALY, market="FR"),)), "PLN-010", "needs/IT"),
    (scope(products=(product("P1", "L9", "IT"), product("P2", "L1", "EG", "IT"))),
     "PLN-011", "products/P1"),
    (scope(products=(product("P1", "", "IT"), product("P2", "L1", "EG", "IT"))),
     "PLN-011", "products/P1"),
]  # fmt: skip


@pytest.mark.parametrize(("lacking", "code", "at"), LACKING)
def test_what_a_scope_lacks_is_a_finding_at_its_place(lacking: Scope, code: str, at: str) -> None:
    found = propose(lacking, LARGE, TODAY).findings

    assert [(each.code, each.at) for each in found] == [(code, at)]


def test_a_product_without_a_line_is_told_by_name() -> None:
    lacking = scope(products=(product("P1", "L9", "IT"), product("P2", "", "IT")))
    messages = {each.message for each in propose(lacking, LARGE, TODAY).findings}
    names = {each.code: each.name for each in lacking.products}

    assert f"{names['P1']} (P1) is packed on line 'L9', which is not in scope." in messages
    assert f"{names['P2']} (P2) has no line." in messages


def test_a_need_of_some_products_is_about_those_alone() -> None:
    vaccines = replace(ITALY, groups=frozenset({"vaccine"}))
    products = (product("P1", "L1", "IT", groups=frozenset({"vaccine"})), product("P2", "L2", "IT"))
    packages = {
        each.code: each
        for each in propose(scope(needs=(vaccines,), products=products), LARGE, TODAY).packages
    }

    assert packages["IT-MASTER"].products == ("P1",)
    assert "IT-L2-PQ" not in packages


def test_the_same_scope_gives_the_same_proposal() -> None:
    assert propose(scope(), LARGE, TODAY) == propose(scope(), LARGE, TODAY)


def test_a_need_left_out_leaves_its_packages_out_and_nothing_else() -> None:
    both, one = (
        codes(propose(scope(needs=needs), LARGE, TODAY))
        for needs in ((ITALY, EGYPT), (replace(EGYPT, is_in=False), ITALY))
    )

    assert {code for code in both - one if not code.startswith("EG-2-")} == {
        "L1-AGGORDER", "L1-AGG", "L1-AGGQUAL",
    }  # fmt: skip


def test_in_a_small_organisation_it_leads_and_writes_the_specification() -> None:
    small = {each.code: each for each in propose(scope(), SMALL, TODAY).packages}
    large = {each.code: each for each in propose(scope(), LARGE, TODAY).packages}

    assert small["URS"].role == small["IT-RULES"].role == "it"
    assert (large["URS"].role, large["CHARTER"].role) == ("regulatory", "programme")
    assert sum(each.effort_days for each in small.values()) < 0.7 * sum(
        each.effort_days for each in large.values()
    )


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda each: each.code)
def test_a_template_says_for_all_kinds_of_work_who_does_it_and_who_answers_for_it(
    template: Template,
) -> None:
    roles = {each.code: each.department for each in template.resources}

    assert set(template.doers) == set(template.raci) == set(WorkKind)
    for kind, parts in template.raci.items():
        marks = [each.value for each in parts.values()]
        assert sum("A" in mark for mark in marks) == 1, kind
        responsible = next(each for each, part in parts.items() if "R" in part.value)
        assert roles[template.doers[kind]] == responsible.value, kind


def test_every_step_waits_only_for_steps_there_are() -> None:
    keys = [step.key for step in STEPS]

    assert len(keys) == len(set(keys))
    assert {after.key for step in STEPS for after in step.after} <= set(keys)


def test_issued_codes_make_serial_numbers_on_the_line_necessary() -> None:
    russia = replace(ITALY, capabilities=frozenset({Capability.ISSUED_CODES}))

    assert "L1-DELIVERY" in codes(propose(scope(needs=(russia,)), LARGE, TODAY))


def test_titles_tell_the_needs_of_one_market_apart() -> None:
    twice = [replace(EGYPT, code="EG-1"), replace(EGYPT, code="EG-2"), ITALY]
    titles = [each.title for each in propose(replace(scope(), needs=twice), LARGE, TODAY).packages]

    assert len(titles) == len(set(titles))
    assert {"Egypt (EG-1): live", "Egypt (EG-2): live", "Italy: live"} <= set(titles)
