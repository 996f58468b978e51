"""Mails of cases, of their time limits, of obligations, and of recalls that a person sends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.services.companies import make_company
from tests.services.conftest import World
from tests.services.mail.test_sending import confirmed, with_mail
from tests.services.test_alert_cases import opened
from tests.services.test_recalls import DEPOT_GLN, SHOP_GLN, chain
from tests.services.test_recalls import _open as open_recall

from packtrail.access import Actor
from packtrail.base.errors import RefusedError
from packtrail.planning.book import Terms
from packtrail.planning.templates import Department
from packtrail.planning.training import Person
from packtrail.services.accounts import accounts
from packtrail.services.alerts import cases
from packtrail.services.alerts.reminding import tell_clocks
from packtrail.services.mail import mails, preferences
from packtrail.services.obligations import reminding, saying
from packtrail.services.obligations.saying import Saying
from packtrail.services.plan import programmes
from packtrail.services.plan.writing import Put, write
from packtrail.services.recalls import acting, contacts
from packtrail.services.recalls import reminding as recall_reminding
from packtrail.services.recalls.acting import Confirmed
from packtrail.services.recalls.contacts import Contact
from packtrail.store.database import Database

__all__ = ["chain"]
KEY = "us_dscsa/small_dispenser_exemption_ends"


def person(world: World, name: str, role: str = "quality", **wish: object) -> Actor:
    """Open an account of the maker, with an address for mails."""
    accounts.create_user(world.app, world.maker, name, role=role, display_name=name.title())
    actor = accounts.person(world.app, name)
    address = f"{name}@maker.example"
    confirmed(world, address)
    preferences.put(world.app, actor, **({"address": address} | wish))
    return actor


def told(world: World, kind: str) -> list[tuple[str, str]]:
    found = mails.listed(world.app, world.maker, kind=kind)
    return sorted((each.recipient, each.subject) for each in found)


def text_of(world: World, kind: str) -> str:
    (first, *_) = mails.listed(world.app, world.maker, kind=kind)
    return mails.one(world.app, world.maker, first.mail_id).text


# --- cases ----------------------------------------------------------------------------------------


def test_a_new_case_is_told_to_who_may_see_to_it_and_names_no_pack(world: World) -> None:
    world = with_mail(world, 9)
    person(world, "ida")
    person(world, "off", is_on=False)
    person(world, "reader", role="reader")
    case = opened(world, owner="Ida")

    assert told(world, "case") == [("ida@maker.example", f"New case {case.line.code}")]
    text = text_of(world, "case")
    assert "Ida sees to it." in text
    assert case.line.title not in text


def test_a_time_limit_is_told_when_it_is_near_and_when_it_is_over_once_each(world: World) -> None:
    world = with_mail(world, 9)
    person(world, "ida")
    case = opened(world, market="DE", owner="Ida")
    (clock, *_) = cases.case(world.app, world.maker, case.line.code).line.clocks
    assert tell_clocks(world.app) == 0

    world.clock.now = clock.due_at.astimezone(UTC)
    world.clock.advance(minutes=-5)
    assert tell_clocks(world.app) == 1
    assert tell_clocks(world.app) == 0
    world.clock.advance(minutes=10)
    assert tell_clocks(world.app) == 1
    assert tell_clocks(world.app) == 0
    subjects = [subject for _, subject in told(world, "clock")]
    assert subjects == [
        f"Case {case.line.code}: a time limit is over",
        f"Case {case.line.code}: a time limit runs out",
    ]


# --- obligations ----------------------------------------------------------------------------------


@pytest.fixture
def company(database: Database) -> World:
    made = make_company(database)
    made.clock.now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    return with_mail(made, 9)


def test_an_obligation_is_told_to_who_sees_to_it_else_to_all_who_may(company: World) -> None:
    for name in ("ann", "ben"):
        accounts.create_user(
            company.app, company.maker, f"{name}.{company.maker.organisation_code}",
            role="regulatory", display_name=name.title(),
        )  # fmt: skip
        actor = accounts.person(company.app, f"{name}.{company.maker.organisation_code}")
        confirmed(company, f"{name}@maker.example")
        preferences.put(company.app, actor, address=f"{name}@maker.example")
    saying.say(company.app, company.maker, KEY, Saying(owner="Ben"))

    assert reminding.remind_all(company.app) >= 1
    told_of = [
        (each.recipient, each.cause)
        for each in mails.listed(company.app, company.maker, kind="obligation")
        if KEY in each.cause
    ]
    assert told_of == [("ben@maker.example", f"obligation/{KEY}/2026-11-27/7")]
    count = len(mails.listed(company.app, company.maker, kind="obligation"))
    reminding.remind_all(company.app)
    assert len(mails.listed(company.app, company.maker, kind="obligation")) == count


def test_an_owner_is_the_person_of_a_programme_not_whoever_is_called_alike(company: World) -> None:
    app, maker = company.app, company.maker
    here = maker.organisation_code
    for name in ("ann", "ben", "cai"):
        accounts.create_user(
            app, maker, f"{name}.{here}", role="regulatory", display_name="R. Affairs"
        )
        confirmed(company, f"{name}@maker.example")
        preferences.put(
            app, accounts.person(app, f"{name}.{here}"), address=f"{name}@maker.example"
        )
    programmes.create_programme(app, maker, "eu", name="EU", terms=Terms(template="large"))
    ann = Person(
        code="byrne", name="R. Affairs", department=Department.REGULATORY, account=f"ann.{here}"
    )
    write(app, maker, "eu", [Put(ann)])
    saying.say(app, maker, KEY, Saying(owner="R. Affairs, nobody known"))

    reminding.remind_all(app)

    found = [
        each.recipient for each in mails.listed(app, maker, kind="obligation") if KEY in each.cause
    ]
    assert found == ["ann@maker.example"]


# --- recalls --------------------------------------------------------------------------------------


def contact(world: World, holder: str, email: str) -> None:
    contacts.put_contact(world.app, world.maker, Contact(holder=holder, person="Kim", email=email))


def send(world: World, number: str, **more: object) -> None:
    told_ = Confirmed(confirmation=number, reason="Minutes 12")
    acting.mark_sent(world.app, world.maker, number, told_, way="packtrail", **more)


def test_messages_of_a_recall_are_mailed_when_a_person_has_said_so(chain: World) -> None:
    world = with_mail(chain, 9, mail_domains=("maker.example", "depot.example"))
    number = open_recall(world)
    contact(world, DEPOT_GLN, "recalls@depot.example")
    assert told(world, "recall") == []

    with pytest.raises(RefusedError):
        acting.mark_sent(
            world.app, world.maker, number, Confirmed(confirmation="yes", reason="Minutes 12"),
            way="packtrail", holders=[DEPOT_GLN],
        )  # fmt: skip
    assert told(world, "recall") == []
    send(world, number, holders=[DEPOT_GLN])

    ((recipient, subject),) = told(world, "recall")
    assert recipient == "recalls@depot.example"
    assert number in subject
    (mail,) = mails.listed(world.app, world.maker, kind="recall")
    assert mails.one(world.app, world.maker, mail.mail_id).file_name == ""
    send(world, number, holders=[DEPOT_GLN])
    assert len(told(world, "recall")) == 2


def test_where_one_holder_cannot_be_reached_by_mail_nobody_is_told(chain: World) -> None:
    world = with_mail(chain, 9, mail_domains=("depot.example",), mail_identifiers=True)
    number = open_recall(world)
    contact(world, DEPOT_GLN, "recalls@depot.example")
    with pytest.raises(RefusedError, match="No mail address"):
        send(world, number)
    contact(world, SHOP_GLN, "shop@elsewhere.example")
    with pytest.raises(RefusedError, match=r"may not go to elsewhere\.example"):
        send(world, number, holders=[DEPOT_GLN, SHOP_GLN])
    assert told(world, "recall") == []

    send(world, number, holders=[DEPOT_GLN])
    (mail,) = mails.listed(world.app, world.maker, kind="recall")
    page = mails.one(world.app, world.maker, mail.mail_id)
    assert page.file_name == f"{number}-packs.csv"


def test_no_reminder_of_a_recall_leaves_by_itself(chain: World) -> None:
    world = with_mail(chain, 9, mail_domains=("*",))
    number = open_recall(world, remind_for_hours=1)
    contact(world, DEPOT_GLN, "recalls@depot.example")
    send(world, number, holders=[DEPOT_GLN])
    world.clock.advance(hours=2)

    recall_reminding.remind_all(world.app)

    assert len(told(world, "recall")) == 1


def test_with_mails_off_packtrail_sends_no_recall(chain: World) -> None:
    number = open_recall(chain)
    with pytest.raises(RefusedError, match="No mail server"):
        send(chain, number)
