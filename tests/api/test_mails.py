"""Mails, mail preferences, addresses, form links and mails as files through REST."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from packtrail.access import Permission
from packtrail.services.accounts import accounts
from packtrail.services.mail import outbox
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.store import mail_addresses as address_rows
from packtrail.store.database import Database

from ..services.conftest import World, make_world
from .conftest import Rest, client_of, make_rest

MAILS = "/api/v1/mails"
ADDRESSES = "/api/v1/mail-addresses"
WISHES = "/api/v1/mail-preferences"
P = "/api/v1/plans/eu"
ANN = "ann@maker.example"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def rest(database: Database) -> Iterator[Rest]:
    """Organisations whose mails are recorded, and go to a server that nobody answers at."""
    settings = {
        "mail_host": "127.0.0.1", "mail_port": 9, "mail_tls": "none",
        "mail_from": "packtrail@maker.example", "console_url": "https://packtrail.example/",
        "capture_whole_bytes_max": 50_000,
    }  # fmt: skip
    made = make_rest(make_world(database, **settings))
    for client in (made.maker, made.packer):
        body = {"code": "eu", "name": "EU programme", "terms": {"template": "small"}}
        assert client.post("/api/v1/plans", json=body).status_code == 201
    accounts.create_user(
        made.world.app, made.world.maker, "ann", role="quality", display_name="Ann"
    )
    yield made
    made.world.app.workers.shutdown(wait=True)


@pytest.fixture
def maker(rest: Rest) -> TestClient:
    return rest.maker


@pytest.fixture
def off(rest: Rest) -> TestClient:
    """The maker where no mail server is set."""
    app = replace(rest.world.app, settings=replace(rest.world.app.settings, mail_host=""))
    return client_of(replace(rest.world, app=app), rest.world.maker)


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in answer.json()["findings"]]


def refused(answer: Any) -> tuple[int, list[str]]:
    return answer.status_code, codes(answer)


def told(world: World, cause: str, *, to: str = ANN, is_confirmed: bool = True) -> str:
    """Record a notice of the maker; return its number."""
    at, whose = world.app.clock(), world.maker.organisation_id
    letter = Letter(kind=Kind.NOTICE, cause=cause, to=to, subject=cause, text="It is so.")
    with world.app.database.transaction() as conn:
        if is_confirmed:
            address_rows.note(conn, whose, to, at=at)
            asks = address_rows.ask(conn, whose, to, at=at)
            address_rows.confirm(conn, whose, to, asks=asks or 0, at=at)
        outbox.post(world.app, conn, whose, letter, at=at)
        found = conn.execute("select mail_id::text from mail where cause = %s", [cause]).fetchone()
    assert found
    return str(found[0])


# --- mails ----------------------------------------------------------------------------------------


def test_a_mail_is_looked_at_dropped_and_tried_again(rest: Rest, maker: TestClient) -> None:
    mail_id = told(rest.world, "case 1")

    seen = maker.get(f"{MAILS}/{mail_id}").json()
    assert (seen["mail"]["state"], seen["text"], seen["tries"]) == ("waiting", "It is so.", [])
    dropped = maker.post(f"{MAILS}/{mail_id}/drop", json={"reason": "Written by mistake"})
    assert dropped.json()["mail"]["state"] == "dropped"
    again = maker.post(f"{MAILS}/{mail_id}/retries")
    assert again.json()["mail"]["state"] == "waiting"
    listed = maker.get(MAILS, params={"state": "waiting", "kind": "notice"}).json()
    assert mail_id in {each["mail_id"] for each in listed}
    assert maker.get(MAILS, params={"kind": "digest"}).json() == []
    assert maker.get(MAILS, params={"limit": 0}).status_code == 422
    assert maker.get(MAILS, params={"before": "yesterday"}).status_code == 422


def test_what_is_no_mail_is_not_found(maker: TestClient) -> None:
    for mail_id in (NOBODY, "x", "é"):
        assert refused(maker.get(f"{MAILS}/{mail_id}")) == (404, ["MAI-001"])
        assert refused(maker.post(f"{MAILS}/{mail_id}/retries")) == (404, ["MAI-001"])
        assert refused(maker.post(f"{MAILS}/{mail_id}/drop", json={})) == (404, ["MAI-001"])


def test_a_test_goes_to_an_address_that_may_be_mailed_to(maker: TestClient) -> None:
    made = maker.post(f"{MAILS}/tests", json={"address": "new@maker.example"})
    assert (made.status_code, made.json()["mail"]["kind"]) == (201, "confirmation")
    # Who sees mails must not be able to confirm the address of another.
    assert made.json()["link"] == "private link: confirm"
    bad = {"no address": "MAI-003", "ann@elsewhere.example": "MAI-004", "a@b\r\nBcc: c": "MAI-003"}
    for address, code in bad.items():
        assert refused(maker.post(f"{MAILS}/tests", json={"address": address})) == (422, [code])
    assert maker.post(f"{MAILS}/tests", json={}).status_code == 422


def test_the_standing_says_whether_mails_are_on(maker: TestClient, off: TestClient) -> None:
    stands = maker.get(f"{MAILS}/standing").json()
    assert (stands["is_on"], stands["server"]) == (True, "127.0.0.1:9, none")
    assert set(stands["counts"]) == {
        "waiting", "unconfirmed", "sent", "dead", "unsubscribed", "dropped",
    }  # fmt: skip
    assert off.get(f"{MAILS}/standing").json()["is_on"] is False
    assert refused(off.post(f"{MAILS}/tests", json={"address": ANN})) == (422, ["MAI-002"])


# --- addresses ------------------------------------------------------------------------------------


def test_an_address_that_nobody_has_confirmed_is_listed_and_asked(
    rest: Rest, maker: TestClient
) -> None:
    held = told(rest.world, "case 2", to="kim@maker.example", is_confirmed=False)

    (view,) = (e for e in maker.get(ADDRESSES).json() if e["address"] == "kim@maker.example")
    assert (view["state"], view["held"], view["refuses"]) == ("unconfirmed", 1, [])
    assert refused(maker.post(f"{MAILS}/{held}/retries")) == (422, ["MAI-011"])
    asked = maker.post(f"{ADDRESSES}/Kim@maker.example/questions")
    assert (asked.status_code, asked.json()["state"]) == (201, "asked")
    again = maker.post(f"{ADDRESSES}/kim@maker.example/questions")
    assert refused(again) == (409, ["MAI-010"])
    assert refused(maker.post(f"{ADDRESSES}/nobody/questions")) == (422, ["MAI-003"])


def test_what_an_address_refuses_is_listed_and_not_overruled(rest: Rest, maker: TestClient) -> None:
    told(rest.world, "case 3", to="lee@maker.example")
    with rest.world.app.database.transaction() as conn:
        address_rows.refuse(
            conn, rest.world.maker.organisation_id, "lee@maker.example", "notice",
            at=rest.world.app.clock(), by="link in a mail",
        )  # fmt: skip
    later = told(rest.world, "case 4", to="Lee@maker.example")

    (view,) = (e for e in maker.get(ADDRESSES).json() if e["address"] == "lee@maker.example")
    assert [(e["kind"], e["by"]) for e in view["refuses"]] == [("notice", "link in a mail")]
    assert maker.get(f"{MAILS}/{later}").json()["mail"]["state"] == "unsubscribed"
    assert refused(maker.post(f"{MAILS}/{later}/retries")) == (422, ["MAI-012"])
    asked = maker.post(f"{ADDRESSES}/lee@maker.example/questions")
    assert refused(asked) == (409, ["MAI-008"])


# --- preferences ----------------------------------------------------------------------------------


def test_who_wants_mails_is_said_and_listed(maker: TestClient) -> None:
    body = {"address": "a.nolan@maker.example", "rhythm": "daily"}
    made = maker.put(f"{WISHES}/ann", json=body).json()

    assert (made["address"], made["rhythm"], made["confirmed_at"]) == (
        "a.nolan@maker.example", "daily", None,
    )  # fmt: skip
    assert [each["name"] for each in maker.get(WISHES).json() if each["rhythm"] == "daily"] == [
        "ann"
    ]
    none = maker.put(f"{WISHES}/ann", json={"address": "", "is_on": False}).json()
    assert (none["address"], none["is_on"]) == ("", False)


@pytest.mark.parametrize(
    ("user", "body", "status", "code"),
    [
        ("nobody", {"address": ANN}, 404, "ACC-017"),
        ("ann", {"address": "no address"}, 422, "MAI-003"),
        ("ann", {"address": "ann@elsewhere.example"}, 422, "MAI-004"),
    ],
)
def test_preferences_that_cannot_be_are_refused(
    maker: TestClient, user: str, body: dict[str, str], status: int, code: str
) -> None:
    assert refused(maker.put(f"{WISHES}/{user}", json=body)) == (status, [code])


def test_a_rhythm_is_one_of_those_there_are(maker: TestClient) -> None:
    body = {"address": ANN, "rhythm": "hourly"}
    assert maker.put(f"{WISHES}/ann", json=body).status_code == 422


# --- form links -----------------------------------------------------------------------------------


def test_a_form_link_is_made_listed_without_its_secret_and_revoked(maker: TestClient) -> None:
    body = {"name": "Packers", "about": "line:c1", "department": "packaging", "days": 3, "uses": 2}
    made = maker.post(f"{P}/form-links", json=body)

    assert made.status_code == 201
    address = made.json()["address"]
    assert address.startswith("https://packtrail.example/tell/ptf_")
    secret, link_id = address.rpartition("/")[2], made.json()["link"]["link_id"]
    listed = maker.get(f"{P}/form-links")
    assert secret not in listed.text
    assert [each["is_working"] for each in listed.json() if each["link_id"] == link_id] == [True]
    assert maker.delete(f"{P}/form-links/{link_id}").status_code == 204
    assert refused(maker.delete(f"{P}/form-links/{link_id}")) == (404, ["PLN-041"])
    (view,) = (e for e in maker.get(f"{P}/form-links").json() if e["link_id"] == link_id)
    assert (view["is_working"], bool(view["revoked_at"])) == (False, True)


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Packers", "about": "x" * 301}, "about"),
        ({"name": "Packers", "days": 0}, "days"),
        ({"name": "Packers", "days": 367}, "days"),
        ({"name": "Packers", "uses": 0}, "uses"),
        ({"name": "Packers", "uses": 1_001}, "uses"),
    ],
)
def test_a_form_link_that_cannot_be_is_refused_at_its_field(
    maker: TestClient, body: dict[str, Any], at: str
) -> None:
    answer = maker.post(f"{P}/form-links", json=body)

    assert refused(answer) == (422, ["PLN-043"])
    assert [each["at"] for each in answer.json()["findings"]] == [at]


def test_form_links_of_no_programme_and_unknown_links_are_not_found(maker: TestClient) -> None:
    nope = "/api/v1/plans/nope/form-links"
    assert refused(maker.get(nope)) == (404, ["PLN-014"])
    assert refused(maker.post(nope, json={"name": "Packers"})) == (404, ["PLN-014"])
    for link_id in (NOBODY, "x"):
        assert refused(maker.delete(f"{P}/form-links/{link_id}")) == (404, ["PLN-041"])
    wrong = {"name": "Packers", "department": "kitchen"}
    assert maker.post(f"{P}/form-links", json=wrong).status_code == 422


# --- inputs by mail -------------------------------------------------------------------------------

MAIL = (
    b"From: Kim <kim@corvus.example>\r\nSubject: Two weeks in May\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
    b"May 3 to 14 would be free.\r\n--b\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="offer.pdf"\r\n\r\n%PDF-1.4 offer\r\n--b\r\n'
    b'Content-Type: text/html\r\nContent-Disposition: attachment; filename="a.html"\r\n\r\n'
    b"<html><script>1</script></html>\r\n--b--\r\n"
)


def test_a_mail_becomes_an_input_with_the_files_that_are_kept(maker: TestClient) -> None:
    made = maker.post(
        f"{P}/inputs/mails", content=MAIL, params={"kind": "change", "department": "cmo"}
    )

    assert made.status_code == 201
    told_ = made.json()
    assert (told_["title"], told_["raised_by"], told_["way"]) == (
        "Two weeks in May", "Kim", "mail",
    )  # fmt: skip
    assert "a.html" in told_["text"]
    files = f"{P}/inputs/{told_['code']}/files"
    (file,) = maker.get(files).json()
    assert file["name"] == "offer.pdf"
    content = maker.get(f"{files}/1")
    assert content.content.startswith(b"%PDF")
    assert content.headers["content-disposition"] == "attachment"
    assert maker.get(f"{files}/2").status_code == 404


def test_what_is_no_mail_or_too_large_or_of_no_kind_is_refused(maker: TestClient) -> None:
    url = f"{P}/inputs/mails"
    for content in (b"", b"nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)):
        assert refused(maker.post(url, content=content)) == (422, ["PLN-025"])
    assert maker.post(url, content=MAIL + b"x" * 50_000).status_code == 413
    assert maker.post(url, content=MAIL, params={"kind": "wish"}).status_code == 422
    nope = maker.post("/api/v1/plans/nope/inputs/mails", content=MAIL)
    assert refused(nope) == (404, ["PLN-014"])


# --- whose they are, and who may ------------------------------------------------------------------


def test_one_organisation_sees_and_touches_nothing_of_another(rest: Rest) -> None:
    mail_id = told(rest.world, "case 5")
    body = {"name": "Packers"}
    link_id = rest.maker.post(f"{P}/form-links", json=body).json()["link"]["link_id"]
    code = rest.maker.post(f"{P}/inputs/mails", content=MAIL).json()["code"]

    other = rest.packer
    assert other.get(MAILS).json() == other.get(ADDRESSES).json() == other.get(WISHES).json() == []
    assert other.get(f"{MAILS}/{mail_id}").status_code == 404
    assert other.post(f"{MAILS}/{mail_id}/retries").status_code == 404
    assert other.post(f"{MAILS}/{mail_id}/drop", json={}).status_code == 404
    assert other.put(f"{WISHES}/ann", json={"address": ANN}).status_code == 404
    assert other.get(f"{P}/form-links").json() == []
    assert other.delete(f"{P}/form-links/{link_id}").status_code == 404
    assert other.get(f"{P}/inputs/{code}/files").status_code == 404
    assert rest.maker.get(f"{MAILS}/{mail_id}").json()["mail"]["state"] == "waiting"


def test_nothing_is_told_to_who_may_not_and_to_nobody_at_all(rest: Rest) -> None:
    mail_id = told(rest.world, "case 6")
    reader = client_of(rest.world, rest.world.maker, Permission.PLAN_READ)
    asks: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("GET", MAILS, {}),
        ("GET", f"{MAILS}/standing", {}),
        ("GET", f"{MAILS}/{mail_id}", {}),
        ("POST", f"{MAILS}/{mail_id}/retries", {}),
        ("POST", f"{MAILS}/{mail_id}/drop", {"json": {}}),
        ("POST", f"{MAILS}/tests", {"json": {"address": ANN}}),
        ("GET", ADDRESSES, {}),
        ("POST", f"{ADDRESSES}/{ANN}/questions", {}),
        ("GET", WISHES, {}),
        ("PUT", f"{WISHES}/ann", {"json": {"address": ANN}}),
        ("GET", f"{P}/form-links", {}),
        ("POST", f"{P}/form-links", {"json": {"name": "Packers"}}),
        ("DELETE", f"{P}/form-links/{NOBODY}", {}),
        ("POST", f"{P}/inputs/mails", {"content": MAIL}),
    )
    for method, url, more in asks:
        answer = reader.request(method, url, **more)
        assert answer.status_code == 403, (method, url, answer.text)
        assert rest.anyone.request(method, url, **more).status_code == 401, (method, url)
