"""Reconciliation: what became of every number that an order was given.

Each number has one outcome. An order adds up when none is unaccounted for, none was strange, none
was used twice, and nothing waits.

    >>> outcome_of(Status.DESTROYED, mark=None, settled=None)
    <Outcome.DESTROYED: 'destroyed'>
    >>> outcome_of(None, mark="rejected", settled="void")
    <Outcome.REJECTED: 'rejected'>
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from packtrail.base.findings import Finding, has_errors
from packtrail.lifecycle.journey import Status
from packtrail.production import codes
from packtrail.production.levels import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

EXAMPLES_MAX: Final = 100


class Outcome(StrEnum):
    """What became of one number."""

    COMMISSIONED = "commissioned"
    SAMPLED = "sampled"
    REJECTED = "rejected"
    DESTROYED = "destroyed"
    RETURNED = "returned"
    VOID = "void"
    UNACCOUNTED = "unaccounted"


_OF_STATUS: Final[Mapping[Status, Outcome]] = {
    Status.SAMPLED: Outcome.SAMPLED,
    Status.DESTROYED: Outcome.DESTROYED,
    Status.DECOMMISSIONED: Outcome.REJECTED,
}
"""Any other status of what was commissioned is `commissioned`: it is, or was, good."""
_OF_MARK: Final[Mapping[str, Outcome]] = {
    "rejected": Outcome.REJECTED,
    "label_sampled": Outcome.SAMPLED,
}
_OF_SETTLED: Final[Mapping[str, Outcome]] = {
    "returned": Outcome.RETURNED,
    "expired": Outcome.RETURNED,
    "void": Outcome.VOID,
}


def outcome_of(status: Status | None, *, mark: str | None, settled: str | None) -> Outcome:
    """Return what became of a number.

    Args:
        status: Of the object that carries it; None or `unknown`: nothing was commissioned with it.
        mark: What the line said of the printed number.
        settled: What the pool says: `returned`, `void`, `expired`, or `used`.
    """
    if status not in {None, Status.UNKNOWN}:
        return _OF_STATUS.get(status, Outcome.COMMISSIONED)
    found = _OF_MARK.get(mark or "") or _OF_SETTLED.get(settled or "")
    return found or Outcome.UNACCOUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number that was issued, and what is known of it."""

    number: str
    status: Status | None
    is_packed: bool = False
    holder: str | None = None
    """EPC URI of the container that holds it."""
    mark: str | None = None
    reason: str = ""
    settled: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSums:
    """The numbers of one level."""

    level: Level
    number_of: str
    """The GTIN, or extension digit and prefix of the SSCCs."""
    planned: int
    issued: int
    outcomes: dict[Outcome, int]
    """Every outcome; they add up to `issued`."""
    packed: int
    """Of the commissioned ones, in a container."""
    reasons: dict[str, int]
    """Why numbers were rejected or sampled, by reason code."""
    unaccounted: tuple[str, ...]
    """Examples."""
    misused: tuple[str, ...]
    """In use though given back or void: examples."""
    misused_count: int

    @property
    def good(self) -> int:
        """How many are good."""
        return self.outcomes[Outcome.COMMISSIONED]

    @property
    def made(self) -> int:
        """How many were ever printed or commissioned: all but those left over."""
        return self.issued - sum(
            self.outcomes[each] for each in (Outcome.RETURNED, Outcome.VOID, Outcome.UNACCOUNTED)
        )

    @property
    def yield_percent(self) -> float | None:
        """Good ones of those made, in per cent, to a tenth; None: none was made."""
        return round(100 * self.good / self.made, 1) if self.made else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What the reports of the line came to."""

    reports: int
    unknown: tuple[str, ...]
    """Numbers that were never issued to the order."""
    doubles: tuple[str, ...]
    """Numbers commissioned twice."""
    waiting: int
    """Happenings and reports that wait for a report that is late."""
    missing: tuple[int, ...]
    """Places in the line's own sequence that no report has."""
    line_counts: dict[str, int]
    """What the line says it counted: `good`, `rejected`, `case`, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The account of an order."""

    levels: tuple[LevelSums, ...]
    reported: Reported
    findings: tuple[Finding, ...]

    @property
    def adds_up(self) -> bool:
        """Whether nothing is open."""
        return not has_errors(self.findings)

    @property
    def digest(self) -> str:
        """SHA-256 over everything it says, in hexadecimal: what a signature stands for."""
        told: dict[str, Any] = {
            "levels": [asdict(each) for each in self.levels],
            "reported": asdict(self.reported),
            "findings": [(each.code, each.message) for each in self.findings],
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def reconcile(
    levels: Sequence[tuple[Level, str, int, Iterable[Number]]], reported: Reported
) -> Reconciliation:
    """Return the account of an order.

    Args:
        levels: Level, what its numbers are of, how many were planned, and every number issued.
        reported: What the reports came to.
    """
    sums = tuple(_sums(*each) for each in levels)
    findings = (*_findings_of_levels(sums), *_findings_of_reports(sums, reported))
    return Reconciliation(levels=sums, reported=reported, findings=findings)


def _sums(level: Level, number_of: str, planned: int, numbers: Iterable[Number]) -> LevelSums:
    outcomes: Counter[Outcome] = Counter()
    reasons: Counter[str] = Counter()
    unaccounted: list[str] = []
    misused: list[str] = []
    packed = unaccounted_count = misused_count = issued = 0
    for each in numbers:
        issued += 1
        outcome = outcome_of(each.status, mark=each.mark, settled=each.settled)
        outcomes[outcome] += 1
        packed += each.is_packed and outcome is Outcome.COMMISSIONED
        if each.reason and outcome in {Outcome.REJECTED, Outcome.SAMPLED, Outcome.DESTROYED}:
            reasons[each.reason] += 1
        if outcome is Outcome.UNACCOUNTED:
            unaccounted_count += 1
            if len(unaccounted) < EXAMPLES_MAX:
                unaccounted.append(each.number)
        if each.status is not None and each.settled in _OF_SETTLED:
            misused_count += 1
            if len(misused) < EXAMPLES_MAX:
                misused.append(each.number)
    return LevelSums(
        level=level,
        number_of=number_of,
        planned=planned,
        issued=issued,
        outcomes={outcome: outcomes[outcome] for outcome in Outcome},
        packed=packed,
        reasons=dict(sorted(reasons.items())),
        unaccounted=tuple(unaccounted),
        misused=tuple(misused),
        misused_count=misused_count,
    )


def _findings_of_levels(sums: Sequence[LevelSums]) -> Iterator[Finding]:
    for place, each in enumerate(sums):
        name = f"{each.level}s"
        open_count = each.outcomes[Outcome.UNACCOUNTED]
        if open_count:
            yield codes.UNACCOUNTED.found(
                f"{open_count:,} of {each.issued:,} numbers of {name} are unaccounted for: "
                f"{_some(each.unaccounted, open_count)}.",
                at=each.level,
            )
        if each.misused_count:
            yield codes.USED_THOUGH_GIVEN_BACK.found(
                f"{each.misused_count:,} numbers of {name} are in use though given back: "
                f"{_some(each.misused, each.misused_count)}.",
                at=each.level,
            )
        loose = each.good - each.packed
        if loose and place + 1 < len(sums):
            yield codes.NOT_PACKED_AWAY.found(
                f"{loose:,} good {name} are in no container.", at=each.level
            )
    if sums and sums[0].good < sums[0].planned:
        yield codes.SHORT_OF_PLAN.found(
            f"{sums[0].good:,} good packs of {sums[0].planned:,} planned.", at=Level.PACK
        )


def _findings_of_reports(sums: Sequence[LevelSums], told: Reported) -> Iterator[Finding]:
    for code, numbers, what in (
        (codes.UNKNOWN_NUMBERS, told.unknown, "never issued to the order"),
        (codes.DOUBLES, told.doubles, "commissioned twice"),
    ):
        if numbers:
            shown = _some(numbers, len(numbers))
            yield code.found(f"{len(numbers):,} numbers were {what}: {shown}.", at="reports")
    if told.waiting:
        yield codes.WAITING.found(f"{told.waiting:,} happenings or reports wait.", at="reports")
    if told.missing:
        shown = _some([str(each) for each in told.missing], len(told.missing))
        yield codes.REPORTS_MISSING.found(
            f"{len(told.missing):,} reports of the line are missing: {shown}.", at="reports"
        )
    ours = _our_counts(sums)
    for name, count in told.line_counts.items():
        if name in ours and ours[name] != count:
            yield codes.COUNTS_DIFFER.found(
                f"The line counted {count:,} {name}; recorded are {ours[name]:,}.", at=name
            )


def _our_counts(sums: Sequence[LevelSums]) -> dict[str, int]:
    """Return what we know under the names a line may use for its own counts."""
    counts = {each.level.value: each.good for each in sums}
    if sums:
        packs = sums[0]
        counts |= {
            "good": packs.good,
            "rejected": packs.outcomes[Outcome.REJECTED],
            "sampled": packs.outcomes[Outcome.SAMPLED],
            "destroyed": packs.outcomes[Outcome.DESTROYED],
        }
    return counts


def _some(numbers: Sequence[str], count: int) -> str:
    shown = ", ".join(numbers[:5])
    return shown if count <= 5 else f"{shown} and {count - 5:,} more"
