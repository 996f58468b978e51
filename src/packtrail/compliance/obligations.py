"""Obligations: what the radar shows, with what was said of each part, and what the rules say.

An obligation has a part for every product, market, site and line that it concerns. What people say
of it is a list of notes that is only ever added to; the newest note about a part counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.compliance.checks import Outcome
from packtrail.compliance.decoding import read_day
from packtrail.compliance.pages import when
from packtrail.compliance.radar import Concern, evidence_for, next_due, radar, standing
from packtrail.compliance.spans import Span
from packtrail.compliance.words import CalendarKind, FactStatus, Precision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packtrail.compliance.entries import Deadline, Duty
    from packtrail.compliance.law import Law
    from packtrail.compliance.portfolio import Placement, Portfolio
    from packtrail.compliance.radar import Due, Standing

RISK_DAYS: Final = 90
"""What is not done so many days before it is due is at risk."""
BREAK_RISK_DAYS: Final = 365
"""The same where rules would be broken as things are: a pack is not changed in a quarter."""
ROUND_RISK_DAYS: Final = 7
"""The same for what comes round."""
ROUNDS_BEHIND: Final = timedelta(days=62)
"""What came round longer ago is not asked for any more."""
REMIND_BEFORE: Final = (Span(90, "day"), Span(30, "day"), Span(7, "day"))
"""When people are reminded, where a pack does not say it."""
OVERDUE: Final = -1
"""In place of days before: the day is past."""


class State(StrEnum):
    """What people say of an obligation."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WAIVED = "waived"
    """It need not be done, for a reason."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do."""
        return self in {State.DONE, State.WAIVED}


class Sort(StrEnum):
    """What kind of obligation it is."""

    DEADLINE = "deadline"
    """A day in the calendar of the law."""
    RECURRING = "recurring"
    """A report that comes round: one for each period."""
    PROCEDURE = "procedure"
    """A duty that an event sets off: the procedure must be in place."""


class Standpoint(StrEnum):
    """Where a part stands, from what people say and what the rules say together."""

    DONE = "done"
    READY = "ready"
    """Nobody said so, but the rules are met by what is known."""
    OPEN = "open"
    AT_RISK = "at_risk"
    """Late, near, or the rules would be broken."""
    UNKNOWN = "unknown"
    """The law is not sure, or too little is known to tell."""


