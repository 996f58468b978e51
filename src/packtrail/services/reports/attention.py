"""What of reports somebody should look at today: those past their time, those to be mended."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.findings import Severity
from packtrail.reporting.life import State
from packtrail.services.overview import Attention
from packtrail.services.reports import viewing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.access import Actor
    from packtrail.services.application import Application

_TO_MEND: Final = frozenset({State.FLAWED, State.PARTLY, State.REJECTED})


def attention(app: Application, actor: Actor) -> tuple[Attention, ...]:
    """Return what to look at, the most pressing first; nothing to who may not see it."""
    if not actor.may(Permission.REPORTING_READ):
        return ()
    return tuple(_found(app, actor))


def _found(app: Application, actor: Actor) -> Iterator[Attention]:
    found = viewing.tallies(app, actor)
    late, mend = Counter[str](), Counter[str]()
    for each in found:
        late[each.receiver] += each.past_due
        mend[each.receiver] += each.count * (each.state in _TO_MEND)
    for severity, text, link, by_receiver, remedy in (
        (Severity.ERROR, "past their time", "/reports?late=1", late, "Build and send them."),
        (Severity.WARNING, "to be mended", "/reports", mend, "Correct what their pages name."),
    ):
        if count := by_receiver.total():
            concerned = tuple(code for code, number in by_receiver.items() if number)
            yield Attention(
                severity=severity,
                code="",
                text=f"{count} report{'s' * (count > 1)} {text}",
                count=len(concerned),
                link=link,
                examples=concerned,
                remedy=remedy,
            )
