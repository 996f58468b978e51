"""Who gets in, with what, and what they are told otherwise."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

import packtrail.api
from packtrail.access import Permission
from packtrail.base.errors import Unavailable
from packtrail.services.accounts import accounts
from packtrail.services.queries import query

from ..services.documents import commissioning, document, pack
from .conftest import Rest, client_of

JSON = {"Content-Type": "application/json"}
PASSWORD = "a long enough sentence"
GOOD = document(commissioning(1, [pack(1)]))


@pytest.mark.parametrize(
    "path", ["/epcis/v2", "/epcis/v2/events", "/epcis/v2/capture", "/api/v1/me", "/api/v1/keys"]
)
def test_nobody_sees_anything_without_a_key(rest: Rest, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer ptk_wrong"}, {"Authorization": "Basic eDp5"}):
        answer = rest.anyone.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_key_can_do_no_more_than_its_scopes(rest: Rest) -> None:
    reader = client_of(rest.world, rest.world.maker, Permission.EVENT_READ)

    answer = reader.post("/epcis/v2/capture", content=GOOD, headers=JSON)

    assert reader.get("/epcis/v2/events").status_code == 200
    assert answer.status_code == 403
    assert answer.json()["type"] == "epcisException:SecurityException"
    assert reader.get("/api/v1/captures").status_code == 403


def test_a_key_that_may_only_capture_still_learns_of_its_job(rest: Rest) -> None:
    line = client_of(rest.world, rest.world.maker, Permission.CAPTURE_CREATE)

    answer = line.post("/epcis/v2/capture", content=GOOD, headers=JSON)

    assert answer.status_code == 202
    assert line.get("/epcis/v2/events").status_code == 403


def test_a_key_is_made_used_and_revoked_through_rest(rest: Rest) -> None:
    made = rest.maker.post(
        "/api/v1/keys", json={"name": "line 1", "scopes": ["event:record:read"], "days": 7}
    )
    secret, key_id = made.json()["secret"], made.json()["key"]["key_id"]
    headers = {"Authorization": f"Bearer {secret}"}

    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    assert rest.anyone.get("/api/v1/me", headers=headers).json() == {
        "kind": "api_key",
        "name": "line 1",
        "organisation_code": "maker",
        "permissions": ["event:record:read"],
    }
    assert secret not in rest.maker.get("/api/v1/keys").text
    assert rest.wholesaler.delete(f"/api/v1/keys/{key_id}").status_code == 404
    assert rest.maker.delete(f"/api/v1/keys/{key_id}").status_code == 204
    assert rest.anyone.get("/api/v1/me", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": ["organisation:record:create"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["event:record:read"], "days": 0},
        {"name": "x", "scopes": ["event:record:read"], "surprise": 1},
        {"scopes": "event:record:read"},
        [],
    ],
)
def test_a_key_that_cannot_be_made_is_refused_with_findings(rest: Rest, body: object) -> None:
    answer = rest.maker.post("/api/v1/keys", json=body)

    assert answer.status_code == 422
    assert answer.json()["findings"]


def test_a_session_reads_and_writes_only_with_its_token(rest: Rest) -> None:
    world = rest.world
    accounts.create_user(world.app, world.maker, "ada", role="operator", password=PASSWORD)
    token = accounts.sign_in(world.app, "ada", PASSWORD).token
    browser = TestClient(
        packtrail.api.build(world.app),
        base_url="http://127.0.0.1",
        cookies={accounts.SESSION_COOKIE: token},
    )

    def capture(**headers: str) -> int:
        return browser.post("/epcis/v2/capture", content=GOOD, headers=JSON | headers).status_code

    assert browser.get("/api/v1/me").json()["name"] == "ada"
    assert capture() == 403
    assert capture(**{accounts.CSRF_HEADER: "wrong"}) == 403
    assert capture(**{accounts.CSRF_HEADER: accounts.csrf_token(token)}) == 202


def test_a_packer_records_for_the_maker_only_by_agreement(rest: Rest) -> None:
    headers = JSON | {"Packtrail-Owner": "maker"}

    assert rest.packer.post("/epcis/v2/capture", content=GOOD, headers=headers).status_code == 202
    assert (
        rest.wholesaler.post("/epcis/v2/capture", content=GOOD, headers=headers).status_code == 403
    )
    assert rest.maker.post("/api/v1/agreements", json={"partner": "wholesaler"}).status_code == 204
    assert (
        rest.wholesaler.post("/epcis/v2/capture", content=GOOD, headers=headers).status_code == 202
    )
    assert rest.maker.post("/api/v1/agreements", json={"partner": "nobody"}).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/trace/hello", 422),
        ("/api/v1/trace/00300010123455", 422),
        ("/api/v1/trace/urn:epc:id:sgtin:030001.0012345.77", 404),
        ("/api/v1/trace/urn:x:1?as_of=yesterday", 422),
        ("/api/v1/lots/NONE", 404),
        ("/api/v1/captures/nonsense", 404),
        ("/api/v1/captures?before=nonsense", 400),
        ("/api/v1/nothing", 404),
        ("/epcis/v2/nothing", 404),
    ],
)
def test_every_refusal_is_a_problem_document(rest: Rest, path: str, status: int) -> None:
    answer = rest.maker.get(path)
    problem = answer.json()

    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["title"]
    assert problem["detail"]


def test_a_database_that_does_not_answer_is_told_with_a_time_to_come_back(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise Unavailable("The database does not answer.", retry_after_seconds=7)

    monkeypatch.setattr(query, "events", away)
    answer = rest.maker.get("/epcis/v2/events")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert answer.json()["type"] == "epcisException:ImplementationException"


def test_a_failure_inside_tells_nothing_of_the_inside(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(query, "events", broken)
    client = TestClient(
        rest.maker.app,
        base_url="http://127.0.0.1",
        headers=dict(rest.maker.headers),
        raise_server_exceptions=False,
    )
    answer = client.get("/epcis/v2/events")

    assert answer.status_code == 500
    assert "secret detail" not in answer.text


def test_the_description_of_the_interface_is_served_and_loads_nothing(rest: Rest) -> None:
    answer = rest.anyone.get("/api/openapi.json")

    assert answer.status_code == 200
    assert "/epcis/v2/capture" in answer.json()["paths"]
    assert rest.anyone.get("/docs").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/epcis/v2/events?EQ_bizStep=a%00b",
        "/epcis/v2/events?MATCH_epc=urn:x:%00",
        "/epcis/v2/events/a%00b",
        "/epcis/v2/capture/a%00b",
        "/api/v1/trace/urn:epc:id:sscc:030001.%00",
        "/api/v1/recognise?text=a%00b",
        "/api/v1/audit?before=99999999999999999999999",
    ],
)
def test_a_text_that_no_database_holds_is_refused_and_breaks_nothing(rest: Rest, path: str) -> None:
    answer = rest.maker.get(path)

    assert answer.status_code in {400, 404, 422}
    assert answer.headers["content-type"] == "application/problem+json"
