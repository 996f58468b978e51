"""The twin of a packaging line: what printers, cameras and packers do, and what they say they do.

It knows the truth of every pack. What it says can be wrong: a camera reads another number than is
printed, a case is told to hold a pack that fell out of it. From the same seed it does the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from packtrail.production.happenings import Kind
from packtrail.production.levels import Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from packtrail.production.levels import Tier

_MISREAD: Final = {"0": "8", "8": "B", "B": "8", "5": "6", "6": "5", "1": "7", "7": "1", "2": "Z"}
"""What a worn camera makes of a character."""
_REJECTS: Final = ("print_quality", "weight", "closure", "damaged", "wrong_data")


class Fault(StrEnum):
    """Something that goes wrong on the line itself."""

    REJECT = "reject"
    """Inspection rejects a pack, and says so."""
    NO_READ = "no_read"
    """The camera reads nothing; the pack is scanned by hand at the reject bin."""
    LOST = "lost"
    """The camera reads nothing, and nobody scans what is thrown away."""
    MISREAD = "misread"
    """The camera reads another number than is printed; the pack goes on."""
    FELL_OUT = "fell_out"
    """A pack fell out of a case after it was read, and goes into the next one."""
    SPOILT_LABEL = "spoilt_label"
    """The label of a container cannot be read; it gets another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRates:
    """How a line runs, and how often something goes wrong: shares of the packs or containers."""

    speed_packs_per_minute: int = 200
    rejects: float = 0.01
    no_reads: float = 0.004
    misreads: float = 0.001
    aggregation_faults: float = 0.02
    samples: int = 2
    """Packs taken for retention at the start."""


@dataclass(slots=True)
class Fate:
    """What truly became of one number."""

    outcome: str = "left over"
    """`good`, `rejected`, `sampled`, or `left over`."""
    holder: str | None = None
    """Number of the container that it is in."""
    fault: Fault | None = None
    """What went wrong with it, or with what it is packed with, when what was said of it can differ
    from what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a line did with an order, and what it says."""

    happenings: tuple[tuple[datetime, dict[str, Any]], ...]
    """When each could be told, and what is told."""
    fates: Mapping[Level, Mapping[str, Fate]]
    """The truth of every number that the line was given."""
    faults: Mapping[Fault, int]
    """What went wrong, how often."""
    ends_at: datetime


@dataclass(slots=True)
class _Filling:
    """A container that is being filled."""

    said: list[str] = field(default_factory=list)
    """Numbers that go in, as they are told."""
    true: list[str] = field(default_factory=list)


