"""Proofs: whole ledgers gone through again, to be read, printed and filed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from starlette.responses import Response

from packtrail.console import templates
from packtrail.rendering import gauges
from packtrail.rendering.reports import write_pdf
from packtrail.services.supply import pools, proving
from packtrail.services.supply.reporting import proof_report

if TYPE_CHECKING:
    from packtrail.console.visit import Visit


def proof(visit: Visit) -> Response:
    """Go through the ledger of a pool, or of all pools, when somebody asks; else offer it."""
    wanted = visit.query("pool")
    proofs = None
    if wanted or visit.query("all"):
        proofs = proving.prove(visit.app, visit.who, wanted or None)
        if visit.query("format") == "pdf":
            content = write_pdf(proof_report(proofs, by=visit.who, at=visit.app.clock()))
            headers = {"Content-Disposition": 'attachment; filename="proof.pdf"'}
            return Response(content, media_type="application/pdf", headers=headers)
    return templates.render(
        visit,
        "serials_proof.html",
        pools=pools.pools(visit.app, visit.who),
        proofs=[(each, gauges.odds(float(Fraction(each.guess_probability)))) for each in proofs]
        if proofs is not None
        else None,
        wanted=wanted,
        at=visit.app.clock(),
    )
