"""Named queries and subscriptions: kept, sent, never lost and never new twice."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from packtrail import epcis
from packtrail.access import Permission
from packtrail.base.errors import RefusedError
from packtrail.services.queries import delivering, webhooks
from packtrail.services.queries.delivering import Deliverer, deliver_next
from packtrail.store.database import Database

from ..services.conftest import make_world
from ..services.documents import CASE, commissioning, document, pack, packing
from .conftest import Rest, client_of, make_rest
from .receivers import Receiver, event_list

JSON = {"Content-Type": "application/json"}
QUERIES = "/epcis/v2/queries"
SECRET = "a secret of the receiver"


@pytest.fixture
def rest(fresh_database: Database) -> Iterator[Rest]:
    world = make_world(
        fresh_database,
        webhook_allowed_networks=("127.0.0.0/8",),
        subscription_events_max=2,
        subscription_wait_for_ms=10,
        subscriptions_max=3,
    )
    yield make_rest(world)
    world.app.workers.shutdown(wait=True)


def _define(rest: Rest, name: str = "steps", **query: Any) -> None:
    answer = rest.maker.post(QUERIES, json={"name": name, "query": query})
    assert answer.status_code == 201, answer.text


def _subscribe(rest: Rest, receiver: Receiver, name: str = "steps", **members: Any) -> str:
    body = {"dest": receiver.url, "signatureToken": SECRET, "stream": True, **members}
    if "schedule" in body:
        del body["stream"]
    answer = rest.maker.post(
        f"{QUERIES}/{name}/subscriptions",
        json=body,
        headers={"GS1-EPC-Format": "Never_Translates"},
    )
    assert answer.status_code == 201, answer.text
    location: str = answer.headers["Location"]
    assert answer.json()["subscriptionID"] == location.rpartition("/")[2]
    return location


def _capture(rest: Rest, *numbers: int) -> None:
    events = [commissioning(n, [pack(n)]) | {"eventID": f"urn:x:{n}"} for n in numbers]
    answer = rest.maker.post("/epcis/v2/capture", content=document(*events), headers=JSON)
    assert rest.maker.get(answer.headers["Location"]).json()["success"]


def _deliver_all(rest: Rest) -> int:
    """Deliver what is due in a second."""
    rest.world.clock.advance(seconds=1)
    return int(deliver_next(rest.world.app))


def test_a_query_is_kept_asked_and_deleted(rest: Rest) -> None:
    _capture(rest, 1, 2, 3)
    _define(rest, eventType=["ObjectEvent"], EQ_bizStep=["commissioning", "packing"])

    shown = rest.maker.get(f"{QUERIES}/steps")
    first = rest.maker.get(f"{QUERIES}/steps/events?perPage=2")
    following = first.headers["Link"][1:].partition(">")[0]
    second = rest.maker.get(following)

    assert shown.json()["query"]["EQ_bizStep"] == ["commissioning", "packing"]
    assert rest.maker.get(QUERIES).json() == [shown.json()]
    assert first.json()["epcisBody"]["queryResults"]["queryName"] == "steps"
    assert [len(event_list(each.json())) for each in (first, second)] == [2, 1]
    assert rest.wholesaler.get(QUERIES).json() == []
    for path in ("", "/events", "/subscriptions"):
        answer = rest.wholesaler.get(f"{QUERIES}/steps{path}")
        assert answer.status_code == 404
        assert answer.json()["type"] == "epcisException:NoSuchNameException"
    assert rest.wholesaler.delete(f"{QUERIES}/steps").status_code == 404
    assert rest.maker.delete(f"{QUERIES}/steps").status_code == 204
    assert rest.maker.get(f"{QUERIES}/steps").status_code == 404


def test_a_name_is_given_once_in_an_organisation(rest: Rest) -> None:
    _define(rest)
    for name in ("steps", "SimpleEventQuery"):
        answer = rest.maker.post(QUERIES, json={"name": name, "query": {}})
        assert answer.status_code == 409
        assert answer.json()["type"] == "epcisException:ResourceAlreadyExistsException"
    assert rest.wholesaler.post(QUERIES, json={"name": "steps", "query": {}}).status_code == 201


@pytest.mark.parametrize(
    ("body", "exception"),
    [
        ("[]", "QueryValidationException"),
        ("{", "QueryValidationException"),
        ('{"name": "x"}', "QueryValidationException"),
        ('{"name": "", "query": {}}', "QueryValidationException"),
        ('{"name": "a/b", "query": {}}', "QueryValidationException"),
        ('{"name": "x", "query": {"EQ_bizStep": {}}}', "QueryValidationException"),
        ('{"name": "x", "query": {"EQ_action": ["MOVE"]}}', "QueryParameterException"),
        ('{"name": "x", "query": {"nonsense": "1"}}', "QueryParameterException"),
        ('{"name": "x", "query": {"EQ_action": null}}', "QueryValidationException"),
        ('{"name": "x", "query": {"perPage": "few"}}', "QueryParameterException"),
        ('{"name": "x", "query": {"nextPageToken": "abc"}}', "QueryParameterException"),
    ],
)
def test_a_query_that_could_never_be_asked_is_refused(
    rest: Rest, body: str, exception: str
) -> None:
    answer = rest.maker.post(QUERIES, content=body, headers=JSON)

    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == f"epcisException:{exception}"


@pytest.mark.parametrize("value", [None, True, 1])
def test_what_must_be_there_is_asked_with_or_without_a_value(rest: Rest, value: object) -> None:
    wrong = commissioning(1, [pack(1)]) | {
        "eventID": "urn:x:wrong",
        "errorDeclaration": {"declarationTime": "2026-03-04T00:00:00Z"},
    }
    _capture(rest, 2)
    rest.maker.post("/epcis/v2/capture", content=document(wrong), headers=JSON)

    _define(rest, EXISTS_errorDeclaration=value)

    found = rest.maker.get(f"{QUERIES}/steps/events").json()
    assert [each["eventID"] for each in event_list(found)] == ["urn:x:wrong"]


def test_a_query_of_thousands_of_values_has_pages(rest: Rest) -> None:
    _capture(rest, 1, 2, 3)
    serials = [hashlib.sha256(bytes([n % 256, n // 256])).hexdigest()[:20] for n in range(3_000)]
    _define(rest, MATCH_epc=[pack(each) for each in (1, 2, 3, *serials)], perPage=1)
    sizes: list[int] = []
    following = f"{QUERIES}/steps/events"
    while following:
        answer = rest.maker.get(following)
        assert answer.status_code == 200, answer.text[:500]
        sizes.append(len(event_list(answer.json())))
        following = answer.headers.get("Link", "")[1:].partition(">")[0]
        assert len(following) < 2_000

    assert sizes == [1, 1, 1]


def test_a_page_token_ends_with_the_query_it_was_given_for(rest: Rest) -> None:
    _capture(rest, 1, 2, 3)
    _define(rest, EQ_action="ADD", perPage=1)
    following = rest.maker.get(f"{QUERIES}/steps/events").links["next"]["url"]
    rest.maker.delete(f"{QUERIES}/steps")
    _define(rest, EQ_action="DELETE", perPage=1)

    refused = rest.maker.get(following)

    assert refused.status_code == 400
    assert refused.json()["findings"][0]["code"] == "QRY-006"


def test_queries_and_subscriptions_come_page_by_page(rest: Rest, receiver: Receiver) -> None:
    for name in ("a", "b", "c"):
        _define(rest, name)
        _subscribe(rest, receiver, "a")
    for path, key in (("", "name"), ("/a/subscriptions", "subscriptionID")):
        first = rest.maker.get(f"{QUERIES}{path}?perPage=2")
        second = rest.maker.get(first.headers["Link"][1:].partition(">")[0])
        assert "Link" not in second.headers
        assert len({each[key] for each in first.json() + second.json()}) == 3


def test_what_is_recorded_is_sent_once_signed_and_in_order(rest: Rest, receiver: Receiver) -> None:
    _define(rest, EQ_bizStep="commissioning")
    location = _subscribe(rest, receiver)
    _capture(rest, 1)
    _deliver_all(rest)
    _capture(rest, 2, 3, 4)
    _deliver_all(rest)
    _deliver_all(rest)

    assert receiver.event_ids()[:1] == ["urn:x:1"]
    assert sorted(receiver.event_ids()) == [f"urn:x:{n}" for n in range(1, 5)]
    results = receiver.bodies()[0]["epcisBody"]["queryResults"]
    assert (results["queryName"], results["subscriptionID"]) == (
        "steps",
        location.rpartition("/")[2],
    )
    assert epcis.read(receiver.taken[0][1]).findings == ()
    for headers, body in receiver.taken:
        match = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["GS1-Signature"])
        assert match is not None
        signed = f"{match[1]}.{headers['Packtrail-Delivery']}.".encode() + body
        assert hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest() == match[2]
    assert rest.maker.get(location).json()["lastNotifiedAt"]
    identities = [headers["Packtrail-Delivery"] for headers, _ in receiver.taken]
    assert len(identities) == len(set(identities)) == 3


def test_the_secret_is_shown_by_nothing(rest: Rest, receiver: Receiver) -> None:
    _define(rest)
    location = _subscribe(rest, receiver)

    for path in (location, f"{QUERIES}/steps/subscriptions", "/api/v1/audit"):
        assert SECRET not in rest.maker.get(path).text


def test_a_delivery_that_is_not_taken_is_tried_again_as_the_same(
    rest: Rest, receiver: Receiver
) -> None:
    _define(rest)
    location = _subscribe(rest, receiver)
    _capture(rest, 1, 2, 3)
    receiver.answers = [204, 500]
    _deliver_all(rest)
    waiting = rest.maker.get(location).json()
    assert deliver_next(rest.world.app) is False
    _capture(rest, 4)
    rest.world.clock.advance(seconds=5)
    deliver_next(rest.world.app)

    first, failed, again = receiver.taken
    assert (waiting["failures"], waiting["lastError"]) == (1, "answered 500")
    assert failed[1] == again[1]
    assert failed[0]["Packtrail-Delivery"] == again[0]["Packtrail-Delivery"]
    assert first[0]["Packtrail-Delivery"] != again[0]["Packtrail-Delivery"]
    assert "lastError" not in rest.maker.get(location).json()
    rest.world.clock.advance(seconds=1)
    deliver_next(rest.world.app)
    assert len(receiver.event_ids()) == 3 + 1 + 1
    assert set(receiver.event_ids()) == {f"urn:x:{n}" for n in range(1, 5)}


def test_what_is_recorded_after_the_clock_went_back_is_delivered(
    rest: Rest, receiver: Receiver
) -> None:
    _define(rest)
    _subscribe(rest, receiver)
    _capture(rest, 1)
    _deliver_all(rest)
    rest.world.clock.advance(hours=2)
    _deliver_all(rest)
    rest.world.clock.advance(hours=-1)
    _capture(rest, 2)
    rest.world.clock.advance(hours=2)
    _deliver_all(rest)

    assert receiver.event_ids() == ["urn:x:1", "urn:x:2"]


def test_a_worker_that_dies_leaves_the_delivery_to_the_next(
    rest: Rest, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _define(rest)
    _subscribe(rest, receiver)
    _capture(rest, 1)
    post = webhooks.post

    def post_and_die(*args: Any, **more: Any) -> None:
        post(*args, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(delivering.webhooks, "post", post_and_die)
    rest.world.clock.advance(seconds=1)
    with pytest.raises(KeyboardInterrupt):
        deliver_next(rest.world.app)
    monkeypatch.setattr(delivering.webhooks, "post", post)
    assert deliver_next(rest.world.app) is False
    rest.world.clock.advance(minutes=3)
    assert deliver_next(rest.world.app) is True

    dead, again = receiver.taken
    assert dead[1] == again[1]
    assert dead[0]["Packtrail-Delivery"] == again[0]["Packtrail-Delivery"]


def test_an_event_of_a_capture_that_still_runs_is_not_overtaken(
    rest: Rest, receiver: Receiver
) -> None:
    _define(rest)
    _subscribe(rest, receiver)
    _capture(rest, 1)
    rest.world.clock.advance(seconds=10)
    with rest.world.app.database.transaction() as conn:
        conn.execute("update capture set is_running = true")
    deliver_next(rest.world.app)
    assert receiver.taken == []
    with rest.world.app.database.transaction() as conn:
        conn.execute("update capture set is_running = false")
    _deliver_all(rest)

    assert receiver.event_ids() == ["urn:x:1"]


def test_a_schedule_reports_when_it_is_time_even_nothing_when_asked(
    rest: Rest, receiver: Receiver
) -> None:
    _define(rest)
    _subscribe(rest, receiver, schedule={"second": "0", "minute": "0"}, reportIfEmpty=True)
    _capture(rest, 1)
    assert deliver_next(rest.world.app) is False
    for _ in range(2):
        rest.world.clock.advance(hours=1)
        assert deliver_next(rest.world.app) is True

    assert [len(event_list(body)) for body in receiver.bodies()] == [1, 0]


def test_what_was_recorded_before_is_sent_when_asked_for(rest: Rest, receiver: Receiver) -> None:
    _capture(rest, 1)
    _define(rest)
    early = _subscribe(rest, receiver, initialRecordTime="2020-01-01T00:00:00Z")
    _subscribe(rest, receiver)
    rest.world.clock.advance(seconds=1)
    deliver_next(rest.world.app)
    deliver_next(rest.world.app)

    assert receiver.event_ids() == ["urn:x:1"]
    assert rest.maker.get(early).json()["initialRecordTime"] == "2020-01-01T00:00:00.000Z"
    assert rest.maker.options(early).headers["GS1-Query-Min-Record-Time"] > "2026"


def test_others_events_are_never_sent(rest: Rest, receiver: Receiver) -> None:
    answer = rest.wholesaler.post(QUERIES, json={"name": "all", "query": {}})
    assert answer.status_code == 201
    body = {"dest": receiver.url, "stream": True}
    assert rest.wholesaler.post(f"{QUERIES}/all/subscriptions", json=body).status_code == 201
    _capture(rest, 1)
    _deliver_all(rest)

    assert receiver.taken == []


def test_a_query_that_grows_too_large_is_told_to_its_receiver(
    rest: Rest, receiver: Receiver
) -> None:
    _define(rest, maxEventCount=1)
    _subscribe(rest, receiver)
    _capture(rest, 1, 2)
    _deliver_all(rest)

    (headers, body), *_ = receiver.taken
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["type"] == "epcisException:QueryTooLargeException"


@pytest.mark.parametrize(
    ("settings", "exception"),
    [({}, "QueryTooLargeException"), ({"query_values_max": 0}, "ImplementationException")],
)
def test_a_receiver_of_xml_is_told_by_the_exceptions_of_the_callback_interface(
    rest: Rest,
    receiver: Receiver,
    conformance: Path,
    settings: dict[str, int],
    exception: str,
) -> None:
    _define(rest, maxEventCount=1)
    body = {"dest": receiver.url, "stream": True}
    accept = {"Accept": "application/json;q=0.5, application/xml"}
    answer = rest.maker.post(f"{QUERIES}/steps/subscriptions", json=body, headers=accept)
    assert answer.status_code == 201
    _capture(rest, 1, 2)
    rest.world.clock.advance(seconds=1)
    app = rest.world.app
    deliver_next(dataclasses.replace(app, settings=dataclasses.replace(app.settings, **settings)))

    told = etree.fromstring(receiver.taken[0][1])
    schema = conformance / "gs1-epcis/schema/xsd-2.0/EPCglobal-epcis-query-2_0.xsd"
    etree.XMLSchema(etree.parse(schema)).assertValid(told)
    (fault,) = told.find("EPCISBody")
    assert etree.QName(fault).localname == exception
    assert fault.findtext("queryName") == "steps"
    assert fault.findtext("subscriptionID")


def test_xml_is_sent_to_who_subscribed_accepting_it(rest: Rest, receiver: Receiver) -> None:
    _define(rest)
    answer = rest.maker.post(
        f"{QUERIES}/steps/subscriptions",
        json={"dest": receiver.url, "stream": True},
        headers={"Accept": "application/json;q=0.5, application/xml"},
    )
    assert answer.status_code == 201, answer.text
    rest.maker.post(
        "/epcis/v2/capture", content=document(packing(1, CASE, [pack(1)])), headers=JSON
    )
    _deliver_all(rest)

    headers, body = receiver.taken[0]
    assert headers["Content-Type"] == "application/xml"
    read = epcis.read(body)
    assert read.findings == ()
    assert read.document is not None
    assert len(read.document.events) == 1


def test_a_deleted_query_ends_its_subscriptions(rest: Rest, receiver: Receiver) -> None:
    _define(rest)
    location = _subscribe(rest, receiver)
    rest.maker.delete(f"{QUERIES}/steps")
    _capture(rest, 1)
    _deliver_all(rest)
    _define(rest)

    assert receiver.taken == []
    assert rest.maker.get(location).status_code == 404
    assert rest.maker.delete(location).status_code == 404


def test_an_ended_subscription_is_sent_nothing_more(rest: Rest, receiver: Receiver) -> None:
    _define(rest)
    location = _subscribe(rest, receiver)
    assert rest.wholesaler.delete(location).status_code == 404
    assert rest.maker.delete(location).status_code == 204
    _capture(rest, 1)

    assert _deliver_all(rest) == 0
    assert receiver.taken == []


def test_two_workers_send_nothing_twice(rest: Rest, receiver: Receiver) -> None:
    _define(rest)
    for _ in range(3):
        _subscribe(rest, receiver)
    _capture(rest, 1, 2, 3)
    with Deliverer(rest.world.app), Deliverer(rest.world.app):
        wait = threading.Event()
        for _ in range(500):
            if len(receiver.taken) >= 6:
                break
            wait.wait(0.01)
        _capture(rest, 4)
        for _ in range(500):
            if len(receiver.taken) >= 9:
                break
            wait.wait(0.01)
        wait.wait(0.1)

    assert sorted(receiver.event_ids()) == sorted([f"urn:x:{n}" for n in range(1, 5)] * 3)


@pytest.mark.parametrize(
    "body",
    [
        {"dest": "URL"},
        {"dest": "URL", "stream": False},
        {"dest": "URL", "stream": True, "schedule": {"hour": "1"}},
        {"stream": True},
        {"dest": 7, "stream": True},
        {"dest": "URL", "stream": True, "signatureToken": ""},
        {"dest": "URL", "stream": True, "nonsense": 1},
        {"dest": "URL", "stream": True, "initialRecordTime": "soon"},
        {"dest": "URL", "stream": True, "reportIfEmpty": "yes"},
        {"dest": "URL", "schedule": {}},
        {"dest": "URL", "schedule": {"second": 0}},
        {"dest": "URL", "schedule": {"second": "60"}},
        {"dest": "URL", "schedule": {"hour": "[5-2]"}},
        {"dest": "URL", "schedule": {"dayOfMonth": "30", "month": "2"}},
        {"dest": "URL", "schedule": {"year": "2026"}},
        {"dest": "ftp://127.0.0.1/", "stream": True},
        {"dest": "http://10.0.0.1/", "stream": True},
        {"dest": "https://192.168.1.1/", "stream": True},
        {"dest": "https://[::1]/", "stream": True},
        {"dest": "https://me:secret@example.org/", "stream": True},
        {"dest": "https://169.254.169.254/latest/meta-data", "stream": True},
    ],
)
def test_a_subscription_that_cannot_be_is_refused(
    rest: Rest, receiver: Receiver, body: dict[str, Any]
) -> None:
    _define(rest)
    if body.get("dest") == "URL":
        body = {**body, "dest": receiver.url}

    answer = rest.maker.post(f"{QUERIES}/steps/subscriptions", json=body)

    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == "epcisException:SubscriptionControlsException"


def test_every_second_is_warned_of(rest: Rest, receiver: Receiver) -> None:
    _define(rest)

    answer = rest.maker.post(
        f"{QUERIES}/steps/subscriptions",
        json={"dest": receiver.url, "schedule": {"hour": "2"}},
    )

    assert answer.status_code == 201
    assert answer.json()["findings"][0]["code"] == "QRY-018"


def test_who_may_only_read_subscribes_to_nothing(rest: Rest) -> None:
    reader = client_of(rest.world, rest.world.maker, Permission.EVENT_READ)

    assert reader.post(QUERIES, json={"name": "x", "query": {}}).status_code == 403
    assert reader.get(QUERIES).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
    ],
)
def test_addresses_of_this_machine_are_not_called_unless_allowed(url: str) -> None:
    with pytest.raises((webhooks.NotTaken, RefusedError)):
        webhooks.post(url, b"", {}, networks=webhooks.Networks(()), timeout=0.2)
