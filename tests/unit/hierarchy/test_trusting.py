"""Which rule decides about a case, and which cases a sample opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from packtrail.hierarchy.inference import InferencePolicy, Trust
from packtrail.hierarchy.trusting import About, Rule, deciding, draw, in_force, strictest

START = datetime(2026, 3, 1, tzinfo=UTC)
PARTNERS, PRODUCTS, PLACES = ("A", "B", None), ("P", "Q", None), ("X", None)
TRUST, SAMPLE, OPEN = (InferencePolicy(trust=trust) for trust in Trust)


def rule(number: int, policy: InferencePolicy | None, *, day: int = 0, **more) -> Rule:
    at = START + timedelta(days=day)
    told = {"effective_at": at, "recorded_at": at} | more
    return Rule(number=number, policy=policy, **told)


CASE = About(partners=frozenset({"A", "shop"}), gtin="P", place="X")

moments = st.integers(0, 20).map(lambda hours: START + timedelta(hours=hours))
rules = st.lists(
    st.builds(
        Rule,
        number=st.integers(1, 99),
        partner=st.sampled_from(PARTNERS),
        gtin=st.sampled_from(PRODUCTS),
        place=st.sampled_from(PLACES),
        policy=st.sampled_from((TRUST, SAMPLE, OPEN, None)),
        effective_at=moments,
        recorded_at=moments,
    ),
    max_size=12,
)


def test_the_narrowest_rule_decides_partner_before_product_before_place():
    wide, place, product, partner, other = (
        rule(1, TRUST),
        rule(2, OPEN, place="X"),
        rule(3, SAMPLE, gtin="P"),
        rule(4, OPEN, partner="A"),
        rule(5, OPEN, partner="B", gtin="P", place="X"),
    )

    assert deciding([wide], CASE, at=START) is wide
    assert deciding([place, wide], CASE, at=START) is place
    assert deciding([place, wide, product], CASE, at=START) is product
    assert deciding([other, place, partner, wide, product], CASE, at=START) is partner
    assert deciding([other], CASE, at=START) is None


def test_a_later_rule_of_the_same_scope_replaces_the_one_before_and_may_end_it():
    first, second, end = rule(1, TRUST), rule(2, OPEN, day=2), rule(3, None, day=4)
    days = [START + timedelta(days=day) for day in (-1, 1, 3, 5)]

    found = [deciding([end, second, first], CASE, at=at) for at in days]

    assert found == [None, first, second, None]


def test_the_strictest_rule_counts_for_a_case_of_several_products():
    few = rule(4, InferencePolicy(trust=Trust.SAMPLE, cases=3))

    assert strictest([None, rule(1, TRUST)]) == rule(1, TRUST)
    assert strictest([rule(1, TRUST), None, few, rule(2, SAMPLE)]) == few
    assert strictest([few, rule(5, OPEN), None]) == rule(5, OPEN)
    assert strictest([None]) is None


@given(rules, rules, moments, moments)
def test_what_is_recorded_later_changes_nothing_that_was_known(
    before: list[Rule], after: list[Rule], at: datetime, known_at: datetime
):
    later = [each for each in after if each.recorded_at > known_at]

    assert in_force([*before, *later], at=at, known_at=known_at) == in_force(
        before, at=at, known_at=known_at
    )


@given(rules, moments)
def test_of_each_scope_one_rule_holds_and_the_one_that_decides_is_among_them(
    some: list[Rule], at: datetime
):
    held = in_force(some, at=at)
    found = deciding(some, CASE, at=at)

    assert len({each.scope for each in held}) == len(held)
    assert found is None or (found in held and found.is_about(CASE))
    narrower = [each for each in held if found and each.is_about(CASE) and each.rank > found.rank]
    assert not narrower


@given(st.text(min_size=1), st.sets(st.text(min_size=1), max_size=30), st.integers(0, 40))
def test_a_draw_can_be_repeated_in_any_order_and_grows_with_its_count(
    seed: str, cases: set[str], count: int
):
    drawn = draw(seed, cases, count)

    assert drawn == draw(seed, sorted(cases, reverse=True), count)
    assert len(set(drawn)) == len(drawn) == min(count, len(cases))
    assert set(drawn) <= cases
    assert set(drawn) <= set(draw(seed, cases, count + 1))


def test_every_case_is_drawn_equally_often():
    cases = [f"case {number}" for number in range(10)]
    hits = dict.fromkeys(cases, 0)

    for seed in range(2000):
        for case in draw(str(seed), cases, 3):
            hits[case] += 1

    # 600 expected each, standard deviation 20.5; six of them.
    assert all(477 < count < 723 for count in hits.values())
