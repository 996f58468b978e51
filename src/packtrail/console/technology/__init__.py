"""The pages of technology in the room "Plan": radar, inventory, lines, fit, upgrades, files."""

from __future__ import annotations

from starlette.routing import Route

from packtrail.console.technology import files, fit, inventory, radar
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
    Route("/technology/history", page(inventory.history)),
    Route("/technology/import", page(files.form)),
    Route("/technology/import", page(files.take_in), methods=["POST"]),
    Route("/technology/files/{name}", page(files.hand_out)),
    Route("/technology/entry/{kind}", page(inventory.form)),
    Route("/technology/entry/{kind}", page(inventory.save), methods=["POST"]),
    Route("/technology/entry/{kind}/remove", page(inventory.remove), methods=["POST"]),
    Route("/technology/entry/{kind}/{code}", page(inventory.entry)),
)