@dataclass(frozen=True, slots=True)
class Part:
    """Whom and what a note or a state is about; an empty field means every one."""

    market: str = ""
    product: str = ""
    site: str = ""
    line: str = ""

    def covers(self, other: Part) -> bool:
        """Tell whether what is said of this is said of another too."""
        return all(
            not mine or mine == theirs
            for mine, theirs in (
                (self.market, other.market),
                (self.product, other.product),
                (self.site, other.site),
                (self.line, other.line),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody said of an obligation, or of parts of it."""

    number: int
    key: str
    part: Part = Part()
    state: State | None = None
    """None: it stays as it is."""
    owner: str | None = None
    """Who sees to it; None: as before."""
    reason: str = ""
    evidence: str = ""
    evidence_sha256: str = ""
    """Of the file that shows it, where one was handed in."""
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartState:
    """A part of an obligation."""

    part: Part
    state: State
    owner: str
    note: Note | None
    """What decided the state."""
    outlook: Outcome | None
    """What the rules say of it when it is due; None where no rule is about it."""
    broken: tuple[str, ...]
    """Codes of rules that would be broken."""
    standpoint: Standpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Something that must be done, by whom, by when, and how far it is."""

    key: str
    """Stable: pack and name; of one that comes round with `@` and its day."""
    sort: Sort
    on: date | None
    """The day; None where an event sets it off."""
    precision: Precision
    what: str
    who: str
    when: str
    recipients: tuple[str, ...]
    evidence: tuple[str, ...]
    """What shows that it was done."""
    rules: tuple[str, ...]
    kind: CalendarKind
    status: FactStatus
    confidence: str
    sources: tuple[str, ...]
    note: str
    pack_id: str
    version: str
    sha256: str
    concern: Concern
    markets: tuple[str, ...]
    partners: tuple[str, ...]
    parts: tuple[PartState, ...]
    remind_days: tuple[int, ...]
    today: date

    @property
    def is_certain(self) -> bool:
        """Whether it is law, and known to be."""
        return self.kind is CalendarKind.OBLIGATION and self.status is FactStatus.KNOWN

    @property
    def state(self) -> State:
        """What people say of it as a whole: the least that they say of any part."""
        states = {each.state for each in self.parts}
        if states <= {State.WAIVED}:
            return State.WAIVED if states else State.OPEN
        if states <= {State.DONE, State.WAIVED}:
            return State.DONE
        return State.OPEN if states == {State.OPEN} else State.IN_PROGRESS

    @property
    def standpoint(self) -> Standpoint:
        """Where it stands as a whole: where its worst part does."""
        found = {each.standpoint for each in self.parts}
        return next((each for each in WORST_FIRST if each in found), Standpoint.DONE)

    @property
    def counts(self) -> Mapping[Standpoint, int]:
        """How many parts stand where."""
        return Counter(each.standpoint for each in self.parts)

    @property
    def owners(self) -> tuple[str, ...]:
        """Who sees to it."""
        return tuple(sorted({each.owner for each in self.parts if each.owner}))

    @property
    def products(self) -> tuple[str, ...]:
        """Codes of its products."""
        return tuple(sorted({each.part.product for each in self.parts if each.part.product}))

    @property
    def lines(self) -> tuple[str, ...]:
        """Codes of its lines."""
        return tuple(sorted({each.part.line for each in self.parts if each.part.line}))

    @property
    def sites(self) -> tuple[str, ...]:
        """Codes of its sites."""
        return tuple(sorted({each.part.site for each in self.parts if each.part.site}))

    def only(self, part: Part) -> Obligation | None:
        """Return what of it is about something; None where nothing is."""
        parts = tuple(each for each in self.parts if part.covers(each.part))
        markets = tuple(each for each in self.markets if part.market in {"", each})
        return replace(self, parts=parts, markets=markets) if parts else None

    @property
    def days_left(self) -> int | None:
        """Days until it is due; negative when it is past; None without a day."""
        return (self.on - self.today).days if self.on else None

    @property
    def is_late(self) -> bool:
        """Whether its day is past and something is left to do."""
        past = self.on is not None and self.on < self.today
        return past and not self.state.is_settled

    @property
    def is_overdue(self) -> bool:
        """Whether the company is late with what is law, and no rule shows that it is done."""
        settled = self.standpoint in {Standpoint.READY, Standpoint.DONE}
        return self.is_late and self.concern is Concern.OWN and self.is_certain and not settled


WORST_FIRST: Final = (
    Standpoint.AT_RISK, Standpoint.UNKNOWN, Standpoint.OPEN, Standpoint.READY, Standpoint.DONE,
)  # fmt: skip


def obligations(
    law: Law,
    portfolio: Portfolio,
    notes: Iterable[Note],
    *,
    today: date,
    first: date,
    last: date,
    everywhere: bool = False,
    every_round: bool = False,
) -> tuple[Obligation, ...]:
    """Return obligations with a day, the earliest first.

    Args:
        law: The rules.
        portfolio: Whom they are to concern.
        notes: What people said, in any order.
        today: The day from which it is seen.
        first: First day.
        last: Last day.
        everywhere: Also those of markets in which nothing is sold.
        every_round: Of what comes round every time; else only the next, and what is just past.
    """
    told = _by_key(notes)
    dues = radar(law.catalogue, portfolio, first=first, last=last, everywhere=everywhere)
    found = [_of_due(law, each, told.get(each.key, ()), today) for each in dues]
    for each in standing(law.catalogue, portfolio, on=today):
        found += (
            _of_duty(each, told.get(f"{each.key}@{day}", ()), today, day)
            for day in _rounds(each.duty, max(first, today - ROUNDS_BEHIND), last)
            if every_round or day <= (each.next_on or day)
        )
    return tuple(sorted(found, key=lambda each: (each.on or last, each.key)))


def obligation(
    law: Law, portfolio: Portfolio, notes: Iterable[Note], key: str, *, today: date
) -> Obligation | None:
    """Return one obligation by its key, whenever it is due; None where there is none."""
    name, _, day = key.partition("@")
    told = _by_key(notes).get(key, ())
    if not day:
        dues = radar(law.catalogue, portfolio, first=date.min, last=date.max)
        due = next((each for each in dues if each.key == name), None)
        if due is not None:
            return _of_due(law, due, told, today)
    duties = standing(law.catalogue, portfolio, on=today)
    duty = next((each for each in duties if each.key == name), None)
    if duty is None or bool(day) is (duty.next_on is None):
        return None
    on = read_day(day) if day else None
    if day and (on is None or next_due(duty.duty, on) != on):
        return None
    return _of_duty(duty, told, today, on)


def procedures(
    law: Law, portfolio: Portfolio, notes: Iterable[Note], *, today: date
) -> tuple[Obligation, ...]:
    """Return the duties that events set off, by pack and name: what must be in place for them."""
    told = _by_key(notes)
    return tuple(
        _of_duty(each, told.get(each.key, ()), today, None)
        for each in standing(law.catalogue, portfolio, on=today)
        if each.next_on is None
    )


def reminders(found: Iterable[Obligation]) -> Iterator[tuple[Obligation, int]]:
    """Yield obligations of which somebody is to be reminded today, with the days before their day.

    Of several days that are past already only the nearest to the day of the obligation is told.
    Of what is overdue somebody is reminded once more, by `OVERDUE`.
    """
    for each in found:
        left = each.days_left
        if each.is_overdue:
            yield each, OVERDUE
        if left is None or left < 0 or each.state.is_settled or each.concern is Concern.WATCH:
            continue
        passed = [days for days in each.remind_days if left <= days]
        if passed:
            yield each, min(passed)


def days_of(span: Span) -> int:
    """Return about how many days a span has."""
    return max(1, span.hours // 24)


def _by_key(notes: Iterable[Note]) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = {}
    for note in sorted(notes, key=lambda each: each.number):
        found.setdefault(note.key, []).append(note)
    return found


def _rounds(duty: Duty, first: date, last: date) -> Iterator[date]:
    day = next_due(duty, first)
    while day is not None and day <= last:
        yield day
        day = next_due(duty, day + timedelta(days=1))


def _of_due(law: Law, due: Due, notes: Sequence[Note], today: date) -> Obligation:
    deadline = due.deadline
    pack = law.catalogue.packs[due.pack_id]
    placements = [each for each in due.placements if each.is_sold(due.on)]
    left = (due.on - today).days
    sight = _Sight(
        is_near=due.concern is Concern.OWN and left <= RISK_DAYS,
        is_soon=due.concern is not Concern.WATCH and left <= BREAK_RISK_DAYS,
        is_sure=deadline.is_certain,
    )
    parts = tuple(
        _part_state(part, notes, sight, outlook, broken)
        for part, outlook, broken in _looked_at(law, deadline, placements, due.markets)
    )
    spans = deadline.remind_before or REMIND_BEFORE
    return Obligation(
        key=due.key, sort=Sort.DEADLINE, on=due.on, precision=deadline.precision,
        what=deadline.what, who=deadline.who, when="", recipients=deadline.recipients,
        evidence=evidence_for(pack, deadline), rules=deadline.rules, kind=deadline.kind,
        status=deadline.status, confidence=deadline.confidence.value,
        sources=tuple(pack.source_title(each) for each in deadline.sources), note=deadline.note,
        pack_id=due.pack_id, version=due.identity.version, sha256=due.identity.sha256,
        concern=due.concern, markets=due.markets,
        partners=tuple(dict.fromkeys(each.code for each in due.partners)), parts=parts,
        remind_days=tuple(sorted((days_of(each) for each in spans), reverse=True)), today=today,
    )  # fmt: skip


def _of_duty(duty: Standing, notes: Sequence[Note], today: date, day: date | None) -> Obligation:
    entry, identity = duty.duty, duty.identity
    near = day is not None and (day - today).days <= ROUND_RISK_DAYS
    sight = _Sight(is_near=near, is_soon=near, is_sure=entry.status is FactStatus.KNOWN)
    parts = tuple(
        _part_state(part, notes, sight, None, ()) for part in _parts(duty.placements, duty.markets)
    )
    return Obligation(
        key=duty.key if day is None else f"{duty.key}@{day}",
        sort=Sort.PROCEDURE if day is None else Sort.RECURRING, on=day, precision=Precision.DAY,
        what=entry.what, who=", ".join(each.value.replace("_", " ") for each in entry.roles),
        when=when(entry), recipients=entry.recipients,
        evidence=(entry.evidence,) if entry.evidence else (), rules=entry.rules,
        kind=CalendarKind.OBLIGATION, status=entry.status, confidence=entry.confidence.value,
        sources=entry.sources, note=entry.note, pack_id=duty.pack_id, version=identity.version,
        sha256=identity.sha256, concern=Concern.OWN, markets=duty.markets, partners=(),
        parts=parts, remind_days=(7, 2) if day else (), today=today,
    )  # fmt: skip


def _parts(placements: Iterable[Placement], markets: Sequence[str]) -> Iterator[Part]:
    """Yield what an obligation is about: each product on each line, else each market."""
    is_empty = True
    for each in placements:
        is_empty = False
        yield from _lines_of(each)
    if is_empty:
        yield from (Part(market=market) for market in markets)


def _lines_of(placement: Placement) -> Iterator[Part]:
    sites = placement.sites if len(placement.sites) == 1 else ()
    for line in placement.lines or ("",):
        yield Part(
            market=placement.market, product=placement.product, site="".join(sites), line=line
        )


def _looked_at(
    law: Law, deadline: Deadline, placements: Sequence[Placement], markets: Sequence[str]
) -> Iterator[tuple[Part, Outcome | None, tuple[str, ...]]]:
    """Yield parts with what the rules of a deadline say of them, on the day after it."""
    wanted = frozenset(deadline.rules)
    for each in placements:
        answers = law.answers(each, deadline.on + timedelta(days=1)) if wanted else ()
        results = [one.result for one in answers if one.result.rule.code in wanted]
        outcomes = {one.outcome for one in results}
        worst = next((one for one in _WORST_OUTCOMES if one in outcomes), None)
        broken = (one.rule.code for one in results if one.outcome is Outcome.FAILED)
        for part in _lines_of(each):
            yield part, worst, tuple(dict.fromkeys(broken))
    if not placements:
        yield from ((Part(market=market), None, ()) for market in markets)


_WORST_OUTCOMES: Final = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED, Outcome.EXEMPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """How an obligation is looked at."""

    is_near: bool
    """Whether the company itself must have done it in a few weeks."""
    is_soon: bool
    """Whether there is little time for changing what is done."""
    is_sure: bool
    """Whether it is law, and known to be."""


def _part_state(
    part: Part,
    notes: Sequence[Note],
    sight: _Sight,
    outlook: Outcome | None,
    broken: tuple[str, ...],
) -> PartState:
    mine = [each for each in notes if each.part.covers(part)]
    decided = next((each for each in reversed(mine) if each.state is not None), None)
    owner = next((each.owner for each in reversed(mine) if each.owner is not None), "")
    state = decided.state if decided and decided.state else State.OPEN
    return PartState(
        part=part,
        state=state,
        owner=owner,
        note=decided,
        outlook=outlook,
        broken=broken,
        standpoint=_standpoint(state, sight, outlook),
    )


def _standpoint(state: State, sight: _Sight, outlook: Outcome | None) -> Standpoint:
    if state.is_settled:
        return Standpoint.DONE
    if outlook in {Outcome.PASSED, Outcome.EXEMPT}:
        return Standpoint.READY
    if outlook is Outcome.UNKNOWN or not sight.is_sure:
        return Standpoint.UNKNOWN
    breaks = outlook is Outcome.FAILED and sight.is_soon
    return Standpoint.AT_RISK if sight.is_near or breaks else Standpoint.OPEN
