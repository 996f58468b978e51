from __future__ import annotations

from datetime import UTC, datetime

import pytest

from packtrail.base.errors import LimitExceeded, RefusedError
from packtrail.services.queries import parameters
from packtrail.store.filters import EpcMatch, EventFilter


def _parse(**params: str | list[str]) -> EventFilter:
    return parameters.parse(params, events_max=100)


def test_nothing_asked_is_the_filter_that_asks_nothing() -> None:
    assert parameters.parse({"perPage": "3", "nextPageToken": "x"}, events_max=1) == EventFilter()


def test_values_are_separated_by_bars_and_by_repetition() -> None:
    assert _parse(EQ_action=["ADD|DELETE", "OBSERVE"]).actions == ("ADD", "DELETE", "OBSERVE")


def test_a_typed_parameter_takes_its_type_in_any_spelling() -> None:
    plain = parameters.parse({"EQ_bizTransaction_po": "urn:x:1"}, events_max=1)
    urn = parameters.parse({"EQ_bizTransaction_urn:epcglobal:cbv:btt:po": "urn:x:1"}, events_max=1)

    assert plain == urn
    assert dict(plain.biz_transactions) == {"po": ("urn:x:1",)}


def test_a_time_keeps_its_moment_and_forgives_a_plus_read_as_space() -> None:
    found = _parse(GE_eventTime="2026-03-03T01:00:00 01:00").event_time_from

    assert found == datetime(2026, 3, 3, tzinfo=UTC)


def test_an_object_is_asked_for_whatever_its_notation() -> None:
    urn = _parse(MATCH_epc="urn:epc:id:sgtin:030001.0012345.1")
    link = _parse(MATCH_epc="https://id.gs1.org/01/00300010123455/21/1")
    pattern = _parse(MATCH_epc="urn:epc:idpat:sgtin:030001.0012345.*")
    star = _parse(MATCH_epc="urn:epc:id:sgtin:030001.0012345.*")

    assert urn == link
    assert pattern.match_epc == (EpcMatch("sgtin/00300010123455"),)
    assert star == pattern


def test_a_query_has_so_many_values_and_no_more() -> None:
    asked = {"EQ_bizStep": "|".join(map(str, range(60))), "EQ_disposition": ["x"] * 40}

    parameters.parse({**asked, "perPage": "3"}, events_max=1, values_max=100)
    with pytest.raises(LimitExceeded) as refused:
        parameters.parse({**asked, "EQ_action": "ADD"}, events_max=1, values_max=100)
    assert refused.value.findings[0].code == "QRY-022"
    assert str(refused.value).startswith("The query has 101 values; 100 are answered at once.")


def test_every_defect_is_found() -> None:
    with pytest.raises(RefusedError) as refused:
        _parse(EQ_action="x|ADD|y", eq_bizStep="z", GE_time="2026-01-01T00:00:00")

    assert [(each.code, each.at) for each in refused.value.findings] == [
        ("QRY-003", "EQ_action"),
        ("QRY-003", "EQ_action"),
        ("QRY-001", "eq_bizStep"),
        ("QRY-003", "GE_time"),
    ]
    assert refused.value.findings[0].message == (
        "EQ_action is 'x'; expected one of ADD, OBSERVE, DELETE."
    )


@pytest.mark.parametrize("limit", ["eventCountLimit", "maxEventCount"])
def test_a_limit_beyond_the_setting_is_refused(limit: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parameters.parse({limit: "101"}, events_max=100)

    assert refused.value.findings[0].message == f"{limit} is 101; it can be at most 100."
