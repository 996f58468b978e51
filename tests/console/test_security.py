"""The console in a hostile world: headers, forms from elsewhere, sessions, other organisations."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from packtrail.console import build, sign_in
from packtrail.console.security import CONTENT_SECURITY_POLICY
from packtrail.console.visit import safe_next
from packtrail.services.accounts import accounts, organisations

if TYPE_CHECKING:
    from tests.console.conftest import Desk

    from packtrail.services.application import Application

PUBLIC = ("/sign-in", "/sign-in/abc", "/no-such-page")
SERIALS = (
    "/serials",
    "/serials/new",
    "/serials/ledger",
    "/serials/look-up",
    "/serials/proof",
    "/serials/import",
    "/serials/blocks",
    "/serials/policies",
)
PAGES = (
    *SERIALS,"/", "/scan", "/captures", "/audit", "/setup", "/setup/users", "/setup/api-keys",
         "/setup/operations", "/setup/operations/backups", "/setup/archive", "/setup/retention",
         "/products", "/locations")  # fmt: skip


class Inline(HTMLParser):
    """Collects what a strict policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._script = tag == "script"
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in given if name == "style" or name[:2] == "on"]
        for name in ("src", "href", "action"):
            if re.match(r"\s*(javascript|data|https?):", given.get(name) or "", re.IGNORECASE):
                self.found.append(f"{tag} {name}={given[name]}")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.found.append("script text")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_strict_policy_and_nothing_inline(admin: Desk, path: str) -> None:
    answer = admin.client.get(path)

    inline = Inline()
    inline.feed(answer.text)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert inline.found == []


@pytest.mark.parametrize("path", PUBLIC)
def test_pages_for_everybody_are_as_strict(desk: Desk, path: str) -> None:
    answer = desk.client.get(path)

    inline = Inline()
    inline.feed(answer.text)
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert inline.found == []


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_page_without_signing_in(desk: Desk, path: str) -> None:
    answer = desk.client.get(path, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_after_sign_in_one_is_where_one_wanted_to_be(desk: Desk) -> None:
    asked = desk.client.get("/scan?q=(01)1", follow_redirects=False).headers["location"]
    page = desk.client.get(asked).text

    assert 'name="next" value="/scan?q=(01)1"' in page


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "",
     "/sign-in", "javascript:alert(1)", "/a\r\nset-cookie: x=y"],
)  # fmt: skip
def test_sign_in_never_leads_elsewhere(elsewhere: str) -> None:
    assert safe_next(elsewhere) == "/"


FORMS = ("/captures", "/setup/users", "/setup/users/link", "/setup/api-keys",
         "/setup/api-keys/revoke", "/setup/agreements", "/sign-out")  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", ["", "guessed", "\u00e9"])
def test_a_form_without_the_token_of_its_session_is_refused(
    admin: Desk, path: str, token: str
) -> None:
    answer = admin.client.post(path, data={"csrf_token": token}, follow_redirects=False)

    assert answer.status_code == 403
    assert "ACC-015" in answer.text
    assert admin.client.get("/setup").status_code == 200


