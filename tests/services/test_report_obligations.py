"""A report that was acknowledged closes the obligation that asked for it, and opens it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.services.companies import put
from tests.services.conftest import make_world
from tests.services.test_reports import MAKER, Desk, shipping, whole_shipment
from tests.unit.reporting import sample

from packtrail.production.levels import Level, Tier
from packtrail.reporting.life import Step
from packtrail.services.accounts import audit
from packtrail.services.lines import floor
from packtrail.services.obligations import reading, saying
from packtrail.services.obligations.saying import Saying
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.reports import asking, making, moving, settling, steps
from packtrail.services.reports.asking import Wish
from packtrail.store.database import Database

SUPPLY, MONTHLY = "kr_kpis/supply_report", "kr_kpis/monthly_report"


@pytest.fixture
def desk(fresh_database: Database) -> Iterator[Desk]:
    world = make_world(fresh_database)
    world.clock.now = datetime(2026, 11, 28, 9, tzinfo=UTC)
    yield Desk(world, world.maker, world.maker, world.maker)
    world.app.workers.shutdown(wait=True)


def sold(desk: Desk, product_class: str) -> None:
    """Sell the product of the samples in Korea."""
    app, maker = desk.world.app, desk.maker
    floor.create_site(app, maker, "here", name="Here", country="KR")
    tiers = (Tier(level=Level.PACK, gtin=sample.GTIN),)
    item = floor.NewTradeItem(code="sample-kr", name="Sample", market="KR", tiers=tiers)
    floor.create_trade_item(app, maker, item)
    book = (
        put("company", roles=["manufacturer"]),
        put("product", code="sample", name="Sample", presentation="10 mg", made_in="KR",
            **{"class": product_class}),
        put("licence", product="sample", market="KR", trade_item="sample-kr"),
    )  # fmt: skip
    PORTFOLIO.change(app, maker, list(book))
    desk.receiver("kpis", "KR", roles=(MAKER,), takes_all=True)


def handed_in(desk: Desk) -> int:
    """Ship, and hand the report of it in; return its number."""
    desk.capture(*whole_shipment(), shipping(sample.PALLET))
    (report,) = desk.due()
    hand_in(desk, report.number)
    return report.number


def hand_in(desk: Desk, number: int) -> None:
    """Build a report, approve it whatever was found, and hand it in."""
    app = desk.world.app
    making.build(app, desk.maker, number)
    moving.approve(app, desk.maker, number, reason="KPIS has asked for it")
    moving.hand_in(app, desk.maker, number)


def answered(desk: Desk, number: int, step: Step, **more: str) -> None:
    moving.answer(desk.world.app, desk.maker, number, step, **more)


def page(desk: Desk, key: str) -> reading.ObligationPage:
    return reading.one(desk.world.app, desk.maker, key)


def test_a_report_that_is_acknowledged_shows_that_the_procedure_works(desk: Desk) -> None:
    sold(desk, "prescription")
    number = handed_in(desk)
    assert page(desk, SUPPLY).obligation.state == "open"

    answered(desk, number, Step.ACKNOWLEDGED, reference="KR-77")

    seen = page(desk, SUPPLY)
    assert seen.obligation.state == "done"
    told = f"Report {number} (kr_supply, {desk.row(number).title}) was acknowledged by kpis on "
    assert [each.evidence for each in seen.notes] == [f"{told}28 Nov 2026, reference KR-77."]
    assert (seen.notes[0].by, seen.notes[0].at.date().isoformat()) == ("reports", "2026-11-28")
    trail = [each.action for each in audit.entries(desk.world.app, desk.maker, limit=3)]
    assert "law:obligation:changed" in trail


def test_one_that_is_rejected_afterwards_opens_it_again_until_it_is_acknowledged(
    desk: Desk,
) -> None:
    sold(desk, "prescription")
    first = handed_in(desk)
    answered(desk, first, Step.ACKNOWLEDGED)
    assert page(desk, SUPPLY).obligation.state == "done"
    again = correction(desk)
    # That a correction must be told does not mean that the procedure does not work.
    assert (desk.row(again).duty, page(desk, SUPPLY).obligation.state) == (SUPPLY, "done")

    hand_in(desk, again)
    answered(desk, again, Step.REJECTED, reason="No such product code")
    seen = page(desk, SUPPLY)
    assert seen.obligation.state == "open"
    assert "was rejected by kpis: No such product code" in seen.notes[0].reason

    moving.resend(desk.world.app, desk.maker, again, reason="The code is known now")
    moving.hand_in(desk.world.app, desk.maker, again)
    answered(desk, again, Step.ACKNOWLEDGED)
    assert page(desk, SUPPLY).obligation.state == "done"
    assert len(page(desk, SUPPLY).notes) == 3


def test_what_comes_round_is_done_when_all_its_reports_are_acknowledged(desk: Desk) -> None:
    sold(desk, "non_prescription")
    first = handed_in(desk)
    second = correction(desk)
    monthly(desk)
    key = f"{MONTHLY}@2026-12-31"
    answered(desk, first, Step.ACKNOWLEDGED)
    assert page(desk, key).obligation.state == "open"

    hand_in(desk, second)
    answered(desk, second, Step.ACKNOWLEDGED)
    assert page(desk, key).obligation.state == "done"
    assert page(desk, f"{MONTHLY}@2026-11-30").obligation.state == "open"

    # A correction of the same month must be told too.
    third = correction(desk)
    monthly(desk)
    with desk.world.app.database.transaction() as conn:
        row = steps.numbered(conn, desk.maker.organisation_id, third)
        settling.follow(desk.world.app, conn, row, at=desk.world.clock())
    seen = page(desk, key)
    assert seen.obligation.state == "open"
    assert "must be made" in seen.notes[0].reason


def test_what_people_say_counts_before_what_reports_show(desk: Desk) -> None:
    sold(desk, "prescription")
    waived = Saying(state="waived", reason="KPIS has let us off until May")
    saying.say(desk.world.app, desk.maker, SUPPLY, waived)
    number = handed_in(desk)
    answered(desk, number, Step.ACKNOWLEDGED)
    assert page(desk, SUPPLY).obligation.state == "waived"

    done = Saying(state="done", evidence="Audit of KPIS, 3 November")
    saying.say(desk.world.app, desk.maker, SUPPLY, done)
    again = correction(desk)
    hand_in(desk, again)
    answered(desk, again, Step.REJECTED, reason="Wrong code")
    assert page(desk, SUPPLY).obligation.state == "done"


def test_a_report_of_what_no_portfolio_names_says_nothing(desk: Desk) -> None:
    desk.receiver("kpis", "KR", roles=(MAKER,), takes_all=True)
    number = handed_in(desk)

    answered(desk, number, Step.ACKNOWLEDGED)

    told = [each.action for each in audit.entries(desk.world.app, desk.maker, limit=20)]
    assert "law:obligation:changed" not in told


def correction(desk: Desk) -> int:
    """Ask for the report of a correction of what was shipped; return its number."""
    wish = Wish(
        receiver="kpis", form="kr_supply", happening="correction", events=desk.view(1).events
    )
    return asking.create(desk.world.app, desk.maker, wish).number


def monthly(desk: Desk) -> None:
    """Let all reports be those of a month, as of a form that tells of one lot they would be."""
    with desk.world.app.database.transaction() as conn:
        conn.execute(
            "update report set duty = %s, due_at = '2027-01-01 00:00+09', happened_at = due_at",
            [MONTHLY],
        )


@pytest.mark.parametrize("time", ["2026-11-27T08:30:00+09:00", "2026-11-26T23:30:00Z"])
def test_the_day_is_that_of_the_place_however_the_time_is_written(desk: Desk, time: str) -> None:
    sold(desk, "prescription")
    shipped = {**shipping(sample.PALLET), "eventTime": time, "eventTimeZoneOffset": "+09:00"}
    desk.capture(*whole_shipment(), shipped)

    (report,) = desk.due()

    # Shipped on a Friday in Korea: there is time until the end of Monday there.
    assert report.due_at == datetime(2026, 11, 30, 15, tzinfo=UTC)
