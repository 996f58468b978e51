"""The ground truth of a run: what really happened, which no partner sees as a whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.simulation.goods import Fate

if TYPE_CHECKING:
    from datetime import datetime

    from packtrail.simulation.goods import Lot


class Suspicion(StrEnum):
    """What is wrong with a pack that turned up."""

    COPIED = "copied"
    """The number is that of a genuine pack, which is elsewhere."""
    INVENTED = "invented"
    """Nobody ever commissioned the number."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One event in which a counterfeit was handled as if it were a pack."""

    identifier: str
    """As in the event: a Digital Link."""
    epc: str
    """The same as EPC URI."""
    suspicion: Suspicion
    event_id: str
    biz_step: str
    location: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Theft:
    """One pack that was stolen, with what it was stolen in."""

    epc: str
    container: str
    stolen_at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """An event declared wrong, and the event recorded instead."""

    wrong_event_id: str
    corrective_event_id: str
    epc_recorded: str
    epc_meant: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class LateDocument:
    """A document that arrived days after its last event."""

    name: str
    last_event_at: datetime
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class RepeatedDocument:
    """A document whose events had been sent before."""

    name: str
    repeats: str
    has_same_bytes: bool


@dataclass(slots=True)
class Truth:
    """Everything a test, a demo or a detective wants to compare with."""

    lots: list[Lot] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    thefts: list[Theft] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    late: list[LateDocument] = field(default_factory=list)
    repeated: list[RepeatedDocument] = field(default_factory=list)

    def fates(self) -> dict[Fate, int]:
        """Count the packs by fate, in the order of `Fate`; the counts add up to all packs."""
        total: Counter[Fate] = Counter()
        for lot in self.lots:
            total.update(lot.fates)
        return {fate: total[fate] for fate in Fate if fate is not Fate.UNMADE or total[fate]}
