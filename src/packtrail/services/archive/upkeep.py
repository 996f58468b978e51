"""Upkeep: what a server does with months by itself, as settings and retention policies want it.

It closes, exports and verifies; it drops where the policies of every company say so, and nothing
else. It never destroys anything: that is shown as due, and ordered by people. Nor does it close the
last month in which something was recorded: a clock that is far ahead would close the present one,
and nothing could be recorded once it is right again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Actor
from packtrail.services.archive import months
from packtrail.store import months as partitions

if TYPE_CHECKING:
    from packtrail.services.application import Application
    from packtrail.services.archive.months import MonthView


def go_on(app: Application) -> None:
    """Take the months further that are due: a chore, safe to be cut off anywhere."""
    actor = Actor.system("archive")
    every = months.every(app, actor)
    for view in reversed(every):
        if view.closed_at is None and view is every[0]:
            continue
        if not (_is_old(app, view) or view.due in {"close", "export", "verify", "drop"}):
            continue
        if view.closed_at is None:
            months.close(app, actor, view.month)
        if view.exported_at is None:
            months.export(app, actor, view.month)
        elif view.state == "exported":
            months.verify(app, actor, view.month)
        if _drops_itself(view):
            months.drop(app, actor, view.month)


def _is_old(app: Application, view: MonthView) -> bool:
    """Tell whether the settings want a month archived, whatever policies say."""
    if not app.settings.archive_after_months:
        return False
    latest = partitions.first_day(app.clock())
    for _ in range(app.settings.archive_after_months):
        latest = partitions.month_before(latest)
    return months.read_month(view.month) < latest


def _drops_itself(view: MonthView) -> bool:
    """Tell whether every company lets a chore take a month out of the database now."""
    if not view.due or view.dropped_at or view.destroyed_at:
        return False
    return view.due != "destroy" and all(each.drops for each in view.kept.live)
