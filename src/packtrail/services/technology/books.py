"""The inventory of an organisation from the database, and what its entries may name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.planning.technology.abilities import Built
from packtrail.planning.technology.inventory import Inventory, Kind, Noted, read_entry
from packtrail.planning.technology.inventory_checks import Around
from packtrail.services.books.opening import Shelf
from packtrail.services.lines import floor
from packtrail.store import floor as floor_rows
from packtrail.store.organisation_books import TECHNOLOGY

if TYPE_CHECKING:
    from datetime import date

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.planning.technology.inventory import Notes
    from packtrail.services.application import Application
    from packtrail.services.books.opening import Opened


SHELF: Final = Shelf(
    name="technology",
    rows=TECHNOLOGY,
    kinds=Kind,
    read_entry=read_entry,
    bound=Inventory.of,
)


def opened(app: Application, conn: Connection, organisation_id: int) -> Opened[Inventory]:
    """Return the inventory of an organisation; it is read again only when it was changed."""
    return SHELF.opened(app, conn, organisation_id)


def notes_of(found: Opened[Inventory]) -> Notes:
    """Return when the entries of an inventory were last written, and by whom."""
    return {key: Noted(each.at.date(), each.by) for key, each in found.written.items()}


def around(conn: Connection, actor: Actor, today: date) -> Around:
    """Return what entries may name: sites and lines, a packer's as `operator/code`."""
    operators = floor.operators_for(conn, actor)
    own = actor.organisation_id
    lines = floor_rows.lines(conn, operators)
    return Around(
        sites=frozenset(
            floor.name_for(own, row.organisation_id, row.organisation, row.code)
            for row in floor_rows.sites(conn, operators)
        ),
        lines={
            floor.name_for(own, row.organisation_id, row.organisation, row.code): floor.name_for(
                own, row.organisation_id, row.organisation, row.site
            )
            for row in lines
        },
        speeds={
            floor.name_for(own, row.organisation_id, row.organisation, row.code): Built(
                row.speed_packs_per_minute, row.created_at.date()
            )
            for row in lines
            if row.speed_packs_per_minute
        },
        today=today,
    )
