"""What of recalls somebody should look at today: those that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.base.findings import Severity
from packtrail.recalls import RecallKind
from packtrail.rendering.law_words import days_left
from packtrail.services.overview import Attention
from packtrail.services.recalls import cases

if TYPE_CHECKING:
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application


def attention(app: Application, actor: Actor) -> tuple[Attention, ...]:
    """Return the recalls that are not closed, no drills; nothing to who may not see them."""
    if not actor.may(Permission.RECALL_READ):
        return ()
    now = app.clock()
    return tuple(
        _of_recall(each, now)
        for each in cases.recalls(app, actor)
        if each.row.kind == RecallKind.RECALL and not each.case.is_closed
    )


def _of_recall(found: cases.Recall, now: datetime) -> Attention:
    opened = days_left(-(now - found.row.opened_at).days)
    return Attention(
        severity=Severity.WARNING,
        code="",
        text=f"Recall {found.row.number} was opened {opened}: {found.row.title}",
        count=len(found.subjects),
        link=f"/recalls/{found.row.number}",
        examples=tuple(each.serial or each.lot or each.gtin for each in found.subjects),
        remedy="See who has not answered, and what is missing.",
    )
