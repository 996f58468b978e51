"""Policies: what the serial numbers of a pool look like, and how many may be issued.

A policy spans a space of texts. How likely a guess is to hit an issued number is the share of that
space which is issued; with a limit on it, that share is what a pool may never reach.

    >>> policy = Policy.of("numeric", 12, first="123456789")
    >>> policy.space, policy.issued_max
    (900000000000, 89999999)
    >>> policy.text(0), policy.number("100000000001")
    ('100000000000', 1)

Clause:
    GS1 General Specifications, section 3.5.2 (AI 21: up to 20 characters of set 82); Delegated
    Regulation (EU) 2016/161, Article 4 (randomised, guessed with less than 1 in 10,000).
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

from packtrail.base.errors import RefusedError
from packtrail.gs1.charsets import SETS
from packtrail.serials.codes import BAD_POLICY, SPACE_TOO_SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.base.findings import Finding

LENGTH_MAX: Final = 20
LEDGER_MAX: Final = 2**56
"""Positions in a ledger stay below: no pool lives long enough to reach it."""
SPACE_MIN: Final = 1_000_000
"""FF1 is defined from here on."""
EU_GUESS_LIMIT: Final = Fraction(1, 10_000)

_CAPITALS: Final = string.ascii_uppercase
PRESETS: Final = {
    "numeric": string.digits,
    "alphanumeric": string.digits + _CAPITALS,
    "unambiguous": string.digits + "".join(c for c in _CAPITALS if c not in "IJLOQU"),
    "mixed-case": string.digits + _CAPITALS + string.ascii_lowercase,
}
"""Name -> alphabet. `unambiguous` leaves out I, J, L, O, Q and U, which people misread."""


class Order(StrEnum):
    """In which order a pool gives the numbers of its space."""

    RANDOM = "random"
    """By a keyed permutation: nobody can tell the next."""
    SEQUENTIAL = "sequential"
    """One after the other: anybody can."""
    IMPORTED = "imported"
    """In the order of the files of an authority, which made them."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What serial numbers look like. Make one with `of`, which checks it."""

    alphabet: str
    """The characters, each once; their order is that of sequential numbers."""
    length: int
    """Characters of a whole serial number, the prefix included."""
    prefix: str = ""
    """What every serial number starts with."""
    first: str = ""
    """The characters that may come after the prefix; empty: all of the alphabet."""
    order: Order = Order.RANDOM
    guess_limit: Fraction | None = EU_GUESS_LIMIT
    """A guess must hit an issued number less often than this; None: no promise."""

    @classmethod
    def of(
        cls,
        alphabet: str,
        length: int,
        *,
        prefix: str = "",
        first: str = "",
        order: Order = Order.RANDOM,
        guess_limit: Fraction | None = EU_GUESS_LIMIT,
    ) -> Self:
        """Return a policy that can be used.

        Args:
            alphabet: The name of a preset, or the characters themselves.
            length: 2 to 20 characters of a whole serial number.
            prefix: What every serial number starts with.
            first: The characters that may come next; empty: all.
            order: Random, sequential or imported. Sequential numbers need `guess_limit` None.
            guess_limit: Above 0 and at most 1; None: no promise.

        Raises:
            RefusedError: Every defect: `SER-001`, and `SER-002` for a space too small.
        """
        only_one = first if len(first) == 1 and first in PRESETS.get(alphabet, alphabet) else ""
        policy = cls(
            alphabet=PRESETS.get(alphabet, alphabet),
            length=length,
            prefix=prefix + only_one,
            first="" if only_one else first,
            order=order,
            guess_limit=guess_limit,
        )
        findings = list(_findings(policy))
        if findings:
            raise RefusedError(*findings)
        return policy

    @property
    def body_length(self) -> int:
        """How many characters come after the prefix."""
        return self.length - len(self.prefix)

    @cached_property
    def firsts(self) -> str:
        """The characters that may come after the prefix, in the order of the alphabet."""
        return "".join(c for c in self.alphabet if c in self.first) or self.alphabet

    @cached_property
    def space(self) -> int:
        """How many serial numbers the policy allows."""
        return len(self.firsts) * self._tail_size

    @property
    def issued_max(self) -> int:
        """How many of them may be issued before a guess becomes too likely; see `guessing`."""
        return min(most_below(self.guess_limit, self.space), LEDGER_MAX)

    def characters_at(self, place: int) -> str:
        """Return the characters that may stand at a place of a serial number, counted from 0."""
        if place < len(self.prefix):
            return self.prefix[place]
        return self.firsts if place == len(self.prefix) else self.alphabet

    def text(self, number: int) -> str:
        """Return the serial number at a place of the space, from 0 to `space` - 1."""
        first, rest = divmod(number, self._tail_size)
        characters = []
        for _ in range(self.body_length - 1):
            rest, digit = divmod(rest, len(self.alphabet))
            characters.append(self.alphabet[digit])
        return self.prefix + self.firsts[first] + "".join(reversed(characters))

    def number(self, text: str) -> int | None:
        """Return the place of a serial number in the space, or None where it has none."""
        body = text.removeprefix(self.prefix)
        if len(text) != self.length or len(body) != self.body_length:
            return None
        if body[0] not in self.firsts or any(c not in self.alphabet for c in body):
            return None
        number = self.firsts.index(body[0])
        for character in body[1:]:
            number = number * len(self.alphabet) + self.alphabet.index(character)
        return number

    @cached_property
    def _tail_size(self) -> int:
        return int(len(self.alphabet) ** (self.body_length - 1))


