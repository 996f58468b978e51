"""Accounting: what became of the packs of a recall, and how many of them are missing.

Where events tell it, they decide. What a holder only says covers packs that are still recorded to
be there: it says that 40 were destroyed, 30 of them were destroyed by events since it was told, so
10 of those that are still open are accounted for by its word. What events tell is never counted
beside the word of the same packs: not where the holder answers before it was told, nor where it is
told again after its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.lifecycle.journey import Status
from packtrail.recalls import codes
from packtrail.recalls.terms import DEPTHS, Depth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packtrail.base.findings import Finding
    from packtrail.recalls.case import HolderCase


class Fate(StrEnum):
    """What became of a pack, as a recall sees it."""

    HELD = "held"
    IN_TRANSIT = "in_transit"
    OURS = "ours"
    RETURNED = "returned"
    QUARANTINED = "quarantined"
    DISPENSED = "dispensed"
    DESTROYED = "destroyed"
    GONE = "gone"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class FateTerm:
    """What a fate means, and whether it accounts for a pack."""

    words: str
    meaning: str
    accounts: bool | None
    """None: only where the recall does not go down to the patients."""


FATES: Final[Mapping[Fate, FateTerm]] = {
    Fate.HELD: FateTerm(words="Held", meaning="In stock there", accounts=False),
    Fate.IN_TRANSIT: FateTerm(
        words="Under way", meaning="On the way to it, not yet received", accounts=False
    ),
    Fate.OURS: FateTerm(
        words="In our house", meaning="Never left, or came back to a place of ours", accounts=True
    ),
    Fate.RETURNED: FateTerm(words="Returned", meaning="An event says returned", accounts=True),
    Fate.QUARANTINED: FateTerm(
        words="Quarantined", meaning="Put on hold or locked by an event", accounts=True
    ),
    Fate.DISPENSED: FateTerm(
        words="Dispensed", meaning="With patients, wholly or in part", accounts=None
    ),
    Fate.DESTROYED: FateTerm(words="Destroyed", meaning="An event says destroyed", accounts=True),
    Fate.GONE: FateTerm(
        words="Gone otherwise", meaning="Exported, sampled, used up, decommissioned", accounts=True
    ),
    Fate.LOST: FateTerm(words="Lost or stolen", meaning="Nobody knows where it is", accounts=False),
}

BY_STATUS: Final[Mapping[Status, Fate]] = {
    Status.RETURNED: Fate.RETURNED,
    Status.ON_HOLD: Fate.QUARANTINED,
    Status.LOCKED: Fate.QUARANTINED,
    Status.DISPENSED: Fate.DISPENSED,
    Status.PARTIALLY_DISPENSED: Fate.DISPENSED,
    Status.DESTROYED: Fate.DESTROYED,
    Status.EXPORTED: Fate.GONE,
    Status.SAMPLED: Fate.GONE,
    Status.FREE_SAMPLE: Fate.GONE,
    Status.CHECKED_OUT: Fate.GONE,
    Status.DECOMMISSIONED: Fate.GONE,
    Status.TRANSFORMED: Fate.GONE,
    Status.STOLEN: Fate.LOST,
    Status.LOST: Fate.LOST,
}
"""Status by its own events -> fate; all other packs are where they are."""
_STAYS: Final = frozenset({Fate.HELD, Fate.RETURNED, Fate.QUARANTINED})
"""Fates of packs that are somewhere: under way, or in our house, decides before these."""


def fate_of(status: Status, *, is_moving: bool, is_ours: bool) -> Fate:
    """Return what became of a pack.

    Args:
        status: By its own events, before any notice.
        is_moving: It has left its place, and nothing says that it arrived.
        is_ours: Its place is one of the house that recalls.
    """
    fate = BY_STATUS.get(status, Fate.HELD)
    if fate not in _STAYS:
        return fate
    if is_moving:
        return Fate.IN_TRANSIT
    return Fate.OURS if is_ours else fate


def accounts_for(fate: Fate, depth: Depth) -> bool:
    """Tell whether a fate accounts for a pack in a recall of some depth."""
    told = FATES[fate].accounts
    return not DEPTHS[depth].reaches_patients if told is None else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of some packs."""

    total: int
    by_fate: Mapping[Fate, int]
    by_word: int = 0
    """Of the open ones: accounted for by what holders say."""
    missing: int

    @property
    def accounted(self) -> int:
        """Packs that are accounted for."""
        return self.total - self.missing

    @property
    def share(self) -> float:
        """Share of packs that are accounted for, 0 to 1; of none all are."""
        return self.accounted / self.total if self.total else 1.0


def account(by_fate: Mapping[Fate, int], depth: Depth, holder: HolderCase) -> Account:
    """Return what became of the packs of one holder.

    Args:
        by_fate: Its packs, as events tell.
        depth: Of the recall.
        holder: What it was told, and what it says.
    """
    is_open = sum(count for fate, count in by_fate.items() if not accounts_for(fate, depth))
    by_word = 0
    if holder.answer is not None:
        by_events = max(0, holder.answered_packs - is_open)
        by_word = max(0, min(is_open, holder.answer.accounted - by_events))
    return Account(
        total=sum(by_fate.values()),
        by_fate=dict(by_fate),
        by_word=by_word,
        missing=is_open - by_word,
    )


def open_packs(by_fate: Mapping[Fate, int], depth: Depth) -> int:
    """Return how many packs of a holder are open, as events tell."""
    return sum(count for fate, count in by_fate.items() if not accounts_for(fate, depth))


def together(accounts: Iterable[Account]) -> Account:
    """Return what became of the packs of several holders."""
    total = by_word = missing = 0
    by_fate: dict[Fate, int] = {}
    for each in accounts:
        total, by_word = total + each.total, by_word + each.by_word
        missing += each.missing
        for fate, count in each.by_fate.items():
            by_fate[fate] = by_fate.get(fate, 0) + count
    return Account(total=total, by_fate=by_fate, by_word=by_word, missing=missing)


def doubts(name: str, account: Account, holder: HolderCase) -> list[Finding]:
    """Return what does not fit between a holder's word and the record."""
    answer = holder.answer
    if answer is None or answer.accounted <= max(account.total, holder.most_open):
        return []
    text = f"{name} tells of {answer.accounted:,} packs; recorded are {account.total:,}."
    return [codes.SAID_TOO_MUCH.found(text, at=name)]
