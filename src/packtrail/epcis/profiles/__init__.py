"""Profiles: what a guideline asks of a document beyond the schema, as tables of rules.

A profile is a TOML file beside this module: which of a closed set of checks to run, with which
arguments, and the code of the finding. The codes carry severity, clause and remedy.

    >>> sorted(NAMES)
    ['dscsa-r1.2', 'dscsa-r1.3', 'gs1']
    >>> profile("dscsa-r1.3").title
    'GS1 US DSCSA, Release 1.3'
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import UsageError
from packtrail.base.findings import Finding, FindingCode, Severity
from packtrail.epcis.profiles import codes
from packtrail.epcis.profiles.dscsa_rules import DSCSA_CHECKS
from packtrail.epcis.profiles.gs1_rules import GS1_CHECKS
from packtrail.epcis.profiles.master_data_rules import MASTER_DATA_CHECKS
from packtrail.epcis.profiles.subject import Subject
from packtrail.epcis.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from packtrail.epcis.events import EpcisDocument

NAMES = ("gs1", "dscsa-r1.2", "dscsa-r1.3")
"""Profiles there are."""

CHECKS: dict[str, Callable[..., Iterable[tuple[str, str]]]] = {
    **GS1_CHECKS,
    **MASTER_DATA_CHECKS,
    **DSCSA_CHECKS,
}
"""Name in a profile -> check: takes the subject and the rule's arguments, gives (message, at)."""
_CODES = {code.code: code for code in vars(codes).values() if isinstance(code, FindingCode)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing a profile asks for."""

    code: FindingCode
    severity: Severity
    check: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The rules of a guideline, those it inherits first."""

    name: str
    title: str
    rules: tuple[Rule, ...]


@lru_cache
def profile(name: str) -> Profile:
    """Return a profile by name.

    Raises:
        UsageError: There is none of this name.
    """
    if name not in NAMES:
        raise UsageError(f"There is no profile {name!r}; there are {', '.join(NAMES)}.")
    text = (resources.files(__package__) / f"{name}.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    inherited = profile(table["extends"]).rules if "extends" in table else ()
    rules = tuple(map(_rule, table["rule"]))
    return Profile(name=name, title=table["title"], rules=(*inherited, *rules))


def _rule(table: dict[str, Any]) -> Rule:
    code = _CODES[table.pop("code")]
    severity = Severity(table.pop("severity", code.severity))
    return Rule(code=code, severity=severity, check=table.pop("check"), arguments=table)


def validate(
    subject: Reading | EpcisDocument,
    profile_name: str = "gs1",
    *,
    on: datetime | None = None,
    findings_max: int = 1_000,
) -> tuple[Finding, ...]:
    """Check a document against a profile.

    Args:
        subject: A reading, best a tolerant one, or a document alone.
        profile_name: One of `NAMES`.
        on: The present; without it nothing is said about events in the future.
        findings_max: Findings listed of each rule.

    Returns:
        What reading found, then what breaks the profile, rule by rule.

    Raises:
        UsageError: There is no such profile.
    """
    rules = profile(profile_name).rules
    reading = subject if isinstance(subject, Reading) else Reading(document=subject)
    if reading.document is None:
        return reading.findings
    under = Subject(document=reading.document, places=reading.places, on=on)
    broken = (found for rule in rules for found in _broken(rule, under, findings_max))
    return (*reading.findings, *broken)


def _broken(rule: Rule, subject: Subject, findings_max: int) -> Iterable[Finding]:
    for count, (message, at) in enumerate(CHECKS[rule.check](subject, **rule.arguments)):
        if count == findings_max:
            return
        yield replace(rule.code.found(message, at=at), severity=rule.severity)
