"""Capacity, in the room "Plan": what a forecast takes, what it rests on, and whether it will do."""

from __future__ import annotations

from starlette.routing import Route

from packtrail.console.capacity import business, live, plans, results
from packtrail.console.visit import page

_P = "/capacity"

ROUTES = (
    Route(_P, page(results.overview)),
    Route(_P + "/figures/{key}", page(results.figure)),
    Route(_P + "/lines", page(results.lines)),
    Route(_P + "/live", page(live.live)),
    Route(_P + "/business", page(business.case)),
    Route(_P + "/business/{name}", page(business.download)),
    Route(_P + "/forecast", page(plans.forecast)),
    Route(_P + "/forecast", page(plans.import_forecast), methods=["POST"]),
    Route(_P + "/scenarios", page(plans.listing)),
    Route(_P + "/scenarios", page(plans.create), methods=["POST"]),
    Route(_P + "/scenarios/{code}", page(plans.scenario)),
    Route(_P + "/scenarios/{code}/{step}", page(plans.change), methods=["POST"]),
    Route(_P + "/calibration", page(plans.calibration)),
    Route(_P + "/calibration", page(plans.take_bench), methods=["POST"]),
    Route(_P + "/runs", page(results.listing)),
    Route(_P + "/runs", page(results.keep), methods=["POST"]),
    Route(_P + "/runs/{number}", page(results.run)),
    Route(_P + "/files/{name}", page(results.download)),
)
