"""Notices: recall a lot, withdraw a product, hold, release; first what it would meet, then done."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.base.findings import has_errors
from packtrail.console import templates
from packtrail.console.visit import redirect
from packtrail.lifecycle.notices import RULES, NoticeKind
from packtrail.services.goods import notices
from packtrail.services.goods.notices import Proposal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

_PAGE: Final = 50
_FIELDS: Final = ("kind", "gtin", "lot", "serial", "market", "expires_on", "reason")


def listing(visit: Visit) -> Response:
    """Show the notices, the newest first."""
    return _page(visit, {name: visit.query(name) for name in _FIELDS})


def propose(visit: Visit) -> Response:
    """Show what a notice would meet; make it where that was seen and accepted."""
    sent = {name: visit.sent(name).strip() for name in _FIELDS}
    proposal = _proposal(sent)
    if visit.sent("accepted") == "yes":
        try:
            notices.make(visit.app, visit.who, proposal)
        except NotPermitted:
            raise
        except RefusedError as refused:
            return _page(visit, sent, refused.findings)
        return redirect("/notices")
    findings = notices.check(visit.app, visit.who, proposal)
    return _page(visit, sent, findings, is_checked=not has_errors(findings))


def retract(visit: Visit) -> Response:
    """Take back a notice that should never have been made."""
    try:
        notices.retract(visit.app, visit.who, visit.path("notice_id"), reason=visit.sent("reason"))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, dict.fromkeys(_FIELDS, ""), refused.findings)
    return redirect("/notices")


def _page(
    visit: Visit,
    sent: Mapping[str, str],
    findings: Sequence[Finding] = (),
    *,
    is_checked: bool = False,
) -> Response:
    before = visit.query("before")
    rows = notices.listed(
        visit.app,
        visit.who,
        limit=_PAGE + 1,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    void = {each.retracts for each in rows if each.retracts}
    return templates.render(
        visit,
        "notices.html",
        status=422 if has_errors(findings) else 200,
        rows=rows[:_PAGE],
        void=void,
        older=rows[_PAGE - 1].notice_id if len(rows) > _PAGE else "",
        sent=sent,
        findings=findings,
        is_checked=is_checked,
        kinds={kind: RULES[kind] for kind in NoticeKind},
    )


def _proposal(sent: Mapping[str, str]) -> Proposal:
    return Proposal(
        kind=sent["kind"],
        gtin=sent["gtin"],
        reason=sent["reason"],
        lot=sent["lot"] or None,
        serial=sent["serial"] or None,
        market=sent["market"] or None,
        expires_on=_day(sent["expires_on"]),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
