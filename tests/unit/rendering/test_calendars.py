"""Calendars: what is due arrives in any calendar program, and moves there when it moves here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest

from packtrail.rendering.calendars import Entry, write_ics

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LAST = Entry(
    uid="us-dscsa/small-dispensers@packtrail",
    title="DSCSA, small dispensers; the exemption ends",
    on=date(2026, 11, 27),
    description="Line one\nline two",
    url="https://packtrail.example/x",
    categories=("US", "known"),
    remind_days=(30, 7),
)


def test_an_entry_is_read_back_as_it_was() -> None:
    read = icalendar.Calendar.from_ical(write_ics("Deadlines", [LAST], made_at=AT))
    (event,) = read.walk("VEVENT")

    assert read["x-wr-calname"] == "Deadlines"
    assert (event["uid"], event["summary"]) == (LAST.uid, LAST.title)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (LAST.on, date(2026, 11, 28))
    assert event["description"] == LAST.description
    assert event["status"] == "CONFIRMED"
    assert [alarm.decoded("trigger") for alarm in event.walk("VALARM")] == [
        timedelta(days=-30),
        timedelta(days=-7),
    ]


@pytest.mark.parametrize(
    "told", ["https://a.example/x\nhttps://b.example", "https://a.example/x see page 3"]
)
def test_of_several_addresses_the_first_is_shown(told: str) -> None:
    content = write_ics("Deadlines", [replace(LAST, url=told)], made_at=AT)
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")

    assert event["url"] == "https://a.example/x"


def test_what_is_expected_only_is_tentative_and_the_same_entries_are_the_same_bytes() -> None:
    entries = [Entry(uid="a", title="Expected", on=date(2028, 8, 1), is_certain=False)]
    content = write_ics("Deadlines", entries, made_at=AT)

    assert b"STATUS:TENTATIVE" in content
    assert content == write_ics("Deadlines", entries, made_at=AT)
