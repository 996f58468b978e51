"""Messages to holders: drafted in the language of the holder, from texts that are data.

The texts say what 21 CFR 7.49(c) asks of a recall communication: that it is one, what is recalled,
why, and what the reader is to do at once. A drill says in its first line that it is none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from packtrail.recalls.terms import DEPTHS, Depth, Hazard, RecallKind

_OF_COUNTRY: Final[Mapping[str, str]] = {
    **dict.fromkeys(("DE", "AT", "LI"), "de"),
    **dict.fromkeys(("FR", "LU", "MC"), "fr"),
    **dict.fromkeys(("ES", "MX", "AR", "CO", "CL", "PE", "UY", "EC"), "es"),
}
"""Country -> language; English everywhere else."""
LANGUAGES: Final = ("en", "de", "fr", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a message tells."""

    number: str
    kind: RecallKind
    hazard: Hazard
    depth: Depth
    reason: str
    sender: str
    """Who recalls."""
    holder: str
    """Whom it is for."""
    person: str
    products: Sequence[str]
    """A line for each product and lot."""
    packs: int
    """Recorded to be with the holder, or on the way to it."""
    dispenses: bool
    """It is a pharmacy or hospital."""
    reminder: int = 0
    """Number of the reminder; 0: the first message."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, ready to be sent."""

    language: str
    subject: str
    text: str


def language_of(country: str | None) -> str:
    """Return the language in which a country is written to; English where no text is there."""
    return _OF_COUNTRY.get((country or "").upper(), "en")


def draft(facts: Facts, language: str) -> Message:
    """Write a message.

    Args:
        facts: What it tells.
        language: One of `LANGUAGES`.
    """
    words = _texts()[language]
    is_drill = facts.kind is RecallKind.DRILL
    told = {
        "number": facts.number,
        "hazard": words["hazards"][facts.hazard.value],
        "class": facts.hazard.value,
        "reason": facts.reason,
        "sender": facts.sender,
        "holder": facts.holder,
        "packs": f"{facts.packs:,}",
        "products": "\n".join(f"  - {each}" for each in facts.products),
        "reminder": facts.reminder,
    }
    parts = [
        words["drill"] if is_drill else "",
        words["reminder"] if facts.reminder else "",
        words["salutation_person"] if facts.person else words["salutation"],
        words["body"],
        words["do"],
        words["wholesale"] if not facts.dispenses and DEPTHS[facts.depth].reaches_retail else "",
        words["patients"] if facts.dispenses and DEPTHS[facts.depth].reaches_patients else "",
        words["answer"],
        words["end"],
    ]
    text = "\n\n".join(each.strip().format(person=facts.person, **told) for each in parts if each)
    subject = words["subject_drill" if is_drill else "subject"].format(**told)
    return Message(language, subject, f"{text}\n")


@cache
def _texts() -> Mapping[str, Any]:
    content = resources.files(__package__).joinpath("messages.toml").read_text(encoding="utf-8")
    return tomllib.loads(content)
