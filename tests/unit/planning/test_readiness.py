"""Readiness: what rules need against what was seen, never against what was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.unit.planning.scopes import EGYPT, ITALY, scope

from packtrail.planning.book import Book, Terms, link_code
from packtrail.planning.probes import PROBES, Evidence
from packtrail.planning.proposals import propose
from packtrail.planning.readiness import (
    Item,
    ReadyState,
    by_market,
    needed,
    readiness,
    score,
    score_in_force,
    score_to_come,
)
from packtrail.planning.requirements import AcceptanceTest, OutcomeOfTest, Requirement
from packtrail.planning.scheduling import schedule
from packtrail.planning.scope import Capability, Need
from packtrail.planning.standing import verdict
from packtrail.planning.templates import LARGE, Department
from packtrail.planning.training import Course, Person, Session
from packtrail.planning.work import WorkKind

TODAY = date(2026, 11, 30)
TERMS = Terms(template="large")
GTIN = "09520861410059"
NOTHING = Evidence()


def book(**more: object) -> Book:
    made = scope()
    proposal = propose(made, LARGE, TODAY)
    return Book(
        **{
            "markets": {each.code: each for each in made.markets},
            "needs": {each.code: each for each in made.needs},
            "products": {each.code: replace(each, gtin=GTIN) for each in made.products},
            "sites": {each.code: each for each in made.sites},
            "lines": {each.code: each for each in made.lines},
            "partners": {each.code: each for each in made.partners},
            "packages": {each.code: each for each in proposal.packages},
            "links": {link_code(each): each for each in proposal.links},
            "resources": {each.code: each for each in LARGE.resources},
        }
        | more  # type: ignore[arg-type]
    )


def seen(made: Book, evidence: Evidence = NOTHING, *, on: date = TODAY) -> tuple[Item, ...]:
    return readiness(needed(made, TERMS, evidence, on), schedule(made.plan(TERMS, ()), on))


def of(items: tuple[Item, ...], probe: str, code: str = "") -> Item:
    return next(e for e in items if e.probe.key == probe and code in {e.code, ""})


def plain(made: Book) -> Book:
    """The book on the standard calendar, as its sites' calendars are not part of these tests."""
    packages = {code: replace(each, calendar="standard") for code, each in made.packages.items()}
    return replace(made, packages=packages)


def test_nothing_is_ready_where_nothing_was_seen() -> None:
    items = seen(plain(book()))

    assert {each.probe.subject for each in items} == {each.subject for each in PROBES}
    own = {"line_can", "trained", "proven"}
    assert {each.state for each in items if each.probe.key not in own} == {ReadyState.MISSING}


def test_evidence_makes_a_product_ready_and_tells_what_it_was() -> None:
    evidence = Evidence(
        described=frozenset({GTIN}), pools={GTIN: 900}, commissioned={GTIN: date(2026, 10, 1)}
    )
    items = seen(plain(book()), evidence)

    told = {each.probe.key: each.sight.told for each in items if each.probe.subject == "product"}
    assert told == {
        "master_data": f"GTIN {GTIN} described",
        "pool": "900 serial numbers left",
        "packs": "First packs on 2026-10-01",
    }
    assert {e.state for e in items if e.probe.subject == "product"} == {ReadyState.READY}


def test_only_the_packs_of_markets_that_need_it_count() -> None:
    made = book()
    other = "09520861410066"
    product = replace(
        made.products["P1"], gtin=GTIN, more_gtins=(other,),
        gtins_by_market=(("IT", other), ("DE", GTIN)),
    )  # fmt: skip
    known = plain(replace(made, products=made.products | {"P1": product}))

    assert of(seen(known, Evidence(pools={other: 5})), "pool", "P1").state is ReadyState.READY
    assert of(seen(known, Evidence(pools={GTIN: 5})), "pool", "P1").sight.told == (
        f"GTIN {other} without serial numbers"
    )


def test_an_empty_pool_is_no_pool() -> None:
    item = of(seen(plain(book()), Evidence(pools={GTIN: 0})), "pool")

    assert (item.state, item.sight.told) == (
        ReadyState.MISSING,
        f"GTIN {GTIN} without serial numbers",
    )


