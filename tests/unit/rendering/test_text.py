"""Times, identifiers, icons and words as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from lxml import etree

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.journey import Status, Step
from packtrail.rendering import icons, identifiers, times, words

NOON = datetime(2026, 11, 22, 13, 5, 9, tzinfo=UTC)


def test_a_moment_is_shown_on_the_clock_that_recorded_it() -> None:
    assert times.moment(NOON, "+01:00") == "22 Nov 2026 14:05 +01:00"
    assert times.moment(NOON, "-05:30") == "22 Nov 2026 07:35 -05:30"
    assert times.moment(NOON) == "22 Nov 2026 13:05 UTC"
    assert times.precise(NOON) == "2026-11-22 13:05:09 UTC"


@pytest.mark.parametrize("offset", ["", "Z", "+99:99", "noon", "\u0661\u0661:00"])
def test_an_offset_that_tells_nothing_is_utc(offset: str) -> None:
    assert times.zone(offset) is UTC


def test_day_00_of_an_expiry_is_the_end_of_its_month() -> None:
    assert times.expiry("2026-11-00") == "end of Nov 2026"
    assert times.expiry("2026-02-07") == "7 Feb 2026"
    assert times.expiry("2026-13-01") == "2026-13-01"
    assert times.expiry(None) == ""
    assert times.day(date(2026, 2, 7)) == "7 Feb 2026"


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(seconds=1), "1 second"),
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(hours=3), "3 hours"),
        (timedelta(days=4, hours=23), "5 days"),
        (timedelta(days=200), "7 months"),
        (timedelta(days=1000), "3 years"),
        (timedelta(seconds=-5), "0 seconds"),
    ],
)
def test_a_duration_is_in_its_largest_sensible_unit(span: timedelta, shown: str) -> None:
    assert times.duration(span) == shown


def test_how_long_ago_something_was() -> None:
    assert times.ago(NOON, NOON + timedelta(seconds=3)) == "just now"
    assert times.ago(NOON, NOON + timedelta(hours=4)) == "4 hours ago"


def test_an_element_string_is_shown_element_by_element() -> None:
    parts = identifiers.elements("(01)00300010123456(21)A(B)7")

    assert [(part.title, part.value) for part in parts] == [
        ("Trade item (GTIN)", "00300010123456"),
        ("Serial number", "A(B)7"),
    ]
    assert parts[0].groups == ("0", "03", "00010", "12345", "6")


def test_the_groups_of_a_key_are_the_key() -> None:
    for value in ("12345670", "1234567890128", "00300010123456", "003000141234567890"):
        assert "".join(identifiers.groups(value)) == value
    assert identifiers.groups("A1234567890123") == ("A1234567890123",)


def test_what_is_no_element_string_is_shown_whole() -> None:
    (only,) = identifiers.elements("urn:uuid:1(2)")

    assert (only.ai, only.value) == ("", "urn:uuid:1(2)")


def test_shortening_keeps_the_end() -> None:
    assert identifiers.short("urn:epc:id:sgtin:030001.0012345.11", 12) == "….0012345.11"
    assert identifiers.short("short") == "short"


@pytest.mark.parametrize("name", sorted(icons.PATHS))
def test_an_icon_is_well_formed_and_hidden_from_readers(name: str) -> None:
    drawn = etree.fromstring(icons.icon(name))

    assert drawn.get("aria-hidden") == "true"
    assert len(drawn) == 1


def test_every_word_has_an_icon_that_exists() -> None:
    shown = [*words.STATUSES.values(), *words.STEPS.values()]

    assert {word.icon for word in shown} <= set(icons.PATHS)
    assert set(words.STATUSES) == set(Status)


def test_no_two_statuses_look_alike() -> None:
    assert len({word.icon for word in words.STATUSES.values()}) == len(Status)


def a_step(role: Role, action: str | None, biz_step: str | None) -> Step:
    return Step(
        event_id="e", event_type="ObjectEvent", event_time=NOON, event_time_zone_offset="Z",
        record_time=NOON, role=role, action=action, biz_step=biz_step,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "action", "biz_step", "shown"),
    [
        (Role.EPC, "ADD", "commissioning", "Commissioned"),
        (Role.CHILD, "ADD", None, "Packed"),
        (Role.CHILD, "DELETE", "unpacking", "Unpacked"),
        (Role.PARENT, "ADD", "packing", "Filled"),
        (Role.INPUT, "ADD", None, "Used up"),
        (Role.OUTPUT, None, "commissioning", "Made"),
        (Role.EPC, "OBSERVE", None, "Seen"),
        (Role.EPC, "OBSERVE", "https://example.com/steps/x", "X"),
        (Role.EPC, "OBSERVE", "sensor_reporting", "Sensor reporting"),
    ],
)
def test_a_step_has_a_word(role: Role, action: str | None, biz_step: str | None, shown: str):
    assert words.step(a_step(role, action, biz_step)).text == shown
