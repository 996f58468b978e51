"""Requests, definitions of queries, capture jobs and faults: each through the door it is for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from packtrail import epcis
from packtrail.services.queries import delivering
from packtrail.services.queries.delivering import deliver_next
from packtrail.store.database import Database

from ..api.conftest import Rest, make_rest
from ..api.soap_client import ENVELOPE, ask, local_name
from ..services.conftest import make_world
from ..services.documents import commissioning, document, event, pack
from .messages import MESSAGES

QUERIES = "openepcis-test-resources/2.0/EPCIS"
XML = {"Accept": "application/xml"}


@pytest.fixture(scope="module")
def rest(database: Database) -> Iterator[Rest]:
    made = make_rest(make_world(database, webhook_allowed_networks=("127.0.0.0/8",)))
    yield made
    made.world.app.workers.shutdown(wait=True)


def _capture(rest: Rest, *events: dict[str, Any]) -> str:
    answer = rest.maker.post(
        "/epcis/v2/capture", content=document(*events), headers={"Content-Type": "application/json"}
    )
    return str(answer.headers["Location"])


@pytest.mark.parametrize("name", [name for name in MESSAGES if "/Queries/" in name])
def test_a_bare_request_is_answered_in_an_envelope(
    rest: Rest, conformance: Path, name: str
) -> None:
    root = etree.parse(conformance / name).getroot()

    assert local_name(ask(rest.maker, etree.tostring(root))) == f"{local_name(root)}Result"


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("GetQueryNames", "GetQueryNamesResult"),
        ("GetStandardVersion", "GetStandardVersionResult"),
        ("GetVendorVersion", "GetVendorVersionResult"),
        ("ListSubscriptionIDs", "GetSubscriptionIDsResult"),
        ("Poll", "QueryResults"),
    ],
)
def test_an_envelope_is_answered(rest: Rest, conformance: Path, name: str, result: str) -> None:
    _capture(
        rest,
        commissioning(1, [pack(1)]),
        event(2, action="OBSERVE", bizStep="shipping", epcList=[pack(1)]),
    )
    content = (conformance / f"fastnt/2022/Queries/{name}.xml").read_bytes()
    answer = rest.maker.post("/epcis/soap", content=content, headers={"Content-Type": "text/xml"})
    told = etree.fromstring(answer.content).find(f"{{{ENVELOPE}}}Body")[0]

    assert answer.status_code == 200
    assert local_name(told) == result
    if name == "Poll":  # It asks for events with action ADD, in an element of another name.
        assert {each.text for each in told.iter("action")} == {"ADD"}


def test_a_request_that_is_none_of_the_interface_is_a_fault(rest: Rest, conformance: Path) -> None:
    root = etree.parse(conformance / "fastnt/v1_2/Queries/InvalidQuery.xml").getroot()

    assert local_name(ask(rest.maker, etree.tostring(root))) == "ValidationException"


def test_the_definition_of_a_query_is_taken(rest: Rest, conformance: Path) -> None:
    path = conformance / QUERIES / "JSON/Query/Queries/SimpleEventQuery.json"
    definition = json.loads(path.read_text("utf-8"))
    answer = rest.maker.post("/epcis/v2/queries", json={"name": "openepcis", "query": definition})

    assert answer.status_code == 201, answer.text
    assert rest.maker.get("/epcis/v2/queries/openepcis").json()["query"] == definition
    assert rest.maker.get("/epcis/v2/queries/openepcis/events").status_code == 200


def test_every_defect_of_a_definition_is_told(rest: Rest, conformance: Path) -> None:
    path = conformance / QUERIES / "JSON/Query/Queries/Invalid/Query_with_invalid_values.json"
    definition = json.loads(path.read_text("utf-8"))
    answer = rest.maker.post("/epcis/v2/queries", json={"name": "bad", "query": definition})

    assert answer.status_code == 400
    assert answer.json()["type"] == "epcisException:QueryParameterException"
    places = [finding["at"] for finding in answer.json()["findings"]]
    assert places == ["GE_eventTime", "EQ_action", "orderDirection"]


def test_a_poll_in_xml_is_answered(rest: Rest, conformance: Path) -> None:
    path = conformance / QUERIES / "XML/Query/Queries/SimpleEventQuery.xml"
    poll = etree.parse(path).getroot().find("EPCISBody")[0]

    assert local_name(ask(rest.maker, etree.tostring(poll))) == "QueryResults"


def test_a_poll_without_a_name_is_a_fault(rest: Rest, conformance: Path) -> None:
    path = conformance / QUERIES / "XML/Query/Queries/Invalid/Query_without_queryName.xml"
    poll = etree.parse(path).getroot().find("EPCISBody")[0]

    assert local_name(ask(rest.maker, etree.tostring(poll))) == "ValidationException"


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("Success", ["commissioning"]),
        ("WithErrorFile", [""]),
    ],
)
def test_a_capture_job_is_told_as_gs1_tells_it(
    rest: Rest, conformance: Path, name: str, steps: list[str]
) -> None:
    path = conformance / f"gs1-epcis/xml-2.0/CaptureJob/Example-CaptureJob{name}.xml"
    theirs = etree.parse(path).getroot()
    place = _capture(rest, *(commissioning(9, [pack(9)]) | {"bizStep": step} for step in steps))
    ours = etree.fromstring(rest.maker.get(place, headers=XML).content)

    assert ours.tag == theirs.tag
    assert ours.attrib.keys() == theirs.attrib.keys()
    assert [ours.get(flag) for flag in ("running", "success")] == [
        theirs.get(flag) for flag in ("running", "success")
    ]
    # They name a file with the errors; ours are told in the job itself, the other choice.
    own = ["errors" if child.tag == "errorFile" else child.tag for child in theirs]
    assert [child.tag for child in ours] == own


def test_a_fault_is_told_to_a_subscriber_as_theirs_is(
    rest: Rest, conformance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = conformance / "fastnt/v1_2/CallbackRequests/ImplementationExceptionRequest.xml"
    theirs = etree.parse(path).getroot()
    sent: list[bytes] = []
    monkeypatch.setattr(
        delivering.webhooks, "post", lambda url, body, headers, **more: sent.append(body)
    )
    namespace = theirs.tag[1:].partition("}")[0]
    done = ask(
        rest.maker,
        f'<q:Subscribe xmlns:q="{namespace}"><queryName>SimpleEventQuery</queryName><params><param>'
        "<name>maxEventCount</name><value>1</value></param></params><dest>http://127.0.0.1:9/</dest>"
        "<controls><schedule><second>0</second></schedule>"
        "<initialRecordTime>2020-01-01T00:00:00Z</initialRecordTime>"
        "<reportIfEmpty>true</reportIfEmpty></controls><subscriptionID>TestID</subscriptionID>"
        f"</q:Subscribe>",
    )
    assert local_name(done) == "SubscribeResult"
    _capture(rest, commissioning(21, [pack(21)]), commissioning(22, [pack(22)]))
    rest.world.clock.advance(hours=1)
    while deliver_next(rest.world.app):
        pass
    ours = etree.fromstring(sent[0])

    assert ours.tag == theirs.tag
    assert local_name(ours.find("EPCISBody")[0]) == "QueryTooLargeException"
    for told in (ours, theirs):
        fault = told.find("EPCISBody")[0]
        assert fault.findtext("subscriptionID") == "TestID"
        assert fault.findtext("reason")
        reading = epcis.read(etree.tostring(told))
        assert [finding.code for finding in reading.findings] == ["EPC-002"]
