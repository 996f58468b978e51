"""Obligations: said with evidence, remembered, reminded of, and sent to calendar programs."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import icalendar
import pytest
from tests.services.companies import make_company
from tests.services.conftest import World

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.compliance.obligations import Part
from packtrail.services.accounts import audit
from packtrail.services.obligations import attention, calendars, reading, reminding, saying
from packtrail.services.obligations.saying import File, Saying
from packtrail.store.database import Database

KEY = "us_dscsa/small_dispenser_exemption_ends"
BEFORE = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def company(database: Database) -> World:
    world = make_company(database)
    world.clock.now = BEFORE
    return world


def say(world: World, key: str = KEY, **said: object) -> reading.ObligationPage:
    return saying.say(world.app, world.maker, key, Saying(**said))


def refusals(world: World, key: str = KEY, **said: object) -> list[str]:
    with pytest.raises(RefusedError) as refused:
        say(world, key, **said)
    return [each.code for each in refused.value.findings]


def test_the_radar_shows_the_last_exemption_five_days_before_it_ends(company: World) -> None:
    seen = reading.radar(company.app, company.maker, last=date(2026, 12, 31))

    (due, *_) = seen.ahead
    assert (due.key, due.on, due.days_left) == (KEY, date(2026, 11, 27), 5)
    assert (due.state, due.standpoint, due.is_certain) == ("open", "at_risk", True)
    assert (due.products, due.lines, due.sites) == (("tarvoxil",), ("w1",), ("wilson",))
    assert due.partners == ("harbor",)
    assert seen.late == ()


def test_the_radar_can_be_seen_from_another_day(company: World) -> None:
    seen = reading.radar(company.app, company.maker, on=date(2028, 8, 1))

    assert all(each.on >= date(2028, 8, 1) for each in seen.ahead if each.on)
    late = reading.radar(company.app, company.maker, on=date(2026, 12, 1)).late
    assert [(each.key, each.days_left) for each in late] == [(KEY, -4)]


def test_a_market_narrows_the_radar(company: World) -> None:
    german = reading.radar(company.app, company.maker, only=Part(market="DE"))

    assert german.ahead
    assert all(each.markets == ("DE",) for each in german.ahead)


def test_a_line_narrows_the_radar_to_what_it_packs(company: World) -> None:
    on_w1 = reading.radar(company.app, company.maker, only=Part(line="w1"))

    assert KEY in {each.key for each in on_w1.ahead}
    assert {each.lines for each in on_w1.ahead} == {("w1",)}
    assert all(sum(each.counts.values()) == each.part_count for each in on_w1.ahead)
    assert reading.radar(company.app, company.maker, only=Part(line="u5")).ahead == ()


def test_what_is_done_is_done_with_evidence_and_kept(company: World) -> None:
    page = say(company, state="done", evidence="EPCIS accepted by Harbor, WO-17", owner="Trade")

    assert (page.obligation.state, page.obligation.owners) == ("done", ("Trade",))
    (note,) = page.notes
    assert (note.evidence, note.by) == ("EPCIS accepted by Harbor, WO-17", company.maker.name)
    (row, *_) = audit.entries(company.app, company.maker, limit=1)
    assert (row.action, row.subject) == ("law:obligation:changed", KEY)
    assert row.detail["state"] == "done"


def test_people_and_rules_that_disagree_are_told(company: World) -> None:
    page = say(company, state="done", evidence="somebody said so")

    (finding,) = page.obligation.findings
    assert (finding.code, finding.severity) == ("OBL-008", "warning")
    assert "US-DSCSA-012" in finding.message


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"state": "done"}, "OBL-003"),
        ({"state": "waived"}, "OBL-004"),
        ({"state": "open"}, "OBL-004"),
        ({"state": "finished"}, "OBL-009"),
        ({}, "OBL-005"),
        ({"owner": "Trade", "market": "FR"}, "OBL-002"),
        ({"owner": "Trade", "product": "nothing"}, "OBL-002"),
        ({"owner": "x" * 201}, "OBL-005"),
        ({"state": "done", "file": File(name="a.pdf", media_type="", content=b"")}, "OBL-006"),
    ],
)
def test_what_cannot_be_said_is_refused(company: World, said: dict[str, object], code: str) -> None:
    assert refusals(company, **said) == [code]
    assert reading.one(company.app, company.maker, KEY).notes == ()


def test_an_obligation_that_there_is_not_is_not_found(company: World) -> None:
    for key in ("us_dscsa/nothing", "it_fmd/italian_stabilisation_ends", "x"):
        with pytest.raises(NotFound):
            say(company, key, owner="Trade")


def test_a_file_is_kept_as_evidence_and_given_out_again(company: World) -> None:
    file = File(name="C:\\scans\\receipt.pdf", media_type="application/pdf", content=b"%PDF-1.7")

    page = say(company, state="done", file=file)

    (note,) = page.notes
    assert note.file_name == "receipt.pdf"
    again = saying.evidence_file(company.app, company.maker, note.file_sha256)
    assert (again.content, again.media_type) == (b"%PDF-1.7", "application/pdf")
    with pytest.raises(NotFound):
        saying.evidence_file(company.app, company.packer, note.file_sha256)


def test_what_is_due_soon_needs_attention_until_it_was_seen(company: World) -> None:
    app, maker = company.app, company.maker
    assert attention.attention(app, maker) == ()
    reminding.remind_all(app)

    (due,) = attention.attention(app, maker)
    assert (due.severity, due.link) == ("warning", f"/comply/obligations/{KEY}")
    assert "2026-11-27" in due.text

    reminding.mark_seen(app, maker, KEY)
    assert attention.attention(app, maker) == ()
    company.clock.now = datetime(2026, 11, 28, 9, tzinfo=UTC)
    reminding.remind_all(app)
    (late,) = (each for each in attention.attention(app, maker) if each.severity == "error")
    assert "was due on 2026-11-27" in late.text
    nobody = dataclasses.replace(maker, permissions=frozenset())
    assert attention.attention(app, nobody) == ()


def test_a_part_can_be_waived_for_a_reason(company: World) -> None:
    page = say(company, state="waived", reason="Not sold to pharmacies", product="tarvoxil")

    assert page.obligation.state == "waived"
    assert [each.state for each in page.parts] == ["waived"]


def test_procedures_have_a_state_too(company: World) -> None:
    key = "us_dscsa/illegitimate_product"
    page = say(company, key, state="done", evidence="SOP-QA-112, drill of 3 March")

    assert page.obligation.on is None
    found = {each.key: each for each in reading.duties(company.app, company.maker)}
    assert found[key].state == "done"
    assert found["us_dscsa/high_risk"].state == "open"


def test_reminders_are_written_once_and_seen(company: World) -> None:
    say(company, owner="Trade operations")

    first, again = reminding.remind_all(company.app), reminding.remind_all(company.app)

    assert (first >= 1, again) == (True, 0)
    found = {each.key: each for each in reminding.reminders(company.app, company.maker)}
    assert (found[KEY].days_before, found[KEY].owner) == (7, "Trade operations")
    assert reminding.mark_seen(company.app, company.maker, KEY) == 1
    assert KEY not in {each.key for each in reminding.reminders(company.app, company.maker)}
    seen = reminding.reminders(company.app, company.maker, with_seen=True)
    assert {each.seen_by for each in seen if each.key == KEY} == {company.maker.name}


def test_a_done_obligation_reminds_nobody(company: World) -> None:
    say(company, state="done", evidence="x")
    reminding.remind_all(company.app)

    assert KEY not in {each.key for each in reminding.reminders(company.app, company.maker)}


def test_a_calendar_is_fetched_by_its_secret_until_it_is_revoked(company: World) -> None:
    made = calendars.create_feed(company.app, company.maker, "Outlook", markets=["US"])

    content = calendars.calendar_of(company.app, made.token, url="https://packtrail.example")

    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    (ours,) = (each for each in events if str(each["UID"]).startswith(KEY))
    assert ours["DTSTART"].dt == date(2026, 11, 27)
    assert ours["STATUS"] == "CONFIRMED"
    assert str(ours["URL"]) == f"https://packtrail.example/comply/obligations/{KEY}"
    assert len(ours.walk("VALARM")) == 3
    assert all("US" in each["CATEGORIES"].to_ical().decode() for each in events)
    unsure = [each for each in events if each["STATUS"] == "TENTATIVE"]
    assert all("(" in str(each["SUMMARY"]) for each in unsure)
    assert unsure
    assert calendars.feeds(company.app, company.maker)[0].last_used_at is not None

    calendars.revoke_feed(company.app, company.maker, made.feed.feed_id)
    for token in (made.token, "ptc_wrong", "", "ptk_x"):
        with pytest.raises(NotFound):
            calendars.calendar_of(company.app, token)


def test_nobody_else_can_revoke_or_see_a_calendar(company: World) -> None:
    made = calendars.create_feed(company.app, company.maker, "Outlook")

    assert calendars.feeds(company.app, company.packer) == ()
    for feed_id in (made.feed.feed_id, "no-uuid"):
        with pytest.raises(NotFound):
            calendars.revoke_feed(company.app, company.packer, feed_id)
    with pytest.raises(RefusedError):
        calendars.create_feed(company.app, company.maker, "  ")


def test_only_who_may_says_something(company: World) -> None:
    reader = company.maker.with_permissions(ROLES[RoleName.READER])

    assert reading.radar(company.app, reader).ahead
    with pytest.raises(NotPermitted):
        saying.say(company.app, reader, KEY, Saying(owner="me"))
    with pytest.raises(NotPermitted):
        reminding.mark_seen(company.app, reader, KEY)


def test_another_organisation_sees_none_of_it(company: World) -> None:
    say(company, owner="Trade")

    assert reading.radar(company.app, company.packer).ahead == ()
    with pytest.raises(NotFound):
        reading.one(company.app, company.packer, KEY)
