"""Rules about which application identifiers go together.

Clause:
    GS1 General Specifications, section 4.14.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packtrail.gs1 import codes
from packtrail.gs1.application_identifiers import TABLE
from packtrail.gs1.values import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packtrail.base.findings import Finding

Located = tuple[str, str, tuple[int, int]]
"""Application identifier, value and where the value stands."""

_OPTIONAL_SERIAL = {"253": 13, "255": 13, "8003": 14}
"""Keys whose serial part may be missing, and how long they are without it."""

_NEEDS_SERIAL = "8030"
"""A digital signature signs one object, so its key must be serialised."""


def check_repeats(elements: Sequence[Located]) -> list[Finding]:
    """Return a finding for each element that contradicts an earlier one of the same AI."""
    first: dict[str, str] = {}
    findings = []
    for ai, value, place in elements:
        if first.setdefault(ai, value) != value:
            findings.append(
                codes.REPEATED.found(
                    f"({ai}) appears with two values, {first[ai]!r} and {value!r}.",
                    at=span(*place),
                )
            )
    return findings


def check_associations(elements: Sequence[Located]) -> list[Finding]:
    """Return a finding for each AI that lacks a companion or has one that excludes it."""
    values = {ai: value for ai, value, _ in elements}
    findings = []
    for ai, _, place in {element[0]: element for element in elements}.values():
        row = TABLE.get(ai)
        if row is None:
            continue
        at = span(*place)
        for rule in row.requires:
            if not any(_has_all(group, values, ai) for group in rule):
                ways = " or ".join(" with ".join(f"({name})" for name in way) for way in rule)
                findings.append(codes.REQUIRED.found(f"({ai}) must go with {ways}.", at=at))
        findings += (
            codes.EXCLUDED.found(f"({ai}) must not go with ({other}).", at=at)
            for other in values
            if other != ai and _excludes(ai, other)
        )
    return findings


def _has_all(group: Iterable[str], values: Mapping[str, str], ai: str) -> bool:
    return all(
        any(
            _matches(other, name) and not (ai == _NEEDS_SERIAL and _is_unserialised(other, value))
            for other, value in values.items()
        )
        for name in group
    )


def _is_unserialised(ai: str, value: str) -> bool:
    return ai in _OPTIONAL_SERIAL and len(value) <= _OPTIONAL_SERIAL[ai]


@lru_cache(maxsize=4096)
def _excludes(ai: str, other: str) -> bool:
    return any(_matches(other, pattern) for pattern in TABLE[ai].excludes)


def _matches(ai: str, pattern: str) -> bool:
    """Tell whether an AI is the one named; `n` stands for any digit."""
    stem = pattern.rstrip("n")
    return len(ai) == len(pattern) and ai.startswith(stem)
