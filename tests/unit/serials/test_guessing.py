"""How likely a guess hits, held against counting every text of small spaces."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from packtrail.serials.guessing import Promise, Share, guess_probability, issued_max, meet
from packtrail.serials.policy import Order, Policy

ALPHABETS = ("0123456789", "23456789ABCDEFGHJK", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Small policies, so that every text of them can be written down."""
    alphabet = draw(st.sampled_from(ALPHABETS))
    return Policy(
        alphabet=alphabet,
        length=draw(st.integers(2, 3)),
        prefix=draw(st.sampled_from(("", alphabet[0], alphabet[3]))),
        order=Order.IMPORTED,
        guess_limit=draw(st.sampled_from((None, Fraction(1, 2), Fraction(1, 40)))),
    )


def texts(policy: Policy) -> set[str]:
    places = map(policy.characters_at, range(policy.length))
    return {"".join(each) for each in itertools.product(*places)}


@given(policies(), policies())
def test_policies_meet_when_they_have_a_text_in_common(one: Policy, other: Policy) -> None:
    assert meet(one, other) == bool(texts(one) & texts(other))
    assert len(texts(one)) == one.space


@given(policies(), st.lists(policies(), max_size=3), st.integers(0, 2**32))
def test_a_guess_hits_no_more_often_than_told(
    policy: Policy, others: list[Policy], seed: int
) -> None:
    inside = [each for each in (policy, *others) if texts(each) <= texts(policy)]
    chance, issued, shares = random.Random(seed), set[str](), []
    for each in inside:
        given_out = chance.sample(sorted(texts(each)), chance.randint(0, each.space))
        issued |= {*given_out}
        shares.append(Share(each, len(given_out)))

    hit = Fraction(len(issued), policy.space)

    assert guess_probability(policy, shares) >= hit
    assert guess_probability(policy, shares[:1]) == shares[0].density


@given(
    policies(),
    st.lists(st.tuples(policies(), st.integers(0, 10)), max_size=3),
    st.lists(st.integers(0, 30), max_size=3),
)
def test_what_may_be_issued_keeps_every_limit_and_one_more_breaks_one(
    policy: Policy, others: list[tuple[Policy, int]], takes: list[int]
) -> None:
    shares = [Share(other, min(count, other.space)) for other, count in others]
    met = [each for each in shares if meet(policy, each.policy)]
    listed = {
        share.policy: Fraction(taken, 1_000) for share, taken in zip(met, takes, strict=False)
    }
    promises = [Promise(each.policy, listed.get(each.policy, Fraction())) for each in met]

    most = issued_max(policy, shares, promises)

    def breaks(count: int) -> bool:
        if count > policy.space - sum(each.issued for each in met):
            return True
        now = [*shares, Share(policy, count)]
        return any(
            each.policy.guess_limit is not None
            and guess_probability(each.policy, now) + each.listed >= each.policy.guess_limit
            for each in (Promise(policy), *promises)
        )

    assert breaks(most + 1)
    assert most == 0 or not breaks(most)