def test_a_product_without_a_gtin_cannot_be_seen() -> None:
    made = plain(book())
    made = replace(made, products={c: replace(p, gtin="") for c, p in made.products.items()})

    assert of(seen(made), "pool").state is ReadyState.UNSEEN


def test_what_the_plan_says_is_done_and_was_not_seen_is_told() -> None:
    made = plain(book())
    done = {
        code: replace(each, finished_on=TODAY, started_on=TODAY)
        if each.kind is WorkKind.NUMBERS
        else each
        for code, each in made.packages.items()
    }
    items = seen(replace(made, packages=done))

    assert all(each.is_only_said for each in items if each.probe.key == "pool")
    assert not any(each.is_only_said for each in items if each.probe.key == "packs")
    shown = seen(replace(made, packages=done), Evidence(pools={GTIN: 5}))
    assert not any(each.is_only_said for each in shown)


def test_what_is_missing_after_its_day_is_late_and_comes_first() -> None:
    due = min(ITALY.due_on, EGYPT.due_on)
    items = seen(plain(book()), on=due + timedelta(days=10))

    assert items[0].late_days >= 10
    assert [each.late_days for each in items] == sorted(
        (each.late_days for each in items), reverse=True
    )
    assert score(items).late > 0


def test_work_planned_after_its_last_day_makes_it_late_before_the_day() -> None:
    made = plain(book())
    late = {
        code: replace(each, not_before=date(2029, 1, 8)) if each.kind is WorkKind.NUMBERS else each
        for code, each in made.packages.items()
    }
    proposal = propose(scope(), LARGE, TODAY)
    dated = replace(made, packages=late, deadlines={each.code: each for each in proposal.deadlines})

    assert of(seen(dated), "pool").late_days > 300
    assert of(seen(replace(dated, packages=made.packages)), "pool").late_days == 0


def test_what_nothing_could_show_is_not_called_late_because_its_day_passed() -> None:
    items = seen(plain(book()), on=date(2030, 1, 7))

    assert of(items, "proven").state is ReadyState.UNSEEN
    assert of(items, "proven").late_days == 0
    assert of(items, "reports").late_days > 600


def test_a_line_lacks_what_it_cannot_do() -> None:
    items = [each for each in seen(plain(book())) if each.probe.key == "line_can"]

    assert any(each.sight.told.startswith("Lacks ") for each in items)
    assert all(each.sight.done <= each.sight.total for each in items)


def test_a_site_is_trained_when_all_competences_count() -> None:
    made = plain(book())
    site = of(seen(made), "trained").code
    people = {
        name: Person(code=name, name=name, department=Department.PACKAGING, site=site)
        for name in ("ann", "ben")
    }
    courses = {"X": Course(code="X", title="X", departments=(Department.PACKAGING,))}
    held = Session(code="S", course="X", on=TODAY, attended=("ann",), passed=("ann",))
    made = replace(made, people=people, courses=courses, sessions={"S": held})
    item = of(seen(made), "trained", site)

    assert item.state is ReadyState.PARTLY
    assert item.sight.told == "1 of 2 competences are valid"


def test_a_market_is_proven_by_tests_that_passed() -> None:
    requirement = Requirement(code="R", title="R", market="IT")
    test = AcceptanceTest(
        code="T", title="T", requirements=("R",), result=OutcomeOfTest.PASSED,
        run_on=TODAY, run_by="V", evidence="page 7",
    )  # fmt: skip
    made = plain(book(requirements={"R": requirement}, tests={"T": test}))

    assert of(seen(made), "proven", "IT").state is ReadyState.READY
    assert of(seen(made), "proven", "EG").state is ReadyState.UNSEEN


def test_an_acknowledged_report_counts_and_a_rejected_one_takes_away() -> None:
    taken = Evidence(acknowledged={"EG": TODAY}, refused={"EG": 2})
    item = of(seen(plain(book()), taken), "reports", "EG")

    assert item.state is ReadyState.PARTLY
    assert item.sight.told == "Last report taken on 2026-11-30; 2 rejected"


