"""What of the law somebody should look at today: what is due soon, rules that wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.findings import Severity
from packtrail.services.markets import updates
from packtrail.services.obligations import reminding
from packtrail.services.overview import Attention

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application

SOON: Final = timedelta(days=31)
_PRESSING: Final = timedelta(days=7)


def attention(app: Application, actor: Actor) -> tuple[Attention, ...]:
    """Return what to look at, the most pressing first; nothing to who may not see it."""
    if not actor.may(Permission.OBLIGATION_READ):
        return ()
    return (*_due(app, actor), *_waiting(app, actor))


def _due(app: Application, actor: Actor) -> Iterator[Attention]:
    """Yield the reminders of what is due soon, as one."""
    today = app.clock().date()
    found = [
        each for each in reminding.reminders(app, actor) if today <= each.due_on <= today + SOON
    ]
    if not found:
        return
    first = min(found, key=lambda each: each.due_on)
    is_one = len(found) == 1
    yield Attention(
        severity=Severity.WARNING if first.due_on <= today + _PRESSING else Severity.NOTE,
        code="",
        text=f"{first.what}: due on {first.due_on}" if is_one
        else f"{len(found)} obligations are due by {max(each.due_on for each in found)}",
        count=len(found),
        link=f"/comply/obligations/{first.key}" if is_one else "/comply",
        examples=tuple(each.what for each in found),
        remedy="Say who sees to it, and what shows that it is done.",
    )  # fmt: skip


def _waiting(app: Application, actor: Actor) -> Iterator[Attention]:
    """Yield the rules of which another version waits, as one."""
    found = updates.updates(app, actor)
    if not found:
        return
    yield Attention(
        severity=Severity.WARNING if found[0].is_sold_there else Severity.NOTE,
        code="",
        text=f"Another version of {len(found)} rule pack{'s' * (len(found) > 1)} waits",
        count=len(found),
        link="/comply/changes",
        examples=tuple(each.title for each in found),
        remedy="Look at what each would change, and accept it with a reason.",
    )
