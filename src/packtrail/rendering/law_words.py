"""The words of markets, rules and obligations as people read them, with a picture and a tone."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from packtrail.rendering.words import Word

if TYPE_CHECKING:
    from collections.abc import Mapping


_STANDPOINTS: Final[Mapping[str, Word]] = MappingProxyType(
    {
        "done": Word("Done", "check", "good"),
        "ready": Word("Ready", "active", "good"),
        "open": Word("Open", "partial", "moving"),
        "at_risk": Word("At risk", "warning", "bad"),
        "unknown": Word("Cannot be told", "unknown", "plain"),
    }
)
_STATES: Final[Mapping[str, Word]] = MappingProxyType(
    {
        "open": Word("Open", "partial", "plain"),
        "in_progress": Word("In progress", "time", "moving"),
        "done": Word("Done", "check", "good"),
        "waived": Word("Waived", "decommission", "done"),
    }
)
_OUTCOMES: Final[Mapping[str, Word]] = MappingProxyType(
    {
        "passed": Word("Met", "check", "good"),
        "failed": Word("Not met", "error", "bad"),
        "unknown": Word("Cannot be told", "unknown", "attention"),
        "exempt": Word("Exempt", "decommission", "plain"),
    }
)
_VERDICTS: Final[Mapping[str, Word]] = MappingProxyType(
    {
        "may": Word("May be sold", "active", "good"),
        "may_not": Word("May not be sold", "error", "bad"),
        "unknown": Word("Cannot be told", "unknown", "attention"),
        "no_rules": Word("No rules known", "unknown", "plain"),
    }
)
_READINESS: Final[Mapping[str, Word]] = MappingProxyType(
    {
        "ready": Word("Ready", "active", "good"),
        "open": Word("Work to do", "partial", "moving"),
        "at_risk": Word("At risk", "warning", "bad"),
        "unknown": Word("Cannot be told", "unknown", "plain"),
        "no_rules": Word("No rules known", "unknown", "plain"),
    }
)
_SURE: Final[Mapping[str, Word]] = MappingProxyType(
    {
        "known": Word("Law", "check", "good"),
        "expected": Word("Expected", "time", "moving"),
        "disputed": Word("Disputed", "warning", "attention"),
        "unknown": Word("Unknown", "unknown", "plain"),
        "draft": Word("Draft", "document", "moving"),
        "pilot": Word("Pilot", "sample", "moving"),
        "industry_target": Word("Industry target", "organisation", "moving"),
    }
)
_PHASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "in_force": "good",
        "transition": "moving",
        "upcoming": "moving",
        "pilot": "moving",
        "planned": "moving",
        "on_hold": "attention",
        "repealed": "plain",
        "voluntary": "plain",
        "tender_only": "plain",
        "none": "plain",
        "unknown": "attention",
    }
)
_SUBJECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "trade_item": "Trade item",
        "lot": "Lot",
        "label": "Label",
        "shipment": "Shipment",
        "document": "Document",
        "scan": "Scan",
        "return": "Return",
        "incident": "Incident",
    }
)


def standpoint(word: str) -> Word:
    """Return how it is shown where an obligation stands."""
    return _STANDPOINTS[word]


def state(word: str) -> Word:
    """Return how it is shown what people say of an obligation."""
    return _STATES[word]


def outcome(word: str) -> Word:
    """Return how it is shown what a rule says."""
    return _OUTCOMES[word]


def verdict(word: str) -> Word:
    """Return how it is shown whether a product may be sold."""
    return _VERDICTS[word]


def readiness(word: str) -> Word:
    """Return how it is shown how a market stands."""
    return _READINESS[word]


def sure(status: str, kind: str = "obligation") -> Word:
    """Return how it is shown how sure something is: what it is, where it is no law, says more."""
    if status == "known" and kind not in {"obligation", ""}:
        return _SURE.get(kind, _SURE["expected"])
    if status == "expected" and kind in {"draft", "pilot", "industry_target"}:
        return _SURE[kind]
    return _SURE[status]


def phase_tone(word: str) -> str:
    """Return the tone of the phase a market is in."""
    return _PHASES.get(word, "plain")


def subject(word: str) -> str:
    """Return what a kind of subject is called."""
    return _SUBJECTS[word]


def value(said: object) -> str:
    """Return a fact as people read it."""
    match said:
        case bool():
            return "yes" if said else "no"
        case list() | tuple():
            return ", ".join(map(value, said)) or "none"
        case dict():
            return ", ".join(f"{value(name)} {value(each)}" for name, each in said.items())
    return str(said).replace("_", " ")


def days_left(days: int | None) -> str:
    """Return how far a day is: `in 5 days`, `today`, `3 days ago`."""
    if days is None:
        return ""
    if days == 0:
        return "today"
    count = abs(days)
    told = f"{count} day{'' if count == 1 else 's'}"
    return f"in {told}" if days > 0 else f"{told} ago"
