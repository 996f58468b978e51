"""Operations: how the store fares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.console import templates
from packtrail.services.upkeep import operations as service

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit


def operations(visit: Visit) -> Response:
    """Show size, disk, backups, chores, and what the operator should look at."""
    found = service.operations(visit.app, visit.who)
    total = sum(table.size_bytes for table in found.tables) or 1
    return templates.render(
        visit,
        "setup_operations.html",
        found=found,
        shares=[(table, table.size_bytes / total) for table in found.tables],
    )
