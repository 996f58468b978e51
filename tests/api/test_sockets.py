"""Web sockets: the events of a named query as they come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from packtrail.base.errors import Unavailable
from packtrail.services.accounts import accounts
from packtrail.services.queries import standing
from packtrail.store.database import Database

from ..services.conftest import make_world
from ..services.documents import commissioning, document, pack
from .conftest import Rest, make_rest

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def rest(fresh_database: Database) -> Iterator[Rest]:
    world = make_world(fresh_database, subscription_wait_for_ms=10, subscription_events_max=2)
    made = make_rest(world)
    body = {"name": "steps", "query": {"EQ_bizStep": "commissioning"}}
    assert made.maker.post("/epcis/v2/queries", json=body).status_code == 201
    yield made
    world.app.workers.shutdown(wait=True)


def _capture(rest: Rest, *numbers: int) -> None:
    events = [commissioning(n, [pack(n)]) | {"eventID": f"urn:x:{n}"} for n in numbers]
    rest.maker.post("/epcis/v2/capture", content=document(*events), headers=JSON)


def _ids(message: dict[str, Any]) -> list[str]:
    results = message["epcisBody"]["queryResults"]
    assert results["queryName"] == "steps"
    return [each["eventID"] for each in results["resultsBody"]["eventList"]]


def _open(client: TestClient, query: str = "stream=true", name: str = "steps") -> Any:
    return client.websocket_connect(f"/epcis/v2/queries/{name}/events?{query}")


def test_events_are_told_once_as_they_are_recorded(rest: Rest) -> None:
    _capture(rest, 0)
    with _open(rest.maker) as socket:
        headers = {name.decode(): value.decode() for name, value in socket.extra_headers}
        assert headers["gs1-query-min-record-time"]
        _capture(rest, 1)
        assert _ids(socket.receive_json()) == ["urn:x:1"]
        _capture(rest, 2, 3, 4)
        told = _ids(socket.receive_json()) + _ids(socket.receive_json())
        assert sorted(told) == ["urn:x:2", "urn:x:3", "urn:x:4"]


def test_a_schedule_tells_what_was_before_and_that_there_is_nothing(rest: Rest) -> None:
    _capture(rest, 1)
    query = "second=[0-59]&reportIfEmpty=true&initialRecordTime=2020-01-01T00:00:00Z"
    with _open(rest.maker, query) as socket:
        assert _ids(socket.receive_json()) == ["urn:x:1"]
        assert _ids(socket.receive_json()) == []


def test_a_deleted_query_closes_its_sockets(rest: Rest) -> None:
    with _open(rest.maker) as socket:
        assert rest.maker.delete("/epcis/v2/queries/steps").status_code == 204
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()

    assert closed.value.code == 1001


def test_a_revoked_key_closes_its_sockets(rest: Rest) -> None:
    (key,) = rest.maker.get("/api/v1/keys").json()
    with _open(rest.maker) as socket:
        _capture(rest, 1)
        assert _ids(socket.receive_json()) == ["urn:x:1"]
        accounts.revoke_api_key(rest.world.app, rest.world.maker, key["key_id"])
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()

    assert closed.value.code == 1008


def test_a_query_that_finds_too_much_is_told_and_goes_on(rest: Rest) -> None:
    body = {"name": "few", "query": {"EQ_bizStep": "commissioning", "maxEventCount": 2}}
    assert rest.maker.post("/epcis/v2/queries", json=body).status_code == 201
    with _open(rest.maker, name="few") as socket:
        _capture(rest, 1, 2, 3)
        problem = socket.receive_json()
        assert (problem["type"], problem["status"]) == (
            "epcisException:QueryTooLargeException",
            413,
        )
        _capture(rest, 4)
        (event,) = socket.receive_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert event["eventID"] == "urn:x:4"


def test_a_socket_closes_without_telling_where_the_database_is(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Any:
        raise Unavailable("The database packtrail at db.internal does not answer: " + "ä" * 200)

    with _open(rest.maker) as socket:
        monkeypatch.setattr(standing, "run", away)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()

    assert closed.value.code == 1001
    assert "internal" not in closed.value.reason
    assert len(closed.value.reason.encode()) <= 123


@pytest.mark.parametrize(
    ("query", "name", "status"),
    [
        ("", "steps", 400),
        ("stream=true&second=0", "steps", 400),
        ("second=61", "steps", 400),
        ("stream=perhaps", "steps", 400),
        ("stream=true&initialRecordTime=soon", "steps", 400),
        ("stream=true", "none", 404),
    ],
)
def test_a_socket_that_cannot_be_is_denied(rest: Rest, query: str, name: str, status: int) -> None:
    with pytest.raises(WebSocketDenialResponse) as denied, _open(rest.maker, query, name):
        pass

    assert denied.value.status_code == status


def test_nobody_listens_without_a_key_or_to_others(rest: Rest) -> None:
    for client, status in ((rest.anyone, 401), (rest.wholesaler, 404)):
        with pytest.raises(WebSocketDenialResponse) as denied, _open(client):
            pass
        assert denied.value.status_code == status
