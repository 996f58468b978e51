"""Explanations: why a rule says what it says, in one sentence with its clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.compliance.checks import Outcome
from packtrail.compliance.checks.answers import listed
from packtrail.compliance.statements import told
from packtrail.compliance.subjects import Document, Shipment
from packtrail.compliance.topics import title_of
from packtrail.compliance.words import Confidence, FactStatus, Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.compliance.evaluation import RuleResult
    from packtrail.compliance.packs import Pack
    from packtrail.compliance.statements import Statement
    from packtrail.compliance.subjects import Subject

_WORDS = {
    Outcome.PASSED: "is met",
    Outcome.FAILED: "is not met",
    Outcome.UNKNOWN: "cannot be decided",
    Outcome.EXEMPT: "does not apply",
}
_DOUBTS = {
    FactStatus.KNOWN: "",
    FactStatus.EXPECTED: "expected, not law yet",
    FactStatus.DISPUTED: "sources disagree",
    FactStatus.UNKNOWN: "unknown",
}


def why(result: RuleResult) -> str:
    """Return one sentence: the rule, what became of it, why, since when, and who says so.

    >>> # EU-FMD-008 is not met: The pack has no anti-tampering device. (Directive 2001/83/EC, ...)
    """
    rule, applied = result.rule, result.applied
    asides = [rule.clause, f"since {applied.since}"]
    if _DOUBTS[applied.status]:
        asides.append(_DOUBTS[applied.status])
    if rule.confidence is not Confidence.HIGH:
        asides.append(f"{rule.confidence.value} confidence")
    return f"{rule.code} {_WORDS[result.outcome]}: {result.sentence} ({'; '.join(asides)})"


def verdict_of(results: Iterable[RuleResult]) -> Outcome:
    """Return what becomes of a product: failed if a rule is broken, else unknown if one is open.

    A broken rule that weighs less than an error does not keep a product from being sold.
    """
    found = tuple(results)
    if any(each.outcome is Outcome.FAILED and each.severity == "error" for each in found):
        return Outcome.FAILED
    if any(each.outcome is Outcome.UNKNOWN for each in found):
        return Outcome.UNKNOWN
    return Outcome.PASSED


def described(subject: Subject) -> str:
    """Return which subject is meant, in words.

    >>> described(Shipment(to_groups=frozenset({"small_dispenser"})))
    'shipment to small dispenser'
    """
    words = subject.KIND.value.replace("_", " ")
    if subject.level not in {None, Level.UNIT}:
        words = f"{words} of the {subject.level}"
    if isinstance(subject, Shipment):
        to = subject.to_groups or subject.to_roles
        return f"{words} to {listed(sorted(to))}" if to else words
    if isinstance(subject, Document):
        about = subject.format or subject.record
        return f"{words}, {about.replace('_', ' ')}" if about else words
    return words


def provenance(pack: Pack, statement: Statement) -> str:
    """Return who says something, how sure it is, and when it was last seen to be so."""
    names = ", ".join(pack.source_title(each) for each in statement.sources)
    parts = [names, f"{statement.confidence.value} confidence", f"seen on {statement.true_on}"]
    if statement.status is not FactStatus.KNOWN:
        parts.insert(1, _DOUBTS[statement.status])
    return "; ".join(parts)


def parameter_line(name: str, statement: Statement) -> str:
    """Return a parameter with its value and since when: `Longest serial number: 20`."""
    since = f" (from {statement.from_on})" if statement.from_on else ""
    return f"{title_of(name)}: {told(statement.value)}{since}"
