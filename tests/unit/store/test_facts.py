"""Facts: what queries find of an event beyond its columns."""

from __future__ import annotations

from datetime import UTC, datetime

from packtrail.epcis.events import ObjectEvent
from packtrail.store.facts import facts_of, namespaces_of

INNER = {"{https://ns.example.com/inner/}b": "1"}


def event(value: object) -> ObjectEvent:
    return ObjectEvent(
        event_time=datetime(2026, 3, 3, 8, tzinfo=UTC),
        event_time_zone_offset="+01:00",
        action="ADD",
        epcs=(),
        extensions={"{https://ns.example.com/x/}a": value},
    )


def test_inner_fields_are_found_in_lists_within_lists() -> None:
    plain, deep = event(INNER), event((("1.00", INNER), {}))

    assert facts_of(plain).terms < facts_of(deep).terms
    assert namespaces_of(deep) == {"https://ns.example.com/x/", "https://ns.example.com/inner/"}
