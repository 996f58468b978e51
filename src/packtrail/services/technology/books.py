"""The inventory of an organisation from the database, and what its entries may name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.compliance.encoding import encode, node_of
from packtrail.planning.technology.inventory import Entry, Inventory, Kind, read_entry
from packtrail.planning.technology.inventory_checks import Around
from packtrail.services import floor
from packtrail.services.portfolio.books import Written
from packtrail.store import floor as floor_rows
from packtrail.store.organisation_books import TECHNOLOGY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.store.book_rows import EntryRow


@dataclass(frozen=True, slots=True)
class Opened:
    """The inventory of an organisation as it is now."""

    inventory: Inventory
    version: int
    written: Mapping[tuple[Kind, str], Written]


def opened(app: Application, conn: Connection, organisation_id: int) -> Opened:
    """Return the inventory of an organisation; it is read again only when it was changed."""
    version = TECHNOLOGY.version(conn, organisation_id)
    name = f"technology {organisation_id}"
    known = app.remembered.get(name, version)
    if isinstance(known, Opened):
        return known
    made = _opened(TECHNOLOGY.entries(conn, organisation_id), version)
    app.remembered.put(name, version, made)
    return made


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
            floor.name_for(own, row.organisation_id, row.organisation, row.code): (
                row.speed_packs_per_minute
            )
            for row in lines
            if row.speed_packs_per_minute
        },
        today=today,
    )


def plain(entry: Entry) -> dict[str, Any]:
    """Return an entry as text, lists and dictionaries."""
    found: dict[str, Any] = encode(entry)
    return found


def to_json(entry: Entry) -> str:
    """Return an entry as it is kept."""
    return json.dumps(plain(entry), ensure_ascii=False, sort_keys=True)


def _opened(found: list[EntryRow], version: int) -> Opened:
    entries: list[Entry] = []
    written: dict[tuple[Kind, str], Written] = {}
    for row in found:
        kind = Kind(row.kind)
        findings: list[Finding] = []
        at = f"{row.kind}/{row.code}"
        entry = read_entry(kind, node_of(json.loads(row.body), at), findings)
        if entry is None:
            # What was written passed the same reading: a word must have left the code since.
            raise RuntimeError(f"the entry {at} cannot be read: {findings}")
        entries.append(entry)
        written[kind, row.code] = Written(row.revision, row.changed_at, row.changed_by)
    return Opened(Inventory.of(entries), version, written)
