"""Trusting: whose packing is believed how far, since when; and which cases a sample opens.

A rule is about a trading partner, a product, a receiving place, or several of these; what it leaves
out is any. The rule of the moment at which a case arrived decides about it, also when another one
has come since. Rules are only ever added to, so what was decided by what was known then stays.

    >>> from datetime import UTC
    >>> rule = Rule(number=1, partner="0614141000005", policy=InferencePolicy(trust=Trust.OPEN),
    ...     effective_at=datetime(2026, 3, 1, tzinfo=UTC),
    ...     recorded_at=datetime(2026, 3, 1, tzinfo=UTC))
    >>> case = About(partners=frozenset({"0614141000005"}))
    >>> deciding([rule], case, at=datetime(2026, 3, 2, tzinfo=UTC)) is rule
    True
    >>> draw("monday", ["case 1", "case 2", "case 3"], 2)
    ('case 1', 'case 2')

Clause:
    GS1 US: Applying GS1 Standards for DSCSA, inference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from packtrail.hierarchy.inference import InferencePolicy, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

_STRICTNESS: Final = {Trust.TRUST: 0, Trust.SAMPLE: 1, Trust.OPEN: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a case is, as far as rules ask."""

    partners: frozenset[str] = frozenset()
    """GLNs of its sender: owner, shipper and place that it left."""
    gtin: str | None = None
    place: str | None = None
    """GLN of the place where it arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How far the packing of somebody is believed, since a moment."""

    number: int
    partner: str | None = None
    """GLN; None: whoever sends it."""
    gtin: str | None = None
    """GTIN-14; None: whatever it holds."""
    place: str | None = None
    """GLN of the place of receipt; None: wherever it arrives."""
    policy: InferencePolicy | None
    """None: from then on the rule of this scope is no more; a wider one decides."""
    effective_at: datetime
    recorded_at: datetime
    reason: str = ""
    by: str = ""

    @property
    def scope(self) -> tuple[str | None, str | None, str | None]:
        """Partner, product and place: a later rule of the same scope replaces it."""
        return self.partner, self.gtin, self.place

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """How narrow the scope is: partner before product before place."""
        return self.partner is not None, self.gtin is not None, self.place is not None

    def is_about(self, case: About) -> bool:
        """Tell whether the scope holds a case."""
        return (
            (self.partner is None or self.partner in case.partners)
            and self.gtin in {None, case.gtin}
            and self.place in {None, case.place}
        )


def in_force(
    rules: Iterable[Rule], *, at: datetime, known_at: datetime | None = None
) -> tuple[Rule, ...]:
    """Return the rules that hold at a moment, one a scope, the narrowest first.

    Args:
        rules: Every rule of an organisation.
        at: The moment.
        known_at: Only what had been recorded by then.
    """
    held: dict[tuple[str | None, str | None, str | None], Rule] = {}
    for rule in sorted(rules, key=lambda each: (each.effective_at, each.recorded_at, each.number)):
        if rule.effective_at <= at and (known_at is None or rule.recorded_at <= known_at):
            held[rule.scope] = rule
    left = (rule for rule in held.values() if rule.policy is not None)
    return tuple(sorted(left, key=lambda each: (each.rank, each.number), reverse=True))


def deciding(
    rules: Iterable[Rule], case: About, *, at: datetime, known_at: datetime | None = None
) -> Rule | None:
    """Return the rule that decides about a case at a moment: the narrowest; None: there is none."""
    held = in_force(rules, at=at, known_at=known_at)
    return next((rule for rule in held if rule.is_about(case)), None)


def strictest(rules: Iterable[Rule | None]) -> Rule | None:
    """Return the strictest of the rules for what one case holds; None, no rule, trusts."""
    return max(rules, key=_strictness, default=None)


def _strictness(rule: Rule | None) -> tuple[int, int, float, int]:
    if rule is None or rule.policy is None:
        return 0, 0, 0.0, -1
    policy = rule.policy
    share = float(policy.share_max) if policy.trust is Trust.SAMPLE else 0.0
    return _STRICTNESS[policy.trust], policy.cases or 0, -share, rule.number


def draw(seed: str, cases: Iterable[str], count: int) -> tuple[str, ...]:
    """Return the cases that a sample opens: whoever has the seed can draw them again.

    Args:
        seed: Random, made after the cases were known; so no sender can foresee the draw.
        cases: Identifiers, each once, in any order.
        count: How many, 0 or more.
    """
    places = sorted(set(cases), key=lambda case: sha256(f"{seed}\n{case}".encode()).digest())
    return tuple(sorted(places[:count]))
