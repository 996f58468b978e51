"""The fold: from what happened to an object to what it is.

Events count in the order in which they happened, not in which they arrived; at one moment by what
they do, see `packtrail.epcis.turns.TURNS`, and then by their ids. A withdrawn event has no
effect. A fact that several events tell, as sellers repeat a commissioning with every shipment,
counts once. An event that cannot have happened is a recorded fact and a finding, and changes
nothing.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING

from packtrail.epcis import turns
from packtrail.epcis.canonical import same_form
from packtrail.hierarchy.codes import LEFT_WITHOUT_UNPACKING
from packtrail.hierarchy.containment import (
    BEFORE,
    STAYS,
    Containment,
    Moment,
    PackingStep,
    Role,
    held_over_time,
)
from packtrail.lifecycle import codes, rules
from packtrail.lifecycle.journey import Standing, Status, Step
from packtrail.lifecycle.rules import ENDS, Outcome, after, effect_of, inherited
from packtrail.lifecycle.sentences import local_time, saying, words
from packtrail.lifecycle.states import COMMISSION, REACTIVATE
from packtrail.lifecycle.undo import EU_UNDO, Occasion, refusals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.base.findings import Finding
    from packtrail.lifecycle.states import Effect
    from packtrail.lifecycle.undo import UndoRule


def moment(step: Step) -> Moment:
    """Return the place of a step in the order of everything."""
    turn = turn_of(step)
    first = min(step.event_id, *step.told_again_by) if step.told_again_by else step.event_id
    stage = step.stage if turn else BEFORE  # What comes into being does so first of all.
    return step.event_time, stage, turn, first, step.event_id


def turn_of(step: Step) -> int:
    """Return when a step counts among those of its moment and stage."""
    return turns.turn_of(step.event_type, step.action, step.biz_step, step.disposition)


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps in the order in which they count, each once.

    The same event may have been recorded by several organisations, and may name an object both
    itself and through what holds it: the first record and the nearest naming count. Several
    events that tell the same of the object count once, where the first of them stands; for them
    stands the one recorded first, of those that send the object where that first one does.
    """
    every = list(steps)
    if len(every) < 2:
        return tuple(every)
    is_named_once = len({step.event_id for step in every}) == len(every)
    if not is_named_once and len({_naming(step) for step in every}) < len(every):
        every = list(_nearest(every).values())
    if len({step.event_time for step in every}) == len(every):
        return tuple(sorted(every, key=_EVENT_TIME))
    ordered = _told_once(sorted(every, key=_in_time))
    return _by_stages(ordered) if _has_stages(ordered) else ordered


def _naming(step: Step) -> tuple[str, Role | None, int]:
    """Return what names an object once: an event, or what goes into one or comes out of it.

    Of a moment at which the object goes from one container into another, an event that names both
    has befallen it twice.
    """
    role = step.role if step.role in _ENDS_OF_MAKING else None
    return step.event_id, role, step.stage if step.via else STAYS


_ENDS_OF_MAKING = frozenset({Role.INPUT, Role.OUTPUT})
_EVENT_TIME = attrgetter("event_time")
_STAGE = attrgetter("event_time", "stage")
_WHERE = attrgetter("destinations", "read_point", "biz_location")


def _in_time(step: Step) -> tuple[object, ...]:
    return *moment(step), step.role


def _as_recorded(step: Step) -> tuple[object, ...]:
    return step.event_time, step.record_time, step.ordinal, step.event_id, step.role


def _nearest(steps: list[Step]) -> dict[tuple[str, Role | None, int], Step]:
    """Return the first record and nearest naming of each event."""
    kept: dict[tuple[str, Role | None, int], Step] = {}
    for step in sorted(steps, key=lambda step: (len(step.via), *_as_recorded(step))):
        naming = _naming(step)
        nearest = kept.setdefault(naming, step)
        if step.via and not nearest.via and not nearest.is_with_holder:
            kept[naming] = replace(nearest, is_with_holder=True)
    return kept


