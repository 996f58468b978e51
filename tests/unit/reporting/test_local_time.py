"""The time of an event where it happened, however it is written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from packtrail import epcis
from packtrail.reporting.assembling import local_time


@pytest.mark.parametrize(
    ("time", "offset", "local"),
    [
        ("2026-11-26T23:30:00Z", "+09:00", "2026-11-27T08:30:00+09:00"),
        ("2026-12-01T01:00:00Z", "-05:00", "2026-11-30T20:00:00-05:00"),
        ("2026-11-27T08:30:00+09:00", "+09:00", "2026-11-27T08:30:00+09:00"),
        ("2026-11-27T08:30:00+09:00", "-03:30", "2026-11-26T20:00:00-03:30"),
    ],
)
def test_the_offset_of_the_place_decides(time: str, offset: str, local: str) -> None:
    event = epcis.read_event_json(
        {
            "type": "ObjectEvent",
            "action": "OBSERVE",
            "eventTime": time,
            "eventTimeZoneOffset": offset,
            "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"],
        }
    )

    assert local_time(event).isoformat() == local
    assert local_time(event) - event.event_time == timedelta()
