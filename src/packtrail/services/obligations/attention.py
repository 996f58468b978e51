"""What of the law somebody should look at today: what is due soon, rules that wait."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.findings import Severity
from packtrail.compliance.obligations import OVERDUE
from packtrail.services.markets import updates
from packtrail.services.obligations import reminding
from packtrail.services.overview import Attention

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.obligations.reminding import Reminder

SOON: Final = timedelta(days=31)
_PRESSING: Final = timedelta(days=7)


def attention(app: Application, actor: Actor) -> tuple[Attention, ...]:
    """Return what to look at, the most pressing first; nothing to who may not see it."""
    if not actor.may(Permission.OBLIGATION_READ):
        return ()
    return (*_due(app, actor), *_waiting(app, actor))


def _due(app: Application, actor: Actor) -> Iterator[Attention]:
    """Yield the reminders of what is late, and of what is due soon, as one each."""
    today = app.clock().date()
    found = reminding.reminders(app, actor)
    late = [each for each in found if each.days_before == OVERDUE]
    soon = [each for each in found if today <= each.due_on <= today + SOON]
    if late:
        yield _told(late, Severity.ERROR, "was due on", f"{len(late)} obligations are late")
    if soon:
        is_pressing = min(each.due_on for each in soon) <= today + _PRESSING
        severity = Severity.WARNING if is_pressing else Severity.NOTE
        last = max(each.due_on for each in soon)
        yield _told(soon, severity, "is due on", f"{len(soon)} obligations are due by {last}")


def _told(found: Sequence[Reminder], severity: Severity, verb: str, several: str) -> Attention:
    (first, *others) = sorted(found, key=lambda each: each.due_on)
    return Attention(
        severity=severity,
        code="",
        text=several if others else f"{first.what}: {verb} {first.due_on}",
        count=len(found),
        link="/comply" if others else f"/comply/obligations/{first.key}",
        examples=tuple(each.key for each in found),
        remedy="Say who sees to it, and what shows that it is done.",
    )


def _waiting(app: Application, actor: Actor) -> Iterator[Attention]:
    """Yield the rules of which another version waits, as one."""
    found = updates.updates(app, actor)
    if not found:
        return
    yield Attention(
        severity=Severity.WARNING if found[0].is_sold_there else Severity.NOTE,
        code="",
        text="1 rule pack waits to be accepted"
        if len(found) == 1
        else f"{len(found)} rule packs wait to be accepted",
        count=len(found),
        link="/comply/changes",
        examples=tuple(each.pack_id for each in found),
        remedy="Look at what each would change, and accept it with a reason.",
    )
