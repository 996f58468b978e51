"""What of alerts somebody should look at today: limits that are over, and what nobody took up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.findings import Severity
from packtrail.detection.cases import State
from packtrail.detection.triage import Category
from packtrail.services.alerts import alerts, cases
from packtrail.services.overview import Attention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.access import Actor
    from packtrail.services.application import Application

_OPEN: Final = tuple(state.value for state in State if state is not State.CLOSED)


def attention(app: Application, actor: Actor) -> tuple[Attention, ...]:
    """Return what to look at, the most pressing first; nothing to who may not see it."""
    if not actor.may(Permission.ALERT_READ):
        return ()
    return (*_late(app, actor), *_open(app, actor))


def _late(app: Application, actor: Actor) -> Iterator[Attention]:
    now = app.clock()
    for each in cases.listed(app, actor, states=_OPEN):
        late = [clock for clock in each.clocks if not clock.done_at and clock.is_late(now)]
        if late:
            yield Attention(
                severity=Severity.ERROR,
                code="",
                text=f"Case {each.code} is past a time limit: {late[0].what}",
                count=len(late),
                link=f"/alerts/cases/{each.code}",
                examples=tuple(clock.duty for clock in late),
                remedy="Tell whom it names, and write down that it is done.",
            )


def _open(app: Application, actor: Actor) -> Iterator[Attention]:
    found = alerts.listed(app, actor, only_open=True)
    suspect = [each for each in found if each.proposed is Category.SUSPECT]
    if suspect:
        count = len(suspect)
        yield Attention(
            severity=Severity.WARNING,
            code="",
            text=f"{count} alert{'s' * (count > 1)} nobody has taken up "
            f"point{'s' * (count == 1)} to fakes, diversion or theft",
            count=count,
            link="/alerts",
            remedy="Look at the evidence, and open a case or put it aside with a reason.",
        )
