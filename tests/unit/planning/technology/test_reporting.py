"""Fit of reports: what rules want told, and whether somebody takes it."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from packtrail.compliance import Catalogue
from packtrail.compliance.words import Role
from packtrail.planning.technology.fit import State
from packtrail.planning.technology.reporting import (
    REGISTERED,
    Connection,
    ReportAnswer,
    report_fit,
    report_wants,
)
from packtrail.services import rule_packs

TODAY = date(2026, 11, 28)
MAKER = frozenset({Role.MANUFACTURER})


@cache
def catalogue() -> Catalogue:
    return Catalogue.of(rule_packs.built_in())


def connection(*happenings: str, **more: object) -> Connection:
    values: dict[str, object] = {
        "receiver": "ITS", "protocol": "its_web_service, http", "is_by_hand": False,
        "taken_on": date(2026, 11, 20), **more,
    }  # fmt: skip
    return Connection(happenings=frozenset({*happenings, REGISTERED}), **values)  # type: ignore[arg-type]


def turkey(*connections: Connection, **forms: str) -> dict[str, ReportAnswer]:
    wants = report_wants(catalogue().pack_of("TR"), TODAY, MAKER)
    return {each.want.happening: each for each in report_fit(wants, connections, forms)}


def test_what_a_maker_reports_is_asked_and_what_a_pharmacy_reports_is_not() -> None:
    assert {"pack_data", "ship"} <= turkey().keys()
    assert "dispense" not in turkey()


def test_rules_that_begin_later_ask_nothing_yet() -> None:
    egypt = catalogue().pack_of("EG")

    assert report_wants(egypt, date(2020, 1, 1)) == ()
    assert {each.happening for each in report_wants(egypt, TODAY)} >= {REGISTERED, "commission"}


def test_a_receiver_that_took_a_report_meets_it() -> None:
    found = turkey(connection("pack_data", rejected=2), pack_data="its for ITS", ship="its for ITS")

    assert found["pack_data"].state is State.MET
    assert found["pack_data"].told == (
        "ITS (its_web_service, http) took a report on 2026-11-20; 2 rejected and not made good"
    )
    assert (found["ship"].state, found["ship"].told) == (
        State.LACKING, "no receiver takes it; its for ITS would tell it"
    )  # fmt: skip
    assert [way.title for way in found["ship"].ways] == [
        "Registration, reports set up and tested with the authority"
    ]


@pytest.mark.parametrize(
    ("connections", "told"),
    [
        ((connection("ship", taken_on=None),), "ITS (its_web_service, http) took no report yet"),
        ((), "no form here tells it: it is reported outside of Packtrail"),
    ],
)
def test_what_nothing_proves_is_not_known(connections: tuple[Connection, ...], told: str) -> None:
    answer = turkey(*connections)["ship"]

    assert (answer.state, answer.told, answer.ways) == (State.UNKNOWN, told, ())


def test_of_two_receivers_the_one_that_took_something_tells() -> None:
    silent = connection("ship", receiver="Test system", taken_on=None)

    assert turkey(silent, connection("ship"))["ship"].told.startswith("ITS (")
