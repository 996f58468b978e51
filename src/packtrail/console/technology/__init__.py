"""The pages of technology in the room "Plan": radar, inventory, lines, fit, upgrades, files."""

from __future__ import annotations

from starlette.routing import Route

from packtrail.console.technology import fit, inventory, radar
from packtrail.console.visit import page

ROUTES = (
    Route("/technology", page(radar.radar)),
    Route("/technology/radar.ics", page(radar.calendar)),
    Route("/technology/radar.xlsx", page(radar.workbook)),
    Route("/technology/inventory", page(inventory.listing)),
    Route("/technology/lines", page(fit.line_list)),
    Route("/technology/fit", page(fit.fit)),
    Route("/technology/upgrades", page(fit.offered)),
    Route("/technology/upgrades", page(fit.accept), methods=["POST"]),
    *inventory.DESK.routes(),
)
