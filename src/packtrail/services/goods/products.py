"""Products: what is known of one trade item: its name, its lots, and what became of its packs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.services import overview
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import NOT_RECORDED
from packtrail.services.goods import describing
from packtrail.store import lots

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.goods.describing import Product
    from packtrail.services.overview import StatusCount

_LOTS_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """One trade item."""

    gtin: str
    """14 digits."""
    product: Product | None
    """What master data says of it."""
    lots: tuple[str, ...]
    """The latest first."""
    by_status: tuple[StatusCount, ...]
    """Its serialised objects, the most frequent status first."""


def product(app: Application, actor: Actor, gtin: str) -> ProductView:
    """Return what is known of a trade item.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        gtin: 8, 12, 13 or 14 digits, or another notation of a GTIN.

    Raises:
        NotFound: `TRC-001`, nothing the actor may see speaks of it.
        RefusedError: It is no GTIN.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    key = gs1.parse(gtin)
    digits = describing.gtin_of(key) or ""
    # Each with a connection of its own: one that waits for another could wait for ever.
    by_status = overview.of_class(app, actor, f"sgtin/{digits}")
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        found = describing.product_of(conn, key, audience_ids)
        if found is None and not lots.names_product(conn, digits, audience_ids):
            raise NotFound(NOT_RECORDED.found(f"Nothing is recorded of {key.hri()}."))
        numbers = lots.of_product(conn, digits, audience_ids, limit=_LOTS_SHOWN)
    return ProductView(gtin=digits, product=found, lots=tuple(numbers), by_status=by_status)


def is_recorded(app: Application, actor: Actor, gtin: str) -> bool:
    """Tell whether an event the actor may see names the trade item, a serial or a lot of it."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        return lots.names_product(conn, gtin, visible_to(conn, actor))