class LineTwin:
    """One run of a line.

    Args:
        tiers: Levels of the trade item that the line serialises, from the pack up.
        numbers: Numbers of each level that may be used, in the order of printing.
        rates: How the line runs.
        rng: Where chance comes from.
        starts_at: When the first pack is printed.
    """

    def __init__(
        self,
        tiers: Sequence[Tier],
        numbers: Mapping[Level, Sequence[str]],
        rates: LineRates,
        *,
        rng: Random,
        starts_at: datetime,
    ) -> None:
        self._tiers, self._rates, self._rng = tiers, rates, rng
        self._stock = {level: iter(each) for level, each in numbers.items()}
        self._issued = {level: frozenset(each) for level, each in numbers.items()}
        self._now = starts_at
        self._step = timedelta(minutes=1 / rates.speed_packs_per_minute)
        self._told: list[tuple[datetime, dict[str, Any]]] = []
        self._fates: dict[Level, defaultdict[str, Fate]] = {
            level: defaultdict(Fate, {number: Fate() for number in each})
            for level, each in numbers.items()
        }
        self._faults: Counter[Fault] = Counter()
        self._filling = {tier.level: _Filling() for tier in tiers}
        self._made: list[str] = []
        """Packs, as they were read, whose commissioning is not told yet."""
        self._by_hand: list[str] = []
        self._counts: Counter[str] = Counter()

    def run(self, quantity: int, *, is_finished: bool = True) -> Shift:
        """Make so many good packs, or as many as there are numbers for.

        Args:
            quantity: Good packs.
            is_finished: Whether that is all: what is half full is closed, and the order completed.
        """
        self._tell({"kind": "state", "state": "started"})
        samples = self._rates.samples
        while self._counts["good"] < quantity and (number := next(self._packs, None)) is not None:
            self._now += self._step
            if samples:
                samples -= self._sample(number)
            else:
                self._make(number)
        self._end(is_finished=is_finished)
        return Shift(
            happenings=tuple(self._told),
            fates=self._fates,
            faults=dict(self._faults),
            ends_at=self._now,
        )

    @property
    def _packs(self) -> Any:
        return self._stock[Level.PACK]

    def _tell(self, happening: dict[str, Any]) -> None:
        self._told.append((self._now, {**happening, "at": self._now.isoformat()}))

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _make(self, number: str) -> None:
        """Print a number, look at the pack, and let it go on when it is good."""
        rates, fate = self._rates, self._fates[Level.PACK][number]
        if self._chance(rates.rejects):
            fate.outcome, self._counts["rejected"] = "rejected", self._counts["rejected"] + 1
            self._faults[Fault.REJECT] += 1
            reason = self._rng.choice(_REJECTS)
            self._tell({"kind": "reject", "numbers": [number], "reason": reason})
        elif self._chance(rates.no_reads):
            self._not_read(number, fate)
        else:
            read = number
            if self._chance(rates.misreads):
                read = self._misread(number)
                fate.fault = Fault.MISREAD
                self._faults[Fault.MISREAD] += 1
            fate.outcome = "good"
            self._counts["good"] += 1
            self._made.append(read)
            self._put(0, number, number)

    def _sample(self, number: str) -> bool:
        """Take a pack for retention; tell it at once."""
        self._fates[Level.PACK][number].outcome = "sampled"
        self._tell({"kind": "commission", "numbers": [number]})
        self._tell({"kind": "sample", "numbers": [number], "reason": "retention"})
        return True

    def _not_read(self, number: str, fate: Fate) -> None:
        fate.outcome = "rejected"
        self._counts["rejected"] += 1
        is_lost = self._chance(0.2)
        fate.fault = Fault.LOST if is_lost else None
        self._faults[Fault.LOST if is_lost else Fault.NO_READ] += 1
        if not is_lost:
            self._by_hand.append(number)

    def _misread(self, number: str) -> str:
        """Return what a camera makes of a number: another one, which nobody was given."""
        for place in self._rng.sample(range(len(number)), len(number)):
            read = number[:place] + _MISREAD.get(number[place], "X") + number[place + 1 :]
            if read not in self._issued[Level.PACK]:
                return read
        return f"{number[:-1]}-"

    def _put(self, below: int, said: str, true: str) -> None:
        """Put an object into the container that is being filled above its level."""
        if below + 1 >= len(self._tiers):
            if below == 0 and len(self._made) >= 50:
                self._tell_made()
            return
        tier = self._tiers[below + 1]
        filling = self._filling[tier.level]
        filling.said.append(said)
        filling.true.append(true)
        if len(filling.true) >= tier.holds:
            self._close(below + 1, is_partial=False)

    def _close(self, at: int, *, is_partial: bool) -> None:
        """Close a container: give it a label, read what is in it, and tell."""
        tier, below = self._tiers[at], self._tiers[at - 1]
        filling = self._filling[tier.level]
        self._filling[tier.level] = _Filling()
        label = self._label(tier.level)
        if label is None:
            return
        left = self._fell_out(filling) if not is_partial else None
        inside = [self._fates[below.level][number] for number in filling.true]
        # A container that is told wrongly in part is refused as a whole, and so is what holds it.
        fault = next((each.fault for each in inside if each.fault), None)
        for each in inside:
            each.holder, each.fault = label, each.fault or fault
        fate = self._fates[tier.level][label]
        fate.outcome, fate.fault = "good", fault
        self._counts[tier.level.value] += 1
        self._tell_made()
        self._now += self._step * 2
        told = {"kind": "pack", "numbers": filling.said, "parent": label,
                "level": below.level.value, "parent_level": tier.level.value}  # fmt: skip
        self._tell(told | ({"is_partial": True} if is_partial else {}))
        self._tell_by_hand()
        self._put(at, label, label)
        if left is not None:
            self._put(at - 1, left, left)

    def _label(self, level: Level) -> str | None:
        """Return the next label of a level that can be read."""
        label: str | None = next(self._stock[level], None)
        if label is not None and self._chance(self._rates.aggregation_faults / 2):
            self._faults[Fault.SPOILT_LABEL] += 1
            self._fates[level][label].outcome = "rejected"
            self._tell({"kind": "reject", "numbers": [label], "level": level.value,
                        "reason": "unreadable"})  # fmt: skip
            label = next(self._stock[level], None)
        return label

    def _fell_out(self, filling: _Filling) -> str | None:
        """Let a pack fall out after it was read; return it."""
        is_of_packs = filling is not None and filling.true[0] in self._issued[Level.PACK]
        if not is_of_packs or not self._chance(self._rates.aggregation_faults / 2):
            return None
        left = filling.true.pop(self._rng.randrange(len(filling.true)))
        self._fates[Level.PACK][left].fault = Fault.FELL_OUT
        self._faults[Fault.FELL_OUT] += 1
        return left

    def _tell_made(self) -> None:
        if self._made:
            self._tell({"kind": Kind.COMMISSION.value, "numbers": self._made})
            self._made = []

    def _tell_by_hand(self) -> None:
        if self._by_hand:
            self._tell({"kind": "reject", "numbers": self._by_hand, "reason": "unreadable"})
            self._by_hand = []

    def _end(self, *, is_finished: bool) -> None:
        """Close what is half full, scan the reject bin, and say how many were counted."""
        self._tell_made()
        for at in range(1, len(self._tiers)):
            if is_finished and self._filling[self._tiers[at].level].true:
                self._close(at, is_partial=True)
        self._tell_by_hand()
        self._now += self._step
        self._tell({"kind": "count", "counts": dict(self._counts)})
        if is_finished:
            self._tell({"kind": "state", "state": "completed"})
