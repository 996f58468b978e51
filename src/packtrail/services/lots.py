"""Lots and products: what is known of one production run, and of one product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.tracing import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class LotEvent:
    """One event that names the lot."""

    event_id: str
    event_type: str
    event_time: datetime
    event_time_zone_offset: str
    biz_step: str | None
    place: str | None
    object_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotView:
    """One lot of one or more trade items."""

    lot: str
    gtins: tuple[str, ...]
    """GTINs commissioned with this lot, 14 digits each."""
    products: tuple[Product, ...]
    expires: str | None
    """As recorded: `YYYY-MM-DD`, or `YYYY-MM-00`."""
    object_count: int
    """Objects commissioned with this lot."""
    events: tuple[LotEvent, ...]
    """Newest first; the first few of `event_count`."""
    event_count: int
    identifiers: tuple[str, ...]
    """A few of the objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A location or party, from master data or from events."""

    identifier: str
    name: str | None
    attributes: Mapping[str, str]


def lot(app: Application, actor: Actor, gtin: str | None, lot: str) -> LotView:
    """Return what is known of a lot.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        gtin: 14 digits, when the lot of one trade item is meant; None: of any.
        lot: The lot number, exactly.

    Raises:
        NotFound: `TRC-…`, no event the actor may see names this lot.
    """
    raise NotImplementedError


def products(app: Application, actor: Actor, *, limit: int = 200) -> tuple[Product, ...]:
    """Return the products that master data or events name."""
    raise NotImplementedError


def places(app: Application, actor: Actor, *, limit: int = 200) -> tuple[Place, ...]:
    """Return the locations and parties that master data names."""
    raise NotImplementedError
