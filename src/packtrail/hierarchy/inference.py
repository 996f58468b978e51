"""Inference: how far what a label says of a container is believed, and what evidence there is.

Nobody opens every case. Who receives a pallet infers that what the sender packed is inside; how far
that is trusted is a policy, and the cases that were opened are its evidence. From these follows, at
a stated confidence, how many cases at most may hold something else than the record says.

    >>> policy = InferencePolicy(trust=Trust.SAMPLE)
    >>> judge(policy, Evidence(population=60, opened=12, faulty=0)).faulty_max
    11

Clause:
    GS1 US: Applying GS1 Standards for DSCSA, inference; ISO 2859-2, sampling without replacement.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

from packtrail.hierarchy import codes

if TYPE_CHECKING:
    from packtrail.base.findings import Finding

CASES_MAX = 100_000
"""Most cases that are reckoned with."""


class Trust(StrEnum):
    """What a receiver does before it believes what a container is said to hold."""

    TRUST = "trust"
    """Believe it; what is inside counts as received with what holds it."""
    SAMPLE = "sample"
    """Open some cases, and believe the rest if those are right."""
    OPEN = "open"
    """Open every case; what is in an unopened one is not received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InferencePolicy:
    """How far containers are believed."""

    trust: Trust
    share_max: Fraction = Fraction(1, 5)
    """Of a sample: the largest share of faulty cases that may remain possible, 0 to 1."""
    confidence: Fraction = Fraction(95, 100)
    """How sure one wants to be of that, above 0 and below 1."""
    cases: int | None = None
    """Of a sample: how many cases are opened, or all if there are fewer; None: so many that share
    and confidence hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was looked into."""

    population: int
    """Cases there are: containers that hold packs directly."""
    opened: int
    faulty: int
    """Of the opened ones: they held something else than was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a policy makes of the evidence."""

    is_accepted: bool
    """What the unopened cases are said to hold may be believed."""
    to_open: int
    """How many more cases must be opened for that, if they turn out right."""
    faulty_max: int
    """Cases that may be faulty at most, at the policy's confidence."""
    evidence: Evidence
    findings: tuple[Finding, ...]

    @property
    def share_max(self) -> Fraction:
        """The same as a share of all cases."""
        population = self.evidence.population
        return Fraction(self.faulty_max, population) if population else Fraction(0)


def faulty_at_most(evidence: Evidence, confidence: Fraction) -> int:
    """Return how many cases may be faulty at most: an exact bound, for draws without replacement.

    With more faulty cases than that, seeing so few among the opened ones has less than
    1 - confidence of chance.
    """
    population, opened, seen = evidence.population, evidence.opened, evidence.faulty
    low, high = seen, population - (opened - seen)
    while low < high:  # The chance falls as more cases are faulty.
        middle = (low + high + 1) // 2
        if _chance(population, opened, seen, middle) >= 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low


def sample_size(population: int, policy: InferencePolicy) -> int:
    """Return how many cases to open so that the policy is content if all of them are right."""
    if policy.trust is not Trust.SAMPLE or not population:
        return population if policy.trust is Trust.OPEN else 0
    if policy.cases is not None:
        return min(policy.cases, population)
    low, high = 0, population
    while low < high:
        middle = (low + high) // 2
        bound = faulty_at_most(
            Evidence(population=population, opened=middle, faulty=0), policy.confidence
        )
        if Fraction(bound, population) <= policy.share_max:
            high = middle
        else:
            low = middle + 1
    return low


def judge(policy: InferencePolicy, evidence: Evidence) -> Judgement:
    """Return whether what the unopened cases are said to hold may be believed.

    One case that held something else is enough: then only what was seen counts.

    Args:
        policy: How far containers are believed.
        evidence: What was looked into; 0 to `CASES_MAX` cases.
    """
    bound = faulty_at_most(evidence, policy.confidence)
    findings = []
    if evidence.faulty:
        text = (
            f"{evidence.faulty} of {evidence.opened} opened cases held something else than was"
            f" recorded; up to {bound} of {evidence.population} may."
        )
        findings.append(codes.CASES_DIFFER.found(text))
    to_open = max(0, sample_size(evidence.population, policy) - evidence.opened)
    is_within = (
        policy.cases is not None or Fraction(bound, evidence.population or 1) <= policy.share_max
    )
    is_accepted = {
        Trust.TRUST: not evidence.faulty,
        Trust.SAMPLE: is_within and not (to_open or evidence.faulty),
        Trust.OPEN: evidence.opened == evidence.population,
    }[policy.trust]
    if to_open:
        text = f"{evidence.opened} of {evidence.population} cases were opened; open {to_open} more."
        findings.append(codes.TOO_FEW_OPENED.found(text))
    return Judgement(
        is_accepted=is_accepted,
        to_open=to_open,
        faulty_max=bound,
        evidence=evidence,
        findings=tuple(findings),
    )


def _chance(population: int, opened: int, seen: int, faulty: int) -> Fraction:
    """Return how likely at most `seen` faulty cases are among those opened."""
    good = population - faulty
    ways = sum(
        comb(faulty, k) * comb(good, opened - k)
        for k in range(max(0, opened - good), min(seen, faulty, opened) + 1)
    )
    return Fraction(ways, comb(population, opened))
