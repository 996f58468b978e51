"""Overview: what is in the store, and what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.base.findings import Severity
    from packtrail.lifecycle.journey import Status
    from packtrail.services.application import Application
    from packtrail.services.capture import CaptureJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is that the asker may see."""

    events: int
    packs: int
    """Serialised trade items of the lowest level."""
    containers: int
    """Cases, pallets and other objects that hold something."""
    products: int
    lots: int
    captures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCount:
    """How many objects have a status."""

    status: Status
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One thing somebody should look at."""

    severity: Severity
    code: str
    text: str
    count: int
    link: str
    """Path in the console, such as `/captures/…` or `/trace/…`."""
    examples: tuple[str, ...] = ()
    """A few of the identifiers concerned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The home page."""

    counts: Counts
    by_status: tuple[StatusCount, ...]
    captures: tuple[CaptureJob, ...]
    """The most recent ones."""
    attention: tuple[Attention, ...]
    """Most severe first."""


def overview(app: Application, actor: Actor) -> Overview:
    """Return what is in the store and what needs attention, as far as the actor may see it.

    Raises:
        NotPermitted: The actor may not read events.
    """
    raise NotImplementedError
