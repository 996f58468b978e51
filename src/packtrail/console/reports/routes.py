"""The addresses of the room."""

from __future__ import annotations

from typing import Final

from starlette.routing import Route

from packtrail.console.reports import checks, life, listing, receivers
from packtrail.console.visit import page

ROUTES: Final = (
    Route("/reports", page(listing.listing)),
    Route("/reports/new", page(listing.form)),
    Route("/reports/new", page(listing.ask), methods=["POST"]),
    Route("/reports/preflight", page(checks.checks)),
    Route("/reports/preflight", page(checks.check), methods=["POST"]),
    Route("/reports/receivers", page(receivers.listing)),
    Route("/reports/receivers", page(receivers.put), methods=["POST"]),
    Route("/reports/receivers/{code}", page(receivers.one)),
    Route("/reports/facts", page(receivers.subject)),
    Route("/reports/facts", page(receivers.say), methods=["POST"]),
    Route("/reports/forms", page(receivers.forms)),
    Route("/reports/forms/{form}", page(receivers.form)),
    Route("/reports/{number}", page(life.report)),
    Route("/reports/{number}", page(life.act), methods=["POST"]),
    Route("/reports/{number}/files/{file_no}", page(life.file)),
    Route("/reports/{number}/paper", page(life.paper)),
    Route("/reports/{number}/dossier", page(life.dossier)),
)
