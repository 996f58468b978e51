"""What a programme keeps besides work: goals, risks, decisions and documents.

All four are entries of one register; what an entry of a kind holds is a row of a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.planning import codes
from packtrail.planning.checking import check_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.base.findings import Finding

TITLE_LENGTH_MAX = 300
TEXT_LENGTH_MAX = 20_000


class EntryKind(StrEnum):
    """What an entry of the register is."""

    GOAL = "goal"
    RISK = "risk"
    DECISION = "decision"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something an entry of a kind says."""

    name: str
    title: str
    choices: tuple[str, ...] = ()
    """What it can be; empty is any text."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the entries of a kind hold."""

    name: str
    letter: str
    """With which their codes begin."""
    states: tuple[str, ...]
    """The first is that of a new entry."""
    closed: frozenset[str]
    """The states in which nothing is to be done any more."""
    facts: tuple[Fact, ...]


_ONE_TO_FIVE = ("1", "2", "3", "4", "5")

SHAPES: Final[Mapping[EntryKind, Shape]] = {
    EntryKind.GOAL: Shape(
        "Goal", "G", ("open", "reached", "dropped"), frozenset({"reached", "dropped"}),
        (Fact("measure", "Measured by"), Fact("target", "Target"), Fact("current", "Today")),
    ),
    EntryKind.RISK: Shape(
        "Risk", "R", ("open", "happened", "closed"), frozenset({"closed"}),
        (
            Fact("probability", "Probability, 1 to 5", _ONE_TO_FIVE),
            Fact("impact", "Impact, 1 to 5", _ONE_TO_FIVE),
            Fact("response", "What we do about it"),
            Fact("sign", "How we notice that it happens"),
        ),
    ),
    EntryKind.DECISION: Shape(
        "Decision", "D", ("wanted", "taken", "withdrawn"), frozenset({"taken", "withdrawn"}),
        (
            Fact("options", "Options"),
            Fact("choice", "Decided"),
            Fact("reason", "Reason"),
            Fact("decided_by", "Decided by"),
        ),
    ),
    EntryKind.DOCUMENT: Shape(
        "Document", "F", ("draft", "in review", "approved", "retired"),
        frozenset({"approved", "retired"}),
        (Fact("version", "Version"), Fact("place", "Where it is"), Fact("approver", "Approver")),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A goal, a risk, a decision or a document."""

    code: str
    kind: EntryKind
    title: str
    text: str = ""
    state: str = ""
    owner: str = ""
    due_on: date | None = None
    """When it is to be reached, looked at again, decided or approved."""
    market: str = ""
    packages: tuple[str, ...] = ()
    """Codes of the packages it is about."""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do about it."""
        return self.state not in SHAPES[self.kind].closed

    @property
    def score(self) -> int:
        """Of a risk: probability times impact, 1 to 25; 0 where either is not said."""
        return int(self.facts.get("probability") or 0) * int(self.facts.get("impact") or 0)


def check_entry(entry: Entry) -> Iterator[Finding]:
    """Yield what is wrong with an entry, `PLN-004`."""
    shape, at = SHAPES[entry.kind], f"register/{entry.code}"
    yield from check_code(entry.code, shape.name.lower(), f"{at}/code")
    if not entry.title.strip() or len(entry.title) > TITLE_LENGTH_MAX:
        message = f"The title has {len(entry.title)} letters; expected 1 to {TITLE_LENGTH_MAX}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/title")
    if len(entry.text) > TEXT_LENGTH_MAX:
        message = f"The text has {len(entry.text)} letters; at most {TEXT_LENGTH_MAX}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/text")
    if entry.state not in shape.states:
        message = f"The state is {entry.state[:40]!r}; expected {', '.join(shape.states)}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/state")
    known = {each.name: each for each in shape.facts}
    for name, value in entry.facts.items():
        if name not in known:
            message = f"A {shape.name.lower()} has no {name[:40]!r}; it has {', '.join(known)}."
            yield codes.BAD_VALUE.found(message, at=f"{at}/{name}")
        elif value and known[name].choices and value not in known[name].choices:
            message = f"{name} is {value[:40]!r}; expected {', '.join(known[name].choices)}."
            yield codes.BAD_VALUE.found(message, at=f"{at}/{name}")
    if entry.kind is EntryKind.DECISION and entry.state == "taken":
        for name in ("choice", "reason", "decided_by"):
            if not entry.facts.get(name, "").strip():
                message = f"A decision that is taken says {name}."
                yield codes.BAD_VALUE.found(message, at=f"{at}/{name}")
