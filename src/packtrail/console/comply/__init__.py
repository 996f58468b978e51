"""The room Comply: what the law asks, of what, by when, and how far it is done.

radar      obligations by day, one of them with its parts, calendars
markets    readiness on a map and in a table, every market, one market
machine    the portfolio under the rules of any day, and what changes between two days
changes    other versions of rules that wait to be accepted
portfolio  products, licences, lines, practices, partners; import and export
"""

from __future__ import annotations

from starlette.routing import Route

from packtrail.console.comply import changes, machine, markets, portfolio, radar
from packtrail.console.visit import page

ROUTES = (
    Route("/comply", page(radar.radar)),
    Route("/comply/reminders", page(radar.seen), methods=["POST"]),
    Route("/comply/obligations.ics", page(radar.download)),
    Route("/comply/obligations/{key:path}", page(radar.obligation)),
    Route("/comply/obligations/{key:path}", page(radar.say), methods=["POST"]),
    Route("/comply/evidence/{sha256}", page(radar.evidence)),
    Route("/comply/calendars", page(radar.feeds)),
    Route("/comply/calendars", page(radar.create_feed), methods=["POST"]),
    Route("/comply/calendars/revoke", page(radar.revoke_feed), methods=["POST"]),
    Route("/comply/markets", page(markets.markets)),
    Route("/comply/markets/{market}", page(markets.market)),
    Route("/comply/readiness.{ending}", page(markets.readiness_file)),
    Route("/comply/products/{product}", page(markets.product)),
    Route("/comply/time-machine", page(machine.machine)),
    Route("/comply/differences", page(machine.differences)),
    Route("/comply/changes", page(changes.changes)),
    Route("/comply/changes", page(changes.accept), methods=["POST"]),
    Route("/comply/changes/{pack}", page(changes.change)),
    Route("/comply/portfolio", page(portfolio.portfolio)),
    *portfolio.DESK.routes(),
)
