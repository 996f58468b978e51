"""Closed cases: the rules by which they are believed, and what follows for one pack."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.routing import Route

from packtrail.access import Permission
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.moments import instant, moments_of, shown
from packtrail.console.visit import page, redirect
from packtrail.hierarchy.inference import Trust
from packtrail.services.inference import beliefs, rules
from packtrail.services.inference.views import ENDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

TRUSTS: Final = {
    Trust.TRUST.value: "Believe what unopened cases are said to hold",
    Trust.SAMPLE.value: "Believe it after some, drawn, were opened and right",
    Trust.OPEN.value: "Believe only what was seen itself",
}
_CHOICES: Final = {**TRUSTS, ENDED: "No rule any more: a wider one decides"}
_FIELDS: Final = (
    "trust", "partner", "gtin", "place", "cases", "share", "confidence", "since", "reason",
)  # fmt: skip


def shipment_path(document: str) -> str:
    """Return the path of the page of a shipment."""
    return "/goods/shipments/" + quote(document, safe="")


def belief_path(identifier: str) -> str:
    """Return the path of the page that says what is believed of a pack."""
    return "/goods/beliefs/" + quote(identifier, safe="")


def listing(visit: Visit) -> Response:
    """Show how far closed cases are believed."""
    return _listed(visit, {name: visit.query(name) for name in _FIELDS})


def put(visit: Visit) -> Response:
    """Make a rule."""
    sent = {name: visit.sent(name).strip() for name in _FIELDS}
    try:
        rules.put(visit.app, visit.who, _new(sent))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _listed(visit, sent, refused.findings)
    return redirect("/goods/trust")


def belief(visit: Visit) -> Response:
    """Show what is believed of a pack, and why."""
    moments = moments_of(visit)
    found = beliefs.belief(visit.app, visit.who, visit.path("pack"), **moments)
    return templates.render(
        visit,
        "goods_belief.html",
        found=found,
        shipment_path=shipment_path,
        **shown(moments),
    )


def _listed(visit: Visit, sent: Mapping[str, str], findings: Sequence[Finding] = ()) -> Response:
    moments = moments_of(visit)
    return templates.render(
        visit,
        "goods_trust.html",
        status=422 if findings else 200,
        found=rules.rules(visit.app, visit.who, **moments),
        sent=sent,
        findings=findings,
        trusts=_CHOICES,
        may_set=visit.who.may(Permission.INFERENCE_UPDATE),
        **shown(moments),
    )


def _new(sent: Mapping[str, str]) -> rules.NewRule:
    return rules.NewRule(
        trust=sent["trust"],
        reason=sent["reason"],
        partner=sent["partner"] or None,
        gtin=sent["gtin"] or None,
        place=sent["place"] or None,
        cases=_whole(sent["cases"]) if sent["cases"] else None,
        share_max=_per_cent(sent["share"] or "20"),
        confidence=_per_cent(sent["confidence"] or "95"),
        effective_at=instant(sent["since"]),
    )


def _whole(text: str) -> int:
    """Return a whole number; -1, which is refused, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else -1


def _per_cent(text: str) -> Fraction:
    """Return a share; -1, which is refused, for what is none."""
    try:
        return Fraction(text.removesuffix("%").strip()) / 100
    except (ValueError, ZeroDivisionError):
        return Fraction(-1)


ROUTES = (
    Route("/goods/trust", page(listing)),
    Route("/goods/trust", page(put), methods=["POST"]),
    Route("/goods/beliefs/{pack:path}", page(belief)),
)
