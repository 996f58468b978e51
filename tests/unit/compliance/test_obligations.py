"""Obligations: the newest note about a part counts, and rules speak where people did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.unit.compliance.books import SEEN, company, entry

from packtrail.compliance import Catalogue
from packtrail.compliance.assembling import assemble
from packtrail.compliance.law import Law
from packtrail.compliance.obligations import (
    OVERDUE,
    Note,
    Obligation,
    Part,
    State,
    days_of,
    obligation,
    obligations,
    procedures,
    reminders,
)
from packtrail.compliance.spans import Span
from packtrail.compliance.words import Role
from packtrail.services import rule_packs

TODAY, DAY = date(2026, 11, 22), date(2026, 11, 27)
KEY = "us_dscsa/small_dispenser_exemption_ends"
LAW = Law(Catalogue.of(rule_packs.built_in()))
PORTFOLIO = assemble(
    company().changed(
        [
            entry("placement", product="immuvera", market="US", line="w1"),
            entry("licence", product="immuvera", market="US", practices=["us-pack"]),
            entry("product", code="balm", name="Balm", **{"class": "non_prescription"}),
            entry("licence", product="balm", market="KR"),
        ]
    ),
    SEEN,
)

WHOLESALE = replace(PORTFOLIO, roles=frozenset({Role.WHOLESALER}))


def note(number: int = 1, **said: object) -> Note:
    at = datetime(2026, 11, 20, 12, number, tzinfo=UTC)
    return Note(**{"number": number, "key": KEY, "at": at, "by": "Ada", **said})


def the(*notes: Note, today: date = TODAY) -> Obligation:
    found = obligation(LAW, PORTFOLIO, notes, KEY, today=today)
    assert found is not None
    return found


def test_an_obligation_has_a_part_for_every_product_on_every_line() -> None:
    assert [each.part for each in the().parts] == [
        Part("US", "immuvera", "wilson", "w1"), Part("US", "tarvoxil", "wilson", "w1"),
    ]  # fmt: skip


def test_nobody_said_anything_so_it_is_open_and_at_risk() -> None:
    found = the()

    assert (found.state, found.standpoint.value, found.owners) == (State.OPEN, "at_risk", ())
    assert {each.broken for each in found.parts} == {("US-DSCSA-012",)}


def test_what_is_said_of_all_is_said_of_each() -> None:
    found = the(note(state=State.DONE, evidence="EPCIS of 20 November", owner="Trade"))

    assert (found.state, found.standpoint.value, found.owners) == (State.DONE, "done", ("Trade",))


def test_the_newest_note_about_a_part_counts() -> None:
    done = note(1, state=State.DONE, evidence="x", part=Part(product="tarvoxil"))
    again = note(2, state=State.OPEN, reason="The file was refused", part=Part(line="w1"))

    assert the(done).state is State.IN_PROGRESS
    assert [each.state for each in the(done).parts] == [State.OPEN, State.DONE]
    assert the(done, again).state is State.OPEN
    assert the(again, done).state is State.OPEN, "the number decides, not the order"


def test_an_owner_stays_when_only_the_state_changes() -> None:
    found = the(note(1, owner="Trade"), note(2, state=State.IN_PROGRESS))

    assert (found.owners, found.state) == (("Trade",), State.IN_PROGRESS)
    assert the(note(1, owner="Trade"), note(2, owner="")).owners == ()


def test_what_is_waived_altogether_is_waived_and_with_something_done_it_is_done() -> None:
    waived = note(1, state=State.WAIVED, reason="Not sold to pharmacies")
    done = note(2, state=State.DONE, evidence="x", part=Part(product="tarvoxil"))

    assert the(waived).state is State.WAIVED
    assert the(waived, done).state is State.DONE


@pytest.mark.parametrize(
    ("part", "other", "covers"),
    [(Part(), Part("US", "a"), True), (Part("US"), Part("US", "a", "s", "l"), True),
     (Part("DE"), Part("US", "a"), False), (Part(line="w1"), Part("US", "a", "s", "w1"), True),
     (Part("US", "a"), Part("US"), False)],
)  # fmt: skip
def test_a_note_covers_the_parts_it_does_not_exclude(part: Part, other: Part, covers: bool) -> None:
    assert part.covers(other) is covers


def test_it_is_late_from_the_day_after_until_it_is_settled() -> None:
    after = date(2026, 11, 28)

    assert not the(today=DAY).is_late
    assert the(today=after).is_late
    assert the(today=after).days_left == -1
    assert not the(note(state=State.DONE, evidence="x"), today=after).is_late


def test_somebody_is_reminded_once_for_the_nearest_day_that_is_past() -> None:
    def days(*notes: Note, today: date) -> list[int]:
        return [days for _, days in reminders([the(*notes, today=today)])]

    assert days(today=date(2026, 8, 1)) == []
    assert days(today=date(2026, 9, 1)) == [90]
    assert days(today=date(2026, 11, 1)) == [30]
    assert days(today=TODAY) == [7]
    assert days(today=date(2026, 11, 28)) == [OVERDUE]
    assert days(note(state=State.WAIVED, reason="x"), today=date(2026, 11, 28)) == []
    assert days(note(state=State.DONE, evidence="x"), today=TODAY) == []


def test_a_report_that_comes_round_has_an_obligation_for_each_time() -> None:
    span = {"first": TODAY, "last": date(2027, 2, 28)}
    found = obligations(LAW, WHOLESALE, (), today=TODAY, every_round=True, **span)
    following = obligations(LAW, WHOLESALE, (), today=TODAY, **span)

    assert [each.key for each in found if each.sort == "recurring"] == [
        "kr_kpis/monthly_report@2026-11-30", "kr_kpis/monthly_report@2026-12-31",
        "kr_kpis/monthly_report@2027-01-31", "kr_kpis/monthly_report@2027-02-28",
    ]  # fmt: skip
    assert {each.remind_days for each in found if each.sort == "recurring"} == {(7, 2)}
    assert [each.key for each in following if each.sort == "recurring"] == [
        "kr_kpis/monthly_report@2026-11-30"
    ]


def test_one_round_is_found_by_its_day_and_no_other_day_is_one() -> None:
    key = "kr_kpis/monthly_report"

    one = obligation(LAW, WHOLESALE, (), f"{key}@2027-01-31", today=TODAY)
    assert one is not None
    assert one.on == date(2027, 1, 31)
    for wrong in (key, f"{key}@2027-01-30", f"{key}@soon"):
        assert obligation(LAW, WHOLESALE, (), wrong, today=TODAY) is None
    assert obligation(LAW, PORTFOLIO, (), "us_dscsa/nothing", today=TODAY) is None


def test_procedures_are_the_duties_that_events_set_off() -> None:
    found = {each.key: each for each in procedures(LAW, PORTFOLIO, (), today=TODAY)}

    assert found["us_dscsa/illegitimate_product"].on is None
    assert (
        found["us_dscsa/illegitimate_product"].when == "within 24 hours after illegitimate product"
    )
    assert found["us_dscsa/tracing_request"].standpoint == "unknown", "the law is disputed"


def test_spans_become_days() -> None:
    assert [days_of(Span(*each)) for each in ((90, "day"), (1, "hour"), (3, "year"))] == [
        90, 1, 1095,
    ]  # fmt: skip
