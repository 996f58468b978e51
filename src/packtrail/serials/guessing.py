"""How likely a guess hits an issued serial number of a trade item.

Whoever guesses knows what the numbers look like, and tries where they lie thickest. So the
probability is that of the thickest space, not of all spaces together: in each, what was issued over
the texts there are. Where two spaces have texts in common both count, for a text there may have
come from either. Numbers that an authority chose lie where they like: they are counted one by one.

    >>> wide, narrow = Policy.of("numeric", 12), Policy.of("numeric", 8)
    >>> issued = [Share(wide, 1_000_000), Share(narrow, 5_000)]
    >>> guess_probability(wide, issued), guess_probability(narrow, issued)
    (Fraction(1, 1000000), Fraction(1, 20000))

Clause:
    Delegated Regulation (EU) 2016/161, Article 4: guessed with less than 1 in 10,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from packtrail.serials.policy import LEDGER_MAX, Policy, most_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Share:
    """What one source has issued of its space."""

    policy: Policy
    issued: int

    @property
    def density(self) -> Fraction:
        """Issued over the texts there are."""
        return Fraction(self.issued, self.policy.space)


@dataclass(frozen=True, slots=True)
class Promise:
    """That a guess among the texts of a policy hits less often than its limit."""

    policy: Policy
    listed: Fraction = Fraction()
    """What numbers that are known one by one, as imported ones are, take of it already."""


def meet(one: Policy, other: Policy) -> bool:
    """Tell whether two policies have texts in common."""
    return one.length == other.length and all(
        set(one.characters_at(place)) & set(other.characters_at(place))
        for place in range(one.length)
    )


def is_within(one: Policy, other: Policy) -> bool:
    """Tell whether another policy allows every text of one."""
    return one.length == other.length and all(
        set(one.characters_at(place)) <= set(other.characters_at(place))
        for place in range(one.length)
    )


def guess_probability(policy: Policy, shares: Iterable[Share]) -> Fraction:
    """Return how likely a guess among the texts of a policy hits an issued one, at most.

    Args:
        policy: Where the guess is made.
        shares: What was issued for the trade item, by every source.
    """
    return sum((each.density for each in shares if meet(policy, each.policy)), Fraction())


def issued_max(
    policy: Policy, others: Sequence[Share] = (), promises: Iterable[Promise] = ()
) -> int:
    """Return how many texts a new source may issue beside what others did, and yet may.

    Its own limit holds, and so do theirs where texts are in common.

    Args:
        policy: Of the new source.
        others: What the other sources of the trade item issue at most.
        promises: What those promise that have texts in common with it.
    """
    met = [each for each in others if meet(policy, each.policy)]
    bounds = [policy.space - sum(each.issued for each in met), LEDGER_MAX]
    for each in (Promise(policy), *promises):
        limit = each.policy.guess_limit
        if limit is not None:
            room = limit - each.listed - guess_probability(each.policy, others)
            bounds.append(most_below(room, policy.space) if room > 0 else 0)
    return max(min(bounds), 0)
