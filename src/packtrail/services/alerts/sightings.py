"""Sightings: where the packs of a case were, who had them, and what lay beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.services import describing
from packtrail.services.organisations import visible_to
from packtrail.store.places import spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.access import Actor
    from packtrail.services.application import Application


def names(app: Application, actor: Actor, places: Iterable[str]) -> dict[str, str]:
    """Return the names of places, by what evidence calls them: a GLN, or a URI.

    Raises:
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    wanted = {text: site for site in set(places) if site for text in spellings(site)}
    with app.database.reading() as conn:
        found = describing.places_of(conn, wanted, visible_to(conn, actor))
    return {wanted[identifier]: name for identifier, name in found.items()}


def spellings(site: str) -> list[str]:
    """Return how master data may write a place: a GLN in all its notations, a URI as it is."""
    if ":" in site:
        return [site]
    return [*spelled([f"https://id.gs1.org/414/{site}"])]