def test_the_scores_of_markets_add_up_to_what_each_needs() -> None:
    items = seen(plain(book()), Evidence(described=frozenset({GTIN})))
    scores = by_market(items)

    for market in ("IT", "EG"):
        needed = sum(market in each.markets for each in items)
        assert sum(found.total for key, found in scores.items() if key[0] == market) == needed
    assert score(items).ready == sum(each.state is ReadyState.READY for each in items)


# --- rules that hold already ----------------------------------------------------------------------

HELD = Need(
    code="EG/in-force-1", market="EG", title="Egypt: rules in force", due_on=date(2023, 5, 31),
    capabilities=frozenset({Capability.SERIALS, Capability.REPORTING}),
)  # fmt: skip


def held(made: Book, *, on: date = TODAY) -> tuple[Item, ...]:
    wanted = needed(made, TERMS, NOTHING, on, in_force=(HELD,))
    return readiness(wanted, schedule(made.plan(TERMS, ()), on))


def sold_from(made: Book, first: date | None) -> Book:
    products = {
        code: replace(each, first_sales=(("EG", first),)) for code, each in made.products.items()
    }
    return replace(made, products=products)


def test_rules_that_hold_already_ask_although_no_date_of_the_plan_does() -> None:
    made = plain(replace(book(), needs={}))
    items = held(made)

    assert {each.probe.subject for each in items} == {each.subject for each in PROBES}
    assert {each.since for each in items} == {date(2023, 6, 1)}
    assert {each.due_on for each in items} == {date(2023, 5, 31)}
    assert {market for each in items for market in each.markets} == {"EG"}
    assert of(items, "packs", "P2").late_days == (TODAY - date(2023, 5, 31)).days


def test_a_need_that_was_met_in_the_plan_and_one_in_force_are_one_row() -> None:
    item = of(held(plain(book())), "reports", "EG")

    assert item.due_on == HELD.due_on, "the earlier one"
    assert item.since == date(2023, 6, 1)
    assert of(held(plain(book())), "reports", "IT").since is None


def test_a_product_that_came_later_is_late_from_its_first_sale_on() -> None:
    made = sold_from(plain(replace(book(), needs={})), date(2026, 11, 21))
    item = of(held(made), "packs", "P2")

    assert (item.since, item.due_on) == (date(2023, 6, 1), date(2026, 11, 20))
    assert item.late_days == 10


def test_what_is_still_to_be_launched_is_due_before_its_first_sale_and_not_late() -> None:
    made = plain(replace(book(), needs={}))
    dated = of(held(sold_from(made, date(2027, 3, 1))), "packs", "P2")
    open_ = of(held(sold_from(made, None)), "packs", "P2")

    assert (dated.due_on, dated.late_days) == (date(2027, 2, 28), 0)
    assert (open_.due_on, open_.late_days) == (None, 0)
    assert open_.since == date(2023, 6, 1)


def test_a_line_is_due_with_the_first_of_its_products() -> None:
    made = plain(replace(book(), needs={}))
    products = dict(made.products)
    products["P2"] = replace(products["P2"], line="L2", first_sales=(("EG", date(2027, 3, 1)),))
    products["P3"] = replace(products["P3"], line="L2", first_sales=(("EG", None),))
    items = held(replace(made, products=products))

    assert of(items, "batch", "L2").due_on == date(2027, 2, 28)


def test_rules_that_are_about_nothing_in_scope_ask_for_nothing() -> None:
    made = plain(replace(book(), needs={}))
    others = {c: replace(p, markets=("IT",)) for c, p in made.products.items()}

    assert held(replace(made, products=others)) == ()


# --- each market for itself -----------------------------------------------------------------------


def test_a_market_is_not_behind_for_the_packs_of_another() -> None:
    made = book()
    italian, egyptian = "09520861410066", "09520861410073"
    product = replace(
        made.products["P2"], gtin=italian, more_gtins=(egyptian,),
        gtins_by_market=(("IT", italian), ("EG", egyptian)),
    )  # fmt: skip
    known = plain(replace(made, products={"P2": product}))
    items = seen(known, Evidence(described=frozenset({italian})))

    assert {(e.markets, e.state) for e in items if e.probe.key == "master_data"} == {
        (("IT",), ReadyState.READY),
        (("EG",), ReadyState.MISSING),
    }
    scores = by_market(items)
    assert (scores["IT", "master_data"].ready, scores["EG", "master_data"].ready) == (1, 0)


