"""Archive: months of recording, until when they are kept, and what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.visit import redirect
from packtrail.services.archive import holding, months
from packtrail.services.archive.holding import KINDS, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

_FIELDS: Final = ("kind", "subject", "reason", "owner")
_PATH: Final = "/setup/archive"


def overview(visit: Visit) -> Response:
    """Show the months and the legal holds."""
    return _page(visit, {name: visit.query(name) for name in _FIELDS})


def place(visit: Visit) -> Response:
    """Place a hold."""
    sent = {name: visit.sent(name).strip() for name in _FIELDS}
    try:
        holding.place(visit.app, visit.who, Wanted(**sent))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, sent, refused.findings)
    return redirect(_PATH)


def release(visit: Visit) -> Response:
    """Release a hold that somebody else has placed."""
    hold_id = int(visit.path("hold_id"))
    try:
        holding.release(visit.app, visit.who, hold_id, reason=visit.sent("reason"))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, dict.fromkeys(_FIELDS, ""), refused.findings)
    return redirect(_PATH)


def _page(visit: Visit, sent: Mapping[str, str], findings: Sequence[Finding] = ()) -> Response:
    found = months.every(visit.app, visit.who)
    return templates.render(
        visit,
        "setup_archive.html",
        status=422 if findings else 200,
        months=found,
        holds=holding.every(visit.app, visit.who),
        kinds=KINDS,
        sent=sent,
        findings=findings,
        may_hold=visit.who.may(Permission.HOLD_CREATE),
    )
