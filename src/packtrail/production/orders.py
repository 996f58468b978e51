"""Work orders: what a batch is to be, and the states it goes through, as one table.

Commands come from whoever plans; signals come from the line. What neither is in the table is not
allowed.

    >>> after(State.READY, Signal.STARTED)
    <State.RUNNING: 'Running'>
    >>> after(State.CLOSED, Command.UPDATE) is None
    True

Clause:
    OPC 30260 (OPEN-SCS), JobOrderCommandEnum and JobOrderStateEnum; ISA-95 part 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from packtrail.gs1.charsets import SETS
from packtrail.lifecycle.fold import expires_on
from packtrail.production.codes import BAD_ORDER
from packtrail.production.levels import LEVELS, Level, Tier, check_tiers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from packtrail.base.findings import Finding

LOT_LENGTH_MAX: Final = 20
QUANTITY_MAX: Final = 10_000_000
SPARE_PERCENT_MAX: Final = 100


class State(StrEnum):
    """Where a work order is."""

    WAITING = "Waiting"
    """Stored; something that it needs is not there yet."""
    READY = "Ready"
    """Numbers and label data are there; it can be loaded or started."""
    LOADED = "Loaded"
    """The line has it in its memory."""
    RUNNING = "Running"
    COMPLETED = "Completed"
    """The line has ended it; it is being reconciled."""
    ABORTED = "Aborted"
    HELD = "Held"
    """Stopped for a while: something is in the way."""
    SUSPENDED = "Suspended"
    """Stopped for a while: somebody decided so."""
    CLOSED = "Closed"
    """Reconciled and signed; nothing more is expected."""


class Command(StrEnum):
    """What is commanded."""

    STORE = "Store"
    STORE_AND_START = "StoreAndStart"
    START = "Start"
    UPDATE = "Update"
    STOP = "Stop"
    CANCEL = "Cancel"
    CLEAR = "Clear"


class Signal(StrEnum):
    """What the line says, or Packtrail finds out."""

    PREPARED = "prepared"
    LOADED = "loaded"
    STARTED = "started"
    HELD = "held"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    ABORTED = "aborted"


_S, _C, _G = State, Command, Signal
_STARTED = (_S.RUNNING, _S.HELD, _S.SUSPENDED)
_NOT_STARTED = (_S.WAITING, _S.READY, _S.LOADED)

TRANSITIONS: Final[Mapping[tuple[State | None, Command | Signal], State]] = MappingProxyType(
    {
        (None, _C.STORE): _S.WAITING,
        (None, _C.STORE_AND_START): _S.WAITING,
        (_S.WAITING, _C.START): _S.WAITING,
        (_S.READY, _C.START): _S.READY,
        (_S.LOADED, _C.START): _S.LOADED,
        **{(state, _C.UPDATE): _S.WAITING for state in _NOT_STARTED},
        **{(state, _C.CANCEL): _S.ABORTED for state in _NOT_STARTED},
        **{(state, _C.STOP): _S.COMPLETED for state in _STARTED},
        (_S.COMPLETED, _C.CLEAR): _S.CLOSED,
        (_S.ABORTED, _C.CLEAR): _S.CLOSED,
        (_S.WAITING, _G.PREPARED): _S.READY,
        (_S.READY, _G.LOADED): _S.LOADED,
        (_S.READY, _G.STARTED): _S.RUNNING,
        (_S.LOADED, _G.STARTED): _S.RUNNING,
        (_S.HELD, _G.STARTED): _S.RUNNING,
        (_S.SUSPENDED, _G.STARTED): _S.RUNNING,
        (_S.RUNNING, _G.HELD): _S.HELD,
        (_S.SUSPENDED, _G.HELD): _S.HELD,
        (_S.RUNNING, _G.SUSPENDED): _S.SUSPENDED,
        (_S.HELD, _G.SUSPENDED): _S.SUSPENDED,
        **{(state, _G.COMPLETED): _S.COMPLETED for state in _STARTED},
        **{(state, _G.ABORTED): _S.ABORTED for state in (_S.LOADED, *_STARTED)},
    }
)
"""(state, command or signal) -> state after it; None is an order that is not there yet."""

NEEDS_RELEASE: Final = frozenset({Signal.LOADED, Signal.STARTED})
"""Signals that are only lawful once the command Start was given."""
ON_LINE: Final = frozenset({State.LOADED, *_STARTED})
"""States in which an order keeps its line."""
TAKES_REPORTS: Final = frozenset(
    {State.READY, State.LOADED, *_STARTED, State.COMPLETED, State.ABORTED}
)
"""States in which reports are taken: late ones come after the end."""


def after(state: State | None, trigger: Command | Signal) -> State | None:
    """Return the state after a command or signal, or None where it is not allowed."""
    return TRANSITIONS.get((state, trigger))


def allowed(state: State) -> tuple[Command, ...]:
    """Return the commands that a state allows, in the order of the standard."""
    return tuple(command for command in Command if (state, command) in TRANSITIONS)


def signals_of(state: State) -> tuple[Signal, ...]:
    """Return what a line in this state may say next."""
    return tuple(
        signal
        for signal in Signal
        if signal is not Signal.PREPARED and (state, signal) in TRANSITIONS
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a work order is to make."""

    product: str
    """Its name, for people."""
    market: str
    """Market it is packed for, such as `DE` or `US`."""
    lot: str
    expires: str
    """`YYYY-MM-DD`; day 00 is the end of the month."""
    tiers: tuple[Tier, ...]
    """From the pack up; only the levels that the line serialises."""
    quantity: int
    """Good packs that are wanted."""
    spare_percent: int = 0
    """Numbers issued beyond the quantity, for rejects and samples, in per cent."""
    mixed_lots_from: Level | None = None
    """From this level up a container may hold several lots; None: never."""
    manufactured_on: str | None = None
    national_number: str | None = None
    """Number of the product in the national scheme of the market."""
    labels: dict[Level, str] = field(default_factory=dict)
    """Label template by level."""

    def tier(self, level: Level | None) -> Tier | None:
        """Return the tier of a level, or None where it has none."""
        return next((tier for tier in self.tiers if tier.level is level), None)

    def below(self, level: Level) -> Tier | None:
        """Return the tier whose objects go into this level."""
        at = next((n for n, tier in enumerate(self.tiers) if tier.level is level), 0)
        return self.tiers[at - 1] if at else None

    def may_mix_lots(self, level: Level) -> bool:
        """Tell whether a container of this level may hold several lots."""
        least = self.mixed_lots_from
        return least is not None and LEVELS.index(level) >= LEVELS.index(least)

    @property
    def last_day(self) -> date | None:
        """The last day of use."""
        return expires_on(self.expires)

    def planned(self) -> dict[Level, int]:
        """Return how many objects of each level the quantity makes, the last ones partly full."""
        planned, count = {}, self.quantity
        for tier in self.tiers:
            count = -(-count // tier.holds) if tier.holds else count
            planned[tier.level] = count
        return planned

    def to_issue(self) -> dict[Level, int]:
        """Return how many numbers of each level are issued: what is planned, and the spare ones."""
        return {
            level: count + -(-count * self.spare_percent // 100)
            for level, count in self.planned().items()
        }


def check_terms(terms: Terms, *, today: date) -> tuple[Finding, ...]:
    """Return every defect of what a work order is to make.

    Args:
        terms: What it is to make.
        today: The day on which somebody wants to make it.
    """
    return (*_text_defects(terms, today), *check_tiers(terms.tiers))


def _text_defects(terms: Terms, today: date) -> Iterator[Finding]:
    if not terms.product.strip():
        yield BAD_ORDER.found("The product has no name.", at="product")
    bad = SETS["X"].first_bad(terms.lot)
    if not 1 <= len(terms.lot) <= LOT_LENGTH_MAX or bad is not None:
        yield BAD_ORDER.found(
            f"The lot {terms.lot[:40]!r} is not 1 to {LOT_LENGTH_MAX} characters of set 82.",
            at="lot",
        )
    last = terms.last_day
    if last is None or len(terms.expires) != len("2028-12-31"):
        yield BAD_ORDER.found(
            f"The expiry {terms.expires[:40]!r} is no date such as 2028-12-31 or 2028-12-00.",
            at="expires",
        )
    elif last < today:
        yield BAD_ORDER.found(f"The lot would have expired on {last}.", at="expires")
    if not 1 <= terms.quantity <= QUANTITY_MAX:
        yield BAD_ORDER.found(
            f"The quantity is {terms.quantity:,}; expected 1 to {QUANTITY_MAX:,}.", at="quantity"
        )
    if not 0 <= terms.spare_percent <= SPARE_PERCENT_MAX:
        yield BAD_ORDER.found(
            f"{terms.spare_percent} % spare numbers; expected 0 to {SPARE_PERCENT_MAX}.",
            at="spare_percent",
        )
    if terms.mixed_lots_from is Level.PACK:
        yield BAD_ORDER.found("A pack has one lot.", at="mixed_lots_from")
