"""Mails on their way through a real mail server on this machine, which fails as it is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import Rollback
from tests.services.conftest import World
from tests.services.mail.post_office import PostOffice, certificate

from packtrail.access import Actor
from packtrail.access.permissions import ROLES, RoleName
from packtrail.base.errors import Conflict, NotPermitted, RefusedError, UsageError
from packtrail.jobs.chores import CHORES
from packtrail.services import chores
from packtrail.services.accounts import audit
from packtrail.services.mail import mails, outbox, sending
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.services.mail.private_links import Purpose
from packtrail.settings import Settings
from packtrail.store import mail_addresses as address_rows

FROM = "packtrail@maker.example"


def with_mail(world: World, port: int, **settings: object) -> World:
    """Return the world with mails switched on."""
    told = {"mail_tls": "none", "mail_timeout_seconds": 2} | settings
    mailing = Settings.of(
        {}, data_dir=Path("/nonexistent"), mail_host="127.0.0.1", mail_port=port, mail_from=FROM,
        console_url="https://packtrail.maker.example/", **told,
    )  # fmt: skip
    return replace(world, app=replace(world.app, settings=mailing))


def confirmed(world: World, *given: str, actor: Actor | None = None) -> None:
    """Let addresses be those of who reads them."""
    organisation_id = (actor or world.maker).organisation_id
    with world.app.database.transaction() as conn:
        for each in given:
            address_rows.note(conn, organisation_id, each, at=world.app.clock())
            asks = address_rows.ask(conn, organisation_id, each, at=world.app.clock()) or 0
            address_rows.confirm(conn, organisation_id, each, asks=asks, at=world.app.clock())


def post(world: World, to: str = "ann@maker.example", cause: str = "it/1", **more: object) -> str:
    """Record a mail to a confirmed address; return its number."""
    confirmed(world, to)
    letter = Letter(
        kind=Kind.NOTICE, cause=cause, to=to,
        **({"subject": "Something", "text": "It is so.", "path": "/plan/eu/news"} | more),
    )  # fmt: skip
    with world.app.database.transaction() as conn:
        outbox.post(world.app, conn, world.maker.organisation_id, letter, at=world.app.clock())
    return mails.listed(world.app, world.maker)[0].mail_id


def state_of(world: World, mail_id: str) -> tuple[str, list[str]]:
    found = mails.one(world.app, world.maker, mail_id)
    return found.mail.state, [each.outcome for each in found.tries]


def test_a_mail_is_sent_once_with_its_link_and_whose_it_is(world: World) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port)
        mail_id = post(world, name="Ann")

        assert sending.send_due(world.app) == 1
        assert sending.send_due(world.app) == 0
    (taken,) = office.mails
    assert (taken["To"], taken["From"]) == ("Ann <ann@maker.example>", f"Packtrail <{FROM}>")
    assert taken["Message-ID"] == f"<{mail_id}@maker.example>"
    assert taken["Auto-Submitted"] == "auto-generated"
    leave = taken["List-Unsubscribe"]
    assert leave.startswith("<https://packtrail.maker.example/unsubscribe/")
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert taken.get_content().replace("\r\n", "\n") == (
        "It is so.\n\nhttps://packtrail.maker.example/plan/eu/news\n\n-- \n"
        "Packtrail of Maker. You get it because you take part in the programme.\n"
        f"No more of these mails: {leave[1:-1]}\n"
    )
    assert state_of(world, mail_id) == ("sent", ["sent"])


def test_nothing_is_recorded_while_mails_are_off(world: World) -> None:
    with world.app.database.transaction() as conn:
        letter = Letter(kind=Kind.NOTICE, cause="it", to="a@b.example", subject="s", text="t")
        is_new = outbox.post(
            world.app, conn, world.maker.organisation_id, letter, at=world.app.clock()
        )

    assert not is_new
    assert mails.listed(world.app, world.maker) == ()
    assert sending.send_due(world.app) == 0
    with pytest.raises(RefusedError, match="No mail server"):
        mails.test(world.app, world.maker, "ann@maker.example")


def test_a_cause_that_is_rolled_back_sends_nothing(world: World) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port)
        letter = Letter(kind=Kind.NOTICE, cause="it", to="a@maker.example", subject="s", text="t")
        with world.app.database.transaction() as conn:
            outbox.post(world.app, conn, world.maker.organisation_id, letter, at=world.app.clock())
            raise Rollback

        assert sending.send_due(world.app) == 0
    assert office.mails == []


def test_somebody_is_told_of_a_cause_once(world: World) -> None:
    world = with_mail(world, 9)
    post(world)
    post(world)
    post(world, to="ben@maker.example")

    assert len(mails.listed(world.app, world.maker)) == 2


def test_a_server_that_is_down_is_tried_again_and_later_each_time(world: World) -> None:
    with PostOffice() as office:
        port = office.port
    world = with_mail(world, port)
    first, second = post(world), post(world, to="ben@maker.example")

    assert sending.send_due(world.app) == 0
    # The round ends at the first: the second was not even tried.
    assert state_of(world, first) == ("waiting", ["unreachable"])
    assert state_of(world, second) == ("waiting", [])
    sending.send_due(world.app)
    assert state_of(world, second) == ("waiting", ["unreachable"])
    assert sending.send_due(world.app) == 0
    world.clock.advance(seconds=61)
    sending.send_due(world.app)
    waits = [
        mails.one(world.app, world.maker, each).mail.next_at - world.clock.now
        for each in (first, second)
    ]
    assert sorted(round(each.total_seconds() / 60) for each in waits)[1] == 2


def test_a_mail_that_was_tried_for_two_days_is_a_dead_letter_until_tried_by_hand(
    world: World,
) -> None:
    with PostOffice(answers={"RCPT": "450 Mailbox busy"}) as office:
        world = with_mail(world, office.port)
        mail_id = post(world)
        for _ in range(60):
            sending.send_due(world.app)
            world.clock.advance(hours=1)

        state, tries = state_of(world, mail_id)
        assert state == "dead"
        assert set(tries) == {"deferred"}
        assert mails.attention(world.app, world.maker)[0].text == (
            "1 mail could not be sent. The last: 450 Mailbox busy"
        )
        office.answers.clear()
        mails.try_again(world.app, world.maker, mail_id)
        assert sending.send_due(world.app) == 1
    assert mails.attention(world.app, world.maker) == ()
    assert audit.entries(world.app, world.maker)[0].action == "mail:message:retried"


def test_a_recipient_that_is_refused_does_not_keep_others_waiting(world: World) -> None:
    with PostOffice(answers={"RCPT TO:<gone": "550 No such user"}) as office:
        world = with_mail(world, office.port)
        gone = post(world, to="gone@maker.example")
        post(world)

        assert sending.send_due(world.app) == 1
    assert state_of(world, gone) == ("dead", ["refused"])
    assert mails.one(world.app, world.maker, gone).mail.last_answer == "550 No such user"
    assert [each["To"] for each in office.mails] == ["ann@maker.example"]


def test_whoever_is_killed_between_send_and_record_sends_the_same_mail_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port)
        mail_id = post(world)
        with monkeypatch.context() as patch:

            def die(*_: object) -> None:
                raise SystemExit(137)

            patch.setattr(sending, "_note", die)
            with pytest.raises(SystemExit):
                sending.send_due(world.app)

        # Nobody else takes it while the claim lasts.
        assert sending.send_due(world.app) == 0
        world.clock.advance(minutes=16)
        assert sending.send_due(world.app) == 1
        assert sending.send_due(world.app) == 0
    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
    assert state_of(world, mail_id) == ("sent", ["unknown", "sent"])


def test_a_connection_that_is_lost_in_a_mail_is_tried_again(world: World) -> None:
    with PostOffice(hangs_up_after="DATA") as office:
        world = with_mail(world, office.port)
        mail_id = post(world)
        sending.send_due(world.app)
        office.hangs_up_after = ""
        world.clock.advance(seconds=61)

        assert sending.send_due(world.app) == 1
    assert state_of(world, mail_id) == ("sent", ["deferred", "sent"])


def test_starttls_is_used_and_the_certificate_is_checked(world: World, tmp_path: Path) -> None:
    server, client = certificate(tmp_path)
    with PostOffice(certificate=server, password="secret") as office:
        told = {"mail_tls": "starttls", "mail_user": "packtrail"}
        (tmp_path / "password").write_text("secret\n")
        strict = with_mail(world, office.port, **told)
        mail_id = post(strict)
        sending.send_due(strict.app)
        assert state_of(strict, mail_id) == ("waiting", ["unreachable"])
        assert (
            "self-signed certificate"
            in mails.one(strict.app, world.maker, mail_id).mail.last_answer
        )

        trusting = with_mail(
            world, office.port, mail_ca_file=str(client),
            mail_password_file=str(tmp_path / "password"), **told,
        )  # fmt: skip
        world.clock.advance(seconds=61)
        assert sending.send_due(trusting.app) == 1
    assert office.were_encrypted == [True]


def test_a_certificate_of_another_host_is_not_believed(world: World, tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "127.0.0.9")
    with PostOffice(certificate=server) as office:
        world = with_mail(world, office.port, mail_tls="starttls", mail_ca_file=str(client))
        mail_id = post(world)
        sending.send_due(world.app)

    assert state_of(world, mail_id) == ("waiting", ["unreachable"])
    assert "127.0.0.1" in mails.one(world.app, world.maker, mail_id).mail.last_answer
    assert office.mails == []


def test_nothing_goes_in_the_clear_where_the_server_offers_no_tls(world: World) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port, mail_tls="starttls")
        mail_id = post(world)
        sending.send_due(world.app)

    assert state_of(world, mail_id) == ("waiting", ["unreachable"])
    assert office.mails == []


def test_tls_from_the_first_byte(world: World, tmp_path: Path) -> None:
    server, client = certificate(tmp_path)
    with PostOffice(certificate=server, is_tls=True) as office:
        world = with_mail(world, office.port, mail_tls="tls", mail_ca_file=str(client))
        post(world)

        assert sending.send_due(world.app) == 1
    assert office.were_encrypted == [True]


def test_a_wrong_password_is_told_and_kills_no_mail(world: World) -> None:
    with PostOffice(password="secret", answers={"AUTH": "535 Wrong password"}) as office:
        world = with_mail(world, office.port, mail_user="packtrail", mail_password="other")
        mail_id = post(world)
        sending.send_due(world.app)

    assert state_of(world, mail_id) == ("waiting", ["unreachable"])
    assert mails.one(world.app, world.maker, mail_id).mail.last_answer == "535 Wrong password"


def test_mails_go_to_allowed_domains_only(world: World) -> None:
    with PostOffice() as office:
        own = with_mail(world, office.port)
        outside = post(own, to="kim@corvus.example")
        torn = post(own, to="no address", cause="it/2")
        assert sending.send_due(own.app) == 0
        assert state_of(own, outside) == ("dead", [])
        assert state_of(own, torn) == ("dead", [])
        with pytest.raises(RefusedError, match=r"may not go to corvus.example"):
            mails.try_again(own.app, own.maker, outside)

        wide = with_mail(world, office.port, mail_domains=("maker.example", "corvus.example"))
        mails.try_again(wide.app, wide.maker, outside)
        assert sending.send_due(wide.app) == 1

        # A domain that was taken from the list since gets nothing that still waits for it.
        late = post(wide, to="pat@corvus.example", cause="it/3")
        assert sending.send_due(own.app) == 0
        assert state_of(own, late) == ("dead", ["refused"])


def test_a_header_cannot_be_smuggled_in(world: World) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port)
        post(world, subject="Answered\r\nBcc: all@maker.example", name="Ann\nX-Evil: 1, <x@y.z>")
        sending.send_due(world.app)

    (taken,) = office.mails
    assert taken["Subject"] == "Answered Bcc: all@maker.example"
    assert taken["Bcc"] is None
    assert taken["X-Evil"] is None
    assert office.recipients == ["ann@maker.example"]


def test_a_line_with_one_dot_does_not_end_a_mail(world: World) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port)
        post(world, text="one\n.\ntwo\n..three")
        sending.send_due(world.app)

    assert "one\n.\ntwo\n..three" in office.mails[0].get_content().replace("\r\n", "\n")


def test_numbers_of_packs_are_masked_unless_a_setting_says_otherwise(world: World) -> None:
    pack = "(01)00300010123455(21)7K2M9Q4T1X"
    with PostOffice() as office:
        masking = with_mail(world, office.port)
        post(masking, subject=f"Double {pack}", text=f"{pack} was seen twice", file=b"x")
        showing = with_mail(world, office.port, mail_identifiers=True)
        post(showing, cause="it/2", text=f"{pack} was seen twice", file=b"a,b", file_name="p.csv")
        sending.send_due(showing.app)

    masked, shown = office.mails
    assert "7K2M9Q4T1X" not in masked.as_string()
    assert masked["Subject"] == "Double (01)00300010123455(21)…"
    assert list(masked.iter_attachments()) == []
    assert pack in shown.get_body().get_content()
    (file,) = shown.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("p.csv", b"a,b")


def test_what_is_sent_is_never_sent_again_nor_dropped(world: World) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port)
        mail_id = post(world)
        sending.send_due(world.app)

    for act in (mails.try_again, mails.drop):
        with pytest.raises(Conflict):
            act(world.app, world.maker, mail_id)


def test_what_is_dropped_is_not_sent(world: World) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port)
        mail_id = post(world)
        mails.drop(world.app, world.maker, mail_id, reason="Written by mistake")

        assert sending.send_due(world.app) == 0
    assert state_of(world, mail_id) == ("dropped", [])


def test_mails_are_for_administrators_of_their_organisation(world: World) -> None:
    world = with_mail(world, 9)
    mail_id = post(world)
    reader: Actor = replace(world.maker, permissions=ROLES[RoleName.READER])
    for act in (
        lambda: mails.listed(world.app, reader),
        lambda: mails.one(world.app, reader, mail_id),
        lambda: mails.test(world.app, reader, "ann@maker.example"),
    ):
        with pytest.raises(NotPermitted):
            act()

    assert mails.listed(world.app, world.packer) == ()
    with pytest.raises(RefusedError, match="There is no mail"):
        mails.one(world.app, world.packer, mail_id)


def test_a_private_link_is_made_only_when_the_mail_is_sent(world: World) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port)
        post(world, purpose=Purpose.STATUS, about="1 IN-1")
        (row,) = mails.listed(world.app, world.maker)
        sending.send_due(world.app)

    link = office.mails[0].get_content()
    assert "https://packtrail.maker.example/said/" in link
    assert "/said/" not in mails.one(world.app, world.maker, row.mail_id).text


def test_the_chore_is_one_of_the_table(world: World) -> None:
    with PostOffice() as office:
        world = with_mail(world, office.port)
        post(world)
        table = [each for each in CHORES if each.name == "Send mails"]
        chores.announce(world.app, table)

        assert chores.run_next(world.app, table)
    assert len(office.mails) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mail_tls": "ssl"}, "mail_tls is one of starttls, tls, none; it is 'ssl'"),
        ({"mail_host": "mx.example"}, "mail_host needs mail_from"),
        (
            {
                "mail_host": "mx.example", "mail_from": FROM, "mail_tls": "none", "mail_user": "p",
                "console_url": "https://packtrail.example",
            },
            "for everybody to read",
        ),
        ({"mail_host": "mx.example", "mail_from": FROM}, "mail_host needs console_url"),
        ({"mail_kept_only": True}, "mail_kept_only needs mail_from"),
        ({"console_url": "packtrail.example"}, "console_url begins with https"),
    ],
)  # fmt: skip
def test_settings_that_could_send_nothing_are_refused(settings: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Settings.of({}, **settings)
