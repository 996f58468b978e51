"""Handing down: what befalls a container befalls what is in it, stage by stage of one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.epcis import turns
from packtrail.hierarchy.containment import BEFORE, STAYS
from packtrail.lifecycle.fold import moment, turn_of
from packtrail.lifecycle.journey import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.hierarchy.containment import Holding


def handed_down(step: Step, holdings: Sequence[Holding], *, is_own: bool) -> Step | None:
    """Return a step of what held an object as one that befell the object too; None: it did not.

    Of the moment at which the object was taken out only that counts which
    `packtrail.epcis.turns.BEFORE_OPENING` names.

    Args:
        step: A step of the holder.
        holdings: When the holder held the object, oldest first.
        is_own: The step names the holder itself, and was not handed down to it.
    """
    time = step.event_time
    for holding in reversed(holdings):
        if holding.covers(time):
            return step
        if holding.since[0] == time and not holding.ends_by(time) and holding.since < moment(step):
            was_there = any(
                each.until is not None and each.since[0] < time == each.until[0]
                for each in holdings
            )
            return step if was_there else Step.of(step.__dict__, {"is_late": True})
        if holding.until is None or holding.until[0] != time:
            continue
        stage = BEFORE if holding.since[0] < time else holding.since[1]
        if stage == STAYS and holding.since < moment(step) < holding.until:
            return Step.of(step.__dict__, {"is_late": True})
        is_in_time = stage == BEFORE or turn_of(step) > turns.PACKS
        is_there = is_own or step.stage == stage or (step.stage == STAYS and not step.is_late)
        if stage < STAYS and is_in_time and is_there and turn_of(step) in turns.OPENS_AFTER:
            return Step.of(step.__dict__, {"stage": stage})
    return None
