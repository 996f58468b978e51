"""Tracing: the journey of one object, whatever notation names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.services.describing import Product

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.gs1 import Key
    from packtrail.hierarchy.containment import Held
    from packtrail.lifecycle.journey import Standing, Status, Step
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One thing inside a container."""

    identifier: str
    label: str
    """As printed beside a barcode: `(01)… (21)…`."""
    kind: str
    status: Status
    count: int
    """How many objects it holds itself, directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Everything known about one object, as far as the asker may see it."""

    identifier: str
    """EPC URI where the company prefix is known, else Digital Link, else the text as recorded."""
    digital_link: str | None
    key: Key | None
    label: str
    """As printed beside a barcode: `(01)… (21)…`."""
    kind: str
    """In one word: `pack`, `case`, `pallet`, `container`, `object`."""
    product: Product | None
    standing: Standing
    steps: tuple[Step, ...]
    """Oldest first."""
    holders: tuple[Held, ...]
    """What holds it now, innermost first."""
    contents: tuple[Content, ...]
    """What it holds now, directly; the first few of `contents_total`."""
    contents_total: int
    places: Mapping[str, str]
    """Place or party identifier -> name, from master data."""
    findings: tuple[Finding, ...]
    as_of: datetime | None
    """Only what had happened by then."""
    as_known_at: datetime | None
    """Only what had been recorded by then."""


def trace(
    app: Application,
    actor: Actor,
    identifier: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Trace:
    """Return the journey of an object and what it makes of it.

    Args:
        app: The application.
        actor: Who asks; only events its organisation may see count.
        identifier: EPC URI, Digital Link, element string with or without brackets, or SSCC.
        as_of: Only what had happened by this moment.
        as_known_at: Only what had been recorded by this moment.

    Raises:
        NotFound: `TRC-…`, nothing the actor may see speaks of this object.
        RefusedError: The identifier cannot be read, or names no single object.
        NotPermitted: The actor may not read events.
    """
    raise NotImplementedError