def stored_policy(stored: Mapping[str, Any]) -> Policy:
    """Return a policy as the database keeps it."""
    rest = {name: value for name, value in stored.items() if name not in {"guess_limit", "order"}}
    limit = stored["guess_limit"]
    return Policy(**rest, order=Order(stored["order"]), guess_limit=limit and Fraction(limit))


def most_below(limit: Fraction | None, space: int) -> int:
    """Return the greatest count whose share of a space stays below a limit, not at it."""
    return space if limit is None else max(-(-limit * space // 1) - 1, 0)


def _findings(policy: Policy) -> Iterator[Finding]:
    yield from _alphabet_findings(policy)
    if not 2 <= policy.length <= LENGTH_MAX:
        yield BAD_POLICY.found(
            f"Expected 2 to {LENGTH_MAX} characters in a serial number; the policy has "
            f"{policy.length}.",
            at="length",
        )
        return
    if policy.body_length < 2:
        yield BAD_POLICY.found(
            f"The prefix {policy.prefix!r} leaves {max(policy.body_length, 0)} of {policy.length} "
            "characters to vary; two are the least.",
            at="prefix",
        )
        return
    yield from _promise_findings(policy)


def _alphabet_findings(policy: Policy) -> Iterator[Finding]:
    parts = {"alphabet": policy.alphabet, "prefix": policy.prefix}
    for name, text in parts.items():
        bad = SETS["X"].first_bad(text)
        if bad is not None:
            yield BAD_POLICY.found(
                f"The {name} has {text[bad]!r}, which no serial number may have.", at=name
            )
    if len(policy.alphabet) < 2 or len(set(policy.alphabet)) < len(policy.alphabet):
        yield BAD_POLICY.found(
            f"The alphabet {policy.alphabet!r} needs two characters or more, each once.",
            at="alphabet",
        )
    foreign = [c for c in policy.first if c not in policy.alphabet]
    if foreign:
        yield BAD_POLICY.found(
            f"The first character {foreign[0]!r} is not in the alphabet.", at="first"
        )


def _promise_findings(policy: Policy) -> Iterator[Finding]:
    limit = policy.guess_limit
    if limit is not None and not 0 < limit <= 1:
        yield BAD_POLICY.found(
            f"The guess limit {limit} is not above 0 and at most 1.", at="guess_limit"
        )
        return
    if policy.order is Order.SEQUENTIAL:
        if limit is not None:
            yield BAD_POLICY.found(
                "Sequential numbers can be guessed; a policy with a guess limit needs random ones.",
                at="order",
            )
        return
    domain = len(policy.alphabet) ** policy.body_length
    if policy.order is Order.RANDOM and domain < SPACE_MIN:
        yield SPACE_TOO_SMALL.found(
            f"The policy spans {domain:,} texts; random ones need {SPACE_MIN:,} or more.",
            at="length",
        )
    elif policy.issued_max < 1:
        yield SPACE_TOO_SMALL.found(
            f"Of {policy.space:,} serial numbers not one may be issued below a guess probability "
            f"of {limit}.",
            at="guess_limit",
        )
