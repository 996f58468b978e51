"""The calendars of a programme, with the public holidays of its countries."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.calendars import CalendarRule
from packtrail.planning.proposals import campaign_calendar, stops_calendar
from packtrail.services.holidays import public_holidays

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from packtrail.base.findings import Finding
    from packtrail.planning.book import Book
    from packtrail.planning.calendars import Calendar, Window


def calendars_of(book: Book, today: date) -> tuple[tuple[Calendar, ...], tuple[Finding, ...]]:
    """Return the calendars of a programme, and a note for each country without known holidays.

    A site has a calendar with the holidays of its country, a line one of its stops, and a line and
    market one of their campaigns; what people wrote down themselves goes before those.
    """
    rules = rules_of(book)
    found = []
    for rule in rules.values():
        if public_holidays(rule.country, rule.subdivision, today.year) is None:
            place = f"{rule.country} {rule.subdivision}".rstrip()
            message = f"The public holidays of {place} are not known."
            found.append(codes.NO_HOLIDAYS.found(message, at=f"calendars/{rule.code}"))
    return tuple(_resolved(rule, today.year) for rule in rules.values()), tuple(found)


def rules_of(book: Book) -> dict[str, CalendarRule]:
    """Return the calendars of a programme as they are written down, by code."""
    return {each.code: each for each in (*_of_scope(book), *book.calendars.values())}


@lru_cache(maxsize=4096)
def _resolved(rule: CalendarRule, year: int) -> Calendar:
    return rule.resolve(dict(public_holidays(rule.country, rule.subdivision, year) or ()))


def _of_scope(book: Book) -> Iterator[CalendarRule]:
    sites = {
        each.code: CalendarRule(
            code=each.code, name=each.name, country=each.country, subdivision=each.subdivision
        )
        for each in book.sites.values()
    }
    yield from sites.values()
    for line in book.lines.values():
        if line.stops:
            code = stops_calendar(line.code)
            yield _within(sites.get(line.site), code, f"Stops of {line.name}", line.stops)
    campaigns: dict[tuple[str, str], list[Window]] = {}
    for each in book.campaigns.values():
        campaigns.setdefault((each.line, each.market), []).append(each.window)
    for (line_code, market), windows in campaigns.items():
        packed_on = book.lines.get(line_code)
        code = campaign_calendar(line_code, market)
        base = sites.get(packed_on.site) if packed_on else None
        yield _within(base, code, f"Campaigns of {line_code} for {market}", windows)


def _within(
    base: CalendarRule | None, code: str, name: str, windows: Iterable[Window]
) -> CalendarRule:
    ordered = tuple(sorted(windows, key=lambda each: each.from_on))
    country, subdivision = (base.country, base.subdivision) if base else ("", "")
    return CalendarRule(
        code=code, name=name, country=country, subdivision=subdivision, windows=ordered
    )
