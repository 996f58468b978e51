"""Cases: what is done about alerts, as a table of moves from state to state.

    new -> triaged -> investigating -> confirmed | refuted -> closed

A case that was decided can be taken up again, with a reason. What a move needs is in its row; what
is missing is said as findings, all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.base.amounts import plural
from packtrail.detection import codes
from packtrail.detection.triage import CAUSES, Category

if TYPE_CHECKING:
    from packtrail.base.findings import Finding


class State(StrEnum):
    """How far a case is."""

    NEW = "new"
    TRIAGED = "triaged"
    INVESTIGATING = "investigating"
    CONFIRMED = "confirmed"
    """Illegitimate: falsified, stolen or diverted."""
    REFUTED = "refuted"
    """A false alert; its cause is known."""
    CLOSED = "closed"


class Move(StrEnum):
    """What a person does with a case."""

    TRIAGE = "triage"
    INVESTIGATE = "investigate"
    CONFIRM = "confirm"
    REFUTE = "refute"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table: from where a move leads where, and what it needs."""

    meaning: str
    sources: frozenset[State]
    target: State
    needs_category: bool = False
    needs_owner: bool = False
    needs_cause: bool = False
    needs_suspect: bool = False
    """Only what may be a falsified medicine can be found to be one."""
    needs_no_holds: bool = False
    """Of a false alert no pack stays in quarantine."""
    is_decision: bool = False
    """It takes the permission to decide."""


_S, _M = State, Move
MOVES: Final[Mapping[Move, Row]] = {
    _M.TRIAGE: Row(
        meaning="Say whether it is technical, procedural or suspect.",
        sources=frozenset({_S.NEW, _S.TRIAGED, _S.INVESTIGATING}),
        target=_S.TRIAGED,
        needs_category=True,
    ),
    _M.INVESTIGATE: Row(
        meaning="Begin to find out what is behind it.",
        sources=frozenset({_S.TRIAGED}),
        target=_S.INVESTIGATING,
        needs_owner=True,
    ),
    _M.CONFIRM: Row(
        meaning="It is illegitimate: authority and partners are to be told.",
        sources=frozenset({_S.INVESTIGATING}),
        target=_S.CONFIRMED,
        needs_suspect=True,
        is_decision=True,
    ),
    _M.REFUTE: Row(
        meaning="It is a false alert, and its cause is known.",
        sources=frozenset({_S.TRIAGED, _S.INVESTIGATING}),
        target=_S.REFUTED,
        needs_cause=True,
        is_decision=True,
    ),
    _M.CLOSE: Row(
        meaning="Everything is done.",
        sources=frozenset({_S.CONFIRMED, _S.REFUTED}),
        target=_S.CLOSED,
        needs_no_holds=True,
        is_decision=True,
    ),
    _M.REOPEN: Row(
        meaning="Take it up again: something new has come up.",
        sources=frozenset({_S.CONFIRMED, _S.REFUTED, _S.CLOSED}),
        target=_S.INVESTIGATING,
        is_decision=True,
    ),
}
"""Move -> what it does."""

OPEN: Final = frozenset({_S.NEW, _S.TRIAGED, _S.INVESTIGATING})
"""States in which nothing is decided yet."""
OUTCOMES: Final[Mapping[State, str]] = {_S.CONFIRMED: "confirmed", _S.REFUTED: "refuted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a case is now, as far as moves ask."""

    state: State
    category: Category | None = None
    owner: str = ""
    outcome: State | None = None
    """Confirmed or refuted, kept when the case is closed."""
    held_count: int = 0
    """Packs that it keeps in quarantine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A move somebody wants to make."""

    move: str
    reason: str = ""
    category: str = ""
    cause: str = ""
    """Of a false alert: a code of `triage.CAUSES`."""


def possible(standing: Standing) -> tuple[Move, ...]:
    """Return the moves that lead on from where a case is."""
    return tuple(move for move, row in MOVES.items() if standing.state in row.sources)


def refusals(standing: Standing, wish: Wish) -> Iterator[Finding]:
    """Yield everything that stands against a move."""
    if wish.move not in {*Move}:
        text = f"{wish.move[:40]!r} is none of {', '.join(Move)}."
        yield codes.BAD_MOVE.found(text, at="move")
        return
    row = MOVES[Move(wish.move)]
    if standing.state not in row.sources:
        at = " or ".join(sorted(row.sources))
        text = f"The case is {standing.state}; {wish.move} leads on from {at}."
        yield codes.BAD_MOVE.found(text, at="move")
    if not wish.reason.strip():
        yield codes.NO_REASON.found(f"To {wish.move} takes a reason.", at="reason")
    yield from _needs(standing, wish, row)


def _needs(standing: Standing, wish: Wish, row: Row) -> Iterator[Finding]:
    if row.needs_category and wish.category not in {*Category}:
        text = f"{wish.category[:40]!r} is none of {', '.join(Category)}."
        yield codes.BAD_CATEGORY.found(text, at="category")
    if row.needs_owner and not standing.owner:
        yield codes.NO_OWNER.found("Nobody sees to the case.", at="owner")
    if row.needs_suspect and standing.category is not Category.SUSPECT:
        said = standing.category or "not triaged"
        text = f"The case is {said}; only one that is suspect can be confirmed."
        yield codes.BAD_CATEGORY.found(text, at="category")
    if row.needs_cause and wish.cause not in CAUSES:
        text = f"{wish.cause[:40]!r} is no cause of false alerts; there are {', '.join(CAUSES)}."
        yield codes.NO_CAUSE.found(text, at="cause")
    is_false = standing.outcome is State.REFUTED
    if row.needs_no_holds and is_false and standing.held_count:
        verb = "is" if standing.held_count == 1 else "are"
        text = f"{plural(standing.held_count, 'pack')} of a false alert {verb} still in quarantine."
        yield codes.STILL_HELD.found(text, at="packs")


def moved(standing: Standing, wish: Wish) -> Standing:
    """Return what a case is after a move against which nothing stands."""
    row = MOVES[Move(wish.move)]
    outcome = row.target if row.target in OUTCOMES else standing.outcome
    state = row.target
    if Move(wish.move) is Move.TRIAGE and standing.state is State.INVESTIGATING:
        state = State.INVESTIGATING  # What it is taken for changes; that it is looked into stays.
    return Standing(
        state=state,
        category=Category(wish.category) if row.needs_category else standing.category,
        owner=standing.owner,
        outcome=None if Move(wish.move) is Move.REOPEN else outcome,
        held_count=standing.held_count,
    )
