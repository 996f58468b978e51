"""Addresses are confirmed by who reads them, and refuse kinds of mail: by the links in mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.services.conftest import World
from tests.services.mail.post_office import PostOffice
from tests.services.mail.test_sending import confirmed, post, state_of, with_mail

from packtrail.access import ROLES, Actor, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.services.accounts import accounts, audit
from packtrail.services.mail import addresses, mails, outbox, preferences, sending, unsubscribing
from packtrail.services.mail.kinds import REFUSABLE, RULES, Kind
from packtrail.services.mail.outbox import Letter
from packtrail.store import mail as mail_rows
from packtrail.store import mail_addresses as rows
from packtrail.store import migrations

ANN = "Ann@maker.example"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as made:
        yield made


@pytest.fixture
def mailing(world: World, office: PostOffice) -> World:
    return with_mail(world, office.port)


def tell(world: World, kind: Kind = Kind.NOTICE, cause: str = "it/1", to: str = ANN) -> str:
    """Record a mail to an address, whoever has confirmed it; return its number."""
    letter = Letter(kind=kind, cause=cause, to=to, name="Ann", subject=cause, text="It is so.")
    with world.app.database.transaction() as conn:
        outbox.post(world.app, conn, world.maker.organisation_id, letter, at=world.app.clock())
    (found,) = (each for each in mails.listed(world.app, world.maker) if each.cause == cause)
    return found.mail_id


def token_in(mail: EmailMessage, path: str) -> str:
    return re.findall(rf"/{path}/([\w-]+)", mail.get_content())[0]


def subjects(office: PostOffice) -> list[str]:
    return [each["Subject"] for each in office.mails]


def actions(world: World, beginning: str) -> list[str]:
    return [
        each.action
        for each in audit.entries(world.app, world.maker)
        if each.action.startswith(beginning)
    ]


# --- confirming -----------------------------------------------------------------------------------


def test_until_an_address_is_confirmed_only_the_question_goes_there(
    mailing: World, office: PostOffice
) -> None:
    mail_id = tell(mailing)
    assert sending.send_due(mailing.app) == 1
    assert sending.send_due(mailing.app) == 0

    (asked,) = office.mails
    assert "Is this your mail address?" in asked["Subject"]
    assert asked["List-Unsubscribe"] is None
    assert state_of(mailing, mail_id) == ("unconfirmed", [])
    token = token_in(asked, "confirm")
    # Opening it, as scanners of mails do, confirms nothing.
    assert addresses.question(mailing.app, token).confirmed_at is None
    assert sending.send_due(mailing.app) == 0

    first = addresses.confirm(mailing.app, token)
    again = addresses.confirm(mailing.app, token)
    assert first.confirmed_at == again.confirmed_at is not None
    assert sending.send_due(mailing.app) == 1
    assert subjects(office)[1:] == ["it/1"]
    assert actions(mailing, "mail:address") == ["mail:address:confirmed", "mail:address:asked"]


def test_letters_of_an_address_are_the_same_large_and_small(mailing: World) -> None:
    confirmed(mailing, ANN.upper())

    assert state_of(mailing, tell(mailing)) == ("waiting", [])


def test_what_waited_too_long_is_dropped_when_the_address_is_confirmed(
    mailing: World, office: PostOffice
) -> None:
    old = tell(mailing)
    mailing.clock.advance(days=8)
    new = tell(mailing, cause="it/2")
    sending.send_due(mailing.app)

    addresses.confirm(mailing.app, token_in(office.mails[0], "confirm"))

    assert state_of(mailing, old) == ("dropped", [])
    assert "too old" in mails.one(mailing.app, mailing.maker, old).mail.last_answer
    assert state_of(mailing, new) == ("waiting", [])


def test_a_link_ends_after_a_week_and_with_the_next_one(mailing: World, office: PostOffice) -> None:
    tell(mailing)
    sending.send_due(mailing.app)
    first = token_in(office.mails[0], "confirm")
    mailing.clock.advance(days=7)
    with pytest.raises(NotFound):
        addresses.confirm(mailing.app, first)

    addresses.ask(mailing.app, mailing.maker, ANN)
    sending.send_due(mailing.app)
    with pytest.raises(NotFound):
        addresses.question(mailing.app, first)
    second = token_in(office.mails[1], "confirm")
    assert addresses.confirm(mailing.app, second).confirmed_at


@pytest.mark.parametrize("token", ["", "x", "A" * 60, "é", "/said/x", "A" * 2_000])
def test_links_of_nobody_lead_nowhere(mailing: World, token: str) -> None:
    for act in (
        lambda: addresses.question(mailing.app, token),
        lambda: addresses.confirm(mailing.app, token),
        lambda: unsubscribing.choices(mailing.app, token),
        lambda: unsubscribing.unsubscribe(mailing.app, token),
        lambda: unsubscribing.choose(mailing.app, token, []),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_link_of_one_purpose_serves_no_other(mailing: World, office: PostOffice) -> None:
    tell(mailing)
    sending.send_due(mailing.app)
    confirming = token_in(office.mails[0], "confirm")
    with pytest.raises(NotFound):
        unsubscribing.unsubscribe(mailing.app, confirming)
    addresses.confirm(mailing.app, confirming)
    sending.send_due(mailing.app)

    with pytest.raises(NotFound):
        addresses.confirm(mailing.app, token_in(office.mails[1], "unsubscribe"))


def test_an_address_is_asked_by_itself_three_times_at_most(
    mailing: World, office: PostOffice
) -> None:
    for week in range(6):
        tell(mailing, cause=f"it/{week}")
        sending.send_due(mailing.app)
        mailing.clock.advance(days=8)

    assert len(office.mails) == 3


def test_people_may_ask_again_but_not_at_once_nor_what_is_confirmed(mailing: World) -> None:
    assert addresses.ask(mailing.app, mailing.maker, ANN).state == "asked"
    with pytest.raises(Conflict, match="was asked at"):
        addresses.ask(mailing.app, mailing.maker, ANN)
    mailing.clock.advance(minutes=11)
    assert addresses.ask(mailing.app, mailing.maker, ANN).asks == 2
    confirmed(mailing, ANN)
    with pytest.raises(Conflict, match="is confirmed"):
        addresses.ask(mailing.app, mailing.maker, ANN)

    reader: Actor = replace(mailing.maker, permissions=ROLES[RoleName.READER])
    for act in (
        lambda: addresses.ask(mailing.app, reader, ANN),
        lambda: addresses.listed(mailing.app, reader),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_what_one_organisation_has_confirmed_another_has_not(mailing: World) -> None:
    confirmed(mailing, ANN)

    assert [each.state for each in addresses.listed(mailing.app, mailing.maker)] == ["confirmed"]
    assert addresses.listed(mailing.app, mailing.packer) == ()
    with mailing.app.database.reading() as conn:
        told = rows.standing(conn, mailing.packer.organisation_id, ANN, "digest")
    assert not told.is_confirmed


def test_a_test_of_an_unconfirmed_address_is_its_question(
    mailing: World, office: PostOffice
) -> None:
    assert mails.test(mailing.app, mailing.maker, ANN).mail.kind == "confirmation"
    confirmed(mailing, ANN)
    assert mails.test(mailing.app, mailing.maker, ANN).mail.kind == "test"


def test_a_mail_to_an_unconfirmed_address_is_not_tried_again_by_force(mailing: World) -> None:
    mail_id = tell(mailing)
    with pytest.raises(RefusedError, match="Nobody has confirmed"):
        mails.try_again(mailing.app, mailing.maker, mail_id)
    mails.drop(mailing.app, mailing.maker, mail_id)
    with pytest.raises(RefusedError, match="Nobody has confirmed"):
        mails.try_again(mailing.app, mailing.maker, mail_id)


def test_what_waited_before_addresses_were_asked_waits_for_it(
    mailing: World, office: PostOffice
) -> None:
    """A database of before has mails that wait for a server, to addresses nobody has asked."""
    mail_id = post(mailing, to=ANN)
    with mailing.app.database.transaction() as conn:
        conn.execute("delete from mail_address")

    sending.send_due(mailing.app)
    assert state_of(mailing, mail_id) == ("unconfirmed", [])
    assert sending.send_due(mailing.app) == 1
    assert "Is this your mail address?" in office.mails[0]["Subject"]


def test_a_recall_waits_for_nobody_and_cannot_be_refused(mailing: World) -> None:
    with mailing.app.database.transaction() as conn:
        rows.refuse(
            conn, mailing.maker.organisation_id, ANN, "*", at=mailing.app.clock(), by="a test"
        )
    assert state_of(mailing, tell(mailing, Kind.RECALL)) == ("waiting", [])
    assert set(Kind) == set(RULES)
    assert {Kind.RECALL, Kind.CONFIRMATION, Kind.SECURITY}.isdisjoint(REFUSABLE)


def test_an_account_is_asked_for_its_address_and_the_one_before_is_told(
    mailing: World, office: PostOffice
) -> None:
    accounts.create_user(mailing.app, mailing.maker, "ann", role="reader", display_name="Ann")
    ann = accounts.person(mailing.app, "ann")
    assert preferences.put(mailing.app, ann, address=ANN).confirmed_at is None
    sending.send_due(mailing.app)
    addresses.confirm(mailing.app, token_in(office.mails[0], "confirm"))
    assert preferences.own(mailing.app, ann).confirmed_at

    moved = preferences.put(mailing.app, mailing.maker, address="b@maker.example", name="ann")
    sending.send_due(mailing.app)
    assert moved.confirmed_at is None
    told = {each["To"].addresses[0].addr_spec: each["Subject"] for each in office.mails[1:]}
    assert told[ANN] == "Mails of your account do not come here any more"
    assert "Is this your mail address?" in told["b@maker.example"]
    with pytest.raises(Conflict, match="was asked at"):
        preferences.ask_own(mailing.app, ann)


def test_kept_only_mails_are_recorded_and_none_leaves(world: World) -> None:
    world = with_mail(world, 9)
    settings = replace(world.app.settings, mail_host="", mail_kept_only=True)
    world = replace(world, app=replace(world.app, settings=settings))
    mail_id = post(world)

    assert sending.send_due(world.app) == 0
    assert state_of(world, mail_id) == ("waiting", [])
    assert mails.standing(world.app, world.maker).server == ""


# --- unsubscribing --------------------------------------------------------------------------------


def leave_token(world: World, office: PostOffice, kind: Kind = Kind.DIGEST) -> str:
    confirmed(world, ANN)
    tell(world, kind, cause="first")
    sending.send_due(world.app)
    return token_in(office.mails[-1], "unsubscribe")


def test_a_kind_is_refused_by_the_link_and_taken_back(mailing: World, office: PostOffice) -> None:
    token = leave_token(mailing, office)
    assert not unsubscribing.choices(mailing.app, token).refuses_it
    waits = tell(mailing, Kind.DIGEST, cause="waits")

    assert unsubscribing.unsubscribe(mailing.app, token).refuses_it
    unsubscribing.unsubscribe(mailing.app, token)
    later = tell(mailing, Kind.DIGEST, cause="later")
    other = tell(mailing, Kind.NOTICE, cause="other")
    assert sending.send_due(mailing.app) == 1
    states = [state_of(mailing, each)[0] for each in (waits, later, other)]
    assert states == ["unsubscribed", "unsubscribed", "sent"]
    with pytest.raises(RefusedError, match="refuses such mails"):
        mails.try_again(mailing.app, mailing.maker, later)
    (view,) = addresses.listed(mailing.app, mailing.maker)
    assert [(each.kind, each.by) for each in view.refuses] == [("digest", "link in a mail")]

    unsubscribing.choose(mailing.app, token, [each.value for each in REFUSABLE])
    assert state_of(mailing, tell(mailing, Kind.DIGEST, cause="back"))[0] == "waiting"
    assert actions(mailing, "mail:kind") == ["mail:kind:resubscribed", "mail:kind:unsubscribed"]


def test_who_wants_nothing_gets_nothing_that_can_be_refused(
    mailing: World, office: PostOffice
) -> None:
    token = leave_token(mailing, office)
    told = unsubscribing.choose(mailing.app, token, ["confirmation", "nonsense"])

    assert all(each.refused_at for each in told.choices)
    (view,) = addresses.listed(mailing.app, mailing.maker)
    assert [each.kind for each in view.refuses] == ["*"]
    states = [state_of(mailing, tell(mailing, each, cause=each.value))[0] for each in Kind]
    assert dict(zip(Kind, states, strict=True)) == {
        each: "unsubscribed" if each in REFUSABLE else "waiting" for each in Kind
    }

    told = unsubscribing.choose(mailing.app, token, ["notice"])
    assert [each.kind for each in told.choices if not each.refused_at] == ["notice"]


def test_what_is_refused_of_one_organisation_is_not_of_another(
    mailing: World, office: PostOffice
) -> None:
    unsubscribing.unsubscribe(mailing.app, leave_token(mailing, office))

    with mailing.app.database.reading() as conn:
        told = rows.standing(conn, mailing.packer.organisation_id, ANN, "digest")
    assert not told.is_refused


def test_the_address_of_a_long_link_is_never_cut(mailing: World, office: PostOffice) -> None:
    to = f"{'a' * 60}@{'b' * 60}.maker.example"
    settings = replace(mailing.app.settings, mail_domains=("*",))
    mailing = replace(mailing, app=replace(mailing.app, settings=settings))
    confirmed(mailing, to)
    mail_id = tell(mailing, to=to)
    sending.send_due(mailing.app)

    (mail,) = office.mails
    leave = mail["List-Unsubscribe"]
    assert re.fullmatch(r"<https://[\w./-]+>", leave)
    assert leave[1:-1] in mail.get_content()
    with mailing.app.database.reading() as conn:
        row = mail_rows.by_id(conn, mailing.maker.organisation_id, mail_id)
        assert row
        sent = sending.compose(mailing.app, conn, row)
    assert f"\r\nList-Unsubscribe: {leave}\r\n".encode() in sent.as_bytes()
    assert f"\r\nList-Unsubscribe: {leave}\r\n" in sent.as_string()


def test_one_click_is_offered_over_https_only(mailing: World, office: PostOffice) -> None:
    settings = replace(mailing.app.settings, console_url="http://packtrail.maker.example")
    mailing = replace(mailing, app=replace(mailing.app, settings=settings))
    leave_token(mailing, office)

    (mail,) = office.mails
    assert mail["List-Unsubscribe"].startswith("<http://")
    assert mail["List-Unsubscribe-Post"] is None


def test_addresses_of_before_are_noted_once_and_none_is_confirmed(mailing: World) -> None:
    for name, wish in (("ann", {}), ("bo", {"is_on": False}), ("cy", {})):
        accounts.create_user(mailing.app, mailing.maker, name, role="reader", display_name=name)
        address = "bo@maker.example" if name == "bo" else ANN
        preferences.put(mailing.app, accounts.person(mailing.app, name), address=address, **wish)
    migration = Path(migrations.__file__).with_name("0038_mail_addresses.sql").read_text("utf-8")
    _, insert, rest = migration.partition("insert into mail_address")
    with mailing.app.database.transaction() as conn:
        conn.execute("delete from mail_address")
        conn.execute(insert + rest)

    found = addresses.listed(mailing.app, mailing.maker)
    assert [(each.address, each.state) for each in found] == [(ANN.lower(), "unconfirmed")]