def test_a_market_is_not_behind_for_what_another_needs_of_a_line() -> None:
    made = plain(book())
    serial = frozenset({Capability.SERIALS, Capability.TAMPER_EVIDENCE})
    lines = {code: replace(each, capabilities=serial) for code, each in made.lines.items()}
    items = seen(replace(made, lines=lines))
    of_l1 = [e for e in items if e.probe.key == "line_can" and e.code == "L1"]

    assert {(e.markets, e.state) for e in of_l1} == {
        (("IT",), ReadyState.READY),
        (("EG",), ReadyState.MISSING),
    }


def test_markets_that_sell_the_same_packs_are_one_row() -> None:
    items = [e for e in seen(plain(book())) if e.probe.key == "master_data" and e.code == "P2"]

    assert [e.markets for e in items] == [("IT", "EG")]


# --- dates to come, and the plan ------------------------------------------------------------------

LATER = Need(
    code="EG-9", market="EG", title="Egypt: aggregation", due_on=date(2028, 5, 31),
    capabilities=frozenset({Capability.SERIALS, Capability.AGGREGATION}),
)  # fmt: skip


def test_what_a_line_needs_later_is_not_late_today() -> None:
    made = plain(replace(book(), needs={"EG-9": LATER}))
    lines = {
        code: replace(each, capabilities=frozenset({Capability.SERIALS}))
        for code, each in made.lines.items()
    }
    rows = {
        each.state: each
        for each in held(replace(made, lines=lines))
        if each.probe.key == "line_can" and each.code == "L1"
    }

    assert set(rows) == {ReadyState.READY, ReadyState.MISSING}
    today, later = rows[ReadyState.READY], rows[ReadyState.MISSING]
    assert (today.since, today.coming_on) == (date(2023, 6, 1), LATER.due_on)
    assert (later.since, later.coming_on, later.late_days) == (None, LATER.due_on, 0)


def test_what_a_second_date_needs_of_a_line_is_not_due_with_the_first() -> None:
    first = replace(LATER, code="EG-8", due_on=date(2027, 5, 31),
                    capabilities=frozenset({Capability.SERIALS}))  # fmt: skip
    made = plain(replace(book(), needs={"EG-8": first, "EG-9": LATER}))
    rows = [e for e in seen(made) if e.probe.key == "line_can" and e.code == "L1"]

    assert [each.coming_on for each in rows] == [first.due_on, LATER.due_on]
    assert {each.sight.total for each in rows} == {1}


def dated() -> Book:
    proposal = propose(scope(), LARGE, TODAY)
    return replace(plain(book()), deadlines={each.code: each for each in proposal.deadlines})


def test_what_is_late_for_a_date_to_come_is_so_only_where_the_verdict_has_a_date_late() -> None:
    made = dated()
    schedules = schedule(made.plan(TERMS, ()), TODAY)
    assert verdict(schedules).broken == ()
    assert score_to_come(seen(made)).late == 0

    waiting = {
        code: replace(each, not_before=date(2029, 1, 8))
        if each.kind is WorkKind.NUMBERS and each.market == "IT"
        else each
        for code, each in made.packages.items()
    }
    slow = replace(made, packages=waiting)
    late = [e for e in seen(slow) if e.foreseen_days]

    broken = verdict(schedule(slow.plan(TERMS, ()), TODAY)).broken
    assert [each.deadline.market for each in broken] == ["IT"]
    assert {market for each in late for market in each.markets} == {"IT"}
    assert score_to_come(seen(slow)).late == len(late) > 0


def test_rules_in_force_make_no_date_to_come_late() -> None:
    items = held(dated())

    assert score_in_force(items).late > 0
    assert score_to_come(items).late == 0
    assert score_to_come(items).total > 0


def test_work_for_a_later_date_does_not_say_when_the_first_is_ready() -> None:
    made = dated()
    items = seen(made)
    plan = schedule(made.plan(TERMS, ()), TODAY)
    live = {each.deadline.market: each.finish_on for each in plan.outlooks}

    for item in (each for each in items if each.probe.key == "packs"):
        assert item.planned_on is not None
        assert item.planned_on <= live[item.markets[0]]
