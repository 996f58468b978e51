"""The radar: what is late, what is due, one obligation with its parts, and calendars."""

from __future__ import annotations

import calendar as months
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.responses import Response

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.compliance.countries import name_of
from packtrail.compliance.obligations import Part, State
from packtrail.console import templates
from packtrail.console.comply import asking
from packtrail.console.visit import redirect
from packtrail.rendering import law_words, timeline, times
from packtrail.services.obligations import calendars, reading, reminding, saying
from packtrail.services.obligations.saying import File, Saying

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.console.visit import Visit
    from packtrail.services.obligations.reading import RadarView
    from packtrail.services.obligations.views import ObligationView

VIEWS: Final = ("line", "month")
_PARTS_SHOWN: Final = 400


def radar(visit: Visit) -> Response:
    """Show what is late and what is due, as seen from a day."""
    on, until = asking.day(visit, "on"), asking.day(visit, "until")
    view = visit.query("view") if visit.query("view") in VIEWS else VIEWS[0]
    asked = {name: visit.query(name) for name in ("market", "product", "site", "line")}
    every_round = view == "month"
    everything = reading.radar(visit.app, visit.who, on=on, last=until, every_round=every_round)
    seen = everything
    if any(asked.values()):
        seen = reading.radar(
            visit.app, visit.who, on=on, last=until, only=Part(**asked), every_round=every_round
        )
    ours = [each for each in seen.ahead if each.concern != "watch"]
    days: dict[str, str] = {name: visit.query(name) for name in ("on", "until")}
    return templates.render(
        visit,
        "comply_radar.html",
        seen=seen,
        ours=ours,
        watched=[each for each in seen.ahead if each.concern == "watch"],
        picture=Markup(_line(seen, ours)) if view == "line" else "",  # noqa: S704 - escapes itself
        month=_month(visit, seen) if view == "month" else None,
        view=view,
        asked=asked,
        kept=urlencode({name: each for name, each in (asked | days).items() if each}),
        filters=_filters(everything),
        reminders=() if any(asked.values()) else reminding.reminders(visit.app, visit.who),
        procedures=() if any(asked.values()) else reading.duties(visit.app, visit.who, on=on),
        on=days["on"],
        until=days["until"],
    )


