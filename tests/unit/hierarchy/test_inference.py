"""How far unopened cases are believed, against the definition and known figures."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest

from packtrail.hierarchy.inference import (
    Evidence,
    InferencePolicy,
    Trust,
    faulty_at_most,
    judge,
    sample_size,
)

SAMPLE = InferencePolicy(trust=Trust.SAMPLE)


def evidence(population: int, opened: int, faulty: int = 0) -> Evidence:
    return Evidence(population=population, opened=opened, faulty=faulty)


def counted_bound(population: int, opened: int, seen: int, confidence: Fraction) -> int:
    """The same bound by going through every sample there is."""
    best = seen
    for faulty in range(seen, population - (opened - seen) + 1):
        samples = list(combinations(range(population), opened))
        few = sum(sum(case < faulty for case in sample) <= seen for sample in samples)
        if Fraction(few, len(samples)) >= 1 - confidence:
            best = max(best, faulty)
    return best


@pytest.mark.parametrize("population", [1, 4, 7])
def test_the_bound_is_the_one_that_counting_every_sample_gives(population: int):
    for opened in range(population + 1):
        for seen in range(opened + 1):
            for confidence in (Fraction(95, 100), Fraction(1, 2)):
                expected = counted_bound(population, opened, seen, confidence)
                assert faulty_at_most(evidence(population, opened, seen), confidence) == expected


def test_whoever_opens_nothing_knows_nothing_and_whoever_opens_all_knows_all():
    assert faulty_at_most(evidence(60, 0), SAMPLE.confidence) == 60
    assert faulty_at_most(evidence(60, 60), SAMPLE.confidence) == 0
    assert faulty_at_most(evidence(60, 60, 3), SAMPLE.confidence) == 3


@pytest.mark.parametrize(("population", "size"), [(0, 0), (1, 1), (20, 9), (60, 12), (5000, 14)])
def test_the_sample_is_the_least_that_satisfies_the_policy(population: int, size: int):
    assert sample_size(population, SAMPLE) == size
    if size:
        share = Fraction(
            faulty_at_most(evidence(population, size - 1), SAMPLE.confidence), population
        )
        assert share > SAMPLE.share_max


def test_trust_believes_until_a_case_proves_it_wrong():
    policy = InferencePolicy(trust=Trust.TRUST)

    assert judge(policy, evidence(60, 0)).is_accepted
    refuted = judge(policy, evidence(60, 2, 1))
    assert not refuted.is_accepted
    assert [finding.code for finding in refuted.findings] == ["TRC-107"]


def test_a_sample_is_believed_when_enough_was_opened_and_right():
    few, enough, wrong = (judge(SAMPLE, evidence(60, *e)) for e in ((5, 0), (12, 0), (12, 2)))

    assert (few.is_accepted, few.to_open) == (False, 7)
    assert [finding.code for finding in few.findings] == ["TRC-108"]
    assert (enough.is_accepted, enough.to_open, enough.faulty_max) == (True, 0, 11)
    assert enough.share_max == Fraction(11, 60)
    assert not wrong.is_accepted


def test_opening_every_case_is_done_when_every_case_was_opened():
    policy = InferencePolicy(trust=Trust.OPEN)

    assert (judge(policy, evidence(4, 3)).is_accepted, judge(policy, evidence(4, 3)).to_open) == (
        False,
        1,
    )
    assert judge(policy, evidence(4, 4, 1)).is_accepted
