"""Inputs: what anybody has to say, on its way to an answer.

An input is raised, triaged, decided and answered. It cannot be closed without an answer to whoever
raised it, nor decided without a reason; both are checks on the value, so no door can go around.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.planning import codes
from packtrail.planning.checking import check_code, check_day
from packtrail.planning.templates import Department

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packtrail.base.findings import Finding

TITLE_LENGTH_MAX = 300
TEXT_LENGTH_MAX = 20_000
REMARKS_MAX = 500
ANSWER_DAYS: Final = 14
"""So many days after it was raised an input is to be answered, where nobody said otherwise."""


class InputKind(StrEnum):
    """What an input is."""

    REQUIREMENT = "requirement"
    CONCERN = "concern"
    CHANGE = "change"
    QUESTION = "question"


class InputState(StrEnum):
    """How far an input has come."""

    RAISED = "raised"
    TRIAGED = "triaged"
    """Somebody answers for it, by a day."""
    DECIDED = "decided"
    CLOSED = "closed"
    """Whoever raised it has an answer."""


class Resolution(StrEnum):
    """What was decided."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    DECLINED = "declined"
    DEFERRED = "deferred"
    ANSWERED = "answered"
    """There was nothing to decide: it was a question."""


class Way(StrEnum):
    """How an input came."""

    CONSOLE = "console"
    MAIL = "mail"
    LINK = "link"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What somebody said in the discussion of an input."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Something that somebody has to say."""

    code: str
    kind: InputKind
    title: str
    text: str = ""
    department: Department | None = None
    """Of whoever raised it."""
    raised_by: str
    """What they are called, or as they gave it."""
    raised_on: date
    person: str = ""
    """Code of whoever raised it, or name of their account; empty: they have neither."""
    contact: str = ""
    """Mail address for the answer, of somebody without an account."""
    way: Way = Way.CONSOLE
    about: str = ""
    """What it is about: `package:URS`, `market:IT`, `line:cork-1`, a pack, any text."""
    state: InputState = InputState.RAISED
    owner: str = ""
    """Who answers for it since triage."""
    due_on: date | None = None
    """By when it is to be answered."""
    remarks: tuple[Remark, ...] = ()
    resolution: Resolution | None = None
    reason: str = ""
    """Of the decision."""
    decided_by: str = ""
    decided_on: date | None = None
    changes: tuple[str, ...] = ()
    """What it does to the plan, in the notation of what-if."""
    effect: str = ""
    """What the plan said of these changes when it was decided."""
    answer: str = ""
    answered_on: date | None = None
    answered_by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody waits for an answer."""
        return self.state is not InputState.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """How a department's inputs fare."""

    department: str
    """Empty: of people who named none."""
    raised: int
    open: int
    overdue: int
    """Open, and their day has passed."""
    oldest_days: int
    """Age of the oldest open one."""
    answer_days: float | None
    """Days from raised to answered, the median; None: none was answered."""


def due_of(raised_on: date) -> date:
    """Return the day by which an input is to be answered where nobody said otherwise."""
    return raised_on + timedelta(days=ANSWER_DAYS)


def next_code(known: Iterable[str]) -> str:
    """Return the code of a new input: `IN-1`, `IN-2`, one more than the highest."""
    numbers = (each.removeprefix("IN-") for each in known if each.startswith("IN-"))
    return f"IN-{max((int(each) for each in numbers if each.isdigit()), default=0) + 1}"


def ageing(inputs: Iterable[Input], on: date) -> tuple[Ageing, ...]:
    """Return how the inputs of each department fare, that with the oldest first."""
    groups: dict[str, list[Input]] = {}
    for each in inputs:
        groups.setdefault(each.department.value if each.department else "", []).append(each)
    found = [_ageing(department, members, on) for department, members in groups.items()]
    return tuple(sorted(found, key=lambda each: (-each.oldest_days, each.department)))


def counts(inputs: Iterable[Input]) -> Mapping[InputState, int]:
    """Return how many inputs are in each state."""
    return Counter(each.state for each in inputs)


def check_input(told: Input, at: str) -> Iterator[Finding]:
    """Yield what is wrong with an input, `PLN-004`; an answer that is missing is `PLN-023`."""
    yield from check_code(told.code, "input", f"{at}/code")
    if not told.title.strip() or len(told.title) > TITLE_LENGTH_MAX:
        message = f"The title has {len(told.title)} letters; expected 1 to {TITLE_LENGTH_MAX}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/title")
    if not told.raised_by.strip():
        message = "Nobody is named who raised it, so nobody could be answered."
        yield codes.BAD_VALUE.found(message, at=f"{at}/raised_by")
    for name in ("text", "reason", "answer", "effect"):
        length = len(getattr(told, name))
        if length > TEXT_LENGTH_MAX:
            message = f"{name} has {length:,} letters; at most {TEXT_LENGTH_MAX:,}."
            yield codes.BAD_VALUE.found(message, at=f"{at}/{name}")
    if len(told.remarks) > REMARKS_MAX:
        message = f"It has {len(told.remarks)} remarks; at most {REMARKS_MAX}."
        yield codes.BAD_VALUE.found(message, at=f"{at}/remarks")
    yield from _days(told, at)
    yield from _complete(told, at)


def _days(told: Input, at: str) -> Iterator[Finding]:
    for name in ("raised_on", "due_on", "decided_on", "answered_on"):
        yield from check_day(getattr(told, name), f"{name} of {told.code}", f"{at}/{name}")


_ASKED: Final[Mapping[InputState, tuple[str, ...]]] = {
    InputState.RAISED: (),
    InputState.TRIAGED: ("owner", "due_on"),
    InputState.DECIDED: ("owner", "resolution", "reason", "decided_by", "decided_on"),
    InputState.CLOSED: ("resolution", "reason", "decided_by", "decided_on", "answer",
                        "answered_by", "answered_on"),
}  # fmt: skip
"""State -> what must have been said to be in it."""


_WORDS: Final = {
    "owner": "who answers for it", "due_on": "by when it is answered",
    "resolution": "what was decided", "reason": "why it was decided so",
    "decided_by": "who decided it", "decided_on": "when it was decided",
    "answer": "the answer", "answered_by": "who answers", "answered_on": "when it is answered",
}  # fmt: skip


def _complete(told: Input, at: str) -> Iterator[Finding]:
    if told.state is InputState.CLOSED and told.resolution is None:
        message = f"{told.code} cannot be closed: it is not decided yet."
        yield codes.NOT_ANSWERED.found(message, at=f"{at}/resolution")
        return
    for name in _ASKED[told.state]:
        value = getattr(told, name)
        if value is None or (isinstance(value, str) and not value.strip()):
            message = f"{told.code} cannot be {told.state.value}: {_WORDS[name]} is not said."
            yield codes.NOT_ANSWERED.found(message, at=f"{at}/{name}")


def _ageing(department: str, members: list[Input], on: date) -> Ageing:
    still = [each for each in members if each.is_open]
    times = sorted(
        (each.answered_on - each.raised_on).days for each in members if each.answered_on is not None
    )
    middle = len(times) // 2
    median = None
    if times:
        median = float(times[middle]) if len(times) % 2 else sum(times[middle - 1 : middle + 1]) / 2
    return Ageing(
        department=department,
        raised=len(members),
        open=len(still),
        overdue=sum(each.due_on is not None and each.due_on < on for each in still),
        oldest_days=max(((on - each.raised_on).days for each in still), default=0),
        answer_days=median,
    )
