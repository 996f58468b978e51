"""What of capacity somebody should look at: walls that are near, or months ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.planning.capacity.codes import WALL_AHEAD, WALL_NEAR
from packtrail.services.capacity.outlook import outlook
from packtrail.services.overview import Attention

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

_PATH = "/capacity/live"


def alarms(app: Application, actor: Actor) -> tuple[Finding, ...]:
    """Return the alarms of the outlook; none to who may not see it."""
    if not actor.may(Permission.CAPACITY_READ):
        return ()
    found = outlook(app, actor).findings
    return tuple(each for each in found if each.code in {WALL_NEAR.code, WALL_AHEAD.code})


def attention(app: Application, actor: Actor) -> tuple[Attention, ...]:
    """Return what to look at, the nearest first."""
    return tuple(
        Attention(
            severity=each.severity,
            code=each.code,
            text=each.message,
            count=1,
            link=_PATH,
            examples=(each.at,),
            remedy=each.remedy,
        )
        for each in alarms(app, actor)
    )
