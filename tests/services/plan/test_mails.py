"""Mails of a programme: digests on their days, notices with receipts, answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from tests.services.conftest import World
from tests.services.mail.post_office import PostOffice
from tests.services.mail.test_sending import confirmed, with_mail

from packtrail.access import Actor, Permission
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.planning.book import Terms
from packtrail.planning.communication import Briefing, By, Notice
from packtrail.planning.inputs import InputKind, Resolution, Way
from packtrail.planning.registers import Entry, EntryKind
from packtrail.planning.templates import Department
from packtrail.planning.training import Person
from packtrail.services.accounts import accounts, audit
from packtrail.services.mail import preferences, sending
from packtrail.services.plan import (
    answers,
    books,
    digests,
    inputs,
    programmes,
    receipts,
    telling,
)
from packtrail.services.plan.inputs import Decision, NewInput
from packtrail.services.plan.writing import Put, write

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
PEOPLE = (
    Person(code="park", name="J. Park", department=Department.QUALITY, mail="park@maker.example"),
    Person(code="doyle", name="C. Doyle", department=Department.PACKAGING,
           mail="doyle@maker.example"),
    Person(code="old", name="O. Gone", department=Department.QUALITY, mail="old@maker.example",
           until=date(2026, 1, 1)),
    Person(code="rao", name="A. Rao", department=Department.QUALITY),
)  # fmt: skip


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as made:
        yield made


@pytest.fixture
def maker(world: World) -> Actor:
    return world.maker


@pytest.fixture
def mailing(world: World, office: PostOffice) -> World:
    world.clock.now = MONDAY
    made = with_mail(world, office.port)
    own = ("j.park@maker.example", "kim@maker.example")
    confirmed(made, *own, *(each.mail for each in PEOPLE if each.mail))
    programmes.create_programme(
        made.app, made.maker, "eu", name="EU programme", terms=Terms(template="large")
    )
    decision = Entry(
        code="D1", kind=EntryKind.DECISION, state="wanted", title="Which printer?", owner="J. Park"
    )
    write(made.app, made.maker, "eu", [Put(each) for each in (*PEOPLE, decision)])
    return made


def taken(world: World, office: PostOffice) -> list[EmailMessage]:
    """Send what is due; return what the server took meanwhile."""
    before = len(office.mails)
    sending.send_due(world.app)
    return office.mails[before:]


def link_in(mail: EmailMessage, path: str) -> str:
    return re.findall(rf"{path}([\w-]+)", mail.get_content())[0]


def publish(world: World, **more: object) -> None:
    values = {
        "code": "N-1", "title": "Cork 3 is not stopped", "text": "Plan no vaccines for June.",
        "departments": (Department.QUALITY,), "published_on": date(2026, 11, 30),
    }  # fmt: skip
    write(world.app, world.maker, "eu", [Put(Notice(**(values | more)))])


def with_account(world: World, **wish: object) -> Actor:
    accounts.create_user(
        world.app, world.maker, "park", role="quality", display_name="J. Park",
        password="a long enough sentence",
    )  # fmt: skip
    actor = accounts.person(world.app, "park")
    if wish:
        preferences.put(world.app, actor, **wish)
    return actor


# --- notices --------------------------------------------------------------------------------------


def test_a_notice_goes_to_whom_it_concerns_and_the_link_is_their_receipt(
    mailing: World, office: PostOffice
) -> None:
    publish(mailing)

    (mail,) = taken(mailing, office)
    assert mail["To"] == '"J. Park" <park@maker.example>'
    assert mail["Subject"] == "EU programme: Cork 3 is not stopped"
    token = link_in(mail, "/receipt/")
    seen = receipts.opened(mailing.app, token)
    assert (seen.person, seen.read_at) == ("J. Park", None)
    # Opening it, as scanners of mails do, says nothing.
    assert books.opened(mailing.app, mailing.maker, "eu").book.notices["N-1"].receipts == ()

    first = receipts.confirm(mailing.app, token)
    again = receipts.confirm(mailing.app, token)
    assert first.read_at == again.read_at
    (receipt,) = books.opened(mailing.app, mailing.maker, "eu").book.notices["N-1"].receipts
    assert receipt.by == "J. Park"


def test_who_has_not_read_a_notice_is_reminded_once_a_day(
    mailing: World, office: PostOffice
) -> None:
    def remind() -> telling.Reminded:
        return telling.remind(mailing.app, mailing.maker, "eu", "N-1")

    with pytest.raises(NotFound, match="no published notice"):
        remind()
    publish(mailing)
    (first,) = taken(mailing, office)
    mailing.clock.now += timedelta(days=3)

    made = remind()
    assert (made.reminded, made.without_address, made.told_today) == (("park",), ("rao",), ())
    assert made.unconfirmed == ()
    (mail,) = taken(mailing, office)
    assert mail["Subject"] == "EU programme: please read: Cork 3 is not stopped"
    assert "notice of 30 Nov 2026" in mail.get_content()
    again = remind()
    assert (again.reminded, again.told_today) == ((), ("park",))
    assert taken(mailing, office) == []
    told = [str(each.action) for each in audit.entries(mailing.app, mailing.maker, limit=20)]
    assert told.count("plan:notice:reminded") == 1

    receipts.confirm(mailing.app, link_in(mail, "/receipt/"))
    mailing.clock.now += timedelta(days=1)
    new = Person(
        code="new", name="N. Hart", department=Department.QUALITY, mail="new@maker.example"
    )
    write(mailing.app, mailing.maker, "eu", [Put(new)])
    last = remind()
    assert (last.reminded, last.unconfirmed) == (("new",), ("new",))
    assert first["To"] == mail["To"]


def test_reminding_needs_mails_and_the_right_to_change(world: World, mailing: World) -> None:
    publish(mailing)
    reader = replace(mailing.maker, permissions=frozenset({Permission.PLAN_READ}))

    with pytest.raises(NotPermitted):
        telling.remind(mailing.app, reader, "eu", "N-1")
    with pytest.raises(RefusedError, match="No mail server"):
        telling.remind(world.app, world.maker, "eu", "N-1")


def test_a_draft_and_a_notice_told_already_send_nothing(mailing: World, office: PostOffice) -> None:
    publish(mailing, published_on=None)
    assert taken(mailing, office) == []
    publish(mailing)
    assert len(taken(mailing, office)) == 1
    publish(mailing, text="Plan no vaccines for June and July.")
    assert taken(mailing, office) == []


def test_a_link_ends_when_the_notice_or_the_person_is_gone(
    mailing: World, office: PostOffice
) -> None:
    publish(mailing)
    (mail,) = taken(mailing, office)
    token = link_in(mail, "/receipt/")
    left = replace(PEOPLE[0], until=date(2026, 11, 30))
    write(mailing.app, mailing.maker, "eu", [Put(left)])

    with pytest.raises(NotFound):
        receipts.opened(mailing.app, token)
    with pytest.raises(NotFound):
        receipts.confirm(mailing.app, token)


# --- answers --------------------------------------------------------------------------------------


def answered(world: World, told: NewInput, text: str = "From May on", actor: Actor | None = None):
    made = inputs.raise_input(world.app, actor or world.maker, "eu", told)
    decision = Decision(resolution=Resolution.ACCEPTED, reason="It costs")
    inputs.decide(world.app, world.maker, "eu", made.code, decision)
    inputs.answer(world.app, world.maker, "eu", made.code, text)
    return made


def test_the_answer_goes_to_whoever_came_without_an_account(
    mailing: World, office: PostOffice
) -> None:
    told = NewInput(
        kind=InputKind.QUESTION, title="When?", raised_by="Kim", contact="kim@maker.example",
        way=Way.LINK,
    )  # fmt: skip
    made = answered(mailing, told)

    (mail,) = taken(mailing, office)
    assert (mail["To"], mail["Subject"]) == ("Kim <kim@maker.example>", "IN-1 answered: When?")
    assert "From May on" in mail.get_content()
    seen = answers.seen(mailing.app, link_in(mail, "/said/"))
    assert (seen.code, seen.answer) == (made.code, "From May on")

    inputs.reopen(mailing.app, mailing.maker, "eu", made.code, "Not so")
    decision = Decision(resolution=Resolution.DECLINED, reason="Too late")
    inputs.decide(mailing.app, mailing.maker, "eu", made.code, decision)
    inputs.answer(mailing.app, mailing.maker, "eu", made.code, "Not this year")
    (second,) = taken(mailing, office)
    assert "Not this year" in second.get_content()


def test_the_answer_goes_to_an_account_that_wants_it(mailing: World, office: PostOffice) -> None:
    park = with_account(mailing, address="j.park@maker.example")
    answered(mailing, NewInput(kind=InputKind.QUESTION, title="When?"), actor=park)

    (mail,) = taken(mailing, office)
    assert mail["To"] == '"J. Park" <j.park@maker.example>'
    assert "/plan/eu/inputs/IN-1" in mail.get_content()

    preferences.put(mailing.app, park, address="j.park@maker.example", is_on=False)
    answered(mailing, NewInput(kind=InputKind.QUESTION, title="How?"), actor=park)
    assert taken(mailing, office) == []


def test_nobody_gets_the_answer_of_another_by_giving_their_name(
    mailing: World, office: PostOffice
) -> None:
    with_account(mailing, address="j.park@maker.example")
    told = NewInput(kind=InputKind.QUESTION, title="When?", raised_by="J. Park", way=Way.LINK)
    answered(mailing, told)

    assert taken(mailing, office) == []


# --- digests --------------------------------------------------------------------------------------


def test_a_digest_is_sent_on_its_day_once_and_never_empty(
    mailing: World, office: PostOffice
) -> None:
    # One has left, one has no address; that a decision is wanted is new for all.
    assert digests.write_due(mailing.app) == 2
    assert digests.write_due(mailing.app) == 0

    found = {each["To"].addresses[0].addr_spec: each for each in taken(mailing, office)}
    assert sorted(found) == ["doyle@maker.example", "park@maker.example"]
    mail = found["park@maker.example"]
    assert mail["Subject"] == "EU programme: 1 needed, 1 changed"
    assert "What we need from you\n- Decide: Which printer? (no day is set)" in (
        mail.get_content().replace("\r\n", "\n")
    )
    assert "/plan/eu/news?department=quality" in mail.get_content()
    mailing.clock.advance(days=6)
    assert digests.write_due(mailing.app) == 0
    # A week later nothing is new, and packaging has nothing to do.
    mailing.clock.advance(days=2)
    assert digests.write_due(mailing.app) == 1
    (mail,) = taken(mailing, office)
    assert mail["To"] == '"J. Park" <park@maker.example>'


def test_the_communication_plan_says_how_often_and_an_account_says_otherwise(
    mailing: World,
) -> None:
    plan = Briefing(
        code="week", title="What is new", departments=(Department.QUALITY,), by=By.DIGEST,
        every_weeks=2, weekday=3,
    )  # fmt: skip
    write(mailing.app, mailing.maker, "eu", [Put(plan)])
    opened = books.opened(mailing.app, mailing.maker, "eu")
    park, doyle, *_ = PEOPLE
    rhythm = preferences.Rhythm

    def last(person: Person, wish: preferences.Rhythm, day: int) -> date | None:
        return digests.last_on(opened, person, wish, date(2026, 12, day))

    assert last(park, rhythm.AS_PLANNED, 9) == date(2026, 11, 26)
    assert last(park, rhythm.AS_PLANNED, 10) == date(2026, 12, 10)
    assert last(park, rhythm.AS_PLANNED, 23) == date(2026, 12, 10)
    assert last(doyle, rhythm.AS_PLANNED, 9) == date(2026, 12, 7)
    assert last(park, rhythm.WEEKLY, 9) == date(2026, 12, 7)
    assert last(park, rhythm.DAILY, 9) == date(2026, 12, 9)
    assert last(park, rhythm.DAILY, 13) == date(2026, 12, 11)
    assert last(park, rhythm.NEVER, 9) is None


def test_a_digest_that_was_missed_is_made_up_for_and_tells_of_all_days(
    mailing: World, office: PostOffice
) -> None:
    digests.write_due(mailing.app)
    taken(mailing, office)
    mailing.clock.advance(days=11)  # A Friday; the Monday before, nobody was serving.

    assert digests.write_due(mailing.app) == 1
    assert digests.write_due(mailing.app) == 0


def test_who_wants_no_mails_gets_none(mailing: World, office: PostOffice) -> None:
    with_account(mailing, address="", is_on=False)
    publish(mailing)
    digests.write_due(mailing.app)

    taken(mailing, office)
    assert "park@maker.example" not in office.recipients
