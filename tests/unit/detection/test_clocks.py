"""Clocks: which run, from when, and whether they were kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from packtrail.compliance.entries import Duty
from packtrail.compliance.spans import Span
from packtrail.compliance.words import Confidence, Happening, Role
from packtrail.detection.clocks import running

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def duty(**more: object) -> Duty:
    told = {
        "name": "tell", "what": "Tell FDA", "roles": (Role.MANUFACTURER,), "sources": (),
        "confidence": Confidence.HIGH, "events": (Happening.ILLEGITIMATE_PRODUCT,),
        "within": Span(24, "hour"), "pack_id": "us",
    } | more  # fmt: skip
    return Duty(**told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "runs"),
    [
        ({}, True),
        ({"from_on": date(2026, 11, 27)}, True),
        ({"from_on": date(2026, 11, 28)}, False),
        ({"to_on": date(2026, 11, 27)}, True),
        ({"to_on": date(2026, 11, 26)}, False),
    ],
)
def test_a_clock_runs_where_the_duty_holds_when_it_begins(days: dict, runs: bool) -> None:
    found = list(running([duty(**days)], {"confirmed": NOON}, {}))

    assert [each.due_at for each in found] == [NOON + timedelta(days=1)] * runs


@pytest.mark.parametrize(("hours", "counts"), [(-1, False), (0, True), (20, True), (30, True)])
def test_what_was_done_before_a_clock_began_does_not_count_for_it(
    hours: int,
    counts: bool,
) -> None:
    done = NOON + timedelta(hours=hours)
    (clock,) = running([duty()], {"confirmed": NOON}, {"us/tell": done})

    assert clock.done_at == (done if counts else None)
    assert clock.is_late(NOON + timedelta(hours=1)) is (hours > 24)
