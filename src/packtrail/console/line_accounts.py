"""Reconciliation: what became of every number of an order, settling what is open, the sign-off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.downloads import attachment
from packtrail.console.visit import new_request_id, redirect
from packtrail.production.reconciliation import Outcome
from packtrail.rendering.accounts import OUTCOMES
from packtrail.services.accounts.signing import MEANINGS, Statement
from packtrail.services.orders import account_files, reconciling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN = (Outcome.UNACCOUNTED,)


def account(visit: Visit) -> Response:
    """Show the reconciliation of an order."""
    return _account(visit)


def settle(visit: Visit) -> Response:
    """Give back, or make void, what is unaccounted for."""
    return _act(visit, lambda: reconciling.settle(
        visit.app, visit.who, visit.path("order_id"), visit.sent("level"),
        is_void=visit.sent("how") == "void", reason=visit.sent("reason").strip(),
        request_id=visit.sent("request_id"),
    ))  # fmt: skip


def sign(visit: Visit) -> Response:
    """Sign the reconciliation."""
    statement = Statement(
        password=visit.sent("password"),
        meaning=visit.sent("meaning"),
        digest=visit.sent("digest"),
        comment=visit.sent("comment").strip(),
    )
    return _act(
        visit,
        lambda: reconciling.sign(visit.app, visit.who, visit.path("order_id"), statement),
    )


def close(visit: Visit) -> Response:
    """Close the order: the command Clear."""
    return _act(visit, lambda: reconciling.close(visit.app, visit.who, visit.path("order_id")))


def pdf(visit: Visit) -> Response:
    """Return the reconciliation as PDF."""
    content, name = account_files.pdf(visit.app, visit.who, visit.path("order_id"))
    return attachment(content, name, "application/pdf")


def xlsx(visit: Visit) -> Response:
    """Return the reconciliation as XLSX."""
    content, name = account_files.xlsx(visit.app, visit.who, visit.path("order_id"))
    return attachment(content, name, _XLSX)


def _act(visit: Visit, act: Callable[[], Any]) -> Response:
    try:
        act()
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _account(visit, findings=refusal.findings)
    return redirect(f"/lines/orders/{visit.path('order_id')}/account")


def _account(visit: Visit, *, findings: Sequence[Finding] = ()) -> Response:
    found = reconciling.account(visit.app, visit.who, visit.path("order_id"))
    return templates.render(
        visit,
        "lines_account.html",
        status=409 if findings else 200,
        findings=findings,
        account=found,
        order=found.order,
        outcomes=OUTCOMES,
        open_levels=[each for each in found.sums.levels if each.outcomes[Outcome.UNACCOUNTED]],
        unaccounted=Outcome.UNACCOUNTED,
        meanings=MEANINGS,
        request_id=new_request_id(),
    )
