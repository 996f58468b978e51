"""Public holidays and working days of countries, from a list that is kept up to date elsewhere.

One source for plans, alerts and reports: the package `holidays`. A market that is no country, such
as the EU, or a country that the list does not know, has Monday to Friday and no holidays: a time
limit is then never later than the law can mean.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packtrail.compliance.spans import monday_to_friday
from packtrail.planning.calendars import CalendarRule, working_days

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from packtrail.compliance.spans import IsWorked

YEARS_BEFORE, YEARS_AFTER = 4, 12
_DAYS_OF_THE_WEEK = 7
_YEARS_ASKED = 2
"""Longer than any time limit in working days."""


def working_days_in(market: str, day: date) -> IsWorked:
    """Return what tells whether a day is a working day in a market, around a day."""
    country = market.upper()
    holidays = public_holidays(country, "", day.year)
    if not holidays:
        return monday_to_friday
    rule = CalendarRule(code=country, name=country, weekdays=_worked_weekdays(country))
    first = day.replace(month=1, day=1)
    last = day.replace(year=day.year + _YEARS_ASKED, month=12, day=31)
    worked = working_days(rule.resolve(dict(holidays)), first, last)
    return lambda each: worked.is_worked(each.toordinal())


@lru_cache(maxsize=512)
def public_holidays(
    country: str, subdivision: str, year: int
) -> tuple[tuple[date, str], ...] | None:
    """Return the holidays around a year; None where the country or its part is not known."""
    if not country:
        return ()
    import holidays  # noqa: PLC0415 - only those who plan or count working days load it

    years = range(year - YEARS_BEFORE, year + YEARS_AFTER + 1)
    try:
        known: Mapping[date, str] = holidays.country_holidays(
            country, subdiv=subdivision or None, years=years, language="en_US"
        )
    except NotImplementedError:
        return None
    return tuple(sorted(known.items()))


@lru_cache(maxsize=512)
def _worked_weekdays(country: str) -> tuple[int, ...]:
    """Return the days of the week that are worked in a country, Monday is 0."""
    import holidays  # noqa: PLC0415 - only those who plan or count working days load it

    weekend = holidays.country_holidays(country).weekend
    return tuple(each for each in range(_DAYS_OF_THE_WEEK) if each not in weekend)
