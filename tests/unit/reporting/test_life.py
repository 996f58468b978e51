"""States and steps, deadlines, and what an event is to whoever must report it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from tests.unit.reporting import sample

from packtrail.compliance.profiles import reporting_duties
from packtrail.compliance.subjects import TradeItem
from packtrail.compliance.words import Happening, Level, ProductClass, Role
from packtrail.epcis import BizTransaction, ErrorDeclaration, Event, Place
from packtrail.reporting import catalogue
from packtrail.reporting.checking import Checked, Sighting
from packtrail.reporting.deadlines import deadline_of, is_missed
from packtrail.reporting.happenings import happenings_of
from packtrail.reporting.law import law_of_file, law_of_serials
from packtrail.reporting.life import DONE, TRANSITIONS, State, Step, after, steps_from
from packtrail.services import rule_packs

PACKS = {pack.id: pack for pack in rule_packs.built_in()}
MOSCOW = timezone(timedelta(hours=3))
H = Happening


# --- life -----------------------------------------------------------------------------------------


def test_every_state_can_be_reached_and_left() -> None:
    reached = {State.DUE}
    for _ in State:
        reached |= {
            result
            for state in reached
            for step in TRANSITIONS
            if (result := after(state, step)) is not None
        }
    assert reached == set(State)
    assert {state for state in State if not steps_from(state)} == {State.ACKNOWLEDGED}
    assert {State.ACKNOWLEDGED, State.DROPPED} == DONE


def test_nothing_is_sent_that_was_not_approved() -> None:
    assert [state for state in State if after(state, Step.SENT)] == [State.APPROVED]
    assert {state for state in State if after(state, Step.APPROVED)} == {
        State.CHECKED,
        State.FLAWED,
    }


# --- what an event is -----------------------------------------------------------------------------


def changed(event: Event, **changes: object) -> Event:
    return msgspec.structs.replace(event, **changes)


SHIP = sample.SHIPMENT
INSPECTED = changed(sample.commissioning("A1", range(1)), action="OBSERVE", biz_step="inspecting")
OBSERVED = changed(sample.commissioning("A1", range(1)), action="OBSERVE")
GONE = changed(OBSERVED, biz_step="decommissioning")
TO_ONESELF = msgspec.structs.replace(SHIP.destinations[0], destination=sample.PLACES[sample.MAKER])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (sample.commissioning("A1", range(1)), {H.COMMISSION, H.EMISSION, H.PACK_DATA}),
        (sample.ON_PALLET, {H.PACK}),
        (changed(sample.ON_PALLET, action="DELETE"), {H.UNPACK}),
        (changed(sample.ON_PALLET, action="OBSERVE"), set()),
        (SHIP, {H.SHIP, H.TRANSACTION}),
        (changed(SHIP, destinations=(), sources=()), {H.SHIP}),
        (changed(SHIP, destinations=(TO_ONESELF,)), {H.TRANSFER}),
        (
            changed(SHIP, biz_transactions=(BizTransaction(biz_transaction="r1", type="rma"),)),
            {H.RETURN},
        ),
        (changed(SHIP, biz_step="receiving"), {H.RECEIVE}),
        (changed(SHIP, biz_step="receiving", disposition="returned"), {H.RECEIVE, H.RETURN}),
        (changed(OBSERVED, biz_step="destroying"), {H.DESTROY}),
        (changed(GONE, disposition="stolen"), {H.DECOMMISSION, H.STOLEN}),
        (changed(OBSERVED, biz_step="holding", disposition="recalled"), {H.RECALL}),
        (changed(INSPECTED, disposition="conformant"), {H.RELEASE}),
        (changed(INSPECTED, disposition="active"), {H.REACTIVATE}),
        (
            changed(SHIP, error_declaration=ErrorDeclaration(declaration_time=sample.MADE_AT)),
            {H.CORRECTION},
        ),
    ],
)  # fmt: skip
def test_what_an_event_is(event: Event, expected: set[H]) -> None:
    assert happenings_of(event) == expected


def test_a_border_makes_an_export_and_an_import() -> None:
    countries = {sample.WAREHOUSE: "DE", sample.BUYER: "RU"}
    assert {H.EXPORT, H.IMPORT} <= happenings_of(SHIP, lambda gln: countries.get(gln, ""))
    assert H.EXPORT not in happenings_of(SHIP, lambda _: "DE")
    arrived = changed(SHIP, biz_step="receiving", biz_location=Place(id="urn:x:1"))
    assert H.IMPORT in happenings_of(arrived, lambda gln: countries.get(gln, ""))


# --- deadlines ------------------------------------------------------------------------------------


MAKER, HOLDER, DEALER = Role.MANUFACTURER, Role.MARKETING_AUTHORISATION_HOLDER, Role.WHOLESALER
HAPPENED = datetime(2026, 3, 2, 8, tzinfo=MOSCOW)  # a Monday


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("form_id", "role", "happening", "at", "words"),
    [
        ("ru_10311", MAKER, H.EMISSION, day(10), "within 5 working days"),
        ("ru_415", MAKER, H.SHIP, day(4), "within 1 working day"),
        ("ae_event", DEALER, H.SHIP, HAPPENED + timedelta(hours=24), "within 24 hours"),
        ("ae_event", MAKER, H.SHIP, HAPPENED, "at once"),
        ("eu_pack_data", HOLDER, H.PACK_DATA, None, "before it happens"),
        ("us_ti_r13", DEALER, H.TRANSACTION, HAPPENED, "before it happens"),
        ("br_distribution_map", HOLDER, H.SHIP, None, "no time is set"),
    ],
)
def test_the_duty_of_the_market_sets_the_deadline(
    form_id: str, role: Role, happening: Happening, at: datetime | None, words: str
) -> None:
    form = catalogue.form(form_id)
    item = TradeItem(product_class=ProductClass.PRESCRIPTION, level=Level.UNIT)
    pack = next(each for each in PACKS.values() if form.market in each.markets)
    duties = reporting_duties(pack, item, on=HAPPENED.date(), roles=[role])
    deadline = deadline_of(duties, form, happening, HAPPENED)
    assert (deadline.at, deadline.words) == (at, words)
    assert deadline.duty.startswith(pack.id)


def test_where_no_duty_is_known_there_is_no_deadline() -> None:
    deadline = deadline_of((), catalogue.form("kz_packs"), H.EMISSION, sample.MADE_AT)
    assert (deadline.at, deadline.words, deadline.duty) == (None, "", "")


def test_at_once_is_late_after_a_day() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert not is_missed(at, "at once", at + timedelta(hours=23))
    assert is_missed(at, "at once", at + timedelta(hours=25))
    assert is_missed(at, "within 24 hours", at + timedelta(seconds=1))
    assert not is_missed(None, "at once", at)


# --- law ------------------------------------------------------------------------------------------


def test_serial_numbers_that_the_market_does_not_allow_are_named() -> None:
    good, long = Sighting("row 2", "sgtin/0460", "A" * 13), Sighting("row 3", "sgtin/0460", "A-1")
    found = list(law_of_serials((good, long), PACKS["ru_mdlp"], on=date(2026, 3, 2)))
    assert {each.at for each, _ in found} == {"row 3"}
    assert {finding.code for _, finding in found} == {"PRE-041"}


def test_a_file_with_a_bad_row_breaks_the_rule_of_egypt() -> None:
    form = catalogue.form("eg_csv")
    bad = Checked(lines=2, bad_lines=1)
    found = law_of_file(form, bad, PACKS["eg_eptts"], size_bytes=10, on=date(2026, 3, 2))
    assert found
    good = Checked(lines=2)
    assert not law_of_file(form, good, PACKS["eg_eptts"], size_bytes=10, on=date(2026, 3, 2))


def test_a_file_that_is_too_large_breaks_the_rule_of_the_emirates() -> None:
    form = catalogue.form("ae_event")
    found = law_of_file(
        form, Checked(lines=1), PACKS["ae_tatmeen"], size_bytes=16_000_000, on=date(2026, 3, 2)
    )
    assert found
