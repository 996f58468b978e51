"""Working days of markets: weekends and holidays of their own, else Monday to Friday."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from packtrail.compliance.spans import Span
from packtrail.detection.clocks import running
from packtrail.services.holidays import working_days_in
from packtrail.services.rule_packs import catalogue
from packtrail.settings import Settings


@pytest.mark.parametrize(
    ("market", "began", "last"),
    [
        ("DE", date(2026, 12, 23), date(2026, 12, 28)),
        ("de", date(2026, 12, 31), date(2027, 1, 5)),
        ("US", date(2026, 11, 25), date(2026, 11, 30)),
        ("SA", date(2026, 11, 26), date(2026, 11, 30)),
        ("EU", date(2026, 12, 23), date(2026, 12, 25)),
        ("XX", date(2026, 12, 23), date(2026, 12, 25)),
        ("", date(2026, 12, 23), date(2026, 12, 25)),
    ],
)
def test_two_working_days_end_when_they_do_in_the_market(
    market: str, began: date, last: date
) -> None:
    span = Span.read("2 working days")

    assert span is not None
    assert span.after(began, is_worked=working_days_in(market, began)) == last


def test_the_clock_of_an_alert_leaves_the_holidays_of_its_market_out_and_says_so() -> None:
    pack = catalogue(Settings(data_dir=Path("/nonexistent"))).pack_of("DE")
    opened = datetime(2026, 12, 23, 9, tzinfo=UTC)
    duties = [each for each in pack.duties.values() if str(each.within) == "2 working days"]
    is_worked = working_days_in("DE", opened.date())
    (clock,) = running(duties, {"opened": opened}, {}, is_worked=is_worked)
    (plain,) = running(duties, {"opened": opened}, {})

    assert clock.due_at.date() == date(2026, 12, 28)
    assert clock.left_out == (date(2026, 12, 25),)
    assert (plain.due_at.date(), plain.left_out) == (date(2026, 12, 25), ())
