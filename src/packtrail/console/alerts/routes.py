"""The addresses of the room."""

from __future__ import annotations

from typing import Final

from starlette.routing import Route

from packtrail.console.alerts import case, listing, papers, rules
from packtrail.console.visit import page

ROUTES: Final = (
    Route("/alerts", page(listing.listing)),
    Route("/alerts/open", page(listing.open_case), methods=["POST"]),
    Route("/alerts/add", page(listing.add), methods=["POST"]),
    Route("/alerts/rules", page(rules.show)),
    Route("/alerts/rules", page(rules.put), methods=["POST"]),
    Route("/alerts/cases", page(listing.cases_page)),
    Route("/alerts/cases/{code}", page(case.show)),
    Route("/alerts/cases/{code}", page(case.act), methods=["POST"]),
    Route("/alerts/cases/{code}/bundle", page(papers.bundle_file)),
    Route("/alerts/cases/{code}/drafts/{form}", page(papers.draft)),
    Route("/alerts/cases/{code}/drafts/{form}", page(papers.answer), methods=["POST"]),
    Route("/alerts/cases/{code}/drafts/{form}/{kind}", page(papers.draft_file)),
    Route("/alerts/{alert_id}", page(listing.alert)),
)
