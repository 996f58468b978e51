"""Retention: policies of a company, and destroying months whose time is over."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.visit import redirect
from packtrail.services.archive import destroying, policies
from packtrail.services.archive.policies import CHOICES, Wanted
from packtrail.store.codes import POLICY_UNCLEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

_TEXTS: Final = ("scope", "subject", "keep_for", "counts_from", "live_for", "live_end", "at_end")
_FIELDS: Final = (*_TEXTS, "source", "valid_from")
_PATH: Final = "/setup/retention"


def overview(visit: Visit) -> Response:
    """Show the policies and the orders to destroy months."""
    return _page(visit, {name: visit.query(name) for name in _FIELDS})


def put(visit: Visit) -> Response:
    """Set a policy."""
    sent = {name: visit.sent(name).strip() for name in _FIELDS}
    try:
        valid_from = _day(sent["valid_from"])
        texts = {name: sent[name] for name in (*_TEXTS, "source")}
        policies.put(visit.app, visit.who, Wanted(**texts, valid_from=valid_from))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, sent, refused.findings)
    return redirect(_PATH)


def end(visit: Visit) -> Response:
    """End a policy."""
    policy_id = int(visit.path("policy_id"))
    try:
        policies.end(visit.app, visit.who, policy_id, reason=visit.sent("reason"))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, dict.fromkeys(_FIELDS, ""), refused.findings)
    return redirect(_PATH)


def preview(visit: Visit) -> Response:
    """Show what destroying a month would destroy, and what stands against it."""
    return _preview(visit, visit.path("month"))


def order(visit: Visit) -> Response:
    """Order that a month be destroyed."""
    month, reason = visit.path("month"), visit.sent("reason")
    try:
        destroying.order(visit.app, visit.who, month, reason=reason)
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _preview(visit, month, refused.findings)
    return redirect(f"{_PATH}/{month}")


def approve(visit: Visit) -> Response:
    """Approve what somebody else has ordered."""
    month = visit.path("month")
    try:
        destroying.approve(visit.app, visit.who, int(visit.path("order_id")))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _preview(visit, month, refused.findings)
    return redirect(f"{_PATH}/{month}")


def withdraw(visit: Visit) -> Response:
    """Take an order back."""
    month, order_id = visit.path("month"), int(visit.path("order_id"))
    try:
        destroying.withdraw(visit.app, visit.who, order_id, reason=visit.sent("reason"))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _preview(visit, month, refused.findings)
    return redirect(f"{_PATH}/{month}")


def _page(visit: Visit, sent: Mapping[str, str], findings: Sequence[Finding] = ()) -> Response:
    return templates.render(
        visit,
        "setup_retention.html",
        status=422 if findings else 200,
        policies=policies.every(visit.app, visit.who),
        orders=destroying.every(visit.app, visit.who),
        choices=CHOICES,
        sent=sent,
        findings=findings,
        today=visit.app.clock().date(),
        may_set=visit.who.may(Permission.RETENTION_UPDATE),
    )


def _preview(visit: Visit, month: str, findings: Sequence[Finding] = ()) -> Response:
    own = visit.who.organisation_id
    seen = destroying.preview(visit.app, visit.who, month)
    return templates.render(
        visit,
        "setup_destruction.html",
        status=422 if findings else 200,
        seen=seen,
        order=next((each for each in seen.orders if each.organisation_id == own), None),
        findings=findings,
        documents_max=destroying.DOCUMENTS_MAX,
        may_set=visit.who.may(Permission.RETENTION_UPDATE),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        told = f"{text!r} is no day: write it like 2027-01-01."
        raise RefusedError(POLICY_UNCLEAR.found(told, at="valid_from")) from error
