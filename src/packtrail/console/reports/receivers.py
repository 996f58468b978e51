"""Receivers, and what forms ask of products and places beside master data."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from packtrail.access import Permission
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.compliance.words import Role
from packtrail.console.reports import words
from packtrail.console.reports.shared import optional_number, render
from packtrail.console.visit import redirect
from packtrail.reporting import catalogue
from packtrail.reporting.forms import walk
from packtrail.reporting.kinds import KINDS
from packtrail.reporting.words import ChannelKind, ReceiverKind
from packtrail.services import rule_packs
from packtrail.services.reports import facts, receivers, viewing
from packtrail.services.reports.receivers import Receiver

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit

_TEXTS = ("title", "market", "gln", "folder", "address", "answer_address")
_FLAGS = ("is_automatic", "takes_all", "is_open")


def listing(visit: Visit) -> Response:
    """Show who takes reports."""
    found = receivers.receivers(visit.app, visit.who)
    return render(visit, "reports_receivers.html", receivers=found)


def one(visit: Visit) -> Response:
    """Show one receiver, or an empty form for a new one."""
    code = visit.path("code")
    shown = Receiver(code="", title="", market=visit.query("market"))
    if code != "new":
        shown = receivers.receiver(visit.app, visit.who, code)
    return _one(visit, shown)


def put(visit: Visit) -> Response:
    """Keep what the form says of a receiver."""
    before = Receiver(code=visit.sent("code").strip(), title="", market="")
    with contextlib.suppress(NotFound):  # then it is a new one
        before = receivers.receiver(visit.app, visit.who, before.code)
    wanted = _said(visit, before)
    try:
        receivers.put(visit.app, visit.who, wanted)
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _one(visit, wanted, refusal=refusal)
    return redirect("/reports/receivers")


def _said(visit: Visit, before: Receiver) -> Receiver:
    texts = {name: visit.sent(name).strip() for name in _TEXTS}
    flags = {name: visit.sent(name) == "yes" for name in _FLAGS}
    kind, channel = visit.sent("kind"), visit.sent("channel")
    pairs = [line.partition("=") for line in visit.sent("facts").splitlines()]
    return replace(
        before,
        **texts,  # type: ignore[arg-type]  # each is a field of this name
        **flags,  # type: ignore[arg-type]
        kind=ReceiverKind(kind) if kind in set(ReceiverKind) else before.kind,
        channel=ChannelKind(channel) if channel in set(ChannelKind) else before.channel,
        forms=tuple(str(each) for each in visit.form.getlist("forms") if each),
        roles=tuple(Role(each) for each in visit.form.getlist("roles") if each in set(Role)),
        facts={name.strip(): value.strip() for name, mark, value in pairs if mark and name.strip()},
        version_no=optional_number(visit.sent("version_no")) or 0,
    )


def _one(visit: Visit, shown: Receiver, *, refusal: RefusedError | None = None) -> Response:
    packs = rule_packs.catalogue(visit.app.settings)
    forms = [each for each in viewing.forms() if each.market == shown.market]
    return render(
        visit,
        "reports_receiver.html",
        status=422 if refusal else 200,
        shown=shown,
        forms=forms,
        markets=sorted({each.market for each in viewing.forms()} & set(packs.markets)),
        kinds=list(ReceiverKind),
        channels=list(ChannelKind),
        roles=list(Role),
        asked={name: text for form in forms for name, text in form.facts.items()},
        may_change=visit.who.may(Permission.RECEIVER_UPDATE),
        findings=refusal.findings if refusal else (),
    )


# --- facts ----------------------------------------------------------------------------------------


def subject(visit: Visit) -> Response:
    """Show what is said of products and places, and let more be said of one."""
    return _facts(visit, _kind(visit.query("kind")), visit.query("subject"))


def say(visit: Visit) -> Response:
    """Say one fact of a product or place."""
    kind, of = _kind(visit.sent("kind")), visit.sent("subject").strip()
    told = {visit.sent("name"): visit.sent("value").strip()}
    try:
        facts.put(visit.app, visit.who, kind, of, told)
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _facts(visit, kind, of, refusal=refusal)
    return redirect(f"/reports/facts?kind={kind}&subject={of.zfill(14) if kind == 'item' else of}")


def _kind(text: str) -> Literal["item", "place"]:
    return "place" if text == "place" else "item"


def _facts(
    visit: Visit,
    kind: Literal["item", "place"],
    of: str,
    *,
    refusal: RefusedError | None = None,
) -> Response:
    wanted = [of] if of and refusal is None else None
    return render(
        visit,
        "reports_facts.html",
        status=422 if refusal else 200,
        kind=kind,
        subject=of,
        found=facts.facts(visit.app, visit.who, kind, wanted),
        names=facts.names_of(kind),
        undecided=viewing.undecided(visit.app, visit.who) if kind == "item" else {},
        may_say=visit.who.may(Permission.REPORTING_CREATE),
        findings=refusal.findings if refusal else (),
        typed_name=visit.query("name") or visit.sent("name"),
    )


# --- forms ----------------------------------------------------------------------------------------


def forms(visit: Visit) -> Response:
    """Show the forms that are known."""
    market = visit.query("market").upper()
    known = viewing.forms(market or None)
    markets = list(dict.fromkeys(each.market for each in viewing.forms()))
    return render(visit, "reports_forms.html", known=known, market=market, markets=markets)


def form(visit: Visit) -> Response:
    """Show one form, field by field."""
    found = catalogue.form(visit.path("form"))
    fields = [
        (depth, each, "" if each.fields else KINDS[each.kind].expected)
        for depth, each in walk(found.fields)
        if each.name
    ]
    return render(
        visit, "reports_form.html", form=found, fields=fields, word=words.GROUNDS[found.grounds]
    )
