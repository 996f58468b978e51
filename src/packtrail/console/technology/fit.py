"""What lines can do, how they fit a market, and the upgrades that a plan is offered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.compliance.countries import name_of
from packtrail.console import templates
from packtrail.console.visit import redirect, without_nul
from packtrail.planning.scope import LINE_CAPABILITIES
from packtrail.planning.technology.inventory import Measured
from packtrail.rendering import technology_words
from packtrail.services.plan import programmes
from packtrail.services.technology import lines, upgrades

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit

LINES_SHOWN: Final = 60
UPGRADES_SHOWN: Final = 200
_MONTHS: Final = (12, 24, 36, 60)


def line_list(visit: Visit) -> Response:
    """Show what each line can do, and what says so."""
    known = lines.known_lines(visit.app, visit.who)
    typed = visit.query("find").casefold()
    found = [each for name, each in known.items() if typed in name.casefold()]
    return templates.render(
        visit,
        "technology/lines.html",
        lines=found[:LINES_SHOWN],
        total=len(found),
        find=visit.query("find"),
        capabilities=sorted(LINE_CAPABILITIES),
        figures=list(Measured)[:3],
        said=technology_words,
    )


def fit(visit: Visit) -> Response:
    """Show how lines stand to what the rules of a market ask, sold there or not."""
    market = visit.query("market").upper()
    message = ""
    found = None
    try:
        if market:
            found = lines.market_fit(
                visit.app, visit.who, market, on=_day(visit), packs_per_minute=_speed(visit)
            )
    except (NotFound, ValueError) as fault:
        message = str(fault)
    markets = found.markets if found else lines.markets(visit.app, visit.who)
    return templates.render(
        visit,
        "technology/fit.html",
        status=422 if message else 200,
        found=found,
        shown=found.lines[:LINES_SHOWN] if found else (),
        message=message,
        market=market,
        markets=sorted(((code, name_of(code)) for code in markets), key=lambda each: each[1]),
        asked={name: visit.query(name) for name in ("on", "speed")},
        said=technology_words,
    )


def offered(visit: Visit) -> Response:
    """Show the upgrades that the radar makes necessary for a programme."""
    return _offered(visit)


def accept(visit: Visit) -> Response:
    """Put the chosen upgrades into the plan, then show the plan's work."""
    sent = visit.form.getlist("system")
    systems = [without_nul(each) for each in sent if isinstance(each, str)]
    programme = visit.sent("programme")
    try:
        upgrades.accept(visit.app, visit.who, programme, systems, months=_months(visit))
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _offered(visit, refusal=refusal)
    return redirect(f"/technology/upgrades?programme={programme}&months={_months(visit)}&done=yes")


def _offered(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    known = [each for each in programmes.programmes(visit.app, visit.who) if not each.archived_at]
    wanted = visit.query("programme") or visit.sent("programme")
    code = wanted or (known[0].code if known else "")
    found = upgrades.offer(visit.app, visit.who, code, months=_months(visit)) if code else None
    return templates.render(
        visit,
        "technology/upgrades.html",
        status=422 if refusal else 200,
        programmes=known,
        code=code,
        found=found,
        views=upgrades.views(found, most=UPGRADES_SHOWN) if found else (),
        total=len(found.new) + len(found.there) if found else 0,
        months=_months(visit),
        choices=_MONTHS,
        findings=refusal.findings if refusal else (),
        is_done=visit.query("done") == "yes",
        may_accept=visit.who.may(Permission.PLAN_UPDATE),
    )


def _months(visit: Visit) -> int:
    text = visit.query("months") or visit.sent("months")
    return int(text) if text in {str(each) for each in _MONTHS} else upgrades.MONTHS


def _day(visit: Visit) -> date | None:
    text = visit.query("on")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no day; expected such as 2027-03-01.") from None


def _speed(visit: Visit) -> float:
    text = visit.query("speed")
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:6]) <= 100_000):
        raise ValueError(f"{text[:40]!r} is no speed; expected 1 to 100,000 packs a minute.")
    return float(text[:6])
