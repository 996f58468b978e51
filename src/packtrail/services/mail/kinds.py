"""Kinds of mail: what each is about, and what it takes to be sent one.

This table is all there is to say which mails go to addresses that nobody has confirmed, and which
kinds nobody can refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY: Final = "*"
"""Stands for all kinds that can be refused, those to come as well."""


class Kind(StrEnum):
    """What a mail is about."""

    DIGEST = "digest"
    NOTICE = "notice"
    ANSWER = "answer"
    CASE = "case"
    CLOCK = "clock"
    OBLIGATION = "obligation"
    RECALL = "recall"
    CONFIRMATION = "confirmation"
    SECURITY = "security"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for a kind of mail."""

    words: str
    """What people call it."""
    why: str
    """Why somebody gets it, in its last line."""
    goes_to_unconfirmed: bool = False
    can_be_refused: bool = True


RULES: Final[Mapping[Kind, Rule]] = {
    Kind.DIGEST: Rule(
        words="Digests of programmes", why="How often you get it is set under Setup, Your account."
    ),
    Kind.NOTICE: Rule(
        words="Notices to be read", why="You get it because you take part in the programme."
    ),
    Kind.ANSWER: Rule(
        words="Answers to what you raised", why="You get it because you raised this."
    ),
    Kind.CASE: Rule(words="New cases", why="You get it because you see to alerts."),
    Kind.CLOCK: Rule(words="Time limits of cases", why="You get it because you see to alerts."),
    Kind.OBLIGATION: Rule(
        words="Obligations that come near", why="You get it because you see to obligations."
    ),
    Kind.TEST: Rule(words="Tests of the mail server", why=""),
    # Patients may hold the packs: it waits for nobody's button. A person has sent it, by name.
    Kind.RECALL: Rule(words="Recalls", why="", goes_to_unconfirmed=True, can_be_refused=False),
    Kind.CONFIRMATION: Rule(
        words="Confirmations of a mail address", why="You get it because somebody gave this "
        "address.", goes_to_unconfirmed=True, can_be_refused=False,
    ),
    Kind.SECURITY: Rule(
        words="Security of your account", why="It cannot be refused: it is about your account.",
        can_be_refused=False,
    ),
}  # fmt: skip
"""Kind -> what holds for it."""

REFUSABLE: Final = tuple(kind for kind, rule in RULES.items() if rule.can_be_refused)
"""Kinds that somebody can refuse, in the order in which they are shown."""


def words_of(kind: str) -> str:
    """Return what people call a kind of mail, or all of them.

    Examples:
        >>> words_of("digest"), words_of("*")
        ('Digests of programmes', 'All that can be refused')
    """
    return "All that can be refused" if kind == EVERY else RULES[Kind(kind)].words
