"""The register: goals, risks, decisions and documents of a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.console.plan import shared
from packtrail.planning.registers import SHAPES, EntryKind
from packtrail.services.plan import books

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit


def register(visit: Visit) -> Response:
    """Show the register, one table for each kind of entry."""
    opened = books.opened(visit.app, visit.who, visit.path("programme"))
    entries = sorted(
        opened.book.register.values(),
        key=lambda each: (not each.is_open, -each.score, str(each.due_on or "9"), each.code),
    )
    return shared.render(
        visit,
        "plan/register.html",
        opened=opened,
        groups=[
            (kind, SHAPES[kind], [each for each in entries if each.kind is kind])
            for kind in (EntryKind.DECISION, EntryKind.RISK, EntryKind.GOAL, EntryKind.DOCUMENT)
        ],
        may_change=visit.who.may(Permission.PLAN_UPDATE),
        today=visit.app.clock().date(),
    )