def _filters(everything: RadarView) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what the radar can be narrowed to: name, title, and choices."""
    found = (*everything.late, *everything.ahead)
    markets = {each for one in found for each in one.markets}
    sites = {each for one in found for each in one.sites}
    lines = {each for one in found for each in one.lines}
    return [
        ("market", "Market", [(each, name_of(each)) for each in sorted(markets, key=name_of)]),
        ("site", "Site", [(each, each) for each in sorted(sites)]),
        ("line", "Line", [(each, each) for each in sorted(lines)]),
    ]


def obligation(visit: Visit) -> Response:
    """Show one obligation with its parts, and what was said of it."""
    return _obligation(visit)


def say(visit: Visit) -> Response:
    """Say something of an obligation, then show it again."""
    file = visit.file()
    owner = visit.sent("owner").strip()
    part = dict(
        zip(("market", "product", "site", "line"), visit.sent("part").split("|"), strict=False)
    )
    said = Saying(
        state=visit.sent("state") or None,
        owner=owner or None,
        reason=visit.sent("reason"),
        evidence=visit.sent("evidence"),
        file=File(name=file.name, media_type=file.media_type, content=file.content)
        if file
        else None,
        **part,
    )
    key = visit.path("key")
    try:
        saying.say(visit.app, visit.who, key, said)
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _obligation(visit, refusal=refusal)
    return redirect(f"/comply/obligations/{quote(key)}")


def evidence(visit: Visit) -> Response:
    """Send a file that was handed in as evidence; always as a download."""
    file = saying.evidence_file(visit.app, visit.who, visit.path("sha256"))
    name = quote(file.name)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(file.content, media_type="application/octet-stream", headers=headers)


def seen(visit: Visit) -> Response:
    """Say that the reminders of an obligation were seen."""
    reminding.mark_seen(visit.app, visit.who, visit.sent("key"))
    return redirect("/comply")


def feeds(visit: Visit) -> Response:
    """Show the calendars that programs fetch."""
    return _feeds(visit)


def create_feed(visit: Visit) -> Response:
    """Make a calendar address and show it, once."""
    market = visit.sent("market").strip()
    try:
        made = calendars.create_feed(
            visit.app, visit.who, visit.sent("name"), markets=[market] if market else ()
        )
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _feeds(visit, refusal=refusal)
    base = str(visit.request.base_url).rstrip("/")
    return _feeds(visit, address=f"{base}/api/v1/calendars/{made.token}.ics")


def revoke_feed(visit: Visit) -> Response:
    """End a calendar address at once."""
    calendars.revoke_feed(visit.app, visit.who, visit.sent("feed_id"))
    return redirect("/comply/calendars")


def download(visit: Visit) -> Response:
    """Send the radar as an iCalendar file."""
    base = str(visit.request.base_url).rstrip("/")
    content = calendars.calendar(visit.app, visit.who, url=base)
    headers = {"content-disposition": 'attachment; filename="obligations.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _obligation(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    page = reading.one(visit.app, visit.who, visit.path("key"), on=asking.day(visit, "on"))
    return templates.render(
        visit,
        "comply_obligation.html",
        status=422 if refusal else 200,
        page=page,
        each=page.obligation,
        parts=page.parts[:_PARTS_SHOWN],
        states=[(each.value, law_words.state(each.value).text) for each in State],
        findings=refusal.findings if refusal else (),
        sent={name: visit.sent(name) for name in ("state", "owner", "reason", "evidence", "part")},
        choices=_choices(page),
    )


def _choices(page: reading.ObligationPage) -> list[tuple[str, str]]:
    """Return what a note can be about: everything, a market, a product, a site or a line."""
    markets = {each.market: each.market_name for each in page.parts if each.market}
    products = sorted({each.product for each in page.parts if each.product})
    lines = sorted({each.line for each in page.parts if each.line})
    sites = sorted({each.site for each in page.parts if each.site})
    return [
        ("|||", "Everything it is about"),
        *((f"{code}|||", f"Market {name}") for code, name in sorted(markets.items())
          if len(markets) > 1),
        *((f"||{site}|", f"Site {site}") for site in sites if len(sites) > 1),
        *((f"|||{line}", f"Line {line}") for line in lines if len(lines) > 1),
        *((f"|{product}||", f"Product {product}") for product in products if len(products) > 1),
    ]  # fmt: skip


def _feeds(visit: Visit, *, refusal: RefusedError | None = None, address: str = "") -> Response:
    return templates.render(
        visit,
        "comply_calendars.html",
        status=422 if refusal else 200,
        rows=calendars.feeds(visit.app, visit.who),
        findings=refusal.findings if refusal else (),
        address=address,
        sent_name="" if address else visit.sent("name"),
    )


def _line(seen: RadarView, ours: Iterable[ObligationView]) -> str:
    marks = [
        timeline.Mark(
            lane=", ".join(each.market_names),
            on=each.on,
            label=each.what,
            title=f"{', '.join(each.market_names)}, {times.day(each.on)}: {each.what} "
            f"({law_words.sure(each.status, each.kind).text.lower()}; "
            f"{law_words.standpoint(each.standpoint).text.lower()})",
            tone=law_words.standpoint(each.standpoint).tone,
            is_certain=each.is_certain,
            is_small=each.sort == "recurring",
            link=f"/comply/obligations/{quote(each.key)}",
        )
        for each in ours
        if each.on is not None
    ]
    last = max((each.on for each in marks), default=seen.last)
    end = min(seen.last, date(last.year + (last.month + 2) // 13, (last.month + 2) % 12 + 1, 1))
    return timeline.draw(marks, first=seen.first, last=max(end, last), title="Deadlines ahead")


def _month(visit: Visit, seen: RadarView) -> dict[str, Any]:
    """Return the month that is asked for, week by week, with what is due."""
    year, month = _asked_month(visit.query("month"), seen.today)
    by_day: dict[date, list[ObligationView]] = {}
    for each in (*seen.late, *seen.ahead):
        if each.on is not None:
            by_day.setdefault(each.on, []).append(each)
    weeks = [
        [(day, day.month == month, by_day.get(day, [])) for day in week]
        for week in months.Calendar().monthdatescalendar(year, month)
    ]
    before, after = date(year, month, 1), date(year, month, 28)
    previous = date(before.year - (month == 1), 12 if month == 1 else month - 1, 1)
    following = date(after.year + (month == 12), 1 if month == 12 else month + 1, 1)
    return {
        "title": f"{months.month_name[month]} {year}",
        "weeks": weeks,
        "previous": f"{previous:%Y-%m}",
        "following": f"{following:%Y-%m}",
        "count": sum(len(found) for week in weeks for _, inside, found in week if inside),
    }


def _asked_month(text: str, today: date) -> tuple[int, int]:
    year, _, month = text.partition("-")
    is_month = year.isascii() and month.isascii() and year.isdigit() and month.isdigit()
    if is_month and len(year) == 4 and 1 <= int(month) <= 12 and int(year) > 1:
        return int(year), int(month)
    return today.year, today.month
