"""The model of capacity predicts a simulated year that it has not seen; a wrong model does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from packtrail.planning.capacity.estimating import Input, Span
from packtrail.planning.capacity.forecasts import Packing
from packtrail.planning.capacity.replaying import Year, deviations, practised, predicted
from packtrail.simulation import simulate
from packtrail.simulation.measured import counted

PACKS = 900


@pytest.fixture(scope="module")
def practice() -> dict[str, Input]:
    return practised([counted(simulate(PACKS, seed)) for seed in (101, 102)])


@pytest.fixture(scope="module")
def year() -> Year:
    return counted(simulate(PACKS, 8))


def outside(year: Year, practice: dict[str, Input]) -> set[str]:
    return {each.key for each in deviations(year, predicted(year, practice)) if not each.is_within}


def test_events_messages_and_bytes_of_an_unseen_year_are_predicted(
    year: Year, practice: dict[str, Input]
) -> None:
    found = {each.key: each for each in deviations(year, predicted(year, practice))}

    assert outside(year, practice) == set()
    assert found["packs"].measured == PACKS
    assert all(abs(each.share) < 0.15 for each in found.values())
    assert set(found) >= {"events", "messages", "bytes_sent", "container_numbers"}


def test_a_year_is_counted_as_its_messages_tell_it(year: Year) -> None:
    documents = list(simulate(PACKS, 8).documents())

    assert year.messages == len(documents)
    assert year.bytes_sent == sum(len(each.content) for each in documents)
    assert sum(row.packs for row in year.rows) == PACKS
    assert 0 < year.sale_messages < year.messages
    assert year.lone_events < year.events


@pytest.mark.parametrize(
    ("key", "factor", "missed"),
    [
        ("lone_events", 2, {"events", "bytes_sent", "messages"}),
        ("packs_per_message", 3, {"messages"}),
        ("bytes_lone", 2, {"bytes_sent"}),
        ("repacked", 0, {"container_numbers", "events", "bytes_sent"}),
    ],
)
def test_a_constant_that_is_wrong_is_seen(
    year: Year, practice: dict[str, Input], key: str, factor: float, missed: set[str]
) -> None:
    known = practice[key]
    span = Span.of(
        *(factor * each for each in (known.span.low, known.span.likely, known.span.high))
    )

    assert outside(year, {**practice, key: replace(known, span=span)}) == missed


def test_bytes_on_disk_are_predicted_where_years_were_recorded(year: Year) -> None:
    def recorded(one: Year, bytes_a_pack: float) -> Year:
        stored = one.packs * bytes_a_pack + 93 * one.lone_events
        return replace(one, bytes_stored=round(stored))

    years = [counted(simulate(PACKS, each)) for each in (101, 102)]
    practice = practised([recorded(years[0], 150), recorded(years[1], 160)])
    as_learnt, larger = recorded(year, 155), recorded(year, 320)

    assert outside(as_learnt, practice) == set()
    found = {each.key: each for each in deviations(as_learnt, predicted(as_learnt, practice))}
    assert abs(found["stored_1"].share) < 0.05
    assert outside(larger, practice) == {"stored_1"}
    assert "stored_1" not in {each.key for each in deviations(year, predicted(year, practice))}


def test_a_packing_that_is_wrong_is_seen(year: Year, practice: dict[str, Input]) -> None:
    one = {key: Packing(packs_per_case=1, cases_per_pallet=2) for key in year.packings}

    assert "container_numbers" in outside(replace(year, packings=one), practice)