def test_the_token_of_another_session_is_refused(desk: Desk, application: Application) -> None:
    mine = desk.sign_in("maker.admin").token("/setup")
    desk.client.cookies.clear()
    desk.sign_in("maker.admin")

    answer = desk.client.post("/setup/agreements", data={"csrf_token": mine, "partner": "packager"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_on_another_site_is_refused_even_with_the_token(
    admin: Desk, headers: dict[str, str]
) -> None:
    form = {"csrf_token": admin.token("/setup"), "partner": "packager"}

    assert admin.client.post("/setup/agreements", data=form, headers=headers).status_code == 403


def test_sign_in_itself_needs_a_token(desk: Desk) -> None:
    answer = desk.client.post("/sign-in", data={"name": "maker.admin", "password": "x"})

    assert answer.status_code == 403


def test_cookies_are_hidden_from_scripts_and_other_sites(desk: Desk) -> None:
    form = {"csrf_token": desk.token("/sign-in"), "name": "maker.admin", "password": "wrong"}
    refused = desk.client.post("/sign-in", data=form)
    desk.sign_in("maker.admin")
    answer = desk.client.get("/sign-in", follow_redirects=False)

    assert refused.status_code == 401
    assert "ACC-004" in refused.text
    assert answer.headers["location"] == "/"
    cookies = {cookie.name: cookie for cookie in desk.client.cookies.jar}
    assert set(cookies) == {"packtrail_session", "packtrail_visit"}
    for cookie in cookies.values():
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "lax"


def test_looking_at_a_one_time_link_does_not_spend_it(desk: Desk, application: Application) -> None:
    actor = organisations.system_actor(application, "tests", organisation="maker")
    path = "/sign-in/" + accounts.create_sign_in_link(application, actor, "maker.reader")

    for _ in range(3):
        assert desk.client.get(path).status_code == 200
        assert desk.client.head(path).status_code == 200
    form = {"csrf_token": desk.token(path)}
    assert desk.client.post(path, data=form, follow_redirects=False).status_code == 303
    assert "maker.reader" in desk.client.get("/scan").text
    desk.client.cookies.clear()
    again = desk.client.post(path, data={"csrf_token": desk.token(path)})
    assert again.status_code == 401
    assert "ACC-007" in again.text


def test_signing_out_ends_the_session_on_the_server(admin: Desk) -> None:
    kept = admin.client.cookies["packtrail_session"]
    admin.post("/sign-out")

    admin.client.cookies.set("packtrail_session", kept, domain="127.0.0.1")
    assert admin.client.get("/setup", follow_redirects=False).status_code == 303


def test_a_reader_sees_no_rooms_and_gets_no_answers_it_may_not_have(desk: Desk) -> None:
    page = desk.sign_in("maker.reader").client.get("/scan").text

    assert 'href="/audit"' not in page
    for path in ("/audit", "/setup/users", "/setup/api-keys"):
        answer = desk.client.get(path)
        assert answer.status_code == 403
        assert "ACC-001" in answer.text
    assert desk.drop(b"<x/>").status_code == 403


def test_an_original_is_always_a_download(admin: Desk) -> None:
    hostile = b"<html><script>alert(1)</script></html>"
    where = admin.drop(hostile, 'a";\r\nx: "\u00e9.html').headers["location"]

    answer = admin.client.get(f"{where}/original")
    assert answer.content == hostile
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")


def test_hostile_text_from_a_document_is_text_on_the_page(admin: Desk) -> None:
    where = admin.drop(b"<nonsense/>", "<img src=x onerror=alert(1)>.xml").headers["location"]

    page = admin.client.get(where).text
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_another_organisation_does_not_learn_that_a_capture_exists(
    admin: Desk, application: Application
) -> None:
    where = admin.drop(b"<nonsense/>", "secret-name.xml").headers["location"]
    admin.client.cookies.clear()
    stranger = admin.sign_in("stranger.admin")

    for path in (where, f"{where}/progress", f"{where}/original"):
        answer = stranger.client.get(path)
        assert answer.status_code == 404
        assert "secret-name" not in answer.text
    assert "secret-name" not in stranger.client.get("/captures").text
    assert "secret-name" not in stranger.client.get("/audit").text


def test_a_broken_page_says_what_to_do_and_nothing_of_its_inside(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr(sign_in.templates, "render", fail)
    client = TestClient(
        build(application), base_url="http://127.0.0.1:8440", raise_server_exceptions=False
    )
    answer = client.get("/sign-in")

    assert answer.status_code == 500
    assert "the inside" not in answer.text
    assert "Nothing you sent was recorded by halves" in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


def test_a_form_of_a_stranger_is_not_even_read(desk: Desk) -> None:
    files = {"file": ("a.xml", b"<x/>" * 1000, "application/xml")}
    answer = desk.client.post(
        "/captures", data={"csrf_token": "x"}, files=files, follow_redirects=False
    )

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"
