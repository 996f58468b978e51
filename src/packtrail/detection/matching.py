"""Matching: what alerts become of signals: new ones, more evidence, and evidence that fell away.

Idempotent: the same signals a second time change nothing. Evidence that an alert ever had makes no
second alert, whatever became of the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.detection import codes

if TYPE_CHECKING:
    from packtrail.detection.scans import Parameters, Scan, Signal

Key = tuple[str, str]
"""Code of the signal, and its subject."""

_WAITS: Final[Mapping[str, str]] = {
    codes.NEVER_SOLD.code: "settle",
    codes.NEAR_ISSUED.code: "retype_within",
    codes.PROBING.code: "retype_within",
    codes.BURST.code: "retype_within",
}
"""Signal -> the parameter that says how long an honest explanation is waited for."""


def due_at(signal: Signal, scans: Mapping[str, Scan], parameters: Parameters) -> datetime:
    """Return from when on a signal may be told."""
    newest = max(max(scans[each].at, scans[each].recorded_at) for each in signal.scans)
    name = _WAITS.get(signal.code)
    wait: timedelta = getattr(parameters, name) if name else timedelta()
    return newest + wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An alert as it is stored, as far as matching asks."""

    alert_id: int
    code: str
    subject: str
    is_settled: bool
    """Its case is decided: what comes later is another alert."""
    evidence: frozenset[str]
    """Everything it rests on or rested on."""
    withdrawn: frozenset[str] = frozenset()

    @property
    def key(self) -> Key:
        """What makes alerts one."""
        return self.code, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Signals of one key, as one."""

    key: Key
    score: float
    message: str
    arithmetic: tuple[str, ...]
    scans: frozenset[str]
    events: frozenset[str]

    @property
    def evidence(self) -> frozenset[str]:
        """What it rests on."""
        return self.scans | self.events


@dataclass(slots=True)
class Changes:
    """What is to be written."""

    new: list[Told] = field(default_factory=list)
    grown: list[tuple[Held, Told, frozenset[str]]] = field(default_factory=list)
    """Alert, what the signals say now, and the evidence that is new or there again."""
    shrunk: list[tuple[Held, frozenset[str]]] = field(default_factory=list)
    """Alert, and the evidence that no signal rests on any more."""


def gathered(signals: Iterable[Signal]) -> list[Told]:
    """Return signals of one code about one subject as one, the surest first."""
    groups: defaultdict[Key, list[Signal]] = defaultdict(list)
    for signal in signals:
        groups[signal.code, signal.subject].append(signal)
    found = []
    for key, some in groups.items():
        surest = max(some, key=lambda each: (each.score, each.scans))
        found.append(
            Told(
                key=key,
                score=surest.score,
                message=surest.message,
                arithmetic=tuple(dict.fromkeys(each.arithmetic for each in some)),
                scans=frozenset(one for each in some for one in each.scans),
                events=frozenset(one for each in some for one in each.events),
            )
        )
    return sorted(found, key=lambda each: (-each.score, each.key))


def match(told: Iterable[Told], held: Iterable[Held], examined: Collection[str]) -> Changes:
    """Return what changes in alerts.

    Args:
        told: What the rules say now.
        held: The alerts of these codes and subjects, and those that rest on what was examined.
        examined: Scans and events that the rules looked at now: only of these it can be said that
            nothing rests on them any more.
    """
    changes = Changes()
    by_key: defaultdict[Key, list[Held]] = defaultdict(list)
    for alert in held:
        by_key[alert.key].append(alert)
    said = {each.key: each for each in told}
    for key, each in said.items():
        known = by_key[key]
        before = frozenset(one for alert in known for one in alert.evidence)
        open_ones = [alert for alert in known if not alert.is_settled]
        fresh = each.scans - before
        if not open_ones:
            if fresh:
                changes.new.append(_only(each, fresh))
            continue
        alert = max(open_ones, key=lambda one: one.alert_id)
        settled = frozenset(one for other in known if other.is_settled for one in other.evidence)
        added = (each.evidence - alert.evidence - settled) | (each.evidence & alert.withdrawn)
        if added:
            changes.grown.append((alert, each, added))
    for key, known in by_key.items():
        now = said[key].evidence if key in said else frozenset()
        for alert in known:
            gone = (alert.evidence - alert.withdrawn - now) & frozenset(examined)
            if gone and not alert.is_settled:
                changes.shrunk.append((alert, gone))
    return changes


def _only(told: Told, scans: frozenset[str]) -> Told:
    return Told(
        key=told.key,
        score=told.score,
        message=told.message,
        arithmetic=told.arithmetic,
        scans=scans,
        events=told.events,
    )
