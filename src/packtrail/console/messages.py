"""Verification messages: what other makers were asked, who answers for what, and how we answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from starlette.datastructures import UploadFile
from starlette.routing import Route

from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.console import templates, verifying
from packtrail.console.visit import page, redirect
from packtrail.services.accounts.keys import NewApiKey
from packtrail.services.verification import (
    vrs,
    vrs_directory,
    vrs_partners,
    vrs_requests,
    vrs_trust,
)
from packtrail.services.verification.vrs_directory import Entry, Imported
from packtrail.services.verification.vrs_trust import Kept
from packtrail.verification.messaging import ResponderPolicy
from packtrail.verification.presentations import Unproven

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.store.vrs import RequestRow

_PAGE: Final = 50
_KEPT: Final = ("gln", "gtin", "responder_gln", "url", "credential", "presentation")
"""Fields that keep what was typed where it was refused."""
POLICIES: Final = {
    "verifies_recalled": "Recalled packs are verified, and said to be recalled",
    "verifies_expired": "Expired packs are verified, and said to be expired",
    "verifies_suspect": "Packs under investigation are verified, and said to be suspect",
    "tells_reason": "Tell which of lot and expiry does not match",
    "needs_presentation": "Answer only who shows the credential of an authorised trading partner",
}
UNPROVEN: Final = {
    Unproven.REFUSE: "is not answered",
    Unproven.FLAG: "is answered, and somebody should look",
    Unproven.ACCEPT: "is answered, and nobody need look",
}
"""What is done with a credential that cannot be checked to the end."""


def listing(visit: Visit) -> Response:
    """Show the requests, the directory and our own responder."""
    return _page(visit)


def ask(visit: Visit) -> Response:
    """Ask the responder of a pack's maker."""
    try:
        found = vrs_requests.ask(
            visit.app,
            visit.who,
            verifying.asked(visit),
            req_gln=visit.sent("req_gln").strip() or None,
        )
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, findings=refused.findings)
    return _page(visit, asked=found)


def change(visit: Visit) -> Response:
    """Set our responder up, name or forget a responder of others, take a list in, add a partner."""
    try:
        told = _CHANGES[visit.path("what")](visit)
    except KeyError:
        return _page(visit)
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, findings=refused.findings)
    if isinstance(told, Imported):
        return _page(visit, imported=told)
    if isinstance(told, NewApiKey):
        return _page(visit, made=told)
    if isinstance(told, Kept):
        return _page(visit, trusted=told)
    return redirect("/scan/messages")


def _set_responder(visit: Visit) -> object:
    unproven = visit.sent("unproven")
    policy = ResponderPolicy(
        **{name: visit.sent(name) == "yes" for name in POLICIES},
        unproven=Unproven(unproven) if unproven in {*Unproven} else Unproven.FLAG,
    )
    return vrs.set_responder(visit.app, visit.who, visit.sent("gln").strip(), policy)


def _put(visit: Visit) -> object:
    told = {each.name: visit.sent(each.name).strip() for each in fields(Entry)}
    return vrs_directory.put_entry(visit.app, visit.who, Entry(**told))


def _import(visit: Visit) -> object:
    file = visit.form.get("file")
    if not isinstance(file, UploadFile):
        return None
    content, name = file.file.read(), file.filename or "directory.csv"
    is_dry = visit.sent("how") == "look"
    return vrs_directory.import_entries(visit.app, visit.who, content, name, is_dry=is_dry)


def _trust(visit: Visit) -> object:
    file = visit.form.get("file")
    if not isinstance(file, UploadFile):
        return None
    is_dry = visit.sent("how") == "look"
    return vrs_trust.set_trust(visit.app, visit.who, file.file.read(), is_dry=is_dry)


_CHANGES: Final[dict[str, Callable[[Visit], object]]] = {
    "responder": _set_responder,
    "entry": _put,
    "forget": lambda visit: vrs_directory.remove_entry(visit.app, visit.who, visit.sent("gtin")),
    "import": _import,
    "trust": _trust,
    "partner": lambda visit: vrs_partners.add_partner(
        visit.app, visit.who, visit.sent("gln").strip(), name=visit.sent("name")
    ),
}


def _page(
    visit: Visit,
    *,
    asked: RequestRow | None = None,
    findings: Sequence[Finding] = (),
    imported: Imported | None = None,
    made: NewApiKey | None = None,
    trusted: Kept | None = None,
) -> Response:
    try:
        own = vrs.responder(visit.app, visit.who)
    except NotFound:
        own = None
    return templates.render(
        visit,
        "scan_messages.html",
        status=422 if findings else 200,
        asked=asked,
        findings=findings,
        scan=visit.sent("scan") if findings else "",
        req_gln=visit.sent("req_gln") or (own.gln if own else ""),
        own=own,
        policies=POLICIES,
        policy=own.policy if own else ResponderPolicy(),
        imported=imported,
        made=made,
        trusted=trusted,
        trust=vrs_trust.current(visit.app, visit.who),
        unproven=UNPROVEN,
        today=visit.app.clock().date(),
        sent={name: visit.sent(name) if findings else "" for name in _KEPT},
        partners=vrs_partners.partners(visit.app, visit.who),
        rows=vrs_requests.requests(visit.app, visit.who, limit=_PAGE),
        directory=vrs_directory.directory(visit.app, visit.who, limit=_PAGE),
    )


ROUTES = (
    Route("/scan/messages", page(listing)),
    Route("/scan/messages", page(ask), methods=["POST"]),
    Route("/scan/messages/{what}", page(change), methods=["POST"]),
)
