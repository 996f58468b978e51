"""Operations: how the store fares, and what is known of its backups."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.console import templates
from packtrail.services.upkeep import backup_view
from packtrail.services.upkeep import operations as service

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.upkeep.operations import Operations
    from packtrail.store.chores import ChoreRow

_LARGEST: Final = 5
"""So many tables are shown at once; the others unfold."""
_LATE: Final = timedelta(hours=1)
"""A chore that is due for so long is one that nobody does."""


def operations(visit: Visit) -> Response:
    """Show size, disk, backups, chores, and what the operator should look at."""
    found = service.operations(visit.app, visit.who)
    total = sum(table.size_bytes for table in found.tables) or 1
    shares = [(table, table.size_bytes / total) for table in found.tables]
    wanting = [each for each in found.chores if _is_wanting(each, found)]
    return templates.render(
        visit,
        "setup_operations.html",
        found=found,
        largest=shares[:_LARGEST],
        others=shares[_LARGEST:],
        wanting=wanting,
        working=[each for each in found.chores if each not in wanting],
    )


def backups(visit: Visit) -> Response:
    """Show how far back a backup is, how surely, what is in none, and what to do next."""
    found = backup_view.backups(visit.app, visit.who)
    return templates.render(
        visit, "setup_backups.html", found=found, since_max=backup_view.SINCE_MAX
    )


def _is_wanting(chore: ChoreRow, found: Operations) -> bool:
    return bool(chore.failures) or found.at - chore.next_at > _LATE
