"""Verify: a scan, fields or an image goes in; a large verdict, the next step and why come out.

A scanner types into the box and ends with Enter, so every answer has the box again, ready for the
next pack. Place, market and purpose of a station stay in a cookie.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import UploadFile

from packtrail.access import Permission
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import security, templates
from packtrail.lifecycle.journey import Status
from packtrail.services.codes import NO_SYMBOL
from packtrail.services.goods import lots
from packtrail.services.verification import images, verifications, verifying
from packtrail.services.verification.verifications import Asked
from packtrail.services.verification.verifying import Ask, Circumstances
from packtrail.verification.judging import REASONS, Purpose, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit
    from packtrail.services.verification.verifications import Kept
    from packtrail.services.verification.verifying import Verification

STATION_COOKIE: Final = "packtrail_station"
_YEAR_SECONDS: Final = 365 * 86_400
_LATELY_MAX: Final = 8
_PAGE: Final = 50
_STATION_LENGTH_MAX: Final = 60
PURPOSES: Final = {
    Purpose.CHECK: "Only look",
    Purpose.SUPPLY: "Supply it now",
    Purpose.RETURN: "Take a return back into stock",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """What stays the same from scan to scan."""

    place: str = ""
    station: str = ""
    market: str = ""
    purpose: str = Purpose.CHECK.value

    def circumstances(self) -> Circumstances:
        """Return it as a verification takes it."""
        return Circumstances(
            place=self.place or None,
            station=self.station[:_STATION_LENGTH_MAX] or None,
            market=self.market or None,
            purpose=self.purpose,
        )


_STATION = tuple(each.name for each in fields(Station))


def form(visit: Visit) -> Response:
    """Show the box."""
    return _page(visit, remembered(visit), typed=visit.query("scan"))


def verify(visit: Visit) -> Response:
    """Verify the pack of a form: a scan, or fields."""
    return _answered(visit, asked(visit))


def verify_image(visit: Visit) -> Response:
    """Verify the packs in an image or a frame of a camera."""
    image = visit.form.get("image")
    content = image.file.read() if isinstance(image, UploadFile) else b""
    return _answered(visit, content)


def history(visit: Visit) -> Response:
    """Show what was asked and answered, the newest first."""
    gtin, serial, verdict = (visit.query(name) for name in ("gtin", "serial", "verdict"))
    asked = Asked(
        gtin=gtin or None,
        serial=serial or None,
        verdicts=(verdict,) if verdict in {*Verdict} else (),
        after=visit.query("after") or None,
    )
    rows = verifications.history(visit.app, visit.who, asked, limit=_PAGE + 1)
    filters = {"gtin": gtin, "serial": serial, "verdict": verdict}
    more = {**{key: value for key, value in filters.items() if value}}
    if len(rows) > _PAGE:
        more["after"] = rows[_PAGE - 1].verification_id
    return templates.render(
        visit,
        "scan_history.html",
        rows=rows[:_PAGE],
        filters=filters,
        verdicts=Verdict,
        older="?" + urlencode(more) if "after" in more else "",
    )


def verification(visit: Visit) -> Response:
    """Show one verification of the past."""
    found = verifications.kept(visit.app, visit.who, visit.path("verification_id"))
    return templates.render(visit, "scan_verification.html", kept=found, codes=_titles())


def _answered(visit: Visit, question: Ask | bytes) -> Response:
    station = sent_station(visit)
    found: Sequence[Verification] = ()
    findings: Sequence[Finding] = ()
    try:
        told = station.circumstances()
        if isinstance(question, bytes):
            found = images.verify(visit.app, visit.who, question, told)
        else:
            found = (verifying.verify(visit.app, visit.who, question, told),)
    except NotPermitted:
        raise
    except RefusedError as refused:
        findings = refused.findings
    if visit.request.headers.get("hx-request"):
        response = _part(visit, found, findings)
    else:
        typed = visit.sent("scan") if findings else ""
        response = _page(visit, station, typed=typed, found=found, findings=findings)
    return remembering(visit, response, station)


def _part(visit: Visit, found: Sequence[Verification], findings: Sequence[Finding]) -> Response:
    """Return the answer alone, for the scripts of the page."""
    is_empty = any(each.code == NO_SYMBOL.code for each in findings)
    return templates.render(
        visit,
        "part_verdict.html",
        status=422 if is_empty else 200,  # A camera goes on looking at an empty frame.
        found=found,
        findings=findings,
        lately=_lately(visit),
        states=Status,
    )


def _page(
    visit: Visit,
    station: Station,
    *,
    typed: str = "",
    found: Sequence[Verification] = (),
    findings: Sequence[Finding] = (),
) -> Response:
    sent = {name: visit.sent(name) for name in ("gtin", "serial", "lot", "expires")}
    return templates.render(
        visit,
        "scan_verify.html",
        status=422 if findings else 200,
        scan=typed,
        fields=sent if findings else dict.fromkeys(sent, ""),
        station=station,
        purposes=PURPOSES,
        places=places(visit),
        found=found,
        findings=findings,
        lately=_lately(visit),
        states=Status,
    )


def asked(visit: Visit) -> Ask:
    """Return what a form asks about: a scan, else fields."""
    scan = visit.sent("scan")
    if scan.strip():
        return Ask(text=scan)
    return Ask(
        gtin=visit.sent("gtin").strip(),
        serial=visit.sent("serial").strip(),
        lot=visit.sent("lot").strip() or None,
        expires=visit.sent("expires").strip() or None,
    )


def remembering(visit: Visit, response: Response, station: Station) -> Response:
    """Let the browser keep what stays the same at a station."""
    told = {name: getattr(station, name) for name in _STATION}
    security.set_cookie(
        response, STATION_COOKIE, urlencode(told), seconds=_YEAR_SECONDS,
        secure=visit.app.settings.sends_secure_cookies,
    )  # fmt: skip
    return response


def sent_station(visit: Visit) -> Station:
    """Return the station of a form."""
    return Station(**{name: visit.sent(name).strip()[:200] for name in _STATION})


def remembered(visit: Visit) -> Station:
    """Return the station that the browser kept."""
    told = parse_qs(visit.request.cookies.get(STATION_COOKIE, ""), max_num_fields=len(_STATION))
    known = {name: told[name][0] for name in _STATION if name in told}
    station = Station(**known)
    return station if station.purpose in {*Purpose} else replace(station, purpose=Purpose.CHECK)


def places(visit: Visit) -> Sequence[tuple[str, str]]:
    """Return identifiers and names of the places that can be chosen."""
    if not visit.who.may(Permission.EVENT_READ):
        return ()
    return [(each.identifier, each.name or "") for each in lots.places(visit.app, visit.who)]


def _lately(visit: Visit) -> tuple[Kept, ...]:
    if not visit.who.may(Permission.VERIFICATION_READ):
        return ()
    asked = Asked(actor_id=visit.who.id)
    return verifications.history(visit.app, visit.who, asked, limit=_LATELY_MAX)


def _titles() -> dict[str, tuple[str, str]]:
    """Return title and remedy of each reason."""
    return {each.code: (each.title, each.remedy) for each in REASONS}
