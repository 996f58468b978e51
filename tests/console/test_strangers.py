"""Pages for people without an account, and of mails, as a browser without scripts sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from tests.console.conftest import HOST, Desk

from packtrail.access import Actor
from packtrail.console import build
from packtrail.planning.book import Terms
from packtrail.planning.communication import Notice
from packtrail.planning.inputs import Resolution
from packtrail.planning.templates import Department
from packtrail.planning.training import Person
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.mail import addresses, private_links
from packtrail.services.mail.kinds import REFUSABLE
from packtrail.services.mail.private_links import Purpose
from packtrail.services.plan import books, inputs, links, programmes
from packtrail.services.plan.inputs import Decision
from packtrail.services.plan.links import NewLink
from packtrail.services.plan.writing import Put, write

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
P = "/plan/out"


@pytest.fixture(scope="module")
def maker(application: Application) -> Actor:
    actor = organisations.system_actor(application, "tests", organisation="maker")
    programmes.create_programme(
        application, actor, "out", name="Programme <b>", terms=Terms(template="small")
    )
    return actor


@pytest.fixture
def stranger(application: Application) -> Iterator[TestClient]:
    """A browser of somebody who has never been here."""
    with TestClient(build(application), base_url=HOST) as client:
        yield client


def made(application: Application, maker: Actor, **more: object) -> str:
    return links.create(application, maker, "out", NewLink(**({"name": "Packers"} | more))).path


def fields(client: TestClient, path: str) -> dict[str, str]:
    page = client.get(path)
    assert page.status_code == 200, page.text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page.text))


def send(client: TestClient, path: str, **more: object):
    files = more.pop("files", None)
    said = {"kind": "question", "title": "When <i>", "name": "Kim", **fields(client, path), **more}
    return client.post(path, data=said, files=files, follow_redirects=False)


def test_somebody_without_an_account_says_something_and_finds_the_answer(
    application: Application, maker: Actor, stranger: TestClient
) -> None:
    path = made(application, maker, about="line:cork-1")
    page = stranger.get(path)
    assert "Programme &lt;b&gt;" in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["referrer-policy"] == "same-origin"

    answer = send(stranger, path, files=[("files", ("jam.png", PNG, "text/html"))])
    assert answer.status_code == 303
    mine = answer.headers["location"]
    code = max(books.opened(application, maker, "out").book.inputs)
    page = stranger.get(mine).text
    assert code in page
    assert "When &lt;i&gt;" in page
    assert "jam.png" in page
    assert "We have it." in page

    decision = Decision(resolution=Resolution.ANSWERED, reason="internal words")
    inputs.decide(application, maker, "out", code, decision)
    inputs.answer(application, maker, "out", code, "In May")
    page = stranger.get(mine).text
    assert "In May" in page
    assert "internal words" not in page


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(
    application: Application, maker: Actor, stranger: TestClient
) -> None:
    path = made(application, maker)
    answer = send(stranger, path, contact="nowhere", text="Typed at length")

    assert answer.status_code == 422
    assert "no mail address" in answer.text
    assert "Typed at length" in answer.text
    answer = send(stranger, path, files=[("files", ("a.png", b"<html>", "image/png"))])
    assert answer.status_code == 422
    assert "no photo, PDF or plain text" in answer.text


def test_a_form_of_another_site_is_refused(
    application: Application, maker: Actor, stranger: TestClient
) -> None:
    path = made(application, maker)
    form = {**fields(stranger, path), "kind": "question", "title": "t", "name": "n"}
    before = len(books.opened(application, maker, "out").book.inputs)

    assert stranger.post(path, data=form | {"csrf_token": "x"}).status_code == 403
    away = {"origin": "https://evil.example"}
    assert stranger.post(path, data=form, headers=away).status_code == 403
    assert len(books.opened(application, maker, "out").book.inputs) == before


def test_links_that_lead_nowhere_look_the_same(
    application: Application, maker: Actor, stranger: TestClient
) -> None:
    used = made(application, maker, uses=1)
    assert send(stranger, used).status_code == 303
    pages = [stranger.get(each) for each in (used, "/tell/ptf_nothing", "/said/x", "/receipt/x")]

    assert [each.status_code for each in pages] == [404] * 4
    assert len({each.text for each in pages}) == 1
    assert stranger.post("/tell/ptf_nothing", data={"csrf_token": "x"}).text == pages[0].text


def test_a_link_that_was_closed_or_is_over_takes_nothing_any_more(
    application: Application, maker: Actor, stranger: TestClient
) -> None:
    closed, over = (made(application, maker, name=each) for each in ("Closed", "Over"))
    forms = {path: fields(stranger, path) for path in (closed, over)}
    known = {each.name: each.link_id for each in links.listed(application, maker, "out")}
    links.revoke(application, maker, "out", known["Closed"])
    with application.database.transaction() as conn:
        conn.execute("update input_link set expires_at = now() where link_id = %s", [known["Over"]])
    before = len(books.opened(application, maker, "out").book.inputs)

    for path, form in forms.items():
        told = {"kind": "question", "title": "When", "name": "Kim", **form}
        answer = stranger.post(path, data=told)
        assert (answer.status_code, answer.text) == (404, stranger.get(path).text)
    assert len(books.opened(application, maker, "out").book.inputs) == before


def test_what_is_too_large_or_of_no_kind_is_refused(
    application: Application, maker: Actor, stranger: TestClient
) -> None:
    path = made(application, maker)
    large = PNG + bytes(application.settings.form_file_bytes_max)
    answer = send(stranger, path, files=[("files", ("large.png", large, "image/png"))])
    assert answer.status_code == 422
    assert "large.png" in answer.text
    many = [("files", (f"{each}.png", PNG, "image/png")) for each in range(4)]
    assert send(stranger, path, files=many).status_code == 422
    assert send(stranger, path, kind="wish").status_code == 422
    assert send(stranger, path, title="").status_code == 422
    assert send(stranger, path, text="x" * 5_001).status_code == 422
    assert send(stranger, path, department="kitchen").status_code == 422


def test_a_receipt_takes_the_button(
    application: Application, maker: Actor, stranger: TestClient
) -> None:
    notice = Notice(
        code="N-1", title="Read <this>", text="It is so.", departments=(Department.QUALITY,),
        published_on=application.clock().date(),
    )  # fmt: skip
    person = Person(code="park", name="J. Park", department=Department.QUALITY)
    write(application, maker, "out", [Put(notice), Put(person)])
    with application.database.reading() as conn:
        row = books.visible(conn, maker, "out")
        path = private_links.path(conn, Purpose.RECEIPT, f"{row.programme_id} N-1 park")

    assert "Read &lt;this&gt;" in stranger.get(path).text
    assert books.opened(application, maker, "out").book.notices["N-1"].receipts == ()
    answer = stranger.post(path, data=fields(stranger, path), follow_redirects=True)
    assert "You have read it." in answer.text
    (receipt,) = books.opened(application, maker, "out").book.notices["N-1"].receipts
    assert receipt.by == "J. Park"


def test_a_link_is_shown_once_with_its_code_and_revoked(maker: Actor, admin: Desk) -> None:
    answer = admin.post(
        f"{P}/form-links", f"{P}/form-links", name="Packers <1>", days="30", uses="9"
    )
    assert answer.status_code == 200
    address = re.findall(r'class="secret">([^<]+)<', answer.text)[0]
    assert "<svg" in answer.text
    assert admin.client.get(urlsplit(address).path).status_code == 200
    page = admin.client.get(f"{P}/form-links").text
    assert "Packers &lt;1&gt;" in page
    assert urlsplit(address).path not in page

    (link_id, *_) = re.findall(r'name="link_id" value="([^"]+)"', page)
    admin.post(f"{P}/form-links/revoke", f"{P}/form-links", link_id=link_id)
    assert admin.client.get(urlsplit(address).path).status_code == 404
    bad = admin.post(f"{P}/form-links", f"{P}/form-links", name="", days="x", uses="0")
    assert bad.status_code == 422


def test_files_of_an_input_are_downloads(
    application: Application, maker: Actor, stranger: TestClient, admin: Desk
) -> None:
    send(stranger, made(application, maker), files=[("files", ("jam.html", PNG, "text/html"))])
    code = max(books.opened(application, maker, "out").book.inputs, key=lambda each: int(each[3:]))
    assert f"{P}/inputs/{code}/files/1" in admin.client.get(f"{P}/inputs/{code}").text
    file = admin.client.get(f"{P}/inputs/{code}/files/1")

    assert file.content == PNG
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment")
    assert "jam.html.png" in file.headers["content-disposition"]
    gone = stranger.get(f"{P}/inputs/{code}/files/1", follow_redirects=False)
    assert (gone.status_code, gone.headers["location"][:8]) == (303, "/sign-in")


def test_mails_are_listed_tried_again_and_dropped(
    application: Application, maker: Actor, admin: Desk
) -> None:
    assert "Mails are switched off." in admin.client.get("/setup/mail").text
    settings = replace(
        application.settings, mail_host="127.0.0.1", mail_port=9, mail_from="p@maker.example"
    )
    with TestClient(build(replace(application, settings=settings)), base_url=HOST) as client:
        desk = Desk(client).sign_in("maker.admin")
        made = desk.post("/setup/mail/test", "/setup/mail", address="ann@maker.example")
        assert made.status_code == 303
        path = made.headers["location"]
        # To an address that nobody has confirmed a test is the question whether it is theirs.
        assert "Is this your mail address?" in client.get(path).text
        bad = desk.post("/setup/mail/test", "/setup/mail", address="ann@elsewhere.example")
        assert bad.status_code == 422
        assert "may not go to elsewhere.example" in bad.text
        assert desk.post(f"{path}/drop", path).status_code == 303
        assert "Dropped" in client.get(path).text
        assert desk.post(f"{path}/retry", "/setup/mail").status_code == 303
        assert "Waits" in client.get(path).text

        kept = desk.post(
            "/setup/account/mail", "/setup/account", address="ann@maker.example", is_on="yes",
            rhythm="daily",
        )  # fmt: skip
        assert "ann@maker.example is not confirmed yet." in kept.text
        soon = desk.post("/setup/account/mail/ask", "/setup/account")
        assert soon.status_code == 422
        assert "was asked at" in soon.text
        assert "ann@maker.example" in client.get("/setup/mail/addresses").text
        again = desk.post(
            "/setup/mail/addresses/ask", "/setup/mail/addresses", address="bo@maker.example"
        )
        assert again.status_code == 303
        assert "bo@maker.example" in client.get("/setup/mail/addresses").text
        kinds = desk.post("/setup/account/mail/kinds", "/setup/account", kind="digest")
        assert "Nobody has confirmed ann@maker.example" in kinds.text
        refused = desk.post("/setup/account/mail", "/setup/account", address="ann@x", rhythm="x")
        assert refused.status_code == 422


def test_mails_are_not_for_readers(maker: Actor, desk: Desk) -> None:
    reader = desk.sign_in("maker.reader")

    assert reader.client.get("/setup/mail").status_code == 403
    assert reader.client.get("/setup/mail/addresses").status_code == 403
    asked = reader.post("/setup/mail/addresses/ask", "/setup/account", address="a@maker.example")
    assert asked.status_code == 403
    assert reader.client.get(f"{P}/form-links").status_code == 403


# --- links in mails -------------------------------------------------------------------------------

ADDRESS = "kim@maker.example"


def link(application: Application, maker: Actor, purpose: Purpose, subject: str) -> str:
    with application.database.reading() as conn:
        return private_links.path(conn, purpose, f"{maker.organisation_id} {subject}")


@pytest.fixture
def asked(application: Application, maker: Actor) -> str:
    """A fresh question for an address: the path of its link."""
    with application.database.transaction() as conn:
        conn.execute("delete from mail_address")
        conn.execute("delete from mail_unsubscribed")
        addresses.ask_in(application, conn, maker, ADDRESS, at=application.clock())
    return link(application, maker, Purpose.CONFIRM, f"1 {ADDRESS}")


def is_confirmed(application: Application, maker: Actor) -> bool:
    with application.database.reading() as conn:
        return addresses.several(conn, maker.organisation_id, [ADDRESS])[ADDRESS].state == (
            "confirmed"
        )


def test_an_address_is_confirmed_by_the_button_never_by_opening_the_link(
    application: Application, maker: Actor, stranger: TestClient, asked: str
) -> None:
    for _ in range(2):
        page = stranger.get(asked)
        assert stranger.head(asked).status_code == 200
    assert "Is this your mail address?" in page.text
    assert page.headers["referrer-policy"] == "same-origin"
    assert not is_confirmed(application, maker)
    assert stranger.post(asked, data={"csrf_token": "x"}).status_code == 403
    assert not is_confirmed(application, maker)

    answer = stranger.post(asked, data=fields(stranger, asked), follow_redirects=True)
    assert "Your address is confirmed" in answer.text
    assert is_confirmed(application, maker)
    older = link(application, maker, Purpose.CONFIRM, f"9 {ADDRESS}")
    ended = {stranger.get(each).text for each in (older, "/confirm/x", asked + "x")}
    assert len(ended) == 1
    assert "This link does not work" in ended.pop()


def refused(application: Application, maker: Actor) -> list[str]:
    with application.database.reading() as conn:
        told = addresses.several(conn, maker.organisation_id, [ADDRESS])[ADDRESS]
    return [each.kind for each in told.refuses]


def test_one_click_unsubscribes_and_opening_does_not(
    application: Application, maker: Actor, stranger: TestClient, asked: str
) -> None:
    path = link(application, maker, Purpose.UNSUBSCRIBE, f"digest {ADDRESS}")
    assert "No more digests of programmes" in stranger.get(path).text
    assert refused(application, maker) == []
    assert stranger.post(path, data={"anything": "else"}).status_code == 400
    assert refused(application, maker) == []

    # As a mail program does it: from elsewhere, without a cookie or a token of ours.
    with TestClient(build(application), base_url=HOST) as program:
        away = {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}
        done = program.post(
            path, data={"List-Unsubscribe": "One-Click"}, headers=away, follow_redirects=False
        )
        in_parts = program.post(path, files={"List-Unsubscribe": (None, "One-Click")})
        nowhere = program.post(path + "x", data={"List-Unsubscribe": "One-Click"})
    assert (done.status_code, in_parts.status_code, nowhere.status_code) == (200, 200, 404)
    assert refused(application, maker) == ["digest"]


def test_what_is_refused_is_chosen_and_taken_back_on_the_page_of_the_link(
    application: Application, maker: Actor, stranger: TestClient, asked: str
) -> None:
    path = link(application, maker, Purpose.UNSUBSCRIBE, f"notice {ADDRESS}")
    for part in ("/this", "/choices"):
        assert stranger.post(path + part, data={"csrf_token": "x"}).status_code == 403
    form = fields(stranger, path)
    page = stranger.post(f"{path}/this", data=form, follow_redirects=True)
    assert "It is kept." in page.text
    assert refused(application, maker) == ["notice"]
    stranger.post(f"{path}/choices", data=form)
    assert refused(application, maker) == ["*"]
    every = [each.value for each in REFUSABLE]
    page = stranger.post(f"{path}/choices", data=form | {"kind": every}, follow_redirects=True)
    assert refused(application, maker) == []
    assert "No more notices to be read" in page.text
    ended = stranger.get("/unsubscribe/x")
    assert (ended.status_code, "does not work" in ended.text) == (404, True)


def test_the_page_of_a_person_says_how_they_are_reached(
    application: Application, maker: Actor, admin: Desk, asked: str
) -> None:
    reached = Person(code="kim", name="Kim", department=Department.QUALITY, mail=ADDRESS)
    silent = Person(code="bo", name="Bo", department=Department.QUALITY)
    write(application, maker, "out", [Put(reached), Put(silent)])
    page = admin.client.get(f"{P}/entry/person?code=kim").text
    assert "Not confirmed" in page
    assert "No address is known" in admin.client.get(f"{P}/entry/person?code=bo").text
    assert "mail not confirmed" in admin.client.get(f"{P}/training").text

    addresses.confirm(application, asked.rpartition("/")[2])
    page = admin.client.get(f"{P}/entry/person?code=kim").text
    assert "Confirmed" in page
