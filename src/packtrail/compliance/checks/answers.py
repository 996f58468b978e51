"""Answers of a check: passed, failed, or not to be told, always with the sentence that says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from inspect import Parameter as Argument
from inspect import signature
from typing import Any, get_type_hints

from packtrail.compliance.subjects import SubjectKind


class Outcome(StrEnum):
    """What becomes of a rule."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """A fact was not said, or the law itself is unknown. It is never taken for passed."""
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check says of a subject."""

    outcome: Outcome
    sentence: str
    at: str = ""
    """The fact that decided."""


@dataclass(frozen=True)
class Check:
    """One of the closed set of checks: a function of a subject and named arguments."""

    run: Callable[..., Answer]
    kinds: frozenset[SubjectKind]

    @property
    def name(self) -> str:
        """The name that rules use."""
        return self.run.__name__

    @property
    def meaning(self) -> str:
        """What it checks, in a sentence."""
        return (self.run.__doc__ or "").strip().splitlines()[0]

    @cached_property
    def arguments(self) -> Mapping[str, Any]:
        """Name of an argument -> the kind of its value."""
        hints = get_type_hints(self.run)
        return {each.name: hints[each.name] for each in self._named()}

    @cached_property
    def required(self) -> frozenset[str]:
        """Arguments that every rule must give."""
        return frozenset(each.name for each in self._named() if each.default is Argument.empty)

    def _named(self) -> list[Argument]:
        return [
            each
            for each in signature(self.run).parameters.values()
            if each.kind is Argument.KEYWORD_ONLY
        ]


def table(kinds: Iterable[SubjectKind], *functions: Callable[..., Answer]) -> dict[str, Check]:
    """Return functions as checks, by name."""
    return {each.__name__: Check(each, frozenset(kinds)) for each in functions}


def passed(sentence: str, at: str = "") -> Answer:
    """It is as it must be."""
    return Answer(Outcome.PASSED, sentence, at)


def failed(sentence: str, at: str = "") -> Answer:
    """It is not as it must be."""
    return Answer(Outcome.FAILED, sentence, at)


def not_said(fact: str, what: str) -> Answer:
    """The fact that decides was not said."""
    return Answer(Outcome.UNKNOWN, f"It is not said {what}.", fact)


def decide(*, is_so: bool, yes: str, no: str, at: str) -> Answer:
    """Return passed or failed with its sentence."""
    return passed(yes, at) if is_so else failed(no, at)


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """Return words as a sentence lists them: `a, b and c`."""
    *head, tail = [str(word).replace("_", " ") for word in words] or ["nothing"]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def named(identifiers: Iterable[str]) -> str:
    """Return application identifiers as people read them: `(01) GTIN, (21) serial number`."""
    return listed(f"({ai}) {_TITLES[ai]}" if ai in _TITLES else ai for ai in identifiers)


_TITLES = {
    "00": "SSCC",
    "01": "GTIN",
    "02": "GTIN of the contents",
    "10": "lot",
    "11": "production date",
    "17": "expiry date",
    "21": "serial number",
    "30": "count",
    "91": "verification key",
    "92": "signature",
    "240": "additional product identification",
    "710": "national number (DE)",
    "711": "national number (FR)",
    "712": "national number (ES)",
    "713": "national number (BR)",
    "714": "national number (PT)",
    "715": "national number (US)",
    "716": "national number (IT)",
}


def subset(
    wanted: Iterable[str],
    found: Iterable[str],
    *,
    at: str,
    yes: str,
    no: str,
    tell: Callable[[Iterable[str]], str] = listed,
) -> Answer:
    """Check that all that is wanted is there.

    Args:
        wanted: What must be there, in the order in which it is told.
        found: What is there.
        at: The fact.
        yes: Sentence with `{}` for all that is wanted.
        no: Sentence with `{}` for what is missing.
        tell: How the words are told.
    """
    wanted, there = tuple(wanted), frozenset(found)
    missing = [each for each in wanted if each not in there]
    return failed(no.format(tell(missing)), at) if missing else passed(yes.format(tell(wanted)), at)
