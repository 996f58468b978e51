"""Until when records are kept: the borders of years, and which of two times decides."""

from __future__ import annotations

from datetime import date

import pytest

from packtrail.compliance import Catalogue, Pack
from packtrail.compliance.retention import keepings, stated

ON = date(2026, 11, 29)


@pytest.fixture
def eu(catalogue: Catalogue) -> Pack:
    return catalogue.packs["eu_fmd"]


@pytest.mark.parametrize(
    ("expires", "until"),
    [
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 2, 28), date(2028, 2, 28)),
        (date(2027, 12, 31), date(2028, 12, 31)),
        (date(2028, 1, 31), date(2029, 1, 31)),
        (date(2027, 3, 1), date(2028, 3, 1)),
    ],
)
def test_a_year_after_expiry_ends_on_the_same_day_or_the_last_of_its_month(
    eu: Pack, expires: date, until: date
) -> None:
    (found,) = keepings(eu, ON, {"expiry": expires})

    assert (found.until, str(found.span), found.counts_from) == (until, "1 year", "expiry")


@pytest.mark.parametrize(
    ("ended", "expires", "decides", "until"),
    [
        (date(2026, 11, 30), date(2030, 11, 30), "record", date(2031, 11, 30)),
        (date(2026, 11, 30), date(2030, 12, 1), "expiry", date(2031, 12, 1)),
        (date(2024, 2, 29), date(2026, 2, 28), "record", date(2029, 2, 28)),
        (date(2024, 2, 29), None, "record", date(2029, 2, 28)),
    ],
)
def test_of_five_years_after_release_and_one_after_expiry_the_later_day_decides(
    eu: Pack, ended: date, expires: date | None, decides: str, until: date
) -> None:
    found = list(keepings(eu, ON, {"record": ended, "expiry": expires}))

    last = max(found, key=lambda each: each.until)
    assert (last.counts_from, last.until) == (decides, until)


def test_what_the_eu_states_has_its_day_its_source_and_how_sure_it_is(eu: Pack) -> None:
    found = stated(eu, "expiry", ON)

    assert found is not None
    span, said = found
    assert (str(span), said.from_on, said.confidence) == ("1 year", date(2019, 2, 9), "high")
    assert "Chapter IV" in eu.source_title(said.sources[0])


def test_nothing_is_stated_before_the_regulation_applies(eu: Pack) -> None:
    assert stated(eu, "expiry", date(2019, 2, 8)) is None
    assert stated(eu, "expiry", date(2019, 2, 9)) is not None
    assert list(keepings(eu, date(2019, 2, 8), {"record": ON, "expiry": ON})) == []


@pytest.mark.parametrize("name", ["it_fmd", "gr_fmd"])
def test_markets_that_build_on_the_eu_keep_as_long(
    catalogue: Catalogue, eu: Pack, name: str
) -> None:
    assert stated(catalogue.packs[name], "expiry", ON) == stated(eu, "expiry", ON)
