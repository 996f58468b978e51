"""An act in the making: what its verb collects until it becomes a decision."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.base.findings import Severity
from packtrail.lifecycle.rules import ENDS
from packtrail.production import codes
from packtrail.production.decisions import Decision, Mark, Refusal
from packtrail.production.names import keys_of, label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.base.findings import Finding, FindingCode
    from packtrail.epcis.events import Event
    from packtrail.lifecycle.journey import Status
    from packtrail.production.decisions import Job
    from packtrail.production.floor import Change, Floor, Origin
    from packtrail.production.happenings import Happening
    from packtrail.production.levels import ItemKey, Level, Tier
    from packtrail.production.orders import Terms

AHEAD: Final = timedelta(minutes=5)
"""How far the clock of a line may be ahead."""
EXAMPLES: Final = 5
MAY_CHANGE: Final = frozenset(
    {
        *(codes.NOT_COMMISSIONED, codes.NOT_PACKED, codes.ALREADY_PACKED, codes.NOT_IN_HAND),
        *(codes.EMPTY, codes.NOT_EMPTY, codes.TOO_MANY, codes.NOT_DECOMMISSIONED),
    }
)
"""What another report can change: what objects are and where, not whose or what kind."""


class Act:
    """One happening, seen on the floor where it happens.

    Args:
        happening: What happened, or is to happen.
        job: Where and for what.
        floor: What is known; it is changed as far as the act is decided to be possible.
        is_tentative: Whether what contradicts something later is let through, to be looked at
            when everything has happened.
    """

    def __init__(
        self, happening: Happening, job: Job, floor: Floor, *, is_tentative: bool = False
    ) -> None:
        self.is_tentative = is_tentative
        self.happening, self.job, self.floor = happening, job, floor
        self.at = happening.at
        self.findings: list[Finding] = []
        self.events: list[Event] = []
        self.marks: list[Mark] = []
        self.refused: list[Refusal] = []
        self.waiting: list[str] = []
        """Numbers that wait for something not reported yet."""
        self.done: Counter[str] = Counter()
        self.change: Change | None = None
        self.keys, unreadable = keys_of(happening, job.terms)
        self.findings += unreadable
        self.texts: dict[ItemKey, str] = {}
        for text, key in self.keys.items():
            self.texts.setdefault(key, text)
        if self.at > job.now + AHEAD:
            message = f"It is said to happen at {self.at.isoformat()}, and it is not that late yet."
            self.findings.append(codes.IN_FUTURE.found(message, at="at"))

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong already."""
        return any(each.severity is Severity.ERROR for each in self.findings)

    # --- what is meant ----------------------------------------------------------------------------

    def numbers(self) -> list[ItemKey]:
        """Return the objects named, each once; naming one twice is refused."""
        named = [self.keys[text] for text in self.happening.numbers if text in self.keys]
        again = [key for key, count in Counter(named).items() if count > 1]
        if again:
            self.refuse(codes.TWICE, "{} named more than once: {}.", again)
        return list(dict.fromkeys(named))

    def parent(self) -> ItemKey | None:
        """Return the container named."""
        return self.keys.get(self.happening.parent) if self.happening.parent else None

    def origin(self, key: ItemKey) -> Origin | None:
        """Return the work order that a number was issued to."""
        return self.floor.origins.get(key)

    def is_own(self, key: ItemKey) -> bool:
        """Tell whether a number was issued to the order of this act."""
        origin = self.origin(key)
        return origin is not None and origin.order_id == self.job.order_id

    def terms_of(self, key: ItemKey) -> Terms | None:
        """Return what the order of an object says."""
        origin = self.origin(key)
        return origin.terms if origin else self.job.terms

    def tier_of(self, key: ItemKey) -> Tier | None:
        """Return the level that an object is of, as far as its order or its GTIN tells."""
        origin = self.origin(key)
        if origin is not None:
            return origin.terms.tier(origin.level)
        if self.job.terms is None:
            return None
        return next((tier for tier in self.job.terms.tiers if tier.class_key == key[0]), None)

    def level_of(self, key: ItemKey) -> Level | None:
        """Return the level that an object is of."""
        tier = self.tier_of(key)
        return tier.level if tier else None

    def uri(self, key: ItemKey) -> str:
        """Return the identifier that events name an object by."""
        item = self.floor.items.get(key)
        if item is not None:
            return item.uri
        tier = self.tier_of(key)
        return tier.uri_of(key[1]) if tier else ""

    def uris(self, keys: Iterable[ItemKey]) -> list[str]:
        """Return the identifiers that events name objects by."""
        return [self.uri(key) for key in keys]

    def status(self, key: ItemKey) -> Status | None:
        """Return what an object was at the time; None: it was not commissioned."""
        return self.floor.status(key, self.at)

    # --- what is decided --------------------------------------------------------------------------

    def refuse(self, code: FindingCode, message: str, keys: Sequence[ItemKey]) -> None:
        """Refuse some objects; those that a late report may make possible wait for it.

        Args:
            code: Why.
            message: A sentence with two places: how many, and which ones.
            keys: The objects.
        """
        late = [key for key in keys if code in MAY_CHANGE and self.may_wait(key)]
        never = [key for key in keys if key not in set(late)]
        for as_code, some in ((code, never), (codes.PARKED, late)):
            if some:
                count = "It is" if len(some) == 1 else f"{len(some):,} are"
                self.say(as_code, message.format(count, self.some(some)))
        self.waiting += [self.texts.get(key, key[1]) for key in late]
        self.refused += [
            Refusal(number=self.texts.get(key, key[1]), code=code.code) for key in never
        ]

    def may_wait(self, key: ItemKey) -> bool:
        """Tell whether a report about an object may still come: its number is out, and alive."""
        origin = self.origin(key)
        if not self.job.may_wait or origin is None or not self.is_own(key):
            return False
        # A label that was rejected may be a pack whose commissioning is late.
        is_out = origin.settled is None and origin.mark != "label_sampled"
        item = self.floor.items.get(key)
        return is_out and (item is None or item.own_status(self.at) not in ENDS)

    def say(self, code: FindingCode, message: str, *, at: str = "numbers") -> None:
        """Say something that is worth saying."""
        self.findings.append(code.found(message, at=at))

    def tell(self, *events: Event) -> None:
        """Have events recorded."""
        self.events += events

    def mark(self, kind: str, keys: Sequence[ItemKey]) -> None:
        """Write down what became of numbers, in the order that they were issued to."""
        places: dict[tuple[str, Level], list[str]] = {}
        for key in keys:
            origin = self.origin(key)
            if origin is not None:
                places.setdefault((origin.order_id, origin.level), []).append(key[1])
                if kind != "ended":
                    self.floor.origins[key] = origin.marked(kind, self.at)
        for (order_id, level), numbers in places.items():
            self.marks.append(
                Mark(
                    order_id=order_id,
                    kind=kind,
                    level=level,
                    reason=self.happening.reason,
                    note=self.happening.note,
                    at=self.at,
                    numbers=tuple(numbers),
                )
            )

    def count(self, what: str, keys: Iterable[ItemKey]) -> None:
        """Count what was done, by level."""
        for key in keys:
            self.done[f"{what}:{self.level_of(key) or 'other'}"] += 1

    def some(self, keys: Sequence[ItemKey]) -> str:
        """Return the first few of some objects, for a sentence."""
        shown = ", ".join(label_of(key) for key in keys[:EXAMPLES])
        return shown if len(keys) <= EXAMPLES else f"{shown} and {len(keys) - EXAMPLES:,} more"

    def repeated(self, keys: Sequence[ItemKey], biz_step: str) -> list[ItemKey]:
        """Return the objects of which an event of this very time tells so already; note them."""
        again = [
            key
            for key in keys
            if (item := self.floor.items.get(key)) is not None
            and any(s.event_time == self.at and s.biz_step == biz_step for s in item.own)
        ]
        if again:
            self.say(codes.REPEATED, f"Told for this very time before: {self.some(again)}.")
        return again

    def decision(self, *, is_whole: bool = False) -> Decision:
        """Return what was decided.

        Args:
            is_whole: Nothing of it happens when a part of it cannot; else the possible part does.
        """
        if is_whole and (self.is_refused or self.waiting):
            self._nothing()
        self._happen()
        waiting = list(dict.fromkeys(self.waiting))
        parked = None
        if waiting and not (is_whole and self.is_refused):
            parked = self.happening if is_whole else replace(self.happening, numbers=tuple(waiting))
        return Decision(
            findings=tuple(self.findings),
            events=tuple(self.events),
            marks=tuple(self.marks),
            refused=tuple(self.refused),
            parked=parked,
            done=dict(self.done),
            change=self.change,
        )

    def _nothing(self) -> None:
        self.events, self.marks, self.done = [], [], Counter()

    def _happen(self) -> None:
        """Let the events happen on the floor, unless something later contradicts them."""
        if not self.events:
            return
        source = self.happening.event
        if source is not None and not self.refused and not self.waiting:
            # Told whole by a document: recorded in its own words.
            self.events[-1] = source
        self.change = self.floor.apply(self.events)
        odd = [] if self.is_tentative else list(self.floor.contradictions(self.change))
        if not odd:
            return
        self.floor.undo(self.change)
        self.change = None
        self._nothing()
        is_late = all(self.may_wait(key) for key, _ in odd)
        code = codes.PARKED if is_late else codes.CONTRADICTS
        for key, finding in odd[:EXAMPLES]:
            self.say(code, f"{label_of(key)}: {finding.message}")
        if is_late:
            gone = {each.number for each in self.refused}
            self.waiting = [each for each in self.happening.numbers if each not in gone]
        else:
            self.refused += [
                Refusal(number=self.texts.get(key, key[1]), code=code.code) for key, _ in odd
            ]
