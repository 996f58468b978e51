"""The reconciliation of a work order as files: PDF for the batch record, XLSX for counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.rendering import accounts as drawing
from packtrail.rendering.reports import Signature, write_pdf
from packtrail.rendering.tables import write_xlsx
from packtrail.services.orders import reconciling

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.orders.reconciling import Account


def pdf(app: Application, actor: Actor, code: str) -> tuple[bytes, str]:
    """Return the reconciliation as PDF, and a name for the file.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
        UsageError: The extra `reports` is not installed.
    """
    found = reconciling.account(app, actor, code)
    report = drawing.report_of(
        found.sums,
        found.order.terms,
        facts=_facts(found),
        signatures=_signatures(found),
        digest=found.digest,
        author=f"{actor.name}, {actor.organisation_code}",
        made_at=app.clock(),
    )
    return write_pdf(report), f"{found.order.code}-reconciliation.pdf"


def xlsx(app: Application, actor: Actor, code: str) -> tuple[bytes, str]:
    """Return the reconciliation as XLSX, and a name for the file.

    Raises:
        NotFound: `LIN-010`, no such order, or none the actor may see.
    """
    found, at = reconciling.account(app, actor, code), app.clock()
    about = {
        **_facts(found),
        "SHA-256 of what is signed": found.digest,
        **{
            f"Signature {number}": f"{each.name}, {each.meaning}, {drawing.fact_time(each.at)}"
            for number, each in enumerate(_signatures(found), start=1)
        },
        "Made by": f"{actor.name}, {actor.organisation_code}",
        "Made at": drawing.fact_time(at),
    }
    content = write_xlsx(drawing.sheets_of(found.sums), about=about, made_at=at)
    return content, f"{found.order.code}-reconciliation.xlsx"


def _facts(found: Account) -> dict[str, str]:
    order, terms = found.order, found.order.terms
    return {
        "Order": order.code,
        "Owner": order.owner,
        "Packed by": f"{order.operator}, {order.line_name}",
        "Lot": terms.lot,
        "Expiry": terms.expires,
        "Market": terms.market,
        "State": order.state.value,
        "Started": drawing.fact_time(order.started_at),
        "Ended": drawing.fact_time(order.ended_at),
        "Closed": drawing.fact_time(order.closed_at),
    }


def _signatures(found: Account) -> list[Signature]:
    """Return the signatures that stand for what is there now."""
    return [
        Signature(
            each.signer_name,
            f"{each.sentence}. {each.comment}".strip() if each.comment else each.sentence,
            each.at,
        )
        for each in found.signatures
        if each.is_current
    ]
