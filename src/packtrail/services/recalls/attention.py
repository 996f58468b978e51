"""What of recalls somebody should look at today: those that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.base.findings import Severity
from packtrail.recalls import RecallKind
from packtrail.services.overview import Attention
from packtrail.services.recalls import cases

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application


def attention(app: Application, actor: Actor) -> tuple[Attention, ...]:
    """Return the recalls that are not closed, no drills; nothing to who may not see them."""
    if not actor.may(Permission.RECALL_READ):
        return ()
    now = app.clock()
    return tuple(
        Attention(
            severity=Severity.WARNING,
            code="",
            text=f"Recall {each.row.number} is open for {(now - each.row.opened_at).days} days: "
            f"{each.row.title}",
            count=len(each.subjects),
            link=f"/recalls/{each.row.number}",
            examples=tuple(
                subject.serial or subject.lot or subject.gtin for subject in each.subjects
            ),
            remedy="See who has not answered, and what is missing.",
        )
        for each in cases.recalls(app, actor)
        if each.row.kind == RecallKind.RECALL and not each.case.is_closed
    )
