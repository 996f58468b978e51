"""The rooms of the console: what the navigation shows, to whom, and which pages lie in which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.access import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.access import Actor


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the navigation."""

    path: str
    """Its first page."""
    name: str
    icon: str
    """Name of a drawing in `packtrail.rendering.icons`."""
    holds: tuple[str, ...] = ()
    """Beginnings of the paths of its other pages."""
    permission: Permission | None = None
    """What somebody needs to see it at all."""

    def is_at(self, path: str) -> bool:
        """Tell whether a page lies in this room."""
        return path == self.path or path.startswith(self.holds)


ROOMS = (
    Room("/", "Home", "home", ("/attention/",)),
    Room("/scan", "Scan", "scan", ("/scan/", "/trace/", "/events/")),
    Room(
        "/goods",
        "Goods",
        "pallet",
        ("/goods/", "/recalls", "/notices", "/corrections", "/lots/", "/documents/"),
    ),
    Room("/alerts", "Alerts", "warning", ("/alerts/",), Permission.ALERT_READ),
    Room("/captures", "Captures", "capture", ("/captures/", "/explain"), Permission.CAPTURE_READ),
    Room("/serials", "Serials", "serials", ("/serials/",), Permission.POOL_READ),
    Room("/lines", "Lines", "line", ("/lines/",), Permission.LINE_READ),
    Room("/comply", "Comply", "comply", ("/comply/",), Permission.OBLIGATION_READ),
    Room("/plan", "Plan", "plan", ("/plan/", "/capacity", "/technology"), Permission.PLAN_READ),
    Room("/reports", "Reports", "export", ("/reports/",), Permission.REPORTING_READ),
    Room("/audit", "Audit", "audit", permission=Permission.AUDIT_READ),
    Room("/setup", "Setup", "setup", ("/setup/", "/products", "/locations")),
)


def open_to(actor: Actor) -> Iterable[Room]:
    """Return the rooms that an actor may enter, in the order of the navigation."""
    return (room for room in ROOMS if room.permission is None or actor.may(room.permission))