def _told_once(steps: list[Step]) -> tuple[Step, ...]:
    """Leave out what tells again what was told before; at another time it is something else."""
    kept: dict[tuple[object, ...], Step] = {}
    for step in steps:
        fact = _fact(step)
        first = kept.setdefault(fact, step)
        if first is not step:
            kept[fact] = _joined(first, step)
    return tuple(kept.values())


def _has_stages(steps: tuple[Step, ...]) -> bool:
    """Tell whether a moment of the object may have more than one stage."""
    opened = {step.event_time for step in steps if step.action == "DELETE" and is_packing(step)}
    return any(step.stage != STAYS for step in steps) or (
        bool(opened) and sum(step.event_time in opened for step in steps) > len(opened)
    )


def _by_stages(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Put each packing of the object where it belongs among the stages of its moment.

    That what held it left counts before it was taken out only where it arrived then, too.
    """
    stages = containment(steps).stages
    placed = [
        Step.of(step.__dict__, {"stage": stages.get(step.event_id, STAYS)})
        if is_packing(step) and not step.via
        else step
        for step in steps
    ]
    arrived = {
        _STAGE(step)
        for step in placed
        if step.via and not step.is_withdrawn and turn_of(step) in turns.ARRIVES
    }
    return tuple(
        sorted(
            (
                step
                for step in placed
                if not step.via
                or step.stage == STAYS
                or turn_of(step) != turns.LEAVES
                or _STAGE(step) in arrived
            ),
            key=_in_time,
        )
    )


def _joined(first: Step, again: Step) -> Step:
    """Return the step of two that tell the same which was recorded first, with all their ids."""
    ids = {first.event_id, *first.told_again_by, again.event_id, *again.told_again_by}
    # Where the object is sent is no part of the fact, nor how its places are written: as for all
    # else that counts, order decides.
    is_sooner = _as_recorded(again) < _as_recorded(first)
    counts = again if is_sooner and _WHERE(again) == _WHERE(first) else first
    return replace(counts, told_again_by=tuple(sorted(ids - {counts.event_id})))


def _fact(step: Step) -> tuple[object, ...]:
    """Return what a step says of its object, without whatever else its event lists.

    `packtrail.store.happenings` says the same of many objects at once.
    """
    if step.is_withdrawn:
        return step.event_id, step.role, step.via
    return (
        *(step.event_time, step.event_type, step.role, step.action, step.biz_step),
        *(step.disposition, same_form(step.read_point), same_form(step.biz_location)),
        *(step.parent, step.lot, step.expires, step.object_count == 0, step.via),
    )


class Life:
    """A journey read once: what it makes of the object, which steps count, and what is odd.

    Args:
        steps: Every step of one object, its own and those of what held it, in any order.
        undo: When a decommissioning may be undone.
        held: What held it over time, where the steps are those of a journey, and in their order.
    """

    def __init__(
        self, steps: Iterable[Step], *, undo: UndoRule = EU_UNDO, held: Containment | None = None
    ) -> None:
        self._ordered = in_order(steps) if held is None else tuple(steps)
        self._walk = _walk(self._ordered, undo)
        self._held = containment(self._ordered) if held is None else held

    @property
    def counted(self) -> tuple[Step, ...]:
        """The steps that count, in their order: neither withdrawn nor impossible."""
        return tuple(self._walk.counted)

    def standing(self) -> Standing:
        """Return what the steps make of the object."""
        walk = self._walk
        direct = [step for step in walk.counted if not step.via]
        expires = _expires(direct)
        parent = self._held.now
        leg = _leg(walk.counted)
        return Standing(
            status=walk.status,
            because=walk.because,
            disposition=_first(walk.counted[::-1], "disposition"),
            location=_location(walk.counted),
            is_moving=leg is not None,
            goal=rules.goal_of(leg.destinations) if leg else None,
            parent=parent.parent if parent else None,
            lot=_first(direct, "lot"),
            expires=expires,
            expires_on=expires_on(expires),
            since=walk.because.event_time if walk.because else None,
            has_origin=any(is_origin(step) for step in direct),
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return what is odd about it: `TRC-2nn` its life, `TRC-1nn` its containers."""
        held = self._held
        return (
            *self._walk.findings,
            *held.findings,
            *(_left(step, held) for step in self._ordered if _leaves(step, held)),
        )


def fold(steps: Iterable[Step], *, undo: UndoRule = EU_UNDO) -> Standing:
    """Return what the steps make of an object, see `Life`."""
    return Life(steps, undo=undo).standing()


def examine(steps: Iterable[Step], *, undo: UndoRule = EU_UNDO) -> tuple[Finding, ...]:
    """Return what is odd about a journey: `TRC-2nn` its life, `TRC-1nn` its containers."""
    return Life(steps, undo=undo).findings()


def counted(steps: Iterable[Step], *, undo: UndoRule = EU_UNDO) -> tuple[Step, ...]:
    """Return the steps that count, in their order: neither withdrawn nor impossible."""
    return Life(steps, undo=undo).counted


def effect_on(step: Step) -> Effect | None:
    """Return what a step makes of its object, as far as its words tell."""
    said = effect_of(step.event_type, step.role, step.action, step.biz_step, step.disposition)
    return inherited(said) if step.via else said


def is_origin(step: Step) -> bool:
    """Tell whether a step is the beginning of its object's life."""
    return not (step.via or step.is_withdrawn) and rules.is_origin(
        step.event_type, step.role, step.action, step.biz_step
    )


def containment(steps: Iterable[Step]) -> Containment:
    """Return what held the object over time, by its own steps."""
    return held_over_time(
        [
            PackingStep(moment(step), step.parent, step.action, step.object_count == 0)
            for step in steps
            if step.parent and step.action and is_packing(step) and not step.via
        ]
    )


def is_packing(step: Step) -> bool:
    """Tell whether a step packs its object into something, or unpacks it."""
    return (
        step.role is Role.CHILD
        and step.event_type == "AggregationEvent"
        and step.action in {"ADD", "DELETE"}
        and not step.is_withdrawn
    )


def is_look(step: Step) -> bool:
    """Tell whether a step says what its container was found to hold, all of it."""
    return (
        step.role is Role.PARENT
        and step.event_type == "AggregationEvent"
        and step.action == "OBSERVE"
        and not step.is_withdrawn
    )


def expires_on(expires: str | None) -> date | None:
    """Return the last day of use: day 00, or no day, is the end of the month.

    Args:
        expires: `YYYY-MM-DD`, `YYYY-MM-00` or `YYYY-MM`, whatever follows; else no date comes back.
    """
    parts = (expires or "").partition("T")[0].split("-")
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    year, month, day = (int(part) for part in (*parts, "0")[:3])
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError:
        return None


@dataclass(slots=True)
class _Walk:
    """Where the fold has got to."""

    undo: UndoRule
    status: Status = Status.UNKNOWN
    because: Step | None = None
    counted: list[Step] = field(default_factory=list)
    """Steps that count: neither withdrawn nor impossible."""
    findings: list[Finding] = field(default_factory=list)
    commissioned: dict[tuple[object, ...], Step] = field(default_factory=dict)
    """Occasion -> the first event that tells of it."""


def _walk(steps: Iterable[Step], undo: UndoRule) -> _Walk:
    walk = _Walk(undo=undo)
    for step in steps:
        if not step.is_withdrawn:
            _take(walk, step)
    return walk


def _take(walk: _Walk, step: Step) -> None:
    effect = effect_on(step)
    if effect is None:
        walk.counted.append(step)
        return
    if effect == COMMISSION and step.role is not Role.PARENT:
        _note_commissioning(walk, step)
    status, outcome = after(walk.status, effect)
    if outcome is Outcome.IMPOSSIBLE:
        if not step.via:
            walk.findings.append(_impossible(walk, step, effect))
        return
    if effect == REACTIVATE and outcome is Outcome.CHANGES and _is_refused(walk, step):
        return
    walk.counted.append(step)
    if outcome is Outcome.CHANGES or walk.because is None:
        walk.status, walk.because = status, step


def _note_commissioning(walk: _Walk, step: Step) -> None:
    # At one time and place, with one lot: the same commissioning in other words.
    occasion = (step.event_time, same_form(step.read_point), step.lot, step.expires)
    before = next(iter(walk.commissioned.values()), None)
    is_fine = occasion in walk.commissioned or walk.status is Status.DECOMMISSIONED
    if before is not None and not is_fine:
        walk.findings.append(
            codes.COMMISSIONED_AGAIN.found(
                f"It was commissioned at {local_time(step)} though it had been at "
                f"{local_time(before)}.",
                at=step.event_id,
            )
        )
    walk.commissioned.setdefault(occasion, step)


def _is_refused(walk: _Walk, step: Step) -> bool:
    """Tell whether the rule of undoing forbids a step, and note why."""
    if walk.because is None:
        return False
    direct = [each for each in walk.counted if not each.via]
    found = list(
        refusals(
            walk.undo,
            _occasion(walk.because),
            _occasion(step),
            expires_on=expires_on(_expires(direct)),
            event_id=step.event_id,
        )
    )
    walk.findings += found
    return bool(found)


def _occasion(step: Step) -> Occasion:
    return Occasion(step.event_time, step.biz_location or step.read_point)


_TELLS_OF_LEAVING = frozenset(
    {Status.IN_TRANSIT, Status.RECEIVED, Status.DISPENSED, Status.SAMPLED, Status.EXPORTED}
)
"""What happens to something by itself only when it is out of its container."""


def _leaves(step: Step, held: Containment) -> bool:
    """Tell whether something is handled by itself while a container holds it."""
    return (
        step.role is Role.EPC
        and not (step.via or step.is_withdrawn or step.is_with_holder)
        and effect_on(step) in _TELLS_OF_LEAVING
        and any(holding.covers(step.event_time) for holding in held.holdings)
    )


def _left(step: Step, held: Containment) -> Finding:
    holder = next(each for each in held.holdings if each.covers(step.event_time))
    return LEFT_WITHOUT_UNPACKING.found(
        f"At {local_time(step)} an event {saying(step)} of the object alone, though "
        f"{holder.parent} had held it since {holder.since[0].isoformat()} and no event unpacks it.",
        at=step.event_id,
    )


def _impossible(walk: _Walk, step: Step, effect: Effect) -> Finding:
    since = f" since {local_time(walk.because)}" if walk.because else ""
    is_again = effect in ENDS and effect == walk.status
    code = codes.ENDED_AGAIN if is_again else codes.IMPOSSIBLE
    return code.found(
        f"At {local_time(step)} an event {saying(step)}, but the object has been "
        f"{words(walk.status)}{since}.",
        at=step.event_id,
    )


def _location(steps: list[Step]) -> str | None:
    places = (step.biz_location or step.read_point for step in reversed(steps))
    return next((place for place in places if place), None)


def _leg(steps: list[Step]) -> Step | None:
    """Return the step by which the object left, where it has not arrived since."""
    for step in reversed(steps):
        leaves = rules.is_leaving(
            step.biz_step, step.disposition, has_location=step.biz_location is not None
        )
        if leaves is not None:
            return step if leaves else None
    return None


def _first(steps: list[Step], name: str) -> str | None:
    return next((value for step in steps if (value := getattr(step, name))), None)


def _expires(steps: list[Step]) -> str | None:
    """Return the first expiry that is told; one that is no day stands behind all that are."""
    told = [step.expires for step in steps if step.expires]
    return next((text for text in told if expires_on(text)), told[0] if told else None)
